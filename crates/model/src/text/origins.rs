//! Beside what elements were put.

use super::tree::Elem;
use log::room;
use std::ops::Range;

/// Beside what each of one replica's elements in a text was put: ascending by counter, see [`Origin`].
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    list: Vec<Origin>,
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

impl Origins {
    /// None yet, with room for so many runs of elements.
    pub fn with_capacity(runs: usize) -> Self {
        Self { list: Vec::with_capacity(runs) }
    }

    /// Notes the neighbours of elements from `start` on; a run that goes on from the one before it
    /// needs no entry.
    pub fn note(&mut self, replica: u32, start: u32, left: Option<Elem>, right: Option<Elem>) {
        let goes_on = start > 0
            && left == Some(Elem { replica, seq: start - 1 })
            && self.list.last().is_some_and(|origin| origin.right.known() == right);
        if !goes_on {
            let or_none = |elem: Option<Elem>| elem.unwrap_or(Elem::NONE);
            room::push(&mut self.list, Origin { start, left: or_none(left), right: or_none(right) });
        }
    }

    fn of(&self, seq: u32) -> &Origin {
        &self.list[self.list.partition_point(|origin| origin.start <= seq) - 1]
    }

    /// The first element of `range` whose neighbours were noted.
    pub fn head_in(&self, range: Range<u32>) -> Option<u32> {
        let at = self.list.partition_point(|origin| origin.start < range.start);
        self.list.get(at).map(|origin| origin.start).filter(|start| *start < range.end)
    }

    /// What element `seq` was put behind.
    pub fn left(&self, replica: u32, seq: u32) -> Option<Elem> {
        let origin = self.of(seq);
        if origin.start == seq { origin.left.known() } else { Some(Elem { replica, seq: seq - 1 }) }
    }

    /// What element `seq` was put before.
    pub fn right(&self, seq: u32) -> Option<Elem> {
        self.of(seq).right.known()
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.list.capacity() * size_of::<Origin>()
    }
}
