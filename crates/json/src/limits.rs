//! How much of everything a document may have. All limits of this crate, in one table.

/// Bytes of a document. Offsets are kept in 32 bits; this is 16 times the greatest body that the server takes,
/// and with the nodes below it bounds the memory of a merge to about a gigabyte.
pub const BYTES_MAX: usize = 64 << 20;

/// Arrays and objects inside each other. Merging recurses once for each; 256 levels fit a browser's stack of 1 MiB
/// with room to spare, and nothing that people made comes near (`serde_json` stops at 128).
pub const DEPTH_MAX: usize = 256;

/// Values of a document. Each takes 28 bytes beside the text, so `[0,0,0,…` cannot take more than 224 MiB.
pub const NODES_MAX: usize = 8 << 20;

/// Rules of a schema. Every step down a document tries the rules that still may match.
pub const RULES_MAX: usize = 256;

/// Steps of a rule's pattern: as deep as a document may be.
pub const PATTERN_STEPS_MAX: usize = DEPTH_MAX;

/// Bytes from which a renamed member is recognised by its value. Shorter values are equal by chance.
pub(crate) const RENAME_BYTES_MIN: usize = 24;

/// Bytes from which a string with blanks is merged as text, where no schema says. Shorter ones are titles and
/// names, which people replace rather than edit.
pub(crate) const TEXT_BYTES_MIN: usize = 32;

/// Numbers up to which an array of only numbers counts as one value, where no schema says: a 4 by 4 matrix.
pub(crate) const VECTOR_LEN_MAX: usize = 16;

/// Pairs of items that are compared one by one within one gap of a list; beyond that, items vote by their members.
pub(crate) const GAP_PAIRS_MAX: usize = 1_024;

/// Items that may share a member before that member says nothing about which item is which.
pub(crate) const POSTINGS_MAX: usize = 8;

/// Items or words that are compared by Myers' algorithm at once: at worst a few million steps. Of more, only what occurs
/// once or stands at an end is found to be in common.
pub(crate) const MYERS_LEN_MAX: usize = 2_048;

/// What part of two items must be equal for one to be the other, edited; in 256ths.
pub(crate) const SIMILAR_MIN: u32 = 128;

/// Members of an object, items of an array or words of a string that are looked at to tell how similar two are.
pub(crate) const FEATURES_MAX: usize = 64;
