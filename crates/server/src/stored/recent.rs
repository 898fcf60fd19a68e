//! The parcels that came last, as they came: everybody is sent the same bytes, the disk gets them too, and
//! nothing is sealed or encoded again for each of them.

use clock::{ReplicaId, Seq, Span};
use std::collections::{BTreeMap, VecDeque};
use sync::Parcel;

/// How many bytes are kept: a second of two hundred people who type.
const BYTES_MAX: usize = 4 << 20;

/// Where a parcel begins.
type Start = (ReplicaId, Seq);

/// Parcels by where they begin, the oldest dropped first.
#[derive(Debug, Default)]
pub struct Recent {
    /// With the place of each in the order in which they came.
    parcels: BTreeMap<Start, (u64, Parcel)>,
    order: VecDeque<Start>,
    count: u64,
    bytes: usize,
}

impl Recent {
    /// Keeps a parcel of which everything was new and was taken in at once.
    pub fn keep(&mut self, parcel: Parcel) {
        let start = (parcel.replica, parcel.start);
        self.bytes += parcel.bytes.len();
        self.count += 1;
        self.order.push_back(start);
        let same = self.parcels.insert(start, (self.count, parcel));
        assert!(same.is_none(), "a parcel was new twice");
        while self.bytes > BYTES_MAX
            && let Some(start) = self.order.pop_front()
        {
            self.bytes -= self.parcels.remove(&start).map_or(0, |(_, parcel)| parcel.bytes.len());
        }
    }

    /// The first of the parcels that cover all of `missing`, where all of them are here: as many as have
    /// about `bytes_max` bytes. In the order in which they came, so that causes come before what follows
    /// them, and nothing has to wait on the other side.
    pub fn cover(&self, missing: &[Span], bytes_max: usize) -> Option<Vec<Parcel>> {
        let mut found = Vec::new();
        for span in missing {
            let mut start = span.start;
            while start < span.end {
                let (place, parcel) = self.parcels.get(&(span.replica, start))?;
                start = parcel.end;
                found.push((*place, parcel));
            }
        }
        found.sort_unstable_by_key(|&(place, _)| place);
        let mut bytes = 0;
        let fits = found.into_iter().take_while(|(_, parcel)| {
            let is_first = bytes == 0;
            bytes += parcel.bytes.len();
            is_first || bytes <= bytes_max
        });
        Some(fits.map(|(_, parcel)| parcel.clone()).collect())
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
        assert_eq!(recent.cover(&[], 100).unwrap(), []);
    }

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::default();
        (0..100).for_each(|n| recent.keep(parcel(1, n * 2, 1 << 20)));
        assert_eq!(recent.parcels.len(), 4);
        assert_eq!(recent.order.len(), 4);
        assert_eq!(recent.bytes, 4 << 20);
    }
}
