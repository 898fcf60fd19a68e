//! Arrays: items by identity or content.

use super::arrange::arrange;
use super::{BASE, Entity, Merger, OURS, THEIRS, origin};
use crate::conflict::{ConflictKind, Taken};
use crate::content::{Content, mix};
use crate::matching::identity::Identity;
use crate::matching::join;
use crate::plan::{Child, Origin, PartId};
use crate::schema::{Place, Rule, Shape};
use crate::tree::NodeId;
use std::cmp::Ordering;

impl Merger<'_, '_> {
    pub(super) fn array(&mut self, at: Entity, place: &Place, rule: &Rule) -> PartId {
        let items: Vec<Entity> = self.items(at, rule).into_iter().filter(|&item| self.is_home(item, at)).collect();
        let child = self.schema.child(place, None);
        let parts: Vec<Option<PartId>> = items
            .iter()
            .map(|&item| {
                let is_needed = self.references.need(item, &self.sides.docs, rule);
                self.surviving(item, &child, is_needed)
            })
            .collect();
        let is_alive: Vec<bool> = parts.iter().map(Option::is_some).collect();
        let positions = self.positions(at, &items);
        let first = match (at[OURS], at[THEIRS]) {
            (Some(ours), Some(theirs)) if self.doc(OURS).compare(ours, self.doc(THEIRS), theirs).is_gt() => THEIRS,
            _ => OURS,
        };
        let (order, disputed) = arrange(&positions, &is_alive, first, |one, two| self.compare_runs(&items, one, two));
        if rule.is_ordered {
            let taken = if first == OURS { Taken::Ours } else { Taken::Theirs };
            for at in disputed {
                let part = parts[at].expect("only what is left is disputed");
                self.conflict(part, ConflictKind::Order, items[at], taken);
            }
        }
        let mut children = Vec::with_capacity(order.len());
        for index in order {
            let part = parts[index].expect("only what is left is arranged");
            self.placed(items[index], at, part);
            children.push(Child { part, from: origin(items[index]), key: None });
        }
        self.container(at, children)
    }

    /// All items of any version of the array, each once, those too that are elsewhere in the result.
    fn items(&self, at: Entity, rule: &Rule) -> Vec<Entity> {
        let children = |side: usize| -> Vec<NodeId> {
            at[side].map(|id| self.tree(side).children(id).collect()).unwrap_or_default()
        };
        let mut items: Vec<Entity> = Vec::new();
        for id in children(BASE) {
            items.push([Some(id), self.matchings[OURS].other(id), self.matchings[THEIRS].other(id)]);
        }
        let mut new: [Vec<NodeId>; 2] = [Vec::new(), Vec::new()];
        for side in [OURS, THEIRS] {
            for id in children(side) {
                match self.matchings[side].base(id) {
                    None => new[side - 1].push(id),
                    // From another array; where both brought it, once.
                    Some(base) if self.tree(BASE).parent(base) != at[BASE] && self.across.is_crossed(base) => {
                        let [ours, theirs] = [OURS, THEIRS].map(|side| self.matchings[side].other(base));
                        let is_ours = ours.is_some_and(|id| self.tree(OURS).parent(id) == at[OURS]);
                        if side == OURS || !is_ours {
                            items.push([Some(base), ours, theirs]);
                        }
                    }
                    // What is kept although the base's array is gone.
                    Some(_) if at[BASE].is_none() => new[side - 1].push(id),
                    Some(_) => {}
                }
            }
        }
        items.extend(self.joined_items(at, rule, &new[0], &new[1]));
        items
    }

    /// What is new on both sides: the same where its identity is, or where it is equal and behind the same item.
    fn joined_items(&self, at: Entity, rule: &Rule, ours: &[NodeId], theirs: &[NodeId]) -> Vec<Entity> {
        let mut pairs: Vec<(NodeId, NodeId)> = Vec::new();
        let alone = |side: usize, id: NodeId| {
            let mut item = [None; 3];
            item[side] = Some(id);
            item
        };
        if ours.is_empty() || theirs.is_empty() {
            return ours.iter().map(|&id| alone(OURS, id)).chain(theirs.iter().map(|&id| alone(THEIRS, id))).collect();
        }
        let (mut our_rest, mut their_rest) = (ours.to_vec(), theirs.to_vec());
        if let Some(identity) = self.identity(at, rule) {
            let (our_keys, rest) = identity.keys(self.doc(OURS), ours);
            our_rest = rest;
            let (their_keys, rest) = identity.keys(self.doc(THEIRS), theirs);
            their_rest = rest;
            let joined = join(&our_keys, &their_keys, |pair| pair.0, |pair| pair.0);
            pairs.extend(joined.into_iter().map(|(a, b)| (a.1, b.1)));
        }
        let behind = |side: usize, rest: &[NodeId]| {
            let mut keys = self.behind(side, at[side], rest, rule.shape == Shape::Set);
            keys.sort_unstable();
            keys
        };
        let joined = join(&behind(OURS, &our_rest), &behind(THEIRS, &their_rest), |pair| pair.0, |pair| pair.0);
        pairs.extend(joined.into_iter().map(|(a, b)| (a.1, b.1)));
        pairs.sort_unstable();
        let mut taken: Vec<NodeId> = pairs.iter().map(|pair| pair.1).collect();
        taken.sort_unstable();
        let partner = |id: NodeId| pairs.binary_search_by_key(&id, |pair| pair.0).ok().map(|at| pairs[at].1);
        let mut items: Vec<Entity> = ours.iter().map(|&id| [None, Some(id), partner(id)]).collect();
        let rest = theirs.iter().filter(|id| taken.binary_search(id).is_err());
        items.extend(rest.map(|&id| alone(THEIRS, id)));
        items
    }

    fn identity(&self, at: Entity, rule: &Rule) -> Option<Identity> {
        let sides = [BASE, OURS, THEIRS].into_iter().filter_map(|side| Some((side, at[side]?)));
        let children = |(side, id)| (self.doc(side), self.tree(side).children(id).collect());
        let lists: Vec<(&Content<'_>, Vec<NodeId>)> = sides.map(children).collect();
        let lists: Vec<(&Content<'_>, &[NodeId])> = lists.iter().map(|(doc, items)| (*doc, &items[..])).collect();
        Identity::of(rule, &lists).map(|(identity, _)| identity)
    }

    /// Digests of new items and of the item of the base that each comes behind; in a set, of the items alone.
    fn behind(&self, side: usize, array: Option<NodeId>, new: &[NodeId], is_set: bool) -> Vec<(u64, NodeId)> {
        let Some(array) = array.filter(|_| !new.is_empty()) else { return Vec::new() };
        let mut keys = Vec::with_capacity(new.len());
        let mut last = 0;
        for id in self.tree(side).children(array) {
            match self.matchings[side].base(id) {
                Some(base) if !is_set => last = u64::from(base.0) + 1,
                Some(_) => {}
                None if new.binary_search(&id).is_ok() => keys.push((mix(last, self.doc(side).digest(id)), id)),
                None => {}
            }
        }
        keys
    }

    /// Which of two runs comes first: by content, item by item.
    fn compare_runs(&self, items: &[Entity], one: &[usize], two: &[usize]) -> Ordering {
        // Of an item that both have the greater, so that it does not matter whose is called ours.
        let node = |at: usize| match items[at] {
            [_, Some(ours), Some(theirs)] if self.doc(OURS).compare(ours, self.doc(THEIRS), theirs).is_lt() => {
                Origin { doc: THEIRS, id: theirs }
            }
            item => origin(item).expect("what is in a run is in a side"),
        };
        let pairs = one.iter().zip(two).map(|(&a, &b)| (node(a), node(b)));
        let order =
            pairs.map(|(a, b)| self.doc(a.doc).compare(a.id, self.doc(b.doc), b.id)).find(|order| order.is_ne());
        order.unwrap_or_else(|| one.len().cmp(&two.len()))
    }
}
