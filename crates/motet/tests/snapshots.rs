//! Snapshots: a version with a name shows what replaying the log up to it shows, and whatever a view left out.

use codec::{Image, SigningKey};
use motet::{
    ContainerId, Document, DocumentId, Id, Kind, NewSnapshot, Policy, Replica, ReplicaId, Snapshot, SnapshotError,
    Span, Suggestions, Value, VersionVector, snapshots,
};
use naive::Random;

const DOC: DocumentId = DocumentId(7);

fn root(kind: Kind) -> ContainerId {
    ContainerId::root(kind, "work")
}

fn member(number: u8) -> Replica {
    Replica::new(DOC, 0, ReplicaId(number.into()), SigningKey::from_bytes(&[number; 32]))
}

/// Something in one of all kinds of containers, or an undo.
fn edit(document: &mut Document, random: &mut Random, time: i64) {
    let len = document.text_len(root(Kind::Text));
    let at = random.below(len as usize + 1) as u32;
    let items = document.model().list(root(Kind::List)).map_or(0, |list| list.len());
    let item = random.below(items + 1);
    match random.below(10) {
        0 if at < len => drop(document.edit(time, |edit| edit.delete(root(Kind::Text), at, 2.min(len - at)))),
        1 => drop(document.edit(time, |edit| edit.set(root(Kind::Map), ["a", "b"][at as usize % 2], Value::Int(time)))),
        2 => drop(document.edit(time, |edit| _ = edit.list_insert(root(Kind::List), item, &[Value::Int(time)]))),
        3 if item < items => drop(document.edit(time, |edit| _ = edit.list_move(root(Kind::List), item, 0))),
        4 => drop(document.edit(time, |edit| _ = edit.tree_create(root(Kind::Tree), None, 0))),
        5 => drop(document.edit(time, |edit| edit.counter_add(root(Kind::Counter), time))),
        6 => drop(some_work(document, random).map(|one| document.undo_spans(&[one], time))),
        7 => drop(some_work(document, random).map(|one| document.redo_spans(&[one], time))),
        _ => drop(document.edit(time, |edit| edit.insert(root(Kind::Text), at, "ab"))),
    }
}

/// An element of somebody, but none of a snapshot.
fn some_work(document: &Document, random: &mut Random) -> Option<Span> {
    let ends: Vec<_> = document.version().iter().collect();
    let (replica, end) = *ends.get(random.below(ends.len() + 1))?;
    let id = Id::new(replica, random.below(end as usize) as u32);
    (document.home(id) != Some(snapshots())).then(|| Span::of(id))
}

fn give(from: &Replica, to: &mut Replica) -> usize {
    let parcels = from.export(&from.version().missing_from(&to.version()), usize::MAX);
    parcels.iter().for_each(|parcel| drop(to.import(&parcel.bytes, None).unwrap()));
    parcels.iter().map(|parcel| parcel.bytes.len()).sum()
}

/// Two people who write and exchange.
fn write(members: &mut [Replica; 2], random: &mut Random, steps: usize) {
    for step in 0..steps {
        let who = random.below(2);
        edit(members[who].document_mut(), random, step as i64);
        members[who].seal_all();
        if random.one_in(4) {
            let from = members[who].clone();
            give(&from, &mut members[1 - who]);
        }
    }
}

trait OneIn {
    fn one_in(&mut self, n: usize) -> bool;
}

impl OneIn for Random {
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// The state of everything but snapshots, as bytes of which there is one form.
fn canonical(document: &Document) -> Vec<u8> {
    let mut shown = document.clone();
    // Whoever saved the snapshot has it in the list, and who replays up to it has not.
    let mut hidden = shown.view().policy().clone();
    for log in document.log().logs() {
        for (id, op) in log.ops_in(0..log.end()).filter(|(_, op)| op.container() == Some(snapshots())) {
            hidden.hidden.entry(id.replica).or_default().set(id.seq..id.seq + op.len(), Some(()));
        }
    }
    shown.set_policy(hidden);
    shown.model().canonical().into_bytes()
}

fn save(replica: &mut Replica, name: &str) -> Snapshot {
    let new = NewSnapshot { name, ..NewSnapshot::of(replica.document()) };
    let id = replica.document().log().lamport_next();
    replica.document_mut().save_snapshot(id, &new, 5).unwrap();
    replica.seal_all();
    replica.document().snapshots().0.into_iter().find(|snapshot| snapshot.name == name).unwrap()
}

/// A document with the actions of a version and nothing else, taken in one after the other.
fn replay(document: &Document, version: &VersionVector) -> Document {
    let mut replayed = Document::new(ReplicaId(99));
    let actions = document.actions_since(&VersionVector::new()).into_iter();
    replayed.receive_all(actions.filter(|action| version.contains(action.id))).unwrap();
    assert_eq!(replayed.version(), *version);
    replayed
}

#[test]
fn e5_a_snapshot_shows_what_replay_to_its_version_shows() {
    for seed in 1..40 {
        let mut random = Random::new(seed);
        let mut members = [member(1), member(2)];
        let mut taken = Vec::new();
        for round in 0..4 {
            write(&mut members, &mut random, 30);
            if !members[0].document().version().is_empty() {
                let then = canonical(members[0].document());
                taken.push((save(&mut members[0], &format!("round {round}")), then));
            }
        }
        let [ann, bob] = &mut members;
        give(ann, bob);
        give(bob, ann);
        for replica in [&*ann, &*bob] {
            assert_eq!(replica.document().snapshots().0.len(), taken.len());
            for (snapshot, then) in &taken {
                let opened = replica.document().at_snapshot(snapshot);
                opened.check_invariants();
                assert_eq!(canonical(&opened), *then, "seed {seed}: {}", snapshot.name);
                assert_eq!(canonical(&replay(replica.document(), &snapshot.version)), *then, "seed {seed}");
            }
        }
    }
}

#[test]
fn e5_an_image_and_what_came_since_is_the_replay_of_everything() {
    for seed in 1..20 {
        let mut random = Random::new(seed);
        let mut members = [member(1), member(2)];
        write(&mut members, &mut random, 60);
        let image = members[0].image().unwrap();
        write(&mut members, &mut random, 60);
        save(&mut members[0], "later");
        let reopened = Image::decode(&image).unwrap();
        let mut reopened =
            Replica::open_image(DOC, 0, (ReplicaId(9), SigningKey::from_bytes(&[9; 32])), &reopened).unwrap();
        give(&members[0], &mut reopened);
        let replayed = &mut replay(members[0].document(), &members[0].document().version());
        assert_eq!(canonical(reopened.document()), canonical(replayed));
        assert_eq!(reopened.document_mut().state_hash(), replayed.state_hash());
        assert_eq!(reopened.document().model().canonical(), replayed.model().canonical());
        assert_eq!(reopened.hashes(), members[0].hashes());
    }
}

#[test]
fn e7_who_comes_back_with_an_image_fetches_what_came_since() {
    let mut random = Random::new(3);
    let mut members = [member(1), member(2)];
    write(&mut members, &mut random, 400);
    let [ann, bob] = &mut members;
    give(ann, bob);
    let image = bob.image().unwrap();
    for _ in 0..5 {
        edit(ann.document_mut(), &mut random, 1);
        ann.seal_all();
    }
    let image = Image::decode(&image).unwrap();
    let mut back = Replica::open_image(DOC, 0, (ReplicaId(9), SigningKey::from_bytes(&[9; 32])), &image).unwrap();
    let (suffix, everything) = (give(ann, &mut back), give(ann, &mut member(8)));
    assert!(suffix * 5 < everything, "{suffix} of {everything} bytes");
    assert_eq!(back.version(), ann.version());
}

#[test]
fn e6_looking_at_an_old_snapshot_loses_nothing_newer() {
    let mut ann = member(1);
    let text = root(Kind::Text);
    ann.document_mut().edit(0, |edit| edit.insert(text, 0, "first"));
    let first = save(&mut ann, "first");
    ann.document_mut().edit(1, |edit| edit.insert(text, 5, " second"));
    let second = save(&mut ann, "second");
    let version = ann.document().version();
    assert_eq!(ann.document().at_snapshot(&first).text(text), "first");
    assert_eq!(ann.document().at_snapshot(&second).text(text), "first second");
    assert_eq!((ann.document().version(), ann.document().text(text)), (version.clone(), "first second".into()));
    assert_eq!(ann.document().at_snapshot(&first).version(), version);

    // Going back to one leaves the list as it is, and can be undone.
    ann.document_mut().restore_view(first.view(), &motet::beside_the_work(), 2).unwrap();
    assert_eq!(ann.document().text(text), "first");
    assert_eq!(ann.document().snapshots().0, [first.clone(), second.clone()]);
    assert_eq!(ann.document_mut().remove_snapshot(&first.id, 3), Ok(true));
    assert_eq!(ann.document_mut().remove_snapshot(&first.id, 3), Ok(false));
    assert_eq!(ann.document().snapshots().0, [second]);
    ann.document_mut().undo().unwrap();
    assert_eq!(ann.document().snapshots().0.len(), 2, "removing is undone like all else");
}

#[test]
fn e6_snapshots_of_two_people_are_all_there() {
    let (mut ann, mut bob) = (member(1), member(2));
    ann.document_mut().edit(0, |edit| edit.insert(root(Kind::Text), 0, "text"));
    ann.seal_all();
    give(&ann, &mut bob);
    for (replica, id) in [(&mut ann, 1), (&mut bob, 2)] {
        let new = NewSnapshot { name: "same name", note: "two\nlines", ..NewSnapshot::of(replica.document()) };
        replica.document_mut().save_snapshot(id, &new, 0).unwrap();
        replica.seal_all();
    }
    give(&ann, &mut bob);
    give(&bob, &mut ann);
    let (of_ann, of_bob) = (ann.document().snapshots(), bob.document().snapshots());
    assert_eq!(of_ann, of_bob);
    let writers: Vec<_> = of_ann.0.iter().map(|snapshot| ann.author(snapshot.write.replica)).collect();
    assert_eq!(writers, [Some(ann.own_author()), Some(bob.own_author())], "who took it is who signed it");
    assert_eq!(ann.hashes(), bob.hashes());
}

#[test]
fn e8_a_snapshot_of_a_filtered_view_reloads_to_that_view() {
    for seed in 1..30 {
        let mut random = Random::new(seed);
        let mut members = [member(1), member(2)];
        write(&mut members, &mut random, 80);
        let [ann, bob] = &mut members;
        give(bob, ann);
        let end = |replica| ann.document().log().end(ReplicaId(replica));
        let some = |random: &mut Random, replica| {
            let start = random.below(end(replica) as usize) as u32;
            Span::new(ReplicaId(replica), start, start + 1 + random.below((end(replica) - start) as usize) as u32)
        };
        let mut policy = Policy::default();
        for replica in [1, 2] {
            let span = some(&mut random, replica);
            policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
        }
        match seed % 9 {
            0 => drop(policy.muted.insert(ReplicaId(2))),
            1 => drop(policy.held.insert(ReplicaId(2), end(2) / 2)),
            2 => policy.pin = Some([(ReplicaId(1), end(1)), (ReplicaId(2), end(2) / 2)].into_iter().collect()),
            3 => {
                policy.hold_all = Some([(ReplicaId(1), end(1) / 2)].into_iter().collect());
                policy.mine.insert(ReplicaId(1));
            }
            4 => {
                policy.mine_first = Some(motet::Grade::Order);
                policy.mine.insert(ReplicaId(1));
            }
            5 => {
                policy.preferred.insert(some(&mut random, 2).first());
                policy.weights.insert(some(&mut random, 1).first(), 40);
            }
            6 => drop(policy.drafts.insert(some(&mut random, 2).first())),
            7 => {
                policy.suggestions = Suggestions::Own;
                policy.mine.insert(ReplicaId(1));
            }
            _ => drop(policy.held.insert(ReplicaId(2), 0)),
        }
        ann.document_mut().set_policy(policy.clone());
        let then = canonical(ann.document());
        let snapshot = save(ann, "filtered");
        assert!(snapshot.is_filtered());
        assert_eq!(ann.document().view().policy(), &policy, "taking it changes no choice");
        assert_eq!(canonical(ann.document()), then);
        write(&mut members, &mut random, 40);
        let [ann, bob] = &mut members;
        give(ann, bob);
        give(bob, ann);
        for replica in [&*ann, &*bob] {
            let found = replica.document().snapshots().0;
            assert_eq!((found.len(), &found[0].policy), (1, &policy));
            let opened = replica.document().at_snapshot(&found[0]);
            opened.check_invariants();
            assert_eq!(canonical(&opened), then, "seed {seed}");
        }
    }
}

#[test]
fn e6_what_is_no_snapshot_is_refused_or_passed_over() {
    let mut ann = member(1);
    let new = NewSnapshot { name: "a", ..NewSnapshot::of(ann.document()) };
    assert_eq!(ann.document_mut().save_snapshot(1, &new, 0), Err(SnapshotError::Nothing));
    ann.document_mut().edit(0, |edit| edit.insert(root(Kind::Text), 0, "text"));
    let good = NewSnapshot { name: "good", ..NewSnapshot::of(ann.document()) };
    let later = [(ReplicaId(1), 9)].into_iter().collect();
    let long = "x".repeat(1 << 15);
    for (new, error) in [
        (NewSnapshot { name: " ", ..good.clone() }, SnapshotError::Name),
        (NewSnapshot { name: "a\u{1b}[2J", ..good.clone() }, SnapshotError::Name),
        (NewSnapshot { name: &long, ..good.clone() }, SnapshotError::Name),
        (NewSnapshot { note: &long, ..good.clone() }, SnapshotError::Note),
        (NewSnapshot { version: later, ..good.clone() }, SnapshotError::Version),
    ] {
        assert_eq!(ann.document_mut().save_snapshot(1, &new, 0), Err(error));
    }
    let text = |text: &str| Value::Text(text.into());
    let map = |entries: &[(&str, Value)]| {
        Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    };
    let bad = [
        Value::Null,
        map(&[("name", text("no version"))]),
        map(&[("name", text("x")), ("version", text("7:9"))]),
        map(&[("name", text("x")), ("version", text(""))]),
        map(&[("name", text("x\u{7}")), ("version", text("1:1"))]),
        map(&[("name", text("x")), ("version", text("1:1")), ("view", map(&[("of the future", Value::Null)]))]),
        map(&[("name", text("x")), ("version", text("1:1")), ("view", map(&[("hidden", text("0..1@1"))]))]),
    ];
    for (number, value) in bad.iter().enumerate() {
        ann.document_mut().edit(0, |edit| edit.set(snapshots(), &number.to_string(), value.clone()));
    }
    ann.document_mut().save_snapshot(1, &good, 0).unwrap();
    let (read, unread) = ann.document().snapshots();
    assert_eq!((read.len(), unread), (1, bad.len()));
    assert_eq!((read[0].id.as_str(), read[0].write.replica), ("0000000000000001", ReplicaId(1)));
    assert!(Id::new(ReplicaId(1), 0) < read[0].write);
}
