//! Small histories of rich texts whose outcome was worked out on paper from the rules.

use crate::{Author, Edit, Grows, Text};
use clock::{Id, ReplicaId};
use log::{Action, ContainerId, Crossing, Gap, Kind, Op, TextRange, Value};
use std::collections::BTreeSet;
use std::ops::Range;

fn body() -> ContainerId {
    ContainerId::root(Kind::Text, "body")
}

/// Authors 1 to N, who all know of `text`, which author 100 wrote: `/` is a paragraph mark, `#` a footnote.
fn authors<const N: usize>(text: &str) -> [Author; N] {
    let mut writer = Author::new(ReplicaId(100));
    for (index, character) in text.chars().enumerate() {
        match character {
            '/' => enter(&mut writer, index),
            '#' => writer.commit(&[Edit::Object { container: body(), index, kind: "footnote".into() }]),
            _ => writer.commit(&[Edit::insert(body(), index, &character.to_string())]),
        };
    }
    std::array::from_fn(|index| Author { replica: ReplicaId(index as u64 + 1), ..writer.clone() })
}

fn insert(author: &mut Author, index: usize, text: &str) -> Action {
    author.commit(&[Edit::insert(body(), index, text)])
}

fn enter(author: &mut Author, index: usize) -> Action {
    author.commit(&[Edit::Object { container: body(), index, kind: String::new() }])
}

fn delete(author: &mut Author, range: Range<usize>) -> Action {
    author.commit(&[Edit::Delete { container: body(), range, direction: crate::Direction::Forward }])
}

fn mark(author: &mut Author, range: Range<usize>, grows: Grows, value: Option<i64>) -> Action {
    let value = value.map(Value::Int);
    author.commit(&[Edit::Mark { container: body(), range, grows, key: "size".into(), value }])
}

fn shift(author: &mut Author, range: Range<usize>, to: usize) -> Action {
    author.commit(&[Edit::Move { container: body(), range, to }])
}

fn undo(author: &mut Author, action: &Action) -> Action {
    author.commit(&[Edit::Undo { targets: vec![action.span()] }])
}

fn sync(a: &mut Author, b: &mut Author) {
    let all: Vec<Action> = a.naive.actions().chain(b.naive.actions()).cloned().collect();
    all.iter().for_each(|action| a.naive.receive(action.clone()));
    all.into_iter().for_each(|action| b.naive.receive(action));
    assert_eq!(a.state(), b.state());
}

fn text(author: &Author) -> Text {
    author.text(body())
}

/// What is read, in the letters of [`authors`].
fn read(author: &Author) -> String {
    text(author).string.replace('\n', "/").replace('\u{fffc}', "#")
}

/// The property that [`mark`] writes, `.` where there is none.
fn sizes(author: &Author) -> String {
    let size = |marks: &std::collections::BTreeMap<String, Value>| match marks.get("size") {
        Some(Value::Int(size)) => size.to_string(),
        None => ".".to_owned(),
        other => panic!("never written: {other:?}"),
    };
    text(author).marks.iter().map(size).collect()
}

const STAYS: Grows = Grows { at_start: false, at_end: false };
const GROWS: Grows = Grows { at_start: true, at_end: true };

#[test]
fn objects_are_characters_that_say_what_they_are() {
    let [ann] = authors("a#/b");
    assert_eq!(text(&ann).string, "a\u{fffc}\nb");
    let objects = [None, Some("footnote".to_owned()), Some(String::new()), None];
    assert_eq!(text(&ann).objects, objects);
    let made = ann.naive.made();
    let footnote = text(&ann).ids[1];
    assert!(made.contains(&ContainerId::Element(Kind::Text, footnote)));
    assert!(made.contains(&ContainerId::Element(Kind::Map, footnote)));
}

/// Ann's ids are less than Bob's, and Carl's greater: what is of which class decides first.
#[test]
fn at_one_place_characters_come_before_objects_before_slots_before_marks() {
    let [mut ann, mut bob, mut carl, mut dora] = authors("1a");
    enter(&mut ann, 1);
    shift(&mut bob, 1..2, 1);
    carl.commit(&[Edit::Object { container: body(), index: 1, kind: "footnote".into() }]);
    insert(&mut dora, 1, "x");
    for other in [&mut bob, &mut carl, &mut dora] {
        sync(&mut ann, other);
    }
    // Bob's slot is before the mark; so what is at it, the a, shows there.
    assert_eq!(read(&ann), "1x#a/");
}

#[test]
fn who_types_at_the_end_of_a_line_stays_there_when_it_is_split() {
    let [mut ann, mut bob] = authors("one/two");
    enter(&mut ann, 3);
    insert(&mut bob, 3, "!");
    sync(&mut ann, &mut bob);
    assert_eq!(read(&ann), "one!//two");
}

#[test]
fn marks_grow_where_their_gaps_say() {
    for (grows, expected) in [
        (STAYS, "..77.."),
        (GROWS, ".7777."),
        (Grows { at_start: true, at_end: false }, ".777.."),
        (Grows { at_start: false, at_end: true }, "..777."),
    ] {
        let [mut ann, mut bob] = authors("abcd");
        mark(&mut ann, 1..3, grows, Some(7));
        assert_eq!(sizes(&ann), ".77.");
        insert(&mut bob, 3, "x");
        insert(&mut bob, 1, "x");
        sync(&mut ann, &mut bob);
        assert_eq!((read(&ann).as_str(), sizes(&ann).as_str()), ("axbcxd", expected), "{grows:?}");
    }
}

#[test]
fn the_latest_mark_says_what_holds_and_an_earlier_one_holds_when_it_is_undone() {
    let [mut ann, mut bob] = authors("abcd");
    mark(&mut ann, 0..3, STAYS, Some(1));
    mark(&mut bob, 1..4, STAYS, Some(2));
    sync(&mut ann, &mut bob);
    assert_eq!(sizes(&ann), "1222", "Bob's id is the greater one");
    let none = mark(&mut ann, 2..3, STAYS, None);
    assert_eq!(sizes(&ann), "12.2");
    undo(&mut ann, &none);
    assert_eq!(sizes(&ann), "1222");
    assert_eq!(text(&ann).marks[0].len(), 1);
}

#[test]
fn a_mark_stays_on_what_moves_and_finds_what_moved() {
    let [mut ann, mut bob] = authors("abcdef");
    shift(&mut ann, 0..2, 6);
    mark(&mut bob, 0..3, STAYS, Some(1));
    sync(&mut ann, &mut bob);
    assert_eq!((read(&ann).as_str(), sizes(&ann).as_str()), ("cdefab", "1...11"));
    // A selection over the seam lies in two ranges.
    let action = mark(&mut ann, 3..5, STAYS, Some(2));
    assert!(matches!(&action.ops[..], [Op::TextMark { ranges, .. }] if ranges.len() == 2));
    assert_eq!(sizes(&ann), "1..221");
}

#[test]
fn what_is_typed_into_or_right_behind_what_moves_goes_along() {
    let [mut ann, mut bob] = authors("abcdef");
    shift(&mut ann, 1..3, 6);
    insert(&mut bob, 3, "y");
    insert(&mut bob, 2, "x");
    insert(&mut bob, 1, "w");
    sync(&mut ann, &mut bob);
    assert_eq!(read(&ann), "awdefbxcy");
    insert(&mut bob, 9, "z");
    insert(&mut bob, 5, "-");
    assert_eq!(read(&bob), "awdef-bxcyz");
}

#[test]
fn of_two_moves_of_one_element_the_latest_counts_and_it_comes_back_when_undone() {
    let [mut ann, mut bob] = authors("abcdef");
    shift(&mut ann, 1..3, 6);
    let bobs = shift(&mut bob, 2..4, 0);
    sync(&mut ann, &mut bob);
    assert_eq!(read(&ann), "cdaefb");
    assert_eq!(text(&ann).lost, BTreeSet::new());
    undo(&mut ann, &bobs);
    assert_eq!(read(&ann), "adefbc");
}

#[test]
fn a_move_into_what_it_moves_is_lost() {
    let [mut ann] = authors("abcdef");
    let inside = shift(&mut ann, 1..4, 2);
    assert_eq!((read(&ann).as_str(), text(&ann).lost), ("abcdef", BTreeSet::from([inside.id])));
}

#[test]
fn of_two_moves_into_each_other_the_younger_is_lost() {
    let [mut ann, mut bob] = authors("abcdef");
    let anns = shift(&mut ann, 0..2, 4);
    let bobs = shift(&mut bob, 3..5, 1);
    sync(&mut ann, &mut bob);
    // Ann's slot is between d and e, Bob's between a and b.
    assert_eq!((read(&ann).as_str(), text(&ann).lost), ("cdabef", BTreeSet::from([bobs.id])));
    undo(&mut bob, &anns);
    assert_eq!((read(&bob).as_str(), text(&bob).lost), ("adebcf", BTreeSet::new()));
}

#[test]
fn slots_move_along_and_take_what_is_at_them() {
    let [mut ann, mut bob] = authors("abcdef");
    shift(&mut ann, 5..6, 2);
    assert_eq!(read(&ann), "abfcde");
    shift(&mut bob, 1..3, 5);
    sync(&mut ann, &mut bob);
    // Ann's slot is between b and c, which move.
    assert_eq!(read(&ann), "adebfc");
}

#[test]
fn three_moves_in_a_circle_lose_one() {
    let [mut ann, mut bob, mut carl] = authors("abcdefghi");
    shift(&mut ann, 0..3, 4);
    shift(&mut bob, 3..6, 7);
    let youngest = shift(&mut carl, 6..9, 1);
    sync(&mut ann, &mut bob);
    sync(&mut ann, &mut carl);
    assert_eq!((read(&ann).as_str(), text(&ann).lost), ("gdabcefhi", BTreeSet::from([youngest.id])));
}

#[test]
fn what_is_in_two_ranges_of_a_move_counts_for_the_first() {
    let [mut ann] = authors("abcdef");
    let id = |seq| Some(Id::new(ReplicaId(100), seq));
    let range = |start, end| TextRange { start, end };
    let ranges = vec![
        range(Gap::After(id(1)), Gap::After(id(3))),
        range(Gap::After(None), Gap::Before(id(3))),
        range(Gap::Before(id(4)), Gap::Before(id(2))),
        range(Gap::Before(Some(Id::new(ReplicaId(100), 0))), Gap::After(id(0))),
    ];
    ann.commit(&[Edit::Forge(Op::TextMove { container: body(), ranges, left: id(5), right: None })]);
    assert_eq!(read(&ann), "efcdab");
}

#[test]
fn what_is_not_of_the_text_is_as_if_not_named() {
    let [mut ann] = authors("ab");
    let other = ContainerId::root(Kind::Text, "other");
    let strange = ann.commit(&[Edit::insert(other, 0, "z")]).id;
    let id = |seq| Some(Id::new(ReplicaId(100), seq));
    let forge = |op| [Edit::Forge(op)];
    let ranges = vec![TextRange { start: Gap::After(None), end: Gap::Before(Some(strange)) }];
    ann.commit(&forge(Op::TextMove { container: body(), ranges, left: id(1), right: None }));
    assert_eq!(read(&ann), "ab");
    ann.commit(&forge(Op::Insert { container: body(), left: Some(strange), right: id(0), text: "x".into() }));
    assert_eq!(read(&ann), "xab", "behind nobody, before the a");
    ann.commit(&forge(Op::Insert { container: body(), left: id(1), right: id(0), text: "y".into() }));
    assert_eq!(read(&ann), "xaby", "the a is not behind the b");
}

#[test]
fn where_two_elements_cross_there_is_a_text_that_nobody_made() {
    let [mut ann, mut bob] = authors("");
    let list = ContainerId::root(Kind::List, "items");
    ann.commit(&[Edit::ListInsert { container: list, index: 0, values: vec![Value::Null; 2] }]);
    sync(&mut ann, &mut bob);
    let items = ann.list(list);
    let cell = ContainerId::Crossing(Kind::Text, Crossing::new(items[0].id, items[1].id));
    ann.commit(&[Edit::insert(cell, 0, "a")]);
    bob.commit(&[Edit::insert(cell, 0, "b")]);
    sync(&mut ann, &mut bob);
    assert_eq!(ann.state().text(cell), "ab");
    assert!(ann.naive.made().contains(&cell.beside(Kind::Map)));
}

#[test]
fn a_deletion_takes_objects_and_moved_text() {
    let [mut ann, mut bob] = authors("ab/cd#ef");
    shift(&mut ann, 3..6, 0);
    assert_eq!(read(&ann), "cd#ab/ef");
    delete(&mut bob, 2..4);
    sync(&mut ann, &mut bob);
    assert_eq!(read(&ann), "d#abef");
}
