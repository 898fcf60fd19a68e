//! The ETags that were given out, kept with the document so that a save after a restart still merges.
//!
//! They are written with the next change: until something changes, the text that is there is known by its
//! bytes.

use crate::hub::HubError;
use crate::version_text::{read_version, write_version};
use clock::{DocumentId, VersionVector};
use store::Store;

const META_NAME: &str = "etags";

/// How many a document keeps: everybody who has it open in some program, and a few saves of each.
const KEPT_MAX: usize = 64;

/// ETags with their versions, the oldest first. A line for each in the store.
#[derive(Debug, Default)]
pub struct KeptEtags {
    entries: Vec<(String, VersionVector)>,
    is_dirty: bool,
}

impl KeptEtags {
    /// What is in the store. What cannot be read is forgotten: then a save is told to merge by itself.
    pub fn load(store: &dyn Store, doc: DocumentId) -> Result<Self, HubError> {
        let bytes = store.meta_get(doc, META_NAME).map_err(|error| HubError::Store(error.to_string()))?;
        let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
        let read = |line: &str| {
            let (etag, version) = line.split_once(' ')?;
            Some((etag.to_owned(), read_version(version)?))
        };
        Ok(Self { entries: text.lines().filter_map(read).collect(), is_dirty: false })
    }

    /// Keeps what an ETag stands for.
    pub fn remember(&mut self, etag: &str, version: &VersionVector) {
        self.entries.retain(|(known, _)| known != etag);
        self.entries.push((etag.to_owned(), version.clone()));
        let excess = self.entries.len().saturating_sub(KEPT_MAX);
        self.entries.drain(..excess);
        self.is_dirty = true;
    }

    /// What an ETag stands for.
    pub fn recall(&self, etag: &str) -> Option<VersionVector> {
        self.entries.iter().find(|(known, _)| known == etag).map(|(_, version)| version.clone())
    }

    /// Writes them, where there are new ones.
    pub fn save(&mut self, store: &dyn Store, doc: DocumentId) -> Result<(), HubError> {
        if !std::mem::take(&mut self.is_dirty) {
            return Ok(());
        }
        let lines: String =
            self.entries.iter().map(|(etag, version)| format!("{etag} {}\n", write_version(version))).collect();
        store.meta_put(doc, META_NAME, Some(lines.as_bytes())).map_err(|error| HubError::Store(error.to_string()))
    }
}
