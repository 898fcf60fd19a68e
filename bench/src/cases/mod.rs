//! What is measured: recorded histories, made ones, and what only Motet does.

pub mod made;
pub mod motet_only;
pub mod traces;

use crate::measure::median_ms;
use crate::peers::Peer;
use std::hint::black_box;
use trace::Patch;

/// The result of a function for each engine, in the order of the table's columns.
macro_rules! each {
    ($measure:ident($($argument:expr),*)) => {
        [
            $measure::<crate::peers::Motet>($($argument),*),
            $measure::<crate::peers::Loro>($($argument),*),
            $measure::<crate::peers::Yrs>($($argument),*),
            $measure::<crate::peers::Automerge>($($argument),*),
            $measure::<crate::peers::Diamond>($($argument),*),
        ]
    };
}
pub(crate) use each;

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
    messages: &[P::Message],
    end: Option<&str>,
) -> Option<f64> {
    let (ms, peer) = median_ms(
        repetitions,
        || (start(), messages.to_vec()),
        |(mut peer, messages)| {
            for message in messages {
                peer.apply(message);
            }
            black_box(peer)
        },
    );
    if let Some(end) = end {
        assert!(peer.text() == end, "the messages lead elsewhere");
    }
    Some(ms)
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
