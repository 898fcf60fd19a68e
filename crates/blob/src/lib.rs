//! Blobs: runs of bytes named by their BLAKE3 hash, which lie beside the log and arrive in pieces.
//!
//! Nothing here reads a disk, a socket, time or chance, and nothing here knows of documents. What a blob
//! is called ([`BlobHash`]), what a document says of it ([`BlobRef`]), how each of its pieces is verified by
//! itself ([`Outline`]), which are there ([`Pieces`]), whom to ask for the rest ([`Pull`]), and what its first bytes say it is ([`sniff`]).
//!
//! ```text
//! blob     │ piece 0 │ piece 1 │ piece 2 │ 3 │      64 KiB each, the last may be shorter
//! outline      h0        h1        h2      h3       inner nodes of the BLAKE3 tree over the blob
//!               └───┬────┘          └──┬───┘
//!                   └───────┬──────────┘
//!                        BlobHash                   merged as BLAKE3 does: an outline cannot lie
//! ```
//!
//! ```
//! use blob::{Outline, Outliner, Pieces, piece_range};
//!
//! let bytes = vec![7; 200_000];
//! let mut outliner = Outliner::default();
//! outliner.update(&bytes);
//! let (hash, outline) = outliner.finish();
//!
//! // On the other side: first the outline, then pieces in any order, from anybody.
//! let outline = Outline::new(hash, outline.len(), outline.hashes().to_vec())?;
//! let mut pieces = Pieces::none(outline.len());
//! let last = piece_range(outline.len(), 3).unwrap();
//! assert!(outline.verify(3, &bytes[last.start as usize..last.end as usize]).is_ok());
//! assert!(outline.verify(2, &bytes[..65_536]).is_ok(), "all sevens");
//! assert!(outline.verify(1, &[0; 65_536]).is_err());
//! pieces.insert(3);
//! assert_eq!(pieces.missing().next(), Some(0..3));
//! # Ok::<(), blob::OutlineError>(())
//! ```

mod hash;
pub mod limits;
mod outline;
mod pieces;
mod pull;
mod reference;
pub mod sniff;

pub use hash::{BlobHash, HashTextError};
pub use outline::{Outline, OutlineError, Outliner, PieceError, outline_len, piece_count, piece_range};
pub use pieces::Pieces;
pub use pull::{Giver, Pull, PullError};
pub use reference::{BlobRef, BlobRefError, MediaType, MediaTypeError};
