//! In which order the functions of a module stand, so that gzip finds like beside like.
//!
//! gzip looks 32 kB back. Sorted by their names, instances of one generic function lie side by side; but what is alike is known
//! from the bytes. So each function is followed by the one of whose pieces most were seen lately, for its length. What few
//! functions have counts more: what many have is found near any of them.

use std::collections::{HashMap, VecDeque};

/// How functions are put in order. Which is best differs with every change of the program: the smallest of several is taken.
pub struct Tuning {
    /// Bytes of functions within which a piece counts as seen: about as far as gzip looks back, each function with its extra.
    window_bytes: usize,
    /// Added to the length of each function, so that tiny ones do not come before all others for one piece.
    len_extra: usize,
    /// With which root of their number a piece counts less where several functions have it: of 0 to 1, 0.3 won 2.5 kB.
    rarity: f64,
}

/// What is tried: together half a kB smaller than any of them, and more where one has bad luck.
pub const TUNINGS: [Tuning; 10] = [
    Tuning { window_bytes: 34_000, len_extra: 70, rarity: 0.4 },
    Tuning { window_bytes: 30_000, len_extra: 50, rarity: 0.3 },
    Tuning { window_bytes: 32_000, len_extra: 60, rarity: 0.35 },
    Tuning { window_bytes: 36_000, len_extra: 50, rarity: 0.3 },
    Tuning { window_bytes: 36_000, len_extra: 80, rarity: 0.4 },
    Tuning { window_bytes: 42_000, len_extra: 60, rarity: 0.3 },
    Tuning { window_bytes: 34_000, len_extra: 50, rarity: 0.35 },
    Tuning { window_bytes: 38_000, len_extra: 60, rarity: 0.35 },
    Tuning { window_bytes: 34_000, len_extra: 60, rarity: 0.3 },
    Tuning { window_bytes: 38_000, len_extra: 70, rarity: 0.3 },
];

/// Short pieces find what is alike, and long ones what is worth it: gzip pays for each match, not for its length.
const PIECE_BYTES: [usize; 2] = [5, 10];

/// A piece that more functions have says little about any, and takes long.
const HOLDERS_MAX: usize = 4_000;

/// What a piece counts that one function has.
const WEIGHT_MAX: f64 = 1_000.0;

/// The places of functions in their new order, from their bodies.
pub fn alike(bodies: &[&[u8]], tuning: &Tuning) -> Vec<usize> {
    let mut row = Row::of(bodies, tuning);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order = Vec::new();
    while let Some(at) = row.best(&left) {
        order.push(left.remove(at));
        row.append(order[order.len() - 1]);
    }
    order
}

/// What was put in order so far, and how well each function would follow.
struct Row {
    /// The numbers of the pieces that each function has.
    pieces: Vec<Vec<usize>>,
    /// How long each counts as.
    lens: Vec<usize>,
    /// The functions that have a piece.
    holders: Vec<Vec<usize>>,
    /// What each piece counts.
    weights: Vec<usize>,
    /// How many functions in the window have a piece.
    seen: Vec<usize>,
    /// Of each function, what the pieces count that the window has.
    known: Vec<usize>,
    window: VecDeque<usize>,
    window_bytes: usize,
    window_bytes_max: usize,
}

impl Row {
    fn of(bodies: &[&[u8]], tuning: &Tuning) -> Self {
        let mut numbers = HashMap::new();
        let mut pieces: Vec<Vec<usize>> = Vec::new();
        for body in bodies {
            let number = |piece| {
                let next = numbers.len();
                *numbers.entry(piece).or_insert(next)
            };
            let mut own: Vec<usize> = PIECE_BYTES.iter().flat_map(|len| body.windows(*len)).map(number).collect();
            own.sort_unstable();
            own.dedup();
            pieces.push(own);
        }
        let mut holders = vec![Vec::new(); numbers.len()];
        for (function, own) in pieces.iter().enumerate() {
            own.iter().for_each(|&piece| holders[piece].push(function));
        }
        let weight = |of_one: &Vec<usize>| (WEIGHT_MAX * (of_one.len() as f64).powf(-tuning.rarity)) as usize;
        let weights = holders.iter().map(weight).collect();
        holders.iter_mut().filter(|of_one| of_one.len() > HOLDERS_MAX).for_each(Vec::clear);
        Self {
            lens: bodies.iter().map(|body| body.len() + tuning.len_extra).collect(),
            weights,
            seen: vec![0; holders.len()],
            known: vec![0; bodies.len()],
            pieces,
            holders,
            window: VecDeque::new(),
            window_bytes: 0,
            window_bytes_max: tuning.window_bytes,
        }
    }

    /// Which of those left comes next: of the equally good ones the first.
    fn best(&self, left: &[usize]) -> Option<usize> {
        let better = |best: usize, at: usize| {
            let (old, new) = (left[best], left[at]);
            if self.known[new] * self.lens[old] > self.known[old] * self.lens[new] { at } else { best }
        };
        (0..left.len()).reduce(better)
    }

    fn append(&mut self, function: usize) {
        for &piece in &self.pieces[function] {
            self.seen[piece] += 1;
            if self.seen[piece] == 1 {
                self.holders[piece].iter().for_each(|&holder| self.known[holder] += self.weights[piece]);
            }
        }
        self.window.push_back(function);
        self.window_bytes += self.lens[function];
        while self.window_bytes > self.window_bytes_max
            && let Some(oldest) = self.window.pop_front()
        {
            self.forget(oldest);
        }
    }

    fn forget(&mut self, function: usize) {
        for &piece in &self.pieces[function] {
            self.seen[piece] -= 1;
            if self.seen[piece] == 0 {
                self.holders[piece].iter().for_each(|&holder| self.known[holder] -= self.weights[piece]);
            }
        }
        self.window_bytes -= self.lens[function];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_follows_like() {
        let bodies: [&[u8]; 6] =
            [b"", b"one and the same", b"quite another thing", b"x", b"any other thing", b"one or the same"];
        let order = alike(&bodies, &TUNINGS[0]);
        let place = |at: usize| order.iter().position(|&other| other == at);
        assert_eq!(place(1).unwrap().abs_diff(place(5).unwrap()), 1);
        assert_eq!(place(2).unwrap().abs_diff(place(4).unwrap()), 1);
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5], "each is there once");
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let noise: Vec<u8> = (0..80_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut row = Row::of(&[b"one and the same", &noise, b"one or the same"], &TUNINGS[0]);
        row.append(0);
        assert!(row.known[2] > 0);
        row.append(1);
        assert_eq!(row.known, [0, 0, 0]);
        assert!(row.window.is_empty());
    }
}
