//! What a file is: JSON or text.

use super::disk::read;
use crate::error::CommandError;
use json::{Kind, ParseError, Schema, Tree};
use std::path::Path;

/// Endings of files that are JSON or broken.
const JSON_ENDINGS: [&str; 8] = ["json", "geojson", "topojson", "gltf", "score", "ipynb", "webmanifest", "har"];

/// How to merge a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// By structure.
    Json,
    /// By lines and words: plain text, Markdown, code.
    Text,
}

impl Form {
    /// What the ending of its name says; otherwise JSON where all versions that are not empty are.
    pub fn of(name: &Path, versions: [&str; 3]) -> Self {
        if is_json(name) {
            return Self::Json;
        }
        let mut versions = versions.into_iter().filter(|text| !text.trim().is_empty()).peekable();
        let is_any = versions.peek().is_some();
        if is_any && versions.all(is_container) { Self::Json } else { Self::Text }
    }
}

/// Whether a name ends as those of JSON files do.
pub fn is_json(name: &Path) -> bool {
    let ending = name.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| JSON_ENDINGS.contains(&ending.as_str()))
}

/// Whether a text is an object or an array, and not just a word that is JSON too.
fn is_container(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
        && Tree::parse(text.as_bytes()).is_ok_and(|tree| matches!(tree.kind(tree.root()), Kind::Array | Kind::Object))
}

/// The text of a file as JSON.
pub fn tree(file: &Path, text: String) -> Result<Tree, CommandError> {
    named(file, Tree::read(text))
}

/// A base and two sides as JSON. What is wrong with a side is told first.
pub fn trees(files: [&Path; 3], texts: [String; 3]) -> Result<[Tree; 3], CommandError> {
    let [base, ours, theirs] = Tree::read_all(texts);
    let (ours, theirs) = (named(files[1], ours)?, named(files[2], theirs)?);
    Ok([named(files[0], base)?, ours, theirs])
}

fn named(file: &Path, read: Result<Tree, ParseError>) -> Result<Tree, CommandError> {
    read.map_err(|error| CommandError::Other(format!("{} is no JSON: {error}", file.display())))
}

/// A schema from a file.
pub fn schema(file: &Path) -> Result<Schema, CommandError> {
    let tree = tree(file, read(file)?)?;
    Schema::read(&tree).map_err(|error| CommandError::Other(format!("{} is no schema: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_then_contents_say_what_a_file_is() {
        for (name, text, form) in [
            ("a.json", "no", Form::Json),
            ("scene.svx.JSON", "", Form::Json),
            ("a", "\u{feff} {\"a\": 1}", Form::Json),
            ("a.txt", "[1]", Form::Json),
            ("a.md", "[link](url)", Form::Text),
            ("a", "1", Form::Text),
            ("a", "", Form::Text),
        ] {
            assert_eq!(Form::of(Path::new(name), ["", text, text]), form, "{name} {text}");
        }
    }
}
