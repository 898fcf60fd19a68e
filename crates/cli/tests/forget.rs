//! History that was trimmed is forgotten by a directory, and members who come later do without it.

mod fixture;

use fixture::{Place, Said};
use serde_json::Value;

fn run(place: &Place, command: &str, site: &str, more: &[&str]) -> Said {
    place.run(&[&[command, site, "Notes"], more].concat())
}

fn ok(place: &Place, command: &str, site: &str, more: &[&str]) -> String {
    let said = run(place, command, site, more);
    assert_eq!(said.code, Some(0), "{command} {more:?}: {said:?}");
    said.out
}

#[test]
fn f4_a_directory_forgets_and_whoever_comes_does_without_it() {
    let place = Place::new();
    place.import("data", "Notes", "a secret\n");
    let log: Value = serde_json::from_str(&ok(&place, "log", "data", &["--json"])).unwrap();
    let written = log["runs"][0]["id"].as_str().unwrap().to_owned();
    ok(&place, "restore", "data", &["--at", "start"]);
    let early = run(&place, "decide", "data", &["--trim"]);
    assert!(early.err.contains("may not decide here"), "{early:?}");
    ok(&place, "decide", "data", &["--by", "you"]);
    let early = run(&place, "decide", "data", &["--trim"]);
    assert!(early.err.contains("nothing was decided before"), "{early:?}");
    ok(&place, "decide", "data", &[]);
    let nothing = run(&place, "forget", "data", &[]);
    assert_eq!((nothing.code, nothing.out.contains("was not trimmed")), (Some(1), true), "{nothing:?}");
    let trimmed = ok(&place, "decide", "data", &["--trim"]);
    assert!(trimmed.contains("trimmed history"), "{trimmed}");
    assert!(ok(&place, "show", "data", &["--at", &written]).contains("secret"), "trimming alone forgets nothing");
    let undo = run(&place, "redo", "data", &[&written]);
    assert_ne!(undo.code, Some(0), "it is final: {undo:?}");
    assert!(ok(&place, "forget", "data", &[]).contains("forgot"));
    let again = run(&place, "forget", "data", &[]);
    assert_eq!((again.code, again.out.contains("before")), (Some(1), true), "{again:?}");
    assert!(ok(&place, "show", "data", &["--at", &written]).starts_with("\u{fffd}"));
    let back = run(&place, "restore", "data", &["--at", &written]);
    assert!(back.err.contains("was forgotten"), "{back:?}");
    let verified = place.run(&["verify", "data"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    // Who comes over the network does without it, and goes on.
    let server = place.serve("data");
    let site = format!("http://{}", server.address);
    assert!(ok(&place, "show", &site, &["--at", &written]).starts_with("\u{fffd}"));
    assert_eq!(ok(&place, "show", &site, &[]), "");
    let refused = run(&place, "forget", &site, &[]);
    assert!(refused.err.contains("--forget"), "{refused:?}");
    let state: Value = serde_json::from_str(&ok(&place, "decide", &site, &["--show", "--json"])).unwrap();
    assert_eq!(state["trimmed"][0], state["forgotten"], "{state}");
}

#[test]
fn a_bundle_of_what_was_forgotten_is_taken_in_by_who_has_nothing() {
    let place = Place::new();
    place.import("data", "Notes", "a secret\n");
    ok(&place, "restore", "data", &["--at", "start"]);
    ok(&place, "decide", "data", &["--by", "you"]);
    ok(&place, "decide", "data", &[]);
    ok(&place, "decide", "data", &["--trim"]);
    ok(&place, "forget", "data", &[]);
    let packed = place.run(&["pack", "--out", "stick", "data"]);
    assert_eq!(packed.code, Some(0), "{packed:?}");
    for _ in 0..2 {
        let unpacked = place.run(&["unpack", "stick", "other"]);
        assert_eq!(unpacked.code, Some(0), "{unpacked:?}");
        assert_eq!(ok(&place, "show", "other", &[]), "");
    }
}
