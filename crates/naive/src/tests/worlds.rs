//! Random worlds: laws that the oracle must keep with itself.

use crate::author::{ids, runs};
use crate::{Author, Edit, Event, Naive, Policy, Random, Standing, State, World};
use clock::{Id, ReplicaId, Span};
use log::{Action, MultiLog, Op};
use std::collections::{BTreeMap, BTreeSet};

/// Enough for every letter to occur among four authors, several times.
const STEPS: usize = 90;

/// How a world of an alphabet begins.
type Beginning = fn(u64, usize) -> World;

/// The alphabets that nobody forges with.
const HONEST: [Beginning; 3] = [World::new, World::rich, World::meant];

/// A world after some steps, with everything exchanged.
fn settled(begin: Beginning, seed: u64) -> World {
    let mut world = begin(seed, 2 + seed as usize % 3);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle();
    world
}

fn for_worlds(seeds: u64, mut check: impl FnMut(&World, &mut Random)) {
    for (kind, begin) in [World::new, World::rich, World::forged, World::meant, World::proposed].into_iter().enumerate()
    {
        for seed in 0..seeds {
            println!("failing world, if any: {seed} of kind {kind}");
            check(&settled(begin, seed), &mut Random::new(!seed));
        }
    }
}

/// Every honest world of so many seeds, with its seed.
fn honest(seeds: u64) -> impl Iterator<Item = (u64, World)> {
    HONEST.into_iter().flat_map(move |begin| (0..seeds).map(move |seed| (seed, begin(seed, 3))))
}

/// The states of every author's own view, and of the one that hides nothing.
fn views(world: &World, naive: &Naive) -> Vec<State> {
    let own = world.authors.iter().map(|author| naive.state(&author.policy));
    own.chain([naive.state(&Policy::default())]).collect()
}

fn collect(actions: impl IntoIterator<Item = Action>) -> Naive {
    let mut naive = Naive::new();
    actions.into_iter().for_each(|action| naive.receive(action));
    naive
}

#[test]
fn the_same_seed_makes_the_same_world() {
    let steps = |seed| {
        let mut world = World::new(seed, 3);
        (0..STEPS).map(|_| world.step()).collect::<Vec<_>>()
    };
    assert_eq!(steps(5), steps(5));
    assert_ne!(steps(5), steps(6));
}

#[test]
fn every_kind_of_step_happens() {
    let mut seen = BTreeSet::new();
    let forged = (0..10).map(|seed| (seed, World::forged(seed, 3)));
    let proposed = (0..10).map(|seed| (seed, World::proposed(seed, 3)));
    for (_, mut world) in honest(10).chain(forged).chain(proposed) {
        for _ in 0..STEPS {
            let step = world.step();
            let kinds = match &step.event {
                Event::Edit { edits, .. } => edits.iter().map(|edit| name(&format!("{edit:?}"))).collect(),
                other => vec![name(&format!("{other:?}"))],
            };
            seen.extend(kinds);
        }
    }
    assert_eq!(seen.len(), 30, "{seen:?}");
}

/// The variant's name in what `Debug` prints.
fn name(debug: &str) -> String {
    debug.chars().take_while(|c| c.is_alphanumeric()).collect()
}

#[test]
fn every_action_is_one_that_a_log_takes() {
    let forged = (0..20).map(|seed| (seed, World::forged(seed, 3)));
    let proposed = (0..20).map(|seed| (seed, World::proposed(seed, 3)));
    for (_, mut world) in honest(20).chain(forged).chain(proposed) {
        let mut logs = vec![MultiLog::new(); 3];
        for _ in 0..STEPS {
            let step = world.step();
            let received = match step.event {
                Event::Edit { action, .. } => vec![action],
                Event::Exchange { actions, .. } => actions,
                _ => Vec::new(),
            };
            for action in received {
                let result = logs[step.author].receive(action.clone());
                assert!(result.is_ok(), "{result:?} of {action:?}");
            }
            let (log, naive) = (&logs[step.author], &world.authors[step.author].naive);
            assert_eq!(log.version(), naive.version());
            assert_eq!(log.frontier().ids(), naive.frontier());
            assert_eq!(log.pending().len(), naive.waiting().count());
        }
    }
}

#[test]
fn the_order_of_receipt_does_not_matter() {
    for_worlds(12, |world, random| {
        let mut actions: Vec<_> = world.authors[0].naive.actions().cloned().collect();
        let expected = views(world, &world.authors[0].naive);
        for _ in 0..3 {
            random.shuffle(&mut actions);
            let shuffled = collect(actions.iter().chain(&actions[..actions.len() / 2]).cloned());
            assert_eq!(views(world, &shuffled), expected);
        }
        for author in &world.authors {
            assert_eq!(views(world, &author.naive), expected);
        }
    });
}

/// Calls `check` for each edit made alone by somebody who is not pinned, with him before and after it.
fn for_edits(seeds: u64, mut check: impl FnMut(&Edit, &Author, &Author)) {
    for (seed, mut world) in honest(seeds) {
        println!("failing seed, if any: {seed}");
        for _ in 0..STEPS {
            let before = world.authors.clone();
            let step = world.step();
            if let Event::Edit { edits, .. } = &step.event
                && let [edit] = &edits[..]
                && before[step.author].policy.pin.is_none()
            {
                check(edit, &before[step.author], &world.authors[step.author]);
            }
        }
    }
}

#[test]
fn what_is_inserted_at_i_is_read_at_i() {
    for_edits(12, |edit, before, after| {
        let (container, index, text, object) = match edit {
            Edit::Insert { container, index, text } => (*container, *index, text.as_str(), None),
            Edit::Object { container, index, kind } if kind.is_empty() => (*container, *index, "\n", Some(kind)),
            Edit::Object { container, index, kind } => (*container, *index, "\u{fffc}", Some(kind)),
            _ => return,
        };
        let mut expected: Vec<char> = before.text(container).string.chars().collect();
        expected.splice(index..index, text.chars());
        let read = after.text(container);
        assert_eq!(read.string, expected.into_iter().collect::<String>());
        assert_eq!(read.objects[index].as_ref(), object);
    });
}

#[test]
fn what_is_deleted_or_set_is_read_so() {
    for_edits(12, |edit, before, after| match edit {
        Edit::Delete { container, range, .. } => {
            let mut expected = before.ids(*container);
            expected.drain(range.clone());
            assert_eq!(after.ids(*container), expected);
        }
        Edit::Set { container, key, value } => {
            let state = after.state();
            let entry = state.entry(*container, key);
            assert_eq!(entry.and_then(|entry| entry.value.clone()), *value);
            assert!(entry.is_none_or(|entry| entry.alternatives.is_empty()));
        }
        _ => {}
    });
}

#[test]
fn a_mark_covers_just_what_was_selected() {
    for_edits(20, |edit, before, after| {
        let Edit::Mark { container, range, key, value, .. } = edit else { return };
        let mut expected = before.text(*container);
        for marks in &mut expected.marks[range.clone()] {
            marks.remove(key);
            marks.extend(value.clone().map(|value| (key.clone(), value)));
        }
        assert_eq!(after.text(*container), expected);
    });
}

#[test]
fn what_moved_reads_where_it_was_put() {
    let mut moved = 0;
    for_edits(40, |edit, before, after| {
        let Edit::Move { container, range, to } = edit else { return };
        let (mut expected, read) = (before.text(*container), after.text(*container));
        if !read.lost.is_superset(&expected.lost) {
            // Where a slot with nothing to show moved along, a move that had lost in a circle can be free.
            return;
        }
        if (range.start + 1..=range.end).contains(to) {
            // Into itself: nothing moves.
            assert_eq!(read.lost.len(), expected.lost.len() + 1);
            expected.lost = read.lost.clone();
            assert_eq!(read, expected);
            return;
        }
        let selected: Vec<Id> = expected.ids.drain(range.clone()).collect();
        let to = if *to > range.end { to - selected.len() } else { *to };
        expected.ids.splice(to..to, selected);
        assert_eq!(read.ids, expected.ids);
        moved += 1;
    });
    assert!(moved > 100, "{moved}");
}

/// There is something to choose, and it matters.
#[test]
fn what_means_something_together_is_not_always_active() {
    let (mut rejected, mut worlds) = (0, 0);
    for seed in 0..20 {
        let world = settled(World::meant, seed);
        let standings = world.authors[0].naive.standings(&Policy::default());
        let count = standings.values().filter(|standing| **standing == Standing::Rejected).count();
        rejected += count;
        worlds += usize::from(count > 0);
    }
    assert!(rejected > 40 && worlds > 10, "{rejected} elements in {worlds} worlds");
}

#[test]
fn what_is_undone_is_off_and_what_is_redone_is_on() {
    for (seed, mut world) in honest(12) {
        for _ in 0..STEPS {
            let step = world.step();
            let author = &world.authors[step.author];
            let (Event::Edit { edits, action }, None) = (&step.event, &author.policy.pin) else { continue };
            let (targets, is_undone) = match &edits[..] {
                [Edit::Undo { targets }] => (targets, true),
                [Edit::Redo { targets }] => (targets, false),
                _ => continue,
            };
            let standings = author.naive.standings(&author.policy);
            for id in targets.iter().copied().flat_map(ids).filter(|&id| !is_control(&author.naive, id)) {
                assert_eq!(standings[&id] == Standing::Undone, is_undone, "seed {seed}, {id} after {action:?}");
            }
        }
    }
}

fn is_control(naive: &Naive, id: Id) -> bool {
    naive.elements().iter().any(|element| element.id == id && element.is_control())
}

#[test]
fn undoing_one_range_and_another_commutes() {
    for_worlds(12, |world, random| {
        let pair = || [plain(&world.authors[0]), plain(&world.authors[1])];
        let (i, j) = (range(random, &world.authors[0].naive), range(random, &world.authors[0].naive));
        for edits in [[undo(&i), undo(&j)], [redo(&i), redo(&j)]] {
            let [mut one, mut other] = pair();
            one.commit(&edits[..1]);
            one.commit(&edits[1..]);
            other.commit(&edits[1..]);
            other.commit(&edits[..1]);
            assert_eq!(one.state(), other.state(), "one after the other");

            let [mut first, mut second] = pair();
            let made = first.commit(&edits[..1]);
            first.naive.receive(second.commit(&edits[1..]));
            second.naive.receive(made);
            assert_eq!(first.state(), second.state());
            assert_eq!(first.state(), one.state(), "at once");
        }
    });
}

#[test]
fn a_redo_of_what_was_undone_gives_back_what_was() {
    for_worlds(12, |world, random| {
        let mut author = plain(&world.authors[0]);
        let before = author.naive.standings(&author.policy);
        let state = author.state();
        let is_active = |id: &Id| before[id] == Standing::Active && !is_control(&author.naive, *id);
        let targets = runs(range(random, &author.naive).into_iter().flat_map(ids).filter(is_active));
        author.commit(&[undo(&targets)]);
        author.commit(&[undo(&targets)]);
        author.commit(&[redo(&targets)]);
        assert_eq!(author.state(), state);
    });
}

#[test]
fn undoing_an_action_shows_what_hiding_it_shows() {
    for_worlds(12, |world, random| {
        let author = plain(&world.authors[0]);
        let actions: Vec<_> = author.naive.actions().filter(|action| !has_control(action)).cloned().collect();
        for _ in 0..5 {
            let span = random.pick(&actions).expect("somebody typed").span();
            let hidden = author.naive.state(&Policy { hidden: vec![span], ..Policy::default() });
            assert_eq!(author.after(&[undo(&[span])]).state(), hidden, "{span}");
        }
    });
}

fn has_control(action: &Action) -> bool {
    action.ops.iter().any(|op| matches!(op, Op::Control { .. }))
}

#[test]
fn three_ways_to_hide_a_replica_are_one_and_unhiding_restores() {
    for_worlds(12, |world, _| {
        let mut author = plain(&world.authors[0]);
        let state = author.state();
        for (replica, end) in author.naive.version().iter() {
            let span = Policy { hidden: vec![Span::new(replica, 0, end)], ..Policy::default() };
            let whole = Policy { hidden_replicas: BTreeSet::from([replica]), ..Policy::default() };
            let held = Policy { held: BTreeMap::from([(replica, 0)]), ..Policy::default() };
            let off = author.naive.state(&span);
            assert_eq!(author.naive.state(&whole), off);
            assert_eq!(author.naive.state(&held), off);
            assert!(off.texts.values().flat_map(|text| &text.ids).all(|id| id.replica != replica));
        }
        author.policy = Policy::default();
        assert_eq!(author.state(), state);
    });
}

#[test]
fn a_pin_shows_what_was_there_then() {
    for_worlds(12, |world, random| {
        let naive = &world.authors[0].naive;
        let actions: Vec<_> = naive.actions().cloned().collect();
        for _ in 0..5 {
            let pin = naive.past(random.pick(&actions).expect("somebody did something").id);
            let then = collect(actions.iter().filter(|action| pin.contains(action.id)).cloned());
            assert_eq!(then.version(), pin);
            let pinned = Policy { pin: Some(pin), ..Policy::default() };
            assert_eq!(naive.state(&pinned), then.state(&Policy::default()));
        }
    });
}

#[test]
fn what_nobody_followed_can_as_well_be_hidden_as_missing() {
    for_worlds(12, |world, _| {
        let naive = &world.authors[0].naive;
        for last in naive.frontier() {
            let span = naive.action_of(last).expect("on the frontier").span();
            let without = collect(naive.actions().filter(|action| action.id != span.first()).cloned());
            let hidden = Policy { hidden: vec![span], ..Policy::default() };
            assert_eq!(naive.state(&hidden), without.state(&Policy::default()));
        }
    });
}

/// Someone new, with what `author` has, who hides nothing.
fn plain(author: &Author) -> Author {
    let replica = ReplicaId(author.replica.0 + (1 << 32));
    Author { replica, naive: author.naive.clone(), policy: Policy::default() }
}

/// A stretch of one log, up to twenty elements long.
fn range(random: &mut Random, naive: &Naive) -> Vec<Span> {
    let logs: Vec<_> = naive.version().iter().collect();
    let (replica, end) = random.pick(&logs).expect("somebody did something");
    let start = random.below(end as usize) as u32;
    vec![Span::new(replica, start, end.min(start + 1 + random.below(20) as u32))]
}

fn undo(targets: &[Span]) -> Edit {
    Edit::Undo { targets: targets.to_vec() }
}

fn redo(targets: &[Span]) -> Edit {
    Edit::Redo { targets: targets.to_vec() }
}
