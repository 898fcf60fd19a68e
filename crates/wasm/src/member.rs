//! The worker's side: one member of the space that talks over one socket.

use crate::anchor::{Anchor, write_author};
use crate::js::{self, Outcome, object};
use crate::shelf::Shelf;
use js_sys::Array;
use motet::{DocumentId, SigningKey, SortedMap, SortedSet, VersionVector};
use std::collections::VecDeque;
use sync::{Admission, Bias, Config, Event, Figure, MemberId, Proof, Role, Selection, Session, Trust};
use wasm_bindgen::prelude::*;

/// How long [`Member::tick`] lets the worker sleep at most, in milliseconds.
const NAP_MS_MAX: u64 = 10_000;

/// One member, over one socket that comes and goes.
#[wasm_bindgen]
pub struct Member {
    shelf: Shelf,
    key: SigningKey,
    member: MemberId,
    token: Vec<u8>,
    session: Option<Session>,
    out: VecDeque<Vec<u8>>,
    events: Vec<JsValue>,
    own: SortedMap<DocumentId, Figure>,
    others: SortedMap<DocumentId, SortedMap<MemberId, Figure>>,
    theirs: SortedMap<DocumentId, VersionVector>,
    /// What was opened on both sides just now.
    greeted: SortedSet<DocumentId>,
    now_ms: u64,
}

#[wasm_bindgen]
impl Member {
    /// A member of the author with this secret.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Outcome<Member> {
        let key = SigningKey::from_bytes(&js::array_field(options, "secret")?);
        let seed: [u8; 32] = js::array_field(options, "seed")?;
        let member = u64::from_le_bytes(seed[..8].try_into().expect("eight bytes"));
        Ok(Self {
            shelf: Shelf::new(key.clone()),
            key,
            member: MemberId(member),
            token: js::text_field(options, "token")?.into_bytes(),
            session: None,
            out: VecDeque::new(),
            events: Vec::new(),
            own: SortedMap::new(),
            others: SortedMap::new(),
            theirs: SortedMap::new(),
            greeted: SortedSet::new(),
            now_ms: 0,
        })
    }

    /// Joins a document, with what the store holds of it.
    pub fn open(&mut self, document: &str, frames: &JsValue) -> Outcome<()> {
        let doc = parse(document)?;
        let book = self.shelf.open(doc);
        book.replica.trust_all(true);
        for frame in js::byte_list(frames)? {
            // What the store holds was checked when it came; damage shows in the page, which says so.
            let _known = book.replica.import(&frame, None);
        }
        book.replica.trust_all(false);
        if let Some(session) = &mut self.session {
            session.open(doc);
        }
        self.say_saved(doc);
        self.flush();
        Ok(())
    }

    /// Leaves a document.
    pub fn close(&mut self, document: &str) -> Outcome<()> {
        let doc = parse(document)?;
        if let Some(session) = &mut self.session {
            session.close(doc);
        }
        self.flush();
        self.shelf.books.remove(&doc);
        self.own.remove(&doc);
        self.others.remove(&doc);
        self.theirs.remove(&doc);
        Ok(())
    }

    /// Takes in frames that a page of this browser sealed, after they were stored.
    pub fn local(&mut self, document: &str, frames: &JsValue) -> Outcome<()> {
        let doc = parse(document)?;
        let Some(book) = self.shelf.books.get_mut(&doc) else { return Ok(()) };
        for frame in js::byte_list(frames)? {
            if let Err(error) = book.replica.import(&frame, None) {
                self.events.push(problem(Some(doc), error.code(), &error.to_string()));
            }
        }
        if let Some(session) = &mut self.session {
            session.changed(doc);
        }
        self.say_saved(doc);
        self.flush();
        Ok(())
    }

    /// Says where the person is: `{name, colour, place, anchor, head}`, where the place is the name of a text.
    pub fn present(&mut self, document: &str, presence: &JsValue) -> Outcome<()> {
        let doc = parse(document)?;
        let at = self
            .shelf
            .books
            .get(&doc)
            .map_or_else(motet::Frontier::new, |book| book.replica.document().log().frontier().clone());
        let colour = colour(&js::text_field(presence, "colour")?);
        let figure = Figure::new(&js::text_field(presence, "name")?, colour, selection(presence)?, at);
        self.own.insert(doc, figure.clone());
        if let Some(session) = &mut self.session {
            session.show_own(doc, Some(figure), self.now_ms);
        }
        self.flush();
        Ok(())
    }

    /// The socket opened.
    pub fn connected(&mut self, now_ms: f64) {
        self.now_ms = now_ms as u64;
        let config = Config { member: self.member, token: self.token.clone(), admission: Admission::All(Trust::Relay) };
        let mut session = Session::new(Role::Initiator, config, self.now_ms);
        for &doc in self.shelf.books.keys() {
            session.open(doc);
        }
        for (&doc, figure) in &self.own {
            session.show_own(doc, Some(figure.clone()), self.now_ms);
        }
        self.out.clear();
        self.session = Some(session);
        self.flush();
    }

    /// The socket is gone.
    pub fn disconnected(&mut self) {
        self.session = None;
        self.out.clear();
        for (doc, peers) in std::mem::take(&mut self.others) {
            if !peers.is_empty() {
                self.say_presence(doc);
            }
        }
    }

    /// Takes in a message from the socket.
    pub fn receive(&mut self, message: &[u8], now_ms: f64) {
        self.now_ms = now_ms as u64;
        let Some(session) = &mut self.session else { return };
        let heard = session.handle(&mut self.shelf, message, self.now_ms);
        // Who hears that all has come must have it.
        self.hand_out();
        match heard {
            Ok(events) => events.into_iter().for_each(|event| self.hear(event)),
            Err(error) => self.events.push(problem(None, &error.code().to_string(), &error.to_string())),
        }
        self.flush();
    }

    /// The next message for the socket.
    pub fn send(&mut self) -> Option<Vec<u8>> {
        self.out.pop_front()
    }

    /// Lets time pass; returns when to call again at the latest, in milliseconds from now.
    pub fn tick(&mut self, now_ms: f64) -> f64 {
        self.now_ms = now_ms as u64;
        self.flush();
        let wake = self.session.as_ref().and_then(Session::next_wake_ms);
        wake.map_or(NAP_MS_MAX, |wake| wake.saturating_sub(self.now_ms).clamp(1, NAP_MS_MAX)) as f64
    }

    /// What happened since the last call.
    pub fn events(&mut self) -> JsValue {
        self.events.drain(..).collect::<Array>().into()
    }

    fn flush(&mut self) {
        let Some(session) = &mut self.session else { return };
        self.out.extend(session.poll(&mut self.shelf, self.now_ms));
        for event in session.take_events() {
            self.hear(event);
        }
    }

    fn hand_out(&mut self) {
        for (&doc, book) in self.shelf.books.iter_mut() {
            if !book.fresh.is_empty() {
                let frames = js::from_byte_list(book.fresh.drain(..));
                self.events.push(object([
                    ("kind", "frames".into()),
                    ("document", doc.to_string().into()),
                    ("frames", frames),
                ]));
            }
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Received { doc, version } => {
                if self.greeted.remove(&doc) {
                    self.say_behind(doc, &version);
                }
                self.theirs.entry(doc).or_default().merge(&version);
                self.say_saved(doc);
            }
            Event::Durable { doc, version } => {
                if let Some(book) = self.shelf.books.get_mut(&doc) {
                    book.durable.merge(&version);
                }
                self.theirs.entry(doc).or_default().merge(&version);
                self.say_saved(doc);
            }
            Event::Opened(doc) => {
                self.greeted.insert(doc);
                self.say_saved(doc);
            }
            Event::Presence { doc, presence } => {
                let peers = self.others.entry(doc).or_default();
                match &presence.figure {
                    Some(figure) => peers.insert(presence.member, figure.clone()),
                    None => peers.remove(&presence.member),
                };
                self.say_presence(doc);
            }
            Event::Gone { doc, member } => {
                self.others.entry(doc).or_default().remove(&member);
                self.say_presence(doc);
            }
            Event::Greeted(hello) => self.prove(hello.you),
            Event::Progress { doc, done, total } => self.say_progress(doc, done, total),
            Event::Refused { doc, code, message } => {
                self.events.push(problem(Some(doc), &code.to_string(), &message));
            }
            Event::Rejected { doc, rejections } => {
                for rejection in rejections {
                    self.events.push(problem(Some(doc), "rejected", &rejection.reason));
                }
            }
            Event::Diverged { doc, .. } => self.events.push(problem(
                Some(doc),
                "diverged",
                "This copy and the server's have the same changes but show different text. Reload the page; if it \
                 happens again, please report it.",
            )),
            _ => {}
        }
    }

    /// Says who this is to whoever shows it to others as `you`.
    fn prove(&mut self, you: MemberId) {
        if let (Some(session), true) = (&mut self.session, you.0 > 0) {
            session.prove(Proof { author: self.key.author().0, signature: self.key.prove(you.0).0 });
        }
    }

    /// Tells how much is to come, so that nothing to come can be told from not knowing.
    fn say_behind(&mut self, doc: DocumentId, theirs: &VersionVector) {
        let Some(book) = self.shelf.books.get(&doc) else { return };
        let missing = theirs.missing_from(&book.replica.version());
        self.say_progress(doc, 0, missing.iter().map(|span| u64::from(span.len())).sum());
    }

    fn say_progress(&mut self, doc: DocumentId, done: u64, total: u64) {
        self.events.push(object([
            ("kind", "progress".into()),
            ("document", doc.to_string().into()),
            ("done", (done as f64).into()),
            ("total", (total as f64).into()),
        ]));
    }

    /// Tells how many own actions nobody else has, and how many are on no storage node's disk.
    fn say_saved(&mut self, doc: DocumentId) {
        let Some(book) = self.shelf.books.get(&doc) else { return };
        let none = VersionVector::new();
        let count = |version: &VersionVector| {
            let own = book.replica.replicas_of(self.key.author());
            let logs = own.iter().filter_map(|&replica| book.replica.document().log().log(replica));
            let beyond = |log: &motet::ReplicaLog| {
                let known = version.end(log.replica);
                let first = log.headers.partition_point(|run| run.range.end <= known);
                let count = |run: &motet::HeaderRun| (run.range.end - run.range.start.max(known)).div_ceil(run.each);
                log.headers[first..].iter().map(count).sum::<u32>()
            };
            logs.map(beyond).sum::<u32>()
        };
        let unreceived = count(self.theirs.get(&doc).unwrap_or(&none));
        let undurable = count(&book.durable);
        self.events.push(object([
            ("kind", "saved".into()),
            ("document", doc.to_string().into()),
            ("unreceived", unreceived.into()),
            ("undurable", undurable.into()),
        ]));
    }

    fn say_presence(&mut self, doc: DocumentId) {
        let peers = self.others.get(&doc).into_iter().flatten().map(|(member, figure)| {
            let anchor = |pick: fn(&Selection) -> sync::Anchor| {
                figure.selection.as_ref().map_or(JsValue::NULL, |s| write_anchor(pick(s)).into())
            };
            let author = figure.author.map_or_else(String::new, |key| write_author(motet::AuthorKey(key)));
            let place = figure.selection.as_ref().map_or(JsValue::NULL, |selection| place_to_js(&selection.place));
            object([
                ("peer", format!("{:x}", member.0).into()),
                ("author", author.into()),
                ("name", figure.name.as_str().into()),
                ("colour", css(figure.colour).into()),
                ("place", place),
                ("anchor", anchor(|s| s.anchor)),
                ("head", anchor(|s| s.head)),
            ])
        });
        let peers: Array = peers.collect();
        self.events.push(object([
            ("kind", "presence".into()),
            ("document", doc.to_string().into()),
            ("peers", peers.into()),
        ]));
    }
}

fn parse(document: &str) -> Outcome<DocumentId> {
    document.parse().map_err(|_| js::error("document must be 32 hex digits"))
}

fn problem(doc: Option<DocumentId>, code: &str, message: &str) -> JsValue {
    object([
        ("kind", "problem".into()),
        ("document", doc.map_or(JsValue::NULL, |doc| doc.to_string().into())),
        ("code", code.into()),
        ("message", message.into()),
    ])
}

fn selection(presence: &JsValue) -> Outcome<Option<Selection>> {
    let read = |name| -> Outcome<Option<sync::Anchor>> {
        match js::field(presence, name)?.as_string() {
            None => Ok(None),
            Some(text) => Anchor::read(&text).map(read_anchor).map(Some).ok_or_else(|| js::error("not an anchor")),
        }
    };
    let both = read("anchor")?.zip(read("head")?);
    let place = js::field(presence, "place")?.as_string().unwrap_or_default();
    Ok(both.map(|(anchor, head)| Selection { place: place.into_bytes(), anchor, head }))
}

/// The text that a place names; null where it names none, as members do that know of one text only.
fn place_to_js(place: &[u8]) -> JsValue {
    match std::str::from_utf8(place) {
        Ok(name) if !name.is_empty() => name.into(),
        _ => JsValue::NULL,
    }
}

fn read_anchor(anchor: Anchor) -> sync::Anchor {
    sync::Anchor { element: anchor.element, bias: if anchor.stays_left { Bias::Left } else { Bias::Right } }
}

fn write_anchor(anchor: sync::Anchor) -> String {
    Anchor { element: anchor.element, stays_left: anchor.bias == Bias::Left }.write()
}

/// The colour of `#rrggbb`; grey where it is none.
fn colour(css: &str) -> [u8; 3] {
    let digits = css.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
    let part = |at: usize| u8::from_str_radix(digits?.get(at..at + 2)?, 16).ok();
    match (part(0), part(2), part(4)) {
        (Some(red), Some(green), Some(blue)) => [red, green, blue],
        _ => [0x80; 3],
    }
}

fn css([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
