//! A document that exchanges sealed bytes with others: a copy, an author's key, and the chains.

mod image;

pub use image::ImageError;

use crate::document::Document;
use crate::waiting::{Key, WaitingRoom};
use clock::{DocumentId, Id, ReplicaId, Seq, SortedMap, Span, VersionVector};
use codec::{
    AuthorKey, Chain, ChainHead, Cost, DecodeError, EquivocationProof, Frame, FrameError, FrameName, Origin, Signature,
    SigningKey,
};
use log::{Action, BlobNames, ContainerId, Decider, Kind, ReceiveError};
use model::Patch;
use view::Policy;

/// Signatures closer together than so many elements are thinned out: the later one vouches for both.
const SIGNATURE_SPACING: Seq = 4096;

/// Signatures are not thinned out where the parcels between them would become longer than this, in bytes: who is
/// given only what they vouch for gets a parcel of that length.
const SIGNED_BYTES_MAX: usize = 1 << 20;

/// What a frame holds before the next begins, in bytes, unless one action is more.
const FRAME_BYTES: usize = 64 << 10;

/// What a parcel holds, in bytes: a message carries one of 8 MiB.
const PARCEL_BYTES: usize = 6 << 20;

/// What a parcel takes in memory once it is read: less than anybody may take to read it.
const PARCEL_MEMORY: usize = 28 << 20;

/// The map from authors' keys to what they call themselves: it is beside the work, and stays where that goes back.
pub fn people() -> ContainerId {
    ContainerId::root(Kind::Map, "people")
}

/// Sealed actions of one replica: what members send each other and stores keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The elements.
    pub span: Span,
    /// A chain of frames with its signature.
    pub bytes: Vec<u8>,
}

/// What became of a parcel.
#[derive(Clone, Debug, PartialEq)]
pub enum Imported {
    /// It was taken in, and so was what had waited for it: these spans, in order.
    Applied(Vec<Span>),
    /// Everything in it was here.
    Known,
    /// Something that it follows is missing: it waits.
    Waiting,
}

/// Why a parcel was refused; the document is as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Its bytes are no chain of frames.
    #[error("the parcel cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// A frame does not hold.
    #[error("the parcel does not hold: {0}")]
    Frame(#[from] FrameError),
    /// An action breaks a rule.
    #[error("an action was refused: {0}")]
    Action(#[from] ReceiveError),
    /// Its author wrote two different things under one id. The proof is kept; nothing more of this
    /// replica is taken in.
    #[error("replica {0} contradicts itself, and nothing more of it is taken in")]
    Equivocation(ReplicaId),
    /// Too much waits already.
    #[error("too much waits for missing actions: {bytes} bytes, {limit} allowed")]
    WaitingFull {
        /// What would wait.
        bytes: usize,
        /// What may.
        limit: usize,
    },
}

impl ImportError {
    /// The stable code, which wire and interface share.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Frame(error) => error.code(),
            Self::Action(_) => "import.action",
            Self::Equivocation(_) => "import.equivocation",
            Self::WaitingFull { .. } => "import.waiting-full",
        }
    }
}

/// What became of a chain of frames.
enum Taken {
    /// Everything in it was known.
    Known,
    /// Something that it follows is missing.
    Early,
    /// It is vouched for and taken in.
    In(Span),
}

/// A chain that was verified, and follows what is known of its replica.
struct Opening {
    actions: Vec<Action>,
    head: ChainHead,
    /// Where its frames end.
    ends: Vec<Seq>,
    signature: Signature,
    /// How long its frames are.
    bytes: usize,
}

/// What two members with equal versions must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// Of the multi-log.
    pub log: [u8; 32],
    /// Of the standings in the shared view.
    pub standings: [u8; 32],
    /// Of what the shared view shows.
    pub state: [u8; 32],
}

/// One replica's chain as this member knows it.
#[derive(Clone, Debug)]
struct KnownChain {
    head: ChainHead,
    /// Where frames end, ascending.
    ends: Vec<Seq>,
    /// Signatures over the hashes at some of those ends, the newest always.
    signatures: SortedMap<Seq, Signature>,
    /// The bytes since the signature before the newest.
    newest_bytes: usize,
    /// Proof that its author contradicted themselves; the chain is closed.
    fork: Option<Box<EquivocationProof>>,
}

/// A document with a key to write under and chains to exchange.
///
/// ```
/// use codec::SigningKey;
/// use motet::{ContainerId, DocumentId, Kind, Replica, ReplicaId, VersionVector};
/// let (id, text) = (DocumentId(7), ContainerId::root(Kind::Text, "text"));
/// let mut ann = Replica::new(id, 0, ReplicaId(1), SigningKey::from_bytes(&[1; 32]));
/// let mut bob = Replica::new(id, 0, ReplicaId(2), SigningKey::from_bytes(&[2; 32]));
/// ann.document_mut().edit(0, |edit| edit.insert(text, 0, "Hello"));
/// let parcel = ann.seal().unwrap();
/// bob.import(&parcel.bytes, None).unwrap();
/// assert_eq!(bob.document().text(text), "Hello");
/// assert_eq!(bob.author(ReplicaId(1)), Some(ann.own_author()));
/// ```
#[derive(Clone, Debug)]
pub struct Replica {
    id: DocumentId,
    epoch: u32,
    key: SigningKey,
    document: Document,
    chains: SortedMap<ReplicaId, KnownChain>,
    waiting: WaitingRoom,
}

impl Replica {
    /// A copy that shows another choice, to be looked at.
    pub fn with_policy(&self, policy: Policy) -> Self {
        let mut copy = self.clone();
        copy.document.set_policy(policy);
        copy
    }

    /// An empty copy of document `id` that writes as `replica` with `key`.
    pub fn new(id: DocumentId, epoch: u32, replica: ReplicaId, key: SigningKey) -> Self {
        let mut document = Document::new(replica);
        document.note_author(replica, Decider(key.author().0));
        Self { id, epoch, key, document, chains: SortedMap::new(), waiting: WaitingRoom::default() }
    }

    /// Which document it is.
    pub fn id(&self) -> DocumentId {
        self.id
    }

    /// Its generation.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The document, to edit or to look at otherwise.
    pub fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// Who writes here.
    pub fn own_author(&self) -> AuthorKey {
        self.key.author()
    }

    /// Who writes as `replica`, where anything of it is here.
    pub fn author(&self, replica: ReplicaId) -> Option<AuthorKey> {
        if replica == self.document.replica() {
            return Some(self.key.author());
        }
        self.chains.get(&replica).map(|chain| chain.head.author)
    }

    /// The replicas that `author` has written as.
    pub fn replicas_of(&self, author: AuthorKey) -> Vec<ReplicaId> {
        self.chains.iter().filter(|(_, chain)| chain.head.author == author).map(|(&replica, _)| replica).collect()
    }

    /// The proofs of replicas that contradicted themselves.
    pub fn forks(&self) -> impl Iterator<Item = &EquivocationProof> {
        self.chains.values().filter_map(|chain| chain.fork.as_deref())
    }

    /// How much of everybody's writing is in the document and sealed.
    pub fn version(&self) -> VersionVector {
        self.chains.iter().map(|(&replica, chain)| (replica, chain.head.end)).collect()
    }

    /// Seals the own actions since the last call, as many as a parcel holds: there may be more until it returns
    /// `None`. [`Replica::seal_all`] seals whatever there is.
    pub fn seal(&mut self) -> Option<Parcel> {
        let replica = self.document.replica();
        let origin = Origin { document: self.id, epoch: self.epoch, replica, author: self.key.author() };
        let mut head = self.chains.get(&replica).map_or_else(|| origin.head(), |chain| chain.head);
        let start = head.end;
        let actions = self.document.log.log(replica)?.actions_in(start..self.document.log.end(replica));
        let (mut chain, mut ends): (Option<Chain>, Vec<Seq>) = (None, Vec::new());
        for actions in parcel_of(actions) {
            let frame = Frame {
                document: self.id,
                epoch: self.epoch,
                replica,
                author: head.author,
                start: head.end,
                prev: head.hash,
                actions,
            };
            let end = frame.actions.last().expect("not empty").span().end;
            let frame = codec::seal(&frame, &self.key).expect("what is written was kept within the limits");
            head = ChainHead { end, hash: frame.hash, signature: Some(frame.signature), ..head };
            ends.push(end);
            match &mut chain {
                None => chain = Some(frame.into()),
                Some(chain) => chain.push(frame),
            }
        }
        let chain = chain?;
        let bytes = chain.encode().expect("a parcel was kept within the limits");
        self.extend_chain(replica, head, ends, (chain.signature, bytes.len()));
        Some(Parcel { span: Span::new(replica, start, head.end), bytes })
    }

    /// Seals all own actions since the last call. Whether there were any.
    pub fn seal_all(&mut self) -> bool {
        let is_new = self.seal().is_some();
        while is_new && self.seal().is_some() {}
        is_new
    }

    /// Takes in a parcel from anywhere, in any order, any number of times. What changed is added to
    /// `patch`, where one is given.
    pub fn import(&mut self, bytes: &[u8], mut patch: Option<&mut Patch>) -> Result<Imported, ImportError> {
        let chain = Chain::decode(bytes)?;
        let mut spans = Vec::new();
        match self.take(&chain, patch.as_deref_mut())? {
            Taken::Known => return Ok(Imported::Known),
            Taken::Early => self.waiting.add(&chain, bytes)?,
            Taken::In(span) => spans.push(span),
        }
        self.release_waiting(&mut spans, patch);
        Ok(if spans.is_empty() { Imported::Waiting } else { Imported::Applied(spans) })
    }

    /// Takes in a chain, as a whole, where everything that it follows is here.
    fn take(&mut self, chain: &Chain, patch: Option<&mut Patch>) -> Result<Taken, ImportError> {
        let name = codec::name(chain.frames.first().expect("a chain has frames"))?;
        let Some(head) = self.head_for(name)? else { return Ok(Taken::Early) };
        if name.start > head.end {
            return Ok(Taken::Early);
        }
        let Some(opening) = self.open(chain, head)? else { return Ok(Taken::Known) };
        if !self.is_ready(name.replica, &opening.actions) {
            return Ok(Taken::Early);
        }
        self.document.log.validate(&opening.actions)?;
        let span = Span::new(name.replica, head.end, opening.head.end);
        self.append(vec![opening], &mut Vec::new(), patch);
        Ok(Taken::In(span))
    }

    /// The head of the chain that a frame belongs to; none where only a frame before it could tell.
    fn head_for(&self, name: FrameName) -> Result<Option<ChainHead>, ImportError> {
        let origin = |author| Origin { document: self.id, epoch: self.epoch, replica: name.replica, author };
        match self.chains.get(&name.replica) {
            Some(known) if known.fork.is_some() => Err(ImportError::Equivocation(name.replica)),
            Some(known) => Ok(Some(known.head)),
            None => Ok(name.author.map(|author| origin(author).head())),
        }
    }

    /// Verifies and reads what of `chain` follows `head`; none where nothing does.
    fn open(&mut self, chain: &Chain, head: ChainHead) -> Result<Option<Opening>, ImportError> {
        let Some(new) = self.skip_known(chain, &head)? else { return Ok(None) };
        let opened = new.open(&head)?;
        let mut ends = Vec::new();
        for frame in &new.frames {
            ends.push(codec::decode_frame(frame)?.1);
        }
        let bytes = new.frames.iter().map(Vec::len).sum();
        Ok(Some(Opening { actions: opened.actions, head: opened.head, ends, signature: new.signature, bytes }))
    }

    /// Appends what was validated, in causal order; notes what it was.
    fn append(&mut self, openings: Vec<Opening>, spans: &mut Vec<Span>, patch: Option<&mut Patch>) {
        let mut actions = Vec::new();
        for opening in openings {
            let vouched = (opening.signature, opening.bytes);
            self.extend_chain(opening.head.replica, opening.head, opening.ends, vouched);
            actions.extend(opening.actions);
        }
        sort_causally(&mut actions);
        let (appended, result) = self.document.receive_many(actions, patch);
        result.expect("validated before");
        spans.extend(appended);
    }

    /// What of `chain` follows `head`; `None` where nothing does. What is known already must be the
    /// same. What is not known here and lies before `head` is vouched for with what follows it.
    fn skip_known(&mut self, chain: &Chain, head: &ChainHead) -> Result<Option<Chain>, ImportError> {
        let known_end = self.chains.get(&head.replica).map_or(0, |chain| chain.head.end);
        let mut skipped = 0;
        let mut end = codec::name(&chain.frames[0])?.start;
        while skipped < chain.frames.len() && end < head.end {
            let frame = &chain.frames[skipped];
            let name = codec::name(frame)?;
            let is_same = || self.frame_at(head.replica, name.start).as_deref() == Some(frame.as_slice());
            if name.replica != head.replica || (name.start < known_end && !is_same()) {
                return Err(self.fork(chain, head, skipped));
            }
            end = codec::decode_frame(frame)?.1;
            skipped += 1;
        }
        if skipped == chain.frames.len() {
            return Ok(None);
        }
        Ok(Some(Chain { frames: chain.frames[skipped..].to_vec(), signature: chain.signature }))
    }

    /// Two different frames at one place: if both are signed, the replica is closed and the proof kept.
    fn fork(&mut self, chain: &Chain, head: &ChainHead, differs: usize) -> ImportError {
        let replica = head.replica;
        let start = codec::name(&chain.frames[differs]).map_or(0, |name| name.start);
        let Some(prev) = self.hash_at(replica, start) else {
            return FrameError::NotNext { start, end: head.end }.into();
        };
        let theirs = Chain { frames: chain.frames[differs..].to_vec(), signature: chain.signature };
        let known = &self.chains[&replica];
        let ours = Chain {
            frames: self.frames(replica, start..head.end),
            signature: known.head.signature.expect("a chain that goes on is signed"),
        };
        let proof = EquivocationProof { author: head.author, prev, left: ours, right: theirs };
        if !proof.verify() {
            return FrameError::Signature(replica).into();
        }
        self.chains.get_mut(&replica).expect("known").fork = Some(Box::new(proof));
        ImportError::Equivocation(replica)
    }

    /// Whether everything that `actions` of one replica follow is here or among them.
    fn is_ready(&self, replica: ReplicaId, actions: &[Action]) -> bool {
        let here = |parent: &Id, at: Seq| {
            if parent.replica == replica { parent.seq < at } else { parent.seq < self.document.log.end(parent.replica) }
        };
        let next = actions.first().is_none_or(|first| first.id.seq == self.document.log.end(replica));
        next && actions.iter().all(|action| action.parents.iter().all(|parent| here(parent, action.id.seq)))
    }

    /// Notes what follows in a chain: the ends of its frames, the signature over the last, and how many bytes they are.
    fn extend_chain(
        &mut self,
        replica: ReplicaId,
        head: ChainHead,
        ends: Vec<Seq>,
        (signature, bytes): (Signature, usize),
    ) {
        self.document.note_author(replica, Decider(head.author.0));
        let chain = self.chains.entry(replica).or_insert_with(|| KnownChain {
            head,
            ends: Vec::new(),
            signatures: SortedMap::new(),
            newest_bytes: 0,
            fork: None,
        });
        chain.head = head;
        chain.ends.extend(ends);
        chain.signatures.insert(head.end, signature);
        let close: Vec<Seq> = chain.signatures.keys().rev().skip(1).take(2).copied().collect();
        let together = chain.newest_bytes.saturating_add(bytes);
        chain.newest_bytes = bytes;
        if let [last, before] = close[..]
            && last - before < SIGNATURE_SPACING
            && together <= SIGNED_BYTES_MAX
        {
            chain.signatures.remove(&last);
            chain.newest_bytes = together;
        }
    }

    /// Takes in what waited and can go now: what needs nothing that is not here, and what needs nothing
    /// but each other. What proves bad is dropped.
    fn release_waiting(&mut self, spans: &mut Vec<Span>, mut patch: Option<&mut Patch>) {
        while self.waiting() > 0 {
            for key in self.waiting.known(&self.version()) {
                let chain = self.waiting.chain(&key);
                self.waiting.take(&key);
                // It brings nothing, unless it proves that its author contradicts themselves.
                drop(self.take(&chain, None));
            }
            let keys = self.waiting.complete(&self.version());
            if keys.is_empty() {
                return;
            }
            match self.open_together(&keys) {
                Ok(openings) => {
                    keys.iter().for_each(|key| drop(self.waiting.take(key)));
                    self.append(openings, spans, patch.as_deref_mut());
                }
                Err(bad) => drop(self.waiting.take(&bad)),
            }
        }
    }

    /// Verifies, reads and validates parcels that need each other; names one that is bad.
    fn open_together(&mut self, keys: &[Key]) -> Result<Vec<Opening>, Key> {
        let mut openings: SortedMap<Key, Opening> = SortedMap::new();
        let mut heads: SortedMap<ReplicaId, ChainHead> = SortedMap::new();
        for key in keys {
            let opened = self.open_next(&self.waiting.chain(key), heads.get(&key.0).copied());
            if let Some(opening) = opened.map_err(|_| *key)? {
                heads.insert(key.0, opening.head);
                openings.insert(*key, opening);
            }
        }
        let mut actions: Vec<Action> = openings.values().flat_map(|opening| opening.actions.clone()).collect();
        sort_causally(&mut actions);
        if let Err(error) = self.document.log.validate(&actions) {
            let at_fault = |opening: &Opening| opening.actions.iter().any(|action| Some(action.id) == error.action());
            let bad = openings.iter().find(|(_, opening)| at_fault(opening)).map(|(key, _)| *key);
            return Err(bad.unwrap_or(keys[0]));
        }
        Ok(openings.into_values().collect())
    }

    /// Opens a chain that follows `head`, or what is known where there is none.
    fn open_next(&mut self, chain: &Chain, head: Option<ChainHead>) -> Result<Option<Opening>, ImportError> {
        let name = codec::name(chain.frames.first().expect("a chain has frames"))?;
        let known = self.head_for(name)?;
        match head.or(known) {
            Some(head) => self.open(chain, head),
            None => Err(FrameError::NotNext { start: name.start, end: 0 }.into()),
        }
    }

    /// The blobs that any of its history names, whether shown or not, and what waits as well.
    pub fn blob_names(&self) -> BlobNames {
        let mut names = self.document.log.blob_names();
        self.waiting.add_blob_names(&mut names);
        names
    }

    /// How many parcels wait for something missing.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// What is missing below what waits, ascending by replica: what to ask others for.
    pub fn wanted(&self) -> Vec<Span> {
        if self.waiting() == 0 { Vec::new() } else { self.waiting.wanted(&self.version()) }
    }

    /// Parcels with what `missing` names and is here and sealed, about `bytes_max` bytes, at least one
    /// where there is anything. A parcel begins where a frame does, so perhaps before what is missing.
    pub fn export(&self, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        let mut total = 0;
        for span in missing {
            let Some(chain) = self.chains.get(&span.replica) else { continue };
            let mut start =
                chain.ends[..chain.ends.partition_point(|&end| end <= span.start)].last().copied().unwrap_or(0);
            let stop = span.end.min(chain.head.end);
            while start < stop && total < bytes_max {
                let (end, signature) = chain.signatures.range(start + 1..).next().expect("the newest is signed");
                let frames = self.frames(span.replica, start..*end);
                let bytes = Chain { frames, signature: *signature }.encode().expect("taken in within the limits");
                total += bytes.len();
                parcels.push(Parcel { span: Span::new(span.replica, start, *end), bytes });
                start = *end;
            }
        }
        parcels
    }

    /// The bytes of the frames of `replica` in `range`, which begins and ends where frames do.
    fn frames(&self, replica: ReplicaId, range: std::ops::Range<Seq>) -> Vec<Vec<u8>> {
        let Some(chain) = self.chains.get(&replica) else { return Vec::new() };
        let first = chain.ends.partition_point(|&end| end <= range.start);
        let mut start = range.start;
        let mut frames = Vec::new();
        for &end in chain.ends[first..].iter().take_while(|&&end| end <= range.end) {
            frames.push(self.encode_frame(replica, chain.head.author, start..end));
            start = end;
        }
        frames
    }

    fn encode_frame(&self, replica: ReplicaId, author: AuthorKey, range: std::ops::Range<Seq>) -> Vec<u8> {
        let log = self.document.log.log(replica).expect("its chain is known");
        let actions: Vec<Action> = log.actions_in(range.clone()).collect();
        codec::encode_frame(replica, author, range.start, &actions).expect("taken in within the limits")
    }

    /// The bytes of the known frame that begins at `start`.
    fn frame_at(&self, replica: ReplicaId, start: Seq) -> Option<Vec<u8>> {
        let chain = self.chains.get(&replica)?;
        let at = chain.ends.partition_point(|&end| end <= start);
        let begins = if at == 0 { 0 } else { chain.ends[at - 1] };
        let end = *chain.ends.get(at)?;
        (begins == start).then(|| self.encode_frame(replica, chain.head.author, start..end))
    }

    /// The hash of the chain before the frame that begins at `start`.
    fn hash_at(&self, replica: ReplicaId, start: Seq) -> Option<codec::Hash> {
        let chain = self.chains.get(&replica)?;
        if start > 0 && chain.ends.binary_search(&start).is_err() {
            return None;
        }
        let origin = Origin { document: self.id, epoch: self.epoch, replica, author: chain.head.author };
        Some(
            self.frames(replica, 0..start)
                .iter()
                .fold(origin.head().hash, |hash, frame| codec::hash_after(hash, frame)),
        )
    }

    /// What members at equal versions must agree on.
    pub fn hashes(&mut self) -> Hashes {
        let log = self.log_hash().0;
        let standings = codec::hash_after(codec::Hash([1; 32]), self.document.standings().as_bytes()).0;
        let state = codec::hash_after(codec::Hash([2; 32]), &self.document.shared_state_hash().to_le_bytes()).0;
        Hashes { log, standings, state }
    }

    /// A hash of everything that was taken in and sealed: equal on members at equal versions.
    pub fn log_hash(&self) -> codec::Hash {
        let mut bytes = Vec::new();
        for (replica, chain) in &self.chains {
            bytes.extend(replica.0.to_le_bytes());
            bytes.extend(chain.head.end.to_le_bytes());
            bytes.extend(chain.head.hash.0);
        }
        codec::hash_after(codec::Hash([0; 32]), &bytes)
    }
}

/// What a parcel says it holds, before anything in it is checked.
pub fn parcel_span(bytes: &[u8]) -> Result<Span, DecodeError> {
    let chain = Chain::decode(bytes)?;
    let first = codec::name(chain.frames.first().expect("a chain has frames"))?;
    let (_, end) = codec::decode_frame(chain.frames.last().expect("a chain has frames"))?;
    if end <= first.start {
        return Err(DecodeError::NotCanonical("frames out of order"));
    }
    Ok(Span::new(first.replica, first.start, end))
}

/// An action follows none of a later logical time: one that claims otherwise does not validate.
fn sort_causally(actions: &mut [Action]) {
    actions.sort_by_key(|action| (action.lamport, action.id));
}

/// The first of some actions, as many as one parcel holds and at least one, in groups that fit into a frame each.
fn parcel_of(actions: impl Iterator<Item = Action>) -> Vec<Vec<Action>> {
    let mut frames: Vec<Vec<Action>> = Vec::new();
    let (mut whole, mut last) = (Cost::default(), Cost::default());
    for action in actions {
        let cost = cost_of(&action);
        let is_full = whole.bytes + cost.bytes > PARCEL_BYTES || whole.memory + cost.memory > PARCEL_MEMORY;
        if is_full && !frames.is_empty() {
            break;
        }
        whole += cost;
        if frames.is_empty() || last.bytes + cost.bytes > FRAME_BYTES {
            frames.push(Vec::new());
            last = Cost::default();
        }
        last += cost;
        frames.last_mut().expect("just pushed").push(action);
    }
    frames
}

/// What an action takes at most.
fn cost_of(action: &Action) -> Cost {
    let named = action.parents.len() + action.unseen.len();
    let mut cost = Cost { bytes: 64 + 32 * named, memory: size_of::<Action>() + size_of::<Span>() * named };
    for op in &action.ops {
        cost += codec::cost(op.as_op_ref()).expect("what is written was kept within the limits");
    }
    cost
}
