//! Which of others' actions give way where one's own come first, by looking at all pairs.

use crate::Naive;
use crate::history::Element;
use crate::marks::covered;
use crate::policy::{Grade, Policy};
use clock::{Id, VersionVector};
use log::{Action, ContainerId, Op, TextRange};
use std::collections::{BTreeMap, BTreeSet};

/// An op, by its first element, of an action whose author had that much.
#[derive(Clone, Copy)]
struct Deed<'a> {
    id: Id,
    op: &'a Op,
    action: &'a Action,
    had: &'a VersionVector,
}

impl Deed<'_> {
    /// Whether an op of its action deletes an element.
    fn deletes(&self, id: Id) -> bool {
        self.action.ops.iter().any(|op| match op {
            Op::Delete { target, .. } | Op::ListDelete { target, .. } => target.contains(id),
            Op::TreeDelete { node, .. } => *node == id,
            _ => false,
        })
    }
}

/// The order of the elements of the texts that were asked for.
type Orders = BTreeMap<ContainerId, Vec<Id>>;

impl Naive {
    /// The actions, each by its first element, that give way to the viewer's own, of which those that are there are in
    /// `counts`.
    pub(crate) fn yielding(&self, counts: &BTreeSet<Id>, policy: &Policy) -> BTreeSet<Id> {
        if policy.first.is_empty() || policy.first_from == Grade::Conflict {
            return BTreeSet::new();
        }
        let pasts = self.pasts();
        let (own, others): (Vec<&Action>, Vec<&Action>) =
            self.actions().partition(|action| policy.first.contains(&action.id.replica));
        let is_there = |element: &Element<'_>| !element.holds() && counts.contains(&element.id);
        let own: Vec<&Action> =
            own.into_iter().filter(|action| self.elements_of(action.id).iter().any(is_there)).collect();
        let mut orders = Orders::new();
        let answers = self.answers(counts);
        let mut yields = |action: &Action| {
            !policy.preferred.iter().any(|id| action.span().contains(*id))
                && own.iter().any(|mine| {
                    !saw(action, &pasts[&action.id], mine)
                        && !saw(mine, &pasts[&mine.id], action)
                        && !answers.iter().any(|answer| answer.keeps(action.id, mine.id))
                        && self.grade((action, &pasts[&action.id]), (mine, &pasts[&mine.id]), &mut orders)
                            >= policy.first_from
                })
        };
        others.into_iter().filter(|action| yields(action)).map(|action| action.id).collect()
    }

    /// What every action follows, and itself, by its first element.
    pub(crate) fn pasts(&self) -> BTreeMap<Id, VersionVector> {
        let mut actions: Vec<&Action> = self.actions().collect();
        // Logical time goes on along every path.
        actions.sort_by_key(|action| (action.lamport, action.id));
        let mut pasts: BTreeMap<Id, VersionVector> = BTreeMap::new();
        for action in actions {
            let before = action.id.seq.checked_sub(1).map(|seq| Id::new(action.id.replica, seq));
            let mut past = VersionVector::new();
            for id in action.parents.iter().copied().chain(before) {
                let (_, theirs) = pasts.range(..=id).next_back().expect("complete");
                theirs.iter().for_each(|(replica, end)| past.extend_to(replica, end));
            }
            past.extend_to(action.id.replica, action.span().end);
            pasts.insert(action.id, past);
        }
        pasts
    }

    /// The greatest that any two of their ops have.
    fn grade(&self, one: (&Action, &VersionVector), other: (&Action, &VersionVector), orders: &mut Orders) -> Grade {
        let mut grade = Grade::Commute;
        for a in deeds(one) {
            for b in deeds(other) {
                grade = grade.max(self.grade_of(a, b, orders)).max(self.grade_of(b, a, orders));
            }
        }
        grade
    }

    /// What `a` has to do with `b`, looked at from its side.
    fn grade_of(&self, a: Deed<'_>, b: Deed<'_>, orders: &mut Orders) -> Grade {
        if self.owners(a.op).iter().any(|&owner| is_deleted(b.op, owner)) {
            return Grade::Overlap;
        }
        let is_own = |id: &Id| a.action.span().contains(*id) || b.action.span().contains(*id);
        let had_both = |id: &Id| a.had.contains(*id) && b.had.contains(*id) && !is_own(id);
        let writes = match (a.op, b.op) {
            (Op::Set { container, key, value, .. }, Op::Set { container: of, key: other, value: another, .. }) => {
                (container, key) == (of, other) && value != another
            }
            (Op::ListSet { item, value, .. }, Op::ListSet { item: other, value: another, .. }) => {
                item == other && value != another
            }
            (Op::ListMove { item, .. }, Op::ListMove { item: other, .. }) => item == other,
            (Op::TreeMove { node, .. }, Op::TreeMove { node: other, .. }) => node == other,
            (
                Op::TextMark { container, ranges, key, value },
                Op::TextMark { container: of, ranges: others, key: other, value: another },
            ) => {
                (container, key) == (of, other)
                    && value != another
                    && do_cross(self.ordered(*container, orders), ranges, others)
            }
            (Op::TextMove { container, ranges, .. }, Op::TextMove { container: of, ranges: others, .. }) => {
                container == of && do_cross(self.ordered(*container, orders), ranges, others)
            }
            _ => false,
        };
        if writes {
            return Grade::Order;
        }
        let overlaps = match (a.op, b.op) {
            (Op::ListSet { item, .. } | Op::ListMove { item, .. }, deletion) => is_deleted(deletion, *item),
            (Op::TreeMove { node, .. }, deletion) => is_deleted(deletion, *node),
            (one, another) => match put_into(one) {
                None => false,
                Some(text) => {
                    let order = self.ordered(text, orders);
                    let Some(at) = order.iter().position(|id| *id == a.id) else { return Grade::Commute };
                    match another {
                        Op::Delete { container, .. } if *container == text => {
                            let left = order[..at].iter().rev().find(|id| had_both(id));
                            let right = order[at + 1..].iter().find(|id| had_both(id));
                            left.is_some_and(|id| b.deletes(*id)) && right.is_some_and(|id| b.deletes(*id))
                        }
                        another if put_into(another) == Some(text) => {
                            let other = order.iter().position(|id| *id == b.id).expect("of this text");
                            !order[at.min(other) + 1..at.max(other)].iter().any(had_both)
                        }
                        _ => false,
                    }
                }
            },
        };
        if overlaps { Grade::Overlap } else { Grade::Commute }
    }

    fn ordered<'o>(&self, text: ContainerId, orders: &'o mut Orders) -> &'o [Id] {
        orders.entry(text).or_insert_with(|| self.order(text))
    }

    /// The elements that the container of an op hangs on, however far up, and the node under which it puts another.
    fn owners(&self, op: &Op) -> BTreeSet<Id> {
        let mut owners = BTreeSet::new();
        let mut open: Vec<Id> = op.as_op_ref().container().into_iter().flat_map(|of| of.makers()).collect();
        if let Op::TreeCreate { parent, .. } | Op::TreeMove { parent, .. } = op {
            open.extend(parent);
        }
        while let Some(id) = open.pop() {
            if owners.insert(id) {
                let home = self.element(id).and_then(|element| element.op.as_op_ref().container());
                open.extend(home.into_iter().flat_map(|home| home.makers()));
            }
        }
        owners
    }

    fn element(&self, id: Id) -> Option<Element<'_>> {
        let action = self.action_of(id)?;
        self.elements_of(action.id).into_iter().find(|element| element.id == id)
    }
}

fn deeds<'a>((action, had): (&'a Action, &'a VersionVector)) -> impl Iterator<Item = Deed<'a>> {
    let mut at = 0;
    action.ops.iter().map(move |op| {
        let id = action.id.plus(at);
        at += op.len();
        Deed { id, op, action, had }
    })
}

/// Whether the author of an action, who had that much, saw any of another.
fn saw(action: &Action, had: &VersionVector, other: &Action) -> bool {
    had.contains(other.id) && !action.unseen.iter().any(|span| span.intersect(&other.span()) == Some(other.span()))
}

fn is_deleted(op: &Op, id: Id) -> bool {
    match op {
        Op::Delete { target, .. } | Op::ListDelete { target, .. } => target.contains(id),
        Op::TreeDelete { node, .. } => *node == id,
        _ => false,
    }
}

/// The text that an op puts something into.
fn put_into(op: &Op) -> Option<ContainerId> {
    match op {
        Op::Insert { container, .. } | Op::TextObject { container, .. } | Op::TextMove { container, .. } => {
            Some(*container)
        }
        _ => None,
    }
}

/// Whether an element is in one of each of these ranges.
fn do_cross(order: &[Id], ranges: &[TextRange], others: &[TextRange]) -> bool {
    let all = |ranges: &[TextRange]| -> BTreeSet<Id> {
        ranges.iter().flat_map(|range| covered(order, range).iter().copied()).collect()
    };
    !all(ranges).is_disjoint(&all(others))
}
