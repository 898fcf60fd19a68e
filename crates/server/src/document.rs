//! One document: its replica, its links and its readers, all owned by one task.
//!
//! Commands are taken in batches: everything that waits is imported, then synced once, then
//! acknowledged. Nothing is acknowledged as durable before the sync returned. In a crowd the task rests
//! between two batches, so that they are worth their sync. Forgetting a document is only forgetting a cache.

#[cfg(test)]
mod tests;

use crate::blobs::DocumentBlobs;
use crate::chores::{Chores, Watch};
use crate::content::{Content, NewType};
use crate::etag::Etags;
use crate::hub::{HubDocument, HubError};
use crate::limits::{IMAGE_AFTER_QUIET_MS, IMAGE_QUIET_FACTOR, LINKS_PER_REST_MS, REST_MS_MAX, ROOM_CHECK_MS};
use crate::metrics::Metrics;
use clock::{DocumentId, Span, VersionVector};
use motet::BlobNames;
use net::Outbox;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use store::Blobs;
use sync::{
    BlobEvent, BlobMessage, Epoch, Event, Hashes, ImportOutcome, Link, MemberId, Message, Parcel, Presence,
    RefusalCode, Replica, Standing, Trust, refusal,
};
use tokio::sync::oneshot;

/// Names a connection while the server runs.
pub type ConnectionId = u64;

/// What a document is asked for.
#[derive(Debug)]
pub enum Command {
    /// A connection opens the document.
    Attach {
        /// Which connection.
        connection: ConnectionId,
        /// Where its messages go.
        outbox: Outbox,
        /// How far it is believed.
        trust: Trust,
        /// What it has.
        standing: Standing,
    },
    /// A connection to another server, to exchange the document over.
    Reach {
        /// Which connection.
        connection: ConnectionId,
        /// Where its messages go.
        outbox: Outbox,
    },
    /// How far it is with what the members that it follows have: of how many elements how many are here. Nothing before one
    /// said what it has.
    #[cfg_attr(not(feature = "p2p"), allow(dead_code, reason = "asked for by who joined by a ticket"))]
    CatchUp {
        /// Who asks.
        reply: oneshot::Sender<Option<(u64, u64)>>,
    },
    /// A connection says something about the document.
    Message {
        /// Which connection.
        connection: ConnectionId,
        /// What.
        message: Message,
    },
    /// What it names, with what waits in it; nothing where it is not loaded.
    BlobNames {
        /// Who asks.
        reply: oneshot::Sender<BlobNames>,
    },
    /// A blob that the document may name came over HTTP.
    BlobCame,
    /// A connection closes the document, or is gone.
    Detach {
        /// Which connection.
        connection: ConnectionId,
    },
    /// The text, now or at a version.
    GetText {
        /// At which.
        at: Option<VersionVector>,
        /// Who asks.
        reply: oneshot::Sender<Result<Text, HubError>>,
    },
    /// A text to save.
    PutText {
        /// Against what.
        base: Base,
        /// The text.
        text: String,
        /// What an empty document becomes by it, where that is no text.
        new_type: Option<NewType>,
        /// Who asks.
        reply: oneshot::Sender<Result<Put, HubError>>,
    },
    /// Where people wanted different things.
    Conflicts {
        /// Who asks.
        reply: oneshot::Sender<Result<String, HubError>>,
    },
    /// The node may have something to do in it by itself.
    Tend {
        /// What it knew of it.
        watch: Watch,
        /// What it does at all.
        chores: Chores,
        /// The time, in seconds since 1970.
        now: i64,
        /// Who asks, for what is known of it now.
        reply: oneshot::Sender<Result<Watch, HubError>>,
    },
    /// The server is about to stop: what makes the document open sooner is kept.
    PutAway {
        /// Who waits for it.
        reply: oneshot::Sender<()>,
    },
    /// A page of history.
    History {
        /// Before which version.
        before: Option<VersionVector>,
        /// How many runs.
        count: usize,
        /// Who asks.
        reply: oneshot::Sender<Result<String, HubError>>,
    },
}

/// What a text was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nobody said: what is there now.
    Now,
    /// What one of these ETags stands for.
    Etags(Vec<String>),
}

/// A text with what names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text, and what kind of file it is.
    pub content: Content,
    /// The strong ETag of its bytes.
    pub etag: String,
    /// A version that has it.
    pub version: VersionVector,
}

/// What became of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was saved; what is stored is what was sent, or has others' changes in it too.
    Saved {
        /// The ETag of what is stored, where that is what was sent.
        etag: Option<String>,
        /// The version that has it.
        version: VersionVector,
        /// Whether what is stored has others' changes in it too.
        is_merged: bool,
    },
    /// The ETag names nothing that is known.
    UnknownBase,
}

/// A loaded document with everybody who uses it.
pub struct Document {
    id: DocumentId,
    replica: Guarded,
    links: BTreeMap<ConnectionId, (Link, Outbox)>,
    /// The links to other servers. Who is here is not shown there: there all of them would be one member.
    upstream: BTreeSet<ConnectionId>,
    /// What it names beside the log, where blobs are kept.
    blobs: Option<DocumentBlobs>,
    etags: Etags,
    metrics: Arc<Metrics>,
    /// Until when more is gathered before the next batch.
    rests_until_ms: u64,
    /// When it is put away where nothing changes before, and how long the quiet lasts.
    quiet_at_ms: Option<u64>,
    quiet_ms: u64,
    /// Why it stopped, if it did: after an error of the store nothing is written or acknowledged.
    failure: Option<HubError>,
}

/// A hub's document as links see it.
struct Guarded {
    document: Box<dyn HubDocument>,
    /// What is here, until something changes: every link asks for it.
    version: VersionVector,
    is_dirty: bool,
    /// Why the store did not take what links brought, if it did not.
    failure: Option<HubError>,
}

impl Guarded {
    fn new(document: Box<dyn HubDocument>) -> Self {
        Self { version: document.version(), document, is_dirty: false, failure: None }
    }

    fn note_change(&mut self) {
        self.is_dirty = true;
        self.version = self.document.version();
    }
}

impl Replica for Guarded {
    fn version(&self, _: DocumentId) -> Option<VersionVector> {
        Some(self.version.clone())
    }

    fn epoch(&self, _: DocumentId) -> Epoch {
        self.document.epoch()
    }

    fn adopt_epoch(&mut self, _: DocumentId, epoch: Epoch) {
        self.failure = self.document.adopt_epoch(epoch).err().or(self.failure.take());
    }

    fn export(&mut self, _: DocumentId, missing: &[Span], bytes_max: usize) -> Vec<Parcel> {
        self.document.export(missing, bytes_max)
    }

    fn import(&mut self, _: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        let outcome = self.document.import(parcels);
        self.note_change();
        outcome
    }

    fn durable(&self, _: DocumentId) -> VersionVector {
        self.document.durable()
    }

    fn hashes(&mut self, _: DocumentId) -> Hashes {
        self.document.hashes()
    }
}

/// An answer that waits for the sync.
type Waiting = Box<dyn FnOnce(Result<(), HubError>) + Send>;

impl Document {
    /// A document that nobody uses yet, loaded at `now_ms`.
    pub fn new(id: DocumentId, document: Box<dyn HubDocument>, metrics: Arc<Metrics>, now_ms: u64) -> Self {
        Self {
            id,
            replica: Guarded::new(document),
            links: BTreeMap::new(),
            upstream: BTreeSet::new(),
            blobs: None,
            etags: Etags::default(),
            metrics,
            rests_until_ms: 0,
            quiet_at_ms: Some(now_ms + IMAGE_AFTER_QUIET_MS),
            quiet_ms: IMAGE_AFTER_QUIET_MS,
            failure: None,
        }
    }

    /// The same with the blobs that it names.
    #[must_use]
    pub fn with_blobs(self, blobs: Option<Blobs>) -> Self {
        Self { blobs: blobs.map(|blobs| DocumentBlobs::new(self.id, blobs)), ..self }
    }

    /// Whether no connection has it open.
    pub fn is_idle(&self) -> bool {
        self.links.is_empty()
    }

    /// When nothing changes for now, and before the document is forgotten.
    pub fn put_away(&mut self) {
        if self.sync().is_ok() {
            let began = Instant::now();
            self.replica.document.put_away();
            let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.quiet_ms = took_ms.saturating_mul(IMAGE_QUIET_FACTOR).max(IMAGE_AFTER_QUIET_MS);
        }
        self.quiet_at_ms = None;
    }

    /// Deals with a batch, and sends what follows from it.
    pub fn work(&mut self, commands: Vec<Command>, now_ms: u64) {
        let mut waiting = Vec::new();
        for command in commands {
            self.take(command, now_ms, &mut waiting);
        }
        if self.replica.is_dirty {
            self.quiet_at_ms = Some(now_ms.saturating_add(self.quiet_ms));
        }
        let result = self.sync();
        waiting.into_iter().for_each(|answer| answer(result.clone()));
        match result {
            Ok(()) => self.poll(now_ms),
            Err(_) => self.abandon(),
        }
        if self.quiet_at_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            self.put_away();
        }
        self.rests_until_ms = now_ms + (self.links.len() as u64 / LINKS_PER_REST_MS).min(REST_MS_MAX);
    }

    /// Until when commands should be left to gather. The more links there are the longer: in a crowd much
    /// is synced and goes out together, and nothing waits for long.
    pub fn rests_until_ms(&self) -> u64 {
        self.rests_until_ms
    }

    /// When to work at the latest although nothing came, if ever.
    pub fn next_wake_ms(&self, now_ms: u64) -> Option<u64> {
        let wake = |(connection, (link, outbox)): (&ConnectionId, &(Link, Outbox))| {
            if outbox.room() == 0 {
                return Some(now_ms + ROOM_CHECK_MS);
            }
            let blobs_ms = self.blobs.as_ref().and_then(|blobs| blobs.next_wake_ms(*connection));
            [link.next_wake_ms(), blobs_ms].into_iter().flatten().min()
        };
        self.links.iter().filter_map(wake).chain(self.quiet_at_ms).min()
    }

    fn take(&mut self, command: Command, now_ms: u64, waiting: &mut Vec<Waiting>) {
        match command {
            Command::Attach { connection, outbox, trust, standing } => {
                self.attach(connection, outbox, trust, standing, now_ms);
            }
            Command::Reach { connection, outbox } => {
                // What is said there was said by many.
                let link = Link::ask(self.id, MemberId(0), Trust::Relay);
                self.links.insert(connection, (link, outbox));
                self.upstream.insert(connection);
            }
            Command::CatchUp { reply } => drop(reply.send(self.catch_up())),
            Command::BlobNames { reply } => {
                let is_loaded = self.replica.document.blob_names_count() > 0;
                let names = if is_loaded { self.replica.document.blob_names() } else { BlobNames::default() };
                drop(reply.send(names));
            }
            Command::BlobCame => self.blobs.iter_mut().for_each(DocumentBlobs::changed),
            Command::Message { connection, message: Message::Blob { message, .. } } => {
                self.hear_blob(connection, message, now_ms);
            }
            Command::Message { connection, message } => self.hear(connection, message, now_ms),
            Command::Detach { connection } => self.detach(connection, now_ms),
            // Who asked may be gone; then nobody misses the answer.
            Command::GetText { at, reply } => drop(reply.send(self.text(at))),
            Command::Tend { watch, chores, now, reply } => {
                let tended = self.replica.document.tend(watch, &chores, now);
                self.replica.note_change();
                self.changed();
                waiting.push(Box::new(move |synced| drop(reply.send(synced.and(tended)))));
            }
            Command::PutAway { reply } => {
                self.put_away();
                let _ = reply.send(());
            }
            Command::History { before, count, reply } => {
                drop(reply.send(self.replica.document.history(before.as_ref(), count)));
            }
            Command::Conflicts { reply } => drop(reply.send(self.replica.document.conflicts())),
            Command::PutText { base, text, new_type, reply } => {
                let put = self.put(&base, &text, new_type.as_ref());
                waiting.push(Box::new(move |synced| drop(reply.send(synced.and(put)))));
            }
        }
    }

    fn catch_up(&self) -> Option<(u64, u64)> {
        let followed = self.upstream.iter().filter_map(|connection| self.links.get(connection));
        followed.filter_map(|(link, _)| link.progress(&self.replica.version)).max_by_key(|(_, count)| *count)
    }

    fn attach(&mut self, connection: ConnectionId, outbox: Outbox, trust: Trust, standing: Standing, now_ms: u64) {
        if self.links.contains_key(&connection) {
            return self.hear(connection, Message::Open { doc: self.id, standing }, now_ms);
        }
        // The server speaks for the presences of all connections; its own id is nobody's.
        match Link::answer(&mut self.replica, self.id, MemberId(0), trust, standing) {
            Ok((mut link, _)) => {
                self.blobs.iter_mut().for_each(|blobs| blobs.connect(connection));
                let present = self.links.values().flat_map(|(link, _)| link.present());
                present.for_each(|presence| link.show(presence, now_ms));
                self.links.insert(connection, (link, outbox));
            }
            Err(why) => {
                outbox.push(refusal(Some(self.id), why.code, &why.message).encode());
            }
        }
    }

    fn hear(&mut self, connection: ConnectionId, message: Message, now_ms: u64) {
        let Some((link, outbox)) = self.links.get_mut(&connection) else { return };
        match link.handle(&mut self.replica, message, now_ms) {
            Ok(events) => events.into_iter().for_each(|event| self.notice(connection, event, now_ms)),
            Err(why) => {
                outbox.push(refusal(Some(self.id), why.code, &why.message).encode());
                self.detach(connection, now_ms);
            }
        }
    }

    fn hear_blob(&mut self, connection: ConnectionId, message: BlobMessage, now_ms: u64) {
        let Some(blobs) = &mut self.blobs else { return };
        blobs.hear(&mut *self.replica.document, connection, message, now_ms);
        for event in blobs.take_events() {
            self.notice_blob(event);
        }
    }

    fn notice_blob(&self, event: BlobEvent) {
        match event {
            BlobEvent::Whole { hash } => {
                self.metrics.blobs_fetched.add(1);
                tracing::info!(doc = %self.id, %hash, "a blob came");
            }
            BlobEvent::Lie { giver, hash } => {
                self.metrics.blob_lies.add(1);
                tracing::warn!(doc = %self.id, connection = giver, %hash, "wrong bytes of a blob; asked of others");
            }
            BlobEvent::Refused { hash, reason } => {
                self.metrics.blobs_refused.add(1);
                tracing::warn!(doc = %self.id, %hash, reason, "a blob is not taken for now");
            }
            _ => {}
        }
    }

    fn notice(&mut self, connection: ConnectionId, event: Event, now_ms: u64) {
        match event {
            Event::Opened(_) => self.blobs.iter_mut().for_each(|blobs| blobs.connect(connection)),
            Event::Imported { elements, .. } => {
                self.metrics.elements_imported.add(elements);
                self.changed();
            }
            Event::Presence { presence, .. } => self.pass_on(connection, &presence, now_ms),
            Event::Rejected { rejections, .. } => {
                self.metrics.parcels_rejected.add(rejections.len() as u64);
                let reason = rejections.first().map_or("", |rejection| rejection.reason.as_str());
                tracing::warn!(doc = %self.id, connection, count = rejections.len(), reason, "parcels refused");
                if let Some((_, outbox)) = self.links.get(&connection) {
                    let message = format!("parcels refused: {reason}");
                    // Sent for people to see; the link goes on.
                    outbox.push(refusal(Some(self.id), RefusalCode::Parcels, &message).encode());
                }
            }
            Event::Diverged { ours, theirs, .. } => {
                self.metrics.divergences.add(1);
                tracing::error!(doc = %self.id, connection, ?ours, ?theirs, "members diverged");
            }
            _ => {}
        }
    }

    fn detach(&mut self, connection: ConnectionId, now_ms: u64) {
        self.upstream.remove(&connection);
        self.blobs.iter_mut().for_each(|blobs| blobs.disconnect(connection));
        if let Some((link, _)) = self.links.remove(&connection) {
            for presence in link.farewell() {
                self.pass_on(connection, &presence, now_ms);
            }
        }
    }

    fn pass_on(&mut self, from: ConnectionId, presence: &Arc<Presence>, now_ms: u64) {
        let is_told = |connection| connection != from && !self.upstream.contains(&connection);
        for (_, (link, _)) in self.links.iter_mut().filter(|(connection, _)| is_told(**connection)) {
            link.show(presence.clone(), now_ms);
        }
    }

    fn changed(&mut self) {
        self.links.values_mut().for_each(|(link, _)| link.changed());
    }

    fn text(&mut self, at: Option<VersionVector>) -> Result<Text, HubError> {
        let (content, version) = match at {
            Some(at) if !self.replica.document.version().includes(&at) => return Err(HubError::NoVersion),
            Some(at) => (self.replica.document.content_at(&at)?, at),
            None => (self.replica.document.content()?, self.replica.document.version()),
        };
        let etag = Etags::of(&content.text);
        self.etags.remember(&mut *self.replica.document, &etag, &version);
        Ok(Text { content, etag, version })
    }

    fn put(&mut self, base: &Base, text: &str, new_type: Option<&NewType>) -> Result<Put, HubError> {
        let base = match base {
            Base::Now => None,
            Base::Etags(etags) => {
                // What is there now is known by its bytes, even if nobody ever asked for it.
                self.text(None)?;
                let known = etags.iter().find_map(|etag| self.etags.recall(&mut *self.replica.document, etag));
                let Some(known) = known else { return Ok(Put::UnknownBase) };
                Some(known)
            }
        };
        let document = &mut self.replica.document;
        // Nothing was ever written: what it is is decided now.
        let new_type = new_type.filter(|_| document.version().is_empty());
        let put = match new_type {
            Some(new_type) => document.make(new_type, text),
            None => document.put_text(base.as_ref(), text),
        };
        self.replica.note_change();
        put?;
        self.changed();
        let now = self.text(None)?;
        let is_merged = !now.content.says(text);
        Ok(Put::Saved { etag: (now.content.text == text).then_some(now.etag), version: now.version, is_merged })
    }

    fn sync(&mut self) -> Result<(), HubError> {
        if let Some(failure) = self.failure.as_ref().or(self.replica.failure.as_ref()) {
            return Err(failure.clone());
        }
        if !std::mem::take(&mut self.replica.is_dirty) {
            return Ok(());
        }
        let began = Instant::now();
        let result = self.replica.document.sync();
        self.metrics.syncs.add(1);
        self.metrics.sync_micros.add(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
        if let Err(error) = &result {
            tracing::error!(doc = %self.id, %error, "the store failed; the document stops");
            self.failure = Some(error.clone());
        }
        result
    }

    /// Sends what is due to everybody who has room for it.
    fn poll(&mut self, now_ms: u64) {
        let mut gone = Vec::new();
        for (&connection, (link, outbox)) in &mut self.links {
            let room = outbox.room();
            if room == 0 {
                continue;
            }
            let mut out = Vec::new();
            link.poll(&mut self.replica, now_ms, room, &mut out);
            if let Some(blobs) = &mut self.blobs {
                out.extend(blobs.poll(&mut *self.replica.document, connection, now_ms, room));
            }
            if !outbox.push_all(out.iter().map(Message::encode).collect()) || outbox.is_closed() {
                gone.push(connection);
            }
        }
        gone.into_iter().for_each(|connection| self.detach(connection, now_ms));
        let events = self.blobs.as_mut().map_or_else(Vec::new, DocumentBlobs::take_events);
        events.into_iter().for_each(|event| self.notice_blob(event));
    }

    fn abandon(&mut self) {
        let message =
            self.failure.as_ref().or(self.replica.failure.as_ref()).map(ToString::to_string).unwrap_or_default();
        let last = refusal(Some(self.id), RefusalCode::Unavailable, &message).encode();
        for (_, outbox) in self.links.values() {
            outbox.push(last.clone());
        }
        for connection in std::mem::take(&mut self.links).into_keys() {
            self.blobs.iter_mut().for_each(|blobs| blobs.disconnect(connection));
        }
        self.upstream.clear();
    }
}
