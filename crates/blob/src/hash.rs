//! The name of a blob.

use std::fmt;
use std::str::FromStr;

/// The BLAKE3 hash of a blob's bytes: its name everywhere. Written as 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobHash(pub [u8; 32]);

impl BlobHash {
    /// The hash of bytes that are all there.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobHash({self})")
    }
}

/// A text that is no blob's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a blob is named by 64 hexadecimal digits in lower case")]
pub struct HashTextError;

impl FromStr for BlobHash {
    type Err = HashTextError;

    /// Reads the one form that [`Display`](fmt::Display) writes, so that a blob has one address.
    fn from_str(text: &str) -> Result<Self, HashTextError> {
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| HashTextError)?;
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(hash))
    }
}

fn digit(character: u8) -> Result<u8, HashTextError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        _ => Err(HashTextError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let hash = BlobHash::of(b"a");
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        for wrong in ["", &text[1..], &format!("{text}0"), &text.to_uppercase(), &format!("é{}", &text[2..])] {
            assert_eq!(wrong.parse::<BlobHash>(), Err(HashTextError), "{wrong}");
        }
    }
}
