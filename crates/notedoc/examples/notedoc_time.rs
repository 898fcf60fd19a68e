//! How long 1 MB of Markdown takes into containers and back: `cargo run --release -p notedoc --example notedoc_time`.

use motet::{Document, ReplicaId};
use std::time::{Duration, Instant};

const ROUNDS: u32 = 5;
const SIZE: usize = 1_000_000;

/// What a project says of itself: headings, paragraphs with links and code, lists, code blocks and tables.
const README: &str = "# A project\n\nIt does *this* and **that**, see [the guide](https://example.org/guide) and `lib.rs`.\n\
It has been written\nover several lines, as people do.\n\n## Use\n\n```sh\ncargo add project\ncargo run -- --help\n```\n\n\
* one thing\n* another, with `code`\n  * and one below\n- [x] done\n- [ ] not yet\n\n| name | value |\n| :--- | ---: |\n\
| `size` | 10 |\n| *depth* | 3 |\n\n> A quote, with a note[^1].\n\n1. first\n2. second\n\n![picture](a.png)\n\n---\n\n";

fn main() {
    let text = README.repeat(SIZE / README.len()) + "[^1]: A note.\n";
    let note = note::markdown::parse(&text);
    println!("{:.1} MB, {} blocks", text.len() as f64 / 1e6, note.blocks.len());
    time("parse", || (), |()| note::markdown::parse(&text));
    let imported = |note| {
        let mut document = Document::new(ReplicaId(1));
        notedoc::import(&mut document, note, 0);
        document
    };
    time("import", || note.clone(), imported);
    let mut document = imported(note);
    time("read", || (), |()| notedoc::read(&document));
    let mut changed = notedoc::read(&document);
    changed.blocks.pop();
    let last = changed.blocks.len() / 2;
    changed.blocks.swap(last, 1);
    time(
        "save a change",
        || (),
        |()| {
            let base = document.version();
            notedoc::save(&mut document, &base, &changed, 0);
        },
    );
    time(
        "Enter",
        || (),
        |()| {
            document.edit(0, |edit| _ = notedoc::command::split(edit, notedoc::schema::root(), 500_000));
        },
    );
    time(
        "indent",
        || (),
        |()| {
            document.edit(0, |edit| _ = notedoc::command::indent(edit, notedoc::schema::root(), 0, 500_000));
        },
    );
}

/// The best time that `work` takes with what was prepared for it; what comes of it is let go of later, as by a program
/// that keeps documents.
fn time<I, T>(name: &str, prepare: impl Fn() -> I, mut work: impl FnMut(I) -> T) {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let input = prepare();
        let start = Instant::now();
        let result = work(input);
        best = best.min(start.elapsed());
        drop(result);
    }
    println!("  {name}: {:.1} ms", best.as_secs_f64() * 1e3);
}
