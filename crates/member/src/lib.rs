//! A member without a screen: it keeps documents, connects to a server, and comes back when that goes away.
//!
//! ```text
//!            ┌────────── Member ──────────┐
//! program ─► │ Shelf (StoredDocument ...) │ ─► Session ─► Line: connect, talk, wait ─► server
//! events  ◄─ │ the store, synced first    │ ◄─ Session ◄─────────────────────────────
//!            └────────────────────────────┘
//! Catalogue: the names of a server's documents, over HTTP
//! ```
//!
//! What is written here is on the own disk before it is sent, so that a member that was killed never
//! says twice what it said once. It draws no chance of its own: seeds are given to it.
//!
//! ```
//! use member::Address;
//! let (address, document) = Address::parse("http://127.0.0.1:4040/My%20notes").unwrap();
//! assert_eq!(address.to_string(), "http://127.0.0.1:4040");
//! assert_eq!(document.as_deref(), Some("My notes"));
//! ```

mod address;
mod backoff;
mod catalogue;
mod line;
mod member;
mod shelf;

pub use address::{Address, AddressError};
pub use backoff::Backoff;
pub use catalogue::{Catalogue, CatalogueError};
pub use member::{Event, Member, MemberError, Settings};
pub use shelf::{Keeping, Shelf};
