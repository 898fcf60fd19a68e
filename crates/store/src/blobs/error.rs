//! Why something with a blob was refused or failed.

use crate::error::DiskError;
use blob::{BlobHash, PieceError};
use clock::DocumentId;
use thiserror::Error;

/// There is no room for a blob.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoSpace {
    /// It would be too long.
    #[error("a blob of {len} bytes is longer than the {max} that are kept here")]
    TooLong {
        /// What it would have.
        len: u64,
        /// What it may have.
        max: u64,
    },
    /// The store's quota is used up.
    #[error("{len} more bytes do not fit: blobs take {used} of {max} bytes of the store's quota")]
    Store {
        /// What was to be added.
        len: u64,
        /// What is taken.
        used: u64,
        /// What may be taken.
        max: u64,
    },
    /// Too many blobs are unfinished.
    #[error("{0} blobs are unfinished, and more may not be")]
    Unfinished(usize),
}

impl NoSpace {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "blob.too_long",
            Self::Store { .. } => "blob.store_quota",
            Self::Unfinished(_) => "blob.too_many_unfinished",
        }
    }
}

/// Why a blob could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BlobReadError {
    /// It is not here, or not all of it.
    #[error("there is no blob {0}")]
    Unknown(BlobHash),
    /// Its bytes are not those that were kept.
    #[error("blob {0} is damaged")]
    Damaged(BlobHash),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Why a blob could not be begun.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BeginError {
    /// There is no room for it.
    #[error(transparent)]
    NoSpace(#[from] NoSpace),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Why a piece was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PutPieceError {
    /// The blob was not begun, or was given up.
    #[error("blob {0} is not expected here")]
    Unknown(BlobHash),
    /// It is not that piece.
    #[error(transparent)]
    Piece(#[from] PieceError),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// Why an upload was refused or failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UploadError {
    /// There is no room for it.
    #[error(transparent)]
    NoSpace(#[from] NoSpace),
    /// Somebody else is uploading the same blob.
    #[error("blob {0} is being uploaded by somebody else")]
    Busy(BlobHash),
    /// The bytes are not those of the blob; they were thrown away.
    #[error("the bytes are those of blob {found}, not of {expected}")]
    Mismatch {
        /// What they should have been.
        expected: BlobHash,
        /// What they are.
        found: BlobHash,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl UploadError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSpace(error) => error.code(),
            Self::Busy(_) => "blob.busy",
            Self::Mismatch { .. } => "blob.mismatch",
            Self::Disk(error) => error.code(),
        }
    }
}

/// Why a blob was not counted for a document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// It is not here.
    #[error("there is no blob {0}")]
    Unknown(BlobHash),
    /// The document's quota is used up.
    #[error("{len} more bytes do not fit: the blobs of document {doc} take {used} of {max} bytes of its quota")]
    Document {
        /// Which document.
        doc: DocumentId,
        /// What was to be added.
        len: u64,
        /// What is taken.
        used: u64,
        /// What may be taken.
        max: u64,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl ClaimError {
    /// A name of the case that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "blob.unknown",
            Self::Document { .. } => "blob.document_quota",
            Self::Disk(error) => error.code(),
        }
    }
}
