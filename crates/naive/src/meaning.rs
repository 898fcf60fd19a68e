//! What is left when no constraint is broken: the best of all choices, found by looking at all of them.

use crate::decided::Decided;
use crate::history::Element;
use crate::{Naive, Policy};
use clock::{Id, Lamport};
use log::{Op, Rule, WEIGHT};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A constraint that counts, or all claims to a name that do; of actions by their first elements.
enum Tie {
    Constraint(Rule, Vec<Id>),
    Places(u32, BTreeSet<Id>),
}

impl Tie {
    fn actions(&self) -> Vec<Id> {
        match self {
            Self::Constraint(_, actions) => actions.clone(),
            Self::Places(_, actions) => actions.iter().copied().collect(),
        }
    }
}

/// What comes before what.
type Arrows = Vec<(Id, Id)>;

/// An answer that counts and that no other replaces.
pub(crate) struct Answer {
    actions: BTreeSet<Id>,
    keep: BTreeSet<Id>,
}

impl Answer {
    /// Whether it is about both and keeps `action`.
    pub fn keeps(&self, action: Id, beside: Id) -> bool {
        self.keep.contains(&action) && self.actions.contains(&beside)
    }
}

/// Everything that is said of actions, in the order in which they were made; a choice of them is a number with a bit for
/// each.
struct Meaning {
    present: Vec<Id>,
    ties: Vec<Tie>,
    /// The latest first.
    answers: Vec<Answer>,
    weights: Vec<u64>,
    /// What the viewer prefers, ascending, and whether each action is of those that come first.
    preferred: BTreeSet<Id>,
    first: Vec<bool>,
    decided: Decided,
}

impl Naive {
    /// The actions, each by its first element, that have to go so that what `counts` declares is kept, and those that give
    /// way to the viewer's own.
    pub(crate) fn rejected(&self, counts: &BTreeSet<Id>, policy: &Policy) -> BTreeSet<Id> {
        let yielding = self.yielding(counts, policy);
        let (ties, answers) = (self.ties(counts), self.answers(counts));
        let tied = ties.iter().flat_map(Tie::actions).chain(answers.iter().flat_map(|answer| answer.actions.clone()));
        let is_any_there = |id: &Id| self.elements_of(*id).iter().any(|element| counts.contains(&element.id));
        let is_present = |id: &Id| is_any_there(id) && !yielding.contains(id);
        let present: BTreeSet<(Lamport, Id)> =
            tied.filter(is_present).map(|id| (self.lamport(id).expect("complete"), id)).collect();
        let present: Vec<Id> = present.into_iter().map(|(_, id)| id).collect();
        // The last wish of several for one action counts, by element.
        let own =
            |id: Id| policy.weights.iter().rfind(|(at, _)| self.is_of(**at, id)).map(|(_, &weight)| weight.into());
        let weights = present.iter().map(|&id| own(id).unwrap_or_else(|| self.weight(id, counts))).collect();
        let preferred =
            present.iter().copied().filter(|&id| policy.preferred.iter().any(|&at| self.is_of(at, id))).collect();
        let first = present.iter().map(|id| policy.first.contains(&id.replica)).collect();
        let decided = self.decided(policy);
        // What was decided to stay out does so also where nothing ties it any more.
        let mut out = decided.out.clone();
        out.retain(is_any_there);
        let meaning = Meaning { present, ties, answers, weights, preferred, first, decided };
        let best = meaning.best();
        let rejected = meaning.present.iter().enumerate().filter(|(at, _)| best >> at & 1 == 0).map(|(_, id)| *id);
        rejected.chain(out).chain(yielding.iter().copied()).collect()
    }

    /// Whether an element is of the action that begins with `action`.
    fn is_of(&self, id: Id, action: Id) -> bool {
        self.elements_of(action).iter().any(|element| element.id == id)
    }

    fn first(&self, id: Id) -> Id {
        self.action_of(id).expect("complete").id
    }

    fn firsts(&self, ids: &[Id]) -> BTreeSet<Id> {
        ids.iter().map(|&id| self.first(id)).collect()
    }

    fn ties(&self, counts: &BTreeSet<Id>) -> Vec<Tie> {
        let mut ties = Vec::new();
        let mut claims: BTreeMap<&str, (u32, BTreeSet<Id>)> = BTreeMap::new();
        for Element { id, op, .. } in self.elements().into_iter().filter(|element| counts.contains(&element.id)) {
            match op {
                Op::Constrain { rule, actions } => {
                    let actions: Vec<Id> = actions.iter().map(|&id| self.first(id)).collect();
                    let actions = rule.list(&actions);
                    if rule.fits(&actions) {
                        ties.push(Tie::Constraint(*rule, actions));
                    }
                }
                Op::Claim { name, places } => {
                    let (least, actions) = claims.entry(name).or_insert((*places, BTreeSet::new()));
                    *least = (*least).min(*places);
                    actions.insert(self.first(id));
                }
                _ => {}
            }
        }
        ties.extend(claims.into_values().map(|(places, actions)| Tie::Places(places, actions)));
        ties
    }

    pub(crate) fn answers(&self, counts: &BTreeSet<Id>) -> Vec<Answer> {
        let mut all = BTreeMap::new();
        for element in self.elements() {
            if let Op::Resolve { actions, keep, pred } = element.op {
                all.insert(element.id, (actions, keep, pred));
            }
        }
        let mut replaced = BTreeSet::new();
        let mut open: Vec<Id> =
            all.iter().filter(|(id, _)| counts.contains(id)).flat_map(|(_, a)| a.2).copied().collect();
        while let Some(id) = open.pop() {
            if let (Some((_, _, pred)), true) = (all.get(&id), replaced.insert(id)) {
                open.extend(pred.iter());
            }
        }
        let current = all.into_iter().filter(|(id, _)| counts.contains(id) && !replaced.contains(id));
        let mut current: Vec<_> = current.collect();
        current.sort_by_key(|(id, _)| Reverse((self.lamport(*id), *id)));
        let answer = |(_, (actions, keep, _)): (Id, (&Vec<Id>, &Vec<Id>, _))| Answer {
            actions: self.firsts(actions),
            keep: self.firsts(keep),
        };
        current.into_iter().map(answer).collect()
    }

    fn weight(&self, action: Id, counts: &BTreeSet<Id>) -> u64 {
        let mut all = BTreeMap::new();
        for element in self.elements() {
            if let Op::Weigh { actions, weight, pred } = element.op
                && self.firsts(actions).contains(&action)
            {
                all.insert(element.id, (*weight, pred.as_slice()));
            }
        }
        let writes = all.iter().map(|(id, (_, pred))| (*id, *pred)).collect();
        let heads = crate::registers::unreplaced(&writes, |id| counts.contains(&id));
        let latest = heads.into_iter().max_by_key(|&id| (self.lamport(id), id));
        latest.map_or(WEIGHT, |id| all[&id].0).into()
    }
}

impl Meaning {
    /// Of all choices that break nothing the one with the most that was answered for, the latest answers first; then the
    /// heaviest; then the one with the earliest action in it of which choices differ.
    fn best(&self) -> u32 {
        let count = self.present.len();
        assert!(count < 20, "few enough to look at all choices");
        let may: u32 = self.mask(|id| !self.refused().contains(&id));
        let answered = self.answers.iter().filter(|answer| answer.keep != answer.actions);
        let fixed = self.present.iter().filter(|id| self.is_fixed(id));
        let stay = fixed.chain(self.present.iter().filter(|id| self.decided.stay.contains(id)));
        let stay = stay.chain(&self.preferred).copied();
        let pins: Vec<Id> = stay.chain(answered.flat_map(|a| a.keep.clone())).collect();
        let worth = |set: u32| {
            let has = |id: &Id| set & self.mask(|other| other == *id) != 0;
            let weigh = |is_in: &dyn Fn(usize) -> bool| -> u64 {
                (0..count).filter(|&at| set >> at & 1 == 1 && is_in(at)).map(|at| self.weights[at]).sum()
            };
            let (first, all) = (weigh(&|at| self.first[at]), weigh(&|_| true));
            (pins.iter().map(has).collect::<Vec<bool>>(), first, all, set.reverse_bits())
        };
        let checks = self.checks();
        let is_sound = |set: &u32| checks.iter().all(|check| check(*set)) && self.has_an_order(*set);
        (0..1 << count).filter(|set| set & !may == 0).filter(is_sound).max_by_key(|&set| worth(set)).expect("nothing")
    }

    fn mask(&self, is_in: impl Fn(Id) -> bool) -> u32 {
        self.present.iter().enumerate().filter(|(_, id)| is_in(**id)).fold(0, |mask, (at, _)| mask | 1 << at)
    }

    /// Whether nobody can undo it, or say of it what would let it give way.
    fn is_fixed(&self, action: &Id) -> bool {
        self.decided.fixed.contains_key(action)
    }

    /// What an answer keeps none of, and no later one keeps.
    fn refused(&self) -> BTreeSet<Id> {
        let mut kept = self.preferred.clone();
        kept.extend(&self.decided.stay);
        let mut refused = self.decided.out.clone();
        for answer in &self.answers {
            if answer.keep.is_empty() {
                refused.extend(answer.actions.difference(&kept).copied());
            }
            kept.extend(&answer.keep);
        }
        refused
    }

    /// How many of `actions` are in each answer that lets all of its actions be.
    fn waived(&self, actions: &[Id]) -> Vec<usize> {
        let waiving = self.answers.iter().filter(|answer| answer.keep == answer.actions);
        waiving.map(|answer| actions.iter().filter(|id| answer.actions.contains(id)).count()).collect()
    }

    fn is_waived(&self, actions: &[Id]) -> bool {
        self.waived(actions).contains(&actions.len())
    }

    /// Whether a choice keeps to each tie, whatever order that says things should have.
    fn checks(&self) -> Vec<Box<dyn Fn(u32) -> bool>> {
        self.ties.iter().filter_map(|tie| self.check(tie)).collect()
    }

    fn check(&self, tie: &Tie) -> Option<Box<dyn Fn(u32) -> bool>> {
        let (rule, of) = match tie {
            Tie::Places(places, actions) => (Rule::AtMost(*places), actions.iter().copied().collect::<Vec<Id>>()),
            Tie::Constraint(_, actions) if self.is_waived(actions) => return None,
            Tie::Constraint(rule, actions) => (*rule, actions.clone()),
        };
        let count = of.len() as u32;
        let absent = of.iter().any(|id| !self.present.contains(id));
        let mask = |of: &[Id]| self.mask(|id| of.contains(&id));
        let more = |of: &[Id]| self.waived(of).into_iter().map(|within| within.saturating_sub(1)).sum::<usize>() as u32;
        let (all, first, others) = (mask(&of), mask(&of[..1]), mask(&of[1..]));
        let is_fixed = |at: usize| self.is_fixed(&of[at]);
        let taken = |of: &[Id]| of.iter().filter(|id| self.present.contains(id) && self.is_fixed(id)).count() as u32;
        let (fixed, open): (Vec<Id>, Vec<Id>) = of.iter().partition(|id| self.is_fixed(id));
        let has_none = |of: &[Id]| of.iter().any(|id| !self.present.contains(id));
        let (absent_open, absent_fixed) = (has_none(&open), has_none(&fixed));
        let (fixed, open) = (mask(&fixed), mask(&open));
        Some(match rule {
            Rule::Enables | Rule::Causes if is_fixed(1) => return None,
            Rule::AnyOf if is_fixed(0) => return None,
            // What else is in it needs what is fixed, which needs nothing.
            Rule::Atomic | Rule::Contiguous if fixed != 0 || absent_fixed => {
                let may = !absent_open && !absent_fixed;
                Box::new(move |set| set & open == 0 || may && set & open == open && set & fixed == fixed)
            }
            Rule::NotAfter | Rule::NonCommuting | Rule::SoftOrder => return None,
            Rule::Enables | Rule::Causes => Box::new(move |set| set & others == 0 || set & first != 0),
            Rule::Atomic | Rule::Contiguous => {
                Box::new(move |set| set & all == 0 || !absent && (set & all).count_ones() == count)
            }
            Rule::AtMost(max) => {
                let max = max.saturating_add(more(&of)).max(taken(&of));
                Box::new(move |set| (set & all).count_ones() <= max)
            }
            Rule::AnyOf => Box::new(move |set| set & first == 0 || set & others != 0),
            Rule::ExactlyOne => {
                let max = (1 + more(&of[1..])).max(taken(&of[1..]));
                let is_free = is_fixed(0);
                Box::new(move |set| {
                    (set & others).count_ones() <= max && (is_free || set & first == 0 || set & others != 0)
                })
            }
        })
    }

    /// Whether there is an order in which nothing comes after what it must not come after, with nothing in between of what
    /// nothing may come in between of: then whatever has nothing before it can go first, and so on.
    fn has_an_order(&self, set: u32) -> bool {
        let has = |id: &Id| set & self.mask(|other| other == *id) != 0;
        let mut block: BTreeMap<Id, Id> = self.present.iter().map(|&id| (id, id)).collect();
        let mut arrows = Vec::new();
        for tie in &self.ties {
            match tie {
                Tie::Constraint(_, actions) if self.is_waived(actions) => {}
                Tie::Constraint(_, actions) if actions.len() == 2 && actions.iter().all(|id| self.is_fixed(id)) => {}
                Tie::Constraint(Rule::Contiguous, actions) if actions.iter().any(|id| self.is_fixed(id)) => {}
                Tie::Constraint(Rule::Contiguous, actions) if actions.iter().all(has) => {
                    let joined: BTreeSet<Id> = actions.iter().map(|id| block[id]).collect();
                    let least = *joined.first().expect("two or more");
                    block.values_mut().filter(|of| joined.contains(of)).for_each(|of| *of = least);
                }
                Tie::Constraint(Rule::NotAfter | Rule::Causes, actions) if actions.iter().all(has) => {
                    arrows.push((actions[0], actions[1]));
                }
                _ => {}
            }
        }
        let (within, between): (Arrows, Arrows) = arrows.into_iter().partition(|(a, b)| block[a] == block[b]);
        can_end(within) && can_end(between.into_iter().map(|(a, b)| (block[&a], block[&b])).collect())
    }
}

fn can_end(mut before: Arrows) -> bool {
    loop {
        let is_free = |id: Id| before.iter().all(|&(_, after)| after != id);
        let left: Arrows = before.iter().copied().filter(|&(a, _)| !is_free(a)).collect();
        if left.len() == before.len() {
            return left.is_empty();
        }
        before = left;
    }
}
