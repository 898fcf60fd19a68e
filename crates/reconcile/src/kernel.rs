//! A part, with all that goes together made one.
//!
//! Together go: actions that need each other; what nothing is against, with the only one that it needs; and those against
//! which just the same is, since what lets one in lets all in. The last makes a star of one action that is against
//! thousands two units.

use crate::exact::{KERNEL_MAX, Most, Small, WINDOW_MAX};
use crate::graph::{Graph, Index};
use crate::lists::{Groups, Lists, components};
use crate::part::{Part, Parts};

/// Actions that are active together or not at all, whatever else is.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// Ascending.
    pub members: Vec<Index>,
    /// Of those that count first, and of all.
    pub weight: (u64, u64),
}

/// The units of a part, ascending by their least action, and the constraints between them. All lists ascend.
#[derive(Clone, Debug)]
pub(crate) struct Kernel {
    pub units: Vec<Unit>,
    pub ties: Ties,
}

/// Constraints between things that have numbers.
#[derive(Clone, Debug)]
pub(crate) struct Ties {
    pub succ: Lists,
    pub pred: Lists,
    pub needs: Lists,
    pub feeds: Lists,
    pub rivals: Lists,
    /// Who needs one of which.
    pub any_of: Vec<(Index, Vec<Index>)>,
    /// Of which, and how often each counts, there may be how much; none of two things only.
    pub at_most: Vec<(Vec<(Index, u32)>, u32)>,
    /// In which of these each thing is.
    pub crowds: Lists,
}

impl Ties {
    /// The constraints of a part's actions, by their place in it.
    fn of(graph: &Graph, parts: &Parts, part: &Part) -> Self {
        let actions = &part.actions;
        let at = |action: Index| actions.binary_search(&action).ok().map(|at| at as Index);
        let both = |&(a, b): &(Index, Index)| Some((at(a)?, at(b)?));
        let len = actions.len();
        let cyclic =
            || actions.iter().zip(0..).flat_map(|(&a, from)| parts.order.cyclic.get(a).iter().map(move |&b| (from, b)));
        let arrows: Vec<(Index, Index)> = cyclic().filter_map(|(from, b)| Some((from, at(b)?))).collect();
        let needs: Vec<(Index, Index)> = part.enables.iter().filter_map(both).collect();
        let any_of = part.any_of.iter().map(|&any| &graph.any_of[any]).filter_map(|any| {
            let is_met = any.options.iter().any(|&option| parts.is_certain(option));
            let options = any.options.iter().filter_map(|&option| at(option)).collect();
            Some((at(any.needer)?, options)).filter(|_| !is_met)
        });
        let any_of = any_of.collect();
        let counts = |of: &[Index]| of.iter().filter_map(|&action| Some((at(action)?, 1))).collect::<Vec<_>>();
        let at_most =
            part.at_most.iter().map(|&most| &graph.at_most[most]).map(|most| (counts(&most.of), most.max)).collect();
        Self::new(len, arrows, needs, any_of, at_most)
    }

    fn new(
        len: usize,
        arrows: Vec<(Index, Index)>,
        enables: Vec<(Index, Index)>,
        any_of: Vec<(Index, Vec<Index>)>,
        at_most: Vec<(Vec<(Index, u32)>, u32)>,
    ) -> Self {
        let is_pair = |(of, max): &(Vec<(Index, u32)>, u32)| matches!(of[..], [(_, 1), (_, 1)]) && *max == 1;
        let crowded = at_most.into_iter().filter(|(of, max)| of.iter().map(|(_, count)| count).sum::<u32>() > *max);
        let (pairs, at_most): (Vec<_>, Vec<_>) = crowded.partition(is_pair);
        let rivals = pairs.iter().flat_map(|(of, _)| [(of[0].0, of[1].0), (of[1].0, of[0].0)]);
        let crowds = at_most.iter().zip(0..).flat_map(|((of, _), at)| of.iter().map(move |&(thing, _)| (thing, at)));
        Self {
            rivals: Lists::of(len, rivals),
            crowds: Lists::of(len, crowds),
            succ: Lists::of(len, arrows.iter().copied()),
            pred: Lists::of(len, arrows.into_iter().map(|(a, b)| (b, a))),
            needs: Lists::of(len, enables.iter().map(|&(a, b)| (b, a))),
            feeds: Lists::of(len, enables),
            any_of,
            at_most,
        }
    }

    /// The same between groups, of which there are `len`.
    fn between(&self, len: usize, group: &[Index]) -> Self {
        let to = |thing: Index| group[thing as usize];
        let map = |lists: &Lists| -> Vec<(Index, Index)> {
            let pairs = (0..lists.len() as Index).flat_map(|a| lists.get(a).iter().map(move |&b| (a, b)));
            pairs.map(|(a, b)| (to(a), to(b))).filter(|(a, b)| a != b).collect()
        };
        let any_of =
            self.any_of.iter().map(|(needer, options)| (to(*needer), options.iter().map(|&o| to(o)).collect()));
        let any_of = any_of.filter(|(needer, options): &(Index, Vec<Index>)| !options.contains(needer)).collect();
        let mut at_most: Vec<_> = self.at_most.iter().map(|(of, max)| (counted(of, to), *max)).collect();
        // Two that are against each other and go together stay: they count twice where one is too much.
        let pairs = self.rivals.pairs().filter(|(a, b)| a < b);
        at_most.extend(pairs.map(|(a, b)| (counted(&[(a, 1), (b, 1)], to), 1)));
        Self::new(len, map(&self.succ), map(&self.feeds), any_of, at_most)
    }

    /// Whether nothing is against a thing but what it needs being gone.
    fn is_clean(&self, thing: Index) -> bool {
        let is_needer = || self.any_of.iter().any(|(needer, _)| *needer == thing);
        let is_free = self.succ.get(thing).is_empty() && self.rivals.get(thing).is_empty();
        is_free && self.crowds.get(thing).is_empty() && !is_needer()
    }
}

fn counted(of: &[(Index, u32)], to: impl Fn(Index) -> Index) -> Vec<(Index, u32)> {
    let mut all: Vec<(Index, u32)> = of.iter().map(|&(thing, count)| (to(thing), count)).collect();
    all.sort_unstable();
    all.dedup_by(|next, before| {
        let is_same = next.0 == before.0;
        before.1 += if is_same { next.1 } else { 0 };
        is_same
    });
    all
}

impl Kernel {
    pub fn of(graph: &Graph, parts: &Parts, part: &Part) -> Self {
        let ties = Ties::of(graph, parts, part);
        let mut groups = Groups::new(part.actions.len());
        join_blocks(&mut groups, parts, &part.actions);
        join_needed(&mut groups, &ties, |at| parts.order.is_cyclic(part.actions[at as usize]));
        let units = part.actions.iter().map(|&action| Unit::of(graph, action)).collect();
        Self { units, ties }.joined(groups).without_twins()
    }

    /// With the units of each group made one.
    fn joined(self, mut groups: Groups) -> Self {
        let mut units: Vec<Unit> = Vec::new();
        let mut unit_of = vec![0; self.units.len()];
        for (at, unit) in self.units.into_iter().enumerate() {
            let least = groups.find(at as Index) as usize;
            if least == at {
                unit_of[at] = units.len() as Index;
                units.push(unit);
            } else {
                unit_of[at] = unit_of[least];
                units[unit_of[at] as usize].take(unit);
            }
        }
        let ties = self.ties.between(units.len(), &unit_of);
        Self { units, ties }
    }

    /// With those made one against which just the same is.
    fn without_twins(self) -> Self {
        let ties = &self.ties;
        let mut is_single: Vec<bool> =
            (0..self.units.len()).map(|at| !ties.crowds.get(at as Index).is_empty()).collect();
        for (needer, options) in &ties.any_of {
            options.iter().chain([needer]).for_each(|&at| is_single[at as usize] = true);
        }
        let look =
            |at: Index| [&ties.rivals, &ties.needs, &ties.feeds, &ties.succ, &ties.pred].map(|lists| lists.get(at));
        let mut order: Vec<Index> = (0..self.units.len() as Index).filter(|&at| !is_single[at as usize]).collect();
        order.sort_unstable_by_key(|&at| (look(at), at));
        let mut groups = Groups::new(self.units.len());
        for pair in order.windows(2).filter(|pair| look(pair[0]) == look(pair[1])) {
            groups.join(pair[0], pair[1]);
        }
        self.joined(groups)
    }

    /// The unit that an action is in.
    pub fn unit_of(&self, action: Index) -> Option<Index> {
        self.units.iter().position(|unit| unit.members.binary_search(&action).is_ok()).map(|at| at as Index)
    }

    /// Whether every choice can be looked at.
    pub fn is_small(&self) -> bool {
        self.units.len() <= KERNEL_MAX && worths(&self.units.iter().collect::<Vec<_>>()).is_some()
    }

    /// What is to be chosen of `free`, units that ascend, at most [`WINDOW_MAX`], or all where they [are
    /// small](Self::is_small); of the others those `inside` are active for certain; `kept` must be, where they are free.
    pub fn window(&self, free: &[Index], inside: &[bool], kept: &[bool]) -> Small {
        debug_assert!(free.len() <= WINDOW_MAX || free.len() == self.units.len(), "few enough to be sets of bits");
        let window = Window { free, inside };
        let ties = &self.ties;
        let each = |lists: &Lists| free.iter().map(|&unit| window.mask(lists.get(unit))).collect::<Vec<u64>>();
        let mut small = Small {
            worth: worths(&free.iter().map(|&unit| &self.units[unit as usize]).collect::<Vec<_>>())
                .expect("few units have room in a sum"),
            rivals: each(&ties.rivals),
            needs: each(&ties.needs),
            succ: free.iter().map(|&unit| window.ways_from(unit, &ties.succ)).collect(),
            ..Small::default()
        };
        small.pred = turned(&small.succ);
        for (at, &unit) in free.iter().enumerate() {
            let is_barred = ties.rivals.get(unit).iter().any(|&rival| window.is_inside(rival))
                || ties.needs.get(unit).iter().any(|&need| window.is_gone(need));
            small.alive |= u64::from(!is_barred) << at;
            let is_needed = ties.feeds.get(unit).iter().any(|&fed| window.is_inside(fed));
            small.kept |= u64::from(is_needed || kept[unit as usize]) << at;
        }
        for (needer, options) in &ties.any_of {
            let is_met = options.iter().any(|&option| window.is_inside(option)) || window.is_gone(*needer);
            if !is_met {
                small.any_of.push((window.at(*needer).map(|at| at as u8), window.mask(options)));
            }
        }
        for (of, max) in &ties.at_most {
            let taken: u32 = of.iter().filter(|(unit, _)| window.is_inside(*unit)).map(|(_, count)| count).sum();
            let here = of.iter().filter_map(|&(unit, count)| Some((window.at(unit)?, count)));
            let mask = here.clone().fold(0, |mask, (at, _)| mask | 1 << at);
            let more = here.filter(|(_, count)| *count > 1).map(|(at, count)| (at as u8, count - 1)).collect();
            if mask != 0 {
                small.at_most.push(Most { mask, more, max: max.saturating_sub(taken) });
            }
        }
        small
    }
}

impl Unit {
    fn of(graph: &Graph, action: Index) -> Self {
        let weight = u64::from(graph.weights[action as usize]);
        let first = if graph.is_first[action as usize] { weight } else { 0 };
        Self { members: vec![action], weight: (first, weight) }
    }

    fn take(&mut self, mut other: Self) {
        self.members.append(&mut other.members);
        self.members.sort_unstable();
        self.weight = (self.weight.0 + other.weight.0, self.weight.1 + other.weight.1);
    }
}

/// What it is worth that each unit is active: first what counts first, then its weight; and of choices that weigh the
/// same, that which has the least unit. No two sets have the same sum, and no sum overflows; none where there is no room
/// for that. Of [`WINDOW_MAX`] units there always is.
fn worths(units: &[&Unit]) -> Option<Vec<u128>> {
    let cap = |weight: u64| u128::from(weight.min(u64::from(u32::MAX)));
    let bits_of = |sum: u128| u128::BITS - sum.leading_zeros();
    let (ties, weights) = (units.len() as u32, bits_of(units.iter().map(|unit| cap(unit.weight.1)).sum()));
    let firsts = bits_of(units.iter().map(|unit| cap(unit.weight.0)).sum());
    let tie = |at: usize| 1_u128 << (units.len() - 1 - at);
    let worth = |(at, unit): (usize, &&Unit)| {
        let (first, weight) = unit.weight;
        cap(first) << (ties + weights) | cap(weight) << ties | tie(at)
    };
    (ties + weights + firsts < u128::BITS).then(|| units.iter().enumerate().map(worth).collect())
}

fn turned(sets: &[u64]) -> Vec<u64> {
    let has = |from: usize, to: usize| u64::from(sets[from] >> to & 1 == 1) << from;
    (0..sets.len()).map(|to| (0..sets.len()).fold(0, |set, from| set | has(from, to))).collect()
}

/// Some units that are free, among others that are certain.
struct Window<'a> {
    free: &'a [Index],
    inside: &'a [bool],
}

impl Window<'_> {
    fn at(&self, unit: Index) -> Option<usize> {
        self.free.binary_search(&unit).ok()
    }

    fn is_inside(&self, unit: Index) -> bool {
        self.inside[unit as usize] && self.at(unit).is_none()
    }

    fn is_gone(&self, unit: Index) -> bool {
        !self.inside[unit as usize] && self.at(unit).is_none()
    }

    fn mask(&self, units: &[Index]) -> u64 {
        units.iter().filter_map(|&unit| self.at(unit)).fold(0, |mask, at| mask | 1 << at)
    }

    /// Which free units come after `unit`, straight or through others that are certain.
    fn ways_from(&self, unit: Index, succ: &Lists) -> u64 {
        let mut mask = 0;
        let (mut open, mut passed) = (succ.get(unit).to_vec(), Vec::new());
        while let Some(next) = open.pop() {
            match self.at(next) {
                Some(at) => mask |= 1 << at,
                None if self.inside[next as usize] && !passed.contains(&next) => {
                    passed.push(next);
                    open.extend(succ.get(next));
                }
                None => {}
            }
        }
        mask
    }
}

fn join_blocks(groups: &mut Groups, parts: &Parts, part: &[Index]) {
    for (at, &action) in part.iter().enumerate() {
        if let Ok(first) = part.binary_search(&parts.order.block[action as usize]) {
            groups.join(first as Index, at as Index);
        }
    }
}

/// Joins what needs each other, as long as no two of them, or of the blocks that they are in, are on cycles, and what is clean with the only one it needs.
fn join_needed(groups: &mut Groups, ties: &Ties, is_cyclic: impl Fn(Index) -> bool) {
    let component = components(&ties.feeds);
    let mut by_component: Vec<(u32, Index)> =
        component.iter().zip(0..).map(|(&component, at)| (component, at)).collect();
    // What is needed comes first: arrows lead to lower numbers.
    by_component.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for circle in by_component.chunk_by(|a, b| a.0 == b.0) {
        let members: Vec<Index> = circle.iter().map(|(_, at)| *at).collect();
        if let [only] = *members {
            if ties.is_clean(only) {
                join_with_needed(groups, ties, only);
            }
            continue;
        }
        let (on_cycles, rest): (Vec<Index>, Vec<Index>) = members.into_iter().partition(|&at| is_cyclic(at));
        let joined = on_cycles.iter().take(1).chain(&rest).copied().collect::<Vec<_>>();
        joined.windows(2).for_each(|pair| groups.join(pair[0], pair[1]));
    }
}

fn join_with_needed(groups: &mut Groups, ties: &Ties, clean: Index) {
    let mut needed = ties.needs.get(clean).iter().map(|&need| groups.find(need)).collect::<Vec<_>>();
    needed.sort_unstable();
    needed.dedup();
    if let [only] = *needed {
        groups.join(only, clean);
    }
}
