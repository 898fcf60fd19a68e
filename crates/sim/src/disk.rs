//! A disk in memory that forgets what was not synced when the power goes.

use crate::random::mix;
use redb::StorageBackend;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::RedbStore;

/// A write is torn between two of these, in bytes.
const SECTOR_BYTES: usize = 512;

/// Handles to one disk.
#[derive(Clone, Debug)]
pub struct Disk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// As a running system sees it.
    bytes: Vec<u8>,
    /// What was done since the last sync, oldest first.
    unsynced: Vec<Change>,
    /// How many more syncs succeed, where the power is to go.
    syncs_left: Option<u32>,
    is_dead: bool,
    /// Whether a sync only says that it was one: a planted fault.
    lies: bool,
}

#[derive(Debug)]
enum Change {
    Write { offset: usize, old: Vec<u8>, new: Vec<u8> },
    SetLen { old: usize, new: usize },
}

impl Disk {
    /// A disk with an empty store on it.
    pub fn formatted() -> Self {
        static IMAGE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let image = IMAGE.get_or_init(|| {
            let disk = Self::with(Vec::new());
            drop(RedbStore::open_with_backend(disk.clone()).expect("a healthy disk"));
            disk.lock().bytes.clone()
        });
        Self::with(image.clone())
    }

    fn with(bytes: Vec<u8>) -> Self {
        Self { state: Arc::new(Mutex::new(State { bytes, ..State::default() })) }
    }

    /// Makes every sync a lie.
    pub fn lie(&self) {
        self.lock().lies = true;
    }

    /// Lets the power go at the sync after the next `syncs`.
    pub fn cut_after(&self, syncs: u32) {
        self.lock().syncs_left = Some(syncs);
    }

    /// Stops at once: nothing more reaches the disk.
    pub fn cut(&self) {
        self.lock().is_dead = true;
    }

    /// Brings the disk back. Which of the unsynced writes are there, whole or torn, follows from `luck`
    /// and from where they were, not from the order in which they came to different places.
    pub fn restore(&self, luck: u64) {
        let mut state = self.lock();
        let changes = std::mem::take(&mut state.unsynced);
        changes.iter().rev().for_each(|change| state.revert(change));
        let mut times: BTreeMap<usize, u64> = BTreeMap::new();
        for change in &changes {
            let place = change.place();
            let time = times.entry(place).or_default();
            *time += 1;
            state.redo_some(change, mix(luck ^ mix(place as u64) ^ *time), luck % 4);
        }
        state.is_dead = false;
        state.syncs_left = None;
    }

    /// What is on it, as a running system sees it.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// Takes what is on it away, and puts other bytes there.
    pub fn overwrite(&self, bytes: &[u8]) {
        let mut state = self.lock();
        *state = State { bytes: bytes.to_vec(), lies: state.lies, ..State::default() };
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Change {
    fn place(&self) -> usize {
        match self {
            Self::Write { offset, .. } => *offset,
            Self::SetLen { .. } => usize::MAX,
        }
    }
}

impl State {
    fn revert(&mut self, change: &Change) {
        match change {
            Change::Write { offset, old, .. } => self.bytes[*offset..*offset + old.len()].copy_from_slice(old),
            Change::SetLen { old, .. } => self.bytes.resize(*old, 0),
        }
    }

    /// In one mood nearly everything survives, in another nearly nothing.
    fn redo_some(&mut self, change: &Change, luck: u64, mood: u64) {
        let keep_of_8 = [8, 7, 4, 1][mood as usize];
        if luck % 8 >= keep_of_8 {
            return;
        }
        match change {
            Change::Write { offset, new, .. } => {
                let is_torn = (luck >> 8).is_multiple_of(4);
                let blocks = new.len() / SECTOR_BYTES;
                let kept = if is_torn { (luck >> 16) as usize % (blocks + 1) * SECTOR_BYTES } else { new.len() };
                let end = (offset + kept).min(self.bytes.len());
                if *offset < end {
                    self.bytes[*offset..end].copy_from_slice(&new[..end - offset]);
                }
            }
            Change::SetLen { new, .. } => self.bytes.resize(*new, 0),
        }
    }

    fn check(&self) -> Result<(), Error> {
        if self.is_dead { Err(Error::other("the power is gone")) } else { Ok(()) }
    }
}

fn beyond() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "beyond the end of the disk")
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, Error> {
        let state = self.lock();
        state.check()?;
        Ok(state.bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let state = self.lock();
        state.check()?;
        let offset = offset as usize;
        out.copy_from_slice(state.bytes.get(offset..offset + out.len()).ok_or_else(beyond)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        let mut state = self.lock();
        state.check()?;
        let (old, new) = (state.bytes.len(), len as usize);
        if new < old {
            // What is cut off must come back where the cut is not synced.
            let tail = state.bytes[new..].to_vec();
            state.unsynced.push(Change::Write { offset: new, new: vec![0; tail.len()], old: tail });
        }
        state.bytes.resize(new, 0);
        state.unsynced.push(Change::SetLen { old, new });
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Error> {
        let mut state = self.lock();
        state.check()?;
        match &mut state.syncs_left {
            Some(0) => state.is_dead = true,
            Some(left) => *left -= 1,
            None => {}
        }
        state.check()?;
        if !state.lies {
            state.unsynced.clear();
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let mut state = self.lock();
        state.check()?;
        let offset = offset as usize;
        let place = state.bytes.get_mut(offset..offset + data.len()).ok_or_else(beyond)?;
        let old = place.to_vec();
        place.copy_from_slice(data);
        state.unsynced.push(Change::Write { offset, old, new: data.to_vec() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_stays_and_the_rest_is_left_to_luck() {
        let (mut kept, mut lost) = (0, 0);
        for luck in 0..200 {
            let disk = Disk::with(vec![0; 2048]);
            disk.write(0, &[1; 1024]).unwrap();
            disk.sync_data().unwrap();
            disk.write(1024, &[2; 1024]).unwrap();
            disk.cut();
            assert!(disk.write(0, &[3]).is_err() && disk.sync_data().is_err());
            disk.restore(luck);
            let bytes = disk.lock().bytes.clone();
            assert!(bytes[..1024].iter().all(|&byte| byte == 1));
            kept += usize::from(bytes[2047] == 2);
            lost += usize::from(bytes[1024] == 0);
        }
        assert!(kept > 20 && lost > 20, "{kept} kept, {lost} lost");
    }
}
