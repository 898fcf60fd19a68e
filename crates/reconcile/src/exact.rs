//! The best choice among few: branch and bound.
//!
//! Of what breaks a constraint, one must go: each branch gives up another one and keeps those before it. A branch is left
//! when what it must still give up, at least, makes it no better than the best choice known. That least is the sum of what
//! broken constraints cost that share no worth: each takes the same from all that could pay for it (the dual of the linear
//! program, by local ratio: Bar-Yehuda and Even, 1985).

/// How many things a kernel may have to be solved exactly: as many as a word has bits.
pub(crate) const KERNEL_MAX: usize = 64;

/// How many things a window may have: as many as are solved in well under a millisecond.
pub(crate) const WINDOW_MAX: usize = 48;

/// How many branches are looked at before the best choice known has to do. Never a time: all members give up alike.
pub(crate) const NODES_MAX: u32 = 100_000;

/// Of some things only so many.
#[derive(Clone, Debug)]
pub(crate) struct Most {
    pub mask: u64,
    /// Things that count more than once, and how often more.
    pub more: Vec<(u8, u32)>,
    pub max: u32,
}

impl Most {
    fn count(&self, set: u64) -> u32 {
        let more: u32 = self.more.iter().filter(|(thing, _)| has(set, *thing as usize)).map(|(_, more)| more).sum();
        (self.mask & set).count_ones() + more
    }

    fn count_of(&self, thing: usize) -> u32 {
        self.count(1 << thing)
    }

    /// How many of `set` have to go, at least.
    fn gone_at_least(&self, set: u64) -> u32 {
        let each = 1 + self.more.iter().map(|(_, more)| *more).max().unwrap_or(0);
        self.count(set).saturating_sub(self.max).div_ceil(each)
    }
}

/// Few things and their constraints, as sets of bits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Small {
    /// What each is worth; sums differ for different sets.
    pub worth: Vec<u128>,
    /// With which it is never active.
    pub rivals: Vec<u64>,
    /// What it is never after, where that matters.
    pub succ: Vec<u64>,
    pub pred: Vec<u64>,
    pub needs: Vec<u64>,
    /// Who needs one of which; none is something that is active anyway.
    pub any_of: Vec<(Option<u8>, u64)>,
    pub at_most: Vec<Most>,
    pub alive: u64,
    pub kept: u64,
}

/// A choice, and whether it is known to be the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Best {
    pub set: u64,
    pub is_proved: bool,
}

impl Small {
    /// The best choice; none where what must be kept cannot be.
    pub fn solve(&self, known: Option<u64>) -> Option<Best> {
        let mut search =
            Search { small: self, best: known.map(|set| (self.worth_of(set), set)), nodes_left: NODES_MAX };
        search.branch(self.alive, self.kept);
        let is_proved = search.nodes_left > 0;
        search.best.map(|(_, set)| Best { set, is_proved })
    }

    /// Whether all of `kept` can be active together.
    pub fn allows(&self, kept: u64) -> bool {
        let Some((alive, kept)) = self.follow(self.alive, kept) else { return false };
        // Without any-ofs, what must be kept is a choice by itself.
        self.any_of.is_empty() || {
            let only = Self { alive, kept, worth: vec![1; self.worth.len()], ..self.clone() };
            only.solve(None).is_some()
        }
    }

    fn worth_of(&self, set: u64) -> u128 {
        bits(set).map(|thing| self.worth[thing]).sum()
    }

    /// What follows from what is gone and what is kept; none where they contradict each other.
    fn follow(&self, mut alive: u64, mut kept: u64) -> Option<(u64, u64)> {
        loop {
            let before = (alive, kept);
            kept |= union(kept, &self.needs);
            alive &= !union(kept, &self.rivals);
            let gone = !alive;
            for thing in bits(alive) {
                if self.needs[thing] & gone & self.all() != 0 {
                    alive &= !(1 << thing);
                }
            }
            for &(needer, options) in &self.any_of {
                let is_kept = needer.is_none_or(|needer| has(kept, needer as usize));
                match (options & alive, needer) {
                    (0, Some(needer)) => alive &= !(1 << needer),
                    (0, None) => return None,
                    (left, _) if is_kept && left.is_power_of_two() => kept |= left,
                    _ => {}
                }
            }
            for most in &self.at_most {
                let count = most.count(kept);
                if count > most.max {
                    return None;
                }
                for thing in bits(most.mask & alive & !kept) {
                    if count + most.count_of(thing) > most.max {
                        alive &= !(1 << thing);
                    }
                }
            }
            for thing in bits(alive) {
                if self.succ[thing] != 0 && self.is_closed(thing, kept) {
                    alive &= !(1 << thing);
                }
            }
            if kept & !alive != 0 {
                return None;
            }
            if (alive, kept) == before {
                return Some(before);
            }
        }
    }

    fn all(&self) -> u64 {
        u64::MAX.checked_shr(64 - self.worth.len() as u32).unwrap_or(0)
    }

    /// Whether a way leads from `thing` back to it through `kept`.
    fn is_closed(&self, thing: usize, kept: u64) -> bool {
        let (mut reached, mut next) = (0, self.succ[thing]);
        while next & !reached != 0 {
            if has(next, thing) {
                return true;
            }
            reached |= next;
            next = union(next & kept, &self.succ);
        }
        has(next, thing)
    }

    /// Things of `set` that break a constraint together, few where they are easily found: at least one of them has to go.
    fn broken(&self, set: u64, kept: u64) -> Option<u64> {
        let mut pair = None;
        for thing in bits(set & !kept) {
            let rivals = self.rivals[thing] & set;
            if rivals != 0 && pair.is_none_or(|(most, _)| rivals.count_ones() > most) {
                pair = Some((rivals.count_ones(), thing));
            }
        }
        if let Some((_, thing)) = pair {
            let rivals = self.rivals[thing] & set;
            let dearest = bits(rivals).max_by_key(|&rival| (self.rivals[rival] & set).count_ones())?;
            return Some(1 << thing | 1 << dearest);
        }
        let crowd = self.at_most.iter().find(|most| most.count(set) > most.max).map(|most| most.mask & set);
        crowd.or_else(|| self.shortest_cycle(set, kept)).map(|broken| broken & !kept)
    }

    /// The cycle within `set` of the fewest things that are not kept.
    fn shortest_cycle(&self, set: u64, kept: u64) -> Option<u64> {
        let mut shortest: Option<u64> = None;
        for start in bits(set & !kept) {
            if self.succ[start] & set == 0 || self.pred[start] & set == 0 {
                continue;
            }
            if let Some(cycle) = self.cycle_through(start, set)
                && shortest.is_none_or(|known| (cycle & !kept).count_ones() < (known & !kept).count_ones())
            {
                shortest = Some(cycle);
            }
        }
        shortest
    }

    /// The shortest cycle through `start` within `set`.
    fn cycle_through(&self, start: usize, set: u64) -> Option<u64> {
        let mut layers = vec![1_u64 << start];
        let mut reached = 0;
        loop {
            let next = union(*layers.last()?, &self.succ) & set & !reached;
            if has(next, start) {
                break;
            }
            if next == 0 {
                return None;
            }
            reached |= next;
            layers.push(next);
        }
        let (mut cycle, mut at) = (0, start);
        for layer in layers.into_iter().rev() {
            at = (self.pred[at] & layer).trailing_zeros() as usize;
            cycle |= 1 << at;
        }
        Some(cycle)
    }

    /// What has to be given up of `alive`, at least.
    fn bound(&self, alive: u64, kept: u64) -> u128 {
        let mut left = self.lend(alive, kept);
        let mut open = alive & !kept;
        let mut sum = 0;
        for most in &self.at_most {
            while let least @ 1.. = most.gone_at_least(open | kept) {
                sum += u128::from(least) * pay(most.mask & open, &mut left, &mut open);
            }
        }
        for thing in 0..self.worth.len() {
            while has(open, thing)
                && let rivals @ 1.. = self.rivals[thing] & open
            {
                sum += pay(1 << thing | rivals & rivals.wrapping_neg(), &mut left, &mut open);
            }
        }
        // Of a cycle, what is kept cannot pay; the others can, as long as something of theirs is left.
        while let Some(cycle) = self.shortest_cycle(open | kept, kept) {
            sum += pay(cycle & !kept, &mut left, &mut open);
        }
        sum
    }

    /// What each could pay with: what nothing else is against falls with the first that it needs.
    fn lend(&self, alive: u64, kept: u64) -> Vec<u128> {
        let mut left = self.worth.clone();
        for thing in bits(alive & !kept).collect::<Vec<_>>().into_iter().rev() {
            let is_clean = self.rivals[thing] & alive == 0 && self.succ[thing] & alive == 0;
            let needs = self.needs[thing] & alive & !kept & !(1 << thing);
            if is_clean && needs != 0 && self.at_most.iter().all(|most| !has(most.mask, thing)) {
                left[needs.trailing_zeros() as usize] += std::mem::take(&mut left[thing]);
            }
        }
        left
    }
}

/// Takes from all of `payers` what the poorest has; who has nothing left is not open any more.
fn pay(payers: u64, left: &mut [u128], open: &mut u64) -> u128 {
    let price = bits(payers).map(|thing| left[thing]).min().unwrap_or(0);
    for thing in bits(payers) {
        left[thing] -= price;
        if left[thing] == 0 {
            *open &= !(1 << thing);
        }
    }
    price
}

struct Search<'a> {
    small: &'a Small,
    best: Option<(u128, u64)>,
    nodes_left: u32,
}

impl Search<'_> {
    fn branch(&mut self, alive: u64, kept: u64) {
        let Some((alive, mut kept)) = self.small.follow(alive, kept) else { return };
        let worth = self.small.worth_of(alive);
        if self.best.is_some_and(|(best, _)| worth <= best) {
            return;
        }
        let Some(broken) = self.small.broken(alive, kept) else {
            self.best = Some((worth, alive));
            return;
        };
        if self.best.is_some_and(|(best, _)| worth.saturating_sub(self.small.bound(alive, kept)) <= best) {
            return;
        }
        for thing in bits(broken) {
            if self.nodes_left == 0 {
                return;
            }
            self.nodes_left -= 1;
            self.branch(alive & !(1 << thing), kept);
            kept |= 1 << thing;
        }
    }
}

pub(crate) fn has(set: u64, thing: usize) -> bool {
    set >> thing & 1 == 1
}

pub(crate) fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let thing = set.trailing_zeros();
        (thing < 64).then(|| set &= set - 1)?;
        Some(thing as usize)
    })
}

fn union(of: u64, sets: &[u64]) -> u64 {
    bits(of).fold(0, |all, thing| all | sets[thing])
}
