//! Commands on sections: a heading, and what is below it.

use super::spot::{self, Spot, all, own_first_mark, selected};
use crate::body::segments;
use crate::look::Style;
use motet::{ContainerId, Edit, Id, Model, Seq};

/// A heading, as an outline shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The mark that begins it; none for the first block of a body that has none.
    pub mark: Option<Id>,
    /// 1 to 6.
    pub rank: u8,
    /// Where what it says begins.
    pub at: Seq,
    /// Where its section ends: before the next heading of its rank or above.
    pub end: Seq,
    /// What it says, without objects.
    pub text: String,
}

/// The headings of a body.
pub fn outline(model: &Model, body: ContainerId) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut end = 0;
    for segment in segments(model, body) {
        let look = crate::look::Look::read(model, crate::schema::block_properties(body, segment.mark));
        end = segment.end();
        let Style::Heading(rank) = look.style else { continue };
        while let Some(&last) = open.last().filter(|&&last| headings[last].rank >= rank) {
            headings[last].end = segment.at;
            open.pop();
        }
        let text = segment.runs.iter().filter(|run| run.object.is_none()).map(|run| run.text).collect();
        open.push(headings.len());
        headings.push(Heading { mark: segment.mark, rank, at: segment.start(), end: segment.at, text });
    }
    open.into_iter().for_each(|last| headings[last].end = end);
    headings
}

/// The section that the heading at position `at` begins.
fn section(edit: &Edit<'_>, body: ContainerId, at: Seq) -> Option<Heading> {
    let start = spot::at(edit, body, at)?.start;
    outline(edit.document().model(), body).into_iter().find(|heading| heading.at == start)
}

/// Moves the blocks that positions `from` to `to` touch before the block at position `before`, or to the end. `false`
/// where they are there. What others write in them meanwhile goes along.
pub fn move_blocks(edit: &mut Edit<'_>, body: ContainerId, from: Seq, to: Seq, before: Option<Seq>) -> bool {
    let mut spots = all(edit, body);
    let (moved, target) = (selected(&spots, from, to), before.map(|at| selected(&spots, at, at).start));
    let target = target.unwrap_or(spots.len());
    if (moved.start..=moved.end).contains(&target) {
        return false;
    }
    let has_mark = spots.first().is_some_and(|spot| spot.mark.is_some());
    if !has_mark && (moved.start == 0 || target == 0) {
        own_first_mark(edit, body);
        spots = all(edit, body);
    }
    let end = spots.last().map_or(0, |spot| spot.end);
    let start = |at: usize| spots.get(at).map_or(end, |spot| spot.at);
    edit.move_text(body, (start(moved.start), start(moved.end) - start(moved.start)), start(target))
}

/// Moves the section that the heading at position `at` begins before the block at position `before`, or to the end.
pub fn move_section(edit: &mut Edit<'_>, body: ContainerId, at: Seq, before: Option<Seq>) -> bool {
    let Some(section) = section(edit, body, at) else { return false };
    move_blocks(edit, body, section.at, section.end, before)
}

/// Raises the rank of the heading at position `at` and of all headings in its section by so much; lowers it where that
/// is negative. `false` where one of them could not have such a rank, or there is no heading.
pub fn promote(edit: &mut Edit<'_>, body: ContainerId, at: Seq, by: i8) -> bool {
    let Some(section) = section(edit, body, at) else { return false };
    let rank = |spot: &Spot| match spot.look.style {
        Style::Heading(rank) => (rank as i8).checked_sub(by),
        _ => None,
    };
    let is_within = |spot: &Spot| (section.at..=section.end).contains(&spot.start);
    let spots: Vec<(Spot, i8)> =
        all(edit, body).into_iter().filter(is_within).filter_map(|spot| rank(&spot).map(|rank| (spot, rank))).collect();
    if by == 0 || !spots.iter().all(|(_, rank)| (1..=6).contains(rank)) {
        return false;
    }
    for (mut spot, rank) in spots {
        spot.look.style = Style::Heading(rank as u8);
        spot.write(edit, body);
    }
    true
}
