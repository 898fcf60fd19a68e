//! Objects: members by key.

use super::arrange::{Positions, arrange};
use super::{BASE, Entity, Merger, OURS, THEIRS, origin};
use crate::conflict::{ConflictKind, Taken};
use crate::content::{by_key, compare_keys};
use crate::plan::{Child, PartId};
use crate::schema::Place;
use crate::tree::{NONE, NodeId};
use std::cmp::Ordering;

/// Whether members with other keys are taken for the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Renames {
    Follow,
    Ignore,
}

impl Merger<'_, '_> {
    pub(super) fn object(&mut self, at: Entity, place: &Place) -> PartId {
        let mut members = self.members(at, Renames::Follow);
        if self.has_clash(&members) {
            members = self.members(at, Renames::Ignore);
        }
        let parts: Vec<Option<PartId>> = members
            .iter()
            .map(|&member| {
                let named = self.named(member);
                let key = named.and_then(|(side, id)| self.tree(side).key(id));
                let child = self.schema.child(place, key.as_deref());
                self.surviving(member, &child, false)
            })
            .collect();
        let is_alive: Vec<bool> = parts.iter().map(Option::is_some).collect();
        let positions = self.positions(at, &members);
        // The order of members says nothing: ours comes first, and nothing is in conflict.
        let (mut order, _) = arrange(&positions, &is_alive, OURS, |_, _| Ordering::Equal);
        self.keep_doubles_in_order(&members, &mut order);
        let children = order.into_iter().map(|index| {
            let part = parts[index].expect("only what is left is arranged");
            self.named_child(members[index], part)
        });
        let children = children.collect();
        self.container(at, children)
    }

    /// The order of members with one key does say something: the first is matched with the first.
    fn keep_doubles_in_order(&self, members: &[Entity], order: &mut [usize]) {
        let compare = |a: usize, b: usize| match (self.named(members[a]), self.named(members[b])) {
            (Some(a), Some(b)) => compare_keys(self.tree(a.0), a.1, self.tree(b.0), b.1),
            _ => Ordering::Equal,
        };
        let mut slots: Vec<usize> = (0..order.len()).collect();
        slots.sort_by(|&a, &b| compare(order[a], order[b]));
        let doubles: Vec<&[usize]> = slots.chunk_by(|&a, &b| compare(order[a], order[b]).is_eq()).collect();
        for slots in doubles.into_iter().filter(|slots| slots.len() > 1) {
            let mut wanted: Vec<usize> = slots.iter().map(|&slot| order[slot]).collect();
            wanted.sort_unstable();
            slots.iter().zip(wanted).for_each(|(&slot, member)| order[slot] = member);
        }
    }

    /// The members of all versions, each once.
    fn members(&self, at: Entity, renames: Renames) -> Vec<Entity> {
        let children = |side: usize| at[side].into_iter().flat_map(move |id| self.tree(side).children(id));
        let base_of = |side: usize, id| {
            let base = self.matchings[side].base(id)?;
            let is_same_key = || compare_keys(self.tree(BASE), base, self.tree(side), id) == Ordering::Equal;
            (renames == Renames::Follow || is_same_key()).then_some(base)
        };
        let side_of = |side: usize, base: NodeId| {
            let id = self.matchings[side].other(base)?;
            (base_of(side, id) == Some(base) && at[side].is_some()).then_some(id)
        };
        let mut members: Vec<Entity> = Vec::new();
        for id in children(BASE) {
            members.push([Some(id), side_of(OURS, id), side_of(THEIRS, id)]);
        }
        let new = |side: usize| {
            let Some(object) = at[side] else { return Vec::new() };
            let mut new = by_key(self.tree(side), object);
            new.retain(|&id| base_of(side, id).is_none_or(|_| at[BASE].is_none()));
            new
        };
        members.extend(self.joined(&new(OURS), &new(THEIRS)));
        members
    }

    /// What is new on both sides, by key; both lists are sorted by key.
    fn joined(&self, ours: &[NodeId], theirs: &[NodeId]) -> Vec<Entity> {
        let (mut o, mut t) = (0, 0);
        let mut members = Vec::new();
        while o < ours.len() || t < theirs.len() {
            let order = match (ours.get(o), theirs.get(t)) {
                (Some(&our), Some(&their)) => compare_keys(self.tree(OURS), our, self.tree(THEIRS), their),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            let our = (order != Ordering::Greater).then(|| ours[o]);
            let their = (order != Ordering::Less).then(|| theirs[t]);
            o += usize::from(our.is_some());
            t += usize::from(their.is_some());
            members.push([None, our, their]);
        }
        members
    }

    /// Whether two members would end up with one key that no version has twice.
    fn has_clash(&self, members: &[Entity]) -> bool {
        let is_renamed = members.iter().any(|&member| {
            let differs = |side: usize| match (member[BASE], member[side]) {
                (Some(base), Some(id)) => compare_keys(self.tree(BASE), base, self.tree(side), id) != Ordering::Equal,
                _ => false,
            };
            differs(OURS) || differs(THEIRS)
        });
        if !is_renamed {
            return false;
        }
        let mut named: Vec<(usize, NodeId, Entity)> =
            members.iter().filter_map(|&member| self.named(member).map(|(side, id)| (side, id, member))).collect();
        named.sort_by(|a, b| compare_keys(self.tree(a.0), a.1, self.tree(b.0), b.1));
        named.windows(2).any(|pair| {
            let is_equal = compare_keys(self.tree(pair[0].0), pair[0].1, self.tree(pair[1].0), pair[1].1).is_eq();
            // Twice in one version too: then it is meant.
            let is_double = [BASE, OURS, THEIRS].iter().any(|&side| match (pair[0].2[side], pair[1].2[side]) {
                (Some(one), Some(two)) => compare_keys(self.tree(side), one, self.tree(side), two).is_eq(),
                _ => false,
            });
            is_equal && !is_double
        })
    }

    /// Whose key a member takes: that of the side that renamed it; of two new ones, the lesser.
    fn named(&self, member: Entity) -> Option<(usize, NodeId)> {
        let (ours, theirs) = match member {
            [_, Some(ours), Some(theirs)] => (ours, theirs),
            _ => return origin(member).map(|origin| (origin.doc, origin.id)).or(member[BASE].map(|id| (BASE, id))),
        };
        let differs = |side: usize, id| {
            member[BASE].is_some_and(|base| compare_keys(self.tree(BASE), base, self.tree(side), id).is_ne())
        };
        let is_theirs = match (differs(OURS, ours), differs(THEIRS, theirs)) {
            (false, is_renamed) => is_renamed,
            (true, false) => false,
            (true, true) => compare_keys(self.tree(OURS), ours, self.tree(THEIRS), theirs).is_gt(),
        };
        Some(if is_theirs { (THEIRS, theirs) } else { (OURS, ours) })
    }

    fn named_child(&mut self, member: Entity, part: PartId) -> Child {
        let from = origin(member);
        let Some((side, id)) = self.named(member) else { return Child { part, from, key: None } };
        if let [Some(base), Some(ours), Some(theirs)] = member
            && compare_keys(self.tree(OURS), ours, self.tree(THEIRS), theirs).is_ne()
            && compare_keys(self.tree(BASE), base, self.tree(OURS), ours).is_ne()
            && compare_keys(self.tree(BASE), base, self.tree(THEIRS), theirs).is_ne()
        {
            let taken = if side == OURS { Taken::Ours } else { Taken::Theirs };
            self.conflict(part, ConflictKind::BothRenamed, member, taken);
        }
        let is_own = from.is_none_or(|from| from.doc == side);
        let key = if is_own { None } else { self.renamed_key(member, side, id) };
        Child { part, from, key }
    }

    /// The key as it is to be written, where it is not as ours is.
    fn renamed_key(&self, member: Entity, side: usize, id: NodeId) -> Option<String> {
        let ours = member[OURS]?;
        let is_same = compare_keys(self.tree(OURS), ours, self.tree(side), id).is_eq();
        (!is_same).then(|| self.tree(side).key_text(id).unwrap_or_default().to_owned())
    }

    /// Where each entity stands among the children in each version.
    pub(super) fn positions(&self, at: Entity, entities: &[Entity]) -> Vec<Positions> {
        let mut positions = vec![Positions::default(); entities.len()];
        for side in [BASE, OURS, THEIRS] {
            let Some(id) = at[side] else { continue };
            // Children by node, which is by place; or a table, where nearly every node is one.
            let children: Vec<NodeId> = self.tree(side).children(id).collect();
            let size = (self.tree(side).next(id) - id.0) as usize;
            let mut table = Vec::new();
            if children.len() > size / 16 {
                table = vec![NONE; size];
                children.iter().enumerate().for_each(|(at, child)| table[(child.0 - id.0) as usize] = at as u32);
            }
            let find = |child: NodeId| {
                if table.is_empty() {
                    return children.binary_search(&child).ok();
                }
                // What is in another array may have any number.
                let step = child.0.checked_sub(id.0)? as usize;
                table.get(step).filter(|&&at| at != NONE).map(|&at| at as usize)
            };
            for (entity, positions) in entities.iter().zip(&mut positions) {
                positions[side] = entity[side].and_then(find);
            }
        }
        positions
    }
}
