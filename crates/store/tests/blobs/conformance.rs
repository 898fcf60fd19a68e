//! One contract for all media.

use crate::{bytes, outline, piece};
use blob::limits::{BLOB_BYTES_MAX, PIECE_BYTES};
use blob::{BlobHash, Outline, PieceError};
use clock::DocumentId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::blobs::{BeginError, BlobReadError, Blobs, ClaimError, NoSpace, PutPieceError, Quotas, UploadError};
use store::{BlobState, OpenError};

const QUOTAS: Quotas = Quotas { store_bytes_max: 10 << 20, document_bytes_max: 1 << 20, blob_bytes_max: u64::MAX };

/// A store of either kind, with a clock that stands still unless told.
struct Place {
    dir: Option<tempfile::TempDir>,
    now_ms: Arc<AtomicU64>,
}

impl Place {
    fn open(&self) -> Blobs {
        let now_ms = self.now_ms.clone();
        let clock = Box::new(move || now_ms.load(Ordering::Relaxed));
        match &self.dir {
            Some(dir) => Blobs::open(&dir.path().join("blobs"), QUOTAS, clock).unwrap(),
            None => Blobs::in_memory(QUOTAS, clock),
        }
    }

    /// Closes and opens again what outlives that.
    fn reopen(&self, blobs: Blobs) -> Blobs {
        if self.dir.is_none() {
            return blobs;
        }
        drop(blobs);
        self.open()
    }

    fn pass(&self, ms: u64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

fn both(check: impl Fn(&Place)) {
    let start = 1_000_000_000_000;
    check(&Place { dir: None, now_ms: Arc::new(start.into()) });
    check(&Place { dir: Some(tempfile::tempdir().unwrap()), now_ms: Arc::new(start.into()) });
}

const LENGTHS: [usize; 6] = [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 7, 5 * PIECE_BYTES];

fn assert_whole(blobs: &Blobs, bytes: &[u8]) {
    let (hash, len) = (BlobHash::of(bytes), bytes.len() as u64);
    assert_eq!(blobs.state(&hash), Some(BlobState::Whole { len }));
    assert_eq!(blobs.read(&hash, 0, usize::MAX).unwrap(), bytes);
    assert_eq!(blobs.outline(&hash).unwrap(), outline(bytes));
    assert_eq!(blobs.check(&hash), Ok(()));
    assert!(blobs.pieces(&hash).unwrap().unwrap().is_complete());
}

#[test]
fn what_is_put_is_read_by_range_and_kept_once() {
    both(|place| {
        let mut blobs = place.open();
        for len in LENGTHS {
            let bytes = bytes(len, 0);
            let hash = blobs.put(&bytes).unwrap();
            assert_eq!(hash, BlobHash::of(&bytes));
            assert_eq!(blobs.put(&bytes), Ok(hash));
            blobs = place.reopen(blobs);
            assert_whole(&blobs, &bytes);
            assert_eq!(blobs.read(&hash, 5, 10).unwrap(), &bytes[len.min(5)..len.min(15)]);
            assert_eq!(blobs.read(&hash, len as u64 + 1, 10).unwrap(), [0; 0]);
        }
        let usage = blobs.usage();
        assert_eq!((usage.bytes, usage.whole), (LENGTHS.iter().sum::<usize>() as u64, LENGTHS.len()));
        assert_eq!((usage.unfinished, blobs.list().len()), (0, LENGTHS.len()));
    });
}

#[test]
fn pieces_come_in_any_order_and_outlive_a_restart() {
    both(|place| {
        for len in LENGTHS {
            let bytes = bytes(len, 1);
            let (hash, outline) = (BlobHash::of(&bytes), outline(&bytes));
            let mut blobs = place.open();
            let count = blobs.begin(&outline).unwrap().count();
            for at in (0..count).rev() {
                blobs = place.reopen(blobs);
                let pieces = blobs.begin(&outline).unwrap();
                assert_eq!(pieces.missing().collect::<Vec<_>>().len(), 1);
                assert_eq!(pieces.present(), count - 1 - at);
                assert_eq!(blobs.read_piece(&hash, at), Ok(None));
                assert_eq!(blobs.put_piece(&hash, at, piece(&bytes, at)), Ok(at == 0));
                assert_eq!(blobs.put_piece(&hash, at, piece(&bytes, at)), Ok(at == 0), "twice");
                assert_eq!(blobs.read_piece(&hash, at).unwrap().unwrap(), piece(&bytes, at));
            }
            assert_whole(&place.reopen(blobs), &bytes);
        }
    });
}

#[test]
fn a_wrong_piece_changes_nothing() {
    both(|place| {
        let blobs = place.open();
        let bytes = bytes(2 * PIECE_BYTES, 2);
        let hash = BlobHash::of(&bytes);
        assert_eq!(blobs.put_piece(&hash, 0, piece(&bytes, 0)), Err(PutPieceError::Unknown(hash)));
        blobs.begin(&outline(&bytes)).unwrap();
        let wrong = PutPieceError::Piece(PieceError::Hash(0));
        assert_eq!(blobs.put_piece(&hash, 0, piece(&bytes, 1)), Err(wrong));
        let beyond = PutPieceError::Piece(PieceError::Place(2));
        assert_eq!(blobs.put_piece(&hash, 2, piece(&bytes, 1)), Err(beyond));
        assert_eq!(blobs.pieces(&hash).unwrap().unwrap().present(), 0);
        assert_eq!(blobs.read(&hash, 0, 1), Err(BlobReadError::Unknown(hash)), "only whole ones are read");
    });
}

#[test]
fn an_upload_goes_on_where_it_was_paused() {
    both(|place| {
        let bytes = bytes(3 * PIECE_BYTES + 7, 3);
        let hash = BlobHash::of(&bytes);
        let mut blobs = place.open();
        let mut offset = 0;
        for step in bytes.chunks(50_000) {
            let mut upload = blobs.upload(Some(hash)).unwrap();
            assert_eq!(upload.offset(), offset);
            assert_eq!(blobs.upload(Some(hash)).unwrap_err(), UploadError::Busy(hash));
            upload.append(step).unwrap();
            offset += step.len() as u64;
            if offset % 100_000 == 0 {
                drop(upload);
            } else {
                assert_eq!(upload.pause(), Ok(offset));
            }
            assert_eq!(blobs.state(&hash), Some(BlobState::Uploading { offset }));
            assert_eq!(blobs.usage().bytes, offset);
            blobs = place.reopen(blobs);
        }
        assert_eq!(blobs.upload(Some(hash)).unwrap().finish(), Ok((hash, offset)));
        assert_whole(&blobs, &bytes);
        assert_eq!((blobs.usage().bytes, blobs.usage().unfinished), (offset, 0));
    });
}

#[test]
fn an_upload_of_other_bytes_is_thrown_away() {
    both(|place| {
        let blobs = place.open();
        let expected = BlobHash::of(b"this");
        let mut upload = blobs.upload(Some(expected)).unwrap();
        upload.append(b"that").unwrap();
        let found = BlobHash::of(b"that");
        assert_eq!(upload.finish(), Err(UploadError::Mismatch { expected, found }));
        assert_eq!((blobs.state(&expected), blobs.state(&found)), (None, None));
        assert_eq!((blobs.usage().bytes, blobs.usage().unfinished), (0, 0));
        let mut nameless = blobs.upload(None).unwrap();
        nameless.append(b"that").unwrap();
        assert_eq!(blobs.usage().bytes, 4);
        drop(nameless);
        assert_eq!((blobs.usage().bytes, blobs.usage().unfinished), (0, 0));
    });
}

#[test]
fn quotas_hold_and_say_so() {
    both(|place| {
        let blobs = place.open();
        let small = bytes(1 << 20, 4);
        blobs.put(&small).unwrap();
        let long = bytes(10 << 20, 5);
        let full = NoSpace::Store { len: 10 << 20, used: 1 << 20, max: 10 << 20 };
        assert_eq!(blobs.begin(&outline(&long)), Err(BeginError::NoSpace(full.clone())));
        let mut upload = blobs.upload(None).unwrap();
        assert_eq!(upload.append(&long), Err(UploadError::NoSpace(full)));
        upload.append(&long[..9 << 20]).unwrap();
        assert!(matches!(upload.append(&[1]), Err(UploadError::NoSpace(NoSpace::Store { .. }))));
        drop(upload);
        let len = BLOB_BYTES_MAX + 1;
        assert!(Outline::new(BlobHash::of(b""), len, Vec::new()).is_err());
        let half = blobs.begin(&outline(&long[..9 << 20])).unwrap();
        assert_eq!((half.present(), blobs.usage().bytes), (0, 10 << 20), "reserved as a whole");
    });
}

#[test]
fn a_document_claims_up_to_its_quota() {
    both(|place| {
        let mut blobs = place.open();
        let (one, other) = (DocumentId(1), DocumentId(2));
        let long = blobs.put(&bytes(700_000, 6)).unwrap();
        let second = blobs.put(&bytes(700_000, 7)).unwrap();
        let short = blobs.put(b"short").unwrap();
        assert_eq!(blobs.claim(one, &BlobHash::of(b"?")), Err(ClaimError::Unknown(BlobHash::of(b"?"))));
        for hash in [long, long, short] {
            assert_eq!(blobs.claim(one, &hash), Ok(()));
        }
        assert_eq!(blobs.claim(other, &second), Ok(()));
        blobs = place.reopen(blobs);
        let full = ClaimError::Document { doc: one, len: 700_000, used: 700_005, max: 1 << 20 };
        assert_eq!(blobs.claim(one, &second), Err(full));
        blobs.release(one, &long).unwrap();
        assert_eq!(blobs.claim(one, &second), Ok(()));
        blobs.remove(&second).unwrap();
        blobs = place.reopen(blobs);
        assert_eq!(blobs.claimed(one), [(short, 5)]);
        assert_eq!(blobs.claimed(other), []);
    });
}

#[test]
fn only_what_nothing_names_and_nobody_touched_is_collected() {
    both(|place| {
        let blobs = place.open();
        let named = blobs.put(b"named").unwrap();
        let old = blobs.put(b"old").unwrap();
        let again = blobs.put(b"again").unwrap();
        let part = bytes(2 * PIECE_BYTES, 8);
        let unfinished = blobs.begin(&outline(&part)).map(|_| BlobHash::of(&part)).unwrap();
        blobs.put_piece(&unfinished, 1, piece(&part, 1)).unwrap();
        place.pass(1000);
        blobs.put(b"again").unwrap();
        let new = blobs.put(b"new").unwrap();
        let keep = |hash: &BlobHash| *hash == named;
        assert_eq!(blobs.collect(keep, 1001).unwrap(), Default::default());
        let collected = blobs.collect(keep, 1000).unwrap();
        assert_eq!((collected.whole, collected.unfinished, collected.bytes), (1, 1, 3 + 2 * PIECE_BYTES as u64));
        let blobs = place.reopen(blobs);
        let left: Vec<BlobHash> = blobs.list().iter().map(|info| info.hash).collect();
        let mut wanted = [named, again, new];
        wanted.sort();
        assert_eq!(left, wanted);
        assert_eq!((blobs.state(&old), blobs.state(&unfinished)), (None, None));
    });
}

#[test]
fn a_directory_is_private_and_for_one_process() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("blobs");
    let open = || Blobs::open(&dir, QUOTAS, Box::new(|| 0));
    let blobs = open().unwrap();
    blobs.put(b"secret").unwrap();
    assert!(matches!(open(), Err(OpenError::Locked)));
    drop(blobs);
    open().unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&dir.join("whole"))), (0o700, 0o700));
        assert_eq!(mode(&dir.join("whole").join(BlobHash::of(b"secret").to_string())), 0o600);
    }
}

#[test]
fn damage_is_noticed_and_a_lost_outline_is_made_again() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("blobs");
    let open = || Blobs::open(&dir, QUOTAS, Box::new(|| 0)).unwrap();
    let bytes = bytes(3 * PIECE_BYTES, 9);
    let hash = open().put(&bytes).unwrap();
    let file = |room: &str| dir.join(room).join(hash.to_string());
    std::fs::write(file("outline"), b"motetBO1 nonsense").unwrap();
    assert_whole(&open(), &bytes);
    std::fs::remove_file(file("outline")).unwrap();
    assert_whole(&open(), &bytes);
    let mut damaged = bytes.clone();
    damaged[70_000] ^= 1;
    std::fs::write(file("whole"), damaged).unwrap();
    assert_eq!(open().check(&hash), Err(BlobReadError::Damaged(hash)));
}

#[test]
fn many_threads_put_one_blob() {
    both(|place| {
        let blobs = place.open();
        let bytes = bytes(9 * PIECE_BYTES, 10);
        let (hash, outline) = (BlobHash::of(&bytes), outline(&bytes));
        std::thread::scope(|scope| {
            for from in 0..4 {
                let (blobs, bytes, outline) = (blobs.clone(), &bytes, &outline);
                scope.spawn(move || {
                    if from == 3 {
                        blobs.put(bytes).unwrap();
                    }
                    for at in blobs.begin(outline).unwrap().missing().flatten().collect::<Vec<_>>() {
                        let at = (at + from * 3) % 9;
                        blobs.put_piece(&hash, at, piece(bytes, at)).unwrap();
                    }
                });
            }
        });
        for at in 0..9 {
            blobs.put_piece(&hash, at, piece(&bytes, at)).unwrap();
        }
        assert_whole(&blobs, &bytes);
        assert_eq!(blobs.usage().unfinished, 0);
    });
}
