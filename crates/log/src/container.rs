//! The names of containers.

use clock::{Id, ReplicaId, Seq};
use std::cmp::Ordering;
use std::fmt::{self, Write};

/// The kinds of container. The numbers are those of the byte format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A sequence of characters.
    Text = 1,
    /// Registers by key.
    Map = 2,
    /// Items in order, each a register, that can be moved.
    List = 3,
    /// Nodes under parents, in order, that can be moved.
    Tree = 4,
    /// A sum.
    Counter = 5,
}

/// The name of a root container: at most [`RootName::LEN_MAX`] bytes, held in place so that ids of
/// containers are plain values.
///
/// Aligned so that a processor that has just stored one can compare it without waiting: a word, and two words
/// that begin where the second half of a [`ContainerId`] does.
#[derive(Clone, Copy, Eq, PartialOrd, Ord)]
#[repr(C, align(8))]
pub struct RootName {
    len: u8,
    bytes: [u8; RootName::LEN_MAX],
    zero: u8,
}

impl RootName {
    /// The longest name, in bytes of UTF-8.
    pub const LEN_MAX: usize = 22;

    /// `name` as a root's name, unless it is longer than [`RootName::LEN_MAX`] bytes.
    pub fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; Self::LEN_MAX];
        bytes.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(Self { len: u8::try_from(name.len()).ok()?, bytes, zero: 0 })
    }

    /// All that it is, in two pieces.
    #[inline]
    fn words(&self) -> (u64, u128) {
        let [a, b, c, d, e, f, g, rest @ ..] = self.bytes;
        let mut long = [self.zero; 16];
        long[..15].copy_from_slice(&rest);
        (u64::from_le_bytes([self.len, a, b, c, d, e, f, g]), u128::from_le_bytes(long))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).expect("built from a str")
    }
}

/// Word by word: ids of containers are compared for every op.
impl PartialEq for RootName {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

impl std::hash::Hash for RootName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.words().hash(state);
    }
}

/// In quotes. Written down, since for what cannot be printed `str`'s brings tables along, which weigh 4 kB in a browser.
impl fmt::Debug for RootName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for char in self.as_str().chars() {
            if matches!(char, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(char)?;
        }
        f.write_char('"')
    }
}

/// Where two elements cross, such as a row and a column: by name, so that nobody has to make it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crossing {
    // In pieces, which take no room for alignment.
    row: ReplicaId,
    column: ReplicaId,
    row_seq: Seq,
    column_seq: Seq,
}

impl Crossing {
    /// Where `row` and `column` cross.
    pub fn new(row: Id, column: Id) -> Self {
        Self { row: row.replica, column: column.replica, row_seq: row.seq, column_seq: column.seq }
    }

    /// The first of the two elements.
    pub fn row(self) -> Id {
        Id::new(self.row, self.row_seq)
    }

    /// The second of the two elements.
    pub fn column(self) -> Id {
        Id::new(self.column, self.column_seq)
    }
}

impl fmt::Debug for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, column, row_seq, column_seq } = self;
        write!(f, "Crossing {{ row: {row:?}, column: {column:?}, row_seq: {row_seq}, column_seq: {column_seq} }}")
    }
}

/// The name of a container.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerId {
    /// One that every document has, under a name of the application's choice.
    Root(Kind, RootName),
    /// One that the named element made, or has by itself.
    Element(Kind, Id),
    /// One that two elements have together.
    Crossing(Kind, Crossing),
}

/// Hashes of what is shown are made of it. Written down, since derived ones bring along what lays out any value over many lines.
impl fmt::Debug for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(kind, name) => write!(f, "Root({kind:?}, {name:?})"),
            Self::Element(kind, id) => write!(f, "Element({kind:?}, {id:?})"),
            Self::Crossing(kind, crossing) => write!(f, "Crossing({kind:?}, {crossing:?})"),
        }
    }
}

/// In the order of the cases, then of what they hold. Written down, since names are looked for among very many, nearly
/// all of elements, and a number is compared at once.
impl Ord for ContainerId {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |kind: Kind, id: Id| (kind as u128) << 96 | u128::from(id.replica.0) << 32 | u128::from(id.seq);
        match (self, other) {
            (&Self::Element(kind, id), &Self::Element(other_kind, other)) => {
                number(kind, id).cmp(&number(other_kind, other))
            }
            (Self::Root(kind, name), Self::Root(other_kind, other)) => (kind, name).cmp(&(other_kind, other)),
            (Self::Crossing(kind, one), Self::Crossing(other_kind, other)) => (kind, one).cmp(&(other_kind, other)),
            (Self::Root(..), _) | (_, Self::Crossing(..)) => Ordering::Less,
            (Self::Crossing(..), _) | (_, Self::Root(..)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for ContainerId {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl ContainerId {
    /// The root container `name` of `kind`. Panics where the name is longer than [`RootName::LEN_MAX`].
    pub fn root(kind: Kind, name: &str) -> Self {
        Self::Root(kind, RootName::new(name).expect("a root's name fits"))
    }

    /// What kind of container it is.
    pub fn kind(&self) -> Kind {
        match *self {
            Self::Root(kind, _) | Self::Element(kind, _) | Self::Crossing(kind, _) => kind,
        }
    }

    /// The elements that it hangs on; none where every document has it.
    pub fn makers(&self) -> impl Iterator<Item = Id> + use<> {
        let ids = match *self {
            Self::Root(..) => [None, None],
            Self::Element(_, id) => [Some(id), None],
            Self::Crossing(_, crossing) => [Some(crossing.row()), Some(crossing.column())],
        };
        ids.into_iter().flatten()
    }

    /// The container of `kind` that has the same name: the map beside a text holds what is said of it.
    pub fn beside(&self, kind: Kind) -> Self {
        match *self {
            Self::Root(_, name) => Self::Root(kind, name),
            Self::Element(_, id) => Self::Element(kind, id),
            Self::Crossing(_, crossing) => Self::Crossing(kind, crossing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members compare hashes of it.
    #[test]
    fn the_text_of_a_name_stays_as_it_is() {
        let [row, column] = [(1, 2), (u64::MAX, 4)].map(|(replica, seq)| Id::new(ReplicaId(replica), seq));
        for (id, text) in [
            (ContainerId::root(Kind::Text, "the \"notes\", \\ é"), r#"Root(Text, "the \"notes\", \\ é")"#),
            (ContainerId::Element(Kind::List, row), "Element(List, 2@1)"),
            (
                ContainerId::Crossing(Kind::Counter, Crossing::new(row, column)),
                "Crossing(Counter, Crossing { row: 1, column: ffffffffffffffff, row_seq: 2, column_seq: 4 })",
            ),
        ] {
            assert_eq!(format!("{id:?}"), text);
        }
    }
}
