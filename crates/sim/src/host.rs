//! The side of a member that keeps the document: what a server or a browser does around the engine.

use crate::engine::{Engine, KnowsBelow};
use crate::planted::Planted;
use crate::random::Random;
use crate::screen::Screen;
use crate::vault::{PowerCut, Vault};
use clock::{DocumentId, ReplicaId, Span, VersionVector};
use codec::{Image, SigningKey};
use log::{ContainerId, Kind};
use motet::{ImageError, ImportError, Patch};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Record, Snapshot};
use sync::{Epoch, Hashes, ImportOutcome, Parcel, Rejection};

/// The one document of every run.
pub const DOC: DocumentId = DocumentId(0x006d_6f74_6574);
/// Its generation.
const EPOCH: u32 = 1;

/// A document that is loaded, with what the sessions and the screen of its member know of it.
#[derive(Debug)]
pub struct Host {
    /// The engine.
    pub replica: Engine,
    /// What a screen shows that only ever got patches, and its own typing.
    pub screen: Screen,
    /// What is on the own disk.
    pub stored: VersionVector,
    /// What storage nodes were heard to have on theirs.
    pub heard_durable: VersionVector,
    /// Whether anything changed since somebody last looked.
    pub is_fresh: bool,
    key: SigningKey,
    is_storage: bool,
    /// Exports in any order it likes, in pieces of at most so many bytes, where this is not 0.
    contrary: u64,
    images: usize,
    /// What waits, by what it covers, so that an unloaded document is not a poorer one.
    waiting: BTreeSet<(Span, Arc<[u8]>)>,
    random: Random,
    planted: Option<Planted>,
}

/// What a host is made with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose it is.
    pub key: SigningKey,
    /// Whether it is a storage node.
    pub is_storage: bool,
    /// See [`crate::options::Options::contrary`].
    pub contrary: u64,
    /// See [`crate::options::Options::images`].
    pub images: usize,
    /// Which version of the engine it runs.
    pub knows_below: KnowsBelow,
    /// What is wrong on purpose.
    pub planted: Option<Planted>,
}

impl Host {
    /// An empty document that writes as `replica`.
    pub fn new(replica: ReplicaId, settings: Settings, random: Random) -> Self {
        let Settings { key, is_storage, contrary, images, knows_below, planted } = settings;
        Self {
            replica: Engine::new(motet::Replica::new(DOC, EPOCH, replica, key.clone()), knows_below),
            screen: Screen::default(),
            stored: VersionVector::new(),
            heard_durable: VersionVector::new(),
            is_fresh: true,
            key,
            is_storage,
            contrary,
            images,
            waiting: BTreeSet::new(),
            random,
            planted,
        }
    }

    /// The writer streams of this member: of this run, and of the runs before it that are known here.
    pub fn own_replicas(&self) -> Vec<ReplicaId> {
        let mut own = self.replica.replicas_of(self.replica.own_author());
        own.push(self.replica.document().replica());
        own
    }

    /// Takes in everything that `vault` has: the newest image, and the records since.
    pub fn load(&mut self, vault: &Vault) -> Result<(), String> {
        if let Some(image) = vault.image() {
            self.open_image(&image.bytes).map_err(|error| format!("an image cannot be opened: {error}"))?;
        }
        let mut records = vault.records(&self.replica.version());
        if self.planted == Some(Planted::LoadTooFew) {
            records.pop();
        }
        self.replica.trust_all(true);
        for record in records {
            let loaded = self.replica.import(&record.bytes, None);
            loaded.map_err(|error| format!("record {} cannot be loaded: {error}", record.span()))?;
        }
        self.replica.trust_all(false);
        if self.replica.waiting() > 0 {
            return Err(format!("the store lacks what its records follow: {:?}", self.replica.wanted()));
        }
        self.stored = vault.version();
        self.own_replicas().into_iter().for_each(|replica| self.replica.document_mut().add_mine(replica));
        self.look();
        Ok(())
    }

    fn open_image(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        let writer = (self.replica.document().replica(), self.key.clone());
        self.replica.replace(motet::Replica::open_image(DOC, EPOCH, writer, &Image::decode(bytes)?)?);
        // What is read from the image must be what the history makes.
        let document = self.replica.document();
        let texts = ["body", "notes", "page"].map(|name| ContainerId::root(Kind::Text, name));
        let shown = texts.map(|text| document.text(text));
        let made = document.model();
        let made = texts.map(|text| made.text(text).map_or_else(String::new, ToString::to_string));
        assert_eq!(shown, made, "what an image shows, and what its history does");
        Ok(())
    }

    /// Forgets the document and loads it again, as a server does with one that nobody looks at: it must
    /// come back as it was. Everything must be sealed and stored.
    pub fn reload(&mut self, vault: &Vault) -> Result<(), String> {
        let (replica, policy) = (self.replica.document().replica(), self.replica.document().view().policy().clone());
        let mut before = self.outline();
        self.replica.replace(motet::Replica::new(DOC, EPOCH, replica, self.key.clone()));
        self.load(vault)?;
        self.replica.document_mut().set_policy(policy);
        self.look();
        let waiting = std::mem::take(&mut self.waiting);
        if self.planted != Some(Planted::ForgetPending) {
            // What is refused is no loss: it had only waited to be looked at, and what it pretends to follow is not asked for any more.
            let refused = waiting.into_iter().filter(|(span, bytes)| self.take(*span, bytes.clone()).is_err()).count();
            if refused > 0 {
                before.1 = self.replica.wanted();
            }
        }
        let after = self.outline();
        if before == after { Ok(()) } else { Err(format!("it came back as {after:?}, and was {before:?}")) }
    }

    /// Forgets what came last, where that is somebody else's.
    pub fn forget_last(&mut self) {
        let replica = self.replica.document().replica();
        let mut parcels = self.replica.export(&self.replica.version().missing_from(&VersionVector::new()), usize::MAX);
        if !self.is_sealed() || parcels.pop().is_none_or(|last| last.span.replica == replica) {
            return;
        }
        self.replica.replace(motet::Replica::new(DOC, EPOCH, replica, self.key.clone()));
        parcels.iter().for_each(|parcel| drop(self.replica.import(&parcel.bytes, None)));
        self.look();
    }

    /// What is here, what is missing, and what can be read.
    fn outline(&self) -> (VersionVector, Vec<Span>, Vec<String>) {
        let texts = self.screen.texts.values().filter(|text| !text.is_empty()).cloned();
        (self.replica.version(), self.replica.wanted(), texts.collect())
    }

    /// Puts on the disk what is not there yet, and syncs.
    pub fn persist(&mut self, vault: &mut Vault) -> Result<(), PowerCut> {
        let parcels = self.replica.export(&self.replica.version().missing_from(&self.stored), usize::MAX);
        if parcels.is_empty() {
            return Ok(());
        }
        let reached: VersionVector = parcels.iter().map(|parcel| (parcel.span.replica, parcel.span.end)).collect();
        let records: Vec<Record> = parcels.into_iter().map(record).collect();
        let appended = vault.append(&records);
        if appended.is_ok() || self.planted == Some(Planted::AckAfterFailure) {
            self.stored.merge(&reached);
            return self.keep_image(vault);
        }
        appended
    }

    /// Keeps an image now and then, of a document that is on the disk as it is.
    fn keep_image(&mut self, vault: &Vault) -> Result<(), PowerCut> {
        let version = self.replica.version();
        if !self.random.chance(self.images) || version != self.stored || !self.is_sealed() {
            return Ok(());
        }
        let bytes = self.replica.image().expect("a document of our own is within the limits");
        vault.keep_image(Snapshot { version, bytes })
    }

    /// Whether something is not on the disk yet.
    pub fn is_unsaved(&self) -> bool {
        !self.stored.includes(&self.replica.version())
    }

    /// Reads the screen anew.
    pub fn look(&mut self) {
        self.screen = Screen::of(self.replica.document());
        self.is_fresh = true;
    }

    /// Brings the screen up to date.
    pub fn show(&mut self, patch: &Patch) {
        self.is_fresh = true;
        self.screen.apply(patch);
    }

    /// Brings the screen up to date after a choice of what to see.
    pub fn show_choice(&mut self, patch: &Patch) {
        if self.planted != Some(Planted::DropPatch) {
            self.show(patch);
        }
    }

    /// The first container that the screen shows differently from the document.
    pub fn stale(&self) -> Option<String> {
        self.screen.stale(self.replica.document())
    }

    /// Takes in a parcel from anywhere; says how many elements came by it, or why it was refused.
    pub fn take(&mut self, span: Span, bytes: Arc<[u8]>) -> Result<u64, String> {
        let held = motet::parcel_span(&bytes).map_err(|error| format!("{}: {error}", error.code()))?;
        if held != span {
            return Err(format!("parcel.span: the parcel holds {held}"));
        }
        let mut patch = Patch::default();
        let mut taken = self.replica.import(&bytes, Some(&mut patch));
        if let Err(ImportError::Untrusted(author)) = taken {
            // Whoever is at the screen is asked, and says yes.
            self.replica.trust(author);
            taken = self.replica.import(&bytes, Some(&mut patch));
        }
        self.show(&patch);
        let taken = taken.map_err(|error| format!("{}: {error}", error.code()))?;
        self.waiting.insert((span, bytes));
        let log = self.replica.document().log();
        self.waiting.retain(|(span, _)| log.end(span.replica) < span.end);
        match taken {
            motet::Imported::Applied(spans) => Ok(spans.iter().map(|span| u64::from(span.len())).sum()),
            motet::Imported::Known | motet::Imported::Waiting => Ok(0),
        }
    }

    /// What this member itself says is durable.
    pub fn promised(&self) -> VersionVector {
        match (self.is_storage, self.planted) {
            (false, _) => VersionVector::new(),
            (true, Some(Planted::AckBeforeSync)) => self.replica.version(),
            (true, _) => self.stored.clone(),
        }
    }

    /// Whether everything written here is sealed.
    pub fn is_sealed(&self) -> bool {
        self.replica.document().version() == self.replica.version()
    }

    /// Whether it leaves out nothing.
    pub fn is_plain(&self) -> bool {
        self.replica.document().view().is_shared()
    }

    /// What members at equal versions must agree on. What is not sealed yet does not count.
    pub fn hashes_now(&mut self) -> motet::Hashes {
        if self.is_sealed() {
            return self.replica.hashes();
        }
        let (document, version) = (self.replica.document(), self.replica.version());
        let mut sealed = motet::Replica::new(DOC, EPOCH, ReplicaId(0), self.key.clone());
        for log in document.log().logs() {
            if let Some(author) = document.view().author(log.replica) {
                sealed.document_mut().note_author(log.replica, author);
            }
        }
        let actions = document.actions_since(&VersionVector::new());
        let actions = actions.into_iter().filter(|action| version.contains(action.span().last()));
        sealed.document_mut().receive_all(actions).expect("the log took them in before");
        motet::Hashes { log: self.replica.log_hash().0, ..sealed.hashes() }
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
            version.merge(&self.waiting.iter().map(|(span, _)| (span.replica, span.end)).collect());
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
        if self.planted == Some(Planted::OwnWorkOnly) {
            missing.retain(|span| span.replica == self.replica.document().replica());
        }
        if self.planted == Some(Planted::ExportWrongRange) {
            missing.iter_mut().for_each(|span| span.start = (span.start + 1).min(span.end - 1));
        }
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
            match self.take(span, parcel.bytes) {
                Ok(applied) => outcome.applied += applied,
                Err(reason) => outcome.rejected.push(Rejection { span, reason }),
            }
        }
        outcome.wanted = self.replica.wanted();
        outcome
    }

    fn durable(&self, _: DocumentId) -> VersionVector {
        let mut durable = self.heard_durable.clone();
        durable.merge(&self.promised());
        durable
    }

    fn hashes(&mut self, _: DocumentId) -> Hashes {
        let hashes = self.hashes_now();
        Hashes { log: hashes.log, standings: hashes.standings, state: Some(hashes.state) }
    }
}
