//! Every step at which motet may be killed, and every step at which an editor may save, one against the
//! other, on a disk and a store in memory. After each run the file and all copies of the document are
//! equal and hold what everybody wrote, once.

mod world;

use super::form;
use server::DocumentType;
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

/// What happens to a file of some type, and what is to come of it.
struct Case {
    document_type: DocumentType,
    /// What the document says, and the file that somebody makes of that.
    document: &'static str,
    file: &'static str,
    /// What others make of the document, and the editor of the file.
    remote: &'static str,
    save: &'static str,
    /// The file after the first, and after both.
    written: &'static str,
    both: &'static str,
}

const NOTE: Case = Case {
    document_type: DocumentType::Note,
    document: "# Song\n\n- one two\n- three[^z]\n\n[^z]: end\n",
    file: "Song\n====\n\n* one\n  two\n* three[^z]\n\n[^z]: end\n",
    remote: "# Song\n\n- one two\n- THREE[^z]\n\n[^z]: end\n",
    save: "Song\n====\n\n* zero\n* one\n  two\n* three[^z]\n\n[^z]: end\n",
    written: "Song\n====\n\n* one\n  two\n* THREE[^z]\n\n[^z]: end\n",
    both: "Song\n====\n\n* zero\n* one\n  two\n* THREE[^z]\n\n[^z]: end\n",
};

const JSON: Case = Case {
    document_type: DocumentType::Json,
    document: "{\n  \"a\": 1.0,\n  \"b\": 2\n}\n",
    file: "{\n  \"a\": 1.0,\n  \"b\": 2\n}",
    remote: "{\n  \"a\": 1.0,\n  \"b\": \"two\"\n}",
    save: "{\n  \"a\": 1.0,\n  \"b\": 2,\n  \"c\": [3]\n}",
    written: "{\n  \"a\": 1.0,\n  \"b\": \"two\"\n}",
    both: "{\n  \"a\": 1.0,\n  \"b\": \"two\",\n  \"c\": [3]\n}",
};

/// A file that its author wrote, and that both change.
fn run_case(case: &Case, save: Option<(u32, Save)>, kill: Option<u32>, away_ms: u64) -> World {
    let mut world = World::of(case.document_type, case.document);
    world.settle();
    assert_eq!(world.file().as_deref(), Some(case.document));
    world.editor_saves(Save::Rename, case.file);
    world.settle();
    world.editor_opens();
    world.remote_edits(case.remote);
    if let Some((at, save)) = save {
        world.save_at(at, save, case.save);
    }
    if let Some(at) = kill {
        world.kill_at(at);
    }
    world.settle_through_kills(away_ms);
    world
}

fn check_case(case: &Case, save: Option<(u32, Save)>, kill: Option<u32>, away_ms: u64) {
    let world = run_case(case, save, kill, away_ms);
    if world.is_save_late() {
        return;
    }
    let expected = if save.is_some() { case.both } else { case.written };
    let what = format!("{:?}, save {save:?}, kill {kill:?}, away {away_ms} ms", case.document_type);
    assert_eq!(world.file().as_deref(), Some(expected), "{what}");
    assert!(form::is_same(case.document_type, &world.remote_text(), expected), "{what}: {}", world.remote_text());
    assert_eq!(world.kept(), Vec::<String>::new(), "{what}");
}

#[test]
fn notes_and_json_lose_nothing_whenever_both_write_and_it_is_killed() {
    for case in [NOTE, JSON] {
        check_case(&case, None, None, 0);
        let steps = run_case(&case, None, None, 0).steps();
        for at in 0..=steps * 2 {
            check_case(&case, None, Some(at), 10_000);
        }
        for save in Save::ALL {
            for at in 0..=steps {
                check_case(&case, Some((at, save)), None, 0);
            }
        }
        for at in 0..=steps {
            for kill in 0..=run_case(&case, Some((at, Save::Rename)), None, 0).steps() * 2 {
                check_case(&case, Some((at, Save::Rename)), Some(kill), 10_000);
            }
        }
    }
}

#[test]
fn another_form_of_a_note_is_nobodys_news() {
    let mut world = World::of(DocumentType::Note, NOTE.document);
    world.settle();
    let (history, notices) = (world.history(), world.notices().len());
    world.editor_saves(Save::InPlace, NOTE.file);
    world.settle();
    assert_eq!((world.history(), world.notices().len()), (history, notices));
    assert_eq!(world.file().as_deref(), Some(NOTE.file), "the author's form stays");
}

#[test]
fn json_that_is_half_written_is_left_alone_until_it_is_whole() {
    let mut world = World::of(DocumentType::Json, JSON.document);
    world.settle();
    world.editor_opens();
    let half = "{\n  \"a\": 1.0,\n  \"b\": 2,\n  \"c\"";
    world.editor_saves(Save::InPlace, half);
    world.remote_edits(JSON.remote);
    world.settle();
    assert_eq!(world.file().as_deref(), Some(half));
    assert!(form::is_same(DocumentType::Json, &world.remote_text(), JSON.remote));
    let told = world.notices().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(told.contains("this is no JSON: line 4"), "{told}");
    world.editor_saves(Save::InPlace, JSON.save);
    world.settle();
    assert_eq!(world.file().as_deref(), Some(JSON.both));
    assert_eq!(world.remote_text(), JSON.both);
}

#[test]
fn a_note_that_is_too_deep_is_left_alone() {
    let mut world = World::of(DocumentType::Note, "a\n");
    world.settle();
    world.editor_opens();
    let deep = ">".repeat(300);
    world.editor_saves(Save::InPlace, &deep);
    world.settle();
    assert_eq!((world.file().as_deref(), world.remote_text().as_str()), (Some(deep.as_str()), "a\n"));
    world.editor_saves(Save::InPlace, "b\n");
    world.settle();
    assert_eq!(world.remote_text(), "b\n");
}
