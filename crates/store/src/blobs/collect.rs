//! Removing what nothing names.

use super::Blobs;
use super::medium::{Room, place};
use crate::error::DiskError;
use blob::BlobHash;

/// What a collection removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Whole blobs.
    pub whole: usize,
    /// Unfinished ones.
    pub unfinished: usize,
    /// What they took or reserved, in bytes.
    pub bytes: u64,
}

impl Blobs {
    /// Removes every blob, whole or not, that `keep` does not name and that was not put, claimed or added to for
    /// `grace_ms`: the time between a blob's arrival and that of the action that names it. `keep` must name
    /// what any retained history names, in any document, at the time of the call.
    pub fn collect(&self, keep: impl Fn(&BlobHash) -> bool, grace_ms: u64) -> Result<Collected, DiskError> {
        let before = self.usage();
        let now_ms = (self.shared.now_ms)();
        let is_old = |touched_ms: u64| touched_ms.saturating_add(grace_ms) <= now_ms;
        for hash in self.unwanted(&keep, is_old) {
            self.remove_if(&hash, is_old)?;
        }
        let after = self.usage();
        Ok(Collected {
            whole: before.whole.saturating_sub(after.whole),
            unfinished: before.unfinished.saturating_sub(after.unfinished),
            bytes: before.bytes.saturating_sub(after.bytes),
        })
    }

    /// Removes a blob now, whole or not, whoever names it. What is being uploaded goes on.
    pub fn remove(&self, hash: &BlobHash) -> Result<(), DiskError> {
        self.remove_if(hash, |_| true)
    }

    /// Looked up at once and asked for outside of the lock: `keep` may take its time.
    fn unwanted(&self, keep: &impl Fn(&BlobHash) -> bool, is_old: impl Fn(u64) -> bool) -> Vec<BlobHash> {
        let ledger = self.shared.ledger();
        let whole = ledger.whole.iter().map(|(hash, whole)| (*hash, whole.touched_ms));
        let parts = ledger.parts.iter().map(|(hash, part)| (*hash, part.touched_ms));
        let uploads = ledger.uploads.iter().map(|(hash, upload)| (*hash, upload.touched_ms));
        let old = whole.chain(parts).chain(uploads).filter(|&(_, touched_ms)| is_old(touched_ms));
        let mut old: Vec<BlobHash> = old.map(|(hash, _)| hash).collect();
        drop(ledger);
        old.sort_unstable();
        old.dedup();
        old.retain(|hash| !keep(hash));
        old
    }

    /// Removes a blob unless it was touched meanwhile.
    fn remove_if(&self, hash: &BlobHash, is_old: impl Fn(u64) -> bool) -> Result<(), DiskError> {
        let shared = &self.shared;
        shared.check()?;
        let mut ledger = shared.ledger();
        if ledger.parts.get(hash).is_some_and(|part| is_old(part.touched_ms)) {
            self.forget_part(&mut ledger, hash)?;
        }
        if ledger.uploads.get(hash).is_some_and(|upload| !upload.is_open && is_old(upload.touched_ms)) {
            ledger.remove_upload(hash);
            shared.changed(shared.medium.remove(&place(Room::Upload, hash)))?;
        }
        if ledger.whole.get(hash).is_none_or(|whole| !is_old(whole.touched_ms)) {
            return Ok(());
        }
        // The outline first: one without its blob looks like a part without pieces, which takes another
        // collection to go.
        shared.changed(shared.medium.remove(&place(Room::Outline, hash)))?;
        shared.changed(shared.medium.remove(&place(Room::Whole, hash)))?;
        ledger.remove_whole(hash);
        drop(ledger);
        self.release_all(hash)
    }
}
