//! List: items in an order that anybody may change, each a register.
//!
//! An item has the place where it was inserted, and a slot for each time it was moved. It shows at the slot
//! of its latest active move, or where it was inserted, so moving it twice at once is one move, and undoing a
//! move puts it back. It is visible while its insertion is active and no active deletion covers it.

mod patch;
#[cfg(test)]
mod tests;

pub use patch::{ListChange, ListPatch};

use crate::digest::Digest;
use crate::moves::{Moves, Slot};
use crate::register::Registers;
use crate::sequence::{NONE, Neighbours, SequenceId, Sequences};
use clock::{Id, Lamport, Span};
use log::Value;

/// What the place of a handle belongs to.
#[derive(Clone, Copy, Debug)]
struct Holder {
    /// The item; [`NONE`] for a slot of no item of this list.
    item: u32,
    /// When the op was made that made the place.
    lamport: Lamport,
}

/// An item, visible or not.
#[derive(Clone, Debug)]
struct Item {
    /// Where it was inserted.
    place: u32,
    /// The place where it shows, if it does.
    shows: u32,
    /// Whether its insertion is active.
    inserted: bool,
    /// How many active deletions cover it.
    deletions: u32,
    /// Its number among those that were moved or written; [`NONE`].
    history: u32,
    /// What it was inserted with.
    value: Value,
}

/// What happened to an item after its insertion.
#[derive(Clone, Debug)]
struct History {
    moves: Moves,
    /// The register of the insertion and the writes since; [`NONE`].
    register: u32,
}

impl Item {
    fn is_visible(&self) -> bool {
        self.inserted && self.deletions == 0
    }
}

/// The state of a list container.
///
/// Invariant: a place is shown exactly where an item is visible and shows there.
#[derive(Clone, Debug)]
pub struct List {
    sequences: Sequences,
    order: SequenceId,
    /// By handle.
    holders: Vec<Holder>,
    items: Vec<Item>,
    histories: Vec<History>,
    /// What was written of items.
    registers: Registers,
    /// The hash of what is shown, where nothing changed since.
    hash: Option<u64>,
}

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl List {
    /// An empty list.
    pub fn new() -> Self {
        let mut sequences = Sequences::default();
        let order = sequences.add_sequence();
        let holders = vec![Holder { item: NONE, lamport: 0 }];
        let (items, histories, registers) = (Vec::new(), Vec::new(), Registers::default());
        Self { sequences, order, holders, items, histories, registers, hash: None }
    }

    /// How many items are visible.
    pub fn len(&self) -> usize {
        self.sequences.shown_len(self.order)
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the item at `at` holds.
    pub fn get(&self, at: usize) -> Option<&Value> {
        Some(self.value(self.item_shown(self.sequences.at(self.order, at)?)))
    }

    /// The name of the item at `at`.
    pub fn id_at(&self, at: usize) -> Option<Id> {
        Some(self.id(self.item_shown(self.sequences.at(self.order, at)?)))
    }

    /// The visible items in order: their names, and what they hold.
    pub fn iter(&self) -> impl Iterator<Item = (Id, &Value)> {
        self.sequences.shown(self.order).map(|handle| {
            let item = self.item_shown(handle);
            (self.id(item), self.value(item))
        })
    }

    /// How many visible items come before item `id`, and whether it is visible itself; `None` where the list
    /// has no such item.
    pub fn position(&self, id: Id) -> Option<(usize, bool)> {
        let item = &self.items[self.item(id)? as usize];
        Some((self.sequences.rank(item.shows), item.is_visible()))
    }

    /// The writes of item `id` that nobody replaced: first the one that shows, then the alternatives, later
    /// ones first.
    pub fn heads(&self, id: Id) -> Vec<(Id, &Value)> {
        let Some(item) = self.item(id).map(|item| &self.items[item as usize]) else { return Vec::new() };
        match self.register(item) {
            None => vec![(id, &item.value)],
            Some(register) => self.registers.heads(register).filter_map(|(id, value)| Some((id, value?))).collect(),
        }
    }

    /// The visible items in order: their names, the writes that show with what they hold, and whether there are
    /// alternatives.
    pub fn writes(&self) -> impl Iterator<Item = (Id, Id, &Value, bool)> {
        self.sequences.shown(self.order).filter_map(|handle| {
            let item = &self.items[self.item_shown(handle) as usize];
            let id = self.id(self.item_shown(handle));
            let Some(register) = self.register(item) else { return Some((id, id, &item.value, false)) };
            let mut heads = self.registers.heads(register);
            let (write, value) = heads.next()?;
            Some((id, write, value?, heads.next().is_some()))
        })
    }

    /// The move that put item `id` where it shows; none where that is its insertion.
    pub fn moved_by(&self, id: Id) -> Option<Id> {
        let item = &self.items[self.item(id)? as usize];
        self.sequences.id(item.shows).filter(|&shows| shows != id)
    }

    /// Between which elements to insert so that the new item has `at` visible ones before it. Beyond the end
    /// means the end.
    pub fn place_at(&self, at: usize) -> Neighbours {
        self.sequences.place_at(self.order, at)
    }

    /// Which item to move, and between which elements, so that the item at `from` has `to` visible ones
    /// before it.
    pub fn place_to_move(&self, from: usize, to: usize) -> Option<(Id, Neighbours)> {
        let item = self.id_at(from)?;
        Some((item, self.place_at(if to <= from { to } else { to.saturating_add(1) })))
    }

    fn item_shown(&self, handle: u32) -> u32 {
        self.holders[handle as usize].item
    }

    /// The number of item `id`; slots are none.
    fn item(&self, id: Id) -> Option<u32> {
        let handle = self.sequences.handle(id)?;
        let item = self.holders[handle as usize].item;
        (item != NONE && self.items[item as usize].place == handle).then_some(item)
    }

    fn id(&self, item: u32) -> Id {
        self.sequences.id(self.items[item as usize].place).expect("items have names")
    }

    fn value(&self, item: u32) -> &Value {
        let item = &self.items[item as usize];
        self.register(item).and_then(|register| self.registers.shown(register)).unwrap_or(&item.value)
    }

    /// The register of an item that was written.
    fn register(&self, item: &Item) -> Option<u32> {
        let history = self.histories.get(item.history as usize)?;
        (history.register != NONE).then_some(history.register)
    }

    /// Takes in items, whose first is `first`.
    pub(crate) fn insert(
        &mut self,
        (first, lamport): (Id, Lamport),
        place: Neighbours,
        values: &[Value],
        active: bool,
        patch: Option<&mut ListPatch>,
    ) {
        let mut before = None;
        for (value, id) in values.iter().zip((0..).map(|n| first.plus(n))) {
            let handle = match before {
                None => self.sequences.insert(self.order, id, place, active),
                Some(before) => self.sequences.insert_behind(self.order, id, before, active),
            };
            let item = self.items.len() as u32;
            log::room::push(&mut self.holders, Holder { item, lamport });
            let item = Item {
                place: handle,
                shows: handle,
                inserted: active,
                deletions: 0,
                history: NONE,
                value: value.clone(),
            };
            log::room::push(&mut self.items, item);
            before = Some(handle);
        }
        if active {
            self.hash = None;
        }
        if let Some(patch) = patch.filter(|_| active)
            && let Some(last) = before
        {
            let at = self.sequences.rank(last) + 1 - values.len();
            let items = (0..).map(|n| first.plus(n)).zip(values.iter().cloned()).collect();
            patch.push(ListChange::Insert { at, items });
        }
    }

    /// Turns the insertion of items on or off.
    pub(crate) fn set_inserted(&mut self, span: Span, on: bool, mut patch: Option<&mut ListPatch>) {
        for id in ids(span) {
            self.change(id, patch.as_deref_mut(), |item| item.inserted = on);
        }
    }

    /// Turns a deletion of items on or off.
    pub(crate) fn set_deleted(&mut self, span: Span, on: bool, mut patch: Option<&mut ListPatch>) {
        for id in ids(span) {
            self.change(id, patch.as_deref_mut(), |item| {
                item.deletions = if on { item.deletions + 1 } else { item.deletions - 1 };
            });
        }
    }

    fn change(&mut self, id: Id, patch: Option<&mut ListPatch>, change: impl FnOnce(&mut Item)) {
        let Some(number) = self.item(id) else { return };
        let item = &mut self.items[number as usize];
        let was_visible = item.is_visible();
        change(item);
        let (is_visible, shows) = (item.is_visible(), item.shows);
        if is_visible == was_visible {
            return;
        }
        self.hash = None;
        self.sequences.set_shown(shows, is_visible);
        if let Some(patch) = patch {
            let at = self.sequences.rank(shows);
            patch.push(if is_visible {
                ListChange::Insert { at, items: vec![(id, self.value(number).clone())] }
            } else {
                ListChange::Remove { at, len: 1 }
            });
        }
    }

    /// Takes in a move: a slot for an item. What is no item of this list gets a slot all the same, since
    /// others may name it.
    pub(crate) fn insert_move(
        &mut self,
        (id, lamport): (Id, Lamport),
        item: Id,
        place: Neighbours,
        active: bool,
        patch: Option<&mut ListPatch>,
    ) {
        let item = self.item(item).unwrap_or(NONE);
        self.sequences.insert(self.order, id, place, false);
        log::room::push(&mut self.holders, Holder { item, lamport });
        if active {
            self.set_moved(id, true, patch);
        }
    }

    /// Turns a move on or off.
    pub(crate) fn set_moved(&mut self, id: Id, on: bool, patch: Option<&mut ListPatch>) {
        let Some(handle) = self.sequences.handle(id) else { return };
        let Holder { item, lamport } = self.holders[handle as usize];
        if item == NONE {
            return;
        }
        let moves = &mut self.history(item).moves;
        moves.set_active(Slot { lamport, id, handle }, on);
        let latest = moves.last().map(|slot| slot.handle);
        let item = &mut self.items[item as usize];
        let new = latest.unwrap_or(item.place);
        let old = std::mem::replace(&mut item.shows, new);
        if old == new || !item.is_visible() {
            return;
        }
        self.hash = None;
        let from = patch.is_some().then(|| self.sequences.rank(old));
        self.sequences.set_shown(old, false);
        self.sequences.set_shown(new, true);
        if let (Some(patch), Some(from)) = (patch, from) {
            patch.push(ListChange::Move { from, to: self.sequences.rank(new) });
        }
    }

    fn history(&mut self, item: u32) -> &mut History {
        let number = &mut self.items[item as usize].history;
        if *number == NONE {
            *number = self.histories.len() as u32;
            self.histories.push(History { moves: Moves::default(), register: NONE });
        }
        &mut self.histories[*number as usize]
    }

    /// Takes in a write of an item.
    pub(crate) fn insert_write(
        &mut self,
        (id, lamport): (Id, Lamport),
        item: Id,
        (value, pred): (&Value, &[Id]),
        active: bool,
        patch: Option<&mut ListPatch>,
    ) {
        let Some(number) = self.item(item) else { return };
        let base = &self.items[number as usize];
        let (first, inserted) = (base.value.clone(), self.holders[base.place as usize].lamport);
        if self.history(number).register == NONE {
            // Where the insertion is not active nothing shows, so it need not be turned off here.
            self.history(number).register = self.registers.add_with((item, inserted), &first);
        }
        let register = self.history(number).register;
        self.registers.insert(register, (id, lamport), Some(value), pred, active);
        if active {
            self.note_write(number, patch);
        }
    }

    /// Turns a write of an item on or off.
    pub(crate) fn set_written(&mut self, id: Id, item: Id, on: bool, patch: Option<&mut ListPatch>) {
        let Some(number) = self.item(item) else { return };
        if self.registers.set_active(id, on).is_some() {
            self.note_write(number, patch);
        }
    }

    fn note_write(&mut self, number: u32, patch: Option<&mut ListPatch>) {
        self.hash = None;
        let item = &self.items[number as usize];
        if let Some(patch) = patch.filter(|_| item.is_visible()) {
            let at = self.sequences.rank(item.shows);
            patch.push(ListChange::Set { at, item: self.id(number), value: self.value(number).clone() });
        }
    }

    /// What is different here from `before`, an earlier state of the same list.
    pub(crate) fn changed_since(&self, before: Option<&Self>) -> ListPatch {
        let old: Vec<Id> = before.into_iter().flat_map(Self::iter).map(|(id, _)| id).collect();
        let new: Vec<(Id, &Value)> = self.iter().collect();
        let heads = |list: &Self, id| list.heads(id).into_iter().map(|(write, _)| write).collect::<Vec<_>>();
        let changed = |id: Id| before.is_some_and(|before| heads(before, id) != heads(self, id));
        patch::between(&old, &new, changed)
    }

    /// A hash of what is visible and in which order. Costs nothing where nothing changed.
    pub fn hash(&mut self) -> u64 {
        if let Some(hash) = self.hash {
            return hash;
        }
        let mut digest = Digest::new();
        for (id, value) in self.iter() {
            digest.id(id);
            digest.value(Some(value));
        }
        *self.hash.insert(digest.finish())
    }

    /// A list that takes in much at once: until [`List::settle`] is called nothing is asked of it.
    pub(crate) fn load() -> Self {
        let mut list = Self::new();
        list.sequences.load();
        list.order = list.sequences.first();
        list
    }

    /// Puts everything in order that was taken in.
    pub(crate) fn settle(&mut self) {
        let (holders, items) = (&self.holders, &self.items);
        self.sequences.settle(|handle| {
            let item = items.get(holders[handle as usize].item as usize);
            item.is_some_and(|item| item.is_visible() && item.shows == handle)
        });
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        self.sequences.check_invariants();
        assert_eq!(self.holders.len(), self.sequences.len());
        let mut shown: Vec<u32> = self.sequences.shown(self.order).collect();
        let due = self.items.iter().filter(|item| item.is_visible()).map(|item| item.shows);
        let mut due: Vec<u32> = due.collect();
        shown.sort_unstable();
        due.sort_unstable();
        assert_eq!(shown, due, "visible items show, each once");
        for item in &self.items {
            let history = self.histories.get(item.history as usize);
            let slots = history.map_or(&[][..], |history| history.moves.slots());
            assert!(slots.is_sorted_by(|a, b| a < b));
            assert_eq!(item.shows, slots.last().map_or(item.place, |slot| slot.handle), "the latest move counts");
        }
        self.registers.check_invariants();
    }
}

fn ids(span: Span) -> impl Iterator<Item = Id> {
    (span.start..span.end).map(move |seq| Id::new(span.replica, seq))
}
