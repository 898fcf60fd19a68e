//! Documents for programs that know HTTP and nothing else; and who may ask.

mod fixture;

use fixture::{Fixture, start};
use server::limits::BODY_BYTES_MAX;

async fn get(fixture: &Fixture, path: &str) -> fixture::Answer {
    fixture.http("GET", path, &[], "").await
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn documents_are_made_renamed_deleted_and_brought_back() {
    let fixture = start(None).await;
    let made = fixture.http("POST", "/api/documents", &[JSON], r#"{"name":"Notes"}"#).await;
    assert_eq!(made.status, 201);
    let place = made.header("location").unwrap().to_owned();
    let patch = async |body: &str| fixture.http("PATCH", &place, &[JSON], body).await;
    assert!(patch(r#"{"name":"Ideas"}"#).await.body.contains(r#""name":"Ideas""#));
    assert_eq!(get(&fixture, &format!("{place}/text")).await.status, 200);
    assert_eq!(fixture.http("DELETE", &place, &[], "").await.status, 200);
    assert!(get(&fixture, "/api/documents").await.body.contains(r#""deleted":true"#));
    assert_eq!(patch(r#"{"deleted":false}"#).await.status, 200);
    assert_eq!(patch("{}").await.status, 400);
    assert_eq!(patch(r#"{"name":"a\nb"}"#).await.status, 400);
    assert_eq!(get(&fixture, "/api/documents/1/text").await.status, 404);
    assert_eq!(get(&fixture, "/api/documents/%2e%2e%2fetc/text").await.status, 404);
    assert_eq!(get(&fixture, "/api/nothing").await.status, 404);
}

#[tokio::test]
async fn a_save_against_the_newest_version_is_what_was_sent() {
    let fixture = start(None).await;
    let place = format!("/api/documents/{}/text", fixture.create("notes"));
    let empty = get(&fixture, &place).await;
    let etag = empty.header("etag").unwrap();
    let saved = fixture.http("PUT", &place, &[("if-match", etag)], "a\nb\n").await;
    assert_eq!(saved.status, 204);
    let new = saved.header("etag").unwrap();
    assert_ne!(new, etag);
    let now = get(&fixture, &place).await;
    assert_eq!((now.body.as_str(), now.header("etag")), ("a\nb\n", Some(new)));
    assert_eq!(fixture.http("GET", &place, &[("if-none-match", new)], "").await.status, 304);
}

#[tokio::test]
async fn a_stale_save_merges_and_is_answered_without_an_etag() {
    let fixture = start(None).await;
    let place = format!("/api/documents/{}/text", fixture.create("notes"));
    fixture.http("PUT", &place, &[], "a\nb\n").await;
    let old = get(&fixture, &place).await;
    let old_etag = old.header("etag").unwrap();
    fixture.http("PUT", &place, &[("if-match", old_etag)], "a\nb\nfrom Ann\n").await;
    let merged = fixture.http("PUT", &place, &[("if-match", old_etag)], "b\nfrom Ben\n").await;
    assert_eq!((merged.status, merged.header("etag"), merged.header("motet-merged")), (204, None, Some("true")));
    let now = get(&fixture, &place).await;
    assert_eq!(now.body, "b\nfrom Ann\nfrom Ben\n");
    assert_eq!(now.header("motet-version"), merged.header("motet-version"));
    let at = old.header("motet-version").unwrap();
    let past = get(&fixture, &format!("{place}?at={at}")).await;
    assert_eq!((past.body.as_str(), past.header("etag")), ("a\nb\n", Some(old_etag)));
}

#[tokio::test]
async fn an_unknown_or_weak_etag_changes_nothing() {
    let fixture = start(None).await;
    let place = format!("/api/documents/{}/text", fixture.create("notes"));
    fixture.http("PUT", &place, &[], "a\n").await;
    let etag = get(&fixture, &place).await.header("etag").unwrap().to_owned();
    for bad in ["\"0123\"", &format!("W/{etag}")] {
        let refused = fixture.http("PUT", &place, &[("if-match", bad)], "b\n").await;
        assert_eq!(refused.status, 412, "{bad}");
    }
    assert_eq!(get(&fixture, &place).await.body, "a\n");
}

#[tokio::test]
async fn the_past_and_the_history_can_be_asked_for() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let place = format!("/api/documents/{doc}");
    fixture.http("PUT", &format!("{place}/text"), &[], "a\nb\n").await;
    assert_eq!(get(&fixture, &format!("{place}/text?at=5e:1")).await.body, "a\n");
    assert_eq!(get(&fixture, &format!("{place}/text?at=5e:9")).await.status, 404);
    assert_eq!(get(&fixture, &format!("{place}/text?at=zzz")).await.status, 400);
    assert_eq!(get(&fixture, &format!("{place}/history?count=1")).await.body, r#"["1..2@5e"]"#);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let fixture = start(None).await;
    let place = format!("/api/documents/{}/text", fixture.create("notes"));
    let body = "x".repeat(BODY_BYTES_MAX + 1);
    assert_eq!(fixture.http("PUT", &place, &[], &body).await.status, 413);
    assert_eq!(fixture.http("PUT", &place, &[], &body[1..]).await.status, 204);
}

#[tokio::test]
async fn other_pages_may_not_write_nor_connect() {
    let fixture = start(None).await;
    let own = format!("http://{}", fixture.address);
    let place = format!("/api/documents/{}/text", fixture.create("notes"));
    for (origin, is_allowed) in [
        (own.as_str(), true),
        ("https://notes.example", true),
        ("null", false),
        ("http://evil.example", false),
        ("http://127.0.0.1:1", false),
        (&own.to_uppercase(), false),
    ] {
        let put = fixture.http("PUT", &place, &[("origin", origin)], "a\n").await;
        assert_eq!(put.status == 204, is_allowed, "PUT from {origin}: {}", put.status);
        let upgrade = upgrade(&fixture, Some(origin)).await;
        assert_eq!(upgrade == 101, is_allowed, "upgrade from {origin}: {upgrade}");
    }
    assert_eq!(upgrade(&fixture, None).await, 403);
    let rebound = fixture.http("GET", "/api/documents", &[("host", "evil.example:4040")], "").await;
    assert_eq!(rebound.status, 403);
}

async fn upgrade(fixture: &Fixture, origin: Option<&str>) -> u16 {
    let mut headers = vec![
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    headers.extend(origin.map(|origin| ("origin", origin)));
    let mut request = format!("GET /sync HTTP/1.1\r\nhost: {}\r\n", fixture.address);
    headers.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(fixture.address).await.unwrap();
    socket.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
    let mut bytes = [0; 12];
    socket.read_exact(&mut bytes).await.unwrap();
    std::str::from_utf8(&bytes[9..]).unwrap().parse().unwrap()
}

#[tokio::test]
async fn without_the_token_only_the_app_and_the_health_are_open() {
    let fixture = start(Some("a long random secret")).await;
    for path in ["/healthz", "/readyz", "/", "/some/place"] {
        assert_eq!(get(&fixture, path).await.status, 200, "{path}");
    }
    for path in ["/api/documents", "/metrics", "/api/documents/0/text"] {
        assert_eq!(get(&fixture, path).await.status, 401, "{path}");
        let wrong = [("authorization", "Bearer a long random secreT")];
        assert_eq!(fixture.http("GET", path, &wrong, "").await.status, 401, "{path}");
    }
    let right = [("authorization", "Bearer a long random secret")];
    let metrics = fixture.http("GET", "/metrics", &right, "").await;
    assert!(metrics.body.contains("\nmotet_connections "), "{}", metrics.body);
}

#[tokio::test]
async fn a_server_that_shares_nothing_by_tickets_says_so() {
    let fixture = start(None).await;
    let about = get(&fixture, "/api/peers").await;
    assert_eq!(about.status, 200);
    assert!(about.body.contains(r#""available":false"#) && about.body.contains("message"), "{}", about.body);
    assert!(get(&fixture, "/api/joins/1").await.status >= 400);
}

#[tokio::test]
async fn every_answer_carries_the_headers_of_a_careful_server() {
    let fixture = start(None).await;
    let page = get(&fixture, "/").await;
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert!(page.header("content-security-policy").unwrap().contains("object-src 'none'"));
}
