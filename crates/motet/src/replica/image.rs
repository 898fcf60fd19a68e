//! A document kept so that it opens at once, and opened from that.

use super::{KnownChain, Replica, SIGNED_BYTES_MAX};
use clock::{DocumentId, ReplicaId, Seq, SortedMap};
use codec::block::{self, LogPart, PartRef};
use codec::{Boundaries, DecodeError, EncodeError, Image, SigningKey};
use log::{ReceiveError, ReplicaLog};
use std::borrow::Cow;

/// Why a document cannot be opened from an image.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// Its bytes are not an image.
    #[error("the image cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// It is of another document.
    #[error("the image is of document {0}")]
    Document(DocumentId),
    /// Its logs break a rule.
    #[error("an action of the image was refused: {0}")]
    Action(#[from] ReceiveError),
    /// It does not hold what it says.
    #[error("the image does not hold the version that it says")]
    Version,
}

impl ImageError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Document(_) => "image.document",
            Self::Action(_) => "image.action",
            Self::Version => "image.version",
        }
    }
}

impl Replica {
    /// An image of everything that is here and sealed, with what the shared view shows of it, unless there is something here
    /// that this version does not know: a later one, which may open the image, shows that too. What waits for something is
    /// not in it.
    pub fn image(&self) -> Result<Vec<u8>, EncodeError> {
        let parts: Vec<PartRef<'_>> = self.chains.values().map(|chain| self.part(chain)).collect();
        let blocks = block::encode_all(&parts)?;
        let kept = self.shows_all().then(|| self.document.shared_kept(&self.version()));
        let older = |chain: &KnownChain| {
            let (replica, end) = (chain.head.replica, chain.head.end);
            chain.signatures.range(..end).map(move |(&at, &signature)| (replica, at, signature)).collect::<Vec<_>>()
        };
        let mut image = Image {
            document: self.id,
            version: self.version(),
            texts: Vec::new(),
            shown: Cow::Borrowed(&[]),
            blocks: blocks.iter().map(Vec::as_slice).collect(),
            signatures: self.chains.values().flat_map(older).collect(),
            proofs: self.forks().cloned().collect(),
            forgotten: self.image_forgotten(),
        };
        kept.iter().try_for_each(|kept| image.keep(kept))?;
        image.encode()
    }

    /// Whether every version of this program shows what this one does.
    fn shows_all(&self) -> bool {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::ShowUnknown) {
            return true;
        }
        self.document.log().is_known()
    }

    fn part(&self, chain: &KnownChain) -> PartRef<'_> {
        let log = self.document.log().log(chain.head.replica).expect("its chain is known");
        let range = 0..chain.head.end;
        let boundaries = boundaries_of(log, &chain.ends);
        PartRef { log, range, author: chain.head.author, boundaries, head: Some(chain.head) }
    }

    /// The document of `image`, to write to as `replica` with `key`. Chains are not verified: an image
    /// comes from the own disk.
    pub fn open_image(
        id: DocumentId,
        epoch: u32,
        (replica, key): (ReplicaId, SigningKey),
        image: &Image<'_>,
    ) -> Result<Self, ImageError> {
        if image.document != id {
            return Err(ImageError::Document(image.document));
        }
        let mut opened = Self::new(id, epoch, replica, key);
        let mut logs = Vec::new();
        let mut ends = SortedMap::new();
        for block in &image.blocks {
            for part in block::decode(block)?.parts {
                opened.know_part(&part, &mut ends)?;
                logs.push(part.log);
            }
        }
        match image.kept()? {
            Some(kept) => opened.document.open(logs, kept)?,
            None => drop(opened.document.receive_logs(logs, None)?),
        }
        for (replica, end, signature) in &image.signatures {
            let chain = opened.chains.get_mut(replica).ok_or(ImageError::Version)?;
            chain.ends.binary_search(end).map_err(|_| ImageError::Version)?;
            chain.signatures.insert(*end, *signature);
        }
        for proof in &image.proofs {
            let first = proof.left.frames.first().ok_or(ImageError::Version)?;
            let chain = opened.chains.get_mut(&codec::name(first)?.replica).ok_or(ImageError::Version)?;
            chain.fork = Some(Box::new(proof.clone()));
        }
        opened.open_forgotten(image.forgotten.as_ref())?;
        if opened.document.version() != image.version || opened.version() != image.version {
            return Err(ImageError::Version);
        }
        Ok(opened)
    }

    /// Notes the chain of a part; of a replica cut into several, the last has the head. `ends` keeps where
    /// the frames of the others end.
    fn know_part(&mut self, part: &LogPart, ends: &mut SortedMap<ReplicaId, Vec<Seq>>) -> Result<(), ImageError> {
        let ends = ends.entry(part.log.replica).or_default();
        let known = ends.last().copied().unwrap_or(0);
        ends.extend(ends_of(&part.log, &part.boundaries).ok_or(ImageError::Version)?);
        if part.start != known || ends.last() != Some(&part.log.end()) {
            return Err(ImageError::Version);
        }
        let Some(head) = part.head else { return Ok(()) };
        let signature = head.signature.filter(|_| head.end == part.log.end()).ok_or(ImageError::Version)?;
        let signatures = SortedMap::from([(head.end, signature)]);
        self.document.note_author(head.replica, log::Decider(head.author.0));
        self.chains.insert(
            head.replica,
            KnownChain { head, base: None, ends: ends.clone(), signatures, newest_bytes: SIGNED_BYTES_MAX, fork: None },
        );
        Ok(())
    }
}

/// How many actions each frame has, of frames that end at `ends`.
fn boundaries_of(log: &ReplicaLog, ends: &[Seq]) -> Boundaries {
    let mut boundaries = Boundaries::new();
    let mut headers = log.headers.iter();
    let mut header = headers.next();
    let mut start = 0;
    for &end in ends {
        let mut actions = 0;
        while start < end {
            let run = header.expect("frames hold actions");
            let stop = run.range.end.min(end);
            actions += (stop - start) / run.each;
            start = stop;
            if start == run.range.end {
                header = headers.next();
            }
        }
        boundaries.push(actions);
    }
    boundaries
}

/// Where frames end that have so many actions each; none where the log has fewer.
fn ends_of(log: &ReplicaLog, boundaries: &Boundaries) -> Option<Vec<Seq>> {
    let mut ends = Vec::new();
    let mut headers = log.headers.iter();
    let mut header = headers.next()?;
    let mut at = header.range.start;
    for mut actions in boundaries.iter() {
        while actions > 0 {
            if at == header.range.end {
                header = headers.next()?;
            }
            let here = actions.min((header.range.end - at) / header.each);
            at += here * header.each;
            actions -= here;
        }
        ends.push(at);
    }
    Some(ends)
}
