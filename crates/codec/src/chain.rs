//! Chains: consecutive frames of one replica, all vouched for by the signature over the newest.
//!
//! ```text
//! number of frames varint │ (length varint │ frame)… │ signature 64
//! ```

use crate::boundaries::Boundaries;
use crate::error::{DecodeError, EncodeError};
use crate::frame::{ChainHead, FrameError, SealedFrame, link, read_frame};
use crate::keys::{AuthorKey, Hash, Signature, hash_after};
use crate::limits::{CHAIN_BYTES, CHAIN_FRAMES, FRAME_BYTES, PROOF_BYTES, weight_max};
use crate::reader::Reader;
use crate::writer::Writer;
use log::Action;

/// Consecutive frames of one replica and the signature over the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The frames as sealed, in order; at least one.
    pub frames: Vec<Vec<u8>>,
    /// The author's signature over the hash of the last.
    pub signature: Signature,
}

/// A chain that was verified and read.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedChain {
    /// The actions of all frames, in order.
    pub actions: Vec<Action>,
    /// How they were cut into frames.
    pub boundaries: Boundaries,
    /// The head after the last frame.
    pub head: ChainHead,
}

impl From<SealedFrame> for Chain {
    fn from(frame: SealedFrame) -> Self {
        Self { frames: vec![frame.bytes], signature: frame.signature }
    }
}

impl Chain {
    /// Adds the frame that follows; its signature vouches for all before it.
    pub fn push(&mut self, frame: SealedFrame) {
        self.frames.push(frame.bytes);
        self.signature = frame.signature;
    }

    /// The bytes of the chain.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut w = Writer::new();
        self.write(&mut w)?;
        CHAIN_BYTES.check_len(w.len())?;
        Ok(w.into_bytes())
    }

    /// Reads a chain without looking into its frames.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        CHAIN_BYTES.check_len(bytes.len())?;
        let mut r = Reader::new(bytes);
        let chain = Self::read(&mut r)?;
        r.finish()?;
        Ok(chain)
    }

    pub(crate) fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        if self.frames.is_empty() {
            return Err(EncodeError::Invalid("a chain without frames"));
        }
        w.count(self.frames.len(), CHAIN_FRAMES, size_of::<Vec<u8>>())?;
        for frame in &self.frames {
            w.bytes(frame, FRAME_BYTES)?;
        }
        w.put(&self.signature.0);
        Ok(())
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = r.count(CHAIN_FRAMES, size_of::<Vec<u8>>())?;
        if count == 0 {
            return Err(DecodeError::NotCanonical("a chain without frames"));
        }
        let mut frames = Vec::with_capacity(count);
        for _ in 0..count {
            frames.push(r.bytes(FRAME_BYTES)?.to_vec());
        }
        Ok(Self { frames, signature: Signature(r.array()?) })
    }

    /// Verifies a chain that follows `after`, as received, and only then reads its frames.
    pub fn open(&self, after: &ChainHead) -> Result<OpenedChain, FrameError> {
        let hash = self.verify(after)?;
        let mut opened = OpenedChain { actions: Vec::new(), boundaries: Boundaries::new(), head: *after };
        let memory = Reader::within(weight_max(self.frames.iter().map(Vec::len).sum()));
        for frame in &self.frames {
            let mut r = Reader::part(frame, &memory);
            let (name, actions, end) = read_frame(&mut r)?;
            if (name.replica, name.start) != (after.replica, opened.head.end) {
                return Err(FrameError::NotNext { start: name.start, end: opened.head.end });
            }
            opened.boundaries.push(actions.len() as u32);
            opened.head.end = end;
            opened.actions.extend(actions);
        }
        opened.head.hash = hash;
        opened.head.signature = Some(self.signature);
        Ok(opened)
    }

    /// Verifies the signature; that the frames fit together in counters shows when they are read.
    fn verify(&self, after: &ChainHead) -> Result<Hash, FrameError> {
        let mut frames = self.frames.iter();
        let first = frames.next().ok_or(DecodeError::NotCanonical("a chain without frames"))?;
        let hash = frames.fold(link(first, after)?, |hash, frame| hash_after(hash, frame));
        if !after.author.verify(hash, &self.signature) {
            return Err(FrameError::Signature(after.replica));
        }
        Ok(hash)
    }
}

/// Proof that an author wrote two different frames after one hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquivocationProof {
    /// Who did.
    pub author: AuthorKey,
    /// The hash that both follow.
    pub prev: Hash,
    /// One chain from there.
    pub left: Chain,
    /// Another, whose first frame differs.
    pub right: Chain,
}

impl EquivocationProof {
    /// Whether it proves what it claims.
    pub fn verify(&self) -> bool {
        let holds = |chain: &Chain| {
            let hash = chain.frames.iter().fold(self.prev, |hash, frame| hash_after(hash, frame));
            !chain.frames.is_empty() && self.author.verify(hash, &chain.signature)
        };
        self.left.frames.first() != self.right.frames.first() && holds(&self.left) && holds(&self.right)
    }

    /// The bytes of the proof.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut w = Writer::new();
        w.put(&self.author.0);
        w.put(&self.prev.0);
        self.left.write(&mut w)?;
        self.right.write(&mut w)?;
        Ok(w.into_bytes())
    }

    /// Reads a proof; [`EquivocationProof::verify`] says whether it is one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        PROOF_BYTES.check_len(bytes.len())?;
        let mut r = Reader::new(bytes);
        let (author, prev) = (AuthorKey(r.array()?), Hash(r.array()?));
        let proof = Self { author, prev, left: Chain::read(&mut r)?, right: Chain::read(&mut r)? };
        r.finish()?;
        Ok(proof)
    }
}
