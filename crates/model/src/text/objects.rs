//! What of a text is no character.

use super::Text;
use super::tree::Elem;
use clock::{Id, SortedMap};

/// What an element is: siblings go by this first, so that who types at the end of a line stays there when
/// somebody else begins a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Class {
    Character,
    Object,
    /// Where a move shows what it moves; never visible itself.
    Slot,
    ParagraphMark,
}

impl Class {
    /// The class of an object of `kind`.
    pub fn of(kind: &str) -> Self {
        if kind.is_empty() { Self::ParagraphMark } else { Self::Object }
    }

    /// How it reads.
    pub fn text(self) -> &'static str {
        match self {
            Self::Character => "",
            Self::Object => "\u{fffc}",
            Self::Slot => "\0",
            Self::ParagraphMark => "\n",
        }
    }
}

/// The elements of a text that are no characters.
#[derive(Clone, Debug, Default)]
pub(super) struct Objects {
    kinds: SortedMap<Elem, Object>,
}

#[derive(Clone, Debug)]
enum Object {
    Slot,
    /// Empty for a paragraph mark.
    Of(Box<str>),
}

impl Objects {
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    pub fn add(&mut self, elem: Elem, kind: &str) {
        self.kinds.insert(elem, Object::Of(kind.into()));
    }

    pub fn add_slot(&mut self, elem: Elem) {
        self.kinds.insert(elem, Object::Slot);
    }

    pub fn class(&self, elem: Elem) -> Class {
        match self.kinds.get(&elem) {
            None => Class::Character,
            Some(Object::Slot) => Class::Slot,
            Some(Object::Of(kind)) => Class::of(kind),
        }
    }

    /// The kind of an object; none where the element is none.
    pub fn kind(&self, elem: Elem) -> Option<&str> {
        match self.kinds.get(&elem)? {
            Object::Slot => None,
            Object::Of(kind) => Some(kind),
        }
    }

    /// How many elements from `first` on, of `len`, come before the first that is no character.
    pub fn characters(&self, first: Elem, len: u32) -> u32 {
        let next = self.kinds.range(first..first.plus(len)).next();
        next.map_or(len, |(elem, _)| elem.seq - first.seq)
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.kinds.len() * size_of::<(Elem, Object)>()
    }
}

impl Text {
    pub(super) fn class(&self, elem: Elem) -> Class {
        if self.objects.is_empty() { Class::Character } else { self.objects.class(elem) }
    }

    /// What object an element is: empty for a paragraph mark; none for characters.
    pub fn object(&self, id: Id) -> Option<&str> {
        self.objects.kind(self.known(id)?)
    }
}
