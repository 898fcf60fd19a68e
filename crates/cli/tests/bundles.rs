//! Bundles between directories and servers, with the built program.

mod fixture;

use blob::{BlobHash, BlobRef, MediaType};
use fixture::{Place, Server};
use motet::{ContainerId, Kind};
use serde_json::Value;
use server::{BLOB_QUOTAS, Hub, HubDocument, StoredHub, open_blobs};

fn json(place: &Place, code: i32, arguments: &[&str]) -> Value {
    let said = place.run(&[arguments, &["--json"]].concat());
    assert_eq!(said.code, Some(code), "{said:?}");
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
}

/// The documents of a directory. A process that another test is just starting may hold the lock for a moment.
fn open(place: &Place, dir: &str) -> StoredHub {
    let mut hub = None;
    fixture::eventually(true, || {
        hub = StoredHub::open_directory(&place.path(dir)).ok();
        hub.is_some()
    });
    hub.unwrap()
}

/// Puts a blob beside the only document of a directory, and has that name it.
fn add_blob(place: &Place, dir: &str, bytes: &[u8]) {
    let hub = open(place, dir);
    let mut document = hub.load(hub.documents().unwrap()[0].id, |_, _| {}).unwrap();
    let hash = open_blobs(&place.path(dir), BLOB_QUOTAS).unwrap().put(bytes).unwrap();
    let reference = BlobRef::new(hash, bytes.len() as u64, MediaType::unknown(), None).unwrap();
    let map = ContainerId::root(Kind::Map, "figures");
    document.replica_mut().document_mut().edit(0, |edit| edit.set_blob(map, &hash.to_string(), reference));
    document.seal();
    document.sync().unwrap();
}

fn blob(place: &Place, dir: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    std::fs::read(place.path(dir).join("blobs/whole").join(BlobHash::of(bytes).to_string())).ok()
}

/// What the log, the standings and the state of each document are.
fn hashes(place: &Place, dir: &str) -> Vec<String> {
    let hub = open(place, dir);
    let load = |info: server::DocumentInfo| format!("{} {:?}", info.id, hub.load(info.id, |_, _| {}).unwrap().hashes());
    hub.documents().unwrap().into_iter().map(load).collect()
}

fn serve(place: &Place, dir: &str, served: bool) -> (Option<Server>, String) {
    let server = served.then(|| place.serve(dir));
    let site = server.as_ref().map_or_else(|| dir.to_owned(), |server| format!("http://{}", server.address));
    (server, site)
}

#[test]
fn a6_documents_and_their_files_go_from_directory_to_directory_and_come_back() {
    for served in [false, true] {
        let place = Place::new();
        let long = vec![7; 1_300_000];
        place.import("data", "Notes", "one two three");
        for bytes in [&long[..], b"small", b""] {
            add_blob(&place, "data", bytes);
        }
        place.import("data", "Other", "another");
        let (server, site) = serve(&place, "data", served);
        let packed = json(&place, 0, &["pack", &site, "-o", "stick.motet"]);
        assert_eq!((packed["documents"].as_array().unwrap().len(), &packed["blobs"]), (2, &3.into()), "{packed}");
        assert_eq!(packed["bytes"], std::fs::metadata(place.path("stick.motet")).unwrap().len());
        drop(server);

        let taken = json(&place, 0, &["unpack", "stick.motet", "copy"]);
        assert!(taken["documents"].as_array().unwrap().iter().all(|one| one["new"] == true), "{taken}");
        assert_eq!(place.ok(&["show", "copy", "Notes"]), "one two three");
        assert_eq!(hashes(&place, "copy"), hashes(&place, "data"));
        assert_eq!((blob(&place, "copy", &long), blob(&place, "copy", b"")), (Some(long), Some(Vec::new())));
        let again = json(&place, 0, &["unpack", "stick.motet", "copy"]);
        assert!(again["documents"].as_array().unwrap().iter().all(|one| one["elements"] == 0), "{again}");

        // Both go on, and one stick each way makes them equal.
        place.ok(&["restore", "data", "Other", "--at", "start"]);
        place.ok(&["undo", "copy", "Notes", "--anyone", &first_run(&place, "copy", "Notes")]);
        place.ok(&["pack", "data", "Other", "Notes", "-o", "there.motet"]);
        place.ok(&["pack", "copy", "-o", "back.motet", "--no-blobs"]);
        let said = place.ok(&["unpack", "there.motet", "copy"]);
        assert!(said.contains("everything was here") && said.contains("not here"), "{said}");
        place.ok(&["unpack", "back.motet", "data"]);
        assert_eq!(hashes(&place, "copy"), hashes(&place, "data"));
        assert_eq!(place.ok(&["show", "data", "Other"]), "");
        assert_eq!(place.run(&["verify", "copy"]).code, Some(0));
    }
}

fn first_run(place: &Place, dir: &str, doc: &str) -> String {
    let log = json(place, 0, &["log", dir, doc]);
    log["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a6_one_document_of_a_server_is_packed_by_its_address() {
    let place = Place::new();
    place.import("data", "Other", "another");
    let id = place.import("data", "My notes", "text");
    let server = place.serve("data");
    place.ok(&["pack", &server.url("My%20notes"), "-o", "one.motet"]);
    let taken = json(&place, 0, &["unpack", "one.motet", "copy"]);
    assert_eq!((&taken["documents"][0]["id"], &taken["documents"][1]), (&id.as_str().into(), &Value::Null));
    let missing = place.run(&["pack", &server.url("Nothing"), "-o", "two.motet"]);
    assert_eq!((missing.code, place.path("two.motet").exists()), (Some(2), false), "{missing:?}");
    assert_eq!(place.run(&["unpack", "one.motet", "data"]).code, Some(2), "a server has it open");
}

#[test]
fn a8_a_bundle_since_another_holds_the_rest() {
    let place = Place::new();
    place.import("data", "Notes", &"a long text ".repeat(2000));
    add_blob(&place, "data", &[1; 50_000]);
    place.ok(&["pack", "data", "-o", "first.motet"]);
    add_blob(&place, "data", b"later");
    let said = place.ok(&["pack", "data", "-o", "second.motet", "--since", "first.motet"]);
    assert!(said.contains("1 blob,"), "{said}");
    let len = |name: &str| std::fs::metadata(place.path(name)).unwrap().len();
    assert!(len("second.motet") * 10 < len("first.motet"));
    let early = place.run(&["unpack", "second.motet", "copy"]);
    assert_eq!(early.code, Some(1), "{early:?}");
    assert!(early.out.contains("REFUSED") && early.out.contains("older bundle"), "{early:?}");
    assert!(hashes(&place, "copy").is_empty());
    place.ok(&["unpack", "first.motet", "copy"]);
    place.ok(&["unpack", "second.motet", "copy"]);
    assert_eq!(hashes(&place, "copy"), hashes(&place, "data"));
    assert!(blob(&place, "copy", b"later").is_some());
    let over = place.run(&["pack", "data", "-o", "first.motet", "--since", "first.motet", "--force"]);
    assert_eq!(over.code, Some(2), "{over:?}");
    let there = place.run(&["pack", "data", "-o", "first.motet"]);
    assert!(there.code == Some(2) && there.err.contains("--force"), "{there:?}");
}

#[test]
fn a6_of_a_damaged_bundle_nothing_is_taken_in() {
    let place = Place::new();
    place.import("data", "Notes", "text");
    place.ok(&["pack", "data", "-o", "stick.motet"]);
    let bytes = std::fs::read(place.path("stick.motet")).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    let mut claims = bytes.clone();
    claims[6..10].copy_from_slice(&[0xff; 4]);
    for (damaged, why) in [
        (&bytes[..bytes.len() - 1], "cut"),
        (&[][..], "cut"),
        (&flipped, "checksum"),
        (&claims, "at most"),
        (b"no bundle at all, but long enough for a head of one", "not a bundle"),
    ] {
        std::fs::write(place.path("bad.motet"), damaged).unwrap();
        let said = place.run(&["unpack", "bad.motet", "copy"]);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains(why) && said.err.contains("bad.motet"), "{said:?}");
        assert!(!place.path("copy").exists());
    }
    assert_eq!(fixture::names(&place.path(".")).iter().filter(|name| name.contains("stick")).count(), 1);
}
