//! Members in memory, on wires that keep order, lose nothing, and break.
#![allow(dead_code, missing_docs, reason = "each test file uses a part")]

use clock::{DocumentId, ReplicaId, Seq, Span, VersionVector};
use std::collections::{BTreeMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use sync::{
    Admission, Config, Epoch, Event, Exchange, Hashes, ImportOutcome, MemberId, Message, Parcel, ProtocolError,
    RefusalCode, Rejection, Replica, Role, Trust,
};

/// A xorshift generator: a seed is a run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n
    }
}

/// An action as its parcel has it: what must be there before it, and padding.
fn seal(parents: &VersionVector, padding: usize) -> Arc<[u8]> {
    let mut bytes = Vec::new();
    bytes.extend((parents.len() as u32).to_le_bytes());
    for (replica, end) in parents.iter() {
        bytes.extend(replica.0.to_le_bytes());
        bytes.extend(end.to_le_bytes());
    }
    bytes.resize(bytes.len() + padding, 0x5a);
    bytes.into()
}

fn unseal(bytes: &[u8]) -> Option<VersionVector> {
    let count = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let entries = bytes.get(4..4 + count * 12)?.chunks(12);
    Some(
        entries
            .map(|e| {
                (
                    ReplicaId(u64::from_le_bytes(e[..8].try_into().unwrap())),
                    u32::from_le_bytes(e[8..].try_into().unwrap()),
                )
            })
            .collect(),
    )
}

/// The documents of one member: every parcel in an order that respects its parents.
#[derive(Clone, Default)]
pub struct Memory {
    pub docs: BTreeMap<DocumentId, Doc>,
}

#[derive(Clone, Default)]
pub struct Doc {
    pub version: VersionVector,
    pub order: Vec<Parcel>,
    pub pending: Vec<Parcel>,
    pub epoch: Epoch,
    pub durable: VersionVector,
    /// Exports the newest first, against the contract, so that things must wait and be asked for.
    pub is_contrary: bool,
    /// Computes other hashes than everybody else.
    pub is_faulty: bool,
    /// Counts calls that brought nothing new.
    pub duplicates: usize,
}

impl Doc {
    pub fn write(&mut self, replica: ReplicaId, len: Seq, padding: usize) {
        let start = self.version.end(replica);
        let bytes = seal(&self.version, padding);
        self.append(Parcel { replica, start, end: start + len, bytes });
    }

    fn append(&mut self, parcel: Parcel) {
        self.version.extend_to(parcel.replica, parcel.end);
        self.order.push(parcel);
    }

    fn is_ready(&self, parcel: &Parcel) -> bool {
        let parents = unseal(&parcel.bytes).expect("checked on arrival");
        parcel.start == self.version.end(parcel.replica) && self.version.includes(&parents)
    }

    fn wanted(&self) -> Vec<Span> {
        let mut needed = VersionVector::new();
        for parcel in &self.pending {
            needed.merge(&unseal(&parcel.bytes).expect("checked on arrival"));
            needed.extend_to(parcel.replica, parcel.start);
        }
        for parcel in &self.pending {
            assert!(parcel.end > self.version.end(parcel.replica));
        }
        needed.missing_from(&self.version)
    }

    fn import(&mut self, parcels: Vec<Parcel>) -> ImportOutcome {
        let mut outcome = ImportOutcome::default();
        for parcel in parcels {
            if unseal(&parcel.bytes).is_none() {
                outcome.rejected.push(Rejection { span: parcel.span(), reason: "unreadable".into() });
            } else if parcel.end <= self.version.end(parcel.replica) || self.pending.contains(&parcel) {
                self.duplicates += 1;
            } else {
                self.pending.push(parcel);
            }
            while let Some(at) = self.pending.iter().position(|parcel| self.is_ready(parcel)) {
                let parcel = self.pending.remove(at);
                outcome.applied += u64::from(parcel.end - parcel.start);
                self.append(parcel);
            }
        }
        outcome.wanted = self.wanted();
        outcome
    }

    /// The same for equal contents, in whatever order they came.
    pub fn digest(&self) -> [u8; 32] {
        let mut sorted: Vec<_> = self.order.iter().map(|p| (p.replica, p.start, p.end, &p.bytes)).collect();
        sorted.sort();
        let mut hasher = std::hash::DefaultHasher::new();
        (sorted, self.is_faulty).hash(&mut hasher);
        let mut out = [0; 32];
        out[..8].copy_from_slice(&hasher.finish().to_le_bytes());
        out
    }
}

impl Replica for Memory {
    fn version(&self, doc: DocumentId) -> Option<VersionVector> {
        self.docs.get(&doc).map(|doc| doc.version.clone())
    }

    fn epoch(&self, doc: DocumentId) -> Epoch {
        self.docs[&doc].epoch
    }

    fn adopt_epoch(&mut self, doc: DocumentId, epoch: Epoch) {
        self.docs.get_mut(&doc).unwrap().epoch = epoch;
    }

    fn export(&mut self, doc: DocumentId, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        let doc = &self.docs[&doc];
        let is_missing = |p: &&Parcel| missing.iter().any(|span| span.intersect(&p.span()).is_some());
        let mut all: Vec<Parcel> = doc.order.iter().filter(is_missing).cloned().collect();
        if doc.is_contrary {
            all.sort_by_key(|parcel| std::cmp::Reverse(parcel.replica));
        }
        let mut bytes = 0;
        let count = all
            .iter()
            .take_while(|p| {
                bytes += p.bytes.len();
                bytes <= bytes_max
            })
            .count();
        all.truncate(count.max(1));
        all
    }

    fn import(&mut self, doc: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        self.docs.get_mut(&doc).unwrap().import(parcels)
    }

    fn durable(&self, doc: DocumentId) -> VersionVector {
        self.docs[&doc].durable.clone()
    }

    fn hashes(&mut self, doc: DocumentId) -> Hashes {
        let digest = self.docs[&doc].digest();
        Hashes { log: digest, standings: [0; 32], state: None }
    }
}

pub struct Member {
    pub memory: Memory,
    pub exchange: Exchange,
    pub id: MemberId,
    pub replica: ReplicaId,
    pub events: Vec<Event>,
    pub is_storage: bool,
}

/// A wire between two members; the first of them made the connection.
pub struct Wire {
    pub ends: [usize; 2],
    pub queues: [VecDeque<Vec<u8>>; 2],
    pub is_up: bool,
}

pub struct Net {
    pub members: Vec<Member>,
    pub wires: Vec<Wire>,
    pub now_ms: u64,
    pub random: Random,
    pub delivered: usize,
    pub kinds: BTreeMap<u8, usize>,
    replicas_made: u64,
}

pub const DOC: DocumentId = DocumentId(42);
pub const OTHER: DocumentId = DocumentId(43);

impl Net {
    pub fn new(count: usize, wires: &[[usize; 2]], seed: u64) -> Self {
        let mut net = Self {
            members: Vec::new(),
            wires: wires.iter().map(|&ends| Wire { ends, queues: Default::default(), is_up: false }).collect(),
            now_ms: 1_000_000,
            random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            delivered: 0,
            kinds: BTreeMap::new(),
            replicas_made: 0,
        };
        for at in 0..count {
            let replica = net.mint();
            let memory = Memory { docs: [(DOC, Doc::default()), (OTHER, Doc::default())].into() };
            let id = MemberId(at as u64 + 1);
            net.members.push(Member {
                memory,
                exchange: Exchange::new(),
                id,
                replica,
                events: vec![],
                is_storage: at == 0,
            });
            net.open_all(at);
        }
        (0..net.wires.len()).for_each(|wire| net.connect(wire));
        net
    }

    fn mint(&mut self) -> ReplicaId {
        self.replicas_made += 1;
        // Not ascending, so that order of replicas is not order of making.
        ReplicaId(self.replicas_made.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn open_all(&mut self, at: usize) {
        self.members[at].exchange.open(DOC);
        self.members[at].exchange.open(OTHER);
    }

    pub fn connect(&mut self, wire: usize) {
        let ends = self.wires[wire].ends;
        for (side, role) in [(0, Role::Initiator), (1, Role::Responder)] {
            let member = &mut self.members[ends[side]];
            let config = Config { member: member.id, token: Vec::new(), admission: Admission::All(Trust::Relay) };
            member.exchange.connect(wire as u64, role, config, self.now_ms);
        }
        self.wires[wire].is_up = true;
        ends.into_iter().for_each(|at| self.poll(at));
    }

    pub fn cut(&mut self, wire: usize) {
        self.wires[wire].is_up = false;
        self.wires[wire].queues = Default::default();
        for at in self.wires[wire].ends {
            self.members[at].exchange.disconnect(wire as u64, self.now_ms);
            self.poll(at);
        }
    }

    /// Kills a member. What was not synced is gone, and with it the right to its replica id.
    pub fn restart(&mut self, at: usize, loses: bool) {
        for wire in (0..self.wires.len()).filter(|&w| self.wires[w].ends.contains(&at)).collect::<Vec<_>>() {
            self.cut(wire);
        }
        let replica = self.mint();
        let member = &mut self.members[at];
        member.replica = replica;
        member.exchange = Exchange::new();
        for doc in member.memory.docs.values_mut().filter(|_| loses) {
            let keep = doc.order.len() - doc.order.len() / 3;
            let (kept, pending) = (doc.order[..keep].to_vec(), doc.pending.clone());
            *doc = Doc { epoch: doc.epoch, pending, is_contrary: doc.is_contrary, ..Doc::default() };
            kept.into_iter().for_each(|parcel| doc.append(parcel));
            doc.import(Vec::new());
        }
        self.open_all(at);
    }

    pub fn write(&mut self, at: usize, doc: DocumentId, len: Seq, padding: usize) {
        let member = &mut self.members[at];
        member.memory.docs.get_mut(&doc).unwrap().write(member.replica, len, padding);
        member.exchange.changed(doc);
        self.poll(at);
    }

    pub fn poll(&mut self, at: usize) {
        let member = &mut self.members[at];
        if member.is_storage {
            for doc in member.memory.docs.values_mut() {
                doc.durable = doc.version.clone();
            }
        } else {
            for (id, doc) in &mut member.memory.docs {
                doc.durable = member.exchange.durable(*id);
            }
        }
        let out = member.exchange.poll(&mut member.memory, self.now_ms);
        member.events.extend(member.exchange.take_events());
        for (wire, bytes) in out {
            let wire = &mut self.wires[wire as usize];
            let side = usize::from(wire.ends[1] == at);
            if wire.is_up {
                wire.queues[side].push_back(bytes);
            }
        }
    }

    /// Delivers one message from anywhere; whether there was one.
    pub fn deliver_one(&mut self) -> bool {
        let full: Vec<(usize, usize)> = (0..self.wires.len())
            .flat_map(|wire| [(wire, 0), (wire, 1)])
            .filter(|&(wire, side)| !self.wires[wire].queues[side].is_empty())
            .collect();
        if full.is_empty() {
            return false;
        }
        let (wire, side) = full[self.random.below(full.len())];
        self.deliver(wire, side);
        true
    }

    pub fn deliver(&mut self, wire: usize, side: usize) {
        let Some(bytes) = self.wires[wire].queues[side].pop_front() else { return };
        Message::decode(&bytes).expect("members speak the protocol");
        *self.kinds.entry(bytes[0]).or_default() += 1;
        self.delivered += 1;
        let at = self.wires[wire].ends[1 - side];
        let member = &mut self.members[at];
        match member.exchange.handle(&mut member.memory, wire as u64, &bytes, self.now_ms) {
            Ok(events) => member.events.extend(events),
            // Time jumped while nobody spoke.
            Err(ProtocolError::Ended | ProtocolError::Refused { code: RefusalCode::Timeout, .. }) => {
                return self.cut(wire);
            }
            Err(error) => panic!("{error}"),
        }
        self.poll(at);
    }

    /// Delivers everything, and everything that follows from it. Fails where that does not end.
    pub fn settle(&mut self) {
        for _ in 0..100_000 {
            if !self.deliver_one() {
                return;
            }
        }
        panic!("no silence after 100,000 messages: {:?}", self.kinds);
    }

    /// Lets time pass in steps, with everything delivered after each.
    pub fn pass(&mut self, ms: u64, step: u64) {
        let end = self.now_ms + ms;
        while self.now_ms < end {
            self.now_ms += step;
            (0..self.members.len()).for_each(|at| self.poll(at));
            self.settle();
        }
    }

    pub fn assert_converged(&self) {
        for doc in [DOC, OTHER] {
            let first = &self.members[0].memory.docs[&doc];
            for (at, member) in self.members.iter().enumerate() {
                let here = &member.memory.docs[&doc];
                assert_eq!(here.version, first.version, "member {at}");
                assert!(here.pending.is_empty(), "member {at} has {} waiting", here.pending.len());
                assert_eq!(here.digest(), first.digest(), "member {at}");
            }
        }
    }

    pub fn count(&self, at: usize, matches: impl Fn(&Event) -> bool) -> usize {
        self.members[at].events.iter().filter(|event| matches(event)).count()
    }
}

/// Lines, stars and rings of two to five.
pub fn shapes() -> Vec<(usize, Vec<[usize; 2]>)> {
    let mut shapes = Vec::new();
    for count in 2..=5 {
        shapes.push((count, (1..count).map(|at| [at - 1, at]).collect()));
        shapes.push((count, (1..count).map(|at| [at, 0]).collect()));
        if count > 2 {
            shapes.push((count, (0..count).map(|at| [at, (at + 1) % count]).collect()));
        }
    }
    shapes
}
