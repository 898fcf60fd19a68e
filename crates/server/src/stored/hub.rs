//! All documents of a directory.

use super::cold::ColdDocument;
use super::document::{StoredDocument, now};
use super::etags::KeptEtags;
use super::kept_type::{self, KeptType};
use super::key::{KeyError, read_or_make_key};
use super::load::{CHAIN_EPOCH, EPOCH_FIRST};
use super::loader::{Loader, read_error};
use crate::content::DocumentType;
use crate::hub::{DocumentInfo, Hub, HubDocument, HubError};
use clock::{DocumentId, ReplicaId};
use codec::{AuthorKey, SigningKey};
use motet::Replica;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use store::{OpenError, RedbStore, Store};
use sync::Epoch;

/// The author's key in the directory.
const KEY_NAME: &str = "author.key";

// The meta values of a document, each as text.
const META_NAME: &str = "name";
const META_CREATED: &str = "created";
const META_DELETED: &str = "deleted";
pub(super) const META_EPOCH: &str = "epoch";

/// Why a directory cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenHubError {
    /// The store.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl OpenHubError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Key(error) => error.code(),
        }
    }
}

/// The documents of a store, and who writes there.
pub struct StoredHub {
    loader: Loader,
    /// Held while meta values are read and written, so that two changes do not cross.
    changing: Mutex<()>,
}

impl StoredHub {
    /// The documents of the directory `dir`, which is made if it is missing. One process at a time may
    /// have it open.
    pub fn open_directory(dir: &Path) -> Result<Self, OpenHubError> {
        let store = RedbStore::open(dir)?;
        let key = read_or_make_key(&dir.join(KEY_NAME))?;
        Ok(Self::new(Arc::new(store), key, ReplicaId(random()?)))
    }

    /// The documents of `store`, written to as `writer`, which nobody has or had, with `key`.
    pub fn new(store: Arc<dyn Store>, key: SigningKey, writer: ReplicaId) -> Self {
        Self { loader: Loader { store, key, writer }, changing: Mutex::new(()) }
    }

    /// Who writes here.
    pub fn author(&self) -> AuthorKey {
        self.loader.key.author()
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.loader.key
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.loader.store
    }

    /// Loads a document, deleted or not. `progress` hears of records done and all.
    pub fn load(&self, doc: DocumentId, progress: impl FnMut(usize, usize)) -> Result<StoredDocument, HubError> {
        let epoch = self.epoch(doc)?;
        let etags = KeptEtags::load(&*self.loader.store, doc)?;
        self.loader.load(doc, epoch, etags, progress)
    }

    /// A copy of document `doc` with nothing in it, to write to as whoever writes here.
    pub(super) fn empty_replica(&self, doc: DocumentId) -> Replica {
        Replica::new(doc, CHAIN_EPOCH, self.loader.writer, self.loader.key.clone())
    }

    fn epoch(&self, doc: DocumentId) -> Result<Epoch, HubError> {
        match self.meta(doc, META_EPOCH)? {
            None => Ok(EPOCH_FIRST),
            Some(text) => text.parse().map_err(|_| HubError::Damaged(format!("document {doc} has no generation"))),
        }
    }

    /// Makes a document that another member named: with its id and its generation.
    pub fn create_as(&self, id: DocumentId, epoch: Epoch, name: &str) -> Result<DocumentInfo, HubError> {
        self.create_with(id, epoch, name, None)
    }

    fn create_with(
        &self,
        id: DocumentId,
        epoch: Epoch,
        name: &str,
        document_type: Option<DocumentType>,
    ) -> Result<DocumentInfo, HubError> {
        let (created, epoch) = (now().to_string(), epoch.to_string());
        let meta = [(META_NAME, name.as_bytes()), (META_CREATED, created.as_bytes()), (META_EPOCH, epoch.as_bytes())];
        let meta: Vec<_> = meta.into_iter().chain(document_type.map(kept_type::meta)).collect();
        self.loader.store.create(id, &meta).map_err(|error| HubError::Store(error.to_string()))?;
        Ok(DocumentInfo { id, name: name.to_owned(), is_deleted: false, document_type })
    }

    pub(super) fn meta(&self, doc: DocumentId, name: &str) -> Result<Option<String>, HubError> {
        let bytes = self.loader.store.meta_get(doc, name).map_err(read_error)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    pub(super) fn put(&self, doc: DocumentId, name: &str, value: Option<&str>) -> Result<(), HubError> {
        let put = self.loader.store.meta_put(doc, name, value.map(str::as_bytes));
        put.map_err(|error| HubError::Store(error.to_string()))
    }

    fn info(&self, id: DocumentId) -> Result<DocumentInfo, HubError> {
        let name = self.meta(id, META_NAME)?.unwrap_or_else(|| id.to_string());
        let document_type = KeptType::load(&*self.loader.store, id)?.get();
        Ok(DocumentInfo { id, name, is_deleted: self.meta(id, META_DELETED)?.is_some(), document_type })
    }

    fn change(&self, doc: DocumentId, name: &str, value: Option<&str>) -> Result<DocumentInfo, HubError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.info(doc)?;
        self.put(doc, name, value)?;
        self.info(doc)
    }
}

/// Eight random bytes.
fn random() -> Result<u64, KeyError> {
    getrandom::u64().map_err(KeyError::Random)
}

impl Hub for StoredHub {
    fn documents(&self) -> Result<Vec<DocumentInfo>, HubError> {
        let all = self.loader.store.documents().map_err(read_error)?;
        all.into_iter().map(|document| self.info(document.id)).collect()
    }

    fn create(&self, name: &str, document_type: DocumentType) -> Result<DocumentInfo, HubError> {
        let half = || random().map(u128::from).map_err(|error| HubError::Store(error.to_string()));
        self.create_with(DocumentId(half()? << 64 | half()?), EPOCH_FIRST, name, Some(document_type))
    }

    fn rename(&self, doc: DocumentId, name: &str) -> Result<DocumentInfo, HubError> {
        self.change(doc, META_NAME, Some(name))
    }

    fn set_deleted(&self, doc: DocumentId, is_deleted: bool) -> Result<DocumentInfo, HubError> {
        let when = now().to_string();
        self.change(doc, META_DELETED, is_deleted.then_some(when.as_str()))
    }

    fn open(&self, doc: DocumentId) -> Result<Box<dyn HubDocument>, HubError> {
        if self.info(doc)?.is_deleted {
            return Err(HubError::NoDocument(doc));
        }
        let etags = KeptEtags::load(&*self.loader.store, doc)?;
        let document = ColdDocument::new(self.loader.clone(), doc, self.epoch(doc)?, etags)?;
        // Documents of earlier versions say what they are from now on.
        KeptType::load(&*self.loader.store, doc)?.keep(&*self.loader.store, doc, document.document_type())?;
        Ok(Box::new(document))
    }

    fn problem(&self) -> Option<String> {
        self.loader.store.store_meta_get("probe").err().map(|error| error.to_string())
    }
}
