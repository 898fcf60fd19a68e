//! How much of every replica's writing somebody has.

use crate::{Id, ReplicaId, Seq, SortedMap, Span};

/// A version: for each replica, the end-exclusive counter up to which it is covered.
///
/// Invariant: no entry is zero, so equal versions are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionVector {
    ends: SortedMap<ReplicaId, Seq>,
}

impl VersionVector {
    /// The version before anything happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// The end-exclusive counter of `replica`; zero where nothing of it is covered.
    pub fn end(&self, replica: ReplicaId) -> Seq {
        self.ends.get(&replica).copied().unwrap_or(0)
    }

    /// Whether `id` is covered.
    pub fn contains(&self, id: Id) -> bool {
        id.seq < self.end(id.replica)
    }

    /// Whether everything that `other` covers is covered here too.
    pub fn includes(&self, other: &Self) -> bool {
        other.ends.iter().all(|(&replica, &end)| end <= self.end(replica))
    }

    /// Covers `replica` up to `end`; never takes anything back.
    pub fn extend_to(&mut self, replica: ReplicaId, end: Seq) {
        if end > self.end(replica) {
            self.ends.insert(replica, end);
        }
    }

    /// Covers what either covers.
    pub fn merge(&mut self, other: &Self) {
        for (&replica, &end) in &other.ends {
            self.extend_to(replica, end);
        }
    }

    /// What is covered here and not in `other`, by replica.
    pub fn missing_from(&self, other: &Self) -> Vec<Span> {
        self.iter()
            .filter(|&(replica, end)| end > other.end(replica))
            .map(|(replica, end)| Span::new(replica, other.end(replica), end))
            .collect()
    }

    /// Replicas with their end-exclusive counters, ascending by replica.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ReplicaId, Seq)> + '_ {
        self.ends.iter().map(|(&replica, &end)| (replica, end))
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
        let mut vv = Self::new();
        for (replica, end) in iter {
            vv.extend_to(replica, end);
        }
        vv
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
    fn missing_names_exactly_the_difference() {
        let (a, b) = (vv(&[(1, 3), (2, 1)]), vv(&[(1, 1), (2, 4)]));
        assert_eq!(a.missing_from(&b), [Span::new(ReplicaId(1), 1, 3)]);
        assert_eq!(b.missing_from(&a), [Span::new(ReplicaId(2), 1, 4)]);
    }
}
