//! What two sequences have in common, in order, in near-linear time whatever they are.
//!
//! Equal ends are taken off; what occurs once in both is an anchor (patience, after Bram Cohen), and what lies between
//! anchors is looked at alike. Only what is short is left to Myers' algorithm, whose time grows with the square of what
//! differs.

use crate::diff::order::ascending;
use crate::limits::MYERS_LEN_MAX;
use imara_diff::{Algorithm, Diff, InternedInput, Token};
use std::hash::Hash;
use std::ops::Range;

/// What was replaced by what.
pub(crate) type Hunk = (Range<usize>, Range<usize>);

/// The replacements that lead from one sequence to another, ascending and disjoint.
pub(crate) fn hunks<T: Hash + Eq + Clone + Default>(before: &[T], after: &[T]) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(before.iter().cloned());
    input.update_after(after.iter().cloned());
    let tokens = input.interner.num_tokens() as usize;
    let mut finder = Finder { before: &input.before, after: &input.after, places: vec![Place::default(); tokens] };
    let mut found = Vec::new();
    // The next part to look at is the last.
    let mut work = vec![(0..before.len(), 0..after.len())];
    while let Some((left, right)) = work.pop() {
        let (left, right) = finder.trimmed(left, right);
        if left.is_empty() && right.is_empty() {
            continue;
        }
        if left.is_empty() || right.is_empty() {
            found.push((left, right));
        } else if left.len() + right.len() <= MYERS_LEN_MAX {
            finder.short(left, right, &mut found);
        } else {
            let anchors = finder.anchors(&left, &right);
            if anchors.is_empty() {
                found.push((left, right));
                continue;
            }
            let ends = anchors.iter().map(|&(a, b)| (a + 1, b + 1));
            let starts = [(left.start, right.start)].into_iter().chain(ends);
            let stops = anchors.iter().copied().chain([(left.end, right.end)]);
            let gaps: Vec<Hunk> = starts.zip(stops).map(|((a, b), (c, d))| (a..c, b..d)).collect();
            work.extend(gaps.into_iter().rev());
        }
    }
    found
}

/// How often something occurs in the parts that are looked at, and where.
#[derive(Clone, Copy, Default)]
struct Place {
    left: u32,
    right: u32,
    at: u32,
}

struct Finder<'a> {
    before: &'a [Token],
    after: &'a [Token],
    /// By token; all zero between two searches.
    places: Vec<Place>,
}

impl Finder<'_> {
    fn trimmed(&self, left: Range<usize>, right: Range<usize>) -> Hunk {
        let (one, two) = (&self.before[left.clone()], &self.after[right.clone()]);
        let start = one.iter().zip(two).take_while(|(a, b)| a == b).count();
        let end = one[start..].iter().rev().zip(two[start..].iter().rev()).take_while(|(a, b)| a == b).count();
        (left.start + start..left.end - end, right.start + start..right.end - end)
    }

    /// What occurs once in both parts, as much of it as is in one order.
    fn anchors(&mut self, left: &Range<usize>, right: &Range<usize>) -> Vec<(usize, usize)> {
        for at in right.clone() {
            let place = &mut self.places[self.after[at].0 as usize];
            (place.right, place.at) = (place.right + 1, at as u32);
        }
        for at in left.clone() {
            self.places[self.before[at].0 as usize].left += 1;
        }
        let pair = |at: usize| {
            let place = self.places[self.before[at].0 as usize];
            (place.left == 1 && place.right == 1).then_some((at, place.at as usize))
        };
        let pairs: Vec<(usize, usize)> = left.clone().filter_map(pair).collect();
        left.clone().for_each(|at| self.places[self.before[at].0 as usize] = Place::default());
        right.clone().for_each(|at| self.places[self.after[at].0 as usize] = Place::default());
        let others: Vec<usize> = pairs.iter().map(|pair| pair.1).collect();
        ascending(&others).into_iter().map(|at| pairs[at]).collect()
    }

    fn short(&self, left: Range<usize>, right: Range<usize>, found: &mut Vec<Hunk>) {
        let mut input = InternedInput::default();
        input.update_before(self.before[left.clone()].iter().map(|token| token.0));
        input.update_after(self.after[right.clone()].iter().map(|token| token.0));
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_no_heuristic(&input);
        let shifted = |by: usize, range: Range<u32>| by + range.start as usize..by + range.end as usize;
        found.extend(diff.hunks().map(|hunk| (shifted(left.start, hunk.before), shifted(right.start, hunk.after))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &[u64], after: &[u64]) {
        let mut now = before.to_vec();
        for (gone, new) in hunks(before, after).into_iter().rev() {
            now.splice(gone, after[new].iter().copied());
        }
        assert!(now == after);
    }

    #[test]
    fn hunks_lead_from_one_to_the_other() {
        for (len, kinds) in [(0, 1), (5, 3), (700, 50), (3_000, 2), (3_000, 700), (3_000, 100_000)] {
            let list = |step: u64| -> Vec<u64> { (0..len).map(|at| (at * step + at / 7) % kinds).collect() };
            check(&list(1), &list(1));
            check(&list(1), &list(3));
            check(&list(5), &[&list(5)[..], &[kinds], &list(1)[..]].concat());
        }
    }

    #[test]
    fn what_did_not_change_is_found() {
        let before: Vec<u64> = (0..10_000).collect();
        let mut after = before.clone();
        after.splice(7_000..7_002, [1, 2, 3]);
        after.remove(100);
        assert_eq!(hunks(&before, &after), [(100..101, 100..100), (7_000..7_002, 6_999..7_002)]);
    }
}
