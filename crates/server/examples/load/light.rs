//! A member that writes and follows everybody, without building the text.

use crate::board::{Board, Stage};
use crate::crowd::{self, Crowd};
use clock::{DocumentId, Id, ReplicaId, Span, VersionVector};
use codec::{Chain, ChainHead, Frame, Origin, SigningKey};
use motet::{ContainerId, Kind};
use std::sync::Arc;
use std::time::Instant;
use sync::{Epoch, Hashes, ImportOutcome, Parcel, Replica};

/// One light member of so many writes down what arrives.
const SAMPLE: usize = 10;

/// The state of such a member.
pub struct Light {
    doc: DocumentId,
    number: usize,
    key: SigningKey,
    head: ChainHead,
    version: VersionVector,
    /// Who wrote the lines that everybody types behind.
    lines: Option<ReplicaId>,
    own: Vec<Parcel>,
    board: Arc<Board>,
    crowd: Arc<Crowd>,
}

impl Light {
    /// Member `number`, who has nothing yet.
    pub fn new(doc: DocumentId, number: usize, board: Arc<Board>, crowd: Arc<Crowd>) -> Self {
        let replica = crowd::replica(number);
        let mut secret = [7; 32];
        secret[..8].copy_from_slice(&replica.0.to_le_bytes());
        let key = SigningKey::from_bytes(&secret);
        let head = Origin { document: doc, epoch: 0, replica, author: key.author() }.head();
        Self { doc, number, key, head, version: VersionVector::new(), lines: None, own: Vec::new(), board, crowd }
    }

    /// Who it writes as.
    pub fn replica(&self) -> ReplicaId {
        crowd::replica(self.number)
    }

    /// Types a character at the end of the own line.
    pub fn press(&mut self) {
        let Some(lines) = self.lines else { return };
        let replica = self.replica();
        let line_end = u32::try_from(self.number * 2 + 1).expect("few members");
        let left = match self.head.end {
            0 => Id::new(lines, line_end - 1),
            end => Id::new(replica, end - 1),
        };
        let container = ContainerId::root(Kind::Text, "text");
        let right = Some(Id::new(lines, line_end));
        let id = Id::new(replica, self.head.end);
        let at = Instant::now();
        let past = self.crowd.press(self.number, &self.version);
        let action = log::Action {
            id,
            lamport: past.lamport,
            parents: past.parents,
            unseen: Vec::new(),
            time: 0,
            label: String::new(),
            proposal: None,
            ops: vec![log::Op::Insert { container, left: Some(left), right, text: "k".into() }],
        };
        self.version.extend_to(replica, id.seq + 1);
        let frame = Frame {
            document: self.doc,
            epoch: 0,
            replica,
            author: self.key.author(),
            start: id.seq,
            prev: self.head.hash,
            actions: vec![action],
        };
        let sealed = codec::seal(&frame, &self.key).expect("small");
        self.head = ChainHead { end: id.seq + 1, hash: sealed.hash, signature: Some(sealed.signature), ..self.head };
        let bytes = Chain::from(sealed).encode().expect("small").into();
        self.own.push(Parcel { replica, start: id.seq, end: id.seq + 1, bytes });
        self.board.press(id, at);
    }
}

/// The end of the lines and its logical time.
fn read_lines(parcel: &Parcel) -> (Id, u64) {
    let chain = Chain::decode(&parcel.bytes).expect("the server sends chains");
    let (actions, _) = codec::decode_frame(&chain.frames[0]).expect("the server sends frames");
    (actions[0].span().last(), actions[0].lamport)
}

impl Replica for Light {
    fn version(&self, _: DocumentId) -> Option<VersionVector> {
        Some(self.version.clone())
    }

    fn epoch(&self, _: DocumentId) -> Epoch {
        0
    }

    fn adopt_epoch(&mut self, _: DocumentId, _: Epoch) {}

    fn export(&mut self, _: DocumentId, missing: &[Span], _: usize) -> Vec<Parcel> {
        let own = missing.iter().filter(|span| span.replica == self.replica());
        own.flat_map(|span| &self.own[span.start as usize..span.end as usize]).cloned().collect()
    }

    fn import(&mut self, _: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        let mut outcome = ImportOutcome::default();
        let mut arrived = Vec::new();
        for parcel in parcels {
            if parcel.start != self.version.end(parcel.replica) {
                continue;
            }
            // What members write is known to the crowd since they wrote it.
            if !self.crowd.has(parcel.replica) {
                self.lines = Some(self.crowd.lines(|| read_lines(&parcel)));
            }
            self.version.extend_to(parcel.replica, parcel.end);
            outcome.applied += u64::from(parcel.end - parcel.start);
            arrived.push(parcel.span());
        }
        if self.number.is_multiple_of(SAMPLE) {
            self.board.see(Stage::Arrival, &arrived);
        }
        outcome
    }

    fn durable(&self, _: DocumentId) -> VersionVector {
        VersionVector::new()
    }

    fn hashes(&mut self, _: DocumentId) -> Hashes {
        Hashes { log: [0; 32], standings: [0; 32], state: None }
    }
}
