//! The greatest part of what happened in which no constraint is broken.
//!
//! A [`Graph`] holds actions by number, in canonical order, and what they mean together: which comes before which, which
//! needs which, of which only so many may be. [`select`] says of each action whether it is active, and why not, where it is
//! not; [`schedule`] puts those that are into an order.
//!
//! ```text
//! Graph ──► what is out, what needs it ──► parts ──► kernels ──► exact ─────┐
//!                                            │                              ├──► Selection ──► schedule
//!                                            └─► too large for that: nearly ┘
//! ```
//!
//! It knows neither logs nor views, keeps nothing from one call to the next, and reckons in whole numbers: the same graph
//! gives the same answer everywhere, in whatever order its constraints were added.
//!
//! ```
//! use reconcile::{Fate, Graph, select};
//! let mut graph = Graph::new();
//! let [ann, bob, tea] = [3, 2, 2].map(|weight| graph.add(weight));
//! graph.conflict(ann, bob); // One room for two meetings;
//! graph.enables(bob, tea); // and tea is for the second.
//! let selection = select(&graph);
//! assert_eq!(selection.fate(ann).is_active(), false); // The two weigh more.
//! assert_eq!(selection.fate(tea), &Fate::Active);
//! ```

mod exact;
mod graph;
mod kernel;
mod lists;
mod near;
mod part;
mod schedule;
mod select;
#[cfg(test)]
mod tests;
mod why;

pub use graph::{AnyOf, AtMost, Graph, Index, WEIGHT_MAX};
pub use schedule::schedule;
pub use select::{Selection, select};
pub use why::{Fate, Loss};
