//! Things by the number of what they belong to.

use std::ops::Range;

/// Things in numbered buckets, in each ascending.
pub(super) struct Buckets<T> {
    /// Where each bucket begins; then the end of the last.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Default + Ord> Buckets<T> {
    /// So many buckets, and some things for each of some of them.
    pub fn new<const N: usize>(count: usize, things: &[(u32, [T; N])]) -> Self {
        // One entry further back while filling: each start moves up to where the next begins.
        let mut starts = vec![0_u32; count + 2];
        things.iter().for_each(|(bucket, _)| starts[*bucket as usize + 2] += N as u32);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut items = vec![T::default(); sum as usize];
        for (bucket, some) in things {
            let at = &mut starts[*bucket as usize + 1];
            items[*at as usize..][..N].copy_from_slice(some);
            *at += N as u32;
        }
        let mut buckets = Self { starts, items };
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
