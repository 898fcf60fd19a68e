//! What the store promises, tried from outside.
//!
//! `conformance` holds both stores to one contract. `crash` rebuilds the disk as a power cut may leave
//! it, `faults` lets each single I/O fail, `kill` kills real processes: all three run the same [`plan`]s
//! and compare what is found with what the memory store says after as many steps. `MOTET_LONG=1`
//! makes them run ten or five times longer.

mod conformance;
mod crash;
mod disk;
mod faults;
mod kill;
mod plan;
mod random;

/// `short`, or `long` where the environment asks for the long run.
fn volume(short: usize, long: usize) -> usize {
    if std::env::var_os("MOTET_LONG").is_some() { long } else { short }
}
