//! What an older version of this crate knew, for tests of members of different versions.
//!
//! Ops of a kind that a version does not know are carried as they are (FORMAT.md): this lets a thread not know the kinds from
//! one on, as a version did in which these did not exist yet.

use std::cell::Cell;

thread_local! {
    static FIRST_UNKNOWN: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// Lets this thread know no kinds of ops from `first` on, which is one of those that say how long they are; `u64::MAX` for
/// what this version knows.
pub fn know_below(first: u64) {
    FIRST_UNKNOWN.set(first);
}

pub(crate) fn is_known(number: u64) -> bool {
    number < FIRST_UNKNOWN.get()
}
