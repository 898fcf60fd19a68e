//! Why an operation was refused or failed: one enum for each, with codes that never change.
//!
//! Codes are for the wire and for interfaces; messages are for people, and continue "failed to …".

use clock::{DocumentId, Seq, Span};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// The disk did not do what it was asked to. The store writes and reads nothing more until reopened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DiskError {
    /// The error that this operation met.
    #[error("the disk failed: {message}")]
    Failed {
        /// What kind of failure; `InvalidData` where the file is damaged.
        kind: io::ErrorKind,
        /// What the system says about it.
        message: String,
    },
    /// An earlier operation met an error, and nothing was tried.
    #[error("the store stopped at an earlier error and must be reopened: {first}")]
    Poisoned {
        /// The message of the first error.
        first: String,
    },
}

impl DiskError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Failed { kind: io::ErrorKind::StorageFull, .. } => "store.disk_full",
            Self::Failed { kind: io::ErrorKind::InvalidData, .. } => "store.disk_damaged",
            Self::Failed { .. } => "store.disk_failed",
            Self::Poisoned { .. } => "store.poisoned",
        }
    }
}

/// A record that no store takes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// It covers nothing.
    #[error("record {span} covers no element")]
    Empty {
        /// What it says it covers.
        span: Span,
    },
    /// It has more bytes than [`RECORD_BYTES_MAX`](crate::limits::RECORD_BYTES_MAX).
    #[error("record {span} has {len} bytes, more than a record may have")]
    TooLarge {
        /// What it covers.
        span: Span,
        /// Its bytes.
        len: usize,
    },
}

impl RecordError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "store.record_empty",
            Self::TooLarge { .. } => "store.record_too_large",
        }
    }
}

/// Failed to open a store.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or another part of this one, has it open.
    #[error("the store is already open, here or in another process")]
    Locked,
    /// A later release wrote it; this one would do harm.
    #[error("the store has format {found}; this program knows formats up to {known}")]
    NewerFormat {
        /// The format of the file.
        found: u32,
        /// The newest one that this release knows.
        known: u32,
    },
    /// The directory or the file in it cannot be made or used.
    #[error("cannot use {}: {message}", path.display())]
    Unusable {
        /// Which of them.
        path: PathBuf,
        /// What kind of failure.
        kind: io::ErrorKind,
        /// What the system says about it.
        message: String,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl OpenError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked => "store.locked",
            Self::NewerFormat { .. } => "store.newer_format",
            Self::Unusable { .. } => "store.unusable",
            Self::Disk(error) => error.code(),
        }
    }
}

/// Failed to create a document. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CreateError {
    /// It is there already.
    #[error("document {0} exists already")]
    Exists(DocumentId),
    /// One of its meta values is too large.
    #[error(transparent)]
    Meta(#[from] MetaLimit),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl CreateError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists(_) => "store.document_exists",
            Self::Meta(error) => error.code(),
            Self::Disk(error) => error.code(),
        }
    }
}

/// Failed to remove a document. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RemoveError {
    /// It is not there.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl RemoveError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDocument(_) => "store.unknown_document",
            Self::Disk(error) => error.code(),
        }
    }
}

/// Failed to append. None of the records was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The document was never created, or was removed.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// One of the records is not one.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Too much waits for the disk. Only [`append_then`](crate::Store::append_then) says so;
    /// [`append`](crate::Store::append) waits for room.
    #[error("{queued_bytes} bytes wait for the disk already")]
    QueueFull {
        /// How much waits.
        queued_bytes: usize,
    },
    /// The disk failed. Records of this call may be there after a reopening all the same: all of
    /// those that were to be stored, or none.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl AppendError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDocument(_) => "store.unknown_document",
            Self::Record(error) => error.code(),
            Self::QueueFull { .. } => "store.queue_full",
            Self::Disk(error) => error.code(),
        }
    }
}

/// Failed to compact. The records are what they were.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CompactError {
    /// The document was never created, or was removed.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// One of the replacements is no record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Two replacements cover one element.
    #[error("replacements {first} and {second} overlap")]
    Overlap {
        /// The one that starts earlier.
        first: Span,
        /// The one that starts later.
        second: Span,
    },
    /// A replacement covers what was never appended.
    #[error("replacement {span} goes beyond {have}, the end of what is stored")]
    Beyond {
        /// The replacement.
        span: Span,
        /// The end-exclusive counter up to which its replica is stored.
        have: Seq,
    },
    /// A stored record covers more than the replacement: somebody compacted in between.
    #[error("replacement {span} is covered by stored record {stored}")]
    Stale {
        /// The replacement.
        span: Span,
        /// What covers it.
        stored: Span,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl CompactError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDocument(_) => "store.unknown_document",
            Self::Record(error) => error.code(),
            Self::Overlap { .. } => "store.replacements_overlap",
            Self::Beyond { .. } => "store.replacement_beyond",
            Self::Stale { .. } => "store.replacement_stale",
            Self::Disk(error) => error.code(),
        }
    }
}

/// A meta value that no store takes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MetaLimit {
    /// Its name has more bytes than [`META_NAME_BYTES_MAX`](crate::limits::META_NAME_BYTES_MAX).
    #[error("a name of {len} bytes is longer than names may be")]
    NameTooLong {
        /// The bytes of the name.
        len: usize,
    },
    /// It has more bytes than [`META_VALUE_BYTES_MAX`](crate::limits::META_VALUE_BYTES_MAX).
    #[error("value {name} has {len} bytes, more than a value may have")]
    ValueTooLarge {
        /// Its name.
        name: String,
        /// Its bytes.
        len: usize,
    },
}

impl MetaLimit {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameTooLong { .. } => "store.meta_name_too_long",
            Self::ValueTooLarge { .. } => "store.meta_value_too_large",
        }
    }
}

/// Failed to write a meta value. The value is what it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MetaError {
    /// The document was never created, or was removed.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// The value is too large.
    #[error(transparent)]
    Limit(#[from] MetaLimit),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl MetaError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDocument(_) => "store.unknown_document",
            Self::Limit(error) => error.code(),
            Self::Disk(error) => error.code(),
        }
    }
}

/// Failed to keep a snapshot. The one before is still there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The document was never created, or was removed.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// It has more bytes than [`SNAPSHOT_BYTES_MAX`](crate::limits::SNAPSHOT_BYTES_MAX).
    #[error("a snapshot of {len} bytes is larger than snapshots may be")]
    TooLarge {
        /// Its bytes.
        len: usize,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl SnapshotError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDocument(_) => "store.unknown_document",
            Self::TooLarge { .. } => "store.snapshot_too_large",
            Self::Disk(error) => error.code(),
        }
    }
}

/// Failed to read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The document was never created, or was removed.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl ReadError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDocument(_) => "store.unknown_document",
            Self::Disk(error) => error.code(),
        }
    }
}
