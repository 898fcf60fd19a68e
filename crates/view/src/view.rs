//! Which actions are active, kept up to date while logs grow and choices change.

use crate::base::{Base, Candidates, Classified, Inactive};
use crate::controls::Controls;
use crate::policy::{Excluded, Policy};
use crate::precedence::Precedence;
use crate::semantics::{Fate, Loss, SemanticGraph};
use clock::{Id, RangeMap, ReplicaId, Seq, SortedMap, SortedSet, Span};
use log::{ContainerId, MultiLog, OpRef, Register};
use model::{Model, ModelBuilder, Patch};
use std::ops::Range;

/// What became of an element in a view, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Left out by a choice of the viewer.
    Excluded(Excluded),
    /// Undone, by this control.
    Undone(Id),
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
    undo: Controls,
    precedence: Precedence,
    semantics: SemanticGraph,
    inactive: SortedMap<ReplicaId, RangeMap<Inactive>>,
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
        self.policy.is_shared()
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

    /// The controls that a new undo or redo of `targets` replaces.
    pub fn control_heads(&self, targets: &[Span]) -> Vec<Id> {
        self.undo.heads_on(targets)
    }

    /// What a control did, where `id` is one: whether it switched on, and which elements.
    pub fn control(&self, id: Id) -> Option<(bool, &[Span])> {
        self.undo.get(id)
    }

    /// Why an element of the log stands as it does.
    pub fn why(&self, id: Id) -> Why {
        let fate = || self.semantics.fate(id).cloned().unwrap_or(Fate::Active);
        match self.standing(id) {
            Standing::Active => Why::Active,
            Standing::Excluded(why) => Why::Excluded(why),
            Standing::Undone(by) => Why::Undone(by),
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
        let among = candidates(&self.policy, &self.undo, &self.precedence);
        self.semantics.set_failed(log, failed, among);
        for change in self.settle(log, Some(model)) {
            toggle(log, change.span, change.on, model, patch.as_deref_mut());
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
        declared.chain(self.precedence.all().map(|(span, to)| (span, Loss::Mine(to))))
    }

    /// Whether what is written may let others' actions give way.
    pub fn puts_mine_first(&self) -> bool {
        self.policy.mine_first.is_some()
    }

    /// Actions of which it is not known whether another choice were better, ascending: too many are tied together to look
    /// at all choices. Everybody makes the same one.
    pub fn near(&self) -> impl Iterator<Item = Span> {
        self.semantics.near()
    }

    fn take_in(&mut self, log: &MultiLog, span: Span, model: &mut Model, mut patch: Option<&mut Patch>) {
        for (id, op) in log.ops_in(span) {
            let lamport = log.lamport(id).expect("appended");
            match op {
                OpRef::Control { register: Register::Undo, on, targets, pred } => {
                    self.append_control(log, id, (on, targets, pred), model, patch.as_deref_mut());
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
                    None => toggle(log, part, true, model, patch.as_deref_mut()),
                    Some(_) => self.inactive.entry(id.replica).or_default().set(range, why),
                }
            }
        }
    }

    /// Takes in what was just appended to the log, in causal order: one after another where it is little
    /// beside what is there, otherwise by making the model anew.
    pub fn append_all(&mut self, log: &MultiLog, spans: &[Span], model: &mut Model, mut patch: Option<&mut Patch>) {
        if !is_much(log, spans, model) {
            for span in spans {
                self.take_in(log, *span, model, patch.as_deref_mut());
            }
            for change in self.settle(log, Some(model)) {
                toggle(log, change.span, change.on, model, patch.as_deref_mut());
            }
            return model.settle(patch);
        }
        self.note(log, spans);
        self.make_anew(log, model, patch);
    }

    fn make_anew(&mut self, log: &MultiLog, model: &mut Model, patch: Option<&mut Patch>) {
        let before = std::mem::replace(model, self.project(log));
        for change in self.settle(log, Some(model)) {
            toggle(log, change.span, change.on, model, None);
        }
        model.settle(None);
        if let Some(patch) = patch {
            patch.then(model.changed_since(&before));
        }
    }

    /// Takes in what was just appended to the log, without a model.
    pub fn note(&mut self, log: &MultiLog, spans: &[Span]) {
        let mut switched = Vec::new();
        for span in spans {
            let others = log.log(span.replica).into_iter().flat_map(|log| log.others_in(span.start..span.end));
            for (id, op) in others {
                match op {
                    OpRef::Control { register: Register::Undo, on, targets, pred } => {
                        let counts = self.base().is_present(Span::of(id));
                        self.undo.insert(id, on, targets, pred, counts);
                        switched.extend(targets);
                    }
                    _ if op.is_declaration() => self.declare(log, id, op),
                    _ => {}
                }
            }
        }
        if self.has_no_choice() {
            return;
        }
        for span in spans.iter().chain(&switched) {
            self.refresh(log, *span);
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
            builder.add(replica, |range| inactive.parts(range));
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
        self.semantics.declare(log, id, op, candidates(&self.policy, &self.undo, &self.precedence));
    }

    /// Whether everything is active.
    fn has_no_choice(&self) -> bool {
        self.undo.is_empty() && self.is_plain() && self.semantics.is_empty() && self.policy.mine_first.is_none()
    }

    /// Finds anew what gives way to the viewer's own, for which it takes a model with all of the log, and solves anew what
    /// changed in meaning; returns what changed between active and not.
    fn settle(&mut self, log: &MultiLog, model: Option<&Model>) -> Vec<Toggle> {
        let mut toggles = Vec::new();
        if let Some(model) = model {
            let base = Base { policy: &self.policy, undo: &self.undo };
            let is_kept = |action, beside| self.semantics.is_kept(action, beside);
            for span in self.precedence.settle(log, model, base, &is_kept) {
                self.semantics.touch(span, candidates(&self.policy, &self.undo, &self.precedence));
                toggles.extend(self.reclassify(log, span));
            }
        }
        let changed = self.semantics.settle(log, &self.policy);
        toggles.extend(changed.into_iter().flat_map(|span| self.reclassify(log, span)));
        toggles
    }

    /// Takes in what elements of the author's own declare, which the model has already taken in: with what it says some
    /// may not be active any more, they among them.
    pub fn append_declared(&mut self, log: &MultiLog, span: Span, model: &mut Model, mut patch: Option<&mut Patch>) {
        for (id, op) in log.ops_in(span) {
            self.declare(log, id, op);
        }
        for change in self.settle(log, Some(model)) {
            toggle(log, change.span, change.on, model, patch.as_deref_mut());
        }
        model.settle(patch);
    }

    /// Notes elements of the author's own that the model has already taken in: they are active, for who
    /// edits a view sees what they write.
    pub fn append_own(&mut self, log: &MultiLog, span: Span) {
        debug_assert!(self.classify(span).iter().all(|(_, why)| why.is_none()), "{span} is visible to its author");
        debug_assert!(!log.ops_in(span).any(|(_, op)| matches!(op, OpRef::Control { .. })));
    }

    fn append_control(
        &mut self,
        log: &MultiLog,
        id: Id,
        (on, targets, pred): (bool, &[Span], &[Id]),
        model: &mut Model,
        mut patch: Option<&mut Patch>,
    ) {
        let own = self.base().classify(Span::of(id));
        let counts = matches!(own.as_slice(), [(_, None)]);
        for (range, why) in own {
            if why.is_some() {
                self.inactive.entry(id.replica).or_default().set(range, why);
            }
        }
        self.undo.insert(id, on, targets, pred, counts);
        if counts {
            for target in targets {
                for change in self.refresh(log, *target) {
                    toggle(log, change.span, change.on, model, patch.as_deref_mut());
                }
            }
        }
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
            toggle(log, change.span, change.on, model, patch.as_deref_mut());
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

    fn change_policy(&mut self, log: &MultiLog, policy: Policy, model: Option<&Model>) -> Vec<Toggle> {
        self.is_partial = !policy.is_plain();
        if !self.policy.has_equal_wishes(&policy) {
            self.semantics.mark_everything();
        }
        if self.policy.mine_first.is_some() || policy.mine_first.is_some() {
            self.precedence.begin_anew();
        }
        self.policy = policy;
        let controls: Vec<(Id, bool)> = self.undo.iter().collect();
        for (id, counted) in controls {
            let counts = matches!(self.policy.cut(id.replica, id.seq..id.seq + 1).as_slice(), [(_, None)]);
            if counts != counted {
                self.undo.set_active(id, counts);
            }
        }
        let spans: Vec<Span> = log.logs().map(|log| Span::new(log.replica, 0, log.end())).collect();
        let mut toggles: Vec<Toggle> = spans.into_iter().flat_map(|span| self.refresh(log, span)).collect();
        toggles.extend(self.settle(log, model));
        toggles
    }

    /// Finds the standings of `span` anew, and marks what it means to others; returns what changed between active and not.
    fn refresh(&mut self, log: &MultiLog, span: Span) -> Vec<Toggle> {
        self.precedence.touch(log, span);
        if !self.semantics.is_empty() {
            self.semantics.touch(span, candidates(&self.policy, &self.undo, &self.precedence));
        }
        self.reclassify(log, span)
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
        parts
    }

    fn base(&self) -> Base<'_> {
        Base { policy: &self.policy, undo: &self.undo }
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
        self.semantics.check_invariants(log, candidates(&self.policy, &self.undo, &self.precedence));
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

fn candidates<'a>(policy: &'a Policy, undo: &'a Controls, precedence: &'a Precedence) -> Candidates<'a> {
    Candidates { base: Base { policy, undo }, precedence }
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

fn toggle(log: &MultiLog, span: Span, on: bool, model: &mut Model, mut patch: Option<&mut Patch>) {
    for (id, op) in log.ops_in(span) {
        model.set_active(id, op, on, patch.as_deref_mut());
    }
}

/// Adds a span to ascending ones, joining it with the last where they touch.
pub(crate) fn push_joined(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.replica == span.replica && last.end == span.start => last.end = span.end,
        _ => spans.push(span),
    }
}
