//! A document of which at first only its image is there: reading it costs no more than what it shows.

use super::document::{StoredDocument, text_container};
use super::etags::KeptEtags;
use super::loader::{Loader, read_error};
use crate::chores::{Chores, Watch};
use crate::content::{Content, DocumentType, NewType};
use crate::hub::{HubDocument, HubError};
use clock::{DocumentId, Span, VersionVector};
use motet::{BlobNames, Image, Shown};
use sync::{Epoch, Hashes, ImportOutcome, Parcel, Rejection};

enum State {
    /// What it shows, from the image.
    Cold { content: Content, etags: KeptEtags },
    /// All of it. In a box, since the other states are small.
    Warm(Box<StoredDocument>),
    /// It could not be loaded.
    Failed(HubError),
}

/// A document that is loaded when somebody needs more than what it shows.
pub struct ColdDocument {
    loader: Loader,
    doc: DocumentId,
    epoch: Epoch,
    version: VersionVector,
    state: State,
}

impl ColdDocument {
    /// Document `doc`: what it shows where the store has an image of just what it holds, and all of it otherwise.
    pub fn new(loader: Loader, doc: DocumentId, epoch: Epoch, etags: KeptEtags) -> Result<Self, HubError> {
        let version = loader.store.version(doc).map_err(read_error)?;
        let state = match image_content(&loader, doc, &version)? {
            Some(content) => State::Cold { content, etags },
            None => State::Warm(Box::new(loader.load(doc, epoch, etags, |_, _| {})?)),
        };
        Ok(Self { loader, doc, epoch, version, state })
    }

    /// What it is, where anything was written.
    pub fn document_type(&self) -> Option<DocumentType> {
        match &self.state {
            State::Cold { content, .. } => Some(content.document_type),
            State::Warm(document) => document.document_type(),
            State::Failed(_) => None,
        }
    }

    /// The document, loaded now if it was not.
    fn warm(&mut self) -> Result<&mut StoredDocument, HubError> {
        if let State::Cold { etags, .. } = &mut self.state {
            let loaded = self.loader.load(self.doc, self.epoch, std::mem::take(etags), |_, _| {});
            self.state = match loaded {
                Ok(document) => State::Warm(Box::new(document)),
                Err(error) => {
                    tracing::error!(doc = %self.doc, %error, "the document cannot be loaded");
                    State::Failed(error)
                }
            };
        }
        match &mut self.state {
            State::Warm(document) => Ok(document),
            State::Failed(error) => Err(error.clone()),
            State::Cold { .. } => unreachable!("just loaded"),
        }
    }
}

/// What the shared view shows, where the image is of `version` and says it. One that does not read is of no use.
fn image_content(loader: &Loader, doc: DocumentId, version: &VersionVector) -> Result<Option<Content>, HubError> {
    let Some(snapshot) = loader.store.snapshot_latest(doc).map_err(read_error)? else { return Ok(None) };
    if snapshot.version != *version {
        return Ok(None);
    }
    let Ok(image) = Image::decode(&snapshot.bytes) else { return Ok(None) };
    if image.version != *version || image.document != doc {
        return Ok(None);
    }
    if let Ok(Some(kept)) = image.kept() {
        return Ok(Content::of_shown(Shown::Kept(&kept)));
    }
    let find = |wanted| image.texts.iter().find(|(container, _)| *container == wanted);
    // A document without text is one of another type, or one that was emptied.
    let text = find(text_container()).filter(|_| find(notedoc::schema::root()).is_none());
    Ok(text.map(|(_, text)| Content::of_text((*text).to_owned())))
}

impl HubDocument for ColdDocument {
    fn version(&self) -> VersionVector {
        match &self.state {
            State::Warm(document) => document.version(),
            State::Cold { .. } | State::Failed(_) => self.version.clone(),
        }
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn adopt_epoch(&mut self, epoch: Epoch) -> Result<(), HubError> {
        self.warm()?.adopt_epoch(epoch)?;
        self.epoch = epoch;
        Ok(())
    }

    fn export(&mut self, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        self.warm().map_or_else(|_| Vec::new(), |document| document.export(missing, bytes_max))
    }

    fn import(&mut self, parcels: Vec<Parcel>) -> ImportOutcome {
        match self.warm() {
            Ok(document) => document.import(parcels),
            Err(error) => {
                let reject =
                    |parcel: &Parcel| Rejection { span: parcel.span(), reason: format!("{}: {error}", error.code()) };
                ImportOutcome { rejected: parcels.iter().map(reject).collect(), ..ImportOutcome::default() }
            }
        }
    }

    fn sync(&mut self) -> Result<(), HubError> {
        match &mut self.state {
            State::Warm(document) => document.sync(),
            State::Cold { etags, .. } => etags.save(&*self.loader.store, self.doc),
            State::Failed(error) => Err(error.clone()),
        }
    }

    fn durable(&self) -> VersionVector {
        match &self.state {
            State::Warm(document) => document.durable(),
            State::Cold { .. } | State::Failed(_) => self.version.clone(),
        }
    }

    fn hashes(&mut self) -> Hashes {
        // One that cannot be loaded has no hash to compare; its next sync says why.
        let nothing = Hashes { log: [0; 32], standings: [0; 32], state: None };
        self.warm().map_or(nothing, HubDocument::hashes)
    }

    fn text(&mut self) -> Result<String, HubError> {
        match &mut self.state {
            State::Cold { content, .. } => Ok(content.text.clone()),
            _ => self.warm()?.text(),
        }
    }

    fn text_at(&mut self, version: &VersionVector) -> Result<String, HubError> {
        match &mut self.state {
            State::Cold { content, .. } if self.version == *version => Ok(content.text.clone()),
            _ => self.warm()?.text_at(version),
        }
    }

    fn content(&mut self) -> Result<Content, HubError> {
        match &mut self.state {
            State::Cold { content, .. } => Ok(content.clone()),
            _ => self.warm()?.content(),
        }
    }

    fn content_at(&mut self, version: &VersionVector) -> Result<Content, HubError> {
        match &mut self.state {
            State::Cold { content, .. } if self.version == *version => Ok(content.clone()),
            _ => self.warm()?.content_at(version),
        }
    }

    fn make(&mut self, new_type: &NewType, text: &str) -> Result<(), HubError> {
        self.warm()?.make(new_type, text)
    }

    fn conflicts(&mut self) -> Result<String, HubError> {
        self.warm()?.conflicts()
    }

    fn put_text(&mut self, base: Option<&VersionVector>, text: &str) -> Result<(), HubError> {
        self.warm()?.put_text(base, text)
    }

    fn history(&mut self, before: Option<&VersionVector>, count: usize) -> Result<String, HubError> {
        self.warm()?.history(before, count)
    }

    fn blob_names_count(&self) -> usize {
        match &self.state {
            State::Warm(document) => document.blob_names_count(),
            State::Cold { .. } | State::Failed(_) => 0,
        }
    }

    fn blob_names(&mut self) -> BlobNames {
        self.warm().map_or_else(|_| BlobNames::default(), HubDocument::blob_names)
    }

    fn tend(&mut self, watch: Watch, chores: &Chores, now: i64) -> Result<Watch, HubError> {
        self.warm()?.tend(watch, chores, now)
    }

    fn put_away(&mut self) {
        if let State::Warm(document) = &mut self.state {
            document.put_away();
        }
    }

    fn remember(&mut self, etag: &str, version: &VersionVector) {
        match &mut self.state {
            State::Warm(document) => document.remember(etag, version),
            State::Cold { etags, .. } => etags.remember(etag, version),
            State::Failed(_) => {}
        }
    }

    fn recall(&mut self, etag: &str) -> Option<VersionVector> {
        match &mut self.state {
            State::Warm(document) => document.recall(etag),
            State::Cold { etags, .. } => etags.recall(etag),
            State::Failed(_) => None,
        }
    }
}
