//! Map: registers by key. A register shows the latest write that nobody replaced, and keeps the others
//! as alternatives.

use clock::{Id, Lamport, SortedMap, SortedSet};
use log::Value;

/// The state of a map container.
#[derive(Clone, Debug, Default)]
pub struct Map {
    registers: SortedMap<String, Register>,
    /// Which register a write went to.
    keys: SortedMap<Id, String>,
}

/// One write of a register.
#[derive(Clone, Debug)]
struct Write {
    lamport: Lamport,
    value: Option<Value>,
    pred: Vec<Id>,
    active: bool,
}

#[derive(Clone, Debug, Default)]
struct Register {
    writes: SortedMap<Id, Write>,
    /// The active writes that no active write replaces, directly or through others; the one that shows
    /// is last: ascending by Lamport time, then id.
    heads: Vec<Id>,
}

impl Map {
    /// A map without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `key` holds; none where it was never set, taken away, or only set by inactive writes.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let register = self.registers.get(key)?;
        register.writes[register.heads.last()?].value.as_ref()
    }

    /// The keys that hold something, with what they hold, ascending by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.registers.keys().filter_map(|key| self.get(key).map(|value| (key.as_str(), value)))
    }

    /// The writes of `key` that nobody replaced: first the one that shows, then the alternatives, later
    /// ones first. A later write of the key replaces them all.
    pub fn heads(&self, key: &str) -> impl Iterator<Item = (Id, Option<&Value>)> {
        self.registers
            .get(key)
            .into_iter()
            .flat_map(|register| register.heads.iter().rev().map(|id| (*id, register.writes[id].value.as_ref())))
    }

    /// Takes in a write of `key` in any order; it counts once [`Map::settle`] was called.
    pub(crate) fn load(
        &mut self,
        id: Id,
        lamport: Lamport,
        key: &str,
        value: Option<&Value>,
        pred: &[Id],
        active: bool,
    ) {
        let write = Write { lamport, value: value.cloned(), pred: pred.to_vec(), active };
        self.registers.entry(key.to_owned()).or_default().writes.insert(id, write);
        self.keys.insert(id, key.to_owned());
    }

    /// Finds what shows after writes were loaded.
    pub(crate) fn settle(&mut self) {
        self.registers.values_mut().for_each(Register::find_heads);
    }

    /// The keys whose value or alternatives differ from those in `before`.
    pub(crate) fn changed_since(&self, before: Option<&Self>) -> Vec<String> {
        let heads = |map: Option<&Self>, key: &str| map?.registers.get(key).map(|register| register.heads.clone());
        let changed =
            |key: &&String| heads(before, key).unwrap_or_default() != heads(Some(self), key).unwrap_or_default();
        self.registers.keys().filter(changed).cloned().collect()
    }

    /// Takes in a write of `key`. Returns whether what shows may have changed.
    pub fn insert(
        &mut self,
        id: Id,
        lamport: Lamport,
        key: &str,
        value: Option<&Value>,
        pred: &[Id],
        active: bool,
    ) -> bool {
        let register = self.registers.entry(key.to_owned()).or_default();
        let write = Write { lamport, value: value.cloned(), pred: pred.to_vec(), active };
        register.writes.insert(id, write);
        self.keys.insert(id, key.to_owned());
        if active {
            register.add_head(id);
        }
        active
    }

    /// Turns a write on or off; returns its key where that changed anything.
    pub fn set_active(&mut self, id: Id, on: bool) -> Option<&str> {
        let key = self.keys.get(&id)?;
        let register = self.registers.get_mut(key)?;
        let write = register.writes.get_mut(&id)?;
        if write.active == on {
            return None;
        }
        write.active = on;
        register.find_heads();
        Some(key)
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        for register in self.registers.values() {
            let mut fresh = register.clone();
            fresh.find_heads();
            assert_eq!(fresh.heads, register.heads, "heads are what a search from scratch finds");
        }
    }
}

impl Register {
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

    fn find_heads(&mut self) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use clock::ReplicaId;

    fn id(replica: u64, seq: u32) -> Id {
        Id::new(ReplicaId(replica), seq)
    }

    fn write(map: &mut Map, id: Id, lamport: Lamport, value: i64, pred: &[Id], active: bool) {
        map.insert(id, lamport, "k", Some(&Value::Int(value)), pred, active);
        map.check_invariants();
    }

    fn shown(map: &Map) -> Vec<i64> {
        map.heads("k").map(|(_, value)| if let Some(Value::Int(n)) = value { *n } else { -1 }).collect()
    }

    #[test]
    fn the_latest_shows_and_those_at_once_are_alternatives() {
        let mut map = Map::new();
        write(&mut map, id(1, 0), 1, 1, &[], true);
        write(&mut map, id(2, 0), 2, 2, &[id(1, 0)], true);
        write(&mut map, id(3, 0), 2, 3, &[id(1, 0)], true);
        assert_eq!(shown(&map), [3, 2]);
        write(&mut map, id(1, 1), 3, 4, &[id(2, 0), id(3, 0)], true);
        assert_eq!(shown(&map), [4]);
    }

    #[test]
    fn turning_a_write_off_brings_back_what_only_it_replaced() {
        let mut map = Map::new();
        write(&mut map, id(1, 0), 1, 1, &[], true);
        write(&mut map, id(1, 1), 2, 2, &[id(1, 0)], true);
        write(&mut map, id(1, 2), 3, 3, &[id(1, 1)], true);
        map.set_active(id(1, 1), false);
        assert_eq!(shown(&map), [3], "what was overwritten through it stays so");
        map.set_active(id(1, 2), false);
        assert_eq!(shown(&map), [1]);
        map.set_active(id(1, 1), true);
        assert_eq!(shown(&map), [2]);
        map.check_invariants();
    }

    #[test]
    fn a_write_through_an_inactive_one_replaces_what_that_replaced() {
        let mut map = Map::new();
        write(&mut map, id(1, 0), 1, 1, &[], true);
        write(&mut map, id(2, 0), 2, 2, &[id(1, 0)], false);
        write(&mut map, id(3, 0), 3, 3, &[id(2, 0)], true);
        assert_eq!(shown(&map), [3]);
    }
}
