//! Solving again what a change has a say in.

use super::answers::Effect;
use super::{Constraint, Fate, Loss, SemanticGraph, Tie};
use crate::decisions::Held;
use crate::policy::Policy;
use clock::{Id, SortedMap, SortedSet};
use log::{Rule, WEIGHT};
use reconcile::{Graph, Index, select};
use std::cmp::Reverse;
use std::sync::Arc;

/// A graph of some of the actions, and what its numbers mean.
#[derive(Default)]
struct Numbered {
    graph: Graph,
    /// In the order of their numbers.
    actions: Vec<Id>,
    numbers: SortedMap<Id, Index>,
    any_of: Vec<Id>,
    at_most: Vec<Tie>,
    /// Actions that an answer or a decision says are not to be active.
    refused: SortedMap<Id, Id>,
}

/// What the viewer wants of actions that cannot all be active, by the first elements of those that are tied.
struct Wishes<'a> {
    policy: &'a Policy,
    preferred: SortedSet<Id>,
    weights: SortedMap<Id, u16>,
}

impl<'a> Wishes<'a> {
    fn of(graph: &SemanticGraph, policy: &'a Policy) -> Self {
        let weigh = |(id, weight): (&Id, &u16)| graph.named([id]).next().map(|action| (action, (*weight).max(1)));
        Self {
            policy,
            preferred: graph.named(policy.preferred.iter()).collect(),
            weights: policy.weights.iter().filter_map(weigh).collect(),
        }
    }

    fn comes_first(&self, action: Id) -> bool {
        self.policy.mine_first.is_some() && self.policy.mine.contains(&action.replica)
    }
}

impl SemanticGraph {
    /// `ids`, of active elements in an order of their own, in an order that keeps to what was said of orders.
    pub fn schedule(&self, ids: &[Id]) -> Vec<Id> {
        let mut graph = Graph::new();
        let mut of: SortedMap<Id, Vec<Index>> = SortedMap::new();
        for id in ids {
            let at = graph.add(1);
            for action in self.named([id]) {
                of.entry(action).or_default().push(at);
            }
        }
        let numbers = |action: &Id| of.get(action).map_or(&[][..], Vec::as_slice);
        let mut is_kept = true;
        for id in self.constraints.keys() {
            let Some(Constraint { rule, actions, .. }) = self.in_force(*id) else { continue };
            for (&a, &b) in numbers(&actions[0]).iter().flat_map(|a| numbers(&actions[1]).iter().map(move |b| (a, b))) {
                match rule {
                    Rule::NotAfter | Rule::Causes => graph.not_after(a, b),
                    Rule::SoftOrder => graph.soft_order(a, b),
                    _ => continue,
                }
                is_kept &= a < b;
            }
            if *rule == Rule::Contiguous {
                let block: Vec<Index> = actions.iter().flat_map(|action| numbers(action).iter().copied()).collect();
                graph.contiguous(&block);
                is_kept = false;
            }
        }
        // Nearly always nothing was said that the order does not keep to anyway.
        if is_kept {
            return ids.to_vec();
        }
        reconcile::schedule(&graph, &select(&graph)).into_iter().map(|at| ids[at as usize]).collect()
    }

    /// Solves what is marked, and all that it has a say in; returns fates.
    pub(super) fn solve(&mut self, policy: &Policy) -> Vec<(Id, Fate)> {
        if self.marked.is_empty() {
            return Vec::new();
        }
        let (region, ties) = self.region();
        #[cfg(any(test, feature = "tiny"))]
        crate::effort::add(region.iter().count());
        self.marked.clear();
        let mut numbered = self.number(&region, &ties, &Wishes::of(self, policy));
        for &action in region.iter().filter(|action| self.vertices[action].is_barred) {
            numbered.graph.leave_out(numbered.numbers[&action]);
        }
        let selection = select(&numbered.graph);
        let mut near = vec![false; numbered.actions.len()];
        selection.near().iter().for_each(|&at| near[at as usize] = true);
        for tie in ties.iter() {
            let is_crowded = self.is_crowded(tie);
            match tie {
                Tie::Constraint(id) => {
                    self.constraints.get_mut(id).expect("tied by it").is_crowded = is_crowded;
                }
                Tie::Places(name) => self.claimed.get_mut(name).expect("tied by it").is_crowded = is_crowded,
                Tie::Related(a, b) if is_crowded => _ = self.crowded.insert((*a, *b)),
                Tie::Related(a, b) => _ = self.crowded.remove(&(*a, *b)),
                Tie::Answer(_) => {}
            }
        }
        let mut fates = Vec::new();
        for &action in region.iter() {
            let at = numbered.numbers[&action];
            let vertex = self.vertices.get_mut(&action).expect("in the graph");
            vertex.is_settled = selection.is_settled(at);
            vertex.is_near = near[at as usize];
            let fate = match numbered.fate(action, selection.fate(at)) {
                Fate::Out if vertex.is_present && (vertex.has_failed || vertex.is_barred) => Fate::Failed,
                Fate::Lost(Loss::Answer(by)) if vertex.held == Held::Out(by) => Fate::Lost(Loss::Decided(by)),
                fate => fate,
            };
            fates.push((action, fate));
        }
        fates
    }

    /// The actions that what is marked has a say in, and all that ties them. What an action needs, or comes after, goes its
    /// own way where nothing was to be chosen about it: nothing that follows from it can change that.
    fn region(&self) -> (SortedSet<Id>, SortedSet<Tie>) {
        let mut region = SortedSet::new();
        let mut ties = SortedSet::new();
        let mut open: Vec<Id> = Vec::new();
        for &action in self.marked.iter() {
            region.insert(action);
            open.push(action);
        }
        while let Some(action) = open.pop() {
            for tie in self.vertices[&action].ties.iter() {
                let is_new = ties.insert(tie.clone());
                self.follow(tie, action, is_new, |next| {
                    if region.insert(next) {
                        open.push(next);
                    }
                });
            }
        }
        (region, ties)
    }

    /// Calls `visit` with the actions that `action` has a say in, or that have a say in it, by `tie`, which was followed
    /// before or `is_new`.
    fn follow(&self, tie: &Tie, action: Id, is_new: bool, mut visit: impl FnMut(Id)) {
        let (rule, actions) = match tie {
            Tie::Constraint(id) => match self.in_force(*id) {
                Some(Constraint { rule, actions, .. }) => (*rule, actions),
                None => return,
            },
            Tie::Places(_) | Tie::Related(..) => {
                if is_new && self.may_bind(tie) {
                    self.members(tie).into_iter().for_each(visit);
                }
                return;
            }
            Tie::Answer(id) => {
                if is_new && let Some(answer) = self.answers.current(*id) {
                    answer.actions.iter().for_each(|&other| visit(other));
                }
                return;
            }
        };
        match rule {
            Rule::NonCommuting | Rule::SoftOrder => {}
            Rule::NotAfter | Rule::Enables | Rule::Causes if action == actions[0] => visit(actions[1]),
            Rule::NotAfter | Rule::Enables | Rule::Causes => self.unless_settled(actions[0], visit),
            Rule::AnyOf if action == actions[0] => {
                actions[1..].iter().for_each(|&other| self.unless_settled(other, &mut visit));
            }
            Rule::AnyOf => visit(actions[0]),
            Rule::AtMost(_) if !self.may_bind(tie) => {}
            Rule::AtMost(_) | Rule::Atomic | Rule::Contiguous | Rule::ExactlyOne => {
                if is_new {
                    actions.iter().for_each(|&other| visit(other));
                }
            }
        }
    }

    fn unless_settled(&self, action: Id, mut visit: impl FnMut(Id)) {
        if !self.vertices[&action].is_settled {
            visit(action);
        }
    }

    /// A constraint, where it counts and no answer says that it does not.
    pub(super) fn in_force(&self, id: Id) -> Option<&Constraint> {
        let constraint = self.constraints.get(&id).filter(|constraint| constraint.counts)?;
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::ForgetNeeds) && matches!(constraint.rule, Rule::Enables | Rule::Causes) {
            return None;
        }
        let is_waived = self.waivers(&constraint.actions).any(|within| within == constraint.actions.len());
        (!is_waived).then_some(constraint)
    }

    /// Of each answer that what ties just its actions does not count: how many of `actions` it is about.
    fn waivers(&self, actions: &[Id]) -> impl Iterator<Item = usize> {
        let mut answers = SortedSet::new();
        for action in actions {
            for id in self.answers_about(*action) {
                answers.insert(id);
            }
        }
        let answers: Vec<Id> = answers.iter().copied().collect();
        let current = answers.into_iter().filter_map(|id| self.answers.current(id));
        let waivers = current.filter(|answer| answer.effect() == Effect::Waive);
        waivers.map(|answer| actions.iter().filter(|action| answer.actions.binary_search(action).is_ok()).count())
    }

    /// The actions that want one of so many places, and count; ascending.
    fn members(&self, tie: &Tie) -> Vec<Id> {
        match tie {
            Tie::Constraint(id) => match self.in_force(*id) {
                Some(Constraint { rule: Rule::ExactlyOne, actions, .. }) => actions[1..].to_vec(),
                Some(Constraint { rule: Rule::AtMost(_), actions, .. }) => actions.clone(),
                _ => Vec::new(),
            },
            Tie::Places(name) => {
                let claims = self.claimed[name].claims.iter().map(|claim| &self.claims[claim]);
                let mut actions: Vec<Id> = claims.filter(|claim| claim.counts).map(|claim| claim.action).collect();
                #[cfg(feature = "fault-injection")]
                if fault::is_on(fault::Fault::OwnPlacesOnly) {
                    let first = actions.first().map(|action| action.replica);
                    actions.retain(|action| Some(action.replica) == first);
                }
                actions.sort_unstable();
                actions.dedup();
                actions
            }
            Tie::Related(a, b) => vec![*a, *b],
            Tie::Answer(_) => Vec::new(),
        }
    }

    /// How many places there are; for actions that an answer lets be active together, one more for each but one.
    pub(super) fn places(&self, tie: &Tie) -> u32 {
        let places = match tie {
            Tie::Constraint(id) => match self.constraints[id].rule {
                Rule::AtMost(max) => max,
                Rule::ExactlyOne => 1,
                _ => u32::MAX,
            },
            Tie::Places(name) => {
                let claims = self.claimed[name].claims.iter().map(|claim| &self.claims[claim]);
                claims.filter(|claim| claim.counts).map(|claim| claim.places).min().unwrap_or(u32::MAX)
            }
            Tie::Related(..) => 1,
            Tie::Answer(_) => u32::MAX,
        };
        let more: usize = self.waivers(&self.members(tie)).map(|within| within.saturating_sub(1)).sum();
        places.saturating_add(more as u32)
    }

    /// Whether there are, or were when it was last solved, fewer places than actions that want one.
    fn may_bind(&self, tie: &Tie) -> bool {
        let was_crowded = match tie {
            Tie::Constraint(id) => self.constraints[id].is_crowded,
            Tie::Places(name) => self.claimed[name].is_crowded,
            Tie::Related(a, b) => self.crowded.contains(&(*a, *b)),
            Tie::Answer(_) => false,
        };
        was_crowded || self.is_crowded(tie)
    }

    fn is_crowded(&self, tie: &Tie) -> bool {
        let present = self.members(tie).into_iter().filter(|action| self.vertices[action].is_present);
        present.count() > self.places(tie) as usize
    }

    /// How much an action matters to everybody, by its first element.
    pub(crate) fn weight(&self, action: Id) -> u16 {
        let Some(all) = self.vertices.get(&action).map(|vertex| &vertex.weights) else { return WEIGHT };
        let counting = || all.iter().map(|id| (*id, &self.weights[id])).filter(|(_, weight)| weight.counts);
        let mut replaced = SortedSet::new();
        let mut open: Vec<Id> = counting().flat_map(|(_, weight)| &weight.pred).copied().collect();
        while let Some(id) = open.pop() {
            if all.contains(&id) && replaced.insert(id) {
                open.extend(&self.weights[&id].pred);
            }
        }
        let current = counting().filter(|(id, _)| !replaced.contains(id));
        current.max_by_key(|(id, weight)| (weight.lamport, *id)).map_or(WEIGHT, |(_, weight)| weight.weight)
    }

    /// The actions of a region, with those beside it that it needs, as a graph.
    fn number(&self, region: &SortedSet<Id>, ties: &SortedSet<Tie>, wishes: &Wishes<'_>) -> Numbered {
        let mut actions: Vec<Id> = region.iter().copied().collect();
        for tie in ties.iter() {
            if let Tie::Constraint(id) = tie
                && let Some(constraint) = self.in_force(*id)
            {
                actions.extend(&constraint.actions);
            }
        }
        // Of equally good choices the one with the earliest action counts.
        actions.sort_unstable_by_key(|action| (self.vertices[action].lamport, *action));
        actions.dedup();
        let mut numbered = Numbered::default();
        self.answer(&mut numbered, ties, wishes, |numbered| {
            for &action in &actions {
                let vertex = &self.vertices[&action];
                let weight = wishes.weights.get(&action).copied().unwrap_or_else(|| self.weight(action));
                let at = numbered.graph.add(weight.into());
                if wishes.comes_first(action) {
                    numbered.graph.put_first(at);
                }
                if let Held::Out(by) = vertex.held {
                    numbered.refused.insert(action, by);
                }
                let may = vertex.is_present && !vertex.has_failed;
                let is_in = if region.contains(&action) { may } else { vertex.fate == Fate::Active };
                if !is_in || numbered.refused.contains_key(&action) {
                    numbered.graph.leave_out(at);
                }
                numbered.numbers.insert(action, at);
            }
        });
        // What is fixed was settled before whatever else was decided.
        for is_fixed in [false, true] {
            let decided = actions.iter().filter(|action| {
                let vertex = &self.vertices[action];
                vertex.held == Held::In && vertex.is_fixed == is_fixed
            });
            numbered.graph.pin_first(decided.map(|action| numbered.numbers[action]));
        }
        numbered.actions = actions;
        for tie in ties.iter() {
            self.add_tie(&mut numbered, tie);
        }
        numbered
    }

    /// Lets the answers have their effect, the latest first, with `add` called once it is known what is refused: what a
    /// later answer keeps, an earlier one cannot refuse.
    fn answer(
        &self,
        numbered: &mut Numbered,
        ties: &SortedSet<Tie>,
        wishes: &Wishes<'_>,
        add: impl FnOnce(&mut Numbered),
    ) {
        let current = ties.iter().filter_map(|tie| match tie {
            Tie::Answer(id) => Some((*id, self.answers.current(*id)?)),
            _ => None,
        });
        let mut answers: Vec<_> = current.collect();
        answers.sort_unstable_by_key(|(id, answer)| Reverse((answer.lamport, *id)));
        let mut kept: SortedSet<Id> = wishes.preferred.iter().copied().collect();
        let mut pins: Vec<Id> = wishes.preferred.iter().copied().collect();
        for (id, answer) in answers {
            match answer.effect() {
                Effect::Prefer => pins.extend(&answer.keep),
                Effect::Waive => {}
                Effect::Refuse => {
                    let is_open = |action: &&Id| !kept.contains(action) && self.vertices[action].held == Held::Free;
                    for &action in answer.actions.iter().filter(is_open) {
                        numbered.refused.entry(action).or_insert(id);
                    }
                }
            }
            for &action in &answer.keep {
                kept.insert(action);
            }
        }
        add(numbered);
        for pin in pins {
            if let Some(&at) = numbered.numbers.get(&pin) {
                numbered.graph.pin(at);
            }
        }
    }

    /// Everything that hangs together with some actions, by their first elements, as a graph: their connected components.
    pub(super) fn component(&self, policy: &Policy, of: &[Id]) -> (Graph, Vec<Id>) {
        let (mut region, mut ties): (SortedSet<Id>, SortedSet<Tie>) = Default::default();
        let mut open = of.to_vec();
        while let Some(action) = open.pop() {
            if !region.insert(action) {
                continue;
            }
            for tie in self.vertices[&action].ties.iter().filter(|tie| ties.insert((*tie).clone())) {
                match tie {
                    Tie::Constraint(id) => open.extend(self.in_force(*id).into_iter().flat_map(|of| &of.actions)),
                    Tie::Answer(id) => open.extend(self.answers.current(*id).into_iter().flat_map(|of| &of.actions)),
                    Tie::Places(_) | Tie::Related(..) => open.extend(self.members(tie)),
                }
            }
        }
        let numbered = self.number(&region, &ties, &Wishes::of(self, policy));
        (numbered.graph, numbered.actions)
    }

    fn add_tie(&self, numbered: &mut Numbered, tie: &Tie) {
        let Numbered { graph, numbers, any_of, at_most, .. } = numbered;
        let of = |actions: &[Id]| actions.iter().map(|action| numbers[action]).collect::<Vec<Index>>();
        if self.is_crowded(tie) {
            let members = self.members(tie);
            // Whoever says so later, what is fixed has its place.
            let taken = members.iter().filter(|action| self.is_settled_in(**action)).count();
            let places = self.places(tie).max(u32::try_from(taken).unwrap_or(u32::MAX));
            if graph.at_most(&of(&members), places).is_some() {
                at_most.push(tie.clone());
            }
        }
        let Tie::Constraint(id) = tie else { return };
        let Some(Constraint { rule, actions, .. }) = self.in_force(*id) else { return };
        let (fixed, open): (Vec<Id>, Vec<Id>) = actions.iter().partition(|action| self.vertices[action].is_fixed);
        let needs_nothing = |at: usize| fixed.contains(&actions[at]);
        // What is fixed needs nothing any more, and comes before nothing that is.
        match rule {
            _ if fixed.is_empty() => {}
            Rule::Atomic | Rule::Contiguous => {
                let open = of(&open);
                for fixed in of(&fixed) {
                    open.iter().for_each(|&at| graph.enables(fixed, at));
                }
                if open.len() > 1 {
                    graph.atomic(&open);
                }
                return;
            }
            Rule::NotAfter if open.is_empty() => return,
            Rule::Causes if needs_nothing(1) => {
                if !needs_nothing(0) {
                    graph.not_after(numbers[&actions[0]], numbers[&actions[1]]);
                }
                return;
            }
            Rule::Enables if needs_nothing(1) => return,
            Rule::AnyOf | Rule::ExactlyOne if needs_nothing(0) => return,
            _ => {}
        }
        if constrain(graph, *rule, &of(actions)).is_some() {
            any_of.push(*id);
        }
    }

    /// Whether an action is in, and nothing can change that.
    fn is_settled_in(&self, action: Id) -> bool {
        let vertex = &self.vertices[&action];
        vertex.is_fixed && vertex.held == Held::In && vertex.is_present && !vertex.has_failed && !vertex.is_barred
    }
}

/// Adds to a graph what a rule says of actions, but for how many may be active. Returns under which number
/// [`reconcile::Fate::Unmet`] names it, where that may.
pub(super) fn constrain(graph: &mut Graph, rule: Rule, of: &[Index]) -> Option<usize> {
    match rule {
        Rule::NotAfter => graph.not_after(of[0], of[1]),
        Rule::Enables => graph.enables(of[0], of[1]),
        Rule::Causes => graph.causes(of[0], of[1]),
        Rule::NonCommuting => graph.non_commuting(of[0], of[1]),
        Rule::SoftOrder => graph.soft_order(of[0], of[1]),
        Rule::Atomic => graph.atomic(of),
        Rule::Contiguous => graph.contiguous(of),
        Rule::AtMost(_) => {}
        Rule::AnyOf | Rule::ExactlyOne => return Some(graph.any_of(of[0], &of[1..])),
    }
    None
}

impl Numbered {
    fn fate(&self, action: Id, fate: &reconcile::Fate) -> Fate {
        let ids = |of: &[Index]| of.iter().map(|&at| self.actions[at as usize]).collect::<Vec<Id>>();
        match fate {
            reconcile::Fate::Active => Fate::Active,
            reconcile::Fate::Out => {
                self.refused.get(&action).map_or(Fate::Out, |answer| Fate::Lost(Loss::Answer(*answer)))
            }
            reconcile::Fate::Dependent { on } => Fate::Dependent(self.actions[*on as usize]),
            reconcile::Fate::Unmet { any_of } => Fate::Unmet(self.any_of[*any_of]),
            reconcile::Fate::Lost(reconcile::Loss::Circle(circle)) => Fate::Lost(Loss::Circle(ids(circle))),
            reconcile::Fate::Lost(reconcile::Loss::AtMost { at_most, by }) => {
                let by = ids(by);
                Fate::Lost(match &self.at_most[*at_most] {
                    Tie::Places(name) => Loss::Claim { name: Arc::clone(name), by },
                    Tie::Related(a, b) => Loss::Related(if *a == action { *b } else { *a }),
                    Tie::Constraint(id) | Tie::Answer(id) => Loss::Constraint { constraint: *id, by },
                })
            }
        }
    }
}
