//! Where the elements of a text show, by definition.

use crate::Naive;
use crate::marks::covered;
use crate::state::InEffect;
use clock::{Id, Lamport};
use log::{ContainerId, Op, TextRange};
use std::collections::{BTreeMap, BTreeSet};

/// An active move: when it was made, its slot, and what it covers.
type Move<'a> = ((Lamport, Id), &'a [TextRange]);

/// A text's elements, dead and alive, slots among them, as they lie and as they show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// As they lie.
    pub order: Vec<Id>,
    /// The slot that each one shows at, where it follows a move.
    pub follows: BTreeMap<Id, Id>,
    /// What shows at each slot, in order.
    at: BTreeMap<Id, Vec<Id>>,
    /// The moves that lose.
    pub lost: BTreeSet<Id>,
}

impl Layout {
    /// The elements as they show.
    pub fn shown(&self) -> Vec<Id> {
        let mut shown = Vec::new();
        let mut todo: Vec<Id> = self.order.iter().copied().filter(|id| !self.follows.contains_key(id)).collect();
        todo.reverse();
        while let Some(id) = todo.pop() {
            shown.push(id);
            todo.extend(self.at.get(&id).into_iter().flatten().rev());
        }
        assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), self.order.len(), "each shows once");
        assert_eq!(shown.len(), self.order.len(), "each shows once");
        shown
    }
}

impl Naive {
    /// Where the elements of a text lie and show.
    pub(crate) fn layout(&self, container: ContainerId, active: &InEffect) -> Layout {
        let order = self.order(container);
        let mut moves = self.text_moves(container, active);
        let mut lost = BTreeSet::new();
        loop {
            let follows = follows(&order, &moves);
            let losers = losers(&moves, &follows);
            if losers.is_empty() {
                let at = moves.iter().map(|part| (part.0.1, at_slot(&order, &follows, part))).collect();
                return Layout { order, follows, at, lost };
            }
            moves.retain(|((_, slot), _)| !losers.contains(slot));
            lost.extend(losers);
        }
    }

    /// The active moves of a text, the latest last.
    fn text_moves(&self, container: ContainerId, active: &InEffect) -> Vec<Move<'_>> {
        let elements = self.elements().into_iter().filter(|element| active.contains(&element.id));
        let moves = elements.filter_map(|element| match element.op {
            Op::TextMove { container: of, ranges, .. } if *of == container => {
                Some((self.time(element.id, active)?, ranges.as_slice()))
            }
            _ => None,
        });
        let mut moves: Vec<Move<'_>> = moves.collect();
        moves.sort_by_key(|&(time, _)| time);
        moves
    }
}

/// The slot of the latest move that covers each element.
fn follows(order: &[Id], moves: &[Move<'_>]) -> BTreeMap<Id, Id> {
    let mut follows = BTreeMap::new();
    for ((_, slot), ranges) in moves {
        let covered = ranges.iter().flat_map(|range| covered(order, range));
        follows.extend(covered.map(|&id| (id, *slot)));
    }
    follows
}

/// What follows a move, range by range, each once.
fn at_slot(order: &[Id], follows: &BTreeMap<Id, Id>, ((_, slot), ranges): &Move<'_>) -> Vec<Id> {
    let mut ids = Vec::new();
    for &id in ranges.iter().flat_map(|range| covered(order, range)) {
        if follows[&id] == *slot && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The slot of the youngest move of each circle.
fn losers(moves: &[Move<'_>], follows: &BTreeMap<Id, Id>) -> BTreeSet<Id> {
    let circles = moves.iter().filter_map(|((_, slot), _)| circle(follows, *slot));
    let youngest = |circle: Vec<Id>| moves.iter().rev().map(|((_, slot), _)| *slot).find(|slot| circle.contains(slot));
    circles.filter_map(youngest).collect()
}

/// The slots of the circle that a slot is in.
fn circle(follows: &BTreeMap<Id, Id>, slot: Id) -> Option<Vec<Id>> {
    let mut circle = vec![slot];
    loop {
        match *follows.get(circle.last()?)? {
            next if next == slot => return Some(circle),
            next if circle.contains(&next) => return None,
            next => circle.push(next),
        }
    }
}
