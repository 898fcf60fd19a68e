//! A document that exchanges sealed bytes with others: a copy, an author's key, and the chains.

mod image;
mod sealed;
mod trimmed;

pub use image::ImageError;
pub(crate) use sealed::Sealed;

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
    /// It stands in the place of history that was forgotten, by the word of an author whom nobody here knows to decide.
    #[error(
        "history was trimmed by {0}, whom nobody here knows to decide: trust that author, or take the document anew"
    )]
    Untrusted(AuthorKey),
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
            Self::Untrusted(_) => "import.untrusted",
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
    /// The signature over the head, and how long its frames are; none where more of what was forgotten follows.
    vouched: Option<(Signature, usize)>,
    /// Where what was forgotten of it ends, and the hash there.
    base: Option<(Seq, codec::Hash)>,
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
    /// Where what was forgotten of it ends, and the hash there.
    base: Option<(Seq, codec::Hash)>,
    /// Where frames end, ascending, the base among them.
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
    /// What was forgotten here, and by whose word; the latest last, which nearly always is all.
    trimmed: Vec<trimmed::Trimmed>,
    /// Whether others forgot what is not here, and by which trimming it was last tried to forget it here, too.
    owes: Option<Option<Id>>,
    /// What came in the place of what others forgot, as it came, until it can be made again here.
    adopted: Vec<Parcel>,
    trusted: Vec<AuthorKey>,
    trusts_all: bool,
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
        Self {
            id,
            epoch,
            key,
            document,
            chains: SortedMap::new(),
            waiting: WaitingRoom::default(),
            trimmed: Vec::new(),
            owes: None,
            adopted: Vec::new(),
            trusted: Vec::new(),
            trusts_all: false,
        }
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
        let sealed = Sealed::decode(bytes)?;
        let is_trusted = self.check_word(&sealed)?;
        let mut spans = Vec::new();
        match self.take(&sealed, patch.as_deref_mut())? {
            Taken::Known => return Ok(Imported::Known),
            Taken::Early => self.waiting.add(&sealed, bytes, is_trusted)?,
            Taken::In(span) => {
                self.adopt(&sealed, bytes);
                spans.push(span);
            }
        }
        self.release_waiting(&mut spans, patch);
        self.forget_too();
        Ok(if spans.is_empty() { Imported::Waiting } else { Imported::Applied(spans) })
    }

    /// Takes in a chain, as a whole, where everything that it follows is here.
    fn take(&mut self, sealed: &Sealed, patch: Option<&mut Patch>) -> Result<Taken, ImportError> {
        let name = sealed.name()?;
        let Some(head) = self.head_for(name)? else { return Ok(Taken::Early) };
        if name.start > head.end {
            return Ok(Taken::Early);
        }
        let Some(opening) = self.open_sealed(sealed, head)? else { return Ok(Taken::Known) };
        if opening.vouched.is_none() || !self.is_ready(name.replica, &opening.actions) {
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

    /// Verifies and reads what follows `head`; none where nothing does.
    fn open_sealed(&mut self, sealed: &Sealed, head: ChainHead) -> Result<Option<Opening>, ImportError> {
        match sealed {
            Sealed::Chain(chain) => self.open(chain, head),
            Sealed::Piece(piece) => self.open_piece(piece, head),
        }
    }

    /// Verifies and reads what of `chain` follows `head`; none where nothing does.
    fn open(&mut self, chain: &Chain, head: ChainHead) -> Result<Option<Opening>, ImportError> {
        let Some(new) = self.skip_known(chain, &head)? else { return Ok(None) };
        Self::read_chain(&new, &head).map(Some)
    }

    /// Verifies and reads a chain that follows `head`.
    fn read_chain(chain: &Chain, head: &ChainHead) -> Result<Opening, ImportError> {
        let opened = chain.open(head)?;
        let mut ends = Vec::new();
        for frame in &chain.frames {
            ends.push(codec::decode_frame(frame)?.1);
        }
        let bytes = chain.frames.iter().map(Vec::len).sum();
        let vouched = Some((chain.signature, bytes));
        Ok(Opening { actions: opened.actions, head: opened.head, ends, vouched, base: None })
    }

    /// Forgets what others forgot of which not everything is here any more, once it is known what that is.
    fn forget_too(&mut self) {
        // In a browser it stays as it came: what it takes to work it out weighs more than what it gives back.
        if cfg!(target_family = "wasm") {
            return;
        }
        let Some(tried) = self.owes else { return };
        let now = self.document.trimmed();
        if now != tried && self.document.view.is_shared() {
            self.owes = if self.forget() { None } else { Some(now) };
        }
    }

    /// Appends what was validated, in causal order; notes what it was.
    fn append(&mut self, openings: Vec<Opening>, spans: &mut Vec<Span>, patch: Option<&mut Patch>) {
        let mut actions = Vec::new();
        for opening in openings {
            // What is not vouched for by itself comes with what is.
            if let Some(vouched) = opening.vouched {
                let replica = opening.head.replica;
                self.extend_chain(replica, opening.head, opening.ends, vouched);
                if let Some(base) = opening.base {
                    self.chains.get_mut(&replica).expect("just extended").forget_below(base);
                    self.owes = Some(None);
                }
            }
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
            // Of what was forgotten nobody can tell.
            let forgotten = self.chains.get(&head.replica).map_or(0, KnownChain::start);
            let is_same = || {
                name.start < forgotten || self.frame_at(head.replica, name.start).as_deref() == Some(frame.as_slice())
            };
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
            base: None,
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
                let sealed = self.waiting.sealed(&key);
                self.waiting.take(&key);
                // It brings nothing, unless it proves that its author contradicts themselves.
                drop(self.take(&sealed, None));
            }
            let keys = self.waiting.complete(&self.version());
            if keys.is_empty() {
                return;
            }
            match self.open_together(&keys) {
                Ok(openings) => {
                    for key in &keys {
                        let sealed = self.waiting.sealed(key);
                        let bytes = self.waiting.take(key);
                        self.adopt(&sealed, &bytes);
                    }
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
            let opened = self.open_next(&self.waiting.sealed(key), heads.get(&key.0).copied());
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
    fn open_next(&mut self, sealed: &Sealed, head: Option<ChainHead>) -> Result<Option<Opening>, ImportError> {
        let name = sealed.name()?;
        let known = self.head_for(name)?;
        match head.or(known) {
            Some(head) => self.open_sealed(sealed, head),
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
    /// where there is anything. A parcel begins where a frame does, so perhaps before what is missing. What was forgotten here comes
    /// first, as what stands in its place: who has nothing takes that from anybody.
    pub fn export(&self, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        let mut total = 0;
        let mut starts: Vec<Option<Seq>> = Vec::new();
        for span in missing {
            let is_forgotten = self.chains.get(&span.replica).is_some_and(|chain| span.start < chain.start());
            starts.push(match is_forgotten {
                true if total < bytes_max => self.export_pieces(*span, &mut total, &mut parcels),
                true => None,
                false => Some(span.start),
            });
        }
        for (span, start) in missing.iter().zip(starts) {
            let (Some(chain), Some(start)) = (self.chains.get(&span.replica), start) else { continue };
            let mut start = chain.ends[..chain.ends.partition_point(|&end| end <= start)].last().copied().unwrap_or(0);
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
        let chain = self.chains.get(&replica);
        chain.map_or_else(Vec::new, |chain| chain.frames_of(&self.document, range).collect())
    }

    /// The bytes of the known frame that begins at `start`.
    fn frame_at(&self, replica: ReplicaId, start: Seq) -> Option<Vec<u8>> {
        let chain = self.chains.get(&replica)?;
        let at = chain.ends.partition_point(|&end| end <= start);
        let begins = if at == 0 { 0 } else { chain.ends[at - 1] };
        let end = *chain.ends.get(at)?;
        (begins == start && start >= chain.start()).then(|| chain.encode_frame(&self.document, start..end))
    }

    /// The hash of the chain before the frame that begins at `start`.
    fn hash_at(&self, replica: ReplicaId, start: Seq) -> Option<codec::Hash> {
        self.hash_in(&self.document, replica, start)
    }

    /// The same, of what is in a document that begins as this one does.
    fn hash_in(&self, document: &Document, replica: ReplicaId, start: Seq) -> Option<codec::Hash> {
        let chain = self.chains.get(&replica)?;
        if start < chain.start() || start > 0 && chain.ends.binary_search(&start).is_err() {
            return None;
        }
        let origin = Origin { document: self.id, epoch: self.epoch, replica, author: chain.head.author };
        let (from, hash) = chain.base.unwrap_or_else(|| (0, origin.head().hash));
        let frames = chain.frames_of(document, from..start);
        Some(frames.fold(hash, |hash, frame| codec::hash_after(hash, &frame)))
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

impl KnownChain {
    /// The bytes of the frames in `range`, which begins and ends where frames do, not before the base.
    fn frames_of(&self, document: &Document, range: std::ops::Range<Seq>) -> impl Iterator<Item = Vec<u8>> {
        let first = self.ends.partition_point(|&end| end <= range.start);
        let mut start = range.start;
        self.ends[first..].iter().take_while(move |&&end| end <= range.end).map(move |&end| {
            let frame = self.encode_frame(document, start..end);
            start = end;
            frame
        })
    }

    fn encode_frame(&self, document: &Document, range: std::ops::Range<Seq>) -> Vec<u8> {
        let ChainHead { replica, author, .. } = self.head;
        let log = document.log.log(replica).expect("its chain is known");
        let actions: Vec<Action> = log.actions_in(range.clone()).collect();
        codec::encode_frame(replica, author, range.start, &actions).expect("taken in within the limits")
    }
}

/// What a parcel says it holds, before anything in it is checked.
pub fn parcel_span(bytes: &[u8]) -> Result<Span, DecodeError> {
    let (first, end) = match Sealed::decode(bytes)? {
        Sealed::Chain(chain) => {
            let (first, last) = (chain.frames.first(), chain.frames.last());
            (codec::name(first.expect("a chain has frames"))?, codec::decode_frame(last.expect("as it has a first"))?.1)
        }
        Sealed::Piece(piece) => (piece.name()?, piece.outline()?.0.end),
    };
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
