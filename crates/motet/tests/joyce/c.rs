//! What a person controls, and is told. What else there is: `meaning.rs`, `precedence.rs`, `conflicts.rs`.

use super::tangle::{give, member, parcels};
use super::{exchange, hiding, map, put, shown, text};
use motet::{Document, Id, Image, Policy, Replica, ReplicaId, Rule, SigningKey, Span, Standing, Value, people};

/// Ann, Bob and Carol, with a key of each; what Carol did needs what Bob did, and what Dan did nothing of anybody.
fn four() -> (Document, [Id; 4]) {
    let mut ann = Document::new(ReplicaId(1));
    let mut ids = vec![put(&mut ann, "ann")];
    for (writer, key) in [(2, "bob"), (3, "carol"), (4, "dan")] {
        let mut other = ann.fork(ReplicaId(writer));
        ids.push(put(&mut other, key));
        if key == "carol" {
            other.edit(0, |edit| edit.constrain(Rule::Enables, &[ids[1], ids[2]]));
        }
        ann.receive_all(other.actions_since(&ann.version())).expect("valid");
    }
    (ann, ids.try_into().expect("four"))
}

#[test]
fn c2_who_is_muted_is_gone_with_what_needs_them_and_comes_back() {
    let (mut ann, [_, bob, carol, _]) = four();
    let before = (ann.state_hash(), ann.version(), shown(&ann));
    assert_eq!(shown(&ann), ["ann", "bob", "carol", "dan"]);
    ann.set_policy(Policy { muted: [bob.replica].into_iter().collect(), ..Policy::default() });
    assert_eq!(shown(&ann), ["ann", "dan"]);
    assert_eq!(ann.standing(carol), Standing::Dependent);
    ann.set_policy(Policy::default());
    assert_eq!((ann.state_hash(), ann.version(), shown(&ann)), before);
}

/// Everything arrives, nothing is applied, and it is known what it would do.
#[test]
fn c3_what_comes_is_reconciled_and_not_applied() {
    let (mut ann, mut bob) = (Document::new(ReplicaId(1)), Document::new(ReplicaId(2)));
    let tea = put(&mut ann, "tea");
    exchange(&mut ann, &mut bob);
    ann.hold_everything();
    let before = ann.state_hash();
    let talk = put(&mut bob, "talk");
    bob.edit(0, |edit| {
        edit.conflict(&[tea, talk]);
        edit.weigh(&[talk], 100);
    });
    let patch = ann.receive_all(bob.actions_since(&ann.version())).expect("valid");
    assert!(patch.is_empty(), "{patch:?}");
    assert_eq!((ann.state_hash(), shown(&ann)), (before, vec!["tea".to_owned()]));
    // It would show Bob's, and take away her own.
    let told = ann.divergence();
    assert!(told.iter().any(|span| span.contains(tea)) && told.iter().any(|span| span.contains(talk)), "{told:?}");
    ann.release();
    assert_eq!(shown(&ann), ["talk"]);
    assert_eq!(ann.conflicts().len(), 1);
}

/// A hundred that gave way are in what is sent and kept, and each can be had later without anybody.
#[test]
fn c5_what_was_rejected_is_kept_and_can_be_had_later() {
    let mut ann = member(1);
    let mine = put(ann.document_mut(), "mine");
    let mut bob = member(2);
    give(&mut ann, &mut bob);
    let theirs: Vec<Id> = (0..100).map(|n| put(bob.document_mut(), &format!("{n:02}"))).collect();
    for &other in &theirs {
        bob.document_mut().edit(0, |edit| edit.conflict(&[mine, other]));
    }
    bob.document_mut().edit(0, |edit| edit.weigh(&[mine], 2_000));
    give(&mut bob, &mut ann);
    assert_eq!(shown(ann.document()), ["mine"]);
    assert_eq!(ann.document().conflicts().len(), 100);
    // On another machine, which never meets Bob.
    let mut late = member(3);
    parcels(&ann, usize::MAX).iter().for_each(|parcel| drop(late.import(&parcel.bytes, None).expect("signed")));
    assert_eq!(late.document().conflicts().len(), 100);
    late.document_mut().edit(0, |edit| edit.resolve(&[mine, theirs[42]], &[mine, theirs[42]]));
    assert_eq!(shown(late.document()), ["42", "mine"]);
}

/// A conflict that nobody decides is there after a restart, at whoever comes later, and in a snapshot.
#[test]
fn c8_a_conflict_is_resolved_later_or_never() {
    let mut ann = member(1);
    let [tea, talk] = ["tea", "talk"].map(|key| put(ann.document_mut(), key));
    ann.document_mut().edit(0, |edit| edit.conflict(&[tea, talk]));
    ann.seal_all();
    let conflicts = ann.document().conflicts();
    assert_eq!(conflicts.len(), 1);
    let bytes = ann.image().expect("whole");
    let image = Image::decode(&bytes).expect("just written");
    let again = Replica::open_image(ann.id(), 0, (ReplicaId(9), SigningKey::from_bytes(&[9; 32])), &image);
    assert_eq!(again.expect("its own").document().conflicts(), conflicts, "after a restart");
    let mut bob = member(2);
    give(&mut ann, &mut bob);
    assert_eq!(bob.document().conflicts(), conflicts, "at somebody else's");
    let new = motet::NewSnapshot { name: "undecided", ..motet::NewSnapshot::of(bob.document()) };
    bob.document_mut().save_snapshot(1, &new, 0).expect("saved");
    bob.document_mut().edit(0, |edit| edit.resolve(&[tea, talk], &[talk]));
    let snapshot = bob.document().snapshots().0.remove(0);
    assert_eq!(bob.document().at_snapshot(&snapshot).conflicts(), conflicts, "as it was");
    give(&mut bob, &mut ann);
    assert_eq!(shown(ann.document()), ["talk"]);
}

/// Every character says in which action it came, whose that was, and when.
#[test]
fn c9_every_character_is_known_by_action_author_and_time() {
    let (mut ann, mut bob) = (member(1), member(2));
    let name = |replica: &Replica| replica.own_author().to_string();
    for (replica, called) in [(&mut ann, "Ann"), (&mut bob, "Bob")] {
        let key = name(replica);
        replica.document_mut().edit(1, |edit| edit.set(people(), &key, Value::Text(called.into())));
    }
    ann.document_mut().edit(10, |edit| edit.insert(text(), 0, "Hello"));
    give(&mut ann, &mut bob);
    bob.document_mut().edit(20, |edit| edit.insert(text(), 5, ", world"));
    ann.document_mut().edit(30, |edit| edit.insert(text(), 5, " there"));
    give(&mut bob, &mut ann);
    let document = ann.document();
    let read = document.text(text());
    let mut told = String::new();
    for run in document.model().text(text()).expect("written").rich() {
        for (id, c) in (run.span.start..run.span.end).map(|seq| Id::new(run.span.replica, seq)).zip(run.text.chars()) {
            let action = document.action_of(id).expect("it came in an action");
            let log = document.log().log(id.replica).expect("of somebody");
            let author = ann.author(id.replica).expect("who signed it").to_string();
            let Some(Value::Text(who)) = document.get(people(), &author) else { panic!("nobody called {author}") };
            assert!(action.contains(id));
            let time = log.header_at(id.seq).time;
            let wanted = if id.replica == ReplicaId(2) { ("Bob", 20) } else { ("Ann", time) };
            assert_eq!((who.as_str(), time), wanted);
            assert!([10, 20, 30].contains(&time));
            told.push(c);
        }
    }
    assert_eq!(told, read);
}

/// Two views of one log side by side: what is switched in one leaves the other as it is.
#[test]
fn c10_several_views_of_one_log_go_on_beside_each_other() {
    let (ann, [_, bob, _, dan]) = four();
    let (mut without_bob, mut without_dan) = (ann.fork(ReplicaId(8)), ann.fork(ReplicaId(9)));
    without_bob.set_policy(hiding(&[Span::of(bob)]));
    without_dan.set_policy(hiding(&[Span::of(dan)]));
    assert_eq!(shown(&without_bob), ["ann", "dan"]);
    assert_eq!(shown(&without_dan), ["ann", "bob", "carol"]);
    without_bob.set_policy(Policy::default());
    assert_eq!(shown(&without_dan), ["ann", "bob", "carol"]);
    let mut shared = [&mut without_bob, &mut without_dan].map(Document::shared_state_hash);
    shared.sort_unstable();
    assert_eq!(shared[0], shared[1], "what everybody sees is one thing");
    assert_eq!(ann.get(map(), "dan"), Some(&Value::Bool(true)));
}
