//! A bundle, read part by part.

use super::BundleError;
use blob::BlobHash;
use clock::{DocumentId, VersionVector};
use codec::{BUNDLE_HEAD_BYTES, BUNDLE_PART_HEAD_BYTES, BundlePart, BundleReader};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read};

/// Reads a bundle. In memory is one part.
pub struct BundleFile<R> {
    read: R,
    reader: BundleReader,
    body: Vec<u8>,
    /// Where the next part begins.
    at: u64,
}

impl<R: Read> BundleFile<R> {
    /// Reads what a bundle begins with.
    pub fn open(mut read: R) -> Result<Self, BundleError> {
        let mut head = [0; BUNDLE_HEAD_BYTES];
        read_exact(&mut read, &mut head, 0)?;
        let reader = BundleReader::new(&head).map_err(|error| BundleError::Damaged { at: 0, error })?;
        Ok(Self { read, reader, body: Vec::new(), at: BUNDLE_HEAD_BYTES as u64 })
    }

    /// The next part; none behind the end, where nothing may follow.
    pub fn next(&mut self) -> Result<Option<BundlePart<'_>>, BundleError> {
        let at = self.at;
        if self.reader.is_whole() {
            return match self.read.by_ref().take(1).read_to_end(&mut Vec::new())? {
                0 => Ok(None),
                _ => Err(BundleError::Trailing { at }),
            };
        }
        let damaged = |error| BundleError::Damaged { at, error };
        let mut head = [0; BUNDLE_PART_HEAD_BYTES];
        read_exact(&mut self.read, &mut head, at)?;
        let len = BundleReader::body_len(&head).map_err(damaged)?;
        self.body.clear();
        // Memory grows with what comes, not with what is claimed.
        let came = self.read.by_ref().take(len as u64).read_to_end(&mut self.body)?;
        self.at += (BUNDLE_PART_HEAD_BYTES + came) as u64;
        if came < len {
            return Err(BundleError::Cut { at: self.at });
        }
        self.reader.part(&head, &self.body).map(Some).map_err(damaged)
    }

    /// How many bytes were read.
    pub fn at(&self) -> u64 {
        self.at
    }
}

fn read_exact(read: &mut impl Read, bytes: &mut [u8], at: u64) -> Result<(), BundleError> {
    read.read_exact(bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => BundleError::Cut { at },
        _ => BundleError::File(error),
    })
}

/// What a bundle holds, without the contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleSummary {
    /// Its documents.
    pub documents: BTreeMap<DocumentId, BundleEntry>,
    /// The blobs that are in it.
    pub blobs: BTreeSet<BlobHash>,
    /// The blobs that older bundles brought, on which it builds.
    pub blobs_before: BTreeSet<BlobHash>,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// A document of a bundle, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleEntry {
    /// What people call it.
    pub name: String,
    /// Its generation.
    pub epoch: u64,
    /// What older bundles brought, on which this one builds.
    pub since: VersionVector,
    /// What whoever takes in this one and those has at least.
    pub version: VersionVector,
}

/// Reads a bundle through, and says what it holds. An error means that it is not what was packed.
pub fn summarize(read: impl Read) -> Result<BundleSummary, BundleError> {
    let mut file = BundleFile::open(read)?;
    let mut summary = BundleSummary::default();
    while let Some(part) = file.next()? {
        match part {
            BundlePart::Start { blobs } => summary.blobs_before = blobs.into_iter().collect(),
            BundlePart::Document(document) => {
                let (name, epoch) = (document.name.to_owned(), document.epoch);
                let entry = BundleEntry { name, epoch, since: document.since, version: document.version };
                summary.documents.insert(document.id, entry);
            }
            BundlePart::Blob { hash, .. } => drop(summary.blobs.insert(hash)),
            BundlePart::History(_) | BundlePart::Piece(_) | BundlePart::End => {}
        }
    }
    summary.bytes = file.at();
    Ok(summary)
}
