//! What random authors say of what actions mean together.

use crate::{Author, Edit, Random};
use clock::Id;
use log::{Op, Rule};
use std::collections::BTreeSet;

/// How many actions an author lets be tied together, since the oracle looks at all choices among them.
const TIED_MAX: usize = 4;

/// Of few actions, since they are to meet; named by any of their elements.
pub(crate) fn random_constraint(random: &mut Random, author: &Author) -> Option<Edit> {
    let rule = match random.below(12) {
        at @ 0..10 => Rule::EACH[at],
        10 => Rule::NotAfter,
        _ => Rule::AtMost(2),
    };
    let count = match rule {
        Rule::AtMost(max) => max as usize + 1 + random.below(2),
        Rule::Atomic | Rule::Contiguous | Rule::AnyOf | Rule::ExactlyOne => 2 + random.below(2),
        _ => 2,
    };
    let candidates = candidates(author);
    let named: Vec<Id> = (0..count).filter_map(|_| random.pick(&candidates)).collect();
    let actions = rule.list(&named);
    rule.fits(&actions).then_some(Edit::Declare(Op::Constrain { rule, actions }))
}

pub(crate) fn random_claim(random: &mut Random, author: &Author) -> Option<Edit> {
    let name = random.pick(&["hall", "hall", "stage"])?.to_owned();
    (tied(author).len() < TIED_MAX).then(|| Edit::Declare(Op::Claim { name, places: 1 + random.below(3) as u32 }))
}

/// Mostly of what is tied anyway, which it mostly says something about that counts.
pub(crate) fn random_answer(random: &mut Random, author: &Author) -> Option<Edit> {
    let actions = some(random, author, 2)?;
    let keep = match random.below(4) {
        0 => Vec::new(),
        1 => actions.clone(),
        _ => actions.iter().copied().filter(|_| random.chance(50)).collect(),
    };
    let pred = replaced(random, author, |op| matches!(op, Op::Resolve { .. }));
    (actions.len() > 1).then_some(Edit::Declare(Op::Resolve { actions, keep, pred }))
}

pub(crate) fn random_weight(random: &mut Random, author: &Author) -> Option<Edit> {
    let actions = some(random, author, 1)?;
    let pred = replaced(random, author, |op| matches!(op, Op::Weigh { .. }));
    let weight = [1, 8, 20, 100, u16::MAX][random.below(5)];
    Some(Edit::Declare(Op::Weigh { actions, weight, pred }))
}

/// So many elements that he sees or one more, ascending.
fn some(random: &mut Random, author: &Author, count: usize) -> Option<Vec<Id>> {
    let candidates = candidates(author);
    let count = count + random.below(2);
    let some: BTreeSet<Id> = (0..count).filter_map(|_| random.pick(&candidates)).collect();
    (!some.is_empty()).then(|| some.into_iter().collect())
}

/// Some of the ops that he sees of a kind, and now and then another.
fn replaced(random: &mut Random, author: &Author, is_of: impl Fn(&Op) -> bool) -> Vec<Id> {
    let elements = author.naive.elements();
    let seen = elements.iter().filter(|element| author.policy.is_seen(element.id));
    let mut replaced = Vec::new();
    for element in seen {
        if is_of(element.op) && random.chance(40) || random.chance(1) {
            replaced.push(element.id);
        }
    }
    replaced
}

/// Elements that he sees, of actions that are tied already where there are many of those.
fn candidates(author: &Author) -> Vec<Id> {
    let tied = tied(author);
    let actions = author.naive.actions();
    let may = actions.filter(|action| tied.len() < TIED_MAX || tied.contains(&action.id));
    let elements = may.flat_map(|action| crate::author::ids(action.span()).take(3));
    elements.filter(|&id| author.policy.is_seen(id)).collect()
}

/// The actions that something ties to others already, by first element.
fn tied(author: &Author) -> BTreeSet<Id> {
    let first = |id: Id| author.naive.action_of(id).map(|action| action.id);
    let ops = author.naive.actions().flat_map(|action| action.ops.iter().map(move |op| (action.id, op)));
    ops.flat_map(|(action, op)| match op {
        Op::Constrain { actions, .. } => actions.iter().filter_map(|&id| first(id)).collect(),
        Op::Resolve { actions, .. } => actions.iter().filter_map(|&id| first(id)).collect(),
        Op::Claim { .. } => vec![action],
        _ => Vec::new(),
    })
    .collect()
}
