//! Carries the protocol of `sync` over WebSocket: one binary message is one message.
//!
//! It knows sockets, queues and rates, and nothing of documents.
//!
//! ```text
//! document tasks ─► Outbox ═ bounded ═► Outlet ─► Writer ─► socket ─► Reader ─► Bucket ─► the session
//! ```
//!
//! ```
//! let (outbox, _outlet) = net::outbox(1 << 20);
//! assert_eq!(outbox.room(), 1 << 20);
//! assert!(outbox.push(vec![0; 1000]));
//! assert_eq!(outbox.room(), (1 << 20) - 1000);
//! ```

mod bucket;
mod outbox;
mod socket;

pub use bucket::Bucket;
pub use outbox::{Outbox, Outlet, outbox};
pub use socket::{Reader, Socket, SocketError, Writer, connect, derive_accept_key};
