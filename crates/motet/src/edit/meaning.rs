//! What an author says of what actions mean together.

use super::{Edit, replaced};
use crate::Refusal;
use clock::{Id, Span};
use log::{OpRef, Rule};

impl Edit<'_> {
    /// The action being written, by its first element; none before anything is.
    pub fn this(&self) -> Option<Id> {
        let document = &self.document;
        let (start, next) = document.log.local_ends(document.replica);
        (start < next).then(|| Id::new(document.replica, start))
    }

    /// Says what `actions` mean together, each named by one of its elements; it holds for everybody until it is undone,
    /// whatever becomes of this action. Refused where one of them is not here, or where the rule cannot be said of them.
    pub fn constrain(&mut self, rule: Rule, actions: &[Id]) {
        let Some(actions) = self.firsts(actions) else { return };
        let actions = rule.list(&actions);
        if !rule.fits(&actions) {
            return self.document.refuse(Refusal::Unfit);
        }
        self.declare(OpRef::Constrain { rule, actions: &actions });
    }

    /// Says what edit runs mean together. A run of several actions takes part as a whole: all of them are active or none, and the
    /// last one stands for them.
    pub fn constrain_runs(&mut self, rule: Rule, runs: &[Span]) {
        let runs: Vec<Vec<Id>> = runs.iter().map(|run| self.document.actions_in(*run)).collect();
        if matches!(rule, Rule::Atomic | Rule::Contiguous) {
            return self.constrain(rule, &runs.concat());
        }
        for actions in runs.iter().filter(|actions| actions.len() > 1) {
            self.constrain(Rule::Atomic, actions);
        }
        let stand: Vec<Id> = runs.iter().filter_map(|actions| actions.last().copied()).collect();
        self.constrain(rule, &stand);
    }

    /// Never more than one of `actions` is active.
    pub fn conflict(&mut self, actions: &[Id]) {
        self.constrain(Rule::AtMost(1), actions);
    }

    /// Makes a draft, by the name that people call it; returns what names it.
    pub fn draft(&mut self, name: &str) -> Id {
        if name.is_empty() {
            self.document.refuse(Refusal::Unfit);
        }
        self.document.writing.drafts = true;
        self.push(OpRef::Draft { name }).first()
    }

    /// Takes one of so many places of what `name` names: of all actions that claim one, whether their authors knew of each
    /// other or not, no more are active than there are.
    pub fn claim(&mut self, name: &str, places: u32) {
        if name.is_empty() || places == 0 {
            return self.document.refuse(Refusal::Unfit);
        }
        self.declare(OpRef::Claim { name, places });
    }

    /// Answers for everybody which of `actions` are to be active, in place of answers before about the same: some, which
    /// then come before whatever else could be chosen; all, and then nothing that ties just them counts; or none.
    pub fn resolve(&mut self, actions: &[Id], keep: &[Id]) {
        self.resolve_instead(&[], actions, keep);
    }

    /// As [`Edit::resolve`], and in place of these `answers` too, whatever else they are about: what only they said of other actions is said no
    /// more. Refused where one of them is no answer that is here.
    pub fn resolve_instead(&mut self, answers: &[Id], actions: &[Id], keep: &[Id]) {
        let (Some(actions), Some(keep)) = (self.firsts(actions), self.firsts(keep)) else { return };
        let (actions, keep) = (ascending(actions), ascending(keep));
        let is_kept_there = keep.iter().all(|kept| actions.binary_search(kept).is_ok());
        if actions.len() < 2 || !is_kept_there || answers.iter().any(|id| self.document.answer(*id).is_none()) {
            return self.document.refuse(Refusal::Unfit);
        }
        let mut pred = answers.to_vec();
        pred.extend(self.document.view.answers_within(&actions));
        let pred = replaced(ascending(pred));
        self.declare(OpRef::Resolve { actions: &actions, keep: &keep, pred: &pred });
    }

    /// Says how much each of `actions` matters to everybody: [`log::WEIGHT`] where nobody said, more or less.
    pub fn weigh(&mut self, actions: &[Id], weight: u16) {
        let Some(actions) = self.firsts(actions) else { return };
        let actions = ascending(actions);
        if actions.is_empty() || weight == 0 {
            return self.document.refuse(Refusal::Unfit);
        }
        let pred = replaced(self.document.view.weights_of(&actions));
        self.declare(OpRef::Weigh { actions: &actions, weight, pred: &pred });
    }

    pub(crate) fn declare(&mut self, op: OpRef<'_>) {
        self.push(op);
        self.document.writing.declares = true;
    }

    /// The first elements of actions, which are here or being written.
    fn firsts(&mut self, actions: &[Id]) -> Option<Vec<Id>> {
        let firsts: Option<Vec<Id>> = actions.iter().map(|&id| self.first(id)).collect();
        if firsts.is_none() {
            self.document.refuse(Refusal::Unfit);
        }
        firsts
    }

    fn first(&self, id: Id) -> Option<Id> {
        let document = &self.document;
        let is_written = || id.replica == document.replica && document.knows(id);
        let action = document.log.action_of(id).map(|action| action.first());
        action.or_else(|| self.this().filter(|_| is_written()))
    }
}

fn ascending(mut ids: Vec<Id>) -> Vec<Id> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
