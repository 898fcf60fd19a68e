//! What no peer does: switching any action off and on, exactly, at any time.

use super::Rng;
use crate::measure::median_ms;
use crate::peers::{Motet, Peer};
use crate::table::Table;
use motet::{ReplicaId, Span};
use std::hint::black_box;
use trace::Patch;

/// How many times an action goes off and on in one measurement.
const TOGGLES: u32 = 100;

/// Measures every line.
pub fn measure(table: &mut Table) {
    for (ops, label) in [(10_000, "10k"), (1_000_000, "1M")] {
        let name = format!("toggle a one-op action of {label}, with patch and hash, µs");
        only(table, &name, |times| toggle(times, ops));
    }
    for (writers, label) in [(10_000, "10,000"), (100_000, "100,000")] {
        only(table, &format!("{label} one-edit writers, one place: merge, ms"), |times| one_place(times, writers));
    }
}

fn only(table: &mut Table, name: &str, mut figure: impl FnMut(usize) -> f64) {
    if table.wants(name) {
        let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| |_| None);
        table.measure(name, &[], [&mut |times| Some(figure(times)), &mut a, &mut b, &mut c, &mut d]);
    }
}

/// The time of one toggle in a document of `ops` random one-character insertions.
fn toggle(repetitions: usize, ops: u32) -> f64 {
    let mut peer = Motet::new(1);
    let mut rng = Rng(3);
    for n in 0..ops {
        peer.transact(&[Patch(rng.below(n + 1), 0, "x".into())]);
    }
    let document = peer.document();
    document.state_hash();
    // Other actions each time: one that was toggled often takes longer, by each time it was.
    let mut first = 0;
    let (ms, _) = median_ms(
        repetitions,
        || {
            first = (first + TOGGLES) % ops;
            first
        },
        |first| {
            for at in first..first + TOGGLES {
                let span = Span::new(ReplicaId(1), at, at + 1);
                let (_, off) = document.undo_spans(&[span], 0).expect("it is on");
                let hash = document.state_hash();
                let (_, on) = document.redo_spans(&[span], 0).expect("it is off");
                black_box((off, hash, on, document.state_hash()));
            }
        },
    );
    ms * 1000.0 / f64::from(2 * TOGGLES)
}

/// The time to take in one character of each of `writers`, all at one place and unseen by each other.
fn one_place(repetitions: usize, writers: u64) -> f64 {
    let mut common = Motet::new(1);
    common.transact(&[Patch(0, 0, "ab".into())]);
    let known = common.mark();
    let mut all = common.fork(u64::MAX);
    for n in 0..writers {
        // Names are random, as replicas' are: they come in no order.
        let name = (n + 2).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut writer = common.fork(name);
        all.apply(&writer.transact_and_tell(&[Patch(1, 0, "x".into())]));
    }
    let message = all.since(&known);
    let (ms, mut peer) = median_ms(
        repetitions,
        || common.fork(u64::MAX),
        |mut peer| {
            peer.apply(&message);
            peer
        },
    );
    let document = peer.document();
    assert_eq!(u64::from(document.text_len(trace::text())), writers + 2);
    ms
}
