//! Rows of weights, of which any stretch may be cut out and put elsewhere.

use crate::text::tree::{NONE, Unit, Weight};

/// Things by name in an order, each with a weight. A search tree without keys, in balance by how many are below each
/// node, of which two are joined around a third (Blelloch, Ferizovic and Sun, "Just Join for Parallel Ordered Sets",
/// 2016), so that every step takes the logarithm of how many there are.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// By name; those that are not in the row mean nothing.
    nodes: Vec<Node>,
    root: u32,
}

/// Sides are 0 for what comes before, and 1 for what comes behind.
#[derive(Clone, Copy, Debug)]
struct Node {
    above: u32,
    below: [u32; 2],
    /// How many there are from here down.
    count: u32,
    weight: Weight,
    /// The weights from here down.
    sum: Weight,
}

impl Node {
    fn new(weight: Weight) -> Self {
        Self { above: NONE, below: [NONE; 2], count: 1, weight, sum: weight }
    }
}

/// `a` on a side, and `b` on the other.
fn pair(side: usize, a: u32, b: u32) -> [u32; 2] {
    if side == 0 { [a, b] } else { [b, a] }
}

impl Default for Row {
    fn default() -> Self {
        Self { nodes: Vec::new(), root: NONE }
    }
}

impl Row {
    /// A row of `names`, whose weights are given by name.
    pub fn of(names: &[u32], weights: &[Weight]) -> Self {
        let mut row = Self { nodes: weights.iter().map(|&weight| Node::new(weight)).collect(), root: NONE };
        row.root = row.build(names);
        row
    }

    fn build(&mut self, names: &[u32]) -> u32 {
        let (before, rest) = names.split_at(names.len() / 2);
        let Some((&at, behind)) = rest.split_first() else { return NONE };
        let below = [self.build(before), self.build(behind)];
        self.link(at, below)
    }

    pub fn is_empty(&self) -> bool {
        self.root == NONE
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count(self.root) as usize
    }

    pub fn weight(&self, name: u32) -> Weight {
        self.nodes[name as usize].weight
    }

    /// The weight of all that is before one.
    pub fn before(&self, name: u32) -> Weight {
        let mut sum = self.sum(self.below(name, 0));
        let mut at = name;
        while let Some((above, side)) = self.above(at) {
            if side == 1 {
                sum = sum.plus(self.sum(self.below(above, 0))).plus(self.weight(above));
            }
            at = above;
        }
        sum
    }

    /// The one within whose weight `place` is, and how far; none at the end or beyond.
    pub fn find(&self, place: u32, unit: Unit) -> Option<(u32, u32)> {
        let (mut at, mut left) = (self.root, place);
        while at != NONE {
            let [before, behind] = self.nodes[at as usize].below;
            let (head, own) = (unit.of(&self.sum(before)), unit.of(&self.weight(at)));
            at = if left < head {
                before
            } else if left - head < own {
                return Some((at, left - head));
            } else {
                left -= head + own;
                behind
            };
        }
        None
    }

    /// The last one of which `is_until` holds, as it does up to some place; it is told what is before each.
    pub fn last_until(&self, is_until: impl Fn(u32, Weight) -> bool) -> Option<u32> {
        let (mut at, mut sum, mut last) = (self.root, Weight::default(), None);
        while at != NONE {
            let [before, behind] = self.nodes[at as usize].below;
            let here = sum.plus(self.sum(before));
            if is_until(at, here) {
                last = Some(at);
                (at, sum) = (behind, here.plus(self.weight(at)));
            } else {
                at = before;
            }
        }
        last
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let first = (self.root != NONE).then(|| self.outermost(self.root, 0));
        std::iter::successors(first, |&name| self.beside(name, 1))
    }

    /// The one right behind.
    pub fn next(&self, name: u32) -> Option<u32> {
        self.beside(name, 1)
    }

    /// The one right before.
    pub fn prev(&self, name: u32) -> Option<u32> {
        self.beside(name, 0)
    }

    fn beside(&self, name: u32, side: usize) -> Option<u32> {
        let below = self.below(name, side);
        if below != NONE {
            return Some(self.outermost(below, 1 - side));
        }
        let mut at = name;
        loop {
            let (above, from) = self.above(at)?;
            if from != side {
                return Some(above);
            }
            at = above;
        }
    }

    /// Adds to a weight.
    pub fn add(&mut self, name: u32, more: Weight) {
        let node = &mut self.nodes[name as usize];
        node.weight = node.weight.plus(more);
        let mut at = name;
        while at != NONE {
            let node = &mut self.nodes[at as usize];
            node.sum = node.sum.plus(more);
            at = node.above;
        }
    }

    /// Puts a new one right behind another.
    pub fn insert(&mut self, behind: u32, name: u32, weight: Weight) {
        self.nodes.resize(self.nodes.len().max(name as usize + 1), Node::new(Weight::default()));
        self.nodes[name as usize] = Node::new(weight);
        self.put(behind, name);
    }

    /// Takes out all from `first` to `last`: gives them as a row that [`Row::put`] takes.
    pub fn cut(&mut self, first: u32, last: u32) -> u32 {
        let [before, rest] = self.split(first);
        self.join([NONE, rest], first);
        let [middle, behind] = self.split(last);
        self.root = self.chain(before, behind);
        self.join([middle, NONE], last)
    }

    /// Puts what was cut out right behind another.
    pub fn put(&mut self, behind: u32, row: u32) {
        let [before, rest] = self.split(behind);
        let rest = self.chain(row, rest);
        self.root = self.join([before, rest], behind);
    }

    /// Two rows that were cut out as one.
    pub fn chain(&mut self, a: u32, b: u32) -> u32 {
        if a == NONE || b == NONE {
            return if a == NONE { b } else { a };
        }
        let last = self.outermost(a, 1);
        let [before, _] = self.split(last);
        self.join([before, b], last)
    }

    /// What is before one and what is behind it, which is in neither then.
    fn split(&mut self, name: u32) -> [u32; 2] {
        let mut parts = self.nodes[name as usize].below;
        let mut next = self.above(name);
        while let Some((at, side)) = next {
            next = self.above(at);
            let other = 1 - side;
            parts[other] = self.join(pair(other, self.below(at, other), parts[other]), at);
        }
        for part in parts.into_iter().filter(|part| *part != NONE) {
            self.nodes[part as usize].above = NONE;
        }
        parts
    }

    /// One row of two with one between them; costs the logarithm of how much longer one is than the other.
    fn join(&mut self, parts: [u32; 2], at: u32) -> u32 {
        let Some(side) = [0, 1].into_iter().find(|&side| self.outweighs(parts[side], parts[1 - side])) else {
            return self.link(at, parts);
        };
        let top = parts[side];
        let (outer, inner) = (self.below(top, side), self.below(top, 1 - side));
        let inner = self.join(pair(side, inner, parts[1 - side]), at);
        self.balance(top, side, outer, inner)
    }

    /// Puts a node above two, of which `inner`, not on `side`, may have become too heavy.
    fn balance(&mut self, at: u32, side: usize, outer: u32, inner: u32) -> u32 {
        if !self.outweighs(inner, outer) {
            return self.link(at, pair(side, outer, inner));
        }
        let (near, far) = (self.below(inner, side), self.below(inner, 1 - side));
        let [outer_count, near_count, far_count] = [outer, near, far].map(|part| self.count(part) + 1);
        if are_even(outer_count, near_count) && are_even(outer_count + near_count, far_count) {
            let low = self.link(at, pair(side, outer, near));
            return self.link(inner, pair(side, low, far));
        }
        let (a, b) = (self.below(near, side), self.below(near, 1 - side));
        let (low, high) = (self.link(at, pair(side, outer, a)), self.link(inner, pair(side, b, far)));
        self.link(near, pair(side, low, high))
    }

    fn link(&mut self, at: u32, below: [u32; 2]) -> u32 {
        let (mut count, mut sum) = (1, self.weight(at));
        for part in below.into_iter().filter(|part| *part != NONE) {
            let node = &mut self.nodes[part as usize];
            node.above = at;
            (count, sum) = (count + node.count, sum.plus(node.sum));
        }
        let node = &mut self.nodes[at as usize];
        (node.above, node.below, node.count, node.sum) = (NONE, below, count, sum);
        at
    }

    fn outweighs(&self, a: u32, b: u32) -> bool {
        is_heavy(self.count(a) + 1, self.count(b) + 1)
    }

    fn count(&self, at: u32) -> u32 {
        self.nodes.get(at as usize).map_or(0, |node| node.count)
    }

    fn sum(&self, at: u32) -> Weight {
        self.nodes.get(at as usize).map_or(Weight::default(), |node| node.sum)
    }

    fn below(&self, at: u32, side: usize) -> u32 {
        self.nodes[at as usize].below[side]
    }

    /// The node above one, and on which side of that it is.
    fn above(&self, at: u32) -> Option<(u32, usize)> {
        let above = self.nodes[at as usize].above;
        (above != NONE).then(|| (above, usize::from(self.below(above, 1) == at)))
    }

    fn outermost(&self, from: u32, side: usize) -> u32 {
        let mut at = from;
        while self.below(at, side) != NONE {
            at = self.below(at, side);
        }
        at
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        size_of_val(self.nodes.as_slice())
    }

    pub fn check(&self) {
        for at in self.iter() {
            let Node { below: [a, b], count, weight, sum, .. } = self.nodes[at as usize];
            assert_eq!(count, self.count(a) + self.count(b) + 1, "how many are from here down");
            assert_eq!(sum, self.sum(a).plus(self.sum(b)).plus(weight), "the weights from here down");
            assert!(!self.outweighs(a, b) && !self.outweighs(b, a), "a row is in balance");
            assert!(
                [a, b].into_iter().all(|part| part == NONE || self.nodes[part as usize].above == at),
                "what is above"
            );
        }
    }
}

/// Whether one is too many beside another, each counted as one more than it is: its share may be 71 of 100.
fn is_heavy(a: u32, b: u32) -> bool {
    29 * u64::from(a) > 71 * u64::from(b)
}

fn are_even(a: u32, b: u32) -> bool {
    !is_heavy(a, b) && !is_heavy(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(chars: u32) -> Weight {
        Weight { chars, utf16: chars, bytes: chars }
    }

    /// What is cut and put is where a plain list has it.
    #[test]
    fn rows_are_as_lists() {
        let mut random = 7_u32;
        let mut below = |end: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as usize % end
        };
        let mut list: Vec<u32> = vec![0];
        let mut row = Row::of(&list, &[weight(1)]);
        for name in 1..400 {
            let behind = below(list.len());
            row.insert(list[behind], name, weight(name % 5));
            list.insert(behind + 1, name);
            let (first, second) = (below(list.len()), below(list.len()));
            let (first, last) = (first.min(second), first.max(second));
            if last - first + 1 < list.len() {
                let cut = row.cut(list[first], list[last]);
                let part: Vec<u32> = list.drain(first..=last).collect();
                let behind = below(list.len());
                row.put(list[behind], cut);
                list.splice(behind + 1..behind + 1, part);
            }
            row.add(list[first], weight(2));
            row.check();
            assert!(row.iter().eq(list.iter().copied()));
        }
        let mut before = weight(0);
        for (at, &name) in list.iter().enumerate() {
            assert_eq!(row.before(name), before);
            assert_eq!(
                (row.prev(name), row.next(name)),
                (at.checked_sub(1).map(|at| list[at]), list.get(at + 1).copied())
            );
            if row.weight(name).chars > 0 {
                assert_eq!(row.find(before.chars, Unit::Chars), Some((name, 0)));
            }
            before = before.plus(row.weight(name));
        }
        assert_eq!(row.find(before.chars, Unit::Chars), None);
        assert_eq!(row.last_until(|_, sum| sum.chars < 100), row.find(99, Unit::Chars).map(|(name, _)| name));
    }
}
