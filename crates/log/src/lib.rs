//! What happened: the actions of every replica, in logs that only grow.
//!
//! An [`Action`] is a list of [`Op`]s committed together, with a header that says what its author knew.
//! A [`MultiLog`] holds the log of every replica, takes in actions in any order, any number of times,
//! keeps those that wait for something, and answers questions about the past.
//!
//! ```text
//! Action ── Op ─┬─ Insert ── Delete        receive ─► is it whole? ─► is it next? ─► append
//!               ├─ Set                                                   └─ no: pending, bounded
//!               └─ Control, Draft, Constrain, Claim, Resolve, Weigh,
//!                  Govern, Decide, Vote
//! ```
//!
//! It never decides what is active (that is `view`), never shows anything (`model`) and never reads
//! bytes from outside (`codec`).
//!
//! ```
//! use clock::{Id, ReplicaId};
//! use log::{ContainerId, Header, Kind, MultiLog, OpRef};
//! let (ann, text) = (ReplicaId(1), ContainerId::root(Kind::Text, "text"));
//! let mut log = MultiLog::new();
//! log.push(ann, OpRef::Insert { container: text, left: None, right: None, text: "hello" });
//! let span = log.commit(ann, Header::default()).unwrap();
//! assert_eq!(span.len(), 5);
//! assert_eq!(log.frontier().ids(), [Id::new(ann, 4)]);
//! ```

mod blobs;
mod borrowed;
mod bulk;
mod constraint;
mod container;
mod decision;
mod held;
mod knowledge;
mod multilog;
mod names;
mod op;
mod packed;
mod pending;
pub mod room;
mod runs;
mod table;
#[cfg(test)]
mod tests;
mod writer;

pub use blobs::BlobNames;
pub use borrowed::OpRef;
pub use constraint::{Listing, Rule};
pub use container::{ContainerId, Crossing, Kind, RootName};
pub use decision::{Decider, Outcome, RULES, RULES_TRIM};
pub use held::{ValueRef, Values};
pub use knowledge::Knowledge;
pub use multilog::{Header, MultiLog, ReceiveError, Received};
pub use names::Names;
pub use op::{Action, Gap, Op, Proposal, Register, TextRange, Value, WEIGHT};
pub use packed::{Amount, Part, Placed};
pub use runs::{HeaderRun, Near, OpBody, OpRun, RareHeader, ReplicaLog};
pub use table::Table;
pub use writer::{Counted, Writer};
