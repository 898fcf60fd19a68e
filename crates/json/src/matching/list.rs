//! Which item is which where nothing but content identifies them.

use super::join;
use super::similar::{Features, similarity};
use crate::common::hunks;
use crate::content::Content;
use crate::limits::{GAP_PAIRS_MAX, POSTINGS_MAX, SIMILAR_MIN};
use crate::tree::NodeId;
use std::ops::Range;

/// What becomes of items that are not equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Similar ones are the same; then, where as many went as came at a place, those are the same in order.
    Placed,
    /// Only similar ones are the same.
    Similar,
}

type Side<'a> = (&'a Content<'a>, &'a [NodeId]);

/// Pairs items that are equal, wherever they stand, the first with the first and so on.
pub(crate) fn equal(
    base: &Content<'_>,
    items: &[NodeId],
    other: &Content<'_>,
    others: &[NodeId],
) -> Vec<(NodeId, NodeId)> {
    let sorted = |content: &Content<'_>, items: &[NodeId]| {
        let mut keys: Vec<(u64, NodeId)> = items.iter().map(|&id| (content.digest(id), id)).collect();
        keys.sort_unstable();
        keys
    };
    let (left, right) = (sorted(base, items), sorted(other, others));
    join(&left, &right, |pair| pair.0, |pair| pair.0).into_iter().map(|(a, b)| (a.1, b.1)).collect()
}

/// Pairs the items of two lists.
pub(crate) fn pairs(base: Side<'_>, other: Side<'_>, rest: Rest) -> Vec<(NodeId, NodeId)> {
    if base.1.is_empty() || other.1.is_empty() {
        return Vec::new();
    }
    let mut lists = Lists { base, other, left: vec![None; base.1.len()], right: vec![false; other.1.len()] };
    let gaps = lists.common();
    lists.moved();
    for (left, right) in gaps {
        lists.gap(left, right, rest);
    }
    let paired = lists.left.iter().enumerate().filter_map(|(at, to)| Some((base.1[at], other.1[(*to)?])));
    paired.collect()
}

struct Lists<'a> {
    base: Side<'a>,
    other: Side<'a>,
    /// What each item of the base is paired with.
    left: Vec<Option<usize>>,
    /// Which others are paired.
    right: Vec<bool>,
}

impl Lists<'_> {
    fn set(&mut self, left: usize, right: usize) {
        self.left[left] = Some(right);
        self.right[right] = true;
    }

    /// Pairs a longest common subsequence; returns what lies between.
    fn common(&mut self) -> Vec<(Range<usize>, Range<usize>)> {
        let ((base, items), (other, others)) = (self.base, self.other);
        let is_equal = |pair: &(&NodeId, &NodeId)| base.digest(*pair.0) == other.digest(*pair.1);
        let start = items.iter().zip(others).take_while(is_equal).count();
        let end = items[start..].iter().rev().zip(others[start..].iter().rev()).take_while(is_equal).count();
        let (last, other_last) = (items.len() - end, others.len() - end);
        (0..start).for_each(|at| self.set(at, at));
        (0..end).for_each(|at| self.set(last + at, other_last + at));
        let digests = |content: &Content<'_>, items: &[NodeId]| -> Vec<u64> {
            items.iter().map(|&id| content.digest(id)).collect()
        };
        let found = hunks(&digests(base, &items[start..last]), &digests(other, &others[start..other_last]));
        let shifted = |range: Range<usize>| start + range.start..start + range.end;
        let gaps: Vec<_> = found.into_iter().map(|(gone, new)| (shifted(gone), shifted(new))).collect();
        let (mut left, mut right) = (start, start);
        for (gone, new) in gaps.iter().chain([&(last..last, other_last..other_last)]) {
            (left..gone.start).zip(right..new.start).for_each(|(left, right)| self.set(left, right));
            (left, right) = (gone.end, new.end);
        }
        gaps
    }

    /// Pairs what is left over and equal.
    fn moved(&mut self) {
        let left: Vec<usize> = (0..self.left.len()).filter(|&at| self.left[at].is_none()).collect();
        let right: Vec<usize> = (0..self.right.len()).filter(|&at| !self.right[at]).collect();
        let sorted = |(content, items): Side<'_>, rest: &[usize]| {
            let mut keys: Vec<(u64, usize)> = rest.iter().map(|&at| (content.digest(items[at]), at)).collect();
            keys.sort_unstable();
            keys
        };
        let (left, right) = (sorted(self.base, &left), sorted(self.other, &right));
        for (left, right) in join(&left, &right, |pair| pair.0, |pair| pair.0) {
            self.set(left.1, right.1);
        }
    }

    fn gap(&mut self, left: Range<usize>, right: Range<usize>, rest: Rest) {
        let gone: Vec<usize> = left.filter(|&at| self.left[at].is_none()).collect();
        let new: Vec<usize> = right.filter(|&at| !self.right[at]).collect();
        if gone.is_empty() || new.is_empty() {
            return;
        }
        let features = |(content, items): Side<'_>, places: &[usize]| -> Vec<Features> {
            places.iter().map(|&at| Features::of(content, items[at])).collect()
        };
        let (from, to) = (features(self.base, &gone), features(self.other, &new));
        let mut pairs = if from.len() * to.len() <= GAP_PAIRS_MAX { aligned(&from, &to) } else { Vec::new() };
        voted(&from, &to, &mut pairs);
        for &(a, b) in &pairs {
            self.set(gone[a], new[b]);
        }
        if rest == Rest::Placed {
            self.placed(&gone, &new, &pairs);
        }
    }

    /// Between similar items, pairs in order where as many went as came and they are of one kind.
    fn placed(&mut self, gone: &[usize], new: &[usize], pairs: &[(usize, usize)]) {
        let (mut a, mut b) = (0, 0);
        for &(next_a, next_b) in pairs.iter().chain([&(gone.len(), new.len())]) {
            // Votes may cross: then there is nothing between.
            if next_a >= a && next_b >= b {
                let (from, to) = (&gone[a..next_a], &new[b..next_b]);
                if from.len() == to.len() && from.iter().zip(to).all(|(&from, &to)| self.may_be(from, to)) {
                    from.iter().zip(to).for_each(|(&from, &to)| self.set(from, to));
                }
                (a, b) = (next_a + 1, next_b + 1);
            }
        }
    }

    /// Whether an item can have become the other in its place: it is free, and a container of the same kind. A scalar can
    /// where the lists are of one length, since then they may be rows of a table; otherwise one went and one came.
    fn may_be(&self, left: usize, right: usize) -> bool {
        let kind = self.base.0.tree.kind(self.base.1[left]);
        let other = self.other.0.tree.kind(self.other.1[right]);
        let is_row = self.left.len() == self.right.len();
        let fits = if kind.is_container() { kind == other } else { is_row && !other.is_container() };
        self.left[left].is_none() && !self.right[right] && fits
    }
}

/// The pairs, ascending, of which the similarities sum up to the most: the alignment of Needleman and Wunsch without a
/// price for gaps.
fn aligned(from: &[Features], to: &[Features]) -> Vec<(usize, usize)> {
    let width = to.len() + 1;
    let mut best = vec![0u32; (from.len() + 1) * width];
    let score = |a: usize, b: usize| similarity(&from[a], &to[b]);
    let scores: Vec<u32> = (0..from.len() * to.len()).map(|at| score(at / to.len(), at % to.len())).collect();
    let paired = |best: &[u32], a: usize, b: usize| {
        let score = scores[a * to.len() + b];
        if score >= SIMILAR_MIN { best[(a + 1) * width + b + 1] + score } else { 0 }
    };
    for a in (0..from.len()).rev() {
        for b in (0..to.len()).rev() {
            let skip = best[(a + 1) * width + b].max(best[a * width + b + 1]);
            best[a * width + b] = skip.max(paired(&best, a, b));
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut pairs = Vec::new();
    while a < from.len() && b < to.len() && best[a * width + b] > 0 {
        if best[a * width + b] == paired(&best, a, b) {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if best[a * width + b] == best[(a + 1) * width + b] {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

/// Each item that is not paired is paired with the one that shares most of the features which few have. The pairs
/// are ascending by the first.
fn voted(from: &[Features], to: &[Features], pairs: &mut Vec<(usize, usize)>) {
    let (mut is_taken, mut is_found) = (vec![false; from.len()], vec![false; to.len()]);
    for &(a, b) in pairs.iter() {
        (is_taken[a], is_found[b]) = (true, true);
    }
    let mut postings: Vec<(u64, usize)> = Vec::new();
    for (at, features) in from.iter().enumerate() {
        postings.extend(features.words().map(|word| (word, at)));
    }
    postings.sort_unstable();
    let groups = postings.chunk_by(|one, two| one.0 == two.0);
    let postings: Vec<(u64, usize)> = groups.filter(|group| group.len() <= POSTINGS_MAX).flatten().copied().collect();
    for (b, features) in to.iter().enumerate().filter(|&(b, _)| !is_found[b]) {
        let mut votes: Vec<usize> = Vec::new();
        for word in features.words() {
            let start = postings.partition_point(|posting| posting.0 < word);
            let with = postings[start..].iter().take_while(|posting| posting.0 == word);
            votes.extend(with.map(|posting| posting.1).filter(|&a| !is_taken[a]));
        }
        votes.sort_unstable();
        let most = votes.chunk_by(|a, b| a == b).max_by_key(|chunk| (chunk.len(), usize::MAX - chunk[0]));
        if let Some(&a) = most.map(|chunk| &chunk[0])
            && similarity(&from[a], features) >= SIMILAR_MIN
        {
            is_taken[a] = true;
            pairs.push((a, b));
        }
    }
    pairs.sort_unstable();
}
