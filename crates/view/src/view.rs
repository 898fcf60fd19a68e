//! Which actions are active, kept up to date while logs grow and choices change.

use crate::base::{Base, Candidates, Classified, Inactive};
use crate::controls::Controls;
use crate::overlaps::{Overlap, Overlaps};
use crate::parts::Parts;
use crate::policy::{Excluded, Policy};
use crate::precedence::{Precedence, Wish, has_effect};
use crate::proposals::{Decision, Proposals};
use crate::semantics::{Fate, Loss, Part, SemanticGraph};
use clock::{Id, Lamport, RangeMap, ReplicaId, Seq, SortedMap, SortedSet, Span, VersionVector};
use log::{ContainerId, MultiLog, OpRef, Proposal, Register};
use model::{Model, ModelBuilder, Patch};
use std::collections::BinaryHeap;
use std::ops::Range;

/// What became of an element in a view, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Left out by a choice of the viewer.
    Excluded(Excluded),
    /// Undone, by this control.
    Undone(Id),
    /// Only proposed: rejected, or open and of what the view does not show; [`View::why`] says which.
    Proposed,
    /// Of an action that an application could not do.
    Failed,
    /// Of an action that needs others, which are not active: [`View::why`] says which.
    Dependent,
    /// Of an action that gave way to others: [`View::why`] says to which. Also a move that would put a node below itself;
    /// which moves these are only the model knows, so a [`View`] by itself calls them active.
    Lost,
    /// In effect.
    Active,
}

/// Why an element stands as it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Left out by a choice of the viewer.
    Excluded(Excluded),
    /// Undone, by this control.
    Undone(Id),
    /// It is only proposed.
    Proposed {
        /// The control that rejected it; none while it is open.
        rejected: Option<Id>,
        /// The draft that it is a part of, where it is no suggestion.
        draft: Option<Id>,
    },
    /// An application could not do its action.
    Failed,
    /// Its action needs this one, named by its first element, which is not active.
    Dependent(Id),
    /// Its action needs one of those that this constraint lists, and none of them is active.
    Unmet(Id),
    /// Its action gave way.
    Lost(Loss),
    /// Nothing is against it.
    Active,
}

/// A part of a log whose standing went from active to not, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toggle {
    /// The elements.
    pub span: Span,
    /// Whether they are active now.
    pub on: bool,
}

/// How many runs of ops are worth a new model; few under test, so that both ways are taken.
const REBUILD_MIN: usize = if cfg!(any(test, feature = "tiny")) { 3 } else { 64 };
/// What share of a model's runs has to be new for it to be made anew: taking a run in where others are
/// takes about as many times as long as building with it.
const REBUILD_SHARE: usize = 8;

/// A choice of active actions.
///
/// Invariant: `inactive` says of every element of the log what [`View::standing`] would find from
/// scratch.
#[derive(Clone, Debug, Default)]
pub struct View {
    policy: Policy,
    /// Whether the policy leaves out anything, asked with every key.
    is_partial: bool,
    /// What the parts that the policy holds came to.
    parts: Parts,
    pub(crate) undo: Controls,
    precedence: Precedence,
    proposals: Proposals,
    pub(crate) semantics: SemanticGraph,
    inactive: SortedMap<ReplicaId, RangeMap<Inactive>>,
    /// What of others' beside the viewer's own shows, where that is asked for.
    overlaps: Option<Box<Overlaps>>,
    /// When what is accepted takes effect, by op, where that decides which of several wins.
    late: SortedMap<Id, Lamport>,
}

/// What says which elements are left out, undone or only proposed: borrowed field by field, so that the semantic graph
/// can be changed meanwhile.
macro_rules! base {
    ($view:expr) => {
        Base { policy: &$view.policy, parts: &$view.parts, undo: &$view.undo, proposals: &$view.proposals }
    };
}

/// The same, and what gives way to the viewer's own.
macro_rules! candidates {
    ($view:expr) => {
        Candidates { base: base!($view), precedence: &$view.precedence }
    };
}

/// What of one replica's elements is not active.
pub(crate) struct InactiveParts<'a>(Option<&'a RangeMap<Inactive>>);

impl InactiveParts<'_> {
    /// The parts of `range` that are not active.
    pub fn parts(&self, range: Range<Seq>) -> Vec<Range<Seq>> {
        let Some(runs) = self.0 else { return Vec::new() };
        runs.cut(range).into_iter().filter(|(_, why)| why.is_some()).map(|(part, _)| part).collect()
    }
}

impl View {
    /// A view that leaves out nothing, over an empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it leaves out.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether it is what everybody sees who chose nothing.
    pub fn is_shared(&self) -> bool {
        self.policy.is_shared() && !self.semantics.has_own()
    }

    /// Whether it leaves nothing out but what was undone.
    #[inline]
    pub fn is_plain(&self) -> bool {
        !self.is_partial
    }

    /// What became of an element of the log.
    pub fn standing(&self, id: Id) -> Standing {
        match self.inactive.get(&id.replica).and_then(|runs| runs.get(id.seq)) {
            None => Standing::Active,
            Some(Inactive::Excluded(why)) => Standing::Excluded(*why),
            Some(Inactive::Undone(by)) => Standing::Undone(*by),
            Some(Inactive::Proposed(_)) => Standing::Proposed,
            Some(Inactive::Failed) => Standing::Failed,
            Some(Inactive::Dependent) => Standing::Dependent,
            Some(Inactive::Lost) => Standing::Lost,
        }
    }

    /// `span` cut into parts of equal standing, ascending.
    pub fn standings(&self, span: Span) -> Vec<(Span, Standing)> {
        let part = |range: Range<Seq>| Span::new(span.replica, range.start, range.end);
        match self.inactive.get(&span.replica) {
            None => vec![(span, Standing::Active)],
            Some(runs) => runs
                .cut(span.start..span.end)
                .into_iter()
                .map(|(range, _)| {
                    let start = range.start;
                    (part(range), self.standing(Id::new(span.replica, start)))
                })
                .collect(),
        }
    }

    /// What the viewer's own choices leave out of the log: what an author working in this view has not
    /// seen. Ascending.
    pub fn unseen(&self) -> Vec<Span> {
        let mut unseen = Vec::new();
        for (&replica, runs) in &self.inactive {
            for (range, why) in runs.iter() {
                if matches!(why, Inactive::Excluded(_)) {
                    push_joined(&mut unseen, Span::new(replica, range.start, range.end));
                }
            }
        }
        unseen
    }

    /// The controls that a new one of `targets` replaces.
    pub fn control_heads(&self, register: Register, targets: &[Span]) -> Vec<Id> {
        match register {
            Register::Undo => self.undo.heads_on(targets),
            Register::Accept => self.proposals.decisions.heads_on(targets),
        }
    }

    /// What an undo or redo did, where `id` is one: whether it switched on, and which elements.
    pub fn control(&self, id: Id) -> Option<(bool, &[Span])> {
        self.undo.get(id)
    }

    /// `span` cut into parts that were proposed alike and decided alike, ascending; none for what never was a proposal.
    pub fn proposals(&self, span: Span) -> Vec<(Span, Option<(Proposal, Decision)>)> {
        let parts = self.proposals.cut(span.replica, span.start..span.end).into_iter();
        parts.map(|(part, proposed)| (Span::new(span.replica, part.start, part.end), proposed)).collect()
    }

    /// Whether nothing was ever proposed.
    pub fn has_no_proposals(&self) -> bool {
        self.proposals.is_empty()
    }

    /// What began drafts, also where that does not count.
    pub fn drafts(&self) -> &SortedSet<Id> {
        self.proposals.drafts()
    }

    /// Why an element of the log stands as it does.
    pub fn why(&self, id: Id) -> Why {
        let fate = || self.semantics.fate(id).cloned().unwrap_or(Fate::Active);
        match self.standing(id) {
            Standing::Active => Why::Active,
            Standing::Excluded(why) => Why::Excluded(why),
            Standing::Undone(by) => Why::Undone(by),
            Standing::Proposed => {
                let draft = self.proposals.get(id).and_then(Proposal::draft);
                Why::Proposed { rejected: self.rejection(id), draft }
            }
            Standing::Failed => Why::Failed,
            Standing::Lost if let Some(to) = self.precedence.yields_to(id) => Why::Lost(Loss::Mine(to)),
            Standing::Dependent | Standing::Lost => match fate() {
                Fate::Dependent(on) => Why::Dependent(on),
                Fate::Unmet(constraint) => Why::Unmet(constraint),
                Fate::Lost(loss) => Why::Lost(loss),
                Fate::Active | Fate::Out | Fate::Failed => Why::Active,
            },
        }
    }

    fn rejection(&self, id: Id) -> Option<Id> {
        match self.inactive.get(&id.replica)?.get(id.seq)? {
            Inactive::Proposed(rejected) => *rejected,
            _ => None,
        }
    }

    /// The answers that a new answer about `actions` replaces.
    pub fn answers_within(&self, actions: &[Id]) -> Vec<Id> {
        self.semantics.answers_within(actions)
    }

    /// The answer by which an action gave way, named by one of its elements; none where nobody answered, and it gave way by
    /// itself.
    pub fn answer_to(&self, action: Id) -> Option<Id> {
        self.semantics.answer_to(action)
    }

    /// The answers in force that are about an action, named by one of its elements.
    pub fn answers_in_force(&self, action: Id) -> Vec<Id> {
        self.semantics.answers_in_force(action)
    }

    /// How much an action is worth to everybody, by its first element.
    pub fn weight(&self, action: Id) -> u16 {
        self.semantics.weight(action)
    }

    /// The weights that a new weight of `actions` replaces.
    pub fn weights_of(&self, actions: &[Id]) -> Vec<Id> {
        self.semantics.weights_of(actions)
    }

    /// The elements of `log` of which one of two views of it shows the effect and the other does not, ascending.
    pub fn differences(&self, other: &Self, log: &MultiLog) -> Vec<Span> {
        let mut differences = Vec::new();
        for replica in log.logs() {
            let off = |view: &Self| view.inactive_of(replica.replica).parts(0..replica.end());
            let mut ends: Vec<Seq> =
                [self, other].into_iter().flat_map(off).flat_map(|part| [part.start, part.end]).collect();
            ends.sort_unstable();
            ends.dedup();
            for part in ends.windows(2) {
                let span = Span::new(replica.replica, part[0], part[1]);
                let is_on = |view: &Self| view.standing(span.first()) == Standing::Active;
                if is_on(self) != is_on(other) {
                    push_joined(&mut differences, span);
                }
            }
        }
        differences
    }

    /// Lets just these actions, by any of their elements, be such as an application could not do: they are not active, nor is
    /// what needs them. Returns nothing; what changed is added to `patch`.
    pub fn set_failed(
        &mut self,
        log: &MultiLog,
        failed: &SortedSet<Id>,
        model: &mut Model,
        mut patch: Option<&mut Patch>,
    ) {
        self.semantics.set_failed(log, failed, candidates!(self));
        for change in self.settle(log, Some(model)) {
            self.turn(log, change.span, change.on, model, patch.as_deref_mut());
        }
        model.settle(patch);
    }

    /// What hangs together with the actions of some elements of the log.
    pub fn part(&mut self, log: &MultiLog, of: &[Id]) -> Part {
        self.semantics.part(log, &self.policy, of, candidates!(self))
    }

    /// Lets just these actions, by their first elements, be such as cannot be because of what is in other documents, see
    /// [`crate::settle_together`]. What changed is added to `patch`.
    pub fn set_barred(
        &mut self,
        log: &MultiLog,
        barred: &SortedSet<Id>,
        model: &mut Model,
        mut patch: Option<&mut Patch>,
    ) {
        self.semantics.set_barred(log, barred, candidates!(self));
        for change in self.settle(log, Some(model)) {
            self.turn(log, change.span, change.on, model, patch.as_deref_mut());
        }
        model.settle(patch);
    }

    /// Lets pairs of actions, by any of their elements, exclude each other from now on, as an application says that they do; beside
    /// those that did already, or instead of them. What changed is added to `patch`.
    pub fn relate(
        &mut self,
        log: &MultiLog,
        (pairs, is_anew): (&[(Id, Id)], bool),
        model: &mut Model,
        mut patch: Option<&mut Patch>,
    ) {
        if is_anew {
            self.semantics.forget_related();
        }
        self.semantics.relate(log, pairs, candidates!(self));
        for change in self.settle(log, Some(model)) {
            self.turn(log, change.span, change.on, model, patch.as_deref_mut());
        }
        model.settle(patch);
    }

    /// Whether anything ties the action that holds `id` to others.
    pub fn is_tied(&self, id: Id) -> bool {
        self.semantics.is_tied(id)
    }

    /// `ids`, of active elements in an order of their own, in an order that keeps to what was said of orders.
    pub fn schedule(&self, ids: &[Id]) -> Vec<Id> {
        self.semantics.schedule(ids)
    }

    /// All actions of which something was said, ascending.
    pub fn tied(&self) -> impl Iterator<Item = Span> {
        self.semantics.tied()
    }

    /// All actions that gave way to others, and to which: ascending, and then those that gave way to the viewer's own for
    /// touching the same, ascending.
    pub fn lost(&self) -> impl Iterator<Item = (Span, Loss)> {
        let declared = self.semantics.lost().map(|(span, loss)| (span, loss.clone()));
        declared.chain(self.precedence.all().map(|(span, to, _)| (span, Loss::Mine(to))))
    }

    /// Whether what is written may let others' actions give way.
    pub fn puts_mine_first(&self) -> bool {
        self.policy.mine_first.is_some()
    }

    /// Notices from now on what others do, or did, at once with what `mine` do, from a version on: see [`View::overlaps`].
    pub fn watch_overlaps(&mut self, mine: SortedSet<ReplicaId>, since: VersionVector) {
        self.overlaps = Some(Box::new(Overlaps::since(mine, since)));
    }

    /// Counts what a replica writes as the viewer's own, where overlaps are noticed.
    pub fn add_mine(&mut self, replica: ReplicaId) {
        if let Some(overlaps) = &mut self.overlaps {
            overlaps.add_mine(replica);
        }
    }

    /// What shows of others' that touches what shows of the viewer's own, neither author having seen what the other did, and of
    /// which at least one was done since the version from which on that is noticed; ascending, consecutive actions beside one of
    /// the viewer's own as one. Worked out when it is asked for, of what is new since then. `model` has all of the log.
    pub fn overlaps(&mut self, log: &MultiLog, model: &Model) -> Vec<Overlap> {
        let Some(mut overlaps) = self.overlaps.take() else { return Vec::new() };
        overlaps.settle(log, model, self.base());
        let shows = |part| self.standings(part).iter().any(|(_, standing)| *standing == Standing::Active);
        let found = overlaps.all(log, model, |action| has_effect(log, action, shows));
        self.overlaps = Some(overlaps);
        found
    }

    /// Actions of which it is not known whether another choice were better, ascending: too many are tied together to look
    /// at all choices. Everybody makes the same one.
    pub fn near(&self) -> impl Iterator<Item = Span> {
        self.semantics.near()
    }

    fn take_in(&mut self, log: &MultiLog, span: Span, model: &mut Model, mut patch: Option<&mut Patch>) {
        self.proposals.note(log, span);
        for (id, op) in log.ops_in(span) {
            let lamport = log.lamport(id).expect("appended");
            match op {
                OpRef::Control { .. } => {
                    self.insert_control((lamport, id), op);
                    for change in self.switch(log, Span::of(id)) {
                        self.turn(log, change.span, change.on, model, patch.as_deref_mut());
                    }
                    continue;
                }
                _ if op.is_declaration() => self.declare(log, id, op),
                _ => {}
            }
            if self.has_no_choice() {
                model.insert(id, lamport, op, true, patch.as_deref_mut());
                continue;
            }
            let whole = Span::new(id.replica, id.seq, id.seq + op.len());
            let parts = self.classify(whole);
            if let [(_, None)] = parts.as_slice() {
                model.insert(id, lamport, op, true, patch.as_deref_mut());
                continue;
            }
            model.insert(id, lamport, op, false, None);
            for (range, why) in parts {
                let part = Span::new(id.replica, range.start, range.end);
                match why {
                    None => self.turn(log, part, true, model, patch.as_deref_mut()),
                    Some(_) => self.inactive.entry(id.replica).or_default().set(range, why),
                }
            }
        }
    }

    /// Takes in what was just appended to the log, in causal order: one after another where it is little
    /// beside what is there, otherwise by making the model anew.
    pub fn append_all(&mut self, log: &MultiLog, spans: &[Span], model: &mut Model, mut patch: Option<&mut Patch>) {
        self.parts.settle(log);
        if !is_much(log, spans, model) {
            for span in spans {
                self.take_in(log, *span, model, patch.as_deref_mut());
            }
            for change in self.settle(log, Some(model)) {
                self.turn(log, change.span, change.on, model, patch.as_deref_mut());
            }
            return model.settle(patch);
        }
        self.note(log, spans);
        self.make_anew(log, model, patch);
    }

    fn make_anew(&mut self, log: &MultiLog, model: &mut Model, patch: Option<&mut Patch>) {
        let before = std::mem::replace(model, self.project(log));
        for change in self.settle(log, Some(model)) {
            self.turn(log, change.span, change.on, model, None);
        }
        model.settle(None);
        if let Some(patch) = patch {
            patch.then(model.changed_since(&before));
        }
    }

    /// Takes in what was just appended to the log, without a model.
    pub fn note(&mut self, log: &MultiLog, spans: &[Span]) {
        self.parts.settle(log);
        for span in spans {
            self.proposals.note(log, *span);
            let others = log.log(span.replica).into_iter().flat_map(|log| log.others_in(span.start..span.end));
            for (id, op) in others {
                match op {
                    OpRef::Control { .. } => self.insert_control((log.lamport(id).expect("appended"), id), op),
                    _ if op.is_declaration() => self.declare(log, id, op),
                    _ => {}
                }
            }
        }
        if self.has_no_choice() {
            self.settle(log, None);
            return;
        }
        for span in self.recount(spans.to_vec()) {
            self.refresh(log, span);
        }
        self.settle(log, None);
    }

    /// The state that everything active gives, from scratch.
    pub fn project(&self, log: &MultiLog) -> Model {
        self.build(log, ModelBuilder::new())
    }

    fn build<'a>(&self, log: &'a MultiLog, mut builder: ModelBuilder<'a>) -> Model {
        for replica in log.logs() {
            let inactive = self.inactive_of(replica.replica);
            builder.add(replica, |range| inactive.parts(range), |id| self.late.get(&id).copied());
        }
        builder.build()
    }

    /// The state of one container, from scratch.
    pub fn project_only(&self, log: &MultiLog, container: ContainerId) -> Model {
        self.build(log, ModelBuilder::of(container))
    }

    /// What of one replica's elements is not active.
    pub(crate) fn inactive_of(&self, replica: ReplicaId) -> InactiveParts<'_> {
        InactiveParts(self.inactive.get(&replica))
    }

    fn declare(&mut self, log: &MultiLog, id: Id, op: OpRef<'_>) {
        self.precedence.touch(log, Span::of(id));
        self.semantics.declare(log, id, op, candidates!(self));
    }

    /// Whether everything is active.
    fn has_no_choice(&self) -> bool {
        self.undo.is_empty()
            && self.is_plain()
            && self.proposals.is_empty()
            && self.semantics.is_empty()
            && self.policy.mine_first.is_none()
    }

    /// Finds anew what gives way to the viewer's own, for which it takes a model with all of the log, and solves anew what
    /// changed in meaning; returns what changed between active and not.
    pub(crate) fn settle(&mut self, log: &MultiLog, model: Option<&Model>) -> Vec<Toggle> {
        let mut toggles = Vec::new();
        self.semantics.settle_decisions(log, &self.policy);
        let refixed = self.undo.set_fixed(self.semantics.decisions.fixed());
        if !refixed.is_empty() {
            for span in self.recount(refixed) {
                toggles.extend(self.refresh(log, span));
            }
        }
        if let Some(model) = model {
            let base = base!(self);
            let is_kept = |action, beside| self.semantics.is_kept(action, beside);
            for span in self.precedence.settle(log, model, base, Wish::of(&self.policy), &is_kept) {
                self.semantics.touch(span, candidates!(self));
                toggles.extend(self.reclassify(log, span));
            }
        }
        let changed = self.semantics.settle(log, &self.policy);
        toggles.extend(changed.into_iter().flat_map(|span| self.reclassify(log, span)));
        toggles
    }

    /// Notes which elements of the author's own are only proposed or begin drafts, before anything else of them is taken in.
    pub fn note_proposed(&mut self, log: &MultiLog, span: Span) {
        self.proposals.note(log, span);
    }

    /// Takes in what elements of the author's own declare, which the model has already taken in: with what it says some
    /// may not be active any more, they among them.
    pub fn append_declared(&mut self, log: &MultiLog, span: Span, model: &mut Model, mut patch: Option<&mut Patch>) {
        for (id, op) in log.ops_in(span) {
            self.declare(log, id, op);
        }
        for change in self.settle(log, Some(model)) {
            self.turn(log, change.span, change.on, model, patch.as_deref_mut());
        }
        model.settle(patch);
    }

    /// Notes elements of the author's own that the model has already taken in: they are active, for who
    /// edits a view sees what they write.
    pub fn append_own(&mut self, log: &MultiLog, span: Span) {
        debug_assert!(self.classify(span).iter().all(|(_, why)| why.is_none()), "{span} is visible to its author");
        debug_assert!(!log.ops_in(span).any(|(_, op)| matches!(op, OpRef::Control { .. })));
    }

    fn insert_control(&mut self, time: (Lamport, Id), op: OpRef<'_>) {
        let OpRef::Control { register, on, targets, pred } = op else { return };
        match register {
            Register::Undo => self.undo.insert(time, on, targets, pred),
            Register::Accept => self.proposals.decisions.insert(time, on, targets, pred),
        }
    }

    /// Looks again which controls in `span` count; returns what that changed between active and not.
    fn switch(&mut self, log: &MultiLog, span: Span) -> Vec<Toggle> {
        self.recount(vec![span]).into_iter().flat_map(|span| self.refresh(log, span)).collect()
    }

    /// Looks again which controls in `spans` count, then which of those do that these wrote on, and so on; returns all
    /// spans in which standings may be others now. What a control wrote on is always before it, so the latest first: then
    /// each is looked at once.
    pub(crate) fn recount(&mut self, mut spans: Vec<Span>) -> Vec<Span> {
        let mut due = BinaryHeap::new();
        for span in &spans {
            due.extend(self.controls_in(*span));
        }
        while let Some((lamport, id)) = due.pop() {
            if due.peek() == Some(&(lamport, id)) {
                continue;
            }
            let counts = matches!(self.base().classify(Span::of(id)).as_slice(), [(_, None)]);
            let mut switched = self.undo.set_active(id, counts);
            switched.extend(self.proposals.decisions.set_active(id, counts));
            for span in switched {
                due.extend(self.controls_in(span));
                spans.push(span);
            }
        }
        spans
    }

    fn controls_in(&self, span: Span) -> impl Iterator<Item = (Lamport, Id)> {
        self.undo.within(span).chain(self.proposals.decisions.within(span))
    }

    /// Changes what is left out, and brings the model up to date.
    pub fn set_policy(&mut self, log: &MultiLog, policy: Policy, model: &mut Model, mut patch: Option<&mut Patch>) {
        let changes = self.change_policy(log, policy, Some(model));
        let spans: Vec<Span> = changes.iter().map(|change| change.span).collect();
        if is_much(log, &spans, model) {
            self.make_anew(log, model, patch);
            return;
        }
        for change in changes {
            self.turn(log, change.span, change.on, model, patch.as_deref_mut());
        }
        model.settle(patch);
    }

    /// The same log under another policy: what projections and diffs start from. Any model with all of the log will do: it
    /// says what lies beside what, which is asked where the policy puts the viewer's own first.
    pub fn with_policy(&self, log: &MultiLog, policy: Policy, model: Option<&Model>) -> Self {
        debug_assert!(model.is_some() || policy.mine_first.is_none(), "who comes first takes a model");
        let mut other = self.clone();
        other.change_policy(log, policy, model);
        other
    }

    /// As [`View::with_policy`], as those see it who have nothing but this log: without what an application or another document keeps
    /// out.
    pub fn of_log_alone(&self, log: &MultiLog, policy: Policy) -> Self {
        let mut other = self.clone();
        other.semantics.forget_own();
        other.change_policy(log, policy, None);
        other
    }

    fn change_policy(&mut self, log: &MultiLog, policy: Policy, model: Option<&Model>) -> Vec<Toggle> {
        self.is_partial = !policy.is_plain();
        if !self.policy.has_equal_wishes(&policy) {
            self.semantics.mark_everything();
        }
        if policy.mine_first.is_none() {
            // Nothing gives way any more, whether or not there is a model to find that out with.
            self.precedence = Precedence::default();
        } else {
            self.precedence.begin_anew();
        }
        if self.policy.held_parts != policy.held_parts {
            self.parts = Parts::of(&policy);
            self.parts.settle(log);
        }
        self.policy = policy;
        if let Some(overlaps) = &mut self.overlaps {
            overlaps.begin_anew();
        }
        let spans: Vec<Span> = log.logs().map(|log| Span::new(log.replica, 0, log.end())).collect();
        self.recount(spans.clone());
        let mut toggles: Vec<Toggle> = spans.into_iter().flat_map(|span| self.refresh(log, span)).collect();
        toggles.extend(self.settle(log, model));
        toggles
    }

    /// Finds the standings of `span` anew, and marks what it means to others; returns what changed between active and not.
    pub(crate) fn refresh(&mut self, log: &MultiLog, span: Span) -> Vec<Toggle> {
        self.precedence.touch(log, span);
        if let Some(overlaps) = &mut self.overlaps {
            overlaps.touch(log, span);
        }
        if !self.semantics.is_empty() {
            self.semantics.touch(span, candidates!(self));
        }
        let mut toggles = if self.proposals.is_empty() { Vec::new() } else { self.postpone(log, span) };
        toggles.extend(self.reclassify(log, span));
        toggles
    }

    /// Notes when what of `span` is accepted takes effect: at the place of the control that accepted it. What is active and
    /// does so at another time than before goes, to come back then; returns that.
    fn postpone(&mut self, log: &MultiLog, span: Span) -> Vec<Toggle> {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::KeepOldPlace) {
            return Vec::new();
        }
        let mut toggles = Vec::new();
        let end = span.end.min(log.end(span.replica)).max(span.start);
        for (part, proposed) in self.proposals.cut(span.replica, span.start..end) {
            let Some((_, decision)) = proposed else { continue };
            let late = match decision {
                #[cfg(feature = "fault-injection")]
                Decision::Accepted(by) if fault::is_on(fault::Fault::ClockDecides) => {
                    log.log(by.replica).map(|log| log.header_at(by.seq).time.unsigned_abs())
                }
                Decision::Accepted(by) => Some(self.proposals.decisions.time(by).0),
                Decision::Open | Decision::Rejected(_) => None,
            };
            for (id, op) in log.ops_in(Span::new(span.replica, part.start, part.end)) {
                if !goes_by_time(op) || self.late.get(&id).copied() == late {
                    continue;
                }
                _ = match late {
                    Some(late) => self.late.insert(id, late),
                    None => self.late.remove(&id),
                };
                let runs = self.inactive.entry(id.replica).or_default();
                if runs.get(id.seq).is_none() {
                    runs.set(id.seq..id.seq + 1, Some(Inactive::Proposed(None)));
                    toggles.push(Toggle { span: Span::of(id), on: false });
                }
            }
        }
        toggles
    }

    /// When an element takes effect in the order of all that is written: where it is accepted, when it was.
    pub fn time(&self, log: &MultiLog, id: Id) -> Option<(Lamport, Id)> {
        Some((self.late.get(&id).copied().or_else(|| log.lamport(id))?, id))
    }

    /// Turns elements on or off in a model that has them.
    pub fn turn(&self, log: &MultiLog, span: Span, on: bool, model: &mut Model, mut patch: Option<&mut Patch>) {
        for (id, op) in log.ops_in(span) {
            if on
                && self.proposals.get(id).is_some()
                && let Some((lamport, _)) = self.time(log, id)
            {
                model.set_lamport(id, op, lamport);
            }
            model.set_active(id, op, on, patch.as_deref_mut());
        }
    }

    fn reclassify(&mut self, log: &MultiLog, span: Span) -> Vec<Toggle> {
        let mut toggles = Vec::new();
        let end = span.end.min(log.end(span.replica));
        if span.start >= end {
            return toggles;
        }
        let parts = self.classify(Span::new(span.replica, span.start, end));
        let runs = self.inactive.entry(span.replica).or_default();
        for (range, now) in parts {
            for (part, was) in runs.cut(range.clone()) {
                if was.is_some() != now.is_some() {
                    toggles.push(Toggle { span: Span::new(span.replica, part.start, part.end), on: now.is_none() });
                }
            }
            runs.set(range, now);
        }
        toggles
    }

    /// The standings of `span` from scratch, by parts.
    fn classify(&self, span: Span) -> Vec<Classified> {
        let unless_why = |(range, why): Classified, cut: &dyn Fn(ReplicaId, Range<Seq>) -> Vec<Classified>| match why {
            None => cut(span.replica, range),
            Some(_) => vec![(range, why)],
        };
        let mut parts = self.base().classify(span);
        if self.policy.mine_first.is_some() {
            let cut = |replica, range| self.precedence.cut(replica, range);
            parts = parts.into_iter().flat_map(|part| unless_why(part, &cut)).collect();
        }
        if !self.semantics.is_empty() {
            let cut = |replica, range| self.semantics.cut(replica, range);
            parts = parts.into_iter().flat_map(|part| unless_why(part, &cut)).collect();
        }
        #[cfg(any(test, feature = "tiny"))]
        crate::effort::add(parts.len());
        parts
    }

    fn base(&self) -> Base<'_> {
        base!(self)
    }

    /// Everything that is not active, written out in one way only.
    pub fn write_standings(&self) -> String {
        let mut out = String::new();
        for (replica, runs) in &self.inactive {
            for (range, why) in runs.iter() {
                out.push_str(&format!("{replica} {}..{} {why:?}\n", range.start, range.end));
            }
        }
        out
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self, log: &MultiLog, model: &Model) {
        if self.policy.mine_first.is_some() {
            let is_kept = |action, beside| self.semantics.is_kept(action, beside);
            self.precedence.check_invariants(log, model, self.base(), &is_kept);
        }
        self.parts.check_invariants(log, &self.policy);
        self.semantics.check_invariants(log, candidates!(self));
        self.check_controls(log);
        for replica in log.logs() {
            for (range, why) in self.classify(Span::new(replica.replica, 0, replica.end())) {
                for seq in range {
                    let known = self.inactive.get(&replica.replica).and_then(|runs| runs.get(seq)).copied();
                    assert_eq!(known, why, "standing of {}", Id::new(replica.replica, seq));
                }
            }
        }
    }
}

impl View {
    /// Panics where a control counts that does not, looked at from nothing, or the other way round.
    fn check_controls(&self, log: &MultiLog) {
        let mut anew = self.clone();
        anew.undo.clear_active();
        anew.proposals.decisions.clear_active();
        let spans: Vec<Span> = log.logs().map(|log| Span::new(log.replica, 0, log.end())).collect();
        for span in anew.recount(spans.clone()) {
            anew.refresh(log, span);
        }
        assert_eq!(self.late, anew.late, "when what is accepted takes effect");
        for (_, id) in spans.iter().flat_map(|span| self.controls_in(*span)) {
            let counts =
                |view: &Self| [&view.undo, &view.proposals.decisions].map(|of| of.contains(id) && of.is_active(id));
            assert_eq!(counts(self), counts(&anew), "whether control {id} counts");
        }
    }
}

/// Whether `spans`, and what the controls among them switch, are much beside the whole log.
fn is_much(log: &MultiLog, spans: &[Span], model: &Model) -> bool {
    let runs = |span: &Span| log.log(span.replica).map_or(0, |log| log.op_runs_in(span.start..span.end).len());
    let switched = |span: &Span| -> usize {
        let others = log.log(span.replica).into_iter().flat_map(|log| log.others_in(span.start..span.end));
        let targets = others.flat_map(|(_, op)| if let OpRef::Control { targets, .. } = op { targets } else { &[] });
        targets.map(runs).sum()
    };
    let much: usize = spans.iter().map(|span| runs(span) + switched(span)).sum();
    // What is being written is in the model and not in the log: a model made anew would lack it.
    let is_writing = || log.logs().any(|log| log.ops_end() > log.end());
    // Nearly always it is little, and then nothing else is looked at.
    much >= REBUILD_MIN
        && !is_writing()
        && (model.is_strained() || much >= log.logs().map(|log| log.ops.len()).sum::<usize>().div_ceil(REBUILD_SHARE))
}

/// Whether of several such ops the latest wins.
fn goes_by_time(op: OpRef<'_>) -> bool {
    matches!(op, OpRef::Set { .. } | OpRef::ListSet { .. } | OpRef::ListMove { .. })
        || matches!(op, OpRef::TreeMove { .. } | OpRef::TextMark { .. } | OpRef::TextMove { .. })
}

/// Adds a span to ascending ones, joining it with the last where they touch.
pub(crate) fn push_joined(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.replica == span.replica && last.end == span.start => last.end = span.end,
        _ => spans.push(span),
    }
}
