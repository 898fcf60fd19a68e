//! Why this exists: a power cut keeps any part of what was not synced. A workload that puts blobs in pieces,
//! uploads, pauses, claims and collects is cut at each of its changes, several times with other luck; what is
//! left must open, must hold everything that was acknowledged, must hold nothing that is not what its name
//! says, and everything that was under way can be finished.

use crate::mortal::{Chance, Mortal};
use crate::{bytes, outline, piece};
use blob::BlobHash;
use blob::limits::PIECE_BYTES;
use clock::DocumentId;
use std::collections::BTreeSet;
use store::BlobState;
use store::blobs::{Blobs, Quotas, UploadError};

const QUOTAS: Quotas = Quotas { store_bytes_max: 100 << 20, document_bytes_max: 100 << 20, blob_bytes_max: u64::MAX };
const LUCKS: u64 = 12;
const DOC: DocumentId = DocumentId(1);

fn open(medium: &Mortal) -> Blobs {
    Blobs::with_medium(Box::new(medium.clone()), QUOTAS, Box::new(|| 1_000)).unwrap()
}

struct Work {
    blobs: [Vec<u8>; 4],
    gone: Vec<u8>,
}

/// What was acknowledged.
#[derive(Default)]
struct Acks {
    whole: BTreeSet<BlobHash>,
    is_claimed: bool,
    paused: u64,
}

type Stop = Box<dyn std::error::Error>;

impl Work {
    fn new() -> Self {
        let blobs = [bytes(3 * PIECE_BYTES + 9, 1), bytes(2 * PIECE_BYTES, 2), bytes(500, 3), bytes(0, 0)];
        Self { blobs, gone: bytes(PIECE_BYTES + 1, 5) }
    }

    fn run(&self, store: &Blobs, acks: &mut Acks) -> Result<(), Stop> {
        let [parts, upload, small, empty] = &self.blobs;
        let hash = BlobHash::of(parts);
        store.begin(&outline(parts))?;
        for at in [2, 0, 3] {
            store.put_piece(&hash, at, piece(parts, at))?;
        }
        let mut first = store.upload(Some(BlobHash::of(upload)))?;
        first.append(&upload[..70_000])?;
        acks.paused = first.pause()?;
        store.put(&self.gone)?;
        acks.whole.insert(store.put(small)?);
        store.claim(DOC, &BlobHash::of(small))?;
        acks.is_claimed = true;
        store.remove(&BlobHash::of(&self.gone))?;
        if store.put_piece(&hash, 1, piece(parts, 1))? {
            acks.whole.insert(hash);
        }
        let mut second = store.upload(Some(BlobHash::of(upload)))?;
        second.append(&upload[70_000..])?;
        acks.whole.insert(second.finish()?.0);
        acks.whole.insert(store.put(empty)?);
        Ok(())
    }

    /// Nothing acknowledged is lost, and what is named is what its name says.
    fn check(&self, store: &Blobs, acks: &Acks) {
        for hash in &acks.whole {
            assert!(matches!(store.state(hash), Some(BlobState::Whole { .. })), "{hash} was acknowledged");
        }
        for info in store.list() {
            assert_eq!(store.check(&info.hash), Ok(()));
        }
        if acks.is_claimed {
            assert_eq!(store.claimed(DOC), [(BlobHash::of(&self.blobs[2]), 500)]);
        }
        if let Some(BlobState::Uploading { offset }) = store.state(&BlobHash::of(&self.blobs[1])) {
            assert!(offset >= acks.paused, "{offset} of {} bytes are left", acks.paused);
        }
    }

    /// Everything can be finished.
    fn finish(&self, store: &Blobs) {
        let [parts, upload, small, empty] = &self.blobs;
        let hash = BlobHash::of(parts);
        for at in store.begin(&outline(parts)).unwrap().missing().flatten().collect::<Vec<_>>() {
            store.put_piece(&hash, at, piece(parts, at)).unwrap();
        }
        resume(store, upload);
        store.put(small).unwrap();
        store.put(empty).unwrap();
        for bytes in &self.blobs {
            assert_eq!(store.read(&BlobHash::of(bytes), 0, usize::MAX).unwrap(), *bytes);
        }
    }
}

/// Bytes that were not synced may be wrong, which is found out at the end; then it begins anew.
fn resume(store: &Blobs, bytes: &[u8]) {
    let hash = BlobHash::of(bytes);
    for attempt in 0..2 {
        let mut upload = store.upload(Some(hash)).unwrap();
        let offset = (upload.offset() as usize).min(bytes.len());
        upload.append(&bytes[offset..]).unwrap();
        match upload.finish() {
            Err(UploadError::Mismatch { .. }) if attempt == 0 => {}
            finished => assert_eq!(finished, Ok((hash, bytes.len() as u64))),
        }
    }
}

#[test]
fn a_cut_at_any_step_leaves_nothing_a_part_or_the_whole() {
    let work = Work::new();
    let whole = Mortal::default();
    work.run(&open(&whole), &mut Acks::default()).unwrap();
    let steps = whole.steps();
    assert!(steps > 30, "{steps} changes");
    for dies_at in 0..steps {
        let medium = Mortal::dying(Default::default(), Some(dies_at));
        let mut acks = Acks::default();
        let run = work.run(&open(&medium), &mut acks);
        // The last may be noting a time, whose failure is no harm.
        assert!(run.is_err() || dies_at > 0, "cut at {dies_at}");
        for luck in 1..=LUCKS {
            let mut chance = Chance(luck * 0x9e37_79b9 + dies_at as u64);
            let left = Mortal::dying(medium.after_cut(&mut chance), None);
            let store = open(&left);
            work.check(&store, &acks);
            work.finish(&store);
            work.check(&open(&left), &acks);
        }
    }
}

#[test]
fn after_an_error_nothing_is_acknowledged_until_reopened() {
    let medium = Mortal::dying(Default::default(), Some(1));
    let store = open(&medium);
    assert!(matches!(store.put(b"a"), Err(UploadError::Disk(_))));
    let second = store.put(b"b").unwrap_err();
    assert_eq!(second.code(), "store.poisoned");
    assert!(store.problem().is_some());
}
