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
    /// The only run, as long as there is one only: most containers are small, and written at once.
    only: Option<(ReplicaId, Run)>,
    /// All runs where there are more: ascending by their starts.
    runs: SortedMap<ReplicaId, Vec<Run>>,
}

impl Run {
    fn handle(&self, seq: Seq) -> Option<u32> {
        let offset = seq.checked_sub(self.start)?;
        (offset < self.len).then_some(self.handle + offset)
    }

    /// Whether an id, of the same replica, and its handle carry the run on.
    fn goes_on(&self, seq: Seq, handle: u32) -> bool {
        self.start + self.len == seq && self.handle + self.len == handle
    }
}

impl Handles {
    /// The handle of an id.
    pub fn get(&self, id: Id) -> Option<u32> {
        if let Some((replica, run)) = &self.only {
            return run.handle(id.seq).filter(|_| *replica == id.replica);
        }
        let runs = self.runs.get(&id.replica)?;
        runs[runs.partition_point(|run| run.start <= id.seq).checked_sub(1)?].handle(id.seq)
    }

    /// Gives `len` ids from one on, which none of its replica that has one comes behind, handles from `handle` on.
    pub fn add(&mut self, id: Id, handle: u32, len: u32) {
        let new = Run { start: id.seq, len, handle };
        match &mut self.only {
            None if self.runs.is_empty() => return self.only = Some((id.replica, new)),
            Some((replica, run)) if *replica == id.replica && run.goes_on(id.seq, handle) => return run.len += len,
            _ => self.runs.extend(self.only.take().map(|(replica, run)| (replica, vec![run]))),
        }
        let runs = self.runs.entry(id.replica).or_default();
        match runs.last_mut() {
            Some(run) if run.goes_on(id.seq, handle) => run.len += len,
            last => {
                debug_assert!(last.is_none_or(|run| run.start + run.len <= id.seq), "{id} comes after later ones");
                room::push(runs, new);
            }
        }
    }
}
