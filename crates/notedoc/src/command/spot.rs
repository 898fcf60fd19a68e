//! Blocks of a body, each with what it is like.

use crate::body::{Segment, segments, segments_around};
use crate::look::Look;
use crate::schema::{block_properties, object, properties};
use motet::{ContainerId, Edit, Id, Model, Seq};
use note::fitted_levels;

/// A block where it stands.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The mark that begins it; none for the first block of a body that has none.
    pub mark: Option<Id>,
    /// Where it begins: at its mark, if it has one.
    pub at: Seq,
    /// Where its first character is, or would be.
    pub start: Seq,
    /// Where it ends.
    pub end: Seq,
    /// What it is like.
    pub look: Look,
    /// Whether a table is in it.
    pub has_table: bool,
}

impl Spot {
    fn of(model: &Model, body: ContainerId, segment: &Segment<'_>) -> Self {
        Self {
            mark: segment.mark,
            at: segment.at,
            start: segment.start(),
            end: segment.end(),
            look: Look::read(model, block_properties(body, segment.mark)),
            has_table: segment.runs.iter().any(|run| run.object == Some(object::TABLE)),
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Writes what it is like from now on, as far as that differs.
    pub fn write(&self, edit: &mut Edit<'_>, body: ContainerId) {
        self.look.write(edit, block_properties(body, self.mark));
    }
}

/// The blocks that positions `from` to `to` touch, with levels as stored.
pub fn around(edit: &Edit<'_>, body: ContainerId, from: Seq, to: Seq) -> Vec<Spot> {
    let model = edit.document().model();
    let (from, to) = (from.min(to), from.max(to));
    segments_around(model, body, from, to).iter().map(|segment| Spot::of(model, body, segment)).collect()
}

/// The block at position `at`.
pub fn at(edit: &Edit<'_>, body: ContainerId, at: Seq) -> Option<Spot> {
    around(edit, body, at, at).into_iter().next()
}

/// All blocks of a body, with levels that follow from each other.
pub fn all(edit: &Edit<'_>, body: ContainerId) -> Vec<Spot> {
    let model = edit.document().model();
    let mut spots: Vec<Spot> = Vec::new();
    for segment in segments(model, body) {
        let mut spot = Spot::of(model, body, &segment);
        let before = spots.last().map_or(&[][..], |spot| &spot.look.levels);
        spot.look.levels = fitted_levels(std::mem::take(&mut spot.look.levels), before);
        spots.push(spot);
    }
    spots
}

/// Which of `spots` positions `from` to `to` touch.
pub fn selected(spots: &[Spot], from: Seq, to: Seq) -> std::ops::Range<usize> {
    let (from, to) = (from.min(to), from.max(to));
    let first = spots.iter().rposition(|spot| spot.start <= from).unwrap_or(0);
    let end = spots.iter().position(|spot| spot.start > to).unwrap_or(spots.len());
    first..end.max(first + 1).min(spots.len())
}

/// Gives the first block of `body` a mark of its own, where it has none, so that something can come before it.
pub(crate) fn own_first_mark(edit: &mut Edit<'_>, body: ContainerId) -> Option<Id> {
    let look = Look::read(edit.document().model(), block_properties(body, None));
    let mark = edit.split(body, 0);
    look.write(edit, properties(mark));
    Some(mark)
}
