//! The open database file.

use super::{open_error, tables};
use crate::error::OpenError;
use redb::{Database, StorageBackend};
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
