//! How long it takes to read, compare and merge a document of 4 MB: `cargo run --release -p json --example time`.

use json::{Schema, Tree, diff, merge};
use std::time::{Duration, Instant};

const ROUNDS: u32 = 10;

fn main() {
    for (name, items) in
        [("objects with ids", with_ids as fn(usize) -> String), ("rows of numbers", rows), ("words", words)]
    {
        let base = document(items, |_| false);
        let ours = document(items, |at| at % 1_000 == 7);
        let theirs = document(items, |at| at % 1_000 == 8);
        println!("{name}: {:.1} MB", base.len() as f64 / 1e6);
        time("  parse and print", || Tree::parse(base.as_bytes()).unwrap().to_string().len());
        let [base, ours, theirs] = [base, ours, theirs].map(|text| Tree::read(text).unwrap());
        let schema = Schema::default();
        time("  diff", || diff(&base, &ours, &schema).len());
        time("  merge", || merge(&base, &ours, &theirs, &schema).conflicts.len());
        let all = Tree::read(document(items, |_| true)).unwrap();
        time("  diff where every item differs", || diff(&base, &all, &schema).len());
        time("  merge where ours changed every item", || merge(&base, &all, &theirs, &schema).conflicts.len());
    }
}

/// Four megabytes of items, some of them changed.
fn document(item: fn(usize) -> String, is_changed: impl Fn(usize) -> bool) -> String {
    let mut out = String::from("{\n  \"items\": [");
    let mut at = 0;
    while out.len() < 4_000_000 {
        let index = if is_changed(at) { at + 1_000_000 } else { at };
        out.push_str(if at == 0 { "\n    " } else { ",\n    " });
        out.push_str(&item(index));
        at += 1;
    }
    out.push_str("\n  ]\n}\n");
    out
}

fn with_ids(at: usize) -> String {
    let (id, size) = (at % 1_000_000, at / 1_000_000 + 3);
    format!(
        r#"{{"id": "node-{id}", "name": "Node {id}", "size": {size}, "position": [{id}, 2.5, 0], "tags": ["a", "b"]}}"#
    )
}

fn rows(at: usize) -> String {
    format!("[{}, {}.5, \"row\", {}]", at % 1_000_000, at / 1_000_000, at % 7)
}

fn words(at: usize) -> String {
    format!("\"paragraph {} has some words in it, {} of them new\"", at % 1_000_000, at / 1_000_000)
}

fn time(what: &str, work: impl Fn() -> usize) {
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        found = work();
        best = best.min(start.elapsed());
    }
    println!("{what}: {:.1} ms ({found})", best.as_secs_f64() * 1e3);
}
