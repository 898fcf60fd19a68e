//! Babble: an editor for a terminal, in which several people write one text at once, offline or not, and nobody's work is
//! lost. It is what the research project Joyce showed itself with, written again on Motet: an example of an application
//! whose history and conflicts are there to be seen.
//!
//! ```text
//! keys ──► Screen ──► Document of a Member in memory ◄──► storage node in this process ◄──► others
//!            │                                                  │
//!            └── draw                                           └── a directory: nothing is saved by hand
//! ```
//!
//! - What shows and won against something that does not is light red; the line below says who gave way to whom, and what
//!   it was. One decides now, later or never.
//! - The history is that of a *place*: what touched the text where the caret is. Any of it is undone or done again by
//!   itself, whoever wrote it; what goes along with it is marked before.
//! - There are no files to save. A text is *kept* under a name at any time, looked at, and gone back to by going on.
//!
//! [`screen`] knows keys and the document, and no terminal; [`draw`] puts it on one; [`desk`] knows directories and
//! networks.

pub mod desk;
pub mod draw;
pub mod page;
pub mod rows;
pub mod screen;
