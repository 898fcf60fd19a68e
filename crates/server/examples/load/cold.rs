//! How long the first `GET` of a long document takes on a server that has just started.
//!
//! A long document of one-op actions (typing with jumps, one in eight a deletion) and many small ones are
//! written, a server is started on them, and how long it takes to be ready, what it holds in memory, and how
//! long the first and second `GET` take is shown beside the time to read the image's bytes from the store.
//! Then the same after one more action, when the image is older than the document, and once more after a
//! server had the document for a quiet while and was killed.

use crate::server_process::Server;
use server::limits::IMAGE_AFTER_QUIET_MS;
use server::{DocumentType, Hub, HubDocument, StoredDocument, StoredHub, text_container};
use std::path::Path;
use std::time::{Duration, Instant};
use store::{RedbStore, Store};

/// Actions between two syncs, as a busy server has them.
const ACTIONS_OF_BATCH: u64 = 1000;

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// A small deterministic source of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

fn write(document: &mut StoredDocument, actions: u64) {
    let (mut numbers, mut at, mut len) = (Numbers(7), 0, 0);
    for n in 0..actions {
        if numbers.below(40) == 0 {
            at = numbers.below(len + 1);
        }
        let copy = document.replica_mut().document_mut();
        if numbers.below(8) == 0 && at > 0 {
            at -= 1;
            len -= 1;
            copy.edit(0, |edit| edit.delete(text_container(), at as u32, 1));
        } else {
            let letter = ["e", "t", "a", " ", "o", "n", "\n"][numbers.below(7) as usize];
            copy.edit(0, |edit| edit.insert(text_container(), at as u32, letter));
            at += 1;
            len += 1;
        }
        if n % ACTIONS_OF_BATCH == 0 {
            document.seal();
            document.sync().expect("a working disk");
        }
    }
    document.seal();
    document.sync().expect("a working disk");
}

fn time_gets(dir: &Path, path: &str, what: &str) {
    let began = Instant::now();
    let server = Server::start(dir);
    let ready = millis(began);
    let memory = server.memory_bytes();
    let began = Instant::now();
    let text = server.request("GET", path, "").expect("an answer");
    let first = millis(began);
    let began = Instant::now();
    server.request("GET", path, "").expect("an answer");
    println!(
        "{what}: ready after {ready:.0} ms with {} MB, first GET {first:.1} ms, second {:.1} ms, {} bytes",
        memory >> 20,
        millis(began),
        text.len()
    );
}

/// Measures a document of `actions` actions among `documents` others.
pub fn measure(actions: u64, documents: u64) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let dir = dir.path();
    let hub = StoredHub::open_directory(dir).expect("an empty directory");
    let doc = hub.create("Long", DocumentType::Text).expect("a document").id;
    let mut document = hub.load(doc, |_, _| {}).expect("just made");
    write(&mut document, actions);
    document.put_away();
    for n in 0..documents {
        let small = hub.create(&format!("Small {n}"), DocumentType::Text).expect("a document").id;
        let mut small = hub.load(small, |_, _| {}).expect("just made");
        small.put_text(None, "A few words.\n").expect("short");
        small.sync().expect("a working disk");
    }
    drop((document, hub));
    let store = RedbStore::open(dir).expect("closed before");
    let began = Instant::now();
    let image = store.snapshot_latest(doc).expect("readable").expect("put away").bytes;
    println!("{actions} actions; reading the image, {} bytes: {:.1} ms", image.len(), millis(began));
    drop(store);
    let path = format!("/api/documents/{doc}/text");
    time_gets(dir, &path, "with an image of now");
    let hub = StoredHub::open_directory(dir).expect("closed before");
    let mut document = hub.load(doc, |_, _| {}).expect("readable");
    document.replica_mut().document_mut().edit(0, |edit| edit.insert(text_container(), 0, "!"));
    document.seal();
    document.sync().expect("a working disk");
    drop((document, hub));
    time_gets(dir, &path, "with an older image");
    let server = Server::start(dir);
    server.request("GET", &path, "").expect("an answer");
    std::thread::sleep(Duration::from_millis(2 * IMAGE_AFTER_QUIET_MS));
    drop(server);
    time_gets(dir, &path, "after quiet and a kill");
}
