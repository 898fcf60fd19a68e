//! The one table of limits of a server, with the reason for each. Those of the protocol are in
//! [`sync::limits`].

use std::time::Duration;

/// Connections at once, of all kinds: well below the usual 1024 file descriptors of a process.
pub const CONNECTIONS_MAX: usize = 900;

/// Connections at once from one address: two hundred members behind one router, with room.
pub const CONNECTIONS_OF_ADDRESS_MAX: usize = 500;

/// Sockets at once that have not greeted: bounds what strangers can hold.
pub const STRANGERS_MAX: usize = 200;

/// Documents open at once on one connection.
pub const DOCUMENTS_OF_CONNECTION_MAX: usize = 256;

/// The body of a request: a text of the length of the longest parcel.
pub const BODY_BYTES_MAX: usize = sync::limits::PARCEL_BYTES_MAX;

/// A text that is saved as one action, in bytes: with everything around it still one parcel.
pub const TEXT_BYTES_MAX: usize = sync::limits::PARCEL_BYTES_MAX / 2;

/// Blocks, pieces of lines and cells of a note that is saved: a book of a thousand pages has fewer, and more take minutes.
pub const NOTE_PARTS_MAX: usize = 1 << 17;

/// Quotes and list items that one line of Markdown begins. Each costs a step for each line behind it that goes on
/// without marks, so thousands of them would keep a document busy for seconds.
pub const MARKERS_OF_LINE_MAX: usize = 256;

/// The name of a document, in bytes of UTF-8.
pub const DOCUMENT_NAME_BYTES_MAX: usize = 200;

/// A version in a query, in bytes.
pub const VERSION_TEXT_BYTES_MAX: usize = 16 << 10;

/// Messages that wait for one connection's socket, in bytes.
pub const OUTBOX_BYTES_MAX: usize = 1 << 20;

/// Messages a second from one connection, and at once. Twenty carets and twenty acknowledgements a
/// second for a few documents are far below.
pub const MESSAGES_PER_SECOND: u64 = 1_000;
/// See [`MESSAGES_PER_SECOND`].
pub const MESSAGES_BURST: u64 = 5_000;

/// Bytes a second from one connection, and at once.
pub const BYTES_PER_SECOND: u64 = 16 << 20;
/// See [`BYTES_PER_SECOND`].
pub const BYTES_BURST: u64 = 64 << 20;

/// Commands that wait for one document's task; more make connections wait, and requests fail.
pub const COMMANDS_MAX: usize = 4096;

/// Commands that a document's task deals with between two syncs of its store.
pub const BATCH_MAX: usize = 1024;

/// The time for the headers of a request, and for a whole request.
pub const HEADER_TIME: Duration = Duration::from_secs(10);
/// See [`HEADER_TIME`].
pub const REQUEST_TIME: Duration = Duration::from_secs(60);

/// The time for one message to leave: who takes longer does not read.
pub const WRITE_TIME: Duration = Duration::from_secs(30);

/// The time after which a document that nobody uses is forgotten. Only memory is freed by it.
pub const UNLOAD_AFTER_MS: u64 = 60_000;

/// The pause after which a document's task looks again whether a full outbox has room.
pub const ROOM_CHECK_MS: u64 = 20;

/// How many links of a document make the rest between two batches a millisecond longer: two hundred
/// people get news forty times a second.
pub const LINKS_PER_REST_MS: u64 = 8;

/// The longest such rest, in milliseconds: nobody sees it.
pub const REST_MS_MAX: u64 = 25;

/// The time that connections get to end on their own when the server stops.
pub const DRAIN_TIME: Duration = Duration::from_secs(10);

/// Bytes of new records after which an image of a document is kept, where the last image is not longer: the
/// document stands still meanwhile, a tenth of a second where it is long, so two hundred people who never
/// rest should not see it more often than twice a minute.
pub const IMAGE_AFTER_BYTES: usize = 16 << 20;

/// The quiet after which an image of a document is kept, in milliseconds: what a crash leaves without one
/// is a document that somebody was writing in.
pub const IMAGE_AFTER_QUIET_MS: u64 = 5_000;

/// How many times as long as the last image took the quiet lasts at least: who writes now and then in a
/// long document does not have it written again for each pause.
pub const IMAGE_QUIET_FACTOR: u64 = 50;

/// ETags that a document's task remembers with their versions.
pub const ETAGS_MAX: usize = 256;

/// Runs in one page of history.
pub const HISTORY_PAGE_MAX: usize = 500;

/// The longest pause within the body of a blob.
pub const BLOB_IDLE_TIME: Duration = Duration::from_secs(30);

/// Bytes of a blob that are written or read at a time: what a connection holds in memory.
pub const BLOB_STEP_BYTES: usize = 256 << 10;

/// Bytes of all blobs that a server keeps, unless it is told otherwise.
pub const BLOBS_BYTES: u64 = 64 << 30;

/// Bytes of the blobs that count for one document, unless it is told otherwise.
pub const BLOBS_OF_DOCUMENT_BYTES: u64 = 8 << 30;

/// The time between two collections of blobs: what nothing names takes room for a day anyway.
pub const BLOB_COLLECT_TIME: Duration = Duration::from_secs(3600);
