//! What it takes to load documents of a store.

use super::document::StoredDocument;
use super::etags::KeptEtags;
use super::load::{LoadError, load};
use crate::hub::HubError;
use clock::{DocumentId, ReplicaId};
use codec::SigningKey;
use std::sync::Arc;
use store::{ReadError, Store};
use sync::Epoch;

/// A store, and who writes to its documents.
#[derive(Clone)]
pub struct Loader {
    /// Where the documents are.
    pub store: Arc<dyn Store>,
    /// Who writes.
    pub key: SigningKey,
    /// The writer stream of this opening of the store; nobody learns of it before the first write.
    pub writer: ReplicaId,
}

impl Loader {
    /// Loads a document. `progress` hears of records done and all.
    pub fn load(
        &self,
        doc: DocumentId,
        epoch: Epoch,
        etags: KeptEtags,
        progress: impl FnMut(usize, usize),
    ) -> Result<StoredDocument, HubError> {
        let writer = (self.writer, self.key.clone());
        let mut replica = load(&*self.store, doc, writer, progress).map_err(load_error)?;
        for own in replica.replicas_of(self.key.author()) {
            replica.document_mut().add_mine(own);
        }
        StoredDocument::with_etags(self.store.clone(), epoch, replica, etags)
    }
}

/// Why a store did not give something, as the server says it.
pub fn read_error(error: ReadError) -> HubError {
    match error {
        ReadError::UnknownDocument(doc) => HubError::NoDocument(doc),
        error => HubError::Store(error.to_string()),
    }
}

fn load_error(error: LoadError) -> HubError {
    match error {
        LoadError::Read(error) => read_error(error),
        error => HubError::Damaged(error.to_string()),
    }
}
