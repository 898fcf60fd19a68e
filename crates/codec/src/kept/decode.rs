//! From columns to what is shown.

use super::columns::{self, END};
use super::{NAME_WEIGHT, REGISTER_WEIGHT, RUN_WEIGHT, ids};
use crate::error::DecodeError;
use crate::limits::{INFLATED_BYTES, KEY_BYTES, REPLICAS, SEQ};
use crate::names::{Names, Place};
use crate::reader::Reader;
use crate::value::{kind_of, read_whole_value, read_whole_value_or_none};
use clock::{Id, ReplicaId, Seq};
use log::{ContainerId, Kind, Value};
use model::{Counter, Kept, KeptLists, KeptMaps, KeptRegisters, KeptRun, KeptText, KeptTrees, Rows};

/// Columns that are being read.
struct Decoder<'a> {
    columns: [Reader<'a>; END],
    names: Names,
}

/// How many rows there are of each kind of container, and the containers.
#[derive(Default)]
struct Containers {
    maps: Rows,
    lists: Rows,
    trees: Rows,
    counters: Vec<ContainerId>,
    /// The texts that have parts, and how many.
    texts: Vec<(ContainerId, usize)>,
    /// How many rows maps, lists and trees have.
    rows: [usize; 3],
}

/// What `bytes` show beside `texts`, within `memory`.
pub(crate) fn decode(bytes: &[u8], texts: &[(ContainerId, &str)], memory: u64) -> Result<Kept, DecodeError> {
    let memory = Reader::within(memory);
    let columns = columns::load(bytes, &memory)?;
    let readers = std::array::from_fn(|id| Reader::part(&columns[id], &memory));
    let mut decoder = Decoder { columns: readers, names: Names::new(Place::Table, ReplicaId(0)) };
    let kept = decoder.kept(texts)?;
    decoder.columns.iter().try_for_each(Reader::finish)?;
    Ok(kept)
}

impl Decoder<'_> {
    fn kept(&mut self, texts: &[(ContainerId, &str)]) -> Result<Kept, DecodeError> {
        self.replicas()?;
        let names = self.key_names()?;
        let Containers { maps, lists, trees, counters, texts: rich, rows } = self.containers()?;
        let maps = self.maps(maps, rows[0], names.len())?;
        let lists = self.lists(lists, rows[1])?;
        let trees = self.trees(trees, rows[2])?;
        let counters = counters.into_iter().map(|id| Ok((id, self.counter()?))).collect::<Result<_, DecodeError>>()?;
        let marks = self.marks(names.len())?;
        let texts = self.texts(texts, &rich, (names.len(), marks.len()))?;
        Ok(Kept { names, texts, marks, maps, lists, trees, counters })
    }

    fn replicas(&mut self) -> Result<(), DecodeError> {
        let r = &mut self.columns[columns::REPLICAS];
        while !r.is_empty() {
            r.charge(NAME_WEIGHT)?;
            if !self.names.add_replica(ReplicaId(u64::from_le_bytes(r.array()?))) {
                return Err(DecodeError::NotCanonical("a replica named twice"));
            }
        }
        Ok(())
    }

    fn key_names(&mut self) -> Result<Vec<String>, DecodeError> {
        let r = &mut self.columns[columns::NAMES];
        let mut names: Vec<String> = Vec::new();
        while !r.is_empty() {
            r.charge(NAME_WEIGHT)?;
            let name = r.text(KEY_BYTES)?;
            if names.last().is_some_and(|before| before.as_str() >= name) {
                return Err(DecodeError::NotCanonical("names that do not ascend"));
            }
            names.push(name.to_owned());
        }
        Ok(names)
    }

    fn containers(&mut self) -> Result<Containers, DecodeError> {
        let mut found = Containers::default();
        let mut before = None;
        while !self.columns[columns::CONTAINERS].is_empty() {
            let container = self.container(before)?;
            if before.is_some_and(|before| before >= container) {
                return Err(DecodeError::NotCanonical("containers that do not ascend"));
            }
            before = Some(container);
            let r = &mut self.columns[columns::CONTAINERS];
            r.charge(NAME_WEIGHT)?;
            let mut count = || Ok::<_, DecodeError>(INFLATED_BYTES.check(r.varint()?)? as usize);
            let (rows, at) = match container.kind() {
                Kind::Map => (&mut found.maps, 0),
                Kind::List => (&mut found.lists, 1),
                Kind::Tree => (&mut found.trees, 2),
                Kind::Counter => {
                    found.counters.push(container);
                    continue;
                }
                Kind::Text => {
                    found.texts.push((container, count()?));
                    continue;
                }
            };
            found.rows[at] = INFLATED_BYTES.check((found.rows[at] + count()?) as u64)? as usize;
            rows.push(container, found.rows[at]);
        }
        Ok(found)
    }

    fn container(&mut self, before: Option<ContainerId>) -> Result<ContainerId, DecodeError> {
        let r = &mut self.columns[columns::CONTAINERS];
        let number = r.clone().varint()?;
        if number & 31 != 0 {
            return self.names.read_definition(r);
        }
        r.varint()?;
        let number = number >> 5;
        let kind = kind_of(number).ok_or(DecodeError::Unknown { what: "container kind", number })?;
        let replica = self.names.replica_at(r.limited(REPLICAS)? + 1)?;
        let base = match before {
            Some(ContainerId::Element(of, before)) if of == kind && before.replica == replica => {
                u64::from(before.seq) + 1
            }
            _ => 0,
        };
        let seq = SEQ.check(base + r.limited(SEQ)?)? as Seq;
        Ok(ContainerId::Element(kind, Id::new(replica, seq)))
    }

    fn maps(&mut self, rows: Rows, len: usize, names: usize) -> Result<KeptMaps, DecodeError> {
        let r = &mut self.columns[columns::KEYS];
        r.charge((len * size_of::<u32>()) as u64)?;
        let mut keys: Vec<u32> = Vec::with_capacity(len);
        for (_, rows) in rows.iter() {
            ascending(r, rows.len(), names, &mut keys)?;
        }
        let writes = ids::read(&mut self.columns[columns::MAP_WRITES], &self.names, len)?;
        let r = &mut self.columns[columns::MAP_VALUES];
        r.charge(len as u64 * REGISTER_WEIGHT)?;
        let mut values = Vec::with_capacity(len);
        for _ in 0..len {
            values.push(read_whole_value_or_none(r)?);
        }
        let others = self.others(columns::MAP_OTHERS, len)?;
        Ok(KeptMaps { rows, keys, registers: KeptRegisters { writes, values, others } })
    }

    fn lists(&mut self, rows: Rows, len: usize) -> Result<KeptLists, DecodeError> {
        let items = ids::read(&mut self.columns[columns::ITEMS], &self.names, len)?;
        let r = &mut self.columns[columns::LIST_VALUES];
        r.charge(len as u64 * REGISTER_WEIGHT)?;
        let mut values = Vec::with_capacity(len);
        for _ in 0..len {
            let value = read_whole_value_or_none(r)?;
            values.push(Some(value.ok_or(DecodeError::Invalid("an item that holds nothing"))?));
        }
        let mut writes = items.clone();
        for (row, write) in self.sparse(columns::WRITTEN, len, true)? {
            if std::mem::replace(&mut writes[row as usize], write) == write {
                return Err(DecodeError::NotCanonical("an item that shows what it was inserted with"));
            }
        }
        self.columns[columns::WRITTEN].finish()?;
        let others = self.others(columns::LIST_OTHERS, len)?;
        if others.iter().any(|(_, _, value)| value.is_none()) {
            return Err(DecodeError::Invalid("an item that holds nothing"));
        }
        Ok(KeptLists::new(rows, items, KeptRegisters { writes, values, others }))
    }

    /// Elements of some of `len` rows.
    fn sparse(&mut self, column: usize, len: usize, once: bool) -> Result<Vec<(u32, Id)>, DecodeError> {
        let r = &mut self.columns[column];
        let rows = ids::read_rows(r, len, once)?;
        let elements = ids::read(r, &self.names, rows.len())?;
        Ok(rows.into_iter().zip(elements).collect())
    }

    fn others(&mut self, column: usize, len: usize) -> Result<Vec<(u32, Id, Option<Value>)>, DecodeError> {
        let writes = self.sparse(column, len, false)?;
        let r = &mut self.columns[column];
        r.charge(writes.len() as u64 * REGISTER_WEIGHT)?;
        writes.into_iter().map(|(row, write)| Ok((row, write, read_whole_value_or_none(r)?))).collect()
    }

    fn trees(&mut self, rows: Rows, len: usize) -> Result<KeptTrees, DecodeError> {
        let nodes = ids::read(&mut self.columns[columns::NODES], &self.names, len)?;
        let r = &mut self.columns[columns::DEPTHS];
        r.charge((len * size_of::<u32>()) as u64)?;
        let mut depths = Vec::with_capacity(len);
        for (_, rows) in rows.iter() {
            let mut deepest: u64 = 0;
            for _ in rows {
                let depth = deepest.checked_sub(r.varint()?).ok_or(DecodeError::Invalid("a node above the top"))?;
                depths.push(depth as u32);
                deepest = depth + 1;
            }
        }
        let moves = [self.sparse(columns::MOVED, len, true)?, self.sparse(columns::LOST, len, false)?];
        Ok(KeptTrees::new(rows, (nodes, depths), moves))
    }

    fn counter(&mut self) -> Result<Counter, DecodeError> {
        let r = &mut self.columns[columns::COUNTERS];
        let high = i128::from(r.signed()?);
        Ok(Counter::of(high << 64 | i128::from(r.varint()?)))
    }

    fn marks(&mut self, names: usize) -> Result<Vec<Vec<(u32, Value)>>, DecodeError> {
        let r = &mut self.columns[columns::MARKS];
        let mut sets = Vec::new();
        while !r.is_empty() {
            let len = r.count(INFLATED_BYTES, size_of::<(u32, Value)>())?;
            if len == 0 {
                return Err(DecodeError::NotCanonical("an empty set of properties"));
            }
            let (mut set, mut next) = (Vec::with_capacity(len), 0);
            for _ in 0..len {
                let name = name_from(r, next, names)?;
                set.push((name, read_whole_value(r)?));
                next = name + 1;
            }
            sets.push(set);
        }
        Ok(sets)
    }

    fn texts(
        &mut self,
        texts: &[(ContainerId, &str)],
        rich: &[(ContainerId, usize)],
        known: (usize, usize),
    ) -> Result<Vec<(ContainerId, KeptText)>, DecodeError> {
        let mut rich = rich.iter().peekable();
        let mut kept: Vec<(ContainerId, KeptText)> = Vec::with_capacity(texts.len());
        let mut objects: Vec<usize> = Vec::new();
        for &(container, text) in texts {
            if text.is_empty() || kept.last().is_some_and(|last| last.0 >= container) {
                return Err(DecodeError::Invalid("texts that do not ascend, or are empty"));
            }
            self.columns[columns::RUNS].charge(text.len() as u64)?;
            let parts = rich.next_if(|(id, _)| *id == container).map(|(_, parts)| *parts);
            let runs = parts.map_or(Ok(Vec::new()), |parts| self.runs(text, parts, known))?;
            objects.push(runs.iter().filter(|run| run.object.is_some()).count());
            kept.push((container, KeptText { text: text.to_owned(), runs }));
        }
        if rich.next().is_some() {
            return Err(DecodeError::Invalid("parts of a text that is not there"));
        }
        let elements = ids::read(&mut self.columns[columns::OBJECTS], &self.names, objects.iter().sum())?;
        let objects = kept.iter_mut().flat_map(|(_, text)| &mut text.runs).filter_map(|run| run.object.as_mut());
        objects.zip(elements).for_each(|((id, _), element)| *id = element);
        Ok(kept)
    }

    /// The parts of a text, which cover it; who their objects are is read last.
    fn runs(&mut self, text: &str, parts: usize, (names, sets): (usize, usize)) -> Result<Vec<KeptRun>, DecodeError> {
        if parts == 0 {
            return Err(DecodeError::NotCanonical("a text without parts"));
        }
        let mut rest = text;
        let mut runs: Vec<KeptRun> = Vec::new();
        for _ in 0..parts {
            let r = &mut self.columns[columns::RUNS];
            r.charge(RUN_WEIGHT)?;
            let part = r.varint()?;
            let (chars, object) = if part & 1 == 0 { (part >> 1, None) } else { (1, Some(part >> 1)) };
            let kind = object.map(|kind| below(kind, names)).transpose()?;
            let marks = below(self.columns[columns::RUN_MARKS].varint()?, sets + 1)?;
            let bytes = bytes_of(rest, chars).ok_or(DecodeError::Invalid("parts beyond the end of a text"))?;
            let goes_on = |last: &KeptRun| last.object.is_none() && kind.is_none() && last.marks == marks;
            if chars == 0 || runs.last().is_some_and(goes_on) {
                return Err(DecodeError::NotCanonical("parts of a text that are one"));
            }
            rest = &rest[bytes..];
            let object = kind.map(|kind| (Id::new(ReplicaId(0), 0), kind));
            runs.push(KeptRun { chars: chars as u32, bytes: bytes as u32, object, marks });
        }
        if rest.is_empty() { Ok(runs) } else { Err(DecodeError::Invalid("a text that goes on behind its parts")) }
    }
}

/// Where the first `chars` code points of `text` end; none where it has fewer.
fn bytes_of(text: &str, chars: u64) -> Option<usize> {
    let mut at = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    at.nth(usize::try_from(chars).ok()?)
}

fn below(number: u64, len: usize) -> Result<u32, DecodeError> {
    if number < len as u64 { Ok(number as u32) } else { Err(DecodeError::Invalid("a number that names nothing")) }
}

/// A name behind those before `next`.
fn name_from(r: &mut Reader<'_>, next: u32, names: usize) -> Result<u32, DecodeError> {
    below(u64::from(next).saturating_add(r.varint()?), names)
}

/// Adds `len` names that ascend.
fn ascending(r: &mut Reader<'_>, len: usize, names: usize, all: &mut Vec<u32>) -> Result<(), DecodeError> {
    let mut next = 0;
    for _ in 0..len {
        let name = name_from(r, next, names)?;
        all.push(name);
        next = name + 1;
    }
    Ok(())
}
