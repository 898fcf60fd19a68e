//! Recorded editing histories.

use super::{ALL_BUT_YRS, AUTOMERGE, READER, YRS, apply, kept, line, played};
use crate::measure::median_ms;
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
    for name in ["friendsforever", "git-makefile"] {
        if let Some(trace) = open(table, &corpus, &format!("conc_{name}")) {
            concurrent(table, name, &trace);
        }
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
    let txns: Vec<Vec<Patch>> = trace.txns.iter().map(|txn| txn.patches.clone()).collect();
    let whole: Vec<Vec<Patch>> = vec![txns.iter().flatten().cloned().collect()];
    let end = trace.end_content.as_str();
    line!(table, format!("{name}: local replay, an action per transaction, ms"), replay(&txns, end));
    line!(table, format!("{name}: local replay, one action, ms"), slow YRS, replay(&whole, end));
    line!(table, format!("{name}: encode all, ms"), encode(&txns));
    line!(table, format!("{name}: size with history, kB"), size(&txns));
    line!(table, format!("{name}: size of a file, kB"), file_size(&txns));
    line!(table, format!("{name}: open a file and read the text, ms"), load(&txns, end));
    line!(table, format!("{name}: open a file and make one edit, ms"), load_and_edit(&txns));
    line!(table, format!("{name}: take all in and read the text, ms"), apply_whole(&txns, end));
    line!(table, format!("{name}: remote apply, one by one, ms"), slow AUTOMERGE, apply_each(&txns, end));
    line!(table, format!("{name}: one late edit from half of history, ms"), late(&txns));
    line!(table, format!("{name}: memory kept after replay, MiB"), memory(&txns));
    line!(table, format!("{name}: memory kept after taking all in, MiB"), memory_loaded(&txns));
    line!(table, format!("{name}: read the text, ms"), read(&txns));
    line!(table, format!("{name}: text at 10 past versions, ms"), past(&txns));
}

fn replay<P: Peer>(repetitions: usize, txns: &[Vec<Patch>], end: &str) -> Option<f64> {
    let (ms, peer) = median_ms(repetitions, || (), |()| black_box(played::<P>(txns)));
    assert!(peer.text() == end, "the trace ends otherwise");
    Some(ms)
}

fn encode<P: Peer>(repetitions: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    let mut peer = played::<P>(txns);
    Some(median_ms(repetitions, || (), |()| black_box(peer.whole())).0)
}

fn size<P: Peer>(_: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    Some(played::<P>(txns).whole().len() as f64 / 1000.0)
}

fn file_size<P: Peer>(_: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    Some(played::<P>(txns).save().len() as f64 / 1000.0)
}

fn load<P: Peer>(repetitions: usize, txns: &[Vec<Patch>], end: &str) -> Option<f64> {
    let saved = played::<P>(txns).save();
    let (ms, (text, _)) = median_ms(
        repetitions,
        || (),
        |()| {
            let peer = P::load(&saved, READER);
            (peer.text(), peer)
        },
    );
    assert!(text == end, "the file holds another text");
    Some(ms)
}

fn load_and_edit<P: Peer>(repetitions: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    let saved = played::<P>(txns).save();
    let edit = || {
        let mut peer = P::load(&saved, READER);
        let message = peer.transact_and_tell(&[Patch(1000, 0, "x".into())]);
        (peer, message)
    };
    Some(median_ms(repetitions, || (), |()| edit()).0)
}

/// What it takes to merge an edit of somebody who had half of the history.
fn late<P: Peer>(repetitions: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    let (first, second) = txns.split_at(txns.len() / 2);
    let mut peer = played::<P>(first);
    let message = peer.fork(2).transact_and_tell(&[Patch(1000, 0, "x".into())]);
    second.iter().for_each(|txn| peer.transact(txn));
    apply(repetitions, || peer.fork(READER), &[message], None)
}

fn memory<P: Peer>(_: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    Some(kept(|| played::<P>(txns)))
}

fn memory_loaded<P: Peer>(_: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    let message = played::<P>(txns).whole();
    Some(kept(|| {
        let mut peer = P::new(READER);
        peer.apply(&message);
        peer
    }))
}

fn read<P: Peer>(repetitions: usize, txns: &[Vec<Patch>]) -> Option<f64> {
    let peer = played::<P>(txns);
    Some(median_ms(repetitions, || (), |()| black_box(peer.text())).0)
}

/// Into readable text.
fn apply_whole<P: Peer>(repetitions: usize, txns: &[Vec<Patch>], end: &str) -> Option<f64> {
    let message = played::<P>(txns).whole();
    let (ms, (text, _)) = median_ms(
        repetitions,
        || P::new(READER),
        |mut peer| {
            peer.apply(&message);
            (peer.text(), peer)
        },
    );
    assert!(text == end, "the message leads elsewhere");
    Some(ms)
}

fn apply_each<P: Peer>(repetitions: usize, txns: &[Vec<Patch>], end: &str) -> Option<f64> {
    let mut writer = P::new(1);
    let messages: Vec<Vec<u8>> = txns.iter().map(|txn| writer.transact_and_tell(txn)).collect();
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
    // Hundreds of short branches take three peers minutes to write, before anything is measured.
    let slow: &[&str] = if agents(trace) > AGENTS_MAX { ALL_BUT_YRS } else { AUTOMERGE };
    let is_free_of_ties = name == "friendsforever";
    line!(table, format!("{name}: merge from one message, ms"), slow slow, merge_whole(trace, is_free_of_ties));
    line!(table, format!("{name}: open a file and read the text, ms"), slow slow, load_merged(trace));
    line!(table, format!("{name}: merge message by message, ms"), slow slow, merge_each(trace));
    line!(table, format!("{name}: size with history, kB"), slow slow, size_merged(trace));
}

fn agents(trace: &Trace) -> usize {
    trace.txns.iter().map(|txn| txn.agent).max().map_or(0, |last| last + 1)
}

/// How many agents write in a document each; where there are more, branches do.
const AGENTS_MAX: usize = 8;

/// The messages of a concurrent trace in its order, each made by a document that knew exactly its
/// parents.
fn messages<P: Peer>(trace: &Trace) -> Vec<Vec<u8>> {
    let agents = agents(trace);
    if agents <= AGENTS_MAX { messages_of_agents::<P>(trace, agents) } else { messages_of_branches::<P>(trace) }
}

/// Each agent writes as itself, in one document; its transactions follow each other.
fn messages_of_agents<P: Peer>(trace: &Trace, agents: usize) -> Vec<Vec<u8>> {
    let mut peers: Vec<P> = (0..agents).map(|agent| P::new(agent as u64 + 1)).collect();
    let mut known = vec![vec![0; agents]; agents];
    let mut by_agent: Vec<Vec<Vec<u8>>> = vec![Vec::new(); agents];
    let mut versions: Vec<Vec<usize>> = Vec::new();
    let mut all = Vec::new();
    for txn in &trace.txns {
        let author = txn.agent;
        let mut version = vec![0; agents];
        for &parent in &txn.parents {
            version.iter_mut().zip(&versions[parent]).for_each(|(own, &other)| *own = other.max(*own));
        }
        // Others' messages may build on each other: in the order of the trace they fit.
        for agent in (0..agents).filter(|&agent| agent != author) {
            for message in &by_agent[agent][known[author][agent]..version[agent].max(known[author][agent])] {
                peers[author].apply(message);
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

/// Each branch writes as somebody else: a transaction takes over the document of a parent that nobody
/// else follows, or a copy, and takes in what its other parents have.
fn messages_of_branches<P: Peer>(trace: &Trace) -> Vec<Vec<u8>> {
    let mut followers: Vec<usize> = trace.txns.iter().map(|txn| txn.num_children).collect();
    let mut tips: Vec<Option<P>> = trace.txns.iter().map(|_| None).collect();
    let mut writers = 0..;
    let mut all = Vec::new();
    for (n, txn) in trace.txns.iter().enumerate() {
        let base = txn.parents.iter().copied().find(|&parent| followers[parent] == 1).or(txn.parents.first().copied());
        let mut peer = match base {
            Some(base) if followers[base] == 1 => tips[base].take().expect("it is followed yet"),
            Some(base) => tips[base].as_mut().expect("it is followed yet").fork(writers.next().expect("endless")),
            None => P::new(writers.next().expect("endless")),
        };
        for &parent in &txn.parents {
            if let Some(other) = tips[parent].as_mut().filter(|_| Some(parent) != base) {
                let missing = other.missing_from(&mut peer);
                peer.apply(&missing);
            }
            followers[parent] -= 1;
            if followers[parent] == 0 {
                tips[parent] = None;
            }
        }
        all.push(peer.transact_and_tell(&txn.patches));
        tips[n] = Some(peer);
    }
    all
}

/// Everything of a concurrent trace in one document.
fn merged<P: Peer>(trace: &Trace) -> P {
    let mut all = P::new(READER);
    messages::<P>(trace).iter().for_each(|message| all.apply(message));
    all
}

fn merge_whole<P: Peer>(repetitions: usize, trace: &Trace, is_free_of_ties: bool) -> Option<f64> {
    let mut all = merged::<P>(trace);
    // Every engine breaks ties its own way; where there are none, all must end alike.
    assert!(!is_free_of_ties || all.text() == trace.end_content, "the messages lead elsewhere");
    apply(repetitions, || P::new(READER + 1), &[all.whole()], Some(&all.text()))
}

fn load_merged<P: Peer>(repetitions: usize, trace: &Trace) -> Option<f64> {
    let mut all = merged::<P>(trace);
    let saved = all.save();
    let (ms, (text, _)) = median_ms(
        repetitions,
        || (),
        |()| {
            let peer = P::load(&saved, READER + 1);
            (peer.text(), peer)
        },
    );
    assert!(text == all.text(), "the file holds another text");
    Some(ms)
}

fn merge_each<P: Peer>(repetitions: usize, trace: &Trace) -> Option<f64> {
    let messages = messages::<P>(trace);
    apply(repetitions, || P::new(READER), &messages, None)
}

fn size_merged<P: Peer>(_: usize, trace: &Trace) -> Option<f64> {
    Some(merged::<P>(trace).whole().len() as f64 / 1000.0)
}
