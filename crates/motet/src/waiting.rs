//! Parcels that wait for something missing: each as a whole, all of them bounded.

use crate::ImportError;
use crate::replica::Sealed;
use clock::{ReplicaId, Seq, SortedMap, Span, VersionVector};
use codec::Hash;
use log::BlobNames;

/// How many bytes of parcels may wait: a day's offline work of a few people that arrives backwards
/// fits; a flood stops here.
const BYTES_MAX: usize = 16 << 20;

/// The same where it is known whose word it is that waits: history that others forgot comes at once or not at all.
pub(crate) const TRUSTED_BYTES_MAX: usize = 128 << 20;

/// Names a waiting parcel. Nobody has vouched for it yet, so that several may claim one place.
pub(crate) type Key = (ReplicaId, Seq, Hash);

/// One of them.
#[derive(Clone, Debug)]
struct Parcel {
    end: Seq,
    /// What its actions follow that others wrote.
    needs: VersionVector,
    bytes: Vec<u8>,
}

/// All of them.
///
/// Invariant: `bytes` is the sum of theirs.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaitingRoom {
    parcels: SortedMap<Key, Parcel>,
    bytes: usize,
}

impl WaitingRoom {
    /// Lets a parcel wait; `sealed` is what `bytes` say.
    pub fn add(&mut self, sealed: &Sealed, bytes: &[u8], is_trusted: bool) -> Result<(), ImportError> {
        let (span, needs) = sealed.outline()?;
        let key = (span.replica, span.start, codec::hash_after(Hash([0; 32]), bytes));
        if self.parcels.contains_key(&key) {
            return Ok(());
        }
        let total = self.bytes + bytes.len();
        let limit = if is_trusted { TRUSTED_BYTES_MAX } else { BYTES_MAX };
        if total > limit {
            return Err(ImportError::WaitingFull { bytes: total, limit });
        }
        self.bytes = total;
        self.parcels.insert(key, Parcel { end: span.end, needs, bytes: bytes.to_vec() });
        Ok(())
    }

    /// Takes a parcel out.
    pub fn take(&mut self, key: &Key) -> Vec<u8> {
        let parcel = self.parcels.remove(key).expect("it waits");
        self.bytes -= parcel.bytes.len();
        parcel.bytes
    }

    /// What a parcel says.
    pub fn sealed(&self, key: &Key) -> Sealed {
        Sealed::decode(&self.parcels[key].bytes).expect("decoded before it waited")
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.parcels.len()
    }

    /// Adds what the actions that wait name, though nobody vouched for them yet.
    pub fn add_blob_names(&self, names: &mut BlobNames) {
        self.parcels.keys().for_each(|key| self.sealed(key).add_blob_names(names));
    }

    /// The parcels that bring nothing to who has `here`.
    pub fn known(&self, here: &VersionVector) -> Vec<Key> {
        let is_known = |(key, parcel): &(&Key, &Parcel)| parcel.end <= here.end(key.0);
        self.parcels.iter().filter(is_known).map(|(key, _)| *key).collect()
    }

    /// The parcels that need nothing but `here` and each other: people who write at once follow each
    /// other in turns. Ascending.
    pub fn complete(&self, here: &VersionVector) -> Vec<Key> {
        let mut open: Vec<(&Key, &Parcel)> = self.parcels.iter().collect();
        loop {
            let reached = reach(here, &open);
            let before = open.len();
            open.retain(|(key, parcel)| parcel.end <= reached.end(key.0) && reached.includes(&parcel.needs));
            if open.len() == before {
                return open.into_iter().map(|(key, _)| *key).collect();
            }
        }
    }

    /// What is missing below them, for who has `here`.
    pub fn wanted(&self, here: &VersionVector) -> Vec<Span> {
        let mut wanted = VersionVector::new();
        for (&(replica, start, _), parcel) in &self.parcels {
            wanted.extend_to(replica, start);
            wanted.merge(&parcel.needs);
        }
        wanted.missing_from(&reach(here, &self.parcels.iter().collect::<Vec<_>>()))
    }
}

/// `here` and what follows on it without a gap.
fn reach(here: &VersionVector, parcels: &[(&Key, &Parcel)]) -> VersionVector {
    let mut reached = here.clone();
    for ((replica, start, _), parcel) in parcels {
        if *start <= reached.end(*replica) {
            reached.extend_to(*replica, parcel.end);
        }
    }
    reached
}
