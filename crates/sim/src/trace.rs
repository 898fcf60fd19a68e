//! What happened in a run, folded into one number; and printed, where somebody wants to read it.

use std::fmt::{self, Write};

/// The story of a run. Two runs that went alike have equal hashes.
#[derive(Clone, Debug)]
pub struct Trace {
    hash: Fold,
    is_printed: bool,
}

impl Trace {
    /// An empty story; its lines go to standard output as they come where `is_printed`.
    pub fn new(is_printed: bool) -> Self {
        Self { hash: Fold(0xcbf2_9ce4_8422_2325), is_printed }
    }

    /// Notes one event at `now_ms`.
    pub fn note(&mut self, now_ms: u64, what: fmt::Arguments<'_>) {
        // A hash never fails to be written to.
        let _always = writeln!(self.hash, "{now_ms} {what}");
        if self.is_printed {
            println!("{now_ms:>8} {what}");
        }
    }

    /// The hash of everything so far.
    pub fn hash(&self) -> u64 {
        self.hash.0
    }
}

/// FNV-1a over text.
#[derive(Clone, Debug)]
struct Fold(u64);

impl Write for Fold {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = fold(self.0, text.as_bytes());
        Ok(())
    }
}

/// A number that stands for bytes.
pub fn digest(bytes: &[u8]) -> u64 {
    fold(0xcbf2_9ce4_8422_2325, bytes)
}

fn fold(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
