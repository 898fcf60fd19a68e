//! What is active, and why.
//!
//! A [`View`] gives every element of a log a [`Standing`]: left out by a [`Policy`] (pinned to a
//! version, hidden, muted, held), undone by a control, or active. It keeps a [`model::Model`] in step,
//! toggling only what changed. A [`Projection`] shows any other view in one scan.
//!
//! ```text
//! MultiLog ──► View (policy, controls) ──► toggles ──► Model
//! ```
//!
//! It never changes a log, and the same log and policy give the same standings in whatever order the
//! log arrived.

mod changes;
mod controls;
mod policy;
mod projection;
mod view;

pub use changes::{CounterDiff, KeyDiff, ListDiff, ListSide, NodeDiff, counter_diff, key_diff, list_diff, node_diff};
pub use policy::{Excluded, Policy};
pub use projection::{DiffPart, DiffSide, Projection, text_at};
pub use view::{Standing, Toggle, View};
