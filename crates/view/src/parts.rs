//! Parts of a document of which the viewer wants what others do to wait: elements, and whatever comes to hang on them.
//!
//! | what is done | belongs to a part |
//! |---|---|
//! | put into a text | right behind an element of it |
//! | put under a node, or moved there | of it |
//! | deleted, moved, written | an element of it; of several elements, those |
//! | written to a key | instead of a write of it |
//! | given a property, moved out of a text | a range that begins, ends or lies in it |
//! | undone, redone, accepted, rejected, answered, weighed, tied | an element of it among others |
//! | done in anything that hangs on an element of it | in any case |
//!
//! A range of a text that begins before a part and ends behind it is about more than the part, and belongs to none. The log alone
//! says it all, so that it is the same in every order of arrival, wherever things are moved meanwhile.

use crate::policy::Policy;
use clock::{Id, RangeSet, ReplicaId, Seq, SortedMap, Span, VersionVector};
use log::{Gap, MultiLog, OpRef, TextRange};
use std::collections::BinaryHeap;
use std::ops::Range;

/// A part of a document, and since when what others do to it waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldPart {
    /// Its elements as of `since`; with what hangs on them, see [`HeldPart::of`].
    pub elements: Elements,
    /// What is not in this version waits, but for [`Policy::mine`].
    pub since: VersionVector,
}

/// Elements of any replicas.
pub type Elements = SortedMap<ReplicaId, RangeSet>;

impl HeldPart {
    /// The part of a log that some elements are, with all that hangs on them, from now on.
    pub fn of(log: &MultiLog, elements: impl IntoIterator<Item = Span>) -> Self {
        let mut elements = elements_of(elements);
        grow(log, &VersionVector::new(), &mut elements, false);
        Self { elements, since: log.version() }
    }
}

/// Spans as elements.
pub fn elements_of(spans: impl IntoIterator<Item = Span>) -> Elements {
    let mut elements = Elements::new();
    spans.into_iter().for_each(|span| add(&mut elements, span.replica, span.start..span.end));
    elements
}

/// Elements as spans: ascending, none touching the next.
pub fn spans_of(elements: &Elements) -> Vec<Span> {
    let of = |(&replica, ranges): (&ReplicaId, &RangeSet)| -> Vec<Span> {
        ranges.iter().map(|(range, ())| Span::new(replica, range.start, range.end)).collect()
    };
    elements.iter().flat_map(of).collect()
}

/// What became of the parts that a policy holds: each with all that belongs to it of what was looked at, and that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts(Vec<(HeldPart, VersionVector)>);

impl Parts {
    /// Those of a policy, before anything was looked at.
    pub fn of(policy: &Policy) -> Self {
        Self(policy.held_parts.iter().map(|part| (part.clone(), part.since.clone())).collect())
    }

    /// Looks at what is new in the log.
    pub fn settle(&mut self, log: &MultiLog) {
        for (part, looked_at) in &mut self.0 {
            grow(log, looked_at, &mut part.elements, true);
            *looked_at = log.version();
        }
    }

    /// What waits of somebody else's elements.
    pub fn held_of(&self, replica: ReplicaId, range: &Range<Seq>) -> Vec<Span> {
        let mut held = Vec::new();
        for (part, _) in &self.0 {
            let start = part.since.end(replica).clamp(range.start, range.end);
            held.extend(common(&part.elements, Span::new(replica, start, range.end)));
        }
        held
    }

    /// Panics where the invariant does not hold.
    pub fn check_invariants(&self, log: &MultiLog, policy: &Policy) {
        // What the viewer wrote is looked at when others' comes.
        let (mut now, mut anew) = (self.clone(), Self::of(policy));
        now.settle(log);
        anew.settle(log);
        assert_eq!(now.0, anew.0, "what belongs to parts that are held");
    }
}

/// Adds what belongs to a part of what came since a version; or only what is done to its elements, or in what hangs on them.
fn grow(log: &MultiLog, since: &VersionVector, elements: &mut Elements, is_all: bool) {
    // Whatever each follows before it. What is joined to what was done long before may be about what came in between, so it goes
    // by actions.
    let mut due = BinaryHeap::new();
    for replica in log.logs() {
        let mut at = Id::new(replica.replica, since.end(replica.replica));
        while let (Some(time), Some(action)) = (log.lamport(at), log.action_of(at)) {
            due.push((time, at));
            at.seq = action.end;
        }
    }
    for (_, first) in due.into_sorted_vec() {
        let Some(action) = log.action_of(first) else { continue };
        for (id, op) in log.ops_in(Span { start: first.seq, ..action }) {
            if is_all {
                take_in(log, id, op, elements);
            } else if hangs(op, elements) {
                add(elements, id.replica, id.seq..id.seq + op.len());
            }
        }
    }
}

fn add(elements: &mut Elements, replica: ReplicaId, range: Range<Seq>) {
    elements.entry(replica).or_default().set(range, Some(()));
}

fn has(elements: &Elements, id: Id) -> bool {
    elements.get(&id.replica).is_some_and(|ranges| ranges.get(id.seq).is_some())
}

/// The parts of a span that are among elements, ascending.
fn common(elements: &Elements, span: Span) -> Vec<Span> {
    let Some(ranges) = elements.get(&span.replica) else { return Vec::new() };
    let cut = ranges.cut(span.start..span.end).into_iter();
    cut.filter_map(|(part, is_in)| is_in.map(|()| Span::new(span.replica, part.start, part.end))).collect()
}

fn has_any(elements: &Elements, span: Span) -> bool {
    !common(elements, span).is_empty()
}

/// Whether an op is done to elements of a part, or in what hangs on one.
fn hangs(op: OpRef<'_>, elements: &Elements) -> bool {
    let is_in = |id: Id| has(elements, id);
    op.container().is_some_and(|container| container.makers().any(is_in))
        || match op {
            OpRef::TreeCreate { parent: Some(id), .. } | OpRef::TreeMove { node: id, .. } => is_in(id),
            OpRef::ListSet { item: id, .. } | OpRef::ListMove { item: id, .. } => is_in(id),
            OpRef::TreeDelete { node: id, .. } => is_in(id),
            OpRef::Set { pred, .. } => pred.iter().any(|id| is_in(*id)),
            _ => false,
        }
}

/// Adds to a part what belongs to it of an op, all of whose past was taken in.
fn take_in(log: &MultiLog, id: Id, op: OpRef<'_>, elements: &mut Elements) {
    if let OpRef::Delete { target, .. } | OpRef::ListDelete { target, .. } = op
        && !hangs(op, elements)
    {
        let is_backward = matches!(op, OpRef::Delete { backward: true, .. });
        for part in common(elements, target) {
            let from = if is_backward { target.end - part.end } else { part.start - target.start };
            add(elements, id.replica, id.seq + from..id.seq + from + part.len());
        }
    } else if is_about(log, op, elements) {
        add(elements, id.replica, id.seq..id.seq + op.len());
    }
}

/// Whether an op that is one thing belongs to a part.
fn is_about(log: &MultiLog, op: OpRef<'_>, elements: &Elements) -> bool {
    #[cfg(feature = "fault-injection")]
    if fault::is_on(fault::Fault::HoldLessOfParts) && matches!(op, OpRef::Insert { .. } | OpRef::TextObject { .. }) {
        return hangs(op, elements);
    }
    let is_in = |id: Id| has(elements, id);
    let of_actions =
        |ids: &[Id]| ids.iter().any(|id| log.action_of(*id).is_some_and(|action| has_any(elements, action)));
    hangs(op, elements)
        || match op {
            OpRef::Insert { left, .. } | OpRef::TextObject { left, .. } => left.is_some_and(is_in),
            OpRef::TextMove { left, ranges, .. } => {
                left.is_some_and(is_in) || ranges.iter().any(|range| reaches(log, range, elements))
            }
            OpRef::TextMark { ranges, .. } => ranges.iter().any(|range| reaches(log, range, elements)),
            OpRef::TreeMove { parent, .. } => parent.is_some_and(is_in),
            OpRef::Control { targets, .. } => targets.iter().any(|span| has_any(elements, *span)),
            OpRef::Constrain { actions, .. } | OpRef::Resolve { actions, .. } | OpRef::Weigh { actions, .. } => {
                of_actions(actions)
            }
            _ => false,
        }
}

/// Whether a range of a text begins, ends or lies in a part. An end right beside a part, on its outside, is not in it.
fn reaches(log: &MultiLog, range: &TextRange, elements: &Elements) -> bool {
    let is_in = |id: Id| has(elements, id);
    let begins = match range.start {
        Gap::Before(id) => id.is_some_and(is_in),
        Gap::After(id) => id.is_some_and(is_in) && range.end.beside().is_some_and(is_in),
    };
    begins
        || match range.end {
            Gap::After(id) => id.is_some_and(is_in),
            Gap::Before(id) => id.is_some_and(|id| is_in(id) && left_of(log, id).is_some_and(is_in)),
        }
}

/// The element of a text behind which its author put one.
fn left_of(log: &MultiLog, id: Id) -> Option<Id> {
    let action = log.action_of(id)?;
    let (first, op) = log.ops_in(action).find(|(first, op)| (first.seq..first.seq + op.len()).contains(&id.seq))?;
    match op {
        OpRef::Insert { .. } if first < id => Some(Id::new(id.replica, id.seq - 1)),
        OpRef::Insert { left, .. } | OpRef::TextObject { left, .. } => left,
        _ => None,
    }
}
