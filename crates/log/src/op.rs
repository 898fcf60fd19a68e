//! Primitive changes.

use crate::constraint::Rule;
use crate::container::{ContainerId, Kind};
use crate::decision::{Decider, Outcome};
use blob::BlobRef;
use clock::{Id, Seq, Span};

/// What a register holds. Of what takes memory of its own only a text keeps room to grow: so a value takes 24 bytes.
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
    Bytes(Box<[u8]>),
    /// Values in order, replaced as a whole. Depth is bounded where foreign bytes come in.
    List(Box<[Value]>),
    /// Values by key in the order given, replaced as a whole.
    Map(Box<[(String, Value)]>),
    /// A container of this kind, whose name is the element of this write: see [`Value::container`]. Never
    /// within a list or a map of values.
    Container(Kind),
    /// A blob, whose bytes lie beside the log. Never within a list or a map of values. In a box, since values
    /// are many and blobs few.
    Blob(Box<BlobRef>),
}

/// Documents hold very many.
const _: () = assert!(size_of::<Value>() <= 24);

impl Value {
    /// About how much memory it takes, in bytes.
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Container(_) => 0,
                Self::Text(text) => text.len(),
                Self::Bytes(bytes) => bytes.len(),
                Self::List(values) => values.iter().map(Self::weight).sum(),
                Self::Blob(reference) => size_of::<BlobRef>() + reference.media_type().as_str().len(),
                Self::Map(entries) => entries.iter().map(|(key, value)| key.len() + value.weight()).sum(),
            }
    }

    /// The container that this value stands for, where element `id` wrote it.
    pub fn container(&self, id: Id) -> Option<ContainerId> {
        match *self {
            Self::Container(kind) => Some(ContainerId::Element(kind, id)),
            _ => None,
        }
    }
}

/// The hidden on/off registers that every element has. The numbers are those of the byte format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Register {
    /// Off while the element is undone.
    Undo = 1,
    /// On where what was only proposed is accepted, off where it is rejected, and neither while it is open: while no
    /// control that counts wrote it. Whoever takes such a control back undoes its element.
    Accept = 2,
}

/// As what an action was made that is not in effect until somebody accepts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proposal {
    /// A suggestion.
    Suggestion,
    /// A part of the draft that this element made, see [`Op::Draft`]. It is in the action's past.
    Draft(Id),
}

impl Proposal {
    /// The draft that it is a part of.
    pub fn draft(self) -> Option<Id> {
        match self {
            Self::Suggestion => None,
            Self::Draft(draft) => Some(draft),
        }
    }
}

/// A gap between two elements of a text, dead or alive: beside one of them, whatever comes on its other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// Right before the element; none for the end.
    Before(Option<Id>),
    /// Right behind the element; none for the start.
    After(Option<Id>),
}

impl Gap {
    /// The element that it is beside.
    pub fn beside(self) -> Option<Id> {
        let (Self::Before(id) | Self::After(id)) = self;
        id
    }
}

/// What lies between two gaps of a text in the order of its elements; nothing where the second gap comes first.
/// So whether it grows by what is inserted at an end is a choice of gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange {
    /// Where it begins.
    pub start: Gap,
    /// Where it ends.
    pub end: Gap,
}

/// How much an action is worth of which nobody said: in the middle, so that others can be worth less.
pub const WEIGHT: u16 = 16;

/// One primitive change to one container, or to the registers of elements.
///
/// Each takes as many counters as [`Op::len`] says.
#[derive(Debug, PartialEq)]
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
    /// Says what actions mean together; one counter. Holds where it is active itself, whatever becomes of them.
    Constrain {
        /// What holds.
        rule: Rule,
        /// The actions, each by one of its elements, listed as [`Rule::fits`] says.
        actions: Vec<Id>,
    },
    /// Takes a place of something of which there are only so many: of all actions that hold an active claim to one
    /// name no more are active than the least of them says, whether they knew of each other or not; one counter.
    Claim {
        /// What there are places of; not empty.
        name: String,
        /// How many places there are; at least one.
        places: u32,
    },
    /// Answers which of several actions are to be active that cannot all be, or are not to be; one counter. Those of them
    /// that are kept come before whatever else is chosen; where all are, nothing that ties just them counts; where none
    /// is, all go.
    Resolve {
        /// The actions, two or more, each by one of its elements. Ascending.
        actions: Vec<Id>,
        /// Those of them that are kept. Ascending.
        keep: Vec<Id>,
        /// The answers that this one replaces. Ascending.
        pred: Vec<Id>,
    },
    /// Says how much actions matter; one counter.
    Weigh {
        /// The actions, one or more, each by one of its elements. Ascending.
        actions: Vec<Id>,
        /// How much each is worth from now on, where others are worth [`WEIGHT`]; at least 1.
        weight: u16,
        /// The weights that this one replaces. Ascending.
        pred: Vec<Id>,
    },
    /// Makes a draft, of which actions say that they are a part; one counter, which names it.
    Draft {
        /// What people call it; not empty.
        name: String,
    },
    /// Says who may decide for good, for everybody; one counter.
    Govern {
        /// The version of the rules by which the shared view chooses, see [`crate::RULES`].
        rules: u32,
        /// The authors; with none, nothing is ever decided. Ascending.
        deciders: Vec<Decider>,
        /// What was said of this before, and is replaced. Ascending.
        pred: Vec<Id>,
    },
    /// Decides for good what of everything that its author had is active, as far as actions that are tied to others are
    /// concerned; one counter, which names the decision. What is not listed and is tied to others, or ever will be, stays in.
    Decide {
        /// By what the author may, see [`Op::Govern`].
        by: Id,
        /// The decision that it follows; none for the first.
        after: Option<Id>,
        /// The actions, each by one of its elements, that do not simply stay in, and what becomes of each. Ascending.
        outcomes: Vec<(Id, Outcome)>,
    },
    /// Agrees to a decision; one counter.
    Vote {
        /// The decision.
        decision: Id,
    },
    /// Right behind a decision, in its action: says that nothing is to be undone any more of what stays in by it and the one that it
    /// follows covers, so that what nobody will ever see again may be forgotten; one counter.
    Trim {
        /// The decision that is followed.
        decision: Id,
        /// What stands in the place of what was forgotten, as its author vouches for it: the bytes are for whoever takes in what
        /// others forgot. Empty where nothing was.
        certificate: Vec<u8>,
    },
    /// Adds to a counter; one counter.
    CounterAdd {
        /// The counter.
        container: ContainerId,
        /// How much.
        amount: i64,
    },
    /// Puts items into a list; one counter each. The first goes between `left` and `right`, every further
    /// one right after the one before it, with the same `right`.
    ListInsert {
        /// The list.
        container: ContainerId,
        /// The element, an item or a slot, right behind which they go; none at the start.
        left: Option<Id>,
        /// The element, shown or not, that followed `left`; none at the end.
        right: Option<Id>,
        /// What the items hold; not empty.
        values: Vec<Value>,
    },
    /// Takes items out of a list; one counter for each of `target`, upward.
    ListDelete {
        /// The list.
        container: ContainerId,
        /// The items.
        target: Span,
    },
    /// Makes a slot in a list, at which an item shows from now on; one counter, which names the slot.
    ListMove {
        /// The list.
        container: ContainerId,
        /// The item.
        item: Id,
        /// What the slot goes right behind; none at the start.
        left: Option<Id>,
        /// What followed `left`; none at the end.
        right: Option<Id>,
    },
    /// Writes the register of a list's item; one counter.
    ListSet {
        /// The list.
        container: ContainerId,
        /// The item.
        item: Id,
        /// What it holds from now on.
        value: Value,
        /// The writes that this one replaces, the item's insertion among them. Ascending.
        pred: Vec<Id>,
    },
    /// Makes a node of a tree; one counter, which names the node and its first slot.
    TreeCreate {
        /// The tree.
        container: ContainerId,
        /// The node that it goes under; none for the top.
        parent: Option<Id>,
        /// The slot under the same parent right behind which it goes; none at the start.
        left: Option<Id>,
        /// The slot that followed `left`; none at the end.
        right: Option<Id>,
    },
    /// Makes a slot in a tree, at which a node shows from now on; one counter, which names the slot.
    TreeMove {
        /// The tree.
        container: ContainerId,
        /// The node.
        node: Id,
        /// The node that it goes under; none for the top.
        parent: Option<Id>,
        /// The slot under the same parent right behind which it goes; none at the start.
        left: Option<Id>,
        /// The slot that followed `left`; none at the end.
        right: Option<Id>,
    },
    /// Takes a node, and with it what is below it, out of a tree; one counter.
    TreeDelete {
        /// The tree.
        container: ContainerId,
        /// The node.
        node: Id,
    },
    /// Puts an object into a text; one counter, which names it. It counts as one character.
    TextObject {
        /// The text.
        container: ContainerId,
        /// What it goes right behind; none at the start.
        left: Option<Id>,
        /// The element, dead or alive, that followed `left`; none at the end.
        right: Option<Id>,
        /// What it is, by a name of the application's choice; empty for a paragraph mark.
        kind: String,
    },
    /// Formats ranges of a text; one counter.
    TextMark {
        /// The text.
        container: ContainerId,
        /// The ranges.
        ranges: Vec<TextRange>,
        /// Which property of the text.
        key: String,
        /// What it is from now on; none for nothing.
        value: Option<Value>,
    },
    /// Makes a slot in a text, at which ranges of it show from now on, one after another; one counter, which
    /// names the slot.
    TextMove {
        /// The text.
        container: ContainerId,
        /// The ranges.
        ranges: Vec<TextRange>,
        /// What the slot goes right behind; none at the start.
        left: Option<Id>,
        /// What followed `left`; none at the end.
        right: Option<Id>,
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

/// As a log gives one out: the two would say the same at length, and both be in what a browser loads.
impl Clone for Op {
    fn clone(&self) -> Self {
        self.as_op_ref().to_op()
    }
}

impl Op {
    /// How many counters it takes.
    pub fn len(&self) -> Seq {
        match self {
            Self::Insert { text, .. } => Seq::try_from(text.chars().count()).expect("bounded where bytes come in"),
            Self::Delete { target, .. } | Self::ListDelete { target, .. } => target.len(),
            Self::ListInsert { values, .. } => Seq::try_from(values.len()).expect("bounded where bytes come in"),
            Self::Set { .. } | Self::Control { .. } | Self::Constrain { .. } => 1,
            Self::Claim { .. } | Self::Resolve { .. } | Self::Weigh { .. } | Self::CounterAdd { .. } => 1,
            Self::Draft { .. } | Self::Govern { .. } | Self::Decide { .. } | Self::Vote { .. } => 1,
            Self::Trim { .. } => 1,
            Self::ListMove { .. } | Self::ListSet { .. } => 1,
            Self::TreeCreate { .. } | Self::TreeMove { .. } | Self::TreeDelete { .. } => 1,
            Self::TextObject { .. } | Self::TextMark { .. } | Self::TextMove { .. } => 1,
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
    /// Where it is only proposed, as what.
    pub proposal: Option<Proposal>,
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
