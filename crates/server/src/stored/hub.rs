//! All documents of a directory.

use super::document::{StoredDocument, now};
use super::key::{KeyError, read_or_make_key};
use super::load::{EPOCH_FIRST, LoadError, load};
use crate::hub::{DocumentInfo, Hub, HubDocument, HubError};
use clock::{DocumentId, ReplicaId};
use codec::{AuthorKey, SigningKey};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use store::{OpenError, ReadError, RedbStore, Store};
use sync::Epoch;

/// The author's key in the directory.
const KEY_NAME: &str = "author.key";

// The meta values of a document, each as text.
const META_NAME: &str = "name";
const META_CREATED: &str = "created";
const META_DELETED: &str = "deleted";
const META_EPOCH: &str = "epoch";

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
    store: Arc<dyn Store>,
    key: SigningKey,
    /// The writer stream of this opening of the store; nobody learns of it before the first write.
    writer: ReplicaId,
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
        Self { store, key, writer, changing: Mutex::new(()) }
    }

    /// Who writes here.
    pub fn author(&self) -> AuthorKey {
        self.key.author()
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Loads a document, deleted or not. `progress` hears of records done and all.
    pub fn load(&self, doc: DocumentId, progress: impl FnMut(usize, usize)) -> Result<StoredDocument, HubError> {
        let epoch = match self.meta(doc, META_EPOCH)? {
            None => EPOCH_FIRST,
            Some(text) => text.parse().map_err(|_| HubError::Damaged(format!("document {doc} has no generation")))?,
        };
        let writer = (self.writer, self.key.clone());
        let mut replica = load(&*self.store, doc, writer, progress).map_err(load_error)?;
        for own in replica.replicas_of(self.key.author()) {
            replica.document_mut().add_mine(own);
        }
        StoredDocument::new(self.store.clone(), epoch, replica)
    }

    /// Makes a document that another member named: with its id and its generation.
    pub fn create_as(&self, id: DocumentId, epoch: Epoch, name: &str) -> Result<DocumentInfo, HubError> {
        let (created, epoch) = (now().to_string(), epoch.to_string());
        let meta = [(META_NAME, name.as_bytes()), (META_CREATED, created.as_bytes()), (META_EPOCH, epoch.as_bytes())];
        self.store.create(id, &meta).map_err(|error| HubError::Store(error.to_string()))?;
        Ok(DocumentInfo { id, name: name.to_owned(), is_deleted: false })
    }

    fn meta(&self, doc: DocumentId, name: &str) -> Result<Option<String>, HubError> {
        let bytes = self.store.meta_get(doc, name).map_err(read_error)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn put(&self, doc: DocumentId, name: &str, value: Option<&str>) -> Result<(), HubError> {
        let put = self.store.meta_put(doc, name, value.map(str::as_bytes));
        put.map_err(|error| HubError::Store(error.to_string()))
    }

    fn info(&self, id: DocumentId) -> Result<DocumentInfo, HubError> {
        let name = self.meta(id, META_NAME)?.unwrap_or_else(|| id.to_string());
        Ok(DocumentInfo { id, name, is_deleted: self.meta(id, META_DELETED)?.is_some() })
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

fn read_error(error: ReadError) -> HubError {
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

impl Hub for StoredHub {
    fn documents(&self) -> Result<Vec<DocumentInfo>, HubError> {
        let all = self.store.documents().map_err(read_error)?;
        all.into_iter().map(|document| self.info(document.id)).collect()
    }

    fn create(&self, name: &str) -> Result<DocumentInfo, HubError> {
        let half = || random().map(u128::from).map_err(|error| HubError::Store(error.to_string()));
        self.create_as(DocumentId(half()? << 64 | half()?), EPOCH_FIRST, name)
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
        Ok(Box::new(self.load(doc, |_, _| {})?))
    }

    fn problem(&self) -> Option<String> {
        self.store.store_meta_get("probe").err().map(|error| error.to_string())
    }
}
