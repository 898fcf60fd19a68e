//! Counters, lists and containers within others, as a person meets them.

use motet::{ContainerId, Document, Kind, ListSide, Policy, ReplicaId, Value};

fn counter() -> ContainerId {
    ContainerId::root(Kind::Counter, "votes")
}

fn list() -> ContainerId {
    ContainerId::root(Kind::List, "list")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

fn exchange(a: &mut Document, b: &mut Document) {
    a.receive_all(b.actions_since(&a.version())).unwrap();
    b.receive_all(a.actions_since(&b.version())).unwrap();
    assert_eq!(a.state_hash(), b.state_hash());
}

fn two() -> (Document, Document) {
    let mut ann = Document::new(ReplicaId(1));
    ann.edit(0, |edit| {
        edit.list_insert(list(), 0, &["a", "b", "c", "d"].map(|name| Value::Text(name.into())));
    });
    let bob = ann.fork(ReplicaId(2));
    (ann, bob)
}

fn read(document: &Document) -> String {
    let text = |value: &Value| if let Value::Text(text) = value { text.clone() } else { format!("{value:?}") };
    document.list_items(list()).map(|(_, value)| text(value)).collect::<Vec<_>>().join("")
}

#[test]
fn an_item_is_read_where_it_was_moved_to() {
    for from in 0..4 {
        for to in 0..4 {
            let (mut ann, _) = two();
            ann.edit(0, |edit| assert!(edit.list_move(list(), from, to)));
            let mut wanted: Vec<char> = "abcd".chars().collect();
            let moved = wanted.remove(from);
            wanted.insert(to, moved);
            assert_eq!(read(&ann), wanted.into_iter().collect::<String>(), "{from} to {to}");
        }
    }
}

#[test]
fn two_who_move_one_item_move_it_once() {
    let (mut ann, mut bob) = two();
    ann.edit(0, |edit| assert!(edit.list_move(list(), 0, 3)));
    bob.edit(0, |edit| assert!(edit.list_move(list(), 0, 1)));
    exchange(&mut ann, &mut bob);
    assert_eq!(read(&ann), "bacd", "the later one of two at once is the one of the greater name");
    bob.undo();
    exchange(&mut ann, &mut bob);
    assert_eq!(read(&ann), "bcda");
}

#[test]
fn half_an_insertion_and_half_a_deletion_can_be_undone() {
    let (mut ann, _) = two();
    let span = ann.edit(0, |edit| edit.list_delete(list(), 1, 3)).unwrap();
    assert_eq!(read(&ann), "a");
    ann.undo_spans(&[motet::Span::new(span.replica, span.start + 1, span.end)], 0);
    assert_eq!(read(&ann), "acd");
    ann.undo_spans(&[motet::Span::new(span.replica, 0, 3)], 0);
    assert_eq!(read(&ann), "d");
}

#[test]
fn a_difference_names_who_made_it() {
    let (mut ann, _) = two();
    let before = Policy { pin: Some(ann.version()), ..Policy::default() };
    let moved = ann.edit(0, |edit| assert!(edit.list_move(list(), 0, 2))).unwrap();
    let written = ann.edit(0, |edit| assert!(edit.list_set(list(), 0, &Value::Null))).unwrap();
    let deleted = ann.edit(0, |edit| edit.list_delete(list(), 3, 1)).unwrap();
    let added = ann.edit(0, |edit| edit.list_insert(list(), 0, &[Value::Bool(true)]).map(drop).unwrap()).unwrap();
    let diffs = ann.list_diff(list(), before.clone(), Policy::default());
    let causes: Vec<_> = diffs.iter().map(|diff| diff.because).collect();
    assert_eq!(causes, [deleted.first(), added.first(), written.first(), moved.first()], "{diffs:#?}");
    assert!(matches!(diffs[3].side, ListSide::Moved { from: 0, to: 3 }));
    let (control, _) = ann.undo_spans(&[moved], 0).unwrap();
    let back = ann.list_diff(list(), Policy::default(), Policy { pin: before.pin, ..Policy::default() });
    assert!(back.iter().all(|diff| diff.because != control.first()), "undone in both is no difference");
}

#[test]
fn two_who_make_a_container_under_one_key_keep_both() {
    let (mut ann, mut bob) = two();
    let mut made = Vec::new();
    for (document, text) in [(&mut ann, "hers"), (&mut bob, "his")] {
        document.edit(0, |edit| {
            let inner = edit.set_container(map(), "note", Kind::Text);
            edit.insert(inner, 0, text);
            made.push(inner);
        });
    }
    exchange(&mut ann, &mut bob);
    let heads: Vec<_> = ann.model().map(map()).unwrap().heads("note").collect();
    let containers: Vec<_> = heads.iter().filter_map(|(id, value)| value.unwrap().container(*id)).collect();
    assert_eq!(containers, [made[1], made[0]]);
    assert_eq!((ann.text(made[0]), ann.text(made[1])), ("hers".to_owned(), "his".to_owned()));
    assert_eq!(ann.container_at(map(), "note"), Some(made[1]));
}

#[test]
fn containers_within_containers_are_sent_and_undone() {
    let (mut ann, mut bob) = two();
    let mut paths = Vec::new();
    ann.edit(0, |edit| {
        let rows = edit.set_container(map(), "rows", Kind::List);
        let row = edit.list_insert_container(rows, 0, Kind::Map);
        edit.set(row, "name", Value::Text("first".into()));
        let votes = edit.set_container(row, "votes", Kind::Counter);
        edit.counter_add(votes, 3);
        paths.extend([rows, row, votes]);
    });
    ann.edit(9, |edit| edit.counter_add(paths[2], 4));
    exchange(&mut ann, &mut bob);
    assert_eq!(bob.container_in(paths[0], 0), Some(paths[1]));
    assert_eq!(bob.counter(paths[2]), 7);
    ann.undo();
    exchange(&mut ann, &mut bob);
    assert_eq!(bob.counter(paths[2]), 3);
    let start = motet::VersionVector::new();
    assert_eq!((bob.counter_at(paths[2], &start), bob.list_at(list(), &start).len()), (0, 0));
    bob.edit(0, |edit| edit.counter_add(counter(), i64::MIN));
    assert_eq!(bob.counter(counter()), i64::MIN);
}
