//! Writing: the counterpart of [`crate::Reader`].

use crate::error::EncodeError;
use crate::limits::{Limit, weight_max};

/// Bytes in the making, and what reading them back will take in memory.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    weight: u64,
}

impl Writer {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What reading will be charged so far, in bytes.
    pub(crate) fn weight(&self) -> u64 {
        self.weight
    }

    /// Accounts for what [`crate::Reader::charge`] will.
    pub fn charge(&mut self, bytes: u64) {
        self.weight += bytes;
    }

    /// Asserts that a reader has the memory for it.
    pub fn check_weight(&self) -> Result<(), EncodeError> {
        let (weight, max) = (self.weight, weight_max(self.bytes.len()));
        if weight <= max { Ok(()) } else { Err(EncodeError::Weight { weight, max }) }
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Bytes as they are.
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Makes room for `len` more bytes.
    pub(crate) fn reserve(&mut self, len: usize) {
        self.bytes.reserve(len);
    }

    /// A number, in its only form.
    #[inline]
    pub fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A number that may be negative.
    #[inline]
    pub fn signed(&mut self, value: i64) {
        match short(value) {
            Some((bytes, len)) => self.word(bytes.into(), len),
            None => self.varint(zigzag(value)),
        }
    }

    /// A byte, then a number that may be negative.
    #[inline]
    pub(crate) fn tagged(&mut self, tag: u8, value: i64) {
        match short(value) {
            Some((bytes, len)) => self.word(u64::from(bytes) << 8 | u64::from(tag), len + 1),
            None => {
                self.byte(tag);
                self.varint(zigzag(value));
            }
        }
    }

    /// The first `len` bytes of a word: all at once, without a branch for each.
    #[inline]
    fn word(&mut self, word: u64, len: usize) {
        let end = self.bytes.len() + len;
        self.bytes.extend_from_slice(&word.to_le_bytes());
        self.bytes.truncate(end);
    }

    /// A number within `limit`.
    pub fn limited(&mut self, value: u64, limit: Limit) -> Result<(), EncodeError> {
        self.varint(limit.check(value)?);
        Ok(())
    }

    /// How many things follow, each taking `weight` of memory when read.
    pub fn count(&mut self, count: usize, limit: Limit, weight: usize) -> Result<(), EncodeError> {
        self.limited(count as u64, limit)?;
        self.charge(count as u64 * weight as u64);
        Ok(())
    }

    /// Bytes after their length.
    pub fn bytes(&mut self, bytes: &[u8], limit: Limit) -> Result<(), EncodeError> {
        self.count(bytes.len(), limit, 1)?;
        self.put(bytes);
        Ok(())
    }

    /// Text after its length in bytes.
    pub fn text(&mut self, text: &str, limit: Limit) -> Result<(), EncodeError> {
        self.bytes(text.as_bytes(), limit)
    }
}

/// How many short things are written together.
pub(crate) const TOGETHER: usize = 32;

/// As many short things as are written together, so that a writer looks for room once.
pub(crate) struct Together {
    bytes: [u8; (TOGETHER + 1) * size_of::<u64>()],
    len: usize,
}

impl Together {
    pub fn new() -> Self {
        Self { bytes: [0; _], len: 0 }
    }

    /// A byte and a number, or two numbers; none that are not short. Each may be negative.
    #[inline]
    pub fn word(bytes: (u32, usize), (more, more_len): (u32, usize)) -> (u64, usize) {
        (u64::from(bytes.0) | u64::from(more) << (8 * bytes.1), bytes.1 + more_len)
    }

    /// Adds the first `len` bytes of a word.
    #[inline]
    pub fn put(&mut self, (word, len): (u64, usize)) {
        self.bytes[self.len..self.len + size_of::<u64>()].copy_from_slice(&word.to_le_bytes());
        self.len += len;
    }

    /// Writes all, and begins anew.
    pub fn write(&mut self, w: &mut Writer) {
        w.put(&self.bytes[..self.len]);
        self.len = 0;
    }
}

/// A number that may be negative as one that is not.
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

/// What says of as many bytes that more follow.
const MORE: [u32; 4] = [0, 0x80, 0x8080, 0x80_8080];

/// The bytes of a number that takes at most four, and how many it takes: of lengths that follow no rule.
#[inline]
pub(crate) fn short(value: i64) -> Option<(u32, usize)> {
    let value = zigzag(value);
    if value >> 28 != 0 {
        return None;
    }
    let value = value as u32;
    // Its halves are set apart, and then theirs.
    let halves = value & 0x3fff | (value & 0xfff_c000) << 2;
    let bytes = halves & 0x7f_007f | (halves & 0x3f80_3f80) << 1;
    // A seventh of the number of its bits but the first, for so few.
    let last = (((31 - (value | 1).leading_zeros()) * 37) >> 8) as usize;
    Some((bytes | MORE[last], last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whichever way they are written.
    #[test]
    fn short_numbers_read_like_others() {
        let near = |bit: u32| (-2..=2).map(move |more| (1_i64 << bit) + more);
        for value in (0..63).flat_map(near).flat_map(|value| [value, -value]).chain([i64::MIN, i64::MAX]) {
            let (mut one, mut tagged, mut any) = (Writer::new(), Writer::new(), Writer::new());
            one.signed(value);
            tagged.tagged(7, value);
            any.varint(zigzag(value));
            assert_eq!((one.as_bytes(), &tagged.as_bytes()[1..]), (any.as_bytes(), any.as_bytes()), "{value}");
            if let Some(short) = short(value) {
                let (mut together, mut w) = (Together::new(), Writer::new());
                (0..TOGETHER).for_each(|_| together.put(Together::word(short, short)));
                together.write(&mut w);
                assert_eq!(w.as_bytes(), any.as_bytes().repeat(2 * TOGETHER));
            } else {
                assert!(any.len() > size_of::<u32>(), "{value}");
            }
        }
    }
}
