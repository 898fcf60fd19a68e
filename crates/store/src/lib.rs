//! Where sealed frames are kept, so that an acknowledged action survives anything.
//!
//! A [`Store`] holds documents; a document is a heap of [`Record`]s, each an opaque run of bytes that
//! covers a range of one replica's counters, and besides a few small meta values and a snapshot.
//! [`RedbStore`] keeps them in one file in a directory, [`MemoryStore`] in memory; one suite of tests
//! holds both to one contract.
//!
//! [`Blobs`] keeps the bytes beside the documents: by their hash, once, verified while they arrive.
//!
//! This crate never looks inside a record and depends on nothing of the engine but the names of
//! things. It never acknowledges what is not synced, never answers from what is not, never repairs
//! by guessing, and after a disk error never touches the disk again until it is reopened.
//!
//! ```text
//!  append(doc, records) ──┐             one thread                 one file
//!  append_then(…, f) ─────┼─► queue ─► takes all that waits, ─► commit, sync ─► answers everybody
//!  compact, create, … ────┘  (bytes     applies it in order                     f(Ok(Appended))
//!                             bounded)
//!  read, version, … ──────────────────────────────────────────► last synced state
//! ```
//!
//! While a sync runs, the next batch gathers: a lone writer waits for one sync, and a thousand writers
//! share one, without a timer in between.
//!
//! ```
//! use clock::{DocumentId, ReplicaId, VersionVector};
//! use store::{Outcome, Record, RedbStore, Store};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let parent = tempfile::tempdir()?;
//! # let dir = parent.path().join("motet");
//! let store = RedbStore::open(&dir)?;
//! let doc = DocumentId(7);
//! store.create(doc, &[("name", b"Sonnet")])?;
//!
//! let frame = Record { replica: ReplicaId(1), start: 0, end: 5, bytes: b"sealed".to_vec() };
//! assert_eq!(store.append(doc, &[frame.clone()])?.outcomes, [Outcome::Stored]);
//! assert_eq!(store.append(doc, &[frame.clone()])?.outcomes, [Outcome::Duplicate]);
//!
//! drop(store); // or a power cut
//! let store = RedbStore::open(&dir)?;
//! assert_eq!(store.read(doc, &VersionVector::new())?, [frame]);
//! # Ok(())
//! # }
//! ```

pub mod blobs;
mod disk;
mod error;
pub mod limits;
mod memory;
mod record;
mod rules;
mod store;

pub use blobs::{BlobState, Blobs, Quotas};
pub use disk::RedbStore;
pub use error::{
    AppendError, CompactError, CreateError, DiskError, MetaError, MetaLimit, OpenError, ReadError, RecordError,
    RemoveError, SnapshotError,
};
pub use memory::MemoryStore;
pub use record::{Appended, DocumentInfo, Outcome, Page, Record, Snapshot};
pub use store::{Acknowledge, Store};
