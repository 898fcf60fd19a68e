//! The best choice of a kernel; of one that is too large to look at every choice, a good one.
//!
//! A good one is made greedily, and then mended in windows: around each unit that is not in, as many as can be solved
//! exactly are chosen anew, while the rest stays. Every window leaves it as good or makes it better, and how many there
//! are depends on nothing but the kernel.

use crate::exact::{Best, WINDOW_MAX, has};
use crate::graph::Index;
use crate::kernel::Kernel;

/// How often all units are looked at, at most.
const ROUNDS_MAX: usize = 4;

/// How many windows are looked at in a round, at most.
const WINDOWS_MAX: usize = 2048;

/// Which units of a kernel are active, and whether no choice is better.
pub(crate) fn choose(kernel: &Kernel, pins: &[Index]) -> (Vec<bool>, bool) {
    let mut pinned: Vec<Index> = Vec::new();
    for unit in pins.iter().filter_map(|&pin| kernel.unit_of(pin)) {
        if !pinned.contains(&unit) {
            pinned.push(unit);
        }
    }
    if kernel.is_small() { exact(kernel, &pinned) } else { (Greedy::of(kernel, &pinned).mended(), false) }
}

fn exact(kernel: &Kernel, pins: &[Index]) -> (Vec<bool>, bool) {
    let all: Vec<Index> = (0..kernel.units.len() as Index).collect();
    let none = vec![false; all.len()];
    let mut small = kernel.window(&all, &none, &none);
    for &pin in pins {
        let kept = small.kept | 1 << pin;
        if small.allows(kept) {
            small.kept = kept;
        }
    }
    // What is easily found spares a large kernel most of the search.
    let greedy = (all.len() > WINDOW_MAX).then(|| Greedy::of(kernel, pins));
    let known = greedy.as_ref().map(|greedy| greedy.set(&all)).filter(|known| known & small.kept == small.kept);
    let Best { set, is_proved } = small.solve(known).expect("nothing is kept that is not allowed");
    let inside: Vec<bool> = (0..all.len()).map(|at| has(set, at)).collect();
    match greedy {
        Some(greedy) if !is_proved => (Greedy { inside, ..greedy }.mended(), false),
        _ => (inside, is_proved),
    }
}

/// A choice that units are added to one by one.
struct Greedy<'a> {
    kernel: &'a Kernel,
    inside: Vec<bool>,
    pinned: Vec<bool>,
}

impl<'a> Greedy<'a> {
    fn of(kernel: &'a Kernel, pins: &[Index]) -> Self {
        let len = kernel.units.len();
        let mut greedy = Self { kernel, inside: vec![false; len], pinned: vec![false; len] };
        for &pin in pins {
            greedy.pinned[pin as usize] = greedy.add(pin);
        }
        greedy.add_all();
        greedy
    }

    /// Adds what fits, the units that are worth most beside what is against them first.
    fn add_all(&mut self) {
        let against = |unit: Index| 1 + self.kernel.ties.rivals.get(unit).len() as u64;
        let mut order: Vec<Index> = (0..self.kernel.units.len() as Index).collect();
        let weight = |unit: Index| self.kernel.units[unit as usize].weight;
        order.sort_unstable_by(|&a, &b| {
            let (first, other) = (weight(a), weight(b));
            let by_first = (other.0 * against(a)).cmp(&(first.0 * against(b)));
            by_first.then((other.1 * against(a)).cmp(&(first.1 * against(b)))).then(a.cmp(&b))
        });
        for unit in order {
            self.add(unit);
        }
    }

    /// Adds a unit and all it needs, where that breaks nothing.
    fn add(&mut self, unit: Index) -> bool {
        let mut added = Vec::new();
        let is_in = self.add_needed(unit, &mut added) && !self.closes_circle(&added);
        if !is_in {
            added.into_iter().for_each(|unit| self.inside[unit as usize] = false);
        }
        is_in
    }

    fn add_needed(&mut self, unit: Index, added: &mut Vec<Index>) -> bool {
        let ties = &self.kernel.ties;
        let mut open = vec![unit];
        while let Some(unit) = open.pop() {
            if self.inside[unit as usize] {
                continue;
            }
            if self.is_barred(unit) {
                return false;
            }
            self.inside[unit as usize] = true;
            added.push(unit);
            open.extend(ties.needs.get(unit));
            for (_, options) in ties.any_of.iter().filter(|(needer, _)| *needer == unit) {
                let is_met = options.iter().any(|&option| self.inside[option as usize] || open.contains(&option));
                match options.iter().find(|&&option| !self.is_barred(option)) {
                    _ if is_met => {}
                    Some(&option) => open.push(option),
                    None => return false,
                }
            }
        }
        true
    }

    /// Whether a rival is in, or no more of its kind may be.
    fn is_barred(&self, unit: Index) -> bool {
        let ties = &self.kernel.ties;
        let is_crowded = |&crowd: &Index| {
            let (of, max) = &ties.at_most[crowd as usize];
            let counts = of.iter().filter(|(other, _)| *other == unit || self.inside[*other as usize]);
            counts.map(|(_, count)| count).sum::<u32>() > *max
        };
        let has_rival = ties.rivals.get(unit).iter().any(|&rival| self.inside[rival as usize]);
        has_rival || ties.crowds.get(unit).iter().any(is_crowded)
    }

    /// Whether any of `added` comes before itself.
    fn closes_circle(&self, added: &[Index]) -> bool {
        let succ = &self.kernel.ties.succ;
        let closes = |&start: &Index| {
            let (mut open, mut passed) = (succ.get(start).to_vec(), vec![false; self.inside.len()]);
            while let Some(next) = open.pop() {
                if next == start {
                    return true;
                }
                if self.inside[next as usize] && !std::mem::replace(&mut passed[next as usize], true) {
                    open.extend(succ.get(next));
                }
            }
            false
        };
        added.iter().filter(|&&unit| !succ.get(unit).is_empty()).any(closes)
    }

    fn mended(mut self) -> Vec<bool> {
        for _ in 0..ROUNDS_MAX {
            let out: Vec<Index> = (0..self.inside.len() as Index).filter(|&unit| !self.inside[unit as usize]).collect();
            let better = out.into_iter().take(WINDOWS_MAX).filter(|&unit| self.mend(unit)).count();
            if better == 0 {
                break;
            }
        }
        self.inside
    }

    /// Chooses anew around a unit; whether that was better.
    fn mend(&mut self, unit: Index) -> bool {
        if self.inside[unit as usize] {
            return false;
        }
        let free = self.around(unit);
        let small = self.kernel.window(&free, &self.inside, &self.pinned);
        let known =
            free.iter().enumerate().fold(0, |set, (at, &unit)| set | u64::from(self.inside[unit as usize]) << at);
        let Some(Best { set, .. }) = small.solve(Some(known)) else { return false };
        for (at, &unit) in free.iter().enumerate() {
            self.inside[unit as usize] = has(set, at);
        }
        set != known
    }

    /// Which of `units` are in.
    fn set(&self, units: &[Index]) -> u64 {
        units.iter().enumerate().fold(0, |set, (at, &unit)| set | u64::from(self.inside[unit as usize]) << at)
    }

    /// A unit and those that are nearest to it, ascending.
    fn around(&self, unit: Index) -> Vec<Index> {
        let ties = &self.kernel.ties;
        let mut near = vec![unit];
        let mut at = 0;
        while let Some(&next) = near.get(at) {
            at += 1;
            let lists = [&ties.rivals, &ties.needs, &ties.feeds, &ties.succ, &ties.pred];
            let straight = lists.into_iter().flat_map(|lists| lists.get(next)).copied();
            let crowds =
                ties.crowds.get(next).iter().flat_map(|&at| ties.at_most[at as usize].0.iter().map(|(unit, _)| *unit));
            let options =
                ties.any_of.iter().filter(|(needer, _)| *needer == next).flat_map(|(_, options)| options).copied();
            for other in straight.chain(crowds).chain(options) {
                if near.len() == WINDOW_MAX {
                    break;
                }
                if !near.contains(&other) {
                    near.push(other);
                }
            }
        }
        near.sort_unstable();
        near
    }
}
