//! What commands do, said in Markdown: `¦` is where the cursor is.

use motet::{ContainerId, Document, Edit, ReplicaId, Seq};
use note::markdown::{parse, print};
use note::{Align, List};
use notedoc::command::{self, table};
use notedoc::schema::{mark, root};
use notedoc::{Style, read};

/// A document of this Markdown, and where its cursors are.
fn document(markdown: &str) -> (Document, Vec<Seq>) {
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, parse(markdown), 0);
    let text = document.text(root());
    let found = text.chars().enumerate().filter(|(_, c)| *c == '¦').enumerate();
    let cursors: Vec<Seq> = found.map(|(before, (at, _))| (at - before) as Seq).collect();
    for &at in &cursors {
        document.edit(0, |edit| edit.delete(root(), at, 1));
    }
    (document, cursors)
}

fn check(before: &str, after: &str, command: impl FnOnce(&mut Edit<'_>, ContainerId, &[Seq])) {
    let (mut document, cursors) = document(before);
    document.edit(0, |edit| command(edit, root(), &cursors));
    document.check_invariants();
    assert_eq!(print(&read(&document)), after, "{before:?}");
}

fn split(before: &str, after: &str) {
    check(before, after, |edit, body, at| {
        if command::split(edit, body, at[0]).is_some() {
            // So that what is empty shows.
            let here = read_at(edit, body, at[0]);
            edit.insert(body, here, "new");
        }
    });
}

/// Where the cursor is after Enter: in the new block, or where the old text is.
fn read_at(edit: &Edit<'_>, body: ContainerId, at: Seq) -> Seq {
    let before = edit.document().model().text(body).map_or(String::new(), |text| text.slice(at.saturating_sub(1), 1));
    if before == "\n" { at } else { at + 1 }
}

#[test]
fn enter_splits_a_block() {
    split("one¦two\n", "one\n\nnewtwo\n");
    split("one two¦\n", "one two\n\nnew\n");
    split("¦one\n", "new\n\none\n");
    split("x\n\n¦one\n", "x\n\nnew\n\none\n");
    split("# Head¦\n", "# Head\n\nnew\n");
    split("# He¦ad\n", "# He\n\n# newad\n");
    split("# ¦Head\n", "new\n\n# Head\n");
    split("- one¦\n", "- one\n- new\n");
    split("- one¦two\n  - x\n", "- one\n- newtwo\n  - x\n");
    split("7. ¦one\n8. two\n", "7. new\n8. one\n9. two\n");
    split("- [x] done¦\n", "- [x] done\n- [ ] new\n");
    split("> quoted¦\n", "> quoted\n>\n> new\n");
    split("- one\n\n  more¦\n", "- one\n\n  more\n\n  new\n");
    split("```\nco¦de\n```\n", "```\nco\nde\n```\n");
}

#[test]
fn enter_in_an_empty_item_leaves_the_list() {
    split("- one\n- ¦\n", "- one\n");
    let nested = "- one\n  - ¦x\n";
    check(nested, "- one\n-\n", |edit, body, at| {
        edit.delete(body, at[0], 1);
        assert_eq!(command::split(edit, body, at[0]), None);
    });
}

#[test]
fn the_old_mark_keeps_its_text_when_enter_is_pressed_before_it() {
    let (mut document, cursors) = document("# ¦Head\n");
    let old = document.model_text(root()).id_at(0).unwrap();
    document.edit(0, |edit| assert!(command::split(edit, root(), cursors[0]).is_some()));
    let (at, is_visible) = document.model().text(root()).unwrap().position(old).unwrap();
    assert_eq!((at, is_visible, document.text(root()).as_str()), (1, true, "\n\nHead"));
}

#[test]
fn backspace_lowers_first_and_joins_then() {
    let join = |before, after| {
        check(before, after, |edit, body, at| _ = command::join(edit, body, at[0]));
    };
    join("one\n\n¦two\n", "onetwo\n");
    join("# one\n\n¦two\n", "# onetwo\n");
    join("one\n\n# ¦two\n", "onetwo\n");
    join("- one\n- ¦two\n", "- one\n\ntwo\n");
    join("- one\n  - ¦two\n    - three\n", "- one\n- two\n  - three\n");
    join("> ¦two\n", "two\n");
    join("# ¦one\n", "one\n");
    join("one\n\n---\n\n¦two\n", "one\n\ntwo\n");
    join("| a |\n| --- |\n\n¦two\n", "| a |\n| --- |\n\ntwo\n");
}

#[test]
fn items_go_under_each_other_and_out_again() {
    let indent = |before, after| check(before, after, |edit, body, at| _ = command::indent(edit, body, at[0], at[0]));
    indent("- one\n- ¦two\n  - three\n- four\n", "- one\n  - two\n    - three\n- four\n");
    indent("- ¦one\n", "- one\n");
    indent("1. one\n2. ¦two\n", "1. one\n   1. two\n");
    let outdent = |before, after| check(before, after, |edit, body, at| _ = command::outdent(edit, body, at[0], at[0]));
    outdent("- one\n  - ¦two\n    - three\n", "- one\n- two\n  - three\n");
    outdent("- ¦one\n  - two\n", "one\n\n- two\n");
    check("- one\n- ¦two\n- three¦\n", "- one\n  - two\n  - three\n", |edit, body, at| {
        assert!(command::indent(edit, body, at[0], at[1]));
    });
}

#[test]
fn lists_quotes_and_tasks_are_switched() {
    let list = |before, after, list| {
        check(before, after, |edit, body, at| _ = command::toggle_list(edit, body, at[0], at[1], list));
    };
    list("¦one\n\ntwo¦\n", "- one\n- two\n", List::Bullet);
    list("- ¦one\n- two¦\n", "one\n\ntwo\n", List::Bullet);
    list("- ¦one\n  - x\n- two¦\n", "1. one\n   1. x\n2. two\n", List::Ordered);
    check("¦one\n\ntwo¦\n", "> one\n>\n> two\n", |edit, body, at| _ = command::quote(edit, body, at[0], at[1]));
    check("> - ¦one\n", "- one\n", |edit, body, at| _ = command::unquote(edit, body, at[0], at[0]));
    check("¦one\n", "- [ ] one\n", |edit, body, at| _ = command::set_task(edit, body, at[0], at[0], Some(false)));
    check("- [ ] ¦one\n", "- [x] one\n", |edit, body, at| _ = command::toggle_done(edit, body, at[0]));
    check("- ¦one\n", "- one\n", |edit, body, at| assert!(!command::toggle_done(edit, body, at[0])));
}

#[test]
fn blocks_become_others() {
    check("¦one\n\ntwo¦\n\nx\n", "## one\n\n## two\n\nx\n", |edit, body, at| {
        assert!(command::set_style(edit, body, at[0], at[1], &Style::Heading(2)));
    });
    check("¦a *b*\n", "```rust\na b\n```\n", |edit, body, at| {
        assert!(command::set_style(edit, body, at[0], at[0], &Style::Code("rust".to_owned())));
    });
}

#[test]
fn marks_are_set_where_any_part_lacks_them() {
    let strong = |before, after| {
        check(before, after, |edit, body, at| {
            command::toggle_mark(edit, body, (at[0], at[1] - at[0]), mark::STRONG);
        });
    };
    strong("¦one **two**¦\n", "**one two**\n");
    strong("**¦one ¦two**\n", "one **two**\n");
    strong("a ¦b\n\nc¦ d\n", "a **b**\n\n**c** d\n");
    check("see ¦this¦\n", "see [this](/x)\n", |edit, body, at| {
        let link = note::Link { href: "/x".to_owned(), title: None };
        command::set_link(edit, body, (at[0], at[1] - at[0]), Some(&link));
    });
}

#[test]
fn typed_text_has_the_marks_that_it_is_typed_with() {
    check("**one**¦\n", "**one** two\n", |edit, body, at| {
        command::insert_text(edit, body, at[0], " two", &note::Marks::default());
    });
}

#[test]
fn things_are_inserted() {
    let rule = |before, after| check(before, after, |edit, body, at| _ = command::insert_rule(edit, body, at[0]));
    rule("one¦two\n", "one\n\n***\n\ntwo\n");
    rule("¦one\n", "***\n\none\n");
    rule("# one¦\n", "# one\n\n***\n");
    rule("- one¦two\n", "- one\n\n  ***\n\n  two\n");
    check("one¦two\n", "one\n\n| | |\n| --- | --- |\n| | |\n\ntwo\n", |edit, body, at| {
        assert!(command::insert_table(edit, body, at[0], 2, 2).is_some());
    });
    check("one¦two\n", "one![y](x)\\\ntwo\n", |edit, body, at| {
        command::insert_break(edit, body, at[0]);
        command::insert_image(edit, body, at[0], "x", "y", None);
    });
    check("one¦ [^1]\n\n[^1]: x\n", "one[^2] [^1]\n\n[^2]: new\n\n[^1]: x\n", |edit, body, at| {
        let note = command::insert_footnote(edit, body, at[0]);
        edit.insert(notedoc::schema::body_of(note), 0, "new");
    });
}

const TABLE: &str = "| a | b |\n| --- | --- |\n| c | d |\n| e | f |\n";

#[test]
fn tables_change_by_rows_and_columns() {
    let change = |after: &str, change: &dyn Fn(&mut Edit<'_>, motet::Id)| {
        let (mut document, _) = document(TABLE);
        let id = document.model_text(root()).id_at(1).unwrap();
        document.edit(0, |edit| change(edit, id));
        assert_eq!(print(&read(&document)), after);
    };
    change("| a | b |\n| --- | --- |\n| e | f |\n| c | d |\n", &|edit, id| assert!(table::move_row(edit, id, 1, 2)));
    change("| b | a |\n| --- | --- |\n| d | c |\n| f | e |\n", &|edit, id| assert!(table::move_column(edit, id, 0, 1)));
    change("| a | b |\n| --- | --- |\n| e | f |\n", &|edit, id| assert!(table::delete_row(edit, id, 1)));
    change("| b |\n| --- |\n| d |\n| f |\n", &|edit, id| {
        assert!(table::delete_column(edit, id, 0));
        assert!(!table::delete_column(edit, id, 0));
    });
    change("| a | | b |\n| --- | :-: | --- |\n| c | | d |\n| | | |\n| e | | f |\n", &|edit, id| {
        table::insert_row(edit, id, 2);
        let column = table::insert_column(edit, id, 1).unwrap();
        table::set_align(edit, column, Align::Center);
    });
}

const SECTIONS: &str = "# A\n\na\n\n## B\n\nb\n\n# C\n\nc\n";

#[test]
fn sections_move_and_change_their_rank() {
    let (mut document, _) = document(SECTIONS);
    let outline = command::outline(document.model(), root());
    let found: Vec<_> = outline.iter().map(|heading| (heading.text.as_str(), heading.rank)).collect();
    assert_eq!(found, [("A", 1), ("B", 2), ("C", 1)]);
    document.edit(0, |edit| assert!(command::move_section(edit, root(), outline[2].at, Some(0))));
    assert_eq!(print(&read(&document)), "# C\n\nc\n\n# A\n\na\n\n## B\n\nb\n");
    let outline = command::outline(document.model(), root());
    document.edit(0, |edit| assert!(command::promote(edit, root(), outline[1].at, -1)));
    assert_eq!(print(&read(&document)), "# C\n\nc\n\n## A\n\na\n\n### B\n\nb\n");
    document.edit(0, |edit| assert!(!command::promote(edit, root(), 0, 1)));
    let outline = command::outline(document.model(), root());
    document.edit(0, |edit| assert!(!command::move_section(edit, root(), outline[0].at, None)));
    assert_eq!(print(&read(&document)), "# C\n\nc\n\n## A\n\na\n\n### B\n\nb\n", "the section is the whole text");
    document.edit(0, |edit| assert!(command::move_section(edit, root(), outline[2].at, Some(outline[1].at))));
    assert_eq!(print(&read(&document)), "# C\n\nc\n\n### B\n\nb\n\n## A\n\na\n");
}

#[test]
fn the_first_block_gets_a_mark_before_something_moves_before_it() {
    let mut document = Document::new(ReplicaId(1));
    document.edit(0, |edit| edit.insert(root(), 0, "first"));
    document.edit(0, |edit| {
        edit.split(root(), 5);
        edit.insert(root(), 6, "second");
    });
    document.edit(0, |edit| assert!(command::move_blocks(edit, root(), 8, 8, Some(0))));
    assert_eq!(print(&read(&document)), "second\n\nfirst\n");
}
