//! A member: what it keeps through a crash, and what it has only while it runs.

use crate::attic::{self, Attic};
use crate::engine::{NEWEST, OLDER};
use crate::host::{DOC, Host, Settings};
use crate::options::Options;
use crate::planted::Planted;
use crate::random::{Random, mix};
use crate::vault::{self, PowerCut, Vault};
use clock::{ReplicaId, VersionVector};
use codec::SigningKey;
use sync::{Admission, BlobTraffic, Config, Exchange, MemberId, PeerKey, Role, Trust};

/// One member of the space.
#[derive(Debug)]
pub struct Member {
    /// What it keeps; none where it forgets everything.
    pub vault: Option<Vault>,
    /// The blobs.
    pub attic: Attic,
    /// The rest; none while it is stopped.
    pub running: Option<Running>,
    /// Counts how often it started.
    pub runs: u64,
    /// What it ever said to be on its disk, synced.
    pub promised: VersionVector,
    settings: Settings,
    /// How far its clock is off.
    skew_s: i64,
    seed: u64,
    planted: Option<Planted>,
    at: usize,
    /// What it wrote as when the copy was made that its disk went back to.
    kept_name: Option<ReplicaId>,
}

/// A copy of a member's disk.
#[derive(Clone, Debug)]
pub struct Backup {
    vault: vault::Copy,
    attic: attic::Copy,
    version: VersionVector,
    /// What the member wrote as.
    name: ReplicaId,
}

/// What a member has while it runs.
#[derive(Debug)]
pub struct Running {
    /// The document.
    pub host: Host,
    /// The sessions.
    pub exchange: Exchange,
    /// What of blobs is under way.
    pub traffic: BlobTraffic,
    /// Whether a sync is to come.
    pub will_sync: bool,
}

impl Member {
    /// Member number `at` of the run with `seed`.
    pub fn new(at: usize, seed: u64, options: &Options, random: &mut Random, planted: Option<Planted>) -> Self {
        let is_storage = at < options.storages;
        let keeps = is_storage || options.keep;
        let lies = planted == Some(Planted::LyingDisk);
        let vault = keeps.then(|| if options.real_disk { Vault::on_disk(DOC, lies) } else { Vault::in_memory(DOC) });
        let mut secret = [at as u8 + 1; 32];
        secret[..8].copy_from_slice(&seed.to_le_bytes());
        let key = SigningKey::from_bytes(&secret);
        let knows_below = if random.chance(options.older) { random.pick(&OLDER).expect("several") } else { NEWEST };
        let (contrary, images) = (options.contrary, options.images);
        let settings = Settings { key, is_storage, contrary, images, knows_below, planted };
        let skew_s = skew_s(options, random);
        let promised = VersionVector::new();
        let attic = Attic::new(keeps, planted);
        Self { vault, attic, running: None, runs: 0, promised, settings, skew_s, seed, planted, at, kept_name: None }
    }

    /// A number that nobody else has for anything, nor this member in another run.
    fn name(&self, purpose: u64) -> u64 {
        mix(mix(self.seed ^ mix(self.at as u64)) ^ mix(self.runs) ^ purpose)
    }

    fn mint(&self) -> ReplicaId {
        ReplicaId(match self.planted {
            Some(Planted::ReuseReplica) => mix(self.seed ^ mix(self.at as u64)),
            Some(Planted::KeepReplica) if let Some(name) = self.kept_name => name.0,
            Some(Planted::ShareReplica) => mix(self.seed ^ mix(self.runs)),
            _ => self.name(1),
        })
    }

    /// Starts with what is on its disk.
    pub fn start(&mut self) -> Result<(), String> {
        self.runs += 1;
        let mut host = Host::new(self.mint(), self.settings.clone(), Random::new(self.name(2)));
        if let Some(vault) = &self.vault {
            host.load(vault)?;
        }
        let mut exchange = Exchange::new();
        exchange.open(DOC);
        self.running = Some(Running { host, exchange, traffic: BlobTraffic::new(DOC), will_sync: false });
        self.attic.check_kept()?;
        self.check_promises()
    }

    /// What was called durable must be there after every crash.
    fn check_promises(&self) -> Result<(), String> {
        let Some(running) = &self.running else { return Ok(()) };
        let here = running.host.replica.version();
        if here.includes(&self.promised) {
            return Ok(());
        }
        Err(format!("what was durable is lost: {:?}", self.promised.missing_from(&here)))
    }

    /// Stops without warning; what was not synced is left to `luck`.
    pub fn crash(&mut self, luck: u64) {
        self.running = None;
        self.attic.crash(luck);
        if let Some(vault) = &mut self.vault {
            vault.crash(luck);
        }
    }

    /// Syncs what is not on the disk.
    pub fn persist(&mut self) -> Result<(), PowerCut> {
        match (&mut self.running, &mut self.vault) {
            (Some(running), Some(vault)) => running.host.persist(vault),
            _ => Ok(()),
        }
    }

    /// Unloads the document and loads it again.
    pub fn reload(&mut self) -> Result<(), String> {
        match (&mut self.running, &self.vault) {
            (Some(running), Some(vault)) => running.host.reload(vault),
            _ => Ok(()),
        }
    }

    /// Begins a session over a new channel.
    pub fn connect(&mut self, peer: PeerKey, role: Role, now_ms: u64) {
        let member = MemberId(self.name(3));
        let config = Config { member, token: Vec::new(), admission: Admission::All(Trust::Relay) };
        if let Some(running) = &mut self.running {
            running.exchange.connect(peer, role, config, now_ms);
        }
    }

    /// A copy of what is on its disk, where it has one.
    pub fn copy(&self) -> Option<Backup> {
        let vault = self.vault.as_ref()?;
        Some(Backup { vault: vault.copy(), attic: self.attic.copy(), version: vault.version(), name: self.mint() })
    }

    /// Stops without warning, and has on its disk what an earlier copy holds.
    pub fn go_back(&mut self, backup: &Backup) {
        self.running = None;
        if let Some(vault) = &mut self.vault {
            vault.put_back(&backup.vault);
        }
        self.attic.put_back(&backup.attic);
        self.promised = if self.is_storage() { backup.version.clone() } else { VersionVector::new() };
        self.kept_name = Some(backup.name);
    }

    /// Whether it runs an older version of the engine.
    pub fn is_older(&self) -> bool {
        self.settings.knows_below != NEWEST
    }

    /// Runs the newest version of the engine from the next start on.
    pub fn renew(&mut self) {
        self.settings.knows_below = NEWEST;
    }

    /// Sets its clock, as people do, or a machine whose battery is empty.
    pub fn set_clock(&mut self, options: &Options, random: &mut Random) {
        self.skew_s = skew_s(options, random);
    }

    /// What its clock says, in seconds since 1970.
    pub fn time(&self, now_ms: u64) -> i64 {
        1_700_000_000 + self.skew_s + (now_ms / 1000) as i64
    }

    /// Whether it is a storage node.
    pub fn is_storage(&self) -> bool {
        self.settings.is_storage
    }
}

/// How far a clock is off.
fn skew_s(options: &Options, random: &mut Random) -> i64 {
    random.between(0, 2 * options.skew_s_max) as i64 - options.skew_s_max as i64
}
