//! A document at some time, perhaps as a view saw it that left something out.

use crate::error::CommandError;
use motet::{Document, Policy, Snapshot, VersionVector};
use server::{Content, DocumentType};

/// What a document showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What it had.
    pub version: VersionVector,
    /// The choice that shows what it showed.
    pub policy: Policy,
}

impl Moment {
    /// What everybody saw of a version.
    pub fn of(version: VersionVector) -> Self {
        Self { policy: Policy { pin: Some(version.clone()), ..Policy::default() }, version }
    }

    /// What a snapshot was taken of.
    pub fn of_snapshot(snapshot: &Snapshot) -> Self {
        Self { version: snapshot.version.clone(), policy: snapshot.view() }
    }

    /// The document as a file.
    pub fn content(&self, document: &Document) -> Result<Content, CommandError> {
        if *self == Self::of(self.version.clone()) {
            return Ok(Content::at(document, &self.version)?);
        }
        let mut then = document.fork(document.replica());
        then.set_policy(self.policy.clone());
        content_of(&then, document)
    }
}

/// What `then` shows as a file, of the kind that `document` is.
pub fn content_of(then: &Document, document: &Document) -> Result<Content, CommandError> {
    let content = Content::of(then)?;
    let now = DocumentType::of(document);
    if content.document_type != now && !content.text.is_empty() {
        return Err(CommandError::Other(format!("what it leaves out is what makes the document {}", now.code())));
    }
    Ok(Content { document_type: now, ..content })
}
