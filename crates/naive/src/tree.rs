//! What a view shows of a tree, by definition.

use crate::Naive;
use crate::state::InEffect;
use clock::{Id, Lamport};
use log::{ContainerId, Op};
use std::collections::{BTreeMap, BTreeSet};

/// What a view shows of a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// The visible nodes, parents first.
    pub nodes: Vec<Node>,
    /// The active moves that lose.
    pub lost: BTreeSet<Id>,
}

/// A visible node of a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The node.
    pub id: Id,
    /// How many are above it.
    pub depth: usize,
    /// The node that it is under; none for the top.
    pub parent: Option<Id>,
    /// The element at whose slot it shows: a move, or its creation.
    pub slot: Id,
}

/// A slot of a node: when and by what it was made, and under which parent. Ascending, the oldest first.
type Slot = (Lamport, Id, Option<Id>);

impl Tree {
    /// The visible children of `parent`, or of the top.
    pub fn children(&self, parent: Option<Id>) -> Vec<&Node> {
        self.nodes.iter().filter(|node| node.parent == parent).collect()
    }
}

impl Naive {
    /// The trees that show a node or in which a move loses.
    pub(crate) fn trees(&self, active: &InEffect) -> BTreeMap<ContainerId, Tree> {
        let made = self.elements().into_iter().filter_map(|element| match element.op {
            Op::TreeCreate { container, .. } => Some(*container),
            _ => None,
        });
        let containers: BTreeSet<ContainerId> = made.collect();
        let trees = containers.into_iter().map(|container| (container, self.tree(container, active)));
        trees.filter(|(_, tree)| *tree != Tree::default()).collect()
    }

    /// What a view shows of one tree.
    pub(crate) fn tree(&self, container: ContainerId, active: &InEffect) -> Tree {
        let mut stacks = self.slots(container, active);
        let mut lost = BTreeSet::new();
        loop {
            let losers = losers(&stacks);
            if losers.is_empty() {
                break;
            }
            for loser in losers {
                let (_, slot, _) = stacks.get_mut(&loser).and_then(Vec::pop).expect("a creation never loses");
                lost.insert(slot);
            }
        }
        let deleted = self.deleted_nodes(container, active);
        let there = |node: &Id| active.contains(node) && !deleted.contains(node);
        let shown: BTreeMap<Id, Id> =
            stacks.iter().filter(|(node, _)| there(node)).map(|(node, stack)| (top(stack).1, *node)).collect();
        let mut tree = Tree { nodes: Vec::new(), lost };
        add_children(&self.tree_orders(container), (None, 0), &shown, &mut tree.nodes);
        tree
    }

    /// The slots of every node: that of its creation, active or not, then those of active moves.
    fn slots(&self, container: ContainerId, active: &InEffect) -> BTreeMap<Id, Vec<Slot>> {
        let mut stacks: BTreeMap<Id, Vec<Slot>> = BTreeMap::new();
        for element in self.elements() {
            let time = self.lamport(element.id).expect("complete");
            match element.op {
                Op::TreeCreate { container: of, parent, .. } if *of == container => {
                    stacks.entry(element.id).or_default().push((time, element.id, *parent));
                }
                Op::TreeMove { container: of, node, parent, .. }
                    if *of == container && active.contains(&element.id) =>
                {
                    let (time, _) = self.time(element.id, active).expect("complete");
                    stacks.entry(*node).or_default().push((time, element.id, *parent));
                }
                _ => {}
            }
        }
        stacks.values_mut().for_each(|stack| stack.sort_unstable());
        stacks
    }

    fn deleted_nodes(&self, container: ContainerId, active: &InEffect) -> BTreeSet<Id> {
        let deletions = self.elements().into_iter().filter(|element| active.contains(&element.id));
        let nodes = deletions.filter_map(|element| match element.op {
            Op::TreeDelete { container: of, node } if *of == container => Some(*node),
            _ => None,
        });
        nodes.collect()
    }
}

/// Adds what shows under a parent, and below that.
fn add_children(
    orders: &BTreeMap<Option<Id>, Vec<Id>>,
    (parent, depth): (Option<Id>, usize),
    shown: &BTreeMap<Id, Id>,
    nodes: &mut Vec<Node>,
) {
    for &slot in orders.get(&parent).into_iter().flatten() {
        if let Some(&id) = shown.get(&slot) {
            nodes.push(Node { id, depth, parent, slot });
            add_children(orders, (Some(id), depth + 1), shown, nodes);
        }
    }
}

fn top(stack: &[Slot]) -> Slot {
    *stack.last().expect("a creation never loses")
}

/// Of each cycle that the latest slots close, the node of the youngest.
fn losers(stacks: &BTreeMap<Id, Vec<Slot>>) -> BTreeSet<Id> {
    stacks
        .keys()
        .filter_map(|&node| cycle(stacks, node))
        .filter_map(|cycle| cycle.into_iter().max_by_key(|node| top(&stacks[node])))
        .collect()
}

/// The cycle that a node is in.
fn cycle(stacks: &BTreeMap<Id, Vec<Slot>>, node: Id) -> Option<Vec<Id>> {
    let mut above = vec![node];
    loop {
        let (_, _, parent) = top(&stacks[above.last()?]);
        match parent? {
            parent if parent == node => return Some(above),
            parent if above.contains(&parent) => return None,
            parent => above.push(parent),
        }
    }
}
