//! Writes of a map that are easily kept: of few keys, each once, all active.

use clock::{Id, Lamport};
use log::{Value, room};
use std::sync::Arc;

/// How many keys are few; fewer under test, so that maps come to have more.
const FEW: usize = if cfg!(any(test, feature = "tiny")) { 2 } else { 32 };

/// How many keys are remembered.
const KEYS: usize = 16;

/// A write that is active and replaces none.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub key: Arc<str>,
    pub id: Id,
    pub lamport: Lamport,
    pub value: Option<Value>,
}

/// Few writes, ascending by key, each of another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Few(Vec<Write>);

impl Few {
    /// Them all.
    pub fn writes(&self) -> &[Write] {
        &self.0
    }

    /// Them all in the order in which they were made.
    pub fn into_order(mut self) -> Vec<Write> {
        self.0.sort_unstable_by_key(|write| write.id);
        self.0
    }

    fn search(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|write| (*write.key).cmp(key))
    }

    /// The write of a key.
    pub fn find(&self, key: &str) -> Option<&Write> {
        self.search(key).ok().map(|at| &self.0[at])
    }

    /// Where a write of another key would be put; none where it cannot be.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.search(key).err().filter(|_| self.0.len() < FEW)
    }

    /// Puts a write in its place.
    pub fn insert(&mut self, at: usize, write: Write) {
        room::make_room(&mut self.0, 1);
        self.0.insert(at, write);
    }

    pub fn check_invariants(&self) {
        assert!(self.0.is_sorted_by(|one, next| one.key < next.key), "keys ascend");
    }
}

/// Keys that were written lately: very many maps have the same, and each is kept once for all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    known: Vec<Arc<str>>,
    /// The one that makes way for the next.
    oldest: usize,
}

impl Keys {
    fn find(&self, key: &str) -> Option<&Arc<str>> {
        self.known.iter().find(|known| ***known == *key)
    }

    /// A key, to be kept.
    pub fn shared(&mut self, key: &str) -> Arc<str> {
        if let Some(known) = self.find(key) {
            return Arc::clone(known);
        }
        let new: Arc<str> = key.into();
        if self.known.len() < KEYS {
            self.known.push(Arc::clone(&new));
        } else {
            self.known[self.oldest] = Arc::clone(&new);
            self.oldest = (self.oldest + 1) % KEYS;
        }
        new
    }
}
