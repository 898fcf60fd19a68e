//! Notes over HTTP: a type that stays and is listed, Markdown in and out, saves that merge.

mod fixture;

use codec::SigningKey;
use fixture::{Answer, Fixture, start_with};
use motet::ReplicaId;
use server::StoredHub;
use std::sync::Arc;
use store::{MemoryStore, Store};

const JSON: (&str, &str) = ("content-type", "application/json");
const MARKDOWN: (&str, &str) = ("content-type", "text/markdown");
const MEDIA_TYPE: Option<&str> = Some("text/markdown; charset=utf-8");

fn hub(store: &Arc<MemoryStore>, writer: u64) -> Arc<StoredHub> {
    Arc::new(StoredHub::new(store.clone(), SigningKey::from_bytes(&[1; 32]), ReplicaId(writer)))
}

async fn start() -> Fixture {
    start_with(None, hub(&Arc::new(MemoryStore::new()), 1)).await
}

/// Ends the server; what it kept stays in its store.
async fn stop(mut fixture: Fixture) {
    fixture.stop.take().unwrap().send(()).unwrap();
    fixture.running.await.unwrap();
}

/// A document, made as `body` says; where its content is.
async fn made(fixture: &Fixture, body: &str) -> String {
    let answer = fixture.http("POST", "/api/documents", &[JSON], body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    format!("{}/text", answer.header("location").unwrap())
}

async fn get(fixture: &Fixture, place: &str) -> Answer {
    fixture.http("GET", place, &[], "").await
}

/// The name and type of every document in the list.
async fn listed(fixture: &Fixture) -> Vec<(String, Option<String>)> {
    let list: serde_json::Value = serde_json::from_str(&get(fixture, "/api/documents").await.body).unwrap();
    let one = |info: &serde_json::Value| {
        (info["name"].as_str().unwrap().to_owned(), info["type"].as_str().map(str::to_owned))
    };
    let mut all: Vec<_> = list["documents"].as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_note_is_one_from_the_beginning() {
    let fixture = start().await;
    for (body, media_type) in [
        (r#"{"name": "a", "type": "note"}"#, MEDIA_TYPE),
        (r#"{"name": "a.json", "type": "note"}"#, MEDIA_TYPE),
        (r#"{"name": "a.md"}"#, Some("text/plain; charset=utf-8")),
        (r#"{"name": "a.markdown"}"#, Some("text/plain; charset=utf-8")),
    ] {
        let place = made(&fixture, body).await;
        let answer = get(&fixture, &place).await;
        assert_eq!((answer.header("content-type"), answer.body.as_str()), (media_type, ""), "{body}");
    }
    let body = r#"{"name": "a", "type": "note", "schema": {"schema": 1}}"#;
    assert_eq!(fixture.http("POST", "/api/documents", &[JSON], body).await.status, 400);
}

#[tokio::test]
async fn the_first_save_may_say_that_it_is_a_note() {
    let fixture = start().await;
    let place = made(&fixture, r#"{"name": "a"}"#).await;
    assert_eq!(fixture.http("PUT", &place, &[MARKDOWN], "# Song\n\n- one\n").await.status, 204);
    let answer = get(&fixture, &place).await;
    assert_eq!((answer.header("content-type"), answer.body.as_str()), (MEDIA_TYPE, "# Song\n\n- one\n"));
    // From then on it stays, and a text stays a text.
    assert_eq!(fixture.http("PUT", &place, &[JSON], "[]").await.status, 204);
    assert_eq!(get(&fixture, &place).await.header("content-type"), MEDIA_TYPE);
    let place = made(&fixture, r#"{"name": "a.md"}"#).await;
    for _ in 0..2 {
        assert_eq!(fixture.http("PUT", &place, &[("content-type", "text/plain")], "* a").await.status, 204);
    }
    assert_eq!(fixture.http("PUT", &place, &[MARKDOWN], "* b").await.status, 204);
    assert_eq!(get(&fixture, &place).await.body, "* b");
}

/// The type is told when a document is made, renamed and listed, and is kept over a restart without loading any.
#[tokio::test]
async fn the_list_says_what_each_document_is() {
    let store = Arc::new(MemoryStore::new());
    let fixture = start_with(None, hub(&store, 1)).await;
    let made = fixture.http("POST", "/api/documents", &[JSON], r#"{"name": "n", "type": "note"}"#).await;
    assert!(made.body.contains(r#""type":"note""#), "{}", made.body);
    let place = made.header("location").unwrap();
    let renamed = fixture.http("PATCH", place, &[JSON], r#"{"name": "note"}"#).await;
    assert!(renamed.body.contains(r#""type":"note""#), "{}", renamed.body);
    for body in [r#"{"name": "j.json"}"#, r#"{"name": "t"}"#, r#"{"name": "late"}"#] {
        fixture.http("POST", "/api/documents", &[JSON], body).await;
    }
    let late = listed_place(&fixture, "late").await;
    assert_eq!(fixture.http("PUT", &late, &[MARKDOWN], "*a*").await.status, 204);
    let all = [("j.json", "json"), ("late", "note"), ("note", "note"), ("t", "text")];
    let all = all.map(|(name, code)| (name.to_owned(), Some(code.to_owned())));
    assert_eq!(listed(&fixture).await, all);
    stop(fixture).await;
    assert_eq!(listed(&start_with(None, hub(&store, 2)).await).await, all);
}

/// As an earlier version left it: the list says nothing of it until it was opened.
#[tokio::test]
async fn documents_of_earlier_versions_are_known_once_they_were_opened() {
    let store = Arc::new(MemoryStore::new());
    let fixture = start_with(None, hub(&store, 1)).await;
    let place = made(&fixture, r#"{"name": "old", "type": "note"}"#).await;
    stop(fixture).await;
    for info in store.documents().unwrap() {
        store.meta_put(info.id, "type", None).unwrap();
    }
    let fixture = start_with(None, hub(&store, 2)).await;
    assert_eq!(listed(&fixture).await, [("old".to_owned(), None)]);
    get(&fixture, &place).await;
    assert_eq!(listed(&fixture).await, [("old".to_owned(), Some("note".to_owned()))]);
}

/// Where the content of the document of that name is.
async fn listed_place(fixture: &Fixture, name: &str) -> String {
    let list: serde_json::Value = serde_json::from_str(&get(fixture, "/api/documents").await.body).unwrap();
    let found = list["documents"].as_array().unwrap().iter().find(|info| info["name"] == name);
    format!("/api/documents/{}/text", found.unwrap()["id"].as_str().unwrap())
}
