//! Which pieces of a blob are there.

use crate::piece_count;
use std::ops::Range;

/// A set of pieces of one blob, a bit for each.
///
/// Invariant: no bit beyond the last piece is set, and `present` counts those that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    bits: Vec<u64>,
    count: u32,
    present: u32,
}

impl Pieces {
    /// None of the pieces of a blob of `len` bytes, which is within the limit.
    pub fn none(len: u64) -> Self {
        let count = piece_count(len);
        Self { bits: vec![0; count.div_ceil(64) as usize], count, present: 0 }
    }

    /// How many pieces the blob has.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many of them are there.
    pub fn present(&self) -> u32 {
        self.present
    }

    /// Whether all are there.
    pub fn is_complete(&self) -> bool {
        self.present == self.count
    }

    /// Whether piece `at` is there.
    pub fn has(&self, at: u32) -> bool {
        self.bits.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Adds piece `at`, and says whether it was missing. There is nothing to add beyond the last.
    pub fn insert(&mut self, at: u32) -> bool {
        if at >= self.count || self.has(at) {
            return false;
        }
        self.bits[at as usize / 64] |= 1 << (at % 64);
        self.present += 1;
        true
    }

    /// Takes piece `at` away again.
    pub fn remove(&mut self, at: u32) {
        if self.has(at) {
            self.bits[at as usize / 64] &= !(1 << (at % 64));
            self.present -= 1;
        }
    }

    /// What is missing, as ascending ranges that do not touch.
    pub fn missing(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.runs(false)
    }

    /// What is there, as ascending ranges that do not touch.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.runs(true)
    }

    fn runs(&self, present: bool) -> impl Iterator<Item = Range<u32>> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let start = (from..self.count).find(|&at| self.has(at) == present)?;
            from = (start..self.count).find(|&at| self.has(at) != present).unwrap_or(self.count);
            Some(start..from)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::PIECE_BYTES;

    #[test]
    fn ranges_and_what_is_missing_make_up_the_whole() {
        let mut pieces = Pieces::none(130 * PIECE_BYTES as u64);
        for at in [0, 1, 5, 63, 64, 65, 129] {
            assert!(pieces.insert(at));
            assert!(!pieces.insert(at));
        }
        assert!(!pieces.insert(130), "beyond the last");
        assert_eq!(pieces.ranges().collect::<Vec<_>>(), [0..2, 5..6, 63..66, 129..130]);
        assert_eq!(pieces.missing().collect::<Vec<_>>(), [2..5, 6..63, 66..129]);
        pieces.remove(64);
        pieces.remove(64);
        assert_eq!(pieces.present(), 6);
        for at in 0..130 {
            pieces.insert(at);
        }
        assert!(pieces.is_complete());
        assert_eq!(pieces.missing().count(), 0);
    }
}
