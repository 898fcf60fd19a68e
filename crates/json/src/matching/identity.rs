//! What identifies the items of an array.

use crate::content::{Content, hash, key_digest, mix};
use crate::schema::{Place, Rule, Schema, Shape};
use crate::tree::{Kind, NodeId, Tree};

/// Members that identify items where no schema says so, the surest first; and whether they are given anew.
const GUESSES: [(&str, bool); 4] = [("id", false), ("uid", false), ("name", true), ("key", true)];

/// The items of a list that have keys, sorted by the keys' digests, and those that have none.
pub(crate) type Keys = (Vec<(u64, NodeId)>, Vec<NodeId>);

/// The members that identify the items of an array.
pub(crate) struct Identity {
    fields: Vec<String>,
    /// Whether items with other keys may still be the same.
    pub is_renamed: bool,
}

impl Identity {
    /// What identifies items in all versions of an array, and the keys in each version; nothing where only their content
    /// does.
    pub fn of(rule: &Rule, versions: &[(&Content<'_>, &[NodeId])]) -> Option<(Self, Vec<Keys>)> {
        if rule.shape == Shape::Keyed {
            let identity = Self { fields: rule.by.clone(), is_renamed: rule.is_renamed };
            let keys = versions.iter().map(|(content, items)| identity.keys(content, items)).collect();
            return Some((identity, keys));
        }
        if rule.shape != Shape::Auto || versions.iter().all(|(_, items)| items.is_empty()) {
            return None;
        }
        GUESSES.iter().find_map(|&(field, is_renamed)| {
            let guess = Self { fields: vec![field.to_owned()], is_renamed };
            let keys: Option<Vec<Keys>> =
                versions.iter().map(|(content, items)| guess.unique_keys(content, items)).collect();
            Some((guess, keys?))
        })
    }

    /// The keys of items that all have one, each another.
    fn unique_keys(&self, content: &Content<'_>, items: &[NodeId]) -> Option<Keys> {
        let has_key = |&id: &NodeId| self.key(content, id).is_some();
        if !items.first().is_none_or(has_key) {
            return None;
        }
        let (keys, rest) = self.keys(content, items);
        let is_unique = rest.is_empty() && keys.windows(2).all(|pair| pair[0].0 != pair[1].0);
        is_unique.then_some((keys, rest))
    }

    /// A digest of what identifies an item: scalars other than null.
    pub fn key(&self, content: &Content<'_>, item: NodeId) -> Option<u64> {
        if content.tree.kind(item) != Kind::Object {
            return None;
        }
        self.fields.iter().try_fold(1, |key, field| {
            let value = member(content.tree, item, field)?;
            let kind = content.tree.kind(value);
            (kind != Kind::Null && !kind.is_container()).then(|| mix(key, content.digest(value)))
        })
    }

    /// The items with keys, sorted by key, and those without.
    pub fn keys(&self, content: &Content<'_>, items: &[NodeId]) -> Keys {
        let (mut keys, mut rest) = (Vec::with_capacity(items.len()), Vec::new());
        for &item in items {
            match self.key(content, item) {
                Some(key) => keys.push((key, item)),
                None => rest.push(item),
            }
        }
        keys.sort_unstable();
        (keys, rest)
    }

    /// How an item is called: `id=3`. None where it has no key.
    pub fn label(&self, tree: &Tree, item: NodeId) -> Option<String> {
        let parts: Option<Vec<String>> = self
            .fields
            .iter()
            .map(|field| {
                let value = member(tree, item, field)?;
                let text = tree.string(value).map_or_else(|| tree.text(value).to_owned(), Into::into);
                Some(format!("{field}={text}"))
            })
            .collect();
        parts.map(|parts| parts.join(","))
    }
}

/// The first member with a key.
pub(crate) fn member(tree: &Tree, object: NodeId, key: &str) -> Option<NodeId> {
    if tree.kind(object) != Kind::Object {
        return None;
    }
    tree.children(object).find(|&id| {
        let text = tree.key_text(id).unwrap_or_default();
        if tree.node(id).is_key_escaped {
            tree.key(id).as_deref() == Some(key)
        } else {
            &text[1..text.len() - 1] == key
        }
    })
}

/// The items of the whole document that have an id which no other item of their kind has: a digest of kind and id, the
/// item, its array. Sorted by digest.
pub(crate) fn all_ids(tree: &Tree, content: &Content<'_>, schema: &Schema) -> Vec<(u64, NodeId, NodeId)> {
    let has_kinds = schema.has(|rule| rule.kind.is_some());
    let mut ids = Vec::new();
    for array in tree.ids().filter(|&id| tree.kind(id) == Kind::Array) {
        let is_candidate = |item: NodeId| tree.kind(item) == Kind::Object;
        if !tree.children(array).next().is_some_and(is_candidate) {
            continue;
        }
        let Some((kind, identity)) = kind_of(tree, array, schema, has_kinds) else { continue };
        let keyed = |item| Some((mix(kind, identity.key(content, item)?), item, array));
        ids.extend(tree.children(array).filter_map(keyed));
    }
    ids.sort_unstable();
    let is_double = |at: usize| {
        let same = |other: Option<&(u64, NodeId, NodeId)>| other.is_some_and(|other| other.0 == ids[at].0);
        same(ids.get(at + 1)) || (at > 0 && same(ids.get(at - 1)))
    };
    (0..ids.len()).filter(|&at| !is_double(at)).map(|at| ids[at]).collect()
}

/// A digest of what the items of an array are, and what identifies them: what the schema says, or arrays that are
/// called alike with items that have an `id` or `uid`.
fn kind_of(tree: &Tree, array: NodeId, schema: &Schema, has_kinds: bool) -> Option<(u64, Identity)> {
    if has_kinds {
        let at = place(tree, array, schema);
        let rule = schema.rule(&at);
        if let Some((rule, kind)) = rule.and_then(|rule| Some((rule, rule.kind.as_ref()?))) {
            let fields = if rule.by.is_empty() { vec!["id".to_owned()] } else { rule.by.clone() };
            return Some((hash(1, kind.as_bytes()), Identity { fields, is_renamed: false }));
        }
        if rule.is_some_and(|rule| rule.shape != Shape::Auto) {
            return None;
        }
    }
    let first = tree.children(array).next()?;
    let is_id = |(field, is_renamed): &&(&str, bool)| !is_renamed && member(tree, first, field).is_some();
    let (field, _) = GUESSES.iter().find(is_id)?;
    Some((key_digest(tree, array), Identity { fields: vec![(*field).to_owned()], is_renamed: false }))
}

/// Where a value is, to a schema.
pub(crate) fn place(tree: &Tree, id: NodeId, schema: &Schema) -> Place {
    let mut way = Vec::new();
    let mut at = id;
    while let Some(parent) = tree.parent(at) {
        way.push(at);
        at = parent;
    }
    way.iter().rev().fold(schema.root(), |place, &id| schema.child(&place, tree.key(id).as_deref()))
}
