//! Multi-log and replication.

use super::tangle::{give, member, parcels, written};
use super::{put, shown, text};
use motet::{Document, Imported, Replica, ReplicaId, Rule, Span};
use naive::Random;

/// Ten thousand edits with nobody there: each is in effect when it returns, and nothing is asked of anybody.
#[test]
fn a1_a_local_write_waits_for_nobody() {
    let mut ann = Document::new(ReplicaId(1));
    let mut random = Random::new(1);
    for n in 0..10_000 {
        let at = random.below(n as usize + 1) as u32;
        ann.edit(i64::from(n), |edit| edit.insert(text(), at, "x")).expect("an action");
        assert_eq!(ann.text_len(text()), n + 1);
    }
    assert_eq!(ann.version().end(ReplicaId(1)), 10_000);
    ann.take_refusal().expect("nothing was refused");
}

#[test]
fn a2_who_exchanged_all_holds_equal_logs_of_everybody() {
    for seed in 0..20 {
        let members = written(seed, 60);
        for other in &members[1..] {
            assert_eq!(other.version(), members[0].version());
            assert_eq!(other.log_hash(), members[0].log_hash());
            for log in members[0].document().log().logs() {
                let theirs = other.document().log().log(log.replica).expect("here too");
                let all = 0..log.end();
                assert!(log.actions_in(all.clone()).eq(theirs.actions_in(all)), "seed {seed}");
            }
        }
    }
}

/// What ties actions is in the log: who never saw the program that said it reads it from bytes.
#[test]
fn a3_constraints_are_data() {
    for seed in 0..20 {
        let mut ann = written(seed, 80).swap_remove(0);
        let mut stranger = member(99);
        for parcel in parcels(&ann, usize::MAX) {
            stranger.import(&parcel.bytes, None).expect("signed");
        }
        assert_eq!(stranger.hashes().standings, ann.hashes().standings, "seed {seed}");
        assert_eq!(stranger.document_mut().state_hash(), ann.document_mut().state_hash(), "seed {seed}");
    }
}

/// What is sent grows with what is missing, however much is there already.
#[test]
fn a4_only_what_is_missing_is_sent() {
    let bytes_of_one_more = |before: usize| {
        let (mut ann, mut bob) = (member(1), member(2));
        for n in 0..before {
            ann.document_mut().edit(n as i64, |edit| edit.insert(text(), 0, "something "));
        }
        give(&mut ann, &mut bob);
        ann.document_mut().edit(0, |edit| edit.insert(text(), 0, "more"));
        ann.seal_all();
        let missing = ann.version().missing_from(&bob.version());
        let parcels = ann.export(&missing, usize::MAX);
        assert_eq!(parcels.iter().map(|parcel| parcel.span.len()).sum::<u32>(), 4);
        parcels.iter().map(|parcel| parcel.bytes.len()).sum::<usize>()
    };
    let (few, many) = (bytes_of_one_more(10), bytes_of_one_more(3_000));
    assert!(many <= few + 16, "{few} bytes after ten actions, {many} after three thousand");
    let (mut ann, mut bob) = (member(1), member(2));
    give(&mut ann, &mut bob);
    assert!(ann.export(&ann.version().missing_from(&bob.version()), usize::MAX).is_empty());
}

/// Twenty in a row, each of whom talks to the neighbours only.
#[test]
fn a5_what_one_said_reaches_all_by_way_of_others() {
    let mut members: Vec<Replica> = (1..=20).map(member).collect();
    for (n, member) in members.iter_mut().enumerate() {
        member.document_mut().edit(0, |edit| edit.insert(text(), 0, &format!("{n} ")));
    }
    for at in (1..20).chain((1..20).rev()) {
        let [left, right] = members.get_disjoint_mut([at - 1, at]).expect("two");
        give(left, right);
        give(right, left);
    }
    let read = |member: &Replica| member.document().text(text());
    assert_eq!(read(&members[0]).split_whitespace().count(), 20);
    assert!(members.iter().all(|member| read(member) == read(&members[0])));
}

/// Fifty come and go; nobody keeps a list of who there is. Who was away longest has everything in the end.
#[test]
fn a7_members_come_and_go_without_notice() {
    let mut random = Random::new(7);
    let mut here: Vec<Replica> = vec![member(1)];
    let mut away = None;
    for number in 2..=50 {
        let mut new = member(number);
        let at = random.below(here.len());
        give(&mut here[at], &mut new);
        new.document_mut().edit(0, |edit| edit.insert(text(), 0, "."));
        give(&mut new, &mut here[at]);
        here.push(new);
        if here.len() > 4 {
            let gone = here.swap_remove(random.below(here.len() - 1));
            away.get_or_insert(gone);
        }
        let (one, other) = (random.below(here.len()), random.below(here.len()));
        if let Ok([one, other]) = here.get_disjoint_mut([one, other]) {
            give(one, other);
            give(other, one);
        }
    }
    let mut late = away.expect("somebody went");
    late.document_mut().edit(0, |edit| edit.insert(text(), 0, "!"));
    for _ in 0..2 {
        for member in &mut here {
            give(member, &mut late);
            give(&mut late, member);
        }
    }
    let read = |member: &Replica| member.document().text(text());
    assert!(here.iter().all(|member| read(member) == read(&late)), "{}", read(&late));
    assert!(read(&late).contains('!') && read(&late).len() > 5);
}

/// A keystroke of now and a week's work of ten thousand actions go the same way.
#[test]
fn a9_live_and_long_ago_are_taken_in_alike() {
    let (mut ann, mut bob) = (member(1), member(2));
    ann.document_mut().edit(0, |edit| edit.insert(text(), 0, "both have this. "));
    give(&mut ann, &mut bob);
    for n in 0..10_000 {
        let len = bob.document().text_len(text());
        bob.document_mut().edit(n, |edit| edit.insert(text(), len, "b"));
    }
    for n in 0..100 {
        ann.document_mut().edit(n, |edit| edit.insert(text(), 0, "a"));
        let live = ann.seal().expect("something was typed");
        assert!(live.bytes.len() < 200, "a keystroke takes {} bytes", live.bytes.len());
        assert!(matches!(bob.import(&live.bytes, None), Ok(Imported::Applied(_))));
    }
    give(&mut bob, &mut ann);
    assert_eq!(ann.document().text(text()), bob.document().text(text()));
    assert_eq!(ann.document().text_len(text()), 16 + 10_000 + 100);
}

/// Both or neither, over what is in one document: a text and a calendar beside it.
#[test]
fn a12_what_is_atomic_over_containers_is_both_or_neither() {
    let mut ann = Document::new(ReplicaId(1));
    let line = ann.edit(0, |edit| edit.insert(text(), 0, "See you at tea.")).expect("an action");
    let tea = put(&mut ann, "tea");
    ann.edit(0, |edit| edit.constrain(Rule::Atomic, &[line.first(), tea]));
    ann.undo_spans(&[Span::of(tea)], 0).expect("undone");
    assert_eq!((ann.text(text()), shown(&ann)), (String::new(), vec![]));
    ann.redo_spans(&[Span::of(tea)], 0).expect("redone");
    assert_eq!((ann.text(text()), shown(&ann)), ("See you at tea.".to_owned(), vec!["tea".to_owned()]));
}
