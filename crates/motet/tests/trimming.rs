//! Trimming: what is behind two decisions is final for everybody once whoever may decide says so, and stays so whatever arrives
//! later. The numbers are those of the list of what Joyce and its kin do: F for commitment.

use motet::{ContainerId, Decider, Dependants, Document, Edit, Id, Kind, ReplicaId, Rule, Span, Standing, TrimError};

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

/// Ann decides, somebody goes on, and she decides again.
fn decide_twice(ann: &mut Document) {
    ann.decide(0).expect("decided");
    say(ann, |edit| edit.insert(text(), 0, "."));
    ann.decide(0).expect("decided");
}

fn standing(document: &Document, id: Id) -> Standing {
    document.view().standing(id)
}

/// A text of Ann's that Bob deleted a part of, behind two decisions of Ann's; the insertion and the deletion.
fn shortened() -> (Document, Document, Span, Span) {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    let inserted = say(&mut ann, |edit| edit.insert(text(), 0, "one two three"));
    tell(&ann, &mut bob);
    let deleted = say(&mut bob, |edit| edit.delete(text(), 3, 4));
    tell(&bob, &mut ann);
    decide_twice(&mut ann);
    (ann, bob, inserted, deleted)
}

#[test]
fn what_is_trimmed_is_final_for_who_was_away_too() {
    let (mut ann, mut bob, inserted, deleted) = shortened();
    // He takes it back without knowing that it is decided, and she has it trimmed without knowing that.
    bob.undo_spans(&[deleted], 0).expect("undone");
    assert_eq!(bob.text(text()), "one two three");
    ann.trim(0).expect("trimmed");
    assert_eq!(ann.trim(0), Err(TrimError::Nothing));
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
fn what_was_undone_in_time_stays_undone() {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    let written = say(&mut ann, |edit| edit.insert(text(), 0, "one"));
    ann.decide(0).expect("decided");
    tell(&ann, &mut bob);
    bob.undo_spans(&[written], 0).expect("undone");
    tell(&bob, &mut ann);
    ann.decide(0).expect("decided");
    ann.trim(0).expect("trimmed");
    bob.redo_spans(&[written], 0).expect("he does not know yet");
    exchange(&mut ann, &mut bob);
    assert_eq!((ann.text(text()).as_str(), bob.text(text()).as_str()), ("", ""));
    assert!(matches!(standing(&bob, written.first()), Standing::Undone(_)));
}

#[test]
fn nothing_that_is_said_later_lets_give_way_what_is_final() {
    let (mut ann, mut bob, inserted, deleted) = shortened();
    ann.trim(0).expect("trimmed");
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
    decide_twice(&mut ann);
    ann.trim(0).expect("trimmed");
    exchange(&mut ann, &mut bob);
    assert_eq!(standing(&ann, written.first()), Standing::Dependent);
}

#[test]
fn only_who_may_decide_may_trim_and_only_behind_two_decisions() {
    let (mut ann, mut bob) = (member(ANN), member(BOB));
    assert_eq!(ann.trim(0), Err(TrimError::Nobody));
    ann.govern(&[Decider([1; 32])], 0).expect("said");
    say(&mut ann, |edit| edit.insert(text(), 0, "one"));
    assert_eq!(ann.trim(0), Err(TrimError::Nothing));
    ann.decide(0).expect("decided");
    assert_eq!(ann.trim(0), Err(TrimError::Nothing));
    say(&mut ann, |edit| edit.insert(text(), 0, "two"));
    ann.decide(0).expect("decided");
    tell(&ann, &mut bob);
    assert_eq!(bob.trim(0), Err(TrimError::Nobody));
    let (span, _) = ann.trim(0).expect("trimmed");
    assert_eq!(ann.decide(0).map(|_| ()).map_err(|error| error.code()), Err("decide.nothing"));
    assert!(ann.undo_spans(&[span], 0).is_none_or(|_| ann.trimmed().is_some()), "it cannot be taken back");
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
    decide_twice(&mut ann);
    ann.trim(0).expect("trimmed");
    // His view shows what he suggested, so that it is another than hers.
    tell(&ann, &mut bob);
    assert!(ann.is_final(written.first()) && !ann.is_final(suggested.first()));
    bob.accept(&[suggested], 0).expect("accepted");
    exchange(&mut ann, &mut bob);
    assert_eq!(ann.text(text()), ".two");
}
