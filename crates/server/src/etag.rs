//! Which version an ETag stands for: the newest one that has the bytes.

use crate::hub::HubDocument;
use crate::limits::ETAGS_MAX;
use clock::VersionVector;
use std::collections::VecDeque;

/// The ETags that were given out lately. An ETag is a hash of the bytes, so it changes exactly when
/// they do.
#[derive(Debug, Default)]
pub struct Etags {
    known: VecDeque<(String, VersionVector)>,
}

impl Etags {
    /// The strong ETag of a text, with its quotes.
    pub fn of(text: &str) -> String {
        format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..32])
    }

    /// Keeps that `version` has the bytes of `etag`, unless a newer one is known to.
    pub fn remember(&mut self, document: &mut dyn HubDocument, etag: &str, version: &VersionVector) {
        let known = self.known.iter().position(|(known, _)| known == etag);
        let entry = known.and_then(|at| self.known.remove(at));
        let newest = match entry {
            Some((_, newer)) if newer.includes(version) => newer,
            _ => {
                document.remember(etag, version);
                version.clone()
            }
        };
        self.known.push_back((etag.to_owned(), newest));
        if self.known.len() > ETAGS_MAX {
            self.known.pop_front();
        }
    }

    /// The version that `etag` stands for.
    pub fn recall(&self, document: &mut dyn HubDocument, etag: &str) -> Option<VersionVector> {
        let known = self.known.iter().find(|(known, _)| known == etag).map(|(_, version)| version.clone());
        known.or_else(|| document.recall(etag))
    }
}
