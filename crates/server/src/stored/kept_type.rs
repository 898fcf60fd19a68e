//! The type of a document, kept beside it, so that a list of documents says it without loading any.

use super::loader::read_error;
use crate::content::DocumentType;
use crate::hub::HubError;
use clock::DocumentId;
use store::Store;

const META_NAME: &str = "type";

/// What is kept of a document's type. A cache: what was written in the document decides.
#[derive(Debug)]
pub struct KeptType {
    /// What is known to be in the store.
    kept: Option<DocumentType>,
}

impl KeptType {
    /// What is in the store, if anything.
    pub fn load(store: &dyn Store, doc: DocumentId) -> Result<Self, HubError> {
        let bytes = store.meta_get(doc, META_NAME).map_err(read_error)?;
        let kept = bytes.and_then(|bytes| DocumentType::of_code(&String::from_utf8_lossy(&bytes)));
        Ok(Self { kept })
    }

    /// The type, as far as it is known.
    pub fn get(&self) -> Option<DocumentType> {
        self.kept
    }

    /// Keeps what a document turned out to be.
    pub fn keep(&mut self, store: &dyn Store, doc: DocumentId, found: Option<DocumentType>) -> Result<(), HubError> {
        let Some(found) = found.filter(|found| self.kept != Some(*found)) else { return Ok(()) };
        let put = store.meta_put(doc, META_NAME, Some(found.code().as_bytes()));
        put.map_err(|error| HubError::Store(error.to_string()))?;
        self.kept = Some(found);
        Ok(())
    }
}

/// The meta value of a new document that is meant to be of a type.
pub fn meta(document_type: DocumentType) -> (&'static str, &'static [u8]) {
    (META_NAME, document_type.code().as_bytes())
}
