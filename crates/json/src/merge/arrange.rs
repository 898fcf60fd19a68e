//! The order of what is left of two lists with a common past.
//!
//! The *skeleton* is what neither side moved, in the order of the base; what was removed stays in it as a mark. All that
//! a side put somewhere, new or moved, hangs behind the last part of the skeleton before it in that side's list. Two
//! runs behind one mark are written one after the other, never mixed, except that what is in both stands once and keeps
//! both together.

use super::{BASE, OURS, THEIRS};
use crate::diff::order::ascending;
use std::cmp::Ordering;

/// Where something stands in the base, in ours, in theirs.
pub(super) type Positions = [Option<usize>; 3];

/// The order of what is alive, and what both sides put elsewhere, each at another place.
///
/// Where sides differ about one thing, `first` decides; which of two runs comes first, `compare` decides, and `first`
/// where it does not.
pub(super) fn arrange(
    positions: &[Positions],
    is_alive: &[bool],
    first: usize,
    compare: impl Fn(&[usize], &[usize]) -> Ordering,
) -> (Vec<usize>, Vec<usize>) {
    let moved = [OURS, THEIRS].map(|side| moved(positions, side));
    let is_moved = |at: usize, side: usize| moved[side - 1][at];
    let is_fixed = |at: usize| positions[at][BASE].is_some() && !is_moved(at, OURS) && !is_moved(at, THEIRS);
    let mut skeleton: Vec<usize> = (0..positions.len()).filter(|&at| is_fixed(at)).collect();
    skeleton.sort_unstable_by_key(|&at| (positions[at][BASE], at));
    let mut ranks = vec![None; positions.len()];
    skeleton.iter().enumerate().for_each(|(rank, &at)| ranks[at] = Some(rank + 1));
    let places =
        |at: usize, side: usize| positions[at][side].is_some() && (positions[at][BASE].is_none() || is_moved(at, side));
    if !(0..positions.len()).any(|at| places(at, OURS) || places(at, THEIRS)) {
        skeleton.retain(|&at| is_alive[at]);
        return (skeleton, Vec::new());
    }
    let gaps = [OURS, THEIRS].map(|side| gaps(positions, &ranks, skeleton.len(), side));
    let (mut runs, mut disputed) = (vec![[const { Vec::new() }; 2]; skeleton.len() + 1], Vec::new());
    for side in [OURS, THEIRS] {
        let (mine, other) = (&gaps[side - 1], OURS + THEIRS - side);
        let mut rank = 0;
        for at in in_order(positions, side).into_iter().filter(|&at| places(at, side)) {
            // What stands before it in this list stays before it.
            rank = mine[at].start.max(rank);
            if places(at, other) {
                let theirs = &gaps[other - 1][at];
                // Marks that one side has no longer do not make two places of one.
                let is_disputed = mine[at].start.max(theirs.start) > mine[at].last.min(theirs.last);
                if is_disputed && side != first {
                    continue;
                }
                if is_disputed {
                    disputed.push(at);
                } else {
                    rank = rank.max(theirs.start);
                }
            }
            runs[rank][side - 1].push(at);
        }
    }
    let mut order = Vec::with_capacity(positions.len());
    for (rank, [ours, theirs]) in runs.iter().enumerate() {
        order.extend(rank.checked_sub(1).map(|rank| skeleton[rank]));
        match first {
            OURS => woven(ours, theirs, &compare, &mut order),
            _ => woven(theirs, ours, &compare, &mut order),
        }
    }
    order.retain(|&at| is_alive[at]);
    disputed.retain(|&at| is_alive[at]);
    (order, disputed)
}

/// What is at a position in a side, in order.
fn in_order(positions: &[Positions], side: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..positions.len()).filter(|&at| positions[at][side].is_some()).collect();
    order.sort_unstable_by_key(|&at| (positions[at][side], at));
    order
}

/// Which of the things that the base has a side put elsewhere.
fn moved(positions: &[Positions], side: usize) -> Vec<bool> {
    let mut common = in_order(positions, side);
    common.retain(|&at| positions[at][BASE].is_some());
    let mut is_moved = vec![false; positions.len()];
    common.iter().for_each(|&at| is_moved[at] = true);
    let bases: Vec<Option<usize>> = common.iter().map(|&at| positions[at][BASE]).collect();
    ascending(&bases).into_iter().for_each(|at| is_moved[common[at]] = false);
    is_moved
}

/// Between which parts of the skeleton something stands: behind those with the ranks from `start` to `last`, 0 being the
/// start of the list. More than one where the others are not in that list.
#[derive(Clone, Copy, Default)]
struct Gap {
    start: usize,
    last: usize,
}

/// The gap of everything in a side's list.
fn gaps(positions: &[Positions], ranks: &[Option<usize>], rank_max: usize, side: usize) -> Vec<Gap> {
    let mut gaps = vec![Gap::default(); positions.len()];
    let list = in_order(positions, side);
    let mut start = 0;
    for &at in &list {
        gaps[at].start = start;
        start = ranks[at].unwrap_or(start);
    }
    let mut last = rank_max;
    for &at in list.iter().rev() {
        gaps[at].last = last;
        last = ranks[at].map_or(last, |rank| rank - 1);
    }
    gaps
}

/// Two runs as one: cut where both have the same thing, and written piece by piece, the lesser first.
fn woven(one: &[usize], two: &[usize], compare: &impl Fn(&[usize], &[usize]) -> Ordering, order: &mut Vec<usize>) {
    if one.is_empty() || two.is_empty() {
        return order.extend(one.iter().chain(two));
    }
    let mut places: Vec<(usize, usize)> = two.iter().enumerate().map(|(place, &at)| (at, place)).collect();
    places.sort_unstable();
    let place = |at: usize| places.binary_search_by_key(&at, |pair| pair.0).ok().map(|index| places[index].1);
    let shared: Vec<(usize, usize)> = one.iter().enumerate().filter_map(|(a, &at)| Some((a, place(at)?))).collect();
    let others: Vec<usize> = shared.iter().map(|pair| pair.1).collect();
    let cuts = ascending(&others).into_iter().map(|at| shared[at]);
    let mut both: Vec<usize> = shared.iter().map(|&(a, _)| one[a]).collect();
    both.sort_unstable();
    let (mut a, mut b) = (0, 0);
    for (next_a, next_b) in cuts.chain([(one.len(), two.len())]) {
        let left = &one[a..next_a];
        // What both have, in another order, stands where the first run has it.
        let right: Vec<usize> = two[b..next_b].iter().copied().filter(|at| both.binary_search(at).is_err()).collect();
        let (lesser, greater) = if compare(left, &right).is_gt() { (&right[..], left) } else { (left, &right[..]) };
        order.extend(lesser.iter().chain(greater));
        order.extend(one.get(next_a));
        (a, b) = (next_a + 1, next_b + 1);
    }
}
