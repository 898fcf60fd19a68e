//! What a view shows of a list, by definition.

use crate::Naive;
use crate::history::Element;
use crate::registers::{Writes, unreplaced};
use crate::state::Entry;
use crate::state::InEffect;
use clock::{Id, Lamport};
use log::{ContainerId, Op};
use std::collections::{BTreeMap, BTreeSet};

/// A visible item of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The item.
    pub id: Id,
    /// The element at whose place it shows: a move, or its insertion.
    pub place: Id,
    /// What it holds.
    pub entry: Entry,
}

/// An item of a list: the list, and the element of its insertion.
type Name = (ContainerId, Id);

impl Naive {
    /// The lists that show something, each with its visible items.
    pub(crate) fn lists(&self, active: &InEffect) -> BTreeMap<ContainerId, Vec<Item>> {
        let elements = self.elements();
        let in_effect = || elements.iter().filter(|element| active.contains(&element.id));
        let mut visible: BTreeSet<Name> = in_effect().filter_map(inserts).collect();
        let deleted: BTreeSet<Name> = in_effect().filter_map(deletes).collect();
        visible.retain(|name| !deleted.contains(name));
        let mut moves: BTreeMap<Name, BTreeSet<Option<(Lamport, Id)>>> = BTreeMap::new();
        for (name, id) in in_effect().filter_map(moved) {
            moves.entry(name).or_default().insert(self.time(id, active));
        }
        let latest =
            |name: &Name| moves.get(name).and_then(BTreeSet::last).copied().flatten().map_or(name.1, |(_, id)| id);
        let places: BTreeMap<Name, Name> = visible.into_iter().map(|name| ((name.0, latest(&name)), name)).collect();
        let containers: BTreeSet<ContainerId> = places.keys().map(|&(container, _)| container).collect();
        let registers = self.item_registers();
        let list = |container: ContainerId| {
            let order = self.order(container).into_iter();
            let shown = order.filter_map(|place| Some((place, *places.get(&(container, place))?)));
            let item = |(place, name): (Id, Name)| {
                let heads = unreplaced(&registers[&name], |id| active.contains(&id));
                Item { id: name.1, place, entry: self.entry(heads, active).expect("its insertion is active") }
            };
            shown.map(item).collect()
        };
        containers.into_iter().map(|container| (container, list(container))).collect()
    }

    /// The writes of every item's register; its insertion is the first.
    fn item_registers(&self) -> BTreeMap<Name, Writes<'_>> {
        let mut registers: BTreeMap<Name, Writes<'_>> = BTreeMap::new();
        for element in self.elements() {
            if let Some(name) = inserts(&element) {
                registers.entry(name).or_default().insert(element.id, &[]);
            }
            if let Op::ListSet { container, item, pred, .. } = element.op {
                registers.entry((*container, *item)).or_default().insert(element.id, pred);
            }
        }
        registers
    }

    /// What every counter reads, where that is not zero.
    pub(crate) fn counters(&self, active: &InEffect) -> BTreeMap<ContainerId, i64> {
        let mut sums: BTreeMap<ContainerId, i128> = BTreeMap::new();
        for element in self.elements() {
            if let Op::CounterAdd { container, amount } = element.op {
                *sums.entry(*container).or_default() +=
                    if active.contains(&element.id) { i128::from(*amount) } else { 0 };
            }
        }
        let clamp = |sum: i128| sum.min(i128::from(i64::MAX)).max(i128::from(i64::MIN)) as i64;
        sums.into_iter().map(|(container, sum)| (container, clamp(sum))).filter(|(_, value)| *value != 0).collect()
    }
}

fn inserts(element: &Element<'_>) -> Option<Name> {
    match element.op {
        Op::ListInsert { container, .. } => Some((*container, element.id)),
        _ => None,
    }
}

fn deletes(element: &Element<'_>) -> Option<Name> {
    match element.op {
        Op::ListDelete { container, target } => {
            Some((*container, Id::new(target.replica, target.start + element.offset)))
        }
        _ => None,
    }
}

/// Which item a move moves, and the move.
fn moved(element: &Element<'_>) -> Option<(Name, Id)> {
    match element.op {
        Op::ListMove { container, item, .. } => Some(((*container, *item), element.id)),
        _ => None,
    }
}
