//! Making frames again from a log and its boundaries, to check a history that came as a block.

use super::LogPart;
use crate::error::EncodeError;
use crate::frame::{ChainHead, encode_frame};
use crate::keys::hash_after;
use clock::{ReplicaId, Seq};
use log::Action;

/// Why a part of a log is not what its author sealed. Each has a code that wire and interface share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It came without boundaries or without a signed head.
    #[error("the log of replica {0} came without what it takes to verify it")]
    Unsealed(ReplicaId),
    /// It is of another replica or author, or does not begin where the chain ends.
    #[error("the log of replica {replica} begins at {start}, the chain is another or ends at {end}")]
    NotNext {
        /// Whose it is.
        replica: ReplicaId,
        /// Where it begins.
        start: Seq,
        /// Where the chain ends.
        end: Seq,
    },
    /// It holds something that no frame can.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Its frames do not have the hash of its head.
    #[error("the log of replica {0} is not the one that was sealed")]
    Hash(ReplicaId),
    /// The head is not signed by the author.
    #[error("the signature does not hold for replica {0}")]
    Signature(ReplicaId),
}

impl VerifyError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unsealed(_) => "verify.unsealed",
            Self::NotNext { .. } => "verify.not-next",
            Self::Encode(error) => error.code(),
            Self::Hash(_) => "verify.hash",
            Self::Signature(_) => "verify.signature",
        }
    }
}

/// Checks that `part` is what its author sealed after `after`, and gives the head after it.
pub fn verify_chain(part: &LogPart, after: &ChainHead) -> Result<ChainHead, VerifyError> {
    let replica = part.log.replica;
    let head = part.head.filter(|_| !part.boundaries.is_empty()).ok_or(VerifyError::Unsealed(replica))?;
    if (replica, part.author, part.start) != (after.replica, after.author, after.end) {
        return Err(VerifyError::NotNext { replica, start: part.start, end: after.end });
    }
    // The signature is cheap to check and needs nothing from the log.
    if !head.signature.is_some_and(|signature| after.author.verify(head.hash, &signature)) {
        return Err(VerifyError::Signature(replica));
    }
    let mut actions = part.log.actions_in(part.start..part.log.end());
    let mut hash = after.hash;
    let mut at = part.start;
    for count in part.boundaries.iter() {
        let frame: Vec<Action> = actions.by_ref().take(count as usize).collect();
        let bytes = encode_frame(replica, part.author, at, &frame)?;
        hash = hash_after(hash, &bytes);
        at = frame.last().map_or(at, |action| action.span().end);
    }
    if hash != head.hash || at != head.end {
        return Err(VerifyError::Hash(replica));
    }
    Ok(head)
}
