//! Which actions are active.

use crate::graph::{Graph, Index};
use crate::kernel::Kernel;
use crate::near;
use crate::part::Parts;
use crate::why::{Fate, Reasons};

/// What became of the actions of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    fates: Vec<Fate>,
    refused: Vec<Index>,
    near: Vec<Index>,
    is_chosen: Vec<bool>,
}

impl Selection {
    /// What became of an action.
    pub fn fate(&self, action: Index) -> &Fate {
        &self.fates[action as usize]
    }

    /// What became of all actions.
    pub fn fates(&self) -> &[Fate] {
        &self.fates
    }

    /// Whether nothing was to be chosen about an action: it is active whatever becomes of those that constraints tie it to and
    /// that were in question, or it falls with what was left out.
    pub fn is_settled(&self, action: Index) -> bool {
        !self.is_chosen[action as usize]
    }

    /// The actions that are active, ascending.
    pub fn active(&self) -> impl Iterator<Item = Index> {
        self.fates.iter().zip(0..).filter(|(fate, _)| fate.is_active()).map(|(_, at)| at)
    }

    /// Pins that contradict what is left out, or more urgent pins.
    pub fn refused_pins(&self) -> &[Index] {
        &self.refused
    }

    /// Actions of which it is not known whether another choice were better, ascending: they are in knots that are too large
    /// to look at every choice. Nothing is broken there, and everybody chooses alike.
    pub fn near(&self) -> &[Index] {
        &self.near
    }
}

/// Chooses what is active: of all choices that break no constraint, one with as many pins as can be, the most urgent
/// first; of those one in which what counts first weighs most; then one in which all weighs most; then the one that
/// has the least action in which they differ.
pub fn select(graph: &Graph) -> Selection {
    let parts = Parts::of(graph);
    let mut active: Vec<bool> = (0..graph.len() as Index).map(|at| parts.is_certain(at)).collect();
    let mut near = Vec::new();
    for part in &parts.parts {
        let kernel = Kernel::of(graph, &parts, part);
        let (inside, is_proved) = near::choose(&kernel, &graph.pins);
        for (unit, _) in kernel.units.iter().zip(&inside).filter(|(_, inside)| **inside) {
            unit.members.iter().for_each(|&member| active[member as usize] = true);
        }
        if !is_proved {
            near.extend(&part.actions);
        }
    }
    near.sort_unstable();
    let reasons = Reasons::of(graph, &parts, &active);
    let fates = (0..graph.len() as Index).map(|at| reasons.fate(at)).collect();
    let mut refused: Vec<Index> = graph.pins.iter().copied().filter(|&pin| !active[pin as usize]).collect();
    refused.dedup();
    Selection { fates, refused, near, is_chosen: parts.in_question }
}
