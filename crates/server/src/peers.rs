//! Documents exchanged with members that no server brings together: shared with whoever has a ticket of them, and followed by one.
//!
//! ```text
//! share ─► ticket ─► (carried by people) ─► join
//!   │                                         │
//!   └── Node ◄── QUIC between two keys ──► Node
//! ```
//!
//! There is one node for all of it, from the first document that is shared or followed to the last: until then, and after that,
//! nothing listens. What is shared or followed is kept beside the documents where that is asked for, so that it goes on after a
//! restart.

mod error;
mod joining;
mod sharing;
#[cfg(test)]
mod tests;

use crate::service::Service;
use crate::stored::StoredHub;
use clock::DocumentId;
pub use error::PeersError;
pub use joining::{JoinPhase, Joined, TicketFacts};
use net::{Discovery, Node, NodeKey};
pub use sharing::{Guest, Shared};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Documents that a server shares or follows at once by tickets, of each kind.
pub const TICKETS_MAX: usize = 64;

/// The time for those who are connected to hear that it ends.
const GOODBYE_TIME: Duration = Duration::from_secs(1);

/// Says that it is over, and waits until everybody who was to hear it is gone.
async fn finish(over: &watch::Sender<bool>) {
    over.send_replace(true);
    // Who does not listen to the last words may go without them.
    let _ = tokio::time::timeout(GOODBYE_TIME, over.closed()).await;
}

/// How members are reached, and what of it outlives a restart.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Where other members reach this one; see [`Node::bind`].
    pub bind: Option<SocketAddr>,
    /// How members of the local network are found.
    pub discovery: Discovery,
    /// Whether what is shared and followed goes on after a restart.
    pub memory: Memory,
}

/// Whether what is shared and followed goes on after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// It does: it is kept beside the documents.
    Kept,
    /// It does not: who asked for it asks again.
    None,
}

/// What happens between members.
#[derive(Clone, Debug)]
pub enum PeerEvent {
    /// A member came in by a ticket.
    Joined(Guest),
    /// It is gone.
    Left(Guest),
}

/// Documents between members. Cheap to copy.
#[derive(Clone)]
pub struct Peers {
    inner: Arc<Inner>,
}

type Tell = Box<dyn Fn(&PeerEvent) + Send + Sync>;

struct Inner {
    service: Service,
    hub: Arc<StoredHub>,
    way: Way,
    tell: Tell,
    /// Held while something begins or ends, so that the node is there just as long as it is used.
    node: tokio::sync::Mutex<Option<Node>>,
    used: Mutex<Used>,
}

/// Invariant: there is a node while anything is in here.
#[derive(Default)]
struct Used {
    shares: BTreeMap<DocumentId, sharing::Share>,
    joins: BTreeMap<DocumentId, joining::Join>,
}

impl Peers {
    /// None shared or followed yet. `tell` hears what happens.
    pub fn new(
        service: Service,
        hub: Arc<StoredHub>,
        way: Way,
        tell: impl Fn(&PeerEvent) + Send + Sync + 'static,
    ) -> Self {
        let (node, used) = (tokio::sync::Mutex::default(), Mutex::default());
        Self { inner: Arc::new(Inner { service, hub, way, tell: Box::new(tell), node, used }) }
    }

    /// Uses a node that is there already, and lets in by it who has a ticket.
    pub async fn use_node(&self, node: Node) {
        tokio::spawn(sharing::welcome(self.clone(), node.clone()));
        *self.inner.node.lock().await = Some(node);
    }

    /// Goes on with what was shared and followed before a restart. What does not work is in the log, and can be asked for again.
    pub async fn resume(&self) {
        let hub = self.inner.hub.clone();
        let kept = tokio::task::spawn_blocking(move || sharing::kept(&hub)).await;
        let (shared, joined) = match kept {
            Ok(Ok(kept)) => kept,
            Ok(Err(error)) => return tracing::error!(%error, "cannot read what is shared"),
            Err(_) => return,
        };
        for doc in shared {
            if let Err(error) = self.share(doc).await {
                tracing::error!(%doc, %error, "a document that was shared is not shared any more");
            }
        }
        for ticket in joined {
            if let Err(error) = self.join(ticket).await {
                tracing::error!(%error, "a document that was followed is not followed any more");
            }
        }
    }

    /// Ends everything until the next start.
    pub async fn close(&self) {
        let mut node = self.inner.node.lock().await;
        let used = std::mem::take(&mut *self.used());
        let shares = used.shares.into_values().map(|share| tokio::spawn(share.end()));
        let joins = used.joins.into_values().map(|join| tokio::spawn(join.end()));
        for ending in shares.chain(joins).collect::<Vec<_>>() {
            // Whatever became of it, it is over.
            drop(ending.await);
        }
        if let Some(node) = node.take() {
            node.close().await;
        }
    }

    /// Neither shares nor follows `doc` any more, which is deleted.
    pub async fn forget(&self, doc: DocumentId) -> Result<(), PeersError> {
        self.stop_sharing(doc).await?;
        match self.leave(doc).await {
            Err(PeersError::NotJoined(_)) => Ok(()),
            left => left,
        }
    }

    /// Whether one more document may be shared or followed: `seen` says how many are, and whether this one is among them.
    fn check_room(&self, doc: DocumentId, seen: fn(&Used, DocumentId) -> (usize, bool)) -> Result<(), PeersError> {
        let (count, is_there) = seen(&self.used(), doc);
        if count < TICKETS_MAX || is_there { Ok(()) } else { Err(PeersError::TooMany) }
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        // Nothing can panic while it is held.
        self.inner.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The node, begun where there is none.
    async fn wake(&self, node: &mut Option<Node>) -> Result<Node, PeersError> {
        if let Some(node) = node {
            return Ok(node.clone());
        }
        let Way { bind, discovery, .. } = self.inner.way;
        let bound = Node::bind(&self.inner.hub.node_secret(), bind, discovery).await?;
        tokio::spawn(sharing::welcome(self.clone(), bound.clone()));
        Ok(node.insert(bound).clone())
    }

    /// Closes a node that nothing uses.
    async fn rest(&self, node: &mut Option<Node>) {
        let is_used = {
            let used = self.used();
            !used.shares.is_empty() || !used.joins.is_empty()
        };
        if !is_used && let Some(node) = node.take() {
            node.close().await;
        }
    }

    /// Asks the hub, off the threads that carry the network.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&StoredHub) -> Result<T, PeersError> + Send + 'static,
    ) -> Result<T, PeersError> {
        let hub = self.inner.hub.clone();
        tokio::task::spawn_blocking(move || question(&hub)).await.unwrap_or(Err(PeersError::Stopped))
    }

    fn is_kept(&self) -> bool {
        self.inner.way.memory == Memory::Kept
    }
}

/// A member's key as people see it.
fn named(key: &[u8; 32]) -> String {
    NodeKey(*key).to_string()
}
