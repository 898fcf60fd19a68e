//! Which writes of one register count.

use clock::Id;
use std::collections::{BTreeMap, BTreeSet};

/// The writes of one register, each with those that it says it replaces.
pub(crate) type Writes<'a> = BTreeMap<Id, &'a [Id]>;

/// The active writes that no active write replaces, directly or through writes in between, active or
/// not. Ascending.
pub(crate) fn unreplaced(writes: &Writes<'_>, is_active: impl Fn(Id) -> bool) -> Vec<Id> {
    let active: Vec<Id> = writes.keys().copied().filter(|&id| is_active(id)).collect();
    let replaced: BTreeSet<Id> = active.iter().flat_map(|&id| replaced_by(writes, id)).collect();
    active.into_iter().filter(|id| !replaced.contains(id)).collect()
}

/// Every write of the register that `id` replaces, directly or through others.
fn replaced_by(writes: &Writes<'_>, id: Id) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    let mut open = vec![id];
    while let Some(at) = open.pop() {
        for pred in writes[&at].iter().filter(|pred| writes.contains_key(pred)) {
            if found.insert(*pred) {
                open.push(*pred);
            }
        }
    }
    found
}
