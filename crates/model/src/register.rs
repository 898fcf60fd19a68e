//! Register: one value at a time. It shows the latest write that nobody replaced, and keeps the others as
//! alternatives.

use clock::{Id, Lamport, SortedMap, SortedSet};
use log::Value;

/// One write of a register.
#[derive(Clone, Debug)]
struct Write {
    lamport: Lamport,
    value: Option<Value>,
    pred: Vec<Id>,
    active: bool,
}

/// The state of a register.
#[derive(Clone, Debug, Default)]
pub(crate) struct Register {
    writes: SortedMap<Id, Write>,
    /// The active writes that no active write replaces, directly or through others; the one that shows
    /// is last: ascending by Lamport time, then id.
    heads: Vec<Id>,
}

impl Register {
    /// What it holds: what the latest write says that nobody replaced.
    pub fn shown(&self) -> Option<&Value> {
        self.writes[self.heads.last()?].value.as_ref()
    }

    /// The writes that nobody replaced, the one that shows first, then later ones first.
    pub fn heads(&self) -> impl Iterator<Item = (Id, Option<&Value>)> {
        self.heads.iter().rev().map(|id| (*id, self.writes[id].value.as_ref()))
    }

    /// The ids of the writes that nobody replaced, the one that shows last.
    pub fn ids(&self) -> Vec<Id> {
        self.heads.clone()
    }

    /// Takes in a write in any order; it counts once [`Register::find_heads`] was called.
    pub fn load(&mut self, id: Id, lamport: Lamport, value: Option<&Value>, pred: &[Id], active: bool) {
        self.writes.insert(id, Write { lamport, value: value.cloned(), pred: pred.to_vec(), active });
    }

    /// Takes in a write that comes after all that it replaces.
    pub fn insert(&mut self, id: Id, lamport: Lamport, value: Option<&Value>, pred: &[Id], active: bool) {
        self.load(id, lamport, value, pred, active);
        if active {
            self.add_head(id);
        }
    }

    /// Turns a write on or off; returns whether that changed anything.
    pub fn set_active(&mut self, id: Id, on: bool) -> bool {
        let Some(write) = self.writes.get_mut(&id).filter(|write| write.active != on) else { return false };
        write.active = on;
        self.find_heads();
        true
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        let mut fresh = self.clone();
        fresh.find_heads();
        assert_eq!(fresh.heads, self.heads, "heads are what a search from scratch finds");
    }

    /// Accounts for the newest write, which is active: it replaces what it names. Inactive writes pass
    /// the replacement on; active ones have already made theirs.
    fn add_head(&mut self, id: Id) {
        let mut open = self.writes[&id].pred.clone();
        let mut seen = SortedSet::new();
        while let Some(replaced) = open.pop() {
            if !seen.insert(replaced) {
                continue;
            }
            self.heads.retain(|&head| head != replaced);
            if let Some(write) = self.writes.get(&replaced)
                && !write.active
            {
                open.extend(&write.pred);
            }
        }
        self.heads.push(id);
        self.sort_heads();
    }

    /// Finds what shows, from scratch.
    pub fn find_heads(&mut self) {
        let mut replaced = SortedSet::new();
        let mut open: Vec<Id> =
            self.writes.values().filter(|write| write.active).flat_map(|write| write.pred.iter().copied()).collect();
        while let Some(id) = open.pop() {
            if replaced.insert(id)
                && let Some(write) = self.writes.get(&id)
            {
                open.extend(&write.pred);
            }
        }
        self.heads =
            self.writes.iter().filter(|(id, w)| w.active && !replaced.contains(id)).map(|(&id, _)| id).collect();
        self.sort_heads();
    }

    fn sort_heads(&mut self) {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::LastArrivalWins) {
            return;
        }
        let writes = &self.writes;
        self.heads.sort_unstable_by_key(|id| (writes[id].lamport, *id));
    }
}
