//! Cycles that the latest moves would close, and the moves that lose by them.
//!
//! Wherever the choice of latest moves closes a cycle, the youngest move in it is demoted, and its node falls
//! back to its next older one, until there is no cycle. Cycles of a functional graph are disjoint, and a
//! demotion leaves every other cycle as it is, so they may be dealt with one by one, in any order.
//!
//! Each demotion is kept with the cycle that it broke: the nodes, and by which slot each was in it. It stands
//! as long as each of them comes to try that slot. When a move is turned on or off, just those demotions are
//! withdrawn that no longer stand, with those that follow from them, and the moves they had demoted are tried
//! again. So the outcome is the one from scratch, and the work is that of what changes.

use super::{Node, Tree};
use crate::moves::Slot;
use crate::sequence::NONE;
use clock::{Id, Lamport};

/// A cycle that was broken.
#[derive(Clone, Debug)]
struct Cycle {
    /// Whose move was demoted.
    loser: u32,
    /// The nodes, and the slots by which they were in it.
    links: Vec<(u32, Slot)>,
}

/// The cycles that were broken, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Cycles {
    cycles: Vec<Option<Cycle>>,
    /// Numbers that are free again.
    free: Vec<u32>,
}

impl Cycles {
    fn add(&mut self, cycle: Cycle) -> u32 {
        match self.free.pop() {
            Some(number) => {
                self.cycles[number as usize] = Some(cycle);
                number
            }
            None => {
                self.cycles.push(Some(cycle));
                self.cycles.len() as u32 - 1
            }
        }
    }

    fn remove(&mut self, number: u32) -> Option<Cycle> {
        let cycle = self.cycles[number as usize].take()?;
        self.free.push(number);
        Some(cycle)
    }

    /// By which slot `node` is in a cycle.
    fn slot(&self, number: u32, node: u32) -> Option<&Slot> {
        let links = &self.cycles[number as usize].as_ref()?.links;
        links.iter().find(|(of, _)| *of == node).map(|(_, slot)| slot)
    }
}

/// Nodes that show elsewhere, each with where it showed before.
#[derive(Debug, Default)]
pub(super) struct Changed(pub Vec<(u32, u32)>);

impl Tree {
    /// Turns a move of `node` on or off, and finds where every node shows.
    pub(super) fn choose(&mut self, node: u32, slot: Slot, on: bool) -> Changed {
        let history = self.history(node);
        let at = history.moves.set_active(slot, on);
        let younger = history.moves.slots().len() - at - usize::from(on);
        let lost = history.lost.len();
        if younger > lost {
            return Changed::default();
        }
        let mut touched = Vec::new();
        let bound = if on {
            // What is older is not tried any more, or not yet.
            history.lost.truncate(younger);
            Bound::Before(slot.lamport, slot.id)
        } else {
            if younger < lost {
                history.lost.remove(younger);
            }
            Bound::At(slot.lamport, slot.id)
        };
        touched.push(node);
        self.withdraw(node, bound, &mut touched);
        self.resolve(touched)
    }

    /// Withdraws the demotions in whose cycles `node` is by a slot within `bound`, and what follows from
    /// them. Adds the nodes that have moves to try again.
    fn withdraw(&mut self, node: u32, bound: Bound, touched: &mut Vec<u32>) {
        let mut open = vec![(node, bound)];
        while let Some((node, bound)) = open.pop() {
            let cycles = &self.cycles;
            let events = self.nodes[node as usize].history.map_or(&[][..], |at| &self.histories[at as usize].cycles);
            let gone = |&&number: &&u32| cycles.slot(number, node).is_some_and(|slot| bound.holds(slot));
            let numbers: Vec<u32> = events.iter().filter(gone).copied().collect();
            for number in numbers {
                let Some((loser, slot)) = self.forget(number) else { continue };
                let lost = &mut self.history(loser).lost;
                // Where it is not there, an older demotion of the same node was withdrawn before.
                if let Some(at) = lost.iter().position(|&known| known == number) {
                    lost.truncate(at);
                    touched.push(loser);
                    open.push((loser, Bound::Before(slot.lamport, slot.id)));
                }
            }
        }
    }

    /// Forgets a cycle; returns whose move it had demoted, and which.
    fn forget(&mut self, number: u32) -> Option<(u32, Slot)> {
        let cycle = self.cycles.remove(number)?;
        for &(node, _) in &cycle.links {
            self.history(node).cycles.retain(|&known| known != number);
        }
        cycle.links.into_iter().find(|(node, _)| *node == cycle.loser)
    }

    /// Lets the nodes that were touched show at their latest moves that are not demoted, and breaks the
    /// cycles that this closes.
    fn resolve(&mut self, touched: Vec<u32>) -> Changed {
        let mut changed = Changed::default();
        for &node in &touched {
            self.follow(node, &mut changed);
        }
        let mut open = touched;
        while let Some(node) = open.pop() {
            // Who has nothing below is in no cycle; and whoever is in one is looked at himself.
            if self.nodes[node as usize].below == 0 {
                continue;
            }
            if let Some(member) = self.find_cycle(node) {
                let loser = self.demote(member);
                self.follow(loser, &mut changed);
                open.extend([node, loser]);
            }
        }
        changed.0.retain(|&(node, before)| self.nodes[node as usize].shows != before);
        changed
    }

    /// Lets a node show where it now should.
    fn follow(&mut self, node: u32, changed: &mut Changed) {
        let new = self.current(node).handle;
        let old = self.set_shows(node, new);
        if old == new {
            return;
        }
        if changed.0.iter().all(|(known, _)| *known != node) {
            changed.0.push((node, old));
        }
        for (handle, more) in [(old, false), (new, true)] {
            if let Some(parent) = self.nodes.get_mut(self.holders[handle as usize].parent as usize) {
                parent.below = if more { parent.below + 1 } else { parent.below - 1 };
            }
        }
    }

    /// The slot that counts: of the moves that are not demoted the latest, or the creation's.
    fn current(&self, node: u32) -> Slot {
        let Node { history, place, .. } = self.nodes[node as usize];
        let latest = history.and_then(|at| {
            let history = &self.histories[at as usize];
            let left = history.moves.slots().len() - history.lost.len();
            history.moves.slots().get(left.checked_sub(1)?).copied()
        });
        latest.unwrap_or_else(|| {
            let id = self.sequences.id(place).expect("nodes have names");
            Slot { lamport: self.holders[place as usize].lamport, id, handle: place }
        })
    }

    /// A node of the cycle that the parents of `node` lead into, where they lead into one.
    fn find_cycle(&mut self, node: u32) -> Option<u32> {
        self.walk += 1;
        let mut at = node;
        while at != NONE {
            let seen = std::mem::replace(&mut self.nodes[at as usize].walk, self.walk);
            if seen == self.walk {
                return Some(at);
            }
            at = self.parent(at);
        }
        None
    }

    /// Demotes the youngest move of the cycle that `member` is in; returns whose it was. It is no creation's
    /// slot: in a cycle each node is some other's parent, and who names a parent is younger than its creation.
    fn demote(&mut self, member: u32) -> u32 {
        let mut links = Vec::new();
        let mut at = member;
        loop {
            links.push((at, self.current(at)));
            at = self.parent(at);
            if at == member {
                break;
            }
        }
        let (loser, _) = *links.iter().max_by_key(|(_, slot)| (slot.lamport, slot.id)).expect("a cycle has a member");
        let nodes: Vec<u32> = links.iter().map(|(node, _)| *node).collect();
        let number = self.cycles.add(Cycle { loser, links });
        for node in nodes {
            self.history(node).cycles.push(number);
        }
        self.history(loser).lost.push(number);
        loser
    }

    /// Panics where a demotion is not what the rule makes from scratch.
    pub(super) fn check_cycles(&self) {
        let mut left: Vec<usize> = (0..self.nodes.len()).map(|node| self.slots(node as u32).len()).collect();
        let choice = |left: &[usize], node: usize| match left[node] {
            0 => self.nodes[node].place,
            n => self.slots(node as u32)[n - 1].handle,
        };
        let parent = |left: &[usize], node: usize| self.holders[choice(left, node) as usize].parent as usize;
        loop {
            let mut losers = Vec::new();
            for node in 0..self.nodes.len() {
                let mut cycle = vec![node];
                while let next @ 0.. = parent(&left, *cycle.last().expect("begun"))
                    && next < self.nodes.len()
                    && cycle.len() <= self.nodes.len()
                    && next != node
                {
                    cycle.push(next);
                }
                if parent(&left, *cycle.last().expect("begun")) == node {
                    let time = |&node: &usize| match left[node] {
                        0 => (0, self.sequences.id(self.nodes[node].place)),
                        n => (self.slots(node as u32)[n - 1].lamport, Some(self.slots(node as u32)[n - 1].id)),
                    };
                    losers.extend(cycle.into_iter().max_by_key(time));
                }
            }
            losers.sort_unstable();
            losers.dedup();
            if losers.is_empty() {
                break;
            }
            losers.into_iter().for_each(|loser| left[loser] -= 1);
        }
        for (node, known) in self.nodes.iter().enumerate() {
            assert_eq!(known.shows, choice(&left, node), "nodes show where the rule says");
            assert_eq!(known.parent, self.holders[known.shows as usize].parent);
        }
        let mut below = vec![0; self.nodes.len()];
        for node in 0..self.nodes.len() {
            below.get_mut(self.parent(node as u32) as usize).into_iter().for_each(|below| *below += 1);
        }
        assert!(self.nodes.iter().map(|node| node.below).eq(below));
    }

    fn slots(&self, node: u32) -> &[Slot] {
        self.nodes[node as usize].history.map_or(&[][..], |at| self.histories[at as usize].moves.slots())
    }
}

/// Which slots of a node are not tried any more.
#[derive(Clone, Copy, Debug)]
enum Bound {
    /// Those older than this.
    Before(Lamport, Id),
    /// This one.
    At(Lamport, Id),
}

impl Bound {
    fn holds(self, slot: &Slot) -> bool {
        match self {
            Self::Before(lamport, id) => (slot.lamport, slot.id) < (lamport, id),
            Self::At(lamport, id) => (slot.lamport, slot.id) == (lamport, id),
        }
    }
}
