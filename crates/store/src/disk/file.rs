//! The open database file.

use super::poison::failure;
use super::{open_error, tables};
use crate::error::{DiskError, OpenError};
use redb::{Database, StorageBackend};
use std::io::ErrorKind;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Memory for pages of the file. The system caches the file too, so this only saves copying.
const CACHE_BYTES: usize = 64 << 20;

/// A database that can be closed whatever happened to it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    /// There until the drop.
    database: Option<Database>,
}

impl DatabaseFile {
    /// Opens what `backend` holds, after a crash at its last commit, and makes the tables where it is empty.
    pub(super) fn open(backend: impl StorageBackend) -> Result<Self, OpenError> {
        let database =
            Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(backend).map_err(open_error)?;
        tables::prepare(&database)?;
        Ok(Self { database: Some(database) })
    }
}

impl DatabaseFile {
    /// Reads everything and compares it with its checksums; what does not hold, if anything. A file that
    /// does not hold is changed: taken back to what does, if anything does.
    pub(super) fn check(&mut self) -> Option<DiskError> {
        let database = self.database.as_mut().expect("the database is there until the drop");
        let damaged = |message: String| DiskError::Failed { kind: ErrorKind::InvalidData, message };
        match catch_unwind(AssertUnwindSafe(|| database.check_integrity())) {
            Ok(Ok(true)) => None,
            Ok(Ok(false)) => Some(damaged("its checksums do not hold; an older state of it does".into())),
            Ok(Err(error)) => Some(failure(&error.into())),
            Err(_) => Some(damaged("it cannot be read through".into())),
        }
    }
}

impl Deref for DatabaseFile {
    type Target = Database;

    fn deref(&self) -> &Database {
        self.database.as_ref().expect("the database is there until the drop")
    }
}

impl Drop for DatabaseFile {
    /// After a panic within it the database panics once more when it is closed. By then everybody was told
    /// that the store stopped, and whoever drops it can do nothing about it.
    fn drop(&mut self) {
        let database = self.database.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(database)));
    }
}
