//! A member that writes and follows everybody, without building the text.

use crate::board::{Board, Stage};
use clock::{DocumentId, Frontier, Id, ReplicaId, Span, VersionVector};
use codec::{Chain, ChainHead, Frame, Origin, SigningKey};
use motet::{ContainerId, Kind};
use std::sync::Arc;
use std::time::Instant;
use sync::{Epoch, Hashes, ImportOutcome, Parcel, Replica};

/// Replica ids above this are not members': the server's is random.
const MEMBERS_MAX: u64 = 1 << 20;

/// The state of such a member.
pub struct Light {
    doc: DocumentId,
    number: u64,
    key: SigningKey,
    head: ChainHead,
    version: VersionVector,
    frontier: Frontier,
    lamport: u64,
    /// Who wrote the lines that everybody types behind.
    lines: Option<ReplicaId>,
    own: Vec<Parcel>,
    board: Arc<Board>,
}

impl Light {
    /// Member `number`, who has nothing yet.
    pub fn new(doc: DocumentId, number: u64, board: Arc<Board>) -> Self {
        let mut secret = [7; 32];
        secret[..8].copy_from_slice(&number.to_le_bytes());
        let key = SigningKey::from_bytes(&secret);
        let replica = ReplicaId(number + 1);
        let head = Origin { document: doc, epoch: 0, replica, author: key.author() }.head();
        let (version, frontier) = (VersionVector::new(), Frontier::default());
        Self { doc, number, key, head, version, frontier, lamport: 0, lines: None, own: Vec::new(), board }
    }

    /// Who it writes as.
    pub fn replica(&self) -> ReplicaId {
        ReplicaId(self.number + 1)
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
        let action = log::Action {
            id,
            lamport: self.lamport + 1,
            parents: self.frontier.ids().to_vec(),
            unseen: Vec::new(),
            time: 0,
            label: String::new(),
            ops: vec![log::Op::Insert { container, left: Some(left), right, text: "k".into() }],
        };
        let at = Instant::now();
        self.note(&action);
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

    fn note(&mut self, action: &log::Action) {
        self.lamport = self.lamport.max(action.lamport);
        self.frontier.advance(&action.parents, action.span().last());
        self.version.extend_to(action.id.replica, action.span().end);
    }
}

fn read(parcel: &Parcel) -> Vec<log::Action> {
    let chain = Chain::decode(&parcel.bytes).expect("the server sends chains");
    let read = |frame: &Vec<u8>| codec::decode_frame(frame).expect("the server sends frames").0;
    chain.frames.iter().flat_map(read).collect()
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
        own.flat_map(|span| self.own.iter().filter(|parcel| span.start < parcel.end && parcel.start < span.end))
            .cloned()
            .collect()
    }

    fn import(&mut self, _: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        let mut outcome = ImportOutcome::default();
        for parcel in parcels {
            if parcel.start != self.version.end(parcel.replica) {
                continue;
            }
            if parcel.replica.0 > MEMBERS_MAX {
                self.lines.get_or_insert(parcel.replica);
            }
            // Each parcel is read once for all members: here they share a processor with the server.
            let actions = self.board.clone().read_once((parcel.replica, parcel.start), || read(&parcel));
            actions.iter().for_each(|action| self.note(action));
            self.board.see(Stage::Arrival, &[parcel.span()]);
            outcome.applied += u64::from(parcel.end - parcel.start);
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
