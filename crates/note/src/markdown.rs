//! Markdown: CommonMark with GitHub's tables, tasks and strikethrough, and with footnotes.

pub(crate) mod html;
mod inline;
mod like;
mod read;
mod write;

pub use like::print_like;
pub use read::parse;
pub use write::print;

use pulldown_cmark::Options;

/// The language: what is read is what is written.
fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}
