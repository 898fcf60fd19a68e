//! Ops that decode and name the wrong things: neighbours in other containers, moves of what is no item, a node
//! under itself, deletions of slots, containers that nothing made. Whatever they do, everybody must see the
//! same, in whatever order and by whatever way they come, and nothing may panic.

use motet::{
    Action, BlobHash, BlobRef, ContainerId, Document, Id, Kind, MediaType, ReplicaId, ReplicaLog, Span, Value,
};
use naive::Random;

/// Somebody who says anything about anything that is there.
struct Forger<'a> {
    random: &'a mut Random,
    known: Vec<Id>,
}

impl Forger<'_> {
    fn id(&mut self) -> Option<Id> {
        let known = std::mem::take(&mut self.known);
        let id = self.random.pick(&known);
        self.known = known;
        id
    }

    fn maybe(&mut self) -> Option<Id> {
        if self.random.chance(30) { None } else { self.id() }
    }

    fn container(&mut self, kind: Kind) -> ContainerId {
        match self.id() {
            Some(id) if self.random.chance(20) => ContainerId::Element(kind, id),
            _ => ContainerId::root(kind, ["a", "b"][self.random.below(5) / 4]),
        }
    }

    fn value(&mut self) -> Value {
        let kinds = [Kind::Text, Kind::Map, Kind::List, Kind::Tree, Kind::Counter];
        match self.random.below(10) {
            0 | 1 => Value::Container(kinds[self.random.below(5)]),
            2 => Value::Blob(Box::new(
                BlobRef::new(BlobHash([0; 32]), u64::MAX >> 40, MediaType::unknown(), None).expect("within the limits"),
            )),
            _ => Value::Int(7),
        }
    }

    fn pred(&mut self) -> Vec<Id> {
        let mut pred: Vec<Id> = (0..self.random.below(4)).filter_map(|_| self.id()).collect();
        pred.sort_unstable();
        pred.dedup();
        pred
    }

    fn op(&mut self) -> log::Op {
        let (list, tree) = (self.container(Kind::List), self.container(Kind::Tree));
        let (left, parent, value, pred) = (self.maybe(), self.maybe(), self.value(), self.pred());
        let right = self.maybe().filter(|&right| Some(right) != left);
        let Some(target) = self.id() else {
            return log::Op::ListInsert { container: list, left, right, values: vec![value.clone(), value] };
        };
        let span = Span::new(target.replica, target.seq.saturating_sub(2), target.seq + 1);
        match self.random.below(12) {
            0 | 1 => log::Op::ListInsert { container: list, left, right, values: vec![value.clone(), value] },
            2 => log::Op::ListDelete { container: list, target: span },
            3 | 4 => log::Op::ListMove { container: list, item: target, left, right },
            5 => log::Op::ListSet { container: list, item: target, value, pred },
            6 | 7 => log::Op::TreeCreate { container: tree, parent, left, right },
            8 => log::Op::TreeDelete { container: tree, node: target },
            9 => log::Op::CounterAdd { container: self.container(Kind::Counter), amount: i64::MAX },
            _ => log::Op::TreeMove { container: tree, node: target, parent, left, right },
        }
    }
}

/// Three who forge, and now and then hear of each other.
fn actions(random: &mut Random) -> Vec<Action> {
    let mut writers: Vec<Document> = [1, 2, 3].map(|replica| Document::new(ReplicaId(replica))).into();
    for _ in 0..30 {
        let who = random.below(3);
        let document = &writers[who];
        let known: Vec<Id> = document
            .version()
            .iter()
            .flat_map(|(replica, end)| (0..end).map(move |seq| Id::new(replica, seq)))
            .collect();
        let ops = vec![Forger { random, known }.op()];
        let parents = document.log().frontier().ids().to_vec();
        let lamport = 1 + parents.iter().filter_map(|&id| document.log().lamport(id)).max().unwrap_or(0);
        let replica = document.replica();
        let id = Id::new(replica, document.log().end(replica));
        let action =
            Action { id, lamport, parents, unseen: Vec::new(), time: 0, label: String::new(), proposal: None, ops };
        writers[who].receive(action, None).expect("it decodes, and names what is there");
        if random.chance(25) {
            let news = writers[random.below(3)].actions_since(&writers[who].version());
            writers[who].receive_all(news).expect("valid");
        }
        if random.chance(10) {
            writers[who].undo();
        }
    }
    let mut all = writers.remove(0);
    for other in writers {
        all.receive_all(other.actions_since(&all.version())).expect("valid");
    }
    all.actions_since(&motet::VersionVector::new())
}

#[test]
fn forged_ops_do_the_same_to_everybody() {
    for seed in 1..300 {
        let random = &mut Random::new(seed);
        let mut actions = actions(random);
        let mut first = Document::new(ReplicaId(9));
        first.receive_all(actions.iter().cloned()).expect("valid");
        first.check_invariants();
        let hash = first.state_hash();
        for way in 0..4 {
            let mut other = Document::new(ReplicaId(9));
            random.shuffle(&mut actions);
            if way == 0 {
                let logs: Vec<ReplicaLog> = first.log().logs().cloned().collect();
                other.receive_logs(logs, None).expect("valid");
            } else {
                for action in &actions {
                    other.receive(action.clone(), Some(&mut motet::Patch::default())).expect("valid");
                }
            }
            // Left out and taken in again.
            let mut policy = motet::Policy::default();
            let hidden = actions[random.below(actions.len())].span();
            policy.hidden.entry(hidden.replica).or_default().set(hidden.start..hidden.end, Some(()));
            other.set_policy(policy);
            other.check_invariants();
            other.set_policy(motet::Policy::default());
            other.check_invariants();
            assert_eq!(other.state_hash(), hash, "seed {seed}");
            assert_eq!(other.model().canonical(), first.model().canonical(), "seed {seed}");
        }
    }
}
