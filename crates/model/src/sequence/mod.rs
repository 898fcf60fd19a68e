//! Sequence: places in an order that anybody may insert into, each either shown or not.
//!
//! What lists and the children of tree nodes are made of. The order is Fugue's, as in texts: a place is a
//! right child of its left origin, or a left child of its right origin where that has the same left origin;
//! siblings ascend by id. Places are known by handles, numbers in order of arrival; a place never goes away
//! and never moves, it is only shown or not. One arena holds any number of sequences.

mod handles;
mod order;
#[cfg(test)]
mod tests;

use crate::series::{Follows, Series};
use clock::{Id, ReplicaId, SortedMap};
pub(crate) use handles::Handles;
use order::Order;

/// Between which elements something goes: the one right behind which, none at the start, and the one that
/// followed that, shown or not, none at the end.
pub type Neighbours = (Option<Id>, Option<Id>);

/// No place.
pub(crate) const NONE: u32 = u32::MAX;

/// One of the sequences of an arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequenceId {
    /// The node that the order hangs on.
    root: u32,
    /// The place before everything, which is never shown.
    start: u32,
}

/// Which way a place hangs on its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// A place in the tree of insertions.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Element {
    id: Id,
    /// The start of its sequence.
    start: u32,
    /// Its left origin; the start of the sequence where it has none.
    left: u32,
    /// Of the places that hang on its left the first, and of those on its right the last; [`NONE`].
    first_left: u32,
    last_right: u32,
}

/// Each put right behind the one before.
impl Follows for Element {
    fn after(&self, n: u32) -> Self {
        let Self { id, start, left, first_left, last_right } = *self;
        let (left, first_left, last_right) = (left.after(n), first_left.after(n), last_right.after(n));
        Self { id: Id::new(id.replica, id.seq.wrapping_add(n)), start, left, first_left, last_right }
    }
}

/// Sequences, and the places of all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequences {
    handles: Handles,
    elements: Series<Element>,
    order: Order,
    /// The places that hang on one side of one parent, where there are several: nearly nowhere.
    crowds: SortedMap<(u32, Side, Id), u32>,
    /// All sequences.
    sequences: Vec<SequenceId>,
    /// Whether places only hang on each other yet, and are put in order all at once when that ends.
    is_loading: bool,
}

impl Sequences {
    /// A new sequence.
    pub fn add_sequence(&mut self) -> SequenceId {
        let start = self.elements.len() as u32;
        let nobody = Id::new(ReplicaId(0), 0);
        self.elements.push(Element { id: nobody, start, left: start, first_left: NONE, last_right: NONE });
        let root = self.order.add_root();
        if self.is_loading {
            self.order.add_later();
        } else {
            self.order.add_first(root, start);
        }
        let sequence = SequenceId { root, start };
        self.sequences.push(sequence);
        sequence
    }

    /// The sequence that was added first.
    pub fn first(&self) -> SequenceId {
        self.sequences[0]
    }

    /// How many handles there are: those of places, and one for the start of each sequence.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// The handle of the place that element `id` made.
    pub fn handle(&self, id: Id) -> Option<u32> {
        self.handles.get(id)
    }

    /// The element that made a place; none of the start of a sequence.
    pub fn id(&self, handle: u32) -> Option<Id> {
        let element = self.elements.get(handle);
        (element.start != handle).then_some(element.id)
    }

    /// Puts a place between two others; what is no place of this sequence counts as none. Returns its handle,
    /// which is one more than that of the place before it.
    pub fn insert(&mut self, sequence: SequenceId, id: Id, (left, right): Neighbours, shown: bool) -> u32 {
        let here = |id: Id| self.handle(id).filter(|&handle| self.elements.get(handle).start == sequence.start);
        let left = left.and_then(here).unwrap_or(sequence.start);
        let right = right.and_then(here);
        self.add(sequence, id, left, right, shown)
    }

    /// Puts `len` places, at least one, between two others, named one after another from `first` on and each right
    /// behind the one before. Returns the handle of the first; the others follow.
    pub fn insert_row(&mut self, sequence: SequenceId, first: Id, len: u32, place: Neighbours, shown: bool) -> u32 {
        let handle = self.insert(sequence, first, place, shown);
        if len > 1 {
            self.add_row(sequence, first.plus(1), len - 1, shown);
        }
        handle
    }

    /// Puts places behind the newest, which nothing hangs on.
    fn add_row(&mut self, sequence: SequenceId, first: Id, len: u32, shown: bool) {
        let (new, start) = (self.elements.len() as u32, sequence.start);
        self.elements.change(new - 1, |element| element.last_right = new);
        let next = Element { id: first, start, left: new - 1, first_left: NONE, last_right: new + 1 };
        self.elements.extend(next, len);
        self.elements.change(new + len - 1, |element| element.last_right = NONE);
        self.handles.add(first, new, len);
        if self.is_loading {
            (0..len).for_each(|_| self.order.add_later());
        } else {
            self.order.add_row(new, len, shown);
        }
    }

    fn add(&mut self, sequence: SequenceId, id: Id, left: u32, right: Option<u32>, shown: bool) -> u32 {
        let new = self.elements.len() as u32;
        let parent = right.filter(|&right| self.elements.get(right).left == left);
        // On the newest hangs nothing yet, and what hangs on it follows it, as far as the series is asked.
        let follows = parent.is_none() && left + 1 == new;
        if follows {
            self.elements.change(left, |element| element.last_right = new);
        }
        self.elements.push(Element { id, start: sequence.start, left, first_left: NONE, last_right: NONE });
        self.handles.add(id, new, 1);
        match parent {
            Some(parent) => {
                let next = self.hang_left(new, parent);
                if !self.is_loading {
                    let before = next.map_or(parent, |next| self.end_of(next, |element| element.first_left));
                    self.order.add_before(before, new, shown);
                }
            }
            None => {
                let before = if follows { None } else { self.hang_right(new, left) };
                if !self.is_loading {
                    let behind = before.map_or(left, |before| self.end_of(before, |element| element.last_right));
                    self.order.add_behind(behind, new, shown);
                }
            }
        }
        if self.is_loading {
            self.order.add_later();
        }
        new
    }

    /// Hangs `new` on the left of `parent`; returns the sibling that comes behind it.
    fn hang_left(&mut self, new: u32, parent: u32) -> Option<u32> {
        let first = self.elements.get(parent).first_left;
        let next = if first == NONE { None } else { self.crowd(first, new, parent, Side::Left).1 };
        if next == Some(first) || first == NONE {
            self.elements.change(parent, |element| element.first_left = new);
        }
        next
    }

    /// Hangs `new` on the right of `parent`; returns the sibling that comes before it.
    fn hang_right(&mut self, new: u32, parent: u32) -> Option<u32> {
        let last = self.elements.get(parent).last_right;
        let before = if last == NONE { None } else { self.crowd(last, new, parent, Side::Right).0 };
        if before == Some(last) || last == NONE {
            self.elements.change(parent, |element| element.last_right = new);
        }
        before
    }

    /// Puts `new` among the siblings of `known`; returns its neighbours there.
    fn crowd(&mut self, known: u32, new: u32, parent: u32, side: Side) -> (Option<u32>, Option<u32>) {
        let key = |handle: u32| {
            let id = self.elements.get(handle).id;
            #[cfg(feature = "fault-injection")]
            let id = if fault::is_on(fault::Fault::SkipPlaceTieBreak) { Id::new(ReplicaId(0), handle) } else { id };
            (parent, side, id)
        };
        let (known_key, new_key) = (key(known), key(new));
        self.crowds.insert(known_key, known);
        let sibling = |entry: Option<(&(u32, Side, Id), &u32)>| {
            entry.filter(|((of, on, _), _)| (*of, *on) == (parent, side)).map(|(_, &handle)| handle)
        };
        let before = sibling(self.crowds.range(..new_key).next_back());
        let next = sibling(self.crowds.range(new_key..).next());
        self.crowds.insert(new_key, new);
        (before, next)
    }

    /// The places that hang on one side of a parent, in order.
    fn hanging(&self, parent: u32, side: Side) -> Vec<u32> {
        let element = self.elements.get(parent);
        let one = if side == Side::Left { element.first_left } else { element.last_right };
        if one == NONE {
            return Vec::new();
        }
        let id = self.elements.get(one).id;
        #[cfg(feature = "fault-injection")]
        let id = if fault::is_on(fault::Fault::SkipPlaceTieBreak) { Id::new(ReplicaId(0), one) } else { id };
        let key = (parent, side, id);
        if self.crowds.is_empty() || !self.crowds.contains_key(&key) {
            return vec![one];
        }
        let (least, greatest) = (Id::new(ReplicaId(0), 0), Id::new(ReplicaId(u64::MAX), u32::MAX));
        self.crowds.range((parent, side, least)..=(parent, side, greatest)).map(|(_, &handle)| handle).collect()
    }

    /// Where following `link` from `at` ends.
    fn end_of(&self, mut at: u32, link: impl Fn(&Element) -> u32) -> u32 {
        loop {
            match link(&self.elements.get(at)) {
                NONE => return at,
                next => at = next,
            }
        }
    }

    /// Shows a place or not; it must be the other way.
    pub fn set_shown(&mut self, handle: u32, shown: bool) {
        if !self.is_loading {
            self.order.set_shown(handle, shown);
        }
    }

    /// Until [`Sequences::settle`] is called, nothing is asked about order or about what is shown, and what is
    /// said of the latter is forgotten. There must be no places yet.
    pub fn load(&mut self) {
        debug_assert!(self.elements.len() == self.sequences.len(), "no places yet");
        self.order = Order::default();
        for sequence in &mut self.sequences {
            sequence.root = self.order.add_root();
            self.order.add_later();
        }
        self.is_loading = true;
    }

    /// Ends what [`Sequences::load`] began: puts all places in order and shows some of them. Costs as much as there
    /// are places.
    pub fn settle(&mut self, is_shown: impl Fn(u32) -> bool) {
        if !std::mem::take(&mut self.is_loading) {
            return;
        }
        for at in 0..self.sequences.len() {
            let SequenceId { root, start } = self.sequences[at];
            let handles = self.in_order(start);
            self.order.build(root, &handles, &is_shown);
        }
    }

    /// A place and all that hang on it, in order.
    fn in_order(&self, start: u32) -> Vec<u32> {
        /// What is left to do, the next last.
        enum Todo {
            With(u32),
            Itself(u32),
        }
        let mut order = Vec::new();
        let mut open = vec![Todo::With(start)];
        while let Some(next) = open.pop() {
            match next {
                Todo::Itself(handle) => order.push(handle),
                Todo::With(handle) => {
                    open.extend(self.hanging(handle, Side::Right).into_iter().rev().map(Todo::With));
                    open.push(Todo::Itself(handle));
                    open.extend(self.hanging(handle, Side::Left).into_iter().rev().map(Todo::With));
                }
            }
        }
        order
    }

    /// How many places of a sequence are shown.
    pub fn shown_len(&self, sequence: SequenceId) -> usize {
        self.order.shown_len(sequence.root)
    }

    /// The shown place with `index` shown ones before it.
    pub fn at(&self, sequence: SequenceId, index: usize) -> Option<u32> {
        self.order.at(sequence.root, index)
    }

    /// How many shown places come before a place.
    pub fn rank(&self, handle: u32) -> usize {
        self.order.rank(handle)
    }

    /// Where to insert so that the new place has `index` shown ones before it: right behind the shown one
    /// before, and before whatever follows that. Beyond the end means behind the last shown one.
    pub fn place_at(&self, sequence: SequenceId, index: usize) -> Neighbours {
        let last = index.min(self.shown_len(sequence));
        let before = last.checked_sub(1).and_then(|before| self.at(sequence, before)).unwrap_or(sequence.start);
        (self.id(before), self.order.next(before).and_then(|next| self.id(next)))
    }

    /// The shown places of a sequence, in order.
    pub fn shown(&self, sequence: SequenceId) -> impl Iterator<Item = u32> + '_ {
        self.order.shown(sequence.root)
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        assert!(!self.is_loading);
        self.order.check_invariants(self.elements.len());
        for (handle, element) in self.elements.iter().enumerate().filter(|(handle, e)| e.start != *handle as u32) {
            assert_eq!(self.handle(element.id), Some(handle as u32));
        }
    }
}
