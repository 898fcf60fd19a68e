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
//!
//! What is kept so is bounded: moves made to that end can close very many long cycles. Beyond the bound nothing is
//! kept and every choice is made from scratch, which takes as long as all cycles are; but a youngest move that loses
//! at once, as nearly all of these do, is found out by one walk up the tree in any case.

use super::{Node, Tree};
use crate::moves::Slot;
use crate::sequence::NONE;
use clock::{Id, Lamport};

/// How many links of broken cycles are kept at most: 40 MB. Few under test, so that both ways are taken.
const LINKS_MAX: usize = if cfg!(any(test, feature = "tiny")) { 12 } else { 1 << 20 };
/// How many demotions are withdrawn at most before it is quicker to begin from scratch.
const WITHDRAWN_MAX: usize = if cfg!(any(test, feature = "tiny")) { 3 } else { 256 };
/// The number of a cycle that is not kept.
const FORGOTTEN: u32 = u32::MAX;

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
    /// How many links they have together.
    links: usize,
    /// Whether they had too many, so that none is kept.
    is_full: bool,
    /// Whether moves are only taken in yet, and nothing is chosen.
    is_loading: bool,
}

impl Cycles {
    /// Until everything is chosen at once, nothing is.
    pub fn load(&mut self) {
        self.is_loading = true;
    }

    /// Whether there were too many to keep them.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    fn add(&mut self, cycle: Cycle) -> u32 {
        self.links += cycle.links.len();
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
        self.links -= cycle.links.len();
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
        if self.cycles.is_loading {
            return Changed::default();
        }
        let history = self.history(node);
        let younger = history.moves.slots().len() - at - usize::from(on);
        let lost = history.lost.len();
        if younger > lost {
            return Changed::default();
        }
        if on && younger == 0 && self.loses_at_once(node, slot) {
            return Changed::default();
        }
        if self.cycles.is_full {
            return self.choose_all();
        }
        let history = self.history(node);
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
        if self.withdraw(node, bound, &mut touched) { self.resolve(touched) } else { self.choose_all() }
    }

    /// Whether the youngest move of a node, just turned on, closes a cycle that it is the youngest in, with nodes
    /// none of which lost anything: then it loses whatever else is the case, and nothing else changes.
    fn loses_at_once(&mut self, node: u32, slot: Slot) -> bool {
        let mut above = self.holders[slot.handle as usize].parent;
        let mut len = 1;
        while above != node {
            let Some(Node { history, parent, .. }) = self.nodes.get(above as usize) else { return false };
            if history.is_some_and(|at| !self.histories[at as usize].lost.is_empty()) || self.shown_slot(above) > slot {
                return false;
            }
            len += 1;
            above = *parent;
        }
        // As if it were chosen.
        let before = self.set_shows(node, slot.handle);
        let number = self.keep_cycle(node, len);
        self.set_shows(node, before);
        self.history(node).lost.insert(0, number);
        true
    }

    /// Finds where every node shows, from scratch.
    pub(super) fn choose_all(&mut self) -> Changed {
        let before: Vec<u32> = self.nodes.iter().map(|node| node.shows).collect();
        self.cycles = Cycles::default();
        for history in &mut self.histories {
            history.lost.clear();
            history.cycles.clear();
        }
        for node in 0..before.len() as u32 {
            self.set_shows(node, self.current(node).handle);
        }
        self.break_cycles();
        self.nodes.iter_mut().for_each(|node| node.below = 0);
        for node in 0..before.len() {
            if let Some(parent) = self.nodes.get(self.nodes[node].parent as usize) {
                let below = parent.below + 1;
                let parent = self.nodes[node].parent;
                self.nodes[parent as usize].below = below;
            }
        }
        let changed = before.into_iter().enumerate().filter(|&(node, before)| self.nodes[node].shows != before);
        Changed(changed.map(|(node, before)| (node as u32, before)).collect())
    }

    /// Demotes moves until there is no cycle. Takes as long as all the cycles are.
    fn break_cycles(&mut self) {
        #[derive(Clone, Copy, PartialEq, Eq)]
        enum Seen {
            Not,
            Now,
            Before,
        }
        let mut seen = vec![Seen::Not; self.nodes.len()];
        let mut path = Vec::new();
        for start in 0..self.nodes.len() as u32 {
            let mut at = start;
            loop {
                while at != NONE && seen[at as usize] == Seen::Not {
                    seen[at as usize] = Seen::Now;
                    path.push(at);
                    at = self.parent(at);
                }
                if at == NONE || seen[at as usize] == Seen::Before {
                    break;
                }
                let loser = self.demote(at);
                self.set_shows(loser, self.current(loser).handle);
                // What comes behind the loser leads to it.
                while let Some(node) = path.pop() {
                    seen[node as usize] = Seen::Not;
                    if node == loser {
                        break;
                    }
                }
                at = loser;
            }
            path.drain(..).for_each(|node| seen[node as usize] = Seen::Before);
        }
    }

    /// Keeps a cycle where there is room; its number.
    fn keep(&mut self, cycle: Cycle) -> u32 {
        if self.cycles.is_full {
            return FORGOTTEN;
        }
        if self.cycles.links + cycle.links.len() > LINKS_MAX {
            self.cycles = Cycles { is_full: true, ..Cycles::default() };
            for history in &mut self.histories {
                history.cycles = Vec::new();
                history.lost.fill(FORGOTTEN);
            }
            return FORGOTTEN;
        }
        let nodes: Vec<u32> = cycle.links.iter().map(|(node, _)| *node).collect();
        let number = self.cycles.add(cycle);
        for node in nodes {
            self.history(node).cycles.push(number);
        }
        number
    }

    /// Withdraws the demotions in whose cycles `node` is by a slot within `bound`, and what follows from
    /// them. Adds the nodes that have moves to try again. `false` where that would be very many.
    fn withdraw(&mut self, node: u32, bound: Bound, touched: &mut Vec<u32>) -> bool {
        let mut withdrawn = 0;
        let mut open = vec![(node, bound)];
        while let Some((node, bound)) = open.pop() {
            let cycles = &self.cycles;
            let events = self.nodes[node as usize].history.map_or(&[][..], |at| &self.histories[at as usize].cycles);
            let gone = |&&number: &&u32| cycles.slot(number, node).is_some_and(|slot| bound.holds(slot));
            let numbers: Vec<u32> = events.iter().filter(gone).copied().collect();
            withdrawn += numbers.len();
            if withdrawn > WITHDRAWN_MAX {
                return false;
            }
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
        true
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
        let (mut loser, mut youngest) = (member, self.shown_slot(member));
        let mut len = 1;
        let mut at = self.parent(member);
        while at != member {
            let slot = self.shown_slot(at);
            if slot > youngest {
                (loser, youngest) = (at, slot);
            }
            len += 1;
            at = self.parent(at);
        }
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::AnyMoveLoses)
            && self.shown_slot(member).handle != self.nodes[member as usize].place
        {
            loser = member;
        }
        let number = self.keep_cycle(loser, len);
        self.history(loser).lost.push(number);
        loser
    }

    /// The slot where a node shows, which is the one that counts once that was chosen.
    fn shown_slot(&self, node: u32) -> Slot {
        let handle = self.nodes[node as usize].shows;
        let id = self.sequences.id(handle).expect("nodes show at places");
        Slot { lamport: self.holders[handle as usize].lamport, id, handle }
    }

    /// Keeps the cycle of `len` nodes that `loser` is in, where there is room; its number.
    fn keep_cycle(&mut self, loser: u32, len: usize) -> u32 {
        if self.cycles.is_full {
            return FORGOTTEN;
        }
        let members = std::iter::successors(Some(loser), |&at| Some(self.parent(at))).take(len);
        let links = members.map(|node| (node, self.shown_slot(node))).collect();
        self.keep(Cycle { loser, links })
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
