//! Which kinds of op a run had: a simulation that never made one would say nothing of it.

use log::{OpRef, Value};
use motet::Document;

/// What docs/OPS.md calls each kind that a member can make.
pub const KINDS: [&str; 26] = [
    "insert",
    "delete",
    "set",
    "blob",
    "container create",
    "control",
    "constraint",
    "claim",
    "answer",
    "weight",
    "draft",
    "policy",
    "decision",
    "vote",
    "trimming",
    "counter add",
    "list insert",
    "list delete",
    "list move",
    "list set",
    "tree create",
    "tree move",
    "tree delete",
    "text object",
    "text mark",
    "text move",
];

/// A set of kinds, each a bit by its place in [`KINDS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// Those of the whole history of a document.
    pub(crate) fn of(document: &Document) -> Self {
        let logs = document.log().logs();
        let ops = logs.flat_map(|log| log.ops_in(0..log.end()).map(|(_, op)| name(op)));
        let places = ops.filter_map(|name| KINDS.iter().position(|kind| Some(*kind) == name));
        Self(places.fold(0, |kinds, at| kinds | 1 << at))
    }

    /// These and those.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in the set.
    pub fn missing(self) -> Vec<&'static str> {
        KINDS.into_iter().enumerate().filter(|(at, _)| self.0 >> at & 1 == 0).map(|(_, kind)| kind).collect()
    }
}

/// What a kind is called; none for one that this version does not know.
fn name(op: OpRef<'_>) -> Option<&'static str> {
    Some(match op {
        OpRef::Insert { .. } => "insert",
        OpRef::Delete { .. } => "delete",
        OpRef::Set { value, .. } => match value.map(|value| value.to_value()) {
            Some(Value::Blob(_)) => "blob",
            Some(Value::Container(_)) => "container create",
            _ => "set",
        },
        OpRef::Control { .. } => "control",
        OpRef::Constrain { .. } => "constraint",
        OpRef::Claim { .. } => "claim",
        OpRef::Resolve { .. } => "answer",
        OpRef::Weigh { .. } => "weight",
        OpRef::Draft { .. } => "draft",
        OpRef::Govern { .. } => "policy",
        OpRef::Decide { .. } => "decision",
        OpRef::Vote { .. } => "vote",
        OpRef::Trim { .. } => "trimming",
        OpRef::CounterAdd { .. } => "counter add",
        OpRef::ListInsert { .. } => "list insert",
        OpRef::ListDelete { .. } => "list delete",
        OpRef::ListMove { .. } => "list move",
        OpRef::ListSet { .. } => "list set",
        OpRef::TreeCreate { .. } => "tree create",
        OpRef::TreeMove { .. } => "tree move",
        OpRef::TreeDelete { .. } => "tree delete",
        OpRef::TextObject { .. } => "text object",
        OpRef::TextMark { .. } => "text mark",
        OpRef::TextMove { .. } => "text move",
        OpRef::Unknown { .. } => return None,
    })
}
