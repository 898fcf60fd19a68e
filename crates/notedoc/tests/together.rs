//! Several authors who command at once: members agree, what they read is a note, and nothing that somebody typed goes
//! but by a deletion that names it.

#[path = "../../note/tests/generate/mod.rs"]
mod generate;

use generate::{Dice, anything, soup};
use motet::{ContainerId, Document, Edit, ReplicaId, Seq, Span};
use note::markdown::{parse, print};
use note::{Align, Link, List};
use notedoc::command::{self, table};
use notedoc::schema::{cell, loose_footnotes, mark, object, root};
use notedoc::{Style, read};

/// A random body of the document: mostly that of the note, or that of a footnote or a cell.
fn a_body(dice: &mut Dice, document: &Document) -> ContainerId {
    let bodies: Vec<ContainerId> =
        document.model().texts().map(|(id, _)| id).filter(|id| *id != loose_footnotes()).collect();
    if dice.once_in(4) && !bodies.is_empty() { bodies[dice.below(bodies.len())] } else { root() }
}

fn a_table(dice: &mut Dice, document: &Document) -> Option<motet::Id> {
    let text = document.model().text(root())?;
    let tables: Vec<_> =
        text.rich().filter(|run| run.object == Some(object::TABLE)).map(|run| run.span.first()).collect();
    if tables.is_empty() { None } else { Some(tables[dice.below(tables.len())]) }
}

/// One random command. Returns whether it may take characters away.
fn command(dice: &mut Dice, edit: &mut Edit<'_>, body: ContainerId, table: Option<motet::Id>) -> bool {
    let len = edit.document().text_len(body) as usize;
    let (one, other) = (dice.below(len + 1) as Seq, dice.below(len + 1) as Seq);
    let (from, to) = (one.min(other), one.max(other));
    let some = (to - from).min(8);
    let (a, b) = (dice.below(4), dice.below(4));
    match dice.below(34) {
        0..6 => edit.insert(body, from, dice.pick(&["word ", "x", "é𝄞", "- "])),
        6..9 => drop(command::split(edit, body, from)),
        9 | 10 => _ = command::join(edit, body, from),
        11 => {
            command::delete(edit, body, from, some);
            return true;
        }
        12 => {
            let styles = [Style::Paragraph, Style::Heading(2), Style::Code("rust".to_owned()), Style::Html];
            _ = command::set_style(edit, body, from, from + some, &styles[dice.below(4)]);
        }
        13 | 14 => _ = command::indent(edit, body, from, to),
        15 => _ = command::outdent(edit, body, from, from + some),
        16 => _ = command::quote(edit, body, from, from + some),
        17 => _ = command::unquote(edit, body, from, to),
        18 => _ = command::toggle_list(edit, body, from, from + some, [List::Bullet, List::Ordered][dice.below(2)]),
        19 => _ = command::set_task(edit, body, from, from, [None, Some(true), Some(false)][dice.below(3)]),
        20 => _ = command::toggle_done(edit, body, from),
        21 | 22 => _ = command::toggle_mark(edit, body, (from, some), [mark::STRONG, mark::CODE][dice.below(2)]),
        23 => {
            let link = Link { href: "/x".to_owned(), title: dice.once_in(2).then(|| "t".to_owned()) };
            command::set_link(edit, body, (from, some), Some(&link).filter(|_| dice.below(3) > 0));
        }
        24 => drop(command::insert_footnote(edit, body, from)),
        25 => drop(command::insert_image(edit, body, from, "i.png", "i", None)),
        26 => drop(command::insert_break(edit, body, from)),
        27 => drop(command::insert_rule(edit, body, from)),
        28 => drop(command::insert_table(edit, body, from, 2, 2)),
        29 | 30 => _ = command::move_blocks(edit, body, from, from + some, dice.below(2).checked_sub(1).map(|_| to)),
        31 => {
            let outline = command::outline(edit.document().model(), body);
            if let Some(heading) = outline.get(a) {
                let before = outline.get(b).map(|heading| heading.at);
                _ = command::move_section(edit, body, heading.at, before);
                _ = command::promote(edit, body, heading.at, -1);
            }
        }
        _ => return table.is_some_and(|id| table_command(dice, edit, id, a, b)),
    }
    false
}

fn table_command(dice: &mut Dice, edit: &mut Edit<'_>, id: motet::Id, a: usize, b: usize) -> bool {
    match dice.below(7) {
        0 => drop(table::insert_row(edit, id, a)),
        1 => {
            if let Some(column) = table::insert_column(edit, id, a) {
                table::set_align(edit, column, Align::Right);
            }
        }
        2 => _ = table::move_row(edit, id, a, b),
        3 => _ = table::move_column(edit, id, a, b),
        4 => return table::delete_row(edit, id, a),
        5 => return table::delete_column(edit, id, a),
        _ => {
            if let (Some(row), Some(column)) = (table::insert_row(edit, id, a), table::insert_column(edit, id, b)) {
                edit.insert(cell(row, column), 0, "cell");
            }
        }
    }
    false
}

/// How many characters that were typed an action deletes.
fn characters_deleted(document: &Document, action: Span) -> usize {
    let log = document.log();
    let is_character = |span: Span| log.ops_in(span).any(|(_, op)| matches!(op, motet::OpRef::Insert { .. }));
    let ops = log.ops_in(action);
    ops.filter(|(_, op)| matches!(op, motet::OpRef::Delete { target, .. } if is_character(*target))).count()
}

fn exchange(members: &mut [Document], from: usize, to: usize) {
    let actions = members[from].actions_since(&members[to].version());
    members[to].receive_all(actions).unwrap();
}

fn check(document: &Document, seed: u64) {
    document.check_invariants();
    let note = read(document);
    assert_eq!(note.check_invariants(), Ok(()), "seed {seed}");
    assert_eq!(parse(&print(&note)), note, "seed {seed}");
}

fn history(seed: u64) {
    let mut dice = Dice(seed);
    let mut members: Vec<Document> = (1..4).map(|id| Document::new(ReplicaId(id))).collect();
    notedoc::import(&mut members[0], anything(&mut dice).normalized(), 0);
    (1..3).for_each(|to| exchange(&mut members, 0, to));
    for _ in 0..30 {
        let one = dice.below(3);
        match dice.below(12) {
            0..8 => {
                let body = a_body(&mut dice, &members[one]);
                let table = a_table(&mut dice, &members[one]);
                let mut may_delete = false;
                let action = members[one].edit(0, |edit| may_delete = command(&mut dice, edit, body, table));
                if let Some(action) = action.filter(|_| !may_delete) {
                    assert_eq!(characters_deleted(&members[one], action), 0, "seed {seed}");
                }
            }
            8 => drop(members[one].undo()),
            9 => drop(members[one].redo()),
            _ => exchange(&mut members, dice.below(3), one),
        }
        check(&members[one], seed);
    }
    for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
        exchange(&mut members, from, to);
    }
    let notes: Vec<_> = members.iter().map(read).collect();
    assert!(notes.iter().all(|note| *note == notes[0]), "seed {seed}");
    assert_eq!(members[0].state_hash(), members[1].state_hash(), "seed {seed}");
    // A copy of all of it as a new document says the same.
    let mut copy = Document::new(ReplicaId(9));
    notedoc::import(&mut copy, notes[0].clone(), 0);
    assert_eq!(read(&copy).blocks, notes[0].blocks, "seed {seed}");
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn for_seeds(check: fn(u64), name: &str) {
    let from = number("MOTET_SEED", 0);
    for seed in from..from + number("MOTET_CASES", 400) {
        let result = std::panic::catch_unwind(|| check(seed));
        assert!(result.is_ok(), "MOTET_CASES=1 MOTET_SEED={seed} cargo test -p notedoc --test together {name}");
    }
}

#[test]
fn members_agree_about_notes() {
    for_seeds(history, "members_agree");
}

/// Two who edit one note, one of them as a file that is saved late: both changes are there.
#[test]
fn a_stale_save_merges() {
    let start = "# Title\n\nfirst paragraph here\n\n- one\n- two\n\n| a | b |\n| --- | --- |\n| c | d |\n\nlast[^1]\n\n[^1]: a note\n";
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, parse(start), 0);
    let base = document.version();
    let live = start.replace("paragraph", "long paragraph").replace("| c | d |", "| c | dee |");
    let version = document.version();
    notedoc::save(&mut document, &version, &parse(&live), 0);
    // Moves the table to the front, adds a row, splits a paragraph, and says more in the footnote.
    let file = "# Title\n\n| a | b |\n| --- | --- |\n| x | y |\n| c | d |\n\nfirst paragraph\n\nhere\n\n- one\n- 2\n\nlast[^1]\n\n\
        [^1]: a longer note\n";
    notedoc::save(&mut document, &base, &parse(file), 0);
    document.check_invariants();
    let expected = "# Title\n\n| a | b |\n| --- | --- |\n| x | y |\n| c | dee |\n\nfirst long paragraph\n\nhere\n\n- one\n- 2\n\n\
        last[^1]\n\n[^1]: a longer note\n";
    assert_eq!(print(&read(&document)), expected);
    document.undo();
    assert_eq!(print(&read(&document)), live, "undo takes back what was saved late, and leaves the rest");
}

/// A save at an old version, of anything, beside commands: a note comes of it, and what the others typed is there.
fn stale(seed: u64) {
    let mut dice = Dice(seed);
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, parse(&(soup(&mut dice) + "\n\nx\n\n" + &soup(&mut dice))), 0);
    let base = document.version();
    let mut file = read(&document);
    file.blocks.extend(anything(&mut dice).blocks);
    let by = file.blocks.len().min(1);
    file.blocks.rotate_left(by);
    let typed = "¶typed§";
    let len = document.text_len(root());
    document.edit(0, |edit| edit.insert(root(), dice.below(len as usize + 1) as Seq, typed));
    for _ in 0..4 {
        document.edit(0, |edit| _ = command(&mut dice, edit, root(), None));
    }
    let has_typed = document.text(root()).contains(typed);
    notedoc::save(&mut document, &base, &file.normalized(), 0);
    check(&document, seed);
    assert!(!has_typed || document.text(root()).contains(typed), "seed {seed}");
}

#[test]
fn stale_saves_keep_what_others_typed() {
    for_seeds(stale, "stale_saves");
}
