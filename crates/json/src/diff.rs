//! What leads from one document to another.

pub(crate) mod order;
mod say;

use crate::both::both;
use crate::content::{Content, compare_keys};
use crate::matching::identity::place;
use crate::matching::{Matching, is_text, is_value};
use crate::schema::{Place, Rule, Schema, Shape};
use crate::text::{TextEdit, text_edits};
use crate::tree::{Kind, NodeId, Tree};
use std::cmp::Ordering;

pub use say::Names;

/// One change. `base` is a value of the first document, `other` one of the second.
///
/// All changes are to be made at once, or so: take away what is removed, deleted and moved; then put in what is added,
/// inserted and moved, by ascending index in the second document; the rest in any order. An inserted or added value is
/// complete: what moved into it is in there, and the move only says that it is the same as before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Another value in the same place.
    Set {
        /// The value that was.
        base: NodeId,
        /// The value that is.
        other: NodeId,
    },
    /// A string that is text, edited.
    Text {
        /// The string that was.
        base: NodeId,
        /// The string that is.
        other: NodeId,
        /// What was replaced by what.
        edits: Vec<TextEdit>,
    },
    /// A new member.
    Add {
        /// The object.
        object: NodeId,
        /// The member.
        other: NodeId,
    },
    /// A member that is no more.
    Remove {
        /// The member.
        base: NodeId,
    },
    /// A member with another key. Its value may have changes of its own.
    Rename {
        /// The member that was.
        base: NodeId,
        /// The member that is.
        other: NodeId,
    },
    /// A new item.
    Insert {
        /// The array.
        array: NodeId,
        /// The item.
        other: NodeId,
    },
    /// An item that is no more.
    Delete {
        /// The item.
        base: NodeId,
    },
    /// An item at another place among the others, or in another array. It may have changes of its own.
    Move {
        /// The item where it was.
        base: NodeId,
        /// The item where it is.
        other: NodeId,
        /// The array of the first document into which it goes; none where that is new.
        array: Option<NodeId>,
    },
}

/// What leads from `base` to `other`, in the order of the second document; what goes comes first in each container. How
/// values are written does not matter.
///
/// ```
/// # use json::{Change, Names, Schema, Tree, diff};
/// let base = Tree::parse(br#"{"nodes": [{"id": 3, "name": "a"}, {"id": 4}]}"#).unwrap();
/// let other = Tree::parse(br#"{"nodes": [{"id": 4}, {"id": 3, "name": "b"}]}"#).unwrap();
/// let schema = Schema::default();
/// let changes = diff(&base, &other, &schema);
/// let names = Names::of(&base, &other, &schema);
/// let said: Vec<String> = changes.iter().map(|change| names.say(change)).collect();
/// assert_eq!(said, ["moved nodes[id=4]: from place 1 to 0", "nodes[id=3].name: \"a\" -> \"b\""]);
/// ```
pub fn diff(base: &Tree, other: &Tree, schema: &Schema) -> Vec<Change> {
    if base.text(base.root()) == other.text(other.root()) {
        return Vec::new();
    }
    let (before, after) = both(base.as_str().len(), || Content::of(base), || Content::of(other));
    let matching = Matching::of(&before, &after, schema, true);
    let crossed = matching.crossed(base, other);
    let mut differ = Differ { base: &before, other: &after, schema, matching: &matching, crossed, changes: Vec::new() };
    differ.pair(base.root(), other.root(), &schema.root());
    differ.changes
}

struct Differ<'a> {
    base: &'a Content<'a>,
    other: &'a Content<'a>,
    schema: &'a Schema,
    matching: &'a Matching,
    crossed: Vec<NodeId>,
    changes: Vec<Change>,
}

impl Differ<'_> {
    fn pair(&mut self, base: NodeId, other: NodeId, place: &Place) {
        let (before, after) = (self.base.tree, self.other.tree);
        if before.text(base) == after.text(other) {
            return;
        }
        let rule = self.schema.rule(place).cloned().unwrap_or_default();
        let versions = [(self.base, base), (self.other, other)];
        match (before.kind(base), after.kind(other)) {
            (Kind::Object, Kind::Object) if rule.shape != Shape::Value => self.members(base, other, place),
            (Kind::Array, Kind::Array) if !is_value(&rule, &versions) => self.items(base, other, place, &rule),
            _ if self.base.is_same(base, self.other, other) => {}
            _ if is_text(&rule, &versions) => {
                let text = |tree: &Tree, id| tree.string(id).unwrap_or_default().into_owned();
                let edits = text_edits(&text(before, base), &text(after, other));
                self.changes.push(Change::Text { base, other, edits });
            }
            _ => self.changes.push(Change::Set { base, other }),
        }
    }

    fn members(&mut self, base: NodeId, other: NodeId, place: &Place) {
        let (before, after) = (self.base.tree, self.other.tree);
        let gone = before.children(base).filter(|&id| self.matching.other(id).is_none());
        self.changes.extend(gone.map(|base| Change::Remove { base }));
        for member in after.children(other) {
            let Some(old) = self.matching.base(member) else {
                self.changes.push(Change::Add { object: base, other: member });
                self.inside(member);
                continue;
            };
            if compare_keys(before, old, after, member) != Ordering::Equal {
                self.changes.push(Change::Rename { base: old, other: member });
            }
            let child = self.schema.child(place, after.key(member).as_deref());
            self.pair(old, member, &child);
        }
    }

    fn items(&mut self, base: NodeId, other: NodeId, place: &Place, rule: &Rule) {
        let (before, after) = (self.base.tree, self.other.tree);
        let gone = before.children(base).filter(|&id| self.matching.other(id).is_none());
        self.changes.extend(gone.map(|base| Change::Delete { base }));
        let here = |item| self.matching.base(item).filter(|&old| before.parent(old) == Some(base));
        let stable: Vec<NodeId> = after.children(other).filter_map(here).collect();
        let in_order = order::ascending(&stable);
        let mut stable_at = in_order.iter().map(|&at| stable[at]).peekable();
        let child = self.schema.child(place, None);
        for item in after.children(other) {
            let Some(old) = self.matching.base(item) else {
                self.changes.push(Change::Insert { array: base, other: item });
                self.inside(item);
                continue;
            };
            let is_stable = stable_at.next_if_eq(&old).is_some();
            let is_here = before.parent(old) == Some(base);
            if !is_stable && (rule.is_ordered || !is_here) {
                self.changes.push(Change::Move { base: old, other: item, array: Some(base) });
            }
            self.pair(old, item, &child);
        }
    }

    /// Finds what moved into something new.
    fn inside(&mut self, new: NodeId) {
        let end = NodeId(self.other.tree.next(new));
        let from = self.crossed.partition_point(|&id| id < new);
        let to = self.crossed.partition_point(|&id| id < end);
        for at in from..to {
            let item = self.crossed[at];
            let base = self.matching.base(item).expect("what crossed was somewhere");
            let array = self.other.tree.parent(item).expect("items are in arrays");
            self.changes.push(Change::Move { base, other: item, array: self.matching.base(array) });
            let place = self.schema.child(&place(self.other.tree, array, self.schema), None);
            self.pair(base, item, &place);
        }
    }
}

#[cfg(test)]
mod tests;
