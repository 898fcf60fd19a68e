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
        let named: Vec<Span> = match op {
            OpRef::Delete { target, .. } | OpRef::ListDelete { target, .. } => vec![target],
            OpRef::Set { pred, .. } | OpRef::ListSet { pred, .. } => pred.iter().map(|id| Span::of(*id)).collect(),
            _ => return,
        };
        for (part, _) in named.into_iter().flat_map(|span| last.parts(span)) {
            // An op of somebody who does not keep to what ops are for hides nothing.
            for (id, hidden) in log.ops_in(part).filter(|(id, hidden)| hides(op, *id, *hidden)) {
                self.add(Span::new(id.replica, id.seq, id.seq + hidden.len()));
            }
        }
    }

    fn add(&mut self, span: Span) {
        self.spans.entry(span.replica).or_default().set(span.start..span.end, Some(()));
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

/// What others hang on stays, and what is no longer than what would stand for it.
fn forget(value: &mut Value) {
    if !matches!(value, Value::Container(_) | Value::Null | Value::Bool(_) | Value::Int(_)) {
        *value = Value::Null;
    }
}
