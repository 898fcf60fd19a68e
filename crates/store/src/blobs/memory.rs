//! Files in memory.

use super::medium::{Entry, Medium, Place, Room};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A [`Medium`] that is gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryMedium {
    files: Mutex<BTreeMap<Place, File>>,
}

#[derive(Debug, Default)]
struct File {
    bytes: Vec<u8>,
    touched_ms: u64,
}

impl MemoryMedium {
    fn files(&self) -> MutexGuard<'_, BTreeMap<Place, File>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium for MemoryMedium {
    fn list(&self, room: Room) -> io::Result<Vec<Entry>> {
        let files = self.files();
        let inside = files.iter().filter(|(place, _)| place.room == room);
        let entry = |(place, file): (&Place, &File)| Entry {
            name: place.name.clone(),
            len: file.bytes.len() as u64,
            touched_ms: file.touched_ms,
        };
        Ok(inside.map(entry).collect())
    }

    fn read_at(&self, place: &Place, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let files = self.files();
        let bytes = &files.get(place).ok_or(io::ErrorKind::NotFound)?.bytes;
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn write_at(&self, place: &Place, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.files();
        let file = files.entry(place.clone()).or_default();
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let end = start.checked_add(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        if file.bytes.len() < end {
            file.bytes.resize(end, 0);
        }
        file.bytes[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&self, place: &Place) -> io::Result<()> {
        if self.files().contains_key(place) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn rename(&self, from: &Place, to: &Place) -> io::Result<()> {
        let mut files = self.files();
        let file = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.clone(), file);
        Ok(())
    }

    fn remove(&self, place: &Place) -> io::Result<()> {
        self.files().remove(place);
        Ok(())
    }

    fn touch(&self, place: &Place, now_ms: u64) -> io::Result<()> {
        self.files().get_mut(place).ok_or(io::ErrorKind::NotFound)?.touched_ms = now_ms;
        Ok(())
    }
}
