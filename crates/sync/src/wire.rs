//! Numbers, texts and lists as bytes: one way to write each, and bounded ways to read them.

use crate::error::DecodeError;
use clock::{Id, ReplicaId, Seq, Span};

/// Builds a message.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A message of about `len` bytes: whoever knows that it is long spares it from growing.
    pub fn new(kind: u8, len: usize) -> Self {
        let mut bytes = Vec::with_capacity(len);
        bytes.push(kind);
        Self { bytes }
    }

    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Seven bits to a byte, the lowest first; the top bit says that more follow.
    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub fn count(&mut self, len: usize, limit: usize) {
        assert!(len <= limit, "{len} of something in a message, {limit} allowed");
        self.number(len as u64);
    }

    pub fn fixed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn blob(&mut self, bytes: &[u8], limit: usize) {
        self.count(bytes.len(), limit);
        self.fixed(bytes);
    }

    pub fn replica(&mut self, replica: ReplicaId) {
        self.fixed(&replica.0.to_le_bytes());
    }

    pub fn id(&mut self, id: Id) {
        self.replica(id.replica);
        self.number(u64::from(id.seq));
    }

    pub fn span(&mut self, span: Span) {
        assert!(!span.is_empty(), "an empty span in a message");
        self.id(span.first());
        self.number(u64::from(span.len()));
    }
}

/// Takes a message apart. Never allocates more than a small multiple of what is left to read.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub fn finish(self) -> Result<(), DecodeError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(DecodeError::Trailing(self.bytes.len())) }
    }

    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        let (&first, rest) = self.bytes.split_first().ok_or(DecodeError::Short)?;
        self.bytes = rest;
        Ok(first)
    }

    pub fn flag(&mut self, what: &'static str) -> Result<bool, DecodeError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::NotCanonical(what)),
        }
    }

    pub fn number(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        for at in 0..10 {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if (at == 9 && bits > 1) || (at > 0 && byte == 0) {
                return Err(DecodeError::Number);
            }
            value |= bits << (7 * at);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::Number)
    }

    pub fn seq(&mut self) -> Result<Seq, DecodeError> {
        Seq::try_from(self.number()?).map_err(|_| DecodeError::Number)
    }

    /// How many things of at least `size_min` bytes follow.
    pub fn count(&mut self, what: &'static str, limit: usize, size_min: usize) -> Result<usize, DecodeError> {
        let found = self.number()?;
        let count = usize::try_from(found).ok().filter(|&count| count <= limit);
        let count = count.ok_or(DecodeError::Limit { what, found, limit })?;
        if count * size_min > self.bytes.len() { Err(DecodeError::Short) } else { Ok(count) }
    }

    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (first, rest) = self.bytes.split_first_chunk().ok_or(DecodeError::Short)?;
        self.bytes = rest;
        Ok(*first)
    }

    pub fn blob(&mut self, what: &'static str, limit: usize) -> Result<&'a [u8], DecodeError> {
        let len = self.count(what, limit, 1)?;
        let (first, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        Ok(first)
    }

    pub fn text(&mut self, what: &'static str, limit: usize) -> Result<String, DecodeError> {
        let text = std::str::from_utf8(self.blob(what, limit)?).map_err(|_| DecodeError::Text(what))?;
        if text.chars().any(char::is_control) { Err(DecodeError::Text(what)) } else { Ok(text.to_owned()) }
    }

    pub fn replica(&mut self) -> Result<ReplicaId, DecodeError> {
        Ok(ReplicaId(u64::from_le_bytes(self.fixed()?)))
    }

    pub fn id(&mut self) -> Result<Id, DecodeError> {
        Ok(Id::new(self.replica()?, self.seq()?))
    }

    pub fn span(&mut self) -> Result<Span, DecodeError> {
        let first = self.id()?;
        let len = self.seq()?;
        let end = first.seq.checked_add(len).ok_or(DecodeError::Number)?;
        let span = Span::new(first.replica, first.seq, end);
        if span.is_empty() { Err(DecodeError::NotCanonical("span")) } else { Ok(span) }
    }
}
