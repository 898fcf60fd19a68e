//! Counters of one replica, by ranges: which are in a set, or what is said of them.

use crate::{Seq, SortedMap};
use std::ops::Range;

/// Values on ranges of counters; counters without a value are not stored.
///
/// Invariant: ranges are disjoint, not empty, and neighbours that touch have different values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RangeMap<V> {
    runs: SortedMap<Seq, (Seq, V)>,
}

impl<V> Default for RangeMap<V> {
    fn default() -> Self {
        Self { runs: SortedMap::new() }
    }
}

impl<V: Clone + PartialEq> RangeMap<V> {
    /// A map without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no counter has a value.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The value at `seq`.
    pub fn get(&self, seq: Seq) -> Option<&V> {
        let (_, (end, value)) = self.runs.range(..=seq).next_back()?;
        (seq < *end).then_some(value)
    }

    /// All runs, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Range<Seq>, &V)> {
        self.runs.iter().map(|(&start, (end, value))| (start..*end, value))
    }

    /// `range` cut into runs, those without a value included, ascending and without a gap.
    pub fn cut(&self, range: Range<Seq>) -> Vec<(Range<Seq>, Option<V>)> {
        let mut pieces = Vec::new();
        let mut at = range.start;
        for (run, value) in self.overlapping(range.clone()) {
            if at < run.start {
                pieces.push((at..run.start, None));
            }
            let end = run.end.min(range.end);
            pieces.push((run.start.max(range.start)..end, Some(value.clone())));
            at = end;
        }
        if at < range.end {
            pieces.push((at..range.end, None));
        }
        pieces
    }

    /// Gives every counter of `range` the value that `change` makes of its present one.
    pub fn update(&mut self, range: Range<Seq>, mut change: impl FnMut(Option<&V>) -> Option<V>) {
        if range.is_empty() {
            return;
        }
        let pieces = self.cut(range.clone());
        self.clear(range);
        for (piece, old) in pieces {
            if let Some(value) = change(old.as_ref()) {
                self.put(piece, value);
            }
        }
    }

    /// Sets every counter of `range`, to `None` to take its value away.
    pub fn set(&mut self, range: Range<Seq>, value: Option<V>) {
        self.update(range, |_| value.clone());
    }

    fn overlapping(&self, range: Range<Seq>) -> impl Iterator<Item = (Range<Seq>, &V)> {
        let first = match self.runs.range(..=range.start).next_back() {
            Some((&start, (end, _))) if *end > range.start => start,
            _ => range.start,
        };
        let end = range.end.max(first);
        self.runs.range(first..end).map(|(&start, (end, value))| (start..*end, value))
    }

    fn clear(&mut self, range: Range<Seq>) {
        let hit: Vec<_> = self.overlapping(range.clone()).map(|(run, _)| run).collect();
        for run in hit {
            let Some((_, value)) = self.runs.remove(&run.start) else {
                continue;
            };
            if run.start < range.start {
                self.runs.insert(run.start, (range.start, value.clone()));
            }
            if run.end > range.end {
                self.runs.insert(range.end, (run.end, value));
            }
        }
    }

    /// Puts `value` on a range that has none, joining it with equal neighbours.
    fn put(&mut self, range: Range<Seq>, value: V) {
        let (mut start, mut end) = (range.start, range.end);
        if let Some((&left, (left_end, left_value))) = self.runs.range(..start).next_back()
            && *left_end == start
            && *left_value == value
        {
            start = left;
        }
        if let Some((right_end, right_value)) = self.runs.get(&end)
            && *right_value == value
        {
            let right = end;
            end = *right_end;
            self.runs.remove(&right);
        }
        self.runs.insert(start, (end, value));
    }

    /// Panics where the invariant does not hold.
    pub fn check_invariants(&self) {
        let mut before: Option<(Range<Seq>, &V)> = None;
        for (run, value) in self.iter() {
            assert!(!run.is_empty(), "empty run at {}", run.start);
            if let Some((left, left_value)) = before {
                assert!(left.end <= run.start, "runs overlap at {}", run.start);
                assert!(left.end < run.start || left_value != value, "equal runs touch at {}", run.start);
            }
            before = Some((run, value));
        }
    }
}

/// A set of counters of one replica, by ranges.
pub type RangeSet = RangeMap<()>;

#[cfg(test)]
mod tests {
    use super::*;

    /// Random updates against one value per counter.
    #[test]
    fn agrees_with_an_array() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |n: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % n) as Seq
        };
        for _ in 0..200 {
            let mut map = RangeMap::new();
            let mut array = [None; 40];
            for _ in 0..60 {
                let (a, b) = (next(41), next(41));
                let range = a.min(b)..a.max(b);
                let value = Some(next(3)).filter(|&v| v > 0);
                map.set(range.clone(), value);
                array[range.start as usize..range.end as usize].fill(value);
                map.check_invariants();
                for seq in 0..40 {
                    assert_eq!(map.get(seq).copied(), array[seq as usize]);
                }
                let cut = map.cut(3..37);
                assert_eq!(cut.first().map(|(r, _)| r.start), Some(3));
                assert_eq!(cut.last().map(|(r, _)| r.end), Some(37));
                for (piece, value) in cut {
                    assert!(piece.clone().all(|seq| array[seq as usize] == value));
                }
            }
        }
    }
}
