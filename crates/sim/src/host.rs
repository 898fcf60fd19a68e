//! The side of a member that keeps the document: what a server or a browser does around the engine.

use crate::planted::Planted;
use crate::random::Random;
use crate::vault::{PowerCut, Vault};
use clock::{DocumentId, ReplicaId, Span, VersionVector};
use codec::SigningKey;
use log::ContainerId;
use motet::{Imported, Patch};
use std::collections::BTreeMap;
use store::Record;
use sync::{Epoch, Hashes, ImportOutcome, Parcel, Rejection};

/// The one document of every run.
pub const DOC: DocumentId = DocumentId(0x6d6f_7465_74);
/// Its generation.
const EPOCH: u32 = 1;

/// A document that is loaded, with what the sessions and the screen of its member know of it.
#[derive(Debug)]
pub struct Host {
    /// The engine.
    pub replica: motet::Replica,
    /// What a screen shows that only ever got patches.
    pub screen: BTreeMap<ContainerId, String>,
    /// What is on the own disk.
    pub stored: VersionVector,
    /// What storage nodes were heard to have on theirs.
    pub heard_durable: VersionVector,
    /// Whether this is a storage node.
    pub is_storage: bool,
    /// Exports in any order it likes, in small pieces, where this is not 0.
    pub contrary: u64,
    /// What waits, by what it covers, so that an unloaded document is not a poorer one.
    waiting: BTreeMap<Span, Parcel>,
    random: Random,
    planted: Option<Planted>,
}

impl Host {
    /// An empty document that writes as `replica`.
    pub fn new(replica: ReplicaId, key: SigningKey, random: Random, planted: Option<Planted>) -> Self {
        Self {
            replica: motet::Replica::new(DOC, EPOCH, replica, key),
            screen: BTreeMap::new(),
            stored: VersionVector::new(),
            heard_durable: VersionVector::new(),
            is_storage: false,
            contrary: 0,
            waiting: BTreeMap::new(),
            random,
            planted,
        }
    }

    /// Takes in everything that `vault` has.
    pub fn load(&mut self, vault: &Vault) -> Result<(), String> {
        let mut records = vault.records();
        if self.planted == Some(Planted::LoadTooFew) {
            records.pop();
        }
        for record in records {
            let loaded = self.replica.import(&record.bytes, None);
            loaded.map_err(|error| format!("record {} cannot be loaded: {error}", record.span()))?;
        }
        self.stored = vault.version();
        let own = self.replica.replicas_of(self.replica.own_author());
        own.into_iter().for_each(|replica| self.replica.document_mut().add_mine(replica));
        self.look();
        Ok(())
    }

    /// Forgets the document and loads it again, as a server does with one that nobody looks at.
    pub fn reload(&mut self, vault: &Vault, key: SigningKey) -> Result<(), String> {
        let (replica, policy) = (self.replica.document().replica(), self.replica.document().view().policy().clone());
        self.replica = motet::Replica::new(DOC, EPOCH, replica, key);
        self.load(vault)?;
        self.replica.document_mut().set_policy(policy);
        self.look();
        let waiting = std::mem::take(&mut self.waiting);
        if self.planted != Some(Planted::ForgetPending) {
            waiting.into_values().for_each(|parcel| drop(self.take(parcel)));
        }
        Ok(())
    }

    /// Puts on the disk what is not there yet, and syncs.
    pub fn persist(&mut self, vault: &mut Vault) -> Result<(), PowerCut> {
        let missing = self.replica.version().missing_from(&self.stored);
        if missing.is_empty() {
            return Ok(());
        }
        let parcels = self.replica.export(&missing, usize::MAX);
        let reached: VersionVector = parcels.iter().map(|parcel| (parcel.span.replica, parcel.span.end)).collect();
        let records: Vec<Record> = parcels.into_iter().map(record).collect();
        let appended = vault.append(&records);
        if appended.is_ok() || self.planted == Some(Planted::AckAfterFailure) {
            self.stored.merge(&reached);
            return Ok(());
        }
        appended
    }

    /// Reads the screen anew: after an edit of one's own, which an editor has made itself.
    pub fn look(&mut self) {
        let texts = self.replica.document().model().texts();
        self.screen = texts.map(|(id, text)| (id, text.to_string())).collect();
    }

    /// Brings the screen up to date.
    pub fn show(&mut self, patch: &Patch) {
        for (container, patch) in &patch.texts {
            let text = self.screen.entry(*container).or_default();
            *text = patch.apply(text);
        }
    }

    /// Brings the screen up to date after a choice of what to see.
    pub fn show_choice(&mut self, patch: &Patch) {
        if self.planted != Some(Planted::DropPatch) {
            self.show(patch);
        }
    }

    /// Takes in a parcel from anywhere; says how many elements came by it, or why it was refused.
    pub fn take(&mut self, parcel: Parcel) -> Result<u64, String> {
        let mut patch = Patch::default();
        let taken = self.replica.import(&parcel.bytes, Some(&mut patch));
        self.show(&patch);
        match taken {
            Ok(Imported::Applied(spans)) => Ok(spans.iter().map(|span| u64::from(span.len())).sum()),
            Ok(Imported::Known) => Ok(0),
            Ok(Imported::Waiting) => {
                self.waiting.insert(parcel.span(), parcel);
                Ok(0)
            }
            Err(error) => Err(format!("{}: {error}", error.code())),
        }
    }

    /// What is missing below what waits.
    fn wanted(&mut self) -> Vec<Span> {
        let log = self.replica.document().log();
        self.waiting.retain(|span, _| log.end(span.replica) < span.end);
        let mut ends: VersionVector = log.wanted().into_iter().map(|id| (id.replica, id.seq + 1)).collect();
        for span in self.waiting.keys().filter(|span| log.end(span.replica) < span.start) {
            ends.extend_to(span.replica, span.start);
        }
        ends.missing_from(&log.version())
    }

    /// What this member itself says is durable.
    pub fn promised(&self) -> VersionVector {
        match (self.is_storage, self.planted) {
            (false, _) => VersionVector::new(),
            (true, Some(Planted::AckBeforeSync)) => self.replica.version(),
            (true, _) => self.stored.clone(),
        }
    }

    /// How many parcels and actions wait for something missing.
    pub fn waiting(&self) -> usize {
        self.replica.waiting()
    }

    fn is_settled(&self) -> bool {
        let document = self.replica.document();
        document.view().policy().is_plain() && document.version() == self.replica.version()
    }

    /// A hash of what is shown, where that is the shared view of the present version.
    pub fn state_hash(&mut self) -> Option<u64> {
        self.is_settled().then(|| self.replica.document_mut().state_hash())
    }
}

fn record(parcel: motet::Parcel) -> Record {
    let span = parcel.span;
    Record { replica: span.replica, start: span.start, end: span.end, bytes: parcel.bytes }
}

/// A parcel of the engine as one of the protocol.
pub fn parcel(parcel: motet::Parcel) -> Parcel {
    let span = parcel.span;
    Parcel { replica: span.replica, start: span.start, end: span.end, bytes: parcel.bytes.into() }
}

impl sync::Replica for Host {
    fn version(&self, _: DocumentId) -> Option<VersionVector> {
        let mut version = self.replica.version();
        if self.planted == Some(Planted::CountWaiting) {
            version.merge(&self.waiting.keys().map(|span| (span.replica, span.end)).collect());
        }
        Some(version)
    }

    fn epoch(&self, _: DocumentId) -> Epoch {
        Epoch::from(EPOCH)
    }

    fn adopt_epoch(&mut self, _: DocumentId, _: Epoch) {}

    fn export(&mut self, _: DocumentId, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        let mut missing = missing.to_vec();
        let mut bytes_max = bytes_max;
        if self.contrary > 0 {
            self.random.shuffle(&mut missing);
            bytes_max = self.random.between(1, self.contrary) as usize;
        }
        self.replica.export(&missing, bytes_max).into_iter().map(parcel).collect()
    }

    fn import(&mut self, _: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        let mut outcome = ImportOutcome::default();
        for parcel in parcels {
            if self.planted == Some(Planted::DropParcel) && self.random.chance(20) {
                continue;
            }
            let span = parcel.span();
            match self.take(parcel) {
                Ok(applied) => outcome.applied += applied,
                Err(reason) => outcome.rejected.push(Rejection { span, reason }),
            }
        }
        outcome.wanted = self.wanted();
        outcome
    }

    fn durable(&self, _: DocumentId) -> VersionVector {
        let mut durable = self.heard_durable.clone();
        durable.merge(&self.promised());
        durable
    }

    fn hashes(&mut self, _: DocumentId) -> Hashes {
        let state = self.state_hash().map(|hash| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&hash.to_le_bytes());
            bytes
        });
        Hashes { log: self.replica.log_hash().0, standings: [0; 32], state }
    }
}
