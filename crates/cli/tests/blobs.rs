//! Blobs of a directory: uploaded, named, fetched by who joins, damaged, collected.

mod fixture;

use blob::{BlobHash, BlobRef, MediaType};
use fixture::{Place, Server, eventually};
use motet::{ContainerId, Kind};
use serde_json::Value;
use server::{Hub, HubDocument, StoredHub};
use std::io::{Read, Write};
use std::net::TcpStream;

fn put(server: &Server, bytes: &[u8]) -> String {
    let (hash, address, len) = (BlobHash::of(bytes), &server.address, bytes.len());
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "PUT /blobs/{hash} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncontent-length: {len}\r\n\
         connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n").unwrap().0.to_owned()
}

/// Has the only document of a directory that nobody has open name a blob.
fn name(place: &Place, dir: &str, bytes: &[u8]) {
    let hub = StoredHub::open_directory(&place.path(dir)).unwrap();
    let doc = hub.documents().unwrap()[0].id;
    let mut document = hub.load(doc, |_, _| {}).unwrap();
    let reference = BlobRef::new(BlobHash::of(bytes), bytes.len() as u64, MediaType::unknown(), None).unwrap();
    let map = ContainerId::root(Kind::Map, "figure");
    document.replica_mut().document_mut().edit(0, |edit| edit.set_blob(map, "picture", reference));
    document.seal();
    document.sync().unwrap();
}

fn ask(place: &Place, arguments: &[&str]) -> (Option<i32>, Value) {
    let said = place.run(&[&["blobs", "data", "--json"], arguments].concat());
    (said.code, serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}")))
}

#[test]
fn what_was_uploaded_outlives_a_kill_before_it_is_named() {
    let place = Place::new();
    place.import("data", "Notes", "text");
    let server = place.serve("data");
    for bytes in [&[7; 200_000][..], b"nobody's"] {
        assert!(put(&server, bytes).contains("201"));
    }
    server.running.kill();
    assert_eq!(ask(&place, &["collect"]).1["whole"], 0, "both are young");
    name(&place, "data", &[7; 200_000]);
    let (_, listed) = ask(&place, &[]);
    let named: Vec<usize> =
        listed["blobs"].as_array().unwrap().iter().map(|blob| blob["named_by"].as_array().unwrap().len()).collect();
    assert_eq!(named.iter().sum::<usize>(), 1, "{listed}");
    let (code, collected) = ask(&place, &["collect", "--blob-grace", "0"]);
    assert_eq!((code, &collected["whole"], &collected["bytes"]), (Some(0), &1.into(), &8.into()));
    assert_eq!(ask(&place, &["list"]).1["blobs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_damaged_blob_is_found_and_fetched_again() {
    let place = Place::new();
    let (id, bytes) = (place.import("data", "Notes", "text"), vec![7; 200_000]);
    name(&place, "data", &bytes);
    let server = place.serve("data");
    put(&server, &bytes);
    let joined = place.start(&["join", &server.url(&id), "--dir", "copy"]);
    let file = |dir: &str| place.path(dir).join("blobs/whole").join(BlobHash::of(&bytes).to_string());
    eventually(true, || std::fs::read(file("copy")).is_ok_and(|kept| kept == bytes));
    assert!(joined.stop().success());
    assert!(server.running.stop().success());
    let mut damaged = bytes.clone();
    damaged[100_000] ^= 1;
    std::fs::write(file("data"), &damaged).unwrap();
    let said = place.run(&["verify", "data"]);
    assert!(said.code == Some(1) && said.out.contains("verify --repair"), "{said:?}");
    assert_eq!(ask(&place, &["verify"]).0, Some(1));
    assert_eq!(ask(&place, &["verify", "--repair"]).1["removed"], true);
    assert_eq!(ask(&place, &["list"]).1["missing"].as_array().unwrap().len(), 1);
    assert_eq!(place.run(&["verify", "data"]).code, Some(0));
    // The other way round: who is joined gives back what the server lost.
    let server = place.serve("data");
    let _joined = place.start(&["join", &server.url(&id), "--dir", "copy"]);
    eventually(true, || std::fs::read(file("data")).is_ok_and(|kept| kept == bytes));
}

#[test]
fn limits_of_blobs_are_flags() {
    let place = Place::new();
    let server = place.serve_on("data", "127.0.0.1:0", &["--blob-quota", "100K", "--blob-max", "50K"]);
    assert!(put(&server, &[1; 40_000]).contains("201"));
    assert!(put(&server, &[2; 60_000]).contains("413"), "longer than one may be");
    assert!(put(&server, &[3; 50_000]).contains("201"));
    assert!(put(&server, &[4; 40_000]).contains("507"), "more than all may take");
}
