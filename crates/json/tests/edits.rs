//! Each edit of one side that the other did not touch holds in the result.
//!
//! Two people edit one outline, each with a few edits that say what they want to be true. The result is read by
//! another JSON reader, and asked. Besides: nothing is there twice, nothing is lost, and it is the same from both
//! sides.

mod generate;
mod wishes;

use generate::{Dice, outline, written};
use json::{ConflictKind, Merged, Schema, Tree, merge};
use serde_json::Value;
use wishes::{Disputes, Side, ask, parents, short};

fn merged(base: &Value, ours: &Value, theirs: &Value, way: usize, schema: &Schema) -> (Merged, Value) {
    let [base, ours, theirs] =
        [(base, way), (ours, way / 3), (theirs, way / 9)].map(|(value, way)| Tree::read(written(value, way)).unwrap());
    let merged = merge(&base, &ours, &theirs, schema);
    let value = serde_json::from_str(merged.tree.as_str()).unwrap();
    (merged, value)
}

fn check(seed: u64, schema: &Schema) {
    let mut dice = Dice(seed);
    let mut fresh = 0;
    let base = outline(&mut dice, &mut fresh, 3);
    let base_parents = parents(&base);
    let mut sides = [Side::of(&base), Side::of(&base)];
    for side in &mut sides {
        for _ in 0..=dice.below(5) {
            side.edit(&mut dice, &mut fresh, &base_parents);
        }
    }
    let [ours, theirs] = &sides;
    let way = dice.below(27);
    let (found, mut result) = merged(&base, &ours.document, &theirs.document, way, schema);
    let show = || {
        let tree = serde_json::from_str(found.tree.as_str()).unwrap();
        let [base, o, t, merged] = [&base, &ours.document, &theirs.document, &tree].map(short);
        let conflicts: Vec<_> = found.conflicts.iter().map(|found| (found.kind, &found.pointer)).collect();
        let (o_wishes, t_wishes) = (&ours.wishes, &theirs.wishes);
        format!("seed {seed}\nbase {base}\n{o} {o_wishes:?}\n{t} {t_wishes:?}\nmerged {merged} {conflicts:?}")
    };
    let (_, swapped) = merged(&base, &theirs.document, &ours.document, way, schema);
    assert!(result == swapped, "not the same from both sides: {} {}", short(&swapped), show());
    let now = parents(&result);
    let (in_ours, in_theirs) = (parents(&ours.document), parents(&theirs.document));
    for (id, _) in base_parents.iter().filter(|(id, _)| in_ours.contains_key(*id) && in_theirs.contains_key(*id)) {
        assert!(now.contains_key(id), "{id} is lost: {}", show());
    }
    let disputes = Disputes {
        is_move: found.conflicts.iter().any(|conflict| conflict.kind == ConflictKind::BothMoved),
        is_row: found.conflicts.iter().any(|conflict| conflict.pointer.contains("/tags/")),
    };
    for (side, other) in [(ours, theirs), (theirs, ours)] {
        for wish in &side.wishes {
            if let Err(problem) = ask(wish, &mut result, [side, other], &base, disputes) {
                panic!("{wish:?}: {problem}: {}", show());
            }
        }
    }
    // Without a schema, a list may look like a row from one side and not from the other.
    if found.conflicts.is_empty() && *schema != Schema::default() {
        let (again, value) = merged(&base, &result, &theirs.document, way, schema);
        assert!(again.conflicts.is_empty(), "merging again: {} {}", again.conflicts.len(), show());
        assert!(value == result, "merging again changes something: {} {}", short(&value), show());
    }
}

/// More where somebody wants to look longer: `JSON_ROUNDS=100000`.
fn rounds() -> u64 {
    std::env::var("JSON_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2_000)
}

#[test]
fn every_edit_that_nobody_touched_holds() {
    for seed in 0..rounds() {
        check(seed, &Schema::default());
    }
}

#[test]
fn every_edit_holds_with_a_schema() {
    let schema = br#"{"schema": 1, "rules": [
        {"at": "/**/children", "as": "keyed", "by": ["id"], "kind": "node"},
        {"at": "/**/tags", "as": "set"},
        {"at": "/**/position", "as": "value"}
    ]}"#;
    let schema = Schema::read(&Tree::parse(schema).unwrap()).unwrap();
    for seed in 10_000..10_000 + rounds() / 2 {
        check(seed, &schema);
    }
}
