//! A member with many sessions: what comes by one goes on to the others.

use crate::{Config, Event, Figure, Presence, ProtocolError, Replica, Role, Session};
use clock::{DocumentId, SortedMap, VersionVector};
use std::sync::Arc;

/// A session of an exchange.
pub type PeerKey = u64;

/// All sessions of one member that keeps its documents in one place.
///
/// It makes every shape of connections the same: actions and presences that one session brings go on
/// to all others, and each session stops what its other side has.
#[derive(Debug, Default)]
pub struct Exchange {
    sessions: SortedMap<PeerKey, Session>,
    /// The documents that every session asks for.
    docs: SortedMap<DocumentId, Option<Figure>>,
    /// What storage nodes were heard to have on disk. Kept in memory only: a store that was set back
    /// says so when it is next heard.
    durable: SortedMap<DocumentId, VersionVector>,
}

impl Exchange {
    /// Without sessions.
    pub fn new() -> Self {
        Self::default()
    }

    /// A channel opened. Initiators ask for all documents.
    pub fn connect(&mut self, peer: PeerKey, role: Role, config: Config, now_ms: u64) {
        let mut session = Session::new(role, config, now_ms);
        if role == Role::Initiator {
            self.docs.keys().for_each(|&doc| session.open(doc));
        }
        for (&doc, figure) in &self.docs {
            session.show_own(doc, figure.clone(), now_ms);
        }
        self.sessions.insert(peer, session);
    }

    /// A channel broke.
    pub fn disconnect(&mut self, peer: PeerKey, now_ms: u64) {
        let Some(session) = self.sessions.remove(&peer) else { return };
        for (doc, link) in session.links() {
            for presence in link.farewell() {
                self.pass_on(peer, doc, &presence, now_ms);
            }
        }
    }

    /// Exchanges `doc` with everybody this member connected to.
    pub fn open(&mut self, doc: DocumentId) {
        self.docs.entry(doc).or_default();
        self.sessions.values_mut().for_each(|session| session.open(doc));
    }

    /// A message came.
    pub fn handle(
        &mut self,
        host: &mut dyn Replica,
        peer: PeerKey,
        bytes: &[u8],
        now_ms: u64,
    ) -> Result<Vec<Event>, ProtocolError> {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return Err(ProtocolError::Ended);
        };
        let events = session.handle(host, bytes, now_ms)?;
        events.iter().for_each(|event| self.notice(peer, event, now_ms));
        Ok(events)
    }

    fn notice(&mut self, peer: PeerKey, event: &Event, now_ms: u64) {
        match event {
            Event::Imported { doc, .. } => self.changed(*doc),
            Event::Presence { doc, presence } => self.pass_on(peer, *doc, presence, now_ms),
            Event::Durable { doc, version } => self.durable.entry(*doc).or_default().merge(version),
            Event::Opened(doc) => self.introduce(peer, *doc, now_ms),
            _ => {}
        }
    }

    /// Tells a session that has just opened `doc` who is there.
    fn introduce(&mut self, peer: PeerKey, doc: DocumentId, now_ms: u64) {
        let others = self.sessions.iter().filter(|(key, _)| **key != peer);
        let links = others.flat_map(|(_, session)| session.links()).filter(|(of, _)| *of == doc);
        let present: Vec<Arc<Presence>> = links.flat_map(|(_, link)| link.present()).collect();
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        present.into_iter().for_each(|presence| session.show(doc, presence, now_ms));
        if let Some(figure) = self.docs.get(&doc).cloned().flatten() {
            session.show_own(doc, Some(figure), now_ms);
        }
    }

    fn pass_on(&mut self, from: PeerKey, doc: DocumentId, presence: &Arc<Presence>, now_ms: u64) {
        for (_, session) in self.sessions.iter_mut().filter(|(key, _)| **key != from) {
            session.show(doc, presence.clone(), now_ms);
        }
    }

    /// What to send now, and to whom.
    pub fn poll(&mut self, host: &mut dyn Replica, now_ms: u64) -> Vec<(PeerKey, Vec<u8>)> {
        let mut out = Vec::new();
        for (&peer, session) in self.sessions.iter_mut() {
            out.extend(session.poll(host, now_ms).into_iter().map(|bytes| (peer, bytes)));
        }
        out
    }

    /// What happened apart from messages.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.sessions.values_mut().flat_map(Session::take_events).collect()
    }

    /// The host has new actions in `doc`.
    pub fn changed(&mut self, doc: DocumentId) {
        self.sessions.values_mut().for_each(|session| session.changed(doc));
    }

    /// Shows where this member is.
    pub fn show_own(&mut self, doc: DocumentId, figure: Option<Figure>, now_ms: u64) {
        self.docs.insert(doc, figure.clone());
        self.sessions.values_mut().for_each(|session| session.show_own(doc, figure.clone(), now_ms));
    }

    /// What storage nodes were heard to have on disk: a relay's host answers with it in
    /// [`Replica::durable`].
    pub fn durable(&self, doc: DocumentId) -> VersionVector {
        self.durable.get(&doc).cloned().unwrap_or_default()
    }

    /// When to poll at the latest although nothing came, if ever.
    pub fn next_wake_ms(&self) -> Option<u64> {
        self.sessions.values().filter_map(Session::next_wake_ms).min()
    }

    /// The sessions that are over, and why.
    pub fn ended(&self) -> impl Iterator<Item = (PeerKey, &ProtocolError)> {
        self.sessions.iter().filter_map(|(&peer, session)| session.ended().map(|error| (peer, error)))
    }
}
