//! What is active of several documents together, where constraints tie actions of one to actions of others.
//!
//! Of each document everything that hangs together with such an action is taken, as one graph; the graphs are joined, and the greatest part
//! of all that breaks no constraint of any is chosen, exactly as within one document. What a document would keep by itself, and cannot, is
//! then barred in it, and the document chooses again without that. What comes out in each is its part of the one choice: it holds
//! together there, and a greater part that did would have been chosen.

use super::solve::constrain;
use super::{Candidates, SemanticGraph, firsts};
use crate::policy::Policy;
use clock::{Id, Lamport, SortedSet};
use log::{MultiLog, Rule};
use reconcile::{Fate, Graph, Index, Loss, select};

/// The actions of a document that hang together with some that are tied to other documents.
#[derive(Clone, Debug)]
pub struct Part {
    graph: Graph,
    /// By number: when each was done, and its first element.
    actions: Vec<(Lamport, Id)>,
}

/// An action of one of several documents, by the number of the document and its first element.
pub type Named = (usize, Id);

/// A constraint between actions of several documents, which its rule fits.
#[derive(Clone, Debug)]
pub struct Across {
    /// What is said of them.
    pub rule: Rule,
    /// The actions; what is in no part is not here yet.
    pub actions: Vec<Named>,
}

/// What several documents come to together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// Of each document: the actions that it would keep by itself and cannot, by their first elements.
    pub barred: Vec<SortedSet<Id>>,
    /// Each of these, with what it needs or gave way to; nothing where that is not here yet.
    pub because: Vec<(Named, Vec<Named>)>,
}

impl SemanticGraph {
    /// What hangs together with the actions of some elements.
    pub fn part(&mut self, log: &MultiLog, policy: &Policy, of: &[Id], among: Candidates<'_>) -> Part {
        let of = firsts(log, of);
        for &action in &of {
            self.vertex(log, action, among);
        }
        let (graph, actions) = self.component(policy, &of);
        let actions = actions.into_iter().map(|action| (self.vertices[&action].lamport, action)).collect();
        Part { graph, actions }
    }

    /// Lets just these actions, by their first elements, be barred.
    pub fn set_barred(&mut self, log: &MultiLog, barred: &SortedSet<Id>, among: Candidates<'_>) {
        self.has_barred = !barred.is_empty();
        for &action in barred.iter() {
            self.vertex(log, action, among);
        }
        for (action, vertex) in self.vertices.iter_mut() {
            let is_barred = barred.contains(action);
            if std::mem::replace(&mut vertex.is_barred, is_barred) != is_barred {
                self.marked.insert(*action);
            }
        }
    }
}

/// What the parts of several documents come to under constraints between them.
pub fn settle_together(parts: &[Part], constraints: &[Across]) -> Together {
    let mut order: Vec<(Lamport, usize, Index)> = Vec::new();
    for (of, part) in parts.iter().enumerate() {
        order.extend(part.actions.iter().zip(0..).map(|(&(lamport, _), at)| (lamport, of, at)));
    }
    // Of equally good choices the one with the earliest action counts, as within a document.
    order.sort_unstable();
    let order: Vec<(usize, Index)> = order.into_iter().map(|(_, of, at)| (of, at)).collect();
    let graphs: Vec<Graph> = parts.iter().map(|part| part.graph.clone()).collect();
    let (mut joined, numbers) = Graph::join(&graphs, &order);
    let known = joined.len();
    constraints.iter().for_each(|across| across.add(&mut joined, parts, &numbers));
    loop {
        let selection = select(&joined);
        let is_kept = |of: usize, at: usize| *selection.fate(numbers[of][at]) == Fate::Active;
        let own: Vec<_> = parts.iter().enumerate().map(|(of, part)| part.keep(&|at| is_kept(of, at))).collect();
        // Where there is too much for an exact choice, a document may still give up something that all together would keep.
        let mut given_up = Vec::new();
        for (of, (_, kept)) in own.iter().enumerate() {
            let others = (0..parts[of].actions.len()).filter(|&at| is_kept(of, at) && !kept.contains(&(at as Index)));
            given_up.extend(others.map(|at| numbers[of][at]));
        }
        if !given_up.is_empty() {
            given_up.into_iter().for_each(|at| joined.leave_out(at));
            continue;
        }
        let mut together = Together::default();
        for (of, (barred, _)) in own.into_iter().enumerate() {
            for &at in &barred {
                let by = match selection.fate(numbers[of][at as usize]) {
                    Fate::Dependent { on } => vec![*on],
                    Fate::Unmet { any_of } => joined.options(*any_of).to_vec(),
                    Fate::Lost(Loss::Circle(by) | Loss::AtMost { by, .. }) => by.clone(),
                    Fate::Active | Fate::Out => Vec::new(),
                };
                let here = by.into_iter().filter(|&at| (at as usize) < known).map(|at| order[at as usize]);
                let by = here.map(|(of, at)| (of, parts[of].id(at))).collect();
                together.because.push(((of, parts[of].id(at)), by));
            }
            together.barred.push(barred.into_iter().map(|at| parts[of].id(at)).collect());
        }
        return together;
    }
}

impl Across {
    fn add(&self, joined: &mut Graph, parts: &[Part], numbers: &[Vec<Index>]) {
        let mut of: Vec<Index> = Vec::new();
        for &(document, action) in &self.actions {
            let at = parts[document].actions.iter().position(|(_, id)| *id == action);
            of.push(at.map_or_else(|| missing(joined), |at| numbers[document][at]));
        }
        // Those that are all alike may have got other numbers than names.
        let of = self.rule.list(&of);
        match self.rule {
            Rule::AtMost(max) => _ = joined.at_most(&of, max),
            Rule::ExactlyOne => _ = joined.at_most(&of[1..], 1),
            _ => {}
        }
        constrain(joined, self.rule, &of);
    }
}

/// An action that is not here yet.
fn missing(graph: &mut Graph) -> Index {
    let at = graph.add(1);
    graph.leave_out(at);
    at
}

impl Part {
    fn id(&self, at: Index) -> Id {
        self.actions[at as usize].1
    }

    /// What has to be barred, by number, for the document to keep nothing but what `may` be kept, and what it keeps then: first what it would
    /// keep by itself goes, then what it would keep instead, and so on. So what gives way to something in its own document says so.
    fn keep(&self, may: &dyn Fn(usize) -> bool) -> (Vec<Index>, Vec<Index>) {
        let mut graph = self.graph.clone();
        let mut barred = Vec::new();
        loop {
            let own: Vec<Index> = select(&graph).active().collect();
            let before = barred.len();
            barred.extend(own.iter().copied().filter(|&at| !may(at as usize)));
            if barred.len() == before {
                return (barred, own);
            }
            barred[before..].iter().for_each(|&at| graph.leave_out(at));
        }
    }
}
