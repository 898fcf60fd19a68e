//! Many small histories of rich texts: laws of what shows where, checked by other means than it is found.

use crate::author::ids;
use crate::marks::covered;
use crate::state::InEffect;
use crate::{Author, Edit, Naive, Policy, Random, Text, World};
use clock::{Id, ReplicaId};
use log::{Action, ContainerId, Op};
use std::collections::{BTreeMap, BTreeSet};

/// Many short histories rather than few long ones: what goes wrong goes wrong among a few. `MOTET_CASES` says how
/// many.
fn histories() -> u64 {
    std::env::var("MOTET_CASES").ok().and_then(|value| value.parse().ok()).unwrap_or(256)
}

/// What holds for every history.
type Law = fn(&Naive, &mut Random);

const LAWS: [(&str, Law); 8] = [
    ("every visible element shows once and nothing else does", visible_shows_once),
    ("what a text says of its elements is of one length", lists_are_of_one_length),
    ("histories that come in any order show the same", any_order_is_the_same),
    ("no move loses that is in no circle", only_circles_lose),
    ("runs stay whole", runs_stay_whole),
    ("who types where somebody presses Enter stays before it", typing_is_before_enter),
    ("an undo undone is as if nothing was", undo_and_redo_is_nothing),
    ("what is hidden is not there", hidden_is_not_there),
];

fn check(begin: fn(u64, usize) -> World, replicas: usize) {
    for seed in 0..histories() {
        let mut world = begin(seed, replicas);
        for _ in 0..20 + seed % 30 {
            world.step();
        }
        world.settle();
        for (name, law) in LAWS {
            println!("failing history and law, if any: {seed}, {name}");
            law(&world.authors[0].naive, &mut Random::new(!seed));
        }
    }
}

#[test]
fn the_laws_hold_for_two() {
    check(World::rich, 2);
}

#[test]
fn the_laws_hold_for_three() {
    check(World::rich, 3);
}

#[test]
fn the_laws_hold_whatever_is_forged() {
    check(World::forged, 2);
}

/// Every text with something in it, in the view of who hides nothing.
fn texts(naive: &Naive) -> BTreeMap<ContainerId, Text> {
    naive.state(&Policy::default()).texts
}

fn visible_shows_once(naive: &Naive, _: &mut Random) {
    let active = naive.active(&Policy::default());
    let elements = naive.elements();
    let mut visible: BTreeSet<Id> = BTreeSet::new();
    for element in elements.iter().filter(|element| active.contains(&element.id)) {
        if matches!(element.op, Op::Insert { .. } | Op::TextObject { .. }) {
            visible.insert(element.id);
        }
    }
    for deletion in elements.iter().filter(|element| active.contains(&element.id)) {
        if let Op::Delete { container, target, backward } = deletion.op {
            let target = ids(*target).collect::<Vec<_>>();
            let at = deletion.offset as usize;
            let id = if *backward { target[target.len() - 1 - at] } else { target[at] };
            let made = elements.iter().find(|element| element.id == id).expect("in its past");
            if made.op.as_op_ref().container() == Some(*container) {
                visible.remove(&id);
            }
        }
    }
    let shown: Vec<Id> = texts(naive).into_values().flat_map(|text| text.ids).collect();
    assert_eq!(shown.len(), visible.len());
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), visible);
}

fn lists_are_of_one_length(naive: &Naive, _: &mut Random) {
    for text in texts(naive).values() {
        assert_eq!(text.string.chars().count(), text.ids.len());
        assert_eq!((text.objects.len(), text.marks.len()), (text.ids.len(), text.ids.len()));
        for (character, object) in text.string.chars().zip(&text.objects) {
            match object.as_deref() {
                Some("") => assert_eq!(character, '\n'),
                Some(_) => assert_eq!(character, '\u{fffc}'),
                None => {}
            }
        }
    }
}

fn any_order_is_the_same(naive: &Naive, random: &mut Random) {
    let mut actions: Vec<Action> = naive.actions().cloned().collect();
    random.shuffle(&mut actions);
    let mut other = Naive::new();
    actions.into_iter().for_each(|action| other.receive(action));
    assert_eq!(other.state(&Policy::default()), naive.state(&Policy::default()));
}

/// A move can only lose where a way leads from it back to it, over moves that cover each other's slots; and the
/// oldest there only to itself.
fn only_circles_lose(naive: &Naive, _: &mut Random) {
    let active = naive.active(&Policy::default());
    for (container, text) in texts(naive) {
        let covers = coverage(naive, container, &active);
        for lost in &text.lost {
            let circle: Vec<Id> = covers.keys().copied().filter(|&other| is_circle(&covers, *lost, other)).collect();
            let is_oldest = circle
                .iter()
                .all(|other| naive.lamport(*lost).zip(Some(lost)) <= naive.lamport(*other).zip(Some(other)));
            assert!(circle.contains(lost) && (!is_oldest || covers[lost].contains(lost)), "{lost} among {circle:?}");
        }
    }
}

/// Whether ways lead from one slot to the other and back.
fn is_circle(covers: &BTreeMap<Id, BTreeSet<Id>>, one: Id, other: Id) -> bool {
    reaches(covers, one).contains(&other) && reaches(covers, other).contains(&one)
}

/// Of each active move's slot, the slots of the moves that cover it.
fn coverage(naive: &Naive, container: ContainerId, active: &InEffect) -> BTreeMap<Id, BTreeSet<Id>> {
    let order = naive.order(container);
    let elements = naive.elements();
    let moves: Vec<(Id, BTreeSet<Id>)> = elements
        .iter()
        .filter(|element| active.contains(&element.id))
        .filter_map(|element| match element.op {
            Op::TextMove { container: of, ranges, .. } if *of == container => {
                Some((element.id, ranges.iter().flat_map(|range| covered(&order, range)).copied().collect()))
            }
            _ => None,
        })
        .collect();
    let over = |slot: Id| moves.iter().filter(move |(_, covers)| covers.contains(&slot)).map(|&(id, _)| id).collect();
    moves.iter().map(|&(slot, _)| (slot, over(slot))).collect()
}

/// All slots that a way leads to.
fn reaches(covers: &BTreeMap<Id, BTreeSet<Id>>, from: Id) -> BTreeSet<Id> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        open.extend(covers[&at].iter().filter(|&&next| reached.insert(next)));
    }
    reached
}

/// Between two characters of one insertion lies only what somebody put there who knew the first of them.
fn runs_stay_whole(naive: &Naive, _: &mut Random) {
    let containers: BTreeSet<ContainerId> = texts(naive).into_keys().collect();
    let orders: Vec<Vec<Id>> = containers.iter().map(|&container| naive.order(container)).collect();
    for element in naive.elements() {
        let Op::Insert { container, .. } = element.op else { continue };
        let Some(at) = containers.iter().position(|known| known == container) else { continue };
        let position = |id: Id| orders[at].iter().position(|&other| other == id).expect("it is of the text");
        let before = element.id.seq.checked_sub(1).map(|seq| Id::new(element.id.replica, seq));
        if let (Some(before), true) = (before, element.offset > 0) {
            let between = &orders[at][position(before) + 1..position(element.id)];
            assert!(between.iter().all(|&id| naive.past(id).contains(before)), "{before} and {}", element.id);
        }
    }
}

/// Two who go on from a history: one types where the other presses Enter.
fn typing_is_before_enter(naive: &Naive, random: &mut Random) {
    let [mut typist, mut other] = [1 << 40, (1 << 40) + 1 - 2 * (random.below(2) as u64)].map(|replica| Author {
        replica: ReplicaId(replica),
        naive: naive.clone(),
        policy: Policy::default(),
    });
    let containers: Vec<ContainerId> = texts(naive).into_keys().collect();
    let Some(container) = random.pick(&containers) else { return };
    let index = random.below(typist.ids(container).len() + 1);
    let mut typed = vec![typist.commit(&[Edit::insert(container, index, "x")])];
    for n in 0..2 {
        // Among what was forged it may not be read where it was put.
        let before = typist.ids(container).iter().position(|&id| id == typed[n].id).expect("just typed");
        typed.push(typist.commit(&[Edit::insert(container, before + 1, "x")]));
    }
    let enter = other.commit(&[Edit::Object { container, index, kind: String::new() }]);
    typed.iter().for_each(|action| other.naive.receive(action.clone()));
    let order = other.naive.order(container);
    let position = |action: &Action| order.iter().position(|&id| id == action.id).expect("it is of the text");
    assert!(typed.iter().all(|action| position(action) < position(&enter)));
}

fn undo_and_redo_is_nothing(naive: &Naive, random: &mut Random) {
    let mut author = Author { replica: ReplicaId(1 << 40), naive: naive.clone(), policy: Policy::default() };
    let active = naive.active(&author.policy);
    let actions: Vec<&Action> = naive.actions().collect();
    let Some(action) = random.pick(&actions) else { return };
    let is_control = action.ops.iter().any(|op| matches!(op, Op::Control { .. }));
    if is_control || !ids(action.span()).all(|id| active.contains(&id)) {
        return;
    }
    let before = author.state();
    author.commit(&[Edit::Undo { targets: vec![action.span()] }]);
    author.commit(&[Edit::Redo { targets: vec![action.span()] }]);
    assert_eq!(author.state(), before);
}

fn hidden_is_not_there(naive: &Naive, random: &mut Random) {
    let actions: Vec<&Action> = naive.actions().collect();
    let hidden: Vec<_> = (0..3).filter_map(|_| random.pick(&actions)).map(|action| action.span()).collect();
    let without = naive.state(&Policy { hidden: hidden.clone(), ..Policy::default() });
    let is_hidden = |id: &Id| hidden.iter().any(|span| span.contains(*id));
    assert!(without.texts.values().flat_map(|text| &text.ids).all(|id| !is_hidden(id)));
    let lost = |text: &Text| text.lost.iter().any(is_hidden);
    assert!(!without.texts.values().any(lost));
}
