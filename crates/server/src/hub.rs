//! What the server needs of the engine and its store, and nothing more.

use crate::chores::{Chores, Watch};
use crate::content::{Content, DocumentType, NewType};
use clock::{DocumentId, Span, VersionVector};
use motet::BlobNames;
use sync::{Epoch, Hashes, ImportOutcome, Parcel};

/// A document without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentInfo {
    /// Which one.
    pub id: DocumentId,
    /// What people call it.
    pub name: String,
    /// Whether it was deleted. It can be undeleted.
    pub is_deleted: bool,
    /// What it is, where that is known without loading it.
    pub document_type: Option<DocumentType>,
}

/// Why a hub did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// No such document, or it is deleted.
    #[error("there is no document {0}")]
    NoDocument(DocumentId),
    /// The version names what is not here.
    #[error("the version names actions that are not here")]
    NoVersion,
    /// The document is not one text.
    #[error("document {0} cannot be shown as plain text")]
    NotText(DocumentId),
    /// The text cannot be taken in.
    #[error("the text was refused: {0}")]
    TextRefused(String),
    /// What should be JSON is none; the place where, and what was expected.
    #[error("this is no JSON: {0}")]
    Json(String),
    /// What is stored cannot be read. It is never taken for an empty document.
    #[error("{0}; the other documents are not affected. Run motet verify on the directory")]
    Damaged(String),
    /// The store failed and stopped; what was acknowledged is safe.
    #[error("the store does not work: {0}")]
    Store(String),
}

impl HubError {
    /// The stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDocument(_) => "no-document",
            Self::NoVersion => "no-version",
            Self::NotText(_) => "not-text",
            Self::TextRefused(_) => "text-refused",
            Self::Json(_) => "json",
            Self::Damaged(_) => "damaged",
            Self::Store(_) => "store",
        }
    }
}

/// All documents. Calls may take as long as a disk does; the server makes them where that is fine.
pub trait Hub: Send + Sync + 'static {
    /// All documents, the deleted ones included.
    fn documents(&self) -> Result<Vec<DocumentInfo>, HubError>;

    /// Makes an empty document under a new random id. `document_type` is what it is meant to be; its first write
    /// decides.
    fn create(&self, name: &str, document_type: DocumentType) -> Result<DocumentInfo, HubError>;

    /// Renames a document.
    fn rename(&self, doc: DocumentId, name: &str) -> Result<DocumentInfo, HubError>;

    /// Deletes a document, or takes that back. The content stays.
    fn set_deleted(&self, doc: DocumentId, is_deleted: bool) -> Result<DocumentInfo, HubError>;

    /// Loads a document that is not deleted. A load that fails is an error, never an empty document.
    fn open(&self, doc: DocumentId) -> Result<Box<dyn HubDocument>, HubError>;

    /// Why the hub cannot serve, if it cannot.
    fn problem(&self) -> Option<String>;
}

/// One loaded document. It is owned by one task, so its calls come one after the other.
pub trait HubDocument: Send + 'static {
    /// What is here.
    fn version(&self) -> VersionVector;

    /// The generation.
    fn epoch(&self) -> Epoch;

    /// Takes the generation that another member has, where there is none here yet. A storage node's own
    /// documents have one from the beginning.
    fn adopt_epoch(&mut self, _epoch: Epoch) -> Result<(), HubError> {
        Ok(())
    }

    /// See [`sync::Replica::export`].
    fn export(&mut self, missing: &[Span], bytes_max: usize) -> Vec<Parcel>;

    /// Takes in parcels, each as a whole or not at all. They are durable after [`HubDocument::sync`].
    fn import(&mut self, parcels: Vec<Parcel>) -> ImportOutcome;

    /// Returns when everything taken in or written so far is on the disk.
    fn sync(&mut self) -> Result<(), HubError>;

    /// What is on the disk.
    fn durable(&self) -> VersionVector;

    /// The hashes at the present version.
    fn hashes(&mut self) -> Hashes;

    /// The text of the shared view.
    fn text(&mut self) -> Result<String, HubError>;

    /// The document as a file.
    fn content(&mut self) -> Result<Content, HubError> {
        self.text().map(Content::of_text)
    }

    /// The document as a file, at a version that is included in the present one.
    fn content_at(&mut self, version: &VersionVector) -> Result<Content, HubError> {
        self.text_at(version).map(Content::of_text)
    }

    /// Makes an empty document one of a type, which says `text`. It is durable after [`HubDocument::sync`].
    fn make(&mut self, _new_type: &NewType, _text: &str) -> Result<(), HubError> {
        Err(HubError::TextRefused("only texts are kept here".into()))
    }

    /// Where people wanted different things, as the JSON array that goes out.
    fn conflicts(&mut self) -> Result<String, HubError> {
        Ok("[]".into())
    }

    /// The text at a version that is included in the present one.
    fn text_at(&mut self, version: &VersionVector) -> Result<String, HubError>;

    /// Makes `text` of what the text was at `base`, as one action that has seen that version; without a
    /// base, of what it is now. It is durable after [`HubDocument::sync`].
    fn put_text(&mut self, base: Option<&VersionVector>, text: &str) -> Result<(), HubError>;

    /// Edit runs before `before`, the newest first, at most `count`, as the JSON array that goes out.
    fn history(&mut self, before: Option<&VersionVector>, count: usize) -> Result<String, HubError>;

    /// A number that grows when the document names more blobs; 0 before it is loaded.
    fn blob_names_count(&self) -> usize {
        0
    }

    /// The blobs that any of its history names, whether shown or not. Loads the document.
    fn blob_names(&mut self) -> BlobNames {
        BlobNames::default()
    }

    /// Does what the node does by itself, at `now` in seconds since 1970; `watch` is what it knew of the document, and what is
    /// given back what it knows now. What was written is durable after [`HubDocument::sync`].
    fn tend(&mut self, watch: Watch, _chores: &Chores, _now: i64) -> Result<Watch, HubError> {
        Ok(watch)
    }

    /// Nothing changes in the document for now, and it may be forgotten: what makes it open sooner may be
    /// kept. Cheap where nothing changed since the last time.
    fn put_away(&mut self) {}

    /// Keeps which version an ETag stands for, so that it is known after a restart. May do nothing.
    fn remember(&mut self, _etag: &str, _version: &VersionVector) {}

    /// The version that an ETag stands for, where it was kept.
    fn recall(&mut self, _etag: &str) -> Option<VersionVector> {
        None
    }
}
