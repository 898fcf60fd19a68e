//! A B-tree of runs of elements in an arena, with the visible lengths of every subtree.
//!
//! Nodes are never removed: turning elements off leaves their runs, and joining equal neighbours never
//! empties a leaf.

use super::hash::{Folded, fold_run};
use log::room;

/// How many runs a leaf holds; few under test, so that splits happen every few edits.
pub(super) const LEAF_MAX: usize = if cfg!(any(test, feature = "tiny")) { 5 } else { 32 };
/// By how many runs the room of a leaf grows.
const ROOM: usize = 8;
/// How many children an inner node holds.
const INNER_MAX: usize = if cfg!(any(test, feature = "tiny")) { 4 } else { 24 };
/// How many elements a run holds: bounds the scan of a run that is not ASCII.
pub(super) const RUN_LEN_MAX: u32 = if cfg!(any(test, feature = "tiny")) { 7 } else { 2048 };
/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// An element as the text knows it: the index of its replica, and its counter. Its order here is one of
/// convenience; siblings go by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Elem {
    pub replica: u32,
    pub seq: u32,
}

impl Elem {
    /// No element.
    pub const NONE: Self = Self { replica: NONE, seq: 0 };

    /// The element, if it is one.
    pub fn known(self) -> Option<Self> {
        (self.replica != NONE).then_some(self)
    }

    pub fn plus(self, n: u32) -> Self {
        Self { replica: self.replica, seq: self.seq + n }
    }
}

/// Elements with consecutive ids that lie together and are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub first: Elem,
    pub len: u32,
    /// Where the characters begin in the buffer, in bytes.
    pub offset: u32,
    /// How many bytes they take; equal to `len` where all are ASCII.
    pub bytes: u32,
    /// How many active deletions cover each of them, and [`Run::NOT_INSERTED`] where their insertion is not
    /// active: nothing where they are visible.
    pub hidden: u32,
}

impl Run {
    /// Apart from any number of deletions.
    pub const NOT_INSERTED: u32 = 1 << 31;

    pub fn is_visible(&self) -> bool {
        self.hidden == 0
    }

    /// How many of its elements are visible.
    pub fn visible_len(&self) -> u32 {
        if self.is_visible() { self.len } else { 0 }
    }

    pub fn contains(&self, elem: Elem) -> bool {
        self.first.replica == elem.replica && elem.seq.wrapping_sub(self.first.seq) < self.len
    }

    pub fn last(&self) -> Elem {
        self.first.plus(self.len - 1)
    }

    pub fn text<'a>(&self, buffer: &'a str) -> &'a str {
        &buffer[self.offset as usize..(self.offset + self.bytes) as usize]
    }

    /// How many bytes its first `chars` characters take.
    fn bytes_of(&self, chars: u32, buffer: &str) -> u32 {
        if self.bytes == self.len {
            return chars;
        }
        let text = self.text(buffer);
        text.char_indices().nth(chars as usize).map_or(self.bytes, |(at, _)| at as u32)
    }

    /// Cuts it after `at` elements and returns the rest.
    fn split(&mut self, at: u32, buffer: &str) -> Self {
        let bytes = self.bytes_of(at, buffer);
        let rest = Self {
            first: self.first.plus(at),
            len: self.len - at,
            offset: self.offset + bytes,
            bytes: self.bytes - bytes,
            ..*self
        };
        (self.len, self.bytes) = (at, bytes);
        rest
    }

    /// Whether `next`, right after it, could have been one run with it.
    fn joins(&self, next: &Self) -> bool {
        self.first.replica == next.first.replica
            && self.first.seq + self.len == next.first.seq
            && self.offset + self.bytes == next.offset
            && self.hidden == next.hidden
            && self.len + next.len <= RUN_LEN_MAX
    }

    /// Whether it has `len` elements and its characters end at `offset`.
    pub fn ends_at(&self, len: u32, offset: u32) -> bool {
        self.len == len && self.offset + self.bytes == offset
    }

    /// What it would weigh if it were visible.
    pub fn weight(&self, buffer: &str) -> Weight {
        let utf16 = if self.bytes == self.len {
            self.len
        } else {
            self.text(buffer).chars().map(|c| c.len_utf16() as u32).sum()
        };
        Weight { chars: self.len, utf16, bytes: self.bytes }
    }

    /// What its first `chars` elements would weigh if it were visible.
    pub fn head(&self, chars: u32, buffer: &str) -> Weight {
        if self.bytes == self.len {
            return Weight { chars, utf16: chars, bytes: chars };
        }
        let text = &self.text(buffer)[..self.bytes_of(chars, buffer) as usize];
        let utf16 = text.chars().map(|c| c.len_utf16() as u32).sum();
        Weight { chars, utf16, bytes: text.len() as u32 }
    }

    /// What it weighs.
    pub fn visible(&self, buffer: &str) -> Weight {
        if self.is_visible() { self.weight(buffer) } else { Weight::default() }
    }
}

/// The visible length of a subtree in three units; of what is before places of one text, the shorter is before the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    pub chars: u32,
    pub utf16: u32,
    pub bytes: u32,
}

impl Weight {
    pub fn plus(self, other: Self) -> Self {
        Self {
            chars: self.chars.wrapping_add(other.chars),
            utf16: self.utf16.wrapping_add(other.utf16),
            bytes: self.bytes.wrapping_add(other.bytes),
        }
    }

    /// The difference, modulo 2^32, so that adding it is subtracting.
    pub fn minus(self, other: Self) -> Self {
        Self {
            chars: self.chars.wrapping_sub(other.chars),
            utf16: self.utf16.wrapping_sub(other.utf16),
            bytes: self.bytes.wrapping_sub(other.bytes),
        }
    }
}

/// A unit in which positions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Chars,
    Utf16,
}

impl Unit {
    pub fn of(self, weight: &Weight) -> u32 {
        match self {
            Self::Chars => weight.chars,
            Self::Utf16 => weight.utf16,
        }
    }
}

/// Where a node hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Above {
    /// The inner node; [`NONE`] above the root.
    parent: u32,
    /// Which of its children the node is.
    slot: u32,
}

impl Above {
    const ROOT: Self = Self { parent: NONE, slot: 0 };
}

#[derive(Clone, Debug)]
struct Leaf {
    above: Above,
    prev: u32,
    next: u32,
    folded: Option<Folded>,
    runs: Vec<Run>,
}

#[derive(Clone, Debug)]
struct Inner {
    above: Above,
    len: u32,
    folded: Option<Folded>,
    children: [u32; INNER_MAX],
    weights: [Weight; INNER_MAX],
}

/// A place between two elements: after `offset` elements of run `run` of `leaf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub leaf: u32,
    pub run: u32,
    pub offset: u32,
}

/// The tree. Invariant: all leaves are at one depth, none but the first is empty, and every weight is
/// the sum of what is below it.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    leaves: Vec<Leaf>,
    inners: Vec<Inner>,
    root: u32,
    /// How many inner nodes lie above each leaf.
    height: u32,
}

impl Tree {
    pub fn new() -> Self {
        Self { leaves: vec![Leaf::EMPTY], inners: Vec::new(), root: 0, height: 0 }
    }

    /// The leaf that comes first: leaves only ever split to the right.
    pub const FIRST: u32 = 0;

    pub fn runs(&self, leaf: u32) -> &[Run] {
        &self.leaves[leaf as usize].runs
    }

    pub fn run(&self, leaf: u32, run: u32) -> &Run {
        &self.runs(leaf)[run as usize]
    }

    /// All leaves, in order.
    pub fn leaves(&self) -> impl Iterator<Item = u32> {
        self.leaves_from(Self::FIRST)
    }

    /// The leaves from one on, in order.
    pub fn leaves_from(&self, leaf: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(leaf), |&leaf| self.next_leaf(leaf))
    }

    /// How many leaves there are.
    pub fn leaf_count(&self) -> usize {
        self.leaves.len()
    }

    pub fn next_leaf(&self, leaf: u32) -> Option<u32> {
        Some(self.leaves[leaf as usize].next).filter(|&next| next != NONE)
    }

    pub fn prev_leaf(&self, leaf: u32) -> Option<u32> {
        Some(self.leaves[leaf as usize].prev).filter(|&prev| prev != NONE)
    }

    pub fn total(&self, buffer: &str) -> Weight {
        if self.height == 0 { self.leaf_weight(self.root, buffer) } else { self.inner_weight(self.root) }
    }

    fn leaf_weight(&self, leaf: u32, buffer: &str) -> Weight {
        self.runs(leaf).iter().fold(Weight::default(), |sum, run| sum.plus(run.visible(buffer)))
    }

    fn inner_weight(&self, inner: u32) -> Weight {
        let inner = &self.inners[inner as usize];
        inner.weights[..inner.len as usize].iter().fold(Weight::default(), |sum, weight| sum.plus(*weight))
    }

    /// The leaf that holds visible position `at`, and how much is visible before it; the last leaf
    /// where `at` is the end or beyond.
    pub fn leaf_at(&self, at: u32, unit: Unit) -> (u32, Weight) {
        let (mut node, mut before) = (self.root, Weight::default());
        let mut left = at;
        for _ in 0..self.height {
            let inner = &self.inners[node as usize];
            let mut slot = 0;
            while slot + 1 < inner.len as usize && unit.of(&inner.weights[slot]) <= left {
                left -= unit.of(&inner.weights[slot]);
                before = before.plus(inner.weights[slot]);
                slot += 1;
            }
            node = inner.children[slot];
        }
        (node, before)
    }

    /// How much is visible before run `run` of `leaf`.
    pub fn before(&self, leaf: u32, run: u32, buffer: &str) -> Weight {
        let within =
            self.runs(leaf)[..run as usize].iter().fold(Weight::default(), |sum, r| sum.plus(r.visible(buffer)));
        let (mut sum, mut above) = (within, self.leaves[leaf as usize].above);
        while above.parent != NONE {
            let inner = &self.inners[above.parent as usize];
            sum = inner.weights[..above.slot as usize].iter().fold(sum, |sum, weight| sum.plus(*weight));
            above = inner.above;
        }
        sum
    }

    /// Whether place `a` comes before place `b`, both inside runs.
    pub fn precedes(&self, a: Cursor, b: Cursor) -> bool {
        if a.leaf == b.leaf {
            return (a.run, a.offset) < (b.run, b.offset);
        }
        let (mut x, mut y) = (self.leaves[a.leaf as usize].above, self.leaves[b.leaf as usize].above);
        while x.parent != y.parent {
            (x, y) = (self.inners[x.parent as usize].above, self.inners[y.parent as usize].above);
        }
        x.slot < y.slot
    }

    /// Adds `delta` to the weights above `leaf` and forgets the hashes there.
    fn bump(&mut self, leaf: u32, delta: Weight) {
        let node = &mut self.leaves[leaf as usize];
        node.folded = None;
        let mut above = node.above;
        while above.parent != NONE {
            let inner = &mut self.inners[above.parent as usize];
            let weight = &mut inner.weights[above.slot as usize];
            *weight = weight.plus(delta);
            inner.folded = None;
            above = inner.above;
        }
    }

    /// Lengthens run `run` by `len` elements of `weight` right behind it.
    pub fn extend(&mut self, leaf: u32, run: u32, weight: Weight) {
        let r = &mut self.leaves[leaf as usize].runs[run as usize];
        r.len += weight.chars;
        r.bytes += weight.bytes;
        self.bump(leaf, weight);
    }

    /// Lengthens a run that is not visible.
    pub fn extend_hidden(&mut self, leaf: u32, run: u32, weight: Weight) {
        let r = &mut self.leaves[leaf as usize].runs[run as usize];
        r.len += weight.chars;
        r.bytes += weight.bytes;
    }

    /// Puts `new` at `at`; `moved` hears of every leaf that took runs from another. Returns where it
    /// lies.
    pub fn insert(&mut self, at: Cursor, new: Run, buffer: &str, moved: &mut Vec<u32>) -> (u32, u32) {
        let at = self.make_room(at, buffer, moved);
        let (leaf, mut run) = (at.leaf, at.run);
        if at.offset > 0 {
            let node = &mut self.leaves[leaf as usize];
            if at.offset < node.runs[run as usize].len {
                let rest = node.runs[run as usize].split(at.offset, buffer);
                node.open(run as usize + 1, rest);
            }
            run += 1;
        }
        self.leaves[leaf as usize].open(run as usize, new);
        self.bump(leaf, new.visible(buffer));
        (leaf, run)
    }

    /// Changes `len` elements of a run from `at` on, and joins what became alike. Returns the
    /// changed elements, and what they weighed before and after.
    pub fn change(
        &mut self,
        at: Cursor,
        len: u32,
        buffer: &str,
        moved: &mut Vec<u32>,
        change: impl FnOnce(&mut Run),
    ) -> Changed {
        let whole = at.offset == 0 && self.run(at.leaf, at.run).len == len;
        let at = if whole { at } else { self.make_room(at, buffer, moved) };
        let (leaf, mut run) = (at.leaf, at.run as usize);
        let node = &mut self.leaves[leaf as usize];
        if at.offset + len < node.runs[run].len {
            let rest = node.runs[run].split(at.offset + len, buffer);
            node.open(run + 1, rest);
        }
        if at.offset > 0 {
            let part = node.runs[run].split(at.offset, buffer);
            node.open(run + 1, part);
            run += 1;
        }
        let was = node.runs[run].visible(buffer);
        change(&mut node.runs[run]);
        let now = node.runs[run].visible(buffer);
        let piece = node.runs[run];
        node.join_around(run);
        if was != now {
            self.bump(leaf, now.minus(was));
        }
        Changed { piece, was, now }
    }

    /// Makes room for two more runs in the leaf of `at`.
    fn make_room(&mut self, at: Cursor, buffer: &str, moved: &mut Vec<u32>) -> Cursor {
        let len = self.runs(at.leaf).len();
        if len + 2 <= LEAF_MAX {
            return at;
        }
        // Runs that come in order fill leaves if the last leaf keeps nearly all it has.
        let last = self.leaves[at.leaf as usize].next == NONE && at.run as usize + 1 >= len;
        let keep = if last { len - 2 } else { len / 2 };
        let new = self.split_leaf(at.leaf, keep, buffer);
        moved.push(new);
        if (at.run as usize) < keep { at } else { Cursor { leaf: new, run: at.run - keep as u32, ..at } }
    }

    fn split_leaf(&mut self, leaf: u32, keep: usize, buffer: &str) -> u32 {
        let new = self.leaves.len() as u32;
        let node = &mut self.leaves[leaf as usize];
        let after = std::mem::replace(&mut node.next, new);
        let right = Leaf { prev: leaf, next: after, runs: node.runs.split_off(keep), ..Leaf::EMPTY };
        node.runs.shrink_to(keep + ROOM);
        node.folded = None;
        room::push(&mut self.leaves, right);
        if after != NONE {
            self.leaves[after as usize].prev = new;
        }
        let (kept, weight) = (self.leaf_weight(leaf, buffer), self.leaf_weight(new, buffer));
        self.adopt((leaf, kept), (new, weight), true);
        new
    }

    /// Makes `new` the right neighbour of `child`, which was split into both.
    fn adopt(&mut self, (child, kept): (u32, Weight), (new, weight): (u32, Weight), leaves: bool) {
        let Above { parent, slot } = self.above(child, leaves);
        if parent == NONE {
            return self.grow([(child, kept), (new, weight)], leaves);
        }
        let (inner, slot) = (&mut self.inners[parent as usize], slot as usize);
        inner.weights[slot] = kept;
        inner.folded = None;
        inner.open(slot + 1, new, weight);
        self.place_children(parent, slot + 1, leaves);
        if self.inners[parent as usize].len as usize == INNER_MAX {
            self.split_inner(parent, leaves);
        }
    }

    fn split_inner(&mut self, inner: u32, leaves: bool) {
        let new = self.inners.len() as u32;
        let node = &mut self.inners[inner as usize];
        let keep = if slot_is_last(node) { INNER_MAX - 2 } else { INNER_MAX / 2 };
        let mut right = node.clone();
        right.children.rotate_left(keep);
        right.weights.rotate_left(keep);
        right.len = node.len - keep as u32;
        right.folded = None;
        (node.len, node.folded) = (keep as u32, None);
        room::push(&mut self.inners, right);
        self.place_children(new, 0, leaves);
        let (kept, weight) = (self.inner_weight(inner), self.inner_weight(new));
        self.adopt((inner, kept), (new, weight), false);
    }

    fn grow(&mut self, halves: [(u32, Weight); 2], leaves: bool) {
        debug_assert_eq!(leaves, self.height == 0);
        self.root = self.put_inner(&halves).0;
        self.height += 1;
    }

    /// Puts an inner node over `children`, which lie under the root; returns it with its weight.
    fn put_inner(&mut self, children: &[(u32, Weight)]) -> (u32, Weight) {
        let (new, leaves) = (self.inners.len() as u32, self.height == 0);
        let mut inner = Inner {
            above: Above::ROOT,
            len: 0,
            folded: None,
            children: [NONE; INNER_MAX],
            weights: [Weight::default(); INNER_MAX],
        };
        for (slot, &(child, weight)) in children.iter().enumerate() {
            inner.open(slot, child, weight);
        }
        room::push(&mut self.inners, inner);
        self.place_children(new, 0, leaves);
        (new, self.inner_weight(new))
    }

    fn above(&self, node: u32, leaf: bool) -> Above {
        if leaf { self.leaves[node as usize].above } else { self.inners[node as usize].above }
    }

    /// Tells the children of `inner` from a slot on where they hang.
    fn place_children(&mut self, inner: u32, from: usize, leaves: bool) {
        for slot in from..self.inners[inner as usize].len as usize {
            let child = self.inners[inner as usize].children[slot] as usize;
            let above = Above { parent: inner, slot: slot as u32 };
            if leaves {
                self.leaves[child].above = above;
            } else {
                self.inners[child].above = above;
            }
        }
    }

    /// The hash of what is visible and in which order; recomputed only below nodes that changed.
    pub fn fold(&mut self, replicas: &[u64]) -> Folded {
        self.fold_node(self.root, self.height, replicas)
    }

    fn fold_node(&mut self, node: u32, height: u32, replicas: &[u64]) -> Folded {
        let known = if height == 0 { self.leaves[node as usize].folded } else { self.inners[node as usize].folded };
        if let Some(folded) = known {
            return folded;
        }
        let mut sum = Folded::EMPTY;
        if height == 0 {
            for run in self.runs(node).iter().filter(|run| run.is_visible()) {
                sum = sum.then(fold_run(replicas[run.first.replica as usize], run.first.seq, run.len));
            }
            self.leaves[node as usize].folded = Some(sum);
        } else {
            for slot in 0..self.inners[node as usize].len as usize {
                let child = self.inners[node as usize].children[slot];
                sum = sum.then(self.fold_node(child, height - 1, replicas));
            }
            self.inners[node as usize].folded = Some(sum);
        }
        sum
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        let runs: usize = self.leaves.iter().map(|leaf| leaf.runs.capacity()).sum();
        runs * size_of::<Run>()
            + self.leaves.capacity() * size_of::<Leaf>()
            + self.inners.capacity() * size_of::<Inner>()
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self, buffer: &str) {
        let mut leaves = Vec::new();
        self.check_node(self.root, self.height, Above::ROOT, buffer, &mut leaves);
        let mut linked = vec![Self::FIRST];
        while let Some(next) = self.next_leaf(*linked.last().expect("one leaf at least")) {
            assert_eq!(self.prev_leaf(next), linked.last().copied());
            linked.push(next);
        }
        assert_eq!(leaves, linked, "leaves are linked in order");
    }

    fn check_node(&self, node: u32, height: u32, above: Above, buffer: &str, leaves: &mut Vec<u32>) -> Weight {
        if height == 0 {
            assert_eq!(self.leaves[node as usize].above, above);
            leaves.push(node);
            for run in self.runs(node) {
                assert_eq!(run.text(buffer).chars().count(), run.len as usize);
                assert!(run.len > 0 && run.len <= RUN_LEN_MAX);
            }
            return self.leaf_weight(node, buffer);
        }
        let inner = &self.inners[node as usize];
        assert_eq!(inner.above, above);
        let mut sum = Weight::default();
        for slot in 0..inner.len as usize {
            let above = Above { parent: node, slot: slot as u32 };
            let weight = self.check_node(inner.children[slot], height - 1, above, buffer, leaves);
            assert_eq!(weight, inner.weights[slot], "weights are sums");
            sum = sum.plus(weight);
        }
        sum
    }
}

/// A tree from its runs in order.
pub(super) struct TreeBuilder {
    leaves: Vec<Leaf>,
}

/// How full nodes are made: not quite, so that the first edits there split nothing.
const FILL: fn(usize) -> usize = |max| max - max.div_ceil(8);

impl TreeBuilder {
    pub fn new() -> Self {
        Self { leaves: Tree::new().leaves }
    }

    /// Puts a run behind the others, joined with the last where it carries that on.
    pub fn push(&mut self, run: Run) {
        let new = self.leaves.len() as u32;
        let last = self.leaves.last_mut().expect("there is a leaf");
        if let Some(before) = last.runs.last_mut().filter(|before| before.joins(&run)) {
            before.len += run.len;
            before.bytes += run.bytes;
        } else if last.runs.len() < FILL(LEAF_MAX) {
            last.runs.push(run);
        } else {
            last.next = new;
            let mut runs = Vec::with_capacity(FILL(LEAF_MAX));
            runs.push(run);
            room::push(&mut self.leaves, Leaf { prev: new - 1, runs, ..Leaf::EMPTY });
        }
    }

    /// The tree.
    pub fn finish(self, buffer: &str) -> Tree {
        let mut tree = Tree { leaves: self.leaves, inners: Vec::new(), root: Tree::FIRST, height: 0 };
        let mut level: Vec<(u32, Weight)> =
            (0..tree.leaves.len() as u32).map(|leaf| (leaf, tree.leaf_weight(leaf, buffer))).collect();
        while level.len() > 1 {
            let above = level.chunks(FILL(INNER_MAX)).map(|children| tree.put_inner(children)).collect();
            (level, tree.height) = (above, tree.height + 1);
        }
        tree.root = level[0].0;
        tree
    }
}

/// What [`Tree::change`] did.
pub(super) struct Changed {
    /// The changed elements.
    pub piece: Run,
    pub was: Weight,
    pub now: Weight,
}

impl Leaf {
    const EMPTY: Self = Self { above: Above::ROOT, prev: NONE, next: NONE, folded: None, runs: Vec::new() };

    fn open(&mut self, at: usize, run: Run) {
        if self.runs.len() == self.runs.capacity() {
            // Many texts are one run for ever.
            self.runs.reserve_exact(if self.runs.is_empty() { 1 } else { ROOM });
        }
        self.runs.insert(at, run);
    }

    /// Joins the run at `at` with its neighbours where they are alike.
    fn join_around(&mut self, at: usize) {
        self.join(at);
        if at > 0 {
            self.join(at - 1);
        }
    }

    fn join(&mut self, at: usize) {
        if at + 1 >= self.runs.len() || !self.runs[at].joins(&self.runs[at + 1]) {
            return;
        }
        let next = self.runs.remove(at + 1);
        self.runs[at].len += next.len;
        self.runs[at].bytes += next.bytes;
    }
}

impl Inner {
    fn open(&mut self, at: usize, child: u32, weight: Weight) {
        let len = self.len as usize;
        self.children.copy_within(at..len, at + 1);
        self.weights.copy_within(at..len, at + 1);
        self.children[at] = child;
        self.weights[at] = weight;
        self.len += 1;
    }
}

/// Whether an inner node that just filled up did so at its right end, as it does when text is appended.
fn slot_is_last(inner: &Inner) -> bool {
    inner.children[..inner.len as usize].windows(2).all(|pair| pair[0] < pair[1])
}
