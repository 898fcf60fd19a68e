//! What is too large to look at every choice, and what only looks so.

use super::brute::{Dice, graph};
use crate::{Fate, Graph, Index, Selection, select};

/// One knot as people tie them: some parties, whose members conflict with members of others and sometimes come before
/// them; half of the actions need the one before of their party.
fn knot(seed: u64, len: u32, conflicts: u32, orders: u32) -> Graph {
    let mut dice = Dice(seed);
    let mut graph = Graph::new();
    let parties = 2 + dice.roll(3) as u32;
    for _ in 0..len {
        graph.add(1);
    }
    for at in parties..len {
        if dice.roll(2) == 0 {
            graph.causes(at - parties, at);
        }
    }
    let mut pair = || loop {
        let (a, b) = (dice.roll(len.into()) as Index, dice.roll(len.into()) as Index);
        if a % parties != b % parties {
            return (a, b);
        }
    };
    (0..conflicts).for_each(|_| {
        let (a, b) = pair();
        graph.conflict(a, b);
    });
    (0..orders).for_each(|_| {
        let (a, b) = pair();
        graph.not_after(a, b);
    });
    graph
}

/// Panics where an active action breaks a constraint, or one more would break none.
fn check_maximal(graph: &Graph, selection: &Selection) {
    let active = |at: &Index| selection.fate(*at).is_active();
    assert!(graph.enables.iter().all(|(a, b)| !active(b) || active(a)));
    assert!(graph.at_most.iter().all(|most| most.of.iter().filter(|at| active(at)).count() <= most.max as usize));
    assert_eq!(crate::schedule(graph, selection).len(), selection.active().count());
    for at in 0..graph.len() as Index {
        assert!(*selection.fate(at) != Fate::Dependent { on: at }, "{at} is kept out by nothing");
    }
}

#[test]
fn b15_what_is_too_large_breaks_nothing_and_is_said_to_be_near() {
    for seed in 0..20 {
        let graph = knot(seed, 300, 300, 100);
        let selection = select(&graph);
        check_maximal(&graph, &selection);
        assert!(!selection.near().is_empty());
        assert_eq!(select(&graph), selection);
    }
}

#[test]
fn one_against_thousands_is_solved_exactly() {
    let mut graph = Graph::new();
    let hub = graph.add(1000);
    let others: Vec<Index> = (0..5000).map(|_| graph.add(1)).collect();
    for &other in &others {
        graph.conflict(hub, other);
    }
    let selection = select(&graph);
    assert!(selection.near().is_empty());
    assert_eq!(selection.active().count(), 5000);
    graph.pin(hub);
    assert_eq!(select(&graph).active().collect::<Vec<_>>(), [hub]);
}

#[test]
fn a_long_tail_of_dependants_weighs_with_its_head() {
    let mut graph = Graph::new();
    let (a, b) = (graph.add(50), graph.add(1));
    graph.conflict(a, b);
    let mut last = b;
    for _ in 0..100 {
        let next = graph.add(1);
        graph.causes(last, next);
        last = next;
    }
    let selection = select(&graph);
    assert!(selection.near().is_empty());
    assert_eq!(selection.active().count(), 101);
    assert!(!selection.fate(a).is_active());
}

#[test]
fn b13_constraints_may_come_in_any_order_and_what_is_apart_changes_nothing() {
    for seed in 0..500 {
        let first = graph(&mut Dice(seed), 40);
        let mut dice = Dice(seed);
        let mut other = first.clone();
        shuffle(&mut dice, &mut other.not_after);
        shuffle(&mut dice, &mut other.enables);
        shuffle(&mut dice, &mut other.non_commuting);
        assert_eq!(select(&first), select(&other), "seed {seed}");
        let len = first.len();
        let (a, b) = (other.add(1), other.add(2));
        other.conflict(a, b);
        assert_eq!(select(&first).fates(), &select(&other).fates()[..len], "seed {seed}");
    }
}

fn shuffle<T>(dice: &mut Dice, all: &mut [T]) {
    for at in (1..all.len()).rev() {
        all.swap(at, dice.roll(at as u64 + 1) as usize);
    }
}
