//! Saying what shows elsewhere, in few steps.

use super::*;
use crate::text::heaviest::Heaviest;

impl Text {
    /// Says in `patch` how the pieces came from the order `before` into theirs: what keeps its order, as much as can
    /// be, stays; the rest goes and comes again.
    pub(super) fn say_moved(&self, before: &[u32], patch: &mut TextPatch) {
        let after = &self.moves.shown;
        let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
        let tail = before[head..].iter().rev().zip(after[head..].iter().rev()).take_while(|(a, b)| a == b).count();
        let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
        if old.is_empty() {
            return;
        }
        let stays = self.staying(old, new);
        let len = |piece: u32| self.moves.pieces[piece as usize].weight.utf16;
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
                patch.splice(at, 0, &self.read_piece(piece));
            }
            at += len(piece);
        }
    }

    fn read_piece(&self, piece: u32) -> String {
        let piece = piece as usize;
        self.base_slice(self.moves.layout.base(piece).chars, self.moves.pieces[piece].weight.chars)
    }

    /// Which pieces stay: the heaviest row of them that is in both orders. By piece.
    fn staying(&self, old: &[u32], new: &[u32]) -> Vec<bool> {
        let mut place = vec![0_u32; self.moves.pieces.len()];
        old.iter().zip(1..).for_each(|(&piece, at)| place[piece as usize] = at);
        let mut best = Heaviest::new(old.len());
        // The piece before each in the heaviest row that ends with it.
        let mut behind = vec![u32::MAX; self.moves.pieces.len()];
        for &piece in new {
            let (weight, last) = best.until(place[piece as usize] - 1);
            behind[piece as usize] = last;
            let weight = weight + u64::from(self.moves.pieces[piece as usize].weight.utf16);
            best.add(place[piece as usize], (weight, piece));
        }
        let mut stays = vec![false; self.moves.pieces.len()];
        let mut at = best.until(old.len() as u32).1;
        while at != u32::MAX {
            stays[at as usize] = true;
            at = behind[at as usize];
        }
        stays
    }
}
