//! How long a large document takes: `cargo run --release -p jsondoc --example speed [FILE]`.

use json::Tree;
use motet::{Document, ReplicaId};
use std::time::Instant;

/// A scene of about `bytes` bytes.
fn scene(bytes: usize) -> String {
    let node = |n: usize| {
        format!(
            "    {{\n      \"id\": \"n{n}\",\n      \"name\": \"Node {n}\",\n      \"matrix\": [1, 0, 0, {n}.5],\n      \
             \"visible\": true,\n      \"tags\": [\"a{n}\", \"b\"],\n      \"material\": {{\"color\": \"#ff8800\", \
             \"rough\": 0.25}}\n    }}"
        )
    };
    let count = bytes / node(10_000).len();
    format!("{{\n  \"nodes\": [\n{}\n  ]\n}}\n", (0..count).map(node).collect::<Vec<_>>().join(",\n"))
}

/// What the system says of the time on a processor, which does not grow while others have it; in milliseconds.
fn busy_ms() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e6)
}

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let (began, busy) = (Instant::now(), busy_ms());
    let result = run();
    let took = began.elapsed().as_secs_f64() * 1e3;
    let busy = busy_ms().zip(busy).map_or(took, |(now, then)| now - then);
    println!("{what:<40} {took:>8.1} ms, {busy:>8.1} ms on a processor");
    result
}

fn main() {
    let file = std::env::args().nth(1);
    let text = file.map_or_else(|| scene(4 << 20), |path| std::fs::read_to_string(path).expect("a file of JSON"));
    println!("{} bytes", text.len());
    let tree = timed("parse", || Tree::parse(text.as_bytes()).expect("JSON"));
    println!("{} values", tree.len());
    let mut document = Document::new(ReplicaId(1));
    timed("create", || jsondoc::create(&mut document, &tree, None, 0).expect("an empty document"));
    let reading = timed("read", || jsondoc::read(&document).expect("a JSON document"));
    assert!(reading.text == text);
    let base = document.version();
    let edited = |from: &str, to: &str| Tree::read(text.replacen(from, to, 1)).expect("JSON");
    let (one, two) = (edited("true", "false"), edited("0.25", "0.5"));
    timed("save an edit", || jsondoc::save(&mut document, None, &one, 0).expect("a JSON document"));
    timed("save another against the old version", || {
        jsondoc::save(&mut document, Some(&base), &two, 0).expect("a JSON document");
    });
    let reading = timed("read", || jsondoc::read(&document).expect("a JSON document"));
    assert!(reading.conflicts.is_empty() && reading.text.contains("false") && reading.text.contains("0.5"));
    let actions = document.actions_since(&motet::VersionVector::new());
    println!("{} ops", actions.iter().map(|action| action.ops.len()).sum::<usize>());
    let mut other = Document::new(ReplicaId(2));
    timed("receive all of it", || other.receive_all(actions).expect("valid actions"));
}
