//! What members do with lists, trees and counters.

use super::Pen;
use crate::random::Random;
use clock::Id;
use log::{ContainerId, Kind, Value};
use motet::{TreeChange, TreePatch};

fn list() -> ContainerId {
    ContainerId::root(Kind::List, "items")
}

fn tree() -> ContainerId {
    ContainerId::root(Kind::Tree, "outline")
}

impl Pen<'_, '_> {
    /// Makes a container under a key of a map, or in a list, and puts something into it.
    pub(super) fn nest(&mut self, map: ContainerId, key: &str, random: &mut Random) {
        let kind = random.pick(&[Kind::List, Kind::Tree, Kind::Counter]).expect("several kinds");
        let container = self.edit.set_container(map, key, kind);
        match kind {
            Kind::List => self.arrange_in(container, random),
            Kind::Tree => self.plant_in(container, random),
            _ => self.edit.counter_add(container, 1),
        }
    }

    /// Puts something into a list, takes it out, moves it or writes it.
    pub(super) fn arrange(&mut self, random: &mut Random) {
        let nested: Vec<ContainerId> =
            self.screen.lists.keys().filter(|list| list.makers().next().is_some()).copied().collect();
        let nested = if random.below(3) == 0 { random.pick(&nested) } else { None };
        self.arrange_in(nested.unwrap_or(list()), random);
    }

    fn arrange_in(&mut self, list: ContainerId, random: &mut Random) {
        let shown = self.screen.lists.entry(list).or_default();
        let (at, value) = (random.below(shown.len() + 1), Value::Int(random.below(100) as i64));
        match random.below(6) {
            0 if at < shown.len() => {
                self.edit.list_delete(list, at, 1);
                shown.remove(at);
            }
            1 if at < shown.len() => {
                self.edit.list_set(list, at, &value);
                shown[at].1 = value;
            }
            2 | 3 if at < shown.len() => {
                let to = random.below(shown.len());
                self.edit.list_move(list, at, to);
                let item = shown.remove(at);
                shown.insert(to, item);
            }
            _ => {
                let values = [value, Value::Null];
                if let Some(first) = self.edit.list_insert(list, at, &values) {
                    shown.splice(at..at, (0..).map(|n| first.plus(n)).zip(values));
                }
            }
        }
    }

    /// Makes a node of a tree, moves one or takes one away.
    pub(super) fn plant(&mut self, random: &mut Random) {
        let nested: Vec<ContainerId> =
            self.screen.trees.keys().filter(|tree| tree.makers().next().is_some()).copied().collect();
        let nested = if random.below(3) == 0 { random.pick(&nested) } else { None };
        self.plant_in(nested.unwrap_or(tree()), random);
    }

    fn plant_in(&mut self, tree: ContainerId, random: &mut Random) {
        let shown = self.screen.trees.entry(tree).or_default();
        let nodes = shown.nodes();
        let parent = random.below(nodes.len() + 1).checked_sub(1).map(|at| nodes[at].1);
        let node = random.pick(&nodes).map(|(_, node)| node);
        let change = match (random.below(6), node) {
            (0, Some(node)) => {
                self.edit.tree_delete(tree, node);
                let siblings = |parent: Option<Id>| shown.children(parent).iter().position(|&child| child == node);
                let parents = nodes.iter().map(|(_, node)| Some(*node)).chain([None]);
                let place = parents.filter_map(|parent| Some((parent, siblings(parent)?))).next();
                place.map(|(parent, at)| TreeChange::Delete { node, parent, at })
            }
            (1..4, Some(node)) => {
                let others = shown.children(parent).iter().filter(|&&child| child != node).count();
                let at = random.below(others + 1);
                // Others may go elsewhere by it too, so the screen does what it is told.
                if let Some(patch) = self.edit.tree_move(tree, node, parent, at) {
                    shown.apply(&patch);
                }
                None
            }
            _ => {
                let at = random.below(shown.children(parent).len() + 1);
                self.edit.tree_create(tree, parent, at).map(|node| TreeChange::Create { node, parent, at })
            }
        };
        if let Some(change) = change {
            shown.apply(&TreePatch::from(change));
        }
    }

    /// Adds to a counter.
    pub(super) fn count(&mut self, random: &mut Random) {
        self.edit.counter_add(ContainerId::root(Kind::Counter, "votes"), random.below(9) as i64 - 4);
    }
}
