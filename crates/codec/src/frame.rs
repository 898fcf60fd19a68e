//! Frames: the actions of one replica since its last frame, sealed.
//!
//! ```text
//! version 1 │ replica 8 │ start varint │ author 32, where start is 0 │ number of actions varint │ actions
//! hash = BLAKE3(hash before it, these bytes)
//! ```
//!
//! Document, epoch and author are not repeated: they are in the hash before the first frame, from which
//! every later hash descends.

use crate::action::{Predicted, read_action, write_action};
use crate::error::{DecodeError, EncodeError};
use crate::keys::{AuthorKey, Hash, Signature, SigningKey, hash_after, hash_genesis};
use crate::limits::{FRAME_ACTIONS, FRAME_BYTES, SEQ};
use crate::names::{Names, Place};
use crate::reader::Reader;
use crate::writer::Writer;
use clock::{DocumentId, ReplicaId, Seq};
use log::Action;

/// The version of the format of frames.
pub const FRAME_VERSION: u8 = 1;

/// Whose chain it is, and of which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The document.
    pub document: DocumentId,
    /// Its generation.
    pub epoch: u32,
    /// The writer stream.
    pub replica: ReplicaId,
    /// Who writes.
    pub author: AuthorKey,
}

impl Origin {
    /// The head of the chain before its first frame.
    pub fn head(&self) -> ChainHead {
        let hash = hash_genesis(self.document, self.epoch, self.replica, self.author);
        ChainHead { replica: self.replica, author: self.author, end: 0, hash, signature: None }
    }
}

/// How far a replica's chain goes: what the next frame must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// Whose chain it is.
    pub replica: ReplicaId,
    /// Who signs it.
    pub author: AuthorKey,
    /// One past the last counter.
    pub end: Seq,
    /// The hash of the newest frame.
    pub hash: Hash,
    /// The author's signature over the hash; none before the first frame.
    pub signature: Option<Signature>,
}

/// The actions of one replica since its last frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The document.
    pub document: DocumentId,
    /// Its generation.
    pub epoch: u32,
    /// The writer stream.
    pub replica: ReplicaId,
    /// Who writes.
    pub author: AuthorKey,
    /// The first counter.
    pub start: Seq,
    /// The hash of the frame before it; [`Origin::head`]'s for the first.
    pub prev: Hash,
    /// The actions, in order; at least one.
    pub actions: Vec<Action>,
}

/// A frame as it is sent and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFrame {
    /// What the hash covers.
    pub bytes: Vec<u8>,
    /// The hash, which the next frame follows.
    pub hash: Hash,
    /// The author's signature over the hash.
    pub signature: Signature,
}

/// What a frame says of itself before anything is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameName {
    /// The writer stream.
    pub replica: ReplicaId,
    /// The first counter.
    pub start: Seq,
    /// The author, in a chain's first frame.
    pub author: Option<AuthorKey>,
}

/// Why a frame was not opened. Each has a code that wire and interface share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// It is not a valid frame.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It belongs to another replica or author than the head that it should follow.
    #[error("the frame is of replica {0}, or of another author, than the chain")]
    Stranger(ReplicaId),
    /// It does not begin where the head ends: something is missing in between, or known already.
    #[error("the frame begins at {start}, the chain ends at {end}")]
    NotNext {
        /// Where it begins.
        start: Seq,
        /// Where the chain ends.
        end: Seq,
    },
    /// Nobody vouches for it: it was changed, follows another frame, or the key is not the author's.
    #[error("the signature does not hold for replica {0}")]
    Signature(ReplicaId),
}

impl FrameError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Stranger(_) => "frame.stranger",
            Self::NotNext { .. } => "frame.not-next",
            Self::Signature(_) => "frame.signature",
        }
    }
}

/// A frame that was verified and read.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Its actions, in order.
    pub actions: Vec<Action>,
    /// The head of the chain after it.
    pub head: ChainHead,
}

/// Encodes, hashes and signs a frame.
pub fn seal(frame: &Frame, key: &SigningKey) -> Result<SealedFrame, EncodeError> {
    if key.author() != frame.author {
        return Err(EncodeError::Invalid("the key is not the author's"));
    }
    let origin = Origin { document: frame.document, epoch: frame.epoch, replica: frame.replica, author: frame.author };
    if frame.start == 0 && frame.prev != origin.head().hash {
        return Err(EncodeError::Invalid("a first frame that does not follow from its document"));
    }
    let bytes = encode_frame(frame.replica, frame.author, frame.start, &frame.actions)?;
    let hash = hash_after(frame.prev, &bytes);
    Ok(SealedFrame { bytes, hash, signature: key.sign(hash) })
}

/// Verifies a frame that follows `after`, as received, and only then reads it.
pub fn open(bytes: &[u8], signature: &Signature, after: &ChainHead) -> Result<Opened, FrameError> {
    let hash = link(bytes, after)?;
    if !after.author.verify(hash, signature) {
        return Err(FrameError::Signature(after.replica));
    }
    let (actions, end) = decode_frame(bytes)?;
    Ok(Opened { actions, head: ChainHead { end, hash, signature: Some(*signature), ..*after } })
}

/// What a frame says of itself: enough to find the head that it should follow. Nothing is verified.
pub fn name(bytes: &[u8]) -> Result<FrameName, DecodeError> {
    FRAME_BYTES.check_len(bytes.len())?;
    read_name(&mut Reader::new(bytes))
}

/// The hash of a frame after `after`, where it says that it follows.
pub(crate) fn link(bytes: &[u8], after: &ChainHead) -> Result<Hash, FrameError> {
    let name = name(bytes)?;
    if name.replica != after.replica || name.author.is_some_and(|author| author != after.author) {
        return Err(FrameError::Stranger(name.replica));
    }
    if name.start != after.end {
        return Err(FrameError::NotNext { start: name.start, end: after.end });
    }
    Ok(hash_after(after.hash, bytes))
}

fn read_name(r: &mut Reader<'_>) -> Result<FrameName, DecodeError> {
    match r.byte()? {
        FRAME_VERSION => (),
        number => return Err(DecodeError::Unknown { what: "frame version", number: number.into() }),
    }
    let replica = ReplicaId(u64::from_le_bytes(r.array()?));
    let start = r.limited(SEQ)? as Seq;
    let author = if start == 0 { Some(AuthorKey(r.array()?)) } else { None };
    Ok(FrameName { replica, start, author })
}

/// The bytes of a frame, in the only form it has.
pub fn encode_frame(
    replica: ReplicaId,
    author: AuthorKey,
    start: Seq,
    actions: &[Action],
) -> Result<Vec<u8>, EncodeError> {
    let mut w = Writer::new();
    w.byte(FRAME_VERSION);
    w.put(&replica.0.to_le_bytes());
    w.limited(u64::from(start), SEQ)?;
    if start == 0 {
        w.put(&author.0);
    }
    if actions.is_empty() {
        return Err(EncodeError::Invalid("a frame without actions"));
    }
    w.count(actions.len(), FRAME_ACTIONS, size_of::<Action>())?;
    let mut names = Names::new(Place::Inline, replica);
    let mut predicted = Predicted::at(start);
    for action in actions {
        predicted = write_action(&mut w, &mut names, action, predicted)?;
    }
    FRAME_BYTES.check_len(w.len())?;
    w.check_weight()?;
    Ok(w.into_bytes())
}

/// The actions of a frame and the counter after them. Verifies nothing: foreign frames are opened
/// with [`open`].
pub fn decode_frame(bytes: &[u8]) -> Result<(Vec<Action>, Seq), DecodeError> {
    let (_, actions, end) = read_frame(&mut Reader::new(bytes))?;
    Ok((actions, end))
}

/// Reads a frame that fills `r`.
pub(crate) fn read_frame(r: &mut Reader<'_>) -> Result<(FrameName, Vec<Action>, Seq), DecodeError> {
    FRAME_BYTES.check_len(r.left())?;
    let name = read_name(r)?;
    let count = r.count(FRAME_ACTIONS, size_of::<Action>())?;
    if count == 0 {
        return Err(DecodeError::NotCanonical("a frame without actions"));
    }
    let mut names = Names::new(Place::Inline, name.replica);
    let mut predicted = Predicted::at(name.start);
    let mut actions = Vec::with_capacity(count);
    for _ in 0..count {
        let (action, next) = read_action(r, &mut names, predicted)?;
        actions.push(action);
        predicted = next;
    }
    r.finish()?;
    Ok((name, actions, predicted.start))
}
