//! Rich notes in documents that many people edit at once.
//!
//! ```text
//! Document ─► read ─► note::Note ─► Markdown, HTML
//!     ▲                   │
//!     └── save, import ◄──┘        command: what an editor's keys do
//! ```
//!
//! A note is kept in the engine's containers as docs/NOTES.md says: characters and paragraph marks in texts, properties
//! in maps beside them. Reading mends what merging may leave, and never writes. Saving compares and writes only what
//! differs, so that a file saved late merges as if its author had typed the changes then. The crate reads no time, no
//! disk, no network and no chance.
//!
//! ```
//! use motet::{Document, ReplicaId};
//! use note::markdown::{parse, print};
//!
//! let mut document = Document::new(ReplicaId(1));
//! notedoc::import(&mut document, parse("# Song\n\none *voice*\n"), 0);
//! let base = document.version();
//! notedoc::save(&mut document, &base, &parse("# Song\n\ntwo *voices*\n"), 0);
//! assert_eq!(print(&notedoc::read(&document)), "# Song\n\ntwo *voices*\n");
//! ```
#![forbid(unsafe_code)]

mod body;
pub mod clipboard;
pub mod command;
mod grid;
mod label;
mod look;
mod matching;
mod part;
mod polish;
mod read;
mod save;
pub mod schema;
mod section;

pub use look::{Look, Style};
pub use read::{read, read_model};
pub use save::{import, save, write};
pub use schema::is_note;
pub use section::section;
