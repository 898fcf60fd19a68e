//! What two sides did that cannot both be.

/// Something that needs somebody's eyes: the merge took one side, or both, and says what the others were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Where in the merged document, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What happened.
    pub kind: ConflictKind,
    /// The value before, as it was written; none where there was none. For [`ConflictKind::Order`] and
    /// [`ConflictKind::BothMoved`] its pointer, for [`ConflictKind::BothRenamed`] its key.
    pub base: Option<String>,
    /// One side's value, pointer or key; none where it is no more.
    pub ours: Option<String>,
    /// The other side's value, pointer or key; none where it is no more.
    pub theirs: Option<String>,
    /// What is in the merged document.
    pub taken: Taken,
}

/// Kinds of conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ConflictKind {
    /// Both gave it another value. The greater by content is taken: null, false, true, numbers, strings, arrays,
    /// objects; numbers by value, strings by code points, the rest by a digest.
    BothSet,
    /// Both added a member of one key, or an item of one identity, with other values. Taken as for [`Self::BothSet`],
    /// member by member where both are objects.
    BothAdded,
    /// Both changed the same words of a text. Where only one side left something, that is taken, otherwise the
    /// greater by code points; the rest of both is kept.
    Text,
    /// One side removed what the other edited. It is kept, whole, as edited.
    DeleteEdit,
    /// One side removed what the other moved to another array. It is kept where it was moved to.
    DeleteMove,
    /// One side removed an item to which the other newly refers. It is kept.
    DeleteReference,
    /// Both put it somewhere else among its siblings. The place in the array that is lesser by content is taken.
    Order,
    /// Both moved it to another array, or each moved one thing into the other. One move is taken.
    BothMoved,
    /// Both gave the member another key. The lesser is taken.
    BothRenamed,
}

/// Whose value was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Ours.
    Ours,
    /// Theirs.
    Theirs,
    /// Something of both.
    Both,
}

impl ConflictKind {
    /// A stable name, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::BothSet => "both-set",
            Self::BothAdded => "both-added",
            Self::Text => "text",
            Self::DeleteEdit => "delete-edit",
            Self::DeleteMove => "delete-move",
            Self::DeleteReference => "delete-reference",
            Self::Order => "order",
            Self::BothMoved => "both-moved",
            Self::BothRenamed => "both-renamed",
        }
    }
}

impl Taken {
    /// A stable name, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
            Self::Both => "both",
        }
    }
}
