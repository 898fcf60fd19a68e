//! Tree: nodes under parents, in an order that anybody may change.
//!
//! A node has the slot that its creation made, and one for each time it was moved. It shows at the slot of its
//! latest active move, but for those that lose by cycles, or where it was created. It is visible while its
//! creation is active, no active deletion covers it, and its parent is visible; so a deletion hides what is
//! below without touching it.

mod cycles;
mod patch;
#[cfg(test)]
mod tests;

pub use patch::{Outline, TreeChange, TreePatch};

use crate::digest::Digest;
use crate::moves::{Moves, Slot};
use crate::sequence::{NONE, Neighbours, SequenceId, Sequences};
use clock::{Id, Lamport};
use cycles::{Changed, Cycles};

/// What the place of a handle belongs to.
#[derive(Clone, Copy, Debug)]
struct Holder {
    /// The node; [`NONE`] for a slot of no node of this tree, and for the start of a sequence.
    node: u32,
    /// The node under which the place is; [`NONE`] for the top.
    parent: u32,
    /// When the op was made that made the place.
    lamport: Lamport,
}

/// A node, visible or not.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The slot that its creation made.
    place: u32,
    /// The slot where it shows, if it does.
    shows: u32,
    /// The node under which that slot is; [`NONE`] for the top.
    parent: u32,
    /// Whether its creation is active.
    created: bool,
    /// How many active deletions cover it.
    deletions: u32,
    /// How many nodes show under it, visible or not.
    below: u32,
    /// The last walk up the tree that came by.
    walk: u32,
    /// The order of what is below it, where anything ever was.
    children: Option<SequenceId>,
    /// Its number among those that were moved, or were in a cycle with one that was.
    history: Option<u32>,
}

impl Node {
    /// Whether it shows where its parent does.
    fn is_there(&self) -> bool {
        self.created && self.deletions == 0
    }
}

/// What happened to a node after its creation.
#[derive(Clone, Debug, Default)]
struct History {
    moves: Moves,
    /// By which cycles its youngest active moves lost: those of the youngest first.
    lost: Vec<u32>,
    /// The broken cycles that it was in.
    cycles: Vec<u32>,
}

/// The state of a tree container.
///
/// Invariant: a slot is shown exactly where a node is there and shows at it; no node is below itself.
#[derive(Clone, Debug)]
pub struct Tree {
    sequences: Sequences,
    /// The order of what has no parent.
    top: SequenceId,
    /// By handle.
    holders: Vec<Holder>,
    nodes: Vec<Node>,
    histories: Vec<History>,
    cycles: Cycles,
    /// How many walks up the tree there were.
    walk: u32,
    /// The hash of what is shown, where nothing changed since.
    hash: Option<u64>,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        let mut sequences = Sequences::default();
        let top = sequences.add_sequence();
        Self {
            sequences,
            top,
            holders: vec![Holder { node: NONE, parent: NONE, lamport: 0 }],
            nodes: Vec::new(),
            histories: Vec::new(),
            cycles: Cycles::default(),
            walk: 0,
            hash: None,
        }
    }

    /// Whether no node is visible.
    pub fn is_empty(&self) -> bool {
        self.sequences.shown_len(self.top) == 0
    }

    /// How many children `parent`, or the top, shows, where it is visible itself.
    pub fn child_count(&self, parent: Option<Id>) -> usize {
        self.order(parent).map_or(0, |order| self.sequences.shown_len(order))
    }

    /// The child at position `at` under `parent`, or under the top.
    pub fn child(&self, parent: Option<Id>, at: usize) -> Option<Id> {
        Some(self.id(self.holders[self.sequences.at(self.order(parent)?, at)? as usize].node))
    }

    /// The children of `parent`, or of the top, in order.
    pub fn children(&self, parent: Option<Id>) -> impl Iterator<Item = Id> + '_ {
        let shown = self.order(parent).into_iter().flat_map(|order| self.sequences.shown(order));
        shown.map(|handle| self.id(self.holders[handle as usize].node))
    }

    /// The visible nodes, parents before children, each with how many are above it.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Id)> + '_ {
        self.below(self.top, 0).map(|(depth, node)| (depth, self.id(node)))
    }

    /// The nodes that show in `order` and below, parents first.
    fn below(&self, order: SequenceId, depth: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
        let children = |order: SequenceId, depth: usize| {
            let mut shown: Vec<(usize, u32)> =
                self.sequences.shown(order).map(|handle| (depth, self.holders[handle as usize].node)).collect();
            shown.reverse();
            shown
        };
        let mut open = children(order, depth);
        std::iter::from_fn(move || {
            let (depth, node) = open.pop()?;
            if let Some(order) = self.nodes[node as usize].children {
                open.extend(children(order, depth + 1));
            }
            Some((depth, node))
        })
    }

    /// Whether `id` is a node that is visible.
    pub fn is_visible(&self, id: Id) -> bool {
        self.node(id).is_some_and(|node| self.shows(node))
    }

    /// Whether `id` is a node that is visible, and directly below `parent`, or at the top.
    pub fn is_child(&self, id: Id, parent: Option<Id>) -> bool {
        let is_parent = |node| match (self.parent(node), parent) {
            (NONE, parent) => parent.is_none(),
            (above, parent) => parent == Some(self.id(above)),
        };
        self.node(id).is_some_and(|node| is_parent(node) && self.shows(node))
    }

    /// The parent of node `id`, or none for the top, and how many siblings come before it, whether it is
    /// visible or not; `None` where the tree has no such node.
    pub fn position(&self, id: Id) -> Option<(Option<Id>, usize)> {
        Some(self.place_of(self.node(id)?))
    }

    /// The move that put node `id` where it shows; none where that is its creation.
    pub fn moved_by(&self, id: Id) -> Option<Id> {
        let node = &self.nodes[self.node(id)? as usize];
        self.sequences.id(node.shows).filter(|&shows| shows != id)
    }

    /// Whether there were so many cycles that every choice is made from scratch.
    pub(crate) fn is_strained(&self) -> bool {
        self.cycles.is_full()
    }

    /// Whether `id` is a move that is active and loses, since it would put a node below itself.
    pub fn is_lost(&self, id: Id) -> bool {
        let Some(holder) = self.sequences.handle(id).map(|handle| self.holders[handle as usize]) else { return false };
        let history = self.nodes.get(holder.node as usize).and_then(|node| node.history);
        history.is_some_and(|at| {
            let History { moves, lost, .. } = &self.histories[at as usize];
            let kept = moves.slots().len() - lost.len();
            moves.slots()[kept..].iter().any(|slot| slot.id == id)
        })
    }

    /// The moves of node `id` that are active and lose, the oldest first.
    pub fn lost_moves(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let history = self.node(id).and_then(|node| self.nodes[node as usize].history);
        let lost = history.map(|at| {
            let History { moves, lost, .. } = &self.histories[at as usize];
            &moves.slots()[moves.slots().len() - lost.len()..]
        });
        lost.into_iter().flatten().map(|slot| slot.id)
    }

    /// Whether node `id` may go under `parent`, or the top: both are visible, and the parent is not the node
    /// or below it.
    pub fn may_move(&self, id: Id, parent: Option<Id>) -> bool {
        let (Some(node), above) = (self.node(id), parent.map(|parent| self.node(parent))) else { return false };
        let may_hold = |above: u32| self.upward(above).all(|at| at != node && self.nodes[at as usize].is_there());
        above.is_none_or(|above| above.is_some_and(may_hold)) && self.shows(node)
    }

    /// A node, and those above it.
    fn upward(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let up = |&node: &u32| Some(self.nodes[node as usize].parent).filter(|&parent| parent != NONE);
        std::iter::successors(Some(node), up)
    }

    /// Between which slots to create a node so that it has `at` siblings before it. Beyond the end means the
    /// end.
    pub fn place_at(&self, parent: Option<Id>, at: usize) -> Neighbours {
        self.order(parent).map_or((None, None), |order| self.sequences.place_at(order, at))
    }

    /// Between which slots to move node `id` so that it has `at` siblings before it under `parent`.
    pub fn place_to_move(&self, id: Id, parent: Option<Id>, at: usize) -> Neighbours {
        let passes = self.position(id).is_some_and(|(now, before)| now == parent && before < at);
        self.place_at(parent, if passes && self.is_visible(id) { at.saturating_add(1) } else { at })
    }

    /// The order of what is below a node, or of the top.
    fn order(&self, parent: Option<Id>) -> Option<SequenceId> {
        match parent {
            None => Some(self.top),
            Some(id) => self.nodes[self.node(id)? as usize].children,
        }
    }

    /// The number of node `id`; slots are none.
    fn node(&self, id: Id) -> Option<u32> {
        let handle = self.sequences.handle(id)?;
        let node = self.holders[handle as usize].node;
        (node != NONE && self.nodes[node as usize].place == handle).then_some(node)
    }

    fn id(&self, node: u32) -> Id {
        self.sequences.id(self.nodes[node as usize].place).expect("nodes have names")
    }

    /// The node under which a node shows; [`NONE`] for the top.
    fn parent(&self, node: u32) -> u32 {
        self.nodes[node as usize].parent
    }

    /// Lets a node show at a slot; returns where it showed before.
    fn set_shows(&mut self, node: u32, slot: u32) -> u32 {
        let node = &mut self.nodes[node as usize];
        node.parent = self.holders[slot as usize].parent;
        std::mem::replace(&mut node.shows, slot)
    }

    fn shows(&self, node: u32) -> bool {
        self.upward(node).all(|node| self.nodes[node as usize].is_there())
    }

    fn place_of(&self, node: u32) -> (Option<Id>, usize) {
        let parent = self.parent(node);
        let parent = (parent != NONE).then(|| self.id(parent));
        (parent, self.sequences.rank(self.nodes[node as usize].shows))
    }

    fn history(&mut self, node: u32) -> &mut History {
        let histories = &mut self.histories;
        let number = *self.nodes[node as usize].history.get_or_insert_with(|| {
            histories.push(History::default());
            histories.len() as u32 - 1
        });
        &mut self.histories[number as usize]
    }

    /// Makes a place under a parent. What is no node of this tree counts as the top.
    fn add_slot(&mut self, (id, lamport): (Id, Lamport), node: u32, parent: Option<Id>, place: Neighbours) -> u32 {
        let parent = parent.and_then(|parent| self.node(parent)).unwrap_or(NONE);
        let order = self.order_below(parent);
        let handle = self.sequences.insert(order, id, place, false);
        log::room::push(&mut self.holders, Holder { node, parent, lamport });
        handle
    }

    /// The order of what is below a node, made where there is none yet.
    fn order_below(&mut self, node: u32) -> SequenceId {
        let Some(node) = self.nodes.get_mut(node as usize) else { return self.top };
        *node.children.get_or_insert_with(|| {
            self.holders.push(Holder { node: NONE, parent: NONE, lamport: 0 });
            self.sequences.add_sequence()
        })
    }

    /// Takes in the creation of a node.
    pub(crate) fn create(
        &mut self,
        (id, lamport): (Id, Lamport),
        parent: Option<Id>,
        place: Neighbours,
        active: bool,
        patch: Option<&mut TreePatch>,
    ) {
        let node = self.nodes.len() as u32;
        let place = self.add_slot((id, lamport), node, parent, place);
        let new = Node {
            place,
            shows: place,
            parent: self.holders[place as usize].parent,
            created: false,
            deletions: 0,
            below: 0,
            walk: 0,
            children: None,
            history: None,
        };
        log::room::push(&mut self.nodes, new);
        if let Some(parent) = self.nodes.get_mut(self.holders[place as usize].parent as usize) {
            parent.below += 1;
        }
        if active {
            self.set_created(id, true, patch);
        }
    }

    /// Turns the creation of a node on or off.
    pub(crate) fn set_created(&mut self, id: Id, on: bool, patch: Option<&mut TreePatch>) {
        self.change(id, patch, |node| node.created = on);
    }

    /// Turns a deletion of a node on or off.
    pub(crate) fn set_deleted(&mut self, id: Id, on: bool, patch: Option<&mut TreePatch>) {
        self.change(id, patch, |node| {
            node.deletions = if on { node.deletions + 1 } else { node.deletions - 1 };
        });
    }

    fn change(&mut self, id: Id, patch: Option<&mut TreePatch>, change: impl FnOnce(&mut Node)) {
        let Some(number) = self.node(id) else { return };
        let node = &mut self.nodes[number as usize];
        let was_there = node.is_there();
        change(node);
        let (is_there, shows) = (node.is_there(), node.shows);
        if is_there == was_there {
            return;
        }
        self.hash = None;
        let parent = self.parent(number);
        let patch = patch.filter(|_| parent == NONE || self.shows(parent));
        self.sequences.set_shown(shows, is_there);
        match patch {
            Some(patch) if is_there => self.tell_created(number, patch),
            Some(patch) => {
                let (parent, at) = self.place_of(number);
                patch.push(TreeChange::Delete { node: id, parent, at });
            }
            None => {}
        }
    }

    /// Says that a node has become visible, and what is below it.
    fn tell_created(&self, node: u32, patch: &mut TreePatch) {
        let (parent, at) = self.place_of(node);
        patch.push(TreeChange::Create { node: self.id(node), parent, at });
        let Some(order) = self.nodes[node as usize].children else { return };
        // Parents first and siblings in order, so that each comes at the end of what is there.
        let mut ends: Vec<(Id, usize)> = vec![(self.id(node), 0)];
        for (depth, below) in self.below(order, 1) {
            ends.truncate(depth);
            let (parent, at) = ends.last_mut().expect("parents come first");
            let id = self.id(below);
            patch.push(TreeChange::Create { node: id, parent: Some(*parent), at: *at });
            *at += 1;
            ends.push((id, 0));
        }
    }

    /// Takes in a move: a slot for a node. What is no node of this tree gets a slot all the same, since others
    /// may name it.
    pub(crate) fn insert_move(
        &mut self,
        (id, lamport): (Id, Lamport),
        (node, parent): (Id, Option<Id>),
        place: Neighbours,
        active: bool,
        patch: Option<&mut TreePatch>,
    ) {
        let node = self.node(node).unwrap_or(NONE);
        self.add_slot((id, lamport), node, parent, place);
        if active {
            self.set_moved(id, true, patch);
        }
    }

    /// Lets a move that is not active count as made at another time.
    pub(crate) fn set_lamport(&mut self, id: Id, lamport: Lamport) {
        if let Some(handle) = self.sequences.handle(id) {
            self.holders[handle as usize].lamport = lamport;
        }
    }

    /// Turns a move on or off.
    pub(crate) fn set_moved(&mut self, id: Id, on: bool, patch: Option<&mut TreePatch>) {
        let Some(handle) = self.sequences.handle(id) else { return };
        let Holder { node, lamport, .. } = self.holders[handle as usize];
        if node == NONE {
            return;
        }
        let changed = self.choose(node, Slot { lamport, id, handle }, on);
        if changed.0.is_empty() {
            return;
        }
        self.hash = None;
        match patch {
            Some(patch) => self.show_steps(changed, patch),
            None => changed.0.into_iter().for_each(|(node, before)| self.show_at(node, before)),
        }
    }

    /// Shows a node, where it is there, at the slot that counts instead of that before.
    fn show_at(&mut self, node: u32, before: u32) {
        if self.nodes[node as usize].is_there() {
            self.sequences.set_shown(before, false);
            self.sequences.set_shown(self.nodes[node as usize].shows, true);
        }
    }

    /// Shows nodes elsewhere, one after another, so that no step puts a node below itself: those that end up
    /// visible first, from the top down, so that what is above each has come to its place before.
    fn show_steps(&mut self, Changed(changed): Changed, patch: &mut TreePatch) {
        if let [(node, before)] = changed[..] {
            let after = self.set_shows(node, before);
            self.show_step(node, after, patch);
            return;
        }
        let depth = |node: u32| self.upward(node).count();
        let mut steps: Vec<(bool, usize, u32, u32)> =
            changed.iter().map(|&(node, _)| (!self.shows(node), depth(node), node, 0)).collect();
        for ((_, _, _, after), (node, before)) in steps.iter_mut().zip(changed) {
            *after = self.set_shows(node, before);
        }
        steps.sort_unstable();
        for (_, _, node, after) in steps {
            self.show_step(node, after, patch);
        }
    }

    fn show_step(&mut self, node: u32, after: u32, patch: &mut TreePatch) {
        let was_visible = self.shows(node);
        let (parent, at) = self.place_of(node);
        let before = self.set_shows(node, after);
        self.show_at(node, before);
        let id = self.id(node);
        match (was_visible, self.shows(node)) {
            (true, true) => {
                let (parent, at) = self.place_of(node);
                patch.push(TreeChange::Move { node: id, parent, at });
            }
            (true, false) => patch.push(TreeChange::Delete { node: id, parent, at }),
            (false, true) => self.tell_created(node, patch),
            (false, false) => {}
        }
    }

    /// What is different here from `before`, an earlier state of the same tree.
    pub(crate) fn changed_since(&self, before: Option<&Self>) -> TreePatch {
        patch::between(before, self)
    }

    /// A hash of what is visible and in which order. Costs nothing where nothing changed.
    pub fn hash(&mut self) -> u64 {
        if let Some(hash) = self.hash {
            return hash;
        }
        let mut digest = Digest::new();
        for (depth, id) in self.iter() {
            digest.word(depth as u64);
            digest.id(id);
        }
        *self.hash.insert(digest.finish())
    }

    /// A tree that takes in much at once: until [`Tree::settle`] is called nothing is asked of it.
    pub(crate) fn load() -> Self {
        let mut tree = Self::new();
        tree.sequences.load();
        tree.top = tree.sequences.first();
        tree.cycles.load();
        tree
    }

    /// Puts everything in order that was taken in.
    pub(crate) fn settle(&mut self) {
        self.choose_all();
        let (holders, nodes) = (&self.holders, &self.nodes);
        self.sequences.settle(|handle| {
            let node = nodes.get(holders[handle as usize].node as usize);
            node.is_some_and(|node| node.is_there() && node.shows == handle)
        });
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        self.sequences.check_invariants();
        assert_eq!(self.holders.len(), self.sequences.len());
        self.check_cycles();
        let orders = self.nodes.iter().filter_map(|node| node.children).chain([self.top]);
        let mut shown: Vec<u32> = orders.flat_map(|order| self.sequences.shown(order)).collect();
        let mut due: Vec<u32> = self.nodes.iter().filter(|node| node.is_there()).map(|node| node.shows).collect();
        shown.sort_unstable();
        due.sort_unstable();
        assert_eq!(shown, due, "nodes that are there show, each once");
    }
}
