//! Mine first, where nobody declared anything: what others did at once that touches what one's own touches gives way, in one's
//! own view only.

mod common;

use common::{Screen, compare, policy_of};
use motet::{
    ContainerId, Crossing, Document, Edit, Grade, Id, Kind, Loss, Overlap, Policy, ReplicaId, Rule, Span, Standing,
    Value, VersionVector, Why,
};
use naive::{Naive, Random};
use std::collections::BTreeSet;

const ANN: ReplicaId = ReplicaId(1);
const BOB: ReplicaId = ReplicaId(2);

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "sentence")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "settings")
}

fn rows() -> ContainerId {
    ContainerId::root(Kind::List, "rows")
}

fn columns() -> ContainerId {
    ContainerId::root(Kind::List, "columns")
}

fn act(document: &mut Document, what: impl FnOnce(&mut Edit<'_>)) -> Span {
    document.edit(0, what).expect("an action")
}

/// Gives both everything.
fn exchange(one: &mut Document, other: &mut Document) {
    let (to, from) = (one.actions_since(&other.version()), other.actions_since(&one.version()));
    other.receive_all(to).expect("valid");
    one.receive_all(from).expect("valid");
    assert_eq!(one.version(), other.version());
    assert_eq!(one.shared_state_hash(), other.shared_state_hash(), "what everybody sees is one thing");
    one.check_invariants();
    other.check_invariants();
}

/// Ann, whose own comes first, and Bob, with one sentence, one setting, and a table of two rows and two columns.
fn two() -> (Document, Document) {
    let (mut ann, mut bob) = (Document::new(ANN), Document::new(BOB));
    act(&mut ann, |edit| {
        edit.insert(text(), 0, "The cat sat on the mat.");
        edit.set(map(), "colour", Value::Text("red".into()));
        edit.list_insert(rows(), 0, &[Value::Bool(true), Value::Bool(true)]);
        edit.list_insert(columns(), 0, &[Value::Bool(true), Value::Bool(true)]);
    });
    exchange(&mut ann, &mut bob);
    ann.put_mine_first(Some(Grade::Overlap));
    (ann, bob)
}

fn items(document: &Document, list: ContainerId) -> Vec<Id> {
    document.model().list(list).map_or_else(Vec::new, |list| list.iter().map(|(id, _)| id).collect())
}

fn cell(document: &Document, row: usize, column: usize) -> ContainerId {
    let (rows, columns) = (items(document, rows()), items(document, columns()));
    ContainerId::Crossing(Kind::Text, Crossing::new(rows[row], columns[column]))
}

/// Whether what Bob does gives way to what Ann does at once.
fn gives_way(ann_does: impl FnOnce(&mut Document) -> Span, bob_does: impl FnOnce(&mut Document) -> Span) -> bool {
    let (mut ann, mut bob) = two();
    let (mine, theirs) = (ann_does(&mut ann), bob_does(&mut bob));
    exchange(&mut ann, &mut bob);
    let gives_way = match ann.why(theirs.first()) {
        Why::Active => false,
        Why::Lost(Loss::Mine(to)) if to == mine.first() => true,
        why => panic!("{why:?}"),
    };
    assert_eq!(bob.standing(theirs.first()), Standing::Active, "only she sees it so");
    assert_eq!(bob.standing(mine.first()), Standing::Active);
    assert_eq!(ann.divergence(), if gives_way { vec![theirs] } else { Vec::new() });
    gives_way
}

fn replace(at: u32, len: u32, by: &'static str) -> impl FnOnce(&mut Document) -> Span {
    move |document| act(document, replacing(at, len, by))
}

fn replacing(at: u32, len: u32, by: &'static str) -> impl FnOnce(&mut Edit<'_>) {
    move |edit| edit.replace(text(), at, len, by)
}

/// From where on how much is replaced by what.
type Replaced = (u32, u32, &'static str);

#[test]
fn what_touches_the_same_words_gives_way_and_what_is_beside_does_not() {
    // The cat sat on the mat.
    let cases: [(&str, Replaced, Replaced, bool); 9] = [
        ("both put something at one place", (8, 0, "black "), (8, 0, "fat "), true),
        ("at two places", (8, 0, "quietly "), (12, 0, "down "), false),
        ("both write another word for one", (4, 3, "dog"), (4, 3, "cow"), true),
        ("words side by side", (4, 3, "dog"), (8, 3, "lay"), false),
        ("she writes in what he deletes", (12, 0, "still "), (8, 10, ""), true),
        ("he writes in what she deletes", (8, 10, ""), (12, 0, "still "), true),
        ("he writes at the edge of what she deletes", (8, 4, ""), (12, 0, "still "), false),
        ("both delete, one more than the other", (4, 8, ""), (8, 4, ""), false),
        ("he writes another word for one that she deletes with others", (4, 8, ""), (8, 3, "lay"), true),
    ];
    for (what, mine, theirs, wanted) in cases {
        assert_eq!(gives_way(replace(mine.0, mine.1, mine.2), replace(theirs.0, theirs.1, theirs.2)), wanted, "{what}");
    }
}

#[test]
fn what_writes_the_same_gives_way_unless_it_is_the_same() {
    let set = |key: &'static str, value: &'static str| {
        move |document: &mut Document| act(document, |edit| edit.set(map(), key, Value::Text(value.into())))
    };
    assert!(gives_way(set("colour", "green"), set("colour", "blue")));
    assert!(!gives_way(set("colour", "green"), set("colour", "green")));
    assert!(!gives_way(set("colour", "green"), set("size", "blue")));
    let order = |from, to| move |document: &mut Document| act(document, |edit| _ = edit.list_move(rows(), from, to));
    assert!(gives_way(order(0, 1), order(0, 1)));
    assert!(!gives_way(order(0, 1), order(1, 0)), "another row");
    let add = |document: &mut Document| act(document, |edit| _ = edit.list_insert(rows(), 2, &[Value::Bool(true)]));
    assert!(!gives_way(add, add), "a list has room for both");
}

#[test]
fn who_deletes_what_another_works_in_gives_way() {
    let write = |document: &mut Document| {
        let cell = cell(document, 0, 1);
        act(document, |edit| edit.insert(cell, 0, "seven"))
    };
    let delete = |list| move |document: &mut Document| act(document, |edit| edit.list_delete(list, 0, 1));
    assert!(gives_way(write, delete(rows())));
    assert!(!gives_way(write, delete(columns())), "another column");
    assert!(gives_way(delete(rows()), write), "and who works in what she deletes");
}

#[test]
fn from_which_grade_on_is_a_choice() {
    let (mut ann, mut bob) = two();
    let typed = act(&mut bob, |edit| edit.replace(text(), 4, 3, "cow"));
    let set = act(&mut bob, |edit| edit.set(map(), "colour", Value::Text("blue".into())));
    act(&mut ann, |edit| edit.replace(text(), 4, 3, "dog"));
    act(&mut ann, |edit| edit.set(map(), "colour", Value::Text("green".into())));
    exchange(&mut ann, &mut bob);
    let gone = |ann: &Document| [typed, set].map(|span| ann.standing(span.first()) == Standing::Lost);
    assert_eq!(gone(&ann), [true, true]);
    assert_eq!(
        (ann.text(text()).as_str(), ann.get(map(), "colour")),
        ("The dog sat on the mat.", Some(&Value::Text("green".into())))
    );
    ann.put_mine_first(Some(Grade::Order));
    assert_eq!(gone(&ann), [false, true]);
    ann.put_mine_first(Some(Grade::Conflict));
    assert_eq!(gone(&ann), [false, false]);
    ann.put_mine_first(None);
    assert!(ann.divergence().is_empty());
    ann.check_invariants();
}

#[test]
fn what_follows_what_was_seen_does_not_give_way() {
    let (mut ann, mut bob) = two();
    act(&mut ann, |edit| edit.replace(text(), 4, 3, "dog"));
    exchange(&mut ann, &mut bob);
    let theirs = act(&mut bob, |edit| edit.replace(text(), 4, 3, "cow"));
    exchange(&mut ann, &mut bob);
    assert_eq!(
        (ann.standing(theirs.first()), ann.text(text()).as_str()),
        (Standing::Active, "The cow sat on the mat.")
    );
}

#[test]
fn what_gave_way_comes_back_when_the_own_is_undone_preferred_or_answered() {
    let (mut ann, mut bob) = two();
    let mine = act(&mut ann, |edit| edit.replace(text(), 4, 3, "dog"));
    let theirs = act(&mut bob, |edit| edit.replace(text(), 4, 3, "cow"));
    // What needs it goes along.
    let needs = act(&mut bob, |edit| {
        edit.set(map(), "animal", Value::Text("cow".into()));
        let this = edit.this().expect("begun");
        edit.constrain(Rule::Enables, &[theirs.first(), this]);
    });
    exchange(&mut ann, &mut bob);
    let stand = |ann: &Document| [theirs, needs].map(|span| ann.standing(span.first()));
    assert_eq!(stand(&ann), [Standing::Lost, Standing::Dependent]);
    let apart = Span::new(BOB, theirs.start, needs.end - 1);
    assert_eq!(ann.divergence(), [apart], "all but the constraint, which holds whatever becomes of its action");
    assert_eq!(
        ann.conflicts().iter().map(|conflict| (conflict.action, conflict.rivals.clone())).collect::<Vec<_>>(),
        [(theirs, vec![mine.first()])]
    );
    ann.undo_spans(&[mine], 0).expect("undone");
    assert_eq!(stand(&ann), [Standing::Active; 2]);
    assert_eq!(ann.text(text()), "The cow sat on the mat.");
    ann.redo_spans(&[mine], 0).expect("redone");
    assert_eq!(stand(&ann), [Standing::Lost, Standing::Dependent]);
    ann.prefer([theirs.first()]);
    assert_eq!(stand(&ann), [Standing::Active; 2]);
    ann.set_policy(Policy { preferred: Default::default(), ..ann.view().policy().clone() });
    assert_eq!(stand(&ann), [Standing::Lost, Standing::Dependent]);
    let answer = act(&mut bob, |edit| edit.resolve(&[mine.first(), theirs.first()], &[theirs.first()]));
    exchange(&mut ann, &mut bob);
    assert_eq!(stand(&ann), [Standing::Active; 2], "an answer for everybody counts all the same");
    bob.undo_spans(&[answer], 0).expect("undone");
    exchange(&mut ann, &mut bob);
    assert_eq!(stand(&ann), [Standing::Lost, Standing::Dependent]);
}

/// What was typed key by key gives way to each key of the own: an answer between the two runs is about all of them.
#[test]
fn an_answer_between_runs_that_were_typed_at_once_brings_both() {
    let (mut ann, mut bob) = two();
    let typed = |document: &mut Document, word: &str| {
        (4..).zip(word.chars()).for_each(|(at, c)| _ = act(document, |edit| edit.insert(text(), at, &c.to_string())));
    };
    typed(&mut ann, "old ");
    typed(&mut bob, "young ");
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), "The old cat sat on the mat.");
    let history = ann.history();
    let runs: Vec<Span> = history.iter().filter(|run| run.inserted.len() < 10).map(|run| run.span).collect();
    assert_eq!(runs.len(), 2, "{history:?}");
    let all = ann.sides(&runs).concat();
    assert_eq!(all.len(), 10);
    act(&mut ann, |edit| edit.resolve(&all, &all));
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), bob.text(text()));
    assert!(ann.conflicts().is_empty());
}

/// One thing that somebody does to the sentence, the setting or the table.
fn anything(document: &mut Document, random: &mut Random) -> Option<Span> {
    let word = random.pick(&["quick ", "red ", "a ", "not ", "so "]).expect("some");
    match random.below(12) {
        0..=3 => {
            let at = random.below(document.text_len(text()) as usize + 1) as u32;
            document.edit(0, |edit| edit.insert(text(), at, word))
        }
        4 | 5 => {
            let len = document.text_len(text());
            let at = random.below(len as usize + 1) as u32;
            document.edit(0, |edit| edit.replace(text(), at, 4.min(len - at), if word.len() > 3 { word } else { "" }))
        }
        6 | 7 => document.edit(0, |edit| edit.set(map(), "colour", Value::Text(word.trim().into()))),
        8 => {
            let list = if random.chance(50) { rows() } else { columns() };
            let at = random.below(items(document, list).len() + 1);
            document.edit(0, |edit| _ = edit.list_insert(list, at, &[Value::Bool(true)]))
        }
        9 => {
            let list = if random.chance(50) { rows() } else { columns() };
            let len = items(document, list).len();
            (len > 1).then(|| random.below(len)).and_then(|at| document.edit(0, |edit| edit.list_delete(list, at, 1)))
        }
        _ => {
            // Both may have deleted the last one at once.
            let (rows, columns) = (items(document, rows()).len(), items(document, columns()).len());
            let (row, column) = (rows > 0 && columns > 0).then(|| (random.below(rows), random.below(columns)))?;
            let cell = cell(document, row, column);
            let at = random.below(document.text_len(cell) as usize + 1) as u32;
            document.edit(0, |edit| edit.insert(cell, at, word))
        }
    }
}

/// The actions that a view of everything says to overlap.
fn overlapping(document: &mut Document) -> BTreeSet<Id> {
    let theirs = document.overlaps();
    theirs.iter().flat_map(|overlap| document.actions_in(overlap.theirs)).collect()
}

/// The actions that give way by definition where one's own come first: they are what overlaps with these where nobody's do.
fn lost_in(document: &Document, naive: &Naive, policy: &naive::Policy) -> BTreeSet<Id> {
    let lost = naive.standings(policy).into_iter().filter(|(_, standing)| *standing == naive::Standing::Rejected);
    lost.map(|(id, _)| document.action_of(id).expect("in the log").first()).collect()
}

#[test]
fn who_watches_is_told_what_others_did_to_the_same_at_once() {
    let (mut ann, mut bob) = two();
    ann.put_mine_first(None);
    let told = |ann: &mut Document| {
        let all = ann.overlaps();
        all.into_iter().map(|Overlap { theirs, mine, grade }| (theirs, mine, grade)).collect::<Vec<_>>()
    };
    let mine = act(&mut ann, replacing(4, 3, "dog"));
    let theirs = act(&mut bob, replacing(4, 3, "cow"));
    let set = |value: &'static str| move |edit: &mut Edit<'_>| edit.set(map(), "colour", Value::Text(value.into()));
    let colours = (act(&mut ann, set("green")), act(&mut bob, set("blue")));
    exchange(&mut ann, &mut bob);
    assert_eq!(told(&mut ann), [], "nobody asked");
    ann.watch_overlaps(VersionVector::new());
    bob.watch_overlaps(bob.version());
    let colour = (colours.1, vec![colours.0], Grade::Order);
    assert_eq!(told(&mut ann), [(theirs, vec![mine], Grade::Overlap), colour]);
    assert_eq!(told(&mut bob), [], "all of that was before");
    assert!(ann.text(text()).contains("dog") && ann.text(text()).contains("cow"), "all of it shows");
    assert!(ann.divergence().is_empty());

    let (mine, theirs) = (act(&mut ann, replacing(0, 0, "So, ")), act(&mut bob, replacing(0, 0, "Well, ")));
    exchange(&mut ann, &mut bob);
    assert_eq!(told(&mut bob), [(mine, vec![theirs], Grade::Overlap)]);
    assert_eq!(told(&mut ann).len(), 3);

    // What is undone, be it one's own or not, overlaps with nothing.
    ann.undo_spans(&[mine, colours.0], 0).expect("undone");
    assert_eq!(told(&mut ann).len(), 1);
    exchange(&mut ann, &mut bob);
    assert_eq!(told(&mut bob), []);
    ann.redo_spans(&[mine], 0).expect("redone");
    exchange(&mut ann, &mut bob);
    assert_eq!(told(&mut bob).len(), 1);
    bob.set_policy(Policy { muted: [ANN].into(), ..Policy::default() });
    assert_eq!(told(&mut bob), []);
}

#[test]
fn who_watches_is_told_of_what_overlaps_with_what_they_did_elsewhere() {
    let (mut ann, mut bob) = two();
    ann.put_mine_first(None);
    let mut desk = ann.fork(ReplicaId(7));
    desk.watch_overlaps(desk.version());
    let (mine, theirs) = (act(&mut ann, replacing(4, 3, "dog")), act(&mut bob, replacing(4, 3, "cow")));
    exchange(&mut ann, &mut bob);
    exchange(&mut desk, &mut ann);
    assert_eq!(desk.overlaps(), []);
    // Only now it is known whose that is.
    desk.add_mine(ANN);
    assert_eq!(desk.overlaps(), [Overlap { theirs, mine: vec![mine], grade: Grade::Overlap }]);
}

#[test]
fn what_is_typed_letter_by_letter_overlaps_with_all_its_letters() {
    for names in [[ANN, BOB], [BOB, ANN]] {
        let (mut ann, mut bob) = two();
        (ann, bob) = (ann.fork(ReplicaId(names[0].0 + 10)), bob.fork(ReplicaId(names[1].0 + 10)));
        let typed = |document: &mut Document, word: &'static str| -> Span {
            let first = act(document, replacing(4, 3, &word[..1]));
            let behind = (1..word.len()).map(|n| act(document, replacing(4 + n as u32, 0, &word[n..=n])));
            Span::new(first.replica, first.start, behind.last().expect("more letters").end)
        };
        let mine = typed(&mut ann, "dog");
        // Not beside the same, though right behind it in the log.
        act(&mut ann, replacing(0, 0, "So, "));
        let again = act(&mut ann, replacing(11, 0, "s"));
        let theirs = typed(&mut bob, "hen");
        ann.watch_overlaps(VersionVector::new());
        exchange(&mut ann, &mut bob);
        let text = ann.text(text());
        assert!(text.contains("dogshen") || text.contains("hendogs"), "{text}");
        let all = [Overlap { theirs, mine: vec![mine, again], grade: Grade::Overlap }];
        assert_eq!(ann.overlaps(), all, "whoever comes first in the text");
    }
}

/// Someone with their own first and someone in the shared view, for 200 steps: equal logs, equal shared views, and each view
/// just what its policy says by definition.
#[test]
fn mine_first_and_the_shared_view_go_on_beside_each_other() {
    let mut yielded = BTreeSet::new();
    for seed in 1..=4 {
        let mut random = Random::new(seed);
        let (mut ann, mut bob) = two();
        let mut naive = Naive::new();
        let mut watcher = bob.fork(ReplicaId(3));
        watcher.add_mine(ANN);
        watcher.watch_overlaps(watcher.version());
        let own = naive::Policy { first: [ANN].into_iter().collect(), ..naive::Policy::default() };
        assert_eq!(ann.view().policy().mine_first, policy_of(&own).mine_first);
        let mut last = Vec::new();
        for step in 0..200 {
            let document = if random.chance(50) { &mut ann } else { &mut bob };
            last.extend(anything(document, &mut random));
            if random.chance(10)
                && let Some(span) = random.pick(&last)
                && document.version().contains(span.last())
            {
                document.undo_spans(&[span], 0);
            }
            if random.chance(12) || step == 199 {
                exchange(&mut ann, &mut bob);
                last.clear();
                for action in ann.actions_since(&naive.version()) {
                    naive.receive(action);
                }
                for (document, policy) in [(&mut ann, &own), (&mut bob, &naive::Policy::default())] {
                    for (id, standing) in naive.standings(policy) {
                        let is_off = standing != naive::Standing::Active;
                        assert_eq!(document.standing(id) != Standing::Active, is_off, "seed {seed} step {step}: {id}");
                    }
                    let mut screen = Screen::default();
                    screen.apply(&document.model().changed_since(&motet::Model::default()));
                    compare(document, &mut screen, &naive.state(policy), &format!("seed {seed} step {step}"));
                }
                watcher.receive_all(ann.actions_since(&watcher.version())).expect("valid");
                assert_eq!(overlapping(&mut watcher), lost_in(&ann, &naive, &own), "seed {seed} step {step}");
                yielded.extend(ann.conflicts().iter().map(|conflict| (seed, conflict.action.first())));
            }
        }
    }
    assert!(yielded.len() > 50, "much gave way: {}", yielded.len());
}
