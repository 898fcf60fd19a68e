//! What there is and what it takes.

use super::medium::{Medium, Place, Room, place};
use super::outline_file;
use blob::{BlobHash, Outline, Outliner, Pieces};
use clock::DocumentId;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;

/// A blob that is all there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    pub(super) len: u64,
    pub(super) touched_ms: u64,
}

/// A blob of which some pieces are there, perhaps none.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) len: u64,
    pub(super) touched_ms: u64,
    /// Its outline and what is there, while it is worked on.
    pub(super) loaded: Option<Loaded>,
}

/// What is known of a part once its pieces were verified.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) outline: Arc<Outline>,
    pub(super) pieces: Pieces,
}

/// A blob of which the first bytes are there, unverified.
#[derive(Debug)]
pub(super) struct Uploading {
    /// The bytes that are there and, unless somebody is adding to them, synced.
    pub(super) offset: u64,
    pub(super) touched_ms: u64,
    /// Whether somebody is adding to it.
    pub(super) is_open: bool,
    /// What was read of it, where it still is in memory.
    pub(super) outliner: Option<Box<Outliner>>,
}

/// Everything there is.
///
/// Invariant: no blob is whole and unfinished at once, but for uploads that are open.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) whole: BTreeMap<BlobHash, Whole>,
    pub(super) parts: BTreeMap<BlobHash, Part>,
    pub(super) uploads: BTreeMap<BlobHash, Uploading>,
    pub(super) claims: BTreeMap<DocumentId, BTreeMap<BlobHash, u64>>,
    /// What whole blobs and parts take.
    settled_bytes: u64,
    /// What uploads have written, and those without a name too.
    pub(super) upload_bytes: u64,
    /// Uploads without a name.
    pub(super) nameless: usize,
}

impl Ledger {
    /// Looks at what a medium holds, and removes what no crash should have left.
    pub(super) fn read(medium: &dyn Medium) -> io::Result<Self> {
        let mut ledger = Self::default();
        for entry in medium.list(Room::Temp)? {
            medium.remove(&Place { room: Room::Temp, name: entry.name })?;
        }
        for entry in medium.list(Room::Whole)? {
            if let Ok(hash) = entry.name.parse() {
                ledger.add_whole(hash, entry.len, entry.touched_ms);
            }
        }
        ledger.read_parts(medium)?;
        ledger.read_uploads(medium)?;
        ledger.read_claims(medium)?;
        Ok(ledger)
    }

    fn read_parts(&mut self, medium: &dyn Medium) -> io::Result<()> {
        for entry in medium.list(Room::Outline)? {
            let Ok(hash) = entry.name.parse() else { continue };
            if self.whole.contains_key(&hash) {
                continue;
            }
            let mut head = [0; 16];
            let read = medium.read_at(&place(Room::Outline, &hash), 0, &mut head)?;
            match outline_file::read_len(&head[..read], entry.len) {
                Some(len) => self.add_part(hash, len, entry.touched_ms, None),
                None => medium.remove(&place(Room::Outline, &hash))?,
            }
        }
        for entry in medium.list(Room::Part)? {
            let Ok(hash) = entry.name.parse() else { continue };
            match self.parts.get_mut(&hash) {
                Some(part) => part.touched_ms = part.touched_ms.max(entry.touched_ms),
                None => medium.remove(&place(Room::Part, &hash))?,
            }
        }
        Ok(())
    }

    fn read_uploads(&mut self, medium: &dyn Medium) -> io::Result<()> {
        for entry in medium.list(Room::Upload)? {
            let Ok(hash) = entry.name.parse() else { continue };
            if self.whole.contains_key(&hash) {
                medium.remove(&place(Room::Upload, &hash))?;
                continue;
            }
            let (offset, touched_ms) = (entry.len, entry.touched_ms);
            self.uploads.insert(hash, Uploading { offset, touched_ms, is_open: false, outliner: None });
            self.upload_bytes += offset;
        }
        Ok(())
    }

    fn read_claims(&mut self, medium: &dyn Medium) -> io::Result<()> {
        for entry in medium.list(Room::Claim)? {
            let Some((doc, hash)) = claim_of(&entry.name) else { continue };
            match self.whole.get(&hash) {
                Some(whole) => drop(self.claims.entry(doc).or_default().insert(hash, whole.len)),
                None => medium.remove(&Place { room: Room::Claim, name: entry.name })?,
            }
        }
        Ok(())
    }

    /// Bytes that are taken or reserved.
    pub(super) fn bytes(&self) -> u64 {
        self.settled_bytes + self.upload_bytes
    }

    /// Blobs that are not complete.
    pub(super) fn unfinished(&self) -> usize {
        self.parts.len() + self.uploads.len() + self.nameless
    }

    /// Notes that a blob is whole, in the place of a part of it.
    pub(super) fn add_whole(&mut self, hash: BlobHash, len: u64, touched_ms: u64) {
        self.remove_part(&hash);
        if self.whole.insert(hash, Whole { len, touched_ms }).is_none() {
            self.settled_bytes += len;
        }
    }

    /// Notes that a whole blob is gone.
    pub(super) fn remove_whole(&mut self, hash: &BlobHash) -> Option<Whole> {
        let whole = self.whole.remove(hash)?;
        self.settled_bytes -= whole.len;
        Some(whole)
    }

    /// Notes a part, and reserves its length.
    pub(super) fn add_part(&mut self, hash: BlobHash, len: u64, touched_ms: u64, loaded: Option<Loaded>) {
        self.remove_part(&hash);
        self.parts.insert(hash, Part { len, touched_ms, loaded });
        self.settled_bytes += len;
    }

    /// Notes that a part is gone.
    pub(super) fn remove_part(&mut self, hash: &BlobHash) -> Option<Part> {
        let part = self.parts.remove(hash)?;
        self.settled_bytes -= part.len;
        Some(part)
    }

    /// Notes that an upload with a name is gone.
    pub(super) fn remove_upload(&mut self, hash: &BlobHash) -> Option<Uploading> {
        let upload = self.uploads.remove(hash)?;
        self.upload_bytes -= upload.offset;
        Some(upload)
    }
}

/// Which document claims which blob by a file of this name.
fn claim_of(name: &str) -> Option<(DocumentId, BlobHash)> {
    let (doc, hash) = name.split_once('-')?;
    Some((doc.parse().ok()?, hash.parse().ok()?))
}

/// Whether reading failed because there is nothing.
pub(super) fn is_missing(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound
}
