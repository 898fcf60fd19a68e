//! Messages in a stream of bytes: the length as four bytes, the lowest first, and then the message.

use crate::SocketError;

/// How many bytes are asked for at once: memory grows with what came, never with what was claimed.
const STEP_BYTES: usize = 64 << 10;

/// The length of a length.
const HEAD_BYTES: usize = 4;

/// What stands before a message of `len` bytes; the limits keep it far below what fits.
pub fn head(len: usize) -> [u8; HEAD_BYTES] {
    u32::try_from(len).expect("a message is shorter than its limit").to_le_bytes()
}

/// Puts messages together from pieces of a stream.
#[derive(Debug)]
pub struct Framing {
    limit: usize,
    head: Vec<u8>,
    /// How long the message is, once its head is here.
    len: Option<usize>,
    body: Vec<u8>,
}

impl Framing {
    /// Takes messages of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, head: Vec::new(), len: None, body: Vec::new() }
    }

    /// Takes messages of at most `limit` bytes from the next one on.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// How many bytes to read next, at most: none of them belongs to a later message. Never 0.
    pub fn wanted(&self) -> usize {
        match self.len {
            None => HEAD_BYTES - self.head.len(),
            Some(len) => (len - self.body.len()).min(STEP_BYTES),
        }
    }

    /// Takes what was read, and gives the message that is complete with it.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, SocketError> {
        debug_assert!(bytes.len() <= self.wanted(), "more than was wanted");
        let Some(len) = self.len else {
            self.head.extend_from_slice(bytes);
            let Ok(head) = <[u8; HEAD_BYTES]>::try_from(self.head.as_slice()) else { return Ok(None) };
            let len = u32::from_le_bytes(head) as usize;
            if len > self.limit {
                return Err(SocketError::Long { len, limit: self.limit });
            }
            self.head.clear();
            self.len = Some(len).filter(|&len| len > 0);
            return Ok((len == 0).then(Vec::new));
        };
        self.body.extend_from_slice(bytes);
        if self.body.len() < len {
            return Ok(None);
        }
        self.len = None;
        Ok(Some(std::mem::take(&mut self.body)))
    }

    /// Whether the stream may end here: between two messages.
    pub fn is_between(&self) -> bool {
        self.len.is_none() && self.head.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds a stream in steps of `step` bytes at most.
    fn feed(framing: &mut Framing, mut stream: &[u8], step: usize) -> Result<Vec<Vec<u8>>, SocketError> {
        let mut messages = Vec::new();
        while !stream.is_empty() {
            let (bytes, rest) = stream.split_at(framing.wanted().min(step).min(stream.len()));
            stream = rest;
            messages.extend(framing.take(bytes)?);
        }
        Ok(messages)
    }

    #[test]
    fn messages_come_out_as_they_went_in_however_the_stream_is_cut() {
        let messages: Vec<Vec<u8>> = [0, 1, 3, 0, 300, 70_000, 2].map(|len| vec![len as u8; len]).to_vec();
        let stream: Vec<u8> = messages.iter().flat_map(|m| [&head(m.len())[..], m].concat()).collect();
        for step in [1, 2, 3, 5, 1000, usize::MAX] {
            let mut framing = Framing::new(70_000);
            assert_eq!(feed(&mut framing, &stream, step).unwrap(), messages, "steps of {step}");
            assert!(framing.is_between());
            feed(&mut framing, &stream[..stream.len() - 1], step).unwrap();
            assert!(!framing.is_between());
        }
    }

    #[test]
    fn what_is_too_long_is_refused_by_its_head_and_takes_no_memory() {
        let mut framing = Framing::new(10);
        let error = feed(&mut framing, &u32::MAX.to_le_bytes(), 1).unwrap_err();
        assert!(matches!(error, SocketError::Long { limit: 10, .. }), "{error}");
        let mut framing = Framing::new(8 << 20);
        assert_eq!(feed(&mut framing, &head(8 << 20), 4).unwrap(), Vec::<Vec<u8>>::new());
        assert!(framing.body.capacity() == 0 && framing.wanted() == STEP_BYTES);
    }
}
