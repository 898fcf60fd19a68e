//! A parsed document that still is the text it came from.

mod layout;
pub(crate) mod read;

use crate::both::both;
use crate::error::{ParseError, Problem};
use crate::parse::{Bounds, parse};
use std::borrow::Cow;
use std::fmt;

/// No offset, no node.
pub(crate) const NONE: u32 = u32::MAX;

/// A lossless JSON document: the text as it was, and an index of its values.
///
/// White space, the order of members, the text of numbers, escapes, duplicate keys, a byte order mark and whatever
/// stands at the end are kept, since the text itself is: printing gives back what was parsed. Changing makes a new
/// tree; see [`Tree::edit`].
///
/// ```
/// let tree = json::Tree::parse(b"{ \"a\": 1.0, \"a\": [-0, \"\\u00e9\"] }\n").unwrap();
/// assert_eq!(tree.to_string(), "{ \"a\": 1.0, \"a\": [-0, \"\\u00e9\"] }\n");
/// let last = tree.at("/a/1").unwrap();
/// assert_eq!(tree.string(last).unwrap(), "é");
/// assert_eq!(tree.text(last), "\"\\u00e9\"");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Tree {
    text: String,
    /// In pre-order; the first is the root.
    nodes: Vec<Node>,
}

/// One value of a [`Tree`], by its place in pre-order. It means nothing in another tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `false`
    False,
    /// `true`
    True,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Where the member's key starts, with its quote; [`NONE`] outside objects.
    pub key: u32,
    pub key_len: u32,
    pub start: u32,
    pub end: u32,
    /// The node behind this one and all inside it.
    pub next: u32,
    pub parent: u32,
    pub kind: Kind,
    pub is_escaped: bool,
    pub is_key_escaped: bool,
}

impl NodeId {
    /// Its place in pre-order, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Kind {
    /// Whether it is an array or an object.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Array | Self::Object)
    }
}

impl Tree {
    /// Reads a document.
    ///
    /// # Errors
    /// Where the bytes are no JSON (RFC 8259), or more than the [limits](crate::limits) allow.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| ParseError::at(bytes, error.valid_up_to(), Problem::Encoding))?;
        Self::read(text.to_owned())
    }

    /// Reads a document from a text.
    ///
    /// # Errors
    /// As [`Tree::parse`].
    pub fn read(text: String) -> Result<Self, ParseError> {
        let nodes = parse(&text, Bounds::FOREIGN)?;
        Ok(Self { text, nodes })
    }

    /// Reads documents from texts: where they are large, several at once.
    ///
    /// # Errors
    /// As [`Tree::parse`], of each.
    pub fn read_all(texts: [String; 3]) -> [Result<Self, ParseError>; 3] {
        let nodes = |text: &str| parse(text, Bounds::FOREIGN);
        let [one, two, three] = texts;
        let (first, (second, third)) =
            both(one.len(), || nodes(&one), || both(two.len(), || nodes(&two), || nodes(&three)));
        [(one, first), (two, second), (three, third)].map(|(text, nodes)| Ok(Self { text, nodes: nodes? }))
    }

    /// Reads what this crate wrote.
    pub(crate) fn trusted(text: String) -> Self {
        let nodes = parse(&text, Bounds::OWN).expect("what was put together from documents is a document");
        Self { text, nodes }
    }

    /// The whole text, byte for byte as it was parsed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The whole text.
    pub fn into_string(self) -> String {
        self.text
    }

    /// The outermost value.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// How many values there are, at least one.
    #[allow(clippy::len_without_is_empty, reason = "a document is never empty")]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// All values in pre-order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// What a value is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// A value as it is written.
    pub fn text(&self, id: NodeId) -> &str {
        let node = self.node(id);
        &self.text[node.start as usize..node.end as usize]
    }

    /// The array or object that a value is in.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        Some(self.node(id).parent).filter(|&parent| parent != NONE).map(NodeId)
    }

    /// The items of an array or the values of an object's members, in order; of a scalar, nothing.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { tree: self, at: id.0 + 1, end: self.node(id).next }
    }

    /// The key of a member, without escapes; a lone surrogate reads as U+FFFD. None for items and the root.
    pub fn key(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let node = self.node(id);
        let text = self.key_text(id)?;
        Some(read::unescaped(&text[1..text.len() - 1], node.is_key_escaped))
    }

    /// The key of a member as it is written, with its quotes.
    pub fn key_text(&self, id: NodeId) -> Option<&str> {
        let node = self.node(id);
        let end = node.key.wrapping_add(node.key_len);
        (node.key != NONE).then(|| &self.text[node.key as usize..end as usize])
    }

    /// What a string says; a lone surrogate reads as U+FFFD. None for other values.
    pub fn string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let node = self.node(id);
        let inside = || &self.text[node.start as usize + 1..node.end as usize - 1];
        (node.kind == Kind::String).then(|| read::unescaped(inside(), node.is_escaped))
    }

    /// How many arrays and objects are inside each other at most.
    pub(crate) fn depth(&self) -> usize {
        let mut open: Vec<u32> = Vec::new();
        let mut depth = 0;
        for id in self.ids().filter(|&id| self.kind(id).is_container()) {
            while open.last().is_some_and(|&end| end <= id.0) {
                open.pop();
            }
            open.push(self.next(id));
            depth = depth.max(open.len());
        }
        depth
    }

    /// All values with what they are, in pre-order.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The node behind a value and everything inside it.
    pub(crate) fn next(&self, id: NodeId) -> u32 {
        self.node(id).next
    }

    /// Where what belongs to a child starts: its key or itself.
    pub(crate) fn child_start(&self, id: NodeId) -> usize {
        let node = self.node(id);
        if node.key == NONE { node.start as usize } else { node.key as usize }
    }

    pub(crate) fn slice(&self, start: usize, end: usize) -> &str {
        &self.text[start..end]
    }

    /// What stands before and after the outermost value.
    pub fn ends(&self) -> (&str, &str) {
        let root = self.node(self.root());
        (&self.text[..root.start as usize], &self.text[root.end as usize..])
    }
}

/// The children of a value, in order.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    tree: &'a Tree,
    at: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let id = NodeId(self.at);
        self.at = self.tree.next(id);
        Some(id)
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tree").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests;
