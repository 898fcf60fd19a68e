//! Map: registers by key. A register shows the latest write that nobody replaced, and keeps the others
//! as alternatives.

use crate::digest::Digest;
use crate::register::Registers;
use clock::{Id, Lamport};
use log::{Names, Value, ValueRef};

/// The state of a map container.
#[derive(Clone, Debug, Default)]
pub struct Map {
    registers: Registers,
    /// The register of each key.
    keys: Names,
    /// The hash of what is held, where nothing changed since.
    hash: Option<u64>,
}

impl Map {
    /// A map without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `key` holds; none where it was never set, taken away, or only set by inactive writes.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.registers.shown(self.keys.find(key)?)
    }

    /// All keys that were ever written, ascending.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(key, _)| key)
    }

    /// The keys that hold something, with what they hold, ascending by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.keys.iter().filter_map(|(key, register)| Some((key, self.registers.shown(register)?)))
    }

    /// The writes of `key` that nobody replaced: first the one that shows, then the alternatives, later
    /// ones first. A later write of the key replaces them all.
    pub fn heads<'a>(&'a self, key: &str) -> impl Iterator<Item = (Id, Option<&'a Value>)> + use<'a> {
        self.keys.find(key).into_iter().flat_map(|register| self.registers.heads(register))
    }

    /// The keys whose value or alternatives differ from those in `before`.
    pub(crate) fn changed_since(&self, before: Option<&Self>) -> Vec<String> {
        let heads = |map: Option<&Self>, key: &str| -> Vec<Id> {
            map.into_iter().flat_map(|map| map.heads(key)).map(|(id, _)| id).collect()
        };
        let changed = |key: &&str| heads(before, key) != heads(Some(self), key);
        self.keys().filter(changed).map(str::to_owned).collect()
    }

    /// Takes in a write of `key`, which comes after all that it replaces. Returns whether what shows may have
    /// changed.
    pub fn insert(
        &mut self,
        id: Id,
        lamport: Lamport,
        key: &str,
        value: Option<ValueRef<'_>>,
        pred: &[Id],
        active: bool,
    ) -> bool {
        self.hash = self.hash.filter(|_| !active);
        let register = self.register(key);
        self.registers.insert(register, (id, lamport), value, pred, active);
        active
    }

    /// The register of a key, made where there is none yet.
    fn register(&mut self, key: &str) -> u32 {
        let register = self.keys.number(key);
        if register as usize == self.registers.len() {
            self.registers.add();
        }
        register
    }

    /// Lets a write that is not active count as written at another time.
    pub(crate) fn set_lamport(&mut self, id: Id, lamport: Lamport) {
        self.registers.set_lamport(id, lamport);
    }

    /// Turns a write on or off; returns its key where that changed anything.
    pub fn set_active(&mut self, id: Id, on: bool) -> Option<&str> {
        let register = self.registers.set_active(id, on)?;
        self.hash = None;
        Some(self.keys.name(register))
    }

    /// A hash of what is held, key by key. Costs nothing where nothing changed.
    pub fn hash(&mut self) -> u64 {
        if let Some(hash) = self.hash {
            return hash;
        }
        let mut digest = Digest::new();
        for (key, value) in self.iter() {
            digest.bytes(key.as_bytes());
            digest.value(Some(value));
        }
        *self.hash.insert(digest.finish())
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        self.registers.check_invariants();
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
        map.insert(id, lamport, "k", Some(ValueRef::Int(value)), pred, active);
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
