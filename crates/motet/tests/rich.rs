//! Every pair and every triple of changes to a small rich document, by up to three authors, at once or one after
//! another: in every order of arrival, and with each turned off and on again in every order, the engine must show
//! what the naive model says, and patches must bring a screen there.
//!
//! Why this exists: random worlds find what is frequent. Here each kind of change meets each other one.
//!
//! The changes are made by the naive model, so that nothing of the engine decides what is tried. `MOTET_DEPTH=4`
//! tries triples of everything in every relation of authors.

mod common;
mod stories;

use motet::{Action, ContainerId, Crossing, Id, Kind, ReplicaId, Seq, Span, Value};
use naive::{Author, Direction, Edit, Grows};
use std::ops::Range;
use stories::{Story, Turn, turns};

fn body() -> ContainerId {
    ContainerId::root(Kind::Text, "body")
}

fn rows() -> ContainerId {
    ContainerId::root(Kind::List, "rows")
}

fn columns() -> ContainerId {
    ContainerId::root(Kind::List, "columns")
}

const WRITER: ReplicaId = ReplicaId(100);

/// The element of the body that the writer made as the `seq`th.
fn letter(seq: Seq) -> Id {
    Id::new(WRITER, seq)
}

/// `a b ¶ c # d ¶ e f`, where `#` is a footnote with a text of its own and the `d` has moved before the `c`; and a
/// table of two rows and two columns with something in its first cell.
fn written() -> Author {
    let mut writer = Author::new(WRITER);
    let paragraph = |index| Edit::Object { container: body(), index, kind: String::new() };
    writer.commit(&[Edit::insert(body(), 0, "ab")]);
    writer.commit(&[paragraph(2)]);
    writer.commit(&[Edit::insert(body(), 3, "c")]);
    writer.commit(&[Edit::Object { container: body(), index: 4, kind: "footnote".to_owned() }]);
    writer.commit(&[Edit::insert(body(), 5, "d")]);
    writer.commit(&[paragraph(6)]);
    writer.commit(&[Edit::insert(body(), 7, "ef")]);
    writer.commit(&[Edit::Move { container: body(), range: 5..6, to: 3 }]);
    writer.commit(&[mark(2..7, Grows { at_start: false, at_end: true }, Some(0))]);
    writer.commit(&[Edit::insert(footnote(), 0, "note")]);
    for container in [rows(), columns()] {
        writer.commit(&[Edit::ListInsert { container, index: 0, values: vec![Value::Null, Value::Null] }]);
    }
    let cell = cell(&writer, 0).expect("there are rows");
    writer.commit(&[Edit::insert(cell, 0, "cell")]);
    assert_eq!(writer.text(body()).string, "ab\ndc\u{fffc}\nef");
    writer
}

fn footnote() -> ContainerId {
    ContainerId::Element(Kind::Text, letter(4))
}

/// The cell of a row and the first column.
fn cell(author: &Author, row: usize) -> Option<ContainerId> {
    let (row, column) = (author.list(rows()).get(row)?.id, author.list(columns()).first()?.id);
    Some(ContainerId::Crossing(Kind::Text, Crossing::new(row, column)))
}

/// What an author may do next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    /// Types at the end of the first line, in the footnote and in the first cell.
    Insert,
    /// Types behind the `c`.
    InsertInside,
    /// Takes `b ¶ c` out.
    Delete,
    /// Takes the footnote out.
    DeleteObject,
    /// Presses Enter at the end of the first line.
    Paragraph,
    /// Presses Enter between `e` and `f`.
    Split,
    /// Takes the first paragraph mark out.
    Join,
    /// Puts an object at the end of the first line.
    Object,
    /// Marks from `b` to `c`; it grows at both ends.
    Mark,
    /// Marks the last line; it does not grow.
    MarkLine,
    /// Takes the property from `c` to the second mark.
    Unmark,
    /// Moves `a b ¶` to between `e` and `f`.
    Move,
    /// Moves `e f` to between `a` and `b`.
    MoveOpposite,
    /// Moves from `c` to `e` to the front.
    MoveFront,
    /// Moves what shows elsewhere than it lies back.
    MoveBack,
    /// Moves all but the first and the last element to the end.
    MoveNested,
    /// Puts a row before the first and types in its first cell.
    RowInsert,
    /// Takes the first row out.
    RowDelete,
    /// Moves the first row to the end.
    RowMove,
    /// Takes the author's last action back, or the writer's move.
    Undo,
}

const PAIRS: [Deed; 20] = [
    Deed::Insert,
    Deed::InsertInside,
    Deed::Delete,
    Deed::DeleteObject,
    Deed::Paragraph,
    Deed::Split,
    Deed::Join,
    Deed::Object,
    Deed::Mark,
    Deed::MarkLine,
    Deed::Unmark,
    Deed::Move,
    Deed::MoveOpposite,
    Deed::MoveFront,
    Deed::MoveBack,
    Deed::MoveNested,
    Deed::RowInsert,
    Deed::RowDelete,
    Deed::RowMove,
    Deed::Undo,
];

const TRIPLES: [Deed; 9] = [
    Deed::Move,
    Deed::MoveOpposite,
    Deed::Split,
    Deed::Join,
    Deed::Mark,
    Deed::Delete,
    Deed::Insert,
    Deed::RowInsert,
    Deed::RowDelete,
];

fn mark(range: Range<usize>, grows: Grows, value: Option<i64>) -> Edit {
    Edit::Mark { container: body(), range, grows, key: "bold".to_owned(), value: value.map(Value::Int) }
}

/// The deed as edits of what the author sees, where it can be done. `n` tells what is written apart.
fn edits(author: &Author, deed: Deed, n: usize) -> Option<Vec<Edit>> {
    let ids = author.ids(body());
    let at = |seq: Seq| ids.iter().position(|&id| id == letter(seq));
    // From one letter to another as they show now, whichever is first.
    let between = |one: Seq, other: Seq| Some(at(one)?.min(at(other)?)..at(one)?.max(at(other)?) + 1);
    let line_end = || at(2).or(at(1).map(|b| b + 1));
    let object = |index: usize, kind: &str| Edit::Object { container: body(), index, kind: kind.to_owned() };
    let shift = |range: Range<usize>, to: usize| Edit::Move { container: body(), range, to };
    let cut = |range: Range<usize>| Edit::Delete { container: body(), range, direction: Direction::Forward };
    let typed = ["X", "Y", "Z"][n];
    let both = Grows { at_start: true, at_end: true };
    Some(vec![match deed {
        Deed::Insert => {
            let mut edits = vec![Edit::insert(body(), line_end()?, typed), Edit::insert(footnote(), 2, typed)];
            edits.extend(cell(author, 0).map(|cell| Edit::insert(cell, 0, typed)));
            return Some(edits);
        }
        Deed::InsertInside => Edit::insert(body(), at(3)? + 1, typed),
        Deed::Delete => cut(between(1, 3)?),
        Deed::DeleteObject => cut(at(4)?..at(4)? + 1),
        Deed::Paragraph => object(line_end()?, ""),
        Deed::Split => object(at(7)? + 1, ""),
        Deed::Join => cut(at(2)?..at(2)? + 1),
        Deed::Object => object(line_end()?, "image"),
        Deed::Mark => mark(between(1, 3)?, both, Some(n as i64)),
        Deed::MarkLine => mark(between(7, 8)?, Grows::default(), Some(10 + n as i64)),
        Deed::Unmark => mark(between(3, 6)?, both, None),
        Deed::Move => shift(between(0, 2).or_else(|| between(0, 1))?, at(7)? + 1),
        Deed::MoveOpposite => shift(between(7, 8)?, at(0)? + 1),
        Deed::MoveFront => shift(between(3, 7)?, 0),
        Deed::MoveBack => shift(at(5)?..at(5)? + 1, at(4)? + 1),
        Deed::MoveNested => shift(1..ids.len().checked_sub(1).filter(|&end| end > 1)?, ids.len()),
        Deed::RowInsert => {
            let row = Edit::ListInsert { container: rows(), index: 0, values: vec![Value::Null] };
            let cell = cell(&author.after(std::slice::from_ref(&row)), 0)?;
            return Some(vec![row, Edit::insert(cell, 0, typed)]);
        }
        Deed::RowDelete => {
            author.list(rows()).first()?;
            Edit::ListDelete { container: rows(), range: 0..1 }
        }
        Deed::RowMove => {
            let last = author.list(rows()).len().checked_sub(1)?;
            Edit::ListMove { container: rows(), from: 0, to: last }
        }
        Deed::Undo => Edit::Undo { targets: vec![last_action(author)] },
    }])
}

fn last_action(author: &Author) -> Span {
    let own = author.naive.actions().filter(|action| action.id.replica == author.replica);
    own.last().map_or(Span::of(letter(9)), Action::span)
}

/// The history in which authors do `deeds` in turn, where they can be done.
fn story(writer: &Author, deeds: &[Deed], turns: &[Turn]) -> Option<Story> {
    let mut authors = [1, 2, 3].map(|replica| Author { replica: ReplicaId(replica), ..writer.clone() });
    let mut actions: Vec<Action> = Vec::new();
    for (n, (&deed, &(who, hears))) in deeds.iter().zip(turns).enumerate() {
        if hears {
            actions.iter().for_each(|action| authors[who].naive.receive(action.clone()));
        }
        let edits = edits(&authors[who], deed, n)?;
        actions.push(authors[who].commit(&edits));
    }
    Some(Story::new(writer.naive.clone(), actions, &[], format!("{deeds:?} by {turns:?}")))
}

/// Checks every story of the deeds that begins with one of `first`; how many there were.
fn check_stories<const N: usize>(deeds: &[Deed], first: impl Fn(usize) -> bool) -> usize {
    let writer = written();
    let (mut count, mut losing) = (0, 0);
    for choice in 0..deeds.len().pow(N as u32) {
        let chosen: [Deed; N] = std::array::from_fn(|at| deeds[choice / deeds.len().pow(at as u32) % deeds.len()]);
        if !first(choice % deeds.len()) {
            continue;
        }
        for turns in turns(N) {
            let Some(story) = story(&writer, &chosen, turns) else { continue };
            println!("failing story, if any: {chosen:?} by {turns:?}");
            story.check(|_, _| {});
            count += 1;
            losing += usize::from(story.states[0].texts.values().any(|text| !text.lost.is_empty()));
        }
    }
    assert!(losing > 5, "moves hardly ever met in a circle: {losing} of {count}");
    count
}

#[test]
fn every_pair_of_changes() {
    assert!(check_stories::<2>(&PAIRS, |_| true) > 1000);
}

/// Whether to take the time to look at more: `MOTET_DEPTH=4`.
fn is_thorough() -> bool {
    std::env::var("MOTET_DEPTH").is_ok_and(|depth| depth.parse().is_ok_and(|depth: usize| depth > 3))
}

fn triples() -> &'static [Deed] {
    if is_thorough() { &PAIRS } else { &TRIPLES }
}

// Two tests, so that they run side by side.
#[test]
fn every_triple_of_changes_half_of_them() {
    assert!(check_stories::<3>(triples(), |first| first % 2 == 0) > 1000);
}

#[test]
fn every_triple_of_changes_the_other_half() {
    assert!(check_stories::<3>(triples(), |first| first % 2 == 1) > 1000);
}
