//! Documents and blobs into a bundle.

use super::{BundleError, BundleSummary};
use blob::{BlobHash, Outliner};
use clock::VersionVector;
use codec::{BUNDLE_PIECE_BYTES, BundleDocument, BundlePart, BundleWriter};
use motet::Replica;
use std::io::Write;

/// Bytes of parcels of a part, unless one is more.
const HISTORY_BYTES: usize = 1 << 20;

/// Writes a bundle: documents ascending by id, then blobs ascending by hash, then [`Packer::finish`].
pub struct Packer<W> {
    write: W,
    writer: BundleWriter,
    since: BundleSummary,
    bytes: u64,
}

/// What was packed of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedDocument {
    /// The elements that the older bundle lacks.
    pub elements: u64,
    /// The parcels that hold them.
    pub parcels: usize,
}

impl<W: Write> Packer<W> {
    /// A bundle of what is missing against `since`; of everything, where that is empty.
    pub fn new(mut write: W, since: BundleSummary) -> Result<Self, BundleError> {
        let (head, writer) = BundleWriter::new();
        write.write_all(&head)?;
        let blobs = since.blobs.union(&since.blobs_before).copied().collect();
        let mut packer = Self { write, writer, since, bytes: head.len() as u64 };
        packer.put(&BundlePart::Start { blobs })?;
        Ok(packer)
    }

    fn put(&mut self, part: &BundlePart<'_>) -> Result<(), BundleError> {
        let bytes = self.writer.part(part)?;
        self.bytes += bytes.len() as u64;
        Ok(self.write.write_all(&bytes)?)
    }

    /// Adds a document: everything that is sealed of it.
    pub fn document(&mut self, name: &str, epoch: u64, replica: &Replica) -> Result<PackedDocument, BundleError> {
        let id = replica.id();
        // Of a document that was made anew since, the older bundle has nothing.
        let before = self.since.documents.get(&id).filter(|entry| entry.epoch == epoch);
        let since = before.map_or_else(VersionVector::new, |entry| entry.version.clone());
        let here = replica.version();
        let mut version = here.clone();
        version.merge(&since);
        let missing = here.missing_from(&since);
        let elements = missing.iter().map(|span| u64::from(span.len())).sum();
        let mut packed = since.clone();
        self.put(&BundlePart::Document(BundleDocument { id, epoch, name, since, version }))?;
        let mut parcels = 0;
        loop {
            let page = replica.export(&here.missing_from(&packed), HISTORY_BYTES);
            if page.is_empty() {
                return Ok(PackedDocument { elements, parcels });
            }
            parcels += page.len();
            page.iter().for_each(|parcel| packed.extend_to(parcel.span.replica, parcel.span.end));
            self.put(&BundlePart::History(page.iter().map(|parcel| parcel.bytes.as_slice()).collect()))?;
        }
    }

    /// Whether an older bundle brought a blob.
    pub fn is_brought(&self, hash: &BlobHash) -> bool {
        self.since.blobs.contains(hash) || self.since.blobs_before.contains(hash)
    }

    /// Adds a blob; `read` gives its bytes from a place on, so many.
    pub fn blob<E: std::fmt::Display>(
        &mut self,
        hash: BlobHash,
        len: u64,
        mut read: impl FnMut(u64, usize) -> Result<Vec<u8>, E>,
    ) -> Result<(), BundleError> {
        let failed = |why: String| BundleError::Blob { hash, why };
        self.put(&BundlePart::Blob { hash, len })?;
        let mut outliner = Outliner::default();
        while outliner.len() < len {
            let count = (len - outliner.len()).min(BUNDLE_PIECE_BYTES as u64) as usize;
            let bytes = read_whole(outliner.len(), count, &mut read).map_err(failed)?;
            outliner.update(&bytes);
            self.put(&BundlePart::Piece(&bytes))?;
        }
        match outliner.finish().0 {
            found if found == hash => Ok(()),
            found => Err(failed(format!("its bytes are those of blob {found}"))),
        }
    }

    /// Ends the bundle; where it was written to, and how many bytes.
    pub fn finish(mut self) -> Result<(W, u64), BundleError> {
        self.put(&BundlePart::End)?;
        self.write.flush()?;
        Ok((self.write, self.bytes))
    }
}

/// So many bytes, in as many steps as whoever has them takes.
fn read_whole<E: std::fmt::Display>(
    start: u64,
    count: usize,
    read: &mut impl FnMut(u64, usize) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let more = read(start + bytes.len() as u64, count - bytes.len()).map_err(|error| error.to_string())?;
        if more.is_empty() || more.len() > count - bytes.len() {
            return Err("it is not as long as it should be".into());
        }
        bytes.extend(more);
    }
    Ok(bytes)
}
