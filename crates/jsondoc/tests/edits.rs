//! Each edit of one person that the other did not touch holds in what both get, and what they disagree about is told.
//!
//! Two people edit one outline, each with a few edits that say what they want to be true, and exchange what they did
//! through the engine. The result is read by another JSON reader, and asked. Besides: both have the same, it does not
//! matter whether one of them saved against an old version instead, and undoing what one did leaves the other's
//! document.

#[path = "../../json/tests/generate/mod.rs"]
mod generate;
#[path = "../../json/tests/wishes/mod.rs"]
mod wishes;

use generate::{Dice, outline, written};
use json::{ConflictKind, Tree};
use jsondoc::Reading;
use motet::{Document, Kept, ReplicaId, Shown};
use serde_json::Value;
use wishes::{Disputes, Side, Wish, ask, at_field, find, parents, short};

const SCHEMA: &str = r#"{"schema": 1, "rules": [
    {"at": "/**/children", "as": "keyed", "by": ["id"], "kind": "node"},
    {"at": "/**/tags", "as": "set"},
    {"at": "/**/position", "as": "value"}
]}"#;

fn tree(text: &str) -> Tree {
    Tree::parse(text.as_bytes()).unwrap()
}

fn read(document: &Document) -> Reading {
    document.check_invariants();
    let reading = jsondoc::read(document).unwrap();
    assert_eq!(reading.unreadable, 0);
    check_shown(document, &reading);
    reading
}

/// What an image would show reads the same, or says that it takes the history.
fn check_shown(document: &Document, reading: &Reading) {
    let kept = Kept::of(document.model());
    if let Some(shown) = jsondoc::read_shown(Shown::Kept(&kept)).unwrap() {
        assert_eq!((&shown.text, &shown.conflicts), (&reading.text, &reading.conflicts));
    }
}

fn exchange(one: &mut Document, other: &mut Document) {
    one.receive_all(other.actions_since(&one.version())).unwrap();
    other.receive_all(one.actions_since(&other.version())).unwrap();
}

/// Whether what somebody wanted, and does not show, is told.
fn is_told(wish: &Wish, reading: &Reading, result: &mut Value) -> bool {
    let Wish::Set(id, field, value) = wish else { return true };
    let is_it = |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|text| text == *value);
    let is_shown = find(result, id).is_some_and(|item| at_field(item, field) == value);
    let mut told = reading.conflicts.iter().flat_map(|conflict| &conflict.alternatives);
    is_shown || told.any(|alternative| alternative.text.as_deref().is_some_and(is_it))
}

fn check(seed: u64, schema: Option<&str>) {
    let mut dice = Dice(seed);
    let mut fresh = 0;
    let base = outline(&mut dice, &mut fresh, 3);
    let base_parents = parents(&base);
    let mut sides = [Side::of(&base), Side::of(&base)];
    let way = dice.below(27);
    let mut first = Document::new(ReplicaId(5));
    jsondoc::create(&mut first, &tree(&written(&base, way)), schema.map(tree).as_ref(), 0).unwrap();
    let start = first.version();
    let mut people = [first.fork(ReplicaId(1 + dice.next() % 2)), first.fork(ReplicaId(3 + dice.next() % 9))];
    let mut is_at_once = true;
    for (side, person) in sides.iter_mut().zip(&mut people) {
        for time in 0..=dice.below(5) {
            side.edit(&mut dice, &mut fresh, &base_parents);
            if dice.below(3) == 0 {
                is_at_once = false;
                jsondoc::save(person, None, &tree(&written(&side.document, way)), 100 * time as i64).unwrap();
            }
        }
        let last = written(&side.document, way);
        jsondoc::save(person, None, &tree(&last), 10_000).unwrap();
        assert_eq!(read(person).text, last, "seed {seed}");
        assert_eq!(read(person).conflicts, [], "seed {seed}");
    }
    let [ours, theirs] = &sides;
    let [mut ann, mut bob] = people;
    exchange(&mut ann, &mut bob);
    let reading = read(&ann);
    let other = read(&bob);
    assert_eq!(reading.text, other.text, "not the same for both: seed {seed}");
    assert_eq!(reading.conflicts, other.conflicts, "not the same for both: seed {seed}");
    let mut result: Value = serde_json::from_str(&reading.text).unwrap();
    asked((&format!("seed {seed}"), is_at_once), [ours, theirs], &base, &reading, &mut result);

    // Saved by one against what the other made it from.
    let mut late = first.fork(ReplicaId(7));
    let texts = [written(&ours.document, way), written(&theirs.document, way)];
    jsondoc::save(&mut late, None, &tree(&texts[0]), 0).unwrap();
    jsondoc::save(&mut late, Some(&start), &tree(&texts[1]), 0).unwrap();
    let reading = read(&late);
    let mut result: Value = serde_json::from_str(&reading.text).unwrap();
    asked((&format!("saved late: seed {seed}"), true), [ours, theirs], &base, &reading, &mut result);

    // Saving what is there changes nothing.
    let version = late.version();
    jsondoc::save(&mut late, None, &tree(&reading.text), 0).unwrap();
    assert_eq!(late.version(), version, "seed {seed}");

    // Taking one's work back leaves the other's.
    let (mine, version) = (ann.replica(), ann.version());
    let span = motet::Span::new(mine, start.end(mine), version.end(mine));
    if !span.is_empty() {
        ann.undo_spans(&[span], 20_000);
        assert_eq!(read(&ann).text, texts[1], "taken back: seed {seed}");
        ann.redo_spans(&[span], 20_000);
        assert_eq!(read(&ann).text, other.text, "brought back: seed {seed}");
    }
}

fn asked(
    (what, is_at_once): (&str, bool),
    [ours, theirs]: [&Side; 2],
    base: &Value,
    reading: &Reading,
    result: &mut Value,
) {
    let tree = result.clone();
    let show = || {
        let [base, o, t, merged] = [base, &ours.document, &theirs.document, &tree].map(short);
        let told: Vec<_> = reading.conflicts.iter().map(|found| (found.kind, &found.pointer)).collect();
        let (o_wishes, t_wishes) = (&ours.wishes, &theirs.wishes);
        format!("{what}\nbase {base}\n{o} {o_wishes:?}\n{t} {t_wishes:?}\nmerged {merged} {told:?}")
    };
    let now = parents(result);
    let (in_ours, in_theirs) = (parents(&ours.document), parents(&theirs.document));
    for (id, _) in parents(base).iter().filter(|(id, _)| in_ours.contains_key(*id) && in_theirs.contains_key(*id)) {
        assert!(now.contains_key(id), "{id} is lost: {}", show());
    }
    let is_move = reading.conflicts.iter().any(|conflict| conflict.kind == ConflictKind::BothMoved);
    let disputes = Disputes { is_move, is_row: false };
    for (side, other) in [(ours, theirs), (theirs, ours)] {
        for wish in &side.wishes {
            // What somebody put into something, and took out with it later, is back with it where others went on there.
            if matches!(wish, Wish::Gone(_)) && !is_at_once {
                continue;
            }
            if let Err(problem) = ask(wish, result, [side, other], base, disputes) {
                panic!("{wish:?}: {problem}: {}", show());
            }
            assert!(is_told(wish, reading, result), "{wish:?} is neither there nor told: {}", show());
        }
    }
}

/// More where somebody wants to look longer: `JSON_ROUNDS=100000`.
fn rounds() -> u64 {
    std::env::var("JSON_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(500)
}

#[test]
fn every_edit_that_nobody_touched_holds() {
    for seed in 0..rounds() {
        check(seed, None);
    }
}

#[test]
fn every_edit_holds_with_a_schema() {
    for seed in 10_000..10_000 + rounds() {
        check(seed, Some(SCHEMA));
    }
}
