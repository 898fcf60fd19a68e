//! What a document is to programs that know files: a text, or JSON.

use crate::hub::HubError;
use crate::stored::text_container;
use clock::VersionVector;
use json::Tree;
use jsondoc::{Conflict, ReadError, Reading, SaveError};
use motet::{Document, Shown, ShownText};
use serde_json::{Value, json};

/// Endings of files that are JSON, whatever stands before.
const JSON_ENDINGS: [&str; 6] = [".json", ".geojson", ".gltf", ".score", ".ipynb", ".jsonld"];

/// The types of document. A document has one from its first write on, and keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentType {
    /// A plain text.
    Text,
    /// A JSON document.
    Json,
}

/// A document as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What is in the file.
    pub text: String,
    /// What kind of file it is.
    pub document_type: DocumentType,
    /// In how many places people wanted different things.
    pub conflicts: usize,
}

impl DocumentType {
    /// The type of a document.
    pub fn of(document: &Document) -> Self {
        if jsondoc::is_json(document) { Self::Json } else { Self::Text }
    }

    /// The type of a file that is called so.
    pub fn of_name(name: &str) -> Self {
        let name = name.to_lowercase();
        if JSON_ENDINGS.iter().any(|ending| name.ends_with(ending)) { Self::Json } else { Self::Text }
    }

    /// The type that a media type means: JSON, or a kind of JSON.
    pub fn of_media_type(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_json = essence == "application/json" || essence.ends_with("+json");
        if is_json { Self::Json } else { Self::Text }
    }

    /// The media type of such documents.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// A stable name, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl Content {
    /// A plain text.
    pub fn of_text(text: String) -> Self {
        Self { text, document_type: DocumentType::Text, conflicts: 0 }
    }

    /// What a document shows.
    pub fn of(document: &Document) -> Result<Self, HubError> {
        match DocumentType::of(document) {
            DocumentType::Text => Ok(Self::of_text(document.text(text_container()))),
            DocumentType::Json => Ok(Self::of_reading(read(document)?)),
        }
    }

    /// What an image shows, where that says enough: of people who disagree in a JSON document the history tells more.
    pub fn of_shown(shown: Shown<'_>) -> Option<Self> {
        if !jsondoc::shows_json(shown) {
            return shown.text(text_container()).map(|text| Self::of_text(ShownText::read(text)));
        }
        jsondoc::read_shown(shown).ok().flatten().map(Self::of_reading)
    }

    /// What a document showed at a version.
    pub fn at(document: &Document, version: &VersionVector) -> Result<Self, HubError> {
        if DocumentType::of(document) == DocumentType::Text {
            return Ok(Self::of_text(document.text_at(text_container(), version)));
        }
        if *version == document.version() {
            return Self::of(document);
        }
        let mut then = document.fork(document.replica());
        then.pin(Some(version.clone()));
        match jsondoc::read(&then) {
            // Before it was made it was no JSON yet.
            Err(ReadError::Type | ReadError::Empty) => {
                Ok(Self { text: String::new(), document_type: DocumentType::Json, conflicts: 0 })
            }
            reading => Ok(Self::of_reading(reading.map_err(unreadable)?)),
        }
    }

    fn of_reading(reading: Reading) -> Self {
        Self { conflicts: reading.conflicts.len(), text: reading.text, document_type: DocumentType::Json }
    }
}

/// Makes a document show `text`, which was made of what it showed at `base`, or shows now.
pub fn save(document: &mut Document, base: Option<&VersionVector>, text: &str, time: i64) -> Result<(), HubError> {
    if DocumentType::of(document) == DocumentType::Json {
        return jsondoc::save(document, base, &parse(text)?, time).map_err(unsaved);
    }
    match base {
        Some(base) if *base != document.version() => {
            document.edit_seen_at(base, time, |edit| edit.replace_all(text_container(), text));
        }
        _ => drop(document.edit(time, |edit| edit.replace_all(text_container(), text))),
    }
    Ok(())
}

/// Makes an empty document a JSON document. What its parts mean to a merge is what `schema` says, for ever.
pub fn make_json(document: &mut Document, text: &str, schema: Option<&str>, time: i64) -> Result<(), HubError> {
    let schema = schema.map(parse).transpose()?;
    jsondoc::create(document, &parse(text)?, schema.as_ref(), time).map_err(unsaved)
}

/// Where people wanted different things, as the JSON that goes out.
pub fn conflicts(document: &Document) -> Result<Value, HubError> {
    if DocumentType::of(document) == DocumentType::Text {
        return Ok(json!([]));
    }
    Ok(read(document)?.conflicts.iter().map(describe).collect())
}

fn describe(conflict: &Conflict) -> Value {
    let alternative = |alternative: &jsondoc::Alternative| json!({ "write": alternative.write.to_string(), "key": alternative.key, "value": alternative.text });
    let alternatives: Vec<Value> = conflict.alternatives.iter().map(alternative).collect();
    json!({ "pointer": conflict.pointer, "kind": conflict.kind.code(), "alternatives": alternatives })
}

fn parse(text: &str) -> Result<Tree, HubError> {
    Tree::parse(text.as_bytes()).map_err(|error| HubError::Json(error.to_string()))
}

fn read(document: &Document) -> Result<Reading, HubError> {
    jsondoc::read(document).map_err(unreadable)
}

fn unreadable(error: ReadError) -> HubError {
    HubError::Damaged(error.to_string())
}

fn unsaved(error: SaveError) -> HubError {
    match error {
        SaveError::Read(error) => unreadable(error),
        error => HubError::TextRefused(error.to_string()),
    }
}
