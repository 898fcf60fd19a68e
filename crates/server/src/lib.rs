//! A storage node: sync over WebSocket, documents over HTTP, metrics, the web app.
//!
//! Each document in memory belongs to one task, which owns its replica and its links; connections and
//! requests send it commands. So there is no lock around a document, and nothing to race with: unloading
//! is only forgetting a cache. It never looks into actions: what they mean is the business of the
//! [`Hub`].
//!
//! ```text
//! socket ─► Connection (greeting, rates) ─┐
//! request ─► routes (origin, token)      ─┼─► Registry ─► Document task ─► HubDocument ─► disk
//! socket ◄─ Outbox, 1 MiB ◄───────────────┴───────────── Link for each connection
//! ```
//!
//! A server may itself [`follow`] another one: then the documents of both are kept equal, whoever is
//! connected to which.
//!
//! ```
//! use server::{Token, check_listen};
//! let world = "0.0.0.0:4040".parse().unwrap();
//! assert!(check_listen(world, None).is_err());
//! assert!(check_listen(world, Some(&Token::new("a long random secret").unwrap())).is_ok());
//! ```

mod access;
mod assets;
mod blobs;
mod chores;
mod collect;
mod connection;
mod content;
mod document;
mod etag;
mod http;
mod hub;
pub mod limits;
mod logs;
mod metrics;
#[cfg(feature = "p2p")]
mod peers;
mod registry;
mod serve;
mod service;
mod stored;
mod upstream;
mod version_text;

pub use access::{Gate, ListenError, Origins, Reach, Token, check_listen};
pub use assets::{AppFiles, Asset, Assets, NoApp, Packing};
pub use blobs::DocumentBlobs;
pub use chores::{Caretaker, Chores, Watch, do_chores_regularly};
pub use collect::{collect_once, collect_regularly};
pub use content::{Content, DocumentType, NewType, make, parse_note, part, save};
pub use hub::{DocumentInfo, Hub, HubDocument, HubError};
pub use logs::{LogFormat, start_logs};
pub use metrics::{Counter, Gauge, Metrics};
#[cfg(feature = "p2p")]
pub use peers::{
    Guest, JoinPhase, Joined, Memory, PeerEvent, Peers, PeersError, Shared, TICKETS_MAX, TicketFacts, Way,
};
pub use serve::{Server, asked_to_stop};
pub use service::{Config, Service};
pub use stored::{
    BLOB_QUOTAS, Census, EPOCH_FIRST, KeyError, LoadError, OpenHubError, StoredDocument, StoredHub, action_json,
    bundle, conflicts_json, declared_json, examine_blobs, find_blobs, history_json, load, open_blobs, read_or_make_key,
    run_json, text_container, why_json,
};
pub use upstream::{FollowError, Upstream, follow};
pub use version_text::{read_version, write_version};
