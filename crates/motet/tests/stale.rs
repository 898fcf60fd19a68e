//! Saves against an old version: they merge, and say what they have not seen.

use motet::{ContainerId, Document, Kind, ReplicaId, Value};

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn written(words: &str) -> Document {
    let mut document = Document::new(ReplicaId(1));
    document.edit(0, |edit| edit.insert(text(), 0, words));
    document
}

#[test]
fn a_stale_save_keeps_what_came_since() {
    let mut document = written("one two three four\n");
    let base = document.version();
    document.edit(0, |edit| edit.replace_all(text(), "zero one two 3 four\nand more\n"));
    let mut other = document.fork(ReplicaId(2));
    other.edit_seen_at(&base, 5, |edit| edit.replace_all(text(), "one 2 three four five\n")).unwrap();
    assert_eq!(other.text(text()), "zero one 2 3 four five\nand more\n");
    other.check_invariants();

    document.receive_all(other.actions_since(&document.version())).unwrap();
    assert_eq!(document.text(text()), other.text(text()));
    assert_eq!(document.state_hash(), other.state_hash());
    let action = other.actions_since(&base).into_iter().find(|action| action.id.replica == ReplicaId(2)).unwrap();
    assert_eq!(action.unseen, document.version().missing_from(&base)[..1]);
}

#[test]
fn what_was_deleted_since_is_deleted_once() {
    let mut document = written("one two three\n");
    let base = document.version();
    document.edit(0, |edit| edit.replace_all(text(), "one three\n"));
    document.edit_seen_at(&base, 0, |edit| edit.replace_all(text(), "one three!\n")).unwrap();
    assert_eq!(document.text(text()), "one three!\n");
    document.check_invariants();
    assert_eq!(document.text_at(text(), &base), "one two three\n");
}

#[test]
fn nothing_changed_makes_no_action() {
    let mut document = written("one\n");
    let base = document.version();
    document.edit(0, |edit| edit.replace_all(text(), "two\n"));
    let now = document.version();
    assert_eq!(document.edit_seen_at(&base, 0, |edit| edit.replace_all(text(), "one\n")), None);
    assert_eq!((document.version(), document.text(text()).as_str()), (now, "two\n"));
    document.check_invariants();
}

#[test]
fn a_register_keeps_the_write_that_a_stale_one_had_not_seen() {
    let map = ContainerId::root(Kind::Map, "map");
    let mut document = Document::new(ReplicaId(1));
    document.edit(0, |edit| edit.set(map, "colour", Value::Int(1)));
    let base = document.version();
    document.edit(0, |edit| edit.set(map, "colour", Value::Int(2)));
    document.edit_seen_at(&base, 0, |edit| edit.set(map, "colour", Value::Int(3))).unwrap();
    let heads = document.model().map(map).unwrap().heads("colour").count();
    assert_eq!(heads, 2, "both stand until somebody chooses");
}

/// Random saves against random versions, by several replicas: all members agree, and a save against the
/// present version reads back.
#[test]
fn members_agree_whatever_was_saved_against_what() {
    for seed in 1..=40 {
        let mut random = naive::Random::new(seed);
        let mut members: Vec<Document> = (1..=3).map(|n| Document::new(ReplicaId(n))).collect();
        let mut versions = vec![Vec::new(); 3];
        for _ in 0..60 {
            let who = random.below(3);
            let known: &mut Vec<_> = &mut versions[who];
            known.push(members[who].version());
            let base = known[random.below(known.len())].clone();
            let mut words: Vec<String> =
                members[who].text_at(text(), &base).split_inclusive(' ').map(str::to_owned).collect();
            let at = random.below(words.len() + 1);
            match random.below(3) {
                0 if at < words.len() => drop(words.remove(at)),
                _ => words.insert(at, format!("{} ", ["a", "bc", "ü𝄞"][random.below(3)])),
            }
            let wanted = words.concat();
            members[who].edit_seen_at(&base, 0, |edit| edit.replace_all(text(), &wanted));
            members[who].check_invariants();
            if base == *versions[who].last().unwrap() {
                assert_eq!(members[who].text(text()), wanted, "seed {seed}");
            }
            let other = random.below(3);
            let news = members[who].actions_since(&members[other].version());
            members[other].receive_all(news).unwrap();
            members[other].check_invariants();
        }
        for _ in 0..2 {
            for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                let news = members[from].actions_since(&members[to].version());
                members[to].receive_all(news).unwrap();
            }
        }
        let hashes: Vec<u64> = members.iter_mut().map(Document::state_hash).collect();
        assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}");
    }
}
