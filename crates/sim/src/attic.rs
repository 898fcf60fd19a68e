//! The blobs of a member, on a disk that forgets what was not synced.

use crate::planted::Planted;
use crate::random::Random;
use crate::vault::PowerCut;
use blob::{BlobHash, BlobRef, Outline, Pieces};
use log::{OpRef, ValueRef};
use motet::Replica;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use store::blobs::{Entry, Medium, Place, Room};
use store::{BlobState, Blobs, Quotas};
use sync::BlobHost;

type Files = BTreeMap<Place, Vec<u8>>;

/// As much as a sector of a disk holds.
const SECTOR: usize = 4096;

/// The blobs of one member.
#[derive(Debug)]
pub struct Attic {
    platter: Platter,
    blobs: Blobs,
    /// Whether anything is left of it after a crash.
    keeps: bool,
    /// What was whole and synced here, and may not be gone unless it was collected.
    kept: BTreeSet<BlobHash>,
    planted: Option<Planted>,
}

/// A copy of the blobs of a member.
#[derive(Clone, Debug)]
pub struct Copy {
    files: Files,
    kept: BTreeSet<BlobHash>,
}

impl Attic {
    /// An empty one.
    pub fn new(keeps: bool, planted: Option<Planted>) -> Self {
        let platter = Platter::default();
        let blobs = open(&platter);
        Self { platter, blobs, keeps, kept: BTreeSet::new(), planted }
    }

    /// Keeps bytes, and says what a document says of them.
    pub fn put(&mut self, bytes: &[u8]) -> Result<BlobRef, PowerCut> {
        let hash = self.blobs.put(bytes).map_err(|_| PowerCut)?;
        self.note_whole(hash);
        let media_type = "application/octet-stream".parse().expect("a media type");
        Ok(BlobRef::new(hash, bytes.len() as u64, media_type, None).expect("it is short"))
    }

    /// Notes that a blob is all there.
    pub fn note_whole(&mut self, hash: BlobHash) {
        if self.keeps {
            self.kept.insert(hash);
        }
    }

    /// Removes what no history that is here names, shown or not.
    pub fn collect(&mut self, replica: &Replica) -> Result<(), String> {
        let names = replica.blob_names();
        let shown = shown(replica);
        let is_named = |hash: &BlobHash| match self.planted {
            Some(Planted::CollectHidden) => shown.contains(hash),
            _ => names.may_name(hash),
        };
        let before = self.whole();
        // An error is a power cut, which whoever asks finds out; what was to go may be gone then, or not.
        let is_cut = self.blobs.collect(is_named, 0).is_err();
        let after = self.whole();
        self.kept.retain(|hash| after.contains(hash) && (!is_cut || is_named(hash)));
        let named = named(replica);
        match before.difference(&after).find(|hash| named.contains(hash)) {
            Some(hash) => Err(format!("blob {hash} is named and was collected")),
            None => Ok(()),
        }
    }

    /// What is here in full.
    pub fn whole(&self) -> BTreeSet<BlobHash> {
        self.blobs.list().into_iter().map(|info| info.hash).collect()
    }

    /// Reads a blob and compares it with its name.
    pub fn check(&self, hash: &BlobHash) -> Result<(), String> {
        self.blobs
            .check(hash)
            .map_err(|error| format!("blob {hash} was taken in and is not what it should be: {error}"))
    }

    /// What was whole and synced must be there after every crash, as it was.
    pub fn check_kept(&self) -> Result<(), String> {
        self.kept.iter().try_for_each(|hash| self.check(hash))
    }

    /// Whether the power went while it was written to.
    pub fn is_dead(&self) -> bool {
        self.blobs.problem().is_some()
    }

    /// Lets the power go within one of the next changes.
    pub fn cut_soon(&mut self, luck: u64) {
        self.platter.inner().dies_in = Some(luck % 12);
    }

    /// Stops no more at what was to be a power cut.
    pub fn heal(&mut self) {
        self.platter.inner().dies_in = None;
    }

    /// A copy of what is on the disk.
    pub fn copy(&self) -> Copy {
        Copy { files: self.platter.inner().live.clone(), kept: self.kept.clone() }
    }

    /// Opens with what an earlier copy holds.
    pub fn put_back(&mut self, copy: &Copy) {
        self.platter = Platter::with(copy.files.clone());
        self.kept = copy.kept.clone();
        self.blobs = open(&self.platter);
    }

    /// Stops without warning, and opens again with what the disk happens to have.
    pub fn crash(&mut self, luck: u64) {
        self.platter = Platter::with(if self.keeps { self.platter.after_cut(luck) } else { Files::new() });
        self.blobs = open(&self.platter);
    }
}

fn open(platter: &Platter) -> Blobs {
    let quotas = Quotas { store_bytes_max: 1 << 30, document_bytes_max: 1 << 30, blob_bytes_max: 1 << 30 };
    Blobs::with_medium(Box::new(platter.clone()), quotas, Box::new(|| 0)).expect("blobs open after every crash")
}

/// The blobs that a history names, found by reading all of it.
pub fn named(replica: &Replica) -> BTreeSet<BlobHash> {
    let mut named = BTreeSet::new();
    let mut note = |value: ValueRef<'_>| named.extend(value.to_value().blob().map(BlobRef::hash));
    for log in replica.document().log().logs() {
        for (_, op) in log.ops_in(0..log.end()) {
            match op {
                OpRef::Set { value: Some(value), .. } | OpRef::ListSet { value, .. } => note(value),
                OpRef::ListInsert { values, .. } => values.iter().for_each(&mut note),
                _ => {}
            }
        }
    }
    named
}

/// The blobs that a document shows.
fn shown(replica: &Replica) -> BTreeSet<BlobHash> {
    let maps = replica.document().model().maps();
    maps.flat_map(|(_, map)| map.iter()).filter_map(|(_, value)| Some(value.blob()?.hash())).collect()
}

/// A document with its blobs, as the exchange works on them.
pub struct Side<'a> {
    /// What names them.
    pub replica: &'a Replica,
    /// What keeps them.
    pub attic: &'a Attic,
}

impl Side<'_> {
    fn is_named(&self, hash: &BlobHash) -> bool {
        self.replica.blob_names().names(hash)
    }
}

impl BlobHost for Side<'_> {
    fn names_count(&self) -> usize {
        self.replica.document().log().blob_names_count()
    }

    fn lacking(&mut self) -> Vec<(BlobHash, u64)> {
        let is_whole = |hash: &BlobHash| matches!(self.attic.blobs.state(hash), Some(BlobState::Whole { .. }));
        self.replica.blob_names().iter().filter(|(hash, _)| !is_whole(hash)).collect()
    }

    fn pieces(&mut self, hash: &BlobHash) -> Option<(u64, Pieces)> {
        let len = match self.attic.blobs.state(hash).filter(|_| self.is_named(hash))? {
            BlobState::Whole { len } | BlobState::Part { len } => len,
            BlobState::Uploading { .. } => return None,
        };
        Some((len, self.attic.blobs.pieces(hash).ok().flatten()?))
    }

    fn outline(&mut self, hash: &BlobHash) -> Option<Outline> {
        self.is_named(hash).then(|| self.attic.blobs.outline(hash).ok()).flatten()
    }

    fn piece(&mut self, hash: &BlobHash, at: u32) -> Option<Vec<u8>> {
        self.is_named(hash).then(|| self.attic.blobs.read_piece(hash, at).ok()).flatten().flatten()
    }

    fn begin(&mut self, outline: &Outline) -> Result<Pieces, String> {
        self.attic.blobs.begin(outline).map_err(|error| error.to_string())
    }

    fn keep(&mut self, hash: &BlobHash, at: u32, bytes: &[u8]) -> Result<bool, String> {
        self.attic.blobs.put_piece(hash, at, bytes).map_err(|error| error.to_string())
    }
}

/// Files in memory. A cut keeps what was synced, and of the rest what chance wants, sector by sector.
#[derive(Clone, Debug, Default)]
struct Platter {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    live: Files,
    durable: Files,
    /// After how many changes the power goes.
    dies_in: Option<u64>,
    is_dead: bool,
}

impl Platter {
    fn with(files: Files) -> Self {
        let inner = Inner { live: files.clone(), durable: files, ..Inner::default() };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics here")
    }

    /// A change. The one at which the power goes happens, and nobody is told.
    fn change(&self, change: impl FnOnce(&mut Inner) -> io::Result<()>) -> io::Result<()> {
        let mut inner = self.inner();
        if inner.is_dead {
            return Err(io::Error::other("no power"));
        }
        change(&mut inner)?;
        match &mut inner.dies_in {
            Some(0) => {
                inner.is_dead = true;
                Err(io::Error::other("power cut"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn after_cut(&self, luck: u64) -> Files {
        let (inner, mut random) = (self.inner(), Random::new(luck));
        let mut left = Files::new();
        let places: BTreeSet<&Place> = inner.live.keys().chain(inner.durable.keys()).collect();
        for place in places {
            let found = match (inner.live.get(place), inner.durable.get(place)) {
                (Some(live), Some(durable)) => Some(torn(live, durable, &mut random)),
                (Some(live), None) => random.chance(500).then(|| torn(live, &[], &mut random)),
                (None, Some(durable)) => random.chance(500).then(|| durable.clone()),
                (None, None) => None,
            };
            left.extend(found.map(|bytes| (place.clone(), bytes)));
        }
        left
    }
}

/// Each sector as it is or as it was, and either length.
fn torn(live: &[u8], durable: &[u8], random: &mut Random) -> Vec<u8> {
    if live == durable {
        return live.to_vec();
    }
    let mut bytes = vec![0; if random.chance(500) { live.len() } else { durable.len() }];
    for (at, sector) in bytes.chunks_mut(SECTOR).enumerate() {
        let from = if random.chance(500) { live } else { durable };
        let from = from.get(at * SECTOR..).unwrap_or_default();
        let len = from.len().min(sector.len());
        sector[..len].copy_from_slice(&from[..len]);
    }
    bytes
}

impl Medium for Platter {
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
            file.resize(file.len().max(end), 0);
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
            let bytes = inner.live.remove(from).ok_or(io::ErrorKind::NotFound)?;
            // What was not synced before is not made so by another name.
            let synced = inner.durable.remove(from).unwrap_or_default();
            inner.live.insert(to.clone(), bytes);
            inner.durable.insert(to.clone(), synced);
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
