//! What is active, and why.
//!
//! A [`View`] gives every element of a log a [`Standing`]: left out by a [`Policy`] (pinned to a
//! version, hidden, muted, held), undone by a control, only proposed, dependent on or giving way to others by what authors declared of
//! them, or active. It keeps a [`model::Model`] in step,
//! toggling only what changed. A [`Projection`] shows any other view in one scan.
//!
//! ```text
//! MultiLog ──► View (policy, controls, semantic graph) ──► toggles ──► Model
//! ```
//!
//! It never changes a log, and the same log and policy give the same standings in whatever order the
//! log arrived.

mod base;
mod changes;
mod controls;
mod decisions;
#[cfg(any(test, feature = "tiny"))]
mod effort;
mod overlaps;
mod parts;
mod policy;
mod precedence;
mod projection;
mod proposals;
mod semantics;
mod trial;
mod view;

pub use changes::{CounterDiff, KeyDiff, ListDiff, ListSide, NodeDiff, counter_diff, key_diff, list_diff, node_diff};
pub use decisions::{Authority, Final, Finality, Poll};
#[cfg(any(test, feature = "tiny"))]
pub use effort::effort;
pub use overlaps::Overlap;
pub use parts::{Elements, HeldPart, elements_of, spans_of};
pub use policy::{Excluded, Grade, Policy, Suggestions};
pub use projection::{DiffPart, DiffSide, Projection, text_at};
pub use proposals::Decision;
pub use semantics::{Across, Bond, BondKind, Loss, Named, Part, Together, settle_together};
pub use trial::Trial;
pub use view::{Standing, Toggle, View, Why};
