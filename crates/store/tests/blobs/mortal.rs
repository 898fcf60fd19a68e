//! A medium that dies at a chosen step, and what a power cut may leave of it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use store::blobs::{Entry, Medium, Place, Room};

type Files = BTreeMap<Place, Vec<u8>>;

/// Reads see everything; a cut keeps what was synced, and of the rest what chance wants.
#[derive(Clone, Default)]
pub struct Mortal {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    live: Files,
    durable: Files,
    steps: usize,
    dies_at: Option<usize>,
}

/// Numbers by George Marsaglia's xorshift.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

impl Mortal {
    /// One that fails from its change number `dies_at` on.
    pub fn dying(files: Files, dies_at: Option<usize>) -> Self {
        let inner = Inner { live: files.clone(), durable: files, steps: 0, dies_at };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// How many changes there were.
    pub fn steps(&self) -> usize {
        self.inner().steps
    }

    fn change(&self, change: impl FnOnce(&mut Inner) -> io::Result<()>) -> io::Result<()> {
        let mut inner = self.inner();
        let is_dead = inner.dies_at.is_some_and(|end| inner.steps > end);
        inner.steps += 1;
        if is_dead {
            return Err(io::Error::other("no power"));
        }
        // The change at which it dies happens, and nobody is told.
        change(&mut inner)?;
        if inner.dies_at == Some(inner.steps - 1) { Err(io::Error::other("power cut")) } else { Ok(()) }
    }

    /// What is there after a power cut.
    pub fn after_cut(&self, chance: &mut Chance) -> Files {
        let inner = self.inner();
        let mut left = Files::new();
        let places: std::collections::BTreeSet<&Place> = inner.live.keys().chain(inner.durable.keys()).collect();
        for place in places {
            let found = match (inner.live.get(place), inner.durable.get(place)) {
                (Some(live), Some(durable)) => Some(mixed(live, durable, chance)),
                (Some(live), None) => (chance.below(2) == 0).then(|| mixed(live, &[], chance)),
                (None, Some(durable)) => (chance.below(2) == 0).then(|| durable.clone()),
                (None, None) => None,
            };
            left.extend(found.map(|bytes| (place.clone(), bytes)));
        }
        left
    }
}

/// Each sector as it is or as it was, and either length.
fn mixed(live: &[u8], durable: &[u8], chance: &mut Chance) -> Vec<u8> {
    const SECTOR: usize = 4096;
    if live == durable {
        return live.to_vec();
    }
    let len = if chance.below(2) == 0 { live.len() } else { durable.len() };
    let mut bytes = vec![0; len];
    for start in (0..len).step_by(SECTOR) {
        let from = if chance.below(2) == 0 { live } else { durable };
        let end = (start + SECTOR).min(len).min(from.len());
        if start < end {
            bytes[start..end].copy_from_slice(&from[start..end]);
        }
    }
    bytes
}

impl Medium for Mortal {
    fn list(&self, room: Room) -> io::Result<Vec<Entry>> {
        let inner = self.inner();
        let inside = inner.live.iter().filter(|(place, _)| place.room == room);
        let entry = |(place, bytes): (&Place, &Vec<u8>)| Entry {
            name: place.name.clone(),
            len: bytes.len() as u64,
            touched_ms: 0,
        };
        Ok(inside.map(entry).collect())
    }

    fn read_at(&self, place: &Place, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let inner = self.inner();
        let rest = inner.live.get(place).ok_or(io::ErrorKind::NotFound)?.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn write_at(&self, place: &Place, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.change(|inner| {
            let file = inner.live.entry(place.clone()).or_default();
            let (start, end) = (offset as usize, offset as usize + bytes.len());
            if file.len() < end {
                file.resize(end, 0);
            }
            file[start..end].copy_from_slice(bytes);
            Ok(())
        })
    }

    fn sync(&self, place: &Place) -> io::Result<()> {
        self.change(|inner| {
            let bytes = inner.live.get(place).ok_or(io::ErrorKind::NotFound)?.clone();
            inner.durable.insert(place.clone(), bytes);
            Ok(())
        })
    }

    fn rename(&self, from: &Place, to: &Place) -> io::Result<()> {
        self.change(|inner| {
            let live = inner.live.remove(from).ok_or(io::ErrorKind::NotFound)?;
            assert_eq!(inner.durable.remove(from).as_ref(), Some(&live), "{from:?} was named before it was synced");
            inner.durable.insert(to.clone(), live.clone());
            inner.live.insert(to.clone(), live);
            Ok(())
        })
    }

    fn remove(&self, place: &Place) -> io::Result<()> {
        self.change(|inner| {
            inner.live.remove(place);
            Ok(())
        })
    }

    fn touch(&self, _: &Place, _: u64) -> io::Result<()> {
        self.change(|_| Ok(()))
    }
}
