//! What ties actions to each other, for those who want to look at it.

use super::{Constraint, SemanticGraph, Tie};
use crate::view::View;
use clock::{Id, Span};
use log::Rule;
use std::sync::Arc;

/// Something that ties actions to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bond {
    /// What it is.
    pub kind: BondKind,
    /// The actions, each by its first element: in the order of the rule, otherwise ascending.
    pub actions: Vec<Id>,
    /// Whether it counts: it is neither undone nor left out, and nobody answered that it does not.
    pub is_in_force: bool,
}

/// What ties actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BondKind {
    /// What this element says of them.
    Constraint(Id, Rule),
    /// All want one of so many places of a name.
    Places(Arc<str>, u32),
    /// The application that they are of says that the two exclude each other.
    Related,
    /// This element answers which of them are to be active.
    Answer(Id),
}

impl SemanticGraph {
    fn bond(&self, tie: &Tie) -> Bond {
        match tie {
            Tie::Constraint(id) => {
                let Constraint { rule, actions, .. } = &self.constraints[id];
                let kind = BondKind::Constraint(*id, *rule);
                Bond { kind, actions: actions.clone(), is_in_force: self.in_force(*id).is_some() }
            }
            Tie::Places(name) => {
                let claims = self.claimed[name].claims.iter().map(|claim| self.claims[claim].action);
                let mut actions: Vec<Id> = claims.collect();
                actions.sort_unstable();
                actions.dedup();
                let places = self.places(tie);
                Bond { kind: BondKind::Places(name.clone(), places), actions, is_in_force: places != u32::MAX }
            }
            Tie::Related(a, b) => {
                Bond { kind: BondKind::Related, actions: vec![*a, *b], is_in_force: self.places(tie) < 2 }
            }
            Tie::Answer(id) => {
                let actions = self.answers.actions(*id).to_vec();
                Bond { kind: BondKind::Answer(*id), actions, is_in_force: self.answers.current(*id).is_some() }
            }
        }
    }

    /// The constraints in force by which the action `needing` needs `needed`, each action by its first element.
    fn needs_between(&self, needed: Id, needing: Id) -> Vec<Id> {
        let Some(vertex) = self.vertices.get(&needing) else { return Vec::new() };
        let binds = |tie: &Tie| {
            let Tie::Constraint(id) = tie else { return None };
            let Constraint { rule, actions, .. } = self.in_force(*id)?;
            let (first, others) = actions.split_first()?;
            let is_needed = match rule {
                Rule::Enables | Rule::Causes => *first == needed && others.contains(&needing),
                Rule::Atomic | Rule::Contiguous => actions.contains(&needed),
                Rule::AnyOf | Rule::ExactlyOne => *first == needing && others.contains(&needed),
                _ => false,
            };
            is_needed.then_some(*id)
        };
        vertex.ties.iter().filter_map(binds).collect()
    }
}

impl View {
    /// What ties the action that holds `id` to others, and whether it counts.
    pub fn bonds(&self, id: Id) -> Vec<Bond> {
        let graph = &self.semantics;
        let action = graph.actions_in(Span::of(id)).pop().and_then(|action| graph.vertices.get(&action));
        action.into_iter().flat_map(|vertex| vertex.ties.iter()).map(|tie| graph.bond(tie)).collect()
    }

    /// The constraints in force by which the action `needing` needs `needed`, each named by its first element.
    pub fn needs_between(&self, needed: Id, needing: Id) -> Vec<Id> {
        self.semantics.needs_between(needed, needing)
    }
}
