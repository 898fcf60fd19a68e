//! The blobs of a directory.

use crate::limits::{BLOBS_BYTES, BLOBS_OF_DOCUMENT_BYTES};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Blobs, OpenError, Quotas};

/// What blobs may take unless somebody says otherwise.
pub const BLOB_QUOTAS: Quotas = Quotas {
    store_bytes_max: BLOBS_BYTES,
    document_bytes_max: BLOBS_OF_DOCUMENT_BYTES,
    blob_bytes_max: blob::limits::BLOB_BYTES_MAX,
};

/// Where they lie beside the documents.
const DIRECTORY_NAME: &str = "blobs";

/// The blobs of the directory of documents `dir`; made where there are none. One process at a time.
pub fn open_blobs(dir: &Path, quotas: Quotas) -> Result<Blobs, OpenError> {
    Blobs::open(&dir.join(DIRECTORY_NAME), quotas, Box::new(now_ms))
}

/// Whether the directory of documents `dir` has any blobs, or had.
pub fn has_blobs(dir: &Path) -> bool {
    dir.join(DIRECTORY_NAME).is_dir()
}

/// Before 1970 it is 1970.
fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
