//! Where elements lie, and beside what they were put.

use super::leaves::Leaves;
use super::tree::Elem;
use log::room;

/// What is known of one replica's elements in a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    leaves: Leaves,
    /// The leaf of the newest elements.
    newest: Option<u32>,
    /// Neighbours at insertion, ascending by counter; see [`Origin`].
    origins: Vec<Origin>,
}

/// Between what a run of elements was put: the first has `left` on its left, every further one the one
/// before it, and all have `right` on their right.
#[derive(Clone, Copy, Debug)]
struct Origin {
    start: u32,
    /// [`Elem::NONE`] where there is none, as for `right`: half the size of options.
    left: Elem,
    right: Elem,
}

impl Index {
    /// Says which leaves hold runs of elements, ascending by their first counters.
    pub fn of_leaves(runs: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut newest = None;
        let leaves = Leaves::from_entries(runs.filter(|&(_, leaf)| newest.replace(leaf) != Some(leaf)));
        Self { leaves, newest, origins: Vec::new() }
    }

    /// The leaf that holds element `seq`, if the text has it.
    pub fn leaf_of(&self, seq: u32) -> Option<u32> {
        self.leaves.get(seq)
    }

    /// Says that the elements from `start` on, which are the newest, lie in `leaf`.
    pub fn place_newest(&mut self, start: u32, leaf: u32) {
        if self.newest != Some(leaf) {
            self.leaves.push(start, leaf);
            self.newest = Some(leaf);
        }
    }

    /// Says that elements `start..end` have come to lie in `leaf`.
    pub fn place_moved(&mut self, start: u32, end: u32, leaf: u32) {
        self.leaves.assign(start, end, leaf);
        self.newest = self.leaves.last();
    }

    /// Notes the neighbours of elements from `start` on; a run that goes on from the one before it
    /// needs no entry.
    pub fn note_origins(&mut self, replica: u32, start: u32, left: Option<Elem>, right: Option<Elem>) {
        let goes_on = start > 0
            && left == Some(Elem { replica, seq: start - 1 })
            && self.origins.last().is_some_and(|origin| origin.right.known() == right);
        if !goes_on {
            let or_none = |elem: Option<Elem>| elem.unwrap_or(Elem::NONE);
            room::push(&mut self.origins, Origin { start, left: or_none(left), right: or_none(right) });
        }
    }

    fn origin(&self, seq: u32) -> &Origin {
        &self.origins[self.origins.partition_point(|origin| origin.start <= seq) - 1]
    }

    /// What element `seq` was put behind.
    pub fn left(&self, replica: u32, seq: u32) -> Option<Elem> {
        let origin = self.origin(seq);
        if origin.start == seq { origin.left.known() } else { Some(Elem { replica, seq: seq - 1 }) }
    }

    /// What element `seq` was put before.
    pub fn right(&self, seq: u32) -> Option<Elem> {
        self.origin(seq).right.known()
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.leaves.memory() + self.origins.capacity() * size_of::<Origin>()
    }

    /// Panics where an element does not lie where the index says.
    pub fn check(&self, replica: u32, leaf: u32, seqs: std::ops::Range<u32>) {
        self.leaves.check_invariants();
        assert_eq!(self.newest, self.leaves.last());
        for seq in seqs {
            assert_eq!(self.leaf_of(seq), Some(leaf), "element {seq} of replica {replica}");
        }
    }
}
