//! Every history of up to four actions by three authors, each of whom may have heard from any of the
//! others before; and every order in which such a history can arrive.
//!
//! Why this exists: random worlds find what is frequent. Here nothing small is left out: whoever breaks
//! order, undo or registers breaks one of these.

use motet::{Action, ContainerId, Document, Edit, Id, Kind, ReplicaId, Span, Standing, Value};
use naive::{Naive, Policy};

/// How many actions a history has. Five takes a quarter of an hour.
fn depth() -> usize {
    std::env::var("MOTET_DEPTH").ok().and_then(|value| value.parse().ok()).unwrap_or(4)
}

fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

fn tree() -> ContainerId {
    ContainerId::root(Kind::Tree, "tree")
}

fn counter() -> ContainerId {
    ContainerId::root(Kind::Counter, "counter")
}

fn list() -> ContainerId {
    ContainerId::root(Kind::List, "list")
}

/// What an author may do next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Front,
    Back,
    Delete,
    Set,
    Add,
    Item,
    MoveItem,
    SetItem,
    DeleteItem,
    /// Moves a node of the three there are into another.
    Into(usize, usize),
    ToTop,
    Sprout,
    Fell,
    Undo,
}

/// What is done to texts and maps.
const WRITING: [Deed; 5] = [Deed::Front, Deed::Back, Deed::Delete, Deed::Set, Deed::Undo];
/// What is done to trees.
const PLANTING: [Deed; 8] = [
    Deed::Into(0, 1),
    Deed::Into(1, 2),
    Deed::Into(2, 0),
    Deed::Into(1, 0),
    Deed::ToTop,
    Deed::Sprout,
    Deed::Fell,
    Deed::Undo,
];
/// What is done to lists and counters.
const LISTING: [Deed; 6] = [Deed::Add, Deed::Item, Deed::MoveItem, Deed::SetItem, Deed::DeleteItem, Deed::Undo];

/// Does it; whether that made an action. `n` tells characters and values apart.
fn act(document: &mut Document, deed: Deed, n: usize) -> bool {
    let len = document.text_len(text());
    let items = document.list_len(list());
    let letter = ["a", "b", "c", "d", "e", "f"][n];
    match deed {
        Deed::Front => document.edit(0, |edit| edit.insert(text(), 0, letter)).is_some(),
        // In an empty text the same as in front.
        Deed::Back => len > 0 && document.edit(0, |edit| edit.insert(text(), len, letter)).is_some(),
        Deed::Delete => len > 0 && document.edit(0, |edit| edit.delete(text(), 0, 1)).is_some(),
        Deed::Set => document.edit(0, |edit| edit.set(map(), "key", Value::Int(n as i64))).is_some(),
        Deed::Add => document.edit(0, |edit| edit.counter_add(counter(), 1 << n)).is_some(),
        // Lists begin with two items, so that there is something to move.
        Deed::Item => {
            let more = if items == 0 { 2 } else { 1 };
            let values: Vec<Value> = (0..more).map(|m| Value::Int(10 * n as i64 + m)).collect();
            document
                .edit(0, |edit| {
                    edit.list_insert(list(), 0, &values);
                })
                .is_some()
        }
        Deed::MoveItem => {
            items > 1
                && document
                    .edit(0, |edit| {
                        edit.list_move(list(), 0, items - 1);
                    })
                    .is_some()
        }
        Deed::SetItem => {
            items > 0
                && document
                    .edit(0, |edit| {
                        edit.list_set(list(), 0, &Value::Int(-(n as i64)));
                    })
                    .is_some()
        }
        Deed::DeleteItem => items > 0 && document.edit(0, |edit| edit.list_delete(list(), 0, 1)).is_some(),
        Deed::Into(from, to) => {
            plant(document, |edit, nodes| edit.tree_move(tree(), nodes[from], Some(nodes[to]), 0).is_some())
        }
        Deed::ToTop => plant(document, |edit, nodes| edit.tree_move(tree(), nodes[0], None, 2).is_some()),
        Deed::Sprout => plant(document, |edit, nodes| edit.tree_create(tree(), Some(nodes[0]), 0).is_some()),
        Deed::Fell => plant(document, |edit, nodes| edit.tree_delete(tree(), nodes[1])),
        Deed::Undo => document.undo().is_some(),
    }
}

fn plant(document: &mut Document, change: impl FnOnce(&mut Edit<'_>, [Id; 3]) -> bool) -> bool {
    let mut is_done = false;
    document.edit(0, |edit| is_done = change(edit, [0, 1, 2].map(|seq| Id::new(ReplicaId(8), seq))));
    is_done
}

/// Three who all know of a tree with three nodes.
fn gardeners() -> [Document; 3] {
    let mut first = Document::new(ReplicaId(8));
    first.edit(0, |edit| {
        for _ in 0..3 {
            edit.tree_create(tree(), None, 3);
        }
    });
    [1, 2, 3].map(|replica| first.fork(ReplicaId(replica)))
}

fn give(from: &Document, to: &mut Document) -> bool {
    let news = from.actions_since(&to.version());
    let is_news = !news.is_empty();
    to.receive_all(news).expect("valid actions");
    is_news
}

/// Every way for `who` to hear from others first, without those that bring nothing new.
fn after_hearing(members: &[Document; 3], who: usize) -> Vec<[Document; 3]> {
    let others: Vec<usize> = (0..3).filter(|&other| other != who).collect();
    let mut ways = vec![members.clone()];
    for other in others {
        for way in ways.clone() {
            let mut heard = way.clone();
            if give(&way[other], &mut heard[who]) && ways.iter().all(|way| way[who].version() != heard[who].version()) {
                ways.push(heard);
            }
        }
    }
    ways
}

fn explore(members: &[Document; 3], deeds: &[Deed], (done, depth): (usize, usize), first: usize, count: &mut usize) {
    if done > 0 {
        check(members);
        *count += 1;
    }
    if done == depth {
        return;
    }
    for who in (0..3).filter(|&who| done > 0 || who == first) {
        for way in after_hearing(members, who) {
            for &deed in deeds {
                let mut next = way.clone();
                if act(&mut next[who], deed, done) {
                    explore(&next, deeds, (done + 1, depth), first, count);
                }
            }
        }
    }
}

/// Everybody hears everything, in whatever order, and sees what the naive model says.
fn check(members: &[Document; 3]) {
    let mut all = Document::new(ReplicaId(9));
    for member in members {
        give(member, &mut all);
    }
    let actions = all.actions_since(&Document::new(ReplicaId(9)).version());
    let hash = all.state_hash();
    let mut naive = Naive::new();
    actions.iter().for_each(|action| naive.receive(action.clone()));
    compare(&all, &naive, &Policy::default());
    toggle(&mut all, &actions, &naive);
    permutations(actions.len(), &mut |order| {
        let mut late = Document::new(ReplicaId(9));
        for &at in order {
            late.receive(actions[at].clone(), None).expect("a valid action");
        }
        assert_eq!(late.state_hash(), hash, "{actions:#?} in the order {order:?}");
    });
}

/// Leaves out every choice of actions in turn, and takes them in again: each must show what the naive model
/// says of it.
fn toggle(all: &mut Document, actions: &[Action], naive: &Naive) {
    if actions.len() >= depth() {
        return;
    }
    let hash = all.state_hash();
    // In this order one choice differs from the next in one action, then in another.
    for choice in (0..1_u32 << actions.len()).map(|n| n ^ n >> 1) {
        let hidden: Vec<Span> =
            (0..actions.len()).filter(|at| choice >> at & 1 == 1).map(|at| actions[at].span()).collect();
        let mut policy = motet::Policy::default();
        for span in &hidden {
            policy.hidden.entry(span.replica).or_default().set(span.start..span.end, Some(()));
        }
        all.set_policy(policy);
        all.check_invariants();
        compare(all, naive, &Policy { hidden, ..Policy::default() });
    }
    all.set_policy(motet::Policy::default());
    assert_eq!(all.state_hash(), hash);
}

fn compare(document: &Document, naive: &Naive, policy: &Policy) {
    let actions: Vec<&Action> = naive.actions().collect();
    let state = naive.state(policy);
    assert_eq!(document.text(text()), state.text(text()), "{actions:#?}");
    let value = state.entry(map(), "key").and_then(|entry| entry.value.clone());
    assert_eq!(document.get(map(), "key").cloned(), value, "{actions:#?}");
    let items: Vec<(Id, Value)> = document.list_items(list()).map(|(id, value)| (id, value.clone())).collect();
    let wanted = state.list(list()).iter().filter_map(|item| Some((item.id, item.entry.value.clone()?)));
    assert_eq!(items, wanted.collect::<Vec<_>>(), "{actions:#?}");
    let nodes: Vec<(usize, Id)> = document.tree(tree()).into_iter().flat_map(|tree| tree.iter()).collect();
    let wanted = state.trees.get(&tree()).into_iter().flat_map(|tree| &tree.nodes).map(|node| (node.depth, node.id));
    assert_eq!(nodes, wanted.collect::<Vec<_>>(), "{actions:#?}");
    let lost = state.trees.values().flat_map(|tree| &tree.lost);
    lost.for_each(|&id| assert_eq!(document.standing(id), Standing::Lost, "{actions:#?}"));
    let sum = state.counters.get(&counter()).copied().unwrap_or_default();
    assert_eq!(document.counter(counter()), sum, "{actions:#?}");
}

/// All orders of `0..len`.
fn permutations(len: usize, each: &mut impl FnMut(&[usize])) {
    fn place(order: &mut Vec<usize>, len: usize, each: &mut impl FnMut(&[usize])) {
        if order.len() == len {
            return each(order);
        }
        for next in 0..len {
            if !order.contains(&next) {
                order.push(next);
                place(order, len, each);
                order.pop();
            }
        }
    }
    place(&mut Vec::new(), len, each);
}

/// The histories that `first` begins.
fn histories_of(deeds: &[Deed], first: usize) -> usize {
    let mut count = 0;
    let members = [1, 2, 3].map(|replica| Document::new(ReplicaId(replica)));
    explore(&members, deeds, (0, depth()), first, &mut count);
    count
}

// One test for each author who may begin, so that they run side by side.
#[test]
fn every_history_that_the_first_author_begins() {
    assert!(histories_of(&WRITING, 0) > 10_000 || depth() < 4);
}

#[test]
fn every_history_that_the_second_author_begins() {
    assert!(histories_of(&WRITING, 1) > 10_000 || depth() < 4);
}

#[test]
fn every_history_that_the_third_author_begins() {
    assert!(histories_of(&WRITING, 2) > 10_000 || depth() < 4);
}

#[test]
fn every_history_of_lists_that_the_first_author_begins() {
    assert!(histories_of(&LISTING, 0) > 10_000 || depth() < 4);
}

#[test]
fn every_history_of_lists_that_the_second_author_begins() {
    assert!(histories_of(&LISTING, 1) > 10_000 || depth() < 4);
}

#[test]
fn every_history_of_lists_that_the_third_author_begins() {
    assert!(histories_of(&LISTING, 2) > 10_000 || depth() < 4);
}

/// The histories of trees that `first` begins: one action less than others, since there are more ways to go on
/// and all know of the tree.
fn histories_of_trees(first: usize) -> usize {
    let mut count = 0;
    explore(&gardeners(), &PLANTING, (0, depth() - 1), first, &mut count);
    count
}

#[test]
fn every_history_of_trees_that_the_first_author_begins() {
    assert!(histories_of_trees(0) > 1000 || depth() < 4);
}

#[test]
fn every_history_of_trees_that_the_second_author_begins() {
    assert!(histories_of_trees(1) > 1000 || depth() < 4);
}

#[test]
fn every_history_of_trees_that_the_third_author_begins() {
    assert!(histories_of_trees(2) > 1000 || depth() < 4);
}
