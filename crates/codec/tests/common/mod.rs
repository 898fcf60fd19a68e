//! Random logs, and random damage.
#![allow(dead_code, reason = "each test takes what it needs")]

use blob::{BlobHash, BlobRef};
use clock::{DocumentId, Id, ReplicaId, Span};
use codec::block::PartRef;
use codec::{Boundaries, ChainHead, Frame, Origin, SealedFrame, SigningKey};
use log::{
    Action, ContainerId, Crossing, Decider, Gap, Header, Kind, MultiLog, OpRef, Outcome, Proposal, Register, Rule,
    TextRange, Value,
};

/// A generator whose every run can be repeated from its seed.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

pub fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

pub fn origin(replica: ReplicaId) -> Origin {
    Origin { document: DocumentId(77), epoch: 3, replica, author: key(replica.0 as u8).author() }
}

/// Which kinds of ops a random log is made of.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Alphabet {
    /// Those of the format's first days, of which there are files.
    First,
    /// And those of lists, trees, counters and nested containers, of which there are too.
    Structure,
    /// And those of rich text, of which there are too.
    Rich,
    /// And those that name blobs, of which there are too.
    Blobs,
    /// And those that say what actions mean together, of which there are too.
    Meaning,
    /// And what is only proposed, drafts, and what accepts or rejects it, of which there are too.
    Proposed,
    /// And what is decided for good, of which there are too.
    Decided,
    /// All that there are: also that what is decided may be forgotten.
    All,
}

/// The log of a few replicas that write over each other.
pub fn random_log(rng: &mut Rng, actions: u64) -> MultiLog {
    random_log_of(rng, actions, Alphabet::All)
}

/// As [`random_log`], of some kinds of ops.
pub fn random_log_of(rng: &mut Rng, actions: u64, alphabet: Alphabet) -> MultiLog {
    let mut all = MultiLog::new();
    let mut held: Option<MultiLog> = None;
    for _ in 0..actions {
        let replica = ReplicaId(1 + rng.below(4));
        for _ in 0..1 + rng.below(3) * rng.below(2) {
            push_op(rng, &mut all, replica, alphabet);
        }
        let unseen = if rng.one_in(9) { spans(rng, &all) } else { Vec::new() };
        let label = if rng.one_in(8) { "a lábel".repeat(1 + rng.below(3) as usize) } else { String::new() };
        let time = if rng.one_in(5) { rng.below(1 << 34) as i64 - (1 << 32) } else { 1_800_000_000 };
        let proposal = if alphabet >= Alphabet::Proposed { proposal(rng, &all, replica) } else { None };
        all.commit(replica, Header { time, unseen, label, proposal });
        if rng.one_in(6) {
            fork(rng, &mut all, &mut held, alphabet);
        }
    }
    all
}

/// As what an action of `replica` is proposed, if at all; any element will do for a draft.
fn proposal(rng: &mut Rng, log: &MultiLog, replica: ReplicaId) -> Option<Proposal> {
    let end = log.end(replica);
    let is_past = |id: &Id| id.replica != replica || id.seq < end;
    match rng.below(6) {
        0 => Some(Proposal::Suggestion),
        1 => known(rng, log).filter(is_past).map(Proposal::Draft),
        _ => None,
    }
}

/// Someone writes without having seen the rest, so that frontiers grow wide.
fn fork(rng: &mut Rng, all: &mut MultiLog, held: &mut Option<MultiLog>, alphabet: Alphabet) {
    let replica = ReplicaId(10 + rng.below(3));
    let Some(mut old) = held.take() else {
        *held = Some(all.clone());
        return;
    };
    if old.end(replica) == all.end(replica) {
        push_op(rng, &mut old, replica, alphabet);
        let span = old.commit(replica, Header::default()).expect("pushed");
        let log = old.log(replica).expect("pushed");
        for action in log.actions_in(span.start..span.end) {
            all.receive(action).expect("valid");
        }
    }
}

/// Some element before the next one of `replica`, which may be in the middle of an action.
fn known(rng: &mut Rng, log: &MultiLog) -> Option<Id> {
    let ends: Vec<_> = log.version().iter().collect();
    let &(replica, end) = ends.get(rng.below(ends.len() as u64) as usize)?;
    (end > 0).then(|| Id::new(replica, rng.below(u64::from(end)) as u32))
}

pub fn spans(rng: &mut Rng, log: &MultiLog) -> Vec<Span> {
    let mut spans: Vec<Span> = (0..1 + rng.below(4)).filter_map(|_| known(rng, log)).map(Span::of).collect();
    spans.sort_unstable();
    spans.dedup();
    let mut apart: Vec<Span> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if last.replica == span.replica && last.end == span.start => last.end = span.end,
            _ => apart.push(span),
        }
    }
    apart
}

fn ids(rng: &mut Rng, log: &MultiLog) -> Vec<Id> {
    let mut ids: Vec<Id> = (0..rng.below(3)).filter_map(|_| known(rng, log)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn push_op(rng: &mut Rng, log: &mut MultiLog, replica: ReplicaId, alphabet: Alphabet) {
    let names = ["text", "", "a name of 22 bytes: xy"];
    let name = names[rng.below(3) as usize / 2];
    let some = known(rng, log);
    let in_element = some.filter(|_| rng.one_in(5));
    let text = in_element.map_or(ContainerId::root(Kind::Text, name), |id| ContainerId::Element(Kind::Text, id));
    let map = in_element.map_or(ContainerId::root(Kind::Map, names[2]), |id| ContainerId::Element(Kind::Map, id));
    let end = log.end(replica);
    if alphabet >= Alphabet::All
        && rng.one_in(9)
        && let Some(decision) = some
    {
        let certificate = &decision.seq.to_le_bytes()[..rng.below(5) as usize];
        log.push(replica, OpRef::Trim { decision, certificate });
        return;
    }
    if alphabet >= Alphabet::Decided && rng.one_in(8) {
        return push_decision(rng, log, replica);
    }
    if alphabet >= Alphabet::Proposed && rng.one_in(8) {
        log.push(replica, OpRef::Draft { name: ["plan b", "Fassung für März"][rng.below(2) as usize] });
        return;
    }
    if alphabet >= Alphabet::Meaning && rng.one_in(6) {
        return push_meaning(rng, log, replica);
    }
    if alphabet >= Alphabet::Blobs && rng.one_in(8) {
        let (container, value, pred) = (ContainerId::root(Kind::Map, "pictures"), blob(rng), ids(rng, log));
        log.push(replica, OpRef::Set { container, key: "a", value: Some((&value).into()), pred: &pred });
        return;
    }
    if alphabet >= Alphabet::Rich && rng.one_in(5) {
        return push_rich(rng, log, replica, some);
    }
    if alphabet >= Alphabet::Structure && rng.one_in(4) {
        return push_delimited(rng, log, replica, some, alphabet);
    }
    match (rng.below(8), some) {
        (0, Some(id)) => {
            let start = id.seq - (rng.below(5) as u32).min(id.seq);
            let target = Span::new(id.replica, start, id.seq + 1);
            let backward = target.len() > 1 && rng.one_in(2);
            log.push(replica, OpRef::Delete { container: text, target, backward });
        }
        (1, _) => {
            let value = (!rng.one_in(4)).then(|| value(rng, 3));
            let pred = ids(rng, log);
            log.push(
                replica,
                OpRef::Set { container: map, key: "kéy", value: value.as_ref().map(Into::into), pred: &pred },
            );
        }
        (2, Some(_)) => {
            let (targets, pred) = (spans(rng, log), ids(rng, log));
            let on = rng.one_in(2);
            let accepts = alphabet >= Alphabet::Proposed && rng.one_in(2);
            let register = if accepts { Register::Accept } else { Register::Undo };
            log.push(replica, OpRef::Control { register, on, targets: &targets, pred: &pred });
        }
        (3, _) => {
            let kind = codec::FIRST_DELIMITED + rng.below(1 << 20);
            let kind = if alphabet >= Alphabet::Structure { kind + codec::kind::POLICY } else { kind };
            let kind = if alphabet >= Alphabet::Meaning { kind + codec::kind::CLAIM } else { kind };
            log.push(replica, OpRef::Unknown { kind, len: 1 + rng.below(4) as u32, body: &[9, 8, 7] });
        }
        _ => {
            let left = if rng.one_in(3) { some } else { end.checked_sub(1).map(|seq| Id::new(replica, seq)) };
            let right = known(rng, log).filter(|&id| rng.one_in(3) && Some(id) != left);
            let letters = ["a", "xyz", "é𝄞", "hello world "][rng.below(4) as usize];
            log.push(replica, OpRef::Insert { container: text, left, right, text: letters });
        }
    }
}

/// What actions mean together.
fn push_meaning(rng: &mut Rng, log: &mut MultiLog, replica: ReplicaId) {
    let mut some = |count: u64| -> Vec<Id> { (0..count).filter_map(|_| known(rng, log)).collect() };
    let (named, pred) = (some(4), Rule::Atomic.list(&some(2)));
    let actions = Rule::Atomic.list(&named);
    let rules = [
        Rule::NotAfter,
        Rule::Enables,
        Rule::Causes,
        Rule::NonCommuting,
        Rule::SoftOrder,
        Rule::Atomic,
        Rule::Contiguous,
        Rule::AtMost(1 + rng.below(3) as u32),
        Rule::AnyOf,
        Rule::ExactlyOne,
    ];
    let rule = rules[rng.below(10) as usize];
    let listed = rule.list(&named[..named.len().min(2 + rng.below(3) as usize)]);
    let keep: Vec<Id> = actions.iter().copied().filter(|_| rng.one_in(2)).collect();
    let weight = 1 + rng.below(u64::from(u16::MAX)) as u16;
    let op = match rng.below(5) {
        0 if actions.len() > 1 => OpRef::Resolve { actions: &actions, keep: &keep, pred: &pred },
        1 if !actions.is_empty() => OpRef::Weigh { actions: &actions, weight, pred: &pred },
        2 | 3 if rule.fits(&listed) => OpRef::Constrain { rule, actions: &listed },
        _ => OpRef::Claim { name: ["hall", "büro 3"][rng.below(2) as usize], places: 1 + rng.below(1 << 20) as u32 },
    };
    log.push(replica, op);
}

/// What is decided for good.
fn push_decision(rng: &mut Rng, log: &mut MultiLog, replica: ReplicaId) {
    let Some(some) = known(rng, log) else { return };
    let (pred, listed, after) = (ids(rng, log), ids(rng, log), known(rng, log).filter(|_| rng.one_in(2)));
    let deciders: Vec<Decider> = (0..rng.below(3) as u8).map(|at| Decider([at; 32])).collect();
    let each = [Outcome::In, Outcome::Out, Outcome::Open];
    let outcomes: Vec<(Id, Outcome)> = listed.into_iter().map(|id| (id, each[rng.below(3) as usize])).collect();
    let op = match rng.below(3) {
        0 => OpRef::Govern { rules: 1 + rng.below(3) as u32, deciders: &deciders, pred: &pred },
        1 => OpRef::Decide { by: some, after, outcomes: &outcomes },
        _ => OpRef::Vote { decision: some },
    };
    log.push(replica, op);
}

/// Ops of kinds that carry their length.
fn push_delimited(rng: &mut Rng, log: &mut MultiLog, replica: ReplicaId, some: Option<Id>, alphabet: Alphabet) {
    let of = |kind: Kind, rng: &mut Rng| match some {
        Some(id) if rng.one_in(4) => ContainerId::Element(kind, id),
        _ => ContainerId::root(kind, ["", "things"][rng.below(2) as usize]),
    };
    let (list, tree) = (of(Kind::List, rng), of(Kind::Tree, rng));
    let left = known(rng, log).filter(|_| rng.one_in(2));
    let right = known(rng, log).filter(|&id| rng.one_in(2) && Some(id) != left);
    let parent = known(rng, log).filter(|_| rng.one_in(2));
    let kinds = [Kind::Text, Kind::Map, Kind::List, Kind::Tree, Kind::Counter];
    let made = Value::Container(kinds[rng.below(5) as usize]);
    let any = if rng.one_in(3) { made.clone() } else { value(rng, 2) };
    let any = if alphabet >= Alphabet::Blobs && rng.one_in(3) { blob(rng) } else { any };
    let pred = ids(rng, log);
    let op = match (rng.below(9), some) {
        (0, _) => OpRef::CounterAdd { container: of(Kind::Counter, rng), amount: rng.next() as i64 },
        (1, Some(item)) => {
            OpRef::ListDelete { container: list, target: Span::new(item.replica, item.seq / 2, item.seq + 1) }
        }
        (2, Some(item)) => OpRef::ListMove { container: list, item, left, right },
        (3, Some(item)) => OpRef::ListSet { container: list, item, value: (&any).into(), pred: &pred },
        (4, _) => OpRef::TreeCreate { container: tree, parent, left, right },
        (5, Some(node)) => OpRef::TreeMove { container: tree, node, parent, left, right },
        (6, Some(node)) => OpRef::TreeDelete { container: tree, node },
        (7, _) => OpRef::Set { container: of(Kind::Map, rng), key: "made", value: Some((&made).into()), pred: &pred },
        _ => {
            let values: Vec<Value> =
                (0..=rng.below(4)).map(|_| if rng.one_in(3) { made.clone() } else { value(rng, 2) }).collect();
            let values = if any.blob().is_some() { [values, vec![any]].concat() } else { values };
            log.push(replica, OpRef::ListInsert { container: list, left, right, values: values[..].into() });
            return;
        }
    };
    log.push(replica, op);
}

fn blob(rng: &mut Rng) -> Value {
    let media_type = ["image/png", "a/b"][rng.below(2) as usize].parse().unwrap();
    let size = rng.one_in(2).then(|| (1 + rng.below(9) as u32, 1 + rng.below(1 << 20) as u32));
    let reference = BlobRef::new(BlobHash([rng.next() as u8; 32]), rng.next() >> 32 >> rng.below(32), media_type, size);
    Value::Blob(Box::new(reference.unwrap()))
}

/// Ops of rich text.
fn push_rich(rng: &mut Rng, log: &mut MultiLog, replica: ReplicaId, some: Option<Id>) {
    let container = match (some, known(rng, log)) {
        (Some(row), Some(column)) if rng.one_in(3) => ContainerId::Crossing(Kind::Text, Crossing::new(row, column)),
        (Some(id), _) if rng.one_in(3) => ContainerId::Element(Kind::Text, id),
        _ => ContainerId::root(Kind::Text, "rich"),
    };
    let left = known(rng, log).filter(|_| rng.one_in(2));
    let right = known(rng, log).filter(|&id| rng.one_in(2) && Some(id) != left);
    let ranges = ranges(rng, log);
    match rng.below(3) {
        0 => {
            let kind = ["", "imäge"][rng.below(2) as usize];
            log.push(replica, OpRef::TextObject { container, left, right, kind });
        }
        1 => {
            let value = (!rng.one_in(4)).then(|| value(rng, 2));
            log.push(replica, OpRef::TextMark { container, ranges: &ranges, key: "kéy", value: value.as_ref() });
        }
        _ => drop(log.push(replica, OpRef::TextMove { container, ranges: &ranges, left, right })),
    }
}

fn ranges(rng: &mut Rng, log: &MultiLog) -> Vec<TextRange> {
    let gap = |rng: &mut Rng| {
        let beside = known(rng, log).filter(|_| !rng.one_in(4));
        if rng.one_in(2) { Gap::Before(beside) } else { Gap::After(beside) }
    };
    (0..1 + rng.below(3)).map(|_| TextRange { start: gap(rng), end: gap(rng) }).collect()
}

fn value(rng: &mut Rng, depth: u64) -> Value {
    match rng.below(if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => Value::Bool(rng.one_in(2)),
        2 => Value::Int(rng.next() as i64 >> rng.below(64)),
        3 => Value::Float(rng.below(1000) as f64 / 8.0),
        4 => Value::Text("väl".into()),
        5 => Value::Bytes([0, 255].into()),
        6 => Value::List((0..rng.below(4)).map(|_| value(rng, depth - 1)).collect()),
        _ => Value::Map((0..rng.below(4)).map(|i| (format!("k{i}"), value(rng, depth - 1))).collect()),
    }
}

/// The frames of a replica's log, of one to four actions each.
pub fn frames(rng: &mut Rng, log: &MultiLog, replica: ReplicaId) -> (Vec<SealedFrame>, Boundaries, ChainHead) {
    let key = key(replica.0 as u8);
    let Origin { document, epoch, author, .. } = origin(replica);
    let mut head = origin(replica).head();
    let (mut sealed, mut boundaries) = (Vec::new(), Boundaries::new());
    let log = log.log(replica).expect("it wrote");
    let mut actions = log.actions_in(0..log.end()).peekable();
    while actions.peek().is_some() {
        let actions: Vec<Action> = actions.by_ref().take(1 + rng.below(4) as usize).collect();
        let (start, end) = (head.end, actions.last().expect("some").span().end);
        boundaries.push(actions.len() as u32);
        let frame = Frame { document, epoch, replica, author, start, prev: head.hash, actions };
        let one = codec::seal(&frame, &key).expect("valid");
        head = ChainHead { end, hash: one.hash, signature: Some(one.signature), ..head };
        sealed.push(one);
    }
    (sealed, boundaries, head)
}

/// All of a multi-log, with boundaries and heads.
pub fn parts<'a>(rng: &mut Rng, log: &'a MultiLog) -> Vec<PartRef<'a>> {
    log.logs()
        .map(|one| {
            let (_, boundaries, head) = frames(rng, log, one.replica);
            PartRef::whole(one, head.author, boundaries, Some(head))
        })
        .collect()
}

/// Flips, cuts, repeats and replaces bytes, and puts great numbers where small ones were.
pub fn damage(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..1 + rng.below(4) {
        let at = rng.below(bytes.len() as u64) as usize;
        match rng.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            1 if at < bytes.len() => bytes[at] = rng.next() as u8,
            2 => bytes.truncate(at.max(1)),
            3 => {
                let to = (at + 1 + rng.below(16) as usize).min(bytes.len());
                let copy = bytes[at..to].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => {
                let mut w = codec::Writer::new();
                w.varint([1 << 31, 1 << 40, 1 << 63, u64::MAX, u64::from(u32::MAX), 1 << 16][rng.below(6) as usize]);
                let end = (at + 1).min(bytes.len());
                bytes.splice(at..end, w.into_bytes());
            }
            _ => drop(bytes.splice(at..(at + rng.below(8) as usize).min(bytes.len()), [])),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
}

/// Gives a damaged block the checksum of what it now is.
pub fn reseal(block: &mut [u8]) {
    if block.len() > 37 {
        let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 block v1");
        hasher.update(&block[37..]);
        block[5..37].copy_from_slice(hasher.finalize().as_bytes());
    }
}
