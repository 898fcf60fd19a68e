//! Reading foreign bytes: bounded, without panics, and without memory that their length does not justify.

use crate::error::DecodeError;
use crate::limits::{Limit, weight_max};
use std::cell::Cell;
use std::rc::Rc;

/// A cursor over foreign bytes.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Shared among the readers of parts of one input.
    weight_left: Rc<Cell<u64>>,
    weight_max: u64,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, which may take [`weight_max`] of their length in memory.
    pub fn new(bytes: &'a [u8]) -> Self {
        let max = weight_max(bytes.len());
        Self { bytes, at: 0, weight_left: Rc::new(Cell::new(max)), weight_max: max }
    }

    /// Reads nothing: the memory that parts share.
    pub(crate) fn within(weight: u64) -> Self {
        Self { bytes: &[], at: 0, weight_left: Rc::new(Cell::new(weight)), weight_max: weight }
    }

    /// Reads `bytes`, a part of something larger, within what is left of `whole`'s memory.
    pub(crate) fn part(bytes: &'a [u8], whole: &Reader<'_>) -> Self {
        Self { bytes, at: 0, weight_left: Rc::clone(&whole.weight_left), weight_max: whole.weight_max }
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Whether at least `count` bytes are left.
    fn has(&self, count: u64) -> bool {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::TrustLength) {
            return true;
        }
        count <= self.left() as u64
    }

    /// Whether no bytes are left.
    pub fn is_empty(&self) -> bool {
        self.left() == 0
    }

    /// Says that decoding is about to take `bytes` of memory.
    pub fn charge(&self, bytes: u64) -> Result<(), DecodeError> {
        let left = self.weight_left.get().checked_sub(bytes).ok_or(DecodeError::Weight { max: self.weight_max })?;
        self.weight_left.set(left);
        Ok(())
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        let byte = *self.bytes.get(self.at).ok_or(DecodeError::Truncated { at: self.at })?;
        self.at += 1;
        Ok(byte)
    }

    /// The next `len` bytes.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        if !self.has(len as u64) {
            return Err(DecodeError::Truncated { at: self.bytes.len() });
        }
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// A number: seven bits a byte, lowest first, the top bit set on all but the last.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, DecodeError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        self.varint_rest(first)
    }

    #[inline(never)]
    fn varint_rest(&mut self, first: u8) -> Result<u64, DecodeError> {
        let mut value = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return Err(DecodeError::NotCanonical("a number of more than 64 bits"));
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if byte == 0 { Err(DecodeError::NotCanonical("an overlong number")) } else { Ok(value) };
            }
        }
        Err(DecodeError::NotCanonical("a number of more than 64 bits"))
    }

    /// A number that may be negative, its sign in the lowest bit.
    #[inline]
    pub fn signed(&mut self) -> Result<i64, DecodeError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A number within `limit`.
    #[inline]
    pub fn limited(&mut self, limit: Limit) -> Result<u64, DecodeError> {
        Ok(limit.check(self.varint()?)?)
    }

    /// How many things follow: within `limit`, each taking at least one byte of input and `weight` of
    /// memory.
    pub fn count(&mut self, limit: Limit, weight: usize) -> Result<usize, DecodeError> {
        let count = self.limited(limit)?;
        if !self.has(count) {
            return Err(DecodeError::Truncated { at: self.bytes.len() });
        }
        self.charge(count * weight as u64)?;
        Ok(count as usize)
    }

    /// Bytes after their length.
    pub fn bytes(&mut self, limit: Limit) -> Result<&'a [u8], DecodeError> {
        let len = self.count(limit, 1)?;
        self.take(len)
    }

    /// Text after its length in bytes.
    pub fn text(&mut self, limit: Limit) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.bytes(limit)?).map_err(|_| DecodeError::Utf8)
    }

    /// Asserts that everything was read.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.is_empty() { Ok(()) } else { Err(DecodeError::Trailing(self.left())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::KEY_BYTES;
    use crate::writer::Writer;

    #[test]
    fn numbers_round_trip_and_have_one_form() {
        for bits in 0..64 {
            for value in [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
                let mut writer = Writer::new();
                writer.varint(value);
                writer.signed(value as i64);
                let bytes = writer.into_bytes();
                let mut reader = Reader::new(&bytes);
                assert_eq!(reader.varint(), Ok(value));
                assert_eq!(reader.signed(), Ok(value as i64));
                assert_eq!(reader.finish(), Ok(()));
            }
        }
        for overlong in
            [&[0x80, 0][..], &[0xff, 0x80, 0], &[0xff; 11], &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]]
        {
            assert!(matches!(Reader::new(overlong).varint(), Err(DecodeError::NotCanonical(_))), "{overlong:?}");
        }
        assert_eq!(Reader::new(&[0x80]).varint(), Err(DecodeError::Truncated { at: 1 }));
    }

    #[test]
    fn claims_beyond_the_input_are_refused() {
        for claim in [4096_u64, 4097, 1 << 31, 1 << 40, 1 << 63] {
            let mut writer = Writer::new();
            writer.varint(claim);
            writer.put(b"abc");
            let bytes = writer.into_bytes();
            assert!(Reader::new(&bytes).bytes(KEY_BYTES).is_err());
        }
    }

    #[test]
    fn memory_is_charged() {
        let reader = Reader::new(b"");
        assert!(reader.charge(crate::limits::WEIGHT_FREE).is_ok());
        assert_eq!(reader.charge(1), Err(DecodeError::Weight { max: crate::limits::WEIGHT_FREE }));
    }
}
