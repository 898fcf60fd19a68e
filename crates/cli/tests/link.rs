//! `motet link` against a real server, with files saved in the ways of editors.

mod fixture;

use fixture::{Place, Running, Server, eventually, names};

/// A server with one document, and a file linked to it.
fn linked(text: &str) -> (Place, Server, String, Running) {
    let place = Place::new();
    let id = place.import("data", "Notes", text);
    let server = place.serve("data");
    let link = place.start(&["link", "notes.txt", &server.url("Notes")]);
    eventually(text.to_owned(), || place.read("notes.txt"));
    (place, server, id, link)
}

#[test]
fn saves_of_all_kinds_and_remote_changes_meet() {
    let (place, server, id, link) = linked("one two three\n");
    place.write("notes.txt", "one 2 three\n");
    eventually("one 2 three\n".into(), || server.text(&id));
    place.save_by_rename("notes.txt", "one 2 three\nfour\n");
    eventually("one 2 three\nfour\n".into(), || server.text(&id));
    server.put(&id, "ONE 2 three\nfour\n");
    eventually("ONE 2 three\nfour\n".into(), || place.read("notes.txt"));
    link.line("everything is on the server's disk");
    assert!(link.stop().success());
    assert_eq!(names(&place.path(".")), ["data", "home", "imported", "notes.txt"], "nothing is left lying about");
}

#[test]
fn nothing_is_lost_when_both_change_within_milliseconds() {
    let (place, server, id, _link) = linked("0\n");
    // Each side adds lines of its own, as fast as it can, from what it last saw.
    for round in 1..=20 {
        let seen = server.text(&id);
        let held = place.read("notes.txt");
        place.save_by_rename("notes.txt", &format!("{held}file {round}\n"));
        server.put(&id, &format!("web {round}\n{seen}"));
        let both = |text: &str| text.contains(&format!("file {round}\n")) && text.contains(&format!("web {round}\n"));
        eventually((true, true), || (both(&server.text(&id)), both(&place.read("notes.txt"))));
    }
    eventually(server.text(&id), || place.read("notes.txt"));
    let mut lines: Vec<String> = server.text(&id).lines().map(str::to_owned).collect();
    lines.sort();
    let mut expected: Vec<String> = (1..=20).flat_map(|n| [format!("file {n}"), format!("web {n}")]).collect();
    expected.push("0".into());
    expected.sort();
    assert_eq!(lines, expected);
}

#[test]
fn what_is_saved_while_the_server_is_away_is_delivered_later() {
    let (place, server, id, link) = linked("one two three\n");
    let address = server.address.clone();
    server.running.kill();
    link.line("offline");
    place.write("notes.txt", "one 2 three\n");
    link.line("saved here");
    place.save_by_rename("notes.txt", "one 2 three\nfour\n");
    link.line("saved here");
    link.kill();
    place.save_by_rename("notes.txt", "zero one 2 three\nfour\n");
    // The link begins again while nobody answers.
    let link = place.start(&["link", "notes.txt", &format!("http://{address}/Notes")]);
    link.line("saved here");
    let server = place.serve_on("data", &address, &[]);
    eventually("zero one 2 three\nfour\n".into(), || server.text(&id));
    link.line("everything is on the server's disk");
}

#[test]
fn killed_again_and_again_it_loses_and_doubles_nothing() {
    let (place, server, id, link) = linked("0\n");
    let mut link = Some(link);
    for round in 1..=12_u64 {
        let held = place.read("notes.txt");
        place.save_by_rename("notes.txt", &format!("{held}file {round}\n"));
        server.put(&id, &format!("web {round}\n{}", server.text(&id)));
        std::thread::sleep(std::time::Duration::from_millis(round * 23 % 120));
        link.take().unwrap().kill();
        link = Some(place.start(&["link", "notes.txt", &server.url("Notes")]));
        let both = |text: &str| text.contains(&format!("file {round}\n")) && text.contains(&format!("web {round}\n"));
        eventually((true, true), || (both(&server.text(&id)), both(&place.read("notes.txt"))));
    }
    eventually(server.text(&id), || place.read("notes.txt"));
    assert_eq!(server.text(&id).lines().count(), 25, "{}", server.text(&id));
}

#[test]
fn a_file_that_differs_is_not_touched_unasked() {
    let place = Place::new();
    let id = place.import("data", "Notes", "the document's\n");
    let server = place.serve("data");
    place.write("notes.txt", "the file's\n");
    let url = server.url("Notes");
    let said = place.run(&["link", "notes.txt", &url]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--from file") && said.err.contains("--from document"), "{}", said.err);
    assert_eq!(place.read("notes.txt"), "the file's\n");

    let link = place.start(&["link", "notes.txt", &url, "--from", "document"]);
    eventually("the document's\n".into(), || place.read("notes.txt"));
    assert_eq!(place.read("notes.txt.before-link"), "the file's\n");
    assert!(link.stop().success());

    place.write("other.txt", "the file's\n");
    let _link = place.start(&["link", "other.txt", &url, "--from", "file"]);
    eventually("the file's\n".into(), || server.text(&id));
}

#[test]
fn a_file_is_linked_once() {
    let (place, server, _id, link) = linked("one\n");
    link.line("is linked to");
    let said = place.run(&["link", "notes.txt", &server.url("Notes")]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("linked already"), "{}", said.err);
}

#[test]
fn a_link_to_another_document_is_asked_for_twice() {
    let (place, server, _id, link) = linked("one\n");
    assert!(link.stop().success());
    let url = server.url("Other");
    let said = place.run(&["link", "notes.txt", &url]);
    assert!(said.err.contains("there is no document called \"Other\""), "{}", said.err);
    let said = place.run(&["link", "notes.txt", &url, "--create"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("is linked to \"Notes\""), "{}", said.err);
    let link = place.start(&["link", "notes.txt", &url, "--from", "file", "--json"]);
    link.line("\"durable\"");
    assert_eq!(place.read("notes.txt"), "one\n");
}

#[test]
fn a_server_with_a_token_wants_it() {
    let place = Place::new();
    place.import("data", "Notes", "one\n");
    place.write("token", "0123456789abcdef\n");
    let server = place.serve_on("data", "127.0.0.1:0", &["--token-file", "token"]);
    let url = server.url("Notes");
    let said = place.run(&["link", "notes.txt", &url]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--token-file"), "{}", said.err);
    let _link = place.start(&["link", "notes.txt", &url, "--token-file", "token"]);
    eventually("one\n".into(), || place.read("notes.txt"));
}

#[test]
fn a_note_is_linked_in_its_authors_form() {
    let place = Place::new();
    let file = "Song\n====\n\n* one\n* two\n";
    let first = place.write("song.md", file);
    place.ok(&["import", "--note", "data", first.to_str().unwrap()]);
    let server = place.serve("data");
    let url = server.url("song");
    let link = place.start(&["link", "song.md", &url]);
    link.line("is linked to");
    let show = || place.ok(&["show", &url]);
    place.save_by_rename("song.md", &file.replace("one", "*one*"));
    link.line("saved here");
    eventually("# Song\n\n- *one*\n- two\n".into(), show);
    let id = place.ok(&["stats", &url, "--json"]);
    let id = serde_json::from_str::<serde_json::Value>(&id).unwrap()["document"]["id"].as_str().unwrap().to_owned();
    server.put(&id, "# Song\n\n- *one*\n- two\n- three\n");
    eventually("Song\n====\n\n* *one*\n* two\n* three\n".into(), || place.read("song.md"));
    assert!(link.stop().success());
    place.write("song.md", "Song\n====\n\n* *one*\n* 2\n* three\n");
    let link = place.start(&["link", "song.md", &url]);
    link.line("saved here");
    eventually("# Song\n\n- *one*\n- 2\n- three\n".into(), show);
}

#[test]
fn a_note_and_json_are_made_for_a_file() {
    let place = Place::new();
    place.import("data", "Notes", "");
    let server = place.serve("data");
    for (file, text, stored, more, document_type) in [
        ("a.md", "* a\n", "- a\n", &["--note"][..], "note"),
        ("b.md", "* b\n", "* b\n", &[], "text"),
        ("c.json", "{\"c\":  1}", "{\"c\":  1}", &[], "json"),
    ] {
        place.write(file, text);
        let url = server.url(file);
        let link = place.start(&[&["link", file, &url, "--create"], more].concat());
        link.line("saved here");
        link.line("everything is on the server's disk");
        eventually(stored.to_owned(), || place.ok(&["show", &url]));
        let shown = place.ok(&["show", &url, "--json"]);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap()["type"], document_type, "{shown}");
        assert_eq!(place.read(file), text, "it stays as it was written");
        assert!(link.stop().success());
    }
    let other = place.run(&["link", "d.md", &server.url("b.md"), "--note"]);
    assert_eq!(other.code, Some(2));
    assert!(other.err.contains("is no note but of type text"), "{}", other.err);
}

#[test]
fn json_is_linked_and_half_of_it_is_left_alone() {
    let place = Place::new();
    let before = "{\n  \"title\": \"One\",\n  \"n\": 1\n}\n";
    let file = place.write("scene.json", before);
    place.ok(&["import", "data", file.to_str().unwrap()]);
    let server = place.serve("data");
    let url = server.url("scene");
    place.write("broken.json", "{");
    let refused = place.run(&["link", "broken.json", &url, "--from", "file"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("no JSON") && place.read("broken.json") == "{", "{}", refused.err);

    let link = place.start(&["link", "scene.json", &url]);
    link.line("is linked to");
    place.write("scene.json", "{\n  \"title\": \"One\",\n  \"n\":");
    link.line("the file is not saved: this is no JSON");
    let shown = place.ok(&["show", &url]);
    assert_eq!(shown, before);
    place.write("scene.json", &before.replace("1\n", "2\n"));
    link.line("saved here");
    eventually(before.replace("1\n", "2\n"), || place.ok(&["show", &url]));
    let id = place.ok(&["stats", &url, "--json"]);
    let id = serde_json::from_str::<serde_json::Value>(&id).unwrap()["document"]["id"].as_str().unwrap().to_owned();
    server.put(&id, &before.replace("One", "Two").replace("1\n", "2\n"));
    eventually(before.replace("One", "Two").replace("1\n", "2\n"), || place.read("scene.json"));
}
