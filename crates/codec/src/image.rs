//! Images: a document at a version, to open at once.
//!
//! ```text
//! "MOIM" │ version 3 │ BLAKE3 of the rest 32 │ document 16
//!   │ count, (replica 8, end)…            what it was made from
//!   │ count, (container, length, text)…   what texts show in the shared view
//!   │ length, columns                     what else shows in it; not in version 1
//!   │ count, (length, block)…             everything that happened
//!   │ count, (replica 8, end, signature)… which vouch for frames before the newest
//!   │ count, (length, proof)…             of authors who contradicted themselves
//!   │ count, (decision (replica 8, counter) │ count, hashes 32…)…
//!   │ count, (replica 8, end, hash 32)… │ count, (length, piece)…
//!                                         what was forgotten: in version 3 only
//! ```
//!
//! An image is a cache beside the log: what holds one holds the records that it was made from. Its
//! checksum is verified; its chains are not, nor that the history leads to what it shows.

use crate::chain::EquivocationProof;
use crate::error::{DecodeError, EncodeError};
use crate::kept;
use crate::keys::{Hash, Signature};
use crate::limits::{
    BLOCK_BYTES, CHAIN_BYTES, IMAGE_BLOCKS, IMAGE_BYTES, IMAGE_SIGNATURES, PIECES, PROOF_BYTES, REPLICAS, SEQ, TEXTS,
    weight_max,
};
use crate::names::{Names, Place};
use crate::reader::Reader;
use crate::writer::Writer;
use clock::{DocumentId, Id, ReplicaId, Seq, VersionVector};
use log::{ContainerId, Kind};
use model::Kept;
use std::borrow::Cow;

const MAGIC: &[u8; 4] = b"MOIM";

/// The version of the format of images.
pub const IMAGE_VERSION: u8 = 3;
/// The version of documents of which nothing was forgotten.
pub const IMAGE_VERSION_WHOLE: u8 = 2;
/// The first version, which shows texts only. It is written where nothing else is to be shown.
pub const IMAGE_VERSION_TEXTS: u8 = 1;

/// The bytes before what the checksum covers.
const HEAD_BYTES: usize = 4 + 1 + 32;

/// A document at a version.
#[derive(Clone, Debug, PartialEq)]
pub struct Image<'a> {
    /// Which document.
    pub document: DocumentId,
    /// What it was made from.
    pub version: VersionVector,
    /// What texts show in the shared view, without the empty ones.
    pub texts: Vec<(ContainerId, &'a str)>,
    /// What else shows in the shared view, as [`Image::keep`] writes it; nothing where that is not said.
    pub shown: Cow<'a, [u8]>,
    /// The logs, as [`crate::block::encode_all`] gives them.
    pub blocks: Vec<&'a [u8]>,
    /// Signatures over hashes before the newest, by replica and the counter where the frame ends.
    pub signatures: Vec<(ReplicaId, Seq, Signature)>,
    /// Proofs of equivocation.
    pub proofs: Vec<EquivocationProof>,
    /// What was forgotten, where anything was.
    pub forgotten: Option<Forgotten>,
}

/// What was forgotten of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The decisions by which, and the hashes of the pieces of history of each; none where these cannot be made again yet.
    pub by: Vec<(Id, Vec<Hash>)>,
    /// Where what is forgotten of each replica ends, and the hash of its chain there. Ascending.
    pub bases: Vec<(ReplicaId, Seq, Hash)>,
    /// Pieces that cannot be made again yet, as they came.
    pub pieces: Vec<Vec<u8>>,
}

impl<'a> Image<'a> {
    /// The bytes of the image.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut w = Writer::new();
        w.put(&[0; HEAD_BYTES]);
        w.put(&self.document.0.to_le_bytes());
        write_version(&mut w, &self.version)?;
        self.write_texts(&mut w)?;
        if self.format() != IMAGE_VERSION_TEXTS {
            w.bytes(&self.shown, IMAGE_BYTES)?;
        }
        w.limited(self.blocks.len() as u64, IMAGE_BLOCKS)?;
        self.blocks.iter().try_for_each(|block| w.bytes(block, BLOCK_BYTES))?;
        w.limited(self.signatures.len() as u64, IMAGE_SIGNATURES)?;
        for (replica, end, signature) in &self.signatures {
            w.put(&replica.0.to_le_bytes());
            w.limited((*end).into(), SEQ)?;
            w.put(&signature.0);
        }
        w.limited(self.proofs.len() as u64, REPLICAS)?;
        self.proofs.iter().try_for_each(|proof| w.bytes(&proof.encode()?, PROOF_BYTES))?;
        if let Some(forgotten) = &self.forgotten {
            forgotten.write(&mut w)?;
        }
        let mut bytes = w.into_bytes();
        IMAGE_BYTES.check_len(bytes.len())?;
        let checksum = checksum(&bytes[HEAD_BYTES..]);
        bytes[..4].copy_from_slice(MAGIC);
        bytes[4] = self.format();
        bytes[5..HEAD_BYTES].copy_from_slice(&checksum.0);
        Ok(bytes)
    }

    /// In which version of the format it is written.
    fn format(&self) -> u8 {
        match self.forgotten {
            Some(_) => IMAGE_VERSION,
            None if self.shown.is_empty() => IMAGE_VERSION_TEXTS,
            None => IMAGE_VERSION_WHOLE,
        }
    }

    /// Lets the image show `kept`, all texts with it. Where there is so much of it that no reader would take it, only
    /// the texts show, and whoever reads more reads the history.
    pub fn keep(&mut self, kept: &'a Kept) -> Result<(), EncodeError> {
        self.texts = kept.texts.iter().map(|(container, text)| (*container, text.text.as_str())).collect();
        let (shown, weight) = kept::encode(kept)?;
        self.shown = Cow::Owned(shown);
        if weight > self.kept_weight_max() {
            self.shown = Cow::Borrowed(&[]);
        }
        Ok(())
    }

    /// What shows in the shared view; none where the image does not say so.
    pub fn kept(&self) -> Result<Option<Kept>, DecodeError> {
        if self.shown.is_empty() {
            return Ok(None);
        }
        kept::decode(&self.shown, &self.texts, self.kept_weight_max()).map(Some)
    }

    /// What reading what it shows may take in memory, in bytes.
    fn kept_weight_max(&self) -> u64 {
        let texts: usize = self.texts.iter().map(|(_, text)| text.len()).sum();
        let blocks: usize = self.blocks.iter().map(|block| block.len()).sum();
        weight_max(texts + self.shown.len() + blocks)
    }

    fn write_texts(&self, w: &mut Writer) -> Result<(), EncodeError> {
        let mut names = names();
        w.limited(self.texts.len() as u64, TEXTS)?;
        for (container, text) in &self.texts {
            names.write_container(w, *container)?;
            w.text(text, IMAGE_BYTES)?;
        }
        Ok(())
    }

    /// Verifies the checksum and reads what is around texts and blocks, which stay where they are.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        IMAGE_BYTES.check_len(bytes.len())?;
        let mut r = Reader::new(bytes);
        if r.take(4)? != MAGIC {
            return Err(DecodeError::Invalid("not an image"));
        }
        let version = match r.byte()? {
            version @ (IMAGE_VERSION | IMAGE_VERSION_WHOLE | IMAGE_VERSION_TEXTS) => version,
            number => return Err(DecodeError::Unknown { what: "image version", number: number.into() }),
        };
        let claimed = Hash(r.array()?);
        if checksum(&bytes[HEAD_BYTES..]) != claimed {
            return Err(DecodeError::Checksum);
        }
        let document = DocumentId(u128::from_le_bytes(r.array()?));
        let made_from = read_version(&mut r)?;
        let texts = read_texts(&mut r)?;
        let shown = if version == IMAGE_VERSION_TEXTS { &[][..] } else { r.bytes(IMAGE_BYTES)? };
        if shown.is_empty() && version == IMAGE_VERSION_WHOLE {
            return Err(DecodeError::NotCanonical("an image that says that it shows nothing"));
        }
        let blocks = r.count(IMAGE_BLOCKS, size_of::<&[u8]>())?;
        let blocks = (0..blocks).map(|_| r.bytes(BLOCK_BYTES)).collect::<Result<_, _>>()?;
        let signatures = r.count(IMAGE_SIGNATURES, size_of::<(ReplicaId, Seq, Signature)>())?;
        let signatures = (0..signatures).map(|_| read_signature(&mut r)).collect::<Result<_, _>>()?;
        let proofs = r.count(REPLICAS, size_of::<EquivocationProof>())?;
        let proofs = (0..proofs).map(|_| EquivocationProof::decode(r.bytes(PROOF_BYTES)?)).collect::<Result<_, _>>()?;
        let forgotten = if version == IMAGE_VERSION { Some(Forgotten::read(&mut r)?) } else { None };
        r.finish()?;
        let shown = Cow::Borrowed(shown);
        Ok(Self { document, version: made_from, texts, shown, blocks, signatures, proofs, forgotten })
    }
}

impl Forgotten {
    fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        w.count(self.by.len(), PIECES, size_of::<(Id, Vec<Hash>)>())?;
        for (decision, leaves) in &self.by {
            w.put(&decision.replica.0.to_le_bytes());
            w.limited(decision.seq.into(), SEQ)?;
            w.count(leaves.len(), PIECES, size_of::<Hash>())?;
            leaves.iter().for_each(|hash| w.put(&hash.0));
        }
        w.count(self.bases.len(), REPLICAS, size_of::<(ReplicaId, Seq, Hash)>())?;
        for (replica, end, hash) in &self.bases {
            w.put(&replica.0.to_le_bytes());
            w.limited((*end).into(), SEQ)?;
            w.put(&hash.0);
        }
        w.count(self.pieces.len(), PIECES, size_of::<Vec<u8>>())?;
        self.pieces.iter().try_for_each(|piece| w.bytes(piece, CHAIN_BYTES))
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = r.count(PIECES, size_of::<(Id, Vec<Hash>)>())?;
        let mut by = Vec::new();
        for _ in 0..count {
            let decision = Id::new(ReplicaId(u64::from_le_bytes(r.array()?)), r.limited(SEQ)? as Seq);
            let leaves = r.count(PIECES, size_of::<Hash>())?;
            by.push((decision, (0..leaves).map(|_| Ok(Hash(r.array()?))).collect::<Result<_, DecodeError>>()?));
        }
        let count = r.count(REPLICAS, size_of::<(ReplicaId, Seq, Hash)>())?;
        let mut bases = Vec::new();
        for _ in 0..count {
            bases.push((ReplicaId(u64::from_le_bytes(r.array()?)), r.limited(SEQ)? as Seq, Hash(r.array()?)));
        }
        let count = r.count(PIECES, size_of::<Vec<u8>>())?;
        let pieces = (0..count).map(|_| Ok(r.bytes(CHAIN_BYTES)?.to_vec())).collect::<Result<_, DecodeError>>()?;
        Ok(Self { by, bases, pieces })
    }
}

fn checksum(body: &[u8]) -> Hash {
    Hash(blake3::hash(body).into())
}

/// Containers are named in place; nobody writes an image.
fn names() -> Names {
    Names::new(Place::Inline, ReplicaId(0))
}

/// A version: replicas, ascending, each with where it ends.
pub(crate) fn write_version(w: &mut Writer, version: &VersionVector) -> Result<(), EncodeError> {
    w.count(version.len(), REPLICAS, size_of::<(ReplicaId, Seq)>())?;
    for (replica, end) in version.iter() {
        w.put(&replica.0.to_le_bytes());
        w.limited(end.into(), SEQ)?;
    }
    Ok(())
}

/// The counterpart of [`write_version`].
pub(crate) fn read_version(r: &mut Reader<'_>) -> Result<VersionVector, DecodeError> {
    let count = r.count(REPLICAS, size_of::<(ReplicaId, Seq)>())?;
    let mut version = VersionVector::new();
    let mut last = None;
    for _ in 0..count {
        let replica = ReplicaId(u64::from_le_bytes(r.array()?));
        let end = r.limited(SEQ)? as Seq;
        if end == 0 || last.replace(replica).is_some_and(|last| last >= replica) {
            return Err(DecodeError::NotCanonical("a version that does not ascend by replica"));
        }
        version.extend_to(replica, end);
    }
    Ok(version)
}

fn read_texts<'a>(r: &mut Reader<'a>) -> Result<Vec<(ContainerId, &'a str)>, DecodeError> {
    let mut names = names();
    let count = r.count(TEXTS, size_of::<(ContainerId, &str)>())?;
    (0..count).map(|_| Ok((names.read_container(r, Kind::Text)?, r.text(IMAGE_BYTES)?))).collect()
}

fn read_signature(r: &mut Reader<'_>) -> Result<(ReplicaId, Seq, Signature), DecodeError> {
    let replica = ReplicaId(u64::from_le_bytes(r.array()?));
    let end = r.limited(SEQ)? as Seq;
    Ok((replica, end, Signature(r.array()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Image<'static> {
        let version = [(ReplicaId(4), 9), (ReplicaId(u64::MAX), 1)].into_iter().collect();
        let texts = vec![(ContainerId::root(Kind::Text, "text"), "grüße"), (ContainerId::root(Kind::Text, "b"), "")];
        let signatures = vec![(ReplicaId(4), 7, Signature([3; 64]))];
        let shown = Cow::Borrowed(&[0][..]);
        let (blocks, proofs) = (vec![&b"block"[..]], Vec::new());
        Image { document: DocumentId(7), version, texts, shown, blocks, signatures, proofs, forgotten: None }
    }

    fn trimmed() -> Image<'static> {
        let by = vec![(Id::new(ReplicaId(4), 3), vec![Hash([5; 32]), Hash([6; 32])])];
        let bases = vec![(ReplicaId(4), 7, Hash([8; 32]))];
        Image { forgotten: Some(Forgotten { by, bases, pieces: vec![b"piece".to_vec()] }), ..image() }
    }

    #[test]
    fn an_image_reads_back() {
        let nothing_shown = Image { shown: Cow::Borrowed(&[]), ..trimmed() };
        for image in [image(), Image { shown: Cow::Borrowed(&[]), ..image() }, trimmed(), nothing_shown] {
            let bytes = image.encode().unwrap();
            assert_eq!(Image::decode(&bytes).unwrap(), image);
        }
    }

    #[test]
    fn whatever_is_damaged_is_an_error() {
        for image in [image(), trimmed()] {
            damage(&image.encode().unwrap());
        }
    }

    fn damage(bytes: &[u8]) {
        for len in 0..bytes.len() {
            assert!(Image::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 1;
            assert!(Image::decode(&damaged).is_err(), "byte {at}");
            // With a checksum that fits, it may be another image, and must not be a panic.
            if at >= HEAD_BYTES {
                let sum = checksum(&damaged[HEAD_BYTES..]);
                damaged[5..HEAD_BYTES].copy_from_slice(&sum.0);
                if let Ok(other) = Image::decode(&damaged) {
                    assert_eq!(other.encode().as_deref(), Ok(&damaged[..]), "byte {at}");
                }
            }
        }
    }
}
