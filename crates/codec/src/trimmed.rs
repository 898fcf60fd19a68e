//! What stands in the place of forgotten history: actions without what nobody will ever see again, which somebody who may decide
//! vouches for, since their authors' hashes do not hold for them any more.
//!
//! ```text
//! statement: decision (replica 8 │ counter varint) │ author 32 │ number of pieces varint │ root 32 │ signature 64
//! certificate: statement │ count, (replica 8 │ count, counters where pieces end…)…
//! piece: 0 │ statement │ number of the piece varint │ count, hashes of the path…
//!   │ author of the replica 32 │ end of what is forgotten of it varint │ hash of its chain there 32
//!   │ length, frame │ 0, or 1 and the author's signature over that hash 64, or 2 and length, chain that follows it
//! ```
//!
//! Pieces are leaves of a hash tree, in the order of the certificate: so one comes alone, and anybody who has the history can
//! make all of them again. A frame here is as in a chain, of any length, and never hashed into one. Where a chain would say how
//! many frames it has a piece has a zero, which no chain has.

use crate::chain::Chain;
use crate::error::{DecodeError, EncodeError};
use crate::frame::{ChainHead, FrameError, FrameName, name, read_frame};
use crate::keys::{AuthorKey, Hash, Signature, SigningKey};
use crate::limits::{CERTIFICATE_BYTES, CHAIN_BYTES, FRAME_BYTES, PIECE_PATH, PIECES, REPLICAS, SEQ, weight_max};
use crate::reader::Reader;
use crate::writer::Writer;
use clock::{DocumentId, Id, ReplicaId, Seq, Span};
use log::Action;

/// What somebody who may decide says of all pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// By which decision history was trimmed.
    pub decision: Id,
    /// Who says so.
    pub by: AuthorKey,
    /// How many pieces there are.
    pub pieces: u32,
    /// The root of their hashes.
    pub root: Hash,
    /// The author's signature over all of it.
    pub signature: Signature,
}

/// A statement, and where the pieces end that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What is said of the pieces.
    pub statement: Statement,
    /// The replicas of which anything is forgotten, ascending, each with where its pieces end, from zero on.
    pub cuts: Vec<(ReplicaId, Vec<Seq>)>,
}

/// Where the forgotten part of a replica's chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// Who writes.
    pub author: AuthorKey,
    /// One past the last counter.
    pub end: Seq,
    /// The hash of the chain there.
    pub hash: Hash,
}

/// What shows that an author wrote what leads to a base: nobody can make that hash again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tail {
    /// The piece is not the last of its replica.
    None,
    /// The author's signature over the base.
    Signature(Signature),
    /// What follows the base, up to a signature.
    Chain(Chain),
}

/// Actions of one replica without what is forgotten of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What is said of all.
    pub statement: Statement,
    /// Which of them it is.
    pub at: u32,
    /// The hashes beside those from it to the root.
    pub path: Vec<Hash>,
    /// Where the forgotten part of its replica ends.
    pub base: Base,
    /// The actions.
    pub frame: Vec<u8>,
    /// What shows whose they are.
    pub tail: Tail,
}

/// A piece that was verified and read.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedPiece {
    /// The actions, in order.
    pub actions: Vec<Action>,
    /// The head behind them: of the chain where the piece is the last of its replica, and of no use otherwise.
    pub head: ChainHead,
    /// Whether the piece is the last of its replica.
    pub is_last: bool,
}

impl Statement {
    /// Says so of pieces by their hashes, in order.
    pub fn sign((document, epoch): (DocumentId, u32), decision: Id, leaves: &[Hash], key: &SigningKey) -> Self {
        let mut statement = Self {
            decision,
            by: key.author(),
            pieces: leaves.len() as u32,
            root: root(leaves),
            signature: Signature([0; 64]),
        };
        statement.signature = key.sign(statement.hash(document, epoch));
        statement
    }

    /// Whether it is about these pieces.
    pub fn is_of(&self, leaves: &[Hash]) -> bool {
        (self.pieces as usize, self.root) == (leaves.len(), root(leaves))
    }

    /// Whether its author says so of that document.
    pub fn is_signed(&self, document: DocumentId, epoch: u32) -> bool {
        self.by.verify(self.hash(document, epoch), &self.signature)
    }

    fn hash(&self, document: DocumentId, epoch: u32) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 trimmed statement v1");
        hasher.update(&document.0.to_le_bytes()).update(&epoch.to_le_bytes());
        hasher.update(&self.decision.replica.0.to_le_bytes()).update(&self.decision.seq.to_le_bytes());
        hasher.update(&self.by.0).update(&self.pieces.to_le_bytes()).update(&self.root.0);
        Hash(*hasher.finalize().as_bytes())
    }

    fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        w.put(&self.decision.replica.0.to_le_bytes());
        w.limited(self.decision.seq.into(), SEQ)?;
        w.put(&self.by.0);
        w.limited(self.pieces.into(), PIECES)?;
        w.put(&self.root.0);
        w.put(&self.signature.0);
        Ok(())
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let replica = ReplicaId(u64::from_le_bytes(r.array()?));
        Ok(Self {
            decision: Id::new(replica, r.limited(SEQ)? as Seq),
            by: AuthorKey(r.array()?),
            pieces: r.limited(PIECES)? as u32,
            root: Hash(r.array()?),
            signature: Signature(r.array()?),
        })
    }
}

impl Certificate {
    /// The bytes of the certificate.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut w = Writer::new();
        self.statement.write(&mut w)?;
        w.count(self.cuts.len(), REPLICAS, size_of::<(ReplicaId, Vec<Seq>)>())?;
        for (replica, ends) in &self.cuts {
            w.put(&replica.0.to_le_bytes());
            w.count(ends.len(), PIECES, size_of::<Seq>())?;
            ends.iter().try_for_each(|&end| w.limited(end.into(), SEQ))?;
        }
        CERTIFICATE_BYTES.check_len(w.len())?;
        Ok(w.into_bytes())
    }

    /// Reads a certificate; whether it holds, only who has the history can say.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        CERTIFICATE_BYTES.check_len(bytes.len())?;
        let mut r = Reader::new(bytes);
        let statement = Statement::read(&mut r)?;
        let count = r.count(REPLICAS, size_of::<(ReplicaId, Vec<Seq>)>())?;
        let mut cuts: Vec<(ReplicaId, Vec<Seq>)> = Vec::new();
        for _ in 0..count {
            let replica = ReplicaId(u64::from_le_bytes(r.array()?));
            let count = r.count(PIECES, size_of::<Seq>())?;
            let ends = (0..count).map(|_| Ok(r.limited(SEQ)? as Seq)).collect::<Result<Vec<Seq>, DecodeError>>()?;
            let ascends = ends.first().is_some_and(|&first| first > 0) && ends.is_sorted_by(|a, b| a < b);
            if !ascends || cuts.last().is_some_and(|(last, _)| *last >= replica) {
                return Err(DecodeError::NotCanonical("a certificate that does not ascend"));
            }
            cuts.push((replica, ends));
        }
        r.finish()?;
        Ok(Self { statement, cuts })
    }
}

impl Piece {
    /// Whether bytes are a piece, or nothing.
    pub fn is_piece(bytes: &[u8]) -> bool {
        bytes.first() == Some(&0)
    }

    /// The bytes of the piece.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut w = Writer::new();
        w.byte(0);
        self.statement.write(&mut w)?;
        w.limited(self.at.into(), PIECES)?;
        w.count(self.path.len(), PIECE_PATH, size_of::<Hash>())?;
        self.path.iter().for_each(|hash| w.put(&hash.0));
        w.put(&self.base.author.0);
        w.limited(self.base.end.into(), SEQ)?;
        w.put(&self.base.hash.0);
        w.bytes(&self.frame, FRAME_BYTES)?;
        match &self.tail {
            Tail::None => w.byte(0),
            Tail::Signature(signature) => {
                w.byte(1);
                w.put(&signature.0);
            }
            Tail::Chain(chain) => {
                w.byte(2);
                w.bytes(&chain.encode()?, CHAIN_BYTES)?;
            }
        }
        CHAIN_BYTES.check_len(w.len())?;
        Ok(w.into_bytes())
    }

    /// Reads a piece without looking into its frame.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        CHAIN_BYTES.check_len(bytes.len())?;
        let mut r = Reader::new(bytes);
        if r.byte()? != 0 {
            return Err(DecodeError::Invalid("not a piece of trimmed history"));
        }
        let statement = Statement::read(&mut r)?;
        let at = r.limited(PIECES)? as u32;
        let count = r.count(PIECE_PATH, size_of::<Hash>())?;
        let path = (0..count).map(|_| Ok(Hash(r.array()?))).collect::<Result<_, DecodeError>>()?;
        let base = Base { author: AuthorKey(r.array()?), end: r.limited(SEQ)? as Seq, hash: Hash(r.array()?) };
        let frame = r.bytes(FRAME_BYTES)?.to_vec();
        let tail = match r.byte()? {
            0 => Tail::None,
            1 => Tail::Signature(Signature(r.array()?)),
            2 => Tail::Chain(Chain::decode(r.bytes(CHAIN_BYTES)?)?),
            number => return Err(DecodeError::Unknown { what: "tail of a piece", number: number.into() }),
        };
        r.finish()?;
        Ok(Self { statement, at, path, base, frame, tail })
    }

    /// The hash of a piece among all, of the frame that holds it.
    pub fn leaf(base: &Base, frame: &[u8]) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 trimmed piece v1");
        hasher.update(&base.author.0).update(&base.end.to_le_bytes()).update(&base.hash.0).update(frame);
        Hash(*hasher.finalize().as_bytes())
    }

    /// Whose actions it says to hold, and from where on.
    pub fn name(&self) -> Result<FrameName, DecodeError> {
        name(&self.frame)
    }

    /// What it says to hold; and what else it follows of its replica, up to which counter: that of a piece that is not the last is of
    /// no use without the others.
    pub fn outline(&self) -> Result<(Span, Vec<Action>, Seq), DecodeError> {
        let (name, mut actions, mut end) = read_frame(&mut Reader::new(&self.frame))?;
        if let Tail::Chain(chain) = &self.tail {
            for frame in &chain.frames {
                let (_, more, next) = read_frame(&mut Reader::new(frame))?;
                actions.extend(more);
                end = next;
            }
        }
        Ok((Span::new(name.replica, name.start, end), actions, self.base.end))
    }

    /// Verifies a piece of a document, as received, and only then reads it. Whether its author may say so is for others to know.
    pub fn open(&self, document: DocumentId, epoch: u32) -> Result<OpenedPiece, FrameError> {
        let name = self.name()?;
        let refused = FrameError::Signature(name.replica);
        if name.author.is_some_and(|author| author != self.base.author) {
            return Err(FrameError::Stranger(name.replica));
        }
        let leaf = Self::leaf(&self.base, &self.frame);
        let root = root_by(leaf, self.at, self.statement.pieces, &self.path);
        if root != Some(self.statement.root) || !self.statement.is_signed(document, epoch) {
            return Err(refused);
        }
        let memory = Reader::within(weight_max(self.frame.len()));
        let (_, actions, end) = read_frame(&mut Reader::part(&self.frame, &memory))?;
        let is_last = end == self.base.end;
        if end > self.base.end || is_last == (self.tail == Tail::None) {
            return Err(DecodeError::NotCanonical("a piece without what follows it").into());
        }
        let signature = match &self.tail {
            Tail::Signature(signature) if self.base.author.verify(self.base.hash, signature) => Some(*signature),
            Tail::Signature(_) => return Err(refused),
            Tail::None | Tail::Chain(_) => None,
        };
        let Base { author, hash, .. } = self.base;
        let head = ChainHead { replica: name.replica, author, end, hash, signature };
        Ok(OpenedPiece { actions, head, is_last })
    }
}

fn node(left: Hash, right: Hash) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 trimmed node v1");
    hasher.update(&left.0).update(&right.0);
    Hash(*hasher.finalize().as_bytes())
}

/// The row above a row of hashes: two by two, a single last one as it is.
fn above(row: &[Hash]) -> Vec<Hash> {
    row.chunks(2).map(|pair| if let [left, right] = *pair { node(left, right) } else { pair[0] }).collect()
}

fn root(leaves: &[Hash]) -> Hash {
    let mut row = leaves.to_vec();
    while row.len() > 1 {
        row = above(&row);
    }
    row.first().copied().unwrap_or(Hash([0; 32]))
}

/// The hashes beside those from a leaf to the root, from below.
pub fn path(leaves: &[Hash], mut at: usize) -> Vec<Hash> {
    let (mut row, mut path) = (leaves.to_vec(), Vec::new());
    while row.len() > 1 {
        path.extend(row.get(at ^ 1));
        (row, at) = (above(&row), at / 2);
    }
    path
}

/// The root of `count` leaves of which one is known, and its path; none where that does not fit.
fn root_by(leaf: Hash, at: u32, count: u32, path: &[Hash]) -> Option<Hash> {
    let (mut hash, mut at, mut count, mut path) = (leaf, at, count, path.iter());
    if at >= count {
        return None;
    }
    while count > 1 {
        if at ^ 1 < count {
            let beside = *path.next()?;
            hash = if at.is_multiple_of(2) { node(hash, beside) } else { node(beside, hash) };
        }
        (at, count) = (at / 2, count.div_ceil(2));
    }
    path.next().is_none().then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leaf_leads_to_the_root_by_its_path_and_by_no_other() {
        for count in 1..20_u8 {
            let leaves: Vec<Hash> = (0..count).map(|at| Hash([at; 32])).collect();
            for at in 0..leaves.len() {
                let path = path(&leaves, at);
                let by = |at: usize, path: &[Hash]| root_by(leaves[at], at as u32, count.into(), path);
                assert_eq!(by(at, &path), Some(root(&leaves)));
                assert_ne!(root_by(Hash([99; 32]), at as u32, count.into(), &path), Some(root(&leaves)));
                assert_eq!(by(at, &[&path[..], &[Hash([0; 32])]].concat()), None, "too long");
                if let Some((_, shorter)) = path.split_last() {
                    assert_eq!(by(at, shorter), None, "too short");
                }
            }
            assert_eq!(root_by(leaves[0], count.into(), count.into(), &[]), None);
        }
    }

    #[test]
    fn a_certificate_reads_back_and_whatever_is_damaged_is_an_error_or_another() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let statement =
            Statement::sign((DocumentId(7), 0), Id::new(ReplicaId(4), 9), &[Hash([1; 32]), Hash([2; 32])], &key);
        let certificate = Certificate { statement, cuts: vec![(ReplicaId(4), vec![5]), (ReplicaId(9), vec![3, 8])] };
        let bytes = certificate.encode().unwrap();
        assert_eq!(Certificate::decode(&bytes).unwrap(), certificate);
        assert!(statement.is_signed(DocumentId(7), 0));
        assert!(!statement.is_signed(DocumentId(8), 0) && !statement.is_signed(DocumentId(7), 1));
        for len in 0..bytes.len() {
            assert!(Certificate::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            if let Ok(other) = Certificate::decode(&damaged) {
                assert_ne!(other, certificate, "byte {at}");
                assert!(other.cuts != certificate.cuts || !other.statement.is_signed(DocumentId(7), 0), "byte {at}");
            }
        }
    }
}
