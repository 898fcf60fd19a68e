//! `motet share` and `motet join TICKET`: documents between members, without a server.
#![cfg(feature = "p2p")]

mod fixture;

use fixture::{Place, Running, eventually};
use serde_json::Value;

/// A member that runs: where programs reach it, and its ticket where it shares.
struct Member {
    running: Running,
    http: String,
    ticket: String,
    at: String,
}

/// Only this machine, and nobody is looked for: what tests need that run beside each other.
const HERE: [&str; 5] = ["--bind", "127.0.0.1:0", "--no-discovery", "--listen", "127.0.0.1:0"];

impl Member {
    fn start(place: &Place, arguments: &[&str]) -> Self {
        Self::new(place.start(&[arguments, &HERE[..], &["--json"]].concat()))
    }

    fn new(running: Running) -> Self {
        let listening: Value = serde_json::from_str(&running.line("\"listening\"")).unwrap();
        let http = format!("http://{}", listening["address"].as_str().unwrap());
        Self { running, http, ticket: String::new(), at: String::new() }
    }

    fn shares(mut self) -> Self {
        let sharing: Value = serde_json::from_str(&self.running.line("\"sharing\"")).unwrap();
        self.ticket = sharing["ticket"].as_str().unwrap().to_owned();
        self.at = sharing["addresses"][0].as_str().unwrap().to_owned();
        self
    }

    fn text(&self, place: &Place, id: &str) -> String {
        place.run(&["show", &format!("{}/{id}", self.http)]).out
    }
}

#[test]
fn a10_a_document_is_shared_by_a_ticket_and_both_write_in_it() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    place.import("a", "Private", "not for others\n");
    let a = Member::start(&place, &["share", "Notes", "--dir", "a"]).shares();
    let b = Member::start(&place, &["join", &a.ticket, "--dir", "b"]);
    assert!(b.running.line("\"following\"").contains("\"Notes\""));
    b.running.line("\"connected\"");
    a.running.line("\"joined\"");
    eventually("one\n".to_owned(), || b.text(&place, &id));
    place.ok(&["restore", &format!("{}/{id}", b.http), "--at", "start"]);
    eventually(String::new(), || a.text(&place, &id));
    assert!(b.running.stop().success());
    a.running.line("\"left\"");
    assert!(a.running.stop().success());
    let kept = place.ok(&["stats", "b"]);
    assert!(kept.contains("Notes") && !kept.contains("Private"), "{kept}");
    assert_eq!(place.run(&["verify", "b"]).code, Some(0));

    // The ticket is the same next time, and the copy that was kept goes on from where it was.
    let again = Member::start(&place, &["share", &id, "--dir", "a"]).shares();
    place.ok(&["undo", &format!("{}/{id}", again.http), "--anyone", "--json"]);
    let b = Member::start(&place, &["join", &again.ticket, "--dir", "b"]);
    eventually("one\n".to_owned(), || b.text(&place, &id));
}

#[test]
fn a_chain_of_members_converges() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let mut chain = vec![Member::start(&place, &["share", "Notes", "--dir", "a"]).shares()];
    for dir in ["b", "c", "d"] {
        let ticket = chain.last().unwrap().ticket.clone();
        chain.push(Member::start(&place, &["join", &ticket, "--dir", dir, "--share"]).shares());
    }
    let (first, last) = (&chain[0], &chain[3]);
    eventually("one\n".to_owned(), || last.text(&place, &id));
    place.ok(&["restore", &format!("{}/{id}", last.http), "--at", "start"]);
    eventually(String::new(), || first.text(&place, &id));
    place.ok(&["undo", &format!("{}/{id}", first.http), "--anyone", "--json"]);
    chain.iter().for_each(|member| eventually("one\n".to_owned(), || member.text(&place, &id)));
}

#[test]
fn a_bundle_carried_both_ways_makes_members_equal_that_never_met() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    place.ok(&["pack", "a", "-o", "there.motet"]);
    place.ok(&["unpack", "there.motet", "b"]);
    place.ok(&["restore", "a", &id, "--at", "start"]);
    let run: Value = serde_json::from_str(&place.ok(&["log", "b", &id, "--json"])).unwrap();
    let run = run["runs"].as_array().unwrap()[0]["id"].as_str().unwrap().to_owned();
    place.ok(&["undo", "b", &id, "--anyone", &run]);
    place.ok(&["redo", "b", &id, "--anyone", &run]);
    place.ok(&["pack", "a", "-o", "there.motet", "--force"]);
    place.ok(&["pack", "b", "-o", "back.motet"]);
    place.ok(&["unpack", "there.motet", "b"]);
    place.ok(&["unpack", "back.motet", "a"]);
    let hashes = |dir| {
        let stats: Value = serde_json::from_str(&place.ok(&["stats", dir, &id, "--json"])).unwrap();
        (stats["state_hash"].clone(), stats["log_hash"].clone(), place.ok(&["show", dir, &id]))
    };
    assert_eq!(hashes("a"), hashes("b"));
}

#[test]
fn tickets_that_do_not_hold_are_explained() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let a = Member::start(&place, &["share", "Notes", "--dir", "a"]).shares();
    let ticket = a.ticket.clone();
    let cut = &ticket[..ticket.len() - 3];
    let refused = |arguments: &[&str], why: &str| {
        let said = place.run(&[arguments, &["--bind", "127.0.0.1:0", "--no-discovery"]].concat());
        assert!(said.code == Some(2) && said.err.contains(why), "{why}: {said:?}");
    };
    refused(&["join", cut, "--dir", "x"], "Copy it again");
    refused(&["join", "motet:hello!", "--dir", "x"], "damaged");
    refused(&["join", &ticket, "Notes", "--dir", "x"], "names its document");
    refused(&["join", "http://127.0.0.1:1/x", "--at", "127.0.0.1:1", "--dir", "x"], "ticket");
    refused(&["join", &ticket, "--qr", "--dir", "x"], "--share");
    refused(&["share", "Other", "--dir", "b"], "is no directory");
    a.running.stop();
    refused(&["share", "Other", "--dir", "a"], "Notes");
    refused(&["join", &ticket, "--dir", "a"], "this very directory");
    assert!(!place.path("x").exists(), "what is refused makes no directory");

    // Older tickets admit nobody once there is another.
    let renewed = Member::start(&place, &["share", &id, "--dir", "a", "--new-ticket"]).shares();
    assert_ne!(renewed.ticket, ticket);
    refused(&["join", &ticket, "--dir", "y", "--at", &renewed.at], "new one");
    // And whoever is not reached is asked again and again, and it is said how to help.
    renewed.running.kill();
    let alone = place.start(&["join", &ticket, "--dir", "z", "--bind", "127.0.0.1:0", "--no-discovery"]);
    assert!(alone.line("offline").contains("--at"), "it says what to do");
}

#[test]
fn a_person_sees_the_ticket_and_a_picture_of_it() {
    let place = Place::new();
    place.import("a", "Notes", "one\n");
    let running = place.start(&["share", "Notes", "--dir", "a", "--qr", "--bind", "127.0.0.1:0", "--no-discovery"]);
    running.line("shares \"Notes\" at 127.0.0.1:");
    let ticket = running.line("motet:");
    assert!(running.line("█").chars().count() > 40);
    let join = place.start(&["join", &ticket, "--dir", "b", "--bind", "127.0.0.1:0", "--no-discovery"]);
    join.line("connected");
    assert!(running.line(" joined, from 127.0.0.1:").split(' ').next().unwrap().len() == 10);
}
