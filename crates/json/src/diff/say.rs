//! Changes in words, and what places are called.

use super::Change;
use crate::content::Content;
use crate::matching::identity::{Identity, place};
use crate::schema::Schema;
use crate::text::TextEdit;
use crate::tree::{Kind, NodeId, Tree};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Code points of a value that are shown; of a longer one, its start.
const SHOWN_MAX: usize = 60;

/// Names the places of two documents as people read them: `scenes[0].nodes[id=3].name`.
pub struct Names<'a> {
    base: Side<'a>,
    other: Side<'a>,
}

struct Side<'a> {
    content: Content<'a>,
    schema: &'a Schema,
    /// Which child of its parent each value is.
    indexes: Vec<u32>,
    /// What identifies the items of arrays that were asked for.
    identities: RefCell<BTreeMap<NodeId, Option<Identity>>>,
}

impl<'a> Names<'a> {
    /// For the two documents that were compared.
    pub fn of(base: &'a Tree, other: &'a Tree, schema: &'a Schema) -> Self {
        Self { base: Side::of(base, schema), other: Side::of(other, schema) }
    }

    /// A change as a sentence.
    pub fn say(&self, change: &Change) -> String {
        match *change {
            Change::Set { base, other } => {
                format!("{}: {} -> {}", self.other.name(other), self.base.value(base), self.other.value(other))
            }
            Change::Text { other, ref edits, .. } => format!("{}: {}", self.other.name(other), said_edits(edits)),
            Change::Add { other, .. } | Change::Insert { other, .. } => {
                format!("added {}: {}", self.other.name(other), self.other.value(other))
            }
            Change::Remove { base } | Change::Delete { base } => {
                format!("removed {}: {}", self.base.name(base), self.base.value(base))
            }
            Change::Rename { base, other } => {
                format!("renamed {} to {}", self.base.name(base), self.other.name(other))
            }
            Change::Move { base, other, .. } => self.say_move(base, other),
        }
    }

    fn say_move(&self, base: NodeId, other: NodeId) -> String {
        let array =
            |side: &Side<'_>, id| side.content.tree.parent(id).map(|array| side.name(array)).unwrap_or_default();
        let (from, to) = (array(&self.base, base), array(&self.other, other));
        let name = self.base.name(base);
        if from == to {
            let (from, to) = (self.base.indexes[base.0 as usize], self.other.indexes[other.0 as usize]);
            return format!("moved {name}: from place {from} to {to}");
        }
        format!("moved {name} to {}", self.other.name(other))
    }

    /// What a value of the first document is called.
    pub fn base(&self, id: NodeId) -> String {
        self.base.name(id)
    }

    /// The JSON pointer of a value of the first document.
    pub fn base_pointer(&self, id: NodeId) -> String {
        self.base.pointer(id)
    }

    /// The JSON pointer of a value of the second document.
    pub fn other_pointer(&self, id: NodeId) -> String {
        self.other.pointer(id)
    }

    /// What a value of the second document is called.
    pub fn other(&self, id: NodeId) -> String {
        self.other.name(id)
    }
}

impl<'a> Side<'a> {
    fn of(tree: &'a Tree, schema: &'a Schema) -> Self {
        Self { content: Content::of(tree), schema, indexes: tree.indexes(), identities: RefCell::default() }
    }

    fn pointer(&self, id: NodeId) -> String {
        self.content.tree.pointer_by(id, |id| self.indexes[id.0 as usize] as usize)
    }

    fn name(&self, id: NodeId) -> String {
        let tree = self.content.tree;
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(parent) = tree.parent(at) {
            steps.push((parent, at));
            at = parent;
        }
        if steps.is_empty() {
            return "the document".to_owned();
        }
        let mut out = String::new();
        for &(parent, step) in steps.iter().rev() {
            match tree.key(step) {
                Some(key) if is_plain(&key) => {
                    out.push_str(if out.is_empty() { "" } else { "." });
                    out.push_str(&key);
                }
                Some(_) => out.push_str(&format!("[{}]", tree.key_text(step).unwrap_or_default())),
                None => out.push_str(&format!("[{}]", self.label(parent, step))),
            }
        }
        out
    }

    /// What identifies an item, or its index.
    fn label(&self, array: NodeId, item: NodeId) -> String {
        let tree = self.content.tree;
        let mut identities = self.identities.borrow_mut();
        let identity = identities.entry(array).or_insert_with(|| {
            let items: Vec<NodeId> = tree.children(array).collect();
            let rule = self.schema.rule(&place(tree, array, self.schema)).cloned().unwrap_or_default();
            Identity::of(&rule, &[(&self.content, &items)]).map(|(identity, _)| identity)
        });
        let label = identity.as_ref().and_then(|identity| identity.label(tree, item));
        label.map_or_else(|| self.indexes[item.0 as usize].to_string(), |label| shortened(&label))
    }

    fn value(&self, id: NodeId) -> String {
        let tree = self.content.tree;
        let len = || tree.children(id).count();
        let is_long = tree.text(id).chars().nth(SHOWN_MAX).is_some();
        match tree.kind(id) {
            Kind::Object if is_long => counted(len(), "member"),
            Kind::Array if is_long => counted(len(), "item"),
            _ => shortened(&tree.text(id).split_whitespace().collect::<Vec<_>>().join(" ")),
        }
    }
}

fn counted(len: usize, noun: &str) -> String {
    format!("({len} {noun}{})", if len == 1 { "" } else { "s" })
}

/// Whether a key needs no quotes.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-$@".contains(c))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn said_edits(edits: &[TextEdit]) -> String {
    let said = edits.iter().map(|edit| {
        let inserted = crate::edit::quoted(&shortened(&edit.inserted));
        match (edit.removed, edit.inserted.is_empty()) {
            (0, _) => format!("{inserted} at {}", edit.at),
            (removed, true) => format!("{removed} characters removed at {}", edit.at),
            (removed, false) => format!("{inserted} for {removed} characters at {}", edit.at),
        }
    });
    said.collect::<Vec<_>>().join(", ")
}
