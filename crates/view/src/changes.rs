//! What two views show differently of counters, maps, lists and trees, and which elements make the difference.

use crate::projection::Projection;
use crate::view::{Standing, View, Why};
use clock::Id;
use log::{ContainerId, MultiLog, OpRef, Value};
use model::{List, Tree};

/// An addition to a counter that counts in one of two views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterDiff {
    /// The addition.
    pub id: Id,
    /// How much it adds.
    pub amount: i64,
    /// Whether it counts in the second view.
    pub is_new: bool,
    /// The element whose standing makes the difference: a control, or the addition itself.
    pub because: Id,
}

/// A key of a map that holds something else in another view.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyDiff {
    /// The key.
    pub key: String,
    /// What it holds in the first view.
    pub before: Option<Value>,
    /// What it holds in the second view.
    pub after: Option<Value>,
    /// The element whose standing makes the difference: a control, or a write.
    pub because: Id,
}

/// An item of a list that two views show differently. One that was moved and written stands twice.
#[derive(Clone, Debug, PartialEq)]
pub struct ListDiff {
    /// The item.
    pub item: Id,
    /// What is different.
    pub side: ListSide,
    /// The element whose standing makes the difference: a control, a deletion, a move, a write, or the
    /// item's insertion.
    pub because: Id,
}

/// What is different of an item of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum ListSide {
    /// It is gone in the second view.
    First {
        /// Where it is in the first.
        at: usize,
        /// What it holds there.
        value: Value,
    },
    /// It is new in the second view.
    Second {
        /// Where it is there.
        at: usize,
        /// What it holds there.
        value: Value,
    },
    /// It shows at another slot.
    Moved {
        /// Where it is in the first view.
        from: usize,
        /// Where it is in the second.
        to: usize,
    },
    /// It holds something else.
    Changed {
        /// Where it is in the second view.
        at: usize,
        /// What it holds in the first.
        before: Value,
        /// What it holds in the second.
        after: Value,
    },
}

/// A node of a tree that two views show differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeDiff {
    /// The node.
    pub node: Id,
    /// Its parent, none being the top, and how many siblings come before it, in the first view; none where it
    /// is not visible there.
    pub before: Option<(Option<Id>, usize)>,
    /// The same in the second view.
    pub after: Option<(Option<Id>, usize)>,
    /// The element whose standing makes the difference: a control, a deletion, a move, or a creation; its own,
    /// or that of a node above it.
    pub because: Id,
}

/// Two views of one log, to find causes in.
struct Sides<'a> {
    log: &'a MultiLog,
    before: &'a View,
    after: &'a View,
}

impl Sides<'_> {
    /// Why two views differ where one goes by element `before` and the other by `after`: the later one of
    /// them would decide in both, were it active in both.
    fn because(&self, before: Option<Id>, after: Option<Id>) -> Option<Id> {
        let time = |view: &View, id: Option<Id>| id.and_then(|id| view.time(self.log, id));
        if time(self.before, before) > time(self.after, after) {
            Some(cause(self.after, before?))
        } else {
            Some(cause(self.before, after?))
        }
    }
}

/// What keeps an element out of a view: the control, what it needs or gave way to, or itself.
pub(crate) fn cause(view: &View, id: Id) -> Id {
    match view.why(id) {
        Why::Undone(by) | Why::Dependent(by) | Why::Unmet(by) => by,
        Why::Proposed { rejected, .. } => rejected.unwrap_or(id),
        Why::Lost(loss) => loss.by().first().copied().unwrap_or(id),
        Why::Active | Why::Excluded(_) | Why::Failed => id,
    }
}

/// What two views show differently of the counter `container`, ascending by addition.
pub fn counter_diff(log: &MultiLog, (before, after): (&View, &View), container: ContainerId) -> Vec<CounterDiff> {
    let additions = log.logs().flat_map(|log| log.others_in(0..log.end())).filter_map(|(id, op)| match op {
        OpRef::CounterAdd { container: of, amount } if of == container => Some((id, amount)),
        _ => None,
    });
    let counts = |view: &View, id| view.standing(id) == Standing::Active;
    let differ = additions.filter(|&(id, _)| counts(before, id) != counts(after, id));
    let diff = |(id, amount)| {
        let is_new = counts(after, id);
        CounterDiff { id, amount, is_new, because: cause(if is_new { before } else { after }, id) }
    };
    differ.map(diff).collect()
}

/// What two views show differently of the map `container`, ascending by key.
pub fn key_diff(log: &MultiLog, (before, after): (&View, &View), container: ContainerId) -> Vec<KeyDiff> {
    let (old, new) = (before.project_only(log, container), after.project_only(log, container));
    let (Some(old), Some(new)) = (old.map(container), new.map(container)) else { return Vec::new() };
    let sides = Sides { log, before, after };
    let diff = |key: &str| {
        let (was, is) = (old.heads(key).next(), new.heads(key).next());
        let because = sides.because(was.map(|(id, _)| id), is.map(|(id, _)| id))?;
        let value = |head: Option<(Id, Option<&Value>)>| head.and_then(|(_, value)| value.cloned());
        (was.map(|(id, _)| id) != is.map(|(id, _)| id)).then(|| KeyDiff {
            key: key.to_owned(),
            before: value(was),
            after: value(is),
            because,
        })
    };
    new.keys().filter_map(diff).collect()
}

/// What two views show differently of the list `container`: what is gone by place in the first view, then the
/// rest by place in the second.
pub fn list_diff(log: &MultiLog, (before, after): (&View, &View), container: ContainerId) -> Vec<ListDiff> {
    let (old, new) = (before.project_only(log, container), after.project_only(log, container));
    let (Some(old), Some(new)) = (old.list(container), new.list(container)) else { return Vec::new() };
    let mut diffs = Vec::new();
    let gone = Projection::of(log, after, container);
    for (at, (item, value)) in old.iter().enumerate() {
        if let Some(because) = gone.gone(item) {
            diffs.push(ListDiff { item, side: ListSide::First { at, value: value.clone() }, because });
        }
    }
    let sides = Sides { log, before, after };
    let was_gone = Projection::of(log, before, container);
    for (at, (item, value)) in new.iter().enumerate() {
        match was_gone.gone(item) {
            Some(because) => {
                diffs.push(ListDiff { item, side: ListSide::Second { at, value: value.clone() }, because });
            }
            None => diffs.extend(sides.item_diffs((old, new), item, at)),
        }
    }
    diffs
}

impl Sides<'_> {
    /// What is different of an item that both views show, in the second at `at`.
    fn item_diffs(&self, (old, new): (&List, &List), item: Id, at: usize) -> Vec<ListDiff> {
        let mut diffs = Vec::new();
        let (was, is) = (old.moved_by(item), new.moved_by(item));
        if was != is
            && let (Some((from, _)), Some(because)) = (old.position(item), self.because(was, is))
        {
            diffs.push(ListDiff { item, side: ListSide::Moved { from, to: at }, because });
        }
        if let (Some((was, before)), Some((is, after))) = (old.heads(item).first(), new.heads(item).first())
            && was != is
            && let Some(because) = self.because(Some(*was), Some(*is))
        {
            let (before, after) = ((*before).clone(), (*after).clone());
            diffs.push(ListDiff { item, side: ListSide::Changed { at, before, after }, because });
        }
        diffs
    }
}

/// What two views show differently of the tree `container`: what is gone as the first view has it, then the
/// rest as the second has it, parents first.
pub fn node_diff(log: &MultiLog, (before, after): (&View, &View), container: ContainerId) -> Vec<NodeDiff> {
    let (old, new) = (before.project_only(log, container), after.project_only(log, container));
    let (Some(old), Some(new)) = (old.tree(container), new.tree(container)) else { return Vec::new() };
    let sides = Sides { log, before, after };
    let gone = old.iter().map(|(_, node)| node).filter(|&node| !new.is_visible(node)).filter_map(|node| {
        let because = hidden_because(log, (after, new), container, node)?;
        Some(NodeDiff { node, before: old.position(node), after: None, because })
    });
    let shown = new.iter().filter_map(|(_, node)| {
        if !old.is_visible(node) {
            let because = hidden_because(log, (before, old), container, node)?;
            return Some(NodeDiff { node, before: None, after: new.position(node), because });
        }
        let (was, is) = (old.moved_by(node), new.moved_by(node));
        let because = if was == is { None } else { sides.because(was, is) }?;
        Some(NodeDiff { node, before: old.position(node), after: new.position(node), because })
    });
    gone.chain(shown).collect()
}

/// Why a node is not visible: because of it, or of the first above it that is not there itself.
fn hidden_because(log: &MultiLog, (view, tree): (&View, &Tree), container: ContainerId, node: Id) -> Option<Id> {
    let deletes = |id: Id, op: OpRef<'_>, gone: Id| {
        matches!(op, OpRef::TreeDelete { container: of, node } if (of, node) == (container, gone))
            && view.standing(id) == Standing::Active
    };
    let mut at = Some(node);
    while let Some(node) = at {
        if view.standing(node) != Standing::Active {
            return Some(cause(view, node));
        }
        let ops = log.logs().flat_map(|log| log.others_in(0..log.end()));
        if let Some((id, _)) = ops.filter(|&(id, op)| deletes(id, op, node)).last() {
            return Some(id);
        }
        at = tree.position(node)?.0;
    }
    None
}
