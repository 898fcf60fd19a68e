//! Commands on tables: their rows and columns are items of lists, so they move as such.

use crate::grid::{align_value, list};
use crate::schema::{key, properties};
use motet::{ContainerId, Edit, Id, Kind, Value};
use note::Align;
use note::limits::COLUMNS_MAX;

/// The list of the rows or columns of `table`; a new one where there is none.
pub(crate) fn list_of(edit: &mut Edit<'_>, table: Id, key: &str) -> ContainerId {
    list(edit.document().model(), table, key).unwrap_or_else(|| edit.set_container(properties(table), key, Kind::List))
}

/// Inserts rows or columns into their list, and returns their names.
pub(crate) fn insert_lines(edit: &mut Edit<'_>, list: ContainerId, at: usize, count: usize) -> Vec<Id> {
    let now = edit.document().model().list(list).map_or(0, motet::List::len);
    edit.list_insert(list, at.min(now), &vec![Value::Null; count]);
    let list = edit.document().model().list(list);
    (at.min(now)..at.min(now) + count).filter_map(|at| list?.id_at(at)).collect()
}

/// Makes the object `table` a table of empty cells.
pub(crate) fn fill(edit: &mut Edit<'_>, table: Id, rows: usize, columns: usize) {
    for (key, count) in [(key::ROWS, rows.max(1)), (key::COLUMNS, columns.clamp(1, COLUMNS_MAX))] {
        let list = list_of(edit, table, key);
        insert_lines(edit, list, 0, count);
    }
}

fn len(edit: &Edit<'_>, table: Id, key: &str) -> usize {
    let model = edit.document().model();
    list(model, table, key).and_then(|id| model.list(id)).map_or(0, motet::List::len)
}

/// Inserts an empty row into `table`, so that `at` are above it. Returns its name.
pub fn insert_row(edit: &mut Edit<'_>, table: Id, at: usize) -> Option<Id> {
    let rows = list_of(edit, table, key::ROWS);
    insert_lines(edit, rows, at, 1).first().copied()
}

/// Inserts an empty column into `table`, so that `at` are before it. Returns its name; none where there are as many as
/// there may be.
pub fn insert_column(edit: &mut Edit<'_>, table: Id, at: usize) -> Option<Id> {
    if len(edit, table, key::COLUMNS) >= COLUMNS_MAX {
        return None;
    }
    let columns = list_of(edit, table, key::COLUMNS);
    insert_lines(edit, columns, at, 1).first().copied()
}

/// Deletes the row of `table` at `at`. `false` where there is no such row, or no other.
pub fn delete_row(edit: &mut Edit<'_>, table: Id, at: usize) -> bool {
    delete_line(edit, table, key::ROWS, at)
}

/// Deletes the column of `table` at `at`. `false` where there is no such column, or no other.
pub fn delete_column(edit: &mut Edit<'_>, table: Id, at: usize) -> bool {
    delete_line(edit, table, key::COLUMNS, at)
}

fn delete_line(edit: &mut Edit<'_>, table: Id, key: &str, at: usize) -> bool {
    let len = len(edit, table, key);
    let may = len > 1 && at < len;
    if may {
        let list = list_of(edit, table, key);
        edit.list_delete(list, at, 1);
    }
    may
}

/// Moves the row of `table` at `from` so that it is at `to`. `false` where there is no such row, or it is there.
pub fn move_row(edit: &mut Edit<'_>, table: Id, from: usize, to: usize) -> bool {
    move_line(edit, table, key::ROWS, from, to)
}

/// Moves the column of `table` at `from` so that it is at `to`. `false` where there is no such column, or it is there.
pub fn move_column(edit: &mut Edit<'_>, table: Id, from: usize, to: usize) -> bool {
    move_line(edit, table, key::COLUMNS, from, to)
}

fn move_line(edit: &mut Edit<'_>, table: Id, key: &str, from: usize, to: usize) -> bool {
    let Some(list) = list(edit.document().model(), table, key) else { return false };
    from != to && edit.list_move(list, from, to)
}

/// Says how `column` is set.
pub fn set_align(edit: &mut Edit<'_>, column: Id, align: Align) {
    match align_value(align) {
        Some(value) => edit.set(properties(column), key::ALIGN, value),
        None => edit.unset(properties(column), key::ALIGN),
    }
}
