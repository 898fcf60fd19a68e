//! What changed in a tree, step by step.

use super::Tree;
use crate::ascent::longest_ascent;
use clock::{Id, SortedMap, SortedSet};

/// One step of a change of a tree, in the tree as the steps before have left it. A parent is a node, or none
/// for the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeChange {
    /// A node comes in. What is below it follows in steps of its own, parents first.
    Create {
        /// The node.
        node: Id,
        /// Under which parent.
        parent: Option<Id>,
        /// How many of the parent's children come before it.
        at: usize,
    },
    /// A node goes elsewhere, and what is below it with it.
    Move {
        /// The node.
        node: Id,
        /// Under which parent.
        parent: Option<Id>,
        /// How many of the parent's other children come before it.
        at: usize,
    },
    /// A node goes, and what is below it with it.
    Delete {
        /// The node.
        node: Id,
        /// Under which parent it was.
        parent: Option<Id>,
        /// How many of the parent's children came before it.
        at: usize,
    },
}

/// Changes of a tree, one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreePatch {
    changes: Vec<TreeChange>,
}

impl TreePatch {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes, in order.
    pub fn changes(&self) -> &[TreeChange] {
        &self.changes
    }

    /// Adds the changes of `next`, which begins where these end.
    pub fn then(&mut self, next: Self) {
        self.changes.extend(next.changes);
    }

    /// Adds a change.
    pub(crate) fn push(&mut self, change: TreeChange) {
        self.changes.push(change);
    }
}

impl From<TreeChange> for TreePatch {
    fn from(change: TreeChange) -> Self {
        Self { changes: vec![change] }
    }
}

/// What a tree shows, kept up to date by patches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The children of each node that has or had any, and of the top.
    children: SortedMap<Option<Id>, Vec<Id>>,
    /// The parent of each node.
    parents: SortedMap<Id, Option<Id>>,
}

impl Outline {
    /// What `tree` shows.
    pub fn of(tree: &Tree) -> Self {
        let mut outline = Self::default();
        let mut above = Vec::new();
        for (depth, node) in tree.iter() {
            above.truncate(depth);
            let parent = above.last().copied();
            outline.children.entry(parent).or_default().push(node);
            outline.parents.insert(node, parent);
            above.push(node);
        }
        outline
    }

    /// The children of `parent`, or of the top, in order.
    pub fn children(&self, parent: Option<Id>) -> &[Id] {
        self.children.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// The nodes, parents before children, each with how many are above it.
    pub fn nodes(&self) -> Vec<(usize, Id)> {
        let below = |parent, depth| self.children(parent).iter().rev().map(move |&node| (depth, node));
        let mut open: Vec<(usize, Id)> = below(None, 0).collect();
        let mut nodes = Vec::new();
        while let Some((depth, node)) = open.pop() {
            nodes.push((depth, node));
            open.extend(below(Some(node), depth + 1));
        }
        nodes
    }

    /// Whether `node` is shown.
    pub fn contains(&self, node: Id) -> bool {
        self.parents.contains_key(&node)
    }

    /// Makes the changes; those that do not fit are an error of the caller and panic.
    pub fn apply(&mut self, patch: &TreePatch) {
        patch.changes.iter().for_each(|change| self.step(change));
    }

    fn step(&mut self, change: &TreeChange) {
        match *change {
            TreeChange::Create { node, parent, at } => {
                assert!(!self.contains(node), "a node comes once");
                self.put(node, parent, at);
            }
            TreeChange::Move { node, parent, at } => {
                self.take(node);
                self.put(node, parent, at);
            }
            TreeChange::Delete { node, parent, at } => {
                assert_eq!(self.children(parent).get(at), Some(&node));
                self.take(node);
                let mut open = vec![node];
                while let Some(node) = open.pop() {
                    self.parents.remove(&node);
                    open.extend(self.children.remove(&Some(node)).into_iter().flatten());
                }
            }
        }
    }

    fn put(&mut self, node: Id, parent: Option<Id>, at: usize) {
        assert!(parent.is_none_or(|parent| self.contains(parent)), "parents come first");
        self.children.entry(parent).or_default().insert(at, node);
        self.parents.insert(node, parent);
    }

    fn take(&mut self, node: Id) {
        let siblings = self.children.get_mut(&self.parents[&node]).expect("a shown node");
        siblings.retain(|&sibling| sibling != node);
    }
}

/// What makes the tree `after` of `before`: first what is not where it was goes, with what is below it, then what
/// is missing comes.
pub(super) fn between(before: Option<&Tree>, after: &Tree) -> TreePatch {
    let mut patch = TreePatch::new();
    let mut kept = SortedSet::new();
    let mut open: Vec<Option<Id>> = before.map(|_| None).into_iter().collect();
    while let (Some(before), Some(parent)) = (before, open.pop()) {
        let old: Vec<Id> = before.children(parent).collect();
        let mut stays = vec![false; old.len()];
        staying(&old, after.children(parent)).into_iter().for_each(|at| stays[at] = true);
        for (at, &node) in old.iter().enumerate().rev() {
            if stays[at] {
                kept.insert(node);
                open.push(Some(node));
            } else {
                patch.push(TreeChange::Delete { node, parent, at });
            }
        }
    }
    for parent in std::iter::once(None).chain(after.iter().map(|(_, node)| Some(node))) {
        for (at, node) in after.children(parent).enumerate().filter(|(_, node)| !kept.contains(node)) {
            patch.push(TreeChange::Create { node, parent, at });
        }
    }
    patch
}

/// Which of the siblings `old`, by place, are siblings still and in the same order.
fn staying(old: &[Id], new: impl Iterator<Item = Id>) -> Vec<usize> {
    let places: SortedMap<Id, usize> = new.zip(0..).collect();
    let now: Vec<Option<usize>> = old.iter().map(|node| places.get(node).copied()).collect();
    longest_ascent(&now)
}
