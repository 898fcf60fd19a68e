//! To Markdown in the author's own hand.

use super::{parse, print};
use crate::block::Note;

/// The note as Markdown that differs little from the text that it came from: what did not change stays byte for byte.
/// Reading the result gives the note.
pub fn print_like(original: &str, note: &Note) -> String {
    if parse(original) == *note { original.to_owned() } else { print(note) }
}
