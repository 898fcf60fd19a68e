//! Which actions are in question at all, in parts that have nothing to do with each other.

use crate::graph::{Graph, Index};
use crate::lists::{Groups, Lists, components};

/// Actions in question that hang together, and what ties them; constraints by their place in the graph.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// Ascending.
    pub actions: Vec<Index>,
    pub enables: Vec<(Index, Index)>,
    pub any_of: Vec<usize>,
    pub at_most: Vec<usize>,
}

/// What is certain of a graph, and what is not.
pub(crate) struct Parts {
    /// Which actions are left out, or need one that is.
    pub falls: Vec<bool>,
    pub in_question: Vec<bool>,
    /// In the order of their least action.
    pub parts: Vec<Part>,
    /// Those that come before each other, or themselves, where nothing may come in between.
    pub impossible: Vec<Vec<Index>>,
    /// The constraints as they hold between blocks of actions that nothing comes in between of.
    pub order: Order,
}

/// What comes before what.
pub(crate) struct Order {
    /// The first of the block that each action is in, mostly itself.
    pub block: Vec<Index>,
    /// What each block comes before, of those that may be active and are on a cycle together.
    pub cyclic: Lists,
}

impl Order {
    fn of(graph: &Graph) -> Self {
        Self { block: graph.blocks(), cyclic: Lists::default() }
    }

    /// Actions that cannot be, circle by circle: they come before themselves, alone or within their block.
    fn impossible(&self, graph: &Graph) -> Vec<Vec<Index>> {
        let inner = graph.not_after.iter().copied().filter(|&(a, b)| self.are_one(a, b));
        let inner = Lists::of(graph.len(), inner);
        let component = components(&inner);
        let is_cyclic = |at: Index| inner.get(at).iter().any(|&to| component[to as usize] == component[at as usize]);
        let mut cyclic: Vec<Index> = (0..graph.len() as Index).filter(|&at| is_cyclic(at)).collect();
        cyclic.sort_unstable_by_key(|&at| (component[at as usize], at));
        cyclic.chunk_by(|&a, &b| component[a as usize] == component[b as usize]).map(<[Index]>::to_vec).collect()
    }

    fn are_one(&self, a: Index, b: Index) -> bool {
        self.block[a as usize] == self.block[b as usize]
    }

    fn keep_cyclic(&mut self, graph: &Graph, falls: &[bool]) {
        let arrows = graph.not_after.iter().filter(|(a, b)| !falls[*a as usize] && !falls[*b as usize]);
        let arrows = arrows.map(|&(a, b)| (self.block[a as usize], self.block[b as usize])).filter(|(a, b)| a != b);
        let all = Lists::of(graph.len(), arrows);
        let component = components(&all);
        let pairs = (0..graph.len() as Index).flat_map(|a| all.get(a).iter().map(move |&b| (a, b)));
        self.cyclic = Lists::of(graph.len(), pairs.filter(|&(a, b)| component[a as usize] == component[b as usize]));
    }

    /// The others of the shortest circle through an action and others for which `is_in` holds, in order; of equally short
    /// ones that through lesser numbers.
    pub fn circle(&self, action: Index, is_in: impl Fn(Index) -> bool) -> Option<Vec<Index>> {
        let start = self.block[action as usize];
        let mut came: Vec<(Index, usize)> = vec![(start, usize::MAX)];
        let mut at = 0;
        while let Some(&(here, _)) = came.get(at) {
            for &next in self.cyclic.get(here) {
                if next == start {
                    return Some(way_to(&came, at));
                }
                if is_in(next) && !came.iter().any(|(known, _)| *known == next) {
                    came.push((next, at));
                }
            }
            at += 1;
        }
        None
    }

    /// Whether an action is of a block on a cycle.
    pub fn is_cyclic(&self, at: Index) -> bool {
        !self.cyclic.get(self.block[at as usize]).is_empty()
    }
}

/// How the one at `at` was come to, without where that began.
fn way_to(came: &[(Index, usize)], mut at: usize) -> Vec<Index> {
    let mut way = Vec::new();
    while at != 0 {
        way.push(came[at].0);
        at = came[at].1;
    }
    way.reverse();
    way
}

impl Parts {
    /// Whether an action is active whatever is chosen.
    pub fn is_certain(&self, at: Index) -> bool {
        !self.falls[at as usize] && !self.in_question[at as usize]
    }

    pub fn of(graph: &Graph) -> Self {
        let mut order = Order::of(graph);
        let feeds = Lists::of(graph.len(), graph.enables.iter().copied());
        let mut out = graph.is_out.clone();
        let impossible = order.impossible(graph);
        let none = graph.at_most.iter().filter(|most| most.max == 0).flat_map(|most| &most.of);
        impossible.iter().flatten().chain(none).for_each(|&at| out[at as usize] = true);
        let falls = reach(graph, &feeds, out);
        order.keep_cyclic(graph, &falls);
        let in_question = in_question(graph, &feeds, &order, &falls);
        let parts = parts(graph, &order, &in_question);
        Self { falls, in_question, parts, impossible, order }
    }
}

/// What falls when all of `fallen` do: what needs one of them, and what needs any of several that all do.
fn reach(graph: &Graph, feeds: &Lists, mut fallen: Vec<bool>) -> Vec<bool> {
    let options =
        graph.any_of.iter().zip(0..).flat_map(|(any, at)| any.options.iter().map(move |&option| (option, at)));
    let clauses = Lists::of(graph.len(), options);
    let mut left: Vec<usize> = graph.any_of.iter().map(|any| any.options.len()).collect();
    let mut open: Vec<Index> = (0..graph.len() as Index).filter(|&at| fallen[at as usize]).collect();
    let unmet = graph.any_of.iter().filter(|any| any.options.is_empty()).map(|any| any.needer);
    for needer in unmet {
        if !std::mem::replace(&mut fallen[needer as usize], true) {
            open.push(needer);
        }
    }
    while let Some(at) = open.pop() {
        let mut fall = |next: Index| {
            if !std::mem::replace(&mut fallen[next as usize], true) {
                open.push(next);
            }
        };
        feeds.get(at).iter().for_each(|&next| fall(next));
        for &clause in clauses.get(at) {
            left[clause as usize] -= 1;
            if left[clause as usize] == 0 {
                fall(graph.any_of[clause as usize].needer);
            }
        }
    }
    fallen
}

/// Actions that may have to go: on a cycle, of too many, or in need of such.
fn in_question(graph: &Graph, feeds: &Lists, order: &Order, falls: &[bool]) -> Vec<bool> {
    let mut begin: Vec<bool> = (0..graph.len()).map(|at| falls[at] || order.is_cyclic(at as Index)).collect();
    for most in &graph.at_most {
        if most.of.iter().filter(|&&at| !falls[at as usize]).count() > most.max as usize {
            most.of.iter().for_each(|&at| begin[at as usize] = true);
        }
    }
    let mut reached = reach(graph, feeds, begin);
    reached.iter_mut().zip(falls).for_each(|(reached, falls)| *reached &= !falls);
    reached
}

/// The actions in question, by what ties them together.
fn parts(graph: &Graph, order: &Order, in_question: &[bool]) -> Vec<Part> {
    let is_in = |at: Index| in_question[at as usize];
    let mut groups = Groups::new(graph.len());
    for at in 0..graph.len() as Index {
        groups.join(at, order.block[at as usize]);
        order.cyclic.get(at).iter().for_each(|&next| groups.join(at, next));
    }
    let tied = graph.enables.iter().filter(|(a, b)| is_in(*a) && is_in(*b));
    tied.for_each(|&(a, b)| groups.join(a, b));
    let clauses = graph.at_most.iter().map(|most| (&most.of, None));
    let clauses = clauses.chain(graph.any_of.iter().map(|any| (&any.options, Some(any.needer))));
    for (of, needer) in clauses {
        let mut tied = of.iter().copied().chain(needer).filter(|&at| is_in(at));
        if let Some(first) = tied.next() {
            tied.for_each(|at| groups.join(first, at));
        }
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of = vec![usize::MAX; graph.len()];
    for at in (0..graph.len() as Index).filter(|&at| is_in(at)) {
        let group = groups.find(at) as usize;
        if part_of[group] == usize::MAX {
            part_of[group] = parts.len();
            parts.push(Part::default());
        }
        part_of[at as usize] = part_of[group];
        parts[part_of[group]].actions.push(at);
    }
    for &(a, b) in graph.enables.iter().filter(|(a, b)| is_in(*a) && is_in(*b)) {
        parts[part_of[b as usize]].enables.push((a, b));
    }
    for (at, any) in graph.any_of.iter().enumerate().filter(|(_, any)| is_in(any.needer)) {
        parts[part_of[any.needer as usize]].any_of.push(at);
    }
    for (at, most) in graph.at_most.iter().enumerate() {
        if let Some(&one) = most.of.iter().find(|&&one| is_in(one)) {
            parts[part_of[one as usize]].at_most.push(at);
        }
    }
    parts
}
