//! The documents of a member, as sync works on them.

use clock::{DocumentId, Span, VersionVector};
use server::{HubDocument, HubError, StoredDocument};
use std::collections::BTreeMap;
use sync::{Epoch, Hashes, ImportOutcome, Parcel};

/// What a member's own disk counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is a storage node: what is on its disk is durable, and others may be told so.
    Storage,
    /// It keeps a copy for itself: only what a storage node says is durable counts as such.
    Copy,
}

/// A document on the shelf.
struct Book {
    document: StoredDocument,
    /// What storage nodes were heard to have on disk.
    heard: VersionVector,
}

/// The documents that a member has open.
pub struct Shelf {
    keeping: Keeping,
    books: BTreeMap<DocumentId, Book>,
    /// Why it stopped, if it did: nothing is taken in or said after an error of the store.
    failure: Option<HubError>,
}

impl Shelf {
    /// An empty shelf.
    pub fn new(keeping: Keeping) -> Self {
        Self { keeping, books: BTreeMap::new(), failure: None }
    }

    /// Puts a document on the shelf.
    pub fn put(&mut self, doc: DocumentId, document: StoredDocument) {
        self.books.entry(doc).or_insert(Book { document, heard: VersionVector::new() });
    }

    /// Which documents are on the shelf.
    pub fn ids(&self) -> impl Iterator<Item = DocumentId> + '_ {
        self.books.keys().copied()
    }

    /// A document on the shelf.
    pub fn document(&self, doc: DocumentId) -> Option<&StoredDocument> {
        self.books.get(&doc).map(|book| &book.document)
    }

    /// A document on the shelf, to write in.
    pub fn document_mut(&mut self, doc: DocumentId) -> Option<&mut StoredDocument> {
        self.books.get_mut(&doc).map(|book| &mut book.document)
    }

    /// What a storage node has on its disk, as far as it was heard.
    pub fn heard_durable(&self, doc: DocumentId) -> VersionVector {
        self.books.get(&doc).map_or_else(VersionVector::new, |book| book.heard.clone())
    }

    /// A storage node said what it has on disk.
    pub fn hear_durable(&mut self, doc: DocumentId, version: &VersionVector) {
        if let Some(book) = self.books.get_mut(&doc) {
            book.heard.merge(version);
        }
    }

    /// Writes everything that came in or was written to the own disk. Nothing is said to others before.
    pub fn sync(&mut self) -> Result<(), HubError> {
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        let synced = self.books.values_mut().try_for_each(|book| book.document.sync());
        self.failure = synced.clone().err();
        synced
    }
}

impl sync::Replica for Shelf {
    fn version(&self, doc: DocumentId) -> Option<VersionVector> {
        self.document(doc).filter(|_| self.failure.is_none()).map(HubDocument::version)
    }

    fn epoch(&self, doc: DocumentId) -> Epoch {
        self.document(doc).map_or(0, HubDocument::epoch)
    }

    fn adopt_epoch(&mut self, doc: DocumentId, epoch: Epoch) {
        let adopted = self.document_mut(doc).map_or(Ok(()), |document| document.adopt_epoch(epoch));
        self.failure = adopted.err().or(self.failure.take());
    }

    fn export(&mut self, doc: DocumentId, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        self.document_mut(doc).map_or_else(Vec::new, |document| document.export(missing, bytes_max))
    }

    fn import(&mut self, doc: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        self.document_mut(doc).map_or_else(ImportOutcome::default, |document| document.import(parcels))
    }

    fn durable(&self, doc: DocumentId) -> VersionVector {
        let mut durable = self.heard_durable(doc);
        if self.keeping == Keeping::Storage
            && let Some(document) = self.document(doc)
        {
            durable.merge(&document.durable());
        }
        durable
    }

    fn hashes(&mut self, doc: DocumentId) -> Hashes {
        let none = Hashes { log: [0; 32], standings: [0; 32], state: None };
        self.document_mut(doc).map_or(none, HubDocument::hashes)
    }
}
