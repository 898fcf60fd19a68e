//! Carries the protocol of `sync`: over WebSocket, where one binary message is one message; from member to
//! member without a server ([`Node`], feature `p2p`); and within a process, for tests.
//!
//! It knows sockets, queues and rates, and nothing of documents. [`Transport`] is what all of them are.
//!
//! ```text
//! document tasks ─► Outbox ═ bounded ═► Outlet ─► Outgoing ─► Transport ─► Incoming ─► Bucket ─► the session
//!                                                     WebSocket │ QUIC │ memory
//! ```
//!
//! ```
//! let (outbox, _outlet) = net::outbox(1 << 20);
//! assert_eq!(outbox.room(), 1 << 20);
//! assert!(outbox.push(vec![0; 1000]));
//! assert_eq!(outbox.room(), (1 << 20) - 1000);
//! ```

mod bucket;
#[cfg(feature = "p2p")]
mod framing;
mod memory;
#[cfg(feature = "p2p")]
mod node;
mod outbox;
mod socket;
#[cfg(feature = "p2p")]
mod stream;
mod transport;

pub use bucket::Bucket;
pub use memory::{Memory, MemoryIncoming, MemoryOutgoing, memory};
#[cfg(feature = "p2p")]
pub use node::{Discovery, Knock, Node, NodeError, NodeKey};
pub use outbox::{Outbox, Outlet, outbox};
pub use socket::{Reader, Socket, SocketError, Writer, connect, derive_accept_key};
#[cfg(feature = "p2p")]
pub use stream::{Stream, StreamIncoming, StreamOutgoing};
pub use transport::{Incoming, Outgoing, Transport};
