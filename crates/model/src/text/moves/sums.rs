//! Sums of weights up to any one of many, of which each may change.

use crate::text::tree::{Unit, Weight};

/// Weights by number, with the sums of what is before (Fenwick, "A new data structure for cumulative frequency
/// tables", 1994).
#[derive(Clone, Debug, Default)]
pub(super) struct Sums(Vec<Weight>);

impl Sums {
    pub fn of(weights: impl Iterator<Item = Weight>) -> Self {
        let mut sums: Vec<Weight> = weights.collect();
        for at in 0..sums.len() {
            let above = at | (at + 1);
            if above < sums.len() {
                sums[above] = sums[above].plus(sums[at]);
            }
        }
        Self(sums)
    }

    /// Adds to a weight.
    pub fn add(&mut self, mut at: usize, more: Weight) {
        while let Some(sum) = self.0.get_mut(at) {
            *sum = sum.plus(more);
            at |= at + 1;
        }
    }

    /// The sum of all weights before that of a number.
    pub fn before(&self, mut at: usize) -> Weight {
        let mut sum = Weight::default();
        while at > 0 {
            sum = sum.plus(self.0[at - 1]);
            at &= at - 1;
        }
        sum
    }

    /// The number within whose weight `place` is, and how far; none at the end or beyond.
    pub fn find(&self, place: u32, unit: Unit) -> Option<(usize, u32)> {
        let (mut at, mut left) = (0, place);
        let mut step = self.0.len().checked_ilog2().map_or(0, |log| 1 << log);
        while step > 0 {
            if let Some(sum) = self.0.get(at + step - 1).map(|sum| unit.of(sum)).filter(|&sum| sum <= left) {
                at += step;
                left -= sum;
            }
            step >>= 1;
        }
        (at < self.0.len()).then_some((at, left))
    }
}
