//! How much to ask for at once.

use crate::limits::BLOB_QUEUED_MS;
use blob::limits::PULL_WINDOW;

/// Finds out how many pieces keep a line busy without a queue, from the time that each takes: one more while
/// they come about as quickly as the quickest did, one less when they wait. (The idea of TCP Vegas, L. Brakmo,
/// L. Peterson, 1995.)
#[derive(Debug)]
pub struct Pace {
    window: usize,
    quickest_ms: u64,
}

impl Pace {
    pub fn new() -> Self {
        Self { window: 1, quickest_ms: u64::MAX }
    }

    /// How many pieces may be under way.
    pub fn window(&self) -> usize {
        self.window
    }

    /// A piece came after so long.
    pub fn took(&mut self, ms: u64) {
        self.quickest_ms = self.quickest_ms.min(ms);
        let queued_ms = ms - self.quickest_ms;
        if queued_ms > BLOB_QUEUED_MS {
            self.window = (self.window - 1).max(1);
        } else if queued_ms <= BLOB_QUEUED_MS / 2 {
            self.window = (self.window + 1).min(PULL_WINDOW);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line that carries one piece after the other, each taking `piece_ms`, and is `far_ms` long.
    fn settle(piece_ms: u64, far_ms: u64) -> usize {
        let mut pace = Pace::new();
        (0..50).for_each(|_| pace.took(far_ms + piece_ms * pace.window() as u64));
        pace.window()
    }

    #[test]
    fn a_fast_line_is_kept_busy_and_a_slow_one_keeps_no_queue() {
        assert_eq!(settle(1, 0), PULL_WINDOW);
        assert_eq!(settle(5, 300), PULL_WINDOW, "far is not slow");
        assert!(settle(52, 20) <= 3, "10 Mbit/s");
        assert!(settle(524, 20) <= 2, "1 Mbit/s: one waits at most");
    }
}
