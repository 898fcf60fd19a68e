//! What a document is read from: all of it, or what an image shows.

use motet::{Document, Shown};

/// What shows of a document, and its history where that is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub shown: Shown<'a>,
    pub document: Option<&'a Document>,
}

impl<'a> From<&'a Document> for Source<'a> {
    fn from(document: &'a Document) -> Self {
        Self { shown: document.shown(), document: Some(document) }
    }
}

impl<'a> From<Shown<'a>> for Source<'a> {
    fn from(shown: Shown<'a>) -> Self {
        Self { shown, document: None }
    }
}
