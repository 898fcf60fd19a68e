//! The web app over HTTP: packed for those who take it so, as it is for the others.

mod fixture;

use fixture::{Answer, Fixture, MemoryHub, start_app};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use server::AppFiles;
use std::io::{Read, Write};
use std::sync::Arc;

const SCRIPT: &str = "one line and the same again, one line and the same again, one line and the same again";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A page that is not packed, and a script that is.
async fn start() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("assets")).unwrap();
    for (path, bytes) in [
        ("index.html", b"page".to_vec()),
        ("assets/a-1f.js", SCRIPT.into()),
        ("assets/a-1f.js.gz", gzip(SCRIPT.as_bytes())),
    ] {
        std::fs::write(dir.path().join(path), bytes).unwrap();
    }
    start_app(None, Arc::<MemoryHub>::default(), Arc::new(AppFiles::read(dir.path()).unwrap())).await
}

async fn ask(fixture: &Fixture, method: &str, path: &str, accepted: &[&str]) -> Answer {
    let headers: Vec<_> = accepted.iter().map(|accepted| ("accept-encoding", *accepted)).collect();
    fixture.http(method, path, &headers, "").await
}

#[tokio::test]
async fn who_takes_gzip_gets_gzip() {
    let fixture = start().await;
    for accepted in [&["gzip, deflate, br, zstd"][..], &["br", "gzip;q=0.5"], &["*"]] {
        let answer = ask(&fixture, "GET", "/assets/a-1f.js", accepted).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, Some("gzip")), "{accepted:?}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("content-length"), Some(answer.bytes.len().to_string().as_str()));
        let mut unpacked = String::new();
        GzDecoder::new(&answer.bytes[..]).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, SCRIPT);
    }
}

#[tokio::test]
async fn who_does_not_gets_what_it_holds() {
    let fixture = start().await;
    for accepted in [&[][..], &["identity"], &["br"], &["gzip;q=0"], &["*;q=0"], &["gzip;q=0.3, identity"]] {
        let answer = ask(&fixture, "GET", "/assets/a-1f.js", accepted).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, None), "{accepted:?}");
        assert_eq!((answer.header("vary"), answer.body.as_str()), (Some("accept-encoding"), SCRIPT));
        assert_eq!(answer.header("content-length"), Some(SCRIPT.len().to_string().as_str()));
    }
}

#[tokio::test]
async fn the_head_says_what_the_whole_would() {
    let fixture = start().await;
    for accepted in [&["gzip"][..], &[]] {
        let whole = ask(&fixture, "GET", "/assets/a-1f.js", accepted).await;
        let head = ask(&fixture, "HEAD", "/assets/a-1f.js", accepted).await;
        for name in ["content-encoding", "content-length", "content-type", "vary"] {
            assert_eq!(head.header(name), whole.header(name), "{name}");
        }
        assert_eq!((head.status, head.bytes.len()), (200, 0));
    }
}

#[tokio::test]
async fn what_is_not_packed_is_the_same_for_everybody() {
    let fixture = start().await;
    let page = ask(&fixture, "GET", "/", &["gzip"]).await;
    assert_eq!((page.body.as_str(), page.header("content-encoding"), page.header("vary")), ("page", None, None));
    // A part of what is packed would be no part of the file.
    let range = [("accept-encoding", "gzip"), ("range", "bytes=0-3")];
    let part = fixture.http("GET", "/assets/a-1f.js", &range, "").await;
    assert_eq!((part.status, part.header("content-range")), (200, None));
    assert_eq!(ask(&fixture, "GET", "/assets/a-1f.js.gz", &["gzip"]).await.status, 404);
}
