//! A member's documents, in memory and as a store keeps them.

use clock::{DocumentId, ReplicaId, VersionVector};
use codec::SigningKey;
use server::{HubDocument, StoredDocument, StoredHub, text_container};
use std::sync::Arc;
use store::MemoryStore;

pub const DOC: DocumentId = DocumentId(7);

/// One document, and who writes there.
pub struct Place {
    pub hub: StoredHub,
}

impl Place {
    pub fn new(n: u8) -> Self {
        let key = SigningKey::from_bytes(&[n; 32]);
        let hub = StoredHub::new(Arc::new(MemoryStore::new()), key, ReplicaId(n.into()));
        hub.create_as(DOC, 1, "Notes").unwrap();
        Self { hub }
    }

    /// The document as it is on the disk.
    pub fn load(&self) -> StoredDocument {
        self.hub.load(DOC, |_, _| {}).unwrap()
    }

    pub fn write(&self, text: &str) {
        let mut document = self.load();
        document.replica_mut().document_mut().edit(0, |edit| edit.insert(text_container(), 0, text));
        document.seal();
        document.sync().unwrap();
    }

    pub fn text(&self) -> String {
        self.load().text().unwrap()
    }

    pub fn version(&self) -> VersionVector {
        self.load().version()
    }
}

/// A hundred thousand characters that no compression makes much shorter; others for each `seed`.
pub fn noise(seed: u64) -> String {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut character = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        char::from(b'0' + (state >> 58) as u8)
    };
    (0..100_000).map(|_| character()).collect()
}
