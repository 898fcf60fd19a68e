//! How long it takes to read and print 1 MB of Markdown: `cargo run --release -p note --example note_time`.

use note::markdown::{parse, print, print_like};
use std::time::{Duration, Instant};

const ROUNDS: u32 = 10;
const SIZE: usize = 1_000_000;

/// What a project says of itself: headings, paragraphs with links and code, lists, code blocks and tables.
const README: &str = "# A project\n\nIt does *this* and **that**, see [the guide](https://example.org/guide) and `lib.rs`.\n\
It has been written\nover several lines, as people do.\n\n## Use\n\n```sh\ncargo add project\ncargo run -- --help\n```\n\n\
* one thing\n* another, with `code`\n  * and one below\n- [x] done\n- [ ] not yet\n\n| name | value |\n| :--- | ---: |\n\
| `size` | 10 |\n| *depth* | 3 |\n\n> A quote, with a note[^1].\n\n1. first\n2. second\n\n![picture](a.png)\n\n---\n\n";

fn main() {
    let readme = README.repeat(SIZE / README.len()) + "[^1]: A note.\n";
    for (name, text) in [
        ("README", readme),
        ("deep quotes", "> ".repeat(SIZE / 2) + "x"),
        ("deep lists", "- ".repeat(SIZE / 2) + "x"),
        ("brackets", "[".repeat(SIZE)),
        ("emphasis", "*a **b ".repeat(SIZE / 7)),
        ("half links", "[a](".repeat(SIZE / 4)),
        ("backticks", (1..1_400).map(|count| "`".repeat(count) + " ").collect()),
        ("wide table", format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "|x\n".repeat(SIZE / 3))),
        ("tags", "<a href=".repeat(SIZE / 8)),
        ("footnotes", (0..SIZE / 12).map(|at| format!("[^{at}]: a\n\n")).collect()),
        ("one footnote often", "[^a]: a\n\n".repeat(SIZE / 9)),
    ] {
        println!("{name}: {:.1} MB", text.len() as f64 / 1e6);
        let rounds = if name == "README" { ROUNDS } else { 1 };
        time("  read", rounds, || parse(&text).blocks.len());
        let note = parse(&text);
        time("  print", rounds, || print(&note).len());
        let mut changed = note.clone();
        changed.blocks.pop();
        time("  print as the author did", rounds, || print_like(&text, &changed).len());
    }
}

fn time(what: &str, rounds: u32, work: impl Fn() -> usize) {
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        found = work();
        best = best.min(start.elapsed());
    }
    println!("{what}: {:.1} ms ({found})", best.as_secs_f64() * 1e3);
}
