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
use crate::series::{Follows, Series};
use clock::{Id, Lamport, Span};
use log::{Value, ValueRef, Values, room};

/// An item, visible or not.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Item {
    /// Where it was inserted.
    place: u32,
    /// The place where it shows, if it does.
    shows: u32,
    /// How many active deletions cover it, and [`Item::NOT_INSERTED`] where its insertion is not active: nothing
    /// where it is visible.
    hidden: u32,
    /// Its number among those that were moved or written; [`NONE`].
    history: u32,
}

/// Each inserted after the one before.
impl Follows for Item {
    fn after(&self, n: u32) -> Self {
        Self { place: self.place.after(n), shows: self.shows.after(n), ..*self }
    }
}

/// What happened to an item after its insertion.
#[derive(Clone, Debug)]
struct History {
    moves: Moves,
    /// The register of the insertion and the writes since; [`NONE`].
    register: u32,
}

impl Item {
    /// Apart from any number of deletions.
    const NOT_INSERTED: u32 = 1 << 31;

    fn is_visible(&self) -> bool {
        self.hidden == 0
    }
}

/// The state of a list container.
///
/// Invariant: a place is shown exactly where an item is visible and shows there.
#[derive(Clone, Debug)]
pub struct List {
    sequences: Sequences,
    order: SequenceId,
    /// By handle, the item whose place it is; [`NONE`] for a slot of no item of this list.
    holders: Series<u32>,
    items: Series<Item>,
    /// By item, what it was inserted with.
    values: Vec<Value>,
    /// When the moves were made whose slots are here: ascending by handles.
    moved: Vec<(u32, Lamport)>,
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
        let mut holders = Series::default();
        holders.push(NONE);
        Self {
            sequences,
            order,
            holders,
            items: Series::default(),
            values: Vec::new(),
            moved: Vec::new(),
            histories: Vec::new(),
            registers: Registers::default(),
            hash: None,
        }
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
        let item = self.items.get(self.item(id)?);
        Some((self.sequences.rank(item.shows), item.is_visible()))
    }

    /// The writes of item `id` that nobody replaced: first the one that shows, then the alternatives, later
    /// ones first.
    pub fn heads(&self, id: Id) -> Vec<(Id, &Value)> {
        let Some(item) = self.item(id) else { return Vec::new() };
        match self.register(item) {
            None => vec![(id, &self.values[item as usize])],
            Some(register) => self.registers.heads(register).filter_map(|(id, value)| Some((id, value?))).collect(),
        }
    }

    /// The visible items in order: their names, the writes that show with what they hold, and whether there are
    /// alternatives.
    pub fn writes(&self) -> impl Iterator<Item = (Id, Id, &Value, bool)> {
        self.sequences.shown(self.order).filter_map(|handle| {
            let item = self.item_shown(handle);
            let id = self.id(item);
            let Some(register) = self.register(item) else {
                return Some((id, id, &self.values[item as usize], false));
            };
            let mut heads = self.registers.heads(register);
            let (write, value) = heads.next()?;
            Some((id, write, value?, heads.next().is_some()))
        })
    }

    /// The move that put item `id` where it shows; none where that is its insertion.
    pub fn moved_by(&self, id: Id) -> Option<Id> {
        let item = self.items.get(self.item(id)?);
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
        self.holders.get(handle)
    }

    /// The number of item `id`; slots are none.
    fn item(&self, id: Id) -> Option<u32> {
        let handle = self.sequences.handle(id)?;
        let item = self.holders.get(handle);
        (item != NONE && self.items.get(item).place == handle).then_some(item)
    }

    fn id(&self, item: u32) -> Id {
        self.sequences.id(self.items.get(item).place).expect("items have names")
    }

    fn value(&self, item: u32) -> &Value {
        self.register(item).and_then(|register| self.registers.shown(register)).unwrap_or(&self.values[item as usize])
    }

    /// The register of an item that was written.
    fn register(&self, item: u32) -> Option<u32> {
        let history = self.histories.get(self.items.get(item).history as usize)?;
        (history.register != NONE).then_some(history.register)
    }

    /// Takes in items, whose first is `first`.
    pub(crate) fn insert(
        &mut self,
        first: Id,
        place: Neighbours,
        values: Values<'_>,
        active: bool,
        patch: Option<&mut ListPatch>,
    ) {
        let len = values.len() as u32;
        let place = self.sequences.insert_row(self.order, first, len, place, active);
        self.holders.extend(self.items.len() as u32, len);
        let hidden = if active { 0 } else { Item::NOT_INSERTED };
        self.items.extend(Item { place, shows: place, hidden, history: NONE }, len);
        room::make_room(&mut self.values, values.len());
        self.values.extend(values.iter().map(ValueRef::to_value));
        if !active {
            return;
        }
        self.hash = None;
        if let Some(patch) = patch {
            let items = (0..).map(|n| first.plus(n)).zip(values.to_vec()).collect();
            patch.push(ListChange::Insert { at: self.sequences.rank(place), items });
        }
    }

    /// Turns the insertion of items on or off.
    pub(crate) fn set_inserted(&mut self, span: Span, on: bool, mut patch: Option<&mut ListPatch>) {
        for id in ids(span) {
            self.change(id, patch.as_deref_mut(), |item| {
                item.hidden = if on { item.hidden & !Item::NOT_INSERTED } else { item.hidden | Item::NOT_INSERTED };
            });
        }
    }

    /// Turns a deletion of items on or off.
    pub(crate) fn set_deleted(&mut self, span: Span, on: bool, mut patch: Option<&mut ListPatch>) {
        for id in ids(span) {
            self.change(id, patch.as_deref_mut(), |item| {
                item.hidden = if on { item.hidden + 1 } else { item.hidden - 1 };
            });
        }
    }

    fn change(&mut self, id: Id, patch: Option<&mut ListPatch>, change: impl FnOnce(&mut Item)) {
        let Some(number) = self.item(id) else { return };
        let mut item = self.items.get(number);
        let was_visible = item.is_visible();
        change(&mut item);
        self.items.change(number, |held| *held = item);
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
        let handle = self.sequences.insert(self.order, id, place, false);
        self.holders.push(item);
        room::push(&mut self.moved, (handle, lamport));
        if active {
            self.set_moved(id, true, patch);
        }
    }

    /// Turns a move on or off.
    pub(crate) fn set_moved(&mut self, id: Id, on: bool, patch: Option<&mut ListPatch>) {
        let Some(handle) = self.sequences.handle(id) else { return };
        let number = self.holders.get(handle);
        let Ok(at) = self.moved.binary_search_by_key(&handle, |&(slot, _)| slot) else { return };
        if number == NONE {
            return;
        }
        let lamport = self.moved[at].1;
        let moves = &mut self.history(number).moves;
        moves.set_active(Slot { lamport, id, handle }, on);
        let latest = moves.last().map(|slot| slot.handle);
        let item = self.items.get(number);
        let (old, new) = (item.shows, latest.unwrap_or(item.place));
        self.items.change(number, |item| item.shows = new);
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

    /// Lets a move or a write that is not active count as made at another time.
    pub(crate) fn set_lamport(&mut self, id: Id, lamport: Lamport) {
        let slot = self.sequences.handle(id);
        let at = slot.and_then(|handle| self.moved.binary_search_by_key(&handle, |&(slot, _)| slot).ok());
        match at {
            Some(at) => self.moved[at].1 = lamport,
            None => self.registers.set_lamport(id, lamport),
        }
    }

    fn history(&mut self, item: u32) -> &mut History {
        let mut number = self.items.get(item).history;
        if number == NONE {
            number = self.histories.len() as u32;
            self.items.change(item, |item| item.history = number);
            room::push(&mut self.histories, History { moves: Moves::default(), register: NONE });
        }
        &mut self.histories[number as usize]
    }

    /// Takes in a write of an item.
    pub(crate) fn insert_write(
        &mut self,
        (id, lamport): (Id, Lamport),
        item: Id,
        (value, pred): (ValueRef<'_>, &[Id]),
        active: bool,
        patch: Option<&mut ListPatch>,
    ) {
        let Some(number) = self.item(item) else { return };
        if self.history(number).register == NONE {
            // Where the insertion is not active nothing shows, so it need not be turned off here. All writes are later.
            let register = self.registers.add_with((item, 0), &self.values[number as usize]);
            self.history(number).register = register;
        }
        let register = self.history(number).register;
        self.registers.insert(register, (id, lamport), Some(value.to_value()), pred, active);
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
        let item = self.items.get(number);
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
            let item = holders.get(handle);
            item != NONE && {
                let item = items.get(item);
                item.is_visible() && item.shows == handle
            }
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
        for item in self.items.iter() {
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
