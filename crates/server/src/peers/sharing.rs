//! Documents for whoever has a ticket.

use super::{PeerEvent, Peers, PeersError, finish, named};
use crate::access::{Pass, Reach, Token};
use crate::hub::{Hub, HubError};
use crate::stored::StoredHub;
use clock::DocumentId;
use net::{Knock, Node};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};
use sync::Ticket;
use tokio::sync::watch;

/// A member that is here by a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Of which document.
    pub doc: DocumentId,
    /// The first digits of its key.
    pub member: String,
    /// From where it came.
    pub address: String,
    /// Since when, in seconds since 1970.
    pub since: u64,
}

/// How a document is shared.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What admits.
    pub ticket: Ticket,
    /// Who is here by it, in the order in which they came.
    pub guests: Vec<Guest>,
}

/// A document that is shared.
pub struct Share {
    ticket: Ticket,
    token: Token,
    over: watch::Sender<bool>,
    guests: BTreeMap<u64, Guest>,
    /// How many ever came.
    count: u64,
}

impl Share {
    /// Sends everybody away who is here by it.
    pub async fn end(self) {
        finish(&self.over).await;
    }

    fn seen(&self) -> Shared {
        Shared { ticket: self.ticket.clone(), guests: self.guests.values().cloned().collect() }
    }
}

impl Peers {
    /// Shares `doc`, if it is not shared yet. The ticket is the one that was given out before.
    pub async fn share(&self, doc: DocumentId) -> Result<Shared, PeersError> {
        if let Some(shared) = self.shared(doc) {
            return Ok(shared);
        }
        self.begin(doc, |hub, doc| hub.share_secret(doc)).await
    }

    /// Shares `doc` by another ticket: who had an older one is sent away, and is not let in by it any more.
    pub async fn renew(&self, doc: DocumentId) -> Result<Shared, PeersError> {
        self.begin(doc, |hub, doc| hub.renew_share_secret(doc)).await
    }

    /// How `doc` is shared, if it is.
    pub fn shared(&self, doc: DocumentId) -> Option<Shared> {
        self.used().shares.get(&doc).map(Share::seen)
    }

    /// Sends everybody away who is here by a ticket of `doc`, and lets nobody in any more.
    pub async fn stop_sharing(&self, doc: DocumentId) -> Result<(), PeersError> {
        let mut node = self.inner.node.lock().await;
        let share = self.used().shares.remove(&doc);
        if let Some(share) = share {
            share.end().await;
        }
        self.rest(&mut node).await;
        if self.is_kept() {
            self.ask(move |hub| Ok(hub.set_shared(doc, false)?)).await?;
        }
        Ok(())
    }

    async fn begin(
        &self,
        doc: DocumentId,
        secret: fn(&StoredHub, DocumentId) -> Result<[u8; 16], HubError>,
    ) -> Result<Shared, PeersError> {
        let mut node = self.inner.node.lock().await;
        self.check_room(doc, |used, doc| (used.shares.len(), used.shares.contains_key(&doc)))?;
        let asked = move |hub: &StoredHub| {
            let info = hub.documents()?.into_iter().find(|info| info.id == doc && !info.is_deleted);
            Ok((info.ok_or(HubError::NoDocument(doc))?, secret(hub, doc)?))
        };
        let (info, secret) = self.ask(asked).await?;
        let woken = self.wake(&mut node).await?;
        let ticket = Ticket::new(doc, secret, woken.key().0, &woken.addresses().await, &info.name);
        let token = Token::new(&ticket.token())?;
        let share = Share { ticket, token, over: watch::channel(false).0, guests: BTreeMap::new(), count: 0 };
        let shared = share.seen();
        let before = self.used().shares.insert(doc, share);
        if let Some(before) = before {
            before.end().await;
        }
        if self.is_kept() {
            self.ask(move |hub| Ok(hub.set_shared(doc, true)?)).await?;
        }
        Ok(shared)
    }

    /// What somebody may who gives this token, and under which number it is known then.
    fn admit(&self, token: &[u8], member: &str, address: &str) -> Option<(u64, Guest, Pass)> {
        let mut used = self.used();
        let (&doc, share) = used.shares.iter_mut().find(|(_, share)| share.token.admits(token))?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let guest = Guest { doc, member: member.to_owned(), address: address.to_owned(), since };
        share.count += 1;
        share.guests.insert(share.count, guest.clone());
        let pass = Pass { reach: Reach::One(doc), over: Some(share.over.subscribe()) };
        Some((share.count, guest, pass))
    }

    async fn meet(&self, knock: Knock) {
        let from = knock.address().map_or_else(|| "somewhere".to_owned(), |address| address.to_string());
        let stream = match knock.answer().await {
            Ok(stream) => stream,
            Err(error) => return tracing::debug!(from, %error, "somebody knocked and did not come in"),
        };
        let member = named(&stream.key().0);
        let mut admitted = None;
        let judge = |token: &[u8]| {
            let (number, guest, pass) = self.admit(token, &member, &from)?;
            (self.inner.tell)(&PeerEvent::Joined(guest.clone()));
            // Held until the last word left, so that the node is not closed before.
            admitted = Some((number, guest, pass.over.clone()));
            Some(pass)
        };
        self.inner.service.admit(stream, judge).await;
        let Some((number, guest, _over)) = admitted else { return };
        if let Some(share) = self.used().shares.get_mut(&guest.doc)
            && share.guests.get(&number) == Some(&guest)
        {
            share.guests.remove(&number);
        }
        (self.inner.tell)(&PeerEvent::Left(guest));
    }
}

/// Lets in who knocks and has a ticket, until the node is closed.
pub async fn welcome(peers: Peers, node: Node) {
    while let Some(knock) = node.accept().await {
        let peers = peers.clone();
        tokio::spawn(async move { peers.meet(knock).await });
    }
}

/// What was shared and followed before a restart. A ticket that cannot be read any more is none.
pub fn kept(hub: &StoredHub) -> Result<(Vec<DocumentId>, Vec<Ticket>), HubError> {
    let (mut shared, mut joined) = (Vec::new(), Vec::new());
    for info in hub.documents()?.into_iter().filter(|info| !info.is_deleted) {
        if hub.is_shared(info.id)? {
            shared.push(info.id);
        }
        joined.extend(hub.joined_by(info.id)?.and_then(|ticket| ticket.parse().ok()));
    }
    Ok((shared, joined))
}
