//! What a document is to programs that know files: a text, JSON, or a note, which is Markdown.

mod note;
mod part;

pub use note::parse as parse_note;
pub use part::part;

use crate::hub::HubError;
use crate::stored::text_container;
use ::note::{Footnote, Note, html, markdown};
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
    /// A rich note.
    Note,
}

/// What an empty document becomes with its first save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewType {
    /// A JSON document.
    Json {
        /// What its parts mean to a merge, as docs/JSON.md describes.
        schema: Option<String>,
    },
    /// A note.
    Note,
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
        match () {
            () if jsondoc::is_json(document) => Self::Json,
            () if notedoc::is_note(document) => Self::Note,
            () => Self::Text,
        }
    }

    /// The type of a file that is called so. Markdown is a text, unless somebody says that it is a note.
    pub fn of_name(name: &str) -> Self {
        let name = name.to_lowercase();
        if JSON_ENDINGS.iter().any(|ending| name.ends_with(ending)) { Self::Json } else { Self::Text }
    }

    /// The type that a media type means: JSON, or a kind of JSON, or Markdown.
    pub fn of_media_type(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/markdown" => Self::Note,
            "application/json" => Self::Json,
            essence if essence.ends_with("+json") => Self::Json,
            _ => Self::Text,
        }
    }

    /// The media type of such documents.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Note => "text/markdown; charset=utf-8",
        }
    }

    /// A stable name, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Note => "note",
        }
    }

    /// The type of that name.
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Text, Self::Json, Self::Note].into_iter().find(|one| one.code() == code)
    }

    /// What makes an empty document one of this type; a text is one already.
    pub fn new_type(self) -> Option<NewType> {
        match self {
            Self::Text => None,
            Self::Json => Some(NewType::Json { schema: None }),
            Self::Note => Some(NewType::Note),
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
            DocumentType::Note => Ok(Self::of_note(&notedoc::read(document))),
        }
    }

    /// What an image shows, where that says enough: of people who disagree in a JSON document the history tells more,
    /// and a note is read from its containers.
    pub fn of_shown(shown: Shown<'_>) -> Option<Self> {
        if !jsondoc::shows_json(shown) {
            if shown.text(notedoc::schema::root()).is_some() {
                return None;
            }
            return shown.text(text_container()).map(|text| Self::of_text(ShownText::read(text)));
        }
        jsondoc::read_shown(shown).ok().flatten().map(Self::of_reading)
    }

    /// What a document showed at a version.
    pub fn at(document: &Document, version: &VersionVector) -> Result<Self, HubError> {
        let document_type = DocumentType::of(document);
        if document_type == DocumentType::Text {
            return Ok(Self::of_text(document.text_at(text_container(), version)));
        }
        if document_type == DocumentType::Note {
            return Ok(Self::of_note(&note::read_at(document, version)));
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

    /// Whether a file says the same, in whatever form. Only notes have several.
    pub fn says(&self, text: &str) -> bool {
        if self.document_type != DocumentType::Note || self.text == text {
            return self.text == text;
        }
        // The text was read before, so it is within the limits.
        note::parse(text).is_ok_and(|note| in_one_order(note) == in_one_order(markdown::parse(&self.text)))
    }

    /// A note as HTML, for people to read.
    pub fn html(&self) -> String {
        html::print(&markdown::parse(&self.text))
    }

    fn of_note(note: &Note) -> Self {
        Self { text: markdown::print(note), document_type: DocumentType::Note, conflicts: 0 }
    }

    fn of_reading(reading: Reading) -> Self {
        Self { conflicts: reading.conflicts.len(), text: reading.text, document_type: DocumentType::Json }
    }
}

/// A note whose footnotes stand in the order of their labels: in documents they have no other.
fn in_one_order(mut note: Note) -> Note {
    note.footnotes.sort_by(|a: &Footnote, b| a.label.cmp(&b.label));
    note
}

/// Makes a document show `text`, which was made of what it showed at `base`, or shows now.
pub fn save(document: &mut Document, base: Option<&VersionVector>, text: &str, time: i64) -> Result<(), HubError> {
    match DocumentType::of(document) {
        DocumentType::Json => {
            jsondoc::save(document, base, &parse(text)?, time).map_err(unsaved)?;
            refused(document)
        }
        DocumentType::Note => note::save(document, base, &note::parse(text)?, time),
        DocumentType::Text => {
            save_text(document, base, text, time);
            refused(document)
        }
    }
}

/// Whether the edit just made was one that nobody could take in.
fn refused(document: &mut Document) -> Result<(), HubError> {
    document.take_refusal().map_err(|refusal| HubError::TextRefused(refusal.to_string()))
}

fn save_text(document: &mut Document, base: Option<&VersionVector>, text: &str, time: i64) {
    match base {
        Some(base) if *base != document.version() => {
            document.edit_seen_at(base, time, |edit| edit.replace_all(text_container(), text));
        }
        _ => drop(document.edit(time, |edit| edit.replace_all(text_container(), text))),
    }
}

/// Makes an empty document one of a type, which says `text`. It keeps the type for ever.
pub fn make(document: &mut Document, new_type: &NewType, text: &str, time: i64) -> Result<(), HubError> {
    match new_type {
        NewType::Json { schema } => make_json(document, text, schema.as_deref(), time),
        NewType::Note => make_note(document, text, time),
    }
}

fn make_note(document: &mut Document, text: &str, time: i64) -> Result<(), HubError> {
    note::save(document, None, &note::parse(text)?, time)?;
    if !notedoc::is_note(document) {
        // It says nothing: a paragraph to write in makes it a note.
        document.edit(time, |edit| {
            edit.split(notedoc::schema::root(), 0);
        });
    }
    Ok(())
}

fn make_json(document: &mut Document, text: &str, schema: Option<&str>, time: i64) -> Result<(), HubError> {
    let schema = schema.map(parse).transpose()?;
    jsondoc::create(document, &parse(text)?, schema.as_ref(), time).map_err(unsaved)?;
    refused(document)
}

/// Where people wanted different things, as the JSON that goes out.
pub fn conflicts(document: &Document) -> Result<Value, HubError> {
    if DocumentType::of(document) != DocumentType::Json {
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
