//! Saying what shows elsewhere, in few steps.

use super::arrange::Arrangement;
use super::*;
use crate::text::heaviest;

impl Text {
    /// Says in `patch` how pieces came into another order: what keeps its order, as much as can be, stays; the rest goes
    /// and comes again.
    pub(super) fn say_moved(&self, all: &Arrangement, patch: &mut TextPatch) {
        let Arrangement { weights, before, shown: after, .. } = all;
        let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
        let tail = before[head..].iter().rev().zip(after[head..].iter().rev()).take_while(|(a, b)| a == b).count();
        let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
        if old.is_empty() {
            return;
        }
        let stays = staying(weights, old, new);
        let len = |piece: u32| weights[piece as usize].utf16;
        let start: u32 = before[..head].iter().map(|&piece| len(piece)).sum();
        let mut end = start + old.iter().map(|&piece| len(piece)).sum::<u32>();
        for &piece in old.iter().rev() {
            end -= len(piece);
            if !stays[piece as usize] {
                patch.splice(end, len(piece), "");
            }
        }
        let mut at = start;
        for &piece in new {
            if !stays[piece as usize] {
                let Piece { start, .. } = all.pieces[piece as usize];
                patch.splice(at, 0, &self.base_slice(self.weight_before(start).chars, weights[piece as usize].chars));
            }
            at += len(piece);
        }
    }

    /// Says in `patch` that rows of pieces, each the first and the last of one, are about to show right behind another
    /// piece. Where they show as one, and less lies between, it is that which goes and comes again.
    pub(super) fn say_taken(&self, home: u32, rows: &[(u32, u32)], patch: &mut TextPatch) {
        let to = self.moves.shown_behind(home);
        let mut ranges: Vec<Range<Weight>> = Vec::new();
        for &(first, last) in rows {
            let range = self.moves.shown.before(first)..self.moves.shown_behind(last);
            match ranges.last_mut() {
                _ if range.is_empty() => {}
                Some(before) if before.end == range.start => before.end = range.end,
                _ => ranges.push(range),
            }
        }
        let [whole] = &ranges[..] else { return self.say_shown_at(to, &ranges, patch) };
        let (between, other) = match to {
            _ if to <= whole.start => (to..whole.start, whole.end),
            _ if to >= whole.end => (whole.end..to, whole.start),
            _ => return,
        };
        if between.end.utf16 - between.start.utf16 < whole.end.utf16 - whole.start.utf16 {
            self.say_shown_at(other, &[between], patch);
        } else {
            self.say_shown_at(to, &ranges, patch);
        }
    }

    /// Says that what shows in `ranges`, none of which holds `to`, comes to show there.
    fn say_shown_at(&self, to: Weight, ranges: &[Range<Weight>], patch: &mut TextPatch) {
        let text = |range: &Range<Weight>| self.slice(range.start.chars, range.end.chars - range.start.chars);
        let text: String = ranges.iter().map(text).collect();
        if text.is_empty() {
            return;
        }
        let mut places: Vec<Range<u32>> = ranges.iter().map(|range| range.start.utf16..range.end.utf16).collect();
        places.sort_unstable_by_key(|place| std::cmp::Reverse(place.start));
        let mut to = to.utf16;
        for place in places {
            let len = place.end - place.start;
            patch.splice(place.start, len, "");
            to -= if place.start < to { len } else { 0 };
        }
        patch.splice(to, 0, &text);
    }
}

impl Moves {
    /// How much shows up to the end of a piece.
    fn shown_behind(&self, piece: u32) -> Weight {
        self.shown.before(piece).plus(self.shown.weight(piece))
    }
}

/// Which pieces stay. By piece.
fn staying(weights: &[Weight], old: &[u32], new: &[u32]) -> Vec<bool> {
    let mut place = vec![None; weights.len()];
    old.iter().zip(1..).for_each(|(&piece, at)| place[piece as usize] = Some(at));
    let things: Vec<_> =
        new.iter().map(|&piece| (place[piece as usize], u64::from(weights[piece as usize].utf16))).collect();
    let mut stays = vec![false; weights.len()];
    for (&piece, stay) in new.iter().zip(heaviest::staying(&things, old.len())) {
        stays[piece as usize] = stay;
    }
    stays
}
