//! What members say to each other about the blobs of a document, and its bytes.

use super::limit;
use crate::error::DecodeError;
use crate::limits::{BLOB_LACKS_MAX, BLOB_RANGES_MAX, OUTLINE_NODES_MAX};
use crate::wire::{Reader, Writer};
use blob::limits::{BLOB_BYTES_MAX, PIECE_BYTES};
use blob::{BlobHash, Pieces, piece_count};

/// Something about the blobs of a document. Members that know none of it skip it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobMessage {
    /// All that the speaker lacks and would take, in the place of what it said before.
    Lacks {
        /// Which blobs, ascending.
        hashes: Vec<BlobHash>,
    },
    /// What the speaker has of a blob that the listener lacks, in the place of what it said before.
    Offer {
        /// Which blob.
        hash: BlobHash,
        /// How long it is, in bytes.
        len: u64,
        /// What is there.
        pieces: Pieces,
    },
    /// Asks for a part of a blob.
    Ask {
        /// Which blob.
        hash: BlobHash,
        /// Which part.
        part: BlobPart,
    },
    /// Hashes of pieces.
    Outline {
        /// Of which blob.
        hash: BlobHash,
        /// The piece that the first of them belongs to.
        from: u32,
        /// The hashes; none where the speaker does not have them.
        nodes: Vec<[u8; 32]>,
    },
    /// A piece.
    Piece {
        /// Of which blob.
        hash: BlobHash,
        /// Which.
        at: u32,
        /// Its bytes; none where the speaker does not have it.
        bytes: Option<Vec<u8>>,
    },
}

/// What is asked for at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlobPart {
    /// Hashes of pieces, from this piece on.
    Outline(u32),
    /// The bytes of this piece.
    Piece(u32),
}

impl BlobMessage {
    /// The number of its kind.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Lacks { .. } => 64,
            Self::Offer { .. } => 65,
            Self::Ask { .. } => 66,
            Self::Outline { .. } => 67,
            Self::Piece { .. } => 68,
        }
    }

    /// Whether `kind` is one of these.
    pub(super) fn is_kind(kind: u8) -> bool {
        (64..=68).contains(&kind)
    }

    /// About how many bytes it takes.
    pub(super) fn len_about(&self) -> usize {
        match self {
            Self::Lacks { hashes } => hashes.len() * 32,
            Self::Outline { nodes, .. } => 32 + nodes.len() * 32,
            Self::Piece { bytes, .. } => 40 + bytes.as_ref().map_or(0, Vec::len),
            Self::Offer { .. } | Self::Ask { .. } => 64,
        }
    }

    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Lacks { hashes } => {
                w.count(hashes.len(), BLOB_LACKS_MAX);
                hashes.iter().for_each(|hash| w.fixed(&hash.0));
            }
            Self::Offer { hash, len, pieces } => {
                w.fixed(&hash.0);
                w.number(*len);
                write_pieces(w, pieces);
            }
            Self::Ask { hash, part } => {
                w.fixed(&hash.0);
                let (flag, at) = match *part {
                    BlobPart::Outline(from) => (0, from),
                    BlobPart::Piece(at) => (1, at),
                };
                w.byte(flag);
                w.number(at.into());
            }
            Self::Outline { hash, from, nodes } => {
                w.fixed(&hash.0);
                w.number((*from).into());
                w.count(nodes.len(), OUTLINE_NODES_MAX);
                nodes.iter().for_each(|node| w.fixed(node));
            }
            Self::Piece { hash, at, bytes } => {
                w.fixed(&hash.0);
                w.number((*at).into());
                w.byte(bytes.is_some().into());
                bytes.iter().for_each(|bytes| w.blob(bytes, PIECE_BYTES));
            }
        }
    }

    pub(super) fn read(kind: u8, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if kind == 64 {
            return read_lacks(r);
        }
        let hash = BlobHash(r.fixed()?);
        Ok(match kind {
            65 => {
                let len = r.number()?;
                if len > BLOB_BYTES_MAX {
                    return Err(DecodeError::Limit { what: "blob bytes", found: len, limit: BLOB_BYTES_MAX as usize });
                }
                Self::Offer { hash, len, pieces: read_pieces(r, len)? }
            }
            66 => {
                let is_piece = r.flag("part")?;
                let at = r.seq()?;
                let part = if is_piece { BlobPart::Piece(at) } else { BlobPart::Outline(at) };
                Self::Ask { hash, part }
            }
            67 => {
                let from = r.seq()?;
                let count = r.count("hashes of pieces", OUTLINE_NODES_MAX, 32)?;
                let nodes = (0..count).map(|_| r.fixed()).collect::<Result<_, _>>()?;
                Self::Outline { hash, from, nodes }
            }
            68 => {
                let at = r.seq()?;
                let has_it = r.flag("piece")?;
                let bytes = if has_it { Some(r.blob("piece bytes", PIECE_BYTES)?.to_vec()) } else { None };
                Self::Piece { hash, at, bytes }
            }
            kind => return Err(DecodeError::Kind(kind)),
        })
    }
}

fn read_lacks(r: &mut Reader<'_>) -> Result<BlobMessage, DecodeError> {
    let count = r.count("blobs", BLOB_LACKS_MAX, 32)?;
    let hashes = (0..count).map(|_| r.fixed().map(BlobHash)).collect::<Result<Vec<_>, _>>()?;
    let ascends = hashes.windows(2).all(|pair| pair[0] < pair[1]);
    if ascends { Ok(BlobMessage::Lacks { hashes }) } else { Err(DecodeError::NotCanonical("blobs")) }
}

/// Ranges of what is there: how many are missing before each, and how many it has. Ranges beyond the limit
/// are left out: they are offered later, when gaps have closed.
fn write_pieces(w: &mut Writer, pieces: &Pieces) {
    let ranges: Vec<_> = pieces.ranges().take(BLOB_RANGES_MAX).collect();
    w.count(ranges.len(), BLOB_RANGES_MAX);
    let mut end = 0;
    for range in ranges {
        w.number((range.start - end).into());
        w.number(range.len() as u64);
        end = range.end;
    }
}

fn read_pieces(r: &mut Reader<'_>, len: u64) -> Result<Pieces, DecodeError> {
    let count = r.count("ranges of pieces", BLOB_RANGES_MAX, 2)?;
    let (mut pieces, mut end) = (Pieces::none(len), 0_u64);
    for at in 0..count {
        let (gap, run) = (u64::from(r.seq()?), u64::from(r.seq()?));
        let start = end + gap;
        end = start + run;
        if run == 0 || (at > 0 && gap == 0) {
            return Err(DecodeError::NotCanonical("ranges of pieces"));
        }
        if end > u64::from(piece_count(len)) {
            return Err(limit("pieces", end as usize, piece_count(len) as usize));
        }
        for at in start..end {
            pieces.insert(at as u32);
        }
    }
    Ok(pieces)
}
