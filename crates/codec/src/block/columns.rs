//! The columns of a block: what each holds, and how its bytes are stored.

use super::huffman::{self, Code};
use crate::error::{DecodeError, EncodeError};
use crate::keys::{Hash, hash_block};
use crate::limits::{BLOCK_BYTES, BLOCK_COLUMNS, INFLATE_RATIO, INFLATED_BYTES};
use crate::reader::Reader;
use crate::writer::Writer;

const MAGIC: &[u8; 4] = b"MOTB";

/// How long magic, version and checksum are.
const BODY_START: usize = MAGIC.len() + 1 + size_of::<Hash>();
/// The longest line of the directory: four numbers.
const ENTRY_LEN_MAX: usize = 40;

/// Stored as it is.
const PLAIN: u64 = 0;
/// One LZ4 block.
const LZ4: u64 = 1;
/// Prefix codes.
const CODED: u64 = 2;
/// One LZ4 block, then prefix codes.
const LZ4_CODED: u64 = 3;

/// Below this, in bytes, compression saves nothing worth a function call.
const COMPRESS_MIN: usize = 64;
/// How much of a column tells whether LZ4 does it any good, in bytes.
const SAMPLE: usize = 2048;

/// Replicas named, 8 bytes each.
pub const REPLICAS: usize = 1;
/// Containers named.
pub const CONTAINERS: usize = 2;
/// For each part: replica, start, numbers of rows, head.
pub const PARTS: usize = 3;
/// Authors, hashes, signatures.
pub const KEYS: usize = 4;
/// Runs of frames.
pub const FRAMES: usize = 5;
/// For each run of actions: what it says beside its place, see [`super::encode`].
pub const HEADERS: usize = 6;
/// For each run of actions: its number of actions, and of counters in each.
pub const HEADER_LENS: usize = 7;
/// Times of runs of actions, as differences.
pub const TIMES: usize = 8;
/// Lamport times, parents, unseen spans and labels, where they are not predicted.
pub const RARE: usize = 9;
/// For each run of ops: its kind, and how its places are predicted.
pub const SHAPES: usize = 10;
/// For each run of ops: its number of counters.
pub const OP_LENS: usize = 11;
/// Containers of ops, where they change.
pub const OP_CONTAINERS: usize = 12;
/// Places that are not predicted.
pub const PLACES: usize = 13;
/// Ops of other kinds, as in a frame.
pub const OTHERS: usize = 14;
/// Characters.
pub const TEXT: usize = 15;
/// Keys of maps.
pub const MAP_KEYS: usize = 16;
/// Keys of writes.
pub const OP_KEYS: usize = 17;
/// What maps and lists hold.
pub const VALUES: usize = 18;
/// Writes replaced, where they are not predicted.
pub const REPLACED: usize = 19;
/// Items, nodes, and where they go.
pub const ELEMENTS: usize = 20;
/// What counters are added.
pub const AMOUNTS: usize = 21;
/// One past the last column that this version knows.
pub const END: usize = 22;

/// One past the last column that a version knows.
fn end(version: u8) -> u64 {
    if version == super::BLOCK_VERSION_TEXT { MAP_KEYS as u64 } else { END as u64 }
}

/// A column that this version does not know: carried as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignColumn {
    /// Its number.
    pub id: u64,
    /// How its bytes are stored.
    pub encoding: u64,
    /// What it says of its length when inflated, in bytes.
    pub len: u64,
    /// Its bytes as stored.
    pub bytes: Vec<u8>,
}

/// The columns of a block to be: writers by id.
pub type Columns = [Writer; END];

/// Columns inflated, by id, and those that are unknown.
type Inflated = ([Vec<u8>; END], Vec<ForeignColumn>);

struct Stored {
    id: u64,
    encoding: u64,
    len: u64,
    bytes: Vec<u8>,
}

/// Compresses columns where that pays, and puts them behind a directory and a checksum.
pub fn store(version: u8, columns: Columns, foreign: &[ForeignColumn]) -> Result<Vec<u8>, EncodeError> {
    let mut stored: Vec<Stored> = Vec::with_capacity(END + foreign.len());
    for (id, column) in columns.into_iter().enumerate().filter(|(_, column)| !column.is_empty()) {
        INFLATED_BYTES.check_len(column.len())?;
        stored.push(compress(id as u64, column.into_bytes()));
    }
    for column in foreign {
        let ForeignColumn { id, encoding, len, bytes } = column.clone();
        if stored.last().is_some_and(|last| last.id >= id) || id < end(version) {
            return Err(EncodeError::Invalid("columns are not ascending"));
        }
        stored.push(Stored { id, encoding, len, bytes });
    }
    let mut w = Writer::new();
    w.reserve(BODY_START + stored.iter().map(|column| column.bytes.len() + ENTRY_LEN_MAX).sum::<usize>());
    w.put(MAGIC);
    w.byte(version);
    w.put(&[0; size_of::<Hash>()]);
    w.limited(stored.len() as u64, BLOCK_COLUMNS)?;
    for column in &stored {
        w.varint(column.id);
        w.varint(column.encoding);
        w.varint(column.bytes.len() as u64);
        w.varint(column.len);
    }
    stored.iter().for_each(|column| w.put(&column.bytes));
    BLOCK_BYTES.check_len(w.len())?;
    let mut bytes = w.into_bytes();
    let checksum = hash_block(&bytes[BODY_START..]).0;
    bytes[BODY_START - checksum.len()..BODY_START].copy_from_slice(&checksum);
    Ok(bytes)
}

/// The smallest of the encodings that are worth trying, where it saves a sixteenth.
fn compress(id: u64, bytes: Vec<u8>) -> Stored {
    let len = bytes.len() as u64;
    if bytes.len() < COMPRESS_MIN {
        return Stored { id, encoding: PLAIN, len, bytes };
    }
    let is_text = id as usize == TEXT;
    let code = if is_text { None } else { Code::of(&bytes) };
    let is_tried = is_text || code.as_ref().is_none_or(|code| repeats(&bytes, code));
    let small = is_tried.then(|| lz4_flex::block::compress(&bytes));
    // Where LZ4 saves a quarter of a long text, a code of what it leaves does better than one of all.
    let is_saved = small.as_ref().is_some_and(|small| small.len() < bytes.len() / 4 * 3);
    let code = if is_text && !(is_saved && bytes.len() > SAMPLE) { Code::of(&bytes) } else { code };
    let small_code = small.as_deref().and_then(Code::of);
    let size = |code: &Option<Code<'_>>| code.as_ref().map(Code::size);
    let sizes = [(LZ4, small.as_ref().map(Vec::len)), (CODED, size(&code)), (LZ4_CODED, size(&small_code))];
    let sizes = sizes.into_iter().filter_map(|(encoding, size)| Some((encoding, size?)));
    let limit = bytes.len() - bytes.len() / 16;
    let fits = sizes.filter(|&(_, size)| size < limit && len <= size as u64 * INFLATE_RATIO.max);
    let encoding = fits.min_by_key(|&(_, size)| size).map_or(PLAIN, |(encoding, _)| encoding);
    let bytes = match encoding {
        CODED => code.expect("it has a size").write(),
        LZ4_CODED => small_code.expect("it has a size").write(),
        LZ4 => small.expect("it has a size"),
        _ => bytes,
    };
    Stored { id, encoding, len, bytes }
}

/// Whether LZ4 is worth a try on numbers: on a part of them it does better than their code.
fn repeats(bytes: &[u8], code: &Code<'_>) -> bool {
    let start = bytes.len().saturating_sub(SAMPLE) / 2;
    let part = &bytes[start..bytes.len().min(start + SAMPLE)];
    lz4_flex::block::compress(part).len() * bytes.len() < code.size() * part.len()
}

/// For each column of a block its id, and its length as stored and as it says of itself inflated, in
/// bytes: for statistics. Nothing is inflated.
pub fn sizes(bytes: &[u8]) -> Result<Vec<(u64, u64, u64)>, DecodeError> {
    let directory = read_directory(&mut checked_body(bytes)?.1)?;
    Ok(directory.into_iter().map(|entry| (entry.id, entry.stored, entry.len)).collect())
}

/// The version of a block, its columns, inflated, and those that are unknown. `memory` is charged for all.
pub fn load(bytes: &[u8], memory: &Reader<'_>) -> Result<(u8, Inflated), DecodeError> {
    let (version, body) = checked_body(bytes)?;
    Ok((version, load_body(version, body, memory)?))
}

/// The version of a block, and what follows the checksum, where that holds.
fn checked_body(bytes: &[u8]) -> Result<(u8, Reader<'_>), DecodeError> {
    BLOCK_BYTES.check_len(bytes.len())?;
    let mut r = Reader::new(bytes);
    if r.take(4)? != MAGIC {
        return Err(DecodeError::Invalid("not a block"));
    }
    let version = match r.byte()? {
        version @ (super::BLOCK_VERSION_TEXT | super::BLOCK_VERSION) => version,
        number => return Err(DecodeError::Unknown { what: "block version", number: number.into() }),
    };
    let checksum = Hash(r.array()?);
    let body = r.take(r.left())?;
    if hash_block(body) != checksum {
        return Err(DecodeError::Checksum);
    }
    Ok((version, Reader::new(body)))
}

/// A column's line in the directory.
struct Entry {
    id: u64,
    encoding: u64,
    stored: u64,
    len: u64,
}

fn read_directory(r: &mut Reader<'_>) -> Result<Vec<Entry>, DecodeError> {
    let count = r.count(BLOCK_COLUMNS, 0)?;
    let mut directory: Vec<Entry> = Vec::with_capacity(count);
    for _ in 0..count {
        let entry = Entry { id: r.varint()?, encoding: r.varint()?, stored: r.varint()?, len: r.varint()? };
        if entry.id == 0 || directory.last().is_some_and(|before| before.id >= entry.id) {
            return Err(DecodeError::NotCanonical("columns are not ascending"));
        }
        directory.push(entry);
    }
    Ok(directory)
}

fn load_body(version: u8, mut r: Reader<'_>, memory: &Reader<'_>) -> Result<Inflated, DecodeError> {
    let directory = read_directory(&mut r)?;
    let mut columns: [Vec<u8>; END] = Default::default();
    let mut foreign = Vec::new();
    for Entry { id, encoding, stored, len } in directory {
        let bytes = r.take(usize::try_from(stored).unwrap_or(usize::MAX))?;
        match usize::try_from(id).ok().filter(|_| id < end(version)).and_then(|id| columns.get_mut(id)) {
            Some(column) => *column = inflate(id, encoding, bytes, len, memory)?,
            None => {
                memory.charge(stored)?;
                foreign.push(ForeignColumn { id, encoding, len, bytes: bytes.to_vec() });
            }
        }
    }
    r.finish()?;
    Ok((columns, foreign))
}

fn inflate(id: u64, encoding: u64, bytes: &[u8], len: u64, memory: &Reader<'_>) -> Result<Vec<u8>, DecodeError> {
    INFLATED_BYTES.check(len)?;
    INFLATE_RATIO.check(len.div_ceil(bytes.len().max(1) as u64))?;
    match encoding {
        PLAIN if len == bytes.len() as u64 => {
            memory.charge(len)?;
            Ok(bytes.to_vec())
        }
        PLAIN => Err(DecodeError::Inflate(id)),
        LZ4 => inflate_lz4(id, bytes, len, memory),
        CODED => Some(huffman::decompress(bytes, memory)?)
            .filter(|inflated| inflated.len() as u64 == len)
            .ok_or(DecodeError::Inflate(id)),
        LZ4_CODED => inflate_lz4(id, &huffman::decompress(bytes, memory)?, len, memory),
        number => Err(DecodeError::Unknown { what: "column encoding", number }),
    }
}

fn inflate_lz4(id: u64, bytes: &[u8], len: u64, memory: &Reader<'_>) -> Result<Vec<u8>, DecodeError> {
    memory.charge(len)?;
    let mut inflated = vec![0; len as usize];
    match lz4_flex::block::decompress_into(bytes, &mut inflated) {
        Ok(written) if written as u64 == len => Ok(inflated),
        _ => Err(DecodeError::Inflate(id)),
    }
}
