//! Canonical prefix codes over bytes: what LZ4 leaves on the table, since it writes whole bytes.
//!
//! ```text
//! number of bytes varint │ 128 bytes: the code length of each byte, four bits each, low half first │
//! length of the first three streams varints │ four streams of bits, each of a quarter of the bytes
//! ```
//!
//! Codes are numbered by length, then byte, and written most significant bit first, into bytes from
//! their least significant bit on. (D. A. Huffman, 1952.)

use crate::error::DecodeError;
use crate::limits::INFLATED_BYTES;
use crate::reader::Reader;
use crate::writer::Writer;

/// The longest code, in bits: one look into a small table decodes any byte, and four bits hold a length.
const BITS_MAX: u32 = 11;
const TABLE_LEN: usize = 1 << BITS_MAX;

type Lengths = [u8; 256];

/// How many streams of codes there are: as many are read at a time, since each has to wait for itself.
const STREAMS: usize = 4;

/// A code made for some bytes, which it is worth knowing the size of before anything is written.
pub struct Code<'a> {
    bytes: &'a [u8],
    lengths: Lengths,
    /// The length of each stream, in bytes.
    streams: [usize; STREAMS],
}

impl<'a> Code<'a> {
    /// The code of `bytes`; none for fewer than two different ones.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let counts = count(bytes);
        let lengths = lengths(&std::array::from_fn(|byte| counts.iter().map(|counts| u64::from(counts[byte])).sum()))?;
        let bits = |counts: &[u32; 256]| -> u64 {
            counts.iter().zip(&lengths).map(|(&count, &len)| u64::from(count) * u64::from(len)).sum()
        };
        let streams = counts.each_ref().map(|counts| bits(counts).div_ceil(8) as usize);
        Some(Self { bytes, lengths, streams })
    }

    fn head(&self) -> Writer {
        let mut w = Writer::new();
        w.varint(self.bytes.len() as u64);
        self.lengths.chunks_exact(2).for_each(|pair| w.byte(pair[0] | pair[1] << 4));
        self.streams[..STREAMS - 1].iter().for_each(|&len| w.varint(len as u64));
        w
    }

    /// How long the coded bytes are, with their code.
    pub fn size(&self) -> usize {
        self.head().len() + self.streams.iter().sum::<usize>()
    }

    /// The coded bytes, with their code.
    pub fn write(&self) -> Vec<u8> {
        let mut out = self.head().into_bytes();
        let mut at = out.len();
        let size = at + self.streams.iter().sum::<usize>();
        // Room for whole words, the last of which may reach beyond.
        out.resize(size + size_of::<u64>(), 0);
        let codes = codes(&self.lengths);
        let codes: [(u16, u8); 256] = std::array::from_fn(|byte| (codes[byte], self.lengths[byte]));
        for (bytes, len) in quarters(self.bytes).into_iter().zip(self.streams) {
            write_bits(&mut out[at..], bytes, &codes);
            at += len;
        }
        out.truncate(size);
        out
    }
}

/// Writes the codes of `bytes` to the start of `out`, and zeros into the word behind them.
fn write_bits(out: &mut [u8], bytes: &[u8], codes: &[(u16, u8); 256]) {
    let (mut at, mut held, mut held_len) = (0, 0_u64, 0_u32);
    let mut put = |few: &[u8]| {
        for &byte in few {
            let (code, len) = codes[usize::from(byte)];
            held |= u64::from(code) << held_len;
            held_len += u32::from(len);
        }
        out[at..at + size_of::<u64>()].copy_from_slice(&held.to_le_bytes());
        at += held_len as usize / 8;
        held >>= held_len & !7;
        held_len &= 7;
    };
    let (few, rest) = bytes.as_chunks::<CODES_HELD>();
    few.iter().for_each(|few| put(few));
    put(rest);
}

/// How many bytes each stream but the last codes, as far as there are so many.
fn quarter(len: usize) -> usize {
    len.div_ceil(STREAMS)
}

fn quarters(bytes: &[u8]) -> [&[u8]; STREAMS] {
    let mut rest = bytes;
    std::array::from_fn(|_| rest.split_off(..quarter(bytes.len()).min(rest.len())).expect("no more than there is"))
}

/// How often each byte stands in each quarter.
fn count(bytes: &[u8]) -> [[u32; 256]; STREAMS] {
    let mut counts = [[0; 256]; STREAMS];
    let [a, b, c, d] = quarters(bytes);
    let [of_a, of_b, of_c, of_d] = &mut counts;
    // One after another, equal bytes would wait for each other.
    for (((&a, &b), &c), &d) in a.iter().zip(b).zip(c).zip(d) {
        of_a[usize::from(a)] += 1;
        of_b[usize::from(b)] += 1;
        of_c[usize::from(c)] += 1;
        of_d[usize::from(d)] += 1;
    }
    for (counts, bytes) in counts.iter_mut().zip([a, b, c]) {
        bytes[d.len()..].iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    }
    counts
}

/// The length of each byte's code, 0 where it does not occur; none for fewer than two bytes.
fn lengths(counts: &[u64; 256]) -> Option<Lengths> {
    let mut counts = *counts;
    if counts.iter().filter(|&&count| count > 0).count() < 2 {
        return None;
    }
    loop {
        let lengths = lengths_unbounded(&counts);
        if lengths.iter().all(|&len| u32::from(len) <= BITS_MAX) {
            return Some(lengths);
        }
        // Flatter counts make shorter trees; a few rounds do.
        counts.iter_mut().filter(|count| **count > 0).for_each(|count| *count = *count / 2 + 1);
    }
}

/// Two queues instead of a heap: sums come about in ascending order. (J. van Leeuwen, 1976.)
fn lengths_unbounded(counts: &[u64; 256]) -> Lengths {
    // Counts stay below the length of a column, far below 2^56.
    // Counts stay below the length of a column, far below 2^56.
    let mut leaves = Vec::with_capacity(256);
    leaves.extend((0..256).filter(|&byte| counts[byte] > 0).map(|byte| counts[byte] << 8 | byte as u64));
    leaves.sort_unstable();
    let mut parents = [0_usize; 512];
    let mut sums: Vec<u64> = Vec::with_capacity(leaves.len());
    let (mut leaf, mut inner) = (0, 0);
    for next in 256..255 + leaves.len() {
        let mut take = || {
            let is_leaf = leaf < leaves.len() && sums.get(inner).is_none_or(|&sum| leaves[leaf] >> 8 <= sum);
            let (count, node) =
                if is_leaf { (leaves[leaf] >> 8, leaves[leaf] as usize % 256) } else { (sums[inner], 256 + inner) };
            if is_leaf {
                leaf += 1
            } else {
                inner += 1
            }
            parents[node] = next;
            count
        };
        let sum = take() + take();
        sums.push(sum);
    }
    let root = 254 + leaves.len();
    let mut depths = [0_u8; 512];
    for node in (256..root).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    std::array::from_fn(|byte| if counts[byte] > 0 { depths[parents[byte]] + 1 } else { 0 })
}

/// The code of each byte, turned around so that its first bit is its lowest.
fn codes(lengths: &Lengths) -> [u16; 256] {
    let mut codes = [0; 256];
    let mut next = 0_u32;
    for len in 1..=BITS_MAX {
        next <<= 1;
        for byte in (0..256).filter(|&byte| u32::from(lengths[byte]) == len) {
            codes[byte] = (next.reverse_bits() >> (32 - len)) as u16;
            next += 1;
        }
    }
    codes
}

/// What [`Code::write`] was given.
pub fn decompress(bytes: &[u8], memory: &Reader<'_>) -> Result<Vec<u8>, DecodeError> {
    let mut r = Reader::part(bytes, memory);
    let len = r.limited(INFLATED_BYTES)?;
    let halves: [u8; 128] = r.array()?;
    let lengths: Lengths =
        std::array::from_fn(|byte| if byte % 2 == 0 { halves[byte / 2] & 15 } else { halves[byte / 2] >> 4 });
    let table = table(&lengths)?;
    let mut streams = [0; STREAMS];
    for len in &mut streams[..STREAMS - 1] {
        *len = r.limited(INFLATED_BYTES)? as usize;
    }
    streams[STREAMS - 1] = r.left().saturating_sub(streams.iter().sum());
    // No byte takes less than a bit.
    if len > r.left() as u64 * 8 {
        return Err(DecodeError::Truncated { at: bytes.len() });
    }
    r.charge(len)?;
    let mut out = vec![0; len as usize];
    let mut bits = [Bits::default(); STREAMS];
    for (bits, len) in bits.iter_mut().zip(streams) {
        bits.bytes = r.take(len)?;
    }
    read_streams(&mut out, bits, &table)?;
    Ok(out)
}

/// How many codes eight bytes hold at least, less the seven bits that may be left of a byte before.
const CODES_HELD: usize = 57 / BITS_MAX as usize;

/// A stream of codes.
#[derive(Clone, Copy, Default)]
struct Bits<'a> {
    bytes: &'a [u8],
    /// How many bits of it were read.
    at: usize,
}

impl Bits<'_> {
    /// Reads [`CODES_HELD`] codes, where eight more bytes are there; otherwise none.
    #[inline]
    fn read_some(&mut self, out: &mut [u8; CODES_HELD], table: &Codes) -> bool {
        let Some(next) = self.bytes.get(self.at / 8..).and_then(|bytes| bytes.first_chunk()) else { return false };
        let mut held = u64::from_le_bytes(*next) >> (self.at % 8);
        for slot in out {
            let (byte, len) = table[held as usize % TABLE_LEN];
            held >>= len;
            self.at += usize::from(len);
            *slot = byte;
        }
        true
    }

    /// Reads the last codes, one by one.
    fn read_rest(&mut self, out: &mut [u8], table: &Codes) -> Result<(), DecodeError> {
        for slot in out {
            let mut next = [0; 4];
            let bytes = &self.bytes[self.at / 8..];
            bytes.iter().zip(&mut next).for_each(|(&byte, slot)| *slot = byte);
            let (byte, len) = table[(u32::from_le_bytes(next) >> (self.at % 8)) as usize % TABLE_LEN];
            self.at += usize::from(len);
            if self.at > self.bytes.len() * 8 {
                return Err(DecodeError::Truncated { at: self.bytes.len() });
            }
            *slot = byte;
        }
        let fill = self.bytes.get(self.at / 8).map_or(0, |byte| byte >> (self.at % 8));
        if self.at.div_ceil(8) != self.bytes.len() || fill != 0 {
            return Err(DecodeError::NotCanonical("bits after the last code"));
        }
        Ok(())
    }
}

fn read_streams(out: &mut [u8], bits: [Bits<'_>; STREAMS], table: &Codes) -> Result<(), DecodeError> {
    let quarter = quarter(out.len());
    let mut rest = out;
    let mut quarters: [&mut [u8]; STREAMS] =
        std::array::from_fn(|_| rest.split_off_mut(..quarter.min(rest.len())).expect("no more than there is"));
    let [mut a, mut b, mut c, mut d] = bits;
    let mut done = 0;
    let chunks = quarters.each_mut().map(|quarter| quarter.as_chunks_mut::<CODES_HELD>().0.iter_mut());
    let [to_a, to_b, to_c, to_d] = chunks;
    for (((to_a, to_b), to_c), to_d) in to_a.zip(to_b).zip(to_c).zip(to_d) {
        let before = [a, b, c, d];
        // Side by side, since each code of a stream has to wait for the one before it.
        if !(a.read_some(to_a, table)
            && b.read_some(to_b, table)
            && c.read_some(to_c, table)
            && d.read_some(to_d, table))
        {
            [a, b, c, d] = before;
            break;
        }
        done += CODES_HELD;
    }
    for (mut bits, out) in [a, b, c, d].into_iter().zip(quarters) {
        bits.read_rest(&mut out[done..], table)?;
    }
    Ok(())
}

/// For every start of a code its byte and length.
type Codes = [(u8, u8); TABLE_LEN];

/// The table of codes of these lengths. Refuses codes that leave gaps or overlap.
fn table(lengths: &Lengths) -> Result<Box<Codes>, DecodeError> {
    if lengths.iter().any(|&len| u32::from(len) > BITS_MAX) {
        return Err(DecodeError::Invalid("a code that is too long"));
    }
    let taken: usize = lengths.iter().filter(|&&len| len > 0).map(|&len| TABLE_LEN >> len).sum();
    if taken != TABLE_LEN {
        return Err(DecodeError::Invalid("codes that leave gaps or overlap"));
    }
    let mut table = Box::new([(0, 0); TABLE_LEN]);
    for (byte, &code) in codes(lengths).iter().enumerate().filter(|&(byte, _)| lengths[byte] > 0) {
        for slot in table[usize::from(code)..].iter_mut().step_by(1 << lengths[byte]) {
            *slot = (byte as u8, lengths[byte]);
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        let mut seed = 1_u64;
        for skew in 1..40 {
            let bytes: Vec<u8> = (0..3000)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 33).trailing_zeros().wrapping_mul(skew) as u8
                })
                .collect();
            let code = Code::of(&bytes).expect("several bytes");
            let small = code.write();
            assert_eq!(small.len(), code.size());
            assert_eq!(decompress(&small, &Reader::new(&small)), Ok(bytes));
        }
        assert!(Code::of(&[5; 100]).is_none());
    }

    #[test]
    fn few_bytes_come_back_and_streams_end_with_zeros() {
        for len in 2..200 {
            let bytes: Vec<u8> = (0..len).map(|at| at % 7).collect();
            let small = Code::of(&bytes).expect("several bytes").write();
            assert_eq!(decompress(&small, &Reader::new(&small)), Ok(bytes));
            let longer = [&small[..], &[0]].concat();
            assert!(matches!(decompress(&longer, &Reader::new(&longer)), Err(DecodeError::NotCanonical(_))));
            let shorter = &small[..small.len() - 1];
            assert!(matches!(decompress(shorter, &Reader::new(shorter)), Err(DecodeError::Truncated { .. })));
        }
    }

    #[test]
    fn steep_counts_stay_within_the_longest_code() {
        let counts = std::array::from_fn(|byte| if byte < 60 { 1 << byte } else { 0 });
        let lengths = lengths(&counts).expect("several bytes");
        assert!(table(&lengths).is_ok());
    }
}
