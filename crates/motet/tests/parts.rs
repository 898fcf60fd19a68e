//! Holding a part of a document: what others do there waits, and nothing else does.

#[allow(dead_code, reason = "what has a policy by definition is for other tests")]
mod common;

use common::{Screen, compare};
use motet::{
    ContainerId, Document, Edit, Excluded, Grows, HeldPart, Id, Kind, Patch, Policy, ReplicaId, Span, Standing, Value,
    spans_of,
};
use naive::{Event, Naive, Random, World};
use std::collections::BTreeSet;

const ANN: ReplicaId = ReplicaId(1);
const BOB: ReplicaId = ReplicaId(2);

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "body")
}

fn nodes() -> ContainerId {
    ContainerId::root(Kind::Tree, "nodes")
}

fn act(document: &mut Document, what: impl FnOnce(&mut Edit<'_>)) -> Span {
    document.edit(0, what).expect("an action")
}

fn exchange(one: &mut Document, other: &mut Document) {
    let (to, from) = (one.actions_since(&other.version()), other.actions_since(&one.version()));
    other.receive_all(to).expect("valid");
    one.receive_all(from).expect("valid");
    assert_eq!(one.shared_state_hash(), other.shared_state_hash(), "what everybody sees is one thing");
    one.check_invariants();
    other.check_invariants();
}

/// Ann and Bob with three lines.
fn two() -> (Document, Document) {
    let (mut ann, mut bob) = (Document::new(ANN), Document::new(BOB));
    act(&mut ann, |edit| edit.insert(text(), 0, "first line\nsecond line\nthird line"));
    exchange(&mut ann, &mut bob);
    (ann, bob)
}

#[test]
fn c3_what_others_do_to_a_part_waits_and_the_rest_shows() {
    let (mut ann, mut bob) = two();
    // The second line, from the end of the first.
    let part = ann.elements_between(text(), 10, 22);
    ann.hold_part(part);

    // Typed letter by letter at its beginning, in it, and at its end.
    for (at, word) in [(11, "The "), (21, "est"), (29, " new")] {
        for (n, letter) in word.char_indices() {
            act(&mut bob, |edit| edit.insert(text(), at + n as u32, &letter.to_string()));
        }
    }
    assert!(bob.text(text()).contains("\nThe second"), "{}", bob.text(text()));
    act(&mut bob, |edit| edit.insert(text(), 0, "The "));
    act(&mut bob, |edit| edit.delete(text(), 40, 6));
    exchange(&mut ann, &mut bob);
    assert!(ann.text(text()).starts_with("The first line\nsecond line\n"), "{}", ann.text(text()));
    assert!(!ann.divergence().is_empty() && !ann.view().is_shared());

    // What she writes there herself shows, and what he writes behind that waits.
    act(&mut ann, |edit| edit.insert(text(), 15, "My "));
    exchange(&mut ann, &mut bob);
    let at = bob.text(text()).find("My ").expect("Bob sees it") as u32 + 3;
    let his = act(&mut bob, |edit| edit.insert(text(), at, "own "));
    exchange(&mut ann, &mut bob);
    assert!(ann.text(text()).starts_with("The first line\nMy second line\n"), "{}", ann.text(text()));
    assert_eq!(ann.standing(his.first()), Standing::Excluded(Excluded::Held));

    ann.release();
    ann.check_invariants();
    assert_eq!(ann.text(text()), bob.text(text()));
    assert!(ann.view().is_shared());
}

#[test]
fn what_is_deleted_moved_and_marked_there_waits() {
    let (mut ann, mut bob) = two();
    let part = ann.elements_between(text(), 10, 22);
    ann.hold_part(part);
    let before = ann.text(text());
    // Half of what is deleted is in it.
    act(&mut bob, |edit| edit.delete(text(), 6, 9));
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), before.replace("first line", "first "));
    // A mark from before it into it waits, and so does one from within on; one around it does not.
    let bold = |document: &mut Document, from, to| {
        let yes = Value::Bool(true);
        act(document, |edit| edit.mark(text(), (from, to - from), "bold", Some(&yes), Grows::AtEnd))
    };
    let (into, out) = (bold(&mut bob, 0, 9), bold(&mut bob, 9, 16));
    let around = bold(&mut bob, 0, 20);
    exchange(&mut ann, &mut bob);
    let held = Standing::Excluded(Excluded::Held);
    assert_eq!([into, out, around].map(|span| ann.standing(span.first())), [held, held, Standing::Active]);
    let undone = bob.undo_spans(&[into], 0).expect("undone").0;
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.standing(undone.first()), held, "what is undone in it waits, too");
    ann.release();
    assert_eq!(ann.text(text()), bob.text(text()));
}

#[test]
fn what_hangs_on_it_belongs_to_it_however_far_down() {
    let (mut ann, mut bob) = (Document::new(ANN), Document::new(BOB));
    let mut ids = Vec::new();
    act(&mut ann, |edit| {
        let mut make = |parent| edit.tree_create(nodes(), parent, 9).expect("a parent that shows");
        let outer = make(None);
        ids = vec![outer, make(Some(outer)), make(None)];
    });
    let [outer, inner, other] = ids[..] else { unreachable!() };
    let of = |node: Id| ContainerId::Element(Kind::Map, node);
    act(&mut ann, |edit| edit.set(of(inner), "colour", Value::Text("red".into())));
    exchange(&mut ann, &mut bob);
    ann.hold_part([Span::of(outer)]);
    act(&mut bob, |edit| edit.set(of(inner), "colour", Value::Text("blue".into())));
    act(&mut bob, |edit| edit.set(of(other), "colour", Value::Text("green".into())));
    let mut made = inner;
    act(&mut bob, |edit| made = edit.tree_create(nodes(), Some(inner), 0).expect("a parent that shows"));
    act(&mut bob, |edit| edit.set(of(made), "size", Value::Text("large".into())));
    let moved = act(&mut bob, |edit| drop(edit.tree_move(nodes(), other, Some(inner), 0)));
    exchange(&mut ann, &mut bob);
    let colour = |document: &Document, node| {
        let map = document.model().map(of(node))?;
        map.heads("colour").next().and_then(|(_, value)| value.cloned())
    };
    assert_eq!(colour(&ann, inner), Some(Value::Text("red".into())));
    assert_eq!(colour(&ann, other), Some(Value::Text("green".into())));
    for waits in [made, moved.first()] {
        assert_eq!(ann.standing(waits), Standing::Excluded(Excluded::Held));
    }
    ann.release();
    assert_eq!(ann.shared_state_hash(), bob.shared_state_hash());
    assert_eq!(colour(&ann, inner), Some(Value::Text("blue".into())));
}

#[test]
fn several_parts_wait_each_since_it_was_held() {
    let (mut ann, mut bob) = two();
    let first = ann.elements_between(text(), 0, 10);
    ann.hold_part(first);
    act(&mut bob, |edit| edit.insert(text(), 10, "!"));
    act(&mut bob, |edit| edit.insert(text(), 34, "!"));
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), "first line\nsecond line\nthird line!");
    let third = ann.elements_between(text(), 22, 34);
    ann.hold_part(third);
    act(&mut bob, |edit| edit.insert(text(), 35, "?"));
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), "first line\nsecond line\nthird line!");
    let policy = ann.view().policy().clone();
    assert_eq!(policy.held_parts.len(), 2);
    ann.set_policy(Policy { held_parts: policy.held_parts[1..].to_vec(), ..policy });
    assert_eq!(ann.text(text()), "first line!\nsecond line\nthird line!");
}

/// Who holds a part sees what is there by definition, whatever everybody does.
#[test]
fn in_random_worlds_what_waits_is_what_belongs_to_the_part() {
    let (mut held, mut shown) = (0, 0);
    for (begin, steps) in
        [(World::new as fn(u64, usize) -> World, 70), (World::rich, 70), (World::meant, 60), (World::proposed, 70)]
    {
        for seed in 1..=8 {
            let mut world = begin(seed, 2 + (seed % 2) as usize);
            let mut random = Random::new(seed);
            let (mut watcher, mut naive) = (Document::new(ReplicaId(0xfff)), Naive::new());
            let mut screen = Screen::default();
            for _ in 0..steps {
                let step = world.step();
                let actions = match &step.event {
                    Event::Edit { action, .. } => vec![action.clone()],
                    _ => continue,
                };
                actions.iter().for_each(|action| naive.receive(action.clone()));
                screen.apply(&watcher.receive_all(actions).expect("valid"));
                match random.below(30) {
                    0..5 => hold_something(&mut watcher, &mut random).iter().for_each(|patch| screen.apply(patch)),
                    5 => screen.apply(&watcher.release()),
                    _ => {}
                }
                if random.chance(20) {
                    let (waits, shows) = check(&watcher, &mut screen, &naive, &format!("seed {seed}"));
                    (held, shown) = (held + waits, shown + shows);
                }
            }
        }
    }
    assert!(held > 1_000 && shown > 5_000, "{held} wait, {shown} do not");
}

fn hold_something(watcher: &mut Document, random: &mut Random) -> Vec<Patch> {
    let log = watcher.log();
    let ends: Vec<(ReplicaId, u32)> = log.logs().map(|log| (log.replica, log.end())).collect();
    let Some((replica, end)) = random.pick(&ends).filter(|(_, end)| *end > 0) else { return Vec::new() };
    let start = random.below(end as usize) as u32;
    let patch = watcher.hold_part([Span::new(replica, start, end.min(start + 1 + random.below(40) as u32))]);
    if random.chance(70) {
        return vec![patch];
    }
    // As one whose own that replica is.
    let mut policy = watcher.view().policy().clone();
    policy.mine.insert(replica);
    vec![patch, watcher.set_policy(policy)]
}

/// Returns how many elements wait, and how many do not.
fn check(watcher: &Document, screen: &mut Screen, naive: &Naive, context: &str) -> (usize, usize) {
    watcher.check_invariants();
    let Policy { held_parts, mine, .. } = watcher.view().policy();
    let mut policy = naive::Policy::default();
    let mut waits = BTreeSet::new();
    for HeldPart { elements, since } in held_parts {
        let ids = |span: Span| (span.start..span.end).map(move |seq| Id::new(span.replica, seq));
        let elements = spans_of(elements).into_iter().flat_map(ids).collect();
        let belonging = naive.belonging(&elements, since);
        waits.extend(belonging.into_iter().filter(|id| !since.contains(*id) && !mine.contains(&id.replica)));
    }
    policy.hidden.extend(waits.iter().map(|id| Span::of(*id)));
    let standings = naive.standings(&policy);
    for (id, wanted) in &standings {
        let standing = watcher.view().standing(*id);
        let is_held = standing == Standing::Excluded(Excluded::Held);
        assert_eq!(is_held, waits.contains(id), "{context}: whether {id} waits");
        assert_eq!(standing == Standing::Active, *wanted == naive::Standing::Active, "{context}: {id} {standing:?}");
    }
    compare(watcher, screen, &naive.state(&policy), context);
    (waits.len(), standings.len() - waits.len())
}
