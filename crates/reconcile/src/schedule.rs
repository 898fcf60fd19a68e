//! An order for what is active.

use crate::graph::{Graph, Index};
use crate::select::Selection;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The active actions in an order that breaks no constraint: blocks lie together; soft orders hold, and then pairs that do
/// not commute are in the order of their numbers, as far as what was put in order before allows; all else is in the order
/// of the numbers.
pub fn schedule(graph: &Graph, selection: &Selection) -> Vec<Index> {
    let block = graph.blocks();
    let mut order = Order { succ: vec![Vec::new(); graph.len()], ascends: true };
    let is_active = |&(a, b): &(Index, Index)| selection.fate(a).is_active() && selection.fate(b).is_active() && a != b;
    // Between blocks where they differ, within a block otherwise: the two never close a circle together.
    let step = |(a, b): (Index, Index)| {
        let (from, to) = (block[a as usize], block[b as usize]);
        if from == to { Step { from: a, to: b, is_inner: true } } else { Step { from, to, is_inner: false } }
    };
    let mut inner = Order { succ: vec![Vec::new(); graph.len()], ascends: true };
    let mut put = |pair, must: bool| {
        let Step { from, to, is_inner } = step(pair);
        let order = if is_inner { &mut inner } else { &mut order };
        if must || !order.leads(to, from) {
            order.add(from, to);
            return true;
        }
        false
    };
    for &pair in graph.not_after.iter().filter(|pair| is_active(pair)) {
        put(pair, true);
    }
    for pair in sorted(&graph.soft).into_iter().filter(is_active) {
        put(pair, false);
    }
    for (a, b) in sorted(&graph.non_commuting).into_iter().filter(is_active) {
        if !put((a, b), false) {
            put((b, a), true);
        }
    }
    let active: Vec<Index> = selection.active().collect();
    let mut members: Vec<Vec<Index>> = vec![Vec::new(); graph.len()];
    active.iter().for_each(|&at| members[block[at as usize] as usize].push(at));
    let blocks: Vec<Index> = (0..graph.len() as Index).filter(|&at| !members[at as usize].is_empty()).collect();
    order.sorted(&blocks).into_iter().flat_map(|block| inner.sorted(&members[block as usize])).collect()
}

struct Step {
    from: Index,
    to: Index,
    is_inner: bool,
}

fn sorted(pairs: &[(Index, Index)]) -> Vec<(Index, Index)> {
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

/// What comes before what, without circles.
struct Order {
    succ: Vec<Vec<Index>>,
    /// Whether all that was added leads to a greater number: then nothing leads from a greater one to a smaller.
    ascends: bool,
}

impl Order {
    fn add(&mut self, from: Index, to: Index) {
        self.ascends &= from < to;
        self.succ[from as usize].push(to);
    }

    fn leads(&self, from: Index, to: Index) -> bool {
        if self.ascends && from > to {
            return false;
        }
        let (mut open, mut passed) = (vec![from], vec![false; self.succ.len()]);
        while let Some(next) = open.pop() {
            if next == to {
                return true;
            }
            if !std::mem::replace(&mut passed[next as usize], true) {
                open.extend(&self.succ[next as usize]);
            }
        }
        false
    }

    /// `all`, which ascend, each after what comes before it, the least first.
    fn sorted(&self, all: &[Index]) -> Vec<Index> {
        if self.ascends {
            return all.to_vec();
        }
        let mut before = vec![0_u32; self.succ.len()];
        all.iter().flat_map(|&at| &self.succ[at as usize]).for_each(|&to| before[to as usize] += 1);
        let mut ready: BinaryHeap<_> =
            all.iter().filter(|&&at| before[at as usize] == 0).map(|&at| Reverse(at)).collect();
        let mut order = Vec::with_capacity(all.len());
        while let Some(Reverse(at)) = ready.pop() {
            order.push(at);
            for &to in &self.succ[at as usize] {
                before[to as usize] -= 1;
                if before[to as usize] == 0 {
                    ready.push(Reverse(to));
                }
            }
        }
        order
    }
}
