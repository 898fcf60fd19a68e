//! How much of every replica's writing somebody has.

use crate::{Id, ReplicaId, Seq, Span};
use std::cmp::Ordering;

/// A version: for each replica, the end-exclusive counter up to which it is covered.
///
/// Versions are compared and copied far more often than they gain a replica, so they lie in one piece:
/// to copy one is to copy memory, and two are compared in one walk over both.
///
/// Invariants: replicas ascend strictly, and no end is zero, so equal versions are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionVector {
    ends: Vec<(ReplicaId, Seq)>,
}

impl VersionVector {
    /// The version before anything happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// The end-exclusive counter of `replica`; zero where nothing of it is covered.
    pub fn end(&self, replica: ReplicaId) -> Seq {
        self.place(replica).map_or(0, |at| self.ends[at].1)
    }

    /// Where the entry of `replica` is, or would be.
    fn place(&self, replica: ReplicaId) -> Result<usize, usize> {
        match self.ends.last() {
            // Whoever writes down a version goes by replica.
            Some(&(last, _)) if last < replica => Err(self.ends.len()),
            _ => self.ends.binary_search_by_key(&replica, |&(replica, _)| replica),
        }
    }

    /// Whether `id` is covered.
    pub fn contains(&self, id: Id) -> bool {
        id.seq < self.end(id.replica)
    }

    /// Whether everything that `other` covers is covered here too.
    pub fn includes(&self, other: &Self) -> bool {
        other.beyond(self).next().is_none()
    }

    /// Covers `replica` up to `end`; never takes anything back. The first of a replica takes time in
    /// proportion to the replicas after it.
    pub fn extend_to(&mut self, replica: ReplicaId, end: Seq) {
        match self.place(replica) {
            Ok(at) => self.ends[at].1 = self.ends[at].1.max(end),
            Err(at) if end > 0 => self.ends.insert(at, (replica, end)),
            Err(_) => {}
        }
    }

    /// Covers what either covers.
    pub fn merge(&mut self, other: &Self) {
        let mut new = Vec::new();
        for &(replica, end) in &other.ends {
            match self.place(replica) {
                Ok(at) => self.ends[at].1 = self.ends[at].1.max(end),
                Err(_) => new.push((replica, end)),
            }
        }
        if !new.is_empty() {
            self.ends.extend(new);
            // Two ascending runs: merged in one walk.
            self.ends.sort();
        }
    }

    /// What is covered here and not in `other`, by replica.
    pub fn missing_from(&self, other: &Self) -> Vec<Span> {
        self.beyond(other).map(|(replica, known, end)| Span::new(replica, known, end)).collect()
    }

    /// The entries that are ahead of those of `other`: what somebody with `other` has to merge to have
    /// all this.
    pub fn ahead_of(&self, other: &Self) -> Self {
        Self { ends: self.beyond(other).map(|(replica, _, end)| (replica, end)).collect() }
    }

    /// The replicas that are covered further here than in `other`, with both ends.
    fn beyond(&self, other: &Self) -> impl Iterator<Item = (ReplicaId, Seq, Seq)> {
        let mut rest = other.ends.as_slice();
        self.ends.iter().filter_map(move |&(replica, end)| {
            let known = loop {
                let Some((&(first, known), others)) = rest.split_first() else { break 0 };
                match first.cmp(&replica) {
                    Ordering::Less => rest = others,
                    Ordering::Equal => break known,
                    Ordering::Greater => break 0,
                }
            };
            (known < end).then_some((replica, known, end))
        })
    }

    /// Replicas with their end-exclusive counters, ascending by replica.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ReplicaId, Seq)> + '_ {
        self.ends.iter().copied()
    }

    /// How many replicas are covered.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl FromIterator<(ReplicaId, Seq)> for VersionVector {
    fn from_iter<T: IntoIterator<Item = (ReplicaId, Seq)>>(iter: T) -> Self {
        let mut ends: Vec<(ReplicaId, Seq)> = iter.into_iter().filter(|&(_, end)| end > 0).collect();
        // The furthest of each replica first, which is the one that stays.
        ends.sort_unstable_by_key(|&(replica, end)| (replica, std::cmp::Reverse(end)));
        ends.dedup_by_key(|&mut (replica, _)| replica);
        Self { ends }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vv(ends: &[(u64, Seq)]) -> VersionVector {
        ends.iter().map(|&(r, end)| (ReplicaId(r), end)).collect()
    }

    #[test]
    fn zero_is_nothing() {
        assert_eq!(vv(&[(1, 0)]), VersionVector::new());
    }

    #[test]
    fn merge_is_the_least_version_that_includes_both() {
        let (a, b) = (vv(&[(1, 3), (2, 1)]), vv(&[(2, 4), (5, 1)]));
        let mut both = a.clone();
        both.merge(&b);
        assert!(both.includes(&a) && both.includes(&b));
        assert_eq!(both, vv(&[(1, 3), (2, 4), (5, 1)]));
        assert!(!a.includes(&b));
    }

    #[test]
    fn entries_come_in_any_order_and_the_furthest_of_each_replica_stays() {
        let ends = [(7, 2), (1, 3), (7, 5), (4, 0), (7, 4), (2, 1)];
        let mut one_by_one = VersionVector::new();
        ends.iter().for_each(|&(r, end)| one_by_one.extend_to(ReplicaId(r), end));
        assert_eq!(one_by_one, vv(&ends));
        assert_eq!(one_by_one.iter().collect::<Vec<_>>(), [(1, 3), (2, 1), (7, 5)].map(|(r, end)| (ReplicaId(r), end)));
        assert_eq!(one_by_one.end(ReplicaId(4)), 0);
        assert_eq!(one_by_one.end(ReplicaId(9)), 0);
    }

    /// Against maps, on all versions of three replicas with small ends.
    #[test]
    fn two_versions_compare_as_maps_do() {
        let all: Vec<[Seq; 3]> = (0..27).map(|n| [n / 9, n / 3 % 3, n % 3]).collect();
        let version = |ends: &[Seq; 3]| vv(&[(1, ends[0]), (2, ends[1]), (5, ends[2])]);
        for a in &all {
            for b in &all {
                let (mine, theirs) = (version(a), version(b));
                let most = [0, 1, 2].map(|at| a[at].max(b[at]));
                let ahead = [0, 1, 2].map(|at| if a[at] > b[at] { a[at] } else { 0 });
                let mut both = mine.clone();
                both.merge(&theirs);
                assert_eq!(both, version(&most));
                assert_eq!(mine.ahead_of(&theirs), version(&ahead));
                assert_eq!(mine.includes(&theirs), most == *a);
                let missing: Seq = mine.missing_from(&theirs).iter().map(|span| span.len()).sum();
                assert_eq!(missing, (0..3).map(|at| most[at] - b[at]).sum::<Seq>());
            }
        }
    }

    #[test]
    fn missing_names_exactly_the_difference() {
        let (a, b) = (vv(&[(1, 3), (2, 1)]), vv(&[(1, 1), (2, 4)]));
        assert_eq!(a.missing_from(&b), [Span::new(ReplicaId(1), 1, 3)]);
        assert_eq!(b.missing_from(&a), [Span::new(ReplicaId(2), 1, 4)]);
    }
}
