//! The memory of the first error.
//!
//! After a failed write or sync nobody knows what the disk holds, and trying again may report success
//! for data that are gone. So nothing is tried again: the store stops, and recovery at the next
//! opening finds the last commit.

use crate::error::DiskError;
use std::io;
use std::sync::OnceLock;

/// The message of the first error, once there was one.
#[derive(Debug, Default)]
pub(super) struct Poison {
    first: OnceLock<String>,
}

impl Poison {
    /// Refuses to go on after an error.
    pub(super) fn check(&self) -> Result<(), DiskError> {
        if self.first.get().is_some() { Err(self.error()) } else { Ok(()) }
    }

    /// What is said to everybody after the first error.
    pub(super) fn error(&self) -> DiskError {
        let first = self.first.get().map_or("its writer is gone", String::as_str);
        DiskError::Poisoned { first: first.to_owned() }
    }

    /// Keeps an error if it is the first, and says what to tell whoever met it.
    pub(super) fn remember(&self, error: &redb::Error) -> DiskError {
        if matches!(error, redb::Error::PreviousIo) {
            // Met by a reader while the writer, who saw the error itself, is about to remember it.
            return DiskError::Poisoned { first: self.first.get().cloned().unwrap_or_else(|| error.to_string()) };
        }
        let _ = self.first.set(error.to_string());
        failure(error)
    }

    /// Keeps what went wrong where no error says it.
    pub(super) fn remember_text(&self, text: &str) {
        let _ = self.first.set(text.to_owned());
    }
}

/// An error of the database in our words.
pub(super) fn failure(error: &redb::Error) -> DiskError {
    let kind = match error {
        redb::Error::Io(error) => error.kind(),
        redb::Error::Corrupted(_) => io::ErrorKind::InvalidData,
        _ => io::ErrorKind::Other,
    };
    DiskError::Failed { kind, message: error.to_string() }
}
