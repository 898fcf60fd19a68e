//! A disk in memory that remembers what was done to it, fails when told, and stops when told.

use redb::StorageBackend;
use std::io::{Error, ErrorKind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use store::RedbStore;

/// What was done to a disk, and what the test noted in between.
#[derive(Clone, Debug)]
pub enum Event {
    Write {
        offset: usize,
        data: Vec<u8>,
    },
    SetLen(usize),
    /// Everything before it is on the medium.
    Sync,
    /// A lane was told that another of its steps is durable.
    Acked(u64),
}

/// How an I/O fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// With an I/O error, once; the next one may succeed.
    Once,
    /// With an I/O error, and all that follow too.
    ForEver,
    /// For want of space.
    Full,
    /// After half of it was done.
    Short,
    /// By a bug in what drives the disk.
    Panic,
}

/// The ways in which a disk fails.
pub const FAULTS: [Fault; 4] = [Fault::Once, Fault::ForEver, Fault::Full, Fault::Short];

/// Handles to one disk.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    events: Vec<Event>,
    ios: usize,
    fault: Option<(usize, Fault)>,
    failures: usize,
    is_held: bool,
    waits: usize,
}

impl Disk {
    /// A disk with something on it.
    pub fn with(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.lock().bytes = bytes;
        disk
    }

    /// A disk with an empty store on it. How a store comes to be there safely is the directory's business,
    /// not the disk's.
    pub fn formatted() -> Self {
        let disk = Self::default();
        drop(RedbStore::open_with_backend(disk.clone()).unwrap());
        Self::with(disk.bytes())
    }

    /// Lets the I/O after the first `n` fail.
    pub fn fail(&self, n: usize, fault: Fault) {
        self.lock().fault = Some((n, fault));
    }

    /// How many I/Os there were.
    pub fn ios(&self) -> usize {
        self.lock().ios
    }

    /// How many of them failed.
    pub fn failures(&self) -> usize {
        self.lock().failures
    }

    pub fn note_ack(&self, lane: u64) {
        self.lock().events.push(Event::Acked(lane));
    }

    pub fn events(&self) -> Vec<Event> {
        self.lock().events.clone()
    }

    pub fn syncs(&self) -> usize {
        self.lock().events.iter().filter(|event| matches!(event, Event::Sync)).count()
    }

    /// What is on it as a running system sees it.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// Makes every sync wait until [`Disk::release`].
    pub fn hold(&self) {
        self.lock().is_held = true;
    }

    /// Waits until a sync waits.
    pub fn wait_until_held(&self) {
        let state = self.lock();
        drop(self.shared.changed.wait_while(state, |state| state.waits == 0).unwrap());
    }

    pub fn release(&self) {
        self.lock().is_held = false;
        self.shared.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts an I/O, and fails if it is its turn.
    fn io(&mut self) -> Result<(), Fault> {
        self.ios += 1;
        match self.fault {
            Some((n, fault)) if self.ios == n + 1 || (self.ios > n && fault == Fault::ForEver) => {
                self.failures += 1;
                Err(fault)
            }
            _ => Ok(()),
        }
    }

    fn write(&mut self, offset: usize, data: &[u8]) {
        let event = Event::Write { offset, data: data.to_vec() };
        apply(&mut self.bytes, &event);
        self.events.push(event);
    }
}

fn error(fault: Fault) -> Error {
    match fault {
        Fault::Full => Error::new(ErrorKind::StorageFull, "injected: no space left"),
        Fault::Short => Error::new(ErrorKind::WriteZero, "injected: short write"),
        Fault::Panic => panic!("injected: a bug in the driver"),
        Fault::Once | Fault::ForEver => Error::other("injected: I/O error"),
    }
}

/// Does an event to an image of the disk. A write beyond the end makes the disk longer, as files do.
pub fn apply(bytes: &mut Vec<u8>, event: &Event) {
    match event {
        Event::Write { offset, data } => {
            let end = offset + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*offset..end].copy_from_slice(data);
        }
        Event::SetLen(len) => bytes.resize(*len, 0),
        Event::Sync | Event::Acked(_) => {}
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, Error> {
        let mut state = self.lock();
        state.io().map_err(error)?;
        Ok(state.bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let mut state = self.lock();
        state.io().map_err(error)?;
        let offset = offset as usize;
        let bytes = state.bytes.get(offset..offset + out.len()).ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        let mut state = self.lock();
        state.io().map_err(error)?;
        let event = Event::SetLen(len as usize);
        apply(&mut state.bytes, &event);
        state.events.push(event);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Error> {
        let mut state = self.lock();
        state.io().map_err(error)?;
        state.waits += 1;
        self.shared.changed.notify_all();
        let mut state = self.shared.changed.wait_while(state, |state| state.is_held).unwrap();
        state.waits -= 1;
        state.events.push(Event::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let mut state = self.lock();
        if let Err(fault) = state.io() {
            if fault == Fault::Short {
                state.write(offset as usize, &data[..data.len() / 2]);
            }
            return Err(error(fault));
        }
        state.write(offset as usize, data);
        Ok(())
    }
}
