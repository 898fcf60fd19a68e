//! Motet measured beside its peers, in one process, on one thread.
//!
//! ```text
//! cargo xtask bench [--quick | --times N] [--slow] [--engines NAME,…] [LINE-PART…]
//! ```
//!
//! Every engine keeps all history: what was deleted, who wrote what, and in which order. Messages are
//! bytes, and nobody signs.

mod cases;
mod measure;
mod peers;
mod table;

use cases::{commuting, knots, made, motet_only, structures, traces};
use table::{Choice, Table};

#[global_allocator]
static ALLOCATOR: measure::Counting = measure::Counting;

/// How often a line is measured at least, of which the median counts.
const REPETITIONS: usize = 5;

const USAGE: &str = "usage: cargo xtask bench [--quick | --times N] [--slow] [--engines NAME,…] [LINE-PART…]

  --quick     measure at least once instead of five times
  --times     measure at least so many times
  --slow      also what takes a peer many seconds each time
  --engines   only these, of motet, loro, yrs, automerge, dt
  LINE-PART   only lines whose name contains one of these";

fn main() {
    let mut choice = Choice { lines: Vec::new(), engines: Vec::new(), repetitions: REPETITIONS, slow: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => choice.repetitions = 1,
            "--times" => choice.repetitions = number(arguments.next()),
            "--slow" => choice.slow = true,
            "--engines" => {
                choice.engines.extend(arguments.next().iter().flat_map(|names| names.split(',')).map(Into::into))
            }
            "--help" | "-h" => {
                println!("{USAGE}");
                return;
            }
            _ => choice.lines.push(argument),
        }
    }
    let mut table = Table::new(choice);
    traces::measure(&mut table);
    made::measure(&mut table);
    structures::measure(&mut table);
    motet_only::measure(&mut table);
    commuting::measure(&mut table);
    if table.wants("knots") {
        knots::print();
    }
}

fn number(argument: Option<String>) -> usize {
    let number = argument.and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| {
        eprintln!("{USAGE}");
        std::process::exit(2)
    })
}
