//! `motet join`: a copy that follows, that can be served, and that passes on.

mod fixture;

use fixture::{Place, eventually};

#[test]
fn a_copy_follows_and_can_be_served_without_the_first_server() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let server = place.serve("a");
    let join = place.start(&["join", &server.url("Notes"), "--dir", "b"]);
    join.line("follows \"Notes\"");
    join.line("connected");
    server.put(&id, "one\ntwo\n");
    // The directory is the copy's alone while it follows: stop, look, go on.
    let mut join = Some(join);
    eventually("one\ntwo\n".to_owned(), || {
        assert!(join.take().unwrap().stop().success());
        let text = place.run(&["show", "b", &id]).out;
        join = Some(place.start(&["join", &server.url("Notes"), "--dir", "b"]));
        join.as_ref().unwrap().line("connected");
        text
    });
    assert!(join.take().unwrap().stop().success());
    server.running.kill();

    // What the copy has, somebody writes on in; the first server learns of it when it is back.
    let copy = place.serve("b");
    assert_eq!(copy.text(&id), "one\ntwo\n");
    copy.put(&id, "one\ntwo\nthree\n");
    copy.running.kill();
    let server = place.serve("a");
    let join = place.start(&["join", &server.url(""), "Notes", "--dir", "b", "--json"]);
    join.line("connected");
    eventually("one\ntwo\nthree\n".to_owned(), || server.text(&id));
    assert!(join.stop().success());
    assert_eq!(place.run(&["verify", "b"]).code, Some(0));
}

#[test]
fn a_relay_passes_on_both_ways_and_through_restarts() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let a = place.serve("a");
    let relay = place.start(&["join", &a.url("Notes"), "--dir", "b", "--listen", "127.0.0.1:0"]);
    let b = relay.line("listens on").rsplit_once("http://").unwrap().1.to_owned();
    relay.line("connected");
    let c = place.start(&["join", &format!("http://{b}/Notes"), "--dir", "c", "--listen", "127.0.0.1:0"]);
    let c_address = c.line("listens on").rsplit_once("http://").unwrap().1.to_owned();
    c.line("connected");
    let text_of = |address: &str| place.run(&["show", &format!("http://{address}/{id}")]).out;
    eventually("one\n".to_owned(), || text_of(&c_address));
    a.put(&id, "one\ntwo\n");
    eventually("one\ntwo\n".to_owned(), || text_of(&c_address));
    // Back from the far end, through the middle.
    place.ok(&["restore", &format!("http://{c_address}/{id}"), "--at", "start"]);
    eventually(String::new(), || a.text(&id));

    // The first server goes away; what is written meanwhile arrives when it is back.
    let address = a.address.clone();
    a.running.kill();
    relay.line("offline");
    place.ok(&["undo", &format!("http://{b}/{id}"), "--json"]);
    eventually("one\ntwo\n".to_owned(), || text_of(&c_address));
    let a = place.serve_on("a", &address, &[]);
    eventually("one\ntwo\n".to_owned(), || a.text(&id));
    assert!(c.stop().success());
    assert!(relay.stop().success());
}

#[test]
fn what_cannot_be_joined_is_explained() {
    let place = Place::new();
    place.import("a", "Notes", "one\n");
    let a = place.serve("a");
    let unknown = place.run(&["join", &a.url("Other"), "--dir", "b"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("Notes"), "{}", unknown.err);
    let open = place.run(&["join", &a.url("Notes"), "--dir", "b", "--listen", "0.0.0.0:0"]);
    assert_eq!(open.code, Some(2));
    assert!(open.err.contains("token"), "{}", open.err);
}
