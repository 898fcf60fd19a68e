//! Blobs over HTTP, with real requests: whole, in steps, by range, by strangers.

mod fixture;

use blob::BlobHash;
use fixture::{Answer, Fixture, start};
use tokio::io::AsyncWriteExt;

async fn get(fixture: &Fixture, path: &str, headers: &[(&str, &str)]) -> Answer {
    fixture.http("GET", path, headers, "").await
}

fn text(len: usize) -> String {
    (0..len).map(|at| char::from(b'a' + (at / 1000 + at) as u8 % 26)).collect()
}

fn place(bytes: &str) -> String {
    format!("/blobs/{}", BlobHash::of(bytes.as_bytes()))
}

#[tokio::test]
async fn the_server_says_how_bytes_are_called_and_keeps_them_once() {
    let fixture = start(None).await;
    let bytes = text(200_000);
    let made = fixture.http("POST", "/blobs", &[("content-type", "text/csv")], &bytes).await;
    assert_eq!((made.status, made.header("location")), (201, Some(place(&bytes).as_str())));
    let reference: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let hash = BlobHash::of(bytes.as_bytes()).to_string();
    assert_eq!(reference, serde_json::json!({ "hash": hash, "len": 200_000, "media_type": "text/csv" }));
    assert_eq!(fixture.http("PUT", &place(&bytes), &[], &bytes).await.status, 200, "it was here");
    let got = get(&fixture, &place(&bytes), &[]).await;
    assert_eq!((got.status, got.header("content-length")), (200, Some("200000")));
    assert!(got.body == bytes);
}

#[tokio::test]
async fn a_put_is_held_to_its_name() {
    let fixture = start(None).await;
    assert_eq!(fixture.http("PUT", &place("this"), &[], "this").await.status, 201);
    assert_eq!(fixture.http("PUT", &place("that"), &[], "this").await.status, 422);
    assert_eq!(get(&fixture, &place("that"), &[]).await.status, 404);
    for wrong in ["/blobs/abc", &place("this").to_uppercase().replace("BLOBS", "blobs"), "/blobs/%2e%2e%2fx"] {
        assert_eq!(get(&fixture, wrong, &[]).await.status, 404, "{wrong}");
    }
}

#[tokio::test]
async fn ranges_are_answered_as_asked() {
    let fixture = start(None).await;
    let bytes = text(100_000);
    fixture.http("PUT", &place(&bytes), &[], &bytes).await;
    let etag = format!("\"{}\"", BlobHash::of(bytes.as_bytes()));
    let part = get(&fixture, &place(&bytes), &[("range", "bytes=70000-70009"), ("if-range", &etag)]).await;
    assert_eq!((part.status, part.body.as_str()), (206, &bytes[70_000..70_010]));
    assert_eq!(part.header("content-range"), Some("bytes 70000-70009/100000"));
    assert_eq!(part.header("etag"), Some(etag.as_str()));
    assert!(part.header("cache-control").unwrap().contains("immutable"));
    let other = get(&fixture, &place(&bytes), &[("range", "bytes=0-9"), ("if-range", "\"other\"")]).await;
    assert_eq!((other.status, other.body.len()), (200, 100_000));
    let beyond = get(&fixture, &place(&bytes), &[("range", "bytes=100000-")]).await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */100000")));
    let known = get(&fixture, &place(&bytes), &[("if-none-match", &etag)]).await;
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    let head = fixture.http("HEAD", &place(&bytes), &[], "").await;
    assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (200, Some("100000"), ""));
}

#[tokio::test]
async fn an_upload_goes_on_after_every_break() {
    let fixture = start(None).await;
    let bytes = text(300_000);
    let place = place(&bytes);
    let patch = async |offset: &str, body: &str| {
        let headers = [("upload-offset", offset), ("upload-length", "300000")];
        fixture.http("PATCH", &place, &headers, body).await
    };
    let first = patch("0", &bytes[..100_000]).await;
    assert_eq!((first.status, first.header("upload-offset")), (204, Some("100000")));
    let wrong = patch("0", &bytes[..100_000]).await;
    assert_eq!((wrong.status, wrong.header("upload-offset")), (409, Some("100000")));
    assert_eq!(patch("100000", &bytes[..200_001]).await.status, 400, "more than announced");
    // A connection that breaks in the middle of a body.
    let mut socket = tokio::net::TcpStream::connect(fixture.address).await.unwrap();
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nhost: {}\r\nupload-offset: 100000\r\nupload-length: 300000\r\ncontent-length: 200000\r\n\r\n",
        fixture.address
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&bytes.as_bytes()[100_000..150_000]).await.unwrap();
    drop(socket);
    let offset = loop {
        let head = fixture.http("HEAD", &place, &[], "").await;
        assert_eq!(head.status, 404);
        match head.header("upload-offset") {
            Some("100000") => tokio::task::yield_now().await,
            offset => break offset.unwrap().to_owned(),
        }
    };
    let last = loop {
        let answer = patch(&offset, &bytes[offset.parse().unwrap()..]).await;
        if answer.status != 409 {
            break answer;
        }
    };
    assert_eq!(last.status, 201, "{}", last.body);
    assert!(get(&fixture, &place, &[]).await.body == bytes);
    assert_eq!(patch("300000", "").await.status, 200, "it is whole");
}

#[tokio::test]
async fn strangers_bytes_get_no_rights() {
    let fixture = start(None).await;
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='3' height='4'><script>alert(1)</script></svg>";
    let gif = "GIF89a\u{3}\0\u{4}\0;";
    for (bytes, media_type, disposition) in [
        (svg, "image/svg+xml", Some("attachment")),
        ("<html><script>alert(1)</script>", "application/octet-stream", Some("attachment")),
        (gif, "image/gif", None),
    ] {
        let made = fixture.http("POST", "/blobs", &[("content-type", "text/html")], bytes).await;
        assert_eq!(made.body.contains(r#""height":4"#), media_type.starts_with("image"), "{}", made.body);
        let got = get(&fixture, &place(bytes), &[]).await;
        assert_eq!((got.header("content-type"), got.header("content-disposition")), (Some(media_type), disposition));
        assert!(got.header("content-security-policy").unwrap().ends_with("sandbox"));
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn quotas_are_told_from_each_other() {
    let fixture = start(None).await;
    let doc = fixture.create("notes");
    let of_doc = |path: &str| format!("{path}?doc={doc}");
    assert_eq!(fixture.http("POST", &of_doc("/blobs"), &[], &text(200_000)).await.status, 201);
    let second = fixture.http("POST", &of_doc("/blobs"), &[], &text(200_001)).await;
    assert_eq!(second.status, 507);
    assert!(second.body.contains("blob.document_quota"), "{}", second.body);
    let long = fixture.http("POST", "/blobs", &[], &text(5 << 20)).await;
    assert!(long.status == 507 || long.status == 0, "{} {}", long.status, long.body);
    // In steps it is refused before the first has come.
    let step = [("upload-offset", "0"), ("upload-length", "100001")];
    let refused = fixture.http("PATCH", &of_doc(&place(&text(100_001))), &step, &text(10)).await;
    assert_eq!(refused.status, 507, "{}", refused.body);
    let head = fixture.http("HEAD", &place(&text(100_001)), &[], "").await;
    assert_eq!((head.status, head.header("upload-offset")), (404, Some("0")));
    let limits: serde_json::Value = serde_json::from_str(&get(&fixture, "/blobs", &[]).await.body).unwrap();
    assert!(limits["bytes_max"].as_u64().is_some_and(|max| max < 4_294_967_297), "{limits}");
    let huge = [("upload-offset", "0"), ("upload-length", "4294967297")];
    assert_eq!(fixture.http("PATCH", &place("x"), &huge, "").await.status, 413);
    assert_eq!(fixture.http("PATCH", &place("x"), &[("upload-offset", "+1")], "").await.status, 400);
}

#[tokio::test]
async fn blobs_need_the_token_and_the_right_page() {
    let fixture = start(Some("a long random secret")).await;
    for (method, path) in [
        ("GET", place("a")),
        ("HEAD", place("a")),
        ("PUT", place("a")),
        ("POST", "/blobs".into()),
        ("GET", "/blobs".into()),
    ] {
        assert_eq!(fixture.http(method, &path, &[], "a").await.status, 401, "{method}");
    }
    let right = ("authorization", "Bearer a long random secret");
    assert_eq!(fixture.http("PUT", &place("a"), &[right], "a").await.status, 201);
    let evil = ("origin", "http://evil.example");
    assert_eq!(fixture.http("PUT", &place("b"), &[right, evil], "b").await.status, 403);
}
