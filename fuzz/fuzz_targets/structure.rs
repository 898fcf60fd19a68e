//! Ops of every kind, whatever anybody writes with them: three members write ops made of the input, with any elements of
//! the past where characters, items, nodes, neighbours, actions and decisions are due. Step by step and at once give the
//! same, blocks give back what went in, and turning all of it off and on again changes nothing that nobody had undone, and
//! nobody decided for good.
#![no_main]

use codec::block::{PartRef, decode, encode};
use log::{Op, RULES};
use motet::{
    Action, BlobHash, BlobRef, ContainerId, Crossing, Decider, Document, Gap, Id, Kind, MediaType, OpRef, Outcome,
    Proposal, Register, ReplicaId, Rule, Span, TextRange, Value,
};

const WRITERS: usize = 3;

/// Choices, drawn from the input; zeros behind its end.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        let (&first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        usize::from(first) % end.max(1)
    }

    fn element(&mut self, ends: &[u32; WRITERS]) -> Option<Id> {
        let writer = self.below(WRITERS + 1);
        let back = self.below(usize::from(u8::MAX)) as u32;
        let end = *ends.get(writer)?;
        Some(Id::new(replica(writer), end.checked_sub(1 + back % end.max(1))?))
    }

    fn place(&mut self, ends: &[u32; WRITERS]) -> (Option<Id>, Option<Id>) {
        let (left, right) = (self.element(ends), self.element(ends));
        (left, right.filter(|_| left != right))
    }

    fn replaced(&mut self, ends: &[u32; WRITERS]) -> Vec<Id> {
        let mut ids: Vec<Id> = (0..self.below(4)).filter_map(|_| self.element(ends)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn container(&mut self, kind: Kind, ends: &[u32; WRITERS]) -> ContainerId {
        match self.below(5) {
            0 => self.element(ends).map_or(ContainerId::root(kind, ""), |id| ContainerId::Element(kind, id)),
            1 => match (self.element(ends), self.element(ends)) {
                (Some(row), Some(column)) => ContainerId::Crossing(kind, Crossing::new(row, column)),
                _ => ContainerId::root(kind, ""),
            },
            _ => ContainerId::root(kind, "r"),
        }
    }

    fn value(&mut self) -> Value {
        match self.below(6) {
            0 => Value::Container(Kind::List),
            1 => Value::Text("text".into()),
            4 => Value::Container(Kind::Text),
            5 => {
                let reference = BlobRef::new(BlobHash::of(b"file"), 4, MediaType::unknown(), None);
                Value::Blob(Box::new(reference.expect("within the limits")))
            }
            _ => Value::Int(self.below(9) as i64),
        }
    }

    fn constraint(&mut self, ends: &[u32; WRITERS]) -> Option<Op> {
        let rule = Rule::EACH.get(self.below(11)).copied().unwrap_or(Rule::AtMost(2));
        let named: Vec<Id> = (0..2 + self.below(3)).filter_map(|_| self.element(ends)).collect();
        let actions = rule.list(&named);
        rule.fits(&actions).then_some(Op::Constrain { rule, actions })
    }

    fn said(&mut self, ends: &[u32; WRITERS]) -> Option<Op> {
        let (actions, pred) = (self.replaced(ends), self.replaced(ends));
        match self.below(2) {
            0 if !actions.is_empty() => Some(Op::Weigh { actions, weight: 1 + self.below(40) as u16, pred }),
            1 if actions.len() > 1 => {
                let keep = actions.iter().copied().filter(|_| self.below(2) == 0).collect();
                Some(Op::Resolve { actions, keep, pred })
            }
            _ => None,
        }
    }

    fn ranges(&mut self, ends: &[u32; WRITERS]) -> Vec<TextRange> {
        let mut gap = || {
            let beside = self.element(ends);
            if self.below(2) == 0 { Gap::Before(beside) } else { Gap::After(beside) }
        };
        let range = TextRange { start: gap(), end: gap() };
        let more = TextRange { start: gap(), end: gap() };
        if self.below(3) == 0 { vec![range, more] } else { vec![range] }
    }

    /// What is done to texts.
    fn text_op(&mut self, ends: &[u32; WRITERS]) -> Op {
        let container = self.container(Kind::Text, ends);
        let (left, right) = self.place(ends);
        match (self.below(6), self.element(ends)) {
            (0, Some(last)) => {
                let start = last.seq.saturating_sub(self.below(4) as u32);
                let target = Span::new(last.replica, start, last.seq + 1);
                Op::Delete { container, target, backward: target.len() > 1 && self.below(2) == 0 }
            }
            (1, _) => Op::TextObject { container, left, right, kind: ["", "object"][self.below(2)].to_owned() },
            (2, _) => {
                let value = Some(Value::Int(self.below(3) as i64)).filter(|value| *value != Value::Int(0));
                Op::TextMark { container, ranges: self.ranges(ends), key: ["a", "b"][self.below(2)].to_owned(), value }
            }
            (3, _) => Op::TextMove { container, ranges: self.ranges(ends), left, right },
            _ => Op::Insert { container, left, right, text: ["x", "words", "\u{1d11e}"][self.below(3)].to_owned() },
        }
    }

    /// What is decided for good, by whom, or that it is final: whatever is there may be named.
    fn decision(&mut self, ends: &[u32; WRITERS]) -> Vec<Op> {
        let Some(id) = self.element(ends) else { return vec![self.policy(ends)] };
        let decide = |choices: &mut Self, after| {
            let outcomes = choices.replaced(ends).into_iter();
            let outcomes = outcomes.map(|id| (id, [Outcome::In, Outcome::Out, Outcome::Open][choices.below(3)]));
            Op::Decide { by: id, after, outcomes: outcomes.collect() }
        };
        match (self.below(5), self.element(ends)) {
            (0, _) => vec![self.policy(ends)],
            (1, _) => vec![Op::Vote { decision: id }],
            (2, Some(decision)) => {
                vec![decide(self, Some(decision)), Op::Trim { decision, certificate: Vec::new() }]
            }
            (3, after) => vec![decide(self, after)],
            _ => vec![decide(self, None)],
        }
    }

    fn policy(&mut self, ends: &[u32; WRITERS]) -> Op {
        let deciders = (0..WRITERS).filter(|_| self.below(2) == 0).map(key).collect();
        Op::Govern { rules: RULES, deciders, pred: self.replaced(ends) }
    }

    /// An action's ops: mostly one.
    fn ops(&mut self, ends: &[u32; WRITERS]) -> Vec<Op> {
        match self.below(8) {
            0..3 => vec![self.text_op(ends)],
            3 => self.decision(ends),
            4 if self.below(4) == 0 => vec![Op::Unknown { kind: 1000, len: 1 + self.below(3) as u32, body: vec![7] }],
            _ => vec![self.op(ends)],
        }
    }

    fn op(&mut self, ends: &[u32; WRITERS]) -> Op {
        let kind = self.below(15);
        let container = self.container(
            [Kind::List, Kind::Tree, Kind::Map, Kind::Counter][[0, 0, 0, 0, 1, 1, 1, 2, 3, 0, 0, 0, 0, 0, 0][kind]],
            ends,
        );
        let (left, right) = self.place(ends);
        let named = self.element(ends);
        match (kind, named) {
            (1, Some(id)) => Op::ListDelete { container, target: Span::of(id) },
            (2, Some(item)) => Op::ListMove { container, item, left, right },
            (3, Some(item)) => Op::ListSet { container, item, value: self.value(), pred: self.replaced(ends) },
            (5, Some(node)) => Op::TreeMove { container, node, parent: self.element(ends), left, right },
            (6, Some(node)) => Op::TreeDelete { container, node },
            (4..=6, _) => Op::TreeCreate { container, parent: named, left, right },
            (7, _) => {
                let key = ["a", "b"][self.below(2)].to_owned();
                let value = Some(self.value()).filter(|value| *value != Value::Int(0));
                Op::Set { container, key, value, pred: self.replaced(ends) }
            }
            (8, _) => Op::CounterAdd { container, amount: self.below(9) as i64 - 4 },
            (9, _) => self.constraint(ends).unwrap_or(Op::Claim { name: "b".to_owned(), places: 2 }),
            (10, _) => Op::Claim { name: ["a", "b"][self.below(2)].to_owned(), places: 1 + self.below(2) as u32 },
            (11 | 12, Some(_)) => self.said(ends).unwrap_or(Op::Claim { name: "a".to_owned(), places: 3 }),
            (13, _) => Op::Draft { name: "plan".to_owned() },
            (14, Some(id)) => {
                let register = [Register::Undo, Register::Accept, Register::Accept][self.below(3)];
                let (on, targets) = (self.below(2) == 0, vec![Span::of(id)]);
                Op::Control { register, on, targets, pred: self.replaced(ends) }
            }
            _ => {
                let values = (0..=self.below(3)).map(|_| self.value()).collect();
                Op::ListInsert { container: list(container), left, right, values }
            }
        }
    }
}

/// Where an op had to become another one.
fn list(container: ContainerId) -> ContainerId {
    match container {
        ContainerId::Root(_, name) => ContainerId::root(Kind::List, name.as_str()),
        ContainerId::Element(_, id) => ContainerId::Element(Kind::List, id),
        ContainerId::Crossing(_, crossing) => ContainerId::Crossing(Kind::List, crossing),
    }
}

/// Whose a writer's words are.
fn key(writer: usize) -> Decider {
    Decider([writer as u8 + 1; 32])
}

/// Somebody who has nothing yet, and knows who writes as whom.
fn nobody(id: u64) -> Document {
    let mut document = Document::new(ReplicaId(id));
    (0..WRITERS).for_each(|writer| document.note_author(replica(writer), key(writer)));
    document
}

fn replica(writer: usize) -> ReplicaId {
    ReplicaId(writer as u64 + 1)
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices(bytes);
    let mut members: [Document; WRITERS] = std::array::from_fn(|writer| nobody(replica(writer).0));
    while !choices.0.is_empty() {
        let writer = choices.below(WRITERS);
        let author = &mut members[writer];
        let ends = std::array::from_fn(|writer| author.log().end(replica(writer)));
        let ops = choices.ops(&ends);
        let parents = author.log().frontier().ids().to_vec();
        let lamport = author.log().lamport_next();
        let id = Id::new(replica(writer), ends[writer]);
        let proposal = match choices.below(6) {
            0 => Some(Proposal::Suggestion),
            1 => choices.element(&ends).map(Proposal::Draft),
            _ => None,
        };
        let (unseen, label) = (Vec::new(), String::new());
        let action = Action { id, lamport, parents, unseen, time: 0, label, proposal, ops };
        author.receive(action, None).expect("it names its past only");
        if choices.below(3) == 0 {
            let other = choices.below(WRITERS);
            let missing = members[writer].actions_since(&members[other].version());
            for action in missing {
                members[other].receive(action, None).expect("an action of another member");
            }
        }
    }
    let [mut first, second, third] = members;
    for other in [second, third] {
        for action in other.actions_since(&first.version()) {
            first.receive(action, None).expect("an action of another member");
        }
    }
    first.model().check_invariants();
    let author = codec::AuthorKey([0; 32]);
    let parts: Vec<_> = first.log().logs().map(|log| PartRef::whole(log, author, Default::default(), None)).collect();
    let block = decode(&encode(&parts, &[]).expect("within the limits")).expect("just encoded");
    let mut whole = nobody(9);
    whole.receive_logs(block.parts.into_iter().map(|part| part.log).collect(), None).expect("valid");
    whole.model().check_invariants();
    let hash = first.state_hash();
    assert_eq!(hash, whole.state_hash(), "step by step and at once");
    assert_eq!(first.model().canonical(), whole.model().canonical());
    // What was undone by somebody comes back with all else that is redone.
    let is_switch = |op: OpRef<'_>| matches!(op, OpRef::Control { register: Register::Undo, .. });
    // What is decided for good is not undone, and what then gives way stays so.
    let is_decided = |op: OpRef<'_>| matches!(op, OpRef::Decide { .. });
    let is_either = |op: OpRef<'_>| is_switch(op) || is_decided(op);
    let is_switched = whole.log().logs().any(|log| log.ops_in(0..log.end()).any(|(_, op)| is_either(op)));
    let all: Vec<Span> = whole.log().logs().map(|log| Span::new(log.replica, 0, log.end())).collect();
    for part in all.iter().chain(&all) {
        first.undo_spans(&[*part], 0);
        first.model().check_invariants();
        first.redo_spans(&[*part], 0);
        assert!(is_switched || hash == first.state_hash(), "off and on again");
    }
    let mut late = nobody(10);
    late.receive_all(first.actions_since(&late.version())).expect("valid");
    assert_eq!(first.state_hash(), late.state_hash(), "who sees all of it later sees the same");
});
