//! What lies beside what in the order of elements, shown or not, wherever it shows.

use super::Text;
use super::tree::{Elem, Run};
use clock::{Id, Span};
use log::Gap;

impl Text {
    /// The elements before `id`, nearest first, in runs of consecutive ids; none where it is not of this text.
    pub fn elements_before(&self, id: Id) -> impl Iterator<Item = Span> {
        let at = self.known(id).and_then(|elem| Some((elem, self.find(elem)?)));
        at.into_iter().flat_map(move |(elem, at)| {
            let here = self.tree.runs(at.leaf)[..at.run as usize].iter().rev();
            let leaves = std::iter::successors(self.tree.prev_leaf(at.leaf), |&leaf| self.tree.prev_leaf(leaf));
            let far = leaves.flat_map(|leaf| self.tree.runs(leaf).iter().rev());
            let own = self.tree.run(at.leaf, at.run);
            let near = (own.first.seq < elem.seq).then_some((own.first, elem.seq - own.first.seq));
            near.into_iter()
                .chain(here.chain(far).map(|run| (run.first, run.len)))
                .map(|(first, len)| self.span(first, len))
        })
    }

    /// The elements behind `id`, nearest first, in runs of consecutive ids; none where it is not of this text.
    pub fn elements_behind(&self, id: Id) -> impl Iterator<Item = Span> {
        let at = self.known(id).and_then(|elem| Some((elem, self.find(elem)?)));
        at.into_iter().flat_map(move |(elem, at)| {
            let here = self.tree.runs(at.leaf)[at.run as usize + 1..].iter();
            let leaves = std::iter::successors(self.tree.next_leaf(at.leaf), |&leaf| self.tree.next_leaf(leaf));
            let far = leaves.flat_map(|leaf| self.tree.runs(leaf));
            let &Run { first, len, .. } = self.tree.run(at.leaf, at.run);
            let end = first.seq + len;
            let near = (elem.seq + 1 < end).then(|| (elem.plus(1), end - elem.seq - 1));
            near.into_iter()
                .chain(here.chain(far).map(|run| (run.first, run.len)))
                .map(|(first, len)| self.span(first, len))
        })
    }

    fn span(&self, first: Elem, len: u32) -> Span {
        Span::new(self.replicas.name(first.replica), first.seq, first.seq + len)
    }

    /// Whether one gap lies before another, with an element between them.
    pub fn precedes(&self, a: Gap, b: Gap) -> bool {
        // The first element behind a gap, and the last before one.
        match (a, b) {
            (Gap::Before(None), _) | (_, Gap::After(None)) => false,
            (Gap::After(None), Gap::Before(None)) => true,
            (Gap::After(None), Gap::After(Some(b))) => self.known(b).is_some(),
            (Gap::After(None), Gap::Before(Some(b))) => self.elements_before(b).next().is_some(),
            (Gap::Before(Some(a)), Gap::Before(None)) => self.known(a).is_some(),
            (Gap::After(Some(a)), Gap::Before(None)) => self.elements_behind(a).next().is_some(),
            (Gap::Before(Some(a)), Gap::After(Some(b))) => a == b || self.is_before(a, b),
            (Gap::Before(Some(a)), Gap::Before(Some(b))) | (Gap::After(Some(a)), Gap::After(Some(b))) => {
                self.is_before(a, b)
            }
            (Gap::After(Some(a)), Gap::Before(Some(b))) => {
                self.is_before(a, b) && self.elements_behind(a).next().is_some_and(|next| next.first() != b)
            }
        }
    }

    fn is_before(&self, a: Id, b: Id) -> bool {
        let place = |id: Id| self.known(id).and_then(|elem| self.find(elem));
        matches!((place(a), place(b)), (Some(a), Some(b)) if self.tree.precedes(a, b))
    }
}
