//! Documents shared and joined by tickets over HTTP, as the app asks for it: two servers of two people.
#![cfg(feature = "p2p")]

mod fixture;

use fixture::{Place, Server, eventually};
use serde_json::Value;

/// Only this machine, and nobody is looked for: what tests need that run beside each other.
const HERE: [&str; 3] = ["--bind", "127.0.0.1:0", "--no-discovery"];

fn serve(place: &Place, dir: &str) -> Server {
    place.serve_on(dir, "127.0.0.1:0", &HERE)
}

/// Asks, for the status and what is said as JSON.
fn ask(server: &Server, method: &str, path: &str, body: &str) -> (u16, Value) {
    let (status, said) = server.ask(method, path, body);
    (status, serde_json::from_str(&said).unwrap_or(Value::Null))
}

fn share(server: &Server, id: &str) -> Value {
    let (status, shared) = ask(server, "PUT", &format!("/api/documents/{id}/share"), "");
    assert_eq!(status, 200, "{shared}");
    shared
}

fn guests(server: &Server, id: &str) -> usize {
    let (_, shared) = ask(server, "GET", &format!("/api/documents/{id}/share"), "");
    shared["guests"].as_array().map_or(0, Vec::len)
}

fn given(ticket: &str) -> String {
    serde_json::json!({ "ticket": ticket }).to_string()
}

fn join(server: &Server, ticket: &str) -> (u16, Value) {
    ask(server, "POST", "/api/joins", &given(ticket))
}

fn joined(server: &Server, id: &str) -> Value {
    ask(server, "GET", &format!("/api/joins/{id}"), "").1
}

fn has(server: &Server, name: &str) -> bool {
    let (_, list) = ask(server, "GET", "/api/documents", "");
    list["documents"].as_array().unwrap().iter().any(|info| info["name"] == name && info["deleted"] == false)
}

#[test]
fn what_one_server_shares_another_joins_and_both_write_in_it() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    place.import("a", "Private", "not for others\n");
    let (a, b) = (serve(&place, "a"), serve(&place, "b"));
    assert_eq!(ask(&a, "GET", "/api/peers", "").1["available"], true);
    assert_eq!(ask(&a, "GET", &format!("/api/documents/{id}/share"), "").1["sharing"], false);

    let shared = share(&a, &id);
    let link = shared["link"].as_str().unwrap();
    assert!(link.starts_with("http://127.0.0.1:4040/#join=motet:"), "{link}");
    assert!(shared["picture"].as_str().unwrap().contains("<svg"));
    assert_eq!(share(&a, &id)["ticket"], shared["ticket"], "who asks again gets the same");

    // What it says is told before anything happens.
    let (status, facts) = ask(&b, "POST", "/api/tickets", &given(link));
    assert_eq!(
        (status, &facts["name"], &facts["id"], &facts["known"]),
        (200, &"Notes".into(), &id.clone().into(), &Value::Null)
    );
    assert_eq!(facts["member"], shared["member"]);
    assert!(!has(&b, "Notes"));

    let (status, begun) = join(&b, link);
    assert_eq!((status, &begun["state"]), (202, &"seeking".into()));
    eventually(true, || joined(&b, &id)["arrived"] == true);
    let progress = &joined(&b, &id)["progress"];
    assert_eq!(progress["done"], progress["total"]);
    eventually(1, || guests(&a, &id));
    assert!(has(&b, "Notes") && !has(&b, "Private"));
    assert_eq!(b.text(&id), "one\n");
    b.put(&id, "one\ntwo\n");
    eventually("one\ntwo\n".to_owned(), || a.text(&id));
    a.put(&id, "zero\none\ntwo\n");
    eventually("zero\none\ntwo\n".to_owned(), || b.text(&id));

    // Who ends it sends the others away; they keep what they have, and hear why nothing more comes.
    assert_eq!(ask(&a, "DELETE", &format!("/api/documents/{id}/share"), "").1["sharing"], false);
    eventually(0, || guests(&a, &id));
    a.put(&id, "later\n");
    eventually("refused".to_owned(), || joined(&b, &id)["state"].as_str().unwrap().to_owned());
    assert!(joined(&b, &id)["problem"].as_str().unwrap().contains("not shared by this ticket"));
    assert_eq!(b.text(&id), "zero\none\ntwo\n");
    // And shared again it goes on.
    assert_eq!(join(&b, share(&a, &id)["link"].as_str().unwrap()).0, 202);
    eventually("later\n".to_owned(), || b.text(&id));
    assert_eq!(ask(&b, "DELETE", &format!("/api/joins/{id}"), "").0, 204);
    eventually(0, || guests(&a, &id));
    assert!(has(&b, "Notes"), "who follows no more keeps what came");
}

#[test]
fn what_is_shared_and_joined_goes_on_after_a_restart() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let a = serve(&place, "a");
    let ticket = share(&a, &id)["ticket"].as_str().unwrap().to_owned();
    // The same address once more, as the usual port would be.
    let at = ticket_address(&a, &id);
    let b = serve(&place, "b");
    join(&b, &ticket);
    eventually(true, || joined(&b, &id)["arrived"] == true);
    assert!(a.running.stop().success());
    let a = place.serve_on("a", "127.0.0.1:0", &["--bind", &at, "--no-discovery"]);
    eventually(1, || guests(&a, &id));
    assert!(b.running.stop().success());
    eventually(0, || guests(&a, &id));
    a.put(&id, "two\n");
    let b = serve(&place, "b");
    eventually("two\n".to_owned(), || b.text(&id));
    // What is deleted is given to nobody.
    assert_eq!(ask(&a, "DELETE", &format!("/api/documents/{id}"), "").0, 200);
    assert_eq!(ask(&a, "GET", &format!("/api/documents/{id}/share"), "").1["sharing"], false);
}

fn ticket_address(server: &Server, id: &str) -> String {
    share(server, id)["addresses"][0].as_str().unwrap().to_owned()
}

#[test]
fn tickets_that_do_not_hold_are_explained() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let (a, b) = (serve(&place, "a"), serve(&place, "b"));
    let ticket = share(&a, &id)["ticket"].as_str().unwrap().to_owned();
    for path in ["/api/tickets", "/api/joins"] {
        for bad in [
            "",
            "hello",
            "motet:hello!",
            &ticket[..ticket.len() - 3],
            "http://127.0.0.1:4040/#join=",
            &"motet:a".repeat(100),
        ] {
            let (status, said) = ask(&b, "POST", path, &given(bad));
            assert_eq!((status, &said["error"]["code"]), (422, &"ticket".into()), "{path} {bad}: {said}");
        }
        assert!((400..500).contains(&ask(&b, "POST", path, "{}").0));
    }
    let (status, said) = join(&a, &ticket);
    assert_eq!((status, &said["error"]["code"]), (409, &"own-ticket".into()));
    let nothing = "0123456789abcdef0123456789abcdef";
    assert_eq!(ask(&a, "PUT", &format!("/api/documents/{nothing}/share"), "").0, 404);
    assert_eq!(ask(&a, "PUT", "/api/documents/../share", "").0, 404);
    assert_eq!(ask(&b, "GET", &format!("/api/joins/{id}"), "").0, 404);
    assert_eq!(ask(&b, "POST", &format!("/api/joins/{id}"), "").0, 404);

    // Older tickets admit nobody once there is another, and nothing is left of what never came.
    let (status, renewed) = ask(&a, "POST", &format!("/api/documents/{id}/share"), "");
    assert_eq!(status, 200);
    assert_ne!(renewed["ticket"], ticket);
    join(&b, &ticket);
    eventually("refused".to_owned(), || joined(&b, &id)["state"].as_str().unwrap_or_default().to_owned());
    assert!(joined(&b, &id)["problem"].as_str().unwrap().contains("new one"));
    assert_eq!(ask(&b, "DELETE", &format!("/api/joins/{id}"), "").0, 204);
    assert!(!has(&b, "Notes"));

    // A member that is gone is looked for until somebody ends that.
    a.running.kill();
    join(&b, renewed["ticket"].as_str().unwrap());
    assert_eq!(ask(&b, "POST", &format!("/api/joins/{id}"), "").0, 202);
    eventually(true, || joined(&b, &id)["problem"].as_str().is_some_and(|problem| problem.contains("nobody is found")));
    assert_eq!(joined(&b, &id)["state"], "seeking");
    assert_eq!(ask(&b, "DELETE", &format!("/api/joins/{id}"), "").0, 204);
    assert_eq!(ask(&b, "GET", &format!("/api/joins/{id}"), "").0, 404);
}

#[test]
fn what_was_deleted_is_brought_back_first() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let (a, b) = (serve(&place, "a"), serve(&place, "b"));
    let ticket = share(&a, &id)["ticket"].as_str().unwrap().to_owned();
    join(&b, &ticket);
    eventually(true, || joined(&b, &id)["arrived"] == true);
    assert_eq!(ask(&b, "POST", "/api/tickets", &given(&ticket)).1["known"], "Notes");
    assert_eq!(ask(&b, "DELETE", &format!("/api/documents/{id}"), "").0, 200);
    assert_eq!(ask(&b, "GET", &format!("/api/joins/{id}"), "").0, 404, "it is followed no more");
    let (status, said) = join(&b, &ticket);
    assert_eq!((status, &said["error"]["code"]), (409, &"deleted".into()));
}

#[test]
fn only_who_may_use_a_server_that_allows_it_shares_from_there() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let path = format!("/api/documents/{id}/share");
    let a = place.serve_on("a", "127.0.0.1:0", &["--no-peers"]);
    let (_, about) = ask(&a, "GET", "/api/peers", "");
    assert!(about["available"] == false && about["message"].as_str().unwrap().contains("--peers"), "{about}");
    for (method, path, body) in
        [("PUT", path.as_str(), ""), ("GET", path.as_str(), ""), ("POST", "/api/joins", "{\"ticket\":\"\"}")]
    {
        let (status, said) = ask(&a, method, path, body);
        assert_eq!((status, &said["error"]["code"]), (501, &"no-peers".into()), "{method} {path}");
    }
    a.running.stop();
    let a = place.serve_on("a", "127.0.0.1:0", &[&HERE[..], &["--token", "a long random secret"]].concat());
    for (method, path, body) in
        [("PUT", path.as_str(), ""), ("GET", path.as_str(), ""), ("POST", "/api/joins", "{\"ticket\":\"\"}")]
    {
        assert_eq!(ask(&a, method, path, body).0, 401, "{method} {path}");
    }
}

#[test]
fn the_terminal_takes_what_the_app_gives_and_the_app_what_the_terminal_gives() {
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let a = serve(&place, "a");
    let link = share(&a, &id)["link"].as_str().unwrap().to_owned();
    let terminal = place.start(&[&["join", &link, "--dir", "b", "--json", "--share"], &HERE[..]].concat());
    let sharing: Value = serde_json::from_str(&terminal.line("\"sharing\"")).unwrap();
    terminal.line("\"connected\"");
    eventually(1, || guests(&a, &id));
    let c = serve(&place, "c");
    join(&c, sharing["ticket"].as_str().unwrap());
    eventually(true, || joined(&c, &id)["arrived"] == true);
    eventually("one\n".to_owned(), || c.text(&id));
    c.put(&id, "one\nthree\n");
    eventually("one\nthree\n".to_owned(), || a.text(&id));
}
