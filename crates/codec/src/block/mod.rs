//! Blocks: logs of many replicas in columns, for catch-up, disk and snapshots.
//!
//! ```text
//! "MOTB" │ version │ checksum 32 │ columns varint │ (id, encoding, stored length, inflated length)… │ bytes…
//! ```
//!
//! The checksum covers everything after it, as stored. A column of unknown id is kept and written again
//! as it was.

mod columns;
mod cursor;
mod decode;
mod encode;
mod huffman;
mod structure;
mod verify;

use crate::boundaries::Boundaries;
use crate::frame::ChainHead;
use crate::keys::AuthorKey;
use clock::Seq;
use log::ReplicaLog;
use std::ops::Range;

pub use columns::{ForeignColumn, sizes};
pub use decode::decode;
pub use encode::{encode, encode_all};
pub use verify::{VerifyError, verify_chain};

/// The version of the format of blocks.
pub const BLOCK_VERSION: u8 = 2;
/// The version of blocks that hold texts only, or ops of all other kinds as in a frame.
const BLOCK_VERSION_TEXT: u8 = 1;

/// A part of one replica's log, to be encoded.
#[derive(Clone, Debug)]
pub struct PartRef<'a> {
    /// The log.
    pub log: &'a ReplicaLog,
    /// The part: it begins and ends with actions, and is not empty.
    pub range: Range<Seq>,
    /// Who writes it.
    pub author: AuthorKey,
    /// How the actions of the part were cut into frames; empty where that is not known.
    pub boundaries: Boundaries,
    /// The head of the chain at the end of the part, where there is one.
    pub head: Option<ChainHead>,
}

/// A part of one replica's log, as decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPart {
    /// Who writes it.
    pub author: AuthorKey,
    /// The first counter.
    pub start: Seq,
    /// The runs of the part, in a log that begins at `start` instead of at zero: all that reads logs
    /// reads it, from there on.
    pub log: ReplicaLog,
    /// How its actions were cut into frames; empty where that is not known.
    pub boundaries: Boundaries,
    /// The head of the chain at the end of the part, where there is one.
    pub head: Option<ChainHead>,
}

/// A block, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Parts of logs, in the order given.
    pub parts: Vec<LogPart>,
    /// Columns that this version does not know.
    pub foreign: Vec<ForeignColumn>,
}

impl<'a> PartRef<'a> {
    /// All of `log`.
    pub fn whole(log: &'a ReplicaLog, author: AuthorKey, boundaries: Boundaries, head: Option<ChainHead>) -> Self {
        Self { log, range: 0..log.end(), author, boundaries, head }
    }
}

impl LogPart {
    /// The part, to be encoded again.
    pub fn as_part(&self) -> PartRef<'_> {
        let range = self.start..self.log.end();
        PartRef { log: &self.log, range, author: self.author, boundaries: self.boundaries.clone(), head: self.head }
    }
}

/// How many actions `range` of `log` holds.
pub(crate) fn action_count(log: &ReplicaLog, range: Range<Seq>) -> u64 {
    let first = log.headers.partition_point(|run| run.range.end <= range.start);
    let cut = |run: &log::HeaderRun| (run.range.end.min(range.end) - run.range.start.max(range.start)) / run.each;
    log.headers[first..].iter().take_while(|run| run.range.start < range.end).map(|run| u64::from(cut(run))).sum()
}
