//! Deterministic simulation of many members over a hostile network: tests only.
//!
//! The real log, view, model, formats, sessions and store run one after another (the store's writing
//! thread is waited for), in virtual time, from one seed: a few members write, undo and choose what they
//! see, while messages are late, doubled, lost, overtaken or altered, connections break, the network
//! falls apart, members stop in the middle of a sync, and disks keep what they please of what was not
//! synced. Then everything that goes wrong ends: all members must become equal, and fall silent.
//!
//! ```text
//!            Options (drawn from the seed)
//!                        │
//! World ── events in virtual time ──► Member: Host (engine, screen) ─ Vault (store) ─ Disk
//!   │                                      └─ Exchange (sessions) ─► Network ─► other members
//!   └── after each event: Ledger ── equal logs show the same · patches make the screen
//!                                   durable is never lost · received is there · undo takes only its own
//! ```
//!
//! A seed reproduces bit for bit: [`Report::trace`] stands for every byte that arrived. It never
//! reads a clock, and touches no network and no disk.
//!
//! Whether the simulation would notice anything is tried with faults [`planted`] on purpose.
//!
//! ```
//! let report = sim::run(7, None, false).expect("no promise is broken");
//! assert_eq!(sim::run(7, None, false), Ok(report));
//! ```

mod acts;
mod attic;
mod disk;
mod engine;
mod host;
mod kinds;
mod ledger;
mod member;
mod network;
mod options;
pub mod planted;
mod random;
mod screen;
mod trace;
mod vault;
mod world;

pub use kinds::{KINDS, Kinds};
pub use planted::Planted;
pub use world::{Failure, Report};

use std::panic::{AssertUnwindSafe, catch_unwind};
use trace::Trace;
use world::World;

/// Runs a seed, with something wrong on purpose where `planted` says so. Prints what happens where
/// `is_printed`.
pub fn run(seed: u64, planted: Option<Planted>, is_printed: bool) -> Result<Report, Failure> {
    planted::plant(planted);
    let mut world = World::new(seed, planted, Trace::new(is_printed));
    let outcome = catch_unwind(AssertUnwindSafe(|| world.run()));
    let now_ms = world.now_ms();
    // What is left of a run that panicked may panic again: it is given up, not taken apart.
    if outcome.is_err() {
        std::mem::forget(world);
    }
    planted::plant(None);
    codec::older::know_below(engine::NEWEST);
    outcome.unwrap_or_else(|panic| Err(Failure { now_ms, what: format!("panic: {}", message(&*panic)) }))
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("without a message").to_owned()
}
