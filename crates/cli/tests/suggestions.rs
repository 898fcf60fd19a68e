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
    /// Runs `test` on a directory and on a server, with one document.
    fn each(test: impl Fn(&Self)) {
        for is_served in [false, true] {
            let place = Place::new();
            place.import("data", "Notes", "We meet at noon.\n");
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
