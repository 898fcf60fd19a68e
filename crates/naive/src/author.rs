//! Someone who edits what he sees: from an intent to an action.

use crate::{Item, Naive, Policy, State, Text, Tree};
use clock::{Id, ReplicaId, Span};
use log::{Action, ContainerId, Op, Proposal, Register, Value};
use std::collections::BTreeSet;
use std::ops::Range;

/// A change as its author means it, by places in what he sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Puts characters where they will be read from `index` on, in characters.
    Insert {
        /// The text.
        container: ContainerId,
        /// How many visible characters come before.
        index: usize,
        /// The characters.
        text: String,
    },
    /// Takes out the visible characters of `range`.
    Delete {
        /// The text.
        container: ContainerId,
        /// Which of the visible characters.
        range: Range<usize>,
        /// Whether with the delete key or the backspace key.
        direction: Direction,
    },
    /// Puts an object where it will be read at `index`.
    Object {
        /// The text.
        container: ContainerId,
        /// How many visible characters and objects come before.
        index: usize,
        /// What it is; empty for a paragraph mark.
        kind: String,
    },
    /// Says what a property of the visible elements of `range` is.
    Mark {
        /// The text.
        container: ContainerId,
        /// Which of the visible elements.
        range: Range<usize>,
        /// Whether it says so too of what is typed at its ends.
        grows: Grows,
        /// Which property.
        key: String,
        /// What it is from now on; none for nothing.
        value: Option<Value>,
    },
    /// Moves the visible elements of `range` to where now `to` elements are before, those that move among them.
    Move {
        /// The text.
        container: ContainerId,
        /// Which of the visible elements.
        range: Range<usize>,
        /// How many visible elements are before that place.
        to: usize,
    },
    /// What nobody means: an op as it is, though it names nothing that is not there.
    Forge(Op),
    /// Says what actions mean together: an op as it is.
    Declare(Op),
    /// Writes a register.
    Set {
        /// The map.
        container: ContainerId,
        /// The register.
        key: String,
        /// What it holds from now on; none to take the key away.
        value: Option<Value>,
    },
    /// Adds to a counter.
    Add {
        /// The counter.
        container: ContainerId,
        /// How much.
        amount: i64,
    },
    /// Puts items where they will be found from `index` on.
    ListInsert {
        /// The list.
        container: ContainerId,
        /// How many visible items come before.
        index: usize,
        /// What the items hold.
        values: Vec<Value>,
    },
    /// Takes out the visible items of `range`.
    ListDelete {
        /// The list.
        container: ContainerId,
        /// Which of the visible items.
        range: Range<usize>,
    },
    /// Moves an item to where it will be found at `to`.
    ListMove {
        /// The list.
        container: ContainerId,
        /// Which of the visible items.
        from: usize,
        /// Where it is to be.
        to: usize,
    },
    /// Writes an item.
    ListSet {
        /// The list.
        container: ContainerId,
        /// Which of the visible items.
        index: usize,
        /// What it holds from now on.
        value: Value,
    },
    /// Makes a node where it will be found at `index` under `parent`.
    TreeCreate {
        /// The tree.
        container: ContainerId,
        /// The visible node that it goes under; none for the top.
        parent: Option<Id>,
        /// How many visible siblings come before it.
        index: usize,
    },
    /// Moves a node to where it will be found at `index` under `parent`.
    TreeMove {
        /// The tree.
        container: ContainerId,
        /// The node.
        node: Id,
        /// The visible node that it goes under; none for the top.
        parent: Option<Id>,
        /// How many visible siblings come before it.
        index: usize,
    },
    /// Takes a node and what is below it away.
    TreeDelete {
        /// The tree.
        container: ContainerId,
        /// The node.
        node: Id,
    },
    /// Switches elements off.
    Undo {
        /// The elements, ascending and disjoint.
        targets: Vec<Span>,
    },
    /// Switches elements on.
    Redo {
        /// The elements, ascending and disjoint.
        targets: Vec<Span>,
    },
    /// Accepts what is only proposed, or rejects it.
    Decide {
        /// The elements, ascending and disjoint.
        targets: Vec<Span>,
        /// Whether it is accepted.
        accepts: bool,
    },
}

impl Edit {
    /// An insertion of `text` at `index`, in characters.
    pub fn insert(container: ContainerId, index: usize, text: &str) -> Self {
        Self::Insert { container, index, text: text.to_owned() }
    }
}

/// Whether what is typed at the ends of a mark later has the property too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grows {
    /// At its start.
    pub at_start: bool,
    /// At its end.
    pub at_end: bool,
}

/// Which way a deletion eats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The first element goes first.
    Forward,
    /// The last element goes first.
    Backward,
}

/// One replica: the actions that it has, and what its author chooses to see of them.
#[derive(Clone, Debug)]
pub struct Author {
    /// Where the author writes.
    pub replica: ReplicaId,
    /// What arrived.
    pub naive: Naive,
    /// What of it he sees.
    pub policy: Policy,
}

impl Author {
    /// Someone who has nothing yet and sees everything.
    pub fn new(replica: ReplicaId) -> Self {
        Self { replica, naive: Naive::new(), policy: Policy::default() }
    }

    /// What he sees.
    pub fn state(&self) -> State {
        self.naive.state(&self.policy)
    }

    /// The visible elements of a text.
    pub fn ids(&self, container: ContainerId) -> Vec<Id> {
        self.text(container).ids
    }

    /// What can be read of a text.
    pub fn text(&self, container: ContainerId) -> Text {
        self.naive.text_shown(container, &self.policy)
    }

    /// What a tree shows.
    pub fn tree(&self, container: ContainerId) -> Tree {
        self.naive.tree_shown(container, &self.policy)
    }

    /// The visible items of a list.
    pub fn list(&self, container: ContainerId) -> Vec<Item> {
        self.naive.list_items(container, &self.policy)
    }

    /// Makes one action of `edits`, each meant for what the one before it left, and takes it in. There
    /// must be an edit, and none may be empty or reach beyond what he sees.
    pub fn commit(&mut self, edits: &[Edit]) -> Action {
        self.propose(None, edits)
    }

    /// As [`Author::commit`], where it is only proposed as what is given.
    pub fn propose(&mut self, proposal: Option<Proposal>, edits: &[Edit]) -> Action {
        let action = self.draft(proposal, edits);
        self.naive.receive(action.clone());
        action
    }

    /// The action that [`Author::propose`] would make.
    pub fn draft(&self, proposal: Option<Proposal>, edits: &[Edit]) -> Action {
        let mut ops = Vec::new();
        for edit in edits {
            let ahead = self.ahead(proposal, &ops);
            let made = ahead.ops(edit);
            made.into_iter().for_each(|op| append(&mut ops, op, self.next()));
        }
        self.action(proposal, ops)
    }

    /// The author after an action of `edits`, which may be none.
    pub fn after(&self, edits: &[Edit]) -> Self {
        self.after_proposing(None, edits)
    }

    /// As [`Author::after`], where it is only proposed as what is given.
    pub fn after_proposing(&self, proposal: Option<Proposal>, edits: &[Edit]) -> Self {
        self.ahead(proposal, &self.draft(proposal, edits).ops)
    }

    /// What his view keeps from him of everything that is complete here.
    pub fn unseen(&self) -> Vec<Span> {
        let known = self.naive.actions().flat_map(|action| ids(action.span()));
        runs(known.filter(|&id| !self.policy.is_seen(id)))
    }

    fn ahead(&self, proposal: Option<Proposal>, ops: &[Op]) -> Self {
        let mut ahead = self.clone();
        if !ops.is_empty() {
            ahead.naive.receive(self.action(proposal, ops.to_vec()));
        }
        ahead
    }

    /// The first element of his next action.
    pub fn next(&self) -> Id {
        Id::new(self.replica, self.naive.end(self.replica))
    }

    fn action(&self, proposal: Option<Proposal>, ops: Vec<Op>) -> Action {
        let parents = self.naive.frontier();
        Action {
            id: self.next(),
            lamport: 1 + parents.iter().filter_map(|&parent| self.naive.lamport(parent)).max().unwrap_or(0),
            parents,
            unseen: self.unseen(),
            time: 0,
            label: String::new(),
            proposal,
            ops,
        }
    }

    fn ops(&self, edit: &Edit) -> Vec<Op> {
        match edit {
            Edit::Insert { container, index, text } => vec![self.insert(*container, *index, text)],
            Edit::Delete { container, range, direction } => self.delete(*container, range.clone(), *direction),
            Edit::Object { container, index, kind } => vec![self.object(*container, *index, kind)],
            Edit::Mark { container, range, grows, key, value } => {
                let ranges = self.ranges_to_mark(*container, range.clone(), *grows);
                vec![Op::TextMark { container: *container, ranges, key: key.clone(), value: value.clone() }]
            }
            Edit::Move { container, range, to } => {
                let ranges = self.ranges_to_move(*container, range.clone());
                let (left, right) = self.text_place(*container, *to);
                vec![Op::TextMove { container: *container, ranges, left, right }]
            }
            Edit::Forge(op) | Edit::Declare(op) => vec![op.clone()],
            Edit::Set { container, key, value } => vec![self.set(*container, key, value.clone())],
            Edit::Add { container, amount } => vec![Op::CounterAdd { container: *container, amount: *amount }],
            Edit::ListInsert { container, index, values } => vec![self.list_insert(*container, *index, values)],
            Edit::ListDelete { container, range } => self.list_delete(*container, range.clone()),
            Edit::ListMove { container, from, to } => vec![self.list_move(*container, *from, *to)],
            Edit::ListSet { container, index, value } => vec![self.list_set(*container, *index, value)],
            Edit::TreeCreate { container, parent, index } => {
                let (left, right) = self.tree_place(*container, None, *parent, *index);
                vec![Op::TreeCreate { container: *container, parent: *parent, left, right }]
            }
            Edit::TreeMove { container, node, parent, index } => {
                let (left, right) = self.tree_place(*container, Some(*node), *parent, *index);
                vec![Op::TreeMove { container: *container, node: *node, parent: *parent, left, right }]
            }
            Edit::TreeDelete { container, node } => vec![Op::TreeDelete { container: *container, node: *node }],
            Edit::Undo { targets } => vec![self.control(Register::Undo, false, targets)],
            Edit::Redo { targets } => vec![self.control(Register::Undo, true, targets)],
            Edit::Decide { targets, accepts } => vec![self.control(Register::Accept, *accepts, targets)],
        }
    }

    /// Right after the visible left neighbour; the true next element, dead or alive, is the right origin.
    fn text_place(&self, container: ContainerId, index: usize) -> (Option<Id>, Option<Id>) {
        let left = index.checked_sub(1).map(|before| self.ids(container)[before]);
        let order = self.naive.order(container);
        let next = left.map_or(0, |left| 1 + order.iter().position(|&id| id == left).expect("visible, so in the text"));
        (left, order.get(next).copied())
    }

    fn insert(&self, container: ContainerId, index: usize, text: &str) -> Op {
        let (left, right) = self.text_place(container, index);
        Op::Insert { container, left, right, text: text.to_owned() }
    }

    fn object(&self, container: ContainerId, index: usize, kind: &str) -> Op {
        let (left, right) = self.text_place(container, index);
        Op::TextObject { container, left, right, kind: kind.to_owned() }
    }

    fn delete(&self, container: ContainerId, range: Range<usize>, direction: Direction) -> Vec<Op> {
        let mut targets = runs(self.ids(container)[range].iter().copied());
        if direction == Direction::Backward {
            targets.reverse();
        }
        let backward = |target: Span| direction == Direction::Backward && target.len() > 1;
        targets.into_iter().map(|target| Op::Delete { container, target, backward: backward(target) }).collect()
    }

    fn set(&self, container: ContainerId, key: &str, value: Option<Value>) -> Op {
        let pred = self.naive.write_heads(container, key, &self.policy);
        Op::Set { container, key: key.to_owned(), value, pred }
    }

    /// Right behind the place of the visible left neighbour, and before whatever follows that.
    fn list_place(&self, container: ContainerId, index: usize) -> (Option<Id>, Option<Id>) {
        let left = index.checked_sub(1).map(|before| self.list(container)[before].place);
        let order = self.naive.order(container);
        let next = left.map_or(0, |left| 1 + order.iter().position(|&id| id == left).expect("shown, so in the list"));
        (left, order.get(next).copied())
    }

    fn list_insert(&self, container: ContainerId, index: usize, values: &[Value]) -> Op {
        let (left, right) = self.list_place(container, index);
        Op::ListInsert { container, left, right, values: values.to_vec() }
    }

    fn list_delete(&self, container: ContainerId, range: Range<usize>) -> Vec<Op> {
        let targets = runs(self.list(container)[range].iter().map(|item| item.id));
        targets.into_iter().map(|target| Op::ListDelete { container, target }).collect()
    }

    /// As many others come before it afterwards as `to` says.
    fn list_move(&self, container: ContainerId, from: usize, to: usize) -> Op {
        let item = self.list(container)[from].id;
        let (left, right) = self.list_place(container, if from < to { to + 1 } else { to });
        Op::ListMove { container, item, left, right }
    }

    fn list_set(&self, container: ContainerId, index: usize, value: &Value) -> Op {
        let Item { id, entry, .. } = self.list(container)[index].clone();
        let heads = entry.alternatives.iter().map(|(id, _)| *id).chain([entry.winner]);
        let pred = heads.collect::<BTreeSet<_>>().into_iter().collect();
        Op::ListSet { container, item: id, value: value.clone(), pred }
    }

    /// Right behind the slot of the visible sibling before, and before whatever follows that. `node` is on its
    /// way and no sibling of its own.
    fn tree_place(
        &self,
        container: ContainerId,
        node: Option<Id>,
        parent: Option<Id>,
        index: usize,
    ) -> (Option<Id>, Option<Id>) {
        let tree = self.tree(container);
        let siblings: Vec<Id> = tree
            .children(parent)
            .into_iter()
            .filter(|sibling| Some(sibling.id) != node)
            .map(|node| node.slot)
            .collect();
        let left = index.checked_sub(1).map(|before| siblings[before]);
        let order = self.naive.tree_orders(container).remove(&parent).unwrap_or_default();
        let next = left.map_or(0, |left| 1 + order.iter().position(|&id| id == left).expect("shown, so in the tree"));
        (left, order.get(next).copied())
    }

    fn control(&self, register: Register, on: bool, targets: &[Span]) -> Op {
        let each = targets.iter().copied().flat_map(ids);
        let heads = each.flat_map(|id| self.naive.control_heads(id, register, &self.policy));
        let pred = heads.collect::<BTreeSet<_>>().into_iter().collect();
        Op::Control { register, on, targets: targets.to_vec(), pred }
    }
}

/// Adds an op to those of an action that begins with `start`. One that carries on the op before it
/// becomes a part of that: a log tells such a pair and a single op apart no more.
fn append(ops: &mut Vec<Op>, op: Op, start: Id) {
    let end = start.plus(ops.iter().map(Op::len).sum());
    let joined = ops.last().and_then(|last| join(last, &op, end));
    if joined.is_some() {
        ops.pop();
    }
    ops.push(joined.unwrap_or(op));
}

/// `last`, which ends before `end`, and `next` as one op, where they can be.
fn join(last: &Op, next: &Op, end: Id) -> Option<Op> {
    match (last, next) {
        (
            Op::Insert { container, left, right, text },
            Op::Insert { container: same, left: Some(before), right: next_right, text: more },
        ) if container == same && right == next_right && before.plus(1) == end => {
            Some(Op::Insert { container: *container, left: *left, right: *right, text: format!("{text}{more}") })
        }
        (Op::Delete { container, .. }, Op::Delete { container: same, .. }) if container == same => {
            let mut all = [targets(last), targets(next)].concat();
            let backward = all[0] > all[1];
            if backward {
                all.reverse();
            }
            let [target] = runs(all)[..] else { return None };
            Some(Op::Delete { container: *container, target, backward })
        }
        _ => None,
    }
}

/// What a deletion takes out, in the order of its counters.
fn targets(op: &Op) -> Vec<Id> {
    match op {
        Op::Delete { target, backward: false, .. } => ids(*target).collect(),
        Op::Delete { target, backward: true, .. } => ids(*target).rev().collect(),
        _ => Vec::new(),
    }
}

/// The elements of a span, ascending.
pub(crate) fn ids(span: Span) -> impl DoubleEndedIterator<Item = Id> {
    (span.start..span.end).map(move |seq| Id::new(span.replica, seq))
}

/// `ids` in the order given, each as long as consecutive ones follow each other as one span.
pub(crate) fn runs(ids: impl IntoIterator<Item = Id>) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some(run) if run.replica == id.replica && run.end == id.seq => run.end += 1,
            _ => runs.push(Span::of(id)),
        }
    }
    runs
}
