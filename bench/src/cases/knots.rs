//! Choosing among actions that cannot all be active, beside integer programming.
//!
//! Random knots as people tie them, of the shape and density that the literature on reconciliation measures with: some
//! parties whose members conflict across parties and sometimes come before each other; half of the actions need one before
//! them. What is found is compared with the optimum of `good_lp` on `microlp`, to which circles of orders are added as cuts
//! until there are none.

use super::Rng;
use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, constraint, microlp, variable};
use reconcile::{Graph, Index, select};
use std::time::Instant;

/// How many knots there are of each size.
const KNOTS: u64 = 15;

/// One knot of actions 0 to `len`.
struct Knot {
    len: u32,
    conflicts: Vec<(Index, Index)>,
    orders: Vec<(Index, Index)>,
    needs: Vec<(Index, Index)>,
}

impl Knot {
    /// As many conflicts as actions, and a third as many orders across parties.
    fn random(len: u32, seed: u64) -> Self {
        let mut rng = Rng(seed + 1);
        let parties = 2 + rng.below(3);
        let needs = (parties..len).filter_map(|at| (rng.below(2) == 0).then_some((at - parties, at))).collect();
        let mut pair = || loop {
            let (a, b) = (rng.below(len), rng.below(len));
            if a % parties != b % parties {
                return (a, b);
            }
        };
        let conflicts = (0..len).map(|_| pair()).collect();
        let orders = (0..len / 3).map(|_| pair()).collect();
        Self { len, conflicts, orders, needs }
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        (0..self.len).for_each(|_| _ = graph.add(1));
        self.conflicts.iter().for_each(|&(a, b)| _ = graph.conflict(a, b));
        self.orders.iter().for_each(|&(a, b)| graph.not_after(a, b));
        self.needs.iter().for_each(|&(a, b)| graph.causes(a, b));
        graph
    }

    /// How many actions can be active at most.
    fn optimum(&self) -> usize {
        let mut cuts: Vec<Vec<Index>> = Vec::new();
        loop {
            let mut problem = ProblemVariables::new();
            let actions: Vec<Variable> = (0..self.len).map(|_| problem.add(variable().binary())).collect();
            let of = |at: Index| actions[at as usize];
            let all: Expression = actions.iter().sum();
            let mut model = problem.maximise(all).using(microlp);
            for &(a, b) in &self.conflicts {
                model = model.with(constraint!(of(a) + of(b) <= 1));
            }
            for &(a, b) in &self.needs {
                model = model.with(constraint!(of(b) <= of(a)));
            }
            for cut in &cuts {
                let circle: Expression = cut.iter().map(|&at| of(at)).sum();
                model = model.with(constraint!(circle <= cut.len() as f64 - 1.0));
            }
            let solution = model.solve().expect("nothing at all breaks nothing");
            let active: Vec<bool> = actions.iter().map(|&action| solution.value(action) > 0.5).collect();
            match self.circle(&active) {
                Some(circle) => cuts.push(circle),
                None => return active.into_iter().filter(|active| *active).count(),
            }
        }
    }

    /// A circle of active actions each of which comes before the next.
    fn circle(&self, active: &[bool]) -> Option<Vec<Index>> {
        let arrows = || self.orders.iter().chain(&self.needs);
        let next = |at: Index| arrows().filter(move |(a, b)| *a == at && active[*b as usize]).map(|(_, b)| *b);
        let mut starts = (0..self.len).filter(|&at| active[at as usize]);
        starts.find_map(|start| {
            let mut came: Vec<(Index, usize)> = vec![(start, usize::MAX)];
            let mut at = 0;
            while let Some(&(here, _)) = came.get(at) {
                for to in next(here) {
                    if to == start {
                        let mut circle = Vec::new();
                        let mut back = at;
                        while back != usize::MAX {
                            circle.push(came[back].0);
                            back = came[back].1;
                        }
                        return Some(circle);
                    }
                    if !came.iter().any(|(known, _)| *known == to) {
                        came.push((to, at));
                    }
                }
                at += 1;
            }
            None
        })
    }
}

/// Prints a table of its own.
pub fn print() {
    println!(
        "\n| actions in a knot | Motet, median and worst, ms | good_lp with microlp, median and worst, ms | found of the optimum |"
    );
    println!("|---|---|---|---|");
    for len in [16, 32, 48, 64, 128, 200] {
        let (mut ours, mut theirs, mut found, mut optimum) = (Vec::new(), Vec::new(), 0, 0);
        for seed in 0..KNOTS {
            let knot = Knot::random(len, seed);
            let graph = knot.graph();
            let began = Instant::now();
            let selection = select(&graph);
            ours.push(began.elapsed().as_secs_f64() * 1000.0);
            found += selection.active().count();
            let began = Instant::now();
            optimum += knot.optimum();
            theirs.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        let share = 100.0 * found as f64 / optimum as f64;
        println!("| {len} | {} | {} | {share:.1} % |", spread(ours), spread(theirs));
    }
}

fn spread(mut times: Vec<f64>) -> String {
    times.sort_unstable_by(f64::total_cmp);
    format!("{:.3}, {:.2}", times[times.len() / 2], times[times.len() - 1])
}
