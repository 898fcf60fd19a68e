//! Actions and what they mean together.

use crate::lists::Groups;

/// The number of an action in a graph.
pub type Index = u32;

/// The greatest weight of one action: sums over a graph stay exact.
pub const WEIGHT_MAX: u32 = u16::MAX as u32;

/// An action that is active only where one of several is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnyOf {
    /// The action that needs one of them.
    pub needer: Index,
    /// The ones, ascending.
    pub options: Vec<Index>,
}

/// Actions of which only so many may be active.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AtMost {
    /// The actions, ascending.
    pub of: Vec<Index>,
    /// How many may be.
    pub max: u32,
}

/// Actions by number, and the constraints between them.
///
/// Who adds actions chooses their numbers, and with them who wins where all else is equal: of two choices that weigh the
/// same, the one counts that has the least action in which they differ.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub(crate) weights: Vec<u32>,
    /// Whether an action counts before all others.
    pub(crate) is_first: Vec<bool>,
    pub(crate) is_out: Vec<bool>,
    /// The most urgent first.
    pub(crate) pins: Vec<Index>,
    pub(crate) not_after: Vec<(Index, Index)>,
    pub(crate) enables: Vec<(Index, Index)>,
    pub(crate) any_of: Vec<AnyOf>,
    pub(crate) at_most: Vec<AtMost>,
    pub(crate) contiguous: Vec<Vec<Index>>,
    pub(crate) non_commuting: Vec<(Index, Index)>,
    pub(crate) soft: Vec<(Index, Index)>,
}

impl Graph {
    /// No actions.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many actions there are.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Adds an action; nothing weighs less than 1 or more than [`WEIGHT_MAX`].
    pub fn add(&mut self, weight: u32) -> Index {
        let index = Index::try_from(self.len()).expect("fewer actions than counters");
        self.weights.push(weight.clamp(1, WEIGHT_MAX));
        self.is_first.push(false);
        self.is_out.push(false);
        index
    }

    /// Lets an action count before all others that do not: none of it is given up for any of those. So local changes
    /// come first.
    pub fn put_first(&mut self, action: Index) {
        self.is_first[action as usize] = true;
    }

    /// Leaves an action out, and what needs it.
    pub fn leave_out(&mut self, action: Index) {
        self.is_out[action as usize] = true;
    }

    /// Wants an action in, whatever it weighs. Of pins that contradict each other, the one that was set first counts.
    pub fn pin(&mut self, action: Index) {
        self.pins.push(action);
    }

    /// Wants actions in before whatever was wanted so far, the first of them most.
    pub fn pin_first(&mut self, actions: impl IntoIterator<Item = Index>) {
        self.pins.splice(0..0, actions);
    }

    /// Where both are active, `a` is never after `b`.
    pub fn not_after(&mut self, a: Index, b: Index) {
        self.not_after.push((a, b));
    }

    /// `b` is active only where `a` is. Says nothing of their order.
    pub fn enables(&mut self, a: Index, b: Index) {
        self.enables.push((a, b));
    }

    /// `b` needs `a`, and comes after it.
    pub fn causes(&mut self, a: Index, b: Index) {
        self.not_after(a, b);
        self.enables(a, b);
    }

    /// Never both. Returns what [`Graph::at_most`] does.
    pub fn conflict(&mut self, a: Index, b: Index) -> Option<usize> {
        self.at_most(&[a, b], 1)
    }

    /// All or none; others may come in between.
    pub fn atomic(&mut self, actions: &[Index]) {
        let following = actions.iter().cycle().skip(1);
        self.enables.extend(actions.iter().zip(following).filter(|(a, b)| a != b).map(|(&a, &b)| (a, b)));
    }

    /// All or none, and nothing comes in between.
    pub fn contiguous(&mut self, actions: &[Index]) {
        self.atomic(actions);
        self.contiguous.push(actions.to_vec());
    }

    /// At most one of several. Returns what [`Graph::at_most`] does.
    pub fn alternatives(&mut self, actions: &[Index]) -> Option<usize> {
        self.at_most(actions, 1)
    }

    /// At most `max` of several: places in a room. Returns under which number [`crate::Loss::AtMost`] names it, where it says
    /// anything.
    pub fn at_most(&mut self, actions: &[Index], max: u32) -> Option<usize> {
        let of = sorted(actions);
        (of.len() > max as usize).then(|| {
            self.at_most.push(AtMost { of, max });
            self.at_most.len() - 1
        })
    }

    /// `needer` is active only where one of `options` is. Returns under which number [`crate::Fate::Unmet`] names it.
    pub fn any_of(&mut self, needer: Index, options: &[Index]) -> usize {
        self.any_of.push(AnyOf { needer, options: sorted(options) });
        self.any_of.len() - 1
    }

    /// The options of what [`Graph::any_of`] returned.
    pub fn options(&self, any_of: usize) -> &[Index] {
        &self.any_of[any_of].options
    }

    /// `needer` is active only where one of `options` is, of which at most one ever is. Returns what [`Graph::alternatives`]
    /// and [`Graph::any_of`] do.
    pub fn exactly_one(&mut self, needer: Index, options: &[Index]) -> (Option<usize>, usize) {
        (self.alternatives(options), self.any_of(needer, options))
    }

    /// What they do depends on their order: whoever shows both must agree on it. Keeps none of them out.
    pub fn non_commuting(&mut self, a: Index, b: Index) {
        self.non_commuting.push((a.min(b), a.max(b)));
    }

    /// Several graphs as one, with nothing between them yet. `order` lists every action once, by its graph and its number there, in
    /// the order of the new numbers. Returns also the new number of each. What is pinned in an earlier graph is wanted more than what is
    /// in a later one.
    pub fn join(graphs: &[Self], order: &[(usize, Index)]) -> (Self, Vec<Vec<Index>>) {
        let mut joined = Self::new();
        let mut numbers: Vec<Vec<Index>> = graphs.iter().map(|graph| vec![0; graph.len()]).collect();
        for &(of, at) in order {
            let (graph, at) = (&graphs[of], at as usize);
            let new = joined.add(graph.weights[at]);
            joined.is_first[new as usize] = graph.is_first[at];
            joined.is_out[new as usize] = graph.is_out[at];
            numbers[of][at] = new;
        }
        for (graph, numbers) in graphs.iter().zip(&numbers) {
            let new = |at: &Index| numbers[*at as usize];
            let all = |of: &[Index]| of.iter().map(new).collect::<Vec<Index>>();
            let pairs = |pairs: &[(Index, Index)]| pairs.iter().map(|(a, b)| (new(a), new(b))).collect::<Vec<_>>();
            joined.pins.extend(all(&graph.pins));
            joined.not_after.extend(pairs(&graph.not_after));
            joined.enables.extend(pairs(&graph.enables));
            joined.soft.extend(pairs(&graph.soft));
            joined.contiguous.extend(graph.contiguous.iter().map(|block| all(block)));
            graph.non_commuting.iter().for_each(|(a, b)| joined.non_commuting(new(a), new(b)));
            graph.any_of.iter().for_each(|any| _ = joined.any_of(new(&any.needer), &all(&any.options)));
            graph.at_most.iter().for_each(|at_most| _ = joined.at_most(&all(&at_most.of), at_most.max));
        }
        (joined, numbers)
    }

    /// The least of those that each action lies together with, mostly itself.
    pub(crate) fn blocks(&self) -> Vec<Index> {
        let mut groups = Groups::new(self.len());
        for block in &self.contiguous {
            block.windows(2).for_each(|pair| groups.join(pair[0], pair[1]));
        }
        (0..self.len() as Index).map(|at| groups.find(at)).collect()
    }

    /// `a` had better come before `b`. Keeps none of them out.
    pub fn soft_order(&mut self, a: Index, b: Index) {
        self.soft.push((a, b));
    }
}

fn sorted(actions: &[Index]) -> Vec<Index> {
    let mut sorted = actions.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
