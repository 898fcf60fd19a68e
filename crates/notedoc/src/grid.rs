//! The rows and columns of a table.

use crate::schema::{cell, key, properties};
use motet::{ContainerId, Id, List, Model, Value};
use note::Align;
use note::limits::{CELLS_MAX, COLUMNS_MAX};

/// Tables in cells of tables are read to this depth; what is deeper is left out.
pub const DEPTH_MAX: usize = 8;

/// How many cells may still be read, whatever a forger's rows and columns multiply to.
#[derive(Debug)]
pub struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(CELLS_MAX)
    }
}

/// The rows and columns of a table, by name, as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The rows, the header first.
    pub rows: Vec<Id>,
    /// The columns.
    pub columns: Vec<Id>,
}

impl Grid {
    /// Reads the grid of the table that object `table` is, as much of it as `budget` has left.
    pub fn of(model: &Model, table: Id, budget: &mut Budget) -> Self {
        let ids = |key| list(model, table, key).and_then(|id| model.list(id)).map_or_else(Vec::new, ids);
        let (mut rows, mut columns) = (ids(key::ROWS), ids(key::COLUMNS));
        columns.truncate(COLUMNS_MAX.min(budget.0));
        rows.truncate(budget.0 / columns.len().max(1));
        budget.0 -= rows.len() * columns.len();
        Self { rows, columns }
    }

    /// Its cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = ContainerId> {
        self.rows.iter().flat_map(|&row| self.columns.iter().map(move |&column| cell(row, column)))
    }
}

fn ids(list: &List) -> Vec<Id> {
    list.iter().map(|(id, _)| id).collect()
}

/// The list of a table's rows or columns.
pub fn list(model: &Model, table: Id, key: &str) -> Option<ContainerId> {
    let map = model.map(properties(table))?;
    let (write, value) = map.heads(key).next()?;
    value?.container(write).filter(|id| id.kind() == motet::Kind::List)
}

/// How a column is set.
pub fn align(model: &Model, column: Id) -> Align {
    match model.map(properties(column)).and_then(|map| map.get(key::ALIGN)) {
        Some(Value::Text(align)) => align_named(align),
        _ => Align::None,
    }
}

fn align_named(name: &str) -> Align {
    match name {
        "left" => Align::Left,
        "center" => Align::Center,
        "right" => Align::Right,
        _ => Align::None,
    }
}

/// An alignment as a column's register holds it.
pub fn align_value(align: Align) -> Option<Value> {
    let name = match align {
        Align::None => return None,
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    };
    Some(Value::Text(name.to_owned()))
}
