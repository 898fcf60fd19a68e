//! JSON documents that many people edit at once, kept byte for byte.
//!
//! ```text
//! bytes ─► json::Tree ─► save ─► ops on containers ─► everybody's documents
//!                          ▲                                │
//!                schema ───┘        JSON, conflicts ◄─ read ┘
//! ```
//!
//! docs/JSON.md says which value lives in which container. Everything is kept: the order of members, the text of
//! numbers, keys that are there twice, white space. [`save`] compares a document with what it was made from, and makes
//! the least ops that lead there; whoever saves against an old version is merged with what came since. [`read`] gives
//! the document back, with whatever people wanted who did not know of each other.
//!
//! The crate never reads a clock, a disk or a network, and knows no domain.
//!
//! ```
//! use json::Tree;
//! use motet::{Document, ReplicaId};
//! let body = Tree::parse(br#"{"title": "Two", "tags": ["a"]}"#).unwrap();
//! let mut ann = Document::new(ReplicaId(1));
//! jsondoc::create(&mut ann, &body, None, 0).unwrap();
//! let mut bob = ann.fork(ReplicaId(2));
//!
//! let edit = |text: &str| Tree::parse(text.as_bytes()).unwrap();
//! jsondoc::save(&mut ann, None, &edit(r#"{"title": "Two voices", "tags": ["a"]}"#), 0).unwrap();
//! jsondoc::save(&mut bob, None, &edit(r#"{"title": "Two", "tags": ["a", "b"]}"#), 0).unwrap();
//! ann.receive_all(bob.actions_since(&ann.version())).unwrap();
//! assert_eq!(jsondoc::read(&ann).unwrap().text, r#"{"title": "Two voices", "tags": ["a", "b"]}"#);
//! ```

mod causes;
mod choose;
mod conflict;
mod duplicates;
mod editor;
mod held;
mod layout;
mod literal;
mod names;
mod outline;
mod read;
mod rows;
mod save;
mod source;
mod way;
mod write;

pub use conflict::{Alternative, Conflict};
pub use editor::{EditError, Editor};
pub use names::{is_json, shows_json};
pub use outline::{Entry, EntryChange, EntryId, Outline};
pub use read::{ReadError, Reading, Register, read, read_shown};
pub use rows::{Row, Rows, Touched};
pub use save::{SaveError, create, create_telling, save, save_telling};
pub use way::Places;
