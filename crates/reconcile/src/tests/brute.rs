//! All subsets of small graphs, judged one by one.

use crate::{Fate, Graph, Index, Loss, schedule, select};

/// Numbers that only look random.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % sides
    }

    fn one(&mut self, graph: &Graph) -> Index {
        self.roll(graph.len() as u64) as Index
    }

    fn some(&mut self, graph: &Graph, most: u64) -> Vec<Index> {
        (0..1 + self.roll(most)).map(|_| self.one(graph)).collect()
    }
}

/// A graph of up to `len_max` actions with any constraints.
pub fn graph(dice: &mut Dice, len_max: u64) -> Graph {
    let mut graph = Graph::new();
    let heaviest = [1, 3, 100][dice.roll(3) as usize];
    for _ in 0..1 + dice.roll(len_max) {
        let action = graph.add(1 + dice.roll(heaviest) as u32);
        if dice.roll(5) == 0 {
            graph.put_first(action);
        }
        if dice.roll(12) == 0 {
            graph.leave_out(action);
        }
    }
    let kinds = 1 + dice.roll(11);
    // Blocks among what needs each other, and comes after each other, are rare otherwise.
    let is_tangled = dice.roll(4) == 0;
    for _ in 0..dice.roll(1 + graph.len() as u64 * 2) {
        let (a, b) = (dice.one(&graph), dice.one(&graph));
        let kind = if is_tangled { [2, 3, 4, 7, 8, 8][dice.roll(6) as usize] } else { dice.roll(kinds) };
        match kind {
            0 | 1 if a != b => {
                graph.conflict(a, b);
            }
            2 => graph.enables(a, b),
            3 => graph.not_after(a, b),
            4 => graph.causes(a, b),
            5 => {
                graph.any_of(a, &dice.some(&graph, 3));
            }
            6 => {
                graph.at_most(&dice.some(&graph, 5), dice.roll(4) as u32);
            }
            7 => graph.atomic(&dice.some(&graph, 3)),
            8 => graph.contiguous(&dice.some(&graph, 3)),
            9 => {
                graph.exactly_one(a, &dice.some(&graph, 3));
            }
            10 => graph.pin(a),
            _ => {
                graph.non_commuting(a, b);
                graph.soft_order(b, a);
            }
        }
    }
    graph
}

/// Whether no constraint of `graph` is broken where just `set` is active.
pub fn is_sound(graph: &Graph, set: u64) -> bool {
    let has = |at: Index| set >> at & 1 == 1;
    let fits = graph.at_most.iter().all(|most| most.of.iter().filter(|&&at| has(at)).count() <= most.max as usize);
    let needs = graph.enables.iter().all(|&(a, b)| !has(b) || has(a));
    let any = graph.any_of.iter().all(|any| !has(any.needer) || any.options.iter().any(|&option| has(option)));
    let out = (0..graph.len()).all(|at| !graph.is_out[at] || !has(at as Index));
    fits && needs && any && out && has_order(graph, set)
}

/// Whether what is active can be put in order: blocks one behind the other, and all within them.
fn has_order(graph: &Graph, set: u64) -> bool {
    let mut block: Vec<Index> = (0..graph.len() as Index).collect();
    for joined in &graph.contiguous {
        for pair in joined.windows(2) {
            let (from, to) = (block[pair[0] as usize], block[pair[1] as usize]);
            block.iter_mut().filter(|at| **at == from).for_each(|at| *at = to);
        }
    }
    let has = |at: Index| set >> at & 1 == 1;
    let arrows: Vec<_> = graph.not_after.iter().copied().filter(|&(a, b)| has(a) && has(b)).collect();
    let inner = arrows.iter().copied().filter(|&(a, b)| block[a as usize] == block[b as usize]).collect();
    let outer = arrows.iter().map(|&(a, b)| (block[a as usize], block[b as usize])).filter(|(a, b)| a != b).collect();
    is_acyclic(graph.len(), inner) && is_acyclic(graph.len(), outer)
}

/// Takes away what nothing leads to, again and again.
fn is_acyclic(len: usize, mut arrows: Vec<(Index, Index)>) -> bool {
    for _ in 0..len {
        let targets: Vec<Index> = arrows.iter().map(|(_, to)| *to).collect();
        arrows.retain(|(from, _)| targets.contains(from));
    }
    arrows.is_empty()
}

/// What a choice is worth, the most important first.
fn worth(graph: &Graph, set: u64) -> (Vec<bool>, u64, u64, Vec<bool>) {
    let has = |at: Index| set >> at & 1 == 1;
    let sum = |of: &dyn Fn(usize) -> bool| {
        (0..graph.len()).filter(|&at| has(at as Index) && of(at)).map(|at| u64::from(graph.weights[at])).sum()
    };
    let pins = graph.pins.iter().map(|&pin| has(pin)).collect();
    (pins, sum(&|at| graph.is_first[at]), sum(&|_| true), (0..graph.len() as Index).map(has).collect())
}

fn best(graph: &Graph) -> u64 {
    let sound = (0..1_u64 << graph.len()).filter(|&set| is_sound(graph, set));
    sound.max_by_key(|&set| worth(graph, set)).expect("nothing at all breaks nothing")
}

/// A circle through a block that nothing comes in between of, and through what that block needs and that needs it.
#[test]
fn a_circle_through_a_block_and_what_it_needs_is_seen() {
    let mut graph = Graph::new();
    let [between, first, last, other] = [1; 4].map(|weight| graph.add(weight));
    graph.contiguous(&[first, last]);
    graph.causes(first, between);
    graph.causes(between, last);
    graph.enables(between, other);
    assert_eq!(select(&graph).active().collect::<Vec<_>>(), [] as [Index; 0]);
}

#[test]
fn b9_no_subset_of_ten_thousand_random_graphs_is_better() {
    for seed in 0..10_000 {
        let graph = graph(&mut Dice(seed), 14);
        let selection = select(&graph);
        let chosen = selection.active().fold(0, |set, at| set | 1 << at);
        let best = best(&graph);
        assert_eq!(chosen, best, "seed {seed}: {chosen:b} is not {best:b} of {graph:#?}");
        assert!(selection.near().is_empty());
        for at in 0..graph.len() as Index {
            check_reason(&graph, best, at, selection.fate(at), seed);
        }
        check_schedule(&graph, best, &schedule(&graph, &selection), seed);
    }
}

/// Whether a reason is one.
fn check_reason(graph: &Graph, set: u64, action: Index, fate: &Fate, seed: u64) {
    let has = |at: Index| set >> at & 1 == 1;
    let is_right = match fate {
        Fate::Active => has(action),
        Fate::Out => graph.is_out[action as usize],
        Fate::Dependent { on } => !has(*on) && needs(graph, action).contains(on),
        Fate::Unmet { any_of } => {
            let any = &graph.any_of[*any_of];
            any.needer == action && !any.options.iter().any(|&option| has(option))
        }
        Fate::Lost(Loss::AtMost { at_most, by }) => {
            let most = &graph.at_most[*at_most];
            most.of.contains(&action) && by.len() >= most.max as usize && by.iter().all(|at| most.of.contains(at))
        }
        Fate::Lost(Loss::Circle(others)) => {
            let circle = others.iter().chain([&action]).fold(0, |set, at| set | 1 << at);
            let blocks = graph.contiguous.iter().flatten().fold(circle, |set, at| set | 1 << at);
            !has_order(graph, blocks | set)
        }
    };
    assert!(
        is_right && has(action) == fate.is_active(),
        "seed {seed}: {action} is {fate:?} of {graph:#?}, where {set:b} is active"
    );
}

/// All that an action needs, and what that needs.
fn needs(graph: &Graph, action: Index) -> Vec<Index> {
    let mut all = vec![action];
    let mut at = 0;
    while at < all.len() {
        let more: Vec<Index> =
            graph.enables.iter().filter(|(a, b)| *b == all[at] && !all.contains(a)).map(|(a, _)| *a).collect();
        all.extend(more);
        all.dedup();
        at += 1;
    }
    all
}

fn check_schedule(graph: &Graph, set: u64, order: &[Index], seed: u64) {
    let at = |action: Index| order.iter().position(|other| *other == action);
    assert_eq!(order.iter().fold(0, |set, at| set | 1 << at), set);
    assert_eq!(order.len(), set.count_ones() as usize);
    for &(a, b) in &graph.not_after {
        if let (Some(a), Some(b)) = (at(a), at(b)) {
            assert!(a < b, "seed {seed}: {order:?} of {graph:#?}");
        }
    }
    for block in &graph.contiguous {
        let mut places: Vec<usize> = block.iter().filter_map(|&action| at(action)).collect();
        places.sort_unstable();
        places.dedup();
        let joined = graph.contiguous.iter().filter(|other| other.iter().any(|action| block.contains(action)));
        // Blocks that share an action are one.
        if joined.count() == 1 {
            assert!(places.windows(2).all(|pair| pair[0] + 1 == pair[1]), "seed {seed}: {order:?} of {graph:#?}");
        }
    }
}
