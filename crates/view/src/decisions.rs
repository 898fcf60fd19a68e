//! What is decided for good: by whom, in which order, and what that means for actions that are tied to others.
//!
//! Decisions follow one another, and are taken in turns. In each turn every author who may decide has one ballot, their first:
//! a decision that follows the last, or a vote for one. As soon as no other decision can get more ballots than one has, that is
//! the next. Who may decide is what the latest policy says of those that the last decision covers. The first decision is made by
//! the policy that its author went by; where several people said at once who may, and each of these decided, by the earliest.
//!
//! What is decided stays so whatever arrives later, is undone or is left out of a view; only who looks at an earlier version sees
//! what was decided by then.

use crate::controls::Controls;
use crate::view::View;
use clock::{Id, Lamport, RangeMap, ReplicaId, Seq, SortedMap, SortedSet, Span, VersionVector};
use log::{Decider, MultiLog, OpRef, Outcome, RULES, RULES_TRIM, Register};
use std::cmp::Reverse;
use std::ops::Range;

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
pub struct Poll {
    /// Who may decide.
    pub authority: Authority,
    /// The last decision.
    pub after: Option<Id>,
    /// What could be next, each by its element, and whose ballots it has; the one with the most first, of equal ones the earliest.
    pub candidates: Vec<(Id, Vec<Decider>)>,
}

impl Poll {
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

/// What nobody can undo any more: what is decided, and was when another decision followed, where those who may decide let history be
/// trimmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixed {
    /// By whole actions, each with the place of its horizon.
    parts: SortedMap<ReplicaId, RangeMap<u32>>,
    /// The decisions by which, and what each covers: what is undone by then stays so, and what is not does.
    horizons: Vec<(Id, VersionVector)>,
}

impl Fixed {
    /// Whether an element is.
    pub fn contains(&self, id: Id) -> bool {
        self.parts.get(&id.replica).is_some_and(|parts| parts.get(id.seq).is_some())
    }

    /// `range` of `replica` cut into parts, with what counts of what was written on each; everything where that is not said.
    pub fn cut(&self, replica: ReplicaId, range: Range<Seq>) -> Vec<(Range<Seq>, Option<&VersionVector>)> {
        let Some(parts) = self.parts.get(&replica) else { return vec![(range, None)] };
        parts.cut(range).into_iter().map(|(part, at)| (part, at.map(|at| &self.horizons[at as usize].1))).collect()
    }

    /// All parts, ascending.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        self.parts
            .iter()
            .flat_map(|(&replica, parts)| parts.iter().map(move |(part, _)| Span::new(replica, part.start, part.end)))
    }

    /// Whether history was never trimmed.
    pub fn is_empty(&self) -> bool {
        self.horizons.is_empty()
    }

    /// What was fixed by a decision, and those before it.
    fn until(&self, decision: Id) -> Self {
        let count = self.horizons.iter().position(|(by, _)| *by == decision).map_or(0, |at| at + 1);
        let mut until = Self { parts: SortedMap::new(), horizons: self.horizons[..count].to_vec() };
        for (replica, parts) in self.parts.iter() {
            for (part, at) in parts.iter().filter(|(_, at)| (**at as usize) < count) {
                until.parts.entry(*replica).or_default().set(part, Some(*at));
            }
        }
        until
    }

    /// Fixes what is in `version` and not fixed yet, but for what is `open`.
    fn add(&mut self, version: &VersionVector, horizon: (Id, VersionVector), open: impl Iterator<Item = Span>) {
        let at = self.horizons.len() as u32;
        self.horizons.push(horizon);
        let mut new: SortedMap<ReplicaId, RangeMap<u32>> = SortedMap::new();
        for (replica, end) in version.iter() {
            new.entry(replica).or_default().set(0..end, Some(at));
        }
        let fixed: Vec<Span> = self.spans().collect();
        for span in open.chain(fixed) {
            new.entry(span.replica).or_default().set(span.start..span.end, None);
        }
        for (replica, parts) in new.iter() {
            for (part, at) in parts.iter() {
                self.parts.entry(*replica).or_default().set(part, Some(*at));
            }
        }
    }
}

/// Policies, decisions and votes, and what follows from them. What they say is read from the log again: there are few, and what is kept
/// in few kinds of lists is short in what a browser loads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions {
    /// Who writes as which replica, by their place among all.
    authors: SortedMap<ReplicaId, Seq>,
    known: Vec<Decider>,
    policies: Vec<Id>,
    /// Decisions that follow none.
    founding: SortedSet<Id>,
    /// Decisions, each behind the one that it follows; votes, each behind the decision that it is for.
    following: SortedSet<(Id, Id)>,
    votes: SortedSet<(Id, Id)>,
    /// Whether something was added since it was settled, and whether that may change more than what is next.
    is_due: bool,
    is_due_anew: bool,
    /// Up to where it was settled.
    pin: Option<VersionVector>,
    /// What was decided, in order.
    chain: Vec<Id>,
    /// What the last decision covers.
    covered: VersionVector,
    /// What nobody can undo any more.
    fixed: Fixed,
    /// A decision that is looked at as if it were made.
    assumed: Option<Id>,
    /// Actions that stay out, and by which decision.
    out: SortedMap<Id, Id>,
    /// Actions about which nothing is decided, though the last decision covers them; those that a later one let stay in.
    open: SortedSet<Id>,
    kept: SortedMap<Id, Id>,
}

impl Decisions {
    /// Notes who writes as a replica.
    pub fn set_author(&mut self, replica: ReplicaId, author: Decider) {
        if self.author(replica) == Some(author) {
            return;
        }
        self.authors.insert(replica, self.known.len() as Seq);
        self.known.push(author);
        self.is_due_anew |= !self.policies.is_empty();
    }

    /// Who writes as a replica.
    pub fn author(&self, replica: ReplicaId) -> Option<Decider> {
        self.authors.get(&replica).map(|&at| self.known[at as usize])
    }

    /// Takes in what element `id` says.
    pub fn declare(&mut self, log: &MultiLog, id: Id, op: OpRef<'_>) {
        // Nobody decides by proposing to.
        if log.proposal(id).is_some() {
            return;
        }
        let follows = match op {
            OpRef::Govern { .. } => self.chain.last().copied(),
            OpRef::Decide { after, .. } => after,
            OpRef::Vote { decision } => decision_after(log, decision),
            _ => return,
        };
        // What is behind the last decision, or behind one that is not made yet, changes none before.
        let is_behind = follows.is_some_and(|after| {
            let place = self.chain.binary_search_by_key(&time(log, after), |id| time(log, *id));
            place.map_or(true, |at| at + 1 == self.chain.len())
        });
        self.is_due_anew |= !is_behind && !self.chain.is_empty();
        match op {
            OpRef::Govern { .. } => self.policies.push(id),
            OpRef::Decide { after: None, .. } => _ = self.founding.insert(id),
            OpRef::Decide { after: Some(after), .. } => _ = self.following.insert((after, id)),
            OpRef::Vote { decision } => _ = self.votes.insert((decision, id)),
            _ => {}
        }
        self.is_due = true;
    }

    /// Works out anew what is decided, where there is something new or one looks at another version; whether it did.
    pub fn settle(&mut self, log: &MultiLog, pin: Option<&VersionVector>) -> bool {
        let is_anew = std::mem::take(&mut self.is_due_anew) || self.pin.as_ref() != pin;
        let is_due = std::mem::take(&mut self.is_due) || is_anew;
        if self.policies.is_empty() || !is_due {
            return false;
        }
        self.pin = pin.cloned();
        if is_anew {
            self.chain.clear();
            (self.out, self.open, self.kept) = Default::default();
            (self.covered, self.fixed) = Default::default();
        }
        let before = self.chain.len();
        while let Some(next) = self.next(log).or_else(|| self.assumed.take()) {
            self.chain.push(next);
            log.extend_version(&mut self.covered, &[next]);
            for &(id, outcome) in decision(log, next).map_or(&[][..], |(_, outcomes)| outcomes) {
                let action = log.action_of(id).expect("what is named is in the log").first();
                // What is out stays out, whoever says otherwise later, and what is fixed in.
                if self.out.contains_key(&action) || self.fixed.contains(action) {
                    continue;
                }
                self.open.remove(&action);
                self.kept.remove(&action);
                match outcome {
                    Outcome::In => _ = self.kept.insert(action, next),
                    Outcome::Out => _ = self.out.insert(action, next),
                    Outcome::Open => _ = self.open.insert(action),
                }
            }
            if let [.., before, _] = self.chain[..]
                && certificate(log, next).is_some()
            {
                self.fix(log, before, next);
            }
        }
        is_anew || self.chain.len() > before
    }

    /// Fixes what a decision covers, by the one that follows it and was just taken in: but for what is open or out, what was only
    /// proposed, and what somebody proposed to undo.
    fn fix(&mut self, log: &MultiLog, before: Id, by: Id) {
        let (version, horizon) = (log.version_at(&[before]), self.covered.clone());
        let whole = |id: &Id| log.action_of(*id).expect("decided about");
        let left_open: Vec<Span> = self.open.iter().chain(self.out.keys()).map(whole).collect();
        let mut proposed = Vec::new();
        for of in log.logs() {
            let until = horizon.end(of.replica);
            for run in of.headers.iter().filter(|run| run.proposal().is_some() && run.range.start < until) {
                proposed.push(Span::new(of.replica, run.range.start, run.range.end));
                for (_, op) in of.others_in(run.range.start..run.range.end.min(until)) {
                    let OpRef::Control { register: Register::Undo, targets, .. } = op else { continue };
                    for target in targets {
                        let (first, last) = (whole(&target.first()), whole(&target.last()));
                        proposed.push(Span::new(target.replica, first.start, last.end));
                    }
                }
            }
        }
        self.fixed.add(&version, (by, horizon), left_open.into_iter().chain(proposed));
    }

    /// What was fixed once a decision was made; where it is not, but follows the last, what would be.
    pub fn fixed_by(&self, log: &MultiLog, decision: Id) -> Fixed {
        if self.chain.contains(&decision) {
            return self.fixed.until(decision);
        }
        let mut then = self.clone();
        (then.assumed, then.is_due) = (Some(decision), true);
        then.settle(log, self.pin.as_ref());
        then.fixed
    }

    /// What nobody can undo any more.
    pub fn fixed(&self) -> &Fixed {
        &self.fixed
    }

    fn next(&self, log: &MultiLog) -> Option<Id> {
        if !self.chain.is_empty() {
            return self.poll(log)?.outcome();
        }
        let decided = |&by: &Id| Some((time(log, by), self.poll_by(log, authority_of(log, by)?).outcome()?));
        self.policies.iter().filter_map(decided).min().map(|(_, decision)| decision)
    }

    fn is_in_range(&self, id: Id) -> bool {
        self.pin.as_ref().is_none_or(|pin| pin.contains(id))
    }

    /// Who may decide next; nobody where nobody ever said so.
    pub fn authority(&self, log: &MultiLog) -> Option<Authority> {
        let is_covered = |id| self.chain.is_empty() || self.covered.contains(id);
        self.current(log, |id| self.is_in_range(id) && is_covered(id)).and_then(|by| authority_of(log, by))
    }

    /// The latest of some policies that none of them replaces.
    fn current(&self, log: &MultiLog, is_among: impl Fn(Id) -> bool) -> Option<Id> {
        let among = || self.policies.iter().copied().filter(|id| is_among(*id));
        let replaced: SortedSet<Id> = among().flat_map(|id| replaced_by(log, id)).copied().collect();
        among().filter(|id| !replaced.contains(id)).max_by_key(|id| time(log, *id))
    }

    /// What could be decided next, as far as it was settled.
    pub fn poll(&self, log: &MultiLog) -> Option<Poll> {
        let authority = self.authority(log).filter(|authority| !authority.deciders.is_empty())?;
        Some(self.poll_by(log, authority))
    }

    fn poll_by(&self, log: &MultiLog, authority: Authority) -> Poll {
        let after = self.chain.last().copied();
        let decider = |id: Id| {
            let author = self.author(id.replica).filter(|_| self.is_in_range(id))?;
            authority.deciders.binary_search(&author).ok()
        };
        let next: Vec<Id> = match after {
            Some(after) => behind(&self.following, after).collect(),
            None => self.founding.iter().copied().collect(),
        };
        // The earliest ballot of each, and what it is for.
        type Rank = (bool, (Lamport, Id));
        let mut first: Vec<Option<(Rank, Id)>> = vec![None; authority.deciders.len()];
        for candidate in next {
            let is_by = || {
                after.is_some() || self.policies.len() == 1 || {
                    let past = log.version_at(&[candidate]);
                    self.current(log, |id| past.contains(id)) == Some(authority.by)
                }
            };
            let by = decision(log, candidate).map(|(by, _)| by);
            if by != Some(authority.by) || decider(candidate).is_none() || !is_by() {
                continue;
            }
            for ballot in std::iter::once(candidate).chain(behind(&self.votes, candidate)) {
                let Some(at) = decider(ballot) else { continue };
                // What may have been forgotten by it counts before what can still be decided otherwise.
                let rank = (certificate(log, candidate).is_none(), time(log, ballot));
                if first[at].is_none_or(|known| rank < known.0) {
                    first[at] = Some((rank, candidate));
                }
            }
        }
        let mut candidates: Vec<(Id, Vec<Decider>)> = Vec::new();
        for (at, &author) in authority.deciders.iter().enumerate() {
            let Some((_, candidate)) = first[at] else { continue };
            match candidates.iter_mut().find(|(id, _)| *id == candidate) {
                Some((_, voters)) => voters.push(author),
                None => candidates.push((candidate, vec![author])),
            }
        }
        let rank = |(id, voters): &(Id, Vec<Decider>)| (Reverse(voters.len()), time(log, *id));
        // There are few, and a sort of them is long in what a browser loads.
        for at in 1..candidates.len() {
            let place = candidates[..at].iter().position(|other| rank(&candidates[at]) < rank(other));
            if let Some(place) = place {
                candidates[place..=at].rotate_right(1);
            }
        }
        Poll { authority, after, candidates }
    }

    /// What was decided, in order, each by its element.
    pub fn chain(&self) -> &[Id] {
        &self.chain
    }

    /// What becomes for good of the action that begins with `action`.
    pub fn held(&self, action: Id) -> Held {
        match self.out.get(&action) {
            Some(&by) => Held::Out(by),
            None if self.covered.contains(action) && !self.is_left_open(action) => Held::In,
            None => Held::Free,
        }
    }

    /// Whether the decisions left open what becomes of the action that begins with `action`.
    pub fn is_left_open(&self, action: Id) -> bool {
        self.open.contains(&action)
    }

    /// How far the choice about the action that begins with `action` is from being final.
    pub fn finality(&self, log: &MultiLog, action: Id) -> Finality {
        if self.held(action) == Held::Free {
            return Finality::Tentative;
        }
        let listed = self.out.get(&action).or_else(|| self.kept.get(&action));
        let listed = listed.and_then(|by| self.chain.iter().position(|id| id == by));
        let at = listed.unwrap_or_else(|| self.chain.partition_point(|&decision| !log.precedes(action, decision)));
        match self.chain.get(at) {
            Some(&by) if at + 1 < self.chain.len() => Finality::Stable(by),
            Some(&by) => Finality::Decided(by),
            None => Finality::Tentative,
        }
    }
}

/// By which policy something is decided, and what of it does not simply stay in.
fn decision(log: &MultiLog, id: Id) -> Option<(Id, &[(Id, Outcome)])> {
    match log.ops_in(Span::of(id)).next()?.1 {
        OpRef::Decide { by, outcomes, .. } => Some((by, outcomes)),
        _ => None,
    }
}

/// What stands in the place of what may be forgotten by a decision; none where nothing may.
fn certificate(log: &MultiLog, of: Id) -> Option<&[u8]> {
    let behind = of.plus(1);
    let (by, _) = decision(log, of)?;
    let may = authority_of(log, by)?.rules >= RULES_TRIM && log.action_of(of)?.contains(behind);
    match log.ops_in(Span::of(behind)).next()?.1 {
        OpRef::Trim { decision, certificate } if may && decision_after(log, of) == Some(decision) => Some(certificate),
        _ => None,
    }
}

fn decision_after(log: &MultiLog, id: Id) -> Option<Id> {
    match log.ops_in(Span::of(id)).next()?.1 {
        OpRef::Decide { after, .. } => after,
        _ => None,
    }
}

fn authority_of(log: &MultiLog, by: Id) -> Option<Authority> {
    match log.ops_in(Span::of(by)).next()?.1 {
        OpRef::Govern { rules, deciders, .. } => Some(Authority { by, rules, deciders: deciders.to_vec() }),
        _ => None,
    }
}

fn replaced_by(log: &MultiLog, policy: Id) -> &[Id] {
    match log.ops_in(Span::of(policy)).next() {
        Some((_, OpRef::Govern { pred, .. })) => pred,
        _ => &[],
    }
}

fn behind(pairs: &SortedSet<(Id, Id)>, id: Id) -> impl Iterator<Item = Id> {
    let from = (id, Id::new(ReplicaId(0), 0));
    pairs.range(from..).take_while(move |(first, _)| *first == id).map(|(_, second)| *second)
}

/// What is final by a decision and those before it, whatever was decided since.
#[derive(Clone, Debug)]
pub struct Final<'a> {
    fixed: Fixed,
    undo: &'a Controls,
}

impl Final<'_> {
    /// The parts of `span` that are, and whether they are in effect: for ever, or never again. Ascending.
    pub fn parts(&self, span: Span) -> Vec<(Span, bool)> {
        let mut parts = Vec::new();
        for (range, horizon) in self.fixed.cut(span.replica, span.start..span.end) {
            if horizon.is_none() {
                continue;
            }
            for (part, off) in self.undo.cut_within(&self.fixed, span.replica, range) {
                parts.push((Span::new(span.replica, part.start, part.end), off.is_none()));
            }
        }
        parts
    }
}

impl View {
    /// What is final by a decision: one that was made, or that would be if it were made next.
    pub fn final_by(&self, log: &MultiLog, decision: Id) -> Final<'_> {
        Final { fixed: self.semantics.decisions.fixed_by(log, decision), undo: &self.undo }
    }

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
    pub fn poll(&self, log: &MultiLog) -> Option<Poll> {
        self.semantics.decisions.poll(log)
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

    /// The parts of `span` that nobody can undo any more, nor bring back: history was trimmed. Ascending.
    pub fn trimmed_parts(&self, span: Span) -> Vec<Span> {
        let parts = self.semantics.decisions.fixed().cut(span.replica, span.start..span.end).into_iter();
        parts
            .filter(|(_, horizon)| horizon.is_some())
            .map(|(part, _)| Span::new(span.replica, part.start, part.end))
            .collect()
    }

    /// The decisions by which history was trimmed, in order, each with what vouches for what stands in the place of what may be
    /// forgotten: bytes that nobody looked at yet.
    pub fn trims<'a>(&'a self, log: &'a MultiLog) -> impl DoubleEndedIterator<Item = (Id, &'a [u8])> {
        let fixed = self.semantics.decisions.fixed();
        fixed.horizons.iter().filter_map(|(by, _)| Some((*by, certificate(log, *by)?)))
    }

    /// The actions that gave way to what was decided before anybody who decided knew of them, ascending.
    pub fn frozen_out(&self) -> impl Iterator<Item = Span> {
        self.semantics.frozen_out()
    }
}

fn time(log: &MultiLog, id: Id) -> (Lamport, Id) {
    (log.lamport(id).expect("in the log"), id)
}
