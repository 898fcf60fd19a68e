//! Motet measured beside its peers, in one process, on one thread.
//!
//! ```text
//! cargo run --release --manifest-path bench/Cargo.toml -- [--quick] [name-part]
//! ```
//!
//! A line is shown where its name contains `name-part`; `--quick` measures once instead of five times.
//! Every peer keeps all history: what was deleted, who wrote what, and in which order.

mod cases;
mod measure;
mod peers;
mod table;

use cases::{made, motet_only, traces};
use table::Table;

#[global_allocator]
static ALLOCATOR: measure::Counting = measure::Counting;

/// How often a line is measured, of which the median counts.
const REPETITIONS: usize = 5;

fn main() {
    let mut part = String::new();
    let mut repetitions = REPETITIONS;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => repetitions = 1,
            "--help" | "-h" => {
                println!("usage: bench [--quick] [name-part]");
                return;
            }
            other => other.clone_into(&mut part),
        }
    }
    let mut table = Table::new(part, repetitions);
    traces::measure(&mut table);
    made::measure(&mut table);
    motet_only::measure(&mut table);
}
