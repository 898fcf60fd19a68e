//! What all parts of a store of blobs work with: the medium, the ledger, and the memory of the first error.

use super::ledger::Ledger;
use super::medium::{Medium, Place, Room, place};
use super::{BlobClock, NoSpace, Quotas, outline_file};
use crate::error::DiskError;
use crate::limits::UNFINISHED_BLOBS_MAX;
use blob::limits::BLOB_BYTES_MAX;
use blob::{BlobHash, Outline};
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What clones of one store share.
pub(super) struct Shared {
    pub(super) medium: Box<dyn Medium>,
    pub(super) quotas: Quotas,
    pub(super) now_ms: BlobClock,
    ledger: Mutex<Ledger>,
    /// The first error of the disk. After a failed sync nobody knows what the disk holds, so nothing is tried
    /// again until the store is opened anew, and what is unfinished verified.
    stopped: OnceLock<String>,
    temps: AtomicU64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("quotas", &self.quotas).finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(medium: Box<dyn Medium>, quotas: Quotas, now_ms: BlobClock, ledger: Ledger) -> Self {
        let quotas = Quotas { blob_bytes_max: quotas.blob_bytes_max.min(BLOB_BYTES_MAX), ..quotas };
        let (stopped, temps) = (OnceLock::new(), AtomicU64::new(0));
        Self { medium, quotas, now_ms, ledger: Mutex::new(ledger), stopped, temps }
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses to go on after an error of the disk.
    pub(super) fn check(&self) -> Result<(), DiskError> {
        match self.stopped.get() {
            Some(first) => Err(DiskError::Poisoned { first: first.clone() }),
            None => Ok(()),
        }
    }

    /// An error in our words, without consequences: of a read.
    pub(super) fn failed(&self, error: &io::Error) -> DiskError {
        DiskError::Failed { kind: error.kind(), message: error.to_string() }
    }

    /// What came of a change. Its failure is the last thing that this store did.
    pub(super) fn changed<T>(&self, result: io::Result<T>) -> Result<T, DiskError> {
        result.map_err(|error| {
            let _ = self.stopped.set(error.to_string());
            self.failed(&error)
        })
    }

    /// Writes bytes that nothing counts on before they are synced: a full disk only means that they are not
    /// there.
    pub(super) fn write(&self, place: &Place, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.check()?;
        match self.medium.write_at(place, offset, bytes) {
            Err(error) if error.kind() == ErrorKind::StorageFull => Err(self.failed(&error)),
            result => self.changed(result),
        }
    }

    /// Writes a small file as a whole, durably.
    pub(super) fn write_whole(&self, to: &Place, bytes: &[u8]) -> Result<(), DiskError> {
        let temp = self.temp();
        self.write(&temp, 0, bytes)?;
        self.changed(self.medium.sync(&temp))?;
        self.changed(self.medium.rename(&temp, to))
    }

    /// A place that nobody else writes to.
    pub(super) fn temp(&self) -> Place {
        Place { room: Room::Temp, name: format!("{:x}", self.temps.fetch_add(1, Ordering::Relaxed)) }
    }

    /// Reads `len` bytes, all of them.
    pub(super) fn read_exact(&self, place: &Place, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        let read = self.medium.read_at(place, offset, &mut bytes)?;
        if read == len { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    pub(super) fn write_outline(&self, outline: &Outline) -> Result<(), DiskError> {
        self.write_whole(&place(Room::Outline, &outline.hash()), &outline_file::write(outline))
    }

    /// The outline that is kept of a blob, where it is undamaged.
    pub(super) fn read_outline(&self, hash: &BlobHash) -> io::Result<Option<Outline>> {
        let mut bytes = vec![0; outline_file::file_bytes_max() + 1];
        match self.medium.read_at(&place(Room::Outline, hash), 0, &mut bytes) {
            Ok(len) => Ok(outline_file::read(hash, &bytes[..len])),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether `len` more bytes fit, as one more unfinished blob.
    pub(super) fn check_space(&self, ledger: &Ledger, len: u64) -> Result<(), NoSpace> {
        if ledger.unfinished() >= UNFINISHED_BLOBS_MAX {
            return Err(NoSpace::Unfinished(ledger.unfinished()));
        }
        self.check_bytes(ledger, 0, len)
    }

    /// Whether a blob of `now` bytes may grow by `len`.
    pub(super) fn check_bytes(&self, ledger: &Ledger, now: u64, len: u64) -> Result<(), NoSpace> {
        let total = now.saturating_add(len);
        let max = self.quotas.blob_bytes_max;
        if total > max {
            return Err(NoSpace::TooLong { len: total, max });
        }
        let (used, max) = (ledger.bytes(), self.quotas.store_bytes_max);
        if used.saturating_add(len) > max { Err(NoSpace::Store { len, used, max }) } else { Ok(()) }
    }

    /// Notes that a whole blob is wanted. That this may be forgotten by a power cut is no harm: its file is
    /// then as old as it was.
    pub(super) fn touch(&self, ledger: &mut Ledger, hash: &BlobHash) {
        let now_ms = (self.now_ms)();
        if let Some(whole) = ledger.whole.get_mut(hash) {
            whole.touched_ms = now_ms;
            let _ = self.medium.touch(&place(Room::Whole, hash), now_ms);
        }
    }

    /// Gives the bytes at `from`, which are synced and are those of the blob, the name that makes them whole.
    pub(super) fn make_whole(
        &self,
        ledger: &mut Ledger,
        from: &Place,
        hash: &BlobHash,
        len: u64,
    ) -> Result<(), DiskError> {
        self.check()?;
        self.changed(self.medium.rename(from, &place(Room::Whole, hash)))?;
        ledger.add_whole(*hash, len, (self.now_ms)());
        self.touch(ledger, hash);
        Ok(())
    }
}
