//! What no peer does: switching any action off and on, exactly, at any time.

use super::Rng;
use crate::measure::median_ms;
use crate::peers::{Motet, Peer};
use crate::table::Table;
use motet::{Document, ReplicaId, Span, VersionVector};
use std::hint::black_box;
use trace::Patch;

/// How many times an action goes off and on in one measurement.
const TOGGLES: u32 = 100;

/// Measures every line.
pub fn measure(table: &mut Table) {
    for (ops, label) in [(10_000, "10k"), (1_000_000, "1M")] {
        let line = format!("toggle a one-op action of {label}, with patch and hash, µs");
        if table.wants(&line) {
            let figure = toggle(table.repetitions, ops);
            table.line(&line, [Some(figure), None, None, None, None]);
        }
    }
    for (writers, label) in [(10_000, "10,000"), (100_000, "100,000")] {
        let line = format!("{label} one-edit writers, one place: merge, ms");
        if table.wants(&line) {
            let figure = one_place(table.repetitions, writers);
            table.line(&line, [Some(figure), None, None, None, None]);
        }
    }
}

/// The time of one toggle in a document of `ops` random one-character insertions.
fn toggle(repetitions: usize, ops: u32) -> f64 {
    let mut peer = Motet::new(1);
    let mut rng = Rng(3);
    for n in 0..ops {
        peer.transact(&[Patch(rng.below(n + 1), 0, "x".into())]);
    }
    let mut document = peer.document;
    document.state_hash();
    let (ms, _) = median_ms(
        repetitions,
        || (),
        |()| {
            for n in 0..TOGGLES {
                let span = Span::new(ReplicaId(1), ops / 2 + n, ops / 2 + n + 1);
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
    let known = common.document.version();
    let mut actions: Vec<_> = (0..writers)
        .flat_map(|n| {
            // Names are random, as replicas' are: they come in no order.
            let name = (n + 2).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut writer = common.fork(name);
            writer.transact(&[Patch(1, 0, "x".into())]);
            writer.document.actions_since(&known)
        })
        .collect();
    actions.splice(0..0, common.document.actions_since(&VersionVector::new()));
    let (ms, document) = median_ms(
        repetitions,
        || actions.clone(),
        |actions| {
            let mut document = Document::new(ReplicaId(u64::MAX));
            document.receive_all(actions).expect("actions of documents are valid");
            document
        },
    );
    assert_eq!(u64::from(document.text_len(trace::text())), writers + 2);
    ms
}
