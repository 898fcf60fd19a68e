//! Canonical prefix codes over bytes: what LZ4 leaves on the table, since it writes whole bytes.
//!
//! ```text
//! number of bytes varint │ 128 bytes: the code length of each byte, four bits each, low half first │ bits
//! ```
//!
//! Codes are numbered by length, then byte, and written most significant bit first, into bytes from
//! their least significant bit on. (D. A. Huffman, 1952.)

use crate::error::DecodeError;
use crate::limits::INFLATED_BYTES;
use crate::reader::Reader;
use crate::writer::Writer;

/// The longest code, in bits: one look into a small table decodes any byte, and four bits hold a length.
const BITS_MAX: u32 = 12;
const TABLE_LEN: usize = 1 << BITS_MAX;

type Lengths = [u8; 256];

/// A code made for some bytes, which it is worth knowing the size of before anything is written.
pub struct Code<'a> {
    bytes: &'a [u8],
    lengths: Lengths,
    bits: u64,
}

impl<'a> Code<'a> {
    /// The code of `bytes`; none for fewer than two different ones.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let counts = count(bytes);
        let lengths = lengths(&counts)?;
        let bits = counts.iter().zip(&lengths).map(|(&count, &len)| count * u64::from(len)).sum();
        Some(Self { bytes, lengths, bits })
    }

    fn head(&self) -> Writer {
        let mut w = Writer::new();
        w.varint(self.bytes.len() as u64);
        self.lengths.chunks_exact(2).for_each(|pair| w.byte(pair[0] | pair[1] << 4));
        w
    }

    /// How long the coded bytes are, with their code.
    pub fn size(&self) -> usize {
        self.head().len() + self.bits.div_ceil(8) as usize
    }

    /// The coded bytes, with their code.
    pub fn write(&self) -> Vec<u8> {
        let mut out = self.head().into_bytes();
        let (mut at, size) = (out.len(), self.size());
        // Room for whole words, the last of which may reach beyond.
        out.resize(size + size_of::<u64>(), 0);
        let codes = codes(&self.lengths);
        let codes: [(u16, u8); 256] = std::array::from_fn(|byte| (codes[byte], self.lengths[byte]));
        let (mut held, mut held_len) = (0_u64, 0_u32);
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
        let (fours, rest) = self.bytes.as_chunks::<CODES_HELD>();
        fours.iter().for_each(|four| put(four));
        put(rest);
        out[at] = held as u8;
        out.truncate(size);
        out
    }
}

fn count(bytes: &[u8]) -> [u64; 256] {
    // One after another, equal bytes would wait for each other.
    let mut counts = [[0_u32; 256]; 4];
    let (fours, rest) = bytes.as_chunks::<4>();
    for four in fours {
        four.iter().zip(&mut counts).for_each(|(&byte, counts)| counts[usize::from(byte)] += 1);
    }
    rest.iter().for_each(|&byte| counts[0][usize::from(byte)] += 1);
    std::array::from_fn(|byte| counts.iter().map(|counts| u64::from(counts[byte])).sum())
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
    let mut leaves: Vec<(u64, usize)> =
        (0..256).filter(|&byte| counts[byte] > 0).map(|byte| (counts[byte], byte)).collect();
    leaves.sort_unstable();
    let mut parents = [0_usize; 512];
    let mut sums: Vec<u64> = Vec::with_capacity(leaves.len());
    let (mut leaf, mut inner) = (0, 0);
    for next in 256..255 + leaves.len() {
        let mut take = || {
            let is_leaf = leaf < leaves.len() && sums.get(inner).is_none_or(|&sum| leaves[leaf].0 <= sum);
            let (count, node) = if is_leaf { leaves[leaf] } else { (sums[inner], 256 + inner) };
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
    // No byte takes less than a bit.
    if len > r.left() as u64 * 8 {
        return Err(DecodeError::Truncated { at: bytes.len() });
    }
    r.charge(len)?;
    read_bits(r.take(r.left())?, len as usize, &table)
}

/// How many codes eight bytes hold at least, less the seven bits that may be left of a byte before.
const CODES_HELD: usize = 57 / BITS_MAX as usize;

fn read_bits(bits: &[u8], len: usize, table: &[(u8, u8); TABLE_LEN]) -> Result<Vec<u8>, DecodeError> {
    let mut out = vec![0; len];
    let (mut held, mut held_len, mut at, mut done) = (0_u64, 0_u32, 0, 0);
    while let (Some(next), Some(codes)) = (bits.get(at..at + 8), out.get_mut(done..done + CODES_HELD)) {
        // What does not fit is read again with the next eight.
        held |= u64::from_le_bytes(next.try_into().expect("eight bytes")) << held_len;
        at += (63 - held_len as usize) / 8;
        held_len |= 56;
        for slot in codes {
            let (byte, code_len) = table[held as usize % TABLE_LEN];
            (held, held_len) = (held >> code_len, held_len - u32::from(code_len));
            *slot = byte;
        }
        done += CODES_HELD;
        held &= (1 << held_len) - 1;
    }
    for slot in &mut out[done..] {
        while held_len <= 56 && at < bits.len() {
            held |= u64::from(bits[at]) << held_len;
            held_len += 8;
            at += 1;
        }
        let (byte, code_len) = table[held as usize % TABLE_LEN];
        held_len = held_len.checked_sub(code_len.into()).ok_or(DecodeError::Truncated { at })?;
        held >>= code_len;
        *slot = byte;
    }
    if at != bits.len() || held != 0 || held_len >= 8 {
        return Err(DecodeError::NotCanonical("bits after the last code"));
    }
    Ok(out)
}

/// For every start of a code its byte and length. Refuses codes that leave gaps or overlap.
fn table(lengths: &Lengths) -> Result<Box<[(u8, u8); TABLE_LEN]>, DecodeError> {
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
    fn steep_counts_stay_within_the_longest_code() {
        let counts = std::array::from_fn(|byte| if byte < 60 { 1 << byte } else { 0 });
        let lengths = lengths(&counts).expect("several bytes");
        assert!(table(&lengths).is_ok());
    }
}
