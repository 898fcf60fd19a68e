//! Documents that were put away open at once, and are the same whichever way they open.

use clock::{DocumentId, ReplicaId};
use codec::SigningKey;
use server::{DocumentType, Hub, HubDocument, NewType, StoredHub};
use std::sync::Arc;
use store::{MemoryStore, Snapshot, Store};

struct Disk(Arc<dyn Store>);

impl Disk {
    fn new() -> Self {
        Self(Arc::new(MemoryStore::new()))
    }

    /// The hub of a process that has just started, with a writer stream of its own.
    fn start(&self, run: u64) -> StoredHub {
        StoredHub::new(self.0.clone(), SigningKey::from_bytes(&[1; 32]), ReplicaId(run))
    }
}

fn save(document: &mut dyn HubDocument, text: &str) {
    document.put_text(None, text).unwrap();
    document.sync().unwrap();
}

/// A document that was saved three times and put away after `images` of them.
fn written(disk: &Disk, images: usize) -> DocumentId {
    let hub = disk.start(1);
    let doc = hub.create("Cold", DocumentType::Text).unwrap().id;
    let mut document = hub.open(doc).unwrap();
    for (at, text) in ["one\n", "one\ntwo\n", "one\nthree\n"].into_iter().enumerate() {
        save(&mut *document, text);
        if at < images {
            document.put_away();
        }
    }
    doc
}

#[test]
fn with_an_image_of_now_or_before_or_none_it_is_the_same() {
    let mut seen = Vec::new();
    for images in [0, 1, 3] {
        let disk = Disk::new();
        let doc = written(&disk, images);
        let hub = disk.start(2);
        let mut document = hub.open(doc).unwrap();
        assert_eq!(document.text().unwrap(), "one\nthree\n");
        assert_eq!(document.durable(), document.version());
        save(&mut *document, "zero\none\nthree\n");
        assert_eq!(document.text().unwrap(), "zero\none\nthree\n");
        let version = document.version();
        drop(document);
        let mut again = disk.start(3).open(doc).unwrap();
        assert_eq!((again.version(), again.text().unwrap().as_str()), (version, "zero\none\nthree\n"));
        seen.push(again.hashes().state);
    }
    assert!(seen.iter().all(|state| *state == seen[0]));
}

#[test]
fn a_cold_document_knows_its_etags_and_merges_a_stale_save() {
    let disk = Disk::new();
    let doc = written(&disk, 3);
    let mut document = disk.start(2).open(doc).unwrap();
    let version = document.version();
    document.remember("\"a\"", &version);
    save(&mut *document, "one\nthree\nfour\n");
    assert_eq!(document.recall("\"a\"").as_ref(), Some(&version));
    document.put_text(Some(&version), "zero\none\nthree\n").unwrap();
    document.sync().unwrap();
    assert_eq!(document.text().unwrap(), "zero\none\nthree\nfour\n");
    assert_eq!(document.text_at(&version).unwrap(), "one\nthree\n");
}

#[test]
fn an_image_that_is_damaged_or_of_something_else_is_left_alone() {
    for spoil in [
        (|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2)) as fn(&mut Vec<u8>),
        |bytes| bytes[40] ^= 1,
        Vec::clear,
    ] {
        let disk = Disk::new();
        let doc = written(&disk, 3);
        let Snapshot { version, mut bytes } = disk.0.snapshot_latest(doc).unwrap().unwrap();
        spoil(&mut bytes);
        disk.0.snapshot_put(doc, Snapshot { version, bytes }).unwrap();
        let mut document = disk.start(2).open(doc).unwrap();
        assert_eq!(document.text().unwrap(), "one\nthree\n");
        document.put_away();
    }
}

#[test]
fn another_documents_image_is_left_alone() {
    let disk = Disk::new();
    let (doc, other) = (written(&disk, 3), written(&disk, 3));
    let theirs = disk.0.snapshot_latest(other).unwrap().unwrap();
    disk.0.snapshot_put(doc, theirs).unwrap();
    assert_eq!(disk.start(2).open(doc).unwrap().text().unwrap(), "one\nthree\n");
}

#[test]
fn a_json_document_is_read_from_its_image_as_from_its_records() {
    let save = r#"{"title": "Two", "list": [1, {"a": [2]}, "x"], "more": {"k": true}}"#;
    let mut seen = Vec::new();
    for images in [false, true] {
        let disk = Disk::new();
        let hub = disk.start(1);
        let doc = hub.create("Cold.json", DocumentType::Json).unwrap().id;
        let mut document = hub.open(doc).unwrap();
        document
            .make(&NewType::Json { schema: None }, r#"{"title": "One", "list": [1, {"a": []}], "gone": 3}"#)
            .unwrap();
        for text in [r#"{"title": "Two", "list": [1, {"a": [2]}], "gone": 3}"#, save] {
            document.put_text(None, text).unwrap();
            document.sync().unwrap();
            if images {
                document.put_away();
            }
            let mut again = disk.start(2).open(doc).unwrap();
            assert_eq!(again.content().unwrap(), document.content().unwrap());
            assert_eq!(again.text().unwrap(), text);
            seen.push(again.conflicts().unwrap());
        }
    }
    assert!(seen.iter().all(|conflicts| *conflicts == seen[0]));
}
