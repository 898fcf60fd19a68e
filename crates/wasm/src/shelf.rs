//! The documents of a worker, as sync works on them.

use motet::{DocumentId, Imported, Replica, ReplicaId, SigningKey, SortedMap, Span, VersionVector, parcel_span};
use sync::{Epoch, Hashes, ImportOutcome, Parcel, Rejection};

/// A document on the shelf.
pub struct Book {
    /// What is here. It never writes: pages do, under ids of their own.
    pub replica: Replica,
    /// What a storage node has on its disk, as far as it said.
    pub durable: VersionVector,
    epoch: Epoch,
    /// What came from others and has not been handed out.
    pub fresh: Vec<Vec<u8>>,
}

/// All documents that are open in some page.
pub struct Shelf {
    key: SigningKey,
    pub books: SortedMap<DocumentId, Book>,
}

impl Shelf {
    /// An empty shelf of the author with this key.
    pub fn new(key: SigningKey) -> Self {
        Self { key, books: SortedMap::new() }
    }

    /// Puts a document on the shelf, where it is not.
    pub fn open(&mut self, doc: DocumentId) -> &mut Book {
        self.books.entry(doc).or_insert_with(|| Book {
            replica: Replica::new(doc, 0, ReplicaId(0), self.key.clone()),
            durable: VersionVector::new(),
            epoch: 0,
            fresh: Vec::new(),
        })
    }
}

impl Book {
    fn take(&mut self, parcel: &Parcel, outcome: &mut ImportOutcome) {
        match self.replica.import(&parcel.bytes, None) {
            Ok(Imported::Applied(spans)) => {
                outcome.applied += spans.iter().map(|span| u64::from(span.len())).sum::<u64>();
                self.fresh.push(parcel.bytes.to_vec());
            }
            Ok(Imported::Waiting) => self.fresh.push(parcel.bytes.to_vec()),
            Ok(Imported::Known) => {}
            Err(error) => {
                outcome.rejected.push(Rejection { span: parcel.span(), reason: format!("{}: {error}", error.code()) });
            }
        }
    }
}

impl sync::Replica for Shelf {
    fn version(&self, doc: DocumentId) -> Option<VersionVector> {
        self.books.get(&doc).map(|book| book.replica.version())
    }

    fn epoch(&self, doc: DocumentId) -> Epoch {
        self.books.get(&doc).map_or(0, |book| book.epoch)
    }

    fn adopt_epoch(&mut self, doc: DocumentId, epoch: Epoch) {
        if let Some(book) = self.books.get_mut(&doc) {
            book.epoch = epoch;
        }
    }

    fn export(&mut self, doc: DocumentId, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        let Some(book) = self.books.get(&doc) else { return Vec::new() };
        let parcels = book.replica.export(missing, bytes_max.max(1));
        parcels
            .into_iter()
            .map(|parcel| Parcel {
                replica: parcel.span.replica,
                start: parcel.span.start,
                end: parcel.span.end,
                bytes: parcel.bytes.into(),
            })
            .collect()
    }

    fn import(&mut self, doc: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        let mut outcome = ImportOutcome::default();
        let Some(book) = self.books.get_mut(&doc) else { return outcome };
        for parcel in parcels {
            match parcel_span(&parcel.bytes) {
                Ok(span) if span == parcel.span() => book.take(&parcel, &mut outcome),
                Ok(span) => {
                    let reason = format!("parcel.span: the parcel holds {span}");
                    outcome.rejected.push(Rejection { span: parcel.span(), reason });
                }
                Err(error) => {
                    let reason = format!("{}: {error}", error.code());
                    outcome.rejected.push(Rejection { span: parcel.span(), reason });
                }
            }
        }
        outcome.wanted = book.replica.wanted();
        outcome
    }

    fn durable(&self, doc: DocumentId) -> VersionVector {
        self.books.get(&doc).map_or_else(VersionVector::new, |book| book.durable.clone())
    }

    fn hashes(&mut self, doc: DocumentId) -> Hashes {
        let Some(book) = self.books.get_mut(&doc) else {
            return Hashes { log: [0; 32], standings: [0; 32], state: None };
        };
        let hashes = book.replica.hashes();
        Hashes { log: hashes.log, standings: hashes.standings, state: Some(hashes.state) }
    }
}
