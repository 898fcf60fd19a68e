//! What a directory keeps to share documents with members that know no server.

use super::StoredHub;
use crate::hub::HubError;
use clock::DocumentId;

/// The secret that admits to a document, as hexadecimal digits.
const META_SHARE: &str = "share";

/// Whether a document is shared until somebody ends that, restarts or not: there and empty.
const META_SHARED: &str = "shared";

/// The ticket by which a document is followed until somebody ends that.
const META_JOINED: &str = "joined";

/// What the node's key is made for.
const NODE_PURPOSE: &str = "motet 2026-11 node key v1";

impl StoredHub {
    /// The secret of the key by which other members reach this directory. It follows from the author's key and is another
    /// one, so that nothing which is signed for a connection can stand for work.
    pub fn node_secret(&self) -> [u8; 32] {
        self.key().derive(NODE_PURPOSE)
    }

    /// What admits to `doc`: made at first use, and the same from then on.
    pub fn share_secret(&self, doc: DocumentId) -> Result<[u8; 16], HubError> {
        match self.meta(doc, META_SHARE)? {
            None => self.renew_share_secret(doc),
            Some(text) => read(&text).ok_or_else(|| {
                HubError::Damaged(format!("the secret that document {doc} is shared with cannot be read"))
            }),
        }
    }

    /// Another one, so that older tickets admit nobody any more.
    pub fn renew_share_secret(&self, doc: DocumentId) -> Result<[u8; 16], HubError> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).map_err(|error| HubError::Store(error.to_string()))?;
        let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.put(doc, META_SHARE, Some(&text))?;
        Ok(secret)
    }

    /// Whether a server of this directory shares `doc` with members that have its ticket.
    pub fn is_shared(&self, doc: DocumentId) -> Result<bool, HubError> {
        Ok(self.meta(doc, META_SHARED)?.is_some())
    }

    /// Has servers of this directory share `doc`, or not.
    pub fn set_shared(&self, doc: DocumentId, is_shared: bool) -> Result<(), HubError> {
        self.put(doc, META_SHARED, is_shared.then_some(""))
    }

    /// The ticket by which a server of this directory follows `doc`.
    pub fn joined_by(&self, doc: DocumentId) -> Result<Option<String>, HubError> {
        self.meta(doc, META_JOINED)
    }

    /// Has servers of this directory follow `doc` by a ticket, or not.
    pub fn set_joined_by(&self, doc: DocumentId, ticket: Option<&str>) -> Result<(), HubError> {
        self.put(doc, META_JOINED, ticket)
    }
}

fn read(text: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32)?;
    Some(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::ReplicaId;
    use codec::SigningKey;
    use std::sync::Arc;
    use store::MemoryStore;

    #[test]
    fn a_secret_stays_until_another_is_asked_for() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let hub = StoredHub::new(Arc::new(MemoryStore::new()), key.clone(), ReplicaId(1));
        let doc = DocumentId(7);
        hub.create_as(doc, 1, "Notes").unwrap();
        let first = hub.share_secret(doc).unwrap();
        assert_eq!(hub.share_secret(doc).unwrap(), first);
        assert_ne!(hub.renew_share_secret(doc).unwrap(), first);
        assert_ne!(hub.share_secret(doc).unwrap(), first);
        assert_ne!(hub.node_secret(), [1; 32]);
        assert!(!hub.is_shared(doc).unwrap() && hub.joined_by(doc).unwrap().is_none());
        hub.set_shared(doc, true).unwrap();
        hub.set_joined_by(doc, Some("motet:a")).unwrap();
        assert!(hub.is_shared(doc).unwrap());
        assert_eq!(hub.joined_by(doc).unwrap().as_deref(), Some("motet:a"));
        hub.set_shared(doc, false).unwrap();
        hub.set_joined_by(doc, None).unwrap();
        assert!(!hub.is_shared(doc).unwrap() && hub.joined_by(doc).unwrap().is_none());
        hub.put(doc, META_SHARE, Some("+f")).unwrap();
        assert!(matches!(hub.share_secret(doc), Err(HubError::Damaged(_))));
    }
}
