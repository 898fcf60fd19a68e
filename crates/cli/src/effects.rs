//! What changes that are only proposed would do to a document as a file, each by itself.

use crate::diff::files::{structural, textual};
use crate::error::CommandError;
use crate::time_text::now;
use motet::{Document, Span};
use serde_json::Value;
use server::{Content, DocumentType};
use std::cell::Cell;

/// How many changes are tried: each takes a copy of the document.
const EFFECTS_MAX: usize = 64;

/// Tries changes of a JSON document or a note, where ops alone tell people nothing. Of a text there is nothing to try.
pub struct Effects<'a> {
    document: &'a Document,
    content: Content,
    left: Cell<usize>,
}

impl<'a> Effects<'a> {
    /// On a document as it is now.
    pub fn on(document: &'a Document) -> Result<Self, CommandError> {
        Ok(Self { document, content: Content::of(document)?, left: Cell::new(EFFECTS_MAX) })
    }

    /// What would be otherwise in the file, for programs and in words, were just this accepted. None in a text, where enough was tried, and
    /// where what would come of it cannot be read.
    pub fn of(&self, span: Span) -> Option<(Vec<Value>, String)> {
        if self.content.document_type == DocumentType::Text || self.left.get() == 0 {
            return None;
        }
        self.left.set(self.left.get() - 1);
        let mut then = self.document.fork(self.document.replica());
        then.accept(&[span], now())?;
        let then = Content::of(&then).ok()?;
        match self.content.document_type {
            DocumentType::Json => {
                let tree = |text: &str| json::Tree::read(text.to_owned()).ok();
                Some(structural(&tree(&self.content.text)?, &tree(&then.text)?, &json::Schema::default()))
            }
            _ => Some(textual(&self.content.text, &then.text)),
        }
    }
}
