//! What goes into a store and comes out of it.

use clock::{DocumentId, ReplicaId, Seq, Span, VersionVector};

/// One sealed frame, or a block that frames were folded into: opaque bytes that cover the counters
/// `start..end` of one replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose elements it holds.
    pub replica: ReplicaId,
    /// The first counter.
    pub start: Seq,
    /// One past the last counter; more than `start`.
    pub end: Seq,
    /// The frame or block. The store never looks inside.
    pub bytes: Vec<u8>,
}

impl Record {
    /// The elements that it covers.
    pub const fn span(&self) -> Span {
        Span::new(self.replica, self.start, self.end)
    }
}

/// What became of one record of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on the disk now.
    Stored,
    /// Everything it covers was stored already; it was not written again.
    Duplicate,
    /// It starts after the end of what is stored, and was not written.
    Gap {
        /// The end-exclusive counter up to which the replica is stored.
        have: Seq,
    },
}

/// What became of the records of an append, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// One outcome for each record.
    pub outcomes: Vec<Outcome>,
}

impl Appended {
    /// Whether everything that was given is durable, now or since earlier.
    pub fn is_complete(&self) -> bool {
        self.outcomes.iter().all(|outcome| !matches!(outcome, Outcome::Gap { .. }))
    }
}

/// Some records of a document, and whether there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// By replica and counter.
    pub records: Vec<Record>,
    /// Whether nothing follows. If not, ask again with the version extended by these records.
    pub is_last: bool,
}

/// A document, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentInfo {
    /// Which one.
    pub id: DocumentId,
    /// How many records are stored.
    pub records: u64,
    /// The bytes of these records, without the disk's overhead.
    pub bytes: u64,
}

/// An image of a document at a version: opaque bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What the image was made from.
    pub version: VersionVector,
    /// The image.
    pub bytes: Vec<u8>,
}
