//! How much was looked at, counted for tests: parts of logs whose standing was worked out, and actions that were solved.

use std::cell::Cell;

thread_local! {
    static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
}

/// What was looked at in this thread so far.
pub fn effort() -> u64 {
    LOOKED_AT.get()
}

pub(crate) fn add(looked_at: usize) {
    LOOKED_AT.set(LOOKED_AT.get() + looked_at as u64);
}
