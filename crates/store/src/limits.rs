//! What the store accepts at most. Limits are part of the contract: both stores refuse alike.

/// Bytes of one record. A frame is a few kilobytes and a block some hundreds; beyond this somebody is
/// storing a blob in the log.
pub const RECORD_BYTES_MAX: usize = 64 << 20;

/// Bytes of one snapshot. The disk's format takes 3 GiB; half a gigabyte still fits in memory twice.
pub const SNAPSHOT_BYTES_MAX: usize = 512 << 20;

/// Bytes of a meta value's name.
pub const META_NAME_BYTES_MAX: usize = 256;

/// Bytes of a meta value: a name, a date, a key, a page of settings.
pub const META_VALUE_BYTES_MAX: usize = 1 << 20;

/// Bytes that may wait for the disk before writers have to wait themselves. The batch that is being
/// written counts apart, so that a store holds at most twice this.
pub const QUEUE_BYTES_MAX: usize = 32 << 20;

/// Blobs that are not complete, at once: each takes some names and, while it is worked on, its outline.
pub const UNFINISHED_BLOBS_MAX: usize = 1024;

/// Unfinished blobs whose state is kept in memory, with at most 2 MiB each; that of others is read from their
/// bytes again when they go on.
pub const LOADED_BLOBS_MAX: usize = 32;

/// Bytes of a blob that one call reads.
pub const BLOB_READ_BYTES_MAX: usize = 1 << 20;
