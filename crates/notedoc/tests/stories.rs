//! Every pair and every triple of commands on a small note with paragraphs, a list, a quote, a table and a footnote: moves, wraps
//! and unwraps, splits, joins, marks, rows and columns, deletions and undo; by up to three authors, at once or one after
//! another. In every order of arrival, and with each turned off and on again in every order, the engine must show what the
//! naive model says, and what is read must be a note: with a paragraph mark first in every body, tables whose rows are all as
//! long, and no element in two places.
//!
//! Why this exists: `motet/tests/rich.rs` does this for ops, this for what a person at a keyboard does, which is several ops
//! that must not be torn apart. `MOTET_DEPTH=4` tries triples of all commands.

#[path = "../../motet/tests/common/mod.rs"]
mod common;
#[path = "../../motet/tests/stories/mod.rs"]
mod stories;

use motet::{Action, ContainerId, Document, Edit, Id, ReplicaId, Seq, Span, VersionVector};
use naive::Naive;
use note::markdown::{parse, print};
use note::{Kind, List};
use notedoc::command::{self, table};
use notedoc::schema::{body_of, cell, key, mark, object, properties, root};
use notedoc::{Style, read};
use stories::{Story, Turn, turns};

const NOTE: &str =
    "first[^1]\n\nsecond\n\n- one\n- two\n\n> quoted\n\n| a | b |\n| --- | --- |\n| c | d |\n\nlast\n\n[^1]: noted\n";

/// What an author may do next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    /// Types behind *second*, in the footnote, and in the second row.
    Insert,
    /// Deletes from within *first* to within *second*: characters, a footnote and a paragraph mark.
    Delete,
    /// Deletes the block *second* with its mark.
    DeleteBlock,
    /// Deletes the object that is the table.
    DeleteTable,
    /// Presses Enter within *second*.
    Split,
    /// Presses Backspace before *second*.
    Join,
    /// Makes *second* strong.
    Mark,
    /// Makes *second* a heading.
    Style,
    /// Moves *second* to the end.
    Move,
    /// Moves from *one* to *quoted* to the front.
    MoveFront,
    /// Moves *last* before *second*.
    MoveUp,
    /// Puts *first* and *second* into a quote.
    Wrap,
    /// Puts *second* to *two* into a list.
    WrapInList,
    /// Takes *quoted* out of its quote.
    Unwrap,
    Indent,
    Outdent,
    RowInsert,
    RowDelete,
    RowMove,
    ColumnInsert,
    ColumnDelete,
    ColumnMove,
    /// Takes back the author's last action, or the last that he heard of.
    Undo,
}

const DEEDS: [Deed; 23] = [
    Deed::Insert,
    Deed::Delete,
    Deed::DeleteBlock,
    Deed::DeleteTable,
    Deed::Split,
    Deed::Join,
    Deed::Mark,
    Deed::Style,
    Deed::Move,
    Deed::MoveFront,
    Deed::MoveUp,
    Deed::Wrap,
    Deed::WrapInList,
    Deed::Unwrap,
    Deed::Indent,
    Deed::Outdent,
    Deed::RowInsert,
    Deed::RowDelete,
    Deed::RowMove,
    Deed::ColumnInsert,
    Deed::ColumnDelete,
    Deed::ColumnMove,
    Deed::Undo,
];

/// Those of which all triples are tried.
const TRIPLES: [Deed; 11] = [
    Deed::Move,
    Deed::MoveFront,
    Deed::Wrap,
    Deed::Unwrap,
    Deed::Split,
    Deed::Join,
    Deed::RowInsert,
    Deed::RowDelete,
    Deed::ColumnInsert,
    Deed::ColumnDelete,
    Deed::Delete,
];

fn written() -> Document {
    let mut writer = Document::new(ReplicaId(100));
    notedoc::import(&mut writer, parse(NOTE), 0);
    assert_eq!(print(&read(&writer)), NOTE);
    writer
}

/// Where a word shows in the text of the note.
fn find(document: &Document, word: &str) -> Option<Seq> {
    let text = document.text(root());
    text.find(word).map(|byte| text[..byte].chars().count() as Seq)
}

/// The first object of a kind in the text of the note.
fn object_of(document: &Document, kind: &str) -> Option<(Seq, Id)> {
    let mut at = 0;
    for run in document.model().text(root())?.rich() {
        if run.object == Some(kind) {
            return Some((at, run.span.first()));
        }
        at += run.span.len();
    }
    None
}

/// The cell of the second row and the first column, where there are.
fn a_cell(document: &Document, table: Id) -> Option<ContainerId> {
    let nth = |key: &str, n: usize| {
        let list = document.container_at(properties(table), key)?;
        document.list_items(list).nth(n).map(|(id, _)| id)
    };
    Some(cell(nth(key::ROWS, 1)?, nth(key::COLUMNS, 0)?))
}

/// Does it, where it can be done. `n` tells what is written apart.
fn act(document: &mut Document, deed: Deed, n: usize) -> Option<Span> {
    let spot = |word: &str| find(document, word);
    let (footnote, grid) = (object_of(document, object::FOOTNOTE), object_of(document, object::TABLE));
    let typed = ["X", "Y", "Z"][n];
    let in_cell = grid.and_then(|(_, table)| a_cell(document, table));
    match deed {
        Deed::Insert => {
            let at = spot("ond")? + 3;
            document.edit(0, |edit| {
                edit.insert(root(), at, typed);
                footnote.into_iter().for_each(|(_, id)| edit.insert(body_of(id), 1, typed));
                in_cell.into_iter().for_each(|cell| edit.insert(cell, 0, typed));
            })
        }
        Deed::Delete => {
            range(document, "rst", "sec", |edit, from, to| command::delete(edit, root(), from, to + 2 - from))
        }
        Deed::DeleteBlock => {
            let (from, to) = (spot("sec")?.checked_sub(1)?, spot("ond")? + 3);
            document.edit(0, |edit| command::delete(edit, root(), from, to.checked_sub(from).unwrap_or(1)))
        }
        Deed::DeleteTable => {
            let (at, _) = grid?;
            document.edit(0, |edit| command::delete(edit, root(), at, 1))
        }
        Deed::Split => at(document, "ond", |edit, at| _ = command::split(edit, root(), at)),
        Deed::Join => at(document, "sec", |edit, at| _ = command::join(edit, root(), at)),
        Deed::Mark => range(document, "sec", "ond", |edit, from, to| {
            command::set_mark(edit, root(), (from, (to + 3).saturating_sub(from)), mark::STRONG, true);
        }),
        Deed::Style => {
            at(document, "sec", |edit, at| _ = command::set_style(edit, root(), at, at, &Style::Heading(1 + n as u8)))
        }
        Deed::Move => at(document, "sec", |edit, at| _ = command::move_blocks(edit, root(), at, at, None)),
        Deed::MoveFront => range(document, "one", "quoted", |edit, from, to| {
            _ = command::move_blocks(edit, root(), from, to, Some(0));
        }),
        Deed::MoveUp => range(document, "last", "sec", |edit, last, second| {
            _ = command::move_blocks(edit, root(), last, last, Some(second));
        }),
        Deed::Wrap => range(document, "fi", "sec", |edit, from, to| _ = command::quote(edit, root(), from, to)),
        Deed::WrapInList => range(document, "sec", "two", |edit, from, to| {
            _ = command::toggle_list(edit, root(), from, to, List::Ordered);
        }),
        Deed::Unwrap => at(document, "quoted", |edit, at| _ = command::unquote(edit, root(), at, at)),
        Deed::Indent => at(document, "two", |edit, at| _ = command::indent(edit, root(), at, at)),
        Deed::Outdent => at(document, "one", |edit, at| _ = command::outdent(edit, root(), at, at)),
        Deed::Undo => {
            let own = document.replica();
            let actions = document.actions_since(&VersionVector::new());
            let last = actions.iter().filter(|action| action.id.replica == own).max_by_key(|action| action.lamport);
            let last = last.or(actions.iter().max_by_key(|action| action.lamport))?.span();
            document.undo_spans(&[last], 0).map(|(span, _)| span)
        }
        _ => in_table(document, deed, grid?.1),
    }
}

fn in_table(document: &mut Document, deed: Deed, id: Id) -> Option<Span> {
    document.edit(0, |edit| match deed {
        Deed::RowInsert => drop(table::insert_row(edit, id, 1)),
        Deed::RowDelete => _ = table::delete_row(edit, id, 1),
        Deed::RowMove => _ = table::move_row(edit, id, 0, 1),
        Deed::ColumnInsert => drop(table::insert_column(edit, id, 1)),
        Deed::ColumnDelete => _ = table::delete_column(edit, id, 0),
        _ => _ = table::move_column(edit, id, 0, 1),
    })
}

/// A command where a word is.
fn at(document: &mut Document, word: &str, change: impl FnOnce(&mut Edit<'_>, Seq)) -> Option<Span> {
    let at = find(document, word)?;
    document.edit(0, |edit| change(edit, at))
}

/// A command on what is from one word to another, whichever comes first.
fn range(document: &mut Document, a: &str, b: &str, change: impl FnOnce(&mut Edit<'_>, Seq, Seq)) -> Option<Span> {
    let (a, b) = (find(document, a)?, find(document, b)?);
    document.edit(0, |edit| change(edit, a.min(b), a.max(b)))
}

/// The actions of authors who do `deeds` in turn, where they can be done.
fn actions(writer: &Document, deeds: &[Deed], turns: &[Turn]) -> Option<Vec<Action>> {
    let mut authors = [1, 2, 3].map(|replica| writer.fork(ReplicaId(replica)));
    let mut actions: Vec<Action> = Vec::new();
    for (n, (&deed, &(who, hears))) in deeds.iter().zip(turns).enumerate() {
        let author = &mut authors[who];
        if hears {
            author.receive_all(actions.iter().cloned()).expect("valid actions");
        }
        let before = author.version();
        act(author, deed, n)?;
        actions.extend(author.actions_since(&before));
    }
    Some(actions)
}

/// What is shown is a note, which Markdown says in full.
fn is_a_note(document: &Document, what: &str) {
    let note = read(document);
    assert_eq!(note.check_invariants(), Ok(()), "{what}");
    assert_eq!(parse(&print(&note)), note, "{what}");
    for block in &note.blocks {
        if let Kind::Table(table) = &block.kind {
            let columns = table.aligns.len();
            assert!(table.rows.iter().all(|row| row.len() == columns), "{what}: {table:?}");
        }
    }
}

/// Checks every story of so many of the deeds whose first is in this half of them; how many there were.
fn check_stories<const N: usize>(deeds: &[Deed], half: usize) -> usize {
    let writer = written();
    let mut before = Naive::new();
    writer.actions_since(&VersionVector::new()).into_iter().for_each(|action| before.receive(action));
    let mut count = 0;
    for choice in 0..deeds.len().pow(N as u32) {
        let chosen: [Deed; N] = std::array::from_fn(|at| deeds[choice / deeds.len().pow(at as u32) % deeds.len()]);
        if choice % deeds.len() % 2 != half {
            continue;
        }
        for turns in turns(N) {
            let Some(actions) = actions(&writer, &chosen, turns) else { continue };
            println!("failing story, if any: {chosen:?} by {turns:?}");
            Story::new(before.clone(), actions, &[], format!("{chosen:?} by {turns:?}")).check(is_a_note);
            count += 1;
        }
    }
    count
}

fn is_thorough() -> bool {
    std::env::var("MOTET_DEPTH").is_ok_and(|depth| depth.parse().is_ok_and(|depth: usize| depth > 3))
}

fn triples() -> &'static [Deed] {
    if is_thorough() { &DEEDS } else { &TRIPLES }
}

// Two tests each, so that they run side by side.
#[test]
fn every_pair_of_commands_half_of_them() {
    assert!(check_stories::<2>(&DEEDS, 0) > 600);
}

#[test]
fn every_pair_of_commands_the_other_half() {
    assert!(check_stories::<2>(&DEEDS, 1) > 600);
}

#[test]
fn every_triple_of_commands_half_of_them() {
    assert!(check_stories::<3>(triples(), 0) > 2000);
}

#[test]
fn every_triple_of_commands_the_other_half() {
    assert!(check_stories::<3>(triples(), 1) > 2000);
}
