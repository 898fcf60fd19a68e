//! Two files on this machine.

use super::lines::marked;
use super::written;
use crate::error::CommandError;
use crate::merge::{is_json, read_file, read_schema, read_tree};
use crate::out::{Paint, print, print_json};
use json::{Change, Names, Schema, Tree, text_edits};
use motet::DiffSide;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

/// Compares two files: JSON by structure, anything else word by word. The exit code says whether they differ in what
/// they say.
pub fn run(files: [&Path; 2], schema: Option<&Path>, is_json_wanted: bool) -> Result<ExitCode, CommandError> {
    let schema = schema.map_or(Ok(Schema::default()), read_schema)?;
    let trees =
        if files.iter().any(|file| is_json(file)) { Some((read_tree(files[0])?, read_tree(files[1])?)) } else { None };
    let (parts, text) = match &trees {
        Some((base, other)) => structural(base, other, &schema),
        None => textual(&read_file(files[0])?, &read_file(files[1])?),
    };
    let is_same = parts.is_empty();
    if is_json_wanted {
        let [a, b] = files.map(|file| file.display().to_string());
        print_json(&json!({ "a": a, "b": b, "same": is_same, "changes": parts }))?;
    } else {
        print(&text)?;
    }
    Ok(ExitCode::from(u8::from(!is_same)))
}

/// What differs between two JSON documents, for programs and in words.
pub fn structural(base: &Tree, other: &Tree, schema: &Schema) -> (Vec<Value>, String) {
    let changes = json::diff(base, other, schema);
    let names = Names::of(base, other, schema);
    let said: Vec<String> = changes.iter().map(|change| names.say(change)).collect();
    let parts = changes.iter().zip(&said).map(|(change, said)| change_json((base, other), &names, change, said));
    (parts.collect(), said.iter().map(|said| format!("{said}\n")).collect())
}

fn change_json((base, other): (&Tree, &Tree), names: &Names<'_>, change: &Change, said: &str) -> Value {
    let (kind, before, after) = match *change {
        Change::Set { base, other } => ("set", Some(base), Some(other)),
        Change::Text { base, other, .. } => ("text", Some(base), Some(other)),
        Change::Add { other, .. } => ("add", None, Some(other)),
        Change::Remove { base } => ("remove", Some(base), None),
        Change::Rename { base, other } => ("rename", Some(base), Some(other)),
        Change::Insert { other, .. } => ("insert", None, Some(other)),
        Change::Delete { base } => ("delete", Some(base), None),
        Change::Move { base, other, .. } => ("move", Some(base), Some(other)),
        _ => ("change", None, None),
    };
    let mut json = json!({ "kind": kind, "words": said });
    if let Some(id) = before {
        (json["from"], json["before"]) = (names.base_pointer(id).into(), base.text(id).into());
    }
    if let Some(id) = after {
        (json["to"], json["after"]) = (names.other_pointer(id).into(), other.text(id).into());
    }
    json
}

/// What differs between two texts, word by word, for programs and in words.
pub fn textual(before: &str, after: &str) -> (Vec<Value>, String) {
    let edits = text_edits(before, after);
    let mut parts: Vec<(DiffSide, String)> = Vec::new();
    let mut rest = before.chars();
    let mut at = 0;
    for edit in &edits {
        parts.push((DiffSide::Both, rest.by_ref().take(edit.at - at).collect()));
        parts.push((DiffSide::First, rest.by_ref().take(edit.removed).collect()));
        parts.push((DiffSide::Second, edit.inserted.clone()));
        at = edit.at + edit.removed;
    }
    parts.push((DiffSide::Both, rest.collect()));
    let lines = marked(parts.iter().map(|(side, text)| (*side, text.as_str(), None)));
    let json = |edit: &json::TextEdit| json!({ "at": edit.at, "removed": edit.removed, "inserted": edit.inserted });
    (edits.iter().map(json).collect(), written(&lines, Paint::for_stdout()))
}
