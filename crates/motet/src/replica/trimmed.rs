//! Forgetting what history was trimmed of, and taking it in from others who did.
//!
//! What is forgotten is worked out by everybody alike, so that whoever has the history can check what a decider vouches for, and
//! forget it too. Who was away has not got it, and takes the word of those whom they know to decide; who comes anew has nobody's
//! word at all, and takes what there is, as with everything else.

use super::{ImageError, ImportError, KnownChain, Opening, Parcel, Replica, Sealed, cost_of};
use crate::decisions::{Ballot, DecideError};
use crate::document::{Document, Refusal};
use crate::forget::{Forgotten, is_forgotten};
use crate::waiting::TRUSTED_BYTES_MAX;
use clock::{Id, ReplicaId, Seq, Span, VersionVector};
use codec::trimmed::{Base, Certificate, Piece, Statement, Tail, path};
use codec::{Chain, ChainHead, Cost, EncodeError, FrameError, Hash};
use log::{Action, Decider, OpRef, ReplicaLog};
use model::Patch;

/// What a piece holds before the next begins, in bytes, unless one action is more.
const PIECE_BYTES: usize = 1 << 20;

/// How many actions it holds.
const PIECE_ACTIONS: usize = 1 << 14;

/// What was forgotten here, and by whose word.
#[derive(Clone, Debug)]
pub(super) struct Trimmed {
    certificate: Certificate,
    /// The hashes of its pieces, in order.
    leaves: Vec<Hash>,
}

impl Replica {
    /// Decides, and lets history be trimmed up to the decision before, see [`Document::trim`]; vouches for what stands in the place of
    /// what may be forgotten. The second is what changes on the screen. [`Replica::forget`] forgets it here. What was written before is sealed,
    /// also where it fails: who passes on what is sealed has that to pass on.
    pub fn trim(&mut self, time: i64) -> Result<(Ballot, Patch), DecideError> {
        self.seal_all();
        let mut document = std::mem::replace(&mut self.document, Document::new(ReplicaId(0)));
        let done = document.decide_with(time, Some(&mut |document, decide| self.vouch(document, decide)));
        self.document = document;
        done
    }

    /// What vouches for what stands in the place of what may be forgotten if `decide` is made next in a document.
    fn vouch(&self, document: &Document, decide: OpRef<'_>) -> Result<Vec<u8>, DecideError> {
        let (then, decision, before) = document.supposing(decide)?;
        let cuts = self.cuts(&then, &self.bounds(&then, before));
        let too_large = |error: EncodeError| DecideError::from(Refusal::from(error));
        let (leaves, bytes) = self.leaves(&then, &cuts, decision).map_err(too_large)?;
        if bytes > TRUSTED_BYTES_MAX {
            return Err(too_large(EncodeError::Invalid("so long a history could be taken in by nobody who was away")));
        }
        let statement = Statement::sign((self.id, self.epoch), decision, &leaves, &self.key);
        Certificate { statement, cuts }.encode().map_err(too_large)
    }

    /// Up to where can be forgotten what a decision covers: where frames end, and nothing in it follows what is not.
    fn bounds(&self, document: &Document, before: Id) -> VersionVector {
        let covered = document.log.version_at(&[before]);
        let at_frame = |chain: &KnownChain, end: Seq| {
            chain.ends[..chain.ends.partition_point(|&at| at <= end)].last().copied().unwrap_or(0)
        };
        let mut version = VersionVector::new();
        for (&replica, chain) in &self.chains {
            version.extend_to(replica, at_frame(chain, covered.end(replica)));
        }
        loop {
            let (mut closed, mut is_closed) = (VersionVector::new(), true);
            for (replica, mut end) in version.iter() {
                let log = document.log.log(replica).expect("its chain is known");
                for run in &log.headers {
                    if run.range.start >= end {
                        break;
                    }
                    let follows = |parents: &[Id]| parents.iter().all(|id| version.contains(*id));
                    if run.parents().is_some_and(|parents| !follows(parents)) {
                        (end, is_closed) = (at_frame(&self.chains[&replica], run.range.start), false);
                        break;
                    }
                }
                closed.extend_to(replica, end);
            }
            if is_closed {
                return version;
            }
            version = closed;
        }
    }

    /// Where the pieces of what is within `bounds` end.
    fn cuts(&self, document: &Document, bounds: &VersionVector) -> Vec<(ReplicaId, Vec<Seq>)> {
        let mut cuts = Vec::new();
        for (replica, end) in bounds.iter() {
            let (mut ends, mut bytes, mut count) = (Vec::new(), 0, 0);
            for action in document.log.log(replica).expect("its chain is known").actions_in(0..end) {
                let Cost { bytes: more, .. } = cost_of(&action);
                if count > 0 && (count == PIECE_ACTIONS || bytes + more > PIECE_BYTES) {
                    ends.push(action.id.seq);
                    (bytes, count) = (0, 0);
                }
                bytes += more;
                count += 1;
            }
            ends.push(end);
            cuts.push((replica, ends));
        }
        cuts
    }

    /// The hashes of all pieces, in order, of actions without what is forgotten by a decision; and how long they are together.
    fn leaves(
        &self,
        document: &Document,
        cuts: &[(ReplicaId, Vec<Seq>)],
        decision: Id,
    ) -> Result<(Vec<Hash>, usize), EncodeError> {
        let mut version = VersionVector::new();
        for (replica, ends) in cuts {
            version.extend_to(*replica, ends.last().copied().unwrap_or(0));
        }
        let forgotten = Forgotten::of(document, &version, decision);
        let (mut leaves, mut bytes) = (Vec::new(), 0);
        for (replica, ends) in cuts {
            let unknown = EncodeError::Invalid("a base that is not known");
            let base = ends.last().and_then(|&end| self.base_of(document, *replica, end)).ok_or(unknown)?;
            let mut start = 0;
            for &end in ends {
                let frame = frame_without(document, (*replica, &base), (start, end), &forgotten)?;
                leaves.push(Piece::leaf(&base, &frame));
                bytes += frame.len();
                start = end;
            }
        }
        Ok((leaves, bytes))
    }

    /// What leads to `end` in the chain of a replica; none where no frame ends there, or nobody knows any more.
    fn base_of(&self, document: &Document, replica: ReplicaId, end: Seq) -> Option<Base> {
        let hash = self.hash_in(document, replica, end)?;
        Some(Base { author: self.chains.get(&replica)?.head.author, end, hash })
    }

    /// Forgets what nobody will ever see again, where history was trimmed and somebody vouches for what stands in its place. Whether
    /// there was anything to forget, and it shows nothing else than what everybody shares: who looks at what was before goes on to. It
    /// cannot be taken back: views of before show U+FFFD for a character then, null for a value. What is on a disk is for whoever
    /// wrote it there.
    pub fn forget(&mut self) -> bool {
        if !self.document.view.is_shared() {
            return false;
        }
        let Some((decision, bytes)) = self.document.view.trims(&self.document.log).next_back() else { return false };
        if self.forgotten_by() == Some(decision) || self.document.is_writing() {
            return false;
        }
        let Ok(certificate) = Certificate::decode(bytes) else { return false };
        let Statement { by, decision: said, .. } = certificate.statement;
        if said != decision
            || self.author(decision.replica) != Some(by)
            || !certificate.statement.is_signed(self.id, self.epoch)
        {
            return false;
        }
        // Nobody's word is taken for what can be worked out.
        let Ok((leaves, _)) = self.leaves(&self.document, &certificate.cuts, decision) else { return false };
        if !certificate.statement.is_of(&leaves) {
            return false;
        }
        let bounds: VersionVector = ends(&certificate).collect();
        let bases: Vec<(ReplicaId, Base)> = ends(&certificate)
            .map(|(replica, end)| (replica, self.base_of(&self.document, replica, end).expect("just found")))
            .collect();
        self.document.forget(&Forgotten::of(&self.document, &bounds, decision), &bounds);
        for (replica, base) in bases {
            self.chains.get_mut(&replica).expect("it has a base").forget_below((base.end, base.hash));
        }
        // What came by the word of others, for more than this is about, is kept: so are the words themselves.
        let is_made = |of: &Parcel| ends(&certificate).any(|(replica, _)| replica == of.span.replica);
        self.adopted.retain(|of| !is_made(of));
        self.trimmed.retain(|known| ends(&known.certificate).any(|of| ends(&certificate).all(|now| now.0 != of.0)));
        self.trimmed.push(Trimmed { certificate, leaves });
        true
    }

    /// Whether what was forgotten here, or by others of whom it was taken, was so by a decision that turned out not to count: an author
    /// decided on two devices that did not know of each other. Then what is not here any more may show elsewhere.
    pub fn forgot_in_vain(&self) -> bool {
        let adopted = self.adopted.iter().filter_map(|of| Piece::decode(&of.bytes).ok());
        let said = self.trimmed.iter().map(|of| of.certificate.statement).chain(adopted.map(|piece| piece.statement));
        let mut by = said.map(|statement| statement.decision).filter(|id| self.document.knows(*id));
        by.any(|decision| !self.document.decisions().contains(&decision))
    }

    /// Keeps what stands in the place of what others forgot, until it can be made again.
    pub(super) fn adopt(&mut self, sealed: &Sealed, bytes: &[u8]) {
        if let (Sealed::Piece(_), Ok((span, _))) = (sealed, sealed.outline()) {
            self.adopted.push(Parcel { span, bytes: bytes.to_vec() });
        }
    }

    /// Adds what came of `span` in the place of what others forgot; where the last of it ends, none where there is none.
    fn export_adopted(&self, span: Span, total: &mut usize, parcels: &mut Vec<Parcel>) -> Option<Seq> {
        let of = self.adopted.iter().filter(|of| of.span.replica == span.replica && of.span.end > span.start);
        let mut of: Vec<&Parcel> = of.collect();
        of.sort_by_key(|of| of.span.start);
        *total += of.iter().map(|of| of.bytes.len()).sum::<usize>();
        parcels.extend(of.iter().copied().cloned());
        of.last().map(|of| of.span.end)
    }

    /// What an image says of what is forgotten here.
    pub(super) fn image_forgotten(&self) -> Option<codec::Forgotten> {
        let by = |trimmed: &Trimmed| (trimmed.certificate.statement.decision, trimmed.leaves.clone());
        let by = self.trimmed.iter().map(by).collect();
        let base = |(&replica, chain): (&ReplicaId, &KnownChain)| chain.base.map(|(end, hash)| (replica, end, hash));
        let bases: Vec<_> = self.chains.iter().filter_map(base).collect();
        let pieces = self.adopted.iter().map(|of| of.bytes.clone()).collect();
        (!bases.is_empty()).then_some(codec::Forgotten { by, bases, pieces })
    }

    /// Takes over what an image says of that, once all else was taken from it.
    pub(super) fn open_forgotten(&mut self, forgotten: Option<&codec::Forgotten>) -> Result<(), ImageError> {
        let Some(codec::Forgotten { by, bases, pieces }) = forgotten else { return Ok(()) };
        for bytes in pieces {
            self.adopt(&Sealed::decode(bytes)?, bytes);
        }
        for (replica, end, hash) in bases {
            let chain = self.chains.get_mut(replica).ok_or(ImageError::Version)?;
            chain.ends.binary_search(end).map_err(|_| ImageError::Version)?;
            chain.forget_below((*end, *hash));
        }
        for (decision, leaves) in by {
            let said = self.document.log.ops_in(Span::of(decision.plus(1))).next();
            let Some((_, OpRef::Trim { certificate, .. })) = said else { return Err(ImageError::Version) };
            let certificate = Certificate::decode(certificate)?;
            if !certificate.statement.is_of(leaves) {
                return Err(ImageError::Version);
            }
            self.trimmed.push(Trimmed { certificate, leaves: leaves.clone() });
        }
        // What others forgot since may not be forgotten here yet.
        self.owes = (!self.adopted.is_empty()).then_some(None);
        Ok(())
    }

    /// By which decision what is forgotten here was, where anything is.
    pub fn forgotten_by(&self) -> Option<Id> {
        self.trimmed.last().map(|trimmed| trimmed.certificate.statement.decision)
    }

    /// Whether characters that were inserted within a span are not here any more: they were forgotten, here or elsewhere.
    pub fn has_forgotten(&self, span: Span) -> bool {
        let end = self.chains.get(&span.replica).map_or(0, KnownChain::start).min(span.end);
        let known = Span::new(span.replica, span.start.min(end), end);
        self.document.log.ops_in(known).any(|(_, op)| is_forgotten(op))
    }

    /// Takes an author's word from now on for what stands in the place of what they let be forgotten, whether or not they are known to
    /// decide here.
    pub fn trust(&mut self, author: codec::AuthorKey) {
        self.trusted.push(author);
    }

    /// Takes anybody's word for that: for what comes from the own disk.
    pub fn trust_all(&mut self, trusts: bool) {
        self.trusts_all = trusts;
    }

    /// Whether an author's word is taken. Whose is because nothing is here yet keeps that: the rest of it comes later.
    fn trusts(&mut self, by: codec::AuthorKey) -> bool {
        let decides = || self.document.authority().is_some_and(|of| of.deciders.contains(&Decider(by.0)));
        if self.trusts_all || self.trusted.contains(&by) || decides() {
            return true;
        }
        let is_new = self.chains.keys().all(|&replica| replica == self.document.replica());
        if is_new {
            self.trusted.push(by);
        }
        is_new
    }

    /// Refuses what stands in the place of what others forgot by the word of nobody here; whether it, or all that comes, is taken.
    pub(super) fn check_word(&mut self, sealed: &Sealed) -> Result<bool, ImportError> {
        if let Sealed::Piece(piece) = sealed {
            piece.open(self.id, self.epoch)?;
            if !self.trusts(piece.statement.by) {
                return Err(ImportError::Untrusted(piece.statement.by));
            }
            return Ok(true);
        }
        Ok(self.trusts_all)
    }

    /// Verifies and reads what of a piece follows `head`; none where nothing does.
    pub(super) fn open_piece(&mut self, piece: &Piece, head: ChainHead) -> Result<Option<Opening>, ImportError> {
        if head.author != piece.base.author {
            return Err(FrameError::Stranger(head.replica).into());
        }
        let opened = piece.open(self.id, self.epoch)?;
        if !self.trusts(piece.statement.by) {
            return Err(ImportError::Untrusted(piece.statement.by));
        }
        if piece.base.end <= head.end {
            // What is forgotten of it elsewhere is here.
            return match &piece.tail {
                Tail::Chain(chain) => self.open(chain, head),
                Tail::None | Tail::Signature(_) => Ok(None),
            };
        }
        if opened.head.end <= head.end {
            return Ok(None);
        }
        let mut actions: Vec<Action> = opened.actions;
        actions.retain(|action| action.id.seq >= head.end);
        if actions.first().is_none_or(|first| first.id.seq != head.end) {
            return Err(FrameError::NotNext { start: opened.head.end, end: head.end }.into());
        }
        let mut opening = Opening {
            actions,
            head: opened.head,
            ends: Vec::new(),
            vouched: None,
            base: opened.is_last.then_some((piece.base.end, piece.base.hash)),
        };
        match &piece.tail {
            Tail::None => {}
            Tail::Signature(signature) => opening.vouched = Some((*signature, 0)),
            Tail::Chain(chain) => {
                let tail = Self::read_chain(chain, &opening.head)?;
                opening.actions.extend(tail.actions);
                (opening.head, opening.ends, opening.vouched) = (tail.head, tail.ends, tail.vouched);
            }
        }
        Ok(Some(opening))
    }

    /// Adds pieces that cover what of `span` is forgotten here; where the last of them ends, none where there are none to give.
    pub(super) fn export_pieces(&self, span: Span, total: &mut usize, parcels: &mut Vec<Parcel>) -> Option<Seq> {
        let base = (span.replica, self.chains.get(&span.replica)?.start());
        let Some(Trimmed { certificate, leaves }) =
            self.trimmed.iter().rev().find(|known| ends(&known.certificate).any(|of| of == base))
        else {
            return self.export_adopted(span, total, parcels);
        };
        let mut at = 0;
        let (replica, ends) = certificate.cuts.iter().find(|(replica, ends)| {
            let is_it = *replica == span.replica;
            at += if is_it { 0 } else { ends.len() };
            is_it
        })?;
        let base = self.base_of(&self.document, *replica, *ends.last()?)?;
        let first = ends.partition_point(|&end| end <= span.start);
        let mut start = if first == 0 { 0 } else { ends[first - 1] };
        for (of, &end) in ends.iter().enumerate().skip(first) {
            let frame = frame_without(&self.document, (*replica, &base), (start, end), &Forgotten::default()).ok()?;
            let (tail, stop) = if end == base.end { self.tail_of(*replica, end)? } else { (Tail::None, end) };
            let piece = Piece {
                statement: certificate.statement,
                at: (at + of) as u32,
                path: path(leaves, at + of),
                base,
                frame,
                tail,
            };
            let bytes = piece.encode().ok()?;
            *total += bytes.len();
            parcels.push(Parcel { span: Span::new(*replica, start, stop), bytes });
            start = stop;
        }
        Some(start)
    }

    /// What shows that the author of a replica wrote what leads to `end`, and up to where it goes.
    fn tail_of(&self, replica: ReplicaId, end: Seq) -> Option<(Tail, Seq)> {
        let (&stop, &signature) = self.chains.get(&replica)?.signatures.range(end..).next()?;
        if stop == end {
            return Some((Tail::Signature(signature), end));
        }
        Some((Tail::Chain(Chain { frames: self.frames(replica, end..stop), signature }), stop))
    }
}

impl KnownChain {
    /// Where what is not here any more as it was written ends: frames before cannot be made again.
    pub(super) fn start(&self) -> Seq {
        self.base.map_or(0, |(end, _)| end)
    }

    /// Keeps nothing of what is before a base.
    pub(super) fn forget_below(&mut self, base: (Seq, Hash)) {
        self.base = Some(base);
        self.ends.retain(|&end| end > base.0);
        self.ends.insert(0, base.0);
        self.signatures.retain(|end, _| *end >= base.0);
    }
}

/// Where what is forgotten of each replica ends.
fn ends(certificate: &Certificate) -> impl Iterator<Item = (ReplicaId, Seq)> + '_ {
    certificate.cuts.iter().filter_map(|(replica, ends)| Some((*replica, *ends.last()?)))
}

fn frame_without(
    document: &Document,
    (replica, base): (ReplicaId, &Base),
    (start, end): (Seq, Seq),
    forgotten: &Forgotten,
) -> Result<Vec<u8>, EncodeError> {
    let log = document.log.log(replica).ok_or(EncodeError::Invalid("a replica that is not known"))?;
    let actions: Vec<Action> = log.actions_in(start..end.min(log.end())).map(|of| forgotten.without(of)).collect();
    codec::encode_frame(replica, base.author, start, &actions)
}

impl Document {
    /// Forgets something within `bounds`, which does not show.
    fn forget(&mut self, forgotten: &Forgotten, bounds: &VersionVector) {
        let without = |log: &ReplicaLog| {
            let bound = bounds.end(log.replica);
            ReplicaLog::part(log.actions_in(0..log.end()).map(|action| match action.id.seq < bound {
                true => forgotten.without(action),
                false => action,
            }))
        };
        let logs: Vec<ReplicaLog> = self.log.logs().filter(|log| log.end() > 0).map(without).collect();
        self.replace_log(logs);
    }
}
