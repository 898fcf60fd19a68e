//! What a view shows.

use crate::list::Item;
use crate::registers::{Writes, unreplaced};
use crate::text::Text;
use crate::tree::Tree;
use crate::{Naive, Policy, Standing};
use clock::{Id, Lamport};
use log::{ContainerId, Op, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a view shows: texts with a visible element or a lost move, maps with an entry; others are not listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What can be read of each text.
    pub texts: BTreeMap<ContainerId, Text>,
    /// The registers of each map by key.
    pub maps: BTreeMap<ContainerId, BTreeMap<String, Entry>>,
    /// The visible items of each list that has any.
    pub lists: BTreeMap<ContainerId, Vec<Item>>,
    /// The trees that show a node or in which a move loses.
    pub trees: BTreeMap<ContainerId, Tree>,
    /// What each counter reads, where that is not zero.
    pub counters: BTreeMap<ContainerId, i64>,
}

/// What a register holds. A register that holds nothing and has no alternatives has no entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The write that won.
    pub winner: Id,
    /// Its value; none where it took the key away.
    pub value: Option<Value>,
    /// The other writes that nobody replaced, latest first, and their values.
    pub alternatives: Vec<(Id, Option<Value>)>,
}

/// What is active in a view, and when what of it is accepted was.
pub(crate) struct InEffect {
    ids: BTreeSet<Id>,
    accepted: BTreeMap<Id, Lamport>,
}

impl InEffect {
    /// Whether an element is active.
    pub fn contains(&self, id: &Id) -> bool {
        self.ids.contains(id)
    }
}

impl State {
    /// The visible characters of a text.
    pub fn text(&self, container: ContainerId) -> &str {
        self.texts.get(&container).map_or("", |text| &text.string)
    }

    /// The visible elements of a text.
    pub fn ids(&self, container: ContainerId) -> &[Id] {
        self.texts.get(&container).map_or(&[], |text| &text.ids)
    }

    /// The visible items of a list.
    pub fn list(&self, container: ContainerId) -> &[Item] {
        self.lists.get(&container).map_or(&[], Vec::as_slice)
    }

    /// What a register holds, where it has an entry.
    pub fn entry(&self, container: ContainerId, key: &str) -> Option<&Entry> {
        self.maps.get(&container)?.get(key)
    }
}

impl Naive {
    /// What a view shows, from scratch.
    pub fn state(&self, policy: &Policy) -> State {
        let active = self.active(policy);
        State {
            texts: self.texts(&active),
            maps: self.maps(&active),
            lists: self.lists(&active),
            trees: self.trees(&active),
            counters: self.counters(&active),
        }
    }

    /// What can be read of a text.
    pub fn text_shown(&self, container: ContainerId, policy: &Policy) -> Text {
        self.text(container, &self.active(policy))
    }

    /// The visible items of a list.
    pub fn list_items(&self, container: ContainerId, policy: &Policy) -> Vec<Item> {
        self.lists(&self.active(policy)).remove(&container).unwrap_or_default()
    }

    /// What a tree shows.
    pub fn tree_shown(&self, container: ContainerId, policy: &Policy) -> Tree {
        self.tree(container, &self.active(policy))
    }

    /// The active writes of a register that no active write replaces, ascending by id.
    pub fn write_heads(&self, container: ContainerId, key: &str, policy: &Policy) -> Vec<Id> {
        let active = self.active(policy);
        let registers = self.registers();
        let writes = registers.get(&(container, key));
        writes.map_or_else(Vec::new, |writes| unreplaced(writes, |id| active.contains(&id)))
    }

    pub(crate) fn active(&self, policy: &Policy) -> InEffect {
        let standings = self.standings(policy).into_iter();
        let ids = standings.filter(|&(_, standing)| standing == Standing::Active).map(|(id, _)| id).collect();
        InEffect { ids, accepted: self.accepted(policy) }
    }

    /// When an element takes effect: where it is accepted, when it was. What was inserted or made keeps its place.
    pub(crate) fn time(&self, id: Id, active: &InEffect) -> Option<(Lamport, Id)> {
        Some((active.accepted.get(&id).copied().or_else(|| self.lamport(id))?, id))
    }

    fn maps(&self, active: &InEffect) -> BTreeMap<ContainerId, BTreeMap<String, Entry>> {
        let mut maps = BTreeMap::<_, BTreeMap<_, _>>::new();
        for ((container, key), writes) in self.registers() {
            let heads = unreplaced(&writes, |id| active.contains(&id));
            if let Some(entry) = self.entry(heads, active) {
                maps.entry(container).or_default().insert(key.to_owned(), entry);
            }
        }
        maps
    }

    /// The writes of every register.
    fn registers(&self) -> BTreeMap<(ContainerId, &str), Writes<'_>> {
        let mut registers = BTreeMap::<_, Writes<'_>>::new();
        for element in self.elements() {
            if let Op::Set { container, key, pred, .. } = element.op {
                registers.entry((*container, key.as_str())).or_default().insert(element.id, pred);
            }
        }
        registers
    }

    /// The latest of the writes that nobody replaced wins.
    pub(crate) fn entry(&self, mut heads: Vec<Id>, active: &InEffect) -> Option<Entry> {
        heads.sort_by_key(|&id| self.time(id, active));
        let winner = heads.pop()?;
        let value = self.written(winner);
        let alternatives: Vec<_> = heads.into_iter().rev().map(|id| (id, self.written(id))).collect();
        (value.is_some() || !alternatives.is_empty()).then_some(Entry { winner, value, alternatives })
    }

    fn written(&self, id: Id) -> Option<Value> {
        self.elements().into_iter().find(|element| element.id == id).and_then(|element| match element.op {
            Op::Set { value, .. } => value.clone(),
            Op::ListSet { value, .. } => Some(value.clone()),
            Op::ListInsert { values, .. } => Some(values[element.offset as usize].clone()),
            _ => None,
        })
    }
}
