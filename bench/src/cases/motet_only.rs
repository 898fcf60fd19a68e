//! What no peer does: switching any action off and on, exactly, at any time.

use super::Rng;
use crate::measure::median_ms;
use crate::peers::{Motet, Peer};
use crate::table::Table;
use motet::{Action, Id, ReplicaId, Span};
use std::hint::black_box;
use trace::Patch;

/// How many times an action goes off and on in one measurement.
const TOGGLES: u32 = 100;

/// How many characters the text has in which ranges move, and how many a range has.
const CHARS: u32 = 100_000;
const RANGE: u32 = 1_000;

/// Measures every line.
pub fn measure(table: &mut Table) {
    for before in [0, 100, 1_000] {
        for (what, is_taken_in) in [("made", false), ("taken in", true)] {
            let name = format!("a move of 1,000 characters of 100,000, after {before} such moves: {what}, µs");
            only(table, &name, |times| move_range(times, before, is_taken_in));
        }
    }
    for (ops, label) in [(10_000, "10k"), (1_000_000, "1M")] {
        let name = format!("toggle a one-op action of {label}, with patch and hash, µs");
        only(table, &name, |times| toggle(times, ops));
    }
    for (ops, label) in [(10_000, "10k"), (1_000_000, "1M")] {
        for (what, tied) in [("without constraints", 0), ("with 1,000 conflicts", 1_000)] {
            let name = format!("one more action of {label} {what}, taken in with patch, µs");
            only(table, &name, |times| one_more(times, ops, tied));
        }
        let name = format!("undo what won one of 1,000 conflicts among {label}, and redo it, each with patch, µs");
        only(table, &name, |times| undo_winner(times, ops));
    }
    for (writers, label) in [(10_000, "10,000"), (100_000, "100,000")] {
        only(table, &format!("{label} one-edit writers, one place: merge, ms"), |times| one_place(times, writers));
    }
}

/// Measures a line of Motet's alone.
pub(super) fn only(table: &mut Table, name: &str, mut figure: impl FnMut(usize) -> f64) {
    if table.wants(name) {
        let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| |_| None);
        table.measure(name, &[], [&mut |times| Some(figure(times)), &mut a, &mut b, &mut c, &mut d]);
    }
}

/// The time of one toggle in a document of `ops` random one-character insertions, of which some were toggled before.
fn toggle(repetitions: usize, ops: u32) -> f64 {
    let mut peer = Motet::new(1);
    let mut rng = Rng(3);
    for n in 0..ops {
        peer.transact(&[Patch(rng.below(n + 1), 0, "x".into())]);
    }
    let document = peer.document();
    let mut toggle_from = |first: u32| {
        for at in first..first + TOGGLES {
            let span = Span::new(ReplicaId(1), at, at + 1);
            let (_, off) = document.undo_spans(&[span], 0).expect("it is on");
            let hash = document.state_hash();
            let (_, on) = document.redo_spans(&[span], 0).expect("it is off");
            black_box((off, hash, on, document.state_hash()));
        }
    };
    // Where elements lie is searched for until that took as much as an index does, which is kept from then on.
    toggle_from(0);
    // Other actions each time: one that was toggled often takes longer, by each time it was.
    let mut first = 0;
    let (ms, _) = median_ms(
        repetitions,
        || {
            first = (first + TOGGLES) % ops;
            first
        },
        toggle_from,
    );
    ms * 1000.0 / f64::from(2 * TOGGLES)
}

/// Random one-character insertions, of which the first two and two conflict, so many times.
fn tied(ops: u32, conflicts: u32) -> Motet {
    let mut peer = Motet::new(1);
    let mut rng = Rng(3);
    for n in 0..ops {
        peer.transact(&[Patch(rng.below(n + 1), 0, "x".into())]);
    }
    for at in 0..conflicts {
        let pair = [2 * at, 2 * at + 1].map(|seq| Id::new(ReplicaId(1), seq));
        peer.document().edit(0, |edit| edit.conflict(&pair));
    }
    peer
}

/// The time of taking in one action of somebody else's that nothing is said of.
fn one_more(repetitions: usize, ops: u32, conflicts: u32) -> f64 {
    const ACTIONS: u32 = 100;
    let mut reader = tied(ops, conflicts);
    let mut writer = reader.fork(2);
    let mut rng = Rng(7);
    let mut next = || {
        let before = writer.document().version();
        (0..ACTIONS).for_each(|_| writer.transact(&[Patch(rng.below(ops), 0, "y".into())]));
        writer.document().actions_since(&before)
    };
    // Where elements lie is searched for until that took as much as an index does.
    let mut take_in = |actions: Vec<Action>| {
        for action in actions {
            let mut patch = motet::Patch::default();
            reader.document().receive(action, Some(&mut patch)).expect("valid");
            black_box(patch);
        }
    };
    take_in(next());
    let (ms, ()) = median_ms(repetitions, &mut next, &mut take_in);
    ms * 1000.0 / f64::from(ACTIONS)
}

/// The time of undoing what won, which brings back what gave way, or of redoing it.
fn undo_winner(repetitions: usize, ops: u32) -> f64 {
    let mut peer = tied(ops, 1_000);
    let document = peer.document();
    let mut at = 0;
    let mut switch = |pairs: u32| {
        for _ in 0..pairs {
            at = (at + 2) % 2_000;
            let winner = Span::new(ReplicaId(1), at, at + 1);
            black_box(document.undo_spans(&[winner], 0).expect("it is on"));
            black_box(document.redo_spans(&[winner], 0).expect("it is off"));
        }
    };
    switch(TOGGLES);
    let (ms, ()) = median_ms(repetitions, || TOGGLES, switch);
    ms * 1000.0 / f64::from(2 * TOGGLES)
}

/// The time of one move of a range in a text in which `before` ranges moved, made or taken in.
fn move_range(repetitions: usize, before: u32, is_taken_in: bool) -> f64 {
    let mut peer = Motet::new(1);
    let mut rng = Rng(53);
    peer.transact(&[Patch(0, 0, "some text ".repeat(CHARS as usize / 10))]);
    (0..before).for_each(|_| move_some(&mut peer, &mut rng));
    let moves = 10;
    let prepare = || {
        let (mut writer, mut reader, mut rng) = (peer.fork(2), peer.fork(3), Rng(59));
        // What a document makes when first asked for is there.
        move_some(&mut reader, &mut rng);
        let message = |_| {
            let mark = writer.mark();
            move_some(&mut writer, &mut rng);
            writer.since(&mark)
        };
        let messages: Vec<Vec<u8>> = if is_taken_in { (0..moves).map(message).collect() } else { Vec::new() };
        (reader, rng, messages)
    };
    let (ms, _) = median_ms(repetitions, prepare, |(mut reader, mut rng, messages)| {
        if is_taken_in {
            messages.iter().for_each(|message| reader.apply(message));
        } else {
            (0..moves).for_each(|_| move_some(&mut reader, &mut rng));
        }
        reader
    });
    ms * 1000.0 / f64::from(moves)
}

/// Moves a range somewhere.
fn move_some(peer: &mut Motet, rng: &mut Rng) {
    let (from, to) = (rng.below(CHARS - RANGE), rng.below(CHARS - RANGE));
    let to = if to >= from { to + RANGE + 1 } else { to };
    peer.document().edit(0, |edit| assert!(edit.move_text(trace::text(), (from, RANGE), to)));
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
