//! A document as a tree editor shows it: entries with names that stay, and what changed since it was last looked at.

use crate::conflict::Conflict;
use crate::held::Body;
use crate::literal::{kind, unquoted};
use crate::names;
use crate::read::{ReadError, Reading, Register, Slot, read};
use json::{Kind, Tree, ascending};
use motet::{ContainerId, Document, Id, SortedMap, SortedSet};

/// The name of an entry. Objects and arrays keep theirs wherever they are moved; anything else is named by its place,
/// which keeps its name when it is written, renamed, or moved among its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryId {
    /// The outermost value, where it is a scalar.
    Root,
    /// An object or array.
    Node(Id),
    /// A scalar, or an array or object that is one value.
    Item(Id),
}

/// One value as an editor shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: EntryId,
    /// Where it is held: what editing it takes.
    pub register: Register,
    /// The entry that it is in.
    pub parent: Option<EntryId>,
    /// The key of a member, without escapes.
    pub key: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// A scalar, or an array or object that is one value, as JSON. None for what has entries of its own.
    pub value: Option<String>,
    /// The text that holds a string which is edited by words: carets go there.
    pub text: Option<ContainerId>,
    /// What people wanted here who did not know of each other.
    pub conflict: Option<Conflict>,
}

/// One step from what was shown to what is. Steps are made one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryChange {
    /// An entry goes; what is in it is told of by itself, before.
    Remove(EntryId),
    /// An entry comes, behind a sibling or as the first. What is in it comes after it.
    Insert(Entry, Option<EntryId>),
    /// An entry goes elsewhere, with what is in it: behind a sibling or as the first. Then it is as given.
    Move(Entry, Option<EntryId>),
    /// An entry is otherwise than before, and where it was.
    Set(Entry),
}

/// What an editor shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// In the order of the document, parents first.
    entries: Vec<Entry>,
    /// Where each is.
    places: SortedMap<EntryId, usize>,
}

impl Outline {
    /// What a document shows.
    ///
    /// # Errors
    /// As [`read`].
    pub fn of(document: &Document) -> Result<Self, ReadError> {
        let reading = read(document)?;
        let entries = entries(&reading);
        let places = entries.iter().enumerate().map(|(at, entry)| (entry.id, at)).collect();
        Ok(Self { entries, places })
    }

    /// All entries, in the order of the document, parents first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with a name.
    pub fn get(&self, id: EntryId) -> Option<&Entry> {
        self.places.get(&id).map(|&at| &self.entries[at])
    }

    /// The entries whose key or value has `words` in it, however they are capitalized, in the order of the document.
    pub fn find(&self, words: &str) -> Vec<EntryId> {
        let words = words.to_lowercase();
        let has = |text: Option<&str>| text.is_some_and(|text| text.to_lowercase().contains(&words));
        let said = |entry: &Entry| {
            let value = entry.value.as_deref()?;
            Some(if entry.kind == Kind::String { unquoted(value)? } else { value.to_owned() })
        };
        let is_found = |entry: &&Entry| has(entry.key.as_deref()) || has(said(entry).as_deref());
        self.entries.iter().filter(is_found).map(|entry| entry.id).collect()
    }

    /// Shows what the document shows now; returns what leads there.
    ///
    /// # Errors
    /// As [`read`]; then it shows what it showed.
    pub fn update(&mut self, document: &Document) -> Result<Vec<EntryChange>, ReadError> {
        let next = Self::of(document)?;
        let changes = self.changes(&next);
        *self = next;
        Ok(changes)
    }

    fn changes(&self, next: &Self) -> Vec<EntryChange> {
        let gone = self.entries.iter().rev().filter(|entry| next.get(entry.id).is_none());
        let mut changes: Vec<EntryChange> = gone.map(|entry| EntryChange::Remove(entry.id)).collect();
        let stable = self.stable(next);
        let mut last: SortedMap<Option<EntryId>, EntryId> = SortedMap::new();
        for entry in &next.entries {
            let behind = last.insert(entry.parent, entry.id);
            match self.get(entry.id) {
                None => changes.push(EntryChange::Insert(entry.clone(), behind)),
                Some(_) if !stable.contains(&entry.id) => changes.push(EntryChange::Move(entry.clone(), behind)),
                Some(old) if old != entry => changes.push(EntryChange::Set(entry.clone())),
                Some(_) => {}
            }
        }
        changes
    }

    /// The entries that have the parent they had, in the order that most of them keep.
    fn stable(&self, next: &Self) -> SortedSet<EntryId> {
        let mut siblings: SortedMap<Option<EntryId>, Vec<(usize, EntryId)>> = SortedMap::new();
        for entry in &next.entries {
            if let Some(&at) = self.places.get(&entry.id)
                && self.entries[at].parent == entry.parent
            {
                siblings.entry(entry.parent).or_default().push((at, entry.id));
            }
        }
        let kept = |siblings: &Vec<(usize, EntryId)>| {
            let kept = ascending(&siblings.iter().map(|(at, _)| *at).collect::<Vec<_>>());
            kept.into_iter().map(|at| siblings[at].1).collect::<Vec<_>>()
        };
        siblings.values().flat_map(kept).collect()
    }
}

fn entries(reading: &Reading) -> Vec<Entry> {
    let Ok(tree) = Tree::read(reading.text.clone()) else { return Vec::new() };
    let conflicts: SortedMap<Register, &Conflict> =
        reading.conflicts.iter().map(|conflict| (conflict.register, conflict)).collect();
    let aligned = crate::save::align(&tree, &reading.slots);
    let mut entries: Vec<Entry> = Vec::with_capacity(reading.slots.len());
    for (id, slot) in tree.ids().zip(aligned).filter_map(|(id, slot)| Some((id, &reading.slots[slot? as usize]))) {
        let parent = slot.parent.map(|parent| entry_id(&reading.slots[parent]));
        entries.push(Entry {
            id: entry_id(slot),
            register: slot.register,
            parent,
            key: tree.key(id).map(|key| key.into_owned()),
            kind: tree.kind(id),
            value: slot.body.node().is_none().then(|| tree.text(id).to_owned()),
            text: match slot.body {
                Body::Text(maker, _) => Some(names::text(maker)),
                _ => None,
            },
            conflict: conflicts.get(&slot.register).map(|&conflict| conflict.clone()),
        });
    }
    debug_assert!(entries.iter().all(|entry| entry.value.as_deref().is_none_or(|value| kind(value) == entry.kind)));
    entries
}

fn entry_id(slot: &Slot) -> EntryId {
    match (slot.body.node(), slot.register) {
        (Some(node), _) => EntryId::Node(node),
        (None, Register::Item { item, .. }) => EntryId::Item(item),
        (None, Register::Root) => EntryId::Root,
    }
}
