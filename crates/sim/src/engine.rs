//! The engine in the version of it that a member runs.

use codec::kind;
use std::ops::{Deref, DerefMut};

/// Which kinds of ops a version of the engine knows: those below.
pub type KnowsBelow = u64;

/// What the newest version knows.
pub const NEWEST: KnowsBelow = u64::MAX;

/// Older versions: one from before anybody could say what actions mean together, and one from before anybody could decide.
pub const OLDER: [KnowsBelow; 2] = [kind::CONSTRAINT, kind::POLICY];

/// A replica that reads and writes as a version of the engine does. Which one that is the codec is told whenever the replica is
/// asked for anything, since all members of a run share a thread.
#[derive(Debug)]
pub struct Engine {
    replica: motet::Replica,
    knows_below: KnowsBelow,
}

impl Engine {
    /// The replica of a member that runs a version.
    pub fn new(replica: motet::Replica, knows_below: KnowsBelow) -> Self {
        Self { replica, knows_below }
    }

    /// Takes another replica.
    pub fn replace(&mut self, replica: motet::Replica) {
        self.replica = replica;
    }

    /// What this version knows.
    pub fn knows_below(&self) -> KnowsBelow {
        self.knows_below
    }

    /// Whether this version knows all that is in the log.
    pub fn knows_all(&self) -> bool {
        self.knows_below == NEWEST || self.replica.document().log().is_known()
    }
}

impl Deref for Engine {
    type Target = motet::Replica;

    fn deref(&self) -> &motet::Replica {
        codec::older::know_below(self.knows_below);
        &self.replica
    }
}

impl DerefMut for Engine {
    fn deref_mut(&mut self) -> &mut motet::Replica {
        codec::older::know_below(self.knows_below);
        &mut self.replica
    }
}
