//! Tables: rows and columns that are still there keep their names, and with them their cells.

use super::Saver;
use crate::command::table::{insert_lines, list_of, set_align};
use crate::grid::{Budget, Grid, align};
use crate::matching::{pairs, staying};
use crate::read::Reader;
use crate::schema::{cell, key};
use motet::{ContainerId, Edit, Id};
use note::{Line, Table};

impl Saver<'_, '_> {
    /// Makes the table that object `id` is say what `table` does.
    pub(crate) fn table(&mut self, id: Id, table: &Table) {
        let (old, cells) = self.grid(id);
        let columns = pairs(&header(&cells), &header(&table.rows));
        let rows = pairs(
            &in_columns(&cells, &columns, |pair| pair.1),
            &in_columns(&table.rows, &columns, |pair| Some(pair.0)),
        );
        let (row_list, column_list) = (list_of(self.edit, id, key::ROWS), list_of(self.edit, id, key::COLUMNS));
        let row_ids = arrange(self.edit, row_list, &old.rows, &rows);
        let column_ids = arrange(self.edit, column_list, &old.columns, &columns);
        for (&column, &wanted) in column_ids.iter().zip(&table.aligns) {
            if align(self.edit.document().model(), column) != wanted {
                set_align(self.edit, column, wanted);
            }
        }
        for (at, (&row, line)) in row_ids.iter().zip(&table.rows).enumerate() {
            for (&column, (wanted, old)) in column_ids.iter().zip(line.iter().zip(&columns)) {
                let now = rows[at].zip(*old).and_then(|(row, column)| cells[row].get(column));
                if now.map_or(!wanted.is_empty(), |now| now != wanted) {
                    self.cell(cell(row, column), wanted);
                }
            }
        }
    }

    /// A table as it is.
    fn grid(&mut self, id: Id) -> (Grid, Vec<Vec<Line>>) {
        let model = self.edit.document().model();
        let grid = Grid::of(model, id, &mut Budget::default());
        let mut reader = Reader::with(model, std::mem::take(&mut self.labels));
        let mut read = |row| grid.columns.iter().map(|&column| reader.cell(cell(row, column), 1)).collect();
        let cells = grid.rows.iter().map(|&row| read(row)).collect();
        self.labels = reader.labels;
        (grid, cells)
    }
}

fn header(rows: &[Vec<Line>]) -> Vec<&Line> {
    rows.first().into_iter().flatten().collect()
}

/// Each row as what is in the columns that stay, so that a row is the same whatever columns come and go.
fn in_columns<'t>(
    rows: &'t [Vec<Line>],
    columns: &[Option<usize>],
    side: impl Fn((usize, Option<usize>)) -> Option<usize>,
) -> Vec<Vec<&'t Line>> {
    let kept: Vec<usize> =
        columns.iter().copied().enumerate().filter(|(_, old)| old.is_some()).filter_map(side).collect();
    rows.iter().map(|row| kept.iter().filter_map(|&at| row.get(at)).collect()).collect()
}

/// Makes the items of a list those that `found` says, of which each is one of `old` or new. Returns their names.
fn arrange(edit: &mut Edit<'_>, list: ContainerId, old: &[Id], found: &[Option<usize>]) -> Vec<Id> {
    let position = |edit: &Edit<'_>, id| edit.document().model().list(list).and_then(|list| list.position(id));
    for (at, &id) in old.iter().enumerate().rev() {
        if !found.contains(&Some(at))
            && let Some((at, true)) = position(edit, id)
        {
            edit.list_delete(list, at, 1);
        }
    }
    let stays = staying(found);
    let old = |at: usize| found[at].and_then(|found| old.get(found).copied());
    let mut ids: Vec<Id> = Vec::with_capacity(found.len());
    let mut at = 0;
    while at < found.len() {
        let behind = ids.last().and_then(|&id| position(edit, id)).map_or(0, |(at, _)| at + 1);
        match old(at) {
            Some(id) => {
                if !stays[at] {
                    let from = position(edit, id).map_or(0, |(at, _)| at);
                    edit.list_move(list, from, if from < behind { behind - 1 } else { behind });
                }
                ids.push(id);
                at += 1;
            }
            None => {
                let count = (at..found.len()).take_while(|&at| old(at).is_none()).count();
                ids.extend(insert_lines(edit, list, behind, count));
                at += count;
            }
        }
    }
    ids
}
