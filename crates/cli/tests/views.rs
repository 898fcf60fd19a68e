//! Views of one's own from the terminal: in a directory, and on a server that has the document open.

mod fixture;

use fixture::{Place, Said};
use serde_json::Value;

/// Runs `test` on a directory and on a server, with a document in which the person and another one wrote.
fn each(test: impl Fn(&dyn Fn(&[&str], &[&str]) -> Said, &Place)) {
    for is_served in [false, true] {
        let place = Place::new();
        place.import("data", "Notes", "We meet at noon.\n");
        let server = is_served.then(|| place.serve("data"));
        let site = server.as_ref().map_or_else(|| "data".to_owned(), |server| format!("http://{}", server.address));
        let run = |command: &[&str], more: &[&str]| place.run(&[command, &[site.as_str(), "Notes"], more].concat());
        test(&run, &place);
    }
}

fn ok(said: Said) -> String {
    assert_eq!(said.code, Some(0), "{said:?}");
    said.out
}

fn json(said: Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"))
}

/// The id of the only edit run.
fn run_of(said: Said) -> String {
    json(said)["runs"][0]["id"].as_str().expect("a run").to_owned()
}

#[test]
fn a_view_is_made_named_used_and_forgotten_and_changes_nothing_for_anybody() {
    each(|run, place| {
        let id = run_of(run(&["log"], &["--json"]));
        ok(run(&["view", "new"], &["empty", "--hide", &id]));
        assert_eq!(ok(run(&["show"], &[])), "We meet at noon.\n", "none is on");
        assert_eq!(ok(run(&["show"], &["--view", "empty"])), "");
        let why = ok(run(&["why"], &[&id, "--view", "empty"]));
        assert!(why.contains("hidden"), "{why}");
        assert_eq!(run(&["diff"], &["start", "now", "--view", "empty"]).code, Some(0), "nothing shows at either time");
        assert_eq!(run(&["diff"], &["start", "now"]).code, Some(1));
        ok(run(&["conflicts"], &["--view", "empty"]));

        ok(run(&["view", "rename"], &["empty", "nothing at all"]));
        ok(run(&["view", "use"], &["nothing at all"]));
        let said = run(&["show"], &[]);
        assert!(said.out.is_empty() && said.err.contains("nothing at all"), "{said:?}");
        assert_eq!(ok(run(&["show"], &["--view", "shared"])), "We meet at noon.\n");
        let listed = json(run(&["view", "list"], &["--json"]));
        assert_eq!((&listed["on"], listed["views"].as_array().unwrap().len()), (&"nothing at all".into(), 1));
        let words = listed["views"][0]["view"].as_str().unwrap();
        assert!(words.starts_with("spans "), "{words}");

        // What one view chose, in the words of the app, another can take.
        ok(run(&["view", "new"], &["again", "--choices", words]));
        assert_eq!(ok(run(&["show"], &["--view", "again"])), "");
        ok(run(&["view", "new"], &["again", "--replace"]));
        assert_eq!(ok(run(&["show"], &["--view", "again"])), "We meet at noon.\n");

        ok(run(&["view", "forget"], &["nothing at all"]));
        assert_eq!(ok(run(&["show"], &[])), "We meet at noon.\n", "the one that was on is gone");
        assert!(place.run(&["stats", "data"]).code.is_some());
    });
}

#[test]
fn whatever_can_be_chosen_is_listed_in_words() {
    each(|run, _| {
        let id = run_of(run(&["log"], &["--json"]));
        let weight = format!("{id}=40");
        let all: [&[&str]; 7] = [
            &["--mine-first", "overlap"],
            &["--hold-all"],
            &["--suggestions", "all"],
            &["--prefer", &id],
            &["--pin", "start"],
            &["--hold", "you"],
            &["--weigh", &weight],
        ];
        for (number, flags) in all.iter().enumerate() {
            let name = format!("view {number}");
            ok(run(&["view", "new"], &[&[name.as_str()], *flags].concat()));
            ok(run(&["show"], &["--view", &name]));
        }
        let listed = ok(run(&["view", "list"], &[]));
        for words in ["mine first", "holds everybody", "with suggestions", "prefers", "only ", "holds ", "weighs "] {
            assert!(listed.contains(words), "{words}: {listed}");
        }
        assert_eq!(ok(run(&["show"], &["--view", "view 4"])), "");
    });
}

#[test]
fn what_others_do_to_a_part_that_a_view_holds_does_not_show_in_it() {
    let place = Place::new();
    let id = place.import("data", "Lines", "one\ntwo\nthree\n");
    let server = place.serve("data");
    let site = format!("http://{}", server.address);
    let run = |command: &[&str], more: &[&str]| place.run(&[command, &[site.as_str(), "Lines"], more].concat());
    ok(run(&["view", "new"], &["quiet", "--hold-part", "2"]));
    server.put(&id, "one!\ntwo!\nthree!\n");
    assert_eq!(ok(run(&["show"], &[])), "one!\ntwo!\nthree!\n");
    assert_eq!(ok(run(&["show"], &["--view", "quiet"])), "one!\ntwo\nthree!\n");
    assert!(ok(run(&["view", "list"], &[])).contains("holds \"2\""));
    let said = run(&["view", "new"], &["other", "--hold-part", "7"]);
    assert!(said.code == Some(2) && said.err.contains("there are 3"), "{said:?}");
}

#[test]
fn what_cannot_be_says_why() {
    each(|run, place| {
        let fails = |command: &[&str], more: &[&str], words: &str| {
            let said = run(command, more);
            assert!(said.code == Some(2) && said.err.contains(words), "{words}: {said:?}");
        };
        fails(&["show"], &["--view", "mine"], "no view called \"mine\"");
        fails(&["view", "use"], &["mine"], "There are none");
        fails(&["view", "new"], &[], "which view?");
        fails(&["view", "new"], &["shared"], "what everybody sees");
        fails(&["view", "new"], &["x", "--mine-first", "never"], "overlap, order or conflict");
        fails(&["view", "new"], &["x", "--weigh", "run"], "--weigh is");
        fails(&["view", "new"], &["x", "--mute", "nobody"], "nobody who wrote");
        fails(&["view", "new"], &["x", "--choices", "fly high"], "fly high");
        ok(run(&["view", "new"], &["x"]));
        fails(&["view", "new"], &["x"], "there is a view called");
        fails(&["view", "rename"], &["x"], "what to call it");
        fails(&["view", "rename"], &["x", "x"], "there is a view called");

        // What is in the file is foreign.
        let views = std::fs::read_dir(place.path("home/views")).expect("the person's views");
        let file = views.map(|entry| entry.unwrap().path()).next().expect("a file");
        std::fs::write(&file, r#"{"views":[{"name":"x","view":"fly high"}],"on":"x"}"#).unwrap();
        fails(&["show"], &[], "does not know");
        std::fs::write(&file, "{").unwrap();
        fails(&["show"], &[], "does not read");
        fails(&["view", "list"], &[], "does not read");
    });
}
