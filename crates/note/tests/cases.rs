//! Markdown by section, each text with the canonical form that it is printed in; and the examples of the CommonMark
//! specification, where the machine has them.

mod specification;

use note::markdown::{parse, print};
use specification::suites;
use std::path::Path;

/// `text ⇒ canonical form`, a case a line, with escapes for line feeds and tabs. Set `BLESS` to write the right sides.
const CASES: &str = "tests/cases.txt";

fn unescaped(text: &str) -> String {
    let parts = text.split("\\\\").map(|part| part.replace("\\n", "\n").replace("\\t", "\t"));
    parts.collect::<Vec<_>>().join("\\")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t")
}

#[test]
fn each_case_has_its_canonical_form() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASES);
    let cases = std::fs::read_to_string(&path).expect("the cases");
    let mut blessed = String::new();
    for line in cases.lines() {
        let Some((text, form)) = line.split_once(" ⇒") else {
            blessed.push_str(&format!("{line}\n"));
            continue;
        };
        let printed = print(&parse(&unescaped(text)));
        is_stable(&unescaped(text));
        if std::env::var_os("BLESS").is_none() {
            assert_eq!(escaped(&printed), form.strip_prefix(' ').unwrap_or(form), "{text}");
        }
        blessed.push_str(format!("{text} ⇒ {}", escaped(&printed)).trim_end());
        blessed.push('\n');
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, blessed).expect("written cases");
    }
}

fn is_stable(text: &str) {
    let note = parse(text);
    assert_eq!(note.check_invariants(), Ok(()), "{text:?}");
    let printed = print(&note);
    assert_eq!(parse(&printed), note, "{text:?} printed as {printed:?}");
}

#[test]
fn the_examples_of_the_specifications_are_stable() {
    let examples = specification::examples();
    examples.iter().for_each(|example| is_stable(example));
    specification::say(examples.len());
}

/// All letters that the parser shows, in order, as the HTML of the examples has them.
fn letters(html: &str) -> String {
    let mut shown = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag && c.is_alphanumeric() => shown.push(c),
            _ => {}
        }
    }
    shown
}

fn letters_of(block: &note::Block) -> String {
    let line = |line: &note::Line| line.iter().map(note_text).collect::<String>();
    let text = match &block.kind {
        note::Kind::Paragraph(text) | note::Kind::Heading { line: text, .. } => line(text),
        note::Kind::Code { text, .. } => text.clone(),
        note::Kind::Html(text) => letters(text),
        note::Kind::Table(table) => table.rows.iter().flatten().map(line).collect(),
        note::Kind::Rule => String::new(),
    };
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The text of a run; a picture's stands in an attribute.
fn note_text(run: &note::Run) -> String {
    if matches!(run.content, note::Content::Image { .. }) { String::new() } else { run.plain().to_owned() }
}

#[test]
fn the_examples_say_what_their_html_says() {
    let mut wrong = Vec::new();
    for suite in suites() {
        for name in ["spec.rs", "gfm_table.rs", "gfm_strikethrough.rs", "gfm_tasklist.rs"] {
            let source = std::fs::read_to_string(suite.join(name)).unwrap_or_default();
            for example in source.split("let original = r##\"").skip(1) {
                let Some((text, rest)) = example.split_once("\"##;") else { continue };
                let Some((html, _)) = rest.split_once("r##\"").and_then(|(_, rest)| rest.split_once("\"##;")) else {
                    continue;
                };
                let html = html.replace("&quot;", "").replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
                let shown: String = parse(text).blocks.iter().map(letters_of).collect();
                // A link on nothing stands on its address here, and shows nothing there.
                if shown != letters(&html) && !text.starts_with("[](") {
                    wrong.push(format!("{text:?}\n  {html:?}\n  {shown:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
