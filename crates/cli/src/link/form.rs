//! What a file says of its document: a text and JSON say it in the one way in which they are stored, a note in the way
//! of whoever writes the file.

use motet::{Document, VersionVector};
use note::{Note, markdown};
use server::{Content, DocumentType, HubError, parse_note};

/// What a file holds at `version`. A note is in canonical form: its author's is known from the file alone.
pub fn text_at(document: &Document, version: &VersionVector) -> Result<String, HubError> {
    Ok(Content::at(document, version)?.text)
}

/// What a file that holds `file` should hold now. A note keeps its author's form where nothing changed.
pub fn news(document: &Document, document_type: DocumentType, file: &str) -> Result<String, HubError> {
    if document_type != DocumentType::Note {
        return Ok(Content::of(document)?.text);
    }
    let original = markdown::parse(file);
    Ok(markdown::print_like(file, &in_order_of(&original, notedoc::read(document))))
}

/// Whether two files say the same.
pub fn is_same(document_type: DocumentType, a: &str, b: &str) -> bool {
    a == b || canonical(document_type, a) == canonical(document_type, b)
}

/// A file in the one form that tells what it says from how that is written.
pub fn canonical(document_type: DocumentType, text: &str) -> String {
    let note = (document_type == DocumentType::Note).then(|| parse_note(text));
    match note {
        Some(Ok(mut note)) => {
            note.footnotes.sort_by(|a, b| a.label.cmp(&b.label));
            markdown::print(&note)
        }
        // What would take too long to parse is compared as it is written.
        _ => text.to_owned(),
    }
}

/// Why a file cannot be saved into a document of that type, if it cannot.
pub fn problem(document_type: DocumentType, text: &str) -> Option<String> {
    match document_type {
        DocumentType::Text => None,
        DocumentType::Json => json::Tree::parse(text.as_bytes()).err().map(|error| format!("this is no JSON: {error}")),
        DocumentType::Note => parse_note(text).err().map(|error| error.to_string()),
    }
}

/// Whether a document says so little that a file goes on from it unasked.
pub fn is_blank(document_type: DocumentType, text: &str) -> bool {
    match document_type {
        DocumentType::Json => ["", "{}", "[]", "null"].contains(&text.trim()),
        DocumentType::Text | DocumentType::Note => text.is_empty(),
    }
}

/// The note with its footnotes in the order that another has; in documents they have none of their own.
fn in_order_of(original: &Note, mut note: Note) -> Note {
    let place = |label: &str| original.footnotes.iter().position(|one| one.label == label).unwrap_or(usize::MAX);
    note.footnotes.sort_by_cached_key(|footnote| place(&footnote.label));
    note
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::ReplicaId;

    #[test]
    fn a_note_keeps_the_form_of_its_file() {
        let file = "Song\n====\n\n* a[^z]\n* b[^y]\n\n[^y]: why\n\n[^z]: end\n";
        let mut document = Document::new(ReplicaId(1));
        notedoc::import(&mut document, markdown::parse(file), 0);
        assert_eq!(news(&document, DocumentType::Note, file).as_deref(), Ok(file));
        let version = document.version();
        assert!(is_same(DocumentType::Note, file, &text_at(&document, &version).unwrap()));
        let other = file.replace("* b", "* c");
        assert!(!is_same(DocumentType::Note, file, &other));
        notedoc::save(&mut document, &version, &markdown::parse(&other), 0);
        assert_eq!(news(&document, DocumentType::Note, file), Ok(other));
    }

    #[test]
    fn what_cannot_be_saved_is_told() {
        assert_eq!(problem(DocumentType::Text, "{\n"), None);
        assert!(problem(DocumentType::Json, "{\n").is_some_and(|why| why.contains("line 2")));
        assert!(problem(DocumentType::Note, &">".repeat(300)).is_some_and(|why| why.contains("line 1")));
        assert!(is_blank(DocumentType::Json, "{}\n") && !is_blank(DocumentType::Note, "{}\n"));
    }
}
