//! The directory of a store and what is in it: private, for one process, and sure to be found again.
//!
//! ```text
//! store.lock      locked as long as the store is open
//! store.redb      the store
//! store.redb.new  a store that was never finished; made anew
//! ```

use crate::error::OpenError;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const LOCK_NAME: &str = "store.lock";
const FILE_NAME: &str = "store.redb";
const NEW_NAME: &str = "store.redb.new";

/// The directory of an open store. Nobody else opens it until this is dropped.
#[derive(Debug)]
pub(crate) struct Directory {
    _lock: File,
}

impl Directory {
    /// Locks `dir` and opens the file in it. Makes what is missing.
    ///
    /// A new file gets its name only when `format` has made a store of it and that is synced: a power cut in
    /// the middle leaves no file that looks like a damaged store.
    pub(super) fn open(
        dir: &Path,
        format: impl FnOnce(File) -> Result<(), OpenError>,
    ) -> Result<(Self, File), OpenError> {
        make_directory(dir).map_err(|error| unusable(dir, &error))?;
        let directory = Self { _lock: lock(dir)? };
        let path = dir.join(FILE_NAME);
        let exists = path.try_exists().map_err(|error| unusable(&path, &error))?;
        if !exists {
            make_file(dir, format)?;
        }
        let file = private_file().open(&path).map_err(|error| unusable(&path, &error))?;
        Ok((directory, file))
    }

    /// Locks `dir`, and makes it and the directories `rooms` in it where they are missing.
    pub(crate) fn with_rooms(dir: &Path, rooms: &[PathBuf]) -> Result<Self, OpenError> {
        make_directory(dir).map_err(|error| unusable(dir, &error))?;
        let directory = Self { _lock: lock(dir)? };
        rooms.iter().try_for_each(|room| make_directory(room).map_err(|error| unusable(room, &error)))?;
        Ok(directory)
    }

    /// Locks `dir` and opens the file in it to read, where both are there.
    pub(super) fn look(dir: &Path) -> Result<(Self, File), OpenError> {
        let path = dir.join(FILE_NAME);
        let file = File::open(&path).map_err(|error| unusable(&path, &error))?;
        Ok((Self { _lock: lock(dir)? }, file))
    }
}

/// Whether a store was made in `dir`.
pub(super) fn has_file(dir: &Path) -> bool {
    dir.join(FILE_NAME).is_file()
}

fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK_NAME);
    let file = private_file().open(&path).map_err(|error| unusable(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked),
        Err(TryLockError::Error(error)) => Err(unusable(&path, &error)),
    }
}

fn make_file(dir: &Path, format: impl FnOnce(File) -> Result<(), OpenError>) -> Result<(), OpenError> {
    let (new, path) = (dir.join(NEW_NAME), dir.join(FILE_NAME));
    let file = private_file().open(&new).map_err(|error| unusable(&new, &error))?;
    file.set_len(0).map_err(|error| unusable(&new, &error))?;
    format(file)?;
    let finish = || {
        private_file().open(&new)?.sync_all()?;
        fs::rename(&new, &path)?;
        // The contents of a file that no directory lists after a power cut would be synced in vain.
        sync_directory(dir)
    };
    finish().map_err(|error| unusable(&path, &error))
}

fn unusable(path: &Path, error: &io::Error) -> OpenError {
    OpenError::Unusable { path: path.to_owned(), kind: error.kind(), message: error.to_string() }
}

/// Makes `dir` and what is missing above it. One that was there keeps its permissions: they are
/// somebody's choice.
fn make_directory(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_directory(parent)?;
    }
    match private_directory().create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_directory(parent.unwrap_or(Path::new("."))),
    }
}

#[cfg(unix)]
fn private_directory() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private_directory() -> DirBuilder {
    DirBuilder::new()
}

/// How files are opened here: made where they are missing, for their owner alone.
pub(crate) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the names in a directory durable.
#[cfg(unix)]
pub(crate) fn sync_directory(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Elsewhere directories cannot be opened, and the system syncs their entries itself.
#[cfg(not(unix))]
pub(crate) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
