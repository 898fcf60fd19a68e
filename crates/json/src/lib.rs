//! JSON kept byte for byte, compared and merged by structure.
//!
//! ```text
//! bytes ─► Tree ─┬─► diff(base, other, schema) ─► changes ─► sentences
//!                ├─► merge(base, ours, theirs, schema) ─► tree and conflicts
//!                └─► edit ─► another Tree, little of its text changed
//! ```
//!
//! A [`Tree`] is the text itself with an index of its values, so nothing about it is lost. A [`Schema`], itself JSON,
//! says which arrays are sets, what identifies items, and what counts as one value; without one, sensible guesses are
//! made. The crate is pure: it reads no time, no disk, no network and no chance, and knows no container of the engine
//! and no domain. It never recurses deeper than a document may be, and a document that is none is an error, never
//! a panic.
//!
//! ```
//! use json::{Schema, Tree, merge};
//! let parse = |text: &str| Tree::parse(text.as_bytes()).unwrap();
//! let base = parse(r#"{"title": "Two", "tags": ["a"]}"#);
//! let ours = parse(r#"{"title": "Two voices", "tags": ["a"]}"#);
//! let theirs = parse(r#"{"title": "Two", "tags": ["a", "b"]}"#);
//! let merged = merge(&base, &ours, &theirs, &Schema::default());
//! assert_eq!(merged.tree.as_str(), r#"{"title": "Two voices", "tags": ["a", "b"]}"#);
//! assert!(merged.conflicts.is_empty());
//! ```
#![forbid(unsafe_code)]

mod both;
mod common;
mod conflict;
mod content;
mod diff;
mod edit;
mod error;
pub mod limits;
mod matching;
mod merge;
mod number;
mod pairs;
mod parse;
mod plan;
mod schema;
mod style;
mod swar;
mod text;
mod tree;

pub use conflict::{Conflict, ConflictKind, Taken};
pub use diff::order::ascending;
pub use diff::{Change, Names, diff};
pub use edit::{Edit, quoted};
pub use error::{ParseError, Problem};
pub use merge::{Merged, merge, merge_new};
pub use pairs::Pairs;
pub use schema::{Place, Rule, Schema, SchemaError, Shape};
pub use style::{Ends, Style};
pub use text::{Piece, TextEdit, TextMerge, merge_text, text_edits};
pub use tree::{Children, Kind, NodeId, Tree};
