//! What actions mean together: declared, reconciled, answered, told. The numbers are those of the list of what Joyce and its
//! kin do: A for the log, B for the semantic graph, C for what a person controls, D for undo.

use motet::{
    ContainerId, Document, Edit, Id, Kind, Loss, Patch, Policy, ReplicaId, Rule, Span, Standing, Value, VersionVector,
    Why,
};

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "calendar")
}

/// Ann and Bob, with the same three meetings.
fn two() -> (Document, Document, [Id; 3]) {
    let mut ann = Document::new(ReplicaId(1));
    let meetings = ["tea", "talk", "walk"].map(|name| put(&mut ann, name));
    let mut bob = Document::new(ReplicaId(2));
    exchange(&mut ann, &mut bob);
    (ann, bob, meetings)
}

/// Writes a meeting; returns its action.
fn put(document: &mut Document, name: &str) -> Id {
    document.edit(0, |edit| edit.set(map(), name, Value::Bool(true))).expect("an action").first()
}

fn say(document: &mut Document, what: impl FnOnce(&mut Edit<'_>)) -> Span {
    document.edit(0, what).expect("an action")
}

/// Gives both everything, and lets both agree.
fn exchange(one: &mut Document, other: &mut Document) {
    for _ in 0..2 {
        let news = one.actions_since(&other.version());
        other.receive_all(news).expect("valid");
        std::mem::swap(&mut *one, &mut *other);
    }
    assert_eq!(one.state_hash(), other.state_hash());
    for document in [&*one, &*other] {
        document.check_invariants();
    }
    let standings = |document: &Document| document.view().write_standings();
    assert_eq!(standings(one), standings(other));
}

fn has(document: &Document, name: &str) -> bool {
    document.get(map(), name).is_some()
}

fn shown(document: &Document) -> Vec<&'static str> {
    ["tea", "talk", "walk", "ride"].into_iter().filter(|name| has(document, name)).collect()
}

#[test]
fn b1_either_may_run_alone_and_an_order_keeps_neither_out() {
    let (mut ann, _, [tea, talk, _]) = two();
    say(&mut ann, |edit| edit.constrain(Rule::NotAfter, &[tea, talk]));
    assert_eq!(shown(&ann), ["tea", "talk", "walk"]);
    ann.undo_spans(&[Span::of(tea)], 0).expect("undone");
    assert_eq!(shown(&ann), ["talk", "walk"]);
}

#[test]
fn b2_what_needs_something_goes_and_comes_with_it() {
    let (mut ann, mut bob, [tea, talk, walk]) = two();
    say(&mut ann, |edit| edit.constrain(Rule::Causes, &[tea, talk]));
    say(&mut bob, |edit| edit.constrain(Rule::Enables, &[talk, walk]));
    exchange(&mut ann, &mut bob);
    ann.undo_spans(&[Span::of(tea)], 0).expect("undone");
    assert_eq!(shown(&ann), [] as [&str; 0]);
    assert_eq!(ann.why(walk), Why::Dependent(talk));
    assert_eq!(ann.why(talk), Why::Dependent(tea));
    assert!(matches!(ann.why(tea), Why::Undone(_)));
    ann.redo_spans(&[Span::of(tea)], 0).expect("redone");
    assert_eq!(shown(&ann), ["tea", "talk", "walk"]);
}

#[test]
fn b3_of_what_is_atomic_all_run_or_none() {
    let (mut ann, mut bob, [tea, talk, walk]) = two();
    say(&mut ann, |edit| edit.constrain(Rule::Atomic, &[tea, talk]));
    let ride = put(&mut bob, "ride");
    say(&mut bob, |edit| edit.conflict(&[talk, ride]));
    say(&mut bob, |edit| edit.constrain(Rule::Contiguous, &[walk, ride]));
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&ann), ["tea", "talk"], "two against two: the earliest stays");
    assert_eq!(ann.why(walk), Why::Dependent(ride));
    ann.undo_spans(&[Span::of(tea)], 0).expect("undone");
    assert_eq!(shown(&ann), ["walk", "ride"]);
}

#[test]
fn b4_of_alternatives_one_runs_and_where_it_goes_the_next_does() {
    let (mut ann, mut bob, [tea, talk, walk]) = two();
    say(&mut ann, |edit| edit.constrain(Rule::AtMost(1), &[tea, talk, walk]));
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&bob), ["tea"]);
    bob.undo_spans(&[Span::of(tea)], 0).expect("undone");
    assert_eq!(shown(&bob), ["talk"]);
    let ride = say(&mut bob, |edit| {
        edit.set(map(), "ride", Value::Bool(true));
        let this = edit.this().expect("written");
        edit.constrain(Rule::ExactlyOne, &[this, talk, walk]);
    });
    bob.undo_spans(&[Span::of(talk), Span::of(walk)], 0).expect("undone");
    assert!(shown(&bob).is_empty());
    assert!(matches!(bob.why(ride.first()), Why::Unmet(_)));
}

#[test]
fn b5_of_a_conflict_one_is_kept_and_the_other_told_of() {
    let (mut ann, mut bob, [tea, talk, _]) = two();
    let conflict = say(&mut ann, |edit| edit.conflict(&[tea, talk])).first();
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&bob), ["tea", "walk"]);
    assert_eq!(bob.why(talk), Why::Lost(Loss::Constraint { constraint: conflict, by: vec![tea] }));
    assert_eq!(bob.standing(talk), Standing::Lost);
    assert_eq!(bob.view().lost().map(|(span, _)| span).collect::<Vec<_>>(), [Span::of(talk)]);
    // It is kept, and comes back far from where it was made.
    let mut carol = Document::new(ReplicaId(3));
    carol.receive_all(bob.actions_since(&VersionVector::new())).expect("valid");
    carol.undo_spans(&[Span::of(conflict)], 0).expect("undone");
    assert_eq!(shown(&carol), ["tea", "talk", "walk"]);
    assert_eq!(carol.view().lost().count(), 0);
}

#[test]
fn b10_a_weight_tips_the_scales_and_can_be_taken_back() {
    let (mut ann, mut bob, [tea, talk, _]) = two();
    say(&mut ann, |edit| edit.conflict(&[tea, talk]));
    exchange(&mut ann, &mut bob);
    let weight = say(&mut bob, |edit| edit.weigh(&[talk], 20));
    assert_eq!(shown(&bob), ["talk", "walk"]);
    say(&mut ann, |edit| edit.weigh(&[tea], 24));
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&ann), ["tea", "walk"]);
    say(&mut ann, |edit| edit.weigh(&[tea], 17));
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&bob), ["talk", "walk"], "the newer weight replaces the older one");
    bob.undo_spans(&[weight], 0).expect("undone");
    assert_eq!(shown(&bob), ["tea", "walk"]);
}

#[test]
fn b11_what_has_nothing_to_do_with_a_cluster_changes_nothing_there() {
    let (mut ann, _, [tea, talk, walk]) = two();
    say(&mut ann, |edit| edit.conflict(&[tea, talk]));
    let before = ann.why(talk);
    let ride = put(&mut ann, "ride");
    say(&mut ann, |edit| edit.conflict(&[walk, ride]));
    assert_eq!(ann.why(talk), before);
    assert_eq!(shown(&ann), ["tea", "walk"]);
}

#[test]
fn places_are_shared_by_those_who_never_heard_of_each_other() {
    let (mut ann, mut bob, _) = two();
    let mut carol = Document::new(ReplicaId(3));
    exchange(&mut ann, &mut carol);
    let book = |document: &mut Document, name: &str| {
        say(document, |edit| {
            edit.set(map(), name, Value::Bool(true));
            edit.claim("hall, Monday", 2);
        })
    };
    let first = book(&mut ann, "one");
    book(&mut bob, "two");
    let last = book(&mut carol, "three");
    exchange(&mut ann, &mut bob);
    assert!(has(&ann, "one") && has(&ann, "two"));
    exchange(&mut bob, &mut carol);
    exchange(&mut ann, &mut bob);
    assert_eq!([has(&ann, "one"), has(&ann, "two"), has(&ann, "three")], [true, true, false]);
    let Why::Lost(Loss::Claim { name, by }) = ann.why(last.first()) else { panic!("{:?}", ann.why(last.first())) };
    assert_eq!((&*name, by.len()), ("hall, Monday", 2));
    ann.undo_spans(&[first], 0).expect("undone");
    exchange(&mut ann, &mut carol);
    assert_eq!([has(&carol, "one"), has(&carol, "two"), has(&carol, "three")], [false, true, true]);
}

#[test]
fn a_conflict_is_answered_for_one_side_both_or_neither() {
    let (mut ann, mut bob, [tea, talk, _]) = two();
    say(&mut ann, |edit| edit.conflict(&[tea, talk]));
    say(&mut ann, |edit| edit.resolve(&[tea, talk], &[talk]));
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&bob), ["talk", "walk"]);
    let both = say(&mut bob, |edit| edit.resolve(&[tea, talk], &[tea, talk]));
    assert_eq!(shown(&bob), ["tea", "talk", "walk"]);
    let none = say(&mut bob, |edit| edit.resolve(&[tea, talk], &[]));
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&ann), ["walk"]);
    assert_eq!(ann.why(tea), Why::Lost(Loss::Answer(none.first())));
    ann.undo_spans(&[none], 0).expect("undone");
    assert_eq!(shown(&ann), ["tea", "talk", "walk"], "the answer before it counts again");
    ann.undo_spans(&[both], 0).expect("undone");
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&bob), ["talk", "walk"]);
}

#[test]
fn an_answer_in_place_of_one_about_more_leaves_the_rest_as_if_nobody_had_answered() {
    let (mut ann, mut bob, [tea, talk, walk]) = two();
    say(&mut ann, |edit| edit.conflict(&[tea, talk]));
    say(&mut ann, |edit| edit.conflict(&[tea, walk]));
    let none = say(&mut ann, |edit| edit.resolve(&[tea, talk, walk], &[])).first();
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&bob), Vec::<&str>::new());
    let instead = say(&mut bob, |edit| edit.resolve_instead(&[none], &[tea, talk], &[tea]));
    assert_eq!(shown(&bob), ["tea"], "of walk nobody said anything any more, and it gave way");
    assert!(matches!(bob.why(walk), Why::Lost(Loss::Constraint { by, .. }) if by == [tea]));
    exchange(&mut ann, &mut bob);
    ann.undo_spans(&[instead], 0).expect("undone");
    assert_eq!(ann.why(walk), Why::Lost(Loss::Answer(none)), "the answer that it replaced counts again");
    exchange(&mut ann, &mut bob);
    bob.edit(0, |edit| edit.resolve_instead(&[tea], &[tea, talk], &[tea]));
    bob.take_refusal().expect_err("a meeting is no answer");
}

#[test]
fn of_two_answers_at_once_the_later_one_counts() {
    let (mut ann, mut bob, [tea, talk, _]) = two();
    say(&mut ann, |edit| edit.conflict(&[tea, talk]));
    exchange(&mut ann, &mut bob);
    say(&mut ann, |edit| edit.resolve(&[tea, talk], &[]));
    put(&mut bob, "ride");
    say(&mut bob, |edit| edit.resolve(&[tea, talk], &[talk]));
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&ann), ["talk", "walk", "ride"]);
}

#[test]
fn d4_undoing_who_won_revives_who_lost() {
    let (mut ann, mut bob, [tea, talk, _]) = two();
    say(&mut ann, |edit| edit.conflict(&[tea, talk]));
    exchange(&mut ann, &mut bob);
    let mut patch = Patch::default();
    let (_, told) = bob.undo_spans(&[Span::of(tea)], 0).expect("undone");
    patch.then(told);
    assert_eq!(shown(&bob), ["talk", "walk"]);
    assert!(format!("{patch:?}").contains("talk"), "the screen is told");
    bob.redo_spans(&[Span::of(tea)], 0).expect("redone");
    assert_eq!(shown(&bob), ["tea", "walk"]);
}

#[test]
fn d1_the_order_of_undoing_does_not_matter_and_redoing_gives_back() {
    let (mut ann, _, [tea, talk, walk]) = two();
    say(&mut ann, |edit| edit.conflict(&[tea, talk]));
    say(&mut ann, |edit| edit.constrain(Rule::Causes, &[talk, walk]));
    let before = (ann.state_hash(), shown(&ann));
    let spans = [Span::of(tea), Span::of(walk), Span::of(talk)];
    let mut ends = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut other = ann.fork(ReplicaId(9));
        order.iter().for_each(|&at| drop(other.undo_spans(&[spans[at]], 0)));
        ends.push(shown(&other));
        order.iter().for_each(|&at| drop(other.redo_spans(&[spans[at]], 0)));
        assert_eq!((other.state_hash(), shown(&other)), before);
        other.check_invariants();
    }
    assert!(ends.iter().all(Vec::is_empty));
}

#[test]
fn c1_what_a_viewer_leaves_out_has_no_say_and_comes_back_unchanged() {
    let (mut ann, mut bob, [tea, talk, _]) = two();
    let conflict = say(&mut bob, |edit| edit.conflict(&[tea, talk]));
    exchange(&mut ann, &mut bob);
    let before = (ann.state_hash(), ann.view().write_standings());
    let mut patch = ann.set_policy(Policy { muted: [conflict.replica].into_iter().collect(), ..Policy::default() });
    assert_eq!(shown(&ann), ["tea", "talk", "walk"], "who is muted declares nothing");
    patch.then(ann.set_policy(Policy::default()));
    assert_eq!((ann.state_hash(), ann.view().write_standings()), before);
    // As it was before the conflict was declared.
    let version = ann.log().version_at(&[Id::new(ReplicaId(1), 2)]);
    ann.pin(Some(version));
    assert_eq!(shown(&ann), ["tea", "talk", "walk"]);
    ann.pin(None);
    assert_eq!(shown(&ann), ["tea", "walk"]);
}

#[test]
fn what_cannot_be_said_is_refused_and_nothing_is_done() {
    let (mut ann, _, [tea, ..]) = two();
    let before = ann.version();
    let nobody = Id::new(ReplicaId(7), 3);
    let attempts: [&dyn Fn(&mut Edit<'_>); 7] = [
        &|edit| edit.conflict(&[tea, nobody]),
        &|edit| edit.conflict(&[tea]),
        &|edit| edit.constrain(Rule::NotAfter, &[tea, tea]),
        &|edit| edit.claim("", 1),
        &|edit| edit.claim("hall", 0),
        &|edit| edit.resolve(&[tea], &[tea]),
        &|edit| edit.weigh(&[tea], 0),
    ];
    for attempt in attempts {
        assert_eq!(ann.edit(0, |edit| attempt(edit)), None);
        assert_eq!(ann.take_refusal().expect_err("refused").code(), "edit.unfit");
        assert_eq!(ann.version(), before);
    }
    assert_eq!(shown(&ann), ["tea", "talk", "walk"]);
}

#[test]
fn who_books_what_is_taken_loses_at_once() {
    let mut ann = Document::new(ReplicaId(1));
    let mut patch = Patch::default();
    for name in ["one", "two"] {
        ann.write(&mut patch, |edit| {
            edit.set(map(), name, Value::Bool(true));
            edit.claim("room", 1);
        });
        ann.close(0, Some(&mut patch)).expect("an action");
    }
    assert_eq!([has(&ann, "one"), has(&ann, "two")], [true, false]);
    ann.check_invariants();
}

/// Ann's and Bob's meetings in one room, and what follows from Bob's; Bob's side weighs more.
fn rivals() -> (Document, Document, [Id; 3]) {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let book = |document: &mut Document, name: &str| {
        say(document, |edit| {
            edit.set(map(), name, Value::Bool(true));
            edit.claim("room", 1);
        })
        .first()
    };
    let (tea, talk) = (book(&mut ann, "tea"), book(&mut bob, "talk"));
    let walk = put(&mut bob, "walk");
    say(&mut bob, |edit| edit.constrain(Rule::Enables, &[talk, walk]));
    (ann, bob, [tea, talk, walk])
}

#[test]
fn c4_with_mine_first_nothing_of_mine_gives_way_to_others() {
    let (mut ann, mut bob, [_, talk, _]) = rivals();
    ann.put_mine_first(Some(motet::Grade::Conflict));
    bob.put_mine_first(Some(motet::Grade::Conflict));
    for _ in 0..2 {
        let news = ann.actions_since(&bob.version());
        bob.receive_all(news).expect("valid");
        std::mem::swap(&mut ann, &mut bob);
    }
    assert_eq!((shown(&ann), shown(&bob)), (vec!["tea"], vec!["talk", "walk"]));
    assert_eq!(ann.shared_state_hash(), bob.shared_state_hash(), "what everybody sees is one thing");
    // An answer for everybody counts all the same.
    say(&mut bob, |edit| edit.resolve(&[Id::new(ReplicaId(1), 0), talk], &[talk]));
    ann.receive_all(bob.actions_since(&ann.version())).expect("valid");
    assert_eq!(shown(&ann), ["talk", "walk"]);
    ann.check_invariants();
}

#[test]
fn c11_how_far_a_view_is_from_the_shared_one_is_told_action_by_action() {
    let (mut ann, mut bob, [tea, talk, walk]) = rivals();
    exchange(&mut ann, &mut bob);
    assert_eq!(shown(&ann), ["talk", "walk"]);
    assert!(ann.divergence().is_empty());
    ann.put_mine_first(Some(motet::Grade::Conflict));
    let mut told: Vec<Id> = ann.divergence().iter().map(Span::first).collect();
    told.sort_unstable();
    assert_eq!(told, [tea, talk, walk]);
    ann.put_mine_first(None);
    assert!(ann.divergence().is_empty());
}

#[test]
fn c12_one_action_of_others_is_taken_or_not_in_this_view_only() {
    let (mut ann, mut bob, [tea, ..]) = rivals();
    exchange(&mut ann, &mut bob);
    let patch = bob.prefer([tea]);
    assert!(format!("{patch:?}").contains("tea"), "the screen is told");
    assert_eq!((shown(&ann), shown(&bob)), (vec!["talk", "walk"], vec!["tea"]));
    bob.set_policy(Policy { weights: [(tea, 60)].into_iter().collect(), ..Policy::default() });
    assert_eq!(shown(&bob), ["tea"], "it is worth more to him than both others");
    bob.set_policy(Policy::default());
    assert_eq!(shown(&bob), ["talk", "walk"]);
    bob.check_invariants();
}
