//! The tree of insertions.

use super::buckets::Buckets;
use super::finder::{Finder, Place};
use super::{Insertion, TextBuilder};
use crate::text::objects::Class;

/// A child of an element of an insertion, in one number, which ascends as children are met from left to right:
/// by the element's offset, then left before right, then by class, then by the child's own number, which rises
/// with ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Child(u64);

impl Child {
    pub fn new(offset: u32, is_right: bool, class: Class, insertion: u32) -> Self {
        debug_assert!(insertion <= Self::INSERTION, "there is no memory for as many insertions");
        let (side, class) = (u64::from(is_right) << 31, (class as u64) << 29);
        Self(u64::from(offset) << 32 | side | class | u64::from(insertion))
    }

    const INSERTION: u32 = (1 << 29) - 1;

    /// Which element of the insertion it is a child of.
    pub fn offset(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub fn is_right(self) -> bool {
        self.0 >> 31 & 1 == 1
    }

    /// Its own number.
    pub fn insertion(self) -> u32 {
        self.0 as u32 & Self::INSERTION
    }

    /// Whether both are children of one element, on one side.
    pub fn is_beside(self, other: Self) -> bool {
        self.0 >> 31 == other.0 >> 31
    }
}

/// The tree of insertions.
pub(super) struct Links {
    /// The children of each insertion, and last of all those that have no parent.
    pub children: Buckets<Child>,
    /// Between what each insertion was put. What is no character of this text can be nobody's neighbour: a
    /// forger's op falls to the ends.
    pub origins: Vec<(Place, Place)>,
}

impl Links {
    pub fn new(builder: &TextBuilder<'_>, finder: &Finder<'_>) -> Self {
        let insertions = &builder.insertions;
        let found = |insertion: &Insertion| match insertion.object().map(|object| builder.objects[object]) {
            None => (finder.find(insertion.log, insertion.left), finder.find(insertion.log, insertion.right)),
            Some(object) => (finder.find_id(object.left), finder.find_id(object.right)),
        };
        let origins: Vec<_> = insertions.iter().map(found).collect();
        let left_origin = |place: Place| match place.offset.checked_sub(1) {
            Some(offset) => Place { offset, ..place },
            None => origins[place.insertion as usize].0,
        };
        let no_parent = insertions.len() as u32;
        let parents = origins.iter().zip(insertions).zip(0..).map(|((&(left, right), inserted), insertion)| {
            let class = builder.class(inserted);
            if right != Place::NONE && left_origin(right) == left {
                (right.insertion, [Child::new(right.offset, false, class, insertion)])
            } else if left != Place::NONE {
                (left.insertion, [Child::new(left.offset, true, class, insertion)])
            } else {
                (no_parent, [Child::new(0, true, class, insertion)])
            }
        });
        let parents: Vec<(u32, [Child; 1])> = parents.collect();
        Self { children: Buckets::new(insertions.len() + 1, &parents), origins }
    }
}
