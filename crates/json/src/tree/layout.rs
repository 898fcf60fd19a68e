//! What stands between the values of a document.

use super::read::units;
use super::{Kind, NodeId, Tree};
use crate::content::inside;
use crate::style::{between, is_flat, lead};
use std::borrow::Cow;

impl Tree {
    /// The white space before an item, or before a member's key.
    pub fn lead(&self, id: NodeId) -> &str {
        lead(self, id)
    }

    /// What stands between a member's key and value: a colon, and white space. Nothing for items.
    pub fn colon(&self, id: NodeId) -> &str {
        if self.key_text(id).is_some() { between(self, id) } else { "" }
    }

    /// The white space behind a child, before the comma or the bracket.
    pub fn trail(&self, id: NodeId) -> &str {
        let start = self.node(id).end as usize;
        let rest = &self.text[start..];
        &rest[..rest.bytes().take_while(|byte| b" \t\r\n".contains(byte)).count()]
    }

    /// Whether this is an array of scalars only.
    pub fn is_flat(&self, id: NodeId) -> bool {
        is_flat(self, id)
    }

    /// What a string says; none for other values, and for a string with a lone surrogate, which no text can hold.
    pub fn exact_string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let is_whole = || !self.node(id).is_escaped || units(inside(self.text(id))).all(|unit| unit.is_ok());
        if self.kind(id) == Kind::String && is_whole() { self.string(id) } else { None }
    }
}
