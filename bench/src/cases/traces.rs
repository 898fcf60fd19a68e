//! Recorded editing histories.

use super::{READER, apply, each, played};
use crate::measure::{bytes_in_use, median_ms};
use crate::peers::Peer;
use crate::table::Table;
use std::fs::File;
use std::hint::black_box;
use std::path::PathBuf;
use trace::{Patch, Trace};

/// Measures the lines of every recorded history that is here.
pub fn measure(table: &mut Table) {
    let corpus = std::env::var_os("MOTET_CORPUS").map_or_else(|| PathBuf::from("../shared/corpus"), PathBuf::from);
    for name in ["automerge-paper", "rustcode", "sveltecomponent"] {
        if let Some(trace) = open(table, &corpus, &format!("seq_{name}")) {
            sequential(table, name, &trace);
        }
    }
    if let Some(trace) = open(table, &corpus, "conc_friendsforever") {
        concurrent(table, "friendsforever", &trace);
    }
}

fn open(table: &Table, corpus: &std::path::Path, name: &str) -> Option<Trace> {
    let path = corpus.join("traces").join(format!("{name}.json.gz"));
    let Ok(file) = File::open(&path) else {
        table.skip(&format!("no trace {name}; set MOTET_CORPUS to the folder that holds traces/"));
        return None;
    };
    Some(Trace::read(file).expect("a trace of the corpus"))
}

fn sequential(table: &mut Table, name: &str, trace: &Trace) {
    let reps = table.repetitions;
    let txns: Vec<Vec<Patch>> = trace.txns.iter().map(|txn| txn.patches.clone()).collect();
    let whole: Vec<Vec<Patch>> = vec![txns.iter().flatten().cloned().collect()];
    let end = trace.end_content.as_str();

    let line = format!("{name}: local replay, an action per transaction, ms");
    if table.wants(&line) {
        table.line(&line, each!(replay(reps, &txns, end)));
    }
    let line = format!("{name}: local replay, one action, ms");
    if table.wants(&line) {
        table.line(&line, each!(replay(reps, &whole, end)));
    }
    let line = format!("{name}: memory kept after replay, MiB");
    if table.wants(&line) {
        table.line(&line, each!(memory(&txns)));
    }
    let line = format!("{name}: read the text, ms");
    if table.wants(&line) {
        table.line(&line, each!(read(reps, &txns)));
    }
    let line = format!("{name}: remote apply, whole, ms");
    if table.wants(&line) {
        table.line(&line, each!(apply_whole(reps, &txns, end)));
    }
    let line = format!("{name}: remote apply, one by one, ms");
    if table.wants(&line) {
        let mut figures = [apply_each::<crate::peers::Motet>(reps, &txns, end), None, None, None, None];
        figures[1] = apply_each::<crate::peers::Loro>(reps, &txns, end);
        figures[2] = apply_each::<crate::peers::Yrs>(reps, &txns, end);
        // Automerge takes many minutes.
        figures[4] = apply_each::<crate::peers::Diamond>(reps, &txns, end);
        table.line(&line, figures);
    }
    let line = format!("{name}: text at 10 past versions, ms");
    if table.wants(&line) {
        table.line(&line, each!(past(reps, &txns)));
    }
}

fn replay<P: Peer>(repetitions: usize, txns: &[Vec<Patch>], end: &str) -> Option<f64> {
    let (ms, peer) = median_ms(repetitions, || (), |()| black_box(played::<P>(txns)));
    assert!(peer.text() == end, "the trace ends otherwise");
    Some(ms)
}

fn memory<P: Peer>(txns: &[Vec<Patch>]) -> Option<f64> {
    let before = bytes_in_use();
    let peer = black_box(played::<P>(txns));
    let kept = bytes_in_use() - before;
    drop(peer);
    Some(kept as f64 / f64::from(1 << 20))
}

fn read<P: Peer>(repetitions: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    let peer = played::<P>(txns);
    Some(median_ms(repetitions, || (), |()| black_box(peer.text())).0)
}

fn apply_whole<P: Peer>(repetitions: usize, txns: &[Vec<Patch>], end: &str) -> Option<f64> {
    let message = played::<P>(txns).whole();
    apply(repetitions, || P::new(READER), &[message], Some(end))
}

fn apply_each<P: Peer>(repetitions: usize, txns: &[Vec<Patch>], end: &str) -> Option<f64> {
    let mut writer = P::new(1);
    let messages: Vec<P::Message> = txns.iter().map(|txn| writer.transact_and_tell(txn)).collect();
    apply(repetitions, || P::new(READER), &messages, Some(end))
}

fn past<P: Peer>(repetitions: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    let mut peer = P::new(1);
    let mut versions = Vec::new();
    for (n, txn) in txns.iter().enumerate() {
        peer.transact(txn);
        if n % (txns.len() / 10) == txns.len() / 20 && versions.len() < 10 {
            versions.push(peer.version()?);
        }
    }
    let (ms, _) = median_ms(
        repetitions,
        || (),
        |()| {
            for version in &versions {
                black_box(peer.text_at(version));
            }
        },
    );
    Some(ms)
}

fn concurrent(table: &mut Table, name: &str, trace: &Trace) {
    let reps = table.repetitions;
    let line = format!("{name}: merge from one message, ms");
    if table.wants(&line) {
        table.line(&line, each!(merge_whole(reps, trace)));
    }
    let line = format!("{name}: merge message by message, ms");
    if table.wants(&line) {
        let mut figures = [merge_each::<crate::peers::Motet>(reps, trace), None, None, None, None];
        figures[1] = merge_each::<crate::peers::Loro>(reps, trace);
        figures[2] = merge_each::<crate::peers::Yrs>(reps, trace);
        // Automerge takes minutes.
        figures[4] = merge_each::<crate::peers::Diamond>(reps, trace);
        table.line(&line, figures);
    }
}

/// The messages of a concurrent trace in its order, each made by a document that knew exactly its
/// parents.
fn messages<P: Peer>(trace: &Trace) -> Vec<P::Message> {
    let agents = trace.txns.iter().map(|txn| txn.agent).max().map_or(0, |last| last + 1);
    let mut peers: Vec<P> = (0..agents).map(|agent| P::new(agent as u64 + 1)).collect();
    let mut known = vec![vec![0; agents]; agents];
    let mut by_agent: Vec<Vec<P::Message>> = vec![Vec::new(); agents];
    let mut versions: Vec<Vec<usize>> = Vec::new();
    let mut all = Vec::new();
    for txn in &trace.txns {
        let author = txn.agent;
        let mut version = vec![0; agents];
        for &parent in &txn.parents {
            version.iter_mut().zip(&versions[parent]).for_each(|(own, &other)| *own = other.max(*own));
        }
        assert_eq!(version[author], by_agent[author].len(), "each author's transactions follow each other");
        // Others' messages may build on each other: in the order of the trace they fit.
        for agent in (0..agents).filter(|&agent| agent != author) {
            for message in &by_agent[agent][known[author][agent]..version[agent].max(known[author][agent])] {
                peers[author].apply(message.clone());
            }
            known[author][agent] = version[agent].max(known[author][agent]);
        }
        let message = peers[author].transact_and_tell(&txn.patches);
        by_agent[author].push(message.clone());
        version[author] += 1;
        versions.push(version);
        all.push(message);
    }
    all
}

fn merge_whole<P: Peer>(repetitions: usize, trace: &Trace) -> Option<f64> {
    let mut all = P::new(READER);
    for message in messages::<P>(trace) {
        all.apply(message);
    }
    apply(repetitions, || P::new(READER + 1), &[all.whole()], Some(&trace.end_content))
}

fn merge_each<P: Peer>(repetitions: usize, trace: &Trace) -> Option<f64> {
    apply(repetitions, || P::new(READER), &messages::<P>(trace), Some(&trace.end_content))
}
