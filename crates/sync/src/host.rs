//! What a session needs of the side that keeps the documents.

use crate::RefusalCode;
use clock::{DocumentId, ReplicaId, Seq, Span, VersionVector};
use std::sync::Arc;

/// Actions of one replica as bytes that the protocol never looks into: a sealed frame, or a block of
/// them. Cloning one does not copy its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Whose actions.
    pub replica: ReplicaId,
    /// The first counter.
    pub start: Seq,
    /// One past the last counter; more than `start`.
    pub end: Seq,
    /// The frame or block, at most [`crate::limits::PARCEL_BYTES_MAX`] long.
    pub bytes: Arc<[u8]>,
}

impl Parcel {
    /// The elements that it covers.
    pub const fn span(&self) -> Span {
        Span::new(self.replica, self.start, self.end)
    }
}

/// What became of received parcels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    /// How many elements are new in the version.
    pub applied: u64,
    /// What is missing below what waits now: not empty exactly if something waits.
    pub wanted: Vec<Span>,
    /// What was refused, and why. The rest was taken.
    pub rejected: Vec<Rejection>,
}

/// A parcel that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// What it claimed to hold.
    pub span: Span,
    /// Why, with the code of the error: for people.
    pub reason: String,
}

/// What two members with equal versions must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// Of the multi-log.
    pub log: [u8; 32],
    /// Of the standings in the shared view.
    pub standings: [u8; 32],
    /// Of the state, where the shared view is live.
    pub state: Option<[u8; 32]>,
}

/// Why a document is not opened for the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// For people.
    pub message: String,
}

/// The generation of a document: changed when it is made anew under the same id. Zero where a member
/// has nothing of it yet.
pub type Epoch = u64;

/// The documents of a member, as a session works on them.
///
/// The one gate to the log is [`import`](Self::import): a host that allows a peer to read only refuses
/// there. A host whose store fails answers `None` and nothing, and ends the session.
pub trait Replica {
    /// How much of `doc` is here, or `None` where it is not open to the other side.
    fn version(&self, doc: DocumentId) -> Option<VersionVector>;

    /// The generation of `doc`.
    fn epoch(&self, doc: DocumentId) -> Epoch;

    /// Makes the first generation that is heard of the generation of `doc`.
    fn adopt_epoch(&mut self, doc: DocumentId, epoch: Epoch);

    /// Parcels that cover the beginning of `missing`, of which everything is here: about `bytes_max`
    /// bytes, at least one parcel, in an order in which somebody who has everything else can take them
    /// one after the other. A parcel may begin before `missing` does.
    fn export(&mut self, doc: DocumentId, missing: &[Span], bytes_max: usize) -> Vec<Parcel>;

    /// Takes in parcels, each as a whole or not at all.
    fn import(&mut self, doc: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome;

    /// What is known to be on a storage node's disk, here or elsewhere.
    fn durable(&self, doc: DocumentId) -> VersionVector;

    /// The hashes at the present version.
    fn hashes(&mut self, doc: DocumentId) -> Hashes;
}
