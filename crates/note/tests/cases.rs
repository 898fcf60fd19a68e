//! Markdown by section, each text with the canonical form that it is printed in; and the examples of the CommonMark
//! specification, where the machine has them.

use note::markdown::{parse, print};
use std::path::{Path, PathBuf};

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

/// The parser's own tests, which hold the examples of the specifications as raw strings.
fn suites() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let registry = home.map(|home| home.join("registry/src")).unwrap_or_default();
    let folders = std::fs::read_dir(registry).into_iter().flatten().flatten();
    let crates = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let parsers = crates.filter(|entry| entry.file_name().to_string_lossy().starts_with("pulldown-cmark-0"));
    parsers.map(|entry| entry.path().join("tests/suite")).filter(|path| path.is_dir()).collect()
}

#[test]
fn the_examples_of_the_specifications_are_stable() {
    let mut count = 0;
    for file in suites().iter().flat_map(|suite| std::fs::read_dir(suite).into_iter().flatten().flatten()) {
        let source = std::fs::read_to_string(file.path()).unwrap_or_default();
        for example in source.split("let original = r##\"").skip(1).filter_map(|rest| rest.split_once("\"##;")) {
            is_stable(example.0);
            count += 1;
        }
    }
    match count {
        0 => println!("skipped: the parser's sources, which hold the examples, are not on this machine"),
        count => println!("{count} examples"),
    }
}
