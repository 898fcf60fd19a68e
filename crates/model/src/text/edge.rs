//! Gaps between elements, and their order.

use super::Text;
use super::tree::{Cursor, Elem, Weight};
use log::{Gap, TextRange};
use std::cmp::Ordering;

/// A gap between two elements, dead or alive: beside one of them, whatever comes on its other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Before everything.
    Start,
    Before(Elem),
    After(Elem),
    /// Behind everything.
    End,
}

/// From one gap to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub start: Edge,
    pub end: Edge,
}

/// A gap as a number that ascends in the order of gaps, as long as the text does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u128);

/// How many leaves come before each: makes numbers of gaps.
pub(super) struct Ranks(Vec<u32>);

/// A gap with the place of its element, so that many others can be compared with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    edge: Edge,
    cursor: Cursor,
}

impl Text {
    /// A range as the text knows it; none where a gap is beside an element that is not of the text, or where
    /// nothing can lie in it.
    pub(super) fn stretch(&self, range: &TextRange) -> Option<Stretch> {
        let stretch = Stretch { start: self.edge(range.start)?, end: self.edge(range.end)? };
        (self.compare(stretch.start, stretch.end) == Ordering::Less).then_some(stretch)
    }

    fn edge(&self, gap: Gap) -> Option<Edge> {
        let here = |id| self.known(id).filter(|&elem| self.find(elem).is_some());
        match gap {
            Gap::After(None) => Some(Edge::Start),
            Gap::Before(None) => Some(Edge::End),
            Gap::Before(Some(id)) => here(id).map(Edge::Before),
            Gap::After(Some(id)) => here(id).map(Edge::After),
        }
    }

    /// The gap as others name it.
    pub(super) fn gap(&self, edge: Edge) -> Gap {
        match edge {
            Edge::Start => Gap::After(None),
            Edge::End => Gap::Before(None),
            Edge::Before(elem) => Gap::Before(Some(self.id(elem))),
            Edge::After(elem) => Gap::After(Some(self.id(elem))),
        }
    }

    /// Which of two gaps comes first.
    pub(super) fn compare(&self, a: Edge, b: Edge) -> Ordering {
        self.compare_with(a, self.spot(b))
    }

    /// How many of `edges`, which ascend, come before a gap or are it.
    pub(super) fn edges_until(&self, count: usize, edges: impl Fn(usize) -> Edge, gap: Edge) -> usize {
        let spot = self.spot(gap);
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            if self.compare_with(edges(middle), spot) == Ordering::Greater {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    pub(super) fn spot(&self, edge: Edge) -> Spot {
        let cursor = match edge {
            Edge::Before(elem) | Edge::After(elem) => self.find(elem).expect("gaps are beside elements of the text"),
            Edge::Start | Edge::End => Cursor { leaf: 0, run: 0, offset: 0 },
        };
        Spot { edge, cursor }
    }

    /// As [`Text::compare`], where one is compared with many.
    pub(super) fn compare_with(&self, a: Edge, b: Spot) -> Ordering {
        match (a, b.edge) {
            (Edge::Start, Edge::Start) | (Edge::End, Edge::End) => Ordering::Equal,
            (Edge::Start, _) | (_, Edge::End) => Ordering::Less,
            (Edge::End, _) | (_, Edge::Start) => Ordering::Greater,
            (Edge::Before(x), Edge::Before(y)) | (Edge::After(x), Edge::After(y)) if x == y => Ordering::Equal,
            (Edge::Before(x), Edge::After(y)) if x == y => Ordering::Less,
            (Edge::After(x), Edge::Before(y)) if x == y => Ordering::Greater,
            (Edge::Before(x) | Edge::After(x), _) => {
                let at = self.find(x).expect("gaps are beside elements of the text");
                if self.tree.precedes(at, b.cursor) { Ordering::Less } else { Ordering::Greater }
            }
        }
    }

    /// How much is visible before a gap, in the order of elements.
    pub(super) fn weight_before(&self, edge: Edge) -> Weight {
        match edge {
            Edge::Start => Weight::default(),
            Edge::End => self.tree.total(&self.buffer),
            Edge::Before(elem) => self.weight_at(self.find(elem).expect("gaps are beside elements of the text")),
            Edge::After(elem) => {
                let at = self.find(elem).expect("gaps are beside elements of the text");
                self.weight_at(Cursor { offset: at.offset + 1, ..at })
            }
        }
    }

    /// How much is visible before a place, in the order of elements.
    pub(super) fn weight_at(&self, cursor: Cursor) -> Weight {
        let before = self.tree.before(cursor.leaf, cursor.run, &self.buffer);
        match self.tree.runs(cursor.leaf).get(cursor.run as usize) {
            Some(run) if run.is_visible() => before.plus(run.head(cursor.offset, &self.buffer)),
            _ => before,
        }
    }

    /// Numbers of gaps. Costs as much as there are leaves.
    pub(super) fn ranks(&self) -> Ranks {
        let mut ranks = Vec::new();
        for (rank, leaf) in self.tree.leaves().enumerate() {
            ranks.resize(ranks.len().max(leaf as usize + 1), 0);
            ranks[leaf as usize] = rank as u32;
        }
        Ranks(ranks)
    }

    /// The number of a gap.
    pub(super) fn key(&self, ranks: &Ranks, edge: Edge) -> Key {
        let (elem, is_behind) = match edge {
            Edge::Start => return Key(0),
            Edge::End => return Key(u128::MAX),
            Edge::Before(elem) => (elem, 0),
            Edge::After(elem) => (elem, 1),
        };
        let Cursor { leaf, run, offset } = self.find(elem).expect("gaps are beside elements of the text");
        let place = u128::from(ranks.0[leaf as usize]) << 64 | u128::from(run) << 32 | u128::from(offset);
        Key((place << 1 | is_behind) + 1)
    }
}
