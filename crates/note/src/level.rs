//! What a block stands in: quotes and list items, written on the block itself.

/// The kind of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum List {
    /// Items with a bullet.
    Bullet,
    /// Items with a number.
    Ordered,
}

/// One step of indentation. A block carries all of them, outermost first, so that no block contains another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// In a quote. Neighbours that are quoted alike are in one quote.
    Quote,
    /// The block goes on in the item that is open at this depth: an item's second paragraph, or an item inside it.
    Within(List),
    /// The block begins an item.
    Item {
        /// The list that it is an item of: the one at this depth in the block before, if that is of the same kind.
        list: List,
        /// Begins a new ordered list with this number. Without it numbering goes on, or begins at one.
        start: Option<u32>,
        /// Something to do, and whether it is done.
        task: Option<bool>,
    },
}

impl Level {
    /// Begins an item with nothing special about it.
    pub const fn item(list: List) -> Self {
        Self::Item { list, start: None, task: None }
    }

    /// The list that this level is in, unless it is a quote.
    pub const fn list(self) -> Option<List> {
        match self {
            Self::Quote => None,
            Self::Within(list) | Self::Item { list, .. } => Some(list),
        }
    }

    /// Whether the block begins an item here.
    pub const fn is_item(self) -> bool {
        matches!(self, Self::Item { .. })
    }

    /// Whether this level, in the block after one that has `other` at this depth, goes on with it.
    pub(crate) fn continues(self, other: Option<Self>) -> bool {
        match self {
            Self::Item { .. } => false,
            Self::Quote | Self::Within(_) => other.is_some_and(|other| other.list() == self.list()),
        }
    }
}

/// How many levels of a block go on with those of the block before it.
pub(crate) fn shared(before: &[Level], levels: &[Level]) -> usize {
    levels.iter().enumerate().take_while(|&(at, level)| level.continues(before.get(at).copied())).count()
}
