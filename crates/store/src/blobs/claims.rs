//! Which documents a blob is counted for. A claim is an account, not a reason to keep: what keeps a blob is
//! that a retained history names it, and only whoever collects knows that.

use super::ledger::Ledger;
use super::medium::{Place, Room};
use super::{Blobs, ClaimError};
use crate::error::DiskError;
use blob::BlobHash;
use clock::DocumentId;

fn claim_place(doc: DocumentId, hash: &BlobHash) -> Place {
    Place { room: Room::Claim, name: format!("{doc}-{hash}") }
}

/// Refuses what a document has no room for.
fn fits(ledger: &Ledger, doc: DocumentId, len: u64, max: u64) -> Result<(), ClaimError> {
    let used = ledger.claims.get(&doc).map_or(0, |claimed| claimed.values().sum());
    if len > max.saturating_sub(used) { Err(ClaimError::Document { doc, len, used, max }) } else { Ok(()) }
}

impl Blobs {
    /// Counts a whole blob for a document, once, durably.
    pub fn claim(&self, doc: DocumentId, hash: &BlobHash) -> Result<(), ClaimError> {
        let shared = &self.shared;
        shared.check()?;
        let mut ledger = shared.ledger();
        let len = ledger.whole.get(hash).ok_or(ClaimError::Unknown(*hash))?.len;
        shared.touch(&mut ledger, hash);
        if ledger.claims.get(&doc).is_some_and(|claimed| claimed.contains_key(hash)) {
            return Ok(());
        }
        fits(&ledger, doc, len, shared.quotas.document_bytes_max)?;
        let file = claim_place(doc, hash);
        shared.write(&file, 0, &[])?;
        shared.changed(shared.medium.sync(&file))?;
        ledger.claims.entry(doc).or_default().insert(*hash, len);
        Ok(())
    }

    /// Whether a blob of `len` bytes may be claimed for a document, or is: to be asked before it comes.
    pub fn check_claim(&self, doc: DocumentId, hash: &BlobHash, len: u64) -> Result<(), ClaimError> {
        let ledger = self.shared.ledger();
        let is_claimed = ledger.claims.get(&doc).is_some_and(|claimed| claimed.contains_key(hash));
        if is_claimed { Ok(()) } else { fits(&ledger, doc, len, self.shared.quotas.document_bytes_max) }
    }

    /// Counts a blob for a document no longer. A power cut may bring the claim back.
    pub fn release(&self, doc: DocumentId, hash: &BlobHash) -> Result<(), DiskError> {
        let shared = &self.shared;
        shared.check()?;
        let mut ledger = shared.ledger();
        let Some(claimed) = ledger.claims.get_mut(&doc) else { return Ok(()) };
        if claimed.remove(hash).is_some() {
            shared.changed(shared.medium.remove(&claim_place(doc, hash)))?;
        }
        ledger.claims.retain(|_, claimed| !claimed.is_empty());
        Ok(())
    }

    /// The blobs that are counted for a document, with their lengths in bytes.
    pub fn claimed(&self, doc: DocumentId) -> Vec<(BlobHash, u64)> {
        let ledger = self.shared.ledger();
        ledger.claims.get(&doc).into_iter().flatten().map(|(&hash, &len)| (hash, len)).collect()
    }

    /// Takes a blob that is gone off all accounts.
    pub(super) fn release_all(&self, hash: &BlobHash) -> Result<(), DiskError> {
        let ledger = self.shared.ledger();
        let of = ledger.claims.iter().filter(|(_, claimed)| claimed.contains_key(hash));
        let docs: Vec<DocumentId> = of.map(|(&doc, _)| doc).collect();
        drop(ledger);
        docs.into_iter().try_for_each(|doc| self.release(doc, hash))
    }
}
