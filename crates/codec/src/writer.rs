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
        let value = (value << 1 ^ value >> 63) as u64;
        if value >> 28 != 0 {
            return self.varint(value);
        }
        // Of lengths that follow no rule: all bytes at once, without a branch for each.
        let value = value as u32;
        let bytes = value & 0x7f | (value & 0x3f80) << 1 | (value & 0x1f_c000) << 2 | (value & 0xfe0_0000) << 3;
        let last = bytes.checked_ilog2().unwrap_or(0) / 8;
        let more = 0x8080_8080 & ((1 << (8 * last)) - 1);
        let end = self.bytes.len() + last as usize + 1;
        self.bytes.extend_from_slice(&(bytes | more).to_le_bytes());
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
