//! A file with an editor, a store that can be killed, and a remote member.

use super::super::{Binding, BindingError, Notice};
use crate::link::disk::{Contents, Disk, Stamp};
use crate::link::record::Shelf;
use motet::{DocumentId, ReplicaId, SigningKey};
use server::{Content, DocumentType, HubDocument, StoredDocument, StoredHub};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use store::{
    Acknowledge, AppendError, Appended, CompactError, CreateError, DiskError, DocumentInfo, MemoryStore, MetaError,
    Page, ReadError, Record, RemoveError, Snapshot, SnapshotError, Store,
};

const DOC: DocumentId = DocumentId(7);
/// How often the file is looked at although nothing is due.
const POLL_MS: u64 = 500;
/// After so long nothing is under way any more.
const QUIET_MS: u64 = 4_000;

/// After so long what was taken out of the file is gone.
const GONE_MS: u64 = 2_000;

/// How an editor saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Save {
    /// A new file takes the place of the old one.
    Rename,
    /// The file that is there is written to.
    InPlace,
    /// The file that was there when the editor opened it is written to, wherever it is now.
    Late,
}

impl Save {
    pub const ALL: [Self; 3] = [Self::Rename, Self::InPlace, Self::Late];
}

#[derive(Default)]
struct Node {
    bytes: Vec<u8>,
    modified_ns: i128,
}

/// Files by number; names are numbers too.
#[derive(Default)]
struct Files {
    nodes: BTreeMap<u64, Node>,
    file: Option<u64>,
    stage: Option<u64>,
    kept: Vec<u64>,
    /// What the editor has open.
    opened: Option<u64>,
    /// What was staged last, and whether the editor has read it.
    watched: Option<u64>,
    was_read: bool,
    clock: i128,
    now_ms: u64,
    swapped_ms: u64,
    /// Steps so far.
    steps: u32,
    save: Option<(u32, Save, Vec<u8>)>,
    /// Whether it is due after a kill that came first, or goes into a file that has no name any more.
    is_save_late: bool,
    /// Half steps until the kill: before a step's effect, or after it.
    kill: Option<u32>,
    is_dead: bool,
    /// Whether it was killed and came back.
    is_reborn: bool,
}

impl Files {
    fn make(&mut self, bytes: &[u8]) -> u64 {
        self.clock += 1;
        let number = self.nodes.len() as u64 + 1;
        self.nodes.insert(number, Node { bytes: bytes.to_vec(), modified_ns: self.clock });
        number
    }

    fn save(&mut self, save: Save, bytes: &[u8]) {
        self.clock += 1;
        let target = match save {
            Save::Rename => None,
            Save::InPlace => self.file,
            Save::Late => self.opened,
        };
        match target.and_then(|number| self.nodes.get_mut(&number)) {
            None => self.file = Some(self.make(bytes)),
            Some(node) => *node = Node { bytes: bytes.to_vec(), modified_ns: self.clock },
        }
    }

    fn stamp(&self, number: u64) -> Stamp {
        let node = &self.nodes[&number];
        Stamp { inode: number, len: node.bytes.len() as u64, modified_ns: node.modified_ns }
    }

    fn contents(&self, number: Option<u64>) -> Contents {
        number
            .map_or(Contents::Missing, |number| Contents::Whole(self.stamp(number), self.nodes[&number].bytes.clone()))
    }
}

/// What is killed and comes back.
#[derive(Clone, Default)]
struct Machine(Arc<Mutex<Files>>);

impl Machine {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap()
    }

    /// A step, with an editor that saves before it and a kill before or after it.
    fn step<T>(&self, effect: impl FnOnce(&mut Files) -> T) -> io::Result<T> {
        let mut files = self.files();
        if files.is_dead {
            return Err(io::Error::other("killed"));
        }
        let steps = files.steps;
        if let Some((_, save, bytes)) = files.save.take_if(|(at, ..)| *at <= steps) {
            let is_gone =
                save == Save::Late && files.opened != files.file && files.now_ms >= files.swapped_ms + GONE_MS;
            files.is_save_late = files.is_reborn || is_gone;
            files.save(save, &bytes);
        }
        files.steps += 1;
        let dies = |files: &mut Files| {
            files.is_dead = files.kill == Some(0);
            files.kill = files.kill.and_then(|left| left.checked_sub(1));
            files.is_dead
        };
        if dies(&mut files) {
            return Err(io::Error::other("killed"));
        }
        let result = effect(&mut files);
        if dies(&mut files) { Err(io::Error::other("killed")) } else { Ok(result) }
    }
}

impl Disk for Machine {
    fn stamp(&mut self) -> io::Result<Option<Stamp>> {
        self.step(|files| files.file.map(|number| files.stamp(number)))
    }

    fn read(&mut self) -> io::Result<Contents> {
        self.step(|files| files.contents(files.file))
    }

    fn stage(&mut self, bytes: &[u8]) -> io::Result<Stamp> {
        // Half of it, and then all of it.
        self.step(|files| files.stage = Some(files.make(&bytes[..bytes.len() / 2])))?;
        self.step(|files| {
            let number = files.make(bytes);
            files.stage = Some(number);
            files.watched = Some(number);
            files.was_read = false;
            files.stamp(number)
        })
    }

    fn staged_stamp(&mut self) -> io::Result<Option<Stamp>> {
        self.step(|files| files.stage.map(|number| files.stamp(number)))
    }

    fn read_staged(&mut self) -> io::Result<Contents> {
        self.step(|files| files.contents(files.stage))
    }

    fn swap(&mut self) -> io::Result<()> {
        self.step(|files| {
            if files.file.is_none() {
                return Err(io::ErrorKind::NotFound.into());
            }
            files.swapped_ms = files.now_ms;
            (files.file, files.stage) = (files.stage, files.file);
            Ok(())
        })?
    }

    fn place(&mut self) -> io::Result<()> {
        self.step(|files| {
            if files.file.is_some() {
                return Err(io::Error::from(io::ErrorKind::AlreadyExists));
            }
            files.file = files.stage;
            Ok(())
        })??;
        self.step(|files| files.stage = None)
    }

    fn was_read(&mut self) -> Option<bool> {
        let files = self.files();
        files.watched.map(|_| files.was_read)
    }

    fn unstage(&mut self) -> io::Result<()> {
        self.step(|files| files.stage = None)
    }

    fn keep_staged(&mut self) -> io::Result<PathBuf> {
        self.step(|files| {
            let number = files.stage.take().expect("staged");
            files.kept.push(number);
            PathBuf::from(number.to_string())
        })
    }
}

/// A store that dies with the machine.
struct Mortal {
    machine: Machine,
    store: Arc<MemoryStore>,
}

impl Mortal {
    fn write<T, E: From<DiskError>>(&self, write: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let dead = |error: io::Error| DiskError::Failed { kind: error.kind(), message: error.to_string() };
        self.machine.step(|_| write()).map_err(dead)?
    }
}

impl Store for Mortal {
    fn create(&self, doc: DocumentId, meta: &[(&str, &[u8])]) -> Result<(), CreateError> {
        self.store.create(doc, meta)
    }

    fn remove(&self, doc: DocumentId) -> Result<(), RemoveError> {
        self.store.remove(doc)
    }

    fn documents(&self) -> Result<Vec<DocumentInfo>, ReadError> {
        self.store.documents()
    }

    fn version(&self, doc: DocumentId) -> Result<motet::VersionVector, ReadError> {
        self.store.version(doc)
    }

    fn append(&self, doc: DocumentId, records: &[Record]) -> Result<Appended, AppendError> {
        self.write(|| self.store.append(doc, records))
    }

    fn append_then(&self, doc: DocumentId, records: Vec<Record>, then: Acknowledge) {
        then(self.append(doc, &records));
    }

    fn read_page(&self, doc: DocumentId, since: &motet::VersionVector, bytes_max: usize) -> Result<Page, ReadError> {
        self.store.read_page(doc, since, bytes_max)
    }

    fn compact(&self, doc: DocumentId, replacements: &[Record]) -> Result<(), CompactError> {
        self.store.compact(doc, replacements)
    }

    fn meta_get(&self, doc: DocumentId, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.store.meta_get(doc, name)
    }

    fn meta_put(&self, doc: DocumentId, name: &str, value: Option<&[u8]>) -> Result<(), MetaError> {
        self.write(|| self.store.meta_put(doc, name, value))
    }

    fn store_meta_get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.store.store_meta_get(name)
    }

    fn store_meta_put(&self, name: &str, value: Option<&[u8]>) -> Result<(), MetaError> {
        self.store.store_meta_put(name, value)
    }

    fn snapshot_put(&self, doc: DocumentId, snapshot: Snapshot) -> Result<(), SnapshotError> {
        self.store.snapshot_put(doc, snapshot)
    }

    fn snapshot_latest(&self, doc: DocumentId) -> Result<Option<Snapshot>, ReadError> {
        self.store.snapshot_latest(doc)
    }
}

/// What runs between two kills.
struct Process {
    document: StoredDocument,
    binding: Binding<Machine>,
}

pub struct World {
    machine: Machine,
    store: Arc<MemoryStore>,
    runs: u64,
    process: Option<Process>,
    remote: StoredDocument,
    now_ms: u64,
    notices: Vec<Notice>,
    /// What a tick is told.
    pub is_whole: bool,
}

impl World {
    /// A document with this text, a copy of it here, and no file.
    pub fn new(text: &str) -> Self {
        Self::of(DocumentType::Text, text)
    }

    /// The same with a document of any type.
    pub fn of(document_type: DocumentType, text: &str) -> Self {
        let machine = Machine::default();
        let remote = hub(Arc::new(MemoryStore::default()), 1000);
        remote.create_as(DOC, 1, "remote").unwrap();
        let mut remote = remote.load(DOC, |_, _| {}).unwrap();
        match document_type.new_type() {
            Some(new_type) => remote.make(&new_type, text).unwrap(),
            None => remote.put_text(None, text).unwrap(),
        }
        let store = Arc::new(MemoryStore::default());
        hub(store.clone(), 1).create_as(DOC, 1, "here").unwrap();
        let mut world =
            Self { machine, store, runs: 1, process: None, remote, now_ms: 0, notices: Vec::new(), is_whole: true };
        let mut document = world.load();
        exchange(&mut world.remote, &mut document).unwrap();
        let shelf = Shelf::open(world.mortal(), DOC).unwrap();
        let version = document.version();
        let binding = Binding::begin(world.machine.clone(), shelf, version, document.replica().document()).unwrap();
        world.process = Some(Process { document, binding });
        world
    }

    fn mortal(&self) -> Arc<dyn Store> {
        Arc::new(Mortal { machine: self.machine.clone(), store: self.store.clone() })
    }

    /// The document as a new process finds it.
    fn load(&mut self) -> StoredDocument {
        self.runs += 1;
        hub(self.mortal(), self.runs).load(DOC, |_, _| {}).unwrap()
    }

    fn restart(&mut self) -> Result<Process, BindingError> {
        {
            let mut files = self.machine.files();
            files.watched = None;
            files.is_reborn = true;
        }
        let document = self.load();
        let shelf = Shelf::open(self.mortal(), DOC)?;
        let record = shelf.kept().cloned().unwrap();
        let copy = document.replica().document();
        let binding = Binding::resume(self.machine.clone(), shelf, record, copy, self.now_ms)?;
        Ok(Process { document, binding })
    }

    /// One look at everything; an error is a kill.
    fn tick(&mut self) -> Result<(), BindingError> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => self.restart()?,
        };
        exchange(&mut self.remote, &mut process.document)?;
        self.notices.extend(process.binding.tick(&mut process.document, self.now_ms, self.is_whole, 0)?);
        exchange(&mut self.remote, &mut process.document)?;
        self.process = Some(process);
        Ok(())
    }

    /// Lets time pass; what is killed comes back after `away_ms`.
    fn go(&mut self, ms: u64, away_ms: u64) {
        let mut end_ms = self.now_ms + ms;
        while self.now_ms < end_ms {
            self.machine.files().now_ms = self.now_ms;
            if self.tick().is_err() {
                assert!(std::mem::take(&mut self.machine.files().is_dead), "only a kill stops it");
                self.now_ms += away_ms;
                end_ms = self.now_ms + ms;
            }
            let wake_ms = self.process.as_ref().and_then(|process| process.binding.wake_ms());
            self.now_ms = wake_ms.unwrap_or(u64::MAX).clamp(self.now_ms + 1, self.now_ms + POLL_MS);
        }
    }

    pub fn pass(&mut self, ms: u64) {
        self.go(ms, 0);
    }

    pub fn settle(&mut self) {
        self.go(QUIET_MS, 0);
    }

    pub fn settle_through_kills(&mut self, away_ms: u64) {
        self.machine.files().steps = 0;
        self.go(QUIET_MS, away_ms);
        let steps = self.steps();
        self.go(QUIET_MS, away_ms);
        let mut files = self.machine.files();
        files.steps = steps;
        files.is_save_late |= files.save.is_some();
    }

    /// Whether the editor saved too late for any promise.
    pub fn is_save_late(&self) -> bool {
        self.machine.files().is_save_late
    }

    /// How many steps there were until all was quiet.
    pub fn steps(&self) -> u32 {
        self.machine.files().steps
    }

    pub fn editor_opens(&mut self) {
        let mut files = self.machine.files();
        files.opened = files.file;
        files.was_read |= files.file == files.watched;
    }

    pub fn editor_saves(&mut self, save: Save, text: &str) {
        self.machine.files().save(save, text.as_bytes());
    }

    pub fn editor_saves_bytes(&mut self, bytes: &[u8]) {
        self.machine.files().save(Save::InPlace, bytes);
    }

    pub fn editor_deletes(&mut self) {
        self.machine.files().file = None;
    }

    pub fn save_at(&mut self, step: u32, save: Save, text: &str) {
        self.machine.files().save = Some((step, save, text.into()));
    }

    pub fn kill_at(&mut self, half_step: u32) {
        self.machine.files().kill = Some(half_step);
    }

    pub fn remote_edits(&mut self, text: &str) {
        self.remote.put_text(None, text).unwrap();
    }

    pub fn remote_text(&self) -> String {
        Content::of(self.remote.replica().document()).unwrap().text
    }

    pub fn history(&self) -> usize {
        self.remote.replica().document().history().len()
    }

    pub fn file_bytes(&self) -> Option<Vec<u8>> {
        let files = self.machine.files();
        files.file.map(|number| files.nodes[&number].bytes.clone())
    }

    pub fn file(&self) -> Option<String> {
        self.file_bytes().map(|bytes| String::from_utf8(bytes).unwrap())
    }

    pub fn kept(&self) -> Vec<String> {
        let files = self.machine.files();
        files.kept.iter().map(|number| String::from_utf8(files.nodes[number].bytes.clone()).unwrap()).collect()
    }

    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

fn hub(store: Arc<dyn Store>, writer: u64) -> StoredHub {
    StoredHub::new(store, SigningKey::from_bytes(&[1; 32]), ReplicaId(writer))
}

/// Everything that is sealed goes both ways; what comes here is on the disk first.
fn exchange(remote: &mut StoredDocument, here: &mut StoredDocument) -> Result<(), BindingError> {
    let missing = remote.version().missing_from(&here.version());
    here.import(remote.export(&missing, usize::MAX));
    here.sync()?;
    let missing = here.version().missing_from(&remote.version());
    remote.import(here.export(&missing, usize::MAX));
    Ok(())
}
