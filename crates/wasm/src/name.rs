//! Names of containers, before it is said of what kind: `/note` for a root, `7.3` for what hangs on an element,
//! `7.3*7.9` for what hangs on two.

use crate::anchor::{read_id, write_id};
use crate::js::{Outcome, error};
use motet::{ContainerId, Crossing, Id, Kind, RootName};

/// The name of a container.
pub fn write_name(container: ContainerId) -> String {
    match container {
        ContainerId::Root(_, name) => format!("/{}", name.as_str()),
        ContainerId::Element(_, id) => write_id(id),
        ContainerId::Crossing(_, crossing) => format!("{}*{}", write_id(crossing.row()), write_id(crossing.column())),
    }
}

/// The container of `kind` that `text` names.
pub fn read_name(text: &str, kind: Kind) -> Outcome<ContainerId> {
    Name::read(text).and_then(|name| name.container(kind, &[])).ok_or_else(|| error(&format!("{text} names nothing")))
}

/// The element that `text` names.
pub fn read_element(text: &str) -> Outcome<Id> {
    read_id(text).ok_or_else(|| error(&format!("{text} names no element")))
}

/// An element: one that is there, or one that an earlier change of the same action makes (`@` and its number).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// One that is there.
    Id(Id),
    /// The one that was made as number so and so.
    Made(usize),
}

impl Element {
    fn read(text: &str) -> Option<Self> {
        match text.strip_prefix('@') {
            Some(number) => number.parse().ok().map(Self::Made),
            None => read_id(text).map(Self::Id),
        }
    }

    fn id(self, made: &[Id]) -> Option<Id> {
        match self {
            Self::Id(id) => Some(id),
            Self::Made(number) => made.get(number).copied(),
        }
    }
}

/// A name of a container, before it is said of what kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A root.
    Root(RootName),
    /// What hangs on an element.
    Element(Element),
    /// What hangs on two.
    Crossing(Element, Element),
}

impl Name {
    /// The name that `text` is.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(root) = text.strip_prefix('/') {
            return RootName::new(root).map(Self::Root);
        }
        match text.split_once('*') {
            Some((row, column)) => Some(Self::Crossing(Element::read(row)?, Element::read(column)?)),
            None => Element::read(text).map(Self::Element),
        }
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = Element> {
        let both = match *self {
            Self::Root(_) => [None, None],
            Self::Element(element) => [Some(element), None],
            Self::Crossing(row, column) => [Some(row), Some(column)],
        };
        both.into_iter().flatten()
    }

    /// The container of `kind` with this name; none where an element is not made yet.
    pub fn container(&self, kind: Kind, made: &[Id]) -> Option<ContainerId> {
        Some(match self {
            Self::Root(name) => ContainerId::Root(kind, *name),
            Self::Element(element) => ContainerId::Element(kind, element.id(made)?),
            Self::Crossing(row, column) => ContainerId::Crossing(kind, Crossing::new(row.id(made)?, column.id(made)?)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for text in ["/note", "/", "7.0", "7.0*ff.12"] {
            assert_eq!(write_name(Name::read(text).unwrap().container(Kind::Text, &[]).unwrap()), text);
        }
    }

    #[test]
    fn what_is_made_has_a_name_once_it_is() {
        let made = [Id::new(motet::ReplicaId(9), 4)];
        assert_eq!(Name::read("@1").unwrap().container(Kind::Map, &made), None);
        let crossing = Name::read("7.0*@0").unwrap().container(Kind::Text, &made).unwrap();
        assert_eq!(write_name(crossing), "7.0*9.4");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "7", "7.", "7.0*", "*7.0", "@", "@x", "/a name of 23 bytes long"] {
            assert_eq!(Name::read(text), None, "{text}");
        }
    }
}
