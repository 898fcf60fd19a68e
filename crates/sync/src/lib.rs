//! How two members make their documents equal, over any channel that is ordered and may break.
//!
//! Nothing here reads time, network, disk or chance: bytes and the time go in, bytes and events come
//! out. Actions are opaque parcels; what they mean is the business of the host, a [`Replica`].
//!
//! ```text
//!            bytes ─► Message::decode ─► Channel ─► Link, one for each document ─► Replica (the host)
//! Session:                               greeting    versions, chunks, tail,          import, export,
//!            bytes ◄─ Message::encode ◄─ silence  ◄─ acknowledgements, carets, hashes  version, hashes
//!
//! Exchange: many sessions of one member; what one brings goes on to the others.
//! ```
//!
//! A server that keeps each document in a task of its own uses [`Channel`] for the connection and a
//! [`Link`] within each task; everybody else uses [`Session`] or [`Exchange`].
//!
//! ```
//! use sync::{Message, RefusalCode};
//! let bytes = Message::Ping(300).encode();
//! assert_eq!(bytes, [12, 0xac, 0x02]);
//! assert_eq!(Message::decode(&bytes), Ok(Message::Ping(300)));
//! assert!(Message::decode(&[12, 0xac, 0x02, 0]).is_err());
//! assert_eq!(RefusalCode::NoDocument.to_string(), "no-document");
//! ```

mod blobs;
mod channel;
mod error;
mod event;
mod exchange;
mod host;
pub mod limits;
mod link;
mod message;
mod presence;
mod roster;
mod session;
mod ticket;
mod wire;

pub use blobs::{BlobEvent, BlobHost, BlobTraffic};
pub use channel::{Admission, Channel, Config, Heard, Role, refusal};
pub use error::{DecodeError, ProtocolError, RefusalCode};
pub use event::Event;
pub use exchange::{Exchange, PeerKey};
pub use host::{Epoch, Hashes, ImportOutcome, Parcel, Refusal, Rejection, Replica};
pub use link::{Link, Stamp, Trust};
pub use message::{BlobMessage, BlobPart, Hello, Message, PROTOCOL, Proof, Standing};
pub use presence::{Anchor, Bias, Figure, MemberId, Presence, Selection};
pub use session::Session;
pub use ticket::{Ticket, TicketError};
