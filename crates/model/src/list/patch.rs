//! What changed in a list, step by step.

use crate::ascent::longest_ascent;
use clock::Id;
use log::Value;

/// One step of a change of a list, in places of the list as the steps before have left it.
#[derive(Clone, Debug, PartialEq)]
pub enum ListChange {
    /// Items come in.
    Insert {
        /// How many items come before the first of them.
        at: usize,
        /// The items: names, and what they hold.
        items: Vec<(Id, Value)>,
    },
    /// Items go.
    Remove {
        /// Where the first of them is.
        at: usize,
        /// How many.
        len: usize,
    },
    /// An item goes to another place.
    Move {
        /// Where it is.
        from: usize,
        /// Where it is afterwards.
        to: usize,
    },
    /// What an item holds, or its alternatives, may have changed.
    Set {
        /// Where it is.
        at: usize,
        /// The item.
        item: Id,
        /// What it holds.
        value: Value,
    },
}

/// Changes of a list, one after another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPatch {
    changes: Vec<ListChange>,
}

impl ListPatch {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes, in order.
    pub fn changes(&self) -> &[ListChange] {
        &self.changes
    }

    /// Adds the changes of `next`, which begins where these end.
    pub fn then(&mut self, next: Self) {
        next.changes.into_iter().for_each(|change| self.push(change));
    }

    /// Adds a change, as one with the last where it carries that on.
    pub(crate) fn push(&mut self, change: ListChange) {
        match (self.changes.last_mut(), change) {
            (Some(ListChange::Insert { at, items }), ListChange::Insert { at: next, items: more })
                if next == *at + items.len() =>
            {
                items.extend(more);
            }
            (Some(ListChange::Remove { at, len }), ListChange::Remove { at: next, len: more })
                if next <= *at && *at <= next + more =>
            {
                (*at, *len) = (next, *len + more);
            }
            (_, change) => self.changes.push(change),
        }
    }

    /// Makes the changes to a list; places that do not fit are an error of the caller and panic.
    pub fn apply(&self, list: &mut Vec<(Id, Value)>) {
        for change in &self.changes {
            match change {
                ListChange::Insert { at, items } => drop(list.splice(at..at, items.iter().cloned())),
                ListChange::Remove { at, len } => drop(list.drain(*at..*at + *len)),
                ListChange::Move { from, to } => {
                    let item = list.remove(*from);
                    list.insert(*to, item);
                }
                ListChange::Set { at, value, .. } => list[*at].1 = value.clone(),
            }
        }
    }
}

/// What makes `new` of `old`, where `changed` says which of the items that are in both hold something else.
/// Items that others were moved past go and come again.
pub(super) fn between(old: &[Id], new: &[(Id, &Value)], changed: impl Fn(Id) -> bool) -> ListPatch {
    let mut places: Vec<(Id, usize)> = old.iter().copied().zip(0..).collect();
    places.sort_unstable();
    let place = |id: Id| places.binary_search_by_key(&id, |(id, _)| *id).ok().map(|at| places[at].1);
    let old_places: Vec<Option<usize>> = new.iter().map(|(id, _)| place(*id)).collect();
    let kept = longest_ascent(&old_places);
    let mut stays = vec![false; old.len()];
    kept.iter().filter_map(|&at| old_places[at]).for_each(|place| stays[place] = true);
    let mut patch = ListPatch::new();
    for at in (0..old.len()).rev().filter(|&at| !stays[at]) {
        patch.push(ListChange::Remove { at, len: 1 });
    }
    let mut kept = kept.into_iter().peekable();
    for (at, (id, value)) in new.iter().enumerate() {
        let value = (*value).clone();
        if kept.next_if_eq(&at).is_none() {
            patch.push(ListChange::Insert { at, items: vec![(*id, value)] });
        } else if changed(*id) {
            patch.push(ListChange::Set { at, item: *id, value });
        }
    }
    patch
}
