//! Blobs: bytes by their hash, beside the documents.
//!
//! - [`medium`] is what they lie on: [`files`] in a directory, [`memory`] in none; what is above knows neither.
//! - [`ledger`] knows what there is and what it takes, and holds it to the quotas.
//! - [`part`] fills a blob with verified pieces in any order, [`upload`] from the front with bytes that are
//!   verified at the end.
//! - [`claims`] says which document a blob is counted for, [`collect`] removes what nothing names.
//!
//! ```text
//!  begin(outline) ─► part, outline ─ put_piece, verified ─┐
//!                                                         ├─ sync, rename ─► whole: never changed again
//!  upload(hash?)  ─► upload ─ append ─ hash compared ─────┘                    └─► collect, remove
//! ```
//!
//! A name in the room of whole blobs is the only thing that makes one whole, and it is given after everything
//! else is synced. Of a part nothing is believed after a restart: its pieces are verified again.

mod claims;
mod collect;
mod error;
mod files;
mod ledger;
mod medium;
mod memory;
mod outline_file;
mod part;
mod shared;
mod upload;

pub use collect::Collected;
pub use error::{BeginError, BlobReadError, ClaimError, NoSpace, PutPieceError, UploadError};
pub use medium::{Entry, Medium, Place, Room};
pub use memory::MemoryMedium;
pub use upload::Upload;

use crate::error::{DiskError, OpenError};
use crate::limits::BLOB_READ_BYTES_MAX;
use blob::{BlobHash, Outline};
use files::FileMedium;
use ledger::Ledger;
use medium::place;
use shared::Shared;
use std::path::Path;
use std::sync::Arc;

/// Milliseconds since 1970, by whatever clock the owner brings.
pub type BlobClock = Box<dyn Fn() -> u64 + Send + Sync>;

/// What blobs may take, in bytes. Unfinished ones count with the length that they will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// All of them together.
    pub store_bytes_max: u64,
    /// Those that are counted for one document. One that several documents claim counts for each.
    pub document_bytes_max: u64,
    /// Each one; [`blob::limits::BLOB_BYTES_MAX`] at most.
    pub blob_bytes_max: u64,
}

/// How much of a blob is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobState {
    /// Everything.
    Whole {
        /// Its length in bytes.
        len: u64,
    },
    /// Some verified pieces.
    Part {
        /// The length that it will have, in bytes.
        len: u64,
    },
    /// Its first bytes, not verified.
    Uploading {
        /// How many of them.
        offset: u64,
    },
}

/// A whole blob in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    /// Its name.
    pub hash: BlobHash,
    /// Its length in bytes.
    pub len: u64,
    /// When it was last put or claimed, in milliseconds since 1970.
    pub touched_ms: u64,
}

/// What blobs take now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes, reserved ones with them.
    pub bytes: u64,
    /// Whole blobs.
    pub whole: usize,
    /// Unfinished ones.
    pub unfinished: usize,
}

/// Blobs, kept. Clones share one store.
///
/// - A blob that was reported whole is on the disk, synced, and is never changed, only removed.
/// - The same bytes are kept once.
/// - A crash at any instant leaves of each blob nothing, a part that can be gone on with, or the whole.
/// - After a disk error other than a full disk every change fails until the store is opened again.
///
/// Calls wait for the disk. Reading never waits for whoever writes.
#[derive(Clone, Debug)]
pub struct Blobs {
    shared: Arc<Shared>,
}

impl Blobs {
    /// Opens the blobs in `dir` and makes what is missing, for its owner alone. One process at a time.
    pub fn open(dir: &Path, quotas: Quotas, now_ms: BlobClock) -> Result<Self, OpenError> {
        Self::with_medium(Box::new(FileMedium::open(dir)?), quotas, now_ms)
    }

    /// Blobs that are forgotten when the last clone is dropped.
    pub fn in_memory(quotas: Quotas, now_ms: BlobClock) -> Self {
        Self::with_medium(Box::new(MemoryMedium::default()), quotas, now_ms).expect("memory does not fail")
    }

    /// Blobs on a medium of the caller: for tests that inject faults.
    pub fn with_medium(medium: Box<dyn Medium>, quotas: Quotas, now_ms: BlobClock) -> Result<Self, OpenError> {
        let failed = |error: std::io::Error| DiskError::Failed { kind: error.kind(), message: error.to_string() };
        let ledger = Ledger::read(&*medium).map_err(failed)?;
        Ok(Self { shared: Arc::new(Shared::new(medium, quotas, now_ms, ledger)) })
    }

    /// How much of a blob is there, if anything.
    pub fn state(&self, hash: &BlobHash) -> Option<BlobState> {
        let ledger = self.shared.ledger();
        if let Some(whole) = ledger.whole.get(hash) {
            return Some(BlobState::Whole { len: whole.len });
        }
        if let Some(part) = ledger.parts.get(hash) {
            return Some(BlobState::Part { len: part.len });
        }
        ledger.uploads.get(hash).map(|upload| BlobState::Uploading { offset: upload.offset })
    }

    /// Bytes of a whole blob from `offset`, as many as it has there, at most `len` and at most
    /// [`BLOB_READ_BYTES_MAX`].
    pub fn read(&self, hash: &BlobHash, offset: u64, len: usize) -> Result<Vec<u8>, BlobReadError> {
        let whole = self.shared.ledger().whole.get(hash).copied().ok_or(BlobReadError::Unknown(*hash))?;
        let left = whole.len.saturating_sub(offset);
        let wanted = left.min(len.min(BLOB_READ_BYTES_MAX) as u64) as usize;
        let read = self.shared.read_exact(&place(Room::Whole, hash), offset, wanted);
        read.map_err(|error| match error {
            // Removed since it was looked up.
            error if error.kind() == std::io::ErrorKind::NotFound => BlobReadError::Unknown(*hash),
            error => BlobReadError::Disk(self.shared.failed(&error)),
        })
    }

    /// The hashes of the pieces of a whole blob or of one that is arriving.
    pub fn outline(&self, hash: &BlobHash) -> Result<Outline, BlobReadError> {
        let len = match self.state(hash) {
            Some(BlobState::Whole { len } | BlobState::Part { len }) => len,
            _ => return Err(BlobReadError::Unknown(*hash)),
        };
        if let Ok(outline) = Outline::new(*hash, len, Vec::new()) {
            return Ok(outline);
        }
        if let Some(outline) = self.shared.read_outline(hash).map_err(|error| self.shared.failed(&error))? {
            return Ok(outline);
        }
        self.make_outline(hash, len)
    }

    /// Where the list is lost or damaged, the bytes still have it.
    fn make_outline(&self, hash: &BlobHash, len: u64) -> Result<Outline, BlobReadError> {
        let (found, outline) = self.read_through(hash, len)?;
        if found != *hash {
            return Err(BlobReadError::Damaged(*hash));
        }
        self.shared.write_outline(&outline)?;
        Ok(outline)
    }

    /// Reads a whole blob and compares it with its hash.
    pub fn check(&self, hash: &BlobHash) -> Result<(), BlobReadError> {
        let Some(BlobState::Whole { len }) = self.state(hash) else { return Err(BlobReadError::Unknown(*hash)) };
        if self.read_through(hash, len)?.0 == *hash { Ok(()) } else { Err(BlobReadError::Damaged(*hash)) }
    }

    fn read_through(&self, hash: &BlobHash, len: u64) -> Result<(BlobHash, Outline), BlobReadError> {
        let mut outliner = blob::Outliner::default();
        while outliner.len() < len {
            outliner.update(&self.read(hash, outliner.len(), BLOB_READ_BYTES_MAX)?);
        }
        Ok(outliner.finish())
    }

    /// Keeps bytes that are all there, and says how they are called.
    pub fn put(&self, bytes: &[u8]) -> Result<BlobHash, UploadError> {
        let mut upload = self.upload(None)?;
        upload.append(bytes)?;
        upload.finish().map(|(hash, _)| hash)
    }

    /// All whole blobs, by hash.
    pub fn list(&self) -> Vec<BlobInfo> {
        let info = |(&hash, whole): (&BlobHash, &ledger::Whole)| BlobInfo {
            hash,
            len: whole.len,
            touched_ms: whole.touched_ms,
        };
        self.shared.ledger().whole.iter().map(info).collect()
    }

    /// What they take now.
    pub fn usage(&self) -> Usage {
        let ledger = self.shared.ledger();
        Usage { bytes: ledger.bytes(), whole: ledger.whole.len(), unfinished: ledger.unfinished() }
    }

    /// What they may take.
    pub fn quotas(&self) -> Quotas {
        self.shared.quotas
    }

    /// Why nothing can be changed any more, if so.
    pub fn problem(&self) -> Option<String> {
        self.shared.check().err().map(|error| error.to_string())
    }
}
