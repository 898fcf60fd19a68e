//! Rates: so much each second, and so much at once.

/// A token bucket over a clock that the caller reads.
#[derive(Clone, Debug)]
pub struct Bucket {
    per_second: u64,
    burst: u64,
    /// Thousandths, so that a millisecond always counts.
    level_milli: u64,
    filled_ms: u64,
}

impl Bucket {
    /// A full bucket that holds `burst` and gains `per_second`.
    pub fn new(per_second: u64, burst: u64, now_ms: u64) -> Self {
        Self { per_second, burst, level_milli: burst * 1000, filled_ms: now_ms }
    }

    /// Takes `amount` out; how many milliseconds to wait before it would have been there. An amount
    /// greater than the burst empties the bucket.
    pub fn take(&mut self, amount: u64, now_ms: u64) -> u64 {
        let gained = now_ms.saturating_sub(self.filled_ms).saturating_mul(self.per_second);
        self.filled_ms = self.filled_ms.max(now_ms);
        self.level_milli = self.level_milli.saturating_add(gained).min(self.burst * 1000);
        let needed = amount.saturating_mul(1000).min(self.burst * 1000);
        let lacking = needed.saturating_sub(self.level_milli);
        self.level_milli = self.level_milli.saturating_sub(needed);
        lacking.div_ceil(self.per_second.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_the_rate_holds() {
        let mut bucket = Bucket::new(10, 5, 0);
        assert_eq!([(); 5].map(|()| bucket.take(1, 0)), [0; 5]);
        assert_eq!(bucket.take(1, 0), 100);
        assert_eq!(bucket.take(1, 100), 0);
        assert_eq!(bucket.take(1, 150), 50);
        assert_eq!(bucket.take(1000, 10_000), 0);
        assert_eq!(bucket.take(1, 10_000), 100);
    }
}
