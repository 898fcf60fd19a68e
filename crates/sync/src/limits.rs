//! The one table of limits of the protocol, with the reason for each.
//!
//! A decoder refuses a message that passes one of these; an encoder panics, since a member that builds
//! such a message has a bug. None has a default that may grow with what the other side says.

/// The longest parcel, in bytes: a large paste is one action, and an action is never cut.
pub const PARCEL_BYTES_MAX: usize = 8 << 20;

/// The longest message, in bytes: one parcel of the greatest length and everything around it.
pub const MESSAGE_BYTES_MAX: usize = PARCEL_BYTES_MAX + (1 << 10);

/// The longest first message, in bytes: all that a member hears from somebody it does not know yet.
pub const HELLO_BYTES_MAX: usize = 8 << 10;

/// How many bytes of parcels one message carries, as long as it carries more than one: short enough
/// that progress shows and a keystroke waits behind one chunk only.
pub const CHUNK_BYTES_MAX: usize = 256 << 10;

/// How many parcels one message carries: bounds the memory for what stands around their bytes.
pub const PARCELS_MAX: usize = 4096;

/// How many bytes of parcels may be under way without an acknowledgement, for each document: four
/// chunks keep a line of 20 MB/s and 50 ms busy.
pub const WINDOW_BYTES_MAX: usize = 1 << 20;

/// How many bytes of parcels are answered at once: half a window, so that the other side never waits
/// for the rest of the time.
pub const RECEIVED_BYTES_MAX: usize = WINDOW_BYTES_MAX / 2;

/// The time after which what came is acknowledged, in milliseconds: in a crowd that types, ten answers
/// a second and not one for each key. What people look at is whether it is durable, which nothing delays.
pub const RECEIVED_DELAY_MS: u64 = 100;

/// How many replicas a version may name: a replica a day for a hundred and eighty years.
pub const VERSION_ENTRIES_MAX: usize = 65_536;

/// How many spans one request may name.
pub const SPANS_MAX: usize = 4096;

/// How many ids the frontier of a presence may name; a greater one is left out.
pub const FRONTIER_IDS_MAX: usize = 64;

/// The longest name of a person, in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 64;

/// The longest name of a container in a presence, in bytes.
pub const PLACE_BYTES_MAX: usize = 64;

/// The longest bearer token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 512;

/// The longest explanation of a refusal, in bytes of UTF-8.
pub const REASON_BYTES_MAX: usize = 512;

/// How many presences one message carries.
pub const PRESENCES_MAX: usize = 256;

/// How many members are shown for each document; later ones are not.
pub const ROSTER_MEMBERS_MAX: usize = 1024;

/// How many documents one session has open.
pub const DOCUMENTS_MAX: usize = 1024;

/// The time between two presence messages of one document, in milliseconds: twenty a second.
pub const PRESENCE_INTERVAL_MS: u64 = 50;

/// The time after which an unchanged presence is repeated, in milliseconds.
pub const PRESENCE_REPEAT_MS: u64 = 2_000;

/// The time after which a member that was not heard of is gone, in milliseconds: two repeats and a bit.
pub const PRESENCE_GONE_MS: u64 = 5_000;

/// The time for which a document must be quiet before hashes are exchanged, in milliseconds.
pub const HASHES_QUIET_MS: u64 = 500;

/// The time for the first message to arrive, in milliseconds. Traffic does not lengthen it.
pub const HELLO_DEADLINE_MS: u64 = 10_000;

/// The silence after which the side that began the session asks whether the other is there.
pub const PING_AFTER_MS: u64 = 15_000;

/// The silence after which the other side counts as gone, in milliseconds.
pub const SILENCE_MAX_MS: u64 = 45_000;

/// How many blobs one message says are lacking; the others are said as these arrive.
pub const BLOB_LACKS_MAX: usize = 256;

/// How many ranges of pieces one offer names: pieces arrive in order from each giver, so gaps are few.
pub const BLOB_RANGES_MAX: usize = 1024;

/// How many hashes of pieces one message carries: as many bytes as a piece.
pub const OUTLINE_NODES_MAX: usize = 2048;

/// How many parts of blobs one member may have asked for and not got, for each document: far more than an
/// honest one asks for at once.
pub const BLOB_ASKS_MAX: usize = 64;

/// How many blobs of one document are on their way at once; the others wait for their turn.
pub const BLOBS_AT_ONCE_MAX: usize = 8;

/// How many bytes of blobs go out to one member at a time, so that what is live gets between them.
pub const BLOB_ANSWER_BYTES: usize = 128 << 10;

/// The time after which a part that was asked for is asked of somebody else, in milliseconds.
pub const BLOB_ASK_MS: u64 = 30_000;

/// How often a member looks whether blobs that it or others lack came by another way, in milliseconds.
pub const BLOB_LOOK_MS: u64 = 2_000;

/// The time after which a blob is tried again for which there was no room, in milliseconds.
pub const BLOB_RETRY_MS: u64 = 60_000;

/// A piece that takes this much longer than the quickest one, in milliseconds, waits in a queue, and a live
/// edit behind it does so too: fewer are asked for at once.
pub const BLOB_QUEUED_MS: u64 = 150;

/// The longest ticket, in characters: all addresses of the longer kind and the longest name.
pub const TICKET_CHARS_MAX: usize = 512;

/// How many addresses a ticket names: those of two networks, in both kinds, with room.
pub const TICKET_ADDRESSES_MAX: usize = 8;

/// The longest name of a document in a ticket, in bytes of UTF-8: longer ones are cut, since a QR code grows with it.
pub const TICKET_NAME_BYTES_MAX: usize = 48;
