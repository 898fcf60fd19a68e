//! Constraints between documents from the terminal: two people on a server, a directory, and what travels in a bundle.

mod fixture;

use fixture::{Place, Said, Server};
use serde_json::Value;

/// Two documents on a server, and two people who write in them.
struct World {
    place: Place,
    server: Server,
}

impl World {
    fn new() -> Self {
        let place = Place::new();
        place.import("data", "Calendar", "Monday: \n");
        place.import("data", "Letter", "Dear Bob,\n");
        let server = place.serve("data");
        Self { place, server }
    }

    fn site(&self) -> String {
        format!("http://{}", self.server.address)
    }

    fn run(&self, who: &str, words: &[&str]) -> Said {
        let mut command = self.place.command(words);
        let output = command.env("MOTET_HOME", self.place.path(who)).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn ok(&self, who: &str, words: &[&str]) -> String {
        let said = self.run(who, words);
        assert_eq!(said.code, Some(0), "{words:?}: {said:?}");
        said.out
    }

    /// Lets somebody write; the edit run.
    fn write(&self, who: &str, document: &str, text: &str) -> String {
        let (site, file) = (self.site(), self.place.write("new", text));
        let made = self.ok(who, &["suggest", &site, document, "--from", file.to_str().unwrap(), "--json"]);
        let made: Value = serde_json::from_str(&made).unwrap();
        let run = made["suggestions"][0]["id"].as_str().unwrap().to_owned();
        self.ok(who, &["accept", &site, document, &run]);
        run
    }

    fn show(&self, who: &str, document: &str) -> String {
        self.ok(who, &["show", &self.site(), document])
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn a12_two_people_and_two_documents_with_one_conflict_that_is_told_decided_and_released() {
    let world = World::new();
    let site = world.site();
    let hers = world.write("ann", "Calendar", "Monday: Ann\n");
    let his = world.write("bob", "Letter", "Dear Bob,\nI take the Monday.\n");
    let (booked, written) = (format!("Calendar:{hers}"), format!("Letter:{his}"));
    assert_eq!(world.ok("ann", &["across", "list", &site]), "");

    let said = world.ok("ann", &["across", "constrain", &site, "conflict", &booked, &written]);
    for part in ["never both ", &booked, &written, "says you", "gave way to", "nobody decided"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let listed = json(&world.ok("bob", &["across", "list", &site, "--json"]));
    let id = listed["constraints"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["constraints"][0]["rule"], "at-most");
    assert_eq!(listed["constraints"][0]["counts"], true);
    assert_eq!(listed["barred"][0]["said"][0].as_str(), Some(id.as_str()));
    // Who was first keeps the room, whoever looks; and it is said why the other is not there.
    let first = listed["barred"][0]["action"]["document"]["name"].as_str().unwrap().to_owned();
    let (loser, winner, lost, won) = match first.as_str() {
        "Letter" => ("Letter", "Calendar", &his, &hers),
        _ => ("Calendar", "Letter", &hers, &his),
    };
    let texts = |document: &str| match document {
        "Letter" => ["Dear Bob,\n", "Dear Bob,\nI take the Monday.\n"],
        _ => ["Monday: \n", "Monday: Ann\n"],
    };
    for who in ["ann", "bob"] {
        let shown = world.run(who, &["show", &site, loser]);
        assert_eq!(shown.out, texts(loser)[0]);
        assert!(
            shown.err.contains("other documents keep some of it out") && shown.err.contains("--alone"),
            "{shown:?}"
        );
        assert_eq!(world.show(who, winner), texts(winner)[1]);
        assert_eq!(world.ok(who, &["show", &site, loser, "--alone"]), texts(loser)[1]);
        let why = world.ok(who, &["why", &site, loser, lost]);
        assert!(why.contains(&format!("gave way to {winner}:{won} (+")), "{why}");
        assert!(why.contains(&format!("says {id}")), "{why}");
        assert!(world.ok(who, &["why", &site, winner, won]).contains("active"));
        let conflicts = world.run(who, &["conflicts", &site, loser]);
        assert_eq!(conflicts.code, Some(1), "{conflicts:?}");
        assert!(conflicts.out.contains(&format!("motet across release SITE {id}")), "{}", conflicts.out);
        assert_eq!(world.run(who, &["conflicts", &site, winner]).code, Some(0));
    }
    let why = json(&world.ok("ann", &["why", &site, loser, lost, "--json"]));
    assert_eq!(why["parts"][0]["standing"], "barred");
    assert_eq!(why["parts"][0]["gaveWay"], true);
    assert_eq!(why["parts"][0]["by"][0]["document"]["name"].as_str(), Some(winner));
    let shown = json(&world.ok("ann", &["show", &site, loser, "--json"]));
    assert_eq!(shown["barred"].as_array().unwrap().len(), 1);
    let conflicts = json(&world.run("ann", &["conflicts", &site, loser, "--json"]).out);
    assert_eq!(conflicts["across"][0]["gaveWay"], true);

    // Somebody says that the other matters more.
    world.ok("bob", &["weigh", &site, loser, lost, "--weight", "40"]);
    assert_eq!(world.show("ann", loser), texts(loser)[1]);
    assert_eq!(world.show("ann", winner), texts(winner)[0]);
    // What is undone takes no room.
    world.ok("bob", &["undo", &site, loser, "--anyone", lost]);
    assert_eq!(world.show("ann", winner), texts(winner)[1]);
    world.ok("bob", &["redo", &site, loser, "--anyone", lost]);
    assert_eq!(world.show("ann", winner), texts(winner)[0]);

    // A directory says the same as the server that served it, and there it is taken back.
    world.server.running.kill();
    let place = world.place;
    assert_eq!(place.ok(&["show", "data", winner]), texts(winner)[0]);
    assert_eq!(place.ok(&["across", "release", "data", &id[..6]]), format!("released {id}\n"));
    assert_eq!(place.ok(&["across", "list", "data"]), "");
    assert_eq!(place.ok(&["show", "data", winner]), texts(winner)[1]);
    assert_eq!(place.ok(&["show", "data", loser]), texts(loser)[1]);
}

/// A directory with two texts; their runs, each with its document.
fn two(place: &Place, letter: &str) -> [String; 2] {
    place.import("data", "Calendar", "Monday: Ann\n");
    place.import("data", "Letter", letter);
    ["Calendar", "Letter"].map(|name| {
        let log = json(&place.ok(&["log", "data", name, "--json"]));
        format!("{name}:{}", log["runs"][0]["id"].as_str().unwrap())
    })
}

#[test]
fn both_or_neither_of_a_long_run_says_what_is_missing_and_goes_on_in_a_bundle() {
    let place = Place::new();
    // More than goes into one action: what stands for the run is not all of it.
    let letter = "See you on Monday.\n".repeat(9000);
    let [booked, written] = two(&place, &letter);
    place.ok(&["across", "constrain", "data", "enables", &booked, &written]);
    assert_eq!(place.ok(&["show", "data", "Letter"]), letter);
    let (_, run) = booked.split_once(':').unwrap();
    place.ok(&["undo", "data", "Calendar", run]);
    assert_eq!(place.ok(&["show", "data", "Letter"]), "", "every action of the run is out");
    let (_, run) = written.split_once(':').unwrap();
    let why = place.ok(&["why", "data", "Letter", run]);
    assert!(why.contains(&format!("kept out: it needs {booked}")) && why.contains("is not active, says"), "{why}");
    let listed = place.ok(&["across", "list", "data"]);
    assert_eq!(listed.matches("kept out").count(), 1, "the run is told of once: {listed}");
    let conflicts = place.run(&["conflicts", "data", "Letter"]);
    assert_eq!((conflicts.code, conflicts.out.as_str()), (Some(0), ""), "nothing is to be chosen");

    // Who gets one of the documents has nothing to weigh it against, and who gets both has all of it.
    place.ok(&["pack", "data", "Letter", "-o", "one.bundle"]);
    place.ok(&["unpack", "one.bundle", "there"]);
    assert_eq!(place.ok(&["show", "there", "Letter"]), letter);
    let listed = place.ok(&["across", "list", "there"]);
    assert!(listed.contains("does not count yet"), "{listed}");
    assert_eq!(json(&place.ok(&["across", "list", "there", "--json"]))["constraints"][0]["counts"], false);
    place.ok(&["pack", "data", "-o", "two.bundle"]);
    place.ok(&["unpack", "two.bundle", "there"]);
    assert_eq!(place.ok(&["show", "there", "Letter"]), "");
    let id = json(&place.ok(&["across", "list", "there", "Letter", "--json"]))["constraints"][0]["id"].clone();
    assert!(listed.starts_with(id.as_str().unwrap()), "{listed}");
    let released = json(&place.ok(&["across", "release", "there", id.as_str().unwrap(), "--json"]));
    assert_eq!((&released["released"][0], released["barred"].as_array().unwrap().len()), (&id, 0));
    assert_eq!(place.ok(&["show", "there", "Letter"]), letter);
    assert_eq!(place.ok(&["verify", "there"]).lines().count(), place.ok(&["verify", "data"]).lines().count());
}

#[test]
fn what_cannot_be_said_across_documents_is_explained_and_nothing_is_written() {
    let place = Place::new();
    let [booked, written] = two(&place, "See you.\n");
    let before = place.ok(&["log", "data", "Letter"]);
    let (booked, written) = (booked.as_str(), written.as_str());
    for (words, says) in [
        (&["constrain", "data"][..], "which rule"),
        (&["constrain", "data", "sometimes", booked, written], "is no rule"),
        (&["constrain", "data", "enables", booked], "of two runs"),
        (&["constrain", "data", "at-most", "2", booked, written], "more runs"),
        (&["constrain", "data", "atomic", written, "0..12@2f"], "write DOC:RUN"),
        (&["constrain", "data", "atomic", written, "Diary:0..1@1"], "no document called \"Diary\""),
        (&["constrain", "data", "atomic", booked, "Letter:0..1@77"], "Letter: there is no run 0..1@77"),
        (&["constrain", "data", "atomic", booked, "Letter:nonsense"], "is no id of a run"),
        (&["constrain", "data", "atomic", booked], "of two documents"),
        (&["constrain", "data", "atomic", written, written, booked], "named twice"),
        (&["constrain", "elsewhere", "atomic", written, booked], "is no directory"),
        (&["list", "data", "Diary"], "no document called \"Diary\""),
        (&["release", "data"], "what is to be released"),
        (&["release", "data", "77"], "nothing is said across documents under \"77\""),
        (&["release"], "SITE"),
    ] {
        let said = place.run(&[&["across"], words].concat());
        assert_eq!(said.code, Some(2), "{words:?}: {said:?}");
        assert!(said.err.contains(says), "{words:?}: {}", said.err);
    }
    assert_eq!(place.ok(&["log", "data", "Letter"]), before);
}
