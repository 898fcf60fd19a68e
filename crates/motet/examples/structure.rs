//! How long lists, trees, counters and maps take: `cargo run --release --example structure`. Prints
//! milliseconds, the best of five, for all lines or those whose names contain the argument.

use motet::{ContainerId, Document, Id, Kind, ReplicaId, Value};
use std::time::Instant;

const LIST: &str = "list";

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

fn list() -> ContainerId {
    ContainerId::root(Kind::List, LIST)
}

fn tree() -> ContainerId {
    ContainerId::root(Kind::Tree, "tree")
}

fn map() -> ContainerId {
    ContainerId::root(Kind::Map, "map")
}

fn pushes(n: usize) -> Document {
    let mut document = Document::new(ReplicaId(1));
    for at in 0..n {
        document.edit(0, |edit| {
            edit.list_insert(list(), at, &[Value::Int(at as i64)]);
        });
    }
    document
}

fn random_inserts(n: usize) -> Document {
    let (mut document, mut random) = (Document::new(ReplicaId(1)), Random(7));
    for at in 0..n {
        let place = random.below(at + 1);
        document.edit(0, |edit| {
            edit.list_insert(list(), place, &[Value::Int(at as i64)]);
        });
    }
    document
}

fn list_moves(items: usize, moves: usize) -> Document {
    let (mut document, mut random) = (pushes(items), Random(7));
    for _ in 0..moves {
        let (from, to) = (random.below(items), random.below(items));
        document.edit(0, |edit| assert!(edit.list_move(list(), from, to)));
    }
    document
}

fn tree_moves(count: usize, moves: usize) -> Document {
    let (mut document, mut random) = (Document::new(ReplicaId(1)), Random(7));
    let mut nodes = Vec::new();
    for _ in 0..count {
        document.edit(0, |edit| nodes.extend(edit.tree_create(tree(), None, usize::MAX)));
    }
    move_nodes(&mut document, &mut random, &nodes, moves);
    document
}

fn move_nodes(document: &mut Document, random: &mut Random, nodes: &[Id], moves: usize) {
    for _ in 0..moves {
        let (node, parent) = (nodes[random.below(nodes.len())], nodes[random.below(nodes.len())]);
        document.edit(0, |edit| {
            edit.tree_move(tree(), node, Some(parent), 0);
        });
    }
}

fn sets(n: usize, keys: usize) -> Document {
    let mut document = Document::new(ReplicaId(1));
    for at in 0..n {
        document.edit(0, |edit| edit.set(map(), &format!("key {}", at % keys), Value::Int(at as i64)));
    }
    document
}

fn objects(n: usize) -> Document {
    let mut document = Document::new(ReplicaId(1));
    for at in 0..n {
        document.edit(0, |edit| {
            let object = edit.list_insert_container(list(), at, Kind::Map);
            edit.set(object, "name", Value::Text(format!("object {at}")));
            edit.set(object, "x", Value::Int(at as i64));
            edit.set(object, "on", Value::Bool(true));
        });
    }
    document
}

/// The best of five, in milliseconds.
fn time<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut best = (f64::INFINITY, None);
    for _ in 0..5 {
        let start = Instant::now();
        let result = run();
        let ms = start.elapsed().as_secs_f64() * 1e3;
        if ms < best.0 {
            best.0 = ms;
        }
        best.1 = Some(result);
    }
    (best.0, best.1.expect("run"))
}

/// Whether a line is asked for: all are where nothing is said.
fn is_wanted(name: &str) -> bool {
    std::env::args().nth(1).is_none_or(|part| name.contains(&part))
}

fn line(name: &str, build: impl FnMut() -> Document) {
    if !is_wanted(name) {
        return;
    }
    let (build, document) = time(build);
    let parts: Vec<_> = document.log().logs().cloned().collect();
    let (load, _) = time(|| {
        let mut loaded = Document::new(ReplicaId(9));
        loaded.receive_logs(parts.clone(), None).expect("valid");
        loaded
    });
    let actions = document.actions_since(&motet::VersionVector::new());
    let (one_by_one, mut received) = time(|| {
        let mut received = Document::new(ReplicaId(9));
        for action in &actions {
            received.receive(action.clone(), None).expect("valid");
        }
        received
    });
    assert_eq!(received.state_hash(), document.clone().state_hash());
    let (hash, _) = time(|| document.clone().state_hash());
    println!("{name:40} build {build:8.1}  load {load:8.1}  one by one {one_by_one:8.1}  hash {hash:6.1}");
}

fn main() {
    line("list, 100k pushes", || pushes(100_000));
    line("list, 20k random inserts", || random_inserts(20_000));
    line("list, 10k items, 100k moves", || list_moves(10_000, 100_000));
    line("tree, 10k nodes, 100k moves", || tree_moves(10_000, 100_000));
    line("map, 100k sets, distinct keys", || sets(100_000, 100_000));
    line("map, 100k sets, 1,000 keys", || sets(100_000, 1_000));
    line("20k objects of 3 fields in a list", || objects(20_000));
    if is_wanted("concurrent moves") {
        concurrent_moves();
    }
}

/// Two who move 5,000 nodes each at once.
fn concurrent_moves() {
    let mut ann = tree_moves(10_000, 0);
    let mut bob = ann.fork(ReplicaId(2));
    let nodes: Vec<Id> = ann.tree(tree()).expect("made").children(None).collect();
    move_nodes(&mut ann, &mut Random(3), &nodes, 5_000);
    move_nodes(&mut bob, &mut Random(5), &nodes, 5_000);
    let theirs = bob.actions_since(&ann.version());
    let (import, _) = time(|| {
        let mut ann = ann.clone();
        for action in &theirs {
            ann.receive(action.clone(), None).expect("valid");
        }
    });
    println!("{:40} import {import:7.1}", "tree, 2 x 5k concurrent moves");
}
