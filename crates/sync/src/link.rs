//! One document between two members: the part of the protocol that knows versions.
//!
//! A link keeps what the other side has (`theirs`) and what it has or will have once everything under
//! way arrived (`sent`). What is here and not in `sent` goes out, in chunks, within a window. All else
//! follows from that: catching up, the live tail, relaying, and silence when there is nothing to say.

mod tail;

use crate::limits;
use crate::message::{Message, Standing};
use crate::roster::Roster;
use crate::{Event, Figure, Hashes, MemberId, Parcel, Presence, Refusal, RefusalCode, Rejection, Replica};
use clock::{DocumentId, Seq, Span, VersionVector};
use std::sync::Arc;
use tail::Tail;

/// How far the two sides have agreed to exchange the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// `Open` must be sent.
    Ask,
    /// `Open` was sent; what comes before the answer belongs to an earlier exchange.
    Asked,
    /// `Opened` must be sent.
    Answer,
    /// Both know where the other stands.
    Exchange,
}

/// How far the other side is believed about who is where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It speaks for itself only: all its presences carry the identity that its connection has.
    Leaf(Stamp),
    /// It passes on what others say: a server, or a member that relays.
    Relay,
}

/// The identity that a connection has, whatever is said through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its member.
    pub member: MemberId,
    /// The name, where one was proved.
    pub name: Option<String>,
    /// The author's key, where one was proved.
    pub author: Option<[u8; 32]>,
}

/// One document between two members.
#[derive(Debug)]
pub struct Link {
    doc: DocumentId,
    me: MemberId,
    trust: Trust,
    phase: Phase,
    tail: Tail,
    /// What the other side knows that is here.
    told: VersionVector,
    /// What the other side knows to be durable.
    told_durable: VersionVector,
    /// What the other side says is durable.
    durable: VersionVector,
    /// The last `Parcels` that came, and the last that was acknowledged.
    seq_heard: u64,
    seq_acknowledged: u64,
    /// The bytes that came since, and when to acknowledge them.
    heard_bytes: usize,
    received_due_ms: Option<u64>,
    /// What to ask for, and what was asked for last: nothing is asked twice in a row.
    want: Vec<Span>,
    wanted_last: Vec<Span>,
    roster: Roster,
    /// When actions last went either way.
    moved_ms: u64,
    /// When to send hashes, where both sides are believed to be equal.
    hashes_due_ms: Option<u64>,
    /// The version whose hashes both have compared.
    hashes_of: Option<VersionVector>,
    has_diverged: bool,
}

impl Link {
    /// A link that asks the other side for `doc`.
    pub fn ask(doc: DocumentId, me: MemberId, trust: Trust) -> Self {
        Self {
            doc,
            me,
            trust,
            phase: Phase::Ask,
            tail: Tail::default(),
            told: VersionVector::new(),
            told_durable: VersionVector::new(),
            durable: VersionVector::new(),
            seq_heard: 0,
            seq_acknowledged: 0,
            heard_bytes: 0,
            received_due_ms: None,
            want: Vec::new(),
            wanted_last: Vec::new(),
            roster: Roster::default(),
            moved_ms: 0,
            hashes_due_ms: None,
            hashes_of: None,
            has_diverged: false,
        }
    }

    /// A link that answers to `Open`, or why there is none.
    pub fn answer(
        host: &mut dyn Replica,
        doc: DocumentId,
        me: MemberId,
        trust: Trust,
        standing: Standing,
    ) -> Result<(Self, Vec<Event>), Refusal> {
        if host.version(doc).is_none() {
            return Err(Refusal { code: RefusalCode::NoDocument, message: "there is no such document".into() });
        }
        let mut link = Self::ask(doc, me, trust);
        let events = link.begin(host, standing)?;
        link.phase = Phase::Answer;
        Ok((link, events))
    }

    /// Deals with a message about this document. What comes too late or too early is ignored.
    pub fn handle(&mut self, host: &mut dyn Replica, message: Message, now_ms: u64) -> Result<Vec<Event>, Refusal> {
        let is_answer = matches!(message, Message::Open { .. } | Message::Opened { .. });
        if matches!(self.phase, Phase::Ask | Phase::Asked) && !is_answer {
            return Ok(Vec::new());
        }
        Ok(match message {
            Message::Open { standing, .. } => self.hear_open(host, standing)?,
            Message::Opened { standing, .. } => self.begin(host, standing)?,
            Message::Parcels { seq, done, total, parcels, .. } => {
                self.hear_parcels(host, seq, (done, total), parcels, now_ms)
            }
            Message::Want { spans, .. } => {
                self.tail.ask(spans);
                Vec::new()
            }
            Message::Received { seq, version, .. } => self.hear_received(seq, &version),
            Message::Durable { version, .. } => self.hear_durable(&version),
            Message::Presence { presences, .. } => self.hear_presences(presences, now_ms),
            Message::Hashes { version, hashes, .. } => self.hear_hashes(host, version, hashes),
            _ => Vec::new(),
        })
    }

    /// What to send now: about `bytes_max` bytes of parcels, and everything else that is due. Who has
    /// no room for it asks later: nothing is lost by waiting, and carets coalesce.
    pub fn poll(
        &mut self,
        host: &mut dyn Replica,
        now_ms: u64,
        bytes_max: usize,
        out: &mut Vec<Message>,
    ) -> Vec<Event> {
        let Some(version) = host.version(self.doc) else {
            return Vec::new();
        };
        match self.phase {
            Phase::Ask => out.push(Message::Open { doc: self.doc, standing: self.standing(host, version.clone()) }),
            Phase::Answer => {
                out.push(Message::Opened { doc: self.doc, standing: self.standing(host, version.clone()) })
            }
            Phase::Asked | Phase::Exchange => {}
        }
        self.phase = match self.phase {
            Phase::Ask | Phase::Asked => Phase::Asked,
            Phase::Answer | Phase::Exchange => Phase::Exchange,
        };
        if self.phase == Phase::Asked {
            return Vec::new();
        }
        self.say_want(out);
        self.say_parcels(host, &version, now_ms, bytes_max, out);
        self.say_received(&version, now_ms, out);
        self.say_durable(host, out);
        self.say_hashes(host, &version, now_ms, out);
        let gone = self.roster.expire(now_ms);
        if let Some(presences) = self.roster.due(now_ms) {
            out.push(Message::Presence { doc: self.doc, presences });
        }
        gone.into_iter().map(|member| Event::Gone { doc: self.doc, member }).collect()
    }

    /// The host has new actions, from anywhere.
    pub fn changed(&mut self) {
        self.tail.wake();
    }

    /// Shows the own figure to the other side.
    pub fn show_own(&mut self, figure: Option<Figure>, now_ms: u64) {
        self.roster.show_own(self.me, figure, now_ms);
    }

    /// Passes on somebody else's news.
    pub fn show(&mut self, presence: Arc<Presence>, now_ms: u64) {
        self.roster.show(presence, now_ms);
    }

    /// The news that everybody leaves whom only this link told of: for when it breaks.
    pub fn farewell(&self) -> Vec<Arc<Presence>> {
        let leave = |p: &Arc<Presence>| Arc::new(Presence { member: p.member, clock: p.clock + 1, figure: None });
        self.roster.of_peer().map(leave).collect()
    }

    /// Everybody whom the other side told of.
    pub fn present(&self) -> Vec<Arc<Presence>> {
        self.roster.of_peer().cloned().collect()
    }

    /// When to poll at the latest although nothing came, if ever.
    pub fn next_wake_ms(&self) -> Option<u64> {
        // Before the other side has answered there is nothing that could be said.
        if matches!(self.phase, Phase::Ask | Phase::Asked) {
            return None;
        }
        [self.roster.next_wake_ms(), self.hashes_due_ms, self.received_due_ms].into_iter().flatten().min()
    }

    /// How many elements of what the other side has are in `version`, and how many it has; nothing before it said so.
    pub fn progress(&self, version: &VersionVector) -> Option<(u64, u64)> {
        let count = |end: fn(Seq, Seq) -> Seq| -> u64 {
            let ends = self.tail.theirs.iter().map(|(replica, theirs)| end(version.end(replica), theirs));
            ends.map(u64::from).sum()
        };
        (self.phase == Phase::Exchange).then(|| (count(Seq::min), count(|_, theirs| theirs)))
    }

    /// What the other side is known to have.
    pub fn theirs(&self) -> &VersionVector {
        &self.tail.theirs
    }

    /// What the other side says is on a storage node's disk.
    pub fn durable(&self) -> &VersionVector {
        &self.durable
    }

    fn standing(&mut self, host: &dyn Replica, version: VersionVector) -> Standing {
        self.told = version.clone();
        self.told_durable = host.durable(self.doc);
        Standing { epoch: host.epoch(self.doc), version, durable: self.told_durable.clone() }
    }

    /// An `Open` that crossed ours answers it; one out of turn is a new beginning of the other side.
    fn hear_open(&mut self, host: &mut dyn Replica, standing: Standing) -> Result<Vec<Event>, Refusal> {
        match self.phase {
            Phase::Asked => self.begin(host, standing),
            Phase::Ask | Phase::Answer | Phase::Exchange => {
                let (link, events) = Self::answer(host, self.doc, self.me, self.trust.clone(), standing)?;
                let roster = std::mem::take(&mut self.roster);
                *self = Self { roster, ..link };
                Ok(events)
            }
        }
    }

    fn begin(&mut self, host: &mut dyn Replica, standing: Standing) -> Result<Vec<Event>, Refusal> {
        let ours = host.epoch(self.doc);
        if ours != 0 && standing.epoch != 0 && ours != standing.epoch {
            let message = "the document was made anew since; keep the old one under another name".into();
            return Err(Refusal { code: RefusalCode::Epoch, message });
        }
        if ours == 0 && standing.epoch != 0 {
            host.adopt_epoch(self.doc, standing.epoch);
        }
        self.phase = Phase::Exchange;
        self.tail.learn(&standing.version);
        self.tail.wake();
        let mut events = vec![Event::Opened(self.doc), self.received()];
        events.extend(self.hear_durable(&standing.durable));
        Ok(events)
    }

    fn received(&self) -> Event {
        Event::Received { doc: self.doc, version: self.tail.theirs.clone() }
    }

    fn hear_parcels(
        &mut self,
        host: &mut dyn Replica,
        seq: u64,
        (done, total): (u64, u64),
        parcels: Vec<Parcel>,
        now_ms: u64,
    ) -> Vec<Event> {
        self.moved_ms = now_ms;
        self.seq_heard = self.seq_heard.max(seq);
        self.heard_bytes += parcels.iter().map(|parcel| parcel.bytes.len()).sum::<usize>();
        self.received_due_ms.get_or_insert(now_ms + limits::RECEIVED_DELAY_MS);
        self.tail.learn(&parcels.iter().map(|parcel| (parcel.replica, parcel.end)).collect());
        let outcome = host.import(self.doc, parcels);
        // While the rest of a batch is under way, what is missing may be in it.
        if done == total {
            self.ask_for(outcome.wanted);
        }
        let mut events = Vec::new();
        if outcome.applied > 0 {
            self.tail.wake();
            events.push(Event::Imported { doc: self.doc, elements: outcome.applied });
        }
        events.extend(self.reject(outcome.rejected));
        events.push(Event::Progress { doc: self.doc, done, total });
        events
    }

    fn reject(&self, rejections: Vec<Rejection>) -> Option<Event> {
        (!rejections.is_empty()).then_some(Event::Rejected { doc: self.doc, rejections })
    }

    /// Only the member that sent what waits is asked, and only once for the same.
    fn ask_for(&mut self, mut wanted: Vec<Span>) {
        wanted.sort_unstable();
        wanted.dedup();
        wanted.truncate(limits::SPANS_MAX);
        if wanted != self.wanted_last {
            self.want = wanted.clone();
            self.wanted_last = wanted;
        }
    }

    fn hear_received(&mut self, seq: u64, version: &VersionVector) -> Vec<Event> {
        self.tail.acknowledge(seq);
        self.tail.learn(version);
        vec![self.received()]
    }

    fn hear_durable(&mut self, version: &VersionVector) -> Vec<Event> {
        self.durable.merge(version);
        vec![Event::Durable { doc: self.doc, version: self.durable.clone() }]
    }

    fn hear_presences(&mut self, mut presences: Vec<Arc<Presence>>, now_ms: u64) -> Vec<Event> {
        if let Trust::Leaf(stamp) = &self.trust {
            presences.drain(..presences.len().saturating_sub(1));
            presences.iter_mut().for_each(|presence| stamp.put_on(Arc::make_mut(presence)));
        }
        presences.retain(|presence| presence.member != self.me);
        let news = presences.into_iter().filter(|presence| self.roster.hear(presence.clone(), now_ms));
        let doc = self.doc;
        news.map(|presence| Event::Presence { doc, presence }).collect::<Vec<_>>()
    }

    fn hear_hashes(&mut self, host: &mut dyn Replica, version: VersionVector, theirs: Hashes) -> Vec<Event> {
        if host.version(self.doc).as_ref() != Some(&version) {
            return Vec::new();
        }
        let ours = host.hashes(self.doc);
        if ours.agrees_with(&theirs) {
            self.hashes_of = Some(version);
            self.hashes_due_ms = None;
            return Vec::new();
        }
        if std::mem::replace(&mut self.has_diverged, true) {
            return Vec::new();
        }
        vec![Event::Diverged { doc: self.doc, version, ours, theirs }]
    }

    fn say_want(&mut self, out: &mut Vec<Message>) {
        if !self.want.is_empty() {
            out.push(Message::Want { doc: self.doc, spans: std::mem::take(&mut self.want) });
        }
    }

    fn say_parcels(
        &mut self,
        host: &mut dyn Replica,
        version: &VersionVector,
        now_ms: u64,
        bytes_max: usize,
        out: &mut Vec<Message>,
    ) {
        let mut bytes = 0;
        while bytes < bytes_max
            && let Some(chunk) = self.tail.next(host, self.doc, version)
        {
            bytes += chunk.bytes();
            self.moved_ms = now_ms;
            chunk.parcels.iter().for_each(|parcel| self.told.extend_to(parcel.replica, parcel.end));
            out.push(chunk.into_message(self.doc));
        }
    }

    /// Once for all that came within a while, or at once where it was much.
    fn say_received(&mut self, version: &VersionVector, now_ms: u64, out: &mut Vec<Message>) {
        let is_due = self.received_due_ms.is_some_and(|due_ms| due_ms <= now_ms);
        if !is_due && self.heard_bytes < limits::RECEIVED_BYTES_MAX {
            return;
        }
        (self.heard_bytes, self.received_due_ms) = (0, None);
        if self.seq_acknowledged < self.seq_heard {
            self.seq_acknowledged = self.seq_heard;
            let growth = version.ahead_of(&self.told);
            self.told.merge(&growth);
            out.push(Message::Received { doc: self.doc, seq: self.seq_heard, version: growth });
        }
    }

    fn say_durable(&mut self, host: &dyn Replica, out: &mut Vec<Message>) {
        let growth = host.durable(self.doc).ahead_of(&self.told_durable);
        if !growth.is_empty() {
            self.told_durable.merge(&growth);
            out.push(Message::Durable { doc: self.doc, version: growth });
        }
    }

    /// Once both have been equal and quiet for a while, and once for each version.
    fn say_hashes(&mut self, host: &mut dyn Replica, version: &VersionVector, now_ms: u64, out: &mut Vec<Message>) {
        self.hashes_due_ms = None;
        let is_settled = self.tail.theirs == *version && !version.is_empty();
        if !is_settled || self.hashes_of.as_ref() == Some(version) {
            return;
        }
        let due_ms = self.moved_ms + limits::HASHES_QUIET_MS;
        if now_ms < due_ms {
            self.hashes_due_ms = Some(due_ms);
            return;
        }
        self.hashes_of = Some(version.clone());
        out.push(Message::Hashes { doc: self.doc, version: version.clone(), hashes: host.hashes(self.doc) });
    }
}

impl Stamp {
    fn put_on(&self, presence: &mut Presence) {
        presence.member = self.member;
        if let Some(figure) = &mut presence.figure {
            figure.author = self.author;
            if let Some(name) = &self.name {
                figure.name.clone_from(name);
            }
        }
    }
}

impl Hashes {
    /// Whether two members with equal versions are equal in all that both computed.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let states_agree = self.state.is_none() || other.state.is_none() || self.state == other.state;
        self.log == other.log && self.standings == other.standings && states_agree
    }
}
