//! The directory of a store and the file in it: private, and sure to be found again.

use crate::error::OpenError;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// The one file of a store.
const FILE_NAME: &str = "store.redb";

/// Opens the file in `dir` and makes both where they are missing.
///
/// What is made is synced into its parent: the contents of a file that no directory lists after a
/// power cut would be synced in vain.
pub(super) fn open_file(dir: &Path) -> Result<File, OpenError> {
    make_directory(dir).map_err(|error| unusable(dir, &error))?;
    let path = dir.join(FILE_NAME);
    let file = private_file().open(&path).map_err(|error| unusable(&path, &error))?;
    sync_directory(dir).map_err(|error| unusable(dir, &error))?;
    Ok(file)
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

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn sync_directory(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Elsewhere directories cannot be opened, and the system syncs their entries itself.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
