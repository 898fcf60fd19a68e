//! Numbers that look random and depend on the seed alone.

/// A generator by xorshift (Marsaglia, 2003), the seed first mixed so that near seeds differ.
#[derive(Clone, Debug)]
pub struct Random {
    /// Never zero: zero would stay zero.
    state: u64,
}

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        // The odd multiplier is 2^64 over the golden ratio; any odd number with many bits would do.
        let mixed = (seed ^ (seed >> 31)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { state: (mixed ^ (mixed >> 29)).max(1) }
    }

    /// A number below `end`, which must not be zero.
    pub fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        // The high bits are the better ones.
        (self.state >> 11) as usize % end
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`; none where there are none.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        (!items.is_empty()).then(|| items[self.below(items.len())].clone())
    }

    /// Puts `items` in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}
