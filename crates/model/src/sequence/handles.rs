//! From ids to handles.

use clock::{Id, ReplicaId, Seq, SortedMap};
use log::room;

/// Consecutive ids with consecutive handles.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: Seq,
    len: u32,
    handle: u32,
}

/// Which handles ids have: runs, since what arrives together is named alike in both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handles {
    /// Ascending by their starts.
    runs: SortedMap<ReplicaId, Vec<Run>>,
}

impl Handles {
    /// The handle of an id.
    pub fn get(&self, id: Id) -> Option<u32> {
        let runs = self.runs.get(&id.replica)?;
        let run = &runs[runs.partition_point(|run| run.start <= id.seq).checked_sub(1)?];
        let offset = id.seq - run.start;
        (offset < run.len).then_some(run.handle + offset)
    }

    /// Gives an id, which none of its replica that has one comes behind, a handle.
    pub fn add(&mut self, id: Id, handle: u32) {
        let runs = self.runs.entry(id.replica).or_default();
        match runs.last_mut() {
            Some(run) if run.start + run.len == id.seq && run.handle + run.len == handle => run.len += 1,
            last => {
                debug_assert!(last.is_none_or(|run| run.start + run.len <= id.seq), "{id} comes after later ones");
                room::push(runs, Run { start: id.seq, len: 1, handle });
            }
        }
    }
}
