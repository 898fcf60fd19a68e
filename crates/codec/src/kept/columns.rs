//! The columns of what a document shows, and how their bytes are stored: so that they are read quickly.

use crate::error::{DecodeError, EncodeError};
use crate::limits::{INFLATE_RATIO, INFLATED_BYTES, KEPT_COLUMNS};
use crate::reader::Reader;
use crate::writer::Writer;

/// Stored as it is.
const PLAIN: u64 = 0;
/// One LZ4 block.
const LZ4: u64 = 1;
/// Below this, in bytes, compression saves nothing worth a function call.
const COMPRESS_MIN: usize = 64;

/// Replicas named, 8 bytes each.
pub const REPLICAS: usize = 1;
/// Keys and kinds of objects.
pub const NAMES: usize = 2;
/// Containers, and how many rows each has.
pub const CONTAINERS: usize = 3;
/// For each row of a map its key.
pub const KEYS: usize = 4;
/// The writes that show in maps.
pub const MAP_WRITES: usize = 5;
/// What they wrote.
pub const MAP_VALUES: usize = 6;
/// The alternatives in maps.
pub const MAP_OTHERS: usize = 7;
/// The items of lists.
pub const ITEMS: usize = 8;
/// Items that show what was written of them later.
pub const WRITTEN: usize = 9;
/// What items hold.
pub const LIST_VALUES: usize = 10;
/// The alternatives in lists.
pub const LIST_OTHERS: usize = 11;
/// The nodes of trees.
pub const NODES: usize = 12;
/// How far each node is below the deepest place that it could have.
pub const DEPTHS: usize = 13;
/// Moves that put nodes where they show.
pub const MOVED: usize = 14;
/// Moves that lose.
pub const LOST: usize = 15;
/// What counters count.
pub const COUNTERS: usize = 16;
/// Sets of properties.
pub const MARKS: usize = 17;
/// The parts of rich texts.
pub const RUNS: usize = 18;
/// For each of these its set of properties.
pub const RUN_MARKS: usize = 19;
/// The objects in texts.
pub const OBJECTS: usize = 20;
/// One past the last column.
pub const END: usize = 21;

/// Puts columns behind a directory, compressed where that pays: a quarter at least, since a reader waits for it.
pub fn store(columns: [Writer; END]) -> Result<Vec<u8>, EncodeError> {
    let mut w = Writer::new();
    let used: Vec<(usize, Writer)> = columns.into_iter().enumerate().filter(|(_, column)| !column.is_empty()).collect();
    w.limited(used.len() as u64, KEPT_COLUMNS)?;
    let mut body = Vec::new();
    for (id, column) in used {
        INFLATED_BYTES.check_len(column.len())?;
        let bytes = column.as_bytes();
        let small = if bytes.len() < COMPRESS_MIN { Vec::new() } else { lz4_flex::block::compress(bytes) };
        let pays = !small.is_empty()
            && small.len() < bytes.len() / 4 * 3
            && bytes.len() as u64 <= small.len() as u64 * INFLATE_RATIO.max;
        let (encoding, stored) = if pays { (LZ4, &small[..]) } else { (PLAIN, bytes) };
        [id as u64, encoding, stored.len() as u64, bytes.len() as u64].into_iter().for_each(|number| w.varint(number));
        body.extend_from_slice(stored);
    }
    w.put(&body);
    Ok(w.into_bytes())
}

/// Columns by id, inflated. `memory` is charged for them.
pub fn load(bytes: &[u8], memory: &Reader<'_>) -> Result<[Vec<u8>; END], DecodeError> {
    let mut r = Reader::part(bytes, memory);
    let mut columns: [Vec<u8>; END] = Default::default();
    let mut directory: Vec<[u64; 4]> = Vec::new();
    for _ in 0..r.limited(KEPT_COLUMNS)? {
        let entry = [r.varint()?, r.varint()?, r.varint()?, r.varint()?];
        if entry[0] == 0 || directory.last().is_some_and(|before| before[0] >= entry[0]) {
            return Err(DecodeError::NotCanonical("columns are not ascending"));
        }
        directory.push(entry);
    }
    for [id, encoding, stored, len] in directory {
        let bytes = r.take(usize::try_from(stored).unwrap_or(usize::MAX))?;
        let column = usize::try_from(id).ok().and_then(|id| columns.get_mut(id));
        let column = column.ok_or(DecodeError::Unknown { what: "column of what is shown", number: id })?;
        *column = inflate((id, encoding), bytes, len, memory)?;
    }
    r.finish()?;
    Ok(columns)
}

fn inflate((id, encoding): (u64, u64), bytes: &[u8], len: u64, memory: &Reader<'_>) -> Result<Vec<u8>, DecodeError> {
    INFLATED_BYTES.check(len)?;
    INFLATE_RATIO.check(len.div_ceil(bytes.len().max(1) as u64))?;
    if len == 0 {
        return Err(DecodeError::NotCanonical("an empty column"));
    }
    memory.charge(len)?;
    match encoding {
        PLAIN if len == bytes.len() as u64 => Ok(bytes.to_vec()),
        LZ4 => {
            let mut inflated = vec![0; len as usize];
            match lz4_flex::block::decompress_into(bytes, &mut inflated) {
                Ok(written) if written as u64 == len => Ok(inflated),
                _ => Err(DecodeError::Inflate(id)),
            }
        }
        PLAIN => Err(DecodeError::Inflate(id)),
        number => Err(DecodeError::Unknown { what: "column encoding", number }),
    }
}
