//! Answers which of several actions are to be active.

use super::keys_in;
use crate::base::Base;
use clock::{Id, Lamport, SortedMap, SortedSet, Span};

/// What an answer does to the actions that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Those that are kept come before whatever else is chosen.
    Prefer,
    /// What ties just them does not count.
    Waive,
    /// All go.
    Refuse,
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub lamport: Lamport,
    /// By their first elements, ascending; so are those kept.
    pub actions: Vec<Id>,
    pub keep: Vec<Id>,
    /// The answers that it replaces, and those that replace it.
    pred: Vec<Id>,
    next: Vec<Id>,
    counts: bool,
}

impl Answer {
    pub fn new(lamport: Lamport, actions: Vec<Id>, keep: Vec<Id>, pred: Vec<Id>, counts: bool) -> Self {
        Self { lamport, actions, keep, pred, next: Vec::new(), counts }
    }

    pub fn effect(&self) -> Effect {
        match self.keep.len() {
            0 => Effect::Refuse,
            len if len == self.actions.len() => Effect::Waive,
            _ => Effect::Prefer,
        }
    }
}

/// All answers, by element.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers(SortedMap<Id, Answer>);

impl Answers {
    /// Takes in an answer; returns the actions about which something else may be said now.
    pub fn insert(&mut self, id: Id, answer: Answer) -> Vec<Id> {
        for pred in &answer.pred {
            if let Some(replaced) = self.0.get_mut(pred) {
                replaced.next.push(id);
            }
        }
        self.0.insert(id, answer);
        self.about(id)
    }

    /// Looks again which answers in `span` count; as [`Answers::insert`] does.
    pub fn touch(&mut self, span: Span, base: Base<'_>) -> Vec<Id> {
        let mut changed = Vec::new();
        for id in keys_in(&self.0, span) {
            let answer = self.0.get_mut(&id).expect("just found");
            let counts = base.is_present(Span::of(id));
            if std::mem::replace(&mut answer.counts, counts) != counts {
                changed.extend(self.about(id));
            }
        }
        changed
    }

    /// The actions that an answer is about, whether or not it counts.
    pub fn actions(&self, id: Id) -> &[Id] {
        self.0.get(&id).map_or(&[], |answer| &answer.actions)
    }

    /// The answer where it counts and none that counts replaces it, straight or through others, whether these count or not.
    pub fn current(&self, id: Id) -> Option<&Answer> {
        let answer = self.0.get(&id).filter(|answer| answer.counts)?;
        let is_replaced = self.reach(id, |answer| &answer.next).any(|next| next.counts);
        (!is_replaced).then_some(answer)
    }

    /// The actions that an answer, and those that it replaces, are about.
    fn about(&self, id: Id) -> Vec<Id> {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::ForgetReplaced) {
            return self.0.get(&id).map_or_else(Vec::new, |answer| answer.actions.clone());
        }
        let replaced = self.reach(id, |answer| &answer.pred);
        self.0.get(&id).into_iter().chain(replaced).flat_map(|answer| answer.actions.iter().copied()).collect()
    }

    /// The answers that lie behind `id` in one direction, without it.
    fn reach(&self, id: Id, direction: impl Fn(&Answer) -> &[Id]) -> impl Iterator<Item = &Answer> {
        let mut seen = SortedSet::new();
        let mut open: Vec<Id> = self.0.get(&id).map_or_else(Vec::new, |answer| direction(answer).to_vec());
        std::iter::from_fn(move || {
            while let Some(id) = open.pop() {
                if let Some(answer) = self.0.get(&id)
                    && seen.insert(id)
                {
                    open.extend(direction(answer));
                    return Some(answer);
                }
            }
            None
        })
    }
}
