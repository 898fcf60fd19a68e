//! The order of a text or a list: a Fugue tree, by definition.
//!
//! Every element ever inserted is a node (Weidner and Kleppmann, *The Art of the Fugue*, 2023). A
//! node hangs on the left or on the right of its parent; a traversal gives first what hangs on the
//! left, then the node, then what hangs on the right. Siblings are in the order of their classes, then ids.

use crate::Naive;
use crate::history::Element;
use clock::Id;
use log::{ContainerId, Op};
use std::collections::{BTreeMap, BTreeSet};

/// What an element was inserted between, and what it is.
#[derive(Clone, Copy)]
struct Origins {
    left: Option<Id>,
    right: Option<Id>,
    class: Class,
}

/// The classes of a text's elements, as siblings are ordered. What is in lists and trees is all of the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Character,
    Object,
    Slot,
    Paragraph,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// The children of a parent, none being the root, on one side, in order.
type Children = BTreeMap<(Option<Id>, Side), BTreeSet<(Class, Id)>>;

impl Naive {
    /// Every element of a text, or place of a list, visible or not, in order.
    pub fn order(&self, container: ContainerId) -> Vec<Id> {
        let elements: BTreeMap<Id, Origins> = self
            .elements()
            .into_iter()
            .filter_map(|element| Some((element.id, origins(element, container)?)))
            .collect();
        let order = traverse(&children(&elements));
        assert_eq!(order.len(), elements.len(), "every element is in the order once");
        order
    }
}

impl Naive {
    /// Every slot of a tree by the parent that it is under, none being the top, shown or not, in order.
    pub fn tree_orders(&self, container: ContainerId) -> BTreeMap<Option<Id>, Vec<Id>> {
        let mut slots: BTreeMap<Option<Id>, BTreeMap<Id, Origins>> = BTreeMap::new();
        for element in self.elements() {
            match element.op {
                Op::TreeCreate { container: of, parent, left, right }
                | Op::TreeMove { container: of, parent, left, right, .. }
                    if *of == container =>
                {
                    let origins = Origins { left: *left, right: *right, class: Class::Character };
                    slots.entry(*parent).or_default().insert(element.id, origins);
                }
                _ => {}
            }
        }
        slots.into_iter().map(|(parent, slots)| (parent, traverse(&children(&slots)))).collect()
    }
}

/// The first element of an op has the op's origins; each further one has the one before it on its left.
fn origins(element: Element<'_>, within: ContainerId) -> Option<Origins> {
    let before = (element.offset > 0).then(|| Id::new(element.id.replica, element.id.seq - 1));
    let (container, left, right, class) = match element.op {
        Op::Insert { container, left, right, .. } | Op::ListInsert { container, left, right, .. } => {
            (container, before.or(*left), right, Class::Character)
        }
        Op::ListMove { container, left, right, .. } => (container, *left, right, Class::Character),
        Op::TextMove { container, left, right, .. } => (container, *left, right, Class::Slot),
        Op::TextObject { container, left, right, kind } => {
            (container, *left, right, if kind.is_empty() { Class::Paragraph } else { Class::Object })
        }
        _ => return None,
    };
    (*container == within).then_some(Origins { left, right: *right, class })
}

fn children(elements: &BTreeMap<Id, Origins>) -> Children {
    let mut children = Children::new();
    for (&id, &origins) in elements {
        children.entry(place(origins, elements)).or_default().insert((origins.class, id));
    }
    children
}

/// Where an element hangs: left of its right origin where that is in the subtree of its left origin, as
/// it is exactly when both have the same left origin; else right of its left origin.
fn place(origins: Origins, elements: &BTreeMap<Id, Origins>) -> (Option<Id>, Side) {
    // What is not of the sequence counts as not named.
    let left_of = |origins: Origins| origins.left.filter(|left| elements.contains_key(left));
    let left = left_of(origins);
    match origins.right {
        Some(right) if elements.get(&right).is_some_and(|&r| left_of(r) == left) => (Some(right), Side::Left),
        _ => (left, Side::Right),
    }
}

/// Depth first, with a stack of its own: long typing makes deep trees.
fn traverse(children: &Children) -> Vec<Id> {
    enum Todo {
        Subtree(Id),
        Itself(Id),
    }
    let below = |parent, side| {
        let set = children.get(&(parent, side));
        set.into_iter().flatten().rev().map(|&(_, id)| Todo::Subtree(id))
    };
    let mut order = Vec::new();
    let mut todo: Vec<Todo> = below(None, Side::Right).collect();
    while let Some(next) = todo.pop() {
        match next {
            Todo::Itself(id) => order.push(id),
            Todo::Subtree(id) => {
                todo.extend(below(Some(id), Side::Right));
                todo.push(Todo::Itself(id));
                todo.extend(below(Some(id), Side::Left));
            }
        }
    }
    order
}
