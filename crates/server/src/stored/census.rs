//! Which blobs the documents of a store name: what no collection may take.

use super::loader::read_error;
use crate::hub::HubError;
use clock::{DocumentId, VersionVector};
use codec::Chain;
use motet::BlobNames;
use std::collections::BTreeMap;
use store::blobs::Collected;
use store::{Blobs, Record, Store};

/// Bytes of records that are read at a time.
const PAGE_BYTES: usize = 8 << 20;

/// The blobs that each document of a store names, in any of its history: deleted documents count, since they can
/// be undeleted. Kept between two looks, it reads only what came since.
#[derive(Debug, Default)]
pub struct Census {
    documents: BTreeMap<DocumentId, (VersionVector, BlobNames)>,
}

impl Census {
    /// Reads what is new. A record that does not read is an error: what it names is not known, so nothing may
    /// be taken for not named.
    pub fn update(&mut self, store: &dyn Store) -> Result<(), HubError> {
        for document in store.documents().map_err(read_error)? {
            let (seen, names) = self.documents.entry(document.id).or_default();
            let version = store.version(document.id).map_err(read_error)?;
            while !seen.includes(&version) {
                let page = store.read_page(document.id, seen, PAGE_BYTES).map_err(read_error)?;
                if page.records.is_empty() {
                    return Err(HubError::Damaged(format!("document {} lacks records", document.id)));
                }
                for record in &page.records {
                    add_names(names, document.id, record)?;
                    seen.extend_to(record.replica, record.end);
                }
            }
        }
        Ok(())
    }

    /// Adds what somebody knows besides: a document in memory, what waits for its parents.
    pub fn add(&mut self, doc: DocumentId, more: BlobNames) {
        self.documents.entry(doc).or_default().1.merge(more);
    }

    /// The blobs that a document names for certain.
    pub fn names(&self, doc: DocumentId) -> Option<&BlobNames> {
        self.documents.get(&doc).map(|(_, names)| names)
    }

    /// The documents, each with what it names.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, &BlobNames)> {
        self.documents.iter().map(|(&doc, (_, names))| (doc, names))
    }

    /// Removes every blob that no document may name, and that was not touched for `grace_ms`: who has just
    /// brought one is about to name it.
    pub fn collect(&self, blobs: &Blobs, grace_ms: u64) -> Result<Collected, HubError> {
        let is_named = |hash: &blob::BlobHash| self.documents.values().any(|(_, names)| names.may_name(hash));
        blobs.collect(is_named, grace_ms).map_err(|error| HubError::Store(error.to_string()))
    }
}

fn add_names(names: &mut BlobNames, doc: DocumentId, record: &Record) -> Result<(), HubError> {
    let damaged = |error: &dyn std::fmt::Display| {
        HubError::Damaged(format!("the record {} of document {doc} is damaged: {error}", record.span()))
    };
    let chain = Chain::decode(&record.bytes).map_err(|error| damaged(&error))?;
    for frame in &chain.frames {
        let (actions, _) = codec::decode_frame(frame).map_err(|error| damaged(&error))?;
        actions.iter().flat_map(|action| &action.ops).for_each(|op| names.add(op.as_op_ref()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::HubDocument;
    use crate::stored::StoredHub;
    use blob::{BlobHash, BlobRef, MediaType};
    use clock::ReplicaId;
    use codec::SigningKey;
    use motet::{ContainerId, Kind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use store::{MemoryStore, Quotas};

    const DOC: DocumentId = DocumentId(7);

    fn name(hub: &StoredHub, bytes: &[u8]) {
        let reference = BlobRef::new(BlobHash::of(bytes), bytes.len() as u64, MediaType::unknown(), None).unwrap();
        let mut document = hub.load(DOC, |_, _| {}).unwrap();
        let map = ContainerId::root(Kind::Map, "figure");
        document.replica_mut().document_mut().edit(0, |edit| edit.set_blob(map, "picture", reference));
        document.seal();
        document.sync().unwrap();
    }

    #[test]
    fn what_was_once_named_or_is_young_is_kept() {
        let store = Arc::new(MemoryStore::new());
        let hub = StoredHub::new(store.clone(), SigningKey::from_bytes(&[1; 32]), ReplicaId(1));
        hub.create_as(DOC, 1, "Figures").unwrap();
        let now_ms = Arc::new(AtomicU64::new(0));
        let clock = now_ms.clone();
        let quotas = Quotas { store_bytes_max: 1 << 20, document_bytes_max: 1 << 20, blob_bytes_max: 1 << 20 };
        let blobs = Blobs::in_memory(quotas, Box::new(move || clock.load(Ordering::Relaxed)));
        for bytes in [b"first", b"later", b"never"] {
            blobs.put(bytes).unwrap();
        }
        name(&hub, b"first");
        name(&hub, b"later");
        let mut census = Census::default();
        census.update(&*store).unwrap();
        now_ms.store(1_000, Ordering::Relaxed);
        blobs.put(b"young").unwrap();
        assert_eq!(census.collect(&blobs, 1_000).unwrap().whole, 1);
        let left: Vec<bool> =
            ["first", "later", "never", "young"].map(|b| blobs.state(&BlobHash::of(b.as_bytes())).is_some()).into();
        assert_eq!(left, [true, true, false, true]);
        // Named between two looks: the second reads only what is new.
        now_ms.store(5_000, Ordering::Relaxed);
        name(&hub, b"young");
        census.update(&*store).unwrap();
        assert_eq!(census.collect(&blobs, 1_000).unwrap().whole, 0);
        assert_eq!(census.names(DOC).map(|names| names.iter().count()), Some(3));
    }

    #[test]
    fn what_cannot_be_read_may_name_anything() {
        let store = MemoryStore::new();
        store.create(DOC, &[]).unwrap();
        store.append(DOC, &[Record { replica: ReplicaId(1), start: 0, end: 1, bytes: vec![1, 2, 3] }]).unwrap();
        assert!(matches!(Census::default().update(&store), Err(HubError::Damaged(_))));
    }
}
