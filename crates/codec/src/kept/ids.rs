//! Many elements in a row: runs of consecutive ones, each counted from where its replica was left.

use crate::error::{DecodeError, EncodeError};
use crate::limits::{REPLICAS, SEQ};
use crate::names::Names;
use crate::reader::Reader;
use crate::writer::Writer;
use clock::{Id, Seq};

/// Where the last run of each replica ended, by the number of the replica, and whose was the last.
#[derive(Default)]
struct Ends {
    ends: Vec<Seq>,
    last: Option<usize>,
}

impl Ends {
    fn end(&mut self, replica: usize) -> &mut Seq {
        if replica >= self.ends.len() {
            self.ends.resize(replica + 1, 0);
        }
        &mut self.ends[replica]
    }
}

/// Writes elements.
pub fn write(w: &mut Writer, names: &mut Names, ids: &[Id]) -> Result<(), EncodeError> {
    let mut ends = Ends::default();
    let mut rest = ids;
    while let Some(&first) = rest.first() {
        let follow = (0..)
            .zip(rest)
            .take_while(|(at, id)| first.seq.checked_add(*at) == Some(id.seq) && id.replica == first.replica);
        let len = follow.count();
        rest = &rest[len..];
        let replica = names.table_index(first.replica);
        let is_other = ends.last.replace(replica) != Some(replica);
        w.varint((len as u64 - 1) << 1 | u64::from(is_other));
        if is_other {
            w.limited(replica as u64, REPLICAS)?;
        }
        let end = ends.end(replica);
        w.signed(i64::from(first.seq) - i64::from(*end));
        *end = (first.seq + (len as Seq - 1)).saturating_add(1);
    }
    Ok(())
}

/// Reads `count` elements.
pub fn read(r: &mut Reader<'_>, names: &Names, count: usize) -> Result<Vec<Id>, DecodeError> {
    r.charge((count * size_of::<Id>()) as u64)?;
    let mut ids = Vec::with_capacity(count);
    let mut ends = Ends::default();
    while ids.len() < count {
        let head = r.varint()?;
        let (more, is_other) = (head >> 1, head & 1 == 1);
        if more >= (count - ids.len()) as u64 {
            return Err(DecodeError::Invalid("more elements than there are rows"));
        }
        let replica = if is_other { r.limited(REPLICAS)? as usize } else { ends.last.unwrap_or(usize::MAX) };
        let name = *names.replicas().get(replica).ok_or(DecodeError::Invalid("a replica that is not named"))?;
        let goes_on = ends.last.replace(replica) == Some(replica);
        let end = ends.end(replica);
        let step = r.signed()?;
        if goes_on && (is_other || step == 0) {
            return Err(DecodeError::NotCanonical("elements that go on"));
        }
        let start = i64::from(*end).checked_add(step).and_then(|start| u64::try_from(start).ok());
        let start = SEQ.check(start.ok_or(DecodeError::Invalid("an element before the first"))?)?;
        let last = SEQ.check(start + more)? as Seq;
        if more == 0 {
            ids.push(Id::new(name, last));
        } else {
            ids.extend((start as Seq..=last).map(|seq| Id::new(name, seq)));
        }
        *end = last.saturating_add(1);
    }
    Ok(ids)
}

/// Writes which rows something is said of: they ascend, and may stand there several times unless they are `once`.
pub fn write_rows(w: &mut Writer, rows: impl ExactSizeIterator<Item = u32>, once: bool) {
    w.varint(rows.len() as u64);
    let mut next = 0;
    for row in rows {
        w.varint(u64::from(row - next));
        next = row + u32::from(once);
    }
}

/// Reads which of `len` rows something is said of.
pub fn read_rows(r: &mut Reader<'_>, len: usize, once: bool) -> Result<Vec<u32>, DecodeError> {
    if r.is_empty() {
        return Ok(Vec::new());
    }
    let count = r.varint()?;
    if count == 0 || count > r.left() as u64 {
        return Err(DecodeError::Invalid("rows that are not there"));
    }
    r.charge(count * size_of::<u32>() as u64)?;
    let mut rows = Vec::with_capacity(count as usize);
    let mut next: u64 = 0;
    for _ in 0..count {
        let row = next.checked_add(r.varint()?).filter(|&row| row < len as u64);
        let row = row.ok_or(DecodeError::Invalid("a row that is not there"))?;
        rows.push(row as u32);
        next = row + u64::from(once);
    }
    Ok(rows)
}
