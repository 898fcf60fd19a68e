//! In which order the functions of a module stand, so that gzip finds like beside like.
//!
//! gzip looks 32 kB back. Sorted by their names, instances of one generic function lie side by side; but what is alike is known
//! from the bytes. So each function is followed by the one of whose pieces most were seen lately, for its length.

use std::collections::{HashMap, VecDeque};

/// Bytes of functions within which a piece counts as seen: somewhat less than gzip looks back.
const WINDOW_BYTES: usize = 30_000;

/// Of 4 to 8, this won most.
const PIECE_BYTES: usize = 6;

/// A piece that more functions have says little about any, and takes long.
const HOLDERS_MAX: usize = 1_000;

/// Added to the length of each function, so that tiny ones do not come before all others for one piece.
const LEN_EXTRA: usize = 60;

/// The places of functions in their new order, from their bodies.
pub fn alike(bodies: &[&[u8]]) -> Vec<usize> {
    let mut row = Row::of(bodies);
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
    /// How many functions in the window have a piece.
    seen: Vec<usize>,
    /// Of each function, how many pieces the window has.
    known: Vec<usize>,
    window: VecDeque<usize>,
    window_bytes: usize,
}

impl Row {
    fn of(bodies: &[&[u8]]) -> Self {
        let mut numbers = HashMap::new();
        let mut pieces: Vec<Vec<usize>> = Vec::new();
        for body in bodies {
            let number = |piece| {
                let next = numbers.len();
                *numbers.entry(piece).or_insert(next)
            };
            let mut own: Vec<usize> = body.windows(PIECE_BYTES).map(number).collect();
            own.sort_unstable();
            own.dedup();
            pieces.push(own);
        }
        let mut holders = vec![Vec::new(); numbers.len()];
        for (function, own) in pieces.iter().enumerate() {
            own.iter().for_each(|&piece| holders[piece].push(function));
        }
        holders.iter_mut().filter(|of_one| of_one.len() > HOLDERS_MAX).for_each(Vec::clear);
        Self {
            lens: bodies.iter().map(|body| body.len() + LEN_EXTRA).collect(),
            seen: vec![0; holders.len()],
            known: vec![0; bodies.len()],
            pieces,
            holders,
            window: VecDeque::new(),
            window_bytes: 0,
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
                self.holders[piece].iter().for_each(|&holder| self.known[holder] += 1);
            }
        }
        self.window.push_back(function);
        self.window_bytes += self.lens[function];
        while self.window_bytes > WINDOW_BYTES
            && let Some(oldest) = self.window.pop_front()
        {
            self.forget(oldest);
        }
    }

    fn forget(&mut self, function: usize) {
        for &piece in &self.pieces[function] {
            self.seen[piece] -= 1;
            if self.seen[piece] == 0 {
                self.holders[piece].iter().for_each(|&holder| self.known[holder] -= 1);
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
        let order = alike(&bodies);
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
        let mut row = Row::of(&[b"one and the same", &noise, b"one or the same"]);
        row.append(0);
        assert!(row.known[2] > 0);
        row.append(1);
        assert_eq!(row.known, [0, 0, 0]);
        assert!(row.window.is_empty());
    }
}
