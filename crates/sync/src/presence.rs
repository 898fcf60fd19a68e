//! Where somebody is: ephemeral, never in the log.

use crate::limits;
use clock::{Frontier, Id};

/// One running copy in the eyes of the others: a random number for as long as it runs. Unlike a
/// replica's it is not written anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u64);

/// To which side of its element an anchor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bias {
    /// Before it.
    Left,
    /// After it.
    Right,
}

/// A position in a sequence that survives edits. Without an element it is an end of the sequence: the
/// beginning with [`Bias::Left`], the end with [`Bias::Right`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// The element.
    pub element: Option<Id>,
    /// Its side.
    pub bias: Bias,
}

/// A caret, or a selection where the two ends differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The container, in the application's words.
    pub place: Vec<u8>,
    /// The end that stays.
    pub anchor: Anchor,
    /// The end that moves: the caret.
    pub head: Anchor,
}

/// What a member shows of itself in one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What the person is called. No control characters, [`limits::NAME_BYTES_MAX`] bytes at most.
    pub name: String,
    /// Red, green, blue.
    pub colour: [u8; 3],
    /// The public key of the author, where the connection proved it; never what the sender says.
    pub author: Option<[u8; 32]>,
    /// Where it is; none where it looks elsewhere.
    pub selection: Option<Selection>,
    /// The version that the selection was taken at; empty where not known.
    pub at: Frontier,
}

impl Figure {
    /// A figure that fits into a message: the name cut and cleaned, too great a frontier left out.
    pub fn new(name: &str, colour: [u8; 3], selection: Option<Selection>, at: Frontier) -> Self {
        let mut clean = String::new();
        for c in name.chars().filter(|c| !c.is_control()) {
            if clean.len() + c.len_utf8() > limits::NAME_BYTES_MAX {
                break;
            }
            clean.push(c);
        }
        let at = if at.ids().len() > limits::FRONTIER_IDS_MAX { Frontier::new() } else { at };
        let selection = selection.filter(|selection| selection.place.len() <= limits::PLACE_BYTES_MAX);
        Self { name: clean, colour, author: None, selection, at }
    }
}

/// News of one member's place in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Whose.
    pub member: MemberId,
    /// Orders the news of one member: its own clock in milliseconds, compared with nothing else.
    pub clock: u64,
    /// What it shows; none when it left.
    pub figure: Option<Figure>,
}
