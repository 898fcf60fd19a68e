//! What actions mean together, from the terminal: in a directory, and on a server that has the document open.

mod fixture;

use fixture::{Place, Said, Server};
use serde_json::Value;

struct World {
    place: Place,
    site: String,
    /// Kept until the world ends.
    _server: Option<Server>,
    /// Edit runs: the text, its removal, and the text again.
    runs: [String; 3],
}

impl World {
    /// Runs `test` on a directory and on a server, with one document.
    fn each(test: impl Fn(&Self)) {
        for is_served in [false, true] {
            let place = Place::new();
            place.import("data", "Notes", "tea\n");
            let server = is_served.then(|| place.serve("data"));
            let site = server.as_ref().map_or_else(|| "data".to_owned(), |server| format!("http://{}", server.address));
            let mut world = Self { place, site, _server: server, runs: Default::default() };
            let first = world.newest();
            world.ok("restore", &["--at", "start"]);
            let second = world.newest();
            world.ok("restore", &["--at", &first]);
            world.runs = [first, second, world.newest()];
            test(&world);
        }
    }

    fn newest(&self) -> String {
        self.json("log", &[])["runs"][0]["id"].as_str().unwrap().to_owned()
    }

    fn run(&self, command: &str, more: &[&str]) -> Said {
        self.place.run(&[&[command, &self.site, "Notes"], more].concat())
    }

    fn ok(&self, command: &str, more: &[&str]) -> String {
        let said = self.run(command, more);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out
    }

    fn json(&self, command: &str, more: &[&str]) -> Value {
        let said = self.run(command, &[more, &["--json"]].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
    }

    fn shows(&self, text: &str) {
        assert_eq!(self.ok("show", &[]), text);
    }
}

#[test]
fn a_conflict_is_declared_told_decided_and_comes_back() {
    World::each(|world| {
        let [first, _, again] = &world.runs;
        let none = world.run("conflicts", &[]);
        assert_eq!((none.code, none.out.as_str()), (Some(0), ""));

        let said = world.ok("constrain", &["conflict", first, again]);
        assert!(said.starts_with("never both ") && said.contains(&format!("\n{again} (+4")), "{said}");
        assert!(said.contains("gave way to") && said.contains("nobody decided"), "{said}");
        world.shows("");
        let why = world.ok("why", &[again]);
        assert!(why.contains(&format!("gave way to {first} (+4 \"tea\\n\"")), "{why}");
        assert!(why.contains("says you"), "{why}");
        let json = world.json("why", &[again]);
        let part = &json["parts"][0];
        assert_eq!((part["standing"].as_str(), part["to"][0]["id"].as_str()), (Some("lost"), Some(first.as_str())));
        assert_eq!(
            (part["constraint"]["rule"].as_str(), part["constraint"]["max"].as_u64()),
            (Some("at-most"), Some(1))
        );
        assert!(part["answer"].is_null());
        let log = world.ok("log", &[]);
        let is_lost = |line: &str| line.starts_with(again.as_str()) && line.ends_with("(lost)");
        assert!(log.lines().any(is_lost) && log.contains("never both"), "{log}");
        let runs = world.json("log", &[]);
        assert_eq!(runs["runs"][1]["why"]["standing"], "lost");
        assert_eq!(runs["runs"][0]["declared"][0]["rule"], "at-most");

        let some = world.run("conflicts", &[]);
        assert_eq!(some.code, Some(1));
        assert!(some.out.starts_with(again.as_str()) && some.out.contains("motet resolve"), "{}", some.out);

        let decided = world.json("resolve", &[first, again, "--keep", again]);
        assert_eq!(decided["declared"][0]["keep"][0].as_str(), Some(again.as_str()));
        world.shows("tea\n");
        let some = world.run("conflicts", &[]);
        assert_eq!(some.code, Some(0), "somebody decided: {some:?}");
        assert!(some.out.contains(&format!("decided for {again} among")), "{}", some.out);
        let conflict = &world.json("conflicts", &[])["conflicts"][0];
        assert_eq!(conflict["action"]["id"].as_str(), Some(first.as_str()));
        assert_eq!(conflict["answer"]["keep"][0].as_str(), Some(again.as_str()));

        world.ok("resolve", &[first, again, "--neither"]);
        world.shows("");
        assert_eq!(world.json("conflicts", &[])["conflicts"].as_array().unwrap().len(), 2);
        world.ok("resolve", &[first, again, "--both"]);
        world.shows("tea\n");
        assert_eq!(world.json("conflicts", &[])["conflicts"].as_array().unwrap().len(), 0);
        for _ in 0..3 {
            world.ok("undo", &[]);
        }
        world.shows("");
        assert_eq!(world.run("conflicts", &[]).code, Some(1), "an undone answer brings it back");

        world.ok("weigh", &[again, "--weight", "40"]);
        world.shows("tea\n");
        assert!(world.ok("log", &["-n", "1"]).contains(&format!("weighs {again} as 40")));
    });
}

#[test]
fn a_decision_in_place_of_one_about_more_leaves_the_rest_open() {
    World::each(|world| {
        let [first, second, again] = &world.runs;
        world.ok("constrain", &["conflict", first, again]);
        let none = world.json("resolve", &[first, second, again, "--neither"]);
        let none = none["id"].as_str().unwrap();
        assert!(world.ok("why", &[second]).contains("decided for none of"));
        world.ok("resolve", &[first, again, "--keep", again, "--instead", none]);
        assert!(world.ok("why", &[second]).contains("active"));
        assert!(world.ok("why", &[none]).contains("a later answer about the same counts instead"));
        let wrong = world.run("resolve", &[first, again, "--neither", "--instead", first]);
        assert_eq!(wrong.code, Some(2));
        assert!(wrong.err.contains("decides nothing"), "{wrong:?}");
    });
}

#[test]
fn what_needs_something_says_what_and_why_that_is_gone() {
    World::each(|world| {
        let [first, _, again] = &world.runs;
        world.ok("constrain", &["enables", first, again]);
        world.shows("tea\n");
        world.ok("undo", &["--anyone", first]);
        world.shows("");
        let why = world.ok("why", &[first, again]);
        let lines: Vec<&str> = why.lines().collect();
        assert!(lines[0].contains("undone by") && lines[1].contains(&format!("needs {first}")), "{why}");
        assert!(lines[2].starts_with(&format!("  {first}: undone by")), "{why}");
        assert!(world.ok("log", &[]).contains("(needs what is gone)"));
        assert_eq!(world.json("why", &[again])["parts"][0]["on"]["id"].as_str(), Some(first.as_str()));
    });
}

#[test]
fn what_cannot_be_said_is_explained_and_nothing_is_written() {
    World::each(|world| {
        let [first, second, again] = &world.runs;
        let before = world.newest();
        for (command, more, says) in [
            ("constrain", &[][..], "which rule"),
            ("constrain", &["sometimes", first, again], "is no rule"),
            ("constrain", &["conflict", first], "two runs"),
            ("constrain", &["conflict", first, first], "in common"),
            ("constrain", &["enables", first, second, again], "of two runs"),
            ("constrain", &["at-most", first, again], "takes a number"),
            ("constrain", &["at-most", "2", first, again], "more runs"),
            ("constrain", &["conflict", first, "0..1@77"], "no run"),
            ("resolve", &[first, again, "--keep", second], "not among"),
            ("resolve", &[first, "--both"], "two runs"),
            ("resolve", &[first, again], "--neither"),
            ("weigh", &["--weight", "4"], "one run"),
            ("weigh", &[first, "--weight", "0"], "1..=65535"),
            ("why", &[], "which run"),
            ("why", &["nonsense"], "no id of a run"),
        ] {
            let said = world.run(command, more);
            assert_eq!(said.code, Some(2), "{command} {more:?}: {said:?}");
            assert!(said.err.contains(says), "{command} {more:?}: {}", said.err);
        }
        assert_eq!(world.newest(), before);
    });
}

#[test]
fn what_is_decided_stays_and_who_may_is_said() {
    World::each(|world| {
        let [first, _, again] = &world.runs;
        world.ok("constrain", &["conflict", first, again]);
        assert_eq!(world.ok("decide", &["--show"]), "nobody may decide: choices stay open\n");
        let refused = world.run("decide", &[]);
        assert!(refused.code != Some(0) && refused.err.contains("say first who may"), "{refused:?}");
        let unknown = world.run("decide", &["--by", "xyz"]);
        assert!(unknown.code != Some(0) && unknown.err.contains("begins with \"xyz\""), "{unknown:?}");
        assert_eq!(world.ok("decide", &["--by", "you"]), "you may decide\n");

        let said = world.ok("decide", &[]);
        assert!(said.starts_with("you may decide\n") && said.contains("  by you\n"), "{said}");
        let why = world.ok("why", &[again]);
        assert!(why.contains("gave way, and you, ") && why.contains(" made that final"), "{why}");
        let json = world.json("why", &[again]);
        let decisions = world.json("decide", &["--show"]);
        assert_eq!(json["parts"][0]["decided"], decisions["decisions"][0]["id"]);
        assert_eq!(
            (decisions["deciders"].as_array().unwrap().len(), decisions["late"].as_array().unwrap().len()),
            (1, 0)
        );

        // An answer comes too late, and so does undoing it.
        world.ok("resolve", &[first, again, "--keep", again]);
        world.shows("");
        world.ok("decide", &[]);
        let run = world.newest();
        let stands = world.run("undo", &[&run]);
        assert!(stands.code == Some(2) && stands.err.contains("decided for good"), "{stands:?}");
        assert_eq!(world.json("decide", &["--show"])["decisions"].as_array().unwrap().len(), 2);
        world.shows("");

        world.ok("decide", &["--by", "nobody"]);
        world.ok("decide", &[]);
        assert!(world.ok("decide", &["--show"]).starts_with("nobody may decide"));
    });
}

#[test]
fn an_undo_says_what_would_go_along_takes_it_spares_it_or_is_refused() {
    World::each(|world| {
        let [first, _, again] = &world.runs;
        // On a server the document was made by another than who works on it here; in a directory they are the same.
        let is_others = world.site.starts_with("http");
        world.ok("constrain", &["enables", again, first]);
        let before = world.newest();
        let looked = world.run("undo", &["--dry-run", again]);
        assert_eq!(looked.code, Some(0));
        assert!(looked.out.contains("would be undone"), "{looked:?}");
        assert!(looked.out.contains(&format!("would go along: it needs {again}")), "{looked:?}");
        let told = world.json("undo", &["--dry-run", again, "--dependants", "refuse"]);
        assert_eq!(told["parts"].as_array().unwrap().len(), 2);
        let part = told["parts"].as_array().unwrap().iter().find(|part| part["id"] == first.as_str()).unwrap();
        assert_eq!((part["turn"].as_str(), part["others"].as_bool()), (Some("goes"), Some(is_others)));
        assert_eq!(told["refused"].as_bool(), Some(is_others));
        assert_eq!(world.newest(), before, "looking does nothing");

        let refused = world.run("undo", &[again, "--dependants", "refuse"]);
        if is_others {
            assert_eq!(refused.code, Some(2));
            assert!(refused.err.contains("1 of others' changes would go along"), "{refused:?}");
            assert_eq!(world.newest(), before);
            let lifted = world.json("undo", &["--dry-run", again, "--dependants", "keep"]);
            assert_eq!(lifted["lifted"].as_array().unwrap().len(), 1);
            world.ok("undo", &[again, "--dependants", "keep"]);
            assert!(world.ok("why", &[first]).contains("active"));
            world.ok("redo", &[]);
        } else {
            assert_eq!(refused.code, Some(0), "it is all one's own: {refused:?}");
            world.ok("redo", &[]);
        }
        world.shows("tea\n");
        world.ok("undo", &[again]);
        assert!(world.ok("why", &[first]).contains(&format!("needs {again}")));
        assert_eq!(world.run("redo", &["--dry-run"]).code, Some(2), "it is for undo");
    });
}

#[test]
fn the_graph_of_a_document_or_a_place_is_printed_for_people_programs_and_drawing() {
    World::each(|world| {
        let [first, second, again] = &world.runs;
        assert_eq!(world.ok("graph", &[]), "nothing is tied to anything here\n");
        world.ok("constrain", &["conflict", first, again]);
        let all = world.ok("graph", &[]);
        for part in [first.as_str(), again.as_str(), "gave way to", "never both"] {
            assert!(all.contains(part), "{part} in {all}");
        }
        assert!(!all.contains(second.as_str()), "what nothing ties is not in it: {all}");
        assert_eq!(world.ok("graph", &["--at", again]), all, "the place has all that there is");
        let element =
            again.replace("..", "@").split('@').next().unwrap().to_owned() + "@" + again.split_once('@').unwrap().1;
        assert_eq!(world.ok("graph", &["--at", &element]), all);
        assert!(world.ok("graph", &["--at", second]).starts_with("nothing"));

        let dot = world.ok("graph", &["--format", "dot"]);
        assert!(dot.starts_with("digraph motet {") && dot.ends_with("}\n"), "{dot}");
        assert_eq!(dot.matches(" -> ").count(), 1, "{dot}");
        assert!(dot.contains("label=\"conflict\"") && dot.contains("dir=none"), "{dot}");
        let said = world.ok("graph", &["--format", "json"]);
        let json: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(json["ties"][0]["rule"], "at-most");
        assert_eq!(json["ties"][0]["inForce"], true);
        let lost = json["actions"].as_array().unwrap().iter().find(|action| action["id"] == again.as_str()).unwrap();
        assert_eq!(lost["standing"], "lost");
        assert_eq!(world.run("graph", &["--at", "nonsense"]).code, Some(2));
    });
}
