//! What somebody selects on a screen, as ranges of the text.

use crate::moves::Layout;
use crate::{Author, Grows};
use clock::Id;
use log::{ContainerId, Gap, TextRange};
use std::collections::BTreeSet;
use std::ops::Range;

/// A stretch of a text in the order of its elements, by the positions of its first and its last one.
type Piece = (usize, usize);

impl Author {
    /// The ranges of what is selected, which take along what is typed right behind each piece.
    pub(crate) fn ranges_to_move(&self, container: ContainerId, selected: Range<usize>) -> Vec<TextRange> {
        let layout = self.layout(container);
        let range = |(first, last): Piece| TextRange {
            start: Gap::Before(Some(layout.order[first])),
            end: Gap::Before(layout.order.get(last + 1).copied()),
        };
        self.pieces(container, &layout, selected).into_iter().map(range).collect()
    }

    /// The ranges of what is selected, which take in what is typed at their ends or do not.
    pub(crate) fn ranges_to_mark(
        &self,
        container: ContainerId,
        selected: Range<usize>,
        grows: Grows,
    ) -> Vec<TextRange> {
        let layout = self.layout(container);
        let before = |first: usize| first.checked_sub(1).map(|before| layout.order[before]);
        let range = |(first, last): Piece| TextRange {
            start: if grows.at_start { Gap::After(before(first)) } else { Gap::Before(Some(layout.order[first])) },
            end: if grows.at_end {
                Gap::Before(layout.order.get(last + 1).copied())
            } else {
                Gap::After(Some(layout.order[last]))
            },
        };
        self.pieces(container, &layout, selected).into_iter().map(range).collect()
    }

    /// Where the elements of a text lie and show.
    pub(crate) fn layout(&self, container: ContainerId) -> Layout {
        self.naive.layout(container, &self.naive.active(&self.policy))
    }

    /// What is selected, in as few pieces as it lies in, in the order shown.
    fn pieces(&self, container: ContainerId, layout: &Layout, selected: Range<usize>) -> Vec<Piece> {
        let ids = self.ids(container);
        let visible: BTreeSet<Id> = ids.iter().copied().collect();
        let mut pieces: Vec<Piece> = Vec::new();
        for id in &ids[selected] {
            let at = layout.order.iter().position(|other| other == id).expect("visible, so in the text");
            match pieces.last_mut() {
                Some((_, last)) if goes_on(layout, &visible, *last, at) => *last = at,
                _ => pieces.push((at, at)),
            }
        }
        pieces
    }
}

/// Whether between `last` and `next` there is nothing but what is dead or a slot, and all that shows, or would
/// show, where they do. The slot of a move that loses ends a piece: who moved it along would set that one free.
fn goes_on(layout: &Layout, visible: &BTreeSet<Id>, last: usize, next: usize) -> bool {
    let place = |at: usize| layout.follows.get(&layout.order[at]);
    last < next
        && (last..next).all(|at| place(at) == place(next))
        && layout.order[last + 1..next].iter().all(|id| !visible.contains(id) && !layout.lost.contains(id))
}
