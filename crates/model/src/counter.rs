//! Counter: a sum that anybody may add to.

/// The state of a counter: the sum of all that is active, kept so wide that it never overflows. So the order
/// of additions has no say, and taking one back leaves no trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    sum: i128,
}

impl Counter {
    /// A counter that nobody added to.
    pub fn new() -> Self {
        Self::default()
    }

    /// A counter to which so much was added.
    pub fn of(sum: i128) -> Self {
        Self { sum }
    }

    /// What it reads: the sum, or the number nearest to it that there is.
    pub fn value(&self) -> i64 {
        self.sum.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// Whether nothing is added: all of it was taken back, or it adds up to nothing.
    pub fn is_zero(&self) -> bool {
        self.sum == 0
    }

    /// The sum itself: at most 2^64 additions of 64 bits each.
    pub fn sum(&self) -> i128 {
        self.sum
    }

    /// Turns an addition of `amount` on, or off where it was on.
    pub(crate) fn set_active(&mut self, amount: i64, on: bool) {
        #[cfg(feature = "fault-injection")]
        if !on && fault::is_on(fault::Fault::KeepAdditions) {
            return;
        }
        self.sum += if on { i128::from(amount) } else { -i128::from(amount) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_greatest_number_is_not_forgotten() {
        let mut counter = Counter::new();
        for amount in [i64::MAX, i64::MAX, 7] {
            counter.set_active(amount, true);
        }
        assert_eq!(counter.value(), i64::MAX);
        counter.set_active(i64::MIN, true);
        counter.set_active(i64::MAX, false);
        assert_eq!(counter.value(), 6);
    }
}
