//! Values that name items elsewhere.

use super::{BASE, Entity, OURS, THEIRS};
use crate::content::{Content, hash, mix};
use crate::matching::identity::member;
use crate::schema::{Place, Rule, Schema};
use crate::tree::NodeId;

/// What each side refers to that the base does not.
pub(super) struct References {
    /// Digests of kind and key, sorted; the first is not used.
    new: [Vec<u64>; 3],
}

impl References {
    pub fn of(docs: &[Content<'_>; 3], schema: &Schema) -> Self {
        let mut new = [const { Vec::new() }; 3];
        if schema.has(|rule| rule.refers.is_some()) {
            let all = [BASE, OURS, THEIRS].map(|side| references(&docs[side], schema));
            for side in [OURS, THEIRS] {
                new[side] = all[side].iter().copied().filter(|key| all[BASE].binary_search(key).is_err()).collect();
            }
        }
        Self { new }
    }

    /// Whether the side that kept an item newly refers to it.
    pub fn need(&self, item: Entity, docs: &[Content<'_>; 3], rule: &Rule) -> bool {
        let (Some(kind), [Some(_), ours, theirs]) = (&rule.kind, item) else { return false };
        let (side, id) = match (ours, theirs) {
            (Some(id), None) => (OURS, id),
            (None, Some(id)) => (THEIRS, id),
            _ => return false,
        };
        let field = rule.by.first().map_or("id", String::as_str);
        let key = member(docs[side].tree, id, field).map(|value| docs[side].digest(value));
        key.is_some_and(|key| self.new[side].binary_search(&mix(hash(1, kind.as_bytes()), key)).is_ok())
    }
}

/// The items of the base to which a side newly refers.
pub(super) fn needed(references: &References, base: &Content<'_>, schema: &Schema) -> Vec<NodeId> {
    if references.new.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let is_new = |key: u64| references.new.iter().any(|new| new.binary_search(&key).is_ok());
    let mut needed = Vec::new();
    let mut work: Vec<(NodeId, Place)> = vec![(base.tree.root(), schema.root())];
    while let Some((id, place)) = work.pop() {
        let rule = schema.rule(&place);
        if let Some((rule, kind)) = rule.and_then(|rule| Some((rule, rule.kind.as_ref()?))) {
            let field = rule.by.first().map_or("id", String::as_str);
            let key = |item| member(base.tree, item, field).map(|value| base.digest(value));
            let is_needed = |item: &NodeId| key(*item).is_some_and(|key| is_new(mix(hash(1, kind.as_bytes()), key)));
            needed.extend(base.tree.children(id).filter(is_needed));
        }
        for child in base.tree.children(id) {
            work.push((child, schema.child(&place, base.tree.key(child).as_deref())));
        }
    }
    needed
}

/// All references of a document, sorted.
fn references(content: &Content<'_>, schema: &Schema) -> Vec<u64> {
    let mut found = Vec::new();
    let mut work: Vec<(NodeId, Place)> = vec![(content.tree.root(), schema.root())];
    while let Some((id, place)) = work.pop() {
        if let Some(kind) = schema.rule(&place).and_then(|rule| rule.refers.as_ref()) {
            found.push(mix(hash(1, kind.as_bytes()), content.digest(id)));
        }
        for child in content.tree.children(id) {
            work.push((child, schema.child(&place, content.tree.key(child).as_deref())));
        }
    }
    found.sort_unstable();
    found
}
