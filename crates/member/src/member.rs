//! One member: its documents, its session, and what becomes of both when the network does what it likes.

use crate::address::Address;
use crate::backoff::Backoff;
use crate::line::{Connection, Line, connect, open};
use crate::shelf::Shelf;
use clock::{DocumentId, VersionVector};
use net::Transport;
use server::{DocumentBlobs, HubError, StoredDocument};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;
use store::Blobs;
use sync::{
    Admission, BlobEvent, BlobMessage, Config, Figure, MemberId, ProtocolError, RefusalCode, Role, Session, Trust,
};
use tokio::time::Instant;

/// Messages that are taken in between two syncs of the own disk.
const BATCH_MAX: usize = 64;

/// The pause after which a member looks again whether the socket has room.
const ROOM_CHECK_MS: u64 = 20;

/// The one whom blobs are exchanged with.
const SERVER: u64 = 0;

/// What a member is made with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server; none where whoever has the member makes its connections, and hands them to [`Member::meet`].
    pub address: Option<Address>,
    /// What admits this member there; empty where nothing is asked for.
    pub token: Vec<u8>,
    /// Random for each run: names the member, and spreads its attempts to connect.
    pub seed: u64,
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The server admitted this member.
    Connected,
    /// There is no connection; another attempt follows.
    Offline {
        /// Why.
        reason: String,
        /// After how many milliseconds.
        retry_ms: u64,
    },
    /// Something in the session.
    Session(Box<sync::Event>),
    /// Something happened to a blob of a document.
    Blob(DocumentId, BlobEvent),
}

/// Why a member cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// The server does not let it in.
    #[error(
        "the server does not admit this member: {0}. Give the server's token with --token-file, --token or MOTET_TOKEN"
    )]
    NotAdmitted(String),
    /// The two cannot talk.
    #[error("cannot talk to the server: {0}")]
    Protocol(ProtocolError),
    /// The own store.
    #[error(transparent)]
    Store(#[from] HubError),
}

/// A member with one connection, which is made again whenever it breaks.
pub struct Member {
    settings: Settings,
    shelf: Shelf,
    line: Line,
    session: Option<Session>,
    /// The documents of which the session knows what the server has.
    opened: BTreeSet<DocumentId>,
    figures: BTreeMap<DocumentId, Figure>,
    /// Where blobs are kept, if they are, and those of each document.
    blobs: Option<Blobs>,
    traffic: BTreeMap<DocumentId, DocumentBlobs>,
    backoff: Backoff,
    events: VecDeque<Event>,
    began: Instant,
}

impl Member {
    /// A member that connects at the first [`Member::next`]. Must be made within a Tokio runtime.
    pub fn new(settings: Settings, shelf: Shelf) -> Self {
        let backoff = Backoff::new(settings.seed);
        let now = Instant::now();
        Self {
            settings,
            shelf,
            line: Line::Waiting(now),
            session: None,
            opened: BTreeSet::new(),
            figures: BTreeMap::new(),
            blobs: None,
            traffic: BTreeMap::new(),
            backoff,
            events: VecDeque::new(),
            began: now,
        }
    }

    /// The same, keeping in `blobs` what its documents name, and giving it to the server where that lacks it.
    #[must_use]
    pub fn with_blobs(mut self, blobs: Blobs) -> Self {
        self.traffic = self.shelf.ids().map(|doc| (doc, DocumentBlobs::new(doc, blobs.clone()))).collect();
        self.blobs = Some(blobs);
        self
    }

    /// Exchanges a document.
    pub fn open(&mut self, doc: DocumentId, document: StoredDocument) {
        self.shelf.put(doc, document);
        if let Some(blobs) = &self.blobs {
            self.traffic.entry(doc).or_insert_with(|| DocumentBlobs::new(doc, blobs.clone()));
        }
        if let Some(session) = &mut self.session {
            session.open(doc);
        }
    }

    /// A document that was opened.
    pub fn document(&self, doc: DocumentId) -> Option<&StoredDocument> {
        self.shelf.document(doc)
    }

    /// A document that was opened, to write in: [`Member::changed`] follows.
    pub fn document_mut(&mut self, doc: DocumentId) -> Option<&mut StoredDocument> {
        self.shelf.document_mut(doc)
    }

    /// Brings what was written in `doc` to the own disk and then to the server.
    pub fn changed(&mut self, doc: DocumentId) -> Result<(), HubError> {
        if let Some(document) = self.shelf.document_mut(doc) {
            document.seal();
        }
        self.shelf.sync()?;
        if let Some(session) = &mut self.session {
            session.changed(doc);
        }
        self.send();
        Ok(())
    }

    /// Shows others that this member is in `doc`.
    pub fn show(&mut self, doc: DocumentId, figure: Figure) {
        let now_ms = self.now_ms();
        if let Some(session) = &mut self.session {
            session.show_own(doc, Some(figure.clone()), now_ms);
        }
        self.figures.insert(doc, figure);
    }

    /// Whether there is a connection.
    pub fn is_connected(&self) -> bool {
        self.session.is_some()
    }

    /// Whether there is a connection and everything that the server said it has is here.
    pub fn is_level(&self, doc: DocumentId) -> bool {
        self.compare(doc, |ours, theirs| ours.includes(theirs))
    }

    /// Whether there is a connection and the server has everything that is here.
    pub fn is_delivered(&self, doc: DocumentId) -> bool {
        self.compare(doc, |ours, theirs| theirs.includes(ours))
    }

    /// Whether everything that is here is on a storage node's disk.
    pub fn is_durable(&self, doc: DocumentId) -> bool {
        let ours = self.document(doc).map(|document| document.replica().version());
        ours.is_some_and(|ours| self.shelf.heard_durable(doc).includes(&ours))
    }

    fn compare(&self, doc: DocumentId, compare: fn(&VersionVector, &VersionVector) -> bool) -> bool {
        let Some(session) = self.session.as_ref().filter(|_| self.opened.contains(&doc)) else { return false };
        let link = session.links().find(|(open, _)| *open == doc);
        let ours = self.document(doc).map(|document| document.replica().version());
        link.zip(ours).is_some_and(|((_, link), ours)| compare(&ours, link.theirs()))
    }

    /// Talks over a connection that somebody else made, such as one within this process, in place of the one there is. Must
    /// be called within a Tokio runtime.
    pub fn meet(&mut self, transport: impl Transport) {
        self.leave_line(Line::Waiting(Instant::now()));
        self.greet(open(transport));
    }

    /// The next thing that happens. May be dropped while it waits, and called again.
    pub async fn next(&mut self) -> Result<Event, MemberError> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            match &mut self.line {
                Line::Waiting(until) => match &self.settings.address {
                    Some(address) => {
                        tokio::time::sleep_until(*until).await;
                        self.line = connect(address);
                    }
                    None => std::future::pending().await,
                },
                Line::Connecting(task) => match (&mut task.0).await {
                    Ok(Ok(connection)) => self.greet(connection),
                    Ok(Err(error)) => self.go_offline(&explain(&error, self.settings.address.as_ref())),
                    Err(error) => self.go_offline(&format!("the attempt to connect failed: {error}")),
                },
                Line::Open(_) => self.talk().await?,
            }
        }
    }

    fn greet(&mut self, connection: Connection) {
        let now_ms = self.now_ms();
        let config = Config {
            member: MemberId(self.settings.seed),
            token: self.settings.token.clone(),
            admission: Admission::All(Trust::Relay),
        };
        let mut session = Session::new(Role::Initiator, config, now_ms);
        self.shelf.ids().for_each(|doc| session.open(doc));
        for (&doc, figure) in &self.figures {
            session.show_own(doc, Some(figure.clone()), now_ms);
        }
        self.session = Some(session);
        self.line = Line::Open(connection);
    }

    /// Waits for a message or for what the session has to do by itself, and deals with it.
    async fn talk(&mut self) -> Result<(), MemberError> {
        self.send();
        self.check_end()?;
        let wake = self.wake();
        let Line::Open(connection) = &mut self.line else { return Ok(()) };
        let first = tokio::select! {
            message = connection.inbox.recv() => message,
            () = tokio::time::sleep_until(wake) => return Ok(()),
        };
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(message) = connection.inbox.try_recv()
        {
            batch.push(Some(message));
        }
        let mut broke = None;
        for message in batch {
            match message {
                Some(Ok(bytes)) => self.hear(&bytes),
                Some(Err(error)) => broke = Some(explain(&error, self.settings.address.as_ref())),
                None => broke = Some("the connection broke".to_owned()),
            }
        }
        self.shelf.sync()?;
        self.send();
        self.check_end()?;
        if let Some(reason) = broke {
            self.go_offline(&reason);
        }
        Ok(())
    }

    fn hear(&mut self, bytes: &[u8]) {
        let now_ms = self.now_ms();
        let Some(session) = &mut self.session else { return };
        // Why a session ended is looked at by `check_end`.
        let events = session.handle(&mut self.shelf, bytes, now_ms).unwrap_or_default();
        events.into_iter().for_each(|event| self.notice(event));
    }

    fn notice(&mut self, event: sync::Event) {
        if let sync::Event::Blob { doc, message } = event {
            return self.hear_blob(doc, message);
        }
        match &event {
            sync::Event::Greeted(_) => {
                self.backoff.reset();
                self.events.push_back(Event::Connected);
                return;
            }
            sync::Event::Opened(doc) => {
                self.opened.insert(*doc);
                self.traffic.get_mut(doc).into_iter().for_each(|blobs| blobs.connect(SERVER));
            }
            sync::Event::Durable { doc, version } => self.shelf.hear_durable(*doc, version),
            sync::Event::Refused { doc, code, .. } if *code != RefusalCode::Parcels => {
                self.opened.remove(doc);
            }
            _ => {}
        }
        self.events.push_back(Event::Session(Box::new(event)));
    }

    fn hear_blob(&mut self, doc: DocumentId, message: BlobMessage) {
        let now_ms = self.now_ms();
        if let (Some(blobs), Some(document)) = (self.traffic.get_mut(&doc), self.shelf.document_mut(doc)) {
            blobs.hear(document, SERVER, message, now_ms);
        }
    }

    /// What there is to say about blobs, and what happened to them.
    fn poll_blobs(&mut self, room: usize) -> Vec<Vec<u8>> {
        let now_ms = self.now_ms();
        let mut out = Vec::new();
        for (&doc, blobs) in &mut self.traffic {
            let Some(document) = self.shelf.document_mut(doc) else { continue };
            out.extend(blobs.poll(document, SERVER, now_ms, room).iter().map(sync::Message::encode));
            self.events.extend(blobs.take_events().into_iter().map(|event| Event::Blob(doc, event)));
        }
        out
    }

    /// Hands to the socket what the session has to say, as far as there is room.
    fn send(&mut self) {
        let now_ms = self.now_ms();
        let (Some(session), Line::Open(connection)) = (&mut self.session, &self.line) else { return };
        let outbox = connection.outbox.clone();
        let mut out = if outbox.room() > 0 { session.poll(&mut self.shelf, now_ms) } else { Vec::new() };
        for event in session.take_events() {
            self.notice(event);
        }
        if outbox.room() > 0 {
            out.extend(self.poll_blobs(outbox.room()));
        }
        // A queue that broke shows as a socket that closed.
        let _ = outbox.push_all(out);
    }

    fn wake(&self) -> Instant {
        let Line::Open(connection) = &self.line else { return Instant::now() };
        let session_ms = self.session.as_ref().and_then(Session::next_wake_ms);
        let blobs_ms = self.traffic.values().filter_map(|blobs| blobs.next_wake_ms(SERVER)).min();
        let wake_ms = [session_ms, blobs_ms].into_iter().flatten().min().unwrap_or_else(|| self.now_ms() + 1000);
        let full_ms = if connection.outbox.room() == 0 { self.now_ms() + ROOM_CHECK_MS } else { u64::MAX };
        self.began + Duration::from_millis(wake_ms.max(self.now_ms() + 1).min(full_ms))
    }

    /// Ends what ended, for a while or for good.
    fn check_end(&mut self) -> Result<(), MemberError> {
        let Some(error) = self.session.as_ref().and_then(Session::ended).cloned() else { return Ok(()) };
        match &error {
            ProtocolError::Refused { code: RefusalCode::NotAdmitted, message } => {
                Err(MemberError::NotAdmitted(message.clone()))
            }
            ProtocolError::Refused { code: RefusalCode::Version, .. } | ProtocolError::Version { .. } => {
                Err(MemberError::Protocol(error))
            }
            error => {
                self.go_offline(&error.to_string());
                Ok(())
            }
        }
    }

    /// Breaks the connection, to try again after the longest pause: for what is refused now and may be
    /// allowed later.
    pub fn retry_later(&mut self, reason: &str) {
        self.backoff.lengthen();
        self.go_offline(reason);
    }

    fn go_offline(&mut self, reason: &str) {
        let retry_ms = self.backoff.pause_ms();
        self.leave_line(Line::Waiting(Instant::now() + Duration::from_millis(retry_ms)));
        self.events.push_back(Event::Offline { reason: reason.to_owned(), retry_ms });
    }

    /// Forgets the connection, and all that was known of the other side.
    fn leave_line(&mut self, line: Line) {
        self.session = None;
        self.opened.clear();
        self.traffic.values_mut().for_each(|blobs| blobs.disconnect(SERVER));
        self.line = line;
    }

    /// Says what is to be said and closes the connection.
    pub async fn close(mut self) {
        self.send();
        self.line.close().await;
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What a person can do about a socket that does not work.
fn explain(error: &net::SocketError, address: Option<&Address>) -> String {
    address.map_or_else(|| error.to_string(), |address| format!("{address}: {error}"))
}
