//! Map: registers by key. A register shows the latest write that nobody replaced, and keeps the others
//! as alternatives.

mod few;

use crate::digest::Digest;
use crate::register::{HeadsOf, Registers};
use clock::{Id, Lamport};
use few::Few;
pub(crate) use few::Keys;
use log::{Names, Value};

/// The state of a map container.
#[derive(Clone, Debug, Default)]
pub struct Map {
    writes: Writes,
    /// The hash of what is held, where nothing changed since.
    hash: Option<u64>,
}

/// What was written.
#[derive(Clone, Debug)]
enum Writes {
    /// Of few keys each once: of most of the very many maps that there may be.
    Few(Few),
    Any(Box<Any>),
}

impl Default for Writes {
    fn default() -> Self {
        Self::Few(Few::default())
    }
}

/// Any writes.
#[derive(Clone, Debug, Default)]
struct Any {
    registers: Registers,
    /// The register of each key.
    keys: Names,
}

/// The writes of a key that nobody replaced.
struct MapHeads<'a> {
    few: Option<&'a few::Write>,
    any: Option<HeadsOf<'a>>,
}

impl<'a> Iterator for MapHeads<'a> {
    type Item = (Id, Option<&'a Value>);

    fn next(&mut self) -> Option<Self::Item> {
        match self.few.take() {
            Some(write) => Some((write.id, write.value.as_ref())),
            None => self.any.as_mut()?.next(),
        }
    }
}

impl Any {
    /// Takes in what few writes say. In the order in which they were made, in which names come.
    fn of(few: Few) -> Self {
        let mut any = Self::default();
        for write in few.into_order() {
            any.insert((write.id, write.lamport), &write.key, write.value, &[], true);
        }
        any
    }

    fn insert(&mut self, time: (Id, Lamport), key: &str, value: Option<Value>, pred: &[Id], active: bool) {
        let register = self.keys.number(key);
        if register as usize == self.registers.len() {
            self.registers.add();
        }
        self.registers.insert(register, time, value, pred, active);
    }
}

impl Map {
    /// A map without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `key` holds; none where it was never set, taken away, or only set by inactive writes.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match &self.writes {
            Writes::Few(few) => few.find(key)?.value.as_ref(),
            Writes::Any(any) => any.registers.shown(any.keys.find(key)?),
        }
    }

    /// All keys that were ever written, ascending.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries().map(|(key, _)| key)
    }

    /// All keys, ascending, with what they hold. In one form whatever it reads, so that who asks is compiled once.
    fn entries(&self) -> Box<dyn Iterator<Item = (&str, Option<&Value>)> + '_> {
        match &self.writes {
            Writes::Few(few) => Box::new(few.writes().iter().map(|write| (&*write.key, write.value.as_ref()))),
            Writes::Any(any) => Box::new(any.keys.iter().map(|(key, register)| (key, any.registers.shown(register)))),
        }
    }

    /// The keys that hold something, with what they hold, ascending by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries().filter_map(|(key, value)| Some((key, value?)))
    }

    /// The writes of `key` that nobody replaced: first the one that shows, then the alternatives, later
    /// ones first. A later write of the key replaces them all.
    pub fn heads<'a>(&'a self, key: &str) -> impl Iterator<Item = (Id, Option<&'a Value>)> + use<'a> {
        match &self.writes {
            Writes::Few(few) => MapHeads { few: few.find(key), any: None },
            Writes::Any(any) => {
                MapHeads { few: None, any: any.keys.find(key).map(|register| any.registers.heads(register)) }
            }
        }
    }

    /// The keys whose value or alternatives differ from those in `before`.
    pub(crate) fn changed_since(&self, before: Option<&Self>) -> Vec<String> {
        let heads = |map: Option<&Self>, key: &str| -> Vec<Id> {
            map.into_iter().flat_map(|map| map.heads(key)).map(|(id, _)| id).collect()
        };
        let changed = |key: &&str| heads(before, key) != heads(Some(self), key);
        self.keys().filter(changed).map(str::to_owned).collect()
    }

    /// Takes in a write of `key`, which comes after all that it replaces; `keys` knows the keys of other maps. Returns
    /// whether what shows may have changed.
    pub(crate) fn insert(
        &mut self,
        (id, lamport): (Id, Lamport),
        (key, keys): (&str, &mut Keys),
        value: Option<Value>,
        pred: &[Id],
        active: bool,
    ) -> bool {
        self.hash = self.hash.filter(|_| !active);
        if let Writes::Few(few) = &mut self.writes
            && active
            && pred.is_empty()
            && let Some(at) = few.place(key)
        {
            few.insert(at, few::Write { key: keys.shared(key), id, lamport, value });
        } else {
            self.make_any().insert((id, lamport), key, value, pred, active);
        }
        active
    }

    fn make_any(&mut self) -> &mut Any {
        if let Writes::Few(few) = &mut self.writes {
            self.writes = Writes::Any(Box::new(Any::of(std::mem::take(few))));
        }
        match &mut self.writes {
            Writes::Any(any) => any,
            Writes::Few(_) => unreachable!("just made so"),
        }
    }

    /// Lets a write that is not active count as written at another time.
    pub(crate) fn set_lamport(&mut self, id: Id, lamport: Lamport) {
        self.make_any().registers.set_lamport(id, lamport);
    }

    /// Turns a write on or off; returns its key where that changed anything.
    pub fn set_active(&mut self, id: Id, on: bool) -> Option<&str> {
        if on && matches!(self.writes, Writes::Few(_)) {
            return None;
        }
        self.hash = None;
        let any = self.make_any();
        let register = any.registers.set_active(id, on)?;
        Some(any.keys.name(register))
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
        match &self.writes {
            Writes::Few(few) => few.check_invariants(),
            Writes::Any(any) => any.registers.check_invariants(),
        }
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
        map.insert((id, lamport), ("k", &mut Keys::default()), Some(Value::Int(value)), pred, active);
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

    /// As few keys are kept in one way and more in another, whatever comes.
    #[test]
    fn few_keys_and_many_hold_the_same() {
        for count in 0..6 {
            let (mut map, mut known) = (Map::new(), Keys::default());
            let names: Vec<String> = (0..count).rev().map(|n| format!("key{n}")).collect();
            for (name, seq) in names.iter().zip(0..) {
                let value = (seq % 3 > 0).then(|| Value::Int(seq.into()));
                map.insert((id(1, seq), 1), (name, &mut known), value, &[], true);
                map.check_invariants();
            }
            let mut shown: Vec<(&str, i64)> =
                names.iter().map(String::as_str).zip(0..).filter(|(_, n)| n % 3 > 0).collect();
            shown.sort_unstable();
            let held = |map: &Map| -> Vec<(String, Value)> {
                map.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect()
            };
            let expected = |shown: &[(&str, i64)]| -> Vec<(String, Value)> {
                shown.iter().map(|(key, n)| ((*key).to_owned(), Value::Int(*n))).collect()
            };
            assert_eq!(held(&map), expected(&shown));
            assert_eq!(map.keys().count(), names.len());
            assert_eq!(map.set_active(id(2, 0), false), None);
            if let Some(gone) = names.get(1) {
                assert_eq!(map.set_active(id(1, 1), true), None, "it is active");
                assert_eq!(map.set_active(id(1, 1), false), Some(gone.as_str()));
                shown.retain(|(key, _)| key != gone);
                assert_eq!((held(&map), map.heads(gone).count()), (expected(&shown), 0));
                assert_eq!(map.keys().count(), names.len(), "they were written");
            }
            map.check_invariants();
        }
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
