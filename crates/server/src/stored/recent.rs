//! The parcels that came last, as they came: everybody is sent the same bytes, the disk gets them too, and
//! nothing is sealed or encoded again for each of them.

use clock::{Seq, Span};
use std::collections::VecDeque;
use sync::Parcel;

/// How many bytes are kept: a second of two hundred people who type.
const BYTES_MAX: usize = 4 << 20;

/// Parcels in the order in which they came.
///
/// Invariant: no two overlap.
#[derive(Debug, Default)]
pub struct Recent {
    parcels: VecDeque<Parcel>,
    bytes: usize,
}

impl Recent {
    /// Keeps a parcel of which everything was new and was taken in at once.
    pub fn keep(&mut self, parcel: Parcel) {
        self.bytes += parcel.bytes.len();
        self.parcels.push_back(parcel);
        while self.bytes > BYTES_MAX
            && let Some(oldest) = self.parcels.pop_front()
        {
            self.bytes -= oldest.bytes.len();
        }
    }

    /// The first of the parcels that cover all of `missing`, which ascends, where all of them are here: as
    /// many as have about `bytes_max` bytes. In the order in which they came, so that causes come before
    /// what follows them, and nothing has to wait on the other side.
    pub fn cover(&self, missing: &[Span], bytes_max: usize) -> Option<Vec<Parcel>> {
        let mut found = Vec::new();
        let mut lacking: u64 = missing.iter().map(|span| u64::from(span.len())).sum();
        // What is missing came last, as a rule.
        let mut newest = self.parcels.iter().rev();
        while lacking > 0 {
            let parcel = newest.next()?;
            let covered = covered(missing, parcel);
            if covered > 0 {
                lacking -= u64::from(covered);
                found.push(parcel);
            }
        }
        let mut bytes = 0;
        let fits = found.into_iter().rev().take_while(|parcel| {
            let is_first = bytes == 0;
            bytes += parcel.bytes.len();
            is_first || bytes <= bytes_max
        });
        Some(fits.cloned().collect())
    }
}

/// How many of the elements of `missing` a parcel covers that begins within it.
fn covered(missing: &[Span], parcel: &Parcel) -> Seq {
    let after = missing.partition_point(|span| (span.replica, span.start) <= (parcel.replica, parcel.start));
    let span = after.checked_sub(1).map(|at| missing[at]).filter(|span| span.replica == parcel.replica);
    span.map_or(0, |span| span.end.min(parcel.end).saturating_sub(parcel.start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::ReplicaId;

    fn parcel(replica: u64, start: Seq, len: usize) -> Parcel {
        Parcel { replica: ReplicaId(replica), start, end: start + 2, bytes: vec![0; len].into() }
    }

    #[test]
    fn what_came_is_given_as_it_came_or_not_at_all() {
        let mut recent = Recent::default();
        let here = [parcel(2, 0, 9), parcel(1, 0, 9), parcel(1, 2, 9)];
        here.iter().cloned().for_each(|parcel| recent.keep(parcel));
        let span = |replica, start, end| Span::new(ReplicaId(replica), start, end);
        let all = [span(1, 0, 4), span(2, 0, 2)];
        assert_eq!(recent.cover(&all, 100).unwrap(), here, "the one that came first is given first");
        assert_eq!(recent.cover(&all, 20).unwrap(), here[..2], "the rest is too much for one message");
        assert_eq!(recent.cover(&all, 1).unwrap(), here[..1], "one at least");
        assert_eq!(recent.cover(&[span(1, 1, 4)], 100), None, "begins within a parcel");
        assert_eq!(recent.cover(&[span(1, 4, 6)], 100), None, "never came by itself");
        assert_eq!(recent.cover(&[span(1, 2, 3)], 100).unwrap(), here[2..], "goes beyond");
        assert_eq!(recent.cover(&[], 100).unwrap(), []);
    }

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::default();
        (0..100).for_each(|n| recent.keep(parcel(1, n * 2, 1 << 20)));
        assert_eq!(recent.parcels.len(), 4);
        assert_eq!(recent.bytes, 4 << 20);
    }
}
