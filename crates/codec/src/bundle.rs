//! Bundles: documents and blobs in one file, to carry from one directory to another.
//!
//! ```text
//! "MOBU" │ version 1 │ part… │ end
//! part: kind 1 │ length of the body 4 │ checksum 32 │ body
//! start │ (document │ history…)… │ (blob │ piece…)… │ end
//! checksum = BLAKE3 derive_key("motet 2026-11 bundle v1"; the checksum before it │ kind │ length │ body)
//! ```
//!
//! History is chains as members send them. Each checksum covers everything up to its part, so nothing can be
//! altered, dropped, doubled or put elsewhere, and a file that was cut has no end. A part is read as a whole,
//! so whoever reads or writes a bundle of any length needs the memory of one part.

use crate::error::{DecodeError, EncodeError};
use crate::image::{read_version, write_version};
use crate::keys::Hash;
use crate::limits::{
    BLOB_BYTES, BUNDLE_BLOBS, BUNDLE_CHAINS, BUNDLE_DOCUMENT_BYTES, BUNDLE_NAME_BYTES, BUNDLE_PART_BYTES, CHAIN_BYTES,
};
use crate::reader::Reader;
use crate::writer::Writer;
use blob::BlobHash;
use clock::{DocumentId, VersionVector};

const MAGIC: &[u8; 4] = b"MOBU";

/// The version of the format of bundles.
pub const BUNDLE_VERSION: u8 = 1;
/// The bytes before the first part.
pub const BUNDLE_HEAD_BYTES: usize = 4 + 1;
/// The bytes of a part before its body.
pub const BUNDLE_PART_HEAD_BYTES: usize = 1 + 4 + 32;
/// The bytes of each piece of a blob but its last.
pub const BUNDLE_PIECE_BYTES: usize = 1 << 20;

const START: u8 = 1;
const DOCUMENT: u8 = 2;
const HISTORY: u8 = 3;
const BLOB: u8 = 4;
const PIECE: u8 = 5;
const END: u8 = 6;

/// A part of a bundle.
#[derive(Clone, Debug, PartialEq)]
pub enum BundlePart<'a> {
    /// The first.
    Start {
        /// Blobs that older bundles brought, on which this one builds; ascending.
        blobs: Vec<BlobHash>,
    },
    /// A document, without its content. Ascending by id.
    Document(BundleDocument<'a>),
    /// Chains of the last document, as members send them; not empty.
    History(Vec<&'a [u8]>),
    /// A blob that documents name, without its bytes. Ascending by hash.
    Blob {
        /// Its name.
        hash: BlobHash,
        /// Its length in bytes.
        len: u64,
    },
    /// The next bytes of the last blob: [`BUNDLE_PIECE_BYTES`], or what is left.
    Piece(&'a [u8]),
    /// The last.
    End,
}

/// A document of a bundle, without its content.
#[derive(Clone, Debug, PartialEq)]
pub struct BundleDocument<'a> {
    /// Which one.
    pub id: DocumentId,
    /// Its generation; 0 where none is known.
    pub epoch: u64,
    /// What people call it.
    pub name: &'a str,
    /// What older bundles brought, on which this one builds.
    pub since: VersionVector,
    /// What whoever takes in this one and those has at least.
    pub version: VersionVector,
}

/// Writes parts, one after the other.
#[derive(Debug)]
pub struct BundleWriter {
    last: Hash,
    order: Order,
}

/// Reads parts, one after the other.
#[derive(Debug)]
pub struct BundleReader {
    last: Hash,
    order: Order,
}

impl BundleWriter {
    /// What a bundle begins with, and what writes its parts.
    pub fn new() -> ([u8; BUNDLE_HEAD_BYTES], Self) {
        let [a, b, c, d] = *MAGIC;
        ([a, b, c, d, BUNDLE_VERSION], Self { last: Hash([0; 32]), order: Order::default() })
    }

    /// The bytes of the next part.
    pub fn part(&mut self, part: &BundlePart<'_>) -> Result<Vec<u8>, EncodeError> {
        self.order.step(part).map_err(EncodeError::Invalid)?;
        let mut w = Writer::new();
        w.put(&[0; BUNDLE_PART_HEAD_BYTES]);
        let kind = write_body(&mut w, part)?;
        w.check_weight()?;
        let mut bytes = w.into_bytes();
        let (head, body) = bytes.split_at_mut(BUNDLE_PART_HEAD_BYTES);
        BUNDLE_PART_BYTES.check_len(body.len())?;
        let len = (body.len() as u32).to_le_bytes();
        self.last = checksum(self.last, kind, len, body);
        head[0] = kind;
        head[1..5].copy_from_slice(&len);
        head[5..].copy_from_slice(&self.last.0);
        Ok(bytes)
    }
}

impl BundleReader {
    /// Reads what a bundle begins with.
    pub fn new(head: &[u8; BUNDLE_HEAD_BYTES]) -> Result<Self, DecodeError> {
        match head {
            [magic @ .., BUNDLE_VERSION] if magic == MAGIC => Ok(Self { last: Hash([0; 32]), order: Order::default() }),
            [magic @ .., number] if magic == MAGIC => {
                Err(DecodeError::Unknown { what: "bundle version", number: (*number).into() })
            }
            _ => Err(DecodeError::Invalid("not a bundle")),
        }
    }

    /// How many bytes the body of a part claims to have: within the limit, and nothing more is known of it.
    pub fn body_len(head: &[u8; BUNDLE_PART_HEAD_BYTES]) -> Result<usize, DecodeError> {
        let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        Ok(BUNDLE_PART_BYTES.check(len.into())? as usize)
    }

    /// Verifies the checksum of the next part, and reads it.
    pub fn part<'a>(
        &mut self,
        head: &[u8; BUNDLE_PART_HEAD_BYTES],
        body: &'a [u8],
    ) -> Result<BundlePart<'a>, DecodeError> {
        if Self::body_len(head)? != body.len() {
            return Err(DecodeError::Truncated { at: body.len() });
        }
        let found = checksum(self.last, head[0], [head[1], head[2], head[3], head[4]], body);
        if found.0 != head[5..] {
            return Err(DecodeError::Checksum);
        }
        let mut r = Reader::new(body);
        let part = read_body(&mut r, head[0], body)?;
        r.finish()?;
        self.order.step(&part).map_err(DecodeError::Invalid)?;
        self.last = found;
        Ok(part)
    }

    /// Whether the end was read: nothing may follow.
    pub fn is_whole(&self) -> bool {
        self.order.stage == Stage::Ended
    }
}

fn checksum(last: Hash, kind: u8, len: [u8; 4], body: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 bundle v1");
    hasher.update(&last.0).update(&[kind]).update(&len).update(body);
    Hash(hasher.finalize().into())
}

fn write_body(w: &mut Writer, part: &BundlePart<'_>) -> Result<u8, EncodeError> {
    Ok(match part {
        BundlePart::Start { blobs } => {
            w.count(blobs.len(), BUNDLE_BLOBS, size_of::<BlobHash>())?;
            blobs.iter().for_each(|hash| w.put(&hash.0));
            START
        }
        BundlePart::Document(document) => {
            w.put(&document.id.0.to_le_bytes());
            w.varint(document.epoch);
            w.text(document.name, BUNDLE_NAME_BYTES)?;
            write_version(w, &document.since)?;
            write_version(w, &document.version)?;
            DOCUMENT
        }
        BundlePart::History(chains) => {
            w.count(chains.len(), BUNDLE_CHAINS, size_of::<&[u8]>())?;
            chains.iter().try_for_each(|chain| w.bytes(chain, CHAIN_BYTES))?;
            HISTORY
        }
        BundlePart::Blob { hash, len } => {
            w.put(&hash.0);
            w.limited(*len, BLOB_BYTES)?;
            BLOB
        }
        BundlePart::Piece(bytes) => {
            w.put(bytes);
            PIECE
        }
        BundlePart::End => END,
    })
}

fn read_body<'a>(r: &mut Reader<'a>, kind: u8, body: &'a [u8]) -> Result<BundlePart<'a>, DecodeError> {
    Ok(match kind {
        START => {
            let count = r.count(BUNDLE_BLOBS, size_of::<BlobHash>())?;
            BundlePart::Start {
                blobs: (0..count).map(|_| Ok(BlobHash(r.array()?))).collect::<Result<_, DecodeError>>()?,
            }
        }
        DOCUMENT => BundlePart::Document(BundleDocument {
            id: DocumentId(u128::from_le_bytes(r.array()?)),
            epoch: r.varint()?,
            name: r.text(BUNDLE_NAME_BYTES)?,
            since: read_version(r)?,
            version: read_version(r)?,
        }),
        HISTORY => {
            let count = r.count(BUNDLE_CHAINS, size_of::<&[u8]>())?;
            BundlePart::History((0..count).map(|_| r.bytes(CHAIN_BYTES)).collect::<Result<_, _>>()?)
        }
        BLOB => BundlePart::Blob { hash: BlobHash(r.array()?), len: r.limited(BLOB_BYTES)? },
        PIECE => BundlePart::Piece(r.take(body.len())?),
        END => BundlePart::End,
        number => return Err(DecodeError::Unknown { what: "part of a bundle", number: number.into() }),
    })
}

/// What may follow what; the same for who writes and who reads.
#[derive(Debug, Default)]
struct Order {
    stage: Stage,
    /// The last document, and the bytes of its history so far.
    document: Option<(DocumentId, u64)>,
    blob: Option<BlobHash>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Nothing,
    Documents,
    Blobs,
    /// So many bytes of the last blob are to come.
    Pieces(u64),
    Ended,
}

impl Order {
    fn step(&mut self, part: &BundlePart<'_>) -> Result<(), &'static str> {
        self.stage = match (&self.stage, part) {
            (Stage::Nothing, BundlePart::Start { blobs }) => {
                if blobs.windows(2).any(|pair| pair[0] >= pair[1]) {
                    return Err("blobs of older bundles do not ascend");
                }
                Stage::Documents
            }
            (Stage::Documents, BundlePart::Document(document)) => {
                if self.document.replace((document.id, 0)).is_some_and(|(last, _)| last >= document.id) {
                    return Err("documents of a bundle do not ascend");
                }
                if !document.version.includes(&document.since) {
                    return Err("a document of a bundle has less than older bundles brought");
                }
                Stage::Documents
            }
            (Stage::Documents, BundlePart::History(chains)) => {
                let (_, bytes) = self.document.as_mut().ok_or("history of no document")?;
                if chains.is_empty() {
                    return Err("history that is empty");
                }
                *bytes += chains.iter().map(|chain| chain.len() as u64).sum::<u64>();
                BUNDLE_DOCUMENT_BYTES.check(*bytes).map_err(|_| "a history that is too long")?;
                Stage::Documents
            }
            (Stage::Documents | Stage::Blobs, BundlePart::Blob { hash, len }) => {
                if self.blob.replace(*hash).is_some_and(|last| last >= *hash) {
                    return Err("blobs of a bundle do not ascend");
                }
                if *len == 0 { Stage::Blobs } else { Stage::Pieces(*len) }
            }
            (Stage::Pieces(left), BundlePart::Piece(bytes)) => {
                let len = bytes.len() as u64;
                if len != (*left).min(BUNDLE_PIECE_BYTES as u64) {
                    return Err("a piece of a blob that is too long or too short");
                }
                if len == *left { Stage::Blobs } else { Stage::Pieces(left - len) }
            }
            (Stage::Documents | Stage::Blobs, BundlePart::End) => Stage::Ended,
            _ => return Err("a part where another one belongs"),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
