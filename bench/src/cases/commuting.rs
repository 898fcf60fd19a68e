//! Logs in which nearly everything commutes: what it costs to know that, and what a choice costs that leaves some of it out.

use super::Rng;
use super::motet_only::only;
use crate::measure::median_ms;
use crate::peers::{Motet, Peer};
use crate::table::Table;
use motet::{Document, Grade, Id, MultiLog, Policy, ReplicaId, Span, VersionVector};
use std::hint::black_box;
use trace::Patch;
use view::View;

/// How many people write at once.
const WRITERS: u32 = 8;

/// How often they exchange, in actions of each.
const ROUND: u32 = 1_000;

/// How long the text is that all of them know: what they do at once mostly lies apart.
const CHARS: u32 = 1_000_000;

/// How many pairs of actions conflict, where any do.
const CONFLICTS: u32 = 1_000;

/// Measures every line.
pub fn measure(table: &mut Table) {
    for (ops, label) in [(10_000, "10k"), (1_000_000, "1M")] {
        for (what, conflicts) in [("without constraints", 0), ("with 1,000 conflicts", CONFLICTS)] {
            let name = format!("index {label} actions of 8 writers {what}, without making the text, per action, ns");
            only(table, &name, |times| index(times, ops, conflicts));
            let name = format!("take in {label} actions of 8 writers {what}, per action, ns");
            only(table, &name, |times| take_in(times, ops, conflicts));
        }
        let name = format!("let one's own come first among {label} actions of 8 writers, per action, ns");
        only(table, &name, |times| mine_first(times, ops));
        for share in [1_000, 100] {
            let name =
                format!("leave out every {share}th of {label} actions and take them back, per action that flips, ns");
            only(table, &name, |times| flip(times, ops, share));
        }
        let name = format!("undo one of {label} actions that nothing needs, without patch or hash, µs");
        only(table, &name, |times| undo(times, ops));
    }
}

/// Random one-character insertions of all writers into a text that they know, who exchange after every round.
fn crowd(ops: u32, conflicts: u32) -> Motet {
    let mut all = Motet::new(100);
    all.transact(&[Patch(0, 0, "some text ".repeat(CHARS as usize / 10))]);
    let mut writers: Vec<Motet> = (0..WRITERS).map(|n| all.fork(n.into())).collect();
    let mut rng = Rng(11);
    let mut left = ops / WRITERS;
    while left > 0 {
        let round = left.min(ROUND);
        for writer in &mut writers {
            let mark = writer.mark();
            let len = writer.document().text_len(trace::text());
            for n in 0..round {
                writer.transact(&[Patch(rng.below(len + n + 1), 0, "x".into())]);
            }
            all.apply(&writer.since(&mark));
        }
        for writer in &mut writers {
            let mark = writer.mark();
            writer.apply(&all.since(&mark));
        }
        left -= round;
    }
    for at in 0..conflicts {
        let pair = [0, 1].map(|writer| Id::new(ReplicaId(writer), at));
        all.document().edit(0, |edit| edit.conflict(&pair));
    }
    all
}

/// The time to append all of it to a log, and to know what becomes of each action: all that is not the text's own.
fn index(repetitions: usize, ops: u32, conflicts: u32) -> f64 {
    let mut all = crowd(ops, conflicts);
    let document = all.document();
    let (logs, lost) = (document.log().logs().cloned().collect::<Vec<_>>(), document.view().lost().count());
    let (ms, view) = median_ms(
        repetitions,
        || logs.clone(),
        |logs| {
            let (mut log, mut view) = (MultiLog::new(), View::new());
            let spans = log.receive_logs(logs).expect("logs of a document are valid");
            view.note(&log, &spans);
            view
        },
    );
    assert_eq!(view.lost().count(), lost);
    per(ms, ops)
}

/// The time to take all of it in at once, and to know what becomes of each action.
fn take_in(repetitions: usize, ops: u32, conflicts: u32) -> f64 {
    let mut all = crowd(ops, conflicts);
    let message = all.whole();
    let lost = all.document().view().lost().count();
    assert_eq!(lost, conflicts as usize);
    let (ms, mut reader) = median_ms(
        repetitions,
        || Motet::new(200),
        |mut reader| {
            reader.apply(&message);
            reader
        },
    );
    assert_eq!(reader.document().view().lost().count(), lost);
    per(ms, ops)
}

/// The time to find what gives way to one's own: everything that everybody touched is looked at once.
fn mine_first(repetitions: usize, ops: u32) -> f64 {
    let mut all = crowd(ops, 0);
    let (ms, _) = median_ms(
        repetitions,
        || {
            let mut document = all.document().fork(ReplicaId(300));
            document.add_mine(ReplicaId(0));
            document
        },
        |mut document| {
            document.put_mine_first(Some(Grade::Overlap));
            document
        },
    );
    per(ms, ops)
}

/// The time to leave out every so many actions, and to have them back.
fn flip(repetitions: usize, ops: u32, share: u32) -> f64 {
    let mut all = crowd(ops, 0);
    let mut policy = Policy::default();
    let mut flipped = 0;
    for writer in 0..WRITERS {
        let hidden = policy.hidden.entry(ReplicaId(writer.into())).or_default();
        for at in (0..ops / WRITERS).step_by(share as usize) {
            hidden.set(at..at + 1, Some(()));
            flipped += 1;
        }
    }
    let document = all.document();
    let mut flip = |(): ()| {
        black_box(document.set_policy(policy.clone()));
        black_box(document.set_policy(Policy::default()));
    };
    flip(());
    let (ms, ()) = median_ms(repetitions, || (), flip);
    per(ms, 2 * flipped)
}

/// The time of one undo, of another action each time.
fn undo(repetitions: usize, ops: u32) -> f64 {
    const UNDONE: u32 = 50;
    let mut all = crowd(ops, 0);
    let document: &mut Document = all.document();
    let (mut first, each) = (0, ops / WRITERS);
    let mut undo = |from: u32| {
        for at in from..from + UNDONE {
            let span = Span::of(Id::new(ReplicaId(u64::from(at % WRITERS)), at % each));
            black_box(document.undo_spans(&[span], 0));
        }
    };
    undo(0);
    let next = || {
        first += UNDONE;
        first
    };
    let (ms, ()) = median_ms(repetitions, next, undo);
    assert!(all.document().version() != VersionVector::new());
    ms * 1000.0 / f64::from(UNDONE)
}

/// Milliseconds of many as nanoseconds of each.
fn per(ms: f64, count: u32) -> f64 {
    ms * 1e6 / f64::from(count)
}
