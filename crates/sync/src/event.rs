//! What a session tells its host.

use crate::{BlobMessage, Hashes, Hello, MemberId, Presence, RefusalCode, Rejection};
use clock::{DocumentId, VersionVector};
use std::sync::Arc;

/// Something that happened in a session. What concerns a document says which.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The other side greeted. Where the session asks, it waits for `admit` or for its end.
    Greeted(Hello),
    /// What the other side has of the document is known; the exchange begins.
    Opened(DocumentId),
    /// The other side does not exchange the document.
    Refused {
        /// Which one.
        doc: DocumentId,
        /// For programs.
        code: RefusalCode,
        /// For people.
        message: String,
    },
    /// The other side closed the document.
    Closed(DocumentId),
    /// Actions came in: every other session must be told with `changed`.
    Imported {
        /// Where.
        doc: DocumentId,
        /// How many elements.
        elements: u64,
    },
    /// Received parcels were refused.
    Rejected {
        /// Where.
        doc: DocumentId,
        /// Which, and why.
        rejections: Vec<Rejection>,
    },
    /// Catching up with the other side, in elements. Equal numbers: done.
    Progress {
        /// Where.
        doc: DocumentId,
        /// How many came.
        done: u64,
        /// How many will.
        total: u64,
    },
    /// The other side has all this.
    Received {
        /// Where.
        doc: DocumentId,
        /// What it has.
        version: VersionVector,
    },
    /// All this is on a storage node's disk.
    Durable {
        /// Where.
        doc: DocumentId,
        /// What is.
        version: VersionVector,
    },
    /// A member moved, came or left: every other session must be told with `show`.
    Presence {
        /// Where.
        doc: DocumentId,
        /// The news, with the identity that the connection gave it.
        presence: Arc<Presence>,
    },
    /// A member was silent for too long. Nobody need be told: the others count for themselves.
    Gone {
        /// Where.
        doc: DocumentId,
        /// Who.
        member: MemberId,
    },
    /// The other side says something about blobs, for the [`BlobTraffic`](crate::BlobTraffic) of the document.
    Blob {
        /// Where.
        doc: DocumentId,
        /// What.
        message: BlobMessage,
    },
    /// Both have the same actions and do not agree on what they mean. A bug, reported once.
    Diverged {
        /// Where.
        doc: DocumentId,
        /// What both have.
        version: VersionVector,
        /// The hashes here.
        ours: Hashes,
        /// The hashes there.
        theirs: Hashes,
    },
}
