//! The set of actions, and the standing of every element.

use crate::registers::{Writes, unreplaced};
use crate::{Policy, Standing};
use clock::{Id, Lamport, ReplicaId, Seq, Span, VersionVector};
use log::{Action, Decider, Op, Register};
use std::collections::{BTreeMap, BTreeSet};

/// A set of actions, and everything that follows from it.
///
/// Invariant: the complete actions of every replica run from zero without a gap, and their parents are
/// complete; no action that waits could be complete.
#[derive(Clone, Debug, Default)]
pub struct Naive {
    /// Actions whose whole past is here, by first element.
    complete: BTreeMap<Id, Action>,
    /// Actions that something is missing for, by first element. They have no effect.
    waiting: BTreeMap<Id, Action>,
    /// Who writes as which replica, as far as anybody asks.
    pub(crate) authors: BTreeMap<ReplicaId, Decider>,
}

/// One element: the op that made it, and which of the op's elements it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub id: Id,
    pub op: &'a Op,
    pub offset: Seq,
}

impl Element<'_> {
    pub fn is_control(&self) -> bool {
        matches!(self.op, Op::Control { .. })
    }

    /// Whether undo has no effect on it.
    pub fn is_undo(&self) -> bool {
        matches!(self.op, Op::Control { register: Register::Undo, .. })
    }

    /// Whether it has its effect whatever becomes of its action by what actions mean together.
    pub fn holds(&self) -> bool {
        self.is_control() || self.op.as_op_ref().is_declaration()
    }
}

/// One write to the registers of its targets.
struct Control<'a> {
    id: Id,
    register: Register,
    on: bool,
    targets: &'a [Span],
    pred: &'a [Id],
}

impl Naive {
    /// The empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says who writes as a replica.
    pub fn note_author(&mut self, replica: ReplicaId, author: Decider) {
        self.authors.insert(replica, author);
    }

    /// Adds an action, in any order, any number of times. Panics where another one stands under its id.
    pub fn receive(&mut self, action: Action) {
        if let Some(known) = self.complete.get(&action.id).or(self.waiting.get(&action.id)) {
            assert_eq!(*known, action, "two actions under one id");
            return;
        }
        self.waiting.insert(action.id, action);
        while let Some(id) = self.waiting.values().find(|action| self.is_ready(action)).map(|action| action.id) {
            let action = self.waiting.remove(&id).expect("just found");
            self.complete.insert(id, action);
        }
    }

    fn is_ready(&self, action: &Action) -> bool {
        let version = self.version();
        action.id.seq == version.end(action.id.replica) && action.parents.iter().all(|&parent| version.contains(parent))
    }

    /// The complete actions, ascending by id.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.complete.values()
    }

    /// The actions that something is missing for, ascending by id.
    pub fn waiting(&self) -> impl Iterator<Item = &Action> {
        self.waiting.values()
    }

    /// Whether the action that begins with `id` was received, complete or not.
    pub fn has(&self, id: Id) -> bool {
        self.complete.contains_key(&id) || self.waiting.contains_key(&id)
    }

    /// What the complete actions cover.
    pub fn version(&self) -> VersionVector {
        self.actions().map(|action| (action.id.replica, action.span().end)).collect()
    }

    /// One past the last complete counter of `replica`.
    pub fn end(&self, replica: ReplicaId) -> Seq {
        self.version().end(replica)
    }

    /// The last elements of the complete actions that no complete action has for a parent, ascending.
    pub fn frontier(&self) -> Vec<Id> {
        let is_parent = |span: Span| self.actions().any(|action| action.parents.iter().any(|&id| span.contains(id)));
        self.actions().map(Action::span).filter(|&span| !is_parent(span)).map(|span| span.last()).collect()
    }

    /// The complete action that made `id`.
    pub fn action_of(&self, id: Id) -> Option<&Action> {
        self.actions().find(|action| action.span().contains(id))
    }

    /// The logical time of `id`, where it is complete.
    pub fn lamport(&self, id: Id) -> Option<Lamport> {
        self.action_of(id).map(|action| action.lamport)
    }

    /// The version of everything that the action of `id` follows, itself included. Panics where `id` is
    /// not complete.
    pub fn past(&self, id: Id) -> VersionVector {
        let mut past = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let action = self.action_of(id).expect("the past of a complete action is complete");
            if past.insert(action.span()) {
                open.extend(&action.parents);
                open.extend(action.id.seq.checked_sub(1).map(|seq| Id::new(id.replica, seq)));
            }
        }
        past.into_iter().map(|span| (span.replica, span.end)).collect()
    }

    /// The elements of the complete action that begins with `id`.
    pub(crate) fn elements_of(&self, id: Id) -> Vec<Element<'_>> {
        self.complete.get(&id).map_or_else(Vec::new, elements_of)
    }

    /// Every complete element, ascending by id.
    pub(crate) fn elements(&self) -> Vec<Element<'_>> {
        self.actions().flat_map(elements_of).collect()
    }

    /// The standing of `id` in a view.
    pub fn standing(&self, id: Id, policy: &Policy) -> Standing {
        self.standings(policy).get(&id).copied().unwrap_or(Standing::OutOfRange)
    }

    /// The standing of every complete element in a view.
    pub fn standings(&self, policy: &Policy) -> BTreeMap<Id, Standing> {
        let controls = self.controls_in_effect(policy);
        let base = |element: Element<'_>| self.standing_alone(element, &controls, policy);
        let mut standings: BTreeMap<Id, Standing> =
            self.elements().into_iter().map(|element| (element.id, base(element))).collect();
        let counts =
            standings.iter().filter(|(_, standing)| **standing == Standing::Active).map(|(id, _)| *id).collect();
        for action in self.rejected(&counts, policy) {
            for element in self.elements_of(action).into_iter().filter(|element| !element.holds()) {
                if counts.contains(&element.id) {
                    standings.insert(element.id, Standing::Rejected);
                }
            }
        }
        standings
    }

    /// The controls of a register of `id` that are in effect and that none in effect replaces, ascending. Undo and redo
    /// themselves have none of undo.
    pub fn control_heads(&self, id: Id, register: Register, policy: &Policy) -> Vec<Id> {
        if register == Register::Undo && self.elements().iter().any(|element| element.id == id && element.is_undo()) {
            return Vec::new();
        }
        heads(id, register, &self.controls_in_effect(policy)).map(|control| control.id).collect()
    }

    /// When what is accepted in a view was: by the first of the controls that say so.
    pub(crate) fn accepted(&self, policy: &Policy) -> BTreeMap<Id, Lamport> {
        let controls = self.controls_in_effect(policy);
        let proposed = self.actions().filter(|action| action.proposal.is_some()).flat_map(elements_of);
        let accepted = |element: Element<'_>| {
            let heads: Vec<&Control<'_>> = heads(element.id, Register::Accept, &controls).collect();
            let is_accepted = heads.iter().all(|control| control.on);
            let first = heads.iter().filter_map(|control| self.lamport(control.id)).min();
            first.filter(|_| is_accepted).map(|lamport| (element.id, lamport))
        };
        proposed.filter_map(accepted).collect()
    }

    /// Every control with whether it is in effect: it is where its own element stands as active. Whether it does is for
    /// controls to say that were written later, so this comes to rest.
    fn controls_in_effect(&self, policy: &Policy) -> Controls<'_> {
        let elements: Vec<Element<'_>> = self.elements().into_iter().filter(|element| element.is_control()).collect();
        let mut controls = Controls {
            all: elements.iter().map(as_control).collect(),
            in_effect: BTreeSet::new(),
            fixed: self.fixed(policy),
        };
        loop {
            let active = |element: &&Element<'_>| self.standing_alone(**element, &controls, policy) == Standing::Active;
            let in_effect = elements.iter().filter(active).map(|element| element.id).collect();
            if in_effect == controls.in_effect {
                return controls;
            }
            controls.in_effect = in_effect;
        }
    }

    /// The actions that nobody can undo any more, and within what those are that did in time.
    fn fixed(&self, policy: &Policy) -> Vec<(Span, VersionVector)> {
        // Who decides what is worked out only where anybody says so: it takes long.
        if !self.elements().iter().any(|element| matches!(element.op, Op::Trim { .. })) {
            return Vec::new();
        }
        let fixed = self.decided(policy).fixed.into_iter();
        fixed.map(|(action, horizon)| (self.action_of(action).expect("complete").span(), horizon)).collect()
    }

    /// The standing of an element but for what actions mean together.
    fn standing_alone(&self, element: Element<'_>, controls: &Controls<'_>, policy: &Policy) -> Standing {
        if !policy.is_in_range(element.id) {
            Standing::OutOfRange
        } else if policy.is_filtered(element.id) {
            Standing::Filtered
        } else if !element.is_undo() && !is_on(element.id, controls) {
            Standing::Undone
        } else if !self.is_let_in(element.id, controls, policy) {
            Standing::Proposed
        } else {
            Standing::Active
        }
    }

    /// Whether it was never only proposed, is accepted, or is open and the view shows that.
    fn is_let_in(&self, id: Id, controls: &Controls<'_>, policy: &Policy) -> bool {
        let Some(proposal) = self.action_of(id).and_then(|action| action.proposal) else { return true };
        let decisions: Vec<bool> = heads(id, Register::Accept, controls).map(|control| control.on).collect();
        match decisions[..] {
            [] => policy.includes(id.replica, proposal),
            _ => decisions.into_iter().all(|accepts| accepts),
        }
    }
}

/// All controls, and those in effect.
struct Controls<'a> {
    all: Vec<Control<'a>>,
    in_effect: BTreeSet<Id>,
    fixed: Vec<(Span, VersionVector)>,
}

fn elements_of(action: &Action) -> Vec<Element<'_>> {
    let each = action.ops.iter().flat_map(|op| (0..op.len()).map(move |offset| (op, offset)));
    each.zip(0..).map(|((op, offset), n)| Element { id: action.id.plus(n), op, offset }).collect()
}

fn as_control<'a>(element: &Element<'a>) -> Control<'a> {
    match element.op {
        Op::Control { register, on, targets, pred } => {
            Control { id: element.id, register: *register, on: *on, targets, pred }
        }
        other => panic!("no control: {other:?}"),
    }
}

/// Off wins among the writes that nobody replaced; never written is on.
fn is_on(id: Id, controls: &Controls<'_>) -> bool {
    let horizon = controls.fixed.iter().find(|(span, _)| span.contains(id)).map(|(_, horizon)| horizon);
    let counts = |control: Id| horizon.is_none_or(|horizon| horizon.contains(control));
    heads_among(id, Register::Undo, controls, counts).all(|control| control.on)
}

/// The writes to a register of `id` that count. Only controls that name `id` among their targets are
/// writes of its register, and only those carry replacement further.
fn heads<'a>(id: Id, register: Register, controls: &'a Controls<'a>) -> impl Iterator<Item = &'a Control<'a>> {
    heads_among(id, register, controls, |_| true)
}

/// The same, of some controls as if there were no others.
fn heads_among<'a>(
    id: Id,
    register: Register,
    controls: &'a Controls<'a>,
    counts: impl Fn(Id) -> bool,
) -> impl Iterator<Item = &'a Control<'a>> {
    let on_this = |control: &&Control<'_>| {
        control.register == register && counts(control.id) && control.targets.iter().any(|span| span.contains(id))
    };
    let writes: Writes<'_> = controls.all.iter().filter(on_this).map(|control| (control.id, control.pred)).collect();
    let heads = unreplaced(&writes, |control| controls.in_effect.contains(&control));
    controls.all.iter().filter(move |control| heads.contains(&control.id))
}
