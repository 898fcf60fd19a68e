//! Where elements lie.

use super::leaves::Leaves;
use super::tree::{Elem, Run, Tree};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// How many times all leaves are read in search of elements before an index is made, which costs about as much.
/// Few under test, so that both ways are taken.
const SCANS_MAX: usize = if cfg!(any(test, feature = "tiny")) { 2 } else { 20 };

/// Finds elements: by reading the runs of leaf after leaf, and once that took as much as an index does, by one. So
/// who only reads, or types alone, makes none, nor does who takes in an edit now and then.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    index: OnceLock<Places>,
    /// How many leaves were read.
    read: AtomicU32,
    /// The leaf found last: what is asked for next lies near it.
    last: AtomicU32,
}

impl Clone for Lookup {
    fn clone(&self) -> Self {
        let count = |count: &AtomicU32| AtomicU32::new(count.load(Relaxed));
        Self { index: self.index.clone(), read: count(&self.read), last: count(&self.last) }
    }
}

impl Lookup {
    /// The leaf that holds an element, if the text has it.
    pub fn leaf_of(&self, elem: Elem, tree: &Tree) -> Option<u32> {
        match self.index.get() {
            Some(index) => index.leaf_of(elem),
            None if (self.read.load(Relaxed) as usize) < SCANS_MAX * tree.leaf_count() => self.scan(elem, tree),
            None => self.index.get_or_init(|| Places::of(tree)).leaf_of(elem),
        }
    }

    fn scan(&self, elem: Elem, tree: &Tree) -> Option<u32> {
        let last = self.last.load(Relaxed);
        let leaves = tree.leaves_from(last).chain(tree.leaves().take_while(|&leaf| leaf != last));
        let (mut read, mut found) = (0, None);
        for leaf in leaves {
            read += 1;
            if tree.runs(leaf).iter().any(|run| run.contains(elem)) {
                self.last.store(leaf, Relaxed);
                found = Some(leaf);
                break;
            }
        }
        self.read.store(self.read.load(Relaxed).saturating_add(read), Relaxed);
        found
    }

    /// The index, where there is one.
    pub fn index(&self) -> Option<&Places> {
        self.index.get()
    }

    /// As [`Lookup::index`].
    pub fn index_mut(&mut self) -> Option<&mut Places> {
        self.index.get_mut()
    }
}

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
