//! The bytes of a text file, and the text in them.
//!
//! Everything is kept as it is: line ends of all kinds, a last line without one. Only a byte order mark
//! is not part of the text; the file keeps it.

/// What stands at the beginning of some files on some systems.
const MARK: &str = "\u{feff}";

/// A file that is text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextFile {
    /// Whether it begins with a byte order mark.
    pub has_mark: bool,
    /// The text behind it.
    pub text: String,
}

/// The file is not UTF-8; what is before this byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText(pub usize);

impl TextFile {
    /// The text of these bytes.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, NotText> {
        let whole = String::from_utf8(bytes).map_err(|error| NotText(error.utf8_error().valid_up_to()))?;
        match whole.strip_prefix(MARK) {
            Some(text) => Ok(Self { has_mark: true, text: text.to_owned() }),
            None => Ok(Self { has_mark: false, text: whole }),
        }
    }

    /// The bytes of this text.
    pub fn encode(&self) -> Vec<u8> {
        let mark = if self.has_mark { MARK } else { "" };
        [mark.as_bytes(), self.text.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for bytes in ["", "a\r\nb\n\nc", "\u{feff}", "\u{feff}ü\r", "\n\u{feff}", "\0"] {
            let file = TextFile::decode(bytes.into()).unwrap();
            assert_eq!(file.encode(), bytes.as_bytes());
            assert_eq!(file.has_mark, bytes.starts_with(MARK));
        }
        assert_eq!(TextFile::decode(b"ab\xffc".to_vec()), Err(NotText(2)));
    }
}
