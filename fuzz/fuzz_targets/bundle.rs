//! Bundles as they come from a USB stick: as they are, and with checksums that fit, so that what is behind them is reached. Most are one that
//! was packed, with its parts altered as the input says. What can be read is taken in, twice: the second time nothing is new.
#![no_main]

use blob::{BlobHash, BlobRef, MediaType};
use clock::{DocumentId, ReplicaId};
use codec::{BUNDLE_HEAD_BYTES, BUNDLE_PART_HEAD_BYTES, SigningKey};
use motet::{ContainerId, Kind};
use server::bundle::{BundleSummary, Packer, summarize, unpack};
use server::{HubDocument, StoredHub};
use std::sync::{Arc, LazyLock};
use store::{Blobs, MemoryStore, Quotas};

/// A part: its kind and its body.
type Part = (u8, Vec<u8>);

/// What is altered.
static PACKED: LazyLock<Vec<Part>> = LazyLock::new(|| {
    let bytes = packed();
    let parts = split(&bytes);
    assert_eq!(seal(&parts), bytes, "checksums are made here as there");
    let (hub, blobs) = place(9);
    let (documents, blobs) = unpack(&bytes[..], &hub, &blobs, |_| ()).expect("just packed");
    assert!(documents.len() == 2 && documents.iter().all(|document| document.outcome.is_ok()) && blobs.new == 2);
    parts
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((way, rest)) = bytes.split_first() else { return };
    match way % 4 {
        0 => read(rest),
        1 => read(&seal(&split(rest))),
        _ => read(&seal(&altered(PACKED.clone(), rest))),
    }
});

fn read(bytes: &[u8]) {
    let Ok(summary) = summarize(bytes) else { return };
    assert_eq!(summary.bytes, bytes.len() as u64, "a bundle ends where its bytes do");
    let (hub, blobs) = place(9);
    let (first, _) = unpack(bytes, &hub, &blobs, |_| ()).expect("it was read through");
    let (second, blobs) = unpack(bytes, &hub, &blobs, |_| ()).expect("it was read through");
    assert_eq!(first.len(), summary.documents.len());
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first.outcome.is_ok(), second.outcome.is_ok(), "what is refused once is refused again");
        if let Ok(taken) = &second.outcome {
            assert!(!taken.is_new && (taken.elements == 0 || !taken.contradicting.is_empty()), "{taken:?}");
            let mut document = hub.load(second.id, |_, _| ()).expect("it was taken in");
            document.replica().document().check_invariants();
            // What somebody calls JSON may be anything.
            let _ = document.content();
        }
    }
    assert!(blobs.new == 0 || !blobs.refused.is_empty(), "{blobs:?}");
}

fn place(author: u8) -> (StoredHub, Blobs) {
    let quotas = Quotas { store_bytes_max: 1 << 22, document_bytes_max: 1 << 22, blob_bytes_max: 1 << 22 };
    let key = SigningKey::from_bytes(&[author; 32]);
    let hub = StoredHub::new(Arc::new(MemoryStore::new()), key, ReplicaId(author.into()));
    (hub, Blobs::in_memory(quotas, Box::new(|| 0)))
}

/// Two documents, one of two authors, two blobs that they name, and one that nothing names.
fn packed() -> Vec<u8> {
    let text = ContainerId::root(Kind::Text, "text");
    let files: [&[u8]; 3] = [b"a picture", b"", b"a stray"];
    let (hub, _) = place(1);
    let (other, _) = place(2);
    for (id, name) in [(7, "Notes"), (8, "gr\u{fc}\u{df}e.json")] {
        hub.create_as(DocumentId(id), 1, name).expect("it is new");
    }
    for (id, words) in [(7, "one two"), (8, "{}")] {
        let mut document = hub.load(DocumentId(id), |_, _| ()).expect("made");
        for (at, file) in files[..2].iter().enumerate() {
            let name = BlobRef::new(BlobHash::of(file), file.len() as u64, MediaType::unknown(), None);
            let map = ContainerId::root(Kind::Map, "figures");
            let edited = document.replica_mut().document_mut();
            edited.edit(5, |edit| edit.set_blob(map, &at.to_string(), name.expect("short")));
            edited.edit(6, |edit| edit.insert(text, 0, words));
        }
        document.seal();
        document.sync().expect("in memory");
    }
    let pack = |hub: &StoredHub, ids: &[u128], files: &[&[u8]]| {
        let mut packer = Packer::new(Vec::new(), BundleSummary::default()).expect("in memory");
        for &id in ids {
            let document = hub.load(DocumentId(id), |_, _| ()).expect("made");
            packer.document("Notes", document.epoch(), document.replica()).expect("small");
        }
        let mut files: Vec<(BlobHash, &[u8])> = files.iter().map(|file| (BlobHash::of(file), *file)).collect();
        files.sort_unstable();
        for (hash, file) in files {
            let part = |at: u64, len: usize| Ok::<_, String>(file[at as usize..][..len].to_vec());
            packer.blob(hash, file.len() as u64, part).expect("small");
        }
        packer.finish().expect("in memory").0
    };
    let (_, blobs) = place(3);
    unpack(&pack(&hub, &[7], &[])[..], &other, &blobs, |_| ()).expect("just packed");
    let mut document = other.load(DocumentId(7), |_, _| ()).expect("taken in");
    document.replica_mut().document_mut().edit(7, |edit| edit.insert(text, 3, " and"));
    document.seal();
    document.sync().expect("in memory");
    unpack(&pack(&other, &[7], &[])[..], &hub, &blobs, |_| ()).expect("just packed");
    pack(&hub, &[7, 8], &files)
}

/// The parts of a bundle, whatever their checksums; of what is too short, what is there.
fn split(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = bytes.get(BUNDLE_HEAD_BYTES..).unwrap_or_default();
    while let Some((head, behind)) = rest.split_first_chunk::<BUNDLE_PART_HEAD_BYTES>() {
        let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let (body, behind) = behind.split_at(len.min(behind.len()));
        parts.push((head[0], body.to_vec()));
        rest = behind;
    }
    parts
}

/// The bytes of parts, with checksums that fit.
fn seal(parts: &[Part]) -> Vec<u8> {
    let mut bytes = b"MOBU\x01".to_vec();
    let mut last = [0; 32];
    for (kind, body) in parts {
        let len = (body.len() as u32).to_le_bytes();
        let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 bundle v1");
        last = hasher.update(&last).update(&[*kind]).update(&len).update(body).finalize().into();
        bytes.extend([*kind].iter().chain(&len).chain(&last).chain(body));
    }
    bytes
}

/// What a bundle is altered to: four bytes say what is done to which part where, and then there may be bytes to write.
fn altered(mut parts: Vec<Part>, mut input: &[u8]) -> Vec<Part> {
    while let Some((&[what, which, at, len], rest)) = input.split_first_chunk() {
        let (new, rest) = rest.split_at(usize::from(len % 16).min(rest.len()));
        input = rest;
        let count = parts.len();
        if count == 0 {
            break;
        }
        let which = usize::from(which) % count;
        let place = usize::from(at) % (parts[which].1.len() + 1);
        match what % 8 {
            0 => drop(parts.remove(which)),
            1 => parts.insert(which, parts[usize::from(at) % count].clone()),
            2 => parts.swap(which, usize::from(at) % count),
            3 => parts[which].1.truncate(place),
            4 => parts[which].0 = at,
            5 => drop(parts[which].1.splice(place..place, new.iter().copied())),
            6 => {
                let (_, body) = &mut parts[which];
                let end = (place + usize::from(len)).min(body.len());
                body.drain(place..end);
            }
            _ => {
                let (_, body) = &mut parts[which];
                body[place..].iter_mut().zip(new).for_each(|(byte, new)| *byte = *new);
            }
        }
    }
    parts
}
