//! Documents kept in a [`Store`](store::Store): the log is the document, and what is in memory is a cache.
//!
//! ```text
//! parcels ─► Replica (in memory) ─ export what is not on disk ─► store, synced ─► durable
//! open    ◄─ Replica ◄─ import everything, causes first ◄─────── records
//! ```
//!
//! The server has a writer stream of its own, for saves over HTTP: a key in the directory, and a replica
//! id that is new each time the directory is opened.

mod blobs;
pub mod bundle;
mod census;
mod cold;
mod document;
mod etags;
mod history;
mod hub;
mod kept_type;
mod key;
mod load;
mod loader;
mod meaning;
mod recent;
mod share;

pub use blobs::{BLOB_QUOTAS, examine_blobs, find_blobs, open_blobs};
pub use census::Census;
pub use document::{StoredDocument, text_container};
pub use history::{history_json, run_json};
pub use hub::{OpenHubError, StoredHub};
pub use key::{KeyError, read_or_make_key};
pub use load::{EPOCH_FIRST, LoadError, load};
pub use meaning::{action_json, conflicts_json, declared_json, why_json};
