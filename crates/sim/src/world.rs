//! Members, a network, and time: one event after another until everything is told.

use crate::acts::{self, Act, act};
use crate::host::DOC;
use crate::kinds::Kinds;
use crate::ledger::{Ledger, check_definition, check_rebuilt, check_screen, check_short, check_ties};
use crate::member::{Backup, Member, Running};
use crate::network::{Network, Side};
use crate::options::Options;
use crate::planted::Planted;
use crate::random::Random;
use crate::trace::Trace;
use clock::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sync::PeerKey;

mod backups;
mod blobs;
mod faults;
mod rounds;
mod sessions;

/// How long everything may take to be equal once nothing is wrong any more: two silences noticed one
/// after the other, and the way back.
const CALM_MS: u64 = 120_000;
/// For how long nobody may say anything once everything is equal.
const SILENCE_MS: u64 = 60_000;
/// More than any run needs: a run that never ends has a bug.
const EVENTS_MAX: u64 = 400_000;

/// How much of what went wrong fits into a line.
const WHAT_CHARS_MAX: usize = 200;

/// Something that is about to happen.
#[derive(Clone, Debug)]
enum Event {
    /// A person does something.
    Act(usize),
    /// A message arrives.
    Arrive(PeerKey, Side, Vec<u8>),
    /// Who makes the connections of a wire tries.
    Connect(usize),
    /// An end learns that its connection is gone.
    Lose(PeerKey, Side),
    /// A member syncs, in the run that it was in.
    Sync(usize, u64),
    /// A member starts.
    Start(usize),
    /// A divided network is whole again.
    Mend,
    /// A parcel arrives that somebody carried.
    Carry(usize, Carried),
}

/// A parcel outside of every connection.
#[derive(Clone, Debug)]
struct Carried {
    span: Span,
    bytes: Arc<[u8]>,
    is_altered: bool,
}

/// What happened in a run, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Stands for every event, byte by byte.
    pub trace: u64,
    /// The virtual time that passed.
    pub virtual_ms: u64,
    /// How many events.
    pub events: u64,
    /// How many things people did.
    pub acts: u64,
    /// How many messages arrived.
    pub messages: u64,
    /// How many members stopped without warning.
    pub crashes: u64,
    /// Which kinds of op the history has in the end.
    pub kinds: Kinds,
}

/// What went wrong, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The virtual time.
    pub now_ms: u64,
    /// In a sentence.
    pub what: String,
}

/// A whole run.
#[derive(Debug)]
pub struct World {
    options: Options,
    planted: Option<Planted>,
    random: Random,
    now_ms: u64,
    /// By time, then by order of planning.
    queue: BTreeMap<(u64, u64), Event>,
    planned: u64,
    members: Vec<Member>,
    network: Network,
    ledger: Ledger,
    trace: Trace,
    report: Report,
    /// How many messages went out that say anything.
    said: u64,
    /// How many parcels went out.
    parcels: u64,
    /// Copies of members' disks.
    backups: Vec<Option<Backup>>,
}

impl World {
    /// The world of a seed, before anything happened.
    pub fn new(seed: u64, planted: Option<Planted>, trace: Trace) -> Self {
        let mut random = Random::new(seed);
        let options = Options::draw(&mut random);
        let member = |at| Member::new(at, seed, &options, &mut random, planted);
        let members = (0..options.members).map(member).collect();
        let network = Network::new(&options);
        let backups = vec![None; options.members];
        Self {
            options,
            planted,
            random,
            now_ms: 0,
            queue: BTreeMap::new(),
            planned: 0,
            members,
            network,
            ledger: Ledger::default(),
            trace,
            report: Report::default(),
            said: 0,
            parcels: 0,
            backups,
        }
    }

    /// Runs it: first with everything that goes wrong, then in peace, then in silence.
    pub fn run(&mut self) -> Result<Report, Failure> {
        let outcome = self.play();
        self.report.trace = self.trace.hash();
        self.report.virtual_ms = self.now_ms;
        outcome.map(|()| self.report).map_err(|what| Failure { now_ms: self.now_ms, what })
    }

    /// The story so far: of a run that panicked, too.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    fn play(&mut self) -> Result<(), String> {
        self.trace.note(0, format_args!("{:?}", self.options));
        self.begin()?;
        while self.report.acts < self.options.acts as u64 {
            self.step(u64::MAX)?;
        }
        self.heal()?;
        if self.options.rounds {
            self.meet_in_rounds()?;
        }
        self.run_until(self.now_ms + CALM_MS)?;
        self.check_equal()?;
        let histories = self.members.iter().filter_map(|member| member.running.as_ref());
        let kinds = histories.map(|running| Kinds::of(running.host.replica.document()));
        self.report.kinds = kinds.fold(Kinds::default(), Kinds::and);
        let said = self.said;
        self.run_until(self.now_ms + SILENCE_MS)?;
        if self.said > said { Err("members that are equal go on talking".to_owned()) } else { Ok(()) }
    }

    fn begin(&mut self) -> Result<(), String> {
        for at in 0..self.members.len() {
            self.members[at].start()?;
            self.rest(at);
        }
        for wire in 0..self.network.wires.len() {
            self.plan(10, Event::Connect(wire));
        }
        Ok(())
    }

    fn plan(&mut self, delay_ms: u64, event: Event) {
        self.planned += 1;
        self.queue.insert((self.now_ms + delay_ms, self.planned), event);
    }

    fn rest(&mut self, at: usize) {
        let rest_ms = self.random.between(1, self.options.rest_ms_max);
        self.plan(rest_ms, Event::Act(at));
    }

    fn run_until(&mut self, end_ms: u64) -> Result<(), String> {
        while self.step(end_ms)? {}
        self.now_ms = end_ms;
        Ok(())
    }

    /// The next thing that happens, if it does before `end_ms`.
    fn step(&mut self, end_ms: u64) -> Result<bool, String> {
        self.report.events += 1;
        if self.report.events > EVENTS_MAX {
            return Err("it never ends".to_owned());
        }
        let due = self.queue.first_key_value().map(|(&key, _)| key);
        let wake = self.next_wake().filter(|(wake_ms, _)| due.is_none_or(|(due_ms, _)| *wake_ms < due_ms));
        match (wake, due) {
            (Some((wake_ms, at)), _) if wake_ms < end_ms => {
                self.now_ms = wake_ms.max(self.now_ms);
                self.talk(at)?;
            }
            (None, Some(key)) if key.0 < end_ms => {
                self.now_ms = key.0;
                let event = self.queue.remove(&key).expect("just seen");
                self.happen(event)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Who is to be asked next whether there is something to say.
    fn next_wake(&self) -> Option<(u64, usize)> {
        let wake = |(at, member): (usize, &Member)| {
            let wake_ms = member.running.as_ref()?.exchange.next_wake_ms();
            let wake_ms = [wake_ms, self.blobs_wake_ms(at)].into_iter().flatten().min()?;
            Some((wake_ms.max(self.now_ms), at))
        };
        self.members.iter().enumerate().filter_map(wake).min()
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Act(at) => self.act(at),
            Event::Arrive(number, side, bytes) => self.arrive(number, side, &bytes),
            Event::Connect(wire) => self.connect(wire),
            Event::Lose(number, side) => {
                self.lose(number, side);
                Ok(())
            }
            Event::Sync(at, run) if self.members[at].runs == run => self.sync(at),
            Event::Sync(..) => Ok(()),
            Event::Start(at) => self.start(at),
            Event::Mend => {
                self.mend();
                Ok(())
            }
            Event::Carry(at, carried) => self.receive_carried(at, carried),
        }
    }

    fn running(&mut self, at: usize) -> Option<&mut Running> {
        self.members[at].running.as_mut()
    }

    /// Somebody does something, or something goes wrong instead.
    fn act(&mut self, at: usize) -> Result<(), String> {
        if self.report.acts >= self.options.acts as u64 {
            return Ok(());
        }
        self.rest(at);
        self.report.acts += 1;
        if self.go_wrong(at)? {
            return Ok(());
        }
        let kind = acts::draw(&mut self.random, &self.options.weights);
        let time = self.members[at].time(self.now_ms);
        let knows = kind.is_old() || !self.members[at].is_older();
        let Some(running) = self.members[at].running.as_mut().filter(|_| knows) else { return Ok(()) };
        self.trace.note(self.now_ms, format_args!("{at} {kind:?}"));
        let was_sealed = running.host.is_sealed();
        act(&mut running.host, kind, time, &mut self.random)?;
        running.host.is_fresh = true;
        if !was_sealed && running.host.is_sealed() {
            // Trimming seals what was written before, also where nothing can be trimmed then.
            running.exchange.changed(DOC);
        }
        if kind == Act::Attach {
            self.attach(at, time);
        }
        if self.random.chance(self.options.seal) {
            self.seal(at);
        }
        self.talk(at)
    }

    /// Seals what the member wrote, and lets its sessions know.
    fn seal(&mut self, at: usize) {
        let forgets = self.planted == Some(Planted::ForgetToTell) && self.random.chance(100);
        let Some(running) = self.members[at].running.as_mut() else { return };
        if running.host.replica.seal_all() && !forgets {
            running.exchange.changed(DOC);
        }
    }

    /// What must hold of a member after whatever happened to it.
    fn check(&mut self, at: usize) -> Result<(), String> {
        let Some(running) = self.members[at].running.as_mut() else { return Ok(()) };
        let host = &mut running.host;
        if !std::mem::take(&mut host.is_fresh) {
            return Ok(());
        }
        check_screen(host)?;
        check_ties(host.replica.document())?;
        // Where the shared view is not at hand it has to be made: only now and then.
        if (host.is_plain() && host.is_sealed()) || self.random.chance(50) {
            self.ledger.check_hashes(host)?;
        }
        if self.random.chance(20) {
            host.replica.document().check_invariants();
            check_rebuilt(host.replica.document_mut(), &mut self.random)?;
        }
        if !host.is_plain() && self.random.chance(50) {
            check_short(host.replica.document())?;
        }
        Ok(())
    }

    /// Syncs before anything is said, or plans to. False where the power went.
    fn save(&mut self, at: usize) -> Result<bool, String> {
        let member = &mut self.members[at];
        let is_first = member.is_storage() && self.options.sync_first;
        let run = member.runs;
        let Some(running) = member.running.as_mut().filter(|_| member.vault.is_some()) else { return Ok(true) };
        if !running.host.is_unsaved() || (running.will_sync && !is_first) {
            return Ok(true);
        }
        if is_first {
            return self.persist(at);
        }
        running.will_sync = true;
        let delay_ms = self.random.between(0, self.options.sync_ms_max);
        self.plan(delay_ms, Event::Sync(at, run));
        Ok(true)
    }

    fn sync(&mut self, at: usize) -> Result<(), String> {
        if let Some(running) = self.running(at) {
            running.will_sync = false;
        }
        if self.persist(at)? { self.talk(at) } else { Ok(()) }
    }

    /// Syncs. False where the power went instead.
    fn persist(&mut self, at: usize) -> Result<bool, String> {
        let is_on = self.members[at].persist().is_ok();
        self.trace.note(self.now_ms, format_args!("{at} syncs: {is_on}"));
        if !is_on {
            self.crash(at);
        }
        Ok(is_on)
    }

    fn start(&mut self, at: usize) -> Result<(), String> {
        if self.members[at].running.is_some() {
            return Ok(());
        }
        self.members[at].start()?;
        self.trace.note(self.now_ms, format_args!("{at} starts with {:?}", self.members[at].promised));
        self.talk(at)
    }

    /// In the end everybody has everything and agrees, and it is what the definitions say.
    fn check_equal(&mut self) -> Result<(), String> {
        let version = self.members[0].running.as_ref().map(|running| running.host.replica.version());
        for at in 0..self.members.len() {
            let Some(running) = self.members[at].running.as_mut() else { return Err(format!("{at} does not run")) };
            let (host, version) = (&mut running.host, version.as_ref().expect("the first one runs"));
            if host.replica.version() != *version {
                let own = host.replica.version();
                let ends = own.iter().chain(version.iter()).map(|(replica, _)| replica);
                let differ: BTreeSet<String> = ends
                    .filter(|replica| own.end(*replica) != version.end(*replica))
                    .map(|replica| format!("{} and {} of {replica}", own.end(replica), version.end(replica)))
                    .collect();
                return Err(format!("{at} and 0 are at {differ:?}"));
            }
            // What was durable on a disk that went back, and nowhere else any more, was heard of all the same.
            if !running.exchange.durable(DOC).includes(version) && !self.members[at].is_storage() {
                return Err(format!("{at} never heard that everything is durable"));
            }
        }
        for at in 0..self.members.len() {
            let running = self.members[at].running.as_mut().expect("checked above");
            running.host.replica.document().check_invariants();
            self.ledger.check_hashes(&mut running.host)?;
            self.ledger.check_kept(&running.host.replica.version())?;
        }
        self.check_blobs()?;
        self.members[0].running.as_ref().map_or(Ok(()), |running| check_definition(running.host.replica.document()))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.what.replace('\n', " ");
        let end = line.char_indices().nth(WHAT_CHARS_MAX).map_or(line.len(), |(at, _)| at);
        write!(f, "after {} ms: {}", self.now_ms, &line[..end])
    }
}
