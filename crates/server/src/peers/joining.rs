//! Documents that are followed by a ticket.

use super::{Peers, PeersError, finish, named};
use crate::document::Command;
use crate::hub::Hub;
use crate::stored::StoredHub;
use crate::upstream::{FollowError, Upstream, follow_until};
use clock::DocumentId;
use net::{Node, NodeKey, SocketError};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use sync::{RefusalCode, Ticket};
use tokio::sync::{oneshot, watch};

/// The pauses between two attempts, from the first to the longest: it doubles. Whoever follows by a ticket is one of few.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(20));

/// What a ticket says, and what is here of it.
#[derive(Clone, Debug)]
pub struct TicketFacts {
    /// The ticket.
    pub ticket: Ticket,
    /// What the document is called here, where it is here and not deleted.
    pub known: Option<String>,
}

/// How far a document is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinPhase {
    /// The member is looked for; what kept it from being found last.
    Seeking(Option<String>),
    /// Connected: of so many elements so many are here; nothing before the member said what it has.
    Connected(Option<(u64, u64)>),
    /// The member does not take the ticket, or something is wrong that does not pass. No further attempt is made.
    Refused(String),
}

/// A document that is followed.
#[derive(Clone, Debug)]
pub struct Joined {
    /// By which ticket.
    pub ticket: Ticket,
    /// How far.
    pub phase: JoinPhase,
    /// Whether all was here once that the member had.
    pub has_arrived: bool,
}

/// Following goes on behind this.
pub struct Join {
    ticket: Ticket,
    over: watch::Sender<bool>,
    progress: Arc<Mutex<Progress>>,
}

struct Progress {
    phase: JoinPhase,
    has_arrived: bool,
    /// Whether this made the document here.
    is_maker: bool,
}

impl Join {
    /// Follows no more.
    pub async fn end(self) {
        finish(&self.over).await;
    }
}

fn locked(progress: &Mutex<Progress>) -> std::sync::MutexGuard<'_, Progress> {
    // Nothing can panic while it is held.
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Peers {
    /// What a ticket says that somebody was given, without telling anybody of it.
    pub async fn read(&self, ticket: &str) -> Result<TicketFacts, PeersError> {
        let ticket: Ticket = ticket.parse()?;
        let doc = ticket.doc;
        let known = self.ask(move |hub| Ok(hub.documents()?.into_iter().find(|info| info.id == doc))).await?;
        let known = known.filter(|info| !info.is_deleted).map(|info| info.name);
        Ok(TicketFacts { ticket, known })
    }

    /// Follows the document of a ticket from now on. It is in the list once the member has let this one in.
    pub async fn join(&self, ticket: Ticket) -> Result<Joined, PeersError> {
        let doc = ticket.doc;
        let mut node = self.inner.node.lock().await;
        self.check_room(doc, |used, doc| (used.joins.len(), used.joins.contains_key(&doc)))?;
        let known = self.ask(move |hub| Ok(hub.documents()?.into_iter().find(|info| info.id == doc))).await?;
        if let Some(info) = known.as_ref().filter(|info| info.is_deleted) {
            return Err(PeersError::Deleted(info.name.clone()));
        }
        let woken = self.wake(&mut node).await?;
        if woken.key() == NodeKey(ticket.node) {
            self.rest(&mut node).await;
            return Err(PeersError::Own(doc));
        }
        let progress = Progress { phase: JoinPhase::Seeking(None), has_arrived: known.is_some(), is_maker: false };
        let progress = Arc::new(Mutex::new(progress));
        let (over, is_over) = watch::channel(false);
        let before = self.used().joins.insert(doc, Join { ticket: ticket.clone(), over, progress: progress.clone() });
        if let Some(before) = before {
            before.end().await;
        }
        let follower = Follower { peers: self.clone(), node: woken, ticket: ticket.clone(), progress, over: is_over };
        tokio::spawn(follower.keep());
        Ok(Joined { ticket, phase: JoinPhase::Seeking(None), has_arrived: known.is_some() })
    }

    /// Follows `doc` anew by the ticket that it is followed by: whoever shares it may do so again.
    pub async fn rejoin(&self, doc: DocumentId) -> Result<Joined, PeersError> {
        let ticket = self.used().joins.get(&doc).map(|join| join.ticket.clone());
        self.join(ticket.ok_or(PeersError::NotJoined(doc))?).await
    }

    /// How far `doc` is followed, if it is.
    pub async fn joined(&self, doc: DocumentId) -> Result<Joined, PeersError> {
        let (ticket, progress) = {
            let used = self.used();
            let join = used.joins.get(&doc).ok_or(PeersError::NotJoined(doc))?;
            (join.ticket.clone(), join.progress.clone())
        };
        let is_connected = matches!(locked(&progress).phase, JoinPhase::Connected(_));
        let count = if is_connected { self.count(doc).await } else { None };
        let mut progress = locked(&progress);
        if let JoinPhase::Connected(known) = &mut progress.phase {
            *known = count;
        }
        if count.is_some_and(|(here, all)| here >= all) {
            progress.has_arrived = true;
        }
        Ok(Joined { ticket, phase: progress.phase.clone(), has_arrived: progress.has_arrived })
    }

    /// Follows `doc` no more; it stays here, unless nothing of it came yet.
    pub async fn leave(&self, doc: DocumentId) -> Result<(), PeersError> {
        // What came is asked for before nobody can say it any more.
        let joined = self.joined(doc).await?;
        let mut node = self.inner.node.lock().await;
        let join = self.used().joins.remove(&doc).ok_or(PeersError::NotJoined(doc))?;
        let is_maker = locked(&join.progress).is_maker;
        join.end().await;
        self.rest(&mut node).await;
        let is_unwanted = is_maker && !joined.has_arrived;
        self.ask(move |hub| {
            // Nothing of it was ever made where the member never let this one in.
            if !hub.documents()?.iter().any(|info| info.id == doc) {
                return Ok(());
            }
            if hub.joined_by(doc)?.is_some() {
                hub.set_joined_by(doc, None)?;
            }
            if is_unwanted {
                hub.set_deleted(doc, true)?;
            }
            Ok(())
        })
        .await
    }

    async fn count(&self, doc: DocumentId) -> Option<(u64, u64)> {
        let (reply, answer) = oneshot::channel();
        self.inner.service.registry.dispatch(doc, Command::CatchUp { reply }).ok()?;
        answer.await.ok().flatten()
    }
}

/// What follows one document.
struct Follower {
    peers: Peers,
    node: Node,
    ticket: Ticket,
    progress: Arc<Mutex<Progress>>,
    over: watch::Receiver<bool>,
}

impl Follower {
    /// Follows until it is over, or of no use.
    async fn keep(self) {
        let upstream = Upstream { token: self.ticket.token().into_bytes(), docs: vec![self.ticket.doc] };
        let addresses: Vec<SocketAddr> = self.ticket.addresses.clone();
        let mut pause = PAUSES.0;
        loop {
            let mut made = Ok(());
            let greeted = || {
                made = self.make();
                locked(&self.progress).phase = JoinPhase::Connected(None);
                pause = PAUSES.0;
            };
            let connecting = self.node.connect(NodeKey(self.ticket.node), &addresses);
            let over = Some(self.over.clone());
            let ended = follow_until(&self.peers.inner.service, &upstream, connecting, greeted, over).await;
            let phase = match (made, ended) {
                (Err(error), _) => JoinPhase::Refused(error.to_string()),
                // It is over, or the server is about to stop.
                (Ok(()), Ok(())) => return,
                (Ok(()), Err(error)) if error.is_final() => JoinPhase::Refused(explain(&error)),
                (Ok(()), Err(error)) => JoinPhase::Seeking(Some(explain(&error))),
            };
            let is_final = matches!(phase, JoinPhase::Refused(_));
            tracing::info!(doc = %self.ticket.doc, member = named(&self.ticket.node), ?phase, "not connected");
            locked(&self.progress).phase = phase;
            if is_final {
                return;
            }
            let mut over = Some(self.over.clone());
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = crate::access::is_over(&mut over) => return,
            }
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Makes the document where it is not here yet: its generation is the other side's, and none is known here.
    fn make(&self) -> Result<(), PeersError> {
        let (hub, ticket): (&StoredHub, _) = (&self.peers.inner.hub, &self.ticket);
        if !hub.documents()?.iter().any(|info| info.id == ticket.doc) {
            let name = if ticket.name.is_empty() { ticket.doc.to_string() } else { ticket.name.clone() };
            hub.create_as(ticket.doc, 0, &name)?;
            locked(&self.progress).is_maker = true;
        }
        if self.peers.is_kept() {
            hub.set_joined_by(ticket.doc, Some(&ticket.to_string()))?;
        }
        Ok(())
    }
}

/// What a person can do about it.
fn explain(error: &FollowError) -> String {
    match error {
        FollowError::Protocol(error) if error.code() == RefusalCode::NotAdmitted => {
            "the document is not shared by this ticket any more: ask whoever shared it for a new one".into()
        }
        FollowError::Socket(SocketError::Unreachable(_) | SocketError::Stalled) => {
            "nobody is found. Does the other Motet run, does it still share the document, and are both in one network that lets \
             devices talk to each other?"
                .into()
        }
        error => error.to_string(),
    }
}
