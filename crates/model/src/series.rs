//! Lists in which most things follow from the one before.

use log::room;

/// How many things a block holds; few under test, so that blocks of both kinds meet.
pub(crate) const BLOCK: usize = if cfg!(any(test, feature = "tiny")) { 3 } else { 64 };

/// A thing from which those behind it mostly follow.
pub(crate) trait Follows: Copy + PartialEq {
    /// What comes `n` places behind it where all in between just follow.
    #[must_use]
    fn after(&self, n: u32) -> Self;
}

/// A number that may be none, and then counts on as none.
impl Follows for u32 {
    fn after(&self, n: u32) -> Self {
        if *self == Self::MAX { *self } else { self.wrapping_add(n) }
    }
}

/// Things in a row.
#[derive(Clone, Debug)]
enum Block<T> {
    /// All follow from the first, which is this.
    Even(T),
    /// They are as they are.
    Uneven(Vec<T>),
}

/// A list that says of things which follow from the first of their block only that one.
#[derive(Clone, Debug)]
pub(crate) struct Series<T> {
    /// All full but the last of them.
    blocks: Vec<Block<T>>,
    /// The newest, which lies in no block: what comes next often changes it.
    newest: Option<T>,
    /// How many things there are.
    len: usize,
}

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), newest: None, len: 0 }
    }
}

impl<T: Follows> Series<T> {
    /// How many things there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The thing at `at`, which there must be.
    #[inline]
    pub fn get(&self, at: u32) -> T {
        let at = at as usize;
        if at + 1 == self.len {
            return self.newest.expect("there is one");
        }
        match &self.blocks[at / BLOCK] {
            Block::Even(first) => first.after((at % BLOCK) as u32),
            Block::Uneven(all) => all[at % BLOCK],
        }
    }

    /// All things, in order.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        (0..self.len as u32).map(|at| self.get(at))
    }

    /// Adds a thing behind the others.
    #[inline]
    pub fn push(&mut self, thing: T) {
        if let Some(before) = self.newest.replace(thing) {
            self.settle(before);
        }
        self.len += 1;
    }

    /// Adds `len` things, of which each follows from the one before.
    pub fn extend(&mut self, first: T, len: u32) {
        let mut done = 0;
        while done < len {
            self.push(first.after(done));
            done += 1;
            let rest = (len - done).min(BLOCK as u32 - 1);
            if self.len % BLOCK == 1 && rest > 0 {
                // It begins a block, in which those behind it are said with it; the last of them is the newest.
                let begins = self.newest.replace(first.after(done + rest - 1)).expect("just pushed");
                room::push(&mut self.blocks, Block::Even(begins));
                self.len += rest as usize;
                done += rest;
            }
        }
    }

    /// Puts what was the newest, of which the list has as many in blocks as it has others, into a block.
    fn settle(&mut self, thing: T) {
        let at = (self.len - 1) % BLOCK;
        if at == 0 {
            return room::push(&mut self.blocks, Block::Even(thing));
        }
        let block = self.blocks.last_mut().expect("the one that is not full");
        match block {
            Block::Even(first) if first.after(at as u32) == thing => {}
            _ => room::push(block.make_uneven(at), thing),
        }
    }

    /// Changes the thing at `at`, which there must be.
    pub fn change(&mut self, at: u32, change: impl FnOnce(&mut T)) {
        if at as usize + 1 == self.len {
            return change(self.newest.as_mut().expect("there is one"));
        }
        let (was, mut thing) = (self.get(at), self.get(at));
        change(&mut thing);
        if thing != was {
            let (block, at) = (at as usize / BLOCK, at as usize % BLOCK);
            let held = (self.len - 1 - block * BLOCK).min(BLOCK);
            self.blocks[block].make_uneven(held)[at] = thing;
        }
    }
}

impl<T: Follows> Block<T> {
    /// The things themselves, of which there are `len`.
    fn make_uneven(&mut self, len: usize) -> &mut Vec<T> {
        if let Self::Even(first) = self {
            *self = Self::Uneven((0..len as u32).map(|n| first.after(n)).collect());
        }
        match self {
            Self::Uneven(all) => all,
            Self::Even(_) => unreachable!("it was just made uneven"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_list() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |n: u32| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % u64::from(n)) as u32
        };
        for _ in 0..200 {
            let (mut series, mut list) = (Series::default(), Vec::<u32>::new());
            for _ in 0..30 {
                let next = list.last().map_or(0, |last| last.after(1));
                let thing = match below(8) {
                    0 => u32::MAX,
                    1 => below(100),
                    _ => next,
                };
                if below(4) == 0 {
                    let len = below(3 * BLOCK as u32);
                    series.extend(thing, len);
                    list.extend((0..len).map(|n| thing.after(n)));
                } else if below(4) > 0 || list.is_empty() {
                    series.push(thing);
                    list.push(thing);
                } else {
                    let at = below(list.len() as u32);
                    series.change(at, |held| *held = thing);
                    list[at as usize] = thing;
                }
                assert_eq!(series.len(), list.len());
                assert!(series.iter().eq(list.iter().copied()));
            }
        }
    }
}
