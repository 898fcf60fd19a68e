//! The examples of the CommonMark specification and of GitHub's additions, where the machine has them: in the tests of
//! the parser, as raw strings.
#![allow(dead_code, missing_docs, reason = "each test file uses a part")]

use std::path::PathBuf;

/// What stands around an example there.
const BEGIN: &str = "let original = r##\"";
const END: &str = "\"##;";

/// The folders with the parser's own tests.
pub fn suites() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let registry = home.map(|home| home.join("registry/src")).unwrap_or_default();
    let folders = std::fs::read_dir(registry).into_iter().flatten().flatten();
    let crates = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let parsers = crates.filter(|entry| entry.file_name().to_string_lossy().starts_with("pulldown-cmark-0"));
    parsers.map(|entry| entry.path().join("tests/suite")).filter(|path| path.is_dir()).collect()
}

/// The Markdown of all examples.
pub fn examples() -> Vec<String> {
    let files = suites().into_iter().flat_map(|suite| std::fs::read_dir(suite).into_iter().flatten().flatten());
    let sources = files.map(|file| std::fs::read_to_string(file.path()).unwrap_or_default());
    let texts = |source: String| {
        let parts = source.split(BEGIN).skip(1);
        parts.filter_map(|part| Some(part.split_once(END)?.0.to_owned())).collect::<Vec<_>>()
    };
    sources.flat_map(texts).collect()
}

/// Says how many examples there were.
pub fn say(count: usize) {
    match count {
        0 => println!("skipped: the parser's sources, which hold the examples, are not on this machine"),
        count => println!("{count} examples"),
    }
}
