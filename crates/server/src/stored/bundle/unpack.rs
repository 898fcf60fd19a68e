//! Documents and blobs out of a bundle, into a store.

use super::file::BundleFile;
use super::{BundleEntry, BundleError};
use crate::hub::{DocumentInfo, Hub, HubDocument, HubError};
use crate::limits::DOCUMENT_NAME_BYTES_MAX;
use crate::stored::load::feed_all;
use crate::stored::{StoredDocument, StoredHub};
use blob::BlobHash;
use clock::{DocumentId, ReplicaId, Span};
use codec::{BundlePart, DecodeError};
use motet::{BlobNames, ImportError, Replica};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use store::blobs::{BlobState, Upload, UploadError};
use store::{Blobs, Record};

/// What became of a document of a bundle.
#[derive(Debug)]
pub struct Unpacked {
    /// Which one.
    pub id: DocumentId,
    /// What it is called here, or in the bundle where it is not here.
    pub name: String,
    /// What was taken in, or why nothing was.
    pub outcome: Result<DocumentTaken, Refused>,
}

/// What a document got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentTaken {
    /// Whether it was made.
    pub is_new: bool,
    /// Whether it is deleted here, and stays so.
    pub is_deleted: bool,
    /// The elements that were not here.
    pub elements: u64,
    /// Replicas that contradict themselves: of them, and of what follows that, nothing was taken in.
    pub contradicting: Vec<ReplicaId>,
    /// Whether older bundles, on which this one builds, brought what is not here.
    pub lacks_older: bool,
}

/// Why nothing of a document was taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It was made anew, here or there.
    #[error("it was made anew: its generation is {here} here and {there} in the bundle")]
    Epoch {
        /// The generation here.
        here: u64,
        /// The one in the bundle.
        there: u64,
    },
    /// A parcel is none.
    #[error("its history cannot be read: {0}")]
    Parcel(DecodeError),
    /// A parcel does not hold.
    #[error("{span} of its history does not hold: {error}")]
    Import {
        /// What it says it holds.
        span: Span,
        /// What is wrong with it.
        error: ImportError,
    },
    /// A parcel waited for others, and with them it does not hold.
    #[error("{0} of its history does not hold")]
    Dropped(Span),
    /// It follows what is neither here nor in the bundle.
    #[error("it follows what is not here: unpack the older bundle first, on which this one builds")]
    Incomplete {
        /// What is missing.
        wanted: Vec<Span>,
    },
    /// What is here of it cannot be read.
    #[error(transparent)]
    Hub(#[from] HubError),
}

impl Refused {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Epoch { .. } => "unpack.epoch",
            Self::Parcel(error) => error.code(),
            Self::Import { error, .. } => error.code(),
            Self::Dropped(_) => "unpack.dropped",
            Self::Incomplete { .. } => "unpack.incomplete",
            Self::Hub(error) => error.code(),
        }
    }
}

/// What became of the blobs of a bundle.
#[derive(Debug, Default)]
pub struct BlobsTaken {
    /// How many were not here.
    pub new: usize,
    /// How many were here.
    pub known: usize,
    /// How many no document names that was taken in.
    pub unnamed: usize,
    /// Those that were refused, and why.
    pub refused: Vec<(BlobHash, String)>,
}

/// Takes in a bundle: of each document everything or nothing, in one step. What is no bundle to its end should have
/// been found by [`super::summarize`] before; what comes before the damage is taken in all the same. `progress` hears
/// how many bytes were read.
pub fn unpack(
    read: impl Read,
    hub: &StoredHub,
    blobs: &Blobs,
    mut progress: impl FnMut(u64),
) -> Result<(Vec<Unpacked>, BlobsTaken), BundleError> {
    let known = hub.documents()?.into_iter().map(|info| (info.id, info)).collect();
    let mut shelf = Shelf { hub, blobs, known, named: BTreeMap::new(), documents: Vec::new() };
    let mut file = BundleFile::open(read)?;
    let mut document: Option<(DocumentId, BundleEntry, Vec<Vec<u8>>)> = None;
    let mut blob = None;
    let mut taken = BlobsTaken::default();
    loop {
        progress(file.at());
        let Some(part) = file.next()? else { return Ok((shelf.documents, taken)) };
        if let BundlePart::History(chains) = &part {
            let (_, _, all) = document.as_mut().expect("the order of parts was checked");
            all.extend(chains.iter().map(|chain| chain.to_vec()));
            continue;
        }
        // Whatever else follows, the document is complete.
        if let Some((id, entry, chains)) = document.take() {
            shelf.document(id, &entry, chains)?;
        }
        match part {
            BundlePart::Document(part) => {
                let (name, epoch) = (clean(part.name, part.id), part.epoch);
                let entry = BundleEntry { name, epoch, since: part.since, version: part.version };
                document = Some((part.id, entry, Vec::new()));
            }
            BundlePart::Blob { hash, len } => {
                blob = shelf.begin(hash, len, &mut taken);
                if let Some(empty) = blob.take_if(|_| len == 0) {
                    shelf.finish(empty, &mut taken);
                }
            }
            BundlePart::Piece(bytes) => {
                if let Some(mut incoming) = blob.take() {
                    match incoming.append(bytes) {
                        Err(error) => taken.refused.push((incoming.hash, error.to_string())),
                        Ok(()) if incoming.left == 0 => shelf.finish(incoming, &mut taken),
                        Ok(()) => blob = Some(incoming),
                    }
                }
            }
            BundlePart::Start { .. } | BundlePart::History(_) | BundlePart::End => {}
        }
    }
}

/// Where a bundle goes.
struct Shelf<'a> {
    hub: &'a StoredHub,
    blobs: &'a Blobs,
    known: BTreeMap<DocumentId, DocumentInfo>,
    /// What the documents name that were taken in.
    named: BTreeMap<DocumentId, BlobNames>,
    documents: Vec<Unpacked>,
}

impl Shelf<'_> {
    /// Deals with a document. Only what concerns the whole store is an error.
    fn document(&mut self, id: DocumentId, entry: &BundleEntry, chains: Vec<Vec<u8>>) -> Result<(), BundleError> {
        let outcome = match self.take(id, entry, chains) {
            Err(Refused::Hub(error @ HubError::Store(_))) => return Err(error.into()),
            outcome => outcome,
        };
        let name = self.known.get(&id).map_or(&entry.name, |info| &info.name).clone();
        self.documents.push(Unpacked { id, name, outcome });
        Ok(())
    }

    fn take(&mut self, id: DocumentId, entry: &BundleEntry, chains: Vec<Vec<u8>>) -> Result<DocumentTaken, Refused> {
        let records = records(chains)?;
        match self.known.get(&id).cloned() {
            Some(info) => self.add_to(&info, entry, records),
            None => self.make(id, entry, records),
        }
    }

    /// Adds to a document what it lacks.
    fn add_to(
        &mut self,
        info: &DocumentInfo,
        entry: &BundleEntry,
        records: Vec<Record>,
    ) -> Result<DocumentTaken, Refused> {
        let mut document = self.hub.load(info.id, |_, _| {})?;
        let (here, there) = (document.epoch(), entry.epoch);
        if here != there && here != 0 && there != 0 {
            return Err(Refused::Epoch { here, there });
        }
        let taken = import(document.replica_mut(), entry, records)?;
        if here != there && here == 0 {
            document.adopt_epoch(there)?;
        }
        self.keep(document, &taken)?;
        Ok(DocumentTaken { is_deleted: info.is_deleted, ..taken })
    }

    /// Makes a document. A crash in the middle may leave an empty one, to which the next attempt adds.
    fn make(&mut self, id: DocumentId, entry: &BundleEntry, records: Vec<Record>) -> Result<DocumentTaken, Refused> {
        let mut replica = self.hub.empty_replica(id);
        let taken = import(&mut replica, entry, records)?;
        let info = self.hub.create_as(id, entry.epoch, &entry.name)?;
        self.known.insert(id, info);
        let document = StoredDocument::unsaved(self.hub.store().clone(), entry.epoch, replica)?;
        self.keep(document, &taken)?;
        Ok(DocumentTaken { is_new: true, ..taken })
    }

    fn keep(&mut self, mut document: StoredDocument, taken: &DocumentTaken) -> Result<(), HubError> {
        document.sync()?;
        if taken.contradicting.is_empty() {
            document.put_away();
        } else {
            // The proof is in the image alone.
            document.keep_image();
        }
        self.named.insert(document.replica().id(), document.replica().blob_names());
        Ok(())
    }

    /// Begins with a blob, where it is wanted.
    fn begin(&self, hash: BlobHash, len: u64, taken: &mut BlobsTaken) -> Option<Incoming> {
        if matches!(self.blobs.state(&hash), Some(BlobState::Whole { .. })) {
            taken.known += 1;
            return None;
        }
        if !self.named.values().any(|names| names.may_name(&hash)) {
            taken.unnamed += 1;
            return None;
        }
        let room = self.named_by(&hash).try_for_each(|doc| self.blobs.check_claim(doc, &hash, len));
        match room
            .map_err(|error| error.to_string())
            .and_then(|()| self.blobs.upload(Some(hash)).map_err(|error| error.to_string()))
        {
            Ok(upload) => Some(Incoming { hash, at: 0, left: len, upload }),
            Err(why) => {
                taken.refused.push((hash, why));
                None
            }
        }
    }

    /// Makes a blob whole, and counts it for the documents that name it.
    fn finish(&self, incoming: Incoming, taken: &mut BlobsTaken) {
        let hash = incoming.hash;
        let finished = incoming.upload.finish().map_err(|error| error.to_string());
        let claim = |doc| self.blobs.claim(doc, &hash).map_err(|error| error.to_string());
        match finished.and_then(|_| self.named_by(&hash).try_for_each(claim)) {
            Ok(()) => taken.new += 1,
            Err(why) => taken.refused.push((hash, why)),
        }
    }

    fn named_by(&self, hash: &BlobHash) -> impl Iterator<Item = DocumentId> {
        self.named.iter().filter(|(_, names)| names.may_name(hash)).map(|(&doc, _)| doc)
    }
}

/// A blob on its way in.
struct Incoming {
    hash: BlobHash,
    /// The bytes that came.
    at: u64,
    /// The bytes that are to come.
    left: u64,
    upload: Upload,
}

impl Incoming {
    /// Takes the next bytes; of an upload that was interrupted only those that are not here.
    fn append(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        let here = self.upload.offset().saturating_sub(self.at).min(bytes.len() as u64) as usize;
        self.at += bytes.len() as u64;
        self.left -= bytes.len() as u64;
        if here == bytes.len() { Ok(()) } else { self.upload.append(&bytes[here..]) }
    }
}

/// Chains with what they say they hold.
fn records(chains: Vec<Vec<u8>>) -> Result<Vec<Record>, Refused> {
    let record = |bytes: Vec<u8>| {
        let Span { replica, start, end } = motet::parcel_span(&bytes).map_err(Refused::Parcel)?;
        Ok(Record { replica, start, end, bytes })
    };
    chains.into_iter().map(record).collect()
}

/// Imports records as from any member, all of them; but for those of a replica that contradicts itself, and what follows
/// them. Nothing is on the disk yet.
fn import(replica: &mut Replica, entry: &BundleEntry, records: Vec<Record>) -> Result<DocumentTaken, Refused> {
    let before = replica.version();
    let forked_before = forked(replica);
    let spans: Vec<Span> = records.iter().map(Record::span).collect();
    feed_all(
        replica,
        records,
        |_, _| (),
        |span, error| match error {
            ImportError::Equivocation(_) => Ok(()),
            error => Err(Refused::Import { span, error }),
        },
    )?;
    let (now, forked) = (replica.version(), forked(replica));
    let left_out = spans.into_iter().filter(|span| span.end > now.end(span.replica));
    let left_out: Vec<Span> = left_out.filter(|span| !forked.contains(&span.replica)).collect();
    let wanted = replica.wanted();
    let is_incomplete = wanted.iter().any(|span| !forked.contains(&span.replica));
    if let Some(span) = left_out.first()
        && (wanted.is_empty() || is_incomplete)
    {
        // What waits wants something; what wants nothing any more and is not here was found bad.
        return Err(if is_incomplete { Refused::Incomplete { wanted } } else { Refused::Dropped(*span) });
    }
    Ok(DocumentTaken {
        is_new: false,
        is_deleted: false,
        elements: now.missing_from(&before).iter().map(|span| u64::from(span.len())).sum(),
        contradicting: forked.difference(&forked_before).copied().collect(),
        lacks_older: !now.includes(&entry.since),
    })
}

/// The replicas that are known to contradict themselves.
fn forked(replica: &Replica) -> BTreeSet<ReplicaId> {
    let of = |proof: &codec::EquivocationProof| Some(codec::name(proof.left.frames.first()?).ok()?.replica);
    replica.forks().filter_map(of).collect()
}

/// A name that a server takes: a stranger's may be anything.
fn clean(name: &str, id: DocumentId) -> String {
    let clean: String = name.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
    let clean = clean[..clean.floor_char_boundary(DOCUMENT_NAME_BYTES_MAX)].trim();
    if clean.is_empty() { id.to_string() } else { clean.to_owned() }
}
