//! From what is shown to columns.

use super::columns::{self, END};
use super::{NAME_WEIGHT, REGISTER_WEIGHT, RUN_WEIGHT, ids};
use crate::error::EncodeError;
use crate::limits::{INFLATED_BYTES, KEY_BYTES, SEQ};
use crate::names::{Names, Place};
use crate::value::{write_whole_value, write_whole_value_or_none};
use crate::writer::Writer;
use clock::{Id, ReplicaId};
use log::{ContainerId, Kind, Value};
use model::{Kept, KeptRegisters, KeptRun};

/// What reading takes for each byte of a column, which is there as it was stored and inflated.
const BYTE_WEIGHT: u64 = 2;
/// What a row takes besides what its register does: its key or item, and its write.
const ROW_WEIGHT: u64 = (size_of::<u32>() + 2 * size_of::<Id>()) as u64;

/// Columns in the making.
struct Encoder<'k> {
    kept: &'k Kept,
    columns: [Writer; END],
    names: Names,
}

/// The columns of `kept`, without what texts read, and what decoding them takes in memory.
pub(crate) fn encode(kept: &Kept) -> Result<(Vec<u8>, u64), EncodeError> {
    let names = Names::new(Place::Table, ReplicaId(0));
    let mut encoder = Encoder { kept, columns: std::array::from_fn(|_| Writer::new()), names };
    encoder.write()?;
    let Encoder { mut columns, names, .. } = encoder;
    for replica in names.replicas() {
        columns[columns::REPLICAS].charge(NAME_WEIGHT);
        columns[columns::REPLICAS].put(&replica.0.to_le_bytes());
    }
    let texts: usize = kept.texts.iter().map(|(_, text)| text.text.len()).sum();
    let weight = columns.iter().map(|column| column.weight() + BYTE_WEIGHT * column.len() as u64).sum::<u64>();
    Ok((columns::store(columns)?, weight + texts as u64))
}

impl Encoder<'_> {
    fn write(&mut self) -> Result<(), EncodeError> {
        let kept = self.kept;
        for name in &kept.names {
            self.columns[columns::NAMES].charge(NAME_WEIGHT);
            self.columns[columns::NAMES].text(name, KEY_BYTES)?;
        }
        self.containers()?;
        self.maps()?;
        self.lists()?;
        self.trees()?;
        for (_, counter) in &kept.counters {
            let w = &mut self.columns[columns::COUNTERS];
            w.signed((counter.sum() >> 64) as i64);
            w.varint(counter.sum() as u64);
        }
        self.texts()
    }

    /// All containers, ascending, with how many rows each has; of texts those that have parts.
    fn containers(&mut self) -> Result<(), EncodeError> {
        let kept = self.kept;
        let rows = [&kept.maps.rows, &kept.lists.rows, &kept.trees.rows].into_iter().flat_map(|rows| rows.iter());
        let texts = kept.texts.iter().filter(|(_, text)| !text.runs.is_empty());
        let mut all: Vec<(ContainerId, usize)> = rows.map(|(id, rows)| (id, rows.len())).collect();
        all.extend(texts.map(|(id, text)| (*id, text.runs.len())));
        all.extend(kept.counters.iter().map(|(id, _)| (*id, 0)));
        all.sort_unstable_by_key(|(id, _)| *id);
        let mut before = None;
        for (container, rows) in all {
            self.container(container, before)?;
            let w = &mut self.columns[columns::CONTAINERS];
            w.charge(NAME_WEIGHT);
            if container.kind() != Kind::Counter {
                w.varint(rows as u64);
            }
            before = Some(container);
        }
        Ok(())
    }

    /// An element's container says how far it is behind that of the same replica and kind before it.
    fn container(&mut self, container: ContainerId, before: Option<ContainerId>) -> Result<(), EncodeError> {
        let w = &mut self.columns[columns::CONTAINERS];
        let ContainerId::Element(kind, id) = container else { return self.names.write_definition(w, container) };
        w.varint((kind as u64) << 5);
        w.varint(self.names.table_index(id.replica) as u64);
        let base = match before {
            Some(ContainerId::Element(of, before)) if of == kind && before.replica == id.replica => before.seq + 1,
            _ => 0,
        };
        w.limited((id.seq - base).into(), SEQ)
    }

    fn maps(&mut self) -> Result<(), EncodeError> {
        let maps = &self.kept.maps;
        for (_, rows) in maps.rows.iter() {
            let mut next = 0;
            for &key in &maps.keys[rows] {
                self.columns[columns::KEYS].varint((key - next).into());
                next = key + 1;
            }
        }
        ids::write(&mut self.columns[columns::MAP_WRITES], &mut self.names, &maps.registers.writes)?;
        let w = &mut self.columns[columns::MAP_VALUES];
        for value in &maps.registers.values {
            w.charge(REGISTER_WEIGHT + ROW_WEIGHT);
            write_whole_value_or_none(w, value.as_ref())?;
        }
        self.others(columns::MAP_OTHERS, &maps.registers)
    }

    fn lists(&mut self) -> Result<(), EncodeError> {
        let lists = &self.kept.lists;
        let registers = &lists.registers;
        ids::write(&mut self.columns[columns::ITEMS], &mut self.names, &lists.items)?;
        let written = (0..).zip(lists.items.iter().zip(&registers.writes)).filter(|(_, (item, write))| item != write);
        let (rows, writes): (Vec<u32>, Vec<Id>) = written.map(|(row, (_, write))| (row, *write)).unzip();
        self.sparse(columns::WRITTEN, (&rows, true), &writes)?;
        let w = &mut self.columns[columns::LIST_VALUES];
        for value in &registers.values {
            w.charge(REGISTER_WEIGHT + ROW_WEIGHT);
            let value = value.as_ref().ok_or(EncodeError::Invalid("an item that holds nothing"))?;
            write_whole_value(w, value)?;
        }
        self.others(columns::LIST_OTHERS, registers)
    }

    /// Elements of some rows.
    fn sparse(&mut self, column: usize, (rows, once): (&[u32], bool), elements: &[Id]) -> Result<(), EncodeError> {
        if rows.is_empty() {
            return Ok(());
        }
        let w = &mut self.columns[column];
        w.charge((rows.len() * (size_of::<u32>() + size_of::<(u32, Id)>())) as u64);
        ids::write_rows(w, rows.iter().copied(), once);
        ids::write(w, &mut self.names, elements)
    }

    fn others(&mut self, column: usize, registers: &KeptRegisters) -> Result<(), EncodeError> {
        let rows: Vec<u32> = registers.others.iter().map(|other| other.0).collect();
        let writes: Vec<Id> = registers.others.iter().map(|other| other.1).collect();
        self.sparse(column, (&rows, false), &writes)?;
        let w = &mut self.columns[column];
        w.charge(rows.len() as u64 * REGISTER_WEIGHT);
        registers.others.iter().try_for_each(|(_, _, value)| write_whole_value_or_none(w, value.as_ref()))
    }

    fn trees(&mut self) -> Result<(), EncodeError> {
        let trees = &self.kept.trees;
        ids::write(&mut self.columns[columns::NODES], &mut self.names, &trees.nodes)?;
        let w = &mut self.columns[columns::DEPTHS];
        w.charge((trees.nodes.len() * (size_of::<Id>() + size_of::<u32>())) as u64);
        for (_, rows) in trees.rows.iter() {
            let mut deepest = 0;
            for &depth in &trees.depths[rows] {
                w.varint((deepest - depth).into());
                deepest = depth + 1;
            }
        }
        for (column, pairs, once) in [(columns::MOVED, &trees.moved, true), (columns::LOST, &trees.lost, false)] {
            let (rows, elements): (Vec<u32>, Vec<Id>) = pairs.iter().copied().unzip();
            self.sparse(column, (&rows, once), &elements)?;
        }
        Ok(())
    }

    fn texts(&mut self) -> Result<(), EncodeError> {
        let kept = self.kept;
        for set in &kept.marks {
            let w = &mut self.columns[columns::MARKS];
            w.count(set.len(), INFLATED_BYTES, size_of::<(u32, Value)>())?;
            let mut next = 0;
            for (name, value) in set {
                w.varint((name - next).into());
                next = name + 1;
                write_whole_value(w, value)?;
            }
        }
        let mut objects: Vec<Id> = Vec::new();
        for KeptRun { chars, object, marks, .. } in kept.texts.iter().flat_map(|(_, text)| &text.runs) {
            let part = object.map_or(u64::from(*chars) << 1, |(_, kind)| u64::from(kind) << 1 | 1);
            self.columns[columns::RUNS].charge(RUN_WEIGHT);
            self.columns[columns::RUNS].varint(part);
            self.columns[columns::RUN_MARKS].varint((*marks).into());
            objects.extend(object.map(|(id, _)| id));
        }
        let w = &mut self.columns[columns::OBJECTS];
        w.charge((objects.len() * size_of::<Id>()) as u64);
        ids::write(w, &mut self.names, &objects)
    }
}
