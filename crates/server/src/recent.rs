//! The parcels that came last, as they came: everybody is sent the same bytes, and nothing is sealed or
//! encoded again for each of them.

use clock::{ReplicaId, Seq, Span, VersionVector};
use std::collections::{BTreeMap, VecDeque};
use sync::Parcel;

/// How many bytes are kept: a second of two hundred people who type.
const BYTES_MAX: usize = 4 << 20;

/// Parcels by where they begin, the oldest dropped first.
#[derive(Debug, Default)]
pub struct Recent {
    parcels: BTreeMap<(ReplicaId, Seq), Parcel>,
    order: VecDeque<(ReplicaId, Seq)>,
    bytes: usize,
}

impl Recent {
    /// Keeps parcels that came in, as far as `version` has them.
    pub fn keep(&mut self, parcels: Vec<Parcel>, version: &VersionVector) {
        for parcel in parcels.into_iter().filter(|parcel| parcel.end <= version.end(parcel.replica)) {
            let key = (parcel.replica, parcel.start);
            self.bytes += parcel.bytes.len();
            self.order.push_back(key);
            if let Some(old) = self.parcels.insert(key, parcel) {
                self.bytes -= old.bytes.len();
            }
        }
        while self.bytes > BYTES_MAX
            && let Some(key) = self.order.pop_front()
        {
            // A key may stand in the order twice, where something came twice.
            self.bytes -= self.parcels.remove(&key).map_or(0, |parcel| parcel.bytes.len());
        }
    }

    /// The parcels that cover all of `missing`, where they are about `bytes_max` bytes at most.
    pub fn cover(&self, missing: &[Span], bytes_max: usize) -> Option<Vec<Parcel>> {
        let mut found = Vec::new();
        let mut bytes = 0;
        for span in missing {
            let mut start = span.start;
            while start < span.end {
                let parcel = self.parcels.get(&(span.replica, start))?;
                bytes += parcel.bytes.len();
                start = parcel.end;
                found.push(parcel.clone());
            }
        }
        (bytes <= bytes_max).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(replica: u64, start: Seq, len: usize) -> Parcel {
        Parcel { replica: ReplicaId(replica), start, end: start + 2, bytes: vec![0; len].into() }
    }

    #[test]
    fn what_came_is_given_as_it_came_or_not_at_all() {
        let version: VersionVector = [(ReplicaId(1), 6), (ReplicaId(2), 2)].into_iter().collect();
        let mut recent = Recent::default();
        let here = [parcel(1, 0, 9), parcel(1, 2, 9), parcel(2, 0, 9)];
        recent.keep(here.to_vec(), &version);
        recent.keep(vec![parcel(1, 6, 9)], &version);
        let span = |replica, start, end| Span::new(ReplicaId(replica), start, end);
        assert_eq!(recent.cover(&[span(1, 0, 4), span(2, 0, 2)], 100).unwrap(), here);
        assert_eq!(recent.cover(&[span(1, 0, 4)], 10), None, "too much for one message");
        assert_eq!(recent.cover(&[span(1, 1, 4)], 100), None, "begins within a parcel");
        assert_eq!(recent.cover(&[span(1, 4, 6)], 100), None, "never came by itself");
        assert_eq!(recent.cover(&[span(1, 6, 8)], 100), None, "waits, and is not in the version");
    }

    #[test]
    fn memory_is_bounded() {
        let version: VersionVector = [(ReplicaId(1), 1000)].into_iter().collect();
        let mut recent = Recent::default();
        for start in 0..100 {
            recent.keep(vec![parcel(1, start * 2, 1 << 20), parcel(1, start * 2, 1 << 20)], &version);
        }
        assert!(recent.parcels.len() <= 4);
        assert_eq!(recent.bytes, recent.parcels.values().map(|parcel| parcel.bytes.len()).sum::<usize>());
    }
}
