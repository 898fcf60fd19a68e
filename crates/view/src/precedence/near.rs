//! Which actions touch the same as one of them does, neither having seen the other, and how much they do.
//!
//! | one | the other | grade |
//! |---|---|---|
//! | puts something into a text | puts something at the same place | overlap |
//! | puts something into a text | deletes what is on both sides of it | overlap |
//! | deletes a character, an item, a node | writes, moves or changes anything in it | overlap |
//! | writes a key or an item | writes it, another value | order |
//! | moves an item or a node | moves it | order |
//! | gives a part of a text a property | gives some of it another value of it | order |
//! | moves a part of a text | moves some of it | order |
//!
//! A place of a text is what lies between two elements that both authors had in their logs, with none of those between
//! them. All else commutes.

use super::touched::{Touched, owners, place_of};
use crate::policy::Grade;
use clock::{Id, ReplicaId, Seq, Span};
use log::{Kind, Knowledge, MultiLog, OpRef, TextRange};
use model::{Model, Text};

/// What is looked at.
#[derive(Clone, Copy)]
pub(super) struct Near<'a> {
    pub log: &'a MultiLog,
    /// With all of the log in it.
    pub model: &'a Model,
    pub knowledge: &'a Knowledge,
    pub touched: &'a Touched,
}

/// From where on replicas did things that an author had not seen.
pub(super) struct Horizon(Vec<(ReplicaId, Seq)>);

impl Horizon {
    /// That of the author of element `id`, among `replicas`, of those that did not all follow it themselves.
    pub fn of(log: &MultiLog, knowledge: &Knowledge, id: Id, replicas: &[ReplicaId]) -> Self {
        let unseen = log.unseen(id);
        let from = |&replica: &ReplicaId| {
            let left_out = unseen.iter().filter(|span| span.replica == replica);
            let actions = left_out.filter_map(|span| log.action_of(span.first())).map(|action| action.start);
            let first = actions.fold(knowledge.known(id, replica), Seq::min);
            let has_followed = || knowledge.since(replica, id).is_some_and(|since| since <= first);
            let is_all_seen = replica == id.replica
                || first >= log.end(replica)
                || (has_followed() && !knowledge.is_partial(replica));
            (!is_all_seen).then_some((replica, first))
        };
        Self(replicas.iter().filter_map(from).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (ReplicaId, Seq)> {
        self.0.iter().copied()
    }

    fn place(&self, id: Id) -> Option<usize> {
        self.0.iter().position(|&(replica, first)| replica == id.replica && first <= id.seq)
    }
}

/// From which counter on, of each replica of a horizon, authors had an element that lies between.
struct Barrier(Vec<Seq>);

impl Barrier {
    fn none(horizon: &Horizon) -> Self {
        Self(vec![Seq::MAX; horizon.0.len()])
    }

    /// Puts up an element that the one author had; whether nobody is on this side of it.
    fn put(&mut self, knowledge: &Knowledge, horizon: &Horizon, id: Id) -> bool {
        let mut is_closed = true;
        for (known, &(replica, first)) in self.0.iter_mut().zip(&horizon.0) {
            *known = (*known).min(knowledge.since(replica, id).unwrap_or(Seq::MAX));
            is_closed &= *known <= first;
        }
        is_closed
    }

    /// Whether `id` is of somebody who is on this side of it.
    fn lets_through(&self, horizon: &Horizon, id: Id) -> bool {
        horizon.place(id).is_some_and(|at| id.seq < self.0[at])
    }
}

/// What is done with an element of an action that touches the same: whether that was the last to look at.
type Visit<'v> = dyn FnMut(Id, Grade) -> bool + 'v;

impl<'a> Near<'a> {
    /// Calls `visit` with elements of actions of `replicas` that touch what `action` touches, neither having seen the other,
    /// until it says that it is enough; whether it did.
    pub fn each(&self, action: Span, replicas: &[ReplicaId], visit: &mut Visit<'_>) -> bool {
        let horizon = Horizon::of(self.log, self.knowledge, action.first(), replicas);
        if horizon.is_empty() {
            return false;
        }
        self.log.ops_in(action).any(|(id, op)| {
            let mut visit = |other: Id, grade| {
                let is_at_once = horizon.place(other).is_some() && !self.saw(id, other) && !self.saw(other, id);
                is_at_once && visit(other, grade)
            };
            self.each_of_op(id, op, &horizon, &mut visit)
        })
    }

    /// Whether the author of element `id` had `other` before they did anything of that action.
    fn had(&self, id: Id, other: Id) -> bool {
        let is_own = || self.log.action_of(id).is_some_and(|action| action.contains(other));
        self.knowledge.had(id, other) && !(id.replica == other.replica && is_own())
    }

    /// Whether the author of element `id` saw `other`.
    fn saw(&self, id: Id, other: Id) -> bool {
        self.knowledge.had(id, other) && !self.log.was_kept_out(id, other)
    }

    fn each_of_op(&self, id: Id, op: OpRef<'_>, horizon: &Horizon, visit: &mut Visit<'_>) -> bool {
        let owners = owners(self.log, op).into_iter();
        if owners.flat_map(|owner| self.touched.deleting(owner)).any(|&other| visit(other, Grade::Overlap)) {
            return true;
        }
        let text = || op.container().filter(|of| of.kind() == Kind::Text).and_then(|of| self.model.text(of));
        if let OpRef::Insert { .. } | OpRef::TextObject { .. } | OpRef::TextMove { .. } = op
            && let Some(text) = text()
        {
            let last = id.plus(op.len() - 1);
            if self.beside(text, id, text.elements_before(id), true, horizon, visit)
                || self.beside(text, id, text.elements_behind(last), false, horizon, visit)
            {
                return true;
            }
        }
        match op {
            OpRef::Delete { target, .. } | OpRef::ListDelete { target, .. } => {
                self.touched.changing(target).any(|other| visit(other, Grade::Overlap))
                    || text().is_some_and(|text| self.within(text, id, target, horizon, visit))
            }
            OpRef::TreeDelete { node, .. } => {
                self.touched.changing(Span::of(node)).any(|other| visit(other, Grade::Overlap))
            }
            _ => {
                let Some(place) = place_of(op) else { return false };
                let writing = self.touched.writing(&place).iter();
                writing.filter(|other| self.is_other(op, **other)).any(|&other| visit(other, Grade::Order))
            }
        }
    }

    /// Whether what `other` writes of the same place is something else.
    fn is_other(&self, op: OpRef<'_>, other: Id) -> bool {
        let Some((_, other)) = self.log.ops_in(Span::of(other)).next() else { return false };
        match (op, other) {
            (OpRef::Set { value, .. }, OpRef::Set { value: other, .. }) => value != other,
            (OpRef::ListSet { value, .. }, OpRef::ListSet { value: other, .. }) => value != other,
            (OpRef::TextMark { ranges, value, .. }, OpRef::TextMark { ranges: others, value: other, .. }) => {
                value != other && self.do_cross(op, ranges, others)
            }
            (OpRef::TextMove { ranges, .. }, OpRef::TextMove { ranges: others, .. }) => {
                self.do_cross(op, ranges, others)
            }
            _ => true,
        }
    }

    /// Whether an element is in one of each of these ranges of a text.
    fn do_cross(&self, op: OpRef<'_>, ranges: &[TextRange], others: &[TextRange]) -> bool {
        let Some(text) = op.container().and_then(|container| self.model.text(container)) else { return false };
        let cross = |a: &TextRange, b: &TextRange| {
            let ends = [(a.start, a.end), (a.start, b.end), (b.start, a.end), (b.start, b.end)];
            ends.into_iter().all(|(start, end)| text.precedes(start, end))
        };
        ranges.iter().any(|range| others.iter().any(|other| cross(range, other)))
    }

    /// Looks from something that was put into a text to one side of it.
    fn beside(
        &self,
        text: &Text,
        id: Id,
        spans: impl Iterator<Item = Span>,
        is_back: bool,
        horizon: &Horizon,
        visit: &mut Visit<'_>,
    ) -> bool {
        let mut barrier = Barrier::none(horizon);
        for piece in spans.flat_map(|span| self.pieces(span, is_back)) {
            let nearest = if is_back { piece.last() } else { piece.first() };
            // Also of what the author had, but did not see.
            if barrier.lets_through(horizon, nearest) && visit(nearest, Grade::Overlap) {
                return true;
            }
            if !self.had(id, nearest) {
                continue;
            }
            for &deletion in self.touched.deleting(nearest) {
                let is_here = barrier.lets_through(horizon, deletion) && self.lies_within(text, id, deletion);
                if is_here && visit(deletion, Grade::Overlap) {
                    return true;
                }
            }
            if barrier.put(self.knowledge, horizon, nearest) {
                return false;
            }
        }
        false
    }

    /// Looks at what was put between elements that were deleted.
    fn within(&self, text: &Text, id: Id, target: Span, horizon: &Horizon, visit: &mut Visit<'_>) -> bool {
        let mut next = target.start;
        while next < target.end {
            let start = Id::new(target.replica, next);
            next += 1;
            let mut barrier = Barrier::none(horizon);
            let pieces = text.elements_behind(start).flat_map(|span| self.pieces(span, false));
            for piece in pieces.flat_map(|piece| self.touched.parts(piece)) {
                let nearest = piece.first();
                let may_lie_here = barrier.lets_through(horizon, nearest) && self.lies_within(text, nearest, id);
                if may_lie_here && visit(nearest, Grade::Overlap) {
                    return true;
                }
                if self.deletes(id, nearest) {
                    if let Some(more) = target.intersect(&piece) {
                        next = next.max(more.end);
                    }
                    barrier = Barrier::none(horizon);
                } else if self.had(id, nearest) && barrier.put(self.knowledge, horizon, nearest) {
                    break;
                }
            }
        }
        false
    }

    /// Whether element `id` lies between two that `deletion` or something else of its action deletes: those next to it that
    /// both authors had.
    fn lies_within(&self, text: &Text, id: Id, deletion: Id) -> bool {
        let had = |other: Id| self.had(id, other) && self.had(deletion, other);
        let left = text
            .elements_before(id)
            .flat_map(|span| self.pieces(span, true))
            .map(|piece| piece.last())
            .find(|&at| had(at));
        let right = || {
            text.elements_behind(id)
                .flat_map(|span| self.pieces(span, false))
                .map(|piece| piece.first())
                .find(|&at| had(at))
        };
        left.is_some_and(|left| self.deletes(deletion, left))
            && right().is_some_and(|right| self.deletes(deletion, right))
    }

    /// Whether the action that holds `deletion` deletes element `id`.
    fn deletes(&self, deletion: Id, id: Id) -> bool {
        let action = self.log.action_of(deletion);
        self.touched.deleting(id).iter().any(|&other| action.is_some_and(|action| action.contains(other)))
    }

    /// A run of elements cut where actions end, the nearest first; nothing of what is not in the log yet.
    fn pieces(&self, span: Span, is_back: bool) -> impl Iterator<Item = Span> + use<'a> {
        let log = self.log;
        let mut rest = Span::new(span.replica, span.start, span.end.min(log.end(span.replica)).max(span.start));
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let action = log.action_of(if is_back { rest.last() } else { rest.first() })?;
            let piece = rest.intersect(&action)?;
            rest = if is_back {
                Span::new(rest.replica, rest.start, piece.start)
            } else {
                Span::new(rest.replica, piece.end, rest.end)
            };
            Some(piece)
        })
    }
}
