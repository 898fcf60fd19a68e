//! The contract that every store keeps.

use crate::error::{AppendError, CompactError, CreateError, MetaError, ReadError, RemoveError, SnapshotError};
use crate::{Appended, DocumentInfo, Page, Record, Snapshot};
use clock::{DocumentId, VersionVector};

/// Told what became of an append, once. It may run on the store's own thread, so it should hand the news
/// on and return, and must not call the store and wait for it.
pub type Acknowledge = Box<dyn FnOnce(Result<Appended, AppendError>) + Send>;

/// Documents and their records, kept.
///
/// - What a call returned `Ok` for is on the disk, synced.
/// - A call takes effect as a whole or not at all, also through a crash in the middle of it.
/// - Calls take effect in the order in which they came; a read sees whole calls only, and nothing that
///   is not durable yet.
/// - After a disk error every call fails until the store is reopened.
pub trait Store: Send + Sync {
    /// Makes an empty document with some meta values.
    fn create(&self, doc: DocumentId, meta: &[(&str, &[u8])]) -> Result<(), CreateError>;

    /// Forgets a document for good: its records, its meta values, its snapshot.
    fn remove(&self, doc: DocumentId) -> Result<(), RemoveError>;

    /// All documents by id. Reads one small row for each.
    fn documents(&self) -> Result<Vec<DocumentInfo>, ReadError>;

    /// How much of every replica is stored.
    fn version(&self, doc: DocumentId) -> Result<VersionVector, ReadError>;

    /// Stores records, one after the other, and returns when they are durable. A record that adds
    /// nothing, or that does not follow on what is stored, is not written, and is no error; a record
    /// that overlaps the end of what is stored and goes beyond it is stored whole.
    ///
    /// Waits while too much is queued for the disk.
    fn append(&self, doc: DocumentId, records: &[Record]) -> Result<Appended, AppendError>;

    /// Like [`append`](Self::append), but returns at once and calls `then` when the records are
    /// durable, or when it is clear that they will not be. Where too much is queued it says
    /// [`AppendError::QueueFull`]; a server then stops reading from its members for a while, or calls
    /// `append` where it may wait.
    fn append_then(&self, doc: DocumentId, records: Vec<Record>, then: Acknowledge);

    /// The records that hold anything after `since`, by replica and counter: each may be applied when
    /// those before it were. Whole records, so the first of a replica may start before `since`.
    fn read(&self, doc: DocumentId, since: &VersionVector) -> Result<Vec<Record>, ReadError> {
        self.read_page(doc, since, usize::MAX).map(|page| page.records)
    }

    /// The first of the records that [`read`](Self::read) would give, as many as have `bytes_max`
    /// bytes together, but one at least.
    fn read_page(&self, doc: DocumentId, since: &VersionVector, bytes_max: usize) -> Result<Page, ReadError>;

    /// Puts replacements in the place of the stored records that lie within them, or within several that follow each other. The
    /// replacements must cover nothing that is not stored; records that reach outside of them stay as they are, so
    /// what was appended meanwhile is safe, and the version never changes.
    fn compact(&self, doc: DocumentId, replacements: &[Record]) -> Result<(), CompactError>;

    /// A meta value of a document.
    fn meta_get(&self, doc: DocumentId, name: &str) -> Result<Option<Vec<u8>>, ReadError>;

    /// Writes a meta value of a document; `None` takes it away.
    fn meta_put(&self, doc: DocumentId, name: &str, value: Option<&[u8]>) -> Result<(), MetaError>;

    /// A meta value of the store itself.
    fn store_meta_get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError>;

    /// Writes a meta value of the store itself; `None` takes it away.
    fn store_meta_put(&self, name: &str, value: Option<&[u8]>) -> Result<(), MetaError>;

    /// Keeps a snapshot of a document in the place of the one before.
    fn snapshot_put(&self, doc: DocumentId, snapshot: Snapshot) -> Result<(), SnapshotError>;

    /// The snapshot that was put last.
    fn snapshot_latest(&self, doc: DocumentId) -> Result<Option<Snapshot>, ReadError>;
}
