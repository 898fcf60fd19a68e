//! What a member keeps through a crash.

use crate::disk::Disk;
use clock::{DocumentId, VersionVector};
use std::sync::Arc;
use store::{MemoryStore, Record, RedbStore, Snapshot, Store};

/// A store, and what is under it.
#[derive(Debug)]
pub struct Vault {
    medium: Medium,
    store: Option<Box<dyn Keep>>,
    doc: DocumentId,
}

/// What is under a store.
#[derive(Debug)]
enum Medium {
    /// The real store on a disk that forgets.
    Disk(Disk),
    /// A quick stand-in: what an append was told of is kept. The next append fails where the power is
    /// to go in it, with what was to be stored on it or not.
    Memory { kept: Arc<MemoryStore>, cut: Option<bool> },
}

/// A copy of a store, which may be put back later.
#[derive(Clone, Debug)]
pub enum Copy {
    /// What was on the disk.
    Disk(Vec<u8>),
    /// What a stand-in held.
    Memory(Vec<Record>, Option<Snapshot>),
}

/// A store that can be printed.
trait Keep: Store + std::fmt::Debug {}
impl<T: Store + std::fmt::Debug> Keep for T {}

/// The power went during a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerCut;

impl Vault {
    /// The real store on a disk of its own.
    pub fn on_disk(doc: DocumentId, lies: bool) -> Self {
        let disk = Disk::formatted();
        let mut vault = Self { medium: Medium::Disk(disk.clone()), store: None, doc };
        vault.open();
        if lies {
            disk.lie();
        }
        vault
    }

    /// A stand-in that is quick.
    pub fn in_memory(doc: DocumentId) -> Self {
        let mut vault = Self { medium: Medium::Memory { kept: Arc::default(), cut: None }, store: None, doc };
        vault.open();
        vault
    }

    fn store(&self) -> &dyn Store {
        match &self.medium {
            Medium::Disk(_) => self.store.as_deref().expect("open while its member runs"),
            Medium::Memory { kept, .. } => &**kept,
        }
    }

    /// Opens the store, after a crash too.
    fn open(&mut self) {
        if let Medium::Disk(disk) = &self.medium {
            let store = RedbStore::open_with_backend(disk.clone()).expect("a store opens after every crash");
            self.store = Some(Box::new(store));
        }
        if self.store().version(self.doc).is_err() {
            self.store().create(self.doc, &[]).expect("a healthy disk");
        }
    }

    /// Appends records and syncs.
    pub fn append(&mut self, records: &[Record]) -> Result<(), PowerCut> {
        if let Medium::Memory { kept, cut } = &mut self.medium
            && let Some(is_written) = cut.take()
        {
            if is_written {
                kept.append(self.doc, records).expect("the document is there");
            }
            return Err(PowerCut);
        }
        match self.store().append(self.doc, records) {
            Ok(appended) => {
                assert!(appended.is_complete(), "records follow on what is stored: {appended:?}");
                Ok(())
            }
            Err(_) => Err(PowerCut),
        }
    }

    /// A copy of what is on it.
    pub fn copy(&self) -> Copy {
        match &self.medium {
            Medium::Disk(disk) => Copy::Disk(disk.bytes()),
            Medium::Memory { .. } => Copy::Memory(self.records(&VersionVector::new()), self.image()),
        }
    }

    /// Stops without warning, and starts again with what an earlier copy holds.
    pub fn put_back(&mut self, copy: &Copy) {
        match (&mut self.medium, copy) {
            (Medium::Disk(disk), Copy::Disk(bytes)) => {
                disk.cut();
                self.store = None;
                disk.overwrite(bytes);
            }
            (Medium::Memory { kept, cut }, Copy::Memory(records, image)) => {
                (*kept, *cut) = (Arc::default(), None);
                kept.create(self.doc, &[]).expect("it is empty");
                kept.append(self.doc, records).expect("the document is there");
                if let Some(image) = image {
                    kept.snapshot_put(self.doc, image.clone()).expect("the document is there");
                }
            }
            _ => unreachable!("a copy is of the same medium"),
        }
        self.open();
    }

    /// Lets the power go within one of the next appends.
    pub fn cut_soon(&mut self, luck: u64) {
        match &mut self.medium {
            Medium::Disk(disk) => disk.cut_after((luck % 3) as u32),
            Medium::Memory { cut, .. } => *cut = Some(luck.is_multiple_of(2)),
        }
    }

    /// Stops without warning, and starts again with what the disk happens to have.
    pub fn crash(&mut self, luck: u64) {
        match &mut self.medium {
            Medium::Disk(disk) => {
                disk.cut();
                self.store = None;
                disk.restore(luck);
            }
            Medium::Memory { cut, .. } => *cut = None,
        }
        self.open();
    }

    /// Stops no more at what was to be a power cut.
    pub fn heal(&mut self) {
        match &mut self.medium {
            Medium::Disk(disk) => disk.cut_after(u32::MAX),
            Medium::Memory { cut, .. } => *cut = None,
        }
    }

    /// How much is stored.
    pub fn version(&self) -> VersionVector {
        self.store().version(self.doc).expect("the document is there")
    }

    /// Everything that is stored beyond `known`.
    pub fn records(&self, known: &VersionVector) -> Vec<Record> {
        self.store().read(self.doc, known).expect("the document is there")
    }

    /// Keeps an image of everything that is stored.
    pub fn keep_image(&self, image: Snapshot) -> Result<(), PowerCut> {
        self.store().snapshot_put(self.doc, image).map_err(|_| PowerCut)
    }

    /// The newest image.
    pub fn image(&self) -> Option<Snapshot> {
        self.store().snapshot_latest(self.doc).expect("the document is there")
    }
}
