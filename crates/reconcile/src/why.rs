//! Why an action is active, or is not.

use crate::graph::{Graph, Index};
use crate::lists::Lists;
use crate::part::Parts;

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It takes part.
    Active,
    /// It was left out beforehand.
    Out,
    /// It needs an action that is not active.
    Dependent {
        /// The least of those.
        on: Index,
    },
    /// It needs one of several actions, and none of them is active.
    Unmet {
        /// Which of the graph's any-ofs says so.
        any_of: usize,
    },
    /// It gave way.
    Lost(Loss),
}

impl Fate {
    /// Whether it takes part.
    pub fn is_active(&self) -> bool {
        *self == Self::Active
    }
}

/// What an action gave way to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It would come before itself: the others of the shortest circle, in order; they are active, or needed by it.
    Circle(Vec<Index>),
    /// There would be more than may be.
    AtMost {
        /// Which of the graph's at-mosts says so.
        at_most: usize,
        /// Those that are active.
        by: Vec<Index>,
    },
}

/// Looks for reasons in a graph of which it is known what is active.
pub(crate) struct Reasons<'a> {
    graph: &'a Graph,
    parts: &'a Parts,
    active: &'a [bool],
    gone: Vec<bool>,
    needs: Lists,
    /// In which any-ofs and at-mosts each action is.
    any_of: Lists,
    at_most: Lists,
}

impl<'a> Reasons<'a> {
    pub fn of(graph: &'a Graph, parts: &'a Parts, active: &'a [bool]) -> Self {
        let is_gone = |at: Index| !active[at as usize];
        let needs = graph.enables.iter().filter(|(_, b)| is_gone(*b)).map(|&(a, b)| (b, a));
        let any_of =
            graph.any_of.iter().zip(0..).filter(|(any, _)| is_gone(any.needer)).map(|(any, at)| (any.needer, at));
        let at_most = graph.at_most.iter().zip(0..);
        let at_most =
            at_most.flat_map(|(most, at)| most.of.iter().map(move |&of| (of, at))).filter(|(of, _)| is_gone(*of));
        Self {
            graph,
            parts,
            active,
            gone: active.iter().map(|active| !active).collect(),
            needs: Lists::of(graph.len(), needs),
            any_of: Lists::of(graph.len(), any_of),
            at_most: Lists::of(graph.len(), at_most),
        }
    }

    pub fn fate(&self, action: Index) -> Fate {
        if self.active[action as usize] {
            return Fate::Active;
        }
        if self.graph.is_out[action as usize] {
            return Fate::Out;
        }
        if let Some(circle) = self.parts.impossible.iter().find(|circle| circle.contains(&action)) {
            let others = circle.iter().copied().filter(|&other| other != action).collect();
            return Fate::Lost(Loss::Circle(others));
        }
        if self.parts.falls[action as usize] { self.fallen(action) } else { self.given_up(action) }
    }

    /// What fell before anything was chosen.
    fn fallen(&self, action: Index) -> Fate {
        let falls = &self.parts.falls;
        let none = || self.at_most.get(action).iter().find(|&&at| self.graph.at_most[at as usize].max == 0);
        if let Some(&at) = none() {
            return Fate::Lost(Loss::AtMost { at_most: at as usize, by: Vec::new() });
        }
        self.missing(action, falls).unwrap_or_else(|| {
            // Something of a circle of such that need each other fell by itself.
            let circle = self.wanted(action);
            let fell = |other: &&Index| **other != action && self.missing(**other, falls).is_some();
            let is_root =
                |other: &&Index| **other != action && self.needs.get(**other).iter().all(|need| !falls[*need as usize]);
            let on = circle.iter().find(fell).or_else(|| circle.iter().find(is_root)).copied();
            Fate::Dependent { on: on.unwrap_or(action) }
        })
    }

    /// What was in question, and was not chosen.
    fn given_up(&self, action: Index) -> Fate {
        self.lost(action, &[])
            .or_else(|| self.needed(action, &self.gone))
            .or_else(|| self.unmet(action, |option| self.is_barred(option)))
            .or_else(|| self.lost_together(action))
            .or_else(|| self.unmet(action, |option| self.gone[option as usize]))
            .unwrap_or(Fate::Dependent { on: action })
    }

    fn missing(&self, action: Index, gone: &[bool]) -> Option<Fate> {
        self.needed(action, gone).or_else(|| self.unmet(action, |option| gone[option as usize]))
    }

    /// Something gone that it needs and that does not need it in turn.
    fn needed(&self, action: Index, gone: &[bool]) -> Option<Fate> {
        let mut needs = self.needs.get(action).iter().copied().filter(|&need| gone[need as usize]);
        let on = needs.find(|&need| !self.wanted(need).contains(&action))?;
        Some(Fate::Dependent { on })
    }

    /// One of several that it needs, where each is as is asked for.
    fn unmet(&self, action: Index, is_gone: impl Fn(Index) -> bool) -> Option<Fate> {
        let options = |any: Index| self.graph.any_of[any as usize].options.iter();
        let any = self.any_of.get(action).iter().copied().find(|&any| options(any).all(|&option| is_gone(option)))?;
        Some(Fate::Unmet { any_of: any as usize })
    }

    /// Whether an action is gone, and not only since something is that it needs and that may be gone since it is.
    fn is_barred(&self, action: Index) -> bool {
        self.gone[action as usize] && self.lost(action, &self.wanted(action)).is_some()
    }

    /// An action that is gone, and all that it needs and that is gone.
    fn wanted(&self, action: Index) -> Vec<Index> {
        let mut all = vec![action];
        let mut at = 0;
        while let Some(&next) = all.get(at) {
            at += 1;
            for &need in self.needs.get(next) {
                if !self.active[need as usize] && !all.contains(&need) {
                    all.push(need);
                }
            }
        }
        all
    }

    /// What an action would break with all the others of a circle that need each other; where it would not itself, it
    /// depends on one that would, or that lacks something.
    fn lost_together(&self, action: Index) -> Option<Fate> {
        let wanted = self.wanted(action);
        self.lost(action, &wanted).or_else(|| {
            let lacks = |other: Index| self.unmet(other, |option| self.is_barred(option)).is_some();
            let breaks = |other: Index| self.lost(other, &wanted).is_some() || lacks(other);
            let on = wanted.iter().copied().find(|&other| other != action && breaks(other))?;
            Some(Fate::Dependent { on })
        })
    }

    /// What an action would break if it were active, together with others.
    fn lost(&self, action: Index, with: &[Index]) -> Option<Fate> {
        let is_in = |at: Index| self.active[at as usize] || with.contains(&at);
        for &at in self.at_most.get(action) {
            let most = &self.graph.at_most[at as usize];
            let by: Vec<Index> = most.of.iter().copied().filter(|&other| other != action && is_in(other)).collect();
            if by.len() >= most.max as usize {
                return Some(Fate::Lost(Loss::AtMost { at_most: at as usize, by }));
            }
        }
        self.parts.order.circle(action, is_in).map(|circle| Fate::Lost(Loss::Circle(circle)))
    }
}
