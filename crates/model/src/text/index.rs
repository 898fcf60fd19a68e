//! Where elements lie, and beside what they were put.

use super::tree::Elem;
use std::collections::BTreeMap;

/// What is known of one replica's elements in a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// From which counter on elements lie in which leaf, up to the next entry.
    leaves: BTreeMap<u32, u32>,
    /// The leaf of the last entry.
    newest: Option<u32>,
    /// Neighbours at insertion, ascending by counter; see [`Origin`].
    origins: Vec<Origin>,
}

/// Between what a run of elements was put: the first has `left` on its left, every further one the one
/// before it, and all have `right` on their right.
#[derive(Clone, Copy, Debug)]
struct Origin {
    start: u32,
    left: Option<Elem>,
    right: Option<Elem>,
}

impl Index {
    /// Says which leaves hold runs of elements, ascending by their first counters.
    pub fn of_leaves(runs: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut newest = None;
        let leaves = runs.filter(|&(_, leaf)| newest.replace(leaf) != Some(leaf)).collect();
        Self { leaves, newest, origins: Vec::new() }
    }

    /// The leaf that holds element `seq`, if the text has it.
    pub fn leaf_of(&self, seq: u32) -> Option<u32> {
        self.leaves.range(..=seq).next_back().map(|(_, &leaf)| leaf)
    }

    /// Says that the elements from `start` on, which are the newest, lie in `leaf`.
    pub fn place_newest(&mut self, start: u32, leaf: u32) {
        if self.newest != Some(leaf) {
            self.leaves.insert(start, leaf);
            self.newest = Some(leaf);
        }
    }

    /// Says that elements `start..end` have come to lie in `leaf`.
    pub fn place_moved(&mut self, start: u32, end: u32, leaf: u32) {
        let before = self.leaves.range(..start).next_back().map(|(_, &leaf)| leaf);
        let behind = self.leaf_of(end);
        let inside: Vec<u32> = self.leaves.range(start..=end).map(|(&key, _)| key).collect();
        for key in inside {
            self.leaves.remove(&key);
        }
        if before != Some(leaf) {
            self.leaves.insert(start, leaf);
        }
        if let Some(behind) = behind.filter(|&behind| behind != leaf) {
            self.leaves.insert(end, behind);
        }
        self.newest = self.leaves.last_key_value().map(|(_, &leaf)| leaf);
    }

    /// Notes the neighbours of elements from `start` on; a run that goes on from the one before it
    /// needs no entry.
    pub fn note_origins(&mut self, replica: u32, start: u32, left: Option<Elem>, right: Option<Elem>) {
        let goes_on = start > 0
            && left == Some(Elem { replica, seq: start - 1 })
            && self.origins.last().is_some_and(|origin| origin.right == right);
        if !goes_on {
            self.origins.push(Origin { start, left, right });
        }
    }

    fn origin(&self, seq: u32) -> &Origin {
        &self.origins[self.origins.partition_point(|origin| origin.start <= seq) - 1]
    }

    /// What element `seq` was put behind.
    pub fn left(&self, replica: u32, seq: u32) -> Option<Elem> {
        let origin = self.origin(seq);
        if origin.start == seq { origin.left } else { Some(Elem { replica, seq: seq - 1 }) }
    }

    /// What element `seq` was put before.
    pub fn right(&self, seq: u32) -> Option<Elem> {
        self.origin(seq).right
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        // A B-tree node is about two thirds full.
        self.leaves.len() * 12 + self.origins.capacity() * size_of::<Origin>()
    }

    /// Panics where an element does not lie where the index says.
    pub fn check(&self, replica: u32, leaf: u32, seqs: std::ops::Range<u32>) {
        assert_eq!(self.newest, self.leaves.last_key_value().map(|(_, &leaf)| leaf));
        for seq in seqs {
            assert_eq!(self.leaf_of(seq), Some(leaf), "element {seq} of replica {replica}");
        }
    }
}
