//! The names of documents, replicas, elements and runs of elements.

use std::fmt;
use std::str::FromStr;

/// The name of a document: a random number, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub u128);

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for DocumentId {
    type Err = ParseDocumentIdError;

    /// Reads exactly what `Display` writes, so that one document never has two names.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 32 || !text.bytes().all(digit) {
            return Err(ParseDocumentIdError);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| ParseDocumentIdError)
    }
}

/// A text that names no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDocumentIdError;

impl fmt::Display for ParseDocumentIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document id is 32 lowercase hexadecimal digits")
    }
}

impl std::error::Error for ParseDocumentIdError {}

/// One writer stream: a random number, minted at the first write after a store is opened, never
/// shared and never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplicaId(pub u64);

impl fmt::Debug for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// A count of elements of one replica. Thirty-two bits keep a span at 32 bytes; a writer that makes
/// four thousand million elements takes a new [`ReplicaId`] before it gets there.
pub type Seq = u32;

/// A logical time: one more than the greatest among an action's parents. Counts actions, not elements.
pub type Lamport = u64;

/// The name of one element: its replica and its counter there.
///
/// Ordered by replica, then counter; that order breaks every tie in the engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Who made it.
    pub replica: ReplicaId,
    /// Which of that replica's elements it is.
    pub seq: Seq,
}

impl Id {
    /// The id of element `seq` of `replica`.
    pub const fn new(replica: ReplicaId, seq: Seq) -> Self {
        Self { replica, seq }
    }

    /// The id `n` elements further on in the same replica.
    #[must_use]
    pub const fn plus(self, n: Seq) -> Self {
        Self { replica: self.replica, seq: self.seq + n }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.seq, self.replica)
    }
}

/// A run of elements of one replica: `start..end`, never empty where it names something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Who made them.
    pub replica: ReplicaId,
    /// The first counter.
    pub start: Seq,
    /// One past the last counter.
    pub end: Seq,
}

impl Span {
    /// The elements `start..end` of `replica`.
    pub const fn new(replica: ReplicaId, start: Seq, end: Seq) -> Self {
        Self { replica, start, end }
    }

    /// The span of one element.
    pub const fn of(id: Id) -> Self {
        Self { replica: id.replica, start: id.seq, end: id.seq + 1 }
    }

    /// How many elements it names.
    pub const fn len(&self) -> Seq {
        self.end - self.start
    }

    /// Whether it names none.
    pub const fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether it names `id`.
    pub fn contains(&self, id: Id) -> bool {
        self.replica == id.replica && (self.start..self.end).contains(&id.seq)
    }

    /// The first element named.
    pub const fn first(&self) -> Id {
        Id::new(self.replica, self.start)
    }

    /// The last element named. The span must not be empty.
    pub const fn last(&self) -> Id {
        Id::new(self.replica, self.end - 1)
    }

    /// What both name, if anything.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (self.replica == other.replica && start < end).then(|| Self::new(self.replica, start, end))
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}@{}", self.start, self.end, self.replica)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_id_reads_back_from_its_text() {
        for id in [DocumentId(0), DocumentId(0xfeed), DocumentId(u128::MAX)] {
            assert_eq!(id.to_string().len(), 32);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn a_document_has_one_name_only() {
        let upper = "0000000000000000000000000000FEED";
        let signed = "+000000000000000000000000000feed";
        for text in ["", "feed", upper, signed, "0000000000000000000000000000feedf"] {
            assert_eq!(text.parse::<DocumentId>(), Err(ParseDocumentIdError), "{text}");
        }
    }
}
