//! Which value of one document is which of another, for programs that keep values as things of their own.

use crate::both::both;
use crate::content::Content;
use crate::matching::Matching;
use crate::schema::Schema;
use crate::tree::{NodeId, Tree};

/// The values that two versions of a document have in common: what [`diff`](crate::diff) reads its changes off.
pub struct Pairs<'a> {
    base: Content<'a>,
    other: Content<'a>,
    matching: Matching,
}

impl<'a> Pairs<'a> {
    /// Finds them.
    ///
    /// ```
    /// # use json::{Pairs, Schema, Tree};
    /// let base = Tree::parse(br#"[{"id": 1}, {"id": 2}]"#).unwrap();
    /// let other = Tree::parse(br#"[{"id": 2, "name": "b"}]"#).unwrap();
    /// let pairs = Pairs::of(&base, &other, &Schema::default());
    /// assert_eq!(pairs.base(other.at("/0").unwrap()), base.at("/1"));
    /// assert_eq!(pairs.other(base.at("/0").unwrap()), None);
    /// ```
    pub fn of(base: &'a Tree, other: &'a Tree, schema: &Schema) -> Self {
        let (base, other) = both(base.as_str().len(), || Content::of(base), || Content::of(other));
        let matching = Matching::of(&base, &other, schema, true);
        Self { base, other, matching }
    }

    /// The value of the second document that this one of the first became. What is matched sits in matched
    /// containers, except items that were moved between arrays.
    pub fn other(&self, base: NodeId) -> Option<NodeId> {
        self.matching.other(base)
    }

    /// The value of the first document that this one of the second was.
    pub fn base(&self, other: NodeId) -> Option<NodeId> {
        self.matching.base(other)
    }

    /// Whether a value of the first document and one of the second are the same, however they are written.
    pub fn is_same(&self, base: NodeId, other: NodeId) -> bool {
        self.base.is_same(base, &self.other, other)
    }
}
