//! Small histories whose outcome was worked out on paper from the design.

use crate::{Author, Direction, Edit, Policy, Standing};
use clock::{Id, ReplicaId, Span, VersionVector};
use log::{Action, ContainerId, Decider, Kind, Op, Outcome, Register, Value};

fn body() -> ContainerId {
    ContainerId::root(Kind::Text, "body")
}

fn meta() -> ContainerId {
    ContainerId::root(Kind::Map, "meta")
}

/// Authors 1 to N, who have nothing yet.
fn authors<const N: usize>() -> [Author; N] {
    std::array::from_fn(|index| Author::new(ReplicaId(index as u64 + 1)))
}

fn insert(author: &mut Author, index: usize, text: &str) -> Action {
    author.commit(&[Edit::insert(body(), index, text)])
}

fn delete(author: &mut Author, range: std::ops::Range<usize>, direction: Direction) -> Action {
    author.commit(&[Edit::Delete { container: body(), range, direction }])
}

fn set(author: &mut Author, value: Option<i64>) -> Action {
    author.commit(&[Edit::Set { container: meta(), key: "k".into(), value: value.map(Value::Int) }])
}

fn undo(author: &mut Author, targets: &[Span]) -> Action {
    author.commit(&[Edit::Undo { targets: targets.to_vec() }])
}

fn redo(author: &mut Author, targets: &[Span]) -> Action {
    author.commit(&[Edit::Redo { targets: targets.to_vec() }])
}

/// Gives `to` everything that `from` has.
fn pull(to: &mut Author, from: &Author) {
    from.naive.actions().for_each(|action| to.naive.receive(action.clone()));
}

fn sync(a: &mut Author, b: &mut Author) {
    pull(a, b);
    pull(b, a);
}

fn read(author: &Author) -> String {
    author.state().text(body()).to_owned()
}

/// Value and values of the alternatives of the register that [`set`] writes.
fn register(author: &Author) -> Option<(Option<i64>, Vec<Option<i64>>)> {
    let int = |value: &Option<Value>| match value {
        Some(Value::Int(int)) => Some(*int),
        None => None,
        other => panic!("never written: {other:?}"),
    };
    let state = author.state();
    let entry = state.entry(meta(), "k")?;
    Some((int(&entry.value), entry.alternatives.iter().map(|(_, value)| int(value)).collect()))
}

/// A way to type a text from an index on, key by key.
type Typing = fn(&mut Author, usize, &str);

#[test]
fn runs_typed_at_once_stay_whole() {
    let backward = |author: &mut Author, at: usize, text: &str| {
        text.chars().rev().for_each(|c| drop(insert(author, at, &c.to_string())));
    };
    let forward = |author: &mut Author, at: usize, text: &str| {
        text.chars().enumerate().for_each(|(i, c)| drop(insert(author, at + i, &c.to_string())));
    };
    let kinds: [Typing; 2] = [backward, forward];
    for one in kinds {
        for other in kinds {
            let [mut ann, mut bob] = authors();
            insert(&mut ann, 0, "()");
            sync(&mut ann, &mut bob);
            one(&mut ann, 1, "abc");
            other(&mut bob, 1, "xyz");
            sync(&mut ann, &mut bob);
            assert_eq!(read(&ann), "(abcxyz)");
            assert_eq!(read(&bob), "(abcxyz)");
        }
    }
}

#[test]
fn an_element_hangs_left_of_its_right_neighbour_or_right_of_its_left_one() {
    let [mut ann, mut bob, mut cy] = authors();
    let base = insert(&mut ann, 0, "ab");
    let (a, b) = (base.id, base.id.plus(1));
    pull(&mut bob, &ann);
    pull(&mut cy, &ann);
    let x = insert(&mut ann, 1, "x");
    let y = insert(&mut bob, 1, "y");
    let z = insert(&mut cy, 2, "z");
    pull(&mut ann, &bob);
    pull(&mut ann, &cy);
    // x and y hang left of b, which is right of a; z hangs right of b.
    assert_eq!(ann.naive.order(body()), [a, x.id, y.id, b, z.id]);
    // y has a on its left, not x: what comes between x and y hangs right of x.
    let between = insert(&mut ann, 2, "w");
    assert_eq!(between.ops, [Op::Insert { container: body(), left: Some(x.id), right: Some(y.id), text: "w".into() }]);
    assert_eq!(read(&ann), "axwybz");
}

#[test]
fn a_new_element_comes_right_after_its_visible_neighbour() {
    let [mut ann] = authors();
    let abc = insert(&mut ann, 0, "abc");
    delete(&mut ann, 1..2, Direction::Forward);
    let x = insert(&mut ann, 1, "x");
    assert_eq!(ann.naive.order(body()), [abc.id, x.id, abc.id.plus(1), abc.id.plus(2)]);
    assert_eq!(read(&ann), "axc");
}

#[test]
fn what_a_policy_hides_keeps_its_place() {
    let [mut ann, mut bob] = authors();
    let base = insert(&mut ann, 0, "ad");
    sync(&mut ann, &mut bob);
    let middle = insert(&mut bob, 1, "bc");
    sync(&mut ann, &mut bob);
    ann.policy.hidden_replicas.insert(bob.replica);
    assert_eq!(read(&ann), "ad");
    let x = insert(&mut ann, 1, "x");
    assert_eq!(x.unseen, [middle.span()]);
    assert_eq!(x.parents, [middle.span().last()]);
    ann.policy.hidden_replicas.clear();
    // Right after a, and so before what Ann did not see there.
    assert_eq!(ann.naive.order(body()), [base.id, x.id, middle.id, middle.id.plus(1), base.id.plus(1)]);
    assert_eq!(read(&ann), "axbcd");
}

#[test]
fn deletions_name_what_is_seen_by_consecutive_ids() {
    let [mut ann] = authors();
    insert(&mut ann, 0, "abcdef");
    insert(&mut ann, 3, "x");
    let action = ann.draft(None, &[Edit::Delete { container: body(), range: 1..6, direction: Direction::Backward }]);
    let spans: Vec<_> = action
        .ops
        .iter()
        .map(|op| match op {
            Op::Delete { target, backward, .. } => (target.start, target.end, *backward),
            other => panic!("a deletion: {other:?}"),
        })
        .collect();
    assert_eq!(spans, [(3, 5, true), (6, 7, false), (1, 3, true)]);
}

#[test]
fn what_carries_on_within_an_action_is_one_op() {
    let [mut ann] = authors();
    let typed = ann.commit(&[Edit::insert(body(), 0, "ab"), Edit::insert(body(), 2, "c")]);
    assert_eq!(typed.ops, [Op::Insert { container: body(), left: None, right: None, text: "abc".into() }]);
    let key = |at| Edit::Delete { container: body(), range: at..at + 1, direction: Direction::Forward };
    let eaten = ann.commit(&[key(2), key(1), key(0)]);
    assert_eq!(eaten.ops, [Op::Delete { container: body(), target: typed.span(), backward: true }]);
}

#[test]
fn undo_takes_away_and_redo_gives_back() {
    let [mut ann] = authors();
    insert(&mut ann, 0, "ab");
    let x = insert(&mut ann, 1, "x");
    let gone = delete(&mut ann, 0..1, Direction::Forward);
    assert_eq!(read(&ann), "xb");
    undo(&mut ann, &[gone.span()]);
    assert_eq!(read(&ann), "axb");
    undo(&mut ann, &[x.span()]);
    assert_eq!(read(&ann), "ab");
    redo(&mut ann, &[gone.span()]);
    assert_eq!(read(&ann), "b");
    redo(&mut ann, &[x.span()]);
    assert_eq!(read(&ann), "xb");
    assert_eq!(ann.naive.standing(x.id, &Policy::default()), Standing::Active);
}

#[test]
fn two_undos_one_after_the_other_need_one_redo() {
    let [mut ann] = authors();
    let x = insert(&mut ann, 0, "x");
    undo(&mut ann, &[x.span()]);
    undo(&mut ann, &[x.span()]);
    assert_eq!(read(&ann), "");
    redo(&mut ann, &[x.span()]);
    assert_eq!(read(&ann), "x");
}

#[test]
fn a_redo_answers_only_the_undos_that_it_saw() {
    let [mut ann, mut bob] = authors();
    let x = insert(&mut ann, 0, "x");
    sync(&mut ann, &mut bob);
    let (first, second) = (undo(&mut ann, &[x.span()]), undo(&mut bob, &[x.span()]));
    redo(&mut ann, &[x.span()]);
    assert_eq!(read(&ann), "x");
    sync(&mut ann, &mut bob);
    assert_eq!(read(&ann), "", "off wins among Ann's redo and Bob's undo");
    assert_eq!(ann.naive.control_heads(x.id, Register::Undo, &Policy::default()), [first.id.plus(1), second.id]);
    // A redo that saw both undos is enough for both.
    redo(&mut bob, &[x.span()]);
    sync(&mut ann, &mut bob);
    assert_eq!(read(&ann), "x");
}

#[test]
fn half_a_deletion_can_be_undone() {
    for (direction, kept) in [(Direction::Forward, "abef"), (Direction::Backward, "cdef")] {
        let [mut ann] = authors();
        insert(&mut ann, 0, "abcdef");
        let gone = delete(&mut ann, 0..4, direction);
        assert_eq!(read(&ann), "ef");
        let half = Span { end: gone.id.seq + 2, ..gone.span() };
        undo(&mut ann, &[half]);
        assert_eq!(read(&ann), kept, "{direction:?}");
    }
}

#[test]
fn what_two_deleted_comes_back_when_both_deletions_are_undone() {
    let [mut ann, mut bob] = authors();
    insert(&mut ann, 0, "abc");
    sync(&mut ann, &mut bob);
    let anns = delete(&mut ann, 0..2, Direction::Forward);
    let bobs = delete(&mut bob, 1..3, Direction::Forward);
    sync(&mut ann, &mut bob);
    assert_eq!(read(&ann), "");
    undo(&mut ann, &[anns.span()]);
    assert_eq!(read(&ann), "a");
    undo(&mut ann, &[bobs.span()]);
    assert_eq!(read(&ann), "abc");
}

#[test]
fn text_inside_undone_text_stays() {
    let [mut ann, mut bob] = authors();
    let base = insert(&mut ann, 0, "ab");
    sync(&mut ann, &mut bob);
    insert(&mut bob, 1, "x");
    undo(&mut ann, &[base.span()]);
    sync(&mut ann, &mut bob);
    assert_eq!(read(&bob), "x");
}

#[test]
fn the_latest_of_three_writers_wins_and_the_others_are_alternatives() {
    let [mut ann, mut bob, mut cy] = authors();
    set(&mut ann, Some(0));
    pull(&mut bob, &ann);
    pull(&mut cy, &ann);
    set(&mut bob, Some(1));
    set(&mut cy, Some(2));
    let third = set(&mut ann, Some(3));
    let fourth = set(&mut ann, Some(4));
    pull(&mut ann, &bob);
    pull(&mut ann, &cy);
    // Ann's second write is later; of the equally late ones, Cy's replica is greater.
    assert_eq!(register(&ann), Some((Some(4), vec![Some(2), Some(1)])));
    // Undone, her first one shows again, as late as the others and with the least replica.
    undo(&mut ann, &[fourth.span()]);
    assert_eq!(register(&ann), Some((Some(2), vec![Some(1), Some(3)])));
    undo(&mut ann, &[third.span()]);
    assert_eq!(register(&ann), Some((Some(2), vec![Some(1)])), "0 was overwritten by what is left");
    // Whoever sees all of them replaces all of them.
    pull(&mut cy, &ann);
    set(&mut cy, Some(5));
    assert_eq!(register(&cy), Some((Some(5), vec![])));
}

#[test]
fn replacing_passes_through_inactive_writes() {
    let [mut ann] = authors();
    set(&mut ann, Some(0));
    let one = set(&mut ann, Some(1));
    set(&mut ann, Some(2));
    undo(&mut ann, &[one.span()]);
    assert_eq!(register(&ann), Some((Some(2), vec![])));
}

#[test]
fn a_held_colleagues_write_is_not_replaced() {
    let [mut ann, mut bob] = authors();
    set(&mut ann, Some(0));
    sync(&mut ann, &mut bob);
    let bobs = set(&mut bob, Some(1));
    sync(&mut ann, &mut bob);
    ann.policy.held.insert(bob.replica, 0);
    assert_eq!(ann.naive.standing(bobs.id, &ann.policy), Standing::Filtered);
    assert_eq!(register(&ann), Some((Some(0), vec![])));
    let anns = set(&mut ann, Some(2));
    assert!(matches!(&anns.ops[..], [Op::Set { pred, .. }] if *pred == [Id::new(ann.replica, 0)]));
    assert_eq!(anns.unseen, [bobs.span()]);
    ann.policy.held.clear();
    assert_eq!(register(&ann), Some((Some(2), vec![Some(1)])));
}

#[test]
fn a_key_taken_away_still_lists_alternatives() {
    let [mut ann, mut bob] = authors();
    set(&mut bob, Some(1));
    set(&mut ann, Some(0));
    set(&mut ann, None);
    assert_eq!(register(&ann), None);
    sync(&mut ann, &mut bob);
    assert_eq!(register(&ann), Some((None, vec![Some(1)])));
}

#[test]
fn filtered_controls_have_no_effect() {
    let [mut ann, mut bob] = authors();
    let x = insert(&mut ann, 0, "x");
    sync(&mut ann, &mut bob);
    let off = undo(&mut bob, &[x.span()]);
    pull(&mut ann, &bob);
    ann.policy.hidden.push(off.span());
    assert_eq!(read(&ann), "x");
    // An undo of her own does not answer the one that she hides, and a redo of it neither.
    undo(&mut ann, &[x.span()]);
    assert_eq!(read(&ann), "");
    redo(&mut ann, &[x.span()]);
    assert_eq!(read(&ann), "x");
    ann.policy.hidden.clear();
    assert_eq!(read(&ann), "");
}

#[test]
fn an_undo_filtered_between_two_controls_carries_replacement_on() {
    let [mut ann, mut bob] = authors();
    let x = insert(&mut ann, 0, "x");
    undo(&mut ann, &[x.span()]);
    sync(&mut ann, &mut bob);
    undo(&mut bob, &[x.span()]);
    pull(&mut ann, &bob);
    redo(&mut ann, &[x.span()]);
    ann.policy.hidden_replicas.insert(bob.replica);
    assert_eq!(read(&ann), "x", "the redo named Bob's undo, and that Ann's");
}

#[test]
fn replacement_is_passed_on_only_by_controls_of_the_same_element() {
    let [mut ann, mut bob] = authors();
    let xy = insert(&mut ann, 0, "xy");
    let (x, y) = (Span::of(xy.id), Span::of(xy.id.plus(1)));
    let both = undo(&mut ann, &[xy.span()]);
    sync(&mut ann, &mut bob);
    redo(&mut bob, &[y]);
    bob.policy.hidden.push(both.span());
    let again = redo(&mut bob, &[xy.span()]);
    assert!(matches!(&again.ops[..], [Op::Control { pred, .. }] if *pred == [Id::new(bob.replica, 0)]));
    bob.policy.hidden.clear();
    assert_eq!(read(&bob), "y", "nobody who redid x saw its undo");
    assert_eq!(bob.naive.standing(x.first(), &bob.policy), Standing::Undone);
}

#[test]
fn controls_are_not_undone_by_controls() {
    let [mut ann] = authors();
    let x = insert(&mut ann, 0, "x");
    let off = undo(&mut ann, &[x.span()]);
    let vain = undo(&mut ann, &[off.span()]);
    assert!(matches!(&vain.ops[..], [Op::Control { pred, .. }] if pred.is_empty()));
    assert_eq!(read(&ann), "");
    assert_eq!(ann.naive.standing(off.id, &Policy::default()), Standing::Active);
}

#[test]
fn an_undo_without_pred_replaces_nothing() {
    let [mut ann] = authors();
    let x = insert(&mut ann, 0, "x");
    undo(&mut ann, &[x.span()]);
    let mut on = ann.draft(None, &[Edit::Redo { targets: vec![x.span()] }]);
    on.ops = vec![Op::Control { register: Register::Undo, on: true, targets: vec![x.span()], pred: vec![] }];
    ann.naive.receive(on);
    assert_eq!(read(&ann), "");
}

#[test]
fn standings_are_given_in_order() {
    let [mut ann] = authors();
    let x = insert(&mut ann, 0, "xyz");
    undo(&mut ann, &[x.span()]);
    let mut policy = Policy { pin: Some([(ann.replica, 2)].into_iter().collect()), ..Policy::default() };
    assert_eq!(ann.naive.standing(x.id.plus(2), &policy), Standing::OutOfRange);
    assert_eq!(ann.naive.standing(x.id, &policy), Standing::Active, "the undo is out of range too");
    policy.hidden.push(x.span());
    assert_eq!(ann.naive.standing(x.id.plus(2), &policy), Standing::OutOfRange);
    assert_eq!(ann.naive.standing(x.id, &policy), Standing::Filtered);
    policy.pin = None;
    assert_eq!(ann.naive.standing(x.id, &policy), Standing::Filtered);
    assert_eq!(ann.naive.standing(x.id, &Policy::default()), Standing::Undone);
    assert_eq!(ann.naive.standing(Id::new(ReplicaId(9), 0), &Policy::default()), Standing::OutOfRange);
}

#[test]
fn what_waits_for_its_past_does_not_count() {
    let [mut ann, mut bob, mut cy] = authors();
    let first = insert(&mut ann, 0, "a");
    sync(&mut ann, &mut bob);
    let second = insert(&mut bob, 1, "b");
    cy.naive.receive(second.clone());
    assert_eq!(read(&cy), "");
    assert_eq!(cy.naive.version(), VersionVector::new());
    assert_eq!(cy.naive.standing(second.id, &cy.policy), Standing::OutOfRange);
    cy.naive.receive(first);
    cy.naive.receive(second);
    assert_eq!(read(&cy), "ab");
    assert_eq!(cy.naive.waiting().count(), 0);
}

#[test]
fn an_action_says_what_its_author_knew() {
    let [mut ann, mut bob] = authors();
    let a = insert(&mut ann, 0, "a");
    let b = insert(&mut bob, 0, "bb");
    assert_eq!((a.lamport, a.parents.as_slice()), (1, [].as_slice()));
    sync(&mut ann, &mut bob);
    ann.policy.pin = Some([(bob.replica, 2)].into_iter().collect());
    let both = ann.commit(&[Edit::insert(body(), 2, "c"), Edit::insert(body(), 0, "d")]);
    assert_eq!((both.lamport, both.parents.as_slice()), (2, [a.id, b.id.plus(1)].as_slice()));
    assert_eq!(both.unseen, [a.span()]);
    assert_eq!(ann.naive.past(both.id), ann.naive.version());
    assert_eq!(ann.naive.past(b.id), [(bob.replica, 2)].into_iter().collect());
}

#[test]
fn what_was_decided_against_stays_out_when_what_was_said_of_it_is_undone() {
    let [mut ann] = authors();
    let decider = Decider([1; 32]);
    ann.naive.note_author(ann.replica, decider);
    let declare = |op| [Edit::Declare(op)];
    let x = insert(&mut ann, 0, "x");
    let by = ann.commit(&declare(Op::Govern { rules: log::RULES, deciders: vec![decider], pred: vec![] })).id;
    let no = ann.commit(&declare(Op::Resolve { actions: vec![x.id], keep: vec![], pred: vec![] }));
    assert_eq!(read(&ann), "");
    ann.commit(&declare(Op::Decide { by, after: None, outcomes: vec![(x.id, Outcome::Out)] }));
    undo(&mut ann, &[no.span()]);
    assert_eq!(read(&ann), "");
}
