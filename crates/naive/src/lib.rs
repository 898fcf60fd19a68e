//! An oracle for the engine: slow, from scratch, and written from the design alone. Tests only.
//!
//! Why this exists: a fast engine that agrees with itself may still be wrong. [`Naive`] keeps a set of
//! actions and nothing else; every question is answered by reading all of them again, by definitions
//! that fit on a page each. Whoever builds an engine delivers the same actions to both and compares.
//! [`World`] makes the actions: random histories of authors who hide, hold and pin what they please, with plain
//! texts, with rich ones, with forgers among them, with what authors declare of actions, or with proposals.
//!
//! ```text
//! World ── Author ── Edit ──► Action ──► Naive ── Policy ──► Standing of every element
//!                                          │                        │
//!                                          └─ order (Fugue tree) ───┴─► State
//!                                                 └─ moves ── marks ─────┘
//! ```
//!
//! It never caches, never takes a short cut, and shares no code with the engine but the types of
//! `clock` and the actions of `log`. Nothing but tests may depend on it.
//!
//! ```
//! use clock::ReplicaId;
//! use log::{ContainerId, Kind};
//! use naive::{Author, Edit, Policy};
//! let text = ContainerId::root(Kind::Text, "text");
//! let (mut ann, mut bob) = (Author::new(ReplicaId(1)), Author::new(ReplicaId(2)));
//! let greeting = ann.commit(&[Edit::insert(text, 0, "hello")]);
//! bob.naive.receive(greeting.clone());
//! bob.commit(&[Edit::Undo { targets: vec![greeting.span()] }, Edit::insert(text, 0, "bye")]);
//! assert_eq!(bob.state().text(text), "bye");
//! assert_eq!(ann.naive.state(&Policy::default()).text(text), "hello");
//! ```

mod author;
mod decided;
mod declare;
mod forge;
mod history;
mod list;
mod made;
mod marks;
mod meaning;
mod moves;
mod order;
mod overlap;
mod parts;
mod policy;
mod random;
mod registers;
mod rich;
mod selection;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod world;

pub use author::{Author, Direction, Edit, Grows};
pub use history::Naive;
pub use list::Item;
pub use policy::{Grade, Policy, Standing};
pub use random::Random;
pub use state::{Entry, State};
pub use text::Text;
pub use tree::{Node, Tree};
pub use world::{Event, Step, World};
