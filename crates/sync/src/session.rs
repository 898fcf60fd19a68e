//! Many documents between two members over one channel.

use crate::channel::{Channel, Config, Heard, Role, refusal};
use crate::limits;
use crate::message::{Message, Proof, Standing};
use crate::{Event, Figure, Link, Presence, ProtocolError, Refusal, RefusalCode, Replica, Trust};
use clock::{DocumentId, SortedMap};
use std::sync::Arc;

/// One side of a conversation between two members, from the first byte to the break.
///
/// It does nothing by itself: bytes that came go into [`handle`](Self::handle), bytes to send come out
/// of [`poll`](Self::poll), which is called after every event and at [`next_wake_ms`](Self::next_wake_ms).
/// After a break a new session continues where the versions say.
#[derive(Debug)]
pub struct Session {
    channel: Channel,
    links: SortedMap<DocumentId, Link>,
    out: Vec<Message>,
    events: Vec<Event>,
}

impl Session {
    /// A session that begins at `now_ms`.
    pub fn new(role: Role, config: Config, now_ms: u64) -> Self {
        let channel = Channel::new(role, config, now_ms);
        Self { channel, links: SortedMap::new(), out: Vec::new(), events: Vec::new() }
    }

    /// Asks the other side to exchange `doc`, now or once it has greeted. Nothing where it is open.
    pub fn open(&mut self, doc: DocumentId) {
        let link = || Link::ask(doc, self.channel.me(), Trust::Relay);
        self.links.entry(doc).or_insert_with(link);
    }

    /// Ends the exchange of `doc`.
    pub fn close(&mut self, doc: DocumentId) {
        if self.links.remove(&doc).is_some() && self.channel.is_talking() {
            self.out.push(Message::Close { doc });
        }
    }

    /// Says who this member is, after [`Event::Greeted`] with an identity for it. Documents that are opened later show it.
    pub fn prove(&mut self, proof: Proof) {
        self.out.push(Message::Proof(proof));
    }

    /// Lets the other side in, where admission asks.
    pub fn admit(&mut self, trust: Trust) {
        self.channel.admit(trust);
    }

    /// Ends the session; [`poll`](Self::poll) tells the other side why.
    pub fn end(&mut self, error: ProtocolError) {
        self.channel.end(error);
    }

    /// Takes in a message. After an error the session is over, apart from the last words that
    /// [`poll`](Self::poll) gives; the host's documents are as they were.
    pub fn handle(&mut self, host: &mut dyn Replica, bytes: &[u8], now_ms: u64) -> Result<Vec<Event>, ProtocolError> {
        let message = Message::decode(bytes).map_err(|error| self.channel.end(error.into()))?;
        let mut events = std::mem::take(&mut self.events);
        events.extend(match self.channel.hear(message, now_ms)? {
            // Who believes nobody's name has no use for it.
            Heard::Done | Heard::Proof(_) => Vec::new(),
            Heard::Greeted(hello) => vec![Event::Greeted(hello)],
            Heard::About(doc, message) => self.hear_about(host, doc, message, now_ms),
        });
        Ok(events)
    }

    /// What to send now, and in this order.
    pub fn poll(&mut self, host: &mut dyn Replica, now_ms: u64) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        self.channel.poll(now_ms, &mut out);
        if self.channel.is_talking() {
            out.append(&mut self.out);
            for link in self.links.values_mut() {
                self.events.extend(link.poll(host, now_ms, limits::WINDOW_BYTES_MAX, &mut out));
            }
        }
        out.iter().map(Message::encode).collect()
    }

    /// What happened apart from messages: members that fell silent. [`handle`](Self::handle) gives
    /// these too.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The host has new actions in `doc`, made here or from another session.
    pub fn changed(&mut self, doc: DocumentId) {
        if let Some(link) = self.links.get_mut(&doc) {
            link.changed();
        }
    }

    /// Shows where this member is in `doc`; none to leave.
    pub fn show_own(&mut self, doc: DocumentId, figure: Option<Figure>, now_ms: u64) {
        if let Some(link) = self.links.get_mut(&doc) {
            link.show_own(figure, now_ms);
        }
    }

    /// Passes on news that another session brought.
    pub fn show(&mut self, doc: DocumentId, presence: Arc<Presence>, now_ms: u64) {
        if let Some(link) = self.links.get_mut(&doc) {
            link.show(presence, now_ms);
        }
    }

    /// When to poll at the latest although nothing came, if ever.
    pub fn next_wake_ms(&self) -> Option<u64> {
        let links = self.links.values().filter_map(Link::next_wake_ms).min();
        let links = links.filter(|_| self.channel.is_talking());
        [self.channel.next_wake_ms(), links].into_iter().flatten().min()
    }

    /// Why the session is over, if it is.
    pub fn ended(&self) -> Option<&ProtocolError> {
        self.channel.ended()
    }

    /// The open documents.
    pub fn links(&self) -> impl Iterator<Item = (DocumentId, &Link)> {
        self.links.iter().map(|(&doc, link)| (doc, link))
    }

    fn hear_about(&mut self, host: &mut dyn Replica, doc: DocumentId, message: Message, now_ms: u64) -> Vec<Event> {
        match message {
            Message::Close { .. } => {
                let was_open = self.links.remove(&doc).is_some();
                was_open.then_some(Event::Closed(doc)).into_iter().collect()
            }
            Message::Refused { code, message, .. } => {
                // Refused parcels are news; every other refusal ends the exchange.
                if code != RefusalCode::Parcels {
                    self.links.remove(&doc);
                }
                vec![Event::Refused { doc, code, message }]
            }
            Message::Open { standing, .. } if !self.links.contains_key(&doc) => self.answer(host, doc, standing),
            Message::Blob { message, .. } => match self.links.contains_key(&doc) {
                true => vec![Event::Blob { doc, message }],
                false => Vec::new(),
            },
            message => match self.links.get_mut(&doc).map(|link| link.handle(host, message, now_ms)) {
                Some(Ok(events)) => events,
                Some(Err(why)) => self.refuse(doc, why),
                // Said before the other side heard that the document is closed.
                None => Vec::new(),
            },
        }
    }

    fn answer(&mut self, host: &mut dyn Replica, doc: DocumentId, standing: Standing) -> Vec<Event> {
        if self.links.len() >= limits::DOCUMENTS_MAX {
            let message = format!("{} documents are open already", limits::DOCUMENTS_MAX);
            return self.refuse(doc, Refusal { code: RefusalCode::TooMany, message });
        }
        match Link::answer(host, doc, self.channel.me(), self.channel.trust().clone(), standing) {
            Ok((link, events)) => {
                self.links.insert(doc, link);
                events
            }
            Err(why) => self.refuse(doc, why),
        }
    }

    fn refuse(&mut self, doc: DocumentId, why: Refusal) -> Vec<Event> {
        let was_open = self.links.remove(&doc).is_some();
        self.out.push(refusal(Some(doc), why.code, &why.message));
        let event = Event::Refused { doc, code: why.code, message: why.message };
        was_open.then_some(event).into_iter().collect()
    }
}
