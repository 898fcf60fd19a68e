//! What is decided for good: by whom, in which order, and what that means for actions that are tied to others.
//!
//! Decisions follow one another, and are taken in turns. In each turn every author who may decide has one ballot, their first:
//! a decision that follows the last, or a vote for one. As soon as no other decision can get more ballots than one has, that is
//! the next. Who may decide is what the latest policy says of those that the last decision covers. The first decision is made by
//! the policy that its author went by; where several people said at once who may, and each of these decided, by the earliest.
//!
//! What is decided stays so whatever arrives later, is undone or is left out of a view; only who looks at an earlier version sees
//! what was decided by then.

use crate::view::View;
use clock::{Id, Lamport, ReplicaId, SortedMap, SortedSet, Span, VersionVector};
use log::{Decider, MultiLog, OpRef, Outcome, RULES};
use std::cmp::Reverse;

/// How far the choice about an action is from being final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// What arrives later may change it.
    Tentative,
    /// By this decision it stays as it is.
    Decided(Id),
    /// So it is, and another decision was built on this one.
    Stable(Id),
}

/// Who may decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The element that says so.
    pub by: Id,
    /// The version of the rules by which the shared view chooses.
    pub rules: u32,
    /// The authors, ascending.
    pub deciders: Vec<Decider>,
}

impl Authority {
    /// Whether these rules are known here: if not, others may see something else in the shared view.
    pub fn is_known(&self) -> bool {
        self.rules <= RULES
    }
}

/// Decisions that could be next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who may decide.
    pub authority: Authority,
    /// The last decision.
    pub after: Option<Id>,
    /// What could be next, each by its element, and whose ballots it has; the one with the most first, of equal ones the earliest.
    pub candidates: Vec<(Id, Vec<Decider>)>,
}

impl Turn {
    /// Whether an author had their ballot.
    pub fn has_voted(&self, author: Decider) -> bool {
        self.candidates.iter().any(|(_, voters)| voters.contains(&author))
    }

    /// What is next, whoever else votes.
    fn outcome(&self) -> Option<Id> {
        let outstanding = self.authority.deciders.len() - self.candidates.iter().map(|(_, of)| of.len()).sum::<usize>();
        let [(first, voters), others @ ..] = self.candidates.as_slice() else { return None };
        let is_ahead = others.iter().all(|(_, of)| of.len() + outstanding < voters.len() || outstanding == 0);
        // Those who did not vote may yet agree on something new.
        (is_ahead && voters.len() > outstanding).then_some(*first)
    }
}

/// What becomes of an action for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Held {
    /// Nothing is decided about it.
    #[default]
    Free,
    /// It stays in.
    In,
    /// It stays out, by this decision.
    Out(Id),
}

#[derive(Clone, Debug)]
struct Policy {
    rules: u32,
    deciders: Vec<Decider>,
    pred: Vec<Id>,
}

#[derive(Clone, Debug)]
struct Decision {
    by: Id,
    /// By the first elements of actions.
    outcomes: Vec<(Id, Outcome)>,
}

/// Policies, decisions and votes, and what follows from them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions {
    /// Who writes as which replica.
    authors: SortedMap<ReplicaId, Decider>,
    policies: SortedMap<Id, Policy>,
    decisions: SortedMap<Id, Decision>,
    /// Decisions by the one that they follow.
    following: SortedMap<Option<Id>, Vec<Id>>,
    /// Votes by the decision that they are for.
    votes: SortedMap<Id, Vec<Id>>,
    /// Whether something was added since it was settled.
    is_due: bool,
    /// Up to where it was settled.
    pin: Option<VersionVector>,
    /// What was decided, in order.
    chain: Vec<Id>,
    /// What the last decision covers.
    covered: VersionVector,
    /// Actions of which the decisions do not simply say that they stay in.
    listed: SortedMap<Id, (Id, Outcome)>,
}

impl Decisions {
    /// Notes who writes as a replica.
    pub fn set_author(&mut self, replica: ReplicaId, author: Decider) {
        let before = self.authors.insert(replica, author);
        self.is_due |= before != Some(author) && !self.policies.is_empty();
    }

    /// Who writes as a replica.
    pub fn author(&self, replica: ReplicaId) -> Option<Decider> {
        self.authors.get(&replica).copied()
    }

    /// Takes in what element `id` says.
    pub fn declare(&mut self, log: &MultiLog, id: Id, op: OpRef<'_>) {
        // Nobody decides by proposing to.
        if log.proposal(id).is_some() {
            return;
        }
        match op {
            OpRef::Govern { rules, deciders, pred } => {
                let policy = Policy { rules, deciders: deciders.to_vec(), pred: pred.to_vec() };
                self.policies.insert(id, policy);
            }
            OpRef::Decide { by, after, outcomes } => {
                let first = |id: Id| log.action_of(id).expect("what is named is in the log").first();
                let outcomes = outcomes.iter().map(|&(id, outcome)| (first(id), outcome)).collect();
                self.decisions.insert(id, Decision { by, outcomes });
                self.following.entry(after).or_default().push(id);
            }
            OpRef::Vote { decision } => self.votes.entry(decision).or_default().push(id),
            _ => return,
        }
        self.is_due = true;
    }

    /// Works out anew what is decided, where there is something new or one looks at another version; whether it did.
    pub fn settle(&mut self, log: &MultiLog, pin: Option<&VersionVector>) -> bool {
        if self.policies.is_empty() || (!self.is_due && self.pin.as_ref() == pin) {
            return false;
        }
        (self.is_due, self.pin) = (false, pin.cloned());
        self.chain.clear();
        self.listed.clear();
        self.covered = VersionVector::new();
        while let Some(next) = self.next(log) {
            self.chain.push(next);
            if self.policies.len() > 1 {
                self.covered = log.version_at(&[next]);
            }
            for &(action, outcome) in &self.decisions[&next].outcomes {
                // What is out stays out, whoever says otherwise later.
                if !matches!(self.listed.get(&action), Some((_, Outcome::Out))) {
                    self.listed.insert(action, (next, outcome));
                }
            }
        }
        self.covered = log.version_at(self.chain.as_slice().last().map_or(&[][..], std::slice::from_ref));
        true
    }

    fn next(&self, log: &MultiLog) -> Option<Id> {
        if !self.chain.is_empty() {
            return self.turn(log)?.outcome();
        }
        let mut policies: Vec<Id> = self.policies.keys().copied().collect();
        policies.sort_by_key(|id| time(log, *id));
        policies.into_iter().find_map(|by| self.turn_by(log, self.authority_of(by)).outcome())
    }

    fn is_in_range(&self, id: Id) -> bool {
        self.pin.as_ref().is_none_or(|pin| pin.contains(id))
    }

    /// Who may decide next; nobody where nobody ever said so.
    pub fn authority(&self, log: &MultiLog) -> Option<Authority> {
        // Of one policy alone it is known that decisions made by it cover it.
        let is_covered = |id| self.chain.is_empty() || self.policies.len() == 1 || self.covered.contains(id);
        self.current(log, |id| self.is_in_range(id) && is_covered(id)).map(|by| self.authority_of(by))
    }

    fn authority_of(&self, by: Id) -> Authority {
        let Policy { rules, deciders, .. } = &self.policies[&by];
        Authority { by, rules: *rules, deciders: deciders.clone() }
    }

    /// The latest of some policies that none of them replaces.
    fn current(&self, log: &MultiLog, is_among: impl Fn(Id) -> bool) -> Option<Id> {
        let among = || self.policies.iter().filter(|(id, _)| is_among(**id));
        let replaced: SortedSet<Id> = among().flat_map(|(_, policy)| policy.pred.iter().copied()).collect();
        let current = among().map(|(id, _)| *id).filter(|id| !replaced.contains(id));
        current.max_by_key(|id| time(log, *id))
    }

    /// What could be decided next, as far as it was settled.
    pub fn turn(&self, log: &MultiLog) -> Option<Turn> {
        let authority = self.authority(log).filter(|authority| !authority.deciders.is_empty())?;
        Some(self.turn_by(log, authority))
    }

    fn turn_by(&self, log: &MultiLog, authority: Authority) -> Turn {
        let after = self.chain.last().copied();
        let author = |id: Id| {
            let author = self.authors.get(&id.replica)?;
            (self.is_in_range(id) && authority.deciders.binary_search(author).is_ok()).then_some(*author)
        };
        let mut first: SortedMap<Decider, (Lamport, Id, Id)> = SortedMap::new();
        for &decision in self.following.get(&after).into_iter().flatten() {
            let is_by = || {
                after.is_some() || self.policies.len() == 1 || {
                    let past = log.version_at(&[decision]);
                    self.current(log, |id| past.contains(id)) == Some(authority.by)
                }
            };
            if self.decisions[&decision].by != authority.by || author(decision).is_none() || !is_by() {
                continue;
            }
            for &ballot in [decision].iter().chain(self.votes.get(&decision).into_iter().flatten()) {
                let Some(author) = author(ballot) else { continue };
                let (lamport, id) = time(log, ballot);
                let known = first.entry(author).or_insert((lamport, id, decision));
                *known = (*known).min((lamport, id, decision));
            }
        }
        let mut candidates: SortedMap<Id, Vec<Decider>> = SortedMap::new();
        for (&author, &(_, _, decision)) in first.iter() {
            candidates.entry(decision).or_default().push(author);
        }
        let mut candidates: Vec<(Id, Vec<Decider>)> = candidates.iter().map(|(id, of)| (*id, of.clone())).collect();
        candidates.sort_by_key(|(id, of)| (Reverse(of.len()), time(log, *id)));
        Turn { authority, after, candidates }
    }

    /// What was decided, in order, each by its element.
    pub fn chain(&self) -> &[Id] {
        &self.chain
    }

    /// What becomes for good of the action that begins with `action`.
    pub fn held(&self, action: Id) -> Held {
        if !self.covered.contains(action) {
            return Held::Free;
        }
        match self.listed.get(&action) {
            None | Some((_, Outcome::In)) => Held::In,
            Some((by, Outcome::Out)) => Held::Out(*by),
            Some((_, Outcome::Open)) => Held::Free,
        }
    }

    /// Whether a decision left open what becomes of the action that begins with `action`.
    pub fn is_left_open(&self, action: Id) -> bool {
        matches!(self.listed.get(&action), Some((_, Outcome::Open)))
    }

    /// How far the choice about the action that begins with `action` is from being final.
    pub fn finality(&self, log: &MultiLog, action: Id) -> Finality {
        if !self.covered.contains(action) || self.is_left_open(action) {
            return Finality::Tentative;
        }
        let listed = self.listed.get(&action).and_then(|(by, _)| self.chain.iter().position(|id| id == by));
        let at = listed.unwrap_or_else(|| self.chain.partition_point(|&decision| !log.precedes(action, decision)));
        match self.chain.get(at) {
            Some(&by) if at + 1 < self.chain.len() => Finality::Stable(by),
            Some(&by) => Finality::Decided(by),
            None => Finality::Tentative,
        }
    }
}

impl View {
    /// Notes which author writes as a replica, in which way who may decide is named.
    pub fn note_author(&mut self, replica: ReplicaId, author: Decider) {
        self.semantics.decisions.set_author(replica, author);
    }

    /// Who writes as a replica, where that was noted.
    pub fn author(&self, replica: ReplicaId) -> Option<Decider> {
        self.semantics.decisions.author(replica)
    }

    /// Who may decide next; nobody where nobody ever said so.
    pub fn authority(&self, log: &MultiLog) -> Option<Authority> {
        self.semantics.decisions.authority(log)
    }

    /// What could be decided next, and who agrees; none where nobody may decide.
    pub fn next_turn(&self, log: &MultiLog) -> Option<Turn> {
        self.semantics.decisions.turn(log)
    }

    /// The decisions so far, each by its element, in order.
    pub fn decisions(&self) -> &[Id] {
        self.semantics.decisions.chain()
    }

    /// How far the choice about the action that begins with `action` is from being final.
    pub fn finality(&self, log: &MultiLog, action: Id) -> Finality {
        self.semantics.decisions.finality(log, action)
    }

    /// What a decision about everything that this view shows has to list.
    pub fn outcomes(&self) -> Vec<(Id, Outcome)> {
        self.semantics.outcomes()
    }

    /// The actions that gave way to what was decided before anybody who decided knew of them, ascending.
    pub fn frozen_out(&self) -> impl Iterator<Item = Span> {
        self.semantics.frozen_out()
    }
}

fn time(log: &MultiLog, id: Id) -> (Lamport, Id) {
    (log.lamport(id).expect("in the log"), id)
}
