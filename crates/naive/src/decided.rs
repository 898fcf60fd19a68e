//! What is decided for good, by counting ballots anew for every decision.

use crate::history::Element;
use crate::{Naive, Policy};
use clock::{Id, Span, VersionVector};
use log::{Decider, Op, Outcome, Register};
use std::collections::{BTreeMap, BTreeSet};

/// What a decision says, and what its author had.
struct Decision<'a> {
    by: Id,
    after: Option<Id>,
    outcomes: &'a [(Id, Outcome)],
}

/// What becomes of actions for good, each by its first element.
#[derive(Default)]
pub(crate) struct Decided {
    /// Those that stay in.
    pub stay: BTreeSet<Id>,
    /// Those that stay out.
    pub out: BTreeSet<Id>,
    /// Those that nobody can undo any more, and what they and whoever undid them in time are within.
    pub fixed: BTreeMap<Id, VersionVector>,
}

impl Naive {
    /// What is decided of what a view that is pinned, or is not, may show.
    pub(crate) fn decided(&self, policy: &Policy) -> Decided {
        let is_here = |id: Id| policy.pin.as_ref().is_none_or(|pin| pin.contains(id));
        let pasts = self.pasts();
        let past = |id: Id| &pasts[&self.action_of(id).expect("complete").id];
        let (mut policies, mut decisions, mut votes) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for element in self.elements() {
            let is_proposed = self.action_of(element.id).expect("complete").proposal.is_some();
            if !is_here(element.id) || is_proposed {
                continue;
            }
            match element.op {
                Op::Govern { rules, deciders, pred } => _ = policies.insert(element.id, (deciders, pred, *rules)),
                Op::Decide { by, after, outcomes } => {
                    decisions.insert(element.id, Decision { by: *by, after: *after, outcomes });
                }
                Op::Vote { decision } => votes.push((element.id, *decision)),
                _ => {}
            }
        }
        let time = |id: &Id| (self.lamport(*id), *id);
        let mut decided = Decided::default();
        let current_in = |past: &VersionVector| {
            let known: Vec<_> = policies.iter().filter(|(id, _)| past.contains(**id)).collect();
            let is_replaced = |id: &Id| known.iter().any(|(_, (_, pred, _))| pred.contains(id));
            known.iter().map(|(id, _)| **id).filter(|id| !is_replaced(id)).max_by_key(time)
        };
        let trims = |of: Id, decisions: &BTreeMap<Id, Decision<'_>>| {
            let elements = self.elements_of(self.action_of(of).expect("complete").id);
            let is_behind = |element: &Element<'_>| {
                let after = decisions[&of].after;
                element.id == of.plus(1) && matches!(element.op, Op::Trim { decision, .. } if Some(*decision) == after)
            };
            policies.get(&decisions[&of].by).is_some_and(|policy| policy.2 >= 2) && elements.iter().any(is_behind)
        };
        let next = |by: Id, last: Option<Id>| -> Option<Id> {
            let deciders: &Vec<Decider> = policies[&by].0;
            let may = |id: Id| self.authors.get(&id.replica).filter(|author| deciders.contains(author)).copied();
            let is_next = |id: &Id, of: &Decision<'_>| {
                let goes_by = || last.is_some() || current_in(past(*id)) == Some(by);
                of.by == by && of.after == last && may(*id).is_some() && goes_by()
            };
            let next: BTreeSet<Id> = decisions.iter().filter(|(id, of)| is_next(id, of)).map(|(id, _)| *id).collect();
            let mut ballots: Vec<(Id, Id)> = next.iter().map(|&id| (id, id)).collect();
            ballots.extend(votes.iter().filter(|(_, decision)| next.contains(decision)));
            ballots.sort_by_key(|(ballot, decision)| (!trims(*decision, &decisions), time(ballot)));
            let mut cast: BTreeMap<Decider, Id> = BTreeMap::new();
            for (ballot, decision) in ballots {
                if let Some(author) = may(ballot) {
                    cast.entry(author).or_insert(decision);
                }
            }
            let count = |id: &Id| cast.values().filter(|decision| *decision == id).count();
            let missing = deciders.len() - cast.len();
            // Of as many ballots the earliest wins, once nobody is missing.
            let best = next.iter().copied().max_by_key(|id| (count(id), std::cmp::Reverse(time(id))));
            best.filter(|best| {
                let others = next.iter().filter(|id| *id != best).map(count).max().unwrap_or(0);
                count(best) > missing && (missing == 0 || count(best) > others + missing)
            })
        };
        let mut founding: Vec<Id> = policies.keys().copied().collect();
        founding.sort_by_key(time);
        let mut best = founding.into_iter().find_map(|by| next(by, None));
        let mut before: Option<Id> = None;
        while let Some(last) = best {
            let covers = past(last);
            decided.cover(self, covers, before.map(past), decisions[&last].outcomes);
            if let Some(before) = before
                && trims(last, &decisions)
            {
                decided.fix(self, past(before), covers);
            }
            before = Some(last);
            best = current_in(covers).and_then(|by| next(by, Some(last)));
        }
        decided
    }
}

impl Decided {
    /// Fixes what stays in of a version, but for what was only proposed, and what somebody proposed to undo by then.
    fn fix(&mut self, naive: &Naive, version: &VersionVector, horizon: &VersionVector) {
        let undone = naive.elements().into_iter().filter_map(|element| match element.op {
            Op::Control { register: Register::Undo, targets, .. } => Some((element.id, targets)),
            _ => None,
        });
        let is_proposed = |id: Id| naive.action_of(id).expect("complete").proposal.is_some();
        let asked: Vec<&Span> = undone
            .filter(|(id, _)| horizon.contains(*id) && is_proposed(*id))
            .flat_map(|(_, targets)| targets)
            .collect();
        for action in naive.actions().filter(|action| version.contains(action.id) && self.stay.contains(&action.id)) {
            let span = action.span();
            let is_met = |of: &&Span| of.replica == span.replica && of.start < span.end && span.start < of.end;
            if action.proposal.is_none() && !asked.iter().any(is_met) {
                self.fixed.entry(action.id).or_insert_with(|| horizon.clone());
            }
        }
    }

    fn cover(
        &mut self,
        naive: &Naive,
        covers: &VersionVector,
        before: Option<&VersionVector>,
        outcomes: &[(Id, Outcome)],
    ) {
        let is_new = |id: Id| covers.contains(id) && before.is_none_or(|before| !before.contains(id));
        self.stay.extend(naive.actions().map(|action| action.id).filter(|&id| is_new(id)));
        for (id, outcome) in outcomes {
            let action = naive.action_of(*id).expect("complete").id;
            if self.out.contains(&action) || self.fixed.contains_key(&action) {
                continue;
            }
            match outcome {
                Outcome::In => _ = self.stay.insert(action),
                Outcome::Open => _ = self.stay.remove(&action),
                Outcome::Out => {
                    self.stay.remove(&action);
                    self.out.insert(action);
                }
            }
        }
    }
}
