//! The embedded store: one redb file, one writing thread.
//!
//! - [`directory`] makes the directory and the file, private and synced; [`file`] opens and closes it.
//! - [`tables`] says what is where in the file, and applies one operation to it.
//! - [`overlay`] looks at a file without changing it.
//! - [`queue`] bounds what waits, [`writer`] commits it, [`task`] ties an operation to its answer.
//! - [`poison`] remembers the first error.

pub(crate) mod directory;
mod file;
mod overlay;
mod poison;
mod queue;
mod tables;
mod task;
mod writer;

use crate::error::{
    AppendError, CompactError, CreateError, DiskError, MetaError, OpenError, ReadError, RemoveError, SnapshotError,
};
use crate::limits::QUEUE_BYTES_MAX;
use crate::store::Acknowledge;
use crate::{Appended, DocumentInfo, Page, Record, Snapshot, Store, rules};
use clock::{DocumentId, VersionVector};
use directory::Directory;
use file::DatabaseFile;
use overlay::Overlay;
use poison::{Poison, failure};
use queue::{NoRoom, Queue};
use redb::{ReadableDatabase, StorageBackend};
use std::path::Path;
use std::sync::{Arc, mpsc};
use tables::{Reader, Tables};
use task::{Applied, Task};
use writer::Writer;

/// What a queued operation takes besides its payload: boxes, names, vectors.
const OPERATION_BYTES: usize = 256;

/// A [`Store`] in one file of a directory.
///
/// One process at a time may have it open. Dropping it writes what is queued and closes the file.
#[derive(Debug)]
pub struct RedbStore {
    /// Dropped first: it finishes what is queued.
    _writer: Writer,
    database: Arc<DatabaseFile>,
    poison: Arc<Poison>,
    queue: Arc<Queue>,
    /// Dropped last: until the file is closed nobody else may open it.
    _directory: Option<Directory>,
}

impl RedbStore {
    /// Opens the store in `dir`, and makes both where they are missing: the directory for its owner
    /// alone, the file too. A file left by a crash is brought back to its last commit.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let backend = |file| redb::backends::FileBackend::new(file).map_err(open_error);
        let format = |file| DatabaseFile::open(backend(file)?).map(drop);
        let (directory, file) = Directory::open(dir, format)?;
        let store = Self::open_with_backend(backend(file)?)?;
        Ok(Self { _directory: Some(directory), ..store })
    }

    /// Whether there is a store in `dir`, open or not.
    pub fn is_in(dir: &Path) -> bool {
        directory::has_file(dir)
    }

    /// Opens the store in `dir` to look at it: what is written stays in memory, and the file is as it was.
    /// Says what of its checksums does not hold, if anything.
    pub fn examine(dir: &Path) -> Result<(Self, Option<DiskError>), OpenError> {
        let (directory, file) = Directory::look(dir)?;
        let failed = |error: std::io::Error| DiskError::Failed { kind: error.kind(), message: error.to_string() };
        let mut database = DatabaseFile::open(Overlay::over(file).map_err(failed)?)?;
        let damage = database.check();
        let store = Self::start(database)?;
        Ok((Self { _directory: Some(directory), ..store }, damage))
    }

    /// Opens the store that `backend` holds: for tests that inject faults, and for other media. An empty
    /// one is made a store, and only here a power cut in the middle leaves something that is none.
    pub fn open_with_backend(backend: impl StorageBackend) -> Result<Self, OpenError> {
        Self::start(DatabaseFile::open(backend)?)
    }

    fn start(database: DatabaseFile) -> Result<Self, OpenError> {
        let database = Arc::new(database);
        let poison = Arc::new(Poison::default());
        let queue = Arc::new(Queue::new(QUEUE_BYTES_MAX));
        let writer = Writer::start(database.clone(), poison.clone(), queue.clone())
            .map_err(|error| DiskError::Failed { kind: error.kind(), message: error.to_string() })?;
        Ok(Self { _writer: writer, database, poison, queue, _directory: None })
    }

    /// Has the writer apply an operation, and waits for the sync after it.
    fn write<T, E, A>(&self, bytes: usize, apply: A) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DiskError> + Send + 'static,
        A: FnOnce(&mut Tables<'_>) -> Applied<T, E> + Send + 'static,
    {
        let (tell, told) = mpsc::sync_channel(1);
        // The answer to somebody who stopped waiting is dropped: he asked for no promise.
        let reply = Box::new(move |answer| drop(tell.send(answer)));
        self.queue.push(Box::new(Task::new(apply, reply)), OPERATION_BYTES + bytes);
        told.recv().unwrap_or_else(|_| Err(self.poison.error().into()))
    }

    /// Looks at the last committed state.
    fn look<T>(&self, look: impl FnOnce(&Reader) -> Result<T, redb::Error>) -> Result<T, DiskError> {
        self.poison.check()?;
        let read = || look(&Reader::new(&self.database.begin_read()?)?);
        read().map_err(|error| self.poison.remember(&error))
    }

    fn look_into<T>(
        &self,
        doc: DocumentId,
        look: impl FnOnce(&Reader) -> Result<T, redb::Error>,
    ) -> Result<T, ReadError> {
        let found = self.look(|reader| if reader.has(doc)? { look(reader).map(Some) } else { Ok(None) })?;
        found.ok_or(ReadError::UnknownDocument(doc))
    }
}

fn open_error(error: redb::DatabaseError) -> OpenError {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen | redb::DatabaseError::LockProtocolMismatch => OpenError::Locked,
        error => OpenError::Disk(failure(&error.into())),
    }
}

fn payload(records: &[Record]) -> usize {
    records.iter().map(|record| record.bytes.len() + size_of::<Record>()).sum()
}

impl Store for RedbStore {
    fn create(&self, doc: DocumentId, meta: &[(&str, &[u8])]) -> Result<(), CreateError> {
        for &(name, value) in meta {
            rules::check_meta(name, Some(value))?;
        }
        let meta: Vec<_> = meta.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let bytes = meta.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.write(bytes, move |tables| tables.create(doc, &meta))
    }

    fn remove(&self, doc: DocumentId) -> Result<(), RemoveError> {
        self.write(0, move |tables| tables.remove(doc))
    }

    fn documents(&self) -> Result<Vec<DocumentInfo>, ReadError> {
        Ok(self.look(Reader::documents)?)
    }

    fn version(&self, doc: DocumentId) -> Result<VersionVector, ReadError> {
        self.look_into(doc, |reader| reader.version(doc))
    }

    fn append(&self, doc: DocumentId, records: &[Record]) -> Result<Appended, AppendError> {
        rules::check_records(records)?;
        let records = records.to_vec();
        self.write(payload(&records), move |tables| tables.append(doc, &records))
    }

    fn append_then(&self, doc: DocumentId, records: Vec<Record>, then: Acknowledge) {
        if let Err(error) = rules::check_records(&records) {
            return then(Err(error.into()));
        }
        let bytes = OPERATION_BYTES + payload(&records);
        let task = Task::new(move |tables: &mut Tables<'_>| tables.append(doc, &records), then);
        if let Err(NoRoom { mut job, queued_bytes }) = self.queue.try_push(Box::new(task), bytes) {
            job.tell(Err(AppendError::QueueFull { queued_bytes }));
        }
    }

    fn read_page(&self, doc: DocumentId, since: &VersionVector, bytes_max: usize) -> Result<Page, ReadError> {
        self.look_into(doc, |reader| reader.page(doc, since, bytes_max))
    }

    fn compact(&self, doc: DocumentId, replacements: &[Record]) -> Result<(), CompactError> {
        rules::check_replacements(replacements)?;
        let replacements = replacements.to_vec();
        self.write(payload(&replacements), move |tables| tables.compact(doc, &replacements))
    }

    fn meta_get(&self, doc: DocumentId, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.look_into(doc, |reader| reader.meta(doc, name))
    }

    fn meta_put(&self, doc: DocumentId, name: &str, value: Option<&[u8]>) -> Result<(), MetaError> {
        rules::check_meta(name, value)?;
        let (name, value) = (name.to_owned(), value.map(<[u8]>::to_vec));
        let bytes = name.len() + value.as_ref().map_or(0, Vec::len);
        self.write(bytes, move |tables| tables.meta_put(doc, &name, value.as_deref()))
    }

    fn store_meta_get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.look(|reader| reader.store_meta(name))?)
    }

    fn store_meta_put(&self, name: &str, value: Option<&[u8]>) -> Result<(), MetaError> {
        rules::check_meta(name, value)?;
        let (name, value) = (name.to_owned(), value.map(<[u8]>::to_vec));
        let bytes = name.len() + value.as_ref().map_or(0, Vec::len);
        self.write(bytes, move |tables| tables.store_meta_put(&name, value.as_deref()))
    }

    fn snapshot_put(&self, doc: DocumentId, snapshot: Snapshot) -> Result<(), SnapshotError> {
        rules::check_snapshot(&snapshot.bytes)?;
        self.write(snapshot.bytes.len(), move |tables| tables.snapshot_put(doc, &snapshot))
    }

    fn snapshot_latest(&self, doc: DocumentId) -> Result<Option<Snapshot>, ReadError> {
        self.look_into(doc, |reader| reader.snapshot(doc))
    }
}
