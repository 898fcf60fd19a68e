//! Things by the number of what they belong to.

use std::ops::Range;

/// Things in numbered buckets, in each ascending.
pub(super) struct Buckets<T> {
    /// Where each bucket begins; then the end of the last.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default + Ord> Buckets<T> {
    pub fn new(count: usize, items: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        // One entry further back while filling: each start moves up to where the next begins.
        let mut starts = vec![0_u32; count + 2];
        items.clone().for_each(|(bucket, _)| starts[bucket as usize + 2] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut sorted = vec![T::default(); sum as usize];
        for (bucket, item) in items {
            let at = &mut starts[bucket as usize + 1];
            sorted[*at as usize] = item;
            *at += 1;
        }
        let mut buckets = Self { starts, items: sorted };
        buckets.sort(count);
        buckets
    }

    fn sort(&mut self, count: usize) {
        for bucket in 0..count {
            let items = &mut self.items[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
            if !items.is_sorted() {
                items.sort_unstable();
            }
        }
    }

    /// The numbers of the things in a bucket.
    pub fn range(&self, bucket: u32) -> Range<u32> {
        self.starts[bucket as usize]..self.starts[bucket as usize + 1]
    }

    /// The things of these numbers.
    pub fn items(&self, range: Range<u32>) -> &[T] {
        &self.items[range.start as usize..range.end as usize]
    }
}
