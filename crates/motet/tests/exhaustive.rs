//! Every history of up to four actions by three authors, each of whom may have heard from any of the
//! others before; and every order in which such a history can arrive.
//!
//! Why this exists: random worlds find what is frequent. Here nothing small is left out: whoever breaks
//! order, undo or registers breaks one of these.

use motet::{Action, ContainerId, Document, Kind, ReplicaId, Value};
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

/// What an author may do next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Front,
    Back,
    Delete,
    Set,
    Undo,
}

const DEEDS: [Deed; 5] = [Deed::Front, Deed::Back, Deed::Delete, Deed::Set, Deed::Undo];

/// Does it; whether that made an action. `n` tells characters and values apart.
fn act(document: &mut Document, deed: Deed, n: usize) -> bool {
    let len = document.text_len(text());
    let letter = ["a", "b", "c", "d", "e", "f"][n];
    match deed {
        Deed::Front => document.edit(0, |edit| edit.insert(text(), 0, letter)).is_some(),
        // In an empty text the same as in front.
        Deed::Back => len > 0 && document.edit(0, |edit| edit.insert(text(), len, letter)).is_some(),
        Deed::Delete => len > 0 && document.edit(0, |edit| edit.delete(text(), 0, 1)).is_some(),
        Deed::Set => document.edit(0, |edit| edit.set(map(), "key", Value::Int(n as i64))).is_some(),
        Deed::Undo => document.undo().is_some(),
    }
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

fn explore(members: &[Document; 3], done: usize, first: usize, count: &mut usize) {
    if done > 0 {
        check(members);
        *count += 1;
    }
    if done == depth() {
        return;
    }
    for who in (0..3).filter(|&who| done > 0 || who == first) {
        for way in after_hearing(members, who) {
            for deed in DEEDS {
                let mut next = way.clone();
                if act(&mut next[who], deed, done) {
                    explore(&next, done + 1, first, count);
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
    compare(&all, &actions);
    permutations(actions.len(), &mut |order| {
        let mut late = Document::new(ReplicaId(9));
        for &at in order {
            late.receive(actions[at].clone(), None).expect("a valid action");
        }
        assert_eq!(late.state_hash(), hash, "{actions:#?} in the order {order:?}");
    });
}

fn compare(document: &Document, actions: &[Action]) {
    let mut naive = Naive::new();
    actions.iter().for_each(|action| naive.receive(action.clone()));
    let state = naive.state(&Policy::default());
    assert_eq!(document.text(text()), state.text(text()), "{actions:#?}");
    let value = state.entry(map(), "key").and_then(|entry| entry.value.clone());
    assert_eq!(document.get(map(), "key").cloned(), value, "{actions:#?}");
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
fn histories_of(first: usize) -> usize {
    let mut count = 0;
    explore(&[1, 2, 3].map(|replica| Document::new(ReplicaId(replica))), 0, first, &mut count);
    count
}

// One test for each author who may begin, so that they run side by side.
#[test]
fn every_history_that_the_first_author_begins() {
    assert!(histories_of(0) > 10_000 || depth() < 4);
}

#[test]
fn every_history_that_the_second_author_begins() {
    assert!(histories_of(1) > 10_000 || depth() < 4);
}

#[test]
fn every_history_that_the_third_author_begins() {
    assert!(histories_of(2) > 10_000 || depth() < 4);
}
