//! The engine's byte formats, wire and disk: the only place where foreign bytes become engine types.
//!
//! A [`Frame`] carries live edits of one replica: small, sealed by hash and signature. A [`block`]
//! carries logs of many replicas in columns, for catch-up, disk and snapshots; it keeps where frames
//! ended, so that their hashes can be made again and a stranger's history be checked. A bundle carries chains and
//! blobs of many documents in one file, part by part.
//!
//! ```text
//! Action ─ encode ─► frame ─ seal ─► bytes ═══► verify ─► decode ─► Action
//! log runs ─ columns ─ lz4 ─ checksum ─► bytes ═══► checksum ─► inflate ─► LogPart ─► verify_chain
//! ```
//!
//! Bytes are verified as received, before anything is inflated or decoded. Everything has one
//! encoding; whatever has another is refused. What is claimed is checked against one table,
//! [`limits`], and no claim takes more memory than the length of the input justifies. Nothing here
//! reads a clock, a random source, a disk or a network.
//!
//! ```
//! use clock::{DocumentId, Id, ReplicaId};
//! use codec::{Frame, Origin, SigningKey};
//! use log::{Action, ContainerId, Kind, Op};
//! let key = SigningKey::from_bytes(&[7; 32]);
//! let origin = Origin { document: DocumentId(1), epoch: 0, replica: ReplicaId(5), author: key.author() };
//! let text = ContainerId::root(Kind::Text, "text");
//! let op = Op::Insert { container: text, left: None, right: None, text: "hello".into() };
//! let action = Action {
//!     id: Id::new(origin.replica, 0), lamport: 1, parents: vec![], unseen: vec![],
//!     time: 1_800_000_000, label: String::new(), proposal: None, ops: vec![op],
//! };
//! let Origin { document, epoch, replica, author } = origin;
//! let head = origin.head();
//! let frame = Frame { document, epoch, replica, author, start: 0, prev: head.hash, actions: vec![action] };
//! let sealed = codec::seal(&frame, &key).unwrap();
//! let opened = codec::open(&sealed.bytes, &sealed.signature, &head).unwrap();
//! assert_eq!(opened.actions, frame.actions);
//! assert_eq!((opened.head.end, opened.head.hash), (5, sealed.hash));
//! ```

mod action;
pub mod block;
mod boundaries;
mod bundle;
mod chain;
mod cost;
mod declared;
mod delimited;
mod error;
mod frame;
mod image;
mod kept;
mod keys;
pub mod limits;
mod names;
#[cfg(feature = "older-versions")]
pub mod older;
mod op;
mod reader;
pub mod trimmed;
mod value;
mod writer;

pub use boundaries::{Boundaries, FrameRun};
pub use bundle::{
    BUNDLE_HEAD_BYTES, BUNDLE_PART_HEAD_BYTES, BUNDLE_PIECE_BYTES, BUNDLE_VERSION, BundleDocument, BundlePart,
    BundleReader, BundleWriter,
};
pub use chain::{Chain, EquivocationProof, OpenedChain};
pub use cost::{Cost, cost};
pub use error::{DecodeError, EncodeError};
pub use frame::{
    ChainHead, FRAME_VERSION, Frame, FrameError, FrameName, Opened, Origin, SealedFrame, decode_frame, encode_frame,
    name, open, seal,
};
pub use image::{Forgotten, IMAGE_VERSION, IMAGE_VERSION_TEXTS, IMAGE_VERSION_WHOLE, Image};
pub use keys::{AuthorKey, Hash, Signature, SigningKey, hash_after};
pub use op::{FIRST_DELIMITED, kind};
pub use reader::Reader;
pub use writer::Writer;
