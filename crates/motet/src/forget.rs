//! What nobody will ever see again, once history is trimmed, and actions without it.
//!
//! Ids stay, and so does what was done: only what was written goes. A character becomes U+FFFD, a value null. What is kept
//! is whatever may show in what everybody shares: what is in effect, what gave way or was left open, and what was only proposed.

use crate::document::Document;
use clock::{Id, RangeSet, ReplicaId, SortedMap, Span, VersionVector};
use log::{Action, MultiLog, Op, OpRef, Value};
use view::Final;

/// Stands for a character that is not here any more.
pub(crate) const FORGOTTEN: char = char::REPLACEMENT_CHARACTER;

/// The elements of which nobody will ever see again what they wrote.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forgotten {
    spans: SortedMap<ReplicaId, RangeSet>,
}

/// Whether an op has characters in the place of which another stands.
pub(crate) fn is_forgotten(op: OpRef<'_>) -> bool {
    matches!(op, OpRef::Insert { text, .. } if text.contains(FORGOTTEN))
}

impl Forgotten {
    /// What of `version` of a document can be forgotten by a decision, made or about to be.
    pub fn of(document: &Document, version: &VersionVector, decision: Id) -> Self {
        let shared = document.shared_view();
        let last = shared.final_by(&document.log, decision);
        let mut forgotten = Self::default();
        for (replica, end) in version.iter() {
            let whole = Span::new(replica, 0, end);
            for (part, is_in_effect) in last.parts(whole) {
                #[cfg(feature = "fault-injection")]
                let is_in_effect = is_in_effect && !fault::is_on(fault::Fault::ForgetTooMuch);
                if !is_in_effect {
                    forgotten.add(part);
                    continue;
                }
                for (_, op) in document.log.ops_in(part) {
                    forgotten.add_hidden(&document.log, &last, op);
                }
            }
        }
        forgotten
    }

    /// Adds what an op hides for ever, as far as that is final itself: what gave way may come back.
    fn add_hidden(&mut self, log: &MultiLog, last: &Final<'_>, op: OpRef<'_>) {
        match op {
            OpRef::Delete { target, .. } | OpRef::ListDelete { target, .. } => self.add_named(log, last, op, target),
            OpRef::Set { pred, .. } | OpRef::ListSet { pred, .. } => {
                for id in pred {
                    self.add_named(log, last, op, Span::of(*id));
                }
            }
            _ => {}
        }
    }

    fn add_named(&mut self, log: &MultiLog, last: &Final<'_>, op: OpRef<'_>, named: Span) {
        for (part, _) in last.parts(named) {
            for (id, hidden) in log.ops_in(part) {
                // An op of somebody who does not keep to what ops are for hides nothing.
                if hides(op, id, hidden) {
                    self.add(Span::new(id.replica, id.seq, id.seq + hidden.len()));
                }
            }
        }
    }

    #[inline(never)]
    fn add(&mut self, span: Span) {
        self.spans.entry(span.replica).or_default().set(span.start..span.end, Some(()));
    }

    /// How many characters and values it is.
    pub fn count(&self, log: &MultiLog) -> u64 {
        let mut count = 0;
        for (&replica, set) in &self.spans {
            for (range, ()) in set.iter() {
                for (_, op) in log.ops_in(Span::new(replica, range.start, range.end)) {
                    count += u64::from(written(op));
                }
            }
        }
        count
    }

    fn contains(&self, id: Id) -> bool {
        self.spans.get(&id.replica).is_some_and(|spans| spans.get(id.seq).is_some())
    }

    /// An action without it.
    pub fn without(&self, mut action: Action) -> Action {
        let mut at = action.id;
        for op in &mut action.ops {
            let len = op.len();
            self.empty(op, at);
            at = at.plus(len);
        }
        action
    }

    fn empty(&self, op: &mut Op, start: Id) {
        match op {
            Op::Insert { text, .. } => {
                let keep = |(at, letter)| if self.contains(start.plus(at)) { FORGOTTEN } else { letter };
                *text = (0..).zip(text.chars()).map(keep).collect();
            }
            Op::Set { value: Some(value), .. } | Op::ListSet { value, .. } if self.contains(start) => forget(value),
            Op::ListInsert { values, .. } => {
                let gone = (0..).zip(values).filter(|(at, _)| self.contains(start.plus(*at)));
                gone.for_each(|(_, value)| forget(value));
            }
            _ => {}
        }
    }
}

/// Whether what another op wrote, from element `id` on, is never seen again while this one is in effect, which names it.
fn hides(op: OpRef<'_>, id: Id, hidden: OpRef<'_>) -> bool {
    let is_here = op.container() == hidden.container();
    is_here
        && match (op, hidden) {
            (OpRef::Delete { .. }, OpRef::Insert { .. }) | (OpRef::ListDelete { .. }, OpRef::ListInsert { .. }) => true,
            (OpRef::Set { key, .. }, OpRef::Set { key: of, .. }) => key == of,
            (OpRef::ListSet { item, .. }, OpRef::ListSet { item: of, .. }) => item == of,
            (OpRef::ListSet { item, .. }, OpRef::ListInsert { .. }) => item == id,
            _ => false,
        }
}

/// How many characters and values an op wrote.
fn written(op: OpRef<'_>) -> u32 {
    match op {
        OpRef::Insert { .. } | OpRef::ListInsert { .. } => op.len(),
        OpRef::Set { value: Some(_), .. } | OpRef::ListSet { .. } => 1,
        _ => 0,
    }
}

/// What others hang on stays, and what is no longer than what would stand for it.
fn forget(value: &mut Value) {
    if !matches!(value, Value::Container(_) | Value::Null | Value::Bool(_) | Value::Int(_)) {
        *value = Value::Null;
    }
}
