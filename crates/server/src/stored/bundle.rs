//! Bundles: documents and their blobs in a file, to carry from one directory to another.
//!
//! ```text
//! Replica, blobs ─► Packer ─► file ─► BundleFile, read through once ─► unpack ─► store, synced
//! ```
//!
//! History travels as the parcels that members send each other and stores keep, so whoever takes it in verifies what
//! any import does. [`codec::BundlePart`] is what the bytes say; here is who reads and writes them.

mod file;
mod pack;
mod unpack;

pub use file::{BundleEntry, BundleSummary, summarize};
pub use pack::{PackedDocument, Packer};
pub use unpack::{BlobsTaken, DocumentTaken, Refused, Unpacked, unpack};

use super::loader::read_error;
use crate::hub::HubError;
use codec::{DecodeError, EncodeError};
use std::io;
use store::OpenError;

/// Why a bundle cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The file.
    #[error(transparent)]
    File(#[from] io::Error),
    /// It is no bundle, or is damaged.
    #[error("the part at byte {at} does not hold: {error}")]
    Damaged {
        /// Where the part begins.
        at: u64,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// It was cut.
    #[error("it ends in the middle, at byte {at}: it was cut, or not copied to its end")]
    Cut {
        /// Where.
        at: u64,
    },
    /// Something follows its end.
    #[error("something follows its end, at byte {at}")]
    Trailing {
        /// Where.
        at: u64,
    },
    /// What is to be packed passes a limit.
    #[error("it cannot be packed: {0}")]
    Encode(#[from] EncodeError),
    /// A blob is not what it is called, or cannot be read.
    #[error("blob {hash} cannot be packed: {why}")]
    Blob {
        /// Which one.
        hash: blob::BlobHash,
        /// Why.
        why: String,
    },
    /// The documents of the directory.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The blobs of the directory.
    #[error(transparent)]
    Blobs(#[from] OpenError),
}

impl BundleError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(_) => "bundle.file",
            Self::Damaged { error, .. } => error.code(),
            Self::Cut { .. } => "bundle.cut",
            Self::Trailing { .. } => "bundle.trailing",
            Self::Encode(error) => error.code(),
            Self::Blob { .. } => "bundle.blob",
            Self::Hub(error) => error.code(),
            Self::Blobs(error) => error.code(),
        }
    }
}

impl From<store::ReadError> for BundleError {
    fn from(error: store::ReadError) -> Self {
        Self::Hub(read_error(error))
    }
}

#[cfg(test)]
mod tests;
