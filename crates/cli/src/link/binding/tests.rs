//! Every step at which motet may be killed, and every step at which an editor may save, one against the
//! other, on a disk and a store in memory. After each run the file and all copies of the document are
//! equal and hold what everybody wrote, once.

mod world;

use world::{Save, World};

const BEFORE: &str = "one two three\n";

/// Both edits, and nothing twice.
const AFTER: &str = "one TWO three\r\nfour";

/// The remote member makes it "TWO", the editor adds "four".
fn run(save: Option<(u32, Save)>, kill: Option<u32>, away_ms: u64) -> World {
    let mut world = World::new(BEFORE);
    world.settle();
    assert_eq!(world.file().as_deref(), Some(BEFORE));
    world.editor_opens();
    world.remote_edits("one TWO three\n");
    if let Some((at, save)) = save {
        world.save_at(at, save, "one two three\r\nfour");
    }
    if let Some(at) = kill {
        world.kill_at(at);
    }
    world.settle_through_kills(away_ms);
    world
}

fn check(save: Option<(u32, Save)>, kill: Option<u32>, away_ms: u64) {
    let world = run(save, kill, away_ms);
    if world.is_save_late() {
        // Who has read the file while nothing ran is not known: after two seconds a save means what it says.
        // And who writes to a file long after it was replaced writes to no file.
        return;
    }
    let expected = if save.is_some() { AFTER } else { "one TWO three\n" };
    let case = format!("save {save:?}, kill {kill:?}, away {away_ms} ms");
    assert_eq!(world.remote_text(), expected, "{case}");
    assert_eq!(world.file().as_deref(), Some(expected), "{case}");
    assert_eq!(world.kept(), Vec::<String>::new(), "{case}");
}

/// How many steps a run without a kill has.
fn steps(save: Option<(u32, Save)>) -> u32 {
    run(save, None, 0).steps()
}

#[test]
fn nothing_is_lost_when_both_write_at_any_two_moments() {
    check(None, None, 0);
    for save in Save::ALL {
        for at in 0..=steps(None) {
            check(Some((at, save)), None, 0);
        }
    }
}

#[test]
fn nothing_is_lost_when_killed_at_any_moment() {
    for away_ms in [0, 10_000] {
        for at in 0..=steps(None) * 2 {
            check(None, Some(at), away_ms);
        }
    }
}

#[test]
fn nothing_is_lost_when_killed_at_any_moment_around_a_save() {
    for save in [Save::Rename, Save::InPlace] {
        for at in 0..=steps(None) {
            for kill in 0..=steps(Some((at, save))) * 2 {
                check(Some((at, save)), Some(kill), 10_000);
            }
        }
    }
}

#[test]
fn whoever_has_looked_and_deletes_others_words_means_it() {
    let mut world = World::new(BEFORE);
    world.settle();
    world.remote_edits("one TWO three\n");
    world.settle();
    world.editor_opens();
    world.editor_saves(Save::Rename, BEFORE);
    world.settle();
    assert_eq!(world.remote_text(), BEFORE);
}

#[test]
fn whoever_has_not_looked_for_long_deletes_nothing() {
    let mut world = World::new(BEFORE);
    world.settle();
    world.editor_opens();
    for text in ["one TWO three\n", "one TWO THREE\n", "ONE TWO THREE\n"] {
        world.remote_edits(text);
        world.settle();
    }
    world.editor_saves(Save::Rename, "one two three\nfour\n");
    world.settle();
    assert_eq!(world.file().as_deref(), Some("ONE TWO THREE\nfour\n"));
    world.remote_edits("ONE TWO THREE!\nfour\n");
    world.settle();
    world.editor_saves(Save::InPlace, "one two three\nfour\nfive\n");
    world.settle();
    assert_eq!(world.file().as_deref(), Some("ONE TWO THREE!\nfour\nfive\n"));
}

#[test]
fn a_file_that_vanishes_comes_back_with_the_next_change() {
    let mut world = World::new(BEFORE);
    world.settle();
    world.editor_deletes();
    world.settle();
    assert_eq!(world.file(), None);
    assert_eq!(world.remote_text(), BEFORE, "a file that is gone deletes nothing");
    world.remote_edits("one TWO three\n");
    world.settle();
    assert_eq!(world.file().as_deref(), Some("one TWO three\n"));
}

#[test]
fn a_file_that_is_replaced_in_two_steps_is_not_gone() {
    let mut world = World::new(BEFORE);
    world.settle();
    world.editor_opens();
    world.editor_deletes();
    world.pass(200);
    world.editor_saves(Save::Rename, "one two three four\n");
    world.remote_edits("one TWO three\n");
    world.settle();
    assert_eq!(world.file().as_deref(), Some("one TWO three four\n"));
    assert_eq!(world.remote_text(), "one TWO three four\n");
}

#[test]
fn what_is_no_text_is_left_alone_until_it_is() {
    let mut world = World::new(BEFORE);
    world.settle();
    world.editor_opens();
    world.editor_saves_bytes(b"one two three\xff\n");
    world.remote_edits("one TWO three\n");
    world.settle();
    assert_eq!(world.file_bytes().unwrap(), b"one two three\xff\n");
    assert!(world.notices().contains(&super::Notice::NotText(13)));
    assert_eq!(world.remote_text(), "one TWO three\n");
    world.editor_saves(Save::InPlace, "one two three four\n");
    world.settle();
    assert_eq!(world.file().as_deref(), Some("one TWO three four\n"));
}

#[test]
fn a_file_that_is_emptied_for_a_moment_empties_nothing() {
    let mut world = World::new(BEFORE);
    world.settle();
    world.editor_opens();
    world.editor_saves(Save::InPlace, "");
    world.pass(300);
    assert_eq!(world.remote_text(), BEFORE);
    world.editor_saves(Save::InPlace, "one two three four\n");
    world.settle();
    assert_eq!(world.history(), 2, "one edit of each, and none that empties");
    world.editor_opens();
    world.editor_saves(Save::InPlace, "");
    world.settle();
    assert_eq!(world.remote_text(), "", "whoever empties it means it");
}

#[test]
fn a_mark_at_the_beginning_and_line_ends_stay() {
    let mut world = World::new("one\r\ntwo");
    world.settle();
    world.editor_opens();
    world.editor_saves(Save::Rename, "\u{feff}one\r\ntwo!");
    world.settle();
    assert_eq!(world.remote_text(), "one\r\ntwo!");
    world.remote_edits("ONE\r\ntwo!");
    world.settle();
    assert_eq!(world.file().as_deref(), Some("\u{feff}ONE\r\ntwo!"));
}

#[test]
fn while_the_rest_is_under_way_the_file_waits() {
    let mut world = World::new(BEFORE);
    world.settle();
    world.is_whole = false;
    world.remote_edits("one TWO three\n");
    world.settle();
    assert_eq!(world.file().as_deref(), Some(BEFORE));
    world.is_whole = true;
    world.settle();
    assert_eq!(world.file().as_deref(), Some("one TWO three\n"));
}
