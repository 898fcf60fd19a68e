//! What is where in the file, and how each operation changes it.
//!
//! | table      | key                    | value            |
//! |------------|------------------------|------------------|
//! | format     | ()                     | format number    |
//! | documents  | document               | records, bytes   |
//! | records    | document, replica, end | start, the bytes |
//! | meta       | document, name         | value            |
//! | store_meta | name                   | value            |
//! | snapshots  | document               | version, image   |
//!
//! The version of a document is nowhere: it is the last end of each replica, two seeks away, and so
//! it cannot disagree with the records. See [`rules`] for the order by end.

use super::poison::failure;
use super::task::Applied;
use crate::error::{AppendError, CompactError, CreateError, MetaError, OpenError, RemoveError, SnapshotError};
use crate::{Appended, DocumentInfo, Outcome, Page, Record, Snapshot, rules};
use clock::{DocumentId, ReplicaId, Seq, Span, VersionVector};
use redb::{
    Database, ReadOnlyTable, ReadTransaction, ReadableTable, StorageError, Table, TableDefinition, WriteTransaction,
};

/// The format that this release writes. Raise it when an older release would read the file wrongly.
const FORMAT_NUMBER: u32 = 1;

type RecordKey = (u128, u64, Seq);
type RecordValue = (Seq, &'static [u8]);

const FORMAT: TableDefinition<'_, (), u32> = TableDefinition::new("format");
const DOCUMENTS: TableDefinition<'_, u128, (u64, u64)> = TableDefinition::new("documents");
const RECORDS: TableDefinition<'_, RecordKey, RecordValue> = TableDefinition::new("records");
const META: TableDefinition<'_, (u128, &str), &[u8]> = TableDefinition::new("meta");
const STORE_META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("store_meta");
const SNAPSHOTS: TableDefinition<'_, u128, (&[u8], &[u8])> = TableDefinition::new("snapshots");

/// Makes the tables of a new store; refuses one that a later release wrote.
pub(super) fn prepare(database: &Database) -> Result<(), OpenError> {
    match prepare_format(database).map_err(|error| failure(&error))? {
        Some(found) if found > FORMAT_NUMBER => Err(OpenError::NewerFormat { found, known: FORMAT_NUMBER }),
        _ => Ok(()),
    }
}

/// The format of the file, or nothing if this call has just made it.
fn prepare_format(database: &Database) -> Result<Option<u32>, redb::Error> {
    let transaction = database.begin_write()?;
    let found = transaction.open_table(FORMAT)?.get(())?.map(|number| number.value());
    if found.is_some() {
        transaction.abort()?;
        return Ok(found);
    }
    transaction.open_table(FORMAT)?.insert((), FORMAT_NUMBER)?;
    drop(Tables::open(&transaction)?);
    transaction.commit()?;
    Ok(None)
}

/// The keys of all records of a replica that end within `ends`.
fn keys(doc: DocumentId, replica: ReplicaId, ends: (Seq, Seq)) -> std::ops::RangeInclusive<RecordKey> {
    (doc.0, replica.0, ends.0)..=(doc.0, replica.0, ends.1)
}

/// The end of what is stored of a replica.
fn end_of(
    records: &impl ReadableTable<RecordKey, RecordValue>,
    doc: DocumentId,
    replica: ReplicaId,
) -> Result<Seq, StorageError> {
    let last = records.range(keys(doc, replica, (0, Seq::MAX)))?.next_back().transpose()?;
    Ok(last.map_or(0, |(key, _)| key.value().2))
}

/// The tables within the writer's transaction.
pub(super) struct Tables<'t> {
    documents: Table<'t, u128, (u64, u64)>,
    records: Table<'t, RecordKey, RecordValue>,
    meta: Table<'t, (u128, &'static str), &'static [u8]>,
    store_meta: Table<'t, &'static str, &'static [u8]>,
    snapshots: Table<'t, u128, (&'static [u8], &'static [u8])>,
    has_changes: bool,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            documents: transaction.open_table(DOCUMENTS)?,
            records: transaction.open_table(RECORDS)?,
            meta: transaction.open_table(META)?,
            store_meta: transaction.open_table(STORE_META)?,
            snapshots: transaction.open_table(SNAPSHOTS)?,
            has_changes: false,
        })
    }

    /// Whether there is anything to commit.
    pub(super) fn has_changes(&self) -> bool {
        self.has_changes
    }

    pub(super) fn create(&mut self, doc: DocumentId, meta: &[(String, Vec<u8>)]) -> Applied<(), CreateError> {
        if self.totals(doc)?.is_some() {
            return Ok(Err(CreateError::Exists(doc)));
        }
        self.has_changes = true;
        self.documents.insert(doc.0, (0, 0))?;
        for (name, value) in meta {
            self.meta.insert((doc.0, name.as_str()), value.as_slice())?;
        }
        Ok(Ok(()))
    }

    pub(super) fn remove(&mut self, doc: DocumentId) -> Applied<(), RemoveError> {
        if self.totals(doc)?.is_none() {
            return Ok(Err(RemoveError::UnknownDocument(doc)));
        }
        self.has_changes = true;
        self.documents.remove(doc.0)?;
        self.snapshots.remove(doc.0)?;
        let all = (doc.0, 0, 0)..=(doc.0, u64::MAX, Seq::MAX);
        self.records.retain_in(all, |_, _| false)?;
        for name in self.meta_names(doc)? {
            self.meta.remove((doc.0, name.as_str()))?;
        }
        Ok(Ok(()))
    }

    pub(super) fn append(&mut self, doc: DocumentId, records: &[Record]) -> Applied<Appended, AppendError> {
        let Some(mut totals) = self.totals(doc)? else {
            return Ok(Err(AppendError::UnknownDocument(doc)));
        };
        let mut appended = Appended::default();
        for record in records {
            let outcome = rules::place(end_of(&self.records, doc, record.replica)?, record.span());
            if outcome == Outcome::Stored {
                self.put(doc, record, &mut totals)?;
            }
            appended.outcomes.push(outcome);
        }
        self.keep(doc, totals)?;
        Ok(Ok(appended))
    }

    pub(super) fn compact(&mut self, doc: DocumentId, replacements: &[Record]) -> Applied<(), CompactError> {
        let Some(mut totals) = self.totals(doc)? else {
            return Ok(Err(CompactError::UnknownDocument(doc)));
        };
        let mut gone = Vec::new();
        for span in rules::joined(replacements) {
            let have = end_of(&self.records, doc, span.replica)?;
            match rules::replaced(span, &self.nearby(doc, span)?, have) {
                Ok(spans) => gone.extend(spans),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        for span in gone {
            self.take(doc, span, &mut totals)?;
        }
        for replacement in replacements {
            self.put(doc, replacement, &mut totals)?;
        }
        self.keep(doc, totals)?;
        Ok(Ok(()))
    }

    pub(super) fn meta_put(&mut self, doc: DocumentId, name: &str, value: Option<&[u8]>) -> Applied<(), MetaError> {
        if self.totals(doc)?.is_none() {
            return Ok(Err(MetaError::UnknownDocument(doc)));
        }
        self.has_changes = true;
        match value {
            Some(value) => self.meta.insert((doc.0, name), value)?,
            None => self.meta.remove((doc.0, name))?,
        };
        Ok(Ok(()))
    }

    pub(super) fn store_meta_put(&mut self, name: &str, value: Option<&[u8]>) -> Applied<(), MetaError> {
        self.has_changes = true;
        match value {
            Some(value) => self.store_meta.insert(name, value)?,
            None => self.store_meta.remove(name)?,
        };
        Ok(Ok(()))
    }

    pub(super) fn snapshot_put(&mut self, doc: DocumentId, snapshot: &Snapshot) -> Applied<(), SnapshotError> {
        if self.totals(doc)?.is_none() {
            return Ok(Err(SnapshotError::UnknownDocument(doc)));
        }
        self.has_changes = true;
        let version = version_to_bytes(&snapshot.version);
        self.snapshots.insert(doc.0, (version.as_slice(), snapshot.bytes.as_slice()))?;
        Ok(Ok(()))
    }

    fn totals(&self, doc: DocumentId) -> Result<Option<Totals>, StorageError> {
        let row = self.documents.get(doc.0)?;
        Ok(row.map(|row| row.value()).map(|(records, bytes)| Totals { records, bytes, is_changed: false }))
    }

    /// Writes totals back, if they changed.
    fn keep(&mut self, doc: DocumentId, totals: Totals) -> Result<(), StorageError> {
        if totals.is_changed {
            self.has_changes = true;
            self.documents.insert(doc.0, (totals.records, totals.bytes))?;
        }
        Ok(())
    }

    fn put(&mut self, doc: DocumentId, record: &Record, totals: &mut Totals) -> Result<(), StorageError> {
        let key = (doc.0, record.replica.0, record.end);
        let old = self.records.insert(key, (record.start, record.bytes.as_slice()))?;
        assert!(old.is_none(), "a record of {doc} was overwritten by {}", record.span());
        totals.records += 1;
        totals.bytes += record.bytes.len() as u64;
        totals.is_changed = true;
        Ok(())
    }

    fn take(&mut self, doc: DocumentId, span: Span, totals: &mut Totals) -> Result<(), StorageError> {
        if let Some(old) = self.records.remove((doc.0, span.replica.0, span.end))? {
            totals.records -= 1;
            totals.bytes -= old.value().1.len() as u64;
            totals.is_changed = true;
        }
        Ok(())
    }

    /// See [`rules::replaced`].
    fn nearby(&self, doc: DocumentId, span: Span) -> Result<Vec<Span>, StorageError> {
        let mut nearby = Vec::new();
        for row in self.records.range(keys(doc, span.replica, (span.start + 1, Seq::MAX)))? {
            let (key, value) = row?;
            let (end, start) = (key.value().2, value.value().0);
            nearby.push(Span::new(span.replica, start, end));
            if end >= span.end {
                break;
            }
        }
        Ok(nearby)
    }

    fn meta_names(&self, doc: DocumentId) -> Result<Vec<String>, StorageError> {
        let mut names = Vec::new();
        for row in self.meta.range((doc.0, "")..)? {
            let (key, _) = row?;
            let (of, name) = key.value();
            if of != doc.0 {
                break;
            }
            names.push(name.to_owned());
        }
        Ok(names)
    }
}

/// What `documents` says of a document.
struct Totals {
    records: u64,
    bytes: u64,
    is_changed: bool,
}

/// The tables as of the last commit.
pub(super) struct Reader {
    documents: ReadOnlyTable<u128, (u64, u64)>,
    records: ReadOnlyTable<RecordKey, RecordValue>,
    meta: ReadOnlyTable<(u128, &'static str), &'static [u8]>,
    store_meta: ReadOnlyTable<&'static str, &'static [u8]>,
    snapshots: ReadOnlyTable<u128, (&'static [u8], &'static [u8])>,
}

impl Reader {
    pub(super) fn new(transaction: &ReadTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            documents: transaction.open_table(DOCUMENTS)?,
            records: transaction.open_table(RECORDS)?,
            meta: transaction.open_table(META)?,
            store_meta: transaction.open_table(STORE_META)?,
            snapshots: transaction.open_table(SNAPSHOTS)?,
        })
    }

    pub(super) fn has(&self, doc: DocumentId) -> Result<bool, redb::Error> {
        Ok(ReadableTable::get(&self.documents, doc.0)?.is_some())
    }

    pub(super) fn documents(&self) -> Result<Vec<DocumentInfo>, redb::Error> {
        let mut infos = Vec::new();
        for row in self.documents.iter()? {
            let (key, value) = row?;
            let (records, bytes) = value.value();
            infos.push(DocumentInfo { id: DocumentId(key.value()), records, bytes });
        }
        Ok(infos)
    }

    pub(super) fn version(&self, doc: DocumentId) -> Result<VersionVector, redb::Error> {
        let mut version = VersionVector::new();
        let mut next = Some(ReplicaId(0));
        while let Some(from) = next {
            let Some(replica) = self.first_replica(doc, from)? else { break };
            version.extend_to(replica, end_of(&self.records, doc, replica)?);
            next = replica.0.checked_add(1).map(ReplicaId);
        }
        Ok(version)
    }

    /// The first replica with records whose id is `from` or more.
    fn first_replica(&self, doc: DocumentId, from: ReplicaId) -> Result<Option<ReplicaId>, StorageError> {
        let rest = (doc.0, from.0, 0)..=(doc.0, u64::MAX, Seq::MAX);
        let first = ReadableTable::range(&self.records, rest)?.next().transpose()?;
        Ok(first.map(|(key, _)| ReplicaId(key.value().1)))
    }

    /// Goes by replicas, not by records: whoever has nearly everything reads nearly nothing.
    pub(super) fn page(&self, doc: DocumentId, since: &VersionVector, bytes_max: usize) -> Result<Page, redb::Error> {
        let mut page = Page { records: Vec::new(), is_last: true };
        let mut bytes_total = 0_usize;
        for missing in self.version(doc)?.missing_from(since) {
            let ends = (missing.start + 1, Seq::MAX);
            for row in ReadableTable::range(&self.records, keys(doc, missing.replica, ends))? {
                let (key, value) = row?;
                let (start, bytes) = value.value();
                if !page.records.is_empty() && bytes_total + bytes.len() > bytes_max {
                    page.is_last = false;
                    return Ok(page);
                }
                bytes_total += bytes.len();
                let (replica, end) = (missing.replica, key.value().2);
                page.records.push(Record { replica, start, end, bytes: bytes.to_vec() });
            }
        }
        Ok(page)
    }

    pub(super) fn meta(&self, doc: DocumentId, name: &str) -> Result<Option<Vec<u8>>, redb::Error> {
        Ok(ReadableTable::get(&self.meta, (doc.0, name))?.map(|value| value.value().to_vec()))
    }

    pub(super) fn store_meta(&self, name: &str) -> Result<Option<Vec<u8>>, redb::Error> {
        Ok(ReadableTable::get(&self.store_meta, name)?.map(|value| value.value().to_vec()))
    }

    pub(super) fn snapshot(&self, doc: DocumentId) -> Result<Option<Snapshot>, redb::Error> {
        let Some(row) = ReadableTable::get(&self.snapshots, doc.0)? else { return Ok(None) };
        let (version, image) = row.value();
        Ok(Some(Snapshot { version: version_from_bytes(version), bytes: image.to_vec() }))
    }
}

/// Replica and end, little-endian, for each entry.
fn version_to_bytes(version: &VersionVector) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(version.len() * ENTRY_BYTES);
    for (replica, end) in version.iter() {
        bytes.extend_from_slice(&replica.0.to_le_bytes());
        bytes.extend_from_slice(&end.to_le_bytes());
    }
    bytes
}

const ENTRY_BYTES: usize = 12;

fn version_from_bytes(bytes: &[u8]) -> VersionVector {
    let entry = |entry: &[u8; ENTRY_BYTES]| {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *entry;
        let replica = ReplicaId(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
        (replica, Seq::from_le_bytes([i, j, k, l]))
    };
    bytes.as_chunks().0.iter().map(entry).collect()
}
