//! Rich notes in a flat form, and their text formats.
//!
//! ```text
//! Markdown ─► parse ─► Note ─► print ─► Markdown, in one canonical form
//!                       │
//!                       └─► print_like(original) ─► Markdown, unchanged where the note is
//! ```
//!
//! A [`Note`] is a row of [`Block`]s. None contains another: each carries the quotes and list items that it stands in,
//! which is how a replicated sequence of characters and paragraph marks can hold it. Text is a row of [`Run`]s, each
//! with its [`Marks`]. The crate is pure: it reads no time, no disk, no network and no chance, and knows no container of
//! the engine. Every text is some Markdown, so that reading cannot fail, and what is read is bounded.
//!
//! ```
//! let note = note::markdown::parse("Two *voices*\n============\n\n* one\n* two");
//! assert_eq!(note::markdown::print(&note), "# Two *voices*\n\n- one\n- two\n");
//! ```
#![forbid(unsafe_code)]

mod block;
pub mod html;
mod inline;
mod level;
pub mod limits;
pub mod markdown;
mod normal;

pub use block::{Align, Block, Footnote, Kind, Note, Table};
pub use inline::{Content, Line, Link, Marks, Run};
pub use level::{Level, List};
pub use normal::{Broken, fitted_levels, normal_blocks, plain_label};
