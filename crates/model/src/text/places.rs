//! Where elements lie.

use super::leaves::Leaves;
use super::tree::{Elem, Run, Tree};

/// Which leaf holds which elements, by replica.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    replicas: Vec<Leaves>,
}

impl Places {
    /// Where the elements of `tree` lie. Costs as much as reading and sorting its runs.
    pub fn of(tree: &Tree) -> Self {
        let mut runs = Vec::new();
        for leaf in tree.leaves() {
            runs.extend(tree.runs(leaf).iter().map(|run| (run.first, leaf)));
        }
        runs.sort_unstable_by_key(|(first, _): &(Elem, u32)| u64::from(first.replica) << 32 | u64::from(first.seq));
        let mut places = Self::default();
        for (first, leaf) in runs {
            places.place_newest(first, leaf);
        }
        places
    }

    /// The leaf that holds an element, if the text has it.
    pub fn leaf_of(&self, elem: Elem) -> Option<u32> {
        self.replicas.get(elem.replica as usize)?.get(elem.seq)
    }

    /// Says that the elements from `first` on, which are the replica's newest, lie in `leaf`.
    pub fn place_newest(&mut self, first: Elem, leaf: u32) {
        let number = first.replica as usize;
        if self.replicas.len() <= number {
            self.replicas.resize_with(number + 1, Leaves::default);
        }
        self.replicas[number].place_newest(first.seq, leaf);
    }

    /// Says that the elements of `run` have come to lie in `leaf`.
    pub fn place_moved(&mut self, run: &Run, leaf: u32) {
        self.replicas[run.first.replica as usize].assign(run.first.seq, run.first.seq + run.len, leaf);
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.replicas.iter().map(Leaves::memory).sum()
    }

    /// Panics where an element does not lie where this says.
    pub fn check(&self, tree: &Tree) {
        self.replicas.iter().for_each(Leaves::check_invariants);
        for leaf in tree.leaves() {
            for run in tree.runs(leaf) {
                for offset in 0..run.len {
                    let elem = run.first.plus(offset);
                    assert_eq!(self.leaf_of(elem), Some(leaf), "{elem:?}");
                }
            }
        }
    }
}
