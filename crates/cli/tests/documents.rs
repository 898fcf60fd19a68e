//! Commands on documents, each on a directory and on a running server, with the built program.

mod fixture;

use fixture::{Place, Server};
use serde_json::Value;
use std::io::Read;
use std::process::Stdio;

/// The same document in a directory, or in one that a server has open.
struct World {
    place: Place,
    server: Option<Server>,
    id: String,
}

impl World {
    /// Runs `test` on a directory and on a server, with one document of this text.
    fn each(text: &str, test: impl Fn(&World)) {
        for is_served in [false, true] {
            let place = Place::new();
            let id = place.import("data", "My notes", text);
            let server = is_served.then(|| place.serve("data"));
            test(&World { place, server, id });
        }
    }

    fn arguments(&self, command: &str, doc: &str, more: &[&str]) -> Vec<String> {
        let site =
            self.server.as_ref().map_or_else(|| "data".to_owned(), |server| format!("http://{}", server.address));
        let words = [command, &site, doc].into_iter().filter(|word| !word.is_empty());
        words.chain(more.iter().copied()).map(str::to_owned).collect()
    }

    fn run(&self, command: &str, more: &[&str]) -> fixture::Said {
        self.place.run(&self.arguments(command, "My notes", more))
    }

    fn ok(&self, command: &str, more: &[&str]) -> String {
        self.place.ok(&self.arguments(command, "My notes", more))
    }

    fn json(&self, command: &str, more: &[&str]) -> Value {
        let said = self.run(command, &[more, &["--json"]].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
    }

    /// Changes the text as the author that undo counts as its own.
    fn edit(&self, at: &str) {
        self.ok("restore", &["--at", at]);
    }
}

#[test]
fn a_text_is_shown_as_it_is_and_as_it_was() {
    World::each("one\ntwo\n", |world| {
        assert_eq!(world.ok("show", &[]), "one\ntwo\n");
        assert_eq!(world.ok("show", &["--at", "start"]), "");
        let json = world.json("show", &[]);
        assert_eq!(json["text"], "one\ntwo\n");
        assert_eq!(json["document"]["id"], world.id.as_str());
        assert_eq!(world.ok("show", &["--at", json["version"].as_str().unwrap()]), "one\ntwo\n");
        let by_id = world.place.ok(&world.arguments("show", &world.id, &[]));
        assert_eq!(by_id, "one\ntwo\n");
        for wrong in [&["--at", "yesterday"][..], &["--at", "1:5"], &["surplus"]] {
            let said = world.run("show", wrong);
            assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{wrong:?}");
            assert!(said.err.starts_with("motet: "), "{}", said.err);
        }
        let unknown = world.place.run(&world.arguments("show", "Other", &[]));
        assert_eq!(unknown.code, Some(2));
        assert!(unknown.err.contains("My notes"), "it says what there is: {}", unknown.err);
    });
}

#[test]
fn history_is_listed_and_undone_and_redone() {
    World::each("first\n", |world| {
        let imported = world.json("log", &[])["runs"][0]["id"].as_str().unwrap().to_owned();
        world.edit("start");
        let log = world.json("log", &[]);
        let runs = log["runs"].as_array().unwrap();
        assert_eq!((runs.len(), runs[0]["deleted"].as_u64(), runs[1]["text"].as_str()), (2, Some(6), Some("first\n")));
        let lines = world.ok("log", &["--count", "1"]);
        assert!(lines.contains("you") && lines.contains("-6") && lines.contains("1 before"), "{lines}");
        assert_eq!(world.json("log", &["-n", "1"])["runs"].as_array().unwrap().len(), 1);

        let undone = world.json("undo", &[]);
        assert_eq!(undone["undone"][0], runs[0]["id"]);
        assert_eq!(world.ok("show", &[]), "first\n");
        world.ok("redo", &[]);
        assert_eq!(world.ok("show", &[]), "");
        assert_eq!(world.run("redo", &[]).code, Some(1), "nothing is left to redo");
        world.ok("undo", &[runs[0]["id"].as_str().unwrap()]);
        assert_eq!(world.ok("show", &[]), "first\n");
        let again = world.run("undo", &[runs[0]["id"].as_str().unwrap()]);
        assert_eq!(again.code, Some(1), "{again:?}");

        // On a server the import was the directory's work; in the directory it is one's own.
        let said = world.run("undo", &[&imported]);
        if world.server.is_some() {
            assert_eq!(said.code, Some(2), "{said:?}");
            assert!(said.err.contains("--anyone"));
            world.ok("undo", &["--anyone", &imported]);
        } else {
            assert_eq!(said.code, Some(0), "{said:?}");
        }
        assert_eq!(world.ok("show", &[]), "");
        assert_eq!(world.run("undo", &["0..1@77"]).code, Some(2));
        assert_eq!(world.run("undo", &["nonsense"]).code, Some(2));
    });
}

#[test]
fn a_version_is_restored_by_an_edit_and_differences_are_told() {
    World::each("one two three\n", |world| {
        let then = world.json("show", &[])["version"].as_str().unwrap().to_owned();
        let id = world.json("log", &[])["runs"][0]["id"].as_str().unwrap().to_owned();
        world.edit("start");
        assert_eq!(world.run("restore", &["--at", "start"]).code, Some(1), "it reads like that already");
        let restored = world.json("restore", &["--at", &id]);
        assert_eq!((restored["changed"].as_bool(), restored["restored"].as_str()), (Some(true), Some(then.as_str())));
        assert_eq!(world.ok("show", &[]), "one two three\n");

        let same = world.run("diff", &[&then, &then]);
        assert_eq!((same.code, same.out.as_str()), (Some(0), ""));
        let said = world.run("diff", &["start", &id]);
        assert_eq!(said.code, Some(1));
        assert!(said.out.contains("{+one two three⏎+}"), "{}", said.out);
        let json = world.json("diff", &["start"]);
        let parts = json["parts"].as_array().unwrap();
        assert_eq!((json["same"].as_bool(), parts[0]["side"].as_str()), (Some(false), Some("added")));
        assert!(parts[0]["author"].as_str().unwrap().len() == 64);

        let blamed = world.ok("blame", &[]);
        assert!(blamed.starts_with("you ") && blamed.trim_end().ends_with("1  one two three"), "{blamed}");
        let blamed = world.json("blame", &["--at", &id]);
        assert_eq!(blamed["parts"][0]["text"], "one two three\n");
    });
}

#[test]
fn documents_are_counted_exported_and_imported() {
    World::each("one two\nthree\n", |world| {
        let stats = world.json("stats", &[]);
        assert_eq!((stats["text"]["words"].as_u64(), stats["text"]["lines"].as_u64()), (Some(3), Some(2)));
        assert_eq!(
            (stats["history"]["elements"].as_u64(), stats["authors"][0]["inserted"].as_u64()),
            (Some(14), Some(14))
        );
        assert!(world.ok("stats", &[]).contains("3 words"));
        let all = world.place.ok(&world.arguments("stats", "", &[]));
        assert!(all.contains(&world.id) && all.contains("1 document"), "{all}");

        let copy = world.place.write("copy.txt", "ünï\n");
        let import = world.arguments("import", "", &[copy.to_str().unwrap(), "--json"]);
        let made: Value = serde_json::from_str(&world.place.ok(&import)).unwrap();
        assert_eq!(made["name"], "copy");
        assert_eq!(world.place.ok(&world.arguments("show", "copy", &[])), "ünï\n");

        world.ok("export", &[]);
        assert_eq!(world.place.read("My notes.txt"), "one two\nthree\n");
        let said = world.run("export", &[]);
        assert_eq!(said.code, Some(2), "files are not written over: {said:?}");
        world.ok("export", &["--force", "--at", "start"]);
        assert_eq!(world.place.read("My notes.txt"), "");
        world.place.ok(&world.arguments("export", "", &["--out", "all"]));
        assert_eq!(fixture::names(&world.place.path("all")), ["My notes.txt", "copy.txt"]);
        let sound = world.place.run(&world.arguments("verify", "", &["--json"]));
        assert_eq!(sound.code, Some(0), "{sound:?}");
        assert_eq!(serde_json::from_str::<Value>(&sound.out).unwrap()["sound"], true);
    });
}

#[test]
fn a_directory_that_cannot_be_used_is_explained() {
    let place = Place::new();
    let missing = place.run(&["log", "nowhere", "Notes"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.err.contains("is no directory") && !place.path("nowhere").exists());
    place.import("data", "Notes", "text");
    let server = place.serve("data");
    let locked = place.run(&["show", "data", "Notes"]);
    assert_eq!(locked.code, Some(2));
    assert!(locked.err.contains("name the server instead"), "{}", locked.err);
    let address = server.address.clone();
    server.running.kill();
    let gone = place.run(&["show", &format!("http://{address}/Notes")]);
    assert_eq!(gone.code, Some(2));
    assert!(gone.err.contains("cannot reach"), "{}", gone.err);
}

#[test]
fn a_server_with_a_token_asks_for_it() {
    let place = Place::new();
    place.import("data", "Notes", "text\n");
    let server = place.serve_on("data", "127.0.0.1:0", &["--token", "a long random secret"]);
    let refused = place.run(&["show", &server.url("Notes")]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("--token-file"), "{}", refused.err);
    let token = place.write("token", "a long random secret\n");
    assert_eq!(place.ok(&["show", &server.url("Notes"), "--token-file", token.to_str().unwrap()]), "text\n");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let place = Place::new();
    place.import("data", "Notes", &"a line of text\n".repeat(20_000));
    let mut child =
        place.command(&["show", "data", "Notes"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_long_text_is_restored_on_a_server() {
    let place = Place::new();
    let long: String = (0..40_000).map(|n| format!("line {n}\n")).collect();
    let id = place.import("data", "Notes", &long);
    let server = place.serve("data");
    let url = server.url("Notes");
    place.ok(&["restore", &url, "--at", "start"]);
    assert_eq!(server.text(&id), "");
    let version = place.ok(&["log", &url, "--json", "-n", "0"]);
    let runs: Value = serde_json::from_str(&version).unwrap();
    let first = runs["runs"].as_array().unwrap().iter().rfind(|run| run["deleted"] == 0).unwrap().clone();
    assert!(first["inserted"].as_u64().unwrap() > 0);
    let full = runs["runs"].as_array().unwrap().iter().find(|run| run["deleted"] == 0).unwrap();
    place.ok(&["restore", &url, "--at", full["id"].as_str().unwrap()]);
    assert!(server.text(&id) == long);
}

#[test]
fn json_comes_out_as_it_went_in_and_is_compared_by_structure() {
    let place = Place::new();
    let text = "{\n\t\"name\": \"scene\",\n\t\"size\": 1.50,\n\t\"size\": [1,2, 3]\n}";
    let file = place.write("scene.svx.json", text);
    let line = place.ok(&["import", "data", file.to_str().unwrap()]);
    assert!(line.trim_end().ends_with(" scene.svx"), "{line}");
    assert_eq!(place.ok(&["show", "data", "scene.svx"]), text);
    let shown: Value = serde_json::from_str(&place.ok(&["show", "data", "scene.svx", "--json"])).unwrap();
    assert_eq!((&shown["type"], &shown["conflicts"]), (&Value::from("json"), &Value::from(0)));
    let out = place.path("out");
    place.ok(&["export", "data", "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(out.join("scene.svx.json")).unwrap(), text);
    let same = place.run(&["diff", "data", "scene.svx", "now", "now"]);
    assert_eq!((same.code, same.out.as_str()), (Some(0), ""));
    let other = place.run(&["diff", "data", "scene.svx", "start", "now"]);
    assert_eq!(other.code, Some(1), "{other:?}");
    let broken = place.write("broken.json", "{\n1}");
    let said = place.run(&["import", "data", broken.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("line 2, column 1"), "{}", said.err);
}

const NOTE: &str = "Song\n====\n\n* one *voice*\n* two\n";
const CANONICAL: &str = "# Song\n\n- one *voice*\n- two\n";

/// A directory with one note, perhaps served; and what names the note there.
fn each_with_note(test: impl Fn(&Place, &[&str])) {
    for is_served in [false, true] {
        let place = Place::new();
        let file = place.write("Song.md", NOTE);
        let line = place.ok(&["import", "--note", "data", file.to_str().unwrap()]);
        assert!(line.trim_end().ends_with(" Song"), "{line}");
        if is_served {
            let server = place.serve("data");
            test(&place, &[&format!("http://{}", server.address), "Song"]);
        } else {
            test(&place, &["data", "Song"]);
        }
    }
}

#[test]
fn a_note_is_imported_shown_exported_and_restored() {
    each_with_note(|place, song| {
        let run = |command: &str, more: &[&str]| place.run(&[&[command], song, more].concat());
        let ok = |command: &str, more: &[&str]| place.ok(&[&[command], song, more].concat());
        assert_eq!(ok("show", &[]), CANONICAL);
        let shown: Value = serde_json::from_str(&ok("show", &["--json"])).unwrap();
        assert_eq!(shown["type"], "note");
        let then = shown["version"].as_str().unwrap();
        assert_eq!(ok("show", &["--at", "start"]), "");
        let out = place.path("out.md");
        ok("export", &["--out", out.to_str().unwrap()]);
        assert_eq!(place.read("out.md"), CANONICAL);
        place.ok(&["export", song[0], "--out", place.path("all").to_str().unwrap()]);
        assert_eq!(fixture::names(&place.path("all")), ["Song.md"]);

        ok("restore", &["--at", "start"]);
        assert_eq!(ok("show", &[]), "");
        assert_eq!(ok("show", &["--at", then]), CANONICAL);
        ok("restore", &["--at", then]);
        assert_eq!(ok("show", &[]), CANONICAL);
        assert_eq!(run("restore", &["--at", then]).code, Some(1), "it reads like that already");

        let differs = run("diff", &["start", "now"]);
        assert_eq!(differs.code, Some(1));
        assert!(differs.out.contains("{+# Song⏎+}"), "{}", differs.out);
        let same = run("diff", &[then, "now"]);
        assert_eq!((same.code, same.out.as_str()), (Some(0), ""));
        let json = run("diff", &["start", "now", "--json"]);
        assert_eq!(serde_json::from_str::<Value>(&json.out).unwrap()["same"], false);

        let blamed = run("blame", &[]);
        assert_eq!(blamed.code, Some(2));
        assert!(blamed.err.contains("a note") && blamed.err.contains("motet log"), "{}", blamed.err);
        let stats: Value = serde_json::from_str(&ok("stats", &["--json"])).unwrap();
        assert_eq!(stats["text"]["words"], 7);
        let all: Value = serde_json::from_str(&place.ok(&["stats", song[0], "--json"])).unwrap();
        assert!(all.to_string().contains("\"type\":\"note\""), "{all}");
    });
}

#[test]
fn notes_are_imported_into_a_server_and_only_where_asked() {
    let place = Place::new();
    place.import("data", "Other", "");
    let server = place.serve("data");
    let site = format!("http://{}", server.address);
    let file = place.write("scene.json.md", "[1]\n");
    place.ok(&["import", "--note", &site, file.to_str().unwrap()]);
    place.ok(&["import", &site, file.to_str().unwrap(), "--name", "plain.md"]);
    for (name, document_type) in [("scene.json", "note"), ("plain.md", "text")] {
        let shown: Value = serde_json::from_str(&place.ok(&["show", &site, name, "--json"])).unwrap();
        assert_eq!(shown["type"], document_type, "{name}");
    }
    let deep = place.write("deep.md", &"> ".repeat(300));
    let said = place.run(&["import", "--note", &site, deep.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("line 1 begins with 300 marks"), "{}", said.err);
    assert_eq!(place.run(&["show", &site, "deep"]).code, Some(2), "nothing was made");
    assert_eq!(place.run(&["import", "--note", "--schema", "s.json", &site, "a.md"]).code, Some(2));
}
