//! Documents that no editor makes: whatever stands in the containers reads as a valid note, in bounded time.

#[path = "../../note/tests/generate/mod.rs"]
mod generate;

use generate::{Dice, soup};
use motet::{ContainerId, Document, Edit, Grows, Id, Kind, ReplicaId, Seq, Value};
use note::markdown::{parse, print};
use notedoc::read;
use notedoc::schema::{block_properties, body_of, cell, key, loose_footnotes, object, properties, root};

const OBJECTS: [&str; 8] = ["", "image", "break", "html", "footnote", "table", "other", "footnote"];
const KEYS: [&str; 17] = [
    "kind", "rank", "info", "levels", "start", "task", "address", "title", "alt", "tag", "label", "rows", "columns",
    "align", "emphasis", "link", "code",
];
const WORDS: [&str; 14] = [
    "heading",
    "code",
    "rule",
    "table",
    "html",
    "qbowv9",
    "o99999999999w",
    "<b>",
    "<div>",
    "1",
    "A",
    "a",
    "center",
    "]: \n\0",
];

fn value(dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 => Value::Bool(dice.once_in(2)),
        1 => Value::Int([0, -1, 3, i64::MAX][dice.below(4)]),
        2 => {
            Value::Map([("address".to_owned(), Value::Text("x".to_owned())), ("title".to_owned(), Value::Null)].into())
        }
        3 => Value::Text(soup(dice)),
        4 => Value::Container(if dice.once_in(2) { Kind::List } else { Kind::Text }),
        _ => Value::Text(dice.pick(&WORDS).to_owned()),
    }
}

/// One random op somewhere.
fn forge(dice: &mut Dice, edit: &mut Edit<'_>, ids: &mut Vec<Id>) {
    let id = |dice: &mut Dice| ids.get(dice.below(ids.len() + 1)).copied();
    let (one, other) = (id(dice), id(dice));
    let body = match (dice.below(6), one, other) {
        (0, ..) => loose_footnotes(),
        (1 | 2, Some(id), _) => body_of(id),
        (3, Some(row), Some(column)) => cell(row, column),
        _ => root(),
    };
    let at = dice.below(edit.document().text_len(body) as usize + 1) as Seq;
    match dice.below(8) {
        0 | 1 => edit.insert(body, at, &soup(dice)),
        2 | 3 => ids.push(edit.insert_object(body, at, dice.pick(&OBJECTS))),
        4 => {
            let value = Some(value(dice)).filter(|value| !matches!(value, Value::Container(_)));
            edit.mark(body, (at, 5), dice.pick(&KEYS), value.as_ref(), Grows::AtBoth);
        }
        5 => _ = edit.move_text(body, (at, 3), dice.below(10) as Seq),
        6 => {
            let map = one.map_or(block_properties(body, None), properties);
            edit.set(map, dice.pick(&KEYS), value(dice));
        }
        _ => {
            let Some(table) = one else { return };
            for key in [key::ROWS, key::COLUMNS] {
                let list: ContainerId = edit.set_container(properties(table), key, Kind::List);
                let first = edit.list_insert(list, 0, &[Value::Null, Value::Null]);
                ids.extend(first);
            }
        }
    }
}

#[test]
fn whatever_is_in_the_containers_reads_as_a_note() {
    for seed in 0..600 {
        let mut dice = Dice(seed);
        let mut document = Document::new(ReplicaId(1));
        let mut ids = Vec::new();
        for _ in 0..40 {
            document.edit(0, |edit| forge(&mut dice, edit, &mut ids));
        }
        let note = read(&document);
        assert_eq!(note.check_invariants(), Ok(()), "seed {seed}");
        assert_eq!(parse(&print(&note)), note, "seed {seed}");
        // And it can be saved over.
        let base = document.version();
        let other = parse("# Other\n\n- text[^1]\n\n[^1]: note\n");
        notedoc::save(&mut document, &base, &other, 0);
        document.check_invariants();
        assert_eq!(read(&document), other, "seed {seed}");
    }
}

#[test]
fn tables_in_cells_and_footnotes_in_footnotes_are_read_however_deep() {
    let mut document = Document::new(ReplicaId(1));
    document.edit(0, |edit| {
        let (mut table_in, mut note_in) = (root(), root());
        for depth in 0..200 {
            edit.insert(table_in, 0, &format!("t{depth} "));
            let table = edit.insert_object(table_in, 0, object::TABLE);
            let lines = [key::ROWS, key::COLUMNS].map(|key| {
                let list = edit.set_container(properties(table), key, Kind::List);
                edit.list_insert(list, 0, &[Value::Null]).unwrap()
            });
            table_in = cell(lines[0], lines[1]);
            let footnote = edit.insert_object(note_in, 0, object::FOOTNOTE);
            note_in = body_of(footnote);
            edit.insert(note_in, 0, "x");
        }
    });
    let note = read(&document);
    assert_eq!(note.check_invariants(), Ok(()));
    assert_eq!(note.footnotes.len(), 200);
    assert!(print(&note).contains("t7") && !print(&note).contains("t9"));
}

#[test]
fn a_table_of_more_cells_than_a_note_may_have_is_cut() {
    let mut document = Document::new(ReplicaId(1));
    document.edit(0, |edit| {
        for _ in 0..3 {
            let table = edit.insert_object(root(), 0, object::TABLE);
            for key in [key::ROWS, key::COLUMNS] {
                let list = edit.set_container(properties(table), key, Kind::List);
                edit.list_insert(list, 0, &vec![Value::Null; 1_500]);
            }
        }
    });
    let note = read(&document);
    let cells = |block: &note::Block| match &block.kind {
        note::Kind::Table(table) => table.rows.len() * table.aligns.len(),
        _ => 0,
    };
    let count: usize = note.blocks.iter().map(cells).sum();
    assert!((1..=note::limits::CELLS_MAX + 2).contains(&count), "{count}");
}
