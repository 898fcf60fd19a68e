//! One document of a store, loaded.

use super::etags::KeptEtags;
use super::history::history_json;
use super::hub::META_EPOCH;
use super::kept_type::KeptType;
use super::recent::Recent;
use crate::chores::rule::Done;
use crate::chores::{Chores, Watch};
use crate::content::{self, Content, DocumentType, NewType};
use crate::hub::{HubDocument, HubError};
use crate::limits::{IMAGE_AFTER_BYTES, TEXT_BYTES_MAX};
use clock::{DocumentId, Id, Span, VersionVector};
use motet::{BlobNames, ContainerId, Imported, Kind, Replica};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Record, Snapshot, Store};
use sync::{Epoch, Hashes, ImportOutcome, Parcel, Rejection};

/// The text that a document of plain text consists of.
pub fn text_container() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

/// A document in memory, and where it is kept.
pub struct StoredDocument {
    store: Arc<dyn Store>,
    epoch: Epoch,
    replica: Replica,
    recent: Recent,
    /// What is on the disk.
    durable: VersionVector,
    /// What the newest image has, how long it is, and how many bytes of records came since.
    imaged: VersionVector,
    image_bytes: usize,
    unimaged_bytes: usize,
    etags: KeptEtags,
    kept_type: KeptType,
    /// By which decision what is forgotten here is not on the disk either.
    forgotten_by: Option<Id>,
}

impl StoredDocument {
    /// A document that was just loaded from `store`: all of it is on the disk.
    pub fn new(store: Arc<dyn Store>, epoch: Epoch, replica: Replica) -> Result<Self, HubError> {
        let etags = KeptEtags::load(&*store, replica.id())?;
        Self::with_etags(store, epoch, replica, etags)
    }

    /// The same with the ETags that are known.
    pub(super) fn with_etags(
        store: Arc<dyn Store>,
        epoch: Epoch,
        replica: Replica,
        etags: KeptEtags,
    ) -> Result<Self, HubError> {
        let kept_type = KeptType::load(&*store, replica.id())?;
        let durable = replica.version();
        // Whether there is a fitting image shows when one is due: then it is written anew at worst.
        let (imaged, recent) = (VersionVector::new(), Recent::default());
        let forgotten_by = replica.forgotten_by();
        Ok(Self {
            store,
            epoch,
            replica,
            recent,
            durable,
            imaged,
            image_bytes: 0,
            unimaged_bytes: 0,
            etags,
            kept_type,
            forgotten_by,
        })
    }

    /// A document that was just made in `store`, of which nothing is on the disk.
    pub(super) fn unsaved(store: Arc<dyn Store>, epoch: Epoch, replica: Replica) -> Result<Self, HubError> {
        Ok(Self { durable: VersionVector::new(), ..Self::new(store, epoch, replica)? })
    }

    /// Keeps an image of what is on the disk, so that the document opens at once. It is a cache: whatever
    /// goes wrong with it is logged, and loses nothing.
    pub(super) fn keep_image(&mut self) {
        self.unimaged_bytes = 0;
        let version = self.replica.version();
        // What is here and not on the disk must not be in an image of the disk.
        if version != self.durable {
            return;
        }
        self.imaged = version.clone();
        let kept = match self.replica.image() {
            Ok(bytes) => {
                self.image_bytes = bytes.len();
                self.store.snapshot_put(self.id(), Snapshot { version, bytes }).map_err(|e| e.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = kept {
            tracing::warn!(doc = %self.id(), error, "no image was kept; the document will open more slowly");
        }
    }

    /// What it is, where anything was written.
    pub fn document_type(&self) -> Option<DocumentType> {
        let document = self.replica.document();
        (!document.version().is_empty()).then(|| DocumentType::of(document))
    }

    /// The document.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// The document, to edit. What was written is sealed by [`StoredDocument::seal`].
    pub fn replica_mut(&mut self) -> &mut Replica {
        &mut self.replica
    }

    /// Seals what was written here, so that it can be stored and sent.
    pub fn seal(&mut self) {
        // The parcel is exported again, with whatever else is not on the disk.
        self.replica.seal_all();
    }

    /// Forgets what history was trimmed of, here and on the disk, see [`Replica::forget`]. Whether there was anything to forget. What
    /// is on the disk of others, or in copies of this one, stays.
    pub fn forget(&mut self) -> Result<bool, HubError> {
        self.sync()?;
        let is_new = self.replica.forget();
        self.rewrite()?;
        Ok(is_new)
    }

    /// Puts what is in memory in the place of what is on the disk, where something was forgotten since.
    fn rewrite(&mut self) -> Result<(), HubError> {
        let now = self.replica.forgotten_by();
        if now == self.forgotten_by || self.replica.version() != self.durable {
            return Ok(());
        }
        self.recent = Recent::default();
        let all = self.replica.version().missing_from(&VersionVector::new());
        let records: Vec<Record> =
            self.replica.export(&all, usize::MAX).into_iter().map(|parcel| to_record(to_sync(parcel))).collect();
        let failed = |error: store::CompactError| HubError::Store(error.to_string());
        self.store.compact(self.id(), &records).map_err(failed)?;
        self.forgotten_by = now;
        self.keep_image();
        Ok(())
    }

    fn id(&self) -> DocumentId {
        self.replica.id()
    }

    /// Takes in a parcel; how many elements became part of the document, or why it was refused.
    fn import_one(&mut self, parcel: &Parcel) -> Result<u64, String> {
        let failed = |code: &str, error: &dyn std::fmt::Display| format!("{code}: {error}");
        let held = motet::parcel_span(&parcel.bytes).map_err(|error| failed(error.code(), &error))?;
        if held != parcel.span() {
            return Err(failed("parcel.span", &format!("the parcel holds {held}")));
        }
        let nothing_waited = self.replica.waiting() == 0;
        match self.replica.import(&parcel.bytes, None).map_err(|error| failed(error.code(), &error))? {
            Imported::Applied(spans) => {
                // What had waited might be somebody else's bytes for the same place.
                if nothing_waited && spans == [parcel.span()] {
                    self.recent.keep(parcel.clone());
                }
                Ok(spans.iter().map(|span| u64::from(span.len())).sum())
            }
            Imported::Known | Imported::Waiting => Ok(0),
        }
    }
}

/// Seconds since 1970, for the log: decoration, decides nothing.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

impl HubDocument for StoredDocument {
    fn version(&self) -> VersionVector {
        self.replica.version()
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn adopt_epoch(&mut self, epoch: Epoch) -> Result<(), HubError> {
        let put = self.store.meta_put(self.id(), META_EPOCH, Some(epoch.to_string().as_bytes()));
        put.map_err(|error| HubError::Store(error.to_string()))?;
        self.epoch = epoch;
        Ok(())
    }

    fn export(&mut self, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        let recent = self.recent.cover(missing, bytes_max);
        recent.unwrap_or_else(|| self.replica.export(missing, bytes_max).into_iter().map(to_sync).collect())
    }

    fn import(&mut self, parcels: Vec<Parcel>) -> ImportOutcome {
        let mut outcome = ImportOutcome::default();
        for parcel in &parcels {
            match self.import_one(parcel) {
                Ok(applied) => outcome.applied += applied,
                Err(reason) => outcome.rejected.push(Rejection { span: parcel.span(), reason }),
            }
        }
        outcome.wanted = self.replica.wanted();
        outcome
    }

    fn sync(&mut self) -> Result<(), HubError> {
        self.etags.save(&*self.store, self.replica.id())?;
        let missing = self.replica.version().missing_from(&self.durable);
        let records: Vec<Record> = self.export(&missing, usize::MAX).into_iter().map(to_record).collect();
        if records.is_empty() {
            return self.rewrite();
        }
        let failed = |error: store::AppendError| HubError::Store(error.to_string());
        if !self.store.append(self.id(), &records).map_err(failed)?.is_complete() {
            return Err(HubError::Store("the store lacks what was stored before".into()));
        }
        records.iter().for_each(|record| self.durable.extend_to(record.replica, record.end));
        self.kept_type.keep(&*self.store, self.id(), self.document_type())?;
        self.unimaged_bytes += records.iter().map(|record| record.bytes.len()).sum::<usize>();
        if self.unimaged_bytes > IMAGE_AFTER_BYTES.max(self.image_bytes) {
            self.keep_image();
        }
        self.rewrite()
    }

    fn blob_names_count(&self) -> usize {
        self.replica.document().log().blob_names_count()
    }

    fn blob_names(&mut self) -> BlobNames {
        self.replica.blob_names()
    }

    fn tend(&mut self, mut watch: Watch, chores: &Chores, now: i64) -> Result<Watch, HubError> {
        let (doc, node) = (self.id(), self.replica.own_author());
        let Done { snapshot, thinned, ballot } = watch.tend(self.replica.document_mut(), node, chores, now);
        self.seal();
        if let Some(name) = snapshot {
            tracing::info!(%doc, name, thinned, "took a snapshot");
        }
        if let Some(ballot) = ballot {
            tracing::info!(%doc, %ballot, "decided");
        }
        if chores.forgets && self.forget()? {
            tracing::info!(%doc, "forgot what history was trimmed of");
        }
        Ok(watch)
    }

    fn put_away(&mut self) {
        let known = self.store.snapshot_latest(self.id()).ok().flatten().map(|snapshot| snapshot.version);
        if self.replica.version() != self.imaged && known != Some(self.replica.version()) {
            self.keep_image();
        }
    }

    fn durable(&self) -> VersionVector {
        self.durable.clone()
    }

    fn hashes(&mut self) -> Hashes {
        let motet::Hashes { log, standings, state } = self.replica.hashes();
        Hashes { log, standings, state: Some(state) }
    }

    fn text(&mut self) -> Result<String, HubError> {
        Ok(self.content()?.text)
    }

    fn text_at(&mut self, version: &VersionVector) -> Result<String, HubError> {
        Ok(self.content_at(version)?.text)
    }

    fn content(&mut self) -> Result<Content, HubError> {
        Content::of(self.replica.document())
    }

    fn content_at(&mut self, version: &VersionVector) -> Result<Content, HubError> {
        Content::at(self.replica.document(), version)
    }

    fn put_text(&mut self, base: Option<&VersionVector>, text: &str) -> Result<(), HubError> {
        if text.len() > TEXT_BYTES_MAX {
            let len = text.len();
            return Err(HubError::TextRefused(format!(
                "{len} bytes, {TEXT_BYTES_MAX} allowed; motet import takes more"
            )));
        }
        let saved = content::save(self.replica.document_mut(), base, text, now());
        self.seal();
        saved
    }

    fn make(&mut self, new_type: &NewType, text: &str) -> Result<(), HubError> {
        let made = content::make(self.replica.document_mut(), new_type, text, now());
        self.seal();
        made
    }

    fn conflicts(&mut self) -> Result<String, HubError> {
        Ok(content::conflicts(self.replica.document())?.to_string())
    }

    fn history(&mut self, before: Option<&VersionVector>, count: usize) -> Result<String, HubError> {
        Ok(serde_json::Value::from(history_json(&self.replica, before, count)).to_string())
    }

    fn remember(&mut self, etag: &str, version: &VersionVector) {
        self.etags.remember(etag, version);
    }

    fn recall(&mut self, etag: &str) -> Option<VersionVector> {
        self.etags.recall(etag)
    }
}

fn to_record(parcel: Parcel) -> Record {
    Record { replica: parcel.replica, start: parcel.start, end: parcel.end, bytes: parcel.bytes.to_vec() }
}

fn to_sync(parcel: motet::Parcel) -> Parcel {
    let motet::Parcel { span, bytes } = parcel;
    Parcel { replica: span.replica, start: span.start, end: span.end, bytes: bytes.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::EPOCH_FIRST;
    use clock::ReplicaId;
    use codec::SigningKey;
    use store::MemoryStore;

    const DOC: DocumentId = DocumentId(7);

    fn member(n: u8) -> Replica {
        Replica::new(DOC, 0, ReplicaId(n.into()), SigningKey::from_bytes(&[n; 32]))
    }

    fn say(member: &mut Replica, text: &str) -> Parcel {
        member.document_mut().edit(0, |edit| edit.insert(text_container(), 0, text));
        to_sync(member.seal().expect("there is something to seal"))
    }

    fn stored() -> StoredDocument {
        let store = MemoryStore::new();
        store.create(DOC, &[]).expect("nothing has that name");
        StoredDocument::new(Arc::new(store), EPOCH_FIRST, member(9)).expect("nothing to read")
    }

    /// Ann's second word follows Bob's, and his replica comes after hers.
    #[test]
    fn what_came_last_goes_out_causes_first() {
        let (mut ann, mut bob, mut stored) = (member(1), member(2), stored());
        let first = say(&mut ann, "a");
        bob.import(&first.bytes, None).expect("it follows what is there");
        let second = say(&mut bob, "b");
        ann.import(&second.bytes, None).expect("it follows what is there");
        let came = vec![first, second, say(&mut ann, "c")];
        assert_eq!(stored.import(came.clone()).applied, 3);
        let missing = stored.version().missing_from(&VersionVector::new());
        assert_eq!(stored.export(&missing, usize::MAX), came);
        stored.sync().expect("memory does not fail");
        assert_eq!(stored.durable(), stored.version());
    }

    #[test]
    fn what_was_refused_does_not_go_out() {
        let (mut ann, mut two_faced, mut stored) = (member(1), member(1), stored());
        let (first, other) = (say(&mut ann, "a"), say(&mut two_faced, "b"));
        assert_eq!(first.span(), other.span());
        assert_eq!(stored.import(vec![first.clone()]).applied, 1);
        assert_eq!(stored.import(vec![other]).rejected.len(), 1);
        assert_eq!(stored.export(&[first.span()], usize::MAX), [first]);
    }
}
