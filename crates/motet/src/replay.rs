//! Applications with operations of their own: done in order on a state of their own, from checkpoints.
//!
//! An [`Application`] says what its operations do; a [`Replay`] keeps its state in step with a document, in which each operation
//! lies in a list, as bytes. So they replicate, are undone, held back, tied by constraints and answered for like all else.
//! What an operation finds that it cannot do makes its action fail: nothing of it is active, nor is what needs it.
//!
//! ```
//! use motet::{Application, Document, Replay, ReplicaId};
//! #[derive(Clone, Default)]
//! struct Account(i64);
//! impl Application for Account {
//!     type Op = i64;
//!     fn read(bytes: &[u8]) -> Option<i64> {
//!         Some(i64::from_le_bytes(bytes.try_into().ok()?))
//!     }
//!     fn apply(&mut self, amount: &i64) -> Result<(), String> {
//!         self.0 += amount;
//!         if self.0 < 0 { Err("there is not enough".to_owned()) } else { Ok(()) }
//!     }
//! }
//! let mut document = Document::new(ReplicaId(1));
//! let mut account = Replay::<Account>::new("account");
//! for amount in [100_i64, -70, -40] {
//!     document.edit(0, |edit| _ = edit.perform("account", &amount.to_le_bytes()));
//! }
//! account.update(&mut document);
//! assert_eq!(account.state().0, 30);
//! assert_eq!(account.failed().count(), 1);
//! ```

mod related;

use crate::{Document, Edit, Patch};
use clock::{Id, Lamport, SortedMap, SortedSet, Span, VersionVector};
use log::{ContainerId, Decider, Kind, Value};
use related::Related;
use view::{Grade, Policy};

/// A state, and the operations on it.
pub trait Application: Clone + Default {
    /// One operation.
    type Op;

    /// Reads an operation that anybody may have written; what is none is left out.
    fn read(bytes: &[u8]) -> Option<Self::Op>;

    /// Does it: the same on equal states, everywhere, without a look at anything else.
    ///
    /// # Errors
    /// With the reason where it cannot be done in this state; what it did to the state before it found out is forgotten.
    fn apply(&mut self, op: &Self::Op) -> Result<(), String>;

    /// What an operation touches, by names of the application's choice: of two that share none nothing is ever asked. None by
    /// default.
    fn footprint(_op: &Self::Op) -> Vec<String> {
        Vec::new()
    }

    /// The newest version of what [`Application::relate`] says, counted from 1. A document goes by the first until somebody raises it,
    /// see [`Replay::raise`].
    const RELATIONS: u32 = 1;

    /// How much two operations that share a part of their footprint have to do with each other, whose authors knew of neither: the
    /// same whichever comes first, and of one version the same everywhere and for ever. Of two in [`Grade::Conflict`] at most one is
    /// active; all others are done one after the other. [`wrong_relations`] finds where they should not be.
    fn relate(_version: u32, _a: &Self::Op, _b: &Self::Op) -> Grade {
        Grade::Commute
    }

    /// Whether an author may do it: who they are is known where the document is a [`crate::Replica`]'s. What nobody could do and what
    /// its author must not are treated alike, wherever the application runs.
    ///
    /// # Errors
    /// With the reason where they may not.
    fn authorize(_op: &Self::Op, _author: Option<Decider>) -> Result<(), String> {
        Ok(())
    }
}

/// What an update of a replay changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// From which of the operations done on they are others than before.
    pub schedule_from: usize,
    /// What changed in the document.
    pub patch: Patch,
    /// Actions that give way to others by now and did not before, ascending.
    pub lost: Vec<Span>,
    /// Actions that gave way before, and do not any more.
    pub regained: Vec<Span>,
    /// What was decided for good since.
    pub decisions: Vec<Id>,
}

/// How many operations lie between the newest checkpoints.
const STEP: usize = 16;

/// An operation in its place.
struct Step<O> {
    id: Id,
    op: Option<O>,
    /// Why it could not be done.
    failure: Option<String>,
}

/// The state of an application, kept in step with a document.
pub struct Replay<M: Application> {
    name: String,
    list: ContainerId,
    /// What is active, in order; what could not be done and is tied to nothing has its place there too.
    steps: Vec<Step<M::Op>>,
    failures: SortedMap<Id, String>,
    state: M,
    /// States before some of the steps: every so many, with fewer the older they are.
    ladder: SortedMap<usize, M>,
    /// How many steps are done.
    done: usize,
    /// What the document was like after the last update.
    seen: Option<(VersionVector, Policy)>,
    related: Related,
    /// What gave way, and what was decided, by the last update.
    lost: SortedSet<Span>,
    decided: Vec<Id>,
}

impl<M: Application> Replay<M> {
    /// The state that no operation was done on, of the application `name` in any document.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            list: list_of(name),
            steps: Vec::new(),
            failures: SortedMap::new(),
            state: M::default(),
            ladder: SortedMap::new(),
            done: 0,
            seen: None,
            related: Related::of(1),
            lost: SortedSet::new(),
            decided: Vec::new(),
        }
    }

    /// The state after all operations that are active.
    pub fn state(&self) -> &M {
        &self.state
    }

    /// By which version of [`Application::relate`] a document goes: the greatest that anybody raised it to. One that this program does
    /// not know is of a later one, which may choose otherwise; this one goes by the newest that it knows.
    pub fn version_in(&self, document: &Document) -> u32 {
        let map = document.model().map(relations());
        let raised = map.into_iter().flat_map(|map| map.heads(&self.name)).filter_map(|(_, value)| match value {
            Some(Value::Text(version)) => version.parse().ok(),
            _ => None,
        });
        raised.fold(1, u32::max)
    }

    /// Lets a document go by the newest version of [`Application::relate`] that this program knows, for everybody, as of `time`;
    /// undone as any other change. None where it does already, or by a later one.
    pub fn raise(&self, document: &mut Document, time: i64) -> Option<Span> {
        let is_less = self.version_in(document) < M::RELATIONS;
        let version = Value::Text(M::RELATIONS.to_string());
        if is_less { document.edit(time, |edit| edit.set(relations(), &self.name, version)) } else { None }
    }

    /// The operations that were done, in order.
    pub fn schedule(&self) -> impl Iterator<Item = Id> {
        self.steps.iter().filter(|step| step.failure.is_none()).map(|step| step.id)
    }

    /// The operations that could not be done, and why; ascending.
    pub fn failed(&self) -> impl Iterator<Item = (Id, &str)> {
        self.failures.iter().map(|(&id, why)| (id, why.as_str()))
    }

    /// Lets exclude each other what [`Application::relate`] says does, does what is new, from the first operation on that is another
    /// than before, and lets fail in the document what could not be done. Returns what that changed.
    pub fn update(&mut self, document: &mut Document) -> Update {
        let mut patch = Patch::default();
        let version = self.version_in(document).min(M::RELATIONS);
        let is_anew = version != self.related.version();
        if is_anew {
            self.related = Related::of(version);
        }
        document.relate((&self.related.settle::<M>(document.log(), self.list), is_anew), &mut patch);
        let schedule_from = self.bring_up_to_date(document, &mut patch);
        let lost: SortedSet<Span> = document.view().lost().map(|(span, _)| span).collect();
        let decided = document.decisions().to_vec();
        let without = |one: &SortedSet<Span>, other: &SortedSet<Span>| -> Vec<Span> {
            one.iter().copied().filter(|span| !other.contains(span)).collect()
        };
        let (newly, regained) = (without(&lost, &self.lost), without(&self.lost, &lost));
        let decisions = decided.iter().copied().filter(|id| !self.decided.contains(id)).collect();
        (self.lost, self.decided) = (lost, decided);
        Update { schedule_from, patch, lost: newly, regained, decisions }
    }

    fn bring_up_to_date(&mut self, document: &mut Document, patch: &mut Patch) -> usize {
        if self.is_up_to_date(document) {
            return self.steps.len();
        }
        // What failed before is tried again, and what made room for it is chosen anew: the outcome is that of doing all of it
        // from nothing.
        document.set_failed(&SortedSet::new(), patch);
        let (mut tied, mut first) = (SortedMap::new(), usize::MAX);
        loop {
            first = first.min(self.rewind(document));
            let Some((id, why)) = self.run(document) else { break };
            // Where it is tied to others the choice is another without it.
            tied.insert(id, why);
            document.set_failed(&tied.keys().copied().collect(), patch);
        }
        let untied = self.steps.iter().filter_map(|step| Some((step.id, step.failure.clone()?)));
        self.failures = tied.iter().map(|(&id, why)| (id, why.clone())).chain(untied).collect();
        document.set_failed(&self.failures.keys().copied().collect(), patch);
        self.seen = Some((document.version(), document.view().policy().clone()));
        first
    }

    fn is_up_to_date(&self, document: &Document) -> bool {
        if self.failures.is_empty() {
            return self.schedule().eq(document.order_of(self.list));
        }
        // Without those that failed another choice might be made by now, though nothing that shows has changed.
        self.seen
            .as_ref()
            .is_some_and(|(version, policy)| *version == document.version() && policy == document.view().policy())
    }

    /// Makes the steps what is active, undone from the first that differs on; returns where that is.
    fn rewind(&mut self, document: &Document) -> usize {
        let order = document.order_of(self.list);
        // What failed while nothing was said of it, and is tied by now, is looked at again.
        let is_tied_by_now = |step: &Step<M::Op>| step.failure.is_some() && document.view().is_tied(step.id);
        let is_same = |(id, step): &(&Id, &Step<M::Op>)| **id == step.id && !is_tied_by_now(step);
        let same = order.iter().zip(&self.steps).take_while(is_same).count();
        self.steps.truncate(same);
        self.ladder.retain(|&at, _| at <= same.min(self.done));
        let values: SortedMap<Id, &Value> = document.list_items(self.list).collect();
        for id in &order[same..] {
            let op = if let Value::Bytes(bytes) = values[id] { M::read(bytes) } else { None };
            self.steps.push(Step { id: *id, op, failure: None });
        }
        self.done = self.done.min(same);
        self.state = self.replayed(self.done);
        same
    }

    /// The state before step `at`: from a checkpoint on, which is not far.
    fn replayed(&self, at: usize) -> M {
        let (from, mut state) = self
            .ladder
            .range(..=at)
            .next_back()
            .map_or_else(|| (0, M::default()), |(&from, state)| (from, state.clone()));
        for step in self.steps[from..at].iter().filter(|step| step.failure.is_none()) {
            if let Some(op) = &step.op {
                state.apply(op).expect("it could be done on an equal state");
            }
        }
        state
    }

    /// Does the steps that were not done yet. Returns the first that could not be and is tied to others, and why.
    fn run(&mut self, document: &Document) -> Option<(Id, String)> {
        for at in self.done..self.steps.len() {
            self.keep(at);
            let step = &self.steps[at];
            let author = document.view().author(step.id.replica);
            let attempt = |op| M::authorize(op, author).and_then(|()| self.state.apply(op));
            let outcome = step.op.as_ref().map_or_else(|| Err(UNREADABLE.to_owned()), attempt);
            let Err(why) = outcome else { continue };
            if document.view().is_tied(step.id) {
                self.done = at;
                return Some((step.id, why));
            }
            self.steps[at].failure = Some(why);
            // What it did before it found out is forgotten.
            self.state = self.replayed(at);
        }
        self.done = self.steps.len();
        None
    }

    /// Keeps a checkpoint before step `at`, and of older ones those whose distance to it doubles.
    fn keep(&mut self, at: usize) {
        if at == 0 || !at.is_multiple_of(STEP) || self.ladder.contains_key(&at) {
            return;
        }
        self.ladder.insert(at, self.state.clone());
        let is_kept = |kept: usize| {
            let age = (at - kept) / STEP;
            (kept / STEP).is_multiple_of(1 << (age.max(1).ilog2()))
        };
        self.ladder.retain(|&kept, _| is_kept(kept));
    }
}

/// Pairs of `ops`, by their places, that `do_commute` claims to commute although on one of `states` they do not: in one order
/// they lead elsewhere, or to another of them failing. What an application says of its operations, its tests ask here.
pub fn wrong_claims<M: Application + PartialEq>(
    states: &[M],
    ops: &[M::Op],
    do_commute: impl Fn(&M::Op, &M::Op) -> bool,
) -> Vec<(usize, usize)> {
    let both = |state: &M, first: &M::Op, second: &M::Op| {
        let mut state = state.clone();
        let mut attempt = |op: &M::Op| {
            let mut next = state.clone();
            let is_done = next.apply(op).is_ok();
            if is_done {
                state = next;
            }
            is_done
        };
        let outcomes = (attempt(first), attempt(second));
        (outcomes, state)
    };
    let is_wrong = |a: &M::Op, b: &M::Op| {
        states.iter().any(|state| {
            let ((a_first, b_then), one) = both(state, a, b);
            let ((b_first, a_then), other) = both(state, b, a);
            (a_first, b_then) != (a_then, b_first) || one != other
        })
    };
    let pairs = (0..ops.len()).flat_map(|a| (0..a).map(move |b| (b, a)));
    pairs.filter(|&(a, b)| do_commute(&ops[a], &ops[b]) && is_wrong(&ops[a], &ops[b])).collect()
}

/// Pairs of `ops`, by their places, of which [`Application::footprint`] and [`Application::relate`] say that they commute although on
/// one of `states` they do not, as [`wrong_claims`] finds them; and those for which [`Application::relate`] says one thing of the
/// first and the second and another of the second and the first.
pub fn wrong_relations<M: Application + PartialEq>(states: &[M], ops: &[M::Op]) -> Vec<(usize, usize)> {
    let shares = |a: &M::Op, b: &M::Op| {
        let names = M::footprint(b);
        M::footprint(a).iter().any(|name| names.contains(name))
    };
    let do_commute = |a: &M::Op, b: &M::Op| !shares(a, b) || M::relate(M::RELATIONS, a, b) == Grade::Commute;
    let relate = |a: &M::Op, b: &M::Op| M::relate(M::RELATIONS, a, b);
    let mut wrong = wrong_claims(states, ops, do_commute);
    let pairs = (0..ops.len()).flat_map(|a| (0..a).map(move |b| (b, a)));
    wrong.extend(pairs.filter(|&(a, b)| relate(&ops[a], &ops[b]) != relate(&ops[b], &ops[a])));
    wrong.sort_unstable();
    wrong.dedup();
    wrong
}

const UNREADABLE: &str = "it is none of the operations that this version knows";

/// By which version of their relations the applications of a document go, by their names. It is beside the work.
pub(crate) fn relations() -> ContainerId {
    ContainerId::root(Kind::Map, "motet.relations")
}

fn list_of(name: &str) -> ContainerId {
    ContainerId::root(Kind::List, name)
}

impl Edit<'_> {
    /// Performs an operation of the application `name`; it counts for whoever keeps a [`Replay`] of that. Returns its name.
    pub fn perform(&mut self, name: &str, op: &[u8]) -> Option<Id> {
        let list = list_of(name);
        let end = self.document().list_len(list);
        self.list_insert(list, end, &[Value::Bytes(op.into())])
    }
}

impl Document {
    /// The active items of a list, in the order in which they are done.
    fn order_of(&self, list: ContainerId) -> Vec<Id> {
        let mut ids: Vec<(Lamport, Id)> =
            self.list_items(list).map(|(id, _)| (self.log().lamport(id).expect("shown, so here"), id)).collect();
        ids.sort_unstable();
        let ids: Vec<Id> = ids.into_iter().map(|(_, id)| id).collect();
        self.view().schedule(&ids)
    }

    /// Lets pairs of actions, by any of their elements, exclude each other from now on, beside those that did or instead of them. What
    /// changed is added to `patch`.
    fn relate(&mut self, pairs: (&[(Id, Id)], bool), patch: &mut Patch) {
        if pairs == (&[], false) {
            return;
        }
        self.wake();
        self.view.relate(&self.log, pairs, self.model.awoken_mut(), Some(patch));
    }

    /// Lets just the actions of these elements be such as an application could not do. What changed is added to `patch`.
    pub fn set_failed(&mut self, failed: &SortedSet<Id>, patch: &mut Patch) {
        self.wake();
        self.view.set_failed(&self.log, failed, self.model.awoken_mut(), Some(patch));
    }
}
