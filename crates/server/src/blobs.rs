//! The blobs of one document, between the store and everybody who exchanges the document.

use crate::hub::HubDocument;
use blob::{BlobHash, Giver, Outline, Pieces};
use clock::DocumentId;
use motet::BlobNames;
use store::Blobs;
use store::blobs::BlobState;
use sync::{BlobEvent, BlobHost, BlobMessage, BlobTraffic, Message};

/// Fetches what a document names, and gives it to whoever exchanges the document.
pub struct DocumentBlobs {
    traffic: BlobTraffic,
    kept: Kept,
}

/// The store, and what the document names.
struct Kept {
    doc: DocumentId,
    blobs: Blobs,
    /// What is named, and when it was looked at: by [`HubDocument::blob_names_count`].
    names: Option<(usize, BlobNames)>,
}

impl DocumentBlobs {
    /// Those of `doc` in `blobs`, with nobody yet.
    pub fn new(doc: DocumentId, blobs: Blobs) -> Self {
        Self { traffic: BlobTraffic::new(doc), kept: Kept { doc, blobs, names: None } }
    }

    /// The document is exchanged with somebody, from now on or anew.
    pub fn connect(&mut self, giver: Giver) {
        self.traffic.connect(giver);
    }

    /// It is no longer.
    pub fn disconnect(&mut self, giver: Giver) {
        self.traffic.disconnect(giver);
    }

    /// A blob came by another way: looks at once instead of after a while.
    pub fn changed(&mut self) {
        self.traffic.changed();
    }

    /// Deals with a message of somebody.
    pub fn hear(&mut self, document: &mut dyn HubDocument, giver: Giver, message: BlobMessage, now_ms: u64) {
        self.traffic.hear(&mut Host { document, kept: &mut self.kept }, giver, message, now_ms);
    }

    /// What to say to somebody now; parts of blobs as far as there is room for so many bytes.
    pub fn poll(&mut self, document: &mut dyn HubDocument, giver: Giver, now_ms: u64, room: usize) -> Vec<Message> {
        self.traffic.poll(&mut Host { document, kept: &mut self.kept }, giver, now_ms, room)
    }

    /// What happened since the last call.
    pub fn take_events(&mut self) -> Vec<BlobEvent> {
        self.traffic.take_events()
    }

    /// When to poll for somebody at the latest although nothing came, if ever.
    pub fn next_wake_ms(&self, giver: Giver) -> Option<u64> {
        self.traffic.next_wake_ms(giver)
    }

    /// Whether anything is on its way here.
    pub fn is_fetching(&self) -> bool {
        self.traffic.is_fetching()
    }
}

/// A document with its blobs, as the exchange works on them.
struct Host<'a> {
    document: &'a mut dyn HubDocument,
    kept: &'a mut Kept,
}

impl Host<'_> {
    fn names(&mut self) -> &BlobNames {
        let count = self.document.blob_names_count();
        let kept = self.kept.names.take().filter(|(known, _)| *known == count);
        let kept = kept.unwrap_or_else(|| {
            // Asking may load the document, which is when its names are first counted.
            let names = self.document.blob_names();
            (self.document.blob_names_count(), names)
        });
        &self.kept.names.insert(kept).1
    }

    fn is_whole(&self, hash: &BlobHash) -> bool {
        matches!(self.kept.blobs.state(hash), Some(BlobState::Whole { .. }))
    }

    /// Whether the quota of the document has room for so many bytes more.
    fn check_quota(&self, len: u64) -> Result<(), String> {
        let max = self.kept.blobs.quotas().document_bytes_max;
        let used: u64 = self.kept.blobs.claimed(self.kept.doc).into_iter().map(|(_, len)| len).sum();
        if used.saturating_add(len) <= max {
            return Ok(());
        }
        Err(format!(
            "a blob of {len} bytes does not fit: those of document {} take {used} of {max} bytes; \
             raise --blob-document-quota, or take blobs out of it",
            self.kept.doc
        ))
    }
}

impl BlobHost for Host<'_> {
    fn names_count(&self) -> usize {
        self.document.blob_names_count()
    }

    fn lacking(&mut self) -> Vec<(BlobHash, u64)> {
        // A document that was not loaded stays so until somebody needs it.
        if self.document.blob_names_count() == 0 {
            return Vec::new();
        }
        let named: Vec<_> = self.names().iter().collect();
        let max = self.kept.blobs.quotas().blob_bytes_max;
        named.into_iter().filter(|(hash, len)| *len <= max && !self.is_whole(hash)).collect()
    }

    fn pieces(&mut self, hash: &BlobHash) -> Option<(u64, Pieces)> {
        if !self.names().names(hash) {
            return None;
        }
        let len = match self.kept.blobs.state(hash)? {
            BlobState::Whole { len } | BlobState::Part { len } => len,
            BlobState::Uploading { .. } => return None,
        };
        // One that cannot be read is not here: whoever serves the store says what is wrong with it.
        Some((len, self.kept.blobs.pieces(hash).ok().flatten()?))
    }

    fn outline(&mut self, hash: &BlobHash) -> Option<Outline> {
        let is_named = self.names().names(hash);
        is_named.then(|| self.kept.blobs.outline(hash).ok()).flatten()
    }

    fn piece(&mut self, hash: &BlobHash, at: u32) -> Option<Vec<u8>> {
        let is_named = self.names().names(hash);
        is_named.then(|| self.kept.blobs.read_piece(hash, at).ok()).flatten().flatten()
    }

    fn begin(&mut self, outline: &Outline) -> Result<Pieces, String> {
        self.check_quota(outline.len())?;
        self.kept.blobs.begin(outline).map_err(|error| error.to_string())
    }

    fn keep(&mut self, hash: &BlobHash, at: u32, bytes: &[u8]) -> Result<bool, String> {
        let is_whole = self.kept.blobs.put_piece(hash, at, bytes).map_err(|error| error.to_string())?;
        if is_whole {
            self.kept.blobs.claim(self.kept.doc, hash).map_err(|error| error.to_string())?;
        }
        Ok(is_whole)
    }
}
