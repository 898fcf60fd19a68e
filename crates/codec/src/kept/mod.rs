//! What a document shows, in columns: the part of an image that readers are answered from.
//!
//! What texts read stands beside it. A decoder checks all that answering relies on: rows ascend, numbers name
//! something, parts cover their text. That the history leads to what is shown it takes on trust, as an image's texts.

mod columns;
mod decode;
mod encode;
mod ids;

pub(crate) use decode::decode;
pub(crate) use encode::encode;

/// What a row of a map or a list takes in memory, beside its value's content.
const REGISTER_WEIGHT: u64 = 64;
/// What a part of a text takes in memory.
const RUN_WEIGHT: u64 = size_of::<model::KeptRun>() as u64;
/// What a name takes in memory, beside its characters; a container takes no more.
const NAME_WEIGHT: u64 = 64;
