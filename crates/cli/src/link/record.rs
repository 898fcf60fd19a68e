//! What a link remembers between runs, kept with the document in its store.
//!
//! One rule makes it hold through a kill at any instant: *what this link wrote is always part of what the
//! file held*. A save is one append to the log, and from then on the base includes it, whether or not
//! anything was noted after it.

use clock::{DocumentId, ReplicaId, VersionVector};
use motet::Document;
use serde_json::{Value, json};
use server::HubError;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::Store;

const META_NAME: &str = "link";

/// A write of the document into the file, from before it begins until what it replaced is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// The version whose text is replaced.
    pub from: VersionVector,
    /// The version whose text comes.
    pub to: VersionVector,
    /// Whether it is known that it happened, and replaced what it meant to replace.
    pub is_done: bool,
}

/// What is known about the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The version whose text the file last held, together with whatever `writers` wrote.
    pub base: VersionVector,
    /// The replicas that this link has written as.
    pub writers: BTreeSet<ReplicaId>,
    /// The last write into the file.
    pub writing: Option<Writing>,
}

impl Record {
    /// The version whose text the file last held.
    pub fn base_in(&self, document: &Document) -> VersionVector {
        let mut base = self.base.clone();
        for &writer in &self.writers {
            base.extend_to(writer, document.log().end(writer));
        }
        base
    }

    fn write(&self) -> Value {
        let writing = self.writing.as_ref().map(|writing| {
            let (from, to) = (write_version(&writing.from), write_version(&writing.to));
            json!({ "from": from, "to": to, "done": writing.is_done })
        });
        let writers: Vec<String> = self.writers.iter().map(ToString::to_string).collect();
        json!({ "base": write_version(&self.base), "writers": writers, "writing": writing })
    }

    fn read(value: &Value) -> Option<Self> {
        let writing = match &value["writing"] {
            Value::Null => None,
            writing => Some(Writing {
                from: read_version(&writing["from"])?,
                to: read_version(&writing["to"])?,
                is_done: writing["done"].as_bool()?,
            }),
        };
        let writers = value["writers"].as_array()?.iter().map(read_replica).collect::<Option<_>>()?;
        Some(Self { base: read_version(&value["base"])?, writers, writing })
    }
}

fn write_version(version: &VersionVector) -> Value {
    version.iter().map(|(replica, end)| (replica.to_string(), Value::from(end))).collect()
}

fn read_version(value: &Value) -> Option<VersionVector> {
    let entry = |(replica, end): (&String, &Value)| {
        Some((read_replica(&Value::from(replica.as_str()))?, u32::try_from(end.as_u64()?).ok()?))
    };
    value.as_object()?.iter().map(entry).collect()
}

fn read_replica(value: &Value) -> Option<ReplicaId> {
    u64::from_str_radix(value.as_str()?, 16).ok().map(ReplicaId)
}

/// Where the record is kept.
#[derive(Clone)]
pub struct Shelf {
    store: Arc<dyn Store>,
    doc: DocumentId,
    /// As it is on the disk.
    kept: Option<Record>,
}

impl Shelf {
    /// The record of `doc` in `store`, where there is one.
    pub fn open(store: Arc<dyn Store>, doc: DocumentId) -> Result<Self, HubError> {
        let bytes = store.meta_get(doc, META_NAME).map_err(|error| HubError::Store(error.to_string()))?;
        let read = |bytes: Vec<u8>| Record::read(&serde_json::from_slice(&bytes).ok()?);
        let damaged = || HubError::Damaged("what the link remembers of its file cannot be read".into());
        let kept = bytes.map(|bytes| read(bytes).ok_or_else(damaged)).transpose()?;
        Ok(Self { store, doc, kept })
    }

    /// The record as it is on the disk.
    pub fn kept(&self) -> Option<&Record> {
        self.kept.as_ref()
    }

    /// Returns when the record is on the disk.
    pub fn keep(&mut self, record: &Record) -> Result<(), HubError> {
        if self.kept.as_ref() != Some(record) {
            let bytes = record.write().to_string().into_bytes();
            let put = self.store.meta_put(self.doc, META_NAME, Some(&bytes));
            put.map_err(|error| HubError::Store(error.to_string()))?;
            self.kept = Some(record.clone());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let version = |end| VersionVector::from_iter([(ReplicaId(u64::MAX), end), (ReplicaId(3), 9)]);
        let writing = Some(Writing { from: version(1), to: version(2), is_done: true });
        let full = Record { base: version(2), writers: [ReplicaId(3)].into(), writing };
        for record in [Record::default(), full] {
            assert_eq!(Record::read(&record.write()), Some(record));
        }
        assert_eq!(Record::read(&json!({ "base": "x" })), None);
    }
}
