//! Files in a directory, for their owner alone.
//!
//! ```text
//! store.lock                locked as long as the blobs are open
//! whole/ part/ outline/ upload/ temp/ claim/
//! ```

use super::medium::{Entry, Medium, Place, Room};
use crate::disk::directory::{Directory, private_file, sync_directory};
use crate::error::OpenError;
use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A [`Medium`] in a directory.
#[derive(Debug)]
pub(super) struct FileMedium {
    dir: PathBuf,
    /// Nobody else opens the directory until this is dropped.
    _directory: Directory,
}

impl FileMedium {
    /// Locks `dir`, and makes what is missing.
    pub(super) fn open(dir: &Path) -> Result<Self, OpenError> {
        let rooms = Room::ALL.map(|room| dir.join(room.name()));
        Ok(Self { dir: dir.to_owned(), _directory: Directory::with_rooms(dir, &rooms)? })
    }

    fn path(&self, place: &Place) -> PathBuf {
        self.dir.join(place.room.name()).join(&place.name)
    }

    fn sync_room(&self, room: Room) -> io::Result<()> {
        sync_directory(&self.dir.join(room.name()))
    }
}

impl Medium for FileMedium {
    fn list(&self, room: Room) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for found in fs::read_dir(self.dir.join(room.name()))? {
            entries.extend(entry(&found?)?);
        }
        Ok(entries)
    }

    fn read_at(&self, place: &Place, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(self.path(place))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut filled = 0;
        while filled < buffer.len() {
            match file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(len) => filled += len,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_at(&self, place: &Place, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file = private_file().open(self.path(place))?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn sync(&self, place: &Place) -> io::Result<()> {
        // Opened to write, since some systems sync nothing else.
        File::options().write(true).open(self.path(place))?.sync_all()?;
        self.sync_room(place.room)
    }

    fn rename(&self, from: &Place, to: &Place) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))?;
        self.sync_room(to.room)?;
        self.sync_room(from.room)
    }

    fn remove(&self, place: &Place) -> io::Result<()> {
        match fs::remove_file(self.path(place)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn touch(&self, place: &Place, now_ms: u64) -> io::Result<()> {
        let at = UNIX_EPOCH.checked_add(Duration::from_millis(now_ms)).ok_or(ErrorKind::InvalidInput)?;
        File::options().write(true).open(self.path(place))?.set_modified(at)
    }
}

/// A file, as far as it is one with a name of ours.
fn entry(found: &DirEntry) -> io::Result<Option<Entry>> {
    let metadata = found.metadata()?;
    let Some(name) = found.file_name().to_str().filter(|_| metadata.is_file()).map(str::to_owned) else {
        return Ok(None);
    };
    // Where the system keeps no such times nothing is ever old.
    let touched = metadata.modified().unwrap_or_else(|_| SystemTime::now());
    let touched_ms = touched.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    Ok(Some(Entry { name, len: metadata.len(), touched_ms }))
}
