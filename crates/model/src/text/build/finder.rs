//! Which insertion an element belongs to.

use super::{Change, Insertion, TextBuilder};
use clock::{Id, ReplicaId, Seq};
use log::{Near, ReplicaLog};
use std::ops::Range;

/// An element: one of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub insertion: u32,
    pub offset: u32,
}

impl Place {
    /// No place: smaller than an option, and there are many.
    pub const NONE: Self = Self { insertion: u32::MAX, offset: 0 };
}

/// Finds which insertion an element belongs to, by a table of about as many entries as insertions.
pub(super) struct Finder<'b> {
    insertions: &'b [Insertion],
    /// By number of a log.
    tables: Vec<Table>,
    /// The replica of each log, ascending.
    replicas: Vec<ReplicaId>,
    /// By number of a log, then by its number of a writer: the number of the writer's log, if it is here.
    numbers: Vec<Vec<Option<u32>>>,
}

struct Table {
    insertions: Range<usize>,
    /// The first counter.
    base: Seq,
    /// One past the last.
    end: Seq,
    /// How many bits of a counter, less the base, one entry stands for.
    shift: u32,
    /// For each entry the first insertion that ends behind the beginning of what it stands for; then the
    /// last insertion.
    first: Vec<u32>,
}

impl Table {
    /// The table of the insertions of one log, which are all `insertions` of these numbers.
    fn new(all: &[Insertion], range: Range<usize>) -> Self {
        let insertions = &all[range.clone()];
        let (Some(from), Some(to)) = (insertions.first(), insertions.last()) else {
            return Self { insertions: range, base: 0, end: 0, shift: 0, first: Vec::new() };
        };
        let (base, end) = (from.start, to.start + to.len);
        let shift = ((end - base) / insertions.len() as u32).checked_ilog2().unwrap_or(0);
        let mut first = Vec::with_capacity(((end - base) >> shift) as usize + 2);
        for (insertion, number) in insertions.iter().zip(range.start as u32..) {
            let last = (insertion.start + insertion.len - 1 - base) >> shift;
            while first.len() <= last as usize {
                first.push(number);
            }
        }
        first.push(range.end as u32 - 1);
        Self { insertions: range, base, end, shift, first }
    }
}

impl<'b> Finder<'b> {
    pub fn new(builder: &'b TextBuilder<'_>) -> Self {
        let mut start = 0;
        let tables = (0..builder.logs.len() as u32).map(|log| {
            let len = builder.insertions[start..].partition_point(|insertion| insertion.log == log);
            start += len;
            Table::new(&builder.insertions, start - len..start)
        });
        let number = |replica: ReplicaId| builder.logs.binary_search_by_key(&replica, |log| log.replica).ok();
        let numbers = |log: &&ReplicaLog| log.writers().map(|writer| number(writer).map(|at| at as u32)).collect();
        Self {
            tables: tables.collect(),
            replicas: builder.logs.iter().map(|log| log.replica).collect(),
            numbers: builder.logs.iter().map(numbers).collect(),
            insertions: &builder.insertions,
        }
    }

    /// The numbers of the insertions of log number `log`.
    pub fn insertions_of(&self, log: usize) -> Range<usize> {
        self.tables[log].insertions.clone()
    }

    /// The place of an element that log number `log` names so, where the text has it.
    pub fn find(&self, log: u32, near: Near) -> Place {
        let Some(at) = self.first_behind(log, near) else { return Place::NONE };
        match near.seq().checked_sub(self.insertions[at].start) {
            Some(offset) => Place { insertion: at as u32, offset },
            None => Place::NONE,
        }
    }

    /// The place of an element, where the text has it.
    pub fn find_id(&self, id: Option<Id>) -> Place {
        let find = |id: Id| {
            let log = self.replicas.binary_search(&id.replica).ok()?;
            Some(self.find(log as u32, Near::own(id.seq)))
        };
        id.and_then(find).unwrap_or(Place::NONE)
    }

    /// The first insertion by the writer of an element that ends behind it.
    fn first_behind(&self, log: u32, near: Near) -> Option<usize> {
        let number = match near.writer()? {
            0 => log,
            writer => self.numbers[log as usize][writer]?,
        };
        let table = &self.tables[number as usize];
        let seq = near.seq();
        if seq >= table.end {
            return None;
        }
        let entry = (seq.saturating_sub(table.base) >> table.shift) as usize;
        let &[first, last] = table.first[entry..].first_chunk().expect("the last insertion comes last");
        let among = &self.insertions[first as usize..last as usize];
        Some(first as usize + among.partition_point(|insertion| insertion.start + insertion.len <= seq))
    }

    /// The parts of insertions that a change covers, each as its number and a range of it.
    pub fn parts(&self, change: Change) -> impl Iterator<Item = (u32, Range<u32>)> + '_ {
        let (start, end) = (change.first.seq(), change.first.seq() + change.len);
        let first = self.first_behind(change.log, change.first).unwrap_or(self.insertions.len());
        let rest = &self.insertions[first..];
        let log = rest.first().map(|first| first.log);
        rest.iter()
            .zip(first as u32..)
            .take_while(move |(insertion, _)| Some(insertion.log) == log && insertion.start < end)
            .map(move |(insertion, at)| {
                (at, start.saturating_sub(insertion.start)..(end - insertion.start).min(insertion.len))
            })
    }
}
