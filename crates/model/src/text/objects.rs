//! What of a text is no character.

use super::Text;
use super::tree::Elem;
use clock::{Id, SortedIter, SortedMap};
use std::iter::Peekable;

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

impl Object {
    /// The kind of an object; none where it is none.
    fn kind(&self) -> Option<&str> {
        match self {
            Self::Slot => None,
            Self::Of(kind) => Some(kind),
        }
    }
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
        self.kinds.get(&elem)?.kind()
    }

    /// To look up elements that mostly come one after the other.
    pub fn cursor(&self) -> ObjectCursor<'_> {
        ObjectCursor { objects: self, from: Elem::NONE, next: self.kinds.iter().peekable() }
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.kinds.len() * size_of::<(Elem, Object)>()
    }
}

/// How many objects a cursor goes over at most before it looks the next one up.
const STEPS_MAX: usize = 4;

/// Looks objects up; goes on from where it is where that is near.
pub(super) struct ObjectCursor<'a> {
    objects: &'a Objects,
    /// No object lies between this element and `next`.
    from: Elem,
    next: Peekable<SortedIter<'a, Elem, Object>>,
}

impl<'a> ObjectCursor<'a> {
    /// The first element from `elem` on, by its name, that is no character; what object it is, unless it is none.
    pub fn next_from(&mut self, elem: Elem) -> Option<(Elem, Option<&'a str>)> {
        self.go_to(elem);
        let &(&elem, object) = self.next.peek()?;
        Some((elem, object.kind()))
    }

    fn go_to(&mut self, elem: Elem) {
        let is_before = |next: &(&Elem, &Object)| *next.0 < elem;
        let is_near = self.from <= elem && !(0..STEPS_MAX).all(|_| self.next.next_if(is_before).is_some());
        if !is_near {
            self.next = self.objects.kinds.range(elem..).peekable();
        }
        self.from = elem;
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
