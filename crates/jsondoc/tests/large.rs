//! Edits of any size: they are cut into actions that others can take in, or refused before anything is changed. They
//! stand here and not with `motet`, whose tests make the model of tiny nodes.

use motet::{
    ContainerId, DocumentId, Edit, Grows, Imported, Kind, Refusal, Replica, ReplicaId, SigningKey, Value, VersionVector,
};

/// What a message carries.
const PARCEL_BYTES_MAX: usize = 8 << 20;

fn replica(id: u64) -> Replica {
    Replica::new(DocumentId(1), 0, ReplicaId(id), SigningKey::from_bytes(&[id as u8; 32]))
}

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

/// Whoever takes in what was sealed, and who has it from them, ends with the same.
fn check(author: &mut Replica) {
    while let Some(parcel) = author.seal() {
        assert!(parcel.bytes.len() <= PARCEL_BYTES_MAX, "{} bytes", parcel.bytes.len());
    }
    assert_eq!(author.version(), author.document().version());
    let reader = reader_of(author);
    reader_of(&reader);
    author.document().check_invariants();
}

/// A copy of what somebody hands on.
fn reader_of(from: &Replica) -> Replica {
    let mut reader = replica(90);
    for parcel in from.export(&from.version().missing_from(&VersionVector::new()), usize::MAX) {
        assert!(parcel.bytes.len() <= PARCEL_BYTES_MAX, "{} bytes", parcel.bytes.len());
        let imported = reader.import(&parcel.bytes, None);
        assert!(matches!(imported, Ok(Imported::Applied(_))), "{imported:?}");
    }
    assert_eq!(reader.version(), from.version());
    assert!(reader.document().model().canonical() == from.document().model().canonical());
    reader
}

fn edit(author: &mut Replica, change: impl FnOnce(&mut Edit<'_>)) {
    let document = author.document_mut();
    assert!(document.edit(1, change).is_some(), "{:?}", document.take_refusal());
    document.take_refusal().expect("nothing was refused");
}

#[test]
fn a_huge_paste_is_one_undo_in_several_actions() {
    let mut ann = replica(1);
    let long = "word by word\n".repeat(800_000);
    edit(&mut ann, |edit| edit.insert(text(), 0, &long));
    let actions = ann.document().actions_since(&VersionVector::new());
    assert!(actions.len() > 2, "{}", actions.len());
    check(&mut ann);
    assert!(ann.document().text(text()) == long);
    ann.document_mut().undo().expect("there is something to undo");
    assert_eq!(ann.document().text(text()), "");
    check(&mut ann);
}

#[test]
fn thousands_of_replacements_and_what_follows_them_are_cut() {
    let mut ann = replica(1);
    edit(&mut ann, |edit| edit.insert(text(), 0, &"ab ".repeat(40_000)));
    edit(&mut ann, |edit| {
        for at in 0..40_000 {
            edit.replace(text(), at * 3, 1, "c");
        }
        edit.mark(text(), (0, 60_000), "strong", Some(&Value::Bool(true)), Grows::AtEnd);
        for n in 0..10_000 {
            edit.set(map(), &format!("{}", n % 1000), Value::Int(n));
        }
        edit.delete(text(), 0, 100_000);
    });
    check(&mut ann);
    ann.document_mut().restore(text(), &VersionVector::new(), 2).expect("something is there");
    check(&mut ann);
}

/// The registers of a cut action: who wrote with another at once must see the same winner as everybody else.
#[test]
fn the_later_part_of_a_cut_action_is_later() {
    let (mut ann, mut bob) = (replica(1), replica(2));
    let long = Value::Text("x".repeat(1 << 20));
    edit(&mut ann, |edit| {
        (0..10).for_each(|n| edit.set(map(), &format!("long {n}"), long.clone()));
        edit.set(map(), "key", Value::Int(1));
    });
    edit(&mut bob, |edit| edit.set(map(), "key", Value::Int(2)));
    edit(&mut bob, |edit| edit.set(map(), "key", Value::Int(3)));
    let (mut to_bob, mut to_ann) = (Vec::new(), Vec::new());
    while let Some(parcel) = ann.seal() {
        to_bob.push(parcel);
    }
    while let Some(parcel) = bob.seal() {
        to_ann.push(parcel);
    }
    assert!(to_bob.len() > 1);
    to_bob.iter().for_each(|parcel| drop(bob.import(&parcel.bytes, None).expect("it holds")));
    to_ann.iter().for_each(|parcel| drop(ann.import(&parcel.bytes, None).expect("it holds")));
    assert_eq!(ann.document().get(map(), "key"), Some(&Value::Int(1)), "the third action is later than the second");
    assert!(ann.document().model().canonical() == bob.document().model().canonical());
}

#[test]
fn a_restore_of_a_fragmented_document_is_cut() {
    const PLACES: u32 = 50_000;
    let mut ann = replica(1);
    edit(&mut ann, |edit| edit.insert(text(), 0, &"a".repeat(2 * PLACES as usize)));
    edit(&mut ann, |edit| _ = edit.split(text(), 0));
    let (then, before) = (ann.document().version(), ann.document().model().canonical());
    // Every other character: nothing that a control names touches the next.
    let spans: Vec<_> = (0..PLACES).map(|n| motet::Span::new(ReplicaId(1), 2 * n, 2 * n + 1)).collect();
    ann.document_mut().undo_spans(&spans, 3).expect("there is something to undo");
    assert_eq!(ann.document().text_len(text()), PLACES + 1);
    ann.document_mut().restore_all(&then, &[], 5).expect("much was done since");
    assert!(ann.document().model().canonical() == before);
    check(&mut ann);
}

#[test]
fn values_one_by_one_and_all_at_once() {
    let mut ann = replica(1);
    let long = Value::Text("x".repeat(1 << 20));
    let list = ContainerId::root(Kind::List, "list");
    for n in 0..20 {
        edit(&mut ann, |edit| edit.set(map(), &format!("{n}"), long.clone()));
        if n % 2 == 0 {
            assert!(ann.seal_all());
        }
    }
    edit(&mut ann, |edit| _ = edit.list_insert(list, 0, &vec![long.clone(); 20]));
    edit(&mut ann, |edit| _ = edit.list_insert(list, 0, &vec![Value::Null; 150_000]));
    check(&mut ann);
}

#[test]
fn what_cannot_be_cut_is_refused_and_changes_nothing() {
    let mut ann = replica(1);
    edit(&mut ann, |edit| edit.insert(text(), 0, "text"));
    let (version, before) = (ann.document().version(), ann.document().model().canonical());
    let deep = (0..70).fold(Value::Null, |value, _| Value::List([value].into()));
    for value in [
        Value::Text("x".repeat((1 << 20) + 1)),
        deep,
        Value::List(vec![Value::Bytes(vec![1; 1 << 20].into()); 20].into()),
    ] {
        for base in [None, Some(VersionVector::new())] {
            let change = |edit: &mut Edit<'_>| {
                edit.insert(text(), 0, "before");
                edit.set(map(), "key", value.clone());
                edit.insert(text(), 0, "after");
            };
            let document = ann.document_mut();
            let done = match &base {
                Some(base) => document.edit_seen_at(base, 2, change),
                None => document.edit(2, change),
            };
            assert_eq!(done, None);
            let refusal = document.take_refusal().expect_err("nobody could read it");
            assert!(matches!(refusal, Refusal::TooLarge(_)), "{refusal}");
            assert!(refusal.to_string().contains("make it smaller"), "{refusal}");
            assert_eq!(document.version(), version);
            assert!(document.model().canonical() == before);
            document.take_refusal().expect("it is said once");
        }
    }
    edit(&mut ann, |edit| edit.insert(text(), 4, "!"));
    let kind = "k".repeat(65);
    assert_eq!(ann.document_mut().edit(3, |edit| _ = edit.insert_object(text(), 0, &kind)), None);
    assert!(ann.document_mut().take_refusal().is_err());
    assert_eq!(ann.document().text(text()), "text!");
    check(&mut ann);
}

#[test]
fn times_beyond_the_calendar_are_brought_into_it() {
    let mut ann = replica(1);
    for time in [i64::MIN, i64::MAX, 0] {
        ann.document_mut().edit(time, |edit| edit.insert(text(), 0, "a"));
        ann.document_mut().undo_spans(&[motet::Span::new(ReplicaId(1), 0, 1)], time);
    }
    check(&mut ann);
}

#[test]
fn who_would_follow_too_many_at_once_is_refused() {
    let mut ann = replica(1);
    for n in 0..4_097_u64 {
        let mut other = motet::Document::new(ReplicaId(1000 + n));
        other.edit(0, |edit| edit.set(map(), "key", Value::Int(0)));
        ann.document_mut().receive_all(other.actions_since(&VersionVector::new())).expect("it holds");
    }
    let document = ann.document_mut();
    assert_eq!(document.edit(0, |edit| edit.set(map(), "key", Value::Int(1))), None);
    assert!(matches!(document.take_refusal(), Err(Refusal::ManyAtOnce { count: 4_097 })));
}
