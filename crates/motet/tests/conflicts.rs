//! What those who decide between actions are told: conflicts, reasons part by part, and what an answer is about.

use motet::{ContainerId, Document, Edit, Id, Kind, Loss, ReplicaId, Rule, Runs, Span, Value, Why};

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "calendar")
}

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn put(document: &mut Document, name: &str) -> Id {
    say(document, |edit| edit.set(map(), name, Value::Bool(true))).first()
}

fn say(document: &mut Document, what: impl FnOnce(&mut Edit<'_>)) -> Span {
    document.edit(0, what).expect("an action")
}

fn three() -> (Document, [Id; 3]) {
    let mut ann = Document::new(ReplicaId(1));
    let meetings = ["tea", "talk", "walk"].map(|name| put(&mut ann, name));
    (ann, meetings)
}

#[test]
fn what_gave_way_is_listed_with_its_rivals_until_nothing_does() {
    let (mut ann, [tea, talk, _]) = three();
    assert!(ann.conflicts().is_empty());
    let constraint = say(&mut ann, |edit| edit.conflict(&[tea, talk])).first();
    let conflicts = ann.conflicts();
    let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!((conflict.action, conflict.answer), (Span::of(talk), None));
    assert_eq!(conflict.loss, Loss::Constraint { constraint, by: vec![tea] });
    assert_eq!(conflict.sides(), [talk, tea]);

    let keep = say(&mut ann, |edit| edit.resolve(&[tea, talk], &[talk]));
    let conflicts = ann.conflicts();
    assert_eq!((conflicts[0].action, conflicts[0].answer), (Span::of(tea), Some(keep.first())));
    assert_eq!(ann.answer(keep.first()), Some((&[talk][..], &[tea, talk][..])));

    let none = say(&mut ann, |edit| edit.resolve(&[tea, talk], &[]));
    let conflicts = ann.conflicts();
    assert_eq!(conflicts.len(), 2);
    for conflict in conflicts {
        assert_eq!(conflict.answer, Some(none.first()));
        assert_eq!(conflict.rivals, [if conflict.action == Span::of(tea) { talk } else { tea }]);
    }
    let both = say(&mut ann, |edit| edit.resolve(&[tea, talk], &[tea, talk]));
    assert!(ann.conflicts().is_empty());

    ann.undo_spans(&[both, none, keep], 0).expect("undone");
    assert_eq!(ann.conflicts()[0].answer, None, "an undone answer brings it back");
    ann.undo_spans(&[Span::of(talk)], 0).expect("undone");
    assert!(ann.conflicts().is_empty(), "what is undone gives way to nobody");
}

#[test]
fn an_answer_about_others_does_not_answer() {
    let (mut ann, [tea, talk, walk]) = three();
    say(&mut ann, |edit| edit.constrain(Rule::AtMost(1), &[tea, talk, walk]));
    say(&mut ann, |edit| edit.resolve(&[tea, talk], &[tea]));
    let answers: Vec<bool> = ann.conflicts().iter().map(|conflict| conflict.answer.is_some()).collect();
    assert_eq!(answers, [true, false], "of the walk nobody said anything");
}

#[test]
fn reasons_are_told_part_by_part() {
    let (mut ann, [tea, _, _]) = three();
    let typed = say(&mut ann, |edit| edit.insert(text(), 0, "abcdef"));
    ann.undo_spans(&[Span::new(typed.replica, typed.start + 1, typed.start + 3)], 0).expect("undone");
    let conflict = say(&mut ann, |edit| edit.conflict(&[tea, typed.first()])).first();
    let parts: Vec<(u32, Why)> = ann.why_parts(typed).into_iter().map(|(part, why)| (part.len(), why)).collect();
    let lost = Why::Lost(Loss::Constraint { constraint: conflict, by: vec![tea] });
    assert!(matches!(parts[1], (2, Why::Undone(_))), "{parts:?}");
    assert_eq!([parts[0].clone(), parts[2].clone()], [(1, lost.clone()), (3, lost)]);
    assert_eq!(ann.why_parts(Span::of(tea)), [(Span::of(tea), Why::Active)]);
}

#[test]
fn an_answer_between_runs_is_about_what_is_in_conflict_in_them() {
    let mut ann = Document::new(ReplicaId(1));
    let typed = ["a", "b", "c"].map(|letter| {
        let at = ann.text_len(text());
        say(&mut ann, |edit| edit.insert(text(), at, letter)).first()
    });
    let run = Runs::of(&ann).get(typed[1]).expect("a run").span;
    assert_eq!(run, Span::new(ReplicaId(1), 0, 3));
    assert_eq!(Runs::of(&ann).get(Id::new(ReplicaId(1), 3)), None);
    assert_eq!(ann.actions_in(run), typed);
    let tea = put(&mut ann, "tea");
    assert_eq!(
        ann.sides(&[run, Span::of(tea)]),
        [vec![typed[2]], vec![tea]],
        "the last one, where there is no conflict"
    );
    say(&mut ann, |edit| edit.conflict(&[typed[1], tea]));
    assert_eq!(ann.sides(&[run, Span::of(tea)]), [vec![typed[1]], vec![tea]]);
    let sides = ann.sides(&[run, Span::of(tea)]).concat();
    say(&mut ann, |edit| edit.resolve(&sides, &sides));
    assert!(ann.conflicts().is_empty());
    assert_eq!(ann.sides(&[run, Span::of(tea)]).concat(), sides, "what was answered for is what is answered for anew");
}

#[test]
fn a_run_of_several_actions_takes_part_as_a_whole() {
    let mut ann = Document::new(ReplicaId(1));
    let mut typed = |words: &str, time| {
        let start = ann.text_len(text());
        for (at, letter) in words.chars().enumerate() {
            ann.edit(time, |edit| edit.insert(text(), start + at as u32, &letter.to_string()));
        }
        ann.history().last().expect("a run").span
    };
    let runs = [typed("one", 0), typed(" two", 10)];
    say(&mut ann, |edit| edit.constrain_runs(Rule::AtMost(1), &runs));
    assert_eq!(ann.text(text()), " two", "four actions weigh more than three");
    assert_eq!(ann.conflicts().len(), 1, "it is told once");
    let sides = ann.sides(&runs);
    say(&mut ann, |edit| edit.resolve(&sides.concat(), &sides[0]));
    assert_eq!(ann.text(text()), "one");
    say(&mut ann, |edit| edit.resolve(&sides.concat(), &[]));
    assert_eq!(ann.text(text()), "");
    say(&mut ann, |edit| edit.resolve(&sides.concat(), &sides.concat()));
    assert_eq!(ann.text(text()), "one two");
}
