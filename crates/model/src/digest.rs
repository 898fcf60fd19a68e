//! A hash of what a container shows, for comparing members. Not a defence: whoever can write can make two
//! documents of one hash.

use clock::Id;
use log::{Gap, Value};

/// Hashes words and bytes one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Of nothing.
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The hash.
    pub fn finish(self) -> u64 {
        self.0
    }

    /// Adds a number.
    pub fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }

    /// Adds bytes, and how many they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.word(u64::from_le_bytes(word));
        }
    }

    /// Adds an id.
    pub fn id(&mut self, id: Id) {
        self.word(id.replica.0);
        self.word(id.seq.into());
    }

    /// Adds a gap.
    pub fn gap(&mut self, gap: Gap) {
        self.word(u64::from(matches!(gap, Gap::After(_))) << 1 | u64::from(gap.beside().is_some()));
        gap.beside().into_iter().for_each(|id| self.id(id));
    }

    /// Adds a value, or that there is none.
    pub fn value(&mut self, value: Option<&Value>) {
        match value {
            None => self.word(0),
            Some(Value::Null) => self.word(1),
            Some(Value::Bool(bool)) => self.word(2 + u64::from(*bool)),
            Some(Value::Int(int)) => {
                self.word(4);
                self.word(*int as u64);
            }
            Some(Value::Float(float)) => {
                self.word(5);
                self.word(float.to_bits());
            }
            Some(Value::Text(text)) => {
                self.word(6);
                self.bytes(text.as_bytes());
            }
            Some(Value::Bytes(bytes)) => {
                self.word(7);
                self.bytes(bytes);
            }
            Some(Value::List(values)) => {
                self.word(8);
                self.word(values.len() as u64);
                values.iter().for_each(|value| self.value(Some(value)));
            }
            Some(Value::Map(entries)) => {
                self.word(9);
                self.word(entries.len() as u64);
                for (key, value) in entries {
                    self.bytes(key.as_bytes());
                    self.value(Some(value));
                }
            }
            Some(Value::Container(kind)) => {
                self.word(10);
                self.word(*kind as u64);
            }
            Some(Value::Blob(reference)) => {
                let (width, height) = reference.image_size().unwrap_or((0, 0));
                self.word(11);
                self.bytes(&reference.hash().0);
                self.word(reference.byte_len());
                self.bytes(reference.media_type().as_str().as_bytes());
                self.word(u64::from(width) << 32 | u64::from(height));
            }
        }
    }
}
