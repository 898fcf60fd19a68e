//! JSON documents over HTTP: a type that stays, saves that merge by structure, errors that say where.

mod fixture;

use codec::SigningKey;
use fixture::{Answer, Fixture, start_with};
use motet::ReplicaId;
use server::StoredHub;
use std::sync::Arc;
use store::MemoryStore;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn start() -> Fixture {
    let hub = StoredHub::new(Arc::new(MemoryStore::new()), SigningKey::from_bytes(&[1; 32]), ReplicaId(1));
    start_with(None, Arc::new(hub)).await
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

#[tokio::test]
async fn a_document_has_a_type_from_the_beginning() {
    let fixture = start().await;
    for (body, media_type, text) in [
        (r#"{"name": "a"}"#, "text/plain; charset=utf-8", ""),
        (r#"{"name": "a", "type": "json"}"#, "application/json", "{}\n"),
        (r#"{"name": "a.svx.json"}"#, "application/json", "{}\n"),
        (r#"{"name": "a.json", "type": "text"}"#, "text/plain; charset=utf-8", ""),
    ] {
        let place = made(&fixture, body).await;
        let answer = get(&fixture, &place).await;
        assert_eq!((answer.header("content-type"), answer.body.as_str()), (Some(media_type), text), "{body}");
    }
    for body in [r#"{"name": "a", "type": "lyx"}"#, r#"{"name": "a", "type": "text", "schema": {"schema": 1}}"#] {
        assert_eq!(fixture.http("POST", "/api/documents", &[JSON], body).await.status, 400);
    }
    let schema = r#"{"name": "a", "schema": {"schema": 1, "rules": [{"at": "/t", "as": "bag"}]}}"#;
    let refused = fixture.http("POST", "/api/documents", &[JSON], schema).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("/rules/0/as: expected auto"), "{}", refused.body);
}

#[tokio::test]
async fn the_first_save_may_say_what_it_is() {
    let fixture = start().await;
    let place = made(&fixture, r#"{"name": "a"}"#).await;
    assert_eq!(fixture.http("PUT", &place, &[JSON], "[1, 2").await.status, 422);
    let body = "[1.0,  2]\n";
    assert_eq!(fixture.http("PUT", &place, &[JSON], body).await.status, 204);
    let answer = get(&fixture, &place).await;
    assert_eq!((answer.header("content-type"), answer.body.as_str()), (Some("application/json"), body));
    // From then on it stays.
    let text = [("content-type", "text/plain")];
    assert_eq!(fixture.http("PUT", &place, &text, "no JSON").await.status, 422);
    assert_eq!(get(&fixture, &place).await.body, body);
}

#[tokio::test]
async fn a_stale_save_is_merged_by_structure() {
    let fixture = start().await;
    let schema = r#"{"schema": 1, "rules": [{"at": "/tags", "as": "set"}]}"#;
    let place = made(&fixture, &format!(r#"{{"name": "a", "schema": {schema}}}"#)).await;
    let base = "{\n  \"title\": \"Two\",\n  \"tags\": [\"a\"],\n  \"size\": 1.50\n}\n";
    let saved = fixture.http("PUT", &place, &[], base).await;
    let etag = saved.header("etag").unwrap().to_owned();
    let ours = base.replace("Two", "Two voices");
    let theirs = base.replace("\"a\"", "\"b\",\n    \"a\"").replace("1.50", "2");
    let saved = fixture.http("PUT", &place, &[("if-match", &etag)], &ours).await;
    assert_eq!((saved.status, saved.header("etag").is_some()), (204, true));
    let merged = fixture.http("PUT", &place, &[("if-match", &etag)], &theirs).await;
    assert_eq!((merged.status, merged.header("etag"), merged.header("motet-merged")), (204, None, Some("true")));
    let now = get(&fixture, &place).await;
    assert_eq!(now.body, theirs.replace("Two", "Two voices"));
    assert_eq!(now.header("motet-conflicts"), Some("0"));
    // As it was.
    let then = get(&fixture, &format!("{place}?at={}", saved.header("motet-version").unwrap())).await;
    assert_eq!(then.body, ours);
    // The bytes of the newest version are known by their ETag.
    let newest = now.header("etag").unwrap();
    let saved = fixture.http("PUT", &place, &[("if-match", newest)], base).await;
    assert!(saved.header("etag").is_some());
    assert_eq!(get(&fixture, &place).await.body, base);
    let history = get(&fixture, &place.replace("/text", "/history")).await;
    assert_eq!(history.status, 200);
}

#[tokio::test]
async fn what_cannot_both_be_is_kept_and_told() {
    let fixture = start().await;
    let place = made(&fixture, r#"{"name": "a.json"}"#).await;
    let saved = fixture.http("PUT", &place, &[], "{\"title\": \"One\", \"n\": 1}").await;
    let etag = saved.header("etag").unwrap().to_owned();
    for title in ["Two", "Three"] {
        let body = format!("{{\"title\": \"{title}\", \"n\": 1}}");
        fixture.http("PUT", &place, &[("if-match", &etag)], &body).await;
    }
    let now = get(&fixture, &place).await;
    assert_eq!((now.body.as_str(), now.header("motet-conflicts")), ("{\"title\": \"Three\", \"n\": 1}", Some("1")));
    let told = get(&fixture, &place.replace("/text", "/conflicts")).await;
    let told: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(told[0]["pointer"], "/title");
    assert_eq!(told[0]["kind"], "both-set");
    assert_eq!(told[0]["alternatives"][0]["value"], "\"Two\"");
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_its_place() {
    let fixture = start().await;
    let place = made(&fixture, r#"{"name": "a.json"}"#).await;
    let refused = fixture.http("PUT", &place, &[], "{\n  \"a\": 1,\n}").await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("line 3, column 1: expected"), "{}", refused.body);
    assert_eq!(get(&fixture, &place).await.body, "{}\n");
}

/// Of more parts than one action holds: it is cut into several that can be sent.
#[tokio::test]
async fn large_documents_are_saved_whole() {
    let fixture = start().await;
    for item in ["{\"name\": \"a node\", \"on\": true, \"at\": [0, 1, 2]}", "[]", "\"0\""] {
        let place = made(&fixture, r#"{"name": "large.json"}"#).await;
        let body = format!("[{}{item}]\n", format!("{item},").repeat((1 << 18) / (item.len() + 1)));
        let saved = fixture.http("PUT", &place, &[], &body).await;
        assert_eq!((saved.status, saved.header("etag").is_some()), (204, true), "{item}");
        assert!(get(&fixture, &place).await.body == body, "{item}");
        let fewer = format!("[{item}]");
        assert_eq!(fixture.http("PUT", &place, &[], &fewer).await.status, 204, "{item}");
        assert_eq!(get(&fixture, &place).await.body, fewer);
    }
}
