//! What members do with what documents hold in a form of their own: JSON and rich notes.

use super::{place, some_version, unpin};
use crate::host::Host;
use crate::random::Random;
use clock::Seq;
use json::Tree;
use motet::{Edit, Patch};
use notedoc::{Style, command, schema};

/// What notes are made of, in Markdown.
const BLOCKS: [&str; 9] = [
    "# Title\n",
    "A paragraph with *words* in **it** and `code`.\n",
    "- one\n- two\n  - three\n",
    "1. [ ] to do\n2. [x] done\n",
    "> quoted\n>\n> - within\n",
    "| a | b |\n| - | -: |\n| 1 | 2 |\n",
    "```rust\nlet it = be;\n```\n",
    "With a note[^1] and [a link](https://example.org).\n\n[^1]: At the foot.\n",
    "---\n",
];

/// Saves JSON, made from what shows or from an older version.
pub(super) fn save_json(host: &mut Host, time: i64, random: &mut Random) {
    unpin(host);
    let text = value(random, 3);
    let tree = Tree::parse(text.as_bytes()).expect("it is JSON");
    let base = some_version(host, random);
    let document = host.replica.document_mut();
    let mut told = Patch::default();
    let saved = if !jsondoc::is_json(document) {
        jsondoc::create_telling(document, &tree, None, time, &mut told)
    } else if random.chance(700) {
        jsondoc::save_telling(document, &tree, time, &mut told)
    } else {
        let saved = jsondoc::save(document, Some(&base), &tree, time);
        host.look();
        return drop(saved);
    };
    // What was taken back in part may be no JSON; then nothing is saved.
    drop(saved);
    host.show(&told);
}

/// Few keys and short arrays, so that saves meet.
fn value(random: &mut Random, depth: usize) -> String {
    let count = random.below(4);
    match random.below(if depth == 0 { 4 } else { 7 }) {
        0 => random.below(5).to_string(),
        1 => "\"a text of some words\"".to_owned(),
        2 => format!("\"word {} of it\"", random.below(4)),
        3 => ["null", "true", "1.50", "[]"][count].to_owned(),
        4 => {
            let items: Vec<String> = (0..count).map(|_| value(random, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => {
            let fields: Vec<String> = (0..count)
                .map(|at| format!("\"{}\": {}", ["a", "b", "c", "d"][at], value(random, depth - 1)))
                .collect();
            format!("{{{}}}", fields.join(",\n  "))
        }
    }
}

/// Saves a note, made from what shows or from an older version.
pub(super) fn save_note(host: &mut Host, time: i64, random: &mut Random) {
    unpin(host);
    let blocks: Vec<&str> = (0..random.below(6)).filter_map(|_| random.pick(&BLOCKS)).collect();
    let note = note::markdown::parse(&blocks.join("\n"));
    let base = if random.chance(700) { host.replica.document().version() } else { some_version(host, random) };
    notedoc::save(host.replica.document_mut(), &base, &note, time);
    host.look();
}

/// Gives a command of an editor of notes.
pub(super) fn command_note(host: &mut Host, time: i64, random: &mut Random) {
    unpin(host);
    let mut told = Patch::default();
    let document = host.replica.document_mut();
    document.write(&mut told, |edit| command(edit, random));
    document.close(time, Some(&mut told));
    host.show(&told);
}

fn command(edit: &mut Edit<'_>, random: &mut Random) {
    let body = schema::root();
    let len = edit.document().text_len(body);
    let (at, many) = (place(random, len), 1 + random.below(8) as Seq);
    let to = at.saturating_add(many).min(len);
    match random.below(14) {
        0 => drop(command::split(edit, body, at)),
        1 => _ = command::join(edit, body, at),
        2 => command::delete(edit, body, at, many),
        3 => _ = command::set_style(edit, body, at, to, &Style::Heading(2)),
        4 => drop(command::insert_table(edit, body, at, 2, 2)),
        5 => command::set_mark(edit, body, (at, to - at), "strong", random.chance(500)),
        6 => _ = command::insert_footnote(edit, body, at),
        7 => _ = command::indent(edit, body, at, to),
        8 => _ = command::outdent(edit, body, at, to),
        9 => _ = command::quote(edit, body, at, to),
        10 => _ = command::toggle_list(edit, body, at, to, note::List::Ordered),
        11 => _ = command::move_blocks(edit, body, at, to, random.chance(500).then_some(0)),
        12 => _ = command::promote(edit, body, at, 1),
        _ => edit.insert(body, at, "some words "),
    }
}
