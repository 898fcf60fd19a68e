//! What is measured: recorded histories, made ones, and what only Motet does.

pub mod commuting;
pub mod knots;
pub mod made;
pub mod motet_only;
pub mod structures;
pub mod traces;

use crate::measure::{bytes_in_use, median_ms};
use crate::peers::Peer;
use std::hint::black_box;
use trace::Patch;

/// Peers that take long in some lines.
const YRS: &[&str] = &["yrs"];
const AUTOMERGE: &[&str] = &["automerge"];
const ALL_BUT_YRS: &[&str] = &["loro", "automerge", "dt"];

/// Prints the line `$name` with the result of a function for each engine, where it is wanted. The
/// function takes how often to measure first. Engines named after `slow` take long.
macro_rules! line {
    ($table:ident, $name:expr, slow $slow:expr, $measure:ident($($argument:expr),*)) => {
        let name = $name;
        if $table.wants(&name) {
            $table.measure(&name, $slow, [
                &mut |times| $measure::<crate::peers::Motet>(times, $($argument),*),
                &mut |times| $measure::<crate::peers::Loro>(times, $($argument),*),
                &mut |times| $measure::<crate::peers::Yrs>(times, $($argument),*),
                &mut |times| $measure::<crate::peers::Automerge>(times, $($argument),*),
                &mut |times| $measure::<crate::peers::Diamond>(times, $($argument),*),
            ]);
        }
    };
    ($table:ident, $name:expr, $measure:ident($($argument:expr),*)) => {
        line!($table, $name, slow &[], $measure($($argument),*))
    };
}
pub(crate) use line;

/// Who only takes in what others wrote.
const READER: u64 = 1 << 40;

/// A document in which `txns` were made one after another.
fn played<P: Peer>(txns: &[Vec<Patch>]) -> P {
    let mut peer = P::new(1);
    for txn in txns {
        peer.transact(txn);
    }
    peer
}

/// How long a document takes to take in `messages`, one after another, ending in `end`.
fn apply<P: Peer>(
    repetitions: usize,
    mut start: impl FnMut() -> P,
    messages: &[Vec<u8>],
    end: Option<&str>,
) -> Option<f64> {
    let (ms, peer) = median_ms(repetitions, &mut start, |mut peer| {
        messages.iter().for_each(|message| peer.apply(message));
        black_box(peer)
    });
    if let Some(end) = end {
        assert!(peer.text() == end, "the messages lead elsewhere");
    }
    Some(ms)
}

/// What a document keeps in memory, in MiB.
fn kept<P>(make: impl FnOnce() -> P) -> f64 {
    let before = bytes_in_use();
    let peer = black_box(make());
    let kept = bytes_in_use() - before;
    drop(peer);
    kept as f64 / f64::from(1 << 20)
}

/// A small generator of numbers; the same seed gives the same numbers everywhere.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(n)) as u32
    }
}
