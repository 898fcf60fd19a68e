//! Two things done at once, where there is enough to do and something to do it on.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// Bytes of a document from which it is worth a thread, which takes a tenth of a millisecond: of so many, each step of
/// a merge takes several.
const BYTES_MIN: usize = 256 << 10;

/// Does both, at once where documents are of so many bytes. What comes out is the same.
pub(crate) fn both<A: Send, B>(bytes: usize, one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    // A browser's page has no threads.
    if bytes < BYTES_MIN || cfg!(target_family = "wasm") {
        return (one(), other());
    }
    scope(|scope| {
        let started = Builder::new().spawn_scoped(scope, &one);
        let other = other();
        let one = match started {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            // The system gives no thread to this process now.
            Err(_) => one(),
        };
        (one, other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done() {
        let list = [1, 2];
        for bytes in [0, BYTES_MIN] {
            assert_eq!(both(bytes, || list[0], || list[1]), (1, 2));
        }
    }

    #[test]
    #[should_panic(expected = "in the thread")]
    fn a_panic_is_not_lost() {
        both(BYTES_MIN, || panic!("in the thread"), || ());
    }
}
