//! The tree of hashes over a blob, cut off at the pieces.
//!
//! BLAKE3 hashes a binary tree of chunks of 1 KiB (J. O'Connor, J.-P. Aumasson, S. Neves, Z. Wilcox-O'Hearn,
//! *BLAKE3: one function, fast everywhere*, section 2.1): the left half of a node is the largest power of two
//! of chunks that leaves some for the right. A piece is 64 chunks, so it is a node, and the nodes of all
//! pieces, merged in pairs, give the hash of the blob. That list is a two-thousandth of the blob, which is
//! little enough to be sent before it as a whole; so there are no proofs along paths as in *bao*, a piece
//! comes with nothing around it, and a list that is wrong is found out before the first piece is asked for.

use crate::BlobHash;
use crate::limits::{BLOB_BYTES_MAX, PIECE_BYTES};
use blake3::Hasher;
use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use std::ops::Range;

/// The node of a piece.
type Node = [u8; 32];

/// How many pieces a blob of `len` bytes has. An empty blob has one, an empty one.
pub fn piece_count(len: u64) -> u32 {
    u32::try_from(len.div_ceil(PIECE_BYTES as u64)).unwrap_or(u32::MAX).max(1)
}

/// How many hashes the outline of a blob of `len` bytes has: none where the blob is one piece.
pub fn outline_len(len: u64) -> usize {
    match piece_count(len) {
        1 => 0,
        count => count as usize,
    }
}

/// The bytes of a blob of `len` bytes that are its piece `at`, if it has so many.
pub fn piece_range(len: u64, at: u32) -> Option<Range<u64>> {
    let start = u64::from(at) * PIECE_BYTES as u64;
    (at < piece_count(len)).then(|| start..(start + PIECE_BYTES as u64).min(len))
}

/// The hashes of a blob's pieces.
///
/// Invariant: merged, they give the hash of the blob; so whoever has one can verify every piece by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    hash: BlobHash,
    len: u64,
    nodes: Vec<Node>,
}

/// Why some hashes are no outline of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutlineError {
    /// The blob would be too long.
    #[error("a blob of {0} bytes is longer than {BLOB_BYTES_MAX}")]
    Length(u64),
    /// They are not as many as the blob has pieces.
    #[error("an outline of {found} hashes for a blob of {len} bytes, which has {wanted}")]
    Count {
        /// The length of the blob.
        len: u64,
        /// The hashes.
        found: usize,
        /// What it should have.
        wanted: usize,
    },
    /// They belong to another blob.
    #[error("the outline does not belong to blob {0}")]
    Hash(BlobHash),
}

/// Why bytes are not a piece of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PieceError {
    /// The blob has not so many pieces.
    #[error("the blob has no piece {0}")]
    Place(u32),
    /// The piece has another length.
    #[error("piece {at} of {found} bytes should have {wanted}")]
    Length {
        /// Which piece.
        at: u32,
        /// The bytes that came.
        found: usize,
        /// The bytes that it has.
        wanted: usize,
    },
    /// The piece has other bytes.
    #[error("the bytes of piece {0} are not those of the blob")]
    Hash(u32),
}

impl Outline {
    /// The outline of the blob `hash` of `len` bytes, if `nodes` are one. For a blob of one piece they are
    /// none, and its length is verified with the piece.
    pub fn new(hash: BlobHash, len: u64, nodes: Vec<Node>) -> Result<Self, OutlineError> {
        if len > BLOB_BYTES_MAX {
            return Err(OutlineError::Length(len));
        }
        if nodes.len() != outline_len(len) {
            return Err(OutlineError::Count { len, found: nodes.len(), wanted: outline_len(len) });
        }
        if !nodes.is_empty() && root(&nodes) != hash {
            return Err(OutlineError::Hash(hash));
        }
        Ok(Self { hash, len, nodes })
    }

    /// The blob.
    pub fn hash(&self) -> BlobHash {
        self.hash
    }

    /// The length of the blob in bytes.
    #[expect(clippy::len_without_is_empty, reason = "the length of what it outlines")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The hash of each piece, where there are several.
    pub fn hashes(&self) -> &[Node] {
        &self.nodes
    }

    /// Whether `bytes` are piece `at` of the blob.
    pub fn verify(&self, at: u32, bytes: &[u8]) -> Result<(), PieceError> {
        let range = piece_range(self.len, at).ok_or(PieceError::Place(at))?;
        let wanted = (range.end - range.start) as usize;
        if bytes.len() != wanted {
            return Err(PieceError::Length { at, found: bytes.len(), wanted });
        }
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::SkipPiece) {
            return Ok(());
        }
        let is_right = match self.nodes.get(at as usize) {
            Some(node) => piece_hasher(at).update(bytes).finalize_non_root() == *node,
            None => BlobHash::of(bytes) == self.hash,
        };
        if is_right { Ok(()) } else { Err(PieceError::Hash(at)) }
    }
}

fn piece_hasher(at: u32) -> Hasher {
    let mut hasher = Hasher::new();
    hasher.set_input_offset(u64::from(at) * PIECE_BYTES as u64);
    hasher
}

/// The largest power of two below `count`: where BLAKE3 divides a tree of so many leaves.
fn middle(count: usize) -> usize {
    count.next_power_of_two() / 2
}

fn root(nodes: &[Node]) -> BlobHash {
    let (left, right) = nodes.split_at(middle(nodes.len()));
    BlobHash(*merge_subtrees_root(&merged(left), &merged(right), Mode::Hash).as_bytes())
}

/// As deep as the logarithm of the number of pieces: 16 at most.
fn merged(nodes: &[Node]) -> Node {
    if let [node] = nodes {
        return *node;
    }
    let (left, right) = nodes.split_at(middle(nodes.len()));
    merge_subtrees_non_root(&merged(left), &merged(right), Mode::Hash)
}

/// Makes the hash and the outline of bytes that come one after the other.
#[derive(Clone, Debug)]
pub struct Outliner {
    nodes: Vec<Node>,
    piece: Hasher,
    len: u64,
}

impl Default for Outliner {
    fn default() -> Self {
        Self { nodes: Vec::new(), piece: piece_hasher(0), len: 0 }
    }
}

impl Outliner {
    /// Takes in the next bytes. Whoever brings them holds them to the limit of a blob.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let at = self.nodes.len() as u64 * PIECE_BYTES as u64;
            let filled = (self.len - at) as usize;
            if filled == PIECE_BYTES {
                // Only now is it certain that the piece is not the whole blob.
                self.nodes.push(self.piece.finalize_non_root());
                self.piece = piece_hasher(self.nodes.len() as u32);
                continue;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE_BYTES - filled));
            self.piece.update(now);
            self.len += now.len() as u64;
            bytes = later;
        }
    }

    /// The bytes taken in so far.
    #[expect(clippy::len_without_is_empty, reason = "a position, not a collection")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The hash and the outline of everything taken in.
    pub fn finish(mut self) -> (BlobHash, Outline) {
        if self.nodes.is_empty() {
            let hash = BlobHash(*self.piece.finalize().as_bytes());
            return (hash, Outline { hash, len: self.len, nodes: Vec::new() });
        }
        self.nodes.push(self.piece.finalize_non_root());
        let hash = root(&self.nodes);
        (hash, Outline { hash, len: self.len, nodes: self.nodes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at / 251 + at) as u8).collect()
    }

    fn outlined(bytes: &[u8], step: usize) -> (BlobHash, Outline) {
        let mut outliner = Outliner::default();
        bytes.chunks(step.max(1)).for_each(|part| outliner.update(part));
        outliner.finish()
    }

    const LENGTHS: [usize; 12] = [
        0,
        1,
        1024,
        1025,
        PIECE_BYTES - 1,
        PIECE_BYTES,
        PIECE_BYTES + 1,
        2 * PIECE_BYTES,
        3 * PIECE_BYTES + 5,
        4 * PIECE_BYTES,
        7 * PIECE_BYTES,
        13 * PIECE_BYTES - 7,
    ];

    #[test]
    fn the_hash_is_blake3_whatever_the_length_and_the_steps() {
        for len in LENGTHS {
            let bytes = bytes(len);
            let (hash, outline) = outlined(&bytes, len);
            assert_eq!(hash, BlobHash::of(&bytes), "{len} bytes");
            assert_eq!(outlined(&bytes, 1000), (hash, outline.clone()), "{len} bytes");
            assert_eq!(Outline::new(hash, len as u64, outline.hashes().to_vec()), Ok(outline), "{len} bytes");
        }
    }

    #[test]
    fn each_piece_is_verified_by_itself_and_at_its_place() {
        for len in LENGTHS {
            let bytes = bytes(len);
            let (_, outline) = outlined(&bytes, len);
            for at in (0..piece_count(len as u64)).rev() {
                let range = piece_range(len as u64, at).unwrap();
                let mut piece = bytes[range.start as usize..range.end as usize].to_vec();
                assert_eq!(outline.verify(at, &piece), Ok(()), "{at} of {len} bytes");
                assert!(outline.verify(at + 1, &piece).is_err(), "{at} of {len} bytes, at the wrong place");
                if let Some(byte) = piece.last_mut() {
                    *byte ^= 1;
                    assert_eq!(outline.verify(at, &piece), Err(PieceError::Hash(at)));
                    piece.pop();
                    assert!(matches!(outline.verify(at, &piece), Err(PieceError::Length { .. })));
                }
            }
        }
    }

    #[test]
    fn an_outline_cannot_lie() {
        let (hash, outline) = outlined(&bytes(5 * PIECE_BYTES), 1 << 20);
        let (len, nodes) = (outline.len(), outline.hashes().to_vec());
        for at in 0..nodes.len() {
            let mut wrong = nodes.clone();
            wrong[at][31] ^= 1;
            assert_eq!(Outline::new(hash, len, wrong), Err(OutlineError::Hash(hash)));
        }
        assert!(matches!(Outline::new(hash, len, nodes[1..].to_vec()), Err(OutlineError::Count { .. })));
        assert!(matches!(Outline::new(hash, len + 1, nodes), Err(OutlineError::Count { .. })));
        let huge = Outline::new(hash, BLOB_BYTES_MAX + 1, Vec::new());
        assert_eq!(huge, Err(OutlineError::Length(BLOB_BYTES_MAX + 1)));
    }

    /// A claimed length within the last piece is only found out with that piece.
    #[test]
    fn a_wrong_length_fails_at_the_last_piece() {
        let bytes = bytes(PIECE_BYTES + 10);
        let (hash, outline) = outlined(&bytes, 999);
        let longer = Outline::new(hash, outline.len() + 1, outline.hashes().to_vec()).unwrap();
        assert_eq!(longer.verify(0, &bytes[..PIECE_BYTES]), Ok(()));
        assert!(longer.verify(1, &bytes[PIECE_BYTES..]).is_err());
        assert!(longer.verify(1, &[&bytes[PIECE_BYTES..], &[0]].concat()).is_err());
    }
}
