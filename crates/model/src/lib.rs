//! What a document looks like: containers that turn changes on and off.
//!
//! A container takes in every op there is, active or not, and afterwards turns any of them on or off at
//! any time, in any order: its state is a function of the set of ops and of which are active. It never
//! fails on a valid op, knows nothing of views or of the network, and reads no time.
//!
//! ```text
//! op ──► insert (once) ──► set_inserted / set_deleted (any number of times) ──► text, patch, hash
//! ```

mod ascent;
mod counter;
mod digest;
mod document;
mod hanging;
mod kept;
mod list;
mod map;
mod moves;
mod patch;
mod register;
mod sequence;
mod series;
mod shown;
mod text;
mod tree;

pub use counter::Counter;
pub use document::{Model, ModelBuilder, Patch};
pub use kept::{Kept, KeptLists, KeptMaps, KeptRegisters, KeptRun, KeptText, KeptTrees, Rows};
pub use list::{List, ListChange, ListPatch};
pub use map::Map;
pub use patch::{Splice, TextPatch};
pub use sequence::Neighbours;
pub use shown::{Shown, ShownList, ShownMap, ShownRun, ShownText, ShownTree};
pub use text::{Grows, RichRun, Text, TextBuilder, TextLen, TextRun, split_chars};
pub use tree::{Outline, Tree, TreeChange, TreePatch};
