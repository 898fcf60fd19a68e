//! Primitive changes, and the containers that they change.

use clock::{Id, Seq, Span};

/// The kinds of container. The numbers are those of the byte format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A sequence of characters.
    Text = 1,
    /// Registers by key.
    Map = 2,
}

/// The name of a root container: at most [`RootName::LEN_MAX`] bytes, held in place so that ids of
/// containers are plain values.
#[derive(Clone, Copy, Eq, PartialOrd, Ord)]
pub struct RootName {
    len: u8,
    bytes: [u8; RootName::LEN_MAX],
}

impl RootName {
    /// The longest name, in bytes of UTF-8.
    pub const LEN_MAX: usize = 22;

    /// `name` as a root's name, unless it is longer than [`RootName::LEN_MAX`] bytes.
    pub fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; Self::LEN_MAX];
        bytes.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        Some(Self { len: u8::try_from(name.len()).ok()?, bytes })
    }

    /// All that it is, in few pieces.
    fn words(&self) -> (u128, u32, [u8; 3]) {
        let [low @ .., a, b, c, d, e, f] = self.bytes;
        (u128::from_le_bytes(low), u32::from_le_bytes([a, b, c, d]), [e, f, self.len])
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).expect("built from a str")
    }
}

/// Word by word: ids of containers are compared for every op.
impl PartialEq for RootName {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

impl std::hash::Hash for RootName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.words().hash(state);
    }
}

impl std::fmt::Debug for RootName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// The name of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerId {
    /// One that every document has, under a name of the application's choice.
    Root(Kind, RootName),
    /// One that the named element made.
    Element(Kind, Id),
}

impl ContainerId {
    /// The root container `name` of `kind`. Panics where the name is longer than [`RootName::LEN_MAX`].
    pub fn root(kind: Kind, name: &str) -> Self {
        Self::Root(kind, RootName::new(name).expect("a root's name fits"))
    }

    /// What kind of container it is.
    pub fn kind(&self) -> Kind {
        match *self {
            Self::Root(kind, _) | Self::Element(kind, _) => kind,
        }
    }
}

/// What a register holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, deliberately.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A binary floating-point number; compared and stored by its bits.
    Float(f64),
    /// Text that is replaced as a whole.
    Text(String),
    /// Bytes that are replaced as a whole.
    Bytes(Vec<u8>),
    /// Values in order, replaced as a whole. Depth is bounded where foreign bytes come in.
    List(Vec<Value>),
    /// Values by key in the order given, replaced as a whole.
    Map(Vec<(String, Value)>),
}

/// The hidden on/off registers that every element has. The numbers are those of the byte format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Register {
    /// Off while the element is undone.
    Undo = 1,
}

/// One primitive change to one container, or to the registers of elements.
///
/// Each takes as many counters as [`Op::len`] says.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Puts characters into a text; one counter each. The first goes between `left` and `right`,
    /// every further one right after the one before it, with the same `right`.
    Insert {
        /// The text.
        container: ContainerId,
        /// The visible left neighbour; none at the start.
        left: Option<Id>,
        /// The element, dead or alive, that followed `left`; none at the end.
        right: Option<Id>,
        /// The characters.
        text: String,
    },
    /// Takes elements out of a sequence; one counter for each element of `target`, so that half a
    /// deletion can be undone. The counters follow the targets upward, or downward where `backward`.
    Delete {
        /// The sequence.
        container: ContainerId,
        /// The elements.
        target: Span,
        /// Whether the first counter belongs to the last target.
        backward: bool,
    },
    /// Writes a register of a map; one counter.
    Set {
        /// The map.
        container: ContainerId,
        /// The register.
        key: String,
        /// What it holds from now on; none to take the key away.
        value: Option<Value>,
        /// The writes that this one replaces: those that its author saw. Ascending.
        pred: Vec<Id>,
    },
    /// Writes the on/off register of every element of `targets`; one counter.
    Control {
        /// Which of the registers.
        register: Register,
        /// What they are from now on.
        on: bool,
        /// The elements, ascending and disjoint.
        targets: Vec<Span>,
        /// The controls that this one replaces on its targets. Ascending.
        pred: Vec<Id>,
    },
    /// A kind that this version of Motet does not know: kept, passed on, and without effect.
    Unknown {
        /// The kind's number in the byte format.
        kind: u64,
        /// How many counters it takes; at least one.
        len: Seq,
        /// Its bytes.
        body: Vec<u8>,
    },
}

impl Op {
    /// How many counters it takes.
    pub fn len(&self) -> Seq {
        match self {
            Self::Insert { text, .. } => Seq::try_from(text.chars().count()).expect("bounded where bytes come in"),
            Self::Delete { target, .. } => target.len(),
            Self::Set { .. } | Self::Control { .. } => 1,
            Self::Unknown { len, .. } => *len,
        }
    }

    /// Whether it takes no counters, which no valid op does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a person would call one change: ops committed together, with what their author knew.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The first counter; its replica is the author's writer stream.
    pub id: Id,
    /// One more than the greatest among the parents'; 1 without parents.
    pub lamport: u64,
    /// The last elements of the frontier that it was appended to, ascending.
    pub parents: Vec<Id>,
    /// What a hold, a filter, a pin or an old version kept out of the author's sight, ascending: its
    /// `seen` is the version of `parents` less these.
    pub unseen: Vec<Span>,
    /// When, by the author's clock, in seconds since 1970; decoration, decides nothing.
    pub time: i64,
    /// What it is called in histories, where the author named it; may be empty.
    pub label: String,
    /// The changes, in order; not empty.
    pub ops: Vec<Op>,
}

impl Action {
    /// How many counters it takes.
    pub fn len(&self) -> Seq {
        self.ops.iter().map(Op::len).sum()
    }

    /// Whether it takes no counters, which no valid action does.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Its elements.
    pub fn span(&self) -> Span {
        Span::new(self.id.replica, self.id.seq, self.id.seq + self.len())
    }
}
