//! Trimming: what is behind two decisions is final for everybody once whoever may decide says so, and stays so whatever arrives
//! later. The numbers are those of the list of what Joyce and its kin do: F for commitment.

use motet::{
    ContainerId, DecideError, Decider, Dependants, Document, Edit, Id, Kind, ReplicaId, Rule, Span, Standing, Trimming,
};

const ANN: ReplicaId = ReplicaId(1);
const BOB: ReplicaId = ReplicaId(2);

fn member(replica: ReplicaId) -> Document {
    let mut document = Document::new(replica);
    for name in [ANN, BOB] {
        document.note_author(name, Decider([name.0 as u8; 32]));
    }
    document
}

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn say(document: &mut Document, what: impl FnOnce(&mut Edit<'_>)) -> Span {
    document.edit(0, what).expect("an action")
}

fn tell(from: &Document, to: &mut Document) {
    to.receive_all(from.actions_since(&to.version())).expect("valid");
    to.check_invariants();
}

fn exchange(one: &mut Document, other: &mut Document) {
    tell(one, other);
    tell(other, one);
    assert_eq!(one.shared_state_hash(), other.shared_state_hash());
    assert_eq!(one.view().write_standings(), other.view().write_standings());
}

/// Ann decides, goes on, and decides again.
fn trim(ann: &mut Document) {
    ann.decide(0).expect("decided");
    say(ann, |edit| edit.insert(text(), 0, "."));
    ann.trim(0).expect("trimmed");
}

fn trim_error(document: &mut Document) -> Option<DecideError> {
    document.trim(0).err()
}

fn standing(document: &Document, id: Id) -> Standing {
    document.view().standing(id)
}

/// A text of Ann's that Bob deleted a part of, which she knows; the insertion and the deletion.
fn shortened() -> (Document, Document, Span, Span) {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    let inserted = say(&mut ann, |edit| edit.insert(text(), 0, "one two three"));
    tell(&ann, &mut bob);
    let deleted = say(&mut bob, |edit| edit.delete(text(), 3, 4));
    tell(&bob, &mut ann);
    (ann, bob, inserted, deleted)
}

#[test]
fn what_is_trimmed_is_final_for_who_was_away_too() {
    let (mut ann, mut bob, inserted, deleted) = shortened();
    // He takes it back without knowing that it is decided, and she has it trimmed without knowing that.
    bob.undo_spans(&[deleted], 0).expect("undone");
    assert_eq!(bob.text(text()), "one two three");
    trim(&mut ann);
    assert_eq!(trim_error(&mut ann), Some(DecideError::Nothing));
    exchange(&mut ann, &mut bob);
    for document in [&mut ann, &mut bob] {
        assert_eq!(document.text(text()), ".one three");
        assert!(document.is_final(deleted.first()) && document.is_final(inserted.first()));
        assert_eq!(standing(document, deleted.first()), Standing::Active);
        assert!(document.undo_spans(&[inserted], 0).is_none(), "there is nothing to switch");
        let extent = document.undo_extent(&[inserted], Dependants::Cascade);
        assert_eq!((extent.parts.as_slice(), extent.trimmed.as_slice()), (&[][..], &[inserted][..]));
    }
    assert_eq!((ann.next_undo(), bob.next_undo()), (Some(Span::new(ANN, 15, 16)), None));
}

#[test]
fn what_would_be_final_is_counted_before_and_is_so_after() {
    let (mut ann, bob, inserted, deleted) = shortened();
    assert_eq!(ann.trimming(), Err(DecideError::Founding));
    assert_eq!(bob.trimming(), Err(DecideError::Nobody));
    ann.decide(0).expect("decided");
    say(&mut ann, |edit| edit.insert(text(), 0, "later"));
    let before = (ann.version(), ann.view().write_standings());
    let Trimming { runs, open, hidden } = ann.trimming().expect("she may").expect("not only agreed to");
    assert_eq!((ann.version(), ann.view().write_standings()), before, "nothing is done");
    // What each of them did, but for what came since: " two" nobody sees again.
    assert_eq!((runs, open, hidden), (2, 1, 4));
    ann.trim(0).expect("trimmed");
    let by_run = |of: &Document| of.history().iter().filter(|run| !run.binds && of.is_final(run.span.first())).count();
    assert_eq!((by_run(&ann), ann.is_final(inserted.first()), ann.is_final(deleted.first())), (2, true, true));
    assert_eq!(ann.trimming(), Err(DecideError::Nothing));
    // The next one counts only what is new.
    say(&mut ann, |edit| edit.insert(text(), 0, "last"));
    let again = ann.trimming().expect("she may").expect("not only agreed to");
    assert_eq!((again.runs, again.hidden), (1, 0));
}

#[test]
fn where_others_have_to_agree_what_they_agree_to_is_counted() {
    let (mut ann, mut bob, ..) = shortened();
    ann.govern(&[Decider([1; 32]), Decider([2; 32])], 0).expect("said");
    ann.decide(0).expect("a ballot");
    exchange(&mut ann, &mut bob);
    assert_eq!(bob.trimming(), Ok(None), "what she decided lets nothing be trimmed");
    bob.decide(0).expect("agreed");
    exchange(&mut ann, &mut bob);
    bob.trim(0).expect("a ballot");
    assert!(bob.trims().next().is_none(), "she has to agree");
    assert_eq!(bob.trimming(), Err(DecideError::Waiting));
    exchange(&mut ann, &mut bob);
    let trimming = ann.trimming().expect("she may").expect("it lets history be trimmed");
    assert_eq!((trimming.runs, trimming.hidden), (2, 4));
    ann.trim(0).expect("agreed");
    assert_eq!(ann.trims().count(), 1);
}

#[test]
fn what_was_undone_in_time_stays_undone() {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    let written = say(&mut ann, |edit| edit.insert(text(), 0, "one"));
    ann.decide(0).expect("decided");
    tell(&ann, &mut bob);
    bob.undo_spans(&[written], 0).expect("undone");
    tell(&bob, &mut ann);
    ann.trim(0).expect("trimmed");
    bob.redo_spans(&[written], 0).expect("he does not know yet");
    exchange(&mut ann, &mut bob);
    assert_eq!((ann.text(text()).as_str(), bob.text(text()).as_str()), ("", ""));
    assert!(matches!(standing(&bob, written.first()), Standing::Undone(_)));
}

#[test]
fn nothing_that_is_said_later_lets_give_way_what_is_final() {
    let (mut ann, mut bob, inserted, deleted) = shortened();
    trim(&mut ann);
    let free = say(&mut bob, |edit| edit.insert(text(), 0, "x"));
    bob.undo_spans(&[free], 0).expect("undone");
    for rule in Rule::EACH {
        // Whatever needs what, the new and the old: nothing of the old goes.
        for pair in [[free.first(), deleted.first()], [deleted.first(), inserted.first()]] {
            let actions = rule.list(&pair);
            if rule.fits(&actions) {
                say(&mut bob, |edit| edit.constrain(rule, &actions));
            }
        }
    }
    say(&mut bob, |edit| edit.resolve(&[inserted.first(), deleted.first()], &[]));
    exchange(&mut ann, &mut bob);
    for document in [&ann, &bob] {
        assert_eq!(document.text(text()), ".one three");
        assert_eq!(standing(document, deleted.first()), Standing::Active);
    }
}

#[test]
fn what_needs_what_is_final_and_gone_is_gone() {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    let gone = say(&mut ann, |edit| edit.insert(text(), 0, "one"));
    ann.undo_spans(&[gone], 0).expect("undone");
    tell(&ann, &mut bob);
    let written = say(&mut bob, |edit| edit.insert(text(), 0, "two"));
    say(&mut bob, |edit| edit.constrain(Rule::Atomic, &[gone.first(), written.first()]));
    trim(&mut ann);
    exchange(&mut ann, &mut bob);
    assert_eq!(standing(&ann, written.first()), Standing::Dependent);
}

#[test]
fn only_who_may_decide_may_trim_and_only_behind_a_decision() {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    assert_eq!(trim_error(&mut ann), Some(DecideError::Nobody));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    let first = say(&mut ann, |edit| edit.insert(text(), 0, "one"));
    assert_eq!(trim_error(&mut ann), Some(DecideError::Founding));
    ann.decide(0).expect("decided");
    tell(&ann, &mut bob);
    assert_eq!(trim_error(&mut bob), Some(DecideError::Nobody));
    // Nothing is new, and yet there is something to trim.
    let (ballot, _) = ann.trim(0).expect("trimmed");
    assert_eq!(ann.trimmed(), Some(ballot.span().first()));
    assert_eq!(trim_error(&mut ann), Some(DecideError::Nothing));
    assert_eq!(ann.decide(0).err(), Some(DecideError::Nothing));
    ann.undo_spans(&[ballot.span()], 0).expect("it is possible, and has no effect");
    assert!(ann.is_final(first.first()));
}

#[test]
fn of_several_most_have_to_agree() {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    ann.govern(&[Decider([1; 32]), Decider([2; 32])], 0).expect("said");
    let first = say(&mut ann, |edit| edit.insert(text(), 0, "one"));
    ann.decide(0).expect("her ballot");
    tell(&ann, &mut bob);
    bob.decide(0).expect("his");
    tell(&bob, &mut ann);
    ann.trim(0).expect("her ballot");
    assert_eq!((ann.trimmed(), ann.is_final(first.first())), (None, false));
    tell(&ann, &mut bob);
    bob.trim(0).expect("he agrees");
    exchange(&mut ann, &mut bob);
    assert!(ann.is_final(first.first()) && bob.is_final(first.first()));
}

#[test]
fn what_is_only_proposed_stays_open() {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    let written = say(&mut ann, |edit| edit.insert(text(), 0, "one two"));
    tell(&ann, &mut bob);
    bob.set_suggesting(Some(motet::Proposal::Suggestion));
    let suggested = say(&mut bob, |edit| edit.delete(text(), 0, 4));
    bob.set_suggesting(None);
    tell(&bob, &mut ann);
    trim(&mut ann);
    // His view shows what he suggested, so that it is another than hers.
    tell(&ann, &mut bob);
    assert!(ann.is_final(written.first()) && !ann.is_final(suggested.first()));
    bob.accept(&[suggested], 0).expect("accepted");
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), ".two");
}
