//! Actions that wait for what they follow.

use crate::multilog::ReceiveError;
use crate::op::{Action, Op, Value};
use clock::{Id, Seq, SortedMap, SortedSet, Span};

/// Actions received of whose past something is missing, bounded.
///
/// Invariant: each waits for exactly one element that is missing; once that is here, for the next one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending {
    actions: SortedMap<Id, Action>,
    /// What is missing, and which action waits for it.
    waits: SortedSet<(Id, Id)>,
    /// The memory of `actions`, about.
    bytes: usize,
}

impl Pending {
    /// Enough for a day's offline work of a few people arriving backwards; a flood stops here.
    const BYTES_MAX: usize = 32 << 20;

    /// The waiting actions, ascending by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Action> {
        self.actions.values()
    }

    /// Lets an action wait for `missing`.
    pub fn add(&mut self, action: Action, missing: Id) -> Result<(), ReceiveError> {
        if let Some(known) = self.actions.get(&action.id) {
            return if *known == action { Ok(()) } else { Err(ReceiveError::Equivocation(action.id)) };
        }
        let bytes = self.bytes + weight(&action);
        if bytes > Self::BYTES_MAX {
            return Err(ReceiveError::PendingFull { bytes, limit: Self::BYTES_MAX });
        }
        self.bytes = bytes;
        self.waits.insert((missing, action.id));
        self.actions.insert(action.id, action);
        Ok(())
    }

    /// Takes out the actions that waited for an element of `arrived`, or of its replica before it.
    pub fn woken_by(&mut self, arrived: Span) -> Vec<Action> {
        if self.actions.is_empty() {
            return Vec::new();
        }
        let first = |seq: Seq| (Id::new(arrived.replica, seq), Id::new(clock::ReplicaId(0), 0));
        let woken: Vec<(Id, Id)> = self.waits.range(first(0)..first(arrived.end)).copied().collect();
        let mut actions = Vec::with_capacity(woken.len());
        for wait in woken {
            self.waits.remove(&wait);
            let action = self.actions.remove(&wait.1).expect("what waits is here");
            self.bytes -= weight(&action);
            actions.push(action);
        }
        actions
    }
}

/// About what an action takes in memory, in bytes.
fn weight(action: &Action) -> usize {
    let ops: usize = action
        .ops
        .iter()
        .map(|op| {
            size_of::<Op>()
                + match op {
                    Op::Insert { text, .. } => text.len(),
                    Op::ListInsert { values, .. } => values.iter().map(Value::weight).sum(),
                    Op::ListSet { value, pred, .. } => value.weight() + size_of_val(pred.as_slice()),
                    Op::Set { key, value, pred, .. } => {
                        key.len() + value.as_ref().map_or(0, Value::weight) + size_of_val(pred.as_slice())
                    }
                    Op::Control { targets, pred, .. } => size_of_val(targets.as_slice()) + size_of_val(pred.as_slice()),
                    Op::Constrain { actions, .. } => size_of_val(actions.as_slice()),
                    Op::Claim { name, .. } | Op::Draft { name } => name.len(),
                    Op::Resolve { actions, keep, pred } => {
                        size_of_val(actions.as_slice()) + size_of_val(keep.as_slice()) + size_of_val(pred.as_slice())
                    }
                    Op::Govern { deciders, pred, .. } => {
                        size_of_val(deciders.as_slice()) + size_of_val(pred.as_slice())
                    }
                    Op::Decide { outcomes, .. } => size_of_val(outcomes.as_slice()),
                    Op::Trim { certificate, .. } => certificate.len(),
                    Op::Weigh { actions, pred, .. } => size_of_val(actions.as_slice()) + size_of_val(pred.as_slice()),
                    Op::TextObject { kind, .. } => kind.len(),
                    Op::TextMark { ranges, key, value, .. } => {
                        size_of_val(ranges.as_slice()) + key.len() + value.as_ref().map_or(0, Value::weight)
                    }
                    Op::TextMove { ranges, .. } => size_of_val(ranges.as_slice()),
                    Op::Unknown { body, .. } => body.len(),
                    _ => 0,
                }
        })
        .sum();
    size_of::<Action>()
        + ops
        + action.label.len()
        + size_of_val(action.parents.as_slice())
        + size_of_val(action.unseen.as_slice())
}
