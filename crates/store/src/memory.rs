//! A store that forgets when it is dropped.

use crate::error::{AppendError, CompactError, CreateError, MetaError, ReadError, RemoveError, SnapshotError};
use crate::store::Acknowledge;
use crate::{Appended, DocumentInfo, Outcome, Page, Record, Snapshot, Store, rules};
use clock::{DocumentId, ReplicaId, Seq, Span, VersionVector};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A [`Store`] in memory: for tests, for guests, and as the model that the one on disk is held to.
/// Nothing in it outlives it, so "durable" means as much as the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    documents: BTreeMap<DocumentId, Content>,
    meta: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Default)]
struct Content {
    /// By replica and end.
    records: BTreeMap<(ReplicaId, Seq), (Seq, Vec<u8>)>,
    meta: BTreeMap<String, Vec<u8>>,
    snapshot: Option<Snapshot>,
}

impl Content {
    fn end(&self, replica: ReplicaId) -> Seq {
        self.records.range((replica, 0)..=(replica, Seq::MAX)).next_back().map_or(0, |(&(_, end), _)| end)
    }

    fn insert(&mut self, record: &Record) {
        self.records.insert((record.replica, record.end), (record.start, record.bytes.clone()));
    }

    fn append(&mut self, record: &Record) -> Outcome {
        let outcome = rules::place(self.end(record.replica), record.span());
        if outcome == Outcome::Stored {
            self.insert(record);
        }
        outcome
    }

    /// See [`rules::replaced`].
    fn nearby(&self, span: Span) -> Vec<Span> {
        let mut nearby = Vec::new();
        for (&(_, end), &(start, _)) in self.records.range((span.replica, span.start + 1)..=(span.replica, Seq::MAX)) {
            nearby.push(Span::new(span.replica, start, end));
            if end >= span.end {
                break;
            }
        }
        nearby
    }

    fn replaced(&self, span: Span) -> Result<Vec<Span>, CompactError> {
        rules::replaced(span, &self.nearby(span), self.end(span.replica))
    }

    fn page(&self, since: &VersionVector, bytes_max: usize) -> Page {
        let mut page = Page { records: Vec::new(), is_last: true };
        let mut bytes_total = 0;
        for (&(replica, end), (start, bytes)) in &self.records {
            if end <= since.end(replica) {
                continue;
            }
            if !page.records.is_empty() && bytes_total + bytes.len() > bytes_max {
                page.is_last = false;
                break;
            }
            bytes_total += bytes.len();
            page.records.push(Record { replica, start: *start, end, bytes: bytes.clone() });
        }
        page
    }
}

impl MemoryStore {
    /// A store without documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere leaves the maps whole: every change to them is one call.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look<T>(&self, doc: DocumentId, look: impl FnOnce(&Content) -> T) -> Result<T, ReadError> {
        self.lock().documents.get(&doc).map(look).ok_or(ReadError::UnknownDocument(doc))
    }
}

impl Store for MemoryStore {
    fn create(&self, doc: DocumentId, meta: &[(&str, &[u8])]) -> Result<(), CreateError> {
        for &(name, value) in meta {
            rules::check_meta(name, Some(value))?;
        }
        let mut inner = self.lock();
        if inner.documents.contains_key(&doc) {
            return Err(CreateError::Exists(doc));
        }
        let meta = meta.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        inner.documents.insert(doc, Content { meta, ..Content::default() });
        Ok(())
    }

    fn remove(&self, doc: DocumentId) -> Result<(), RemoveError> {
        self.lock().documents.remove(&doc).map(drop).ok_or(RemoveError::UnknownDocument(doc))
    }

    fn documents(&self) -> Result<Vec<DocumentInfo>, ReadError> {
        let info = |(&id, content): (&DocumentId, &Content)| DocumentInfo {
            id,
            records: content.records.len() as u64,
            bytes: content.records.values().map(|(_, bytes)| bytes.len() as u64).sum(),
        };
        Ok(self.lock().documents.iter().map(info).collect())
    }

    fn version(&self, doc: DocumentId) -> Result<VersionVector, ReadError> {
        self.look(doc, |content| content.records.keys().copied().collect())
    }

    fn append(&self, doc: DocumentId, records: &[Record]) -> Result<Appended, AppendError> {
        rules::check_records(records)?;
        let mut inner = self.lock();
        let content = inner.documents.get_mut(&doc).ok_or(AppendError::UnknownDocument(doc))?;
        Ok(Appended { outcomes: records.iter().map(|record| content.append(record)).collect() })
    }

    fn append_then(&self, doc: DocumentId, records: Vec<Record>, then: Acknowledge) {
        then(self.append(doc, &records));
    }

    fn read_page(&self, doc: DocumentId, since: &VersionVector, bytes_max: usize) -> Result<Page, ReadError> {
        self.look(doc, |content| content.page(since, bytes_max))
    }

    fn compact(&self, doc: DocumentId, replacements: &[Record]) -> Result<(), CompactError> {
        rules::check_replacements(replacements)?;
        let mut inner = self.lock();
        let content = inner.documents.get_mut(&doc).ok_or(CompactError::UnknownDocument(doc))?;
        let mut gone = Vec::new();
        for span in rules::joined(replacements) {
            gone.extend(content.replaced(span)?);
        }
        for span in gone {
            content.records.remove(&(span.replica, span.end));
        }
        for replacement in replacements {
            content.insert(replacement);
        }
        Ok(())
    }

    fn meta_get(&self, doc: DocumentId, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.look(doc, |content| content.meta.get(name).cloned())
    }

    fn meta_put(&self, doc: DocumentId, name: &str, value: Option<&[u8]>) -> Result<(), MetaError> {
        rules::check_meta(name, value)?;
        let mut inner = self.lock();
        let content = inner.documents.get_mut(&doc).ok_or(MetaError::UnknownDocument(doc))?;
        put(&mut content.meta, name, value);
        Ok(())
    }

    fn store_meta_get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.lock().meta.get(name).cloned())
    }

    fn store_meta_put(&self, name: &str, value: Option<&[u8]>) -> Result<(), MetaError> {
        rules::check_meta(name, value)?;
        put(&mut self.lock().meta, name, value);
        Ok(())
    }

    fn snapshot_put(&self, doc: DocumentId, snapshot: Snapshot) -> Result<(), SnapshotError> {
        rules::check_snapshot(&snapshot.bytes)?;
        let mut inner = self.lock();
        let content = inner.documents.get_mut(&doc).ok_or(SnapshotError::UnknownDocument(doc))?;
        content.snapshot = Some(snapshot);
        Ok(())
    }

    fn snapshot_latest(&self, doc: DocumentId) -> Result<Option<Snapshot>, ReadError> {
        self.look(doc, |content| content.snapshot.clone())
    }
}

fn put(meta: &mut BTreeMap<String, Vec<u8>>, name: &str, value: Option<&[u8]>) {
    match value {
        Some(value) => meta.insert(name.to_owned(), value.to_owned()),
        None => meta.remove(name),
    };
}
