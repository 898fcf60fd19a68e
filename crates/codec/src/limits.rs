//! The one table of limits: how much of anything foreign bytes may claim.
//!
//! A decoder checks a claim against its limit before it acts on it; an encoder checks the same limit,
//! so that nothing is written that cannot be read. Limits may grow with a new version of the format,
//! never shrink.

/// The greatest value that something read or written may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited, with its unit.
    pub name: &'static str,
    /// The greatest value allowed.
    pub max: u64,
}

/// A value beyond its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {value} where at most {} are allowed", limit.name, limit.max)]
pub struct OverLimit {
    /// The limit.
    pub limit: Limit,
    /// The value, as far as it was counted.
    pub value: u64,
}

impl Limit {
    /// `value`, where it is within the limit.
    pub fn check(self, value: u64) -> Result<u64, OverLimit> {
        if value <= self.max { Ok(value) } else { Err(OverLimit { limit: self, value }) }
    }

    /// [`Limit::check`] for a length in memory.
    pub fn check_len(self, len: usize) -> Result<(), OverLimit> {
        self.check(len as u64).map(drop)
    }
}

macro_rules! table {
    ($($(#[$why:meta])* $id:ident = $name:literal, $max:expr;)*) => {
        $($(#[$why])* pub const $id: Limit = Limit { name: $name, max: $max };)*
        /// Every limit.
        pub const ALL: &[Limit] = &[$($id),*];
    };
}

table! {
    /// A paste of a long book fits many times over; a socket need not buffer more for one message.
    FRAME_BYTES = "bytes of a frame", 16 << 20;
    /// A second of busy typing is a dozen actions; an import of a whole history uses blocks.
    FRAME_ACTIONS = "actions in a frame", 1 << 16;
    /// Frames of a replica that was away for a while; longer absences are caught up by blocks.
    CHAIN_FRAMES = "frames in a chain", 1 << 12;
    /// A chain is one message: one whole frame of greatest size still fits.
    CHAIN_BYTES = "bytes of a chain", (16 << 20) + 1024;
    /// Two chains and whose they are.
    PROOF_BYTES = "bytes of a proof", (32 << 20) + 4096;
    /// What an author puts into one op, but for text, which can be cut: well within [`UNKNOWN_BYTES`], with everything
    /// that stands around it. Only for writing; readers go by the other limits.
    OP_BYTES = "bytes of an op", (4 << 20) - 1024;
    /// The same in memory: less than anybody may take to read it.
    OP_MEMORY = "bytes of memory of an op", 16 << 20;
    /// Replace-all in a long book makes tens of thousands of ops; a view must redo them at one go.
    ACTION_OPS = "ops in an action", 1 << 17;
    /// The text of thousands of printed pages; more is imported as several actions.
    ACTION_TEXT_BYTES = "bytes of text inserted by an op", 8 << 20;
    /// Half of what a replica can ever count, so that the sum of two never overflows a check.
    ACTION_COUNTERS = "counters of an action", 1 << 31;
    /// The last counter stays free, so that an end-exclusive counter always exists.
    SEQ = "counter of a replica", (u32::MAX - 1) as u64;
    /// The greatest whole number that every JavaScript engine holds exactly.
    LAMPORT = "logical time", (1 << 53) - 1;
    /// The end of the year 9999 in seconds since 1970, the last that calendars agree to show.
    TIME = "seconds since 1970", 253_402_300_799;
    /// As many seconds before 1970, so that a time and its mirror image are both valid.
    TIME_BEFORE = "seconds before 1970", 253_402_300_799;
    /// As wide as a frontier gets when every member of a large space writes at once.
    PARENTS = "parents of an action", 1 << 12;
    /// A hold on one colleague's work of years, cut by what others wrote in between.
    UNSEEN_SPANS = "unseen spans of an action", 1 << 14;
    /// A sentence in a history list; more belongs into the document.
    LABEL_BYTES = "bytes of a label", 512;
    /// As long as a path in a file system may be; keys are names, not contents.
    KEY_BYTES = "bytes of a key", 4096;
    /// A register is replaced as a whole, so what is larger should be a container or a blob.
    VALUE_BYTES = "bytes of a text or binary value", 1 << 20;
    /// Deep enough for any configuration; shallow enough for every thread's stack.
    VALUE_DEPTH = "nesting of a value", 64;
    /// Items of one list or map within a value; a longer one should be a container.
    VALUE_ITEMS = "items of a list or map value", 1 << 16;
    /// Concurrent writes of one register that one write replaces: one for each member at most.
    PRED = "writes replaced by an op", 1 << 14;
    /// Undoing a replace-all in a long book names a span for every place.
    TARGETS = "targets of a control", 1 << 17;
    /// A table of a hundred columns and a thousand rows at one go; more takes several ops.
    LIST_ITEMS = "items inserted into a list by an op", 1 << 17;
    /// A selection across as many places that moved; more takes several ops.
    RANGES = "ranges of a text named by an op", 1 << 14;
    /// Names of objects are one for each kind of thing that an application knows.
    OBJECT_KIND_BYTES = "bytes of the kind of an object", 64;
    /// Alternatives among which people choose; what has more should claim places of something.
    CONSTRAINED = "actions named by a constraint", 1 << 12;
    /// A name such as a room's and a day's.
    CLAIM_BYTES = "bytes of the name of a claim", 256;
    /// Seats of a stadium.
    CLAIM_PLACES = "places of a claim", 1 << 20;
    /// As long as a label: a sentence in a list of drafts.
    DRAFT_BYTES = "bytes of the name of a draft", 512;
    /// Storage nodes of a space, and the few people whose word it is.
    DECIDERS = "authors who may decide", 1 << 8;
    /// What gave way since the decision before it.
    DECIDED = "actions that a decision lists", 1 << 14;
    /// Some ten bytes for each replica, and a few for each MiB of its history.
    CERTIFICATE_BYTES = "bytes of a certificate", 1 << 20;
    /// A MiB of history each.
    PIECES = "pieces of trimmed history", 1 << 16;
    /// One per doubling of that, and one.
    PIECE_PATH = "hashes from a piece to the root", 17;
    /// Versions of the rules of choosing that there may ever be.
    RULES = "version of the rules", 1 << 16;
    /// So that sums over any number of actions stay exact.
    WEIGHT = "weight of an action", u16::MAX as u64;
    /// An hour of film: what is longer is several blobs.
    BLOB_BYTES = "bytes of a blob", blob::limits::BLOB_BYTES_MAX;
    /// What RFC 6838 allows for the longer half of a media type.
    MEDIA_TYPE_BYTES = "bytes of a media type", blob::limits::MEDIA_TYPE_BYTES_MAX as u64;
    /// Beyond what browsers draw, and small enough that the product of two sides never overflows.
    IMAGE_SIDE = "pixels of a side of an image", blob::limits::IMAGE_SIDE_MAX as u64;
    /// What an op that says its length may carry, be its kind known or from the future.
    UNKNOWN_BYTES = "bytes of an op with a length", 4 << 20;
    /// Every author that a busy space ever saw, with a new replica each day for years.
    REPLICAS = "replicas named", 1 << 20;
    /// One for every paragraph and cell of the largest documents.
    CONTAINERS = "containers named", 1 << 20;
    /// Replicas with history in one block.
    BLOCK_PARTS = "parts of a block", 1 << 16;
    /// What a store keeps as one value and a server sends as one catch-up chunk.
    BLOCK_BYTES = "bytes of a block", 256 << 20;
    /// This version knows 21; the rest is for versions to come.
    BLOCK_COLUMNS = "columns of a block", 64;
    /// The runs of one block; longer histories take several blocks.
    BLOCK_ROWS = "runs in a block", 1 << 22;
    /// As much as columns may hold once inflated, whatever else is allowed.
    INFLATED_BYTES = "bytes of a block inflated", 256 << 20;
    /// As much as LZ4 makes of one byte that stands everywhere in a column.
    INFLATE_RATIO = "bytes inflated from each compressed byte", 256;
    /// What a store keeps beside a document at most.
    IMAGE_BYTES = "bytes of an image", 512 << 20;
    /// Texts in one document.
    TEXTS = "texts of an image", 1 << 20;
    /// This version knows 20; the rest is for versions to come.
    KEPT_COLUMNS = "columns of what an image shows", 64;
    /// Four million runs each.
    IMAGE_BLOCKS = "blocks of an image", 1 << 12;
    /// One for each few thousand elements of each replica.
    IMAGE_SIGNATURES = "signatures of an image", 1 << 22;
    /// A chain of greatest length, or two versions of as many replicas as there may be; whoever reads holds one.
    BUNDLE_PART_BYTES = "bytes of a part of a bundle", 32 << 20;
    /// Chains of one part; longer histories take several parts.
    BUNDLE_CHAINS = "chains in a part of a bundle", 1 << 16;
    /// What is read before any of a document is taken in: twice what an image may have.
    BUNDLE_DOCUMENT_BYTES = "bytes of history of a document in a bundle", 1 << 30;
    /// As many names as fit into a part, and more than a store holds.
    BUNDLE_BLOBS = "blobs of older bundles", 1 << 19;
    /// Longer than any server takes.
    BUNDLE_NAME_BYTES = "bytes of the name of a document in a bundle", 1024;
}

/// What decoding may take in memory before the length of the input counts, in bytes.
pub const WEIGHT_FREE: u64 = 40 << 20;
/// What decoding may take in memory for each byte of input, in bytes: with [`WEIGHT_FREE`] well below
/// 64 MiB + 16 × input, which leaves room for what allocators add.
pub const WEIGHT_PER_BYTE: u64 = 12;

/// What decoding `len` bytes may take in memory, in bytes.
pub fn weight_max(len: usize) -> u64 {
    WEIGHT_FREE + WEIGHT_PER_BYTE * len as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_holds_at_its_edge() {
        for limit in ALL {
            assert_eq!(limit.check(limit.max), Ok(limit.max), "{}", limit.name);
            assert!(limit.check(limit.max + 1).is_err(), "{}", limit.name);
            assert!(limit.check(1 << 63).is_err(), "{}", limit.name);
            assert!(
                limit.max < u64::from(u32::MAX)
                    || limit.name.contains("time")
                    || limit.name.contains("seconds")
                    || limit.name.contains("blob")
            );
        }
    }

    #[test]
    fn messages_say_what_and_how_much() {
        let error = KEY_BYTES.check(5000).unwrap_err();
        assert_eq!(error.to_string(), "bytes of a key: 5000 where at most 4096 are allowed");
    }
}
