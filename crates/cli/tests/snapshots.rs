//! Snapshots, on a directory and on a running server, with the built program.

mod fixture;

use fixture::{Place, Said, Server};
use serde_json::Value;

/// The same document in a directory, or in one that a server has open.
struct World {
    place: Place,
    server: Option<Server>,
}

impl World {
    /// Runs `test` on a directory and on a server, with a document made of this file.
    fn each(file: &str, flags: &[&str], text: &str, test: impl Fn(&Self)) {
        for is_served in [false, true] {
            let place = Place::new();
            place.write(file, text);
            place.ok(&[&["import", "data", file, "--name", "Work"], flags].concat());
            let server = is_served.then(|| place.serve("data"));
            test(&Self { place, server });
        }
    }

    fn run(&self, words: &[&str], more: &[&str]) -> Said {
        let site = self.server.as_ref().map_or_else(|| "data".into(), |server| format!("http://{}", server.address));
        self.place.run(&[words, &[site.as_str(), "Work"], more].concat())
    }

    fn ok(&self, words: &[&str], more: &[&str]) -> String {
        let said = self.run(words, more);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out
    }

    fn snapshot(&self, task: &str, more: &[&str]) -> Said {
        self.run(&["snapshot", task], more)
    }

    fn json(&self, task: &str, more: &[&str]) -> Value {
        let said = self.snapshot(task, &[more, &["--json"]].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
    }

    fn show(&self) -> String {
        self.ok(&["show"], &[])
    }
}

#[test]
fn e6_snapshots_of_a_text_are_listed_shown_compared_and_restored() {
    World::each("work.txt", &[], "one two\n", |world| {
        let saved = world.json("save", &["--name", "first draft", "--note", "before the\nmeeting"]);
        assert_eq!(world.show(), "one two\n", "taking one changes nothing");
        world.ok(&["restore"], &["--at", "start"]);
        assert_eq!(world.show(), "");
        world.snapshot("save", &["--name", "empty"]);

        let listed = world.json("list", &[]);
        let (all, id) = (listed["snapshots"].as_array().unwrap(), saved["snapshot"]["id"].as_str().unwrap());
        assert_eq!((all.len(), &all[0], &all[1]["name"]), (2, &saved["snapshot"], &"empty".into()));
        assert!(all[0]["author"].is_string() && all[0]["time"].as_i64() > Some(0) && all[0]["filtered"] == false);
        let lines = world.snapshot("list", &[]).out;
        assert!(lines.contains("first draft") && lines.contains("    meeting") && lines.contains("you"), "{lines}");

        for words in ["first draft", id] {
            assert_eq!(world.snapshot("show", &[words]).out, "one two\n");
        }
        assert_eq!(world.json("show", &["empty"])["text"], "");
        let different = world.snapshot("diff", &["first draft"]);
        assert!(different.code == Some(1) && different.out.contains("one two"), "{different:?}");
        assert_eq!(world.snapshot("diff", &["empty", "now"]).code, Some(0));
        assert_eq!(world.snapshot("diff", &["empty", "first draft"]).code, Some(1));
        assert_eq!(world.snapshot("diff", &["empty", "start"]).code, Some(0));

        assert_eq!(world.snapshot("restore", &["first draft"]).code, Some(0));
        assert_eq!(world.show(), "one two\n");
        assert_eq!(world.snapshot("restore", &["first draft"]).code, Some(1), "it reads like that already");
        assert_eq!(world.json("list", &[])["snapshots"].as_array().unwrap().len(), 2, "nothing newer is lost");
        world.ok(&["undo"], &[]);
        assert_eq!(world.show(), "");

        assert_eq!(world.snapshot("remove", &["empty"]).code, Some(0));
        assert_eq!(world.json("list", &[])["snapshots"].as_array().unwrap().len(), 1);
        world.ok(&["undo"], &[]);
        assert_eq!(world.json("list", &[])["snapshots"].as_array().unwrap().len(), 2);

        for wrong in [
            &["show", "nothing"][..],
            &["show"],
            &["remove", "nothing"],
            &["diff", "empty", "nothing"],
            &["save", "--name", "empty"],
            &["save", "--name", ""],
            &["save", "--name", "x", "--at", "yesterday"],
        ] {
            let said = world.snapshot(wrong[0], &wrong[1..]);
            assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{wrong:?}");
        }
    });
}

#[test]
fn e6_a_snapshot_of_an_older_version() {
    World::each("work.txt", &[], "one", |world| {
        world.ok(&["restore"], &["--at", "start"]);
        let runs: Value = serde_json::from_str(&world.ok(&["log"], &["--json"])).unwrap();
        let first = runs["runs"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap();
        assert_eq!(world.snapshot("save", &["--name", "then", "--at", first]).code, Some(0));
        assert_eq!(world.snapshot("show", &["then"]).out, "one");
        assert_eq!(world.snapshot("save", &["--name", "before", "--at", "start"]).code, Some(2), "nothing was there");
    });
}

#[test]
fn e6_json_reads_byte_for_byte_with_snapshots_beside_it() {
    let text = "{\n  \"a\": [1, 2],\n  \"b\": { \"c\": null }\n}\n";
    World::each("work.json", &[], text, |world| {
        assert_eq!(world.snapshot("save", &["--name", "first"]).code, Some(0));
        assert_eq!(world.show(), text);
        world.ok(&["undo"], &[]);
        world.ok(&["redo"], &[]);
        assert_eq!(world.show(), text);
        let stats = world.ok(&["show"], &["--json"]);
        assert_eq!(serde_json::from_str::<Value>(&stats).unwrap()["type"], "json");
        if let Some(server) = &world.server {
            let id = serde_json::from_str::<Value>(&stats).unwrap()["document"]["id"].as_str().unwrap().to_owned();
            assert_eq!(server.text(&id), text);
            server.put(&id, &text.replace("null", "true"));
            let different = world.json("diff", &["first"]);
            assert_eq!((&different["same"], different["changes"].as_array().unwrap().len()), (&false.into(), 1));
            assert_eq!(world.snapshot("show", &["first"]).out, text);
            assert_eq!(world.snapshot("restore", &["first"]).code, Some(0));
            assert_eq!(world.show(), text);
        }
        assert_eq!(world.snapshot("diff", &["first"]).code, Some(0));
    });
}

#[test]
fn e6_a_note_goes_back_and_keeps_its_snapshots() {
    let text = "# Title\n\nA paragraph with *words*.\n\n- one\n- two\n";
    World::each("work.md", &["--note"], text, |world| {
        let shown = world.show();
        assert_eq!(world.snapshot("save", &["--name", "first"]).code, Some(0));
        assert_eq!(world.show(), shown);
        world.ok(&["restore"], &["--at", "start"]);
        assert_ne!(world.show(), shown);
        assert_eq!(world.snapshot("save", &["--name", "second"]).code, Some(0));
        assert_eq!(world.snapshot("show", &["first"]).out, shown);
        assert_eq!(world.snapshot("diff", &["first", "second"]).code, Some(1));
        let restored = world.snapshot("restore", &["first"]);
        assert_eq!(restored.code, Some(0), "{restored:?}");
        assert_eq!(world.show(), shown);
        let names: Vec<String> = world.json("list", &[])["snapshots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["first", "second"]);
    });
}

#[test]
fn e6_snapshots_reach_who_joins_and_travel_in_bundles() {
    let place = Place::new();
    place.import("data", "Work", "text");
    let server = place.serve("data");
    place.ok(&["snapshot", "save", &server.url("Work"), "--name", "by a guest"]);
    place.ok(&["pack", &server.url("Work"), "-o", "stick.motet"]);
    drop(server);
    place.ok(&["unpack", "stick.motet", "copy"]);
    for dir in ["data", "copy"] {
        let listed = place.ok(&["snapshot", "list", dir, "Work"]);
        assert!(listed.contains("by a guest") && !listed.contains("you"), "{listed}");
        assert_eq!(place.ok(&["snapshot", "show", dir, "Work", "by a guest"]), "text");
        assert_eq!(place.run(&["verify", dir]).code, Some(0));
    }
}
