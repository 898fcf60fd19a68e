//! Identity and causality: who wrote what, and how much of everybody's writing somebody has.
//!
//! Everything in Motet is named by an [`Id`]: the replica that made it and a counter. Counters of one
//! replica run from zero without gaps, so a consecutive run of elements is a [`Span`], what a member
//! has of every replica is a [`VersionVector`], and the newest actions that nothing follows are a
//! [`Frontier`].
//!
//! This crate depends on nothing and reads no time, no randomness and no memory but its arguments.
//!
//! ```
//! use clock::{Id, ReplicaId, Span, VersionVector};
//! let ann = ReplicaId(7);
//! let mut have = VersionVector::new();
//! have.extend_to(ann, 3); // Ann's elements 0, 1 and 2
//! assert!(have.contains(Id::new(ann, 2)));
//! assert!(!have.contains(Id::new(ann, 3)));
//! assert_eq!(have.missing_from(&VersionVector::new()), [Span::new(ann, 0, 3)]);
//! ```

mod frontier;
mod ids;
mod ranges;
mod sorted;
mod version;

pub use frontier::Frontier;
pub use ids::{DocumentId, Id, Lamport, ParseDocumentIdError, ReplicaId, Seq, Span};
pub use ranges::{RangeMap, RangeSet};
pub use sorted::{Iter as SortedIter, Place, SortedMap, SortedSet};
pub use version::VersionVector;
