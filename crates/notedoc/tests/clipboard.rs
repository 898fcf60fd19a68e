//! Cutting, copying and pasting.

use motet::{ContainerId, Document, ReplicaId, Seq};
use note::markdown::{parse, print};
use notedoc::clipboard::{copy, cut, paste, paste_cut, plain, plain_text};
use notedoc::read;
use notedoc::schema::root;

fn document(markdown: &str) -> Document {
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, parse(markdown), 0);
    document
}

fn find(document: &Document, words: &str) -> Seq {
    let text = document.text(root());
    text[..text.find(words).unwrap()].chars().count() as Seq
}

fn body() -> ContainerId {
    root()
}

#[test]
fn what_is_copied_is_a_note() {
    let document = document("# Head\n\nsome *words* here[^a]\n\nlast\n\n[^a]: see[^b]\n\n[^b]: b\n\n[^c]: c\n");
    let at = find(&document, "words");
    let note = copy(&document, body(), (at, 12));
    assert_eq!(print(&note), "*words* here[^a]\n\n[^a]: see[^b]\n\n[^b]: b\n");
    assert_eq!(plain_text(&note), "words here");
    let all = copy(&document, body(), (0, Seq::MAX));
    assert_eq!(print(&all), "# Head\n\nsome *words* here[^a]\n\nlast\n\n[^a]: see[^b]\n\n[^b]: b\n");
}

#[test]
fn what_is_pasted_goes_on_with_the_line() {
    let pasted = |before: &str, at: &str, markdown: &str| {
        let mut document = document(before);
        let at = find(&document, at);
        document.edit(0, |edit| paste(edit, body(), at, &parse(markdown)));
        document.check_invariants();
        print(&read(&document))
    };
    assert_eq!(pasted("one two\n", "two", "*and*&#32;"), "one *and* two\n");
    assert_eq!(pasted("one two\n", "two", "a\n\nb"), "one a\n\nbtwo\n");
    assert_eq!(pasted("one two\n", " two", "- a\n- b"), "one\n\n- a\n- b\n\n&#32;two\n");
    assert_eq!(
        pasted("x[^1]y\n\n[^1]: old\n", "y", "z[^1]\n\n[^1]: new\n"),
        "x[^1]z[^1-2]y\n\n[^1]: old\n\n[^1-2]: new\n"
    );
    assert_eq!(pasted("```\nxy\n```\n", "y", "a\n\n*b*"), "```\nxa\nby\n```\n");
    assert_eq!(print(&plain("a\n\n*b*\r\n")), "a\n\n\\*b\\*\n");
}

#[test]
fn what_is_cut_and_pasted_moves_once_and_is_copied_then() {
    let mut ann = document("one two three\n");
    let mut bob = ann.fork(ReplicaId(2));
    let at = find(&ann, "one ");
    let mut cut = cut(&mut ann, body(), (at, 4), 100).unwrap();
    // Bob types within what Ann cuts.
    bob.edit(0, |edit| edit.insert(body(), at + 2, "X"));
    let end = ann.text_len(body());
    paste_cut(&mut ann, &mut cut, body(), end, 200);
    assert_eq!(ann.text(body()), "\ntwo threeone ");
    ann.receive_all(bob.actions_since(&ann.version())).unwrap();
    bob.receive_all(ann.actions_since(&bob.version())).unwrap();
    assert_eq!(ann.text(body()), "\ntwo threeonXe ");
    assert_eq!(bob.text(body()), ann.text(body()));
    paste_cut(&mut ann, &mut cut, body(), 1, 200);
    assert_eq!(ann.text(body()), "\none two threeonXe ");
}

#[test]
fn what_was_cut_long_ago_is_copied() {
    let mut ann = document("one two\n");
    let mut cut = cut(&mut ann, body(), (1, 3), 100).unwrap();
    let id = ann.model_text(body()).id_at(0);
    paste_cut(&mut ann, &mut cut, body(), 5, 701);
    assert_eq!(ann.text(body()), "\n twoone");
    assert_eq!(ann.model_text(body()).id_at(0), id);
}

#[test]
fn what_others_took_apart_or_brought_back_is_copied() {
    let mut ann = document("one two three\n");
    let mut cut_text = cut(&mut ann, body(), (1, 7), 100).unwrap();
    // Somebody else had moved a part of it to the end.
    let mut bob = document("one two three\n");
    bob.edit(0, |edit| _ = edit.move_text(body(), (1, 4), 14));
    assert_eq!(bob.text(body()), "\ntwo threeone ");
    let mut moved = cut(&mut bob, body(), (10, 4), 100).unwrap();
    bob.undo();
    paste_cut(&mut bob, &mut moved, body(), 1, 110);
    assert_eq!(bob.text(body()), "\none two threeone ", "undo brought it back, so that it is copied");
    let mut other = ann.fork(ReplicaId(3));
    other.undo_spans(
        &[motet::Span::new(ReplicaId(1), ann.version().end(ReplicaId(1)) - 7, ann.version().end(ReplicaId(1)))],
        0,
    );
    ann.receive_all(other.actions_since(&ann.version())).unwrap();
    paste_cut(&mut ann, &mut cut_text, body(), 1, 110);
    assert_eq!(ann.text(body()), "\none twoone two three");
}
