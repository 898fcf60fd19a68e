//! Ops as a log gives them out: borrowed, and cut to the part that is asked for.

use crate::constraint::Rule;
use crate::container::ContainerId;
use crate::decision::{Decider, Outcome};
use crate::held::{ValueRef, Values};
use crate::op::{Op, Register, TextRange, Value};
use clock::{Id, Seq, Span};
use std::ops::Range;

/// One change read back from the log: a part of an [`crate::OpRun`], borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OpRef<'a> {
    /// See [`Op::Insert`].
    Insert {
        /// The text.
        container: ContainerId,
        /// Left neighbour of the first character.
        left: Option<Id>,
        /// Right neighbour.
        right: Option<Id>,
        /// The characters.
        text: &'a str,
    },
    /// See [`Op::Delete`].
    Delete {
        /// The sequence.
        container: ContainerId,
        /// The elements.
        target: Span,
        /// Whether the first counter belongs to the last target.
        backward: bool,
    },
    /// See [`Op::Set`].
    Set {
        /// The map.
        container: ContainerId,
        /// The register.
        key: &'a str,
        /// What it holds; none to take the key away.
        value: Option<ValueRef<'a>>,
        /// The writes replaced.
        pred: &'a [Id],
    },
    /// See [`Op::Control`].
    Control {
        /// Which of the registers.
        register: Register,
        /// What they are from now on.
        on: bool,
        /// The elements.
        targets: &'a [Span],
        /// The controls replaced.
        pred: &'a [Id],
    },
    /// See [`Op::Constrain`].
    Constrain {
        /// What holds.
        rule: Rule,
        /// The actions.
        actions: &'a [Id],
    },
    /// See [`Op::Claim`].
    Claim {
        /// What there are places of.
        name: &'a str,
        /// How many.
        places: u32,
    },
    /// See [`Op::Resolve`].
    Resolve {
        /// The actions.
        actions: &'a [Id],
        /// Those of them that are kept.
        keep: &'a [Id],
        /// The answers replaced.
        pred: &'a [Id],
    },
    /// See [`Op::Weigh`].
    Weigh {
        /// The actions.
        actions: &'a [Id],
        /// How much each is worth.
        weight: u16,
        /// The weights replaced.
        pred: &'a [Id],
    },
    /// See [`Op::Draft`].
    Draft {
        /// What people call it.
        name: &'a str,
    },
    /// See [`Op::Govern`].
    Govern {
        /// The version of the rules.
        rules: u32,
        /// Who may decide.
        deciders: &'a [Decider],
        /// What is replaced.
        pred: &'a [Id],
    },
    /// See [`Op::Decide`].
    Decide {
        /// By what the author may.
        by: Id,
        /// The decision before.
        after: Option<Id>,
        /// What does not simply stay in.
        outcomes: &'a [(Id, Outcome)],
    },
    /// See [`Op::Vote`].
    Vote {
        /// The decision.
        decision: Id,
    },
    /// See [`Op::Trim`].
    Trim {
        /// The decision.
        decision: Id,
        /// What stands in the place of what was forgotten.
        certificate: &'a [u8],
    },
    /// See [`Op::CounterAdd`].
    CounterAdd {
        /// The counter.
        container: ContainerId,
        /// How much.
        amount: i64,
    },
    /// See [`Op::ListInsert`].
    ListInsert {
        /// The list.
        container: ContainerId,
        /// Left neighbour of the first item.
        left: Option<Id>,
        /// Right neighbour.
        right: Option<Id>,
        /// What the items hold.
        values: Values<'a>,
    },
    /// See [`Op::ListDelete`].
    ListDelete {
        /// The list.
        container: ContainerId,
        /// The items.
        target: Span,
    },
    /// See [`Op::ListMove`].
    ListMove {
        /// The list.
        container: ContainerId,
        /// The item.
        item: Id,
        /// Left neighbour of the slot.
        left: Option<Id>,
        /// Right neighbour of the slot.
        right: Option<Id>,
    },
    /// See [`Op::ListSet`].
    ListSet {
        /// The list.
        container: ContainerId,
        /// The item.
        item: Id,
        /// What it holds.
        value: ValueRef<'a>,
        /// The writes replaced.
        pred: &'a [Id],
    },
    /// See [`Op::TreeCreate`].
    TreeCreate {
        /// The tree.
        container: ContainerId,
        /// The parent.
        parent: Option<Id>,
        /// Left neighbour of the node's first slot.
        left: Option<Id>,
        /// Right neighbour of the node's first slot.
        right: Option<Id>,
    },
    /// See [`Op::TreeMove`].
    TreeMove {
        /// The tree.
        container: ContainerId,
        /// The node.
        node: Id,
        /// The parent.
        parent: Option<Id>,
        /// Left neighbour of the slot.
        left: Option<Id>,
        /// Right neighbour of the slot.
        right: Option<Id>,
    },
    /// See [`Op::TreeDelete`].
    TreeDelete {
        /// The tree.
        container: ContainerId,
        /// The node.
        node: Id,
    },
    /// See [`Op::TextObject`].
    TextObject {
        /// The text.
        container: ContainerId,
        /// Left neighbour.
        left: Option<Id>,
        /// Right neighbour.
        right: Option<Id>,
        /// What it is; empty for a paragraph mark.
        kind: &'a str,
    },
    /// See [`Op::TextMark`].
    TextMark {
        /// The text.
        container: ContainerId,
        /// The ranges.
        ranges: &'a [TextRange],
        /// Which property of the text.
        key: &'a str,
        /// What it is from now on; none for nothing.
        value: Option<&'a Value>,
    },
    /// See [`Op::TextMove`].
    TextMove {
        /// The text.
        container: ContainerId,
        /// The ranges.
        ranges: &'a [TextRange],
        /// Left neighbour of the slot.
        left: Option<Id>,
        /// Right neighbour of the slot.
        right: Option<Id>,
    },
    /// See [`Op::Unknown`].
    Unknown {
        /// The kind's number.
        kind: u64,
        /// How many counters it takes.
        len: Seq,
        /// Its bytes.
        body: &'a [u8],
    },
}

impl<'a> OpRef<'a> {
    /// How many counters it takes.
    pub fn len(self) -> Seq {
        match self {
            Self::Insert { text, .. } => text.chars().count() as Seq,
            Self::Delete { target, .. } | Self::ListDelete { target, .. } => target.len(),
            Self::ListInsert { values, .. } => values.len() as Seq,
            Self::Unknown { len, .. } => len,
            _ => 1,
        }
    }

    /// Whether it takes no counters, which no valid op does.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The container that it changes, where it changes one.
    pub fn container(self) -> Option<ContainerId> {
        match self {
            Self::Insert { container, .. }
            | Self::Delete { container, .. }
            | Self::Set { container, .. }
            | Self::CounterAdd { container, .. }
            | Self::ListInsert { container, .. }
            | Self::ListDelete { container, .. }
            | Self::ListMove { container, .. }
            | Self::ListSet { container, .. }
            | Self::TreeCreate { container, .. }
            | Self::TreeMove { container, .. }
            | Self::TreeDelete { container, .. }
            | Self::TextObject { container, .. }
            | Self::TextMark { container, .. }
            | Self::TextMove { container, .. } => Some(container),
            Self::Control { .. } | Self::Draft { .. } | Self::Unknown { .. } => None,
            Self::Constrain { .. } | Self::Claim { .. } | Self::Resolve { .. } | Self::Weigh { .. } => None,
            Self::Govern { .. } | Self::Decide { .. } | Self::Vote { .. } | Self::Trim { .. } => None,
        }
    }

    /// The elements that it names, or of a span the last, and those that its container hangs on: what must be
    /// in its past.
    pub fn targets(self) -> impl Iterator<Item = Id> + 'a {
        let ranges: &[TextRange] = match self {
            Self::TextMark { ranges, .. } | Self::TextMove { ranges, .. } => ranges,
            _ => &[],
        };
        let (ids, spans, pred): ([Option<Id>; 4], &[Span], &[Id]) = match self {
            Self::Insert { left, right, .. } | Self::ListInsert { left, right, .. } => {
                ([left, right, None, None], &[], &[])
            }
            Self::Delete { target, .. } | Self::ListDelete { target, .. } => {
                ([Some(target.last()), None, None, None], &[], &[])
            }
            Self::Set { pred, .. } => ([None; 4], &[], pred),
            Self::Control { targets, pred, .. } => ([None; 4], targets, pred),
            Self::Constrain { actions: pred, .. } | Self::Resolve { pred, .. } | Self::Weigh { pred, .. } => {
                ([None; 4], &[], pred)
            }
            Self::Govern { pred, .. } => ([None; 4], &[], pred),
            Self::Decide { by, after, .. } => ([Some(by), after, None, None], &[], &[]),
            Self::Vote { decision } | Self::Trim { decision, .. } => ([Some(decision), None, None, None], &[], &[]),
            Self::ListMove { item, left, right, .. } => ([Some(item), left, right, None], &[], &[]),
            Self::ListSet { item, pred, .. } => ([Some(item), None, None, None], &[], pred),
            Self::TreeCreate { parent, left, right, .. } => ([parent, left, right, None], &[], &[]),
            Self::TreeMove { node, parent, left, right, .. } => ([Some(node), parent, left, right], &[], &[]),
            Self::TreeDelete { node, .. } => ([Some(node), None, None, None], &[], &[]),
            Self::TextObject { left, right, .. } | Self::TextMove { left, right, .. } => {
                ([left, right, None, None], &[], &[])
            }
            Self::Claim { .. } | Self::Draft { .. } => ([None; 4], &[], &[]),
            Self::CounterAdd { .. } | Self::TextMark { .. } | Self::Unknown { .. } => ([None; 4], &[], &[]),
        };
        let actions: &[Id] = match self {
            Self::Resolve { actions, .. } | Self::Weigh { actions, .. } => actions,
            _ => &[],
        };
        let makers = self.container().into_iter().flat_map(|container| container.makers());
        let gaps = ranges.iter().flat_map(|range| [range.start.beside(), range.end.beside()]);
        let named = ids.into_iter().chain(gaps).flatten().chain(makers);
        let outcomes = if let Self::Decide { outcomes, .. } = self { outcomes } else { &[] };
        let decided = outcomes.iter().map(|(id, _)| *id);
        named.chain(spans.iter().map(Span::last)).chain(pred.iter().chain(actions).copied()).chain(decided)
    }

    /// Whether it says something of actions, which holds wherever it is active itself, whatever becomes of its own action.
    pub fn is_declaration(self) -> bool {
        matches!(self, Self::Constrain { .. } | Self::Claim { .. } | Self::Resolve { .. } | Self::Weigh { .. })
            || self.binds()
    }

    /// Whether it is about what is decided for good: it holds whether or not it is undone, hidden or held back.
    pub fn binds(self) -> bool {
        matches!(self, Self::Govern { .. } | Self::Decide { .. } | Self::Vote { .. } | Self::Trim { .. })
    }

    /// The part with the counters `part` of an op that begins at `start`, where it has parts: text is cut by
    /// the log that holds it, and what takes one counter stays whole.
    #[must_use]
    pub fn cut(self, start: Id, part: Range<Seq>) -> Self {
        let (from, to) = (part.start - start.seq, part.end - start.seq);
        match self {
            Self::ListInsert { container, left, right, values } => Self::ListInsert {
                container,
                left: if from == 0 { left } else { Some(start.plus(from - 1)) },
                right,
                values: values.cut(from as usize, to as usize),
            },
            Self::ListDelete { container, target } => {
                let target = Span::new(target.replica, target.start + from, target.start + to);
                Self::ListDelete { container, target }
            }
            _ => self,
        }
    }

    /// The op with its own memory.
    pub fn to_op(self) -> Op {
        match self {
            Self::Insert { container, left, right, text } => {
                Op::Insert { container, left, right, text: text.to_owned() }
            }
            Self::Delete { container, target, backward } => Op::Delete { container, target, backward },
            Self::Set { container, key, value, pred } => {
                Op::Set { container, key: key.to_owned(), value: value.map(ValueRef::to_value), pred: pred.to_vec() }
            }
            Self::Control { register, on, targets, pred } => {
                Op::Control { register, on, targets: targets.to_vec(), pred: pred.to_vec() }
            }
            Self::Resolve { actions, keep, pred } => {
                Op::Resolve { actions: actions.to_vec(), keep: keep.to_vec(), pred: pred.to_vec() }
            }
            Self::Weigh { actions, weight, pred } => {
                Op::Weigh { actions: actions.to_vec(), weight, pred: pred.to_vec() }
            }
            Self::Constrain { rule, actions } => Op::Constrain { rule, actions: actions.to_vec() },
            Self::Claim { name, places } => Op::Claim { name: name.to_owned(), places },
            Self::Draft { name } => Op::Draft { name: name.to_owned() },
            Self::Govern { rules, deciders, pred } => {
                Op::Govern { rules, deciders: deciders.to_vec(), pred: pred.to_vec() }
            }
            Self::Decide { by, after, outcomes } => Op::Decide { by, after, outcomes: outcomes.to_vec() },
            Self::Vote { decision } => Op::Vote { decision },
            Self::Trim { decision, certificate } => Op::Trim { decision, certificate: certificate.to_vec() },
            Self::CounterAdd { container, amount } => Op::CounterAdd { container, amount },
            Self::ListInsert { container, left, right, values } => {
                Op::ListInsert { container, left, right, values: values.to_vec() }
            }
            Self::ListDelete { container, target } => Op::ListDelete { container, target },
            Self::ListMove { container, item, left, right } => Op::ListMove { container, item, left, right },
            Self::ListSet { container, item, value, pred } => {
                Op::ListSet { container, item, value: value.to_value(), pred: pred.to_vec() }
            }
            Self::TreeCreate { container, parent, left, right } => Op::TreeCreate { container, parent, left, right },
            Self::TreeMove { container, node, parent, left, right } => {
                Op::TreeMove { container, node, parent, left, right }
            }
            Self::TreeDelete { container, node } => Op::TreeDelete { container, node },
            Self::TextObject { container, left, right, kind } => {
                Op::TextObject { container, left, right, kind: kind.to_owned() }
            }
            Self::TextMark { container, ranges, key, value } => {
                Op::TextMark { container, ranges: ranges.to_vec(), key: key.to_owned(), value: value.cloned() }
            }
            Self::TextMove { container, ranges, left, right } => {
                Op::TextMove { container, ranges: ranges.to_vec(), left, right }
            }
            Self::Unknown { kind, len, body } => Op::Unknown { kind, len, body: body.to_vec() },
        }
    }
}

impl Op {
    /// The op, borrowed.
    pub fn as_op_ref(&self) -> OpRef<'_> {
        match *self {
            Self::Insert { container, left, right, ref text } => OpRef::Insert { container, left, right, text },
            Self::Delete { container, target, backward } => OpRef::Delete { container, target, backward },
            Self::Set { container, ref key, ref value, ref pred } => {
                OpRef::Set { container, key, value: value.as_ref().map(ValueRef::from), pred }
            }
            Self::Control { register, on, ref targets, ref pred } => OpRef::Control { register, on, targets, pred },
            Self::Resolve { ref actions, ref keep, ref pred } => OpRef::Resolve { actions, keep, pred },
            Self::Weigh { ref actions, weight, ref pred } => OpRef::Weigh { actions, weight, pred },
            Self::Constrain { rule, ref actions } => OpRef::Constrain { rule, actions },
            Self::Claim { ref name, places } => OpRef::Claim { name, places },
            Self::Draft { ref name } => OpRef::Draft { name },
            Self::Govern { rules, ref deciders, ref pred } => OpRef::Govern { rules, deciders, pred },
            Self::Decide { by, after, ref outcomes } => OpRef::Decide { by, after, outcomes },
            Self::Vote { decision } => OpRef::Vote { decision },
            Self::Trim { decision, ref certificate } => OpRef::Trim { decision, certificate },
            Self::CounterAdd { container, amount } => OpRef::CounterAdd { container, amount },
            Self::ListInsert { container, left, right, ref values } => {
                OpRef::ListInsert { container, left, right, values: Values::Any(values) }
            }
            Self::ListDelete { container, target } => OpRef::ListDelete { container, target },
            Self::ListMove { container, item, left, right } => OpRef::ListMove { container, item, left, right },
            Self::ListSet { container, item, ref value, ref pred } => {
                OpRef::ListSet { container, item, value: value.into(), pred }
            }
            Self::TreeCreate { container, parent, left, right } => OpRef::TreeCreate { container, parent, left, right },
            Self::TreeMove { container, node, parent, left, right } => {
                OpRef::TreeMove { container, node, parent, left, right }
            }
            Self::TreeDelete { container, node } => OpRef::TreeDelete { container, node },
            Self::TextObject { container, left, right, ref kind } => OpRef::TextObject { container, left, right, kind },
            Self::TextMark { container, ref ranges, ref key, ref value } => {
                OpRef::TextMark { container, ranges, key, value: value.as_ref() }
            }
            Self::TextMove { container, ref ranges, left, right } => OpRef::TextMove { container, ranges, left, right },
            Self::Unknown { kind, len, ref body } => OpRef::Unknown { kind, len, body },
        }
    }
}
