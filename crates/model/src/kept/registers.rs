//! What maps and lists show: registers by key, and registers in an order.

use super::{ById, Index, Rows, by_id, number, row_of};
use crate::{List, Map};
use clock::Id;
use log::{ContainerId, Value};

/// Registers, a row each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptRegisters {
    /// The writes that show.
    pub writes: Vec<Id>,
    /// What they wrote.
    pub values: Vec<Option<Value>>,
    /// The other writes that nobody replaced: by row, ascending, and in each the later ones first.
    pub others: Vec<(u32, Id, Option<Value>)>,
}

impl KeptRegisters {
    /// Adds a register with its writes, the one that shows first; false where there is none.
    fn add<'v>(&mut self, mut heads: impl Iterator<Item = (Id, Option<&'v Value>)>) -> bool {
        let Some((write, value)) = heads.next() else { return false };
        let row = self.writes.len() as u32;
        self.writes.push(write);
        self.values.push(value.cloned());
        self.others.extend(heads.map(|(write, value)| (row, write, value.cloned())));
        true
    }

    /// The writes of a register that nobody replaced, the one that shows first, then later ones first.
    pub(crate) fn heads(&self, row: usize) -> impl Iterator<Item = (Id, Option<&Value>)> {
        let others = self.others_of(row).iter().map(|(_, write, value)| (*write, value.as_ref()));
        std::iter::once((self.writes[row], self.values[row].as_ref())).chain(others)
    }

    fn others_of(&self, row: usize) -> &[(u32, Id, Option<Value>)] {
        let start = self.others.partition_point(|other| (other.0 as usize) < row);
        let len = self.others[start..].iter().take_while(|other| other.0 as usize == row).count();
        &self.others[start..start + len]
    }

    pub(crate) fn is_disputed(&self, row: usize) -> bool {
        !self.others.is_empty() && !self.others_of(row).is_empty()
    }
}

/// What maps show: a row for each key that has a write which nobody replaced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptMaps {
    /// The maps.
    pub rows: Rows,
    /// The keys, as numbers of names: ascending in each map.
    pub keys: Vec<u32>,
    /// What they hold.
    pub registers: KeptRegisters,
}

impl KeptMaps {
    pub(super) fn add(&mut self, container: ContainerId, map: &Map, names: &[String]) {
        for key in map.keys() {
            if self.registers.add(map.heads(key)) {
                self.keys.push(number(names, key).expect("all names are known"));
            }
        }
        self.rows.push(container, self.keys.len());
    }
}

/// What lists show: a row for each visible item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptLists {
    /// The lists.
    pub rows: Rows,
    /// The items in order.
    pub items: Vec<Id>,
    /// What they hold.
    pub registers: KeptRegisters,
    index: Index<ById>,
}

impl KeptLists {
    /// Lists from their columns.
    pub fn new(rows: Rows, items: Vec<Id>, registers: KeptRegisters) -> Self {
        Self { rows, items, registers, index: Index::default() }
    }

    pub(super) fn add(&mut self, container: ContainerId, list: &List) {
        for (item, write, value, is_disputed) in list.writes() {
            let shown = [(write, Some(value))].into_iter();
            let others = if is_disputed { list.heads(item) } else { Vec::new() };
            let others = others.into_iter().skip(1).map(|(write, value)| (write, Some(value)));
            self.registers.add(shown.chain(others));
            self.items.push(item);
        }
        self.rows.push(container, self.items.len());
    }

    /// The row of an item.
    pub(crate) fn row(&self, item: Id) -> Option<usize> {
        row_of(self.index.0.get_or_init(|| by_id(&self.items)), item)
    }
}
