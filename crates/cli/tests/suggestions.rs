//! Suggestions and drafts from the terminal: in a directory, and on a server that has the document open.

mod fixture;

use fixture::{Place, Said, Server};
use serde_json::Value;

struct World {
    place: Place,
    site: String,
    /// Kept until the world ends.
    _server: Option<Server>,
}

impl World {
    /// Runs `test` on a directory and on a server, with one text.
    fn each(test: impl Fn(&Self)) {
        Self::each_of(("notes.txt", "We meet at noon.\n"), &[], test);
    }

    /// The same with a document that is made of a file.
    fn each_of((file, text): (&str, &str), more: &[&str], test: impl Fn(&Self)) {
        for is_served in [false, true] {
            let place = Place::new();
            place.write(file, text);
            place.ok(&[&["import", "data", file, "--name", "Notes"], more].concat());
            let server = is_served.then(|| place.serve("data"));
            let site = server.as_ref().map_or_else(|| "data".to_owned(), |server| format!("http://{}", server.address));
            test(&Self { place, site, _server: server });
        }
    }

    fn run(&self, command: &[&str], more: &[&str]) -> Said {
        self.place.run(&[command, &[self.site.as_str(), "Notes"], more].concat())
    }

    fn ok(&self, command: &[&str], more: &[&str]) -> String {
        let said = self.run(command, more);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out
    }

    fn json(&self, command: &[&str], more: &[&str]) -> Value {
        let said = self.run(command, &[more, &["--json"]].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
    }

    fn suggest(&self, text: &str, more: &[&str]) -> Value {
        let file = self.place.path("wanted.txt");
        std::fs::write(&file, text).unwrap();
        self.json(&["suggest"], &[&["--from", file.to_str().unwrap()], more].concat())
    }

    fn shows(&self, text: &str) {
        assert_eq!(self.ok(&["show"], &[]), text);
    }
}

#[test]
fn a_suggestion_is_listed_accepted_and_taken_back() {
    World::each(|world| {
        assert_eq!(world.ok(&["suggestions"], &[]), "");
        let made = world.suggest("We meet at ten.\n", &[]);
        let changes = &made["suggestions"][0]["changes"];
        assert_eq!((changes[0]["removed"].as_str(), changes[1]["inserted"].as_str()), (Some("noon"), Some("ten")));
        world.shows("We meet at noon.\n");
        let listed = world.run(&["suggestions"], &[]);
        assert_eq!(listed.code, Some(1), "it waits for a decision");
        assert!(listed.out.contains("open") && listed.out.contains("+\"ten\""), "{listed:?}");
        let id = made["suggestions"][0]["id"].as_str().unwrap();
        assert!(world.ok(&["why"], &[id]).contains("nobody accepted it yet"));

        assert!(world.ok(&["accept"], &[id]).starts_with("accepted "));
        world.shows("We meet at ten.\n");
        assert_eq!(world.run(&["accept"], &[id]).code, Some(1), "it is accepted");
        assert!(world.ok(&["log"], &[]).contains("accepted "));
        world.ok(&["undo"], &[]);
        world.shows("We meet at noon.\n");
        assert!(world.ok(&["reject"], &["--all"]).starts_with("rejected "));
        assert_eq!(world.ok(&["suggestions"], &[]), "");
        let all = world.json(&["suggestions"], &["--all"]);
        assert_eq!(all["suggestions"][0]["state"], "rejected");
        assert!(world.ok(&["why"], &[id]).contains("rejected by you"));
        world.shows("We meet at noon.\n");

        for wrong in [&[][..], &["--all", "0..1@1"]] {
            assert_eq!(world.run(&["accept"], wrong).code, Some(2), "{wrong:?}");
        }
    });
}

#[test]
fn a_draft_is_made_shown_and_accepted_as_a_whole() {
    World::each(|world| {
        assert!(world.ok(&["draft", "new"], &["Plan B"]).contains("Plan B"));
        assert_eq!(world.run(&["draft", "new"], &["Plan B"]).code, Some(2), "there is one");
        world.suggest("We meet at ten.\n", &["--draft", "Plan B"]);
        world.suggest("We do not meet.\n", &[]);
        world.shows("We meet at noon.\n");
        assert_eq!(world.ok(&["draft", "show"], &["Plan B"]), "We meet at ten.\n");
        let drafts = world.json(&["draft", "list"], &[]);
        assert_eq!((&drafts["drafts"][0]["name"], &drafts["drafts"][0]["open"]), (&"Plan B".into(), &1.into()));
        assert_eq!(world.json(&["suggestions"], &["--draft", "Plan B"])["suggestions"].as_array().unwrap().len(), 1);
        assert_eq!(world.run(&["draft", "show"], &["Plan C"]).code, Some(2));
        world.ok(&["accept"], &["--draft", "Plan B"]);
        world.shows("We meet at ten.\n");
        world.ok(&["reject"], &["--author", "you"]);
        assert_eq!(world.ok(&["suggestions"], &[]), "");
    });
}

/// The id of the change with this in it, as it is listed.
fn id_of(listed: &str, part: &str) -> String {
    let line = listed.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part} in {listed}"));
    line.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_suggestion_for_a_note_is_told_change_by_change_accepted_in_part_and_the_rest_rejected() {
    let note = "# Plan\n\nWe meet at noon.\n\n- tea\n- milk\n";
    World::each_of(("plan.md", note), &["--note"], |world| {
        let wanted = "# Plan\n\nWe meet at **ten**.\n\n- tea\n- bread\n- milk\n";
        let made = world.suggest(wanted, &[]);
        world.shows(note);
        let listed = world.json(&["suggestions"], &[]);
        assert_eq!(listed["suggestions"], made["suggestions"], "it is listed as it was told");
        let said = world.run(&["suggestions"], &[]);
        assert_eq!(said.code, Some(1));
        let (gone, came) = (id_of(&said.out, "-\"noon\""), id_of(&said.out, "+\"ten\""));
        world.ok(&["accept"], &[&gone, &came]);
        world.shows("# Plan\n\nWe meet at ten.\n\n- tea\n- milk\n");
        // That the word is to be strong shows once it is there.
        let said = world.run(&["suggestions"], &[]);
        assert!(said.out.contains("(accepted)") && said.out.contains("(open)"), "{said:?}");
        let bold = id_of(&said.out, "line ");
        assert!(said.out.contains("**"), "{said:?}");
        world.ok(&["accept"], &[&bold]);
        world.shows("# Plan\n\nWe meet at **ten**.\n\n- tea\n- milk\n");
        world.ok(&["reject"], &["--all"]);
        world.shows("# Plan\n\nWe meet at **ten**.\n\n- tea\n- milk\n");
        assert_eq!(world.ok(&["suggestions"], &[]), "");
        let all = world.json(&["suggestions"], &["--all"]);
        assert_eq!(all["suggestions"][0]["state"], "partly");
        let states: Vec<&str> = all["suggestions"][0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["state"].as_str().unwrap())
            .collect();
        assert!(states.contains(&"accepted") && states.contains(&"rejected"), "{states:?}");
        for _ in 0..3 {
            world.ok(&["undo"], &[]);
        }
        world.shows(note);
        world.ok(&["accept"], &["--all"]);
        world.shows(wanted);
    });
}

#[test]
fn a_suggestion_for_a_json_document_says_what_each_change_does_and_is_accepted_in_part() {
    let scene = "{\n  \"name\": \"scene\",\n  \"size\": 3,\n  \"items\": [1, 2, 3]\n}\n";
    World::each_of(("scene.json", scene), &[], |world| {
        let wanted = "{\n  \"name\": \"scene\",\n  \"size\": 4,\n  \"items\": [1, 3],\n  \"on\": true\n}\n";
        let made = world.suggest(wanted, &[]);
        world.shows(scene);
        assert_eq!(world.json(&["suggestions"], &[])["suggestions"], made["suggestions"]);
        let changes = made["suggestions"][0]["changes"].as_array().unwrap().clone();
        let of = |pointer: &str| {
            let is_it = |change: &&Value| {
                let effect = &change["effect"][0];
                effect["to"].as_str().or(effect["from"].as_str()) == Some(pointer)
            };
            changes.iter().find(is_it).unwrap_or_else(|| panic!("{pointer} in {changes:?}"))
        };
        assert_eq!(
            (&of("/size")["effect"][0]["before"], &of("/size")["effect"][0]["after"]),
            (&"3".into(), &"4".into())
        );
        assert_eq!(of("/items/1")["effect"][0]["kind"], "delete");
        let id = of("/size")["id"].as_str().unwrap();
        let said = world.run(&["suggestions"], &[]);
        let words = of("/size")["effect"][0]["words"].as_str().unwrap();
        assert_eq!(id_of(&said.out, words), id, "{said:?}");
        world.ok(&["accept"], &[id]);
        world.shows(&scene.replace('3', "4").replacen(", 4]", ", 3]", 1));
        world.ok(&["reject"], &[of("/items/1")["id"].as_str().unwrap()]);
        assert!(world.ok(&["why"], &[of("/items/1")["id"].as_str().unwrap()]).contains("rejected by you"));
        world.ok(&["accept"], &["--all"]);
        let shown: Value = serde_json::from_str(&world.ok(&["show"], &[])).unwrap();
        assert_eq!(shown, serde_json::json!({ "name": "scene", "size": 4, "items": [1, 2, 3], "on": true }));
        assert_eq!(world.ok(&["suggestions"], &[]), "");
        let wrong = world.place.write("wrong.json", "{");
        let refused = world.run(&["suggest"], &["--from", wrong.to_str().unwrap()]);
        assert_eq!(refused.code, Some(2), "what is no JSON is not suggested: {refused:?}");
        assert_eq!(world.ok(&["suggestions"], &[]), "");
    });
}

#[test]
fn drafts_of_notes_and_json_documents_are_shown_beside_what_everybody_sees() {
    for (file, text, wanted, more) in [
        ("plan.md", "# Plan\n\nOne.\n", "# Plan\n\n> Two.\n", &["--note"][..]),
        ("list.json", "[1, 2]\n", "[2, 3]\n", &[]),
    ] {
        World::each_of((file, text), more, |world| {
            world.ok(&["draft", "new"], &["B"]);
            world.suggest(wanted, &["--draft", "B"]);
            world.shows(text);
            assert_eq!(world.ok(&["draft", "show"], &["B"]), wanted);
            world.ok(&["accept"], &["--draft", "B"]);
            world.shows(wanted);
            world.ok(&["undo"], &[]);
            world.shows(text);
        });
    }
}
