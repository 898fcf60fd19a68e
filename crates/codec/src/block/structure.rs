//! Runs that are none of text: columns of their own for maps, lists, trees and counters, both ways.
//!
//! The shape says which kind a run is of; what it names goes into columns by what it is, keys by number, and the
//! writes that a write replaces only where they are not the one before it in the same part.

use super::columns;
use super::decode::Decoder;
use super::encode::{Encoder, OTHER};
use crate::error::{DecodeError, EncodeError};
use crate::limits::{CONTAINERS, KEY_BYTES, LIST_ITEMS, PRED, SEQ};
use crate::names::NAME_WEIGHT;
use crate::op::{NOWHERE, is_ascending, is_nowhere};
use crate::reader::Reader;
use crate::value::{read_whole_value, read_whole_value_or_none, write_held_value_or_none, write_values};
use crate::writer::Writer;
use clock::{Id, Seq, SortedMap};
use log::{Kind, Near, OpBody, OpRef, OpRun, ReplicaLog, Value, ValueRef, Values};
use std::ops::Range;

/// Which of the other kinds a run is of, in the bits of its shape from the fourth on; 0 is an op as in a frame.
pub(super) const KIND_SHIFT: u8 = 3;
const SET: u8 = 1;
const LIST_MOVE: u8 = 2;
const LIST_SET: u8 = 3;
const TREE_CREATE: u8 = 4;
const TREE_MOVE: u8 = 5;
const TREE_DELETE: u8 = 6;
const COUNTER_ADD: u8 = 7;

/// Whether a run of this shape is of an op that is none of text, and takes one counter: several alike are one row.
pub(super) fn is_structure(shape: u8) -> bool {
    shape & OTHER == OTHER && shape >> KIND_SHIFT != 0
}

/// What a kind of op is done to.
fn container_kind(kind: u8) -> Result<Kind, DecodeError> {
    Ok(match kind {
        SET => Kind::Map,
        LIST_MOVE | LIST_SET => Kind::List,
        TREE_CREATE | TREE_MOVE | TREE_DELETE => Kind::Tree,
        COUNTER_ADD => Kind::Counter,
        _ => return Err(DecodeError::Unknown { what: "kind of an op", number: kind.into() }),
    })
}

/// Number of no part.
const NO_PART: u32 = u32::MAX;

/// What is known of a key of a block.
#[derive(Clone, Copy, Debug)]
struct KeyState {
    /// The part that wrote it last; what follows is of that part.
    part: u32,
    /// Its number there.
    local: u32,
    /// The map, by its number there, and the counter of the last write.
    last: Option<(u32, Seq)>,
}

/// The writes of a part so far, from which it is predicted what a write replaces.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// The number of the part.
    part: u32,
    /// By the block's number of the key.
    keys: Vec<KeyState>,
    /// By item, the last write.
    items: SortedMap<Id, Seq>,
}

impl Writes {
    /// Forgets everything before a new part.
    pub fn next_part(&mut self) {
        self.part += 1;
        self.items.clear();
    }

    /// What is known of a key, taking it in where it is new.
    fn key(&mut self, number: usize) -> &mut KeyState {
        let new = KeyState { part: NO_PART, local: 0, last: None };
        if number >= self.keys.len() {
            self.keys.resize(number + 1, new);
        }
        let state = &mut self.keys[number];
        if state.part != self.part {
            *state = KeyState { part: self.part, ..new };
        }
        state
    }

    /// The write that one of a key at `at` is predicted to replace.
    fn key_write(&mut self, number: usize, container: u32, at: Seq) -> Option<Seq> {
        let before = self.key(number).last.replace((container, at));
        before.filter(|(of, _)| *of == container).map(|(_, seq)| seq)
    }

    /// The write that one of an item at `at` of `own` is predicted to replace: at first the item's insertion.
    fn item_write(&mut self, item: Id, at: Id) -> Id {
        let before = self.items.insert(item, at.seq);
        before.map_or(item, |seq| Id::new(at.replica, seq))
    }
}

/// The keys of a block, as its encoder numbers them.
#[derive(Debug, Default)]
pub(super) struct KeyNumbers {
    numbers: SortedMap<String, u32>,
    /// By the part's number of a key, the block's number and one; 0 where it was not asked for.
    of_part: Vec<u32>,
}

impl KeyNumbers {
    /// Forgets the numbers of the part before.
    pub fn next_part(&mut self, log: &ReplicaLog) {
        self.of_part.clear();
        self.of_part.resize(log.key_count(), 0);
    }

    /// The block's number of a key, which `w` is told where it is new.
    fn number(&mut self, w: &mut Writer, log: &ReplicaLog, local: u32) -> Result<u32, EncodeError> {
        let known = self.of_part[local as usize];
        if known > 0 {
            return Ok(known - 1);
        }
        let (key, next) = (log.key(local), self.numbers.len() as u32);
        let number = match self.numbers.get(key) {
            Some(&number) => number,
            None => {
                w.text(key, KEY_BYTES)?;
                self.numbers.insert(key.to_owned(), next);
                next
            }
        };
        // The part's log keeps it too.
        w.charge(NAME_WEIGHT + key.len() as u64);
        self.of_part[local as usize] = number + 1;
        Ok(number)
    }
}

impl Encoder {
    /// Writes the part `range` of a run that is none of text; gives its shape but for the lowest bits.
    pub(super) fn structure(&mut self, log: &ReplicaLog, run: &OpRun, range: Range<Seq>) -> Result<u8, EncodeError> {
        let at = range.start;
        let (shape, container) = match (&run.body, log.op(run, range)) {
            (&OpBody::Set { container, key, .. }, OpRef::Set { value, pred, .. }) => {
                let named = self.container(log, container, Kind::Map)?;
                self.set(log, (container, key), value, pred, at)?;
                (SET, named)
            }
            (&OpBody::CounterAdd { container, .. }, OpRef::CounterAdd { amount, .. }) => {
                self.c[columns::AMOUNTS].signed(amount);
                (COUNTER_ADD, self.container(log, container, Kind::Counter)?)
            }
            (&OpBody::Placed { container, .. }, OpRef::ListMove { item, left, right, .. }) => {
                self.elements(at, [Some(item), left, right])?;
                (LIST_MOVE, self.container(log, container, Kind::List)?)
            }
            (&OpBody::ListSet { container, .. }, OpRef::ListSet { item, value, pred, .. }) => {
                let named = self.container(log, container, Kind::List)?;
                self.elements(at, [Some(item)])?;
                self.value(Some(value))?;
                let predicted = self.writes.item_write(item, Id::new(log.replica, at));
                self.replaced(pred, &[predicted], at)?;
                (LIST_SET, named)
            }
            (&OpBody::Placed { container, .. }, OpRef::TreeCreate { parent, left, right, .. }) => {
                self.elements(at, [parent, left, right])?;
                (TREE_CREATE, self.container(log, container, Kind::Tree)?)
            }
            (&OpBody::Placed { container, .. }, OpRef::TreeMove { node, parent, left, right, .. }) => {
                self.elements(at, [Some(node), parent, left, right])?;
                (TREE_MOVE, self.container(log, container, Kind::Tree)?)
            }
            (&OpBody::TreeDelete { container, .. }, OpRef::TreeDelete { node, .. }) => {
                self.elements(at, [Some(node)])?;
                (TREE_DELETE, self.container(log, container, Kind::Tree)?)
            }
            _ => unreachable!("a run says of what kind it is"),
        };
        Ok(container | shape << KIND_SHIFT)
    }

    fn set(
        &mut self,
        log: &ReplicaLog,
        (container, key): (u32, u32),
        value: Option<ValueRef<'_>>,
        pred: &[Id],
        at: Seq,
    ) -> Result<(), EncodeError> {
        let number = self.keys.number(&mut self.c[columns::MAP_KEYS], log, key)?;
        self.c[columns::OP_KEYS].varint(number.into());
        self.value(value)?;
        let before = self.writes.key_write(number as usize, container, at).map(|seq| Id::new(log.replica, seq));
        self.replaced(pred, before.as_slice(), at)
    }

    /// Writes the values of a list's new items.
    pub(super) fn values(&mut self, values: Values<'_>) -> Result<(), EncodeError> {
        self.c[columns::VALUES].charge((values.len() * size_of::<Value>()) as u64);
        write_values(&mut self.c[columns::VALUES], values)
    }

    fn value(&mut self, value: Option<ValueRef<'_>>) -> Result<(), EncodeError> {
        let w = &mut self.c[columns::VALUES];
        w.charge(size_of::<Value>() as u64);
        write_held_value_or_none(w, value)
    }

    /// Writes which writes are replaced: 0 where it is what is predicted.
    fn replaced(&mut self, pred: &[Id], predicted: &[Id], at: Seq) -> Result<(), EncodeError> {
        let w = &mut self.c[columns::REPLACED];
        w.charge(size_of_val(pred) as u64);
        if pred == predicted {
            w.byte(0);
            return Ok(());
        }
        PRED.check_len(pred.len())?;
        w.varint(pred.len() as u64 + 1);
        if !is_ascending(pred) {
            return Err(EncodeError::Invalid("replaced writes are not ascending"));
        }
        pred.iter().try_for_each(|&id| self.names.write_id(w, id, at))
    }

    /// Writes the elements that an op names, its neighbours last where there are several.
    fn elements<const N: usize>(&mut self, at: Seq, ids: [Option<Id>; N]) -> Result<(), EncodeError> {
        if let [.., left, right] = ids[..]
            && is_nowhere(left, right)
            && N > 1
        {
            return Err(EncodeError::Invalid(NOWHERE));
        }
        let w = &mut self.c[columns::ELEMENTS];
        w.charge((N * size_of::<Near>()) as u64);
        for id in ids {
            match id {
                None => w.byte(0),
                Some(id) => self.names.write_numbered(w, id, at)?,
            }
        }
        Ok(())
    }
}

impl<'a> Decoder<'a> {
    pub(super) fn read_keys(&mut self) -> Result<(), DecodeError> {
        let r = &mut self.r[columns::MAP_KEYS];
        let mut known: SortedMap<&str, ()> = SortedMap::new();
        while !r.is_empty() {
            r.charge(NAME_WEIGHT)?;
            let key = r.text(KEY_BYTES)?;
            if known.insert(key, ()).is_some() {
                return Err(DecodeError::NotCanonical("a key named twice"));
            }
            self.keys.push(key);
        }
        Ok(())
    }

    /// Reads as many ops that are none of text as there are counters in `range`.
    pub(super) fn structure(&mut self, shape: u8, range: Range<Seq>, log: &mut ReplicaLog) -> Result<(), DecodeError> {
        let kind = shape >> KIND_SHIFT;
        let container = self.container(shape, log, container_kind(kind)?)?;
        for at in range {
            let body = self.structure_op(kind, container, at, log)?;
            log.ops.push(OpRun { range: at..at + 1, body });
        }
        Ok(())
    }

    fn structure_op(&mut self, kind: u8, local: u32, at: Seq, log: &mut ReplicaLog) -> Result<OpBody, DecodeError> {
        if kind == SET {
            return self.set(local, at, log);
        }
        let container = log.container(local);
        match kind {
            COUNTER_ADD => Ok(log.pack(OpRef::CounterAdd { container, amount: self.r[columns::AMOUNTS].signed()? })),
            LIST_MOVE => {
                let [item, left, right] = self.elements(at)?;
                self.pack(log, OpRef::ListMove { container, item: named(item)?, left, right })
            }
            LIST_SET => {
                let [item] = self.elements(at)?;
                let item = named(item)?;
                let value = self.value(read_whole_value)?;
                let predicted = self.writes.item_write(item, Id::new(log.replica, at));
                let pred = &self.replaced(&[predicted], at)?;
                self.pack(log, OpRef::ListSet { container, item, value: (&value).into(), pred })
            }
            TREE_CREATE => {
                let [parent, left, right] = self.elements(at)?;
                self.pack(log, OpRef::TreeCreate { container, parent, left, right })
            }
            TREE_MOVE => {
                let [node, parent, left, right] = self.elements(at)?;
                self.pack(log, OpRef::TreeMove { container, node: named(node)?, parent, left, right })
            }
            _ => {
                let [node] = self.elements(at)?;
                self.pack(log, OpRef::TreeDelete { container, node: named(node)? })
            }
        }
    }

    /// Keeps an op, charging for the names that it brings.
    fn pack(&mut self, log: &mut ReplicaLog, op: OpRef<'_>) -> Result<OpBody, DecodeError> {
        self.charged(log, |log| log.pack(op))
    }

    fn set(&mut self, container: u32, at: Seq, log: &mut ReplicaLog) -> Result<OpBody, DecodeError> {
        let number = self.r[columns::OP_KEYS].limited(CONTAINERS)?;
        let key = self.keys.get(number as usize).copied();
        let key = key.ok_or(DecodeError::Unknown { what: "key number", number })?;
        let before = self.writes.key_write(number as usize, container, at).map(|seq| Id::new(log.replica, seq));
        let state = self.writes.key(number as usize);
        // The part's first write of it.
        if before.is_none() {
            self.r[columns::MAP_KEYS].charge(NAME_WEIGHT + key.len() as u64)?;
            state.local = log.key_number(key);
        }
        let local = state.local;
        let value = self.value(read_whole_value_or_none)?;
        let pred = self.replaced(before.as_slice(), at)?;
        Ok(log.pack_set(container, local, value, &pred))
    }

    /// Reads a run that puts items into a list, at `range`.
    pub(super) fn items(
        &mut self,
        container: u32,
        place: (Near, Near),
        range: &Range<Seq>,
        log: &mut ReplicaLog,
    ) -> Result<OpBody, DecodeError> {
        let len = range.end - range.start;
        // No op may hold more, and none reaches across actions.
        if u64::from(len) > LIST_ITEMS.max {
            let mut actions = log.headers_in(range.clone()).iter();
            actions.try_for_each(|run| LIST_ITEMS.check(run.each.into()).map(drop))?;
        }
        let r = &mut self.r[columns::VALUES];
        if r.left() < len as usize {
            return Err(DecodeError::Invalid("fewer values than items"));
        }
        // As much as when they were read into a list of their own first.
        r.charge(2 * u64::from(len) * size_of::<Value>() as u64)?;
        let mut read = Ok(());
        let values = (0..len).map_while(|_| match read_whole_value(r) {
            Ok(value) => Some(value),
            Err(error) => {
                read = Err(error);
                None
            }
        });
        let body = log.pack_items(container, place, values);
        read.map(|()| body)
    }

    fn value<T>(&mut self, read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        let r = &mut self.r[columns::VALUES];
        r.charge(size_of::<Value>() as u64)?;
        read(r)
    }

    fn replaced(&mut self, predicted: &[Id], at: Seq) -> Result<Vec<Id>, DecodeError> {
        let r = &mut self.r[columns::REPLACED];
        let Some(count) = r.varint()?.checked_sub(1) else {
            r.charge(size_of_val(predicted) as u64)?;
            return Ok(predicted.to_vec());
        };
        let count = PRED.check(count)? as usize;
        r.charge((count * size_of::<Id>()) as u64)?;
        let pred = (0..count).map(|_| self.names.read_id(r, at)).collect::<Result<Vec<Id>, _>>()?;
        if pred == predicted {
            return Err(DecodeError::NotCanonical("replaced writes that have to go without saying"));
        }
        if is_ascending(&pred) { Ok(pred) } else { Err(DecodeError::NotCanonical("replaced writes are not ascending")) }
    }

    fn elements<const N: usize>(&mut self, at: Seq) -> Result<[Option<Id>; N], DecodeError> {
        let r = &mut self.r[columns::ELEMENTS];
        r.charge((N * size_of::<Near>()) as u64)?;
        let mut ids = [None; N];
        for id in &mut ids {
            *id = self.names.read_numbered(r, at)?;
        }
        match ids[..] {
            [.., left, right] if is_nowhere(left, right) => Err(DecodeError::Invalid(NOWHERE)),
            _ => Ok(ids),
        }
    }
}

fn named(id: Option<Id>) -> Result<Id, DecodeError> {
    id.ok_or(DecodeError::Invalid("an op that does not say what it changes"))
}

/// Whether a list's deletion stays within one action, as an op must.
pub(super) fn check_within_action(range: &Range<Seq>, log: &ReplicaLog) -> Result<(), DecodeError> {
    SEQ.check(u64::from(range.end))?;
    if range.end > log.end() || log.action_range(range.start).end < range.end {
        return Err(DecodeError::Invalid("an op that reaches out of its action"));
    }
    Ok(())
}
