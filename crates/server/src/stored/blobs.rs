//! The blobs of a directory.

use crate::limits::{BLOB_STEP_BYTES, BLOBS_BYTES, BLOBS_OF_DOCUMENT_BYTES};
use blob::{BlobHash, Outliner};
use std::fs;
use std::io::{self, Read};
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

/// The same where there are any: nothing is made.
pub fn find_blobs(dir: &Path, quotas: Quotas) -> Result<Option<Blobs>, OpenError> {
    if dir.join(DIRECTORY_NAME).is_dir() { open_blobs(dir, quotas).map(Some) } else { Ok(None) }
}

/// The blobs of the directory of documents `dir` that are not what they are called, without changing anything in it.
pub fn examine_blobs(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(dir.join(DIRECTORY_NAME).join("whole")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut damages = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if hash_of(&entry.path())?.to_string() != name {
            damages.push(format!("blob {name} is damaged"));
        }
    }
    Ok(damages)
}

fn hash_of(file: &Path) -> io::Result<BlobHash> {
    let (mut file, mut outliner) = (fs::File::open(file)?, Outliner::default());
    let mut bytes = vec![0; BLOB_STEP_BYTES];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(outliner.finish().0),
            len => outliner.update(&bytes[..len]),
        }
    }
}

/// Before 1970 it is 1970.
fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
