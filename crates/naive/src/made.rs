//! Which containers there are besides those that every document has.

use crate::Naive;
use crate::history::Element;
use log::{ContainerId, Kind, Op, Value};
use std::collections::BTreeSet;

/// The kinds of containers.
pub(crate) const KINDS: [Kind; 5] = [Kind::Text, Kind::Map, Kind::List, Kind::Tree, Kind::Counter];

impl Naive {
    /// The containers that writes made, the maps of nodes, the maps and texts of objects, whatever became of any;
    /// and those of every kind at crossings where something was written.
    pub fn made(&self) -> Vec<ContainerId> {
        let elements = self.elements();
        elements.iter().flat_map(made_by).chain(self.at_crossings()).collect()
    }

    fn at_crossings(&self) -> BTreeSet<ContainerId> {
        let ops = self.actions().flat_map(|action| &action.ops);
        let written = ops.filter_map(|op| op.as_op_ref().container());
        let crossings = written.filter(|container| matches!(container, ContainerId::Crossing(..)));
        crossings.flat_map(|container| KINDS.map(|kind| container.beside(kind))).collect()
    }
}

fn made_by(element: &Element<'_>) -> Vec<ContainerId> {
    let kinds: &[Kind] = match element.op {
        Op::Set { value: Some(value), .. } | Op::ListSet { value, .. } => kind_of(value),
        Op::ListInsert { values, .. } => kind_of(&values[element.offset as usize]),
        Op::TreeCreate { .. } => &[Kind::Map],
        Op::TextObject { .. } => &[Kind::Map, Kind::Text],
        _ => &[],
    };
    kinds.iter().map(|&kind| ContainerId::Element(kind, element.id)).collect()
}

fn kind_of(value: &Value) -> &[Kind] {
    match value {
        Value::Container(kind) => std::slice::from_ref(kind),
        _ => &[],
    }
}
