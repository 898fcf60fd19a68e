use super::*;
use clock::{DocumentId, ReplicaId};
use codec::SigningKey;
use motet::{ContainerId, Decider, Kind, Replica, Standing};
use std::time::Duration;

const DAY: i64 = 86_400;
const NOON: i64 = 20_000 * DAY + DAY / 2;

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn member(number: u8) -> Replica {
    Replica::new(DocumentId(7), 0, ReplicaId(number.into()), SigningKey::from_bytes(&[number; 32]))
}

fn give(from: &mut Replica, to: &mut Replica) {
    from.seal_all();
    for parcel in from.export(&from.version().missing_from(&to.version()), usize::MAX) {
        to.import(&parcel.bytes, None).expect("it is whole");
    }
}

/// Everybody has what anybody has.
fn exchange(members: &mut [Replica]) {
    for from in 0..members.len() {
        let mut given = members[from].clone();
        members.iter_mut().enumerate().filter(|(to, _)| *to != from).for_each(|(_, to)| give(&mut given, to));
        // What was sealed to be given is sealed here as well.
        members[from] = given;
    }
}

/// Books a place of which there is one; which of two have it is open then.
fn book(member: &mut Replica, words: &str, now: i64) -> Span {
    let booked = member.document_mut().edit(now, |edit| {
        edit.insert(text(), 0, words);
        edit.claim("the room", 1);
    });
    booked.expect("something was written")
}

fn tend(member: &mut Replica, watch: &mut Watch, chores: &Chores, now: i64) -> Done {
    let node = member.own_author();
    let done = watch.tend(member.document_mut(), node, chores, now);
    member.seal_all();
    done
}

const SNAPSHOTS: Chores = Chores { takes_snapshots: true, decides_after: None, forgets: false };
const DECIDES: Chores = Chores { takes_snapshots: false, decides_after: Some(Duration::from_secs(60)), forgets: false };

fn names(member: &Replica) -> Vec<String> {
    member.document().snapshots().0.into_iter().map(|snapshot| snapshot.name).collect()
}

#[test]
fn a_snapshot_a_day_of_what_changed_and_no_more() {
    let mut node = member(1);
    let mut watch = Watch::new(NOON);
    assert_eq!(tend(&mut node, &mut watch, &SNAPSHOTS, NOON), Done::default(), "nothing was ever written");
    node.document_mut().edit(0, |edit| edit.insert(text(), 0, "one"));
    assert_eq!(tend(&mut node, &mut watch, &SNAPSHOTS, NOON).snapshot, Some(date::write(20_000)));
    assert!(!watch.is_due(NOON + 10 * DAY), "nothing changed");
    assert_eq!(tend(&mut node, &mut watch, &SNAPSHOTS, NOON + 3 * DAY), Done::default());

    node.document_mut().edit(0, |edit| edit.insert(text(), 3, " two"));
    assert_eq!(tend(&mut node, &mut watch, &SNAPSHOTS, NOON + 3 * DAY).snapshot, Some(date::write(20_003)));
    node.document_mut().edit(0, |edit| edit.insert(text(), 7, " three"));
    assert_eq!(tend(&mut node, &mut watch, &SNAPSHOTS, NOON + 3 * DAY + 60), Done::default(), "one a day");
    assert!(!watch.is_due(NOON + 3 * DAY + 120) && watch.is_due(20_004 * DAY));
    assert_eq!(tend(&mut node, &mut watch, &SNAPSHOTS, 20_004 * DAY).snapshot, Some(date::write(20_004)));
    let (taken, _) = node.document().snapshots();
    assert_eq!(node.document().at_snapshot(&taken[1]).text(text()), "one two");
}

#[test]
fn old_ones_are_thinned_out_and_what_people_took_is_not() {
    let mut node = member(1);
    let mut watch = Watch::new(NOON);
    let days = 800;
    for day in 0..days {
        let now = NOON + day * DAY;
        node.document_mut().edit(now, |edit| edit.insert(text(), 0, "x"));
        if day % 100 == 0 {
            let name = date::write(date::day_of(now) + 50);
            let new = NewSnapshot { name: &name, ..NewSnapshot::of(node.document()) };
            node.document_mut().save_snapshot(u64::try_from(day).unwrap() + 1, &new, now).unwrap();
            node.document_mut().edit(now, |edit| edit.insert(text(), 0, "y"));
        }
        assert!(tend(&mut node, &mut watch, &SNAPSHOTS, now).snapshot.is_some());
    }
    let (taken, _) = node.document().snapshots();
    let own = own_days(&taken, node.own_author(), 20_000 + days);
    assert_eq!(taken.len() - own.len(), 8, "people's, though they are called by dates");
    let last = 20_000 + days - 1;
    for day in last - 6..=last {
        assert!(own.contains(&day), "every one of a week");
    }
    assert!((25..45).contains(&own.len()), "{} stay", own.len());
    assert!(own.contains(&20_000), "the first of its year");
}

#[test]
fn one_node_alone_decides_once_it_is_quiet() {
    let (mut ann, mut node) = (member(1), member(2));
    ann.document_mut().govern(&[Decider(node.own_author().0)], 0).unwrap();
    let kept = book(&mut ann, "Ann", 0);
    let lost = book(&mut ann, "Bob", 0);
    give(&mut ann, &mut node);
    let mut watch = Watch::new(NOON);
    assert_eq!(tend(&mut node, &mut watch, &DECIDES, NOON), Done::default(), "people have had no time to see it");
    assert!(!watch.is_due(NOON + 59) && watch.is_due(NOON + 60));
    ann.document_mut().edit(0, |edit| edit.insert(text(), 0, "more"));
    give(&mut ann, &mut node);
    assert_eq!(tend(&mut node, &mut watch, &DECIDES, NOON + 60), Done::default(), "it is not quiet");
    assert!(tend(&mut node, &mut watch, &DECIDES, NOON + 120).ballot.is_some());
    give(&mut node, &mut ann);
    assert!(matches!(ann.document().finality(kept.first()), Finality::Decided(_)));
    assert_eq!(ann.document().standing(lost.first()), Standing::Lost);
    // There is nothing more to decide, now or ever, unless something happens.
    assert_eq!(tend(&mut node, &mut watch, &DECIDES, NOON + 10 * DAY), Done::default());
    assert_eq!(tend(&mut node, &mut watch, &DECIDES, NOON + 20 * DAY), Done::default());
    assert!(!watch.is_due(i64::MAX));
}

#[test]
fn who_is_not_named_decides_nothing() {
    let (mut ann, mut node) = (member(1), member(2));
    let own = Decider(ann.own_author().0);
    book(&mut ann, "Ann", 0);
    book(&mut ann, "Bob", 0);
    give(&mut ann, &mut node);
    let mut watch = Watch::new(NOON);
    assert_eq!(tend(&mut node, &mut watch, &DECIDES, NOON + DAY), Done::default(), "nobody may");
    ann.document_mut().govern(&[own], 0).unwrap();
    give(&mut ann, &mut node);
    assert_eq!(tend(&mut node, &mut watch, &DECIDES, NOON + 2 * DAY), Done::default(), "Ann may");
    assert!(!watch.is_due(i64::MAX));
}

#[test]
fn of_three_two_decide_by_themselves_and_a_minority_never() {
    let mut members: Vec<Replica> = (1..5).map(member).collect();
    let deciders: Vec<Decider> = members[1..].iter().map(|node| Decider(node.own_author().0)).collect();
    members[0].document_mut().govern(&deciders, 0).unwrap();
    let kept = book(&mut members[0], "Ann", 0);
    book(&mut members[0], "Bob", 0);
    exchange(&mut members);
    let mut watches = vec![Watch::new(NOON); 4];
    let is_final = |member: &Replica| member.document().finality(kept.first()) != Finality::Tentative;

    // One alone says what it thinks, once, and nothing comes of it.
    for minute in 0..60 {
        tend(&mut members[1], &mut watches[1], &DECIDES, NOON + minute * 60);
        exchange(&mut members[..2]);
    }
    assert!(!is_final(&members[1]) && !is_final(&members[0]));
    assert_eq!(members[1].document().poll().unwrap().candidates.len(), 1, "one ballot");

    // Two, cut off from the third, are enough.
    for minute in 60..65 {
        tend(&mut members[2], &mut watches[2], &DECIDES, NOON + minute * 60);
        exchange(&mut members[..3]);
    }
    assert!(is_final(&members[0]) && is_final(&members[1]) && is_final(&members[2]));
    let decisions = members[0].document().decisions().to_vec();
    assert_eq!(decisions.len(), 1);

    // The third learns of it, and they come to rest.
    for minute in 65..90 {
        exchange(&mut members);
        for (member, watch) in members.iter_mut().zip(&mut watches).skip(1) {
            tend(member, watch, &DECIDES, NOON + minute * 60);
        }
    }
    exchange(&mut members);
    assert!(members.iter().all(|member| is_final(member) && member.document().decisions() == decisions));
}

#[test]
fn snapshots_and_decisions_do_not_set_each_other_off() {
    let (mut ann, mut node) = (member(1), member(2));
    ann.document_mut().govern(&[Decider(node.own_author().0)], 0).unwrap();
    book(&mut ann, "Ann", 0);
    book(&mut ann, "Bob", 0);
    give(&mut ann, &mut node);
    let both = Chores { takes_snapshots: true, ..DECIDES };
    let mut watch = Watch::new(NOON);
    let mut done = (0, 0);
    for hour in 0..24 * 10 {
        let Done { snapshot, ballot, .. } = tend(&mut node, &mut watch, &both, NOON + hour * 3600);
        done = (done.0 + usize::from(snapshot.is_some()), done.1 + usize::from(ballot.is_some()));
    }
    assert_eq!(done, (1, 1));
    assert_eq!(names(&node), [date::write(20_000)]);
}
