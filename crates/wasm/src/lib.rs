//! The engine and sync for the browser.
//!
//! [`Engine`] is an editing replica that lives on the page, so that a keystroke never waits; [`Member`]
//! lives in a worker and talks to other members over whatever carries its bytes. The shapes of what
//! goes in and out are written down in `web/packages/client/src/engine`.
//!
//! Only this crate reads the browser's clock; it opens no socket and keeps nothing on disk.

mod anchor;
mod blob;
mod container;
mod deciding;
mod engine;
mod extent;
mod history;
mod js;
mod json;
mod meaning;
mod member;
mod name;
mod overlaps;
mod patch;
mod proposals;
mod read;
mod rich;
mod shelf;
mod snapshots;
mod ties;
mod value;
mod write;

pub use crate::blob::BlobReader;
pub use engine::Engine;
pub use member::Member;
