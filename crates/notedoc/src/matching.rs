//! What of a row of things is still there in another.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// The parts in which two rows differ, ascending.
pub fn hunks<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<(Range<usize>, Range<usize>)> {
    if old.is_empty() || new.is_empty() {
        return if old.len() == new.len() { Vec::new() } else { vec![(0..old.len(), 0..new.len())] };
    }
    let mut input = imara_diff::InternedInput {
        before: Vec::new(),
        after: Vec::new(),
        interner: imara_diff::Interner::new(old.len() + new.len()),
    };
    input.update_before(old.iter());
    input.update_after(new.iter());
    let mut diff = imara_diff::Diff::compute(imara_diff::Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| (range(hunk.before), range(hunk.after))).collect()
}

/// For each of `new` which of `old` is equal to it, if one is: in order where that can be, and wherever it is where
/// `may_move`.
pub fn equals<T: Eq + Hash>(old: &[T], new: &[T], may_move: impl Fn(&T) -> bool) -> Vec<Option<usize>> {
    let mut found = vec![None; new.len()];
    let (mut from, mut at) = (0, 0);
    let end = (old.len()..old.len(), new.len()..new.len());
    for (before, after) in hunks(old, new).into_iter().chain([end]) {
        found[at..after.start].iter_mut().zip(from..before.start).for_each(|(found, old)| *found = Some(old));
        (from, at) = (before.end, after.end);
    }
    let mut is_free = vec![true; old.len()];
    found.iter().flatten().for_each(|&at: &usize| is_free[at] = false);
    let mut free: HashMap<&T, Vec<usize>> = HashMap::new();
    for at in (0..old.len()).rev().filter(|&at| is_free[at] && may_move(&old[at])) {
        free.entry(&old[at]).or_default().push(at);
    }
    for (found, new) in found.iter_mut().zip(new).filter(|(found, _)| found.is_none()) {
        *found = free.get_mut(new).and_then(Vec::pop);
    }
    found
}

/// As [`equals`], and what is left between two that stay is the same, changed, as far as there is as much of it.
pub fn pairs<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Option<usize>> {
    let mut found = equals(old, new, |_| true);
    let mut is_free = vec![true; old.len()];
    found.iter().flatten().for_each(|&at| is_free[at] = false);
    let stays = staying(&found);
    let mut from = 0;
    for at in 0..found.len() {
        if let Some(old) = found[at] {
            from = if stays[at] { old + 1 } else { from };
        } else if from < old.len() && is_free[from] {
            (found[at], from) = (Some(from), from + 1);
        }
    }
    found
}

/// Which of those found need not move: as many as can be.
pub fn staying(found: &[Option<usize>]) -> Vec<bool> {
    // The last of the best row of each length, and who comes before each (Fredman 1975).
    let mut tails: Vec<usize> = Vec::new();
    let mut before = vec![None; found.len()];
    for (at, old) in found.iter().enumerate().filter_map(|(at, old)| Some((at, (*old)?))) {
        let len = tails.partition_point(|&tail| found[tail] < Some(old));
        before[at] = len.checked_sub(1).map(|last| tails[last]);
        tails.truncate(len.max(tails.len()));
        match tails.get_mut(len) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut stays = vec![false; found.len()];
    let mut next = tails.last().copied();
    while let Some(at) = next {
        stays[at] = true;
        next = before[at];
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_found_and_as_much_as_can_be_stays() {
        let found = equals(&["a", "b", "c", "d"], &["d", "a", "x", "c"], |_| true);
        assert_eq!(found, [Some(3), Some(0), None, Some(2)]);
        assert_eq!(staying(&found), [false, true, false, true]);
        assert_eq!(pairs(&["a", "b", "c", "d"], &["d", "a", "x", "c"]), [Some(3), Some(0), Some(1), Some(2)]);
        assert_eq!(equals(&["a", "b"], &["b", "a"], |_| false).iter().flatten().count(), 1);
        assert_eq!(hunks::<u8>(&[], &[]), []);
        assert_eq!(hunks(&[1], &[]), [(0..1, 0..0)]);
    }
}
