//! Counters, lists and containers within others, as a person meets them.

use motet::{
    CONTAINER_DEPTH_MAX, ContainerId, Deep, Document, Id, Kind, ListSide, Outline, Policy, ReplicaId, Standing, Value,
};

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

fn tree() -> ContainerId {
    ContainerId::root(Kind::Tree, "tree")
}

/// A tree with three nodes at the top.
fn planted() -> (Document, Document, [Id; 3]) {
    let (mut ann, _) = two();
    let span = ann.edit(0, |edit| {
        for at in 0..3 {
            edit.tree_create(tree(), None, at);
        }
    });
    let first = span.unwrap().first();
    let bob = ann.fork(ReplicaId(2));
    (ann, bob, [0, 1, 2].map(|n| first.plus(n)))
}

fn outline(document: &Document) -> Vec<(usize, Id)> {
    document.tree(tree()).unwrap().iter().collect()
}

#[test]
fn a_node_is_found_where_it_was_moved_to() {
    for from in 0..3 {
        for to in 0..3 {
            let (mut ann, _, nodes) = planted();
            ann.edit(0, |edit| assert!(edit.tree_move(tree(), nodes[from], None, to).is_some()));
            let mut wanted = nodes.to_vec();
            let moved = wanted.remove(from);
            wanted.insert(to, moved);
            assert_eq!(outline(&ann), wanted.iter().map(|&node| (0, node)).collect::<Vec<_>>());
        }
    }
}

#[test]
fn of_two_moves_that_would_make_a_circle_the_younger_is_lost_and_said_to_be() {
    let (mut ann, mut bob, [a, b, c]) = planted();
    let hers = ann.edit(0, |edit| assert!(edit.tree_move(tree(), a, Some(b), 0).is_some())).unwrap();
    let his = bob.edit(0, |edit| assert!(edit.tree_move(tree(), b, Some(a), 0).is_some())).unwrap();
    exchange(&mut ann, &mut bob);
    assert_eq!(outline(&ann), [(0, b), (1, a), (0, c)]);
    assert_eq!((ann.standing(hers.first()), ann.standing(his.first())), (Standing::Active, Standing::Lost));
    let before = Policy { pin: Some(bob.version()), ..Policy::default() };
    let (control, _) = ann.undo_spans(&[hers], 0).unwrap();
    assert_eq!(outline(&ann), [(0, a), (1, b), (0, c)]);
    assert_eq!(ann.standing(his.first()), Standing::Active);
    let diffs = ann.node_diff(tree(), before, Policy::default());
    let causes: Vec<_> = diffs.iter().map(|diff| (diff.node, diff.because)).collect();
    assert_eq!(causes, [(a, control.first()), (b, his.first())]);
    ann.edit(0, |edit| assert!(edit.tree_move(tree(), a, Some(b), 0).is_none(), "nobody puts a node below itself"));
}

#[test]
fn a_move_says_whom_else_it_sets_free() {
    let (mut ann, mut bob, [a, b, c]) = planted();
    ann.edit(0, |edit| assert!(edit.tree_move(tree(), a, Some(b), 0).is_some()));
    bob.edit(0, |edit| assert!(edit.tree_move(tree(), b, Some(a), 0).is_some()));
    exchange(&mut ann, &mut bob);
    let mut screen = Outline::of(ann.tree(tree()).unwrap());
    ann.edit(0, |edit| screen.apply(&edit.tree_move(tree(), a, Some(c), 0).unwrap()));
    assert_eq!(outline(&ann), [(0, c), (1, a), (2, b)], "what had lost does not any more");
    assert_eq!(screen.nodes(), outline(&ann));
}

#[test]
fn a_deletion_hides_what_is_below_and_its_undo_brings_it_back() {
    let (mut ann, mut bob, [a, b, c]) = planted();
    ann.edit(0, |edit| {
        assert!(edit.tree_move(tree(), b, Some(a), 0).is_some());
        edit.set(Document::node_data(b), "name", Value::Text("b".into()));
    });
    exchange(&mut ann, &mut bob);
    let before = Policy { pin: Some(ann.version()), ..Policy::default() };
    let gone = ann.edit(9, |edit| assert!(edit.tree_delete(tree(), a))).unwrap();
    bob.edit(0, |edit| assert!(edit.tree_move(tree(), c, Some(b), 0).is_some()));
    exchange(&mut ann, &mut bob);
    assert_eq!(outline(&ann), [], "who was moved under what is gone is hidden with it");
    let diffs = ann.node_diff(tree(), before, Policy::default());
    assert_eq!(diffs.iter().map(|diff| diff.because).collect::<Vec<_>>(), [gone.first(); 3]);
    ann.undo();
    assert_eq!(outline(&ann), [(0, a), (1, b), (2, c)]);
    assert_eq!(ann.get(Document::node_data(b), "name"), Some(&Value::Text("b".into())));
    let Deep::Tree(nodes) = ann.deep(tree()) else { panic!("a tree") };
    assert_eq!(nodes[1].2, Deep::Map(vec![("name".into(), Deep::Value(Value::Text("b".into())))]));
}

#[test]
fn nesting_is_read_to_a_bounded_depth() {
    let (mut ann, _) = two();
    let mut path = vec![map()];
    ann.edit(0, |edit| {
        for _ in 0..100_000 {
            path.push(edit.set_container(path[path.len() - 1], "in", Kind::Map));
        }
    });
    let mut at = ann.deep(map());
    for _ in 0..CONTAINER_DEPTH_MAX {
        let Deep::Map(entries) = at else { panic!("a map") };
        at = entries.into_iter().next().expect("one entry").1;
    }
    assert_eq!(at, Deep::TooDeep(path[CONTAINER_DEPTH_MAX]));
    assert!(matches!(ann.deep(path[99_990]), Deep::Map(_)));
}
