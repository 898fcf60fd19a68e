//! The one table of limits of blobs, with the reason for each.

/// The bytes of a piece, the least that is verified by itself: big enough that its hash costs little beside
/// it (a two-thousandth), small enough that a keystroke waits behind one for 50 ms on a line of 10 Mbit/s.
/// A power of two of BLAKE3's chunks of 1 KiB, so that its hash is a node of the blob's tree.
pub const PIECE_BYTES: usize = 64 << 10;

/// The longest blob, in bytes: an hour of film. Its outline, which is kept in memory while it arrives, has
/// 2 MiB.
pub const BLOB_BYTES_MAX: u64 = 4 << 30;

/// A media type, in bytes: what RFC 6838 allows for the longer of its halves.
pub const MEDIA_TYPE_BYTES_MAX: usize = 127;

/// The longest side of an image, in pixels: beyond what browsers draw, and small enough that products of
/// two sides never overflow.
pub const IMAGE_SIDE_MAX: u32 = 1 << 20;

/// What is looked at to find out what a blob is, in bytes from its start: photographs carry their size after
/// a preview of up to 64 KiB and a colour profile.
pub const SNIFF_BYTES_MAX: usize = 256 << 10;

/// Pieces under way from one giver: 256 KiB, so that a line is kept busy, and a live edit waits behind no more.
pub const PULL_WINDOW: usize = 4;
