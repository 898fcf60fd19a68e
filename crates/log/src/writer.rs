//! How an author writes into a text: names looked up once, characters counted once.

use crate::container::ContainerId;
use crate::runs::ReplicaLog;
use clock::{Id, Seq, Span};

/// A text with the number of its code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted<'a> {
    text: &'a str,
    chars: Seq,
}

impl<'a> Counted<'a> {
    /// `text`, which is bounded where bytes come in.
    pub fn new(text: &'a str) -> Self {
        // One byte, as typing adds, is one character.
        let chars = if text.len() == 1 || text.is_ascii() { text.len() } else { text.chars().count() };
        Self { text, chars: Seq::try_from(chars).expect("fewer characters than counters") }
    }

    /// The text.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// How many code points it has.
    pub fn chars(self) -> Seq {
        self.chars
    }

    /// Whether each of its code points is one byte.
    pub fn is_ascii(self) -> bool {
        self.chars as usize == self.text.len()
    }
}

/// Adds ops on one text to the action that its author is writing; see [`crate::MultiLog::writer`].
#[derive(Debug)]
pub struct Writer<'a> {
    pub(crate) log: &'a mut ReplicaLog,
    pub(crate) container: ContainerId,
}

impl Writer<'_> {
    /// The first element of the op that comes next.
    pub fn next_id(&self) -> Id {
        Id::new(self.log.replica, self.log.ops_end())
    }

    /// Where the action being written begins, and where its next op does.
    pub fn ends(&self) -> (Seq, Seq) {
        (self.log.end(), self.log.ops_end())
    }

    /// Puts characters between two elements.
    pub fn insert(&mut self, left: Option<Id>, right: Option<Id>, text: Counted<'_>) {
        let (container, between) =
            (self.log.container_number(self.container), (self.log.near(left), self.log.near(right)));
        self.log.push_insert(self.log.ops_end(), container, between, text);
    }

    /// Puts characters right behind those of the op before, which is an insertion.
    pub fn type_on(&mut self, text: Counted<'_>) {
        self.log.carry_on_insert(text);
    }

    /// Takes elements out.
    pub fn delete(&mut self, target: Span) {
        let (container, first) = (self.log.container_number(self.container), self.log.near(Some(target.first())));
        self.log.push_delete(self.log.ops_end(), container, (first, target.len()), false);
    }
}
