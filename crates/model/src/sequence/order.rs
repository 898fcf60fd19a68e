//! The order of places as a B-tree that counts those shown.

mod kids;

use crate::series::{BLOCK, Follows, Series};
use kids::Kids;

/// How many entries a leaf and how many nodes an inner node holds; few under test, so that they split. Where items are
/// appended, the blocks of the index are leaves.
const KIDS_MAX: usize = if cfg!(any(test, feature = "tiny")) { 4 } else { BLOCK };

/// Neither a node nor a handle.
const NONE: u32 = u32::MAX;

/// A node of a tree: a leaf holds entries, an inner node holds nodes.
#[derive(Clone, Debug)]
struct Node {
    parent: u32,
    is_leaf: bool,
    kids: Kids,
}

/// The leaf that holds a handle: often that of the handle before.
#[derive(Clone, Copy, Debug, PartialEq)]
struct In(u32);

impl Follows for In {
    fn after(&self, _: u32) -> Self {
        *self
    }
}

/// A handle in a leaf, with whether it is shown in the lowest bit.
fn entry(handle: u32, shown: bool) -> u32 {
    handle << 1 | u32::from(shown)
}

/// Trees of handles, any number of them. The root of a tree keeps its number for ever.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    nodes: Vec<Node>,
    /// By node, how many places below it are shown: by themselves, since who looks for a place reads those of
    /// many nodes and nothing else of them.
    shown: Vec<u32>,
    /// By handle, the leaf that holds it.
    leaves: Series<In>,
}

impl Order {
    /// A new, empty tree; its root.
    pub fn add_root(&mut self) -> u32 {
        self.add_node(Node { parent: NONE, is_leaf: true, kids: Kids::EMPTY })
    }

    fn add_node(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.shown.push(0);
        self.nodes.len() as u32 - 1
    }

    /// Notes a handle, the next one, that [`Order::build`] puts into a tree.
    pub fn add_later(&mut self) {
        self.leaves.push(In(NONE));
    }

    /// Puts handles that were noted into an empty tree, in order, all at once.
    pub fn build(&mut self, root: u32, handles: &[u32], is_shown: &impl Fn(u32) -> bool) {
        let mut kids: Vec<u32> = handles.iter().map(|&handle| entry(handle, is_shown(handle))).collect();
        let mut is_leaf = true;
        while kids.len() > KIDS_MAX {
            // Room is left, since most of what is built is written in later.
            let nodes = kids.chunks(KIDS_MAX * 3 / 4).map(|part| {
                let node = self.add_node(Node { parent: root, is_leaf, kids: Kids::EMPTY });
                self.adopt(node, part.to_vec());
                node
            });
            kids = nodes.collect();
            is_leaf = false;
        }
        self.nodes[root as usize].is_leaf = is_leaf;
        self.adopt(root, kids);
    }

    /// Puts a handle, the next one, into an empty tree; not shown.
    pub fn add_first(&mut self, root: u32, handle: u32) {
        self.put(root, 0, handle, false);
    }

    /// Puts a handle, the next one, directly before another.
    pub fn add_before(&mut self, other: u32, handle: u32, shown: bool) {
        let (leaf, at) = self.find(other);
        self.put(leaf, at, handle, shown);
    }

    /// Puts a handle, the next one, directly behind another.
    pub fn add_behind(&mut self, other: u32, handle: u32, shown: bool) {
        let (leaf, at) = self.find(other);
        self.put(leaf, at + 1, handle, shown);
    }

    /// Puts `len` handles from `first` on, the next ones, behind the one before `first`, each behind the other.
    pub fn add_row(&mut self, mut first: u32, len: u32, shown: bool) {
        let end = first + len;
        while first < end {
            let (leaf, at) = self.find(first - 1);
            let kids = &mut self.nodes[leaf as usize].kids;
            let fits = (KIDS_MAX - kids.len()).min((end - first) as usize);
            if fits == 0 {
                self.put(leaf, at + 1, first, shown);
                first += 1;
                continue;
            }
            let next = first + fits as u32;
            kids.insert(at + 1, entry(first, shown), fits as u32);
            self.leaves.extend(In(leaf), fits as u32);
            if shown {
                self.count(leaf, fits as u32);
            }
            first = next;
        }
    }

    fn find(&self, handle: u32) -> (u32, usize) {
        let In(leaf) = self.leaves.get(handle);
        (leaf, self.nodes[leaf as usize].kids.position(handle).expect("handles lie where the index says"))
    }

    fn put(&mut self, leaf: u32, at: usize, handle: u32, shown: bool) {
        debug_assert_eq!(handle as usize, self.leaves.len(), "handles are given in order");
        self.leaves.push(In(leaf));
        self.nodes[leaf as usize].kids.insert(at, entry(handle, shown), 1);
        if shown {
            self.count(leaf, 1);
        }
        self.split(leaf, at);
    }

    /// Counts `more`, modulo 2^32, below a leaf and all above it.
    fn count(&mut self, mut node: u32, more: u32) {
        while node != NONE {
            let shown = &mut self.shown[node as usize];
            *shown = shown.wrapping_add(more);
            node = self.nodes[node as usize].parent;
        }
    }

    /// Splits a node that holds too many, where something was put at `at`: in halves, or where it was put
    /// at the end just before that, since who appends goes on appending.
    fn split(&mut self, node: u32, at: usize) {
        let len = self.nodes[node as usize].kids.len();
        if len <= KIDS_MAX {
            return;
        }
        let node = if self.nodes[node as usize].parent == NONE { self.lower(node) } else { node };
        let cut = if at + 1 == len { len - 1 } else { len / 2 };
        let old = &mut self.nodes[node as usize];
        let (parent, is_leaf) = (old.parent, old.is_leaf);
        let kids = old.kids.split_off(cut);
        let new = self.add_node(Node { parent, is_leaf, kids: Kids::EMPTY });
        let shown = self.adopt(new, kids);
        self.shown[node as usize] -= shown;
        let siblings = &mut self.nodes[parent as usize].kids;
        let place = 1 + siblings.nodes().iter().position(|&kid| kid == node).expect("a node is its parent's");
        siblings.insert(place, new, 1);
        self.split(parent, place);
    }

    /// Moves all that a root holds into a new node below it, which is returned.
    fn lower(&mut self, root: u32) -> u32 {
        let is_leaf = std::mem::replace(&mut self.nodes[root as usize].is_leaf, false);
        let kids = self.nodes[root as usize].kids.split_off(0);
        let new = self.add_node(Node { parent: root, is_leaf, kids: Kids::EMPTY });
        self.adopt(new, kids);
        self.nodes[root as usize].kids = Kids::Each(vec![new]);
        new
    }

    /// Makes `kids` those of `node`; returns how many places of theirs are shown.
    fn adopt(&mut self, node: u32, kids: Vec<u32>) -> u32 {
        let (mut shown, is_leaf) = (0, self.nodes[node as usize].is_leaf);
        for &kid in &kids {
            if is_leaf {
                self.leaves.change(kid >> 1, |leaf| *leaf = In(node));
                shown += kid & 1;
            } else {
                self.nodes[kid as usize].parent = node;
                shown += self.shown[kid as usize];
            }
        }
        self.nodes[node as usize].kids = if is_leaf { Kids::of_leaf(kids) } else { Kids::Each(kids) };
        self.shown[node as usize] = shown;
        shown
    }

    /// Shows a handle or not; it must be the other way.
    pub fn set_shown(&mut self, handle: u32, shown: bool) {
        let (leaf, at) = self.find(handle);
        let kids = &mut self.nodes[leaf as usize].kids;
        debug_assert_eq!(kids.get(at), Some(entry(handle, !shown)));
        kids.set(at, entry(handle, shown));
        self.count(leaf, if shown { 1 } else { u32::MAX });
    }

    /// How many handles of a tree are shown.
    pub fn shown_len(&self, root: u32) -> usize {
        self.shown[root as usize] as usize
    }

    /// The shown handle with `index` shown ones before it.
    pub fn at(&self, root: u32, index: usize) -> Option<u32> {
        let mut left = u32::try_from(index).ok().filter(|&index| index < self.shown[root as usize])?;
        let mut node = &self.nodes[root as usize];
        while !node.is_leaf {
            for &kid in node.kids.nodes() {
                let below = self.shown[kid as usize];
                if left < below {
                    node = &self.nodes[kid as usize];
                    break;
                }
                left -= below;
            }
        }
        node.kids.iter().filter(|kid| kid & 1 == 1).nth(left as usize).map(|kid| kid >> 1)
    }

    /// How many shown handles come before one.
    pub fn rank(&self, handle: u32) -> usize {
        let (leaf, at) = self.find(handle);
        let mut before: u32 = self.nodes[leaf as usize].kids.iter().take(at).map(|kid| kid & 1).sum();
        let (mut node, mut parent) = (leaf, self.nodes[leaf as usize].parent);
        while parent != NONE {
            let siblings = self.nodes[parent as usize].kids.nodes().iter().take_while(|&&kid| kid != node);
            before += siblings.map(|&kid| self.shown[kid as usize]).sum::<u32>();
            (node, parent) = (parent, self.nodes[parent as usize].parent);
        }
        before as usize
    }

    /// The handle directly behind another, shown or not.
    pub fn next(&self, handle: u32) -> Option<u32> {
        let (leaf, at) = self.find(handle);
        if let Some(kid) = self.nodes[leaf as usize].kids.get(at + 1) {
            return Some(kid >> 1);
        }
        let next = self.next_leaf(leaf)?;
        self.nodes[next as usize].kids.get(0).map(|kid| kid >> 1)
    }

    fn next_leaf(&self, leaf: u32) -> Option<u32> {
        let mut node = leaf;
        loop {
            let parent = self.nodes[node as usize].parent;
            let siblings = self.nodes.get(parent as usize)?.kids.nodes();
            let at = siblings.iter().position(|&kid| kid == node).expect("a node is its parent's");
            match siblings.get(at + 1) {
                Some(&next) => return Some(self.first_leaf(next)),
                None => node = parent,
            }
        }
    }

    fn first_leaf(&self, mut node: u32) -> u32 {
        while !self.nodes[node as usize].is_leaf {
            node = self.nodes[node as usize].kids.nodes()[0];
        }
        node
    }

    /// The shown handles of a tree, in order.
    pub fn shown(&self, root: u32) -> impl Iterator<Item = u32> + '_ {
        let leaves = std::iter::successors(Some(self.first_leaf(root)), |&leaf| self.next_leaf(leaf));
        let entries = leaves.flat_map(|leaf| self.nodes[leaf as usize].kids.iter());
        entries.filter(|kid| kid & 1 == 1).map(|kid| kid >> 1)
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self, handles: usize) {
        assert_eq!(self.leaves.len(), handles);
        for (number, node) in self.nodes.iter().enumerate() {
            assert!(node.kids.len() <= KIDS_MAX);
            let shown: u32 = if node.is_leaf {
                node.kids.iter().map(|kid| kid & 1).sum()
            } else {
                node.kids.nodes().iter().map(|&kid| self.shown[kid as usize]).sum()
            };
            assert_eq!(shown, self.shown[number]);
            let owner = |kid: u32| {
                if node.is_leaf { self.leaves.get(kid >> 1).0 } else { self.nodes[kid as usize].parent }
            };
            assert!(node.kids.iter().all(|kid| owner(kid) == number as u32));
        }
    }
}
