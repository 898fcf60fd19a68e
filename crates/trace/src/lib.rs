//! Recorded editing histories, read and played through documents.
//!
//! A trace is gzip-compressed JSON in the shape of the public `editing-traces` collection. Sequential
//! ones are one person's patches in order; in concurrent ones each transaction names its parents, and
//! its positions refer to the document there. Positions are in code points.

use flate2::read::GzDecoder;
use motet::{ContainerId, Document, Kind, ReplicaId, Seq};
use serde::Deserialize;
use std::io::{self, Read};

/// The longest trace read, in bytes of JSON: a wrong or hostile file stops here.
const JSON_BYTES_MAX: u64 = 512 << 20;

/// Why a trace could not be read or played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The file could not be read, or is not gzip.
    #[error("failed to read the trace: {0}")]
    Read(#[from] io::Error),
    /// It is longer than can be taken in.
    #[error("the trace is longer than {JSON_BYTES_MAX} bytes")]
    TooLong,
    /// It is not a trace.
    #[error("not a trace: {0}")]
    Json(#[from] serde_json::Error),
    /// A transaction names one that does not come before it.
    #[error("transaction {txn} has parent {parent}, which does not come before it")]
    Parent {
        /// The transaction.
        txn: usize,
        /// What it names.
        parent: usize,
    },
    /// A patch does not fit into the document that it changes.
    #[error("transaction {txn} changes {at}..{end} of a document of {len} characters")]
    Position {
        /// The transaction.
        txn: usize,
        /// Where the patch begins.
        at: Seq,
        /// Where what it deletes ends.
        end: u64,
        /// How long the document is.
        len: Seq,
    },
}

/// One replacement: position, how many code points go, what comes.
#[derive(Clone, Debug, Deserialize)]
pub struct Patch(pub Seq, pub Seq, pub String);

/// Patches made together.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Txn {
    /// What it follows; only in concurrent traces.
    #[serde(default)]
    pub parents: Vec<usize>,
    /// How many transactions follow it; only in concurrent traces.
    #[serde(default)]
    pub num_children: usize,
    /// Who made it; only in concurrent traces.
    #[serde(default)]
    pub agent: usize,
    /// The changes, one after another.
    pub patches: Vec<Patch>,
}

/// A recorded history.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    #[serde(default)]
    kind: String,
    /// The text before the first transaction.
    #[serde(default)]
    pub start_content: String,
    /// The text after the last.
    pub end_content: String,
    /// The transactions, parents before children.
    pub txns: Vec<Txn>,
}

impl Trace {
    /// Reads a gzip-compressed trace.
    pub fn read(gzip: impl Read) -> Result<Self, TraceError> {
        let mut json = Vec::new();
        GzDecoder::new(gzip).take(JSON_BYTES_MAX + 1).read_to_end(&mut json)?;
        if json.len() as u64 > JSON_BYTES_MAX {
            return Err(TraceError::TooLong);
        }
        Ok(serde_json::from_slice(&json)?)
    }

    /// Whether its transactions branch.
    pub fn is_concurrent(&self) -> bool {
        self.kind == "concurrent"
    }

    /// How many patches it has.
    pub fn patches(&self) -> usize {
        self.txns.iter().map(|txn| txn.patches.len()).sum()
    }

    /// Plays it through documents; `progress` hears how many transactions are done.
    pub fn play(&self, progress: impl FnMut(usize)) -> Result<Document, TraceError> {
        if self.is_concurrent() { self.play_branches(progress) } else { self.play_in_order(progress) }
    }

    fn play_in_order(&self, mut progress: impl FnMut(usize)) -> Result<Document, TraceError> {
        let mut document = Document::new(ReplicaId(1));
        document.edit(0, |edit| edit.insert(text(), 0, &self.start_content));
        for (n, txn) in self.txns.iter().enumerate() {
            commit(&mut document, n, txn)?;
            progress(n + 1);
        }
        Ok(document)
    }

    /// One document per branch: a transaction takes over that of a parent that nobody else follows, or a
    /// copy, and takes in what its other parents have.
    fn play_branches(&self, mut progress: impl FnMut(usize)) -> Result<Document, TraceError> {
        let mut left: Vec<usize> = self.txns.iter().map(|txn| txn.num_children).collect();
        let mut tips: Vec<Option<Document>> = vec![None; self.txns.len()];
        let mut branches = 0;
        let mut last: Option<Document> = None;
        for (n, txn) in self.txns.iter().enumerate() {
            if let Some(&parent) = txn.parents.iter().find(|&&parent| parent >= n || tips[parent].is_none()) {
                return Err(TraceError::Parent { txn: n, parent });
            }
            // Best a branch that ends here anyway; else a copy.
            let base = txn.parents.iter().copied().find(|&parent| left[parent] <= 1).or(txn.parents.first().copied());
            let mut document = match base.map(|base| (base, left[base] <= 1)) {
                Some((base, true)) => tips[base].take().expect("just checked"),
                other => {
                    branches += 1;
                    let replica = ReplicaId(branches);
                    let tip = other.and_then(|(base, _)| tips[base].as_ref());
                    tip.map_or_else(|| Document::new(replica), |tip| tip.fork(replica))
                }
            };
            for &parent in &txn.parents {
                if Some(parent) != base {
                    let other = tips[parent].as_ref().expect("just checked");
                    let actions = other.actions_since(&document.version());
                    document.receive_all(actions).expect("actions of a document are valid");
                }
                left[parent] = left[parent].saturating_sub(1);
                if left[parent] == 0 {
                    tips[parent] = None;
                }
            }
            commit(&mut document, n, txn)?;
            if txn.num_children == 0 {
                last = Some(match last {
                    None => document,
                    Some(mut all) => {
                        let actions = document.actions_since(&all.version());
                        all.receive_all(actions).expect("actions of a document are valid");
                        all
                    }
                });
            } else {
                tips[n] = Some(document);
            }
            progress(n + 1);
        }
        Ok(last.unwrap_or_else(|| Document::new(ReplicaId(1))))
    }
}

/// The text that traces are played in.
pub fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn commit(document: &mut Document, n: usize, txn: &Txn) -> Result<(), TraceError> {
    let mut len = document.text_len(text());
    for Patch(at, removed, inserted) in &txn.patches {
        let end = u64::from(*at) + u64::from(*removed);
        if end > u64::from(len) {
            return Err(TraceError::Position { txn: n, at: *at, end, len });
        }
        len = len - removed + inserted.chars().count() as Seq;
    }
    document.edit(0, |edit| {
        for Patch(at, removed, inserted) in &txn.patches {
            edit.replace(text(), *at, *removed, inserted);
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;
    use std::path::Path;

    fn gzip(json: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(json.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_branched_trace_ends_in_its_end_content() {
        let json = r#"{"kind":"concurrent","endContent":"aXbY","numAgents":2,"txns":[
            {"parents":[],"numChildren":2,"agent":0,"patches":[[0,0,"ab"]]},
            {"parents":[0],"numChildren":1,"agent":0,"patches":[[1,0,"X"]]},
            {"parents":[0],"numChildren":1,"agent":1,"patches":[[2,0,"Z"]]},
            {"parents":[1,2],"numChildren":0,"agent":1,"patches":[[3,1,"Y"]]}]}"#;
        let trace = Trace::read(gzip(json).as_slice()).unwrap();
        assert_eq!(trace.play(|_| ()).unwrap().text(text()), trace.end_content);
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        assert!(matches!(Trace::read(&b"no gzip"[..]), Err(TraceError::Read(_))));
        assert!(matches!(Trace::read(gzip("{}").as_slice()), Err(TraceError::Json(_))));
        let beyond = r#"{"endContent":"","txns":[{"patches":[[3,4294967295,""]]}]}"#;
        let trace = Trace::read(gzip(beyond).as_slice()).unwrap();
        assert!(matches!(trace.play(|_| ()), Err(TraceError::Position { at: 3, .. })));
        let orphan = r#"{"kind":"concurrent","endContent":"","txns":[{"parents":[4],"patches":[]}]}"#;
        let trace = Trace::read(gzip(orphan).as_slice()).unwrap();
        assert!(matches!(trace.play(|_| ()), Err(TraceError::Parent { txn: 0, parent: 4 })));
    }

    /// The real traces, where the shared corpus lies beside the checkout.
    #[test]
    fn corpus_traces_end_in_their_end_content() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/traces");
        if !corpus.exists() {
            eprintln!("skipped: there is no corpus beside this checkout");
            return;
        }
        let names = ["seq_automerge-paper", "seq_rustcode", "seq_sveltecomponent", "conc_friendsforever"];
        for name in names {
            let file = std::fs::File::open(corpus.join(format!("{name}.json.gz"))).unwrap();
            let trace = Trace::read(file).unwrap();
            let document = trace.play(|_| ()).unwrap();
            assert!(document.text(text()) == trace.end_content, "{name} ends otherwise");
        }
    }

    /// Several replicas take in a real history in different orders and must come out equal.
    #[test]
    fn corpus_branches_merge_alike_in_any_order() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/traces/conc_git-makefile.json.gz");
        let Ok(file) = std::fs::File::open(path) else {
            eprintln!("skipped: there is no corpus beside this checkout");
            return;
        };
        let mut played = Trace::read(file).unwrap().play(|_| ()).unwrap();
        let actions = played.actions_since(&motet::VersionVector::new());
        let backward: Vec<_> = actions.iter().rev().cloned().collect();
        let strided: Vec<_> = (0..7).flat_map(|n| actions.iter().skip(n).step_by(7).cloned()).collect();
        for order in [actions, backward, strided] {
            let mut other = Document::new(ReplicaId(u64::MAX));
            other.receive_all(order).unwrap();
            assert_eq!(other.state_hash(), played.state_hash());
            assert!(other.text(text()) == played.text(text()));
        }
    }
}
