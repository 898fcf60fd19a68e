//! A member's connection, light or whole.

use crate::board::{Board, Stage};
use crate::crowd::{self, Crowd};
use crate::light::Light;
use crate::members::KEY_EVERY_MS;
use clock::{DocumentId, Frontier, ReplicaId, Span, VersionVector};
use codec::SigningKey;
use motet::{Imported, Patch};
use net::{Incoming, Outgoing, Transport};
use server::text_container;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sync::{
    Admission, Config, Epoch, Event, Figure, Hashes, ImportOutcome, MemberId, Parcel, Replica, Role, Session, Trust,
};

/// A replica as a page has it.
struct Whole {
    replica: motet::Replica,
    board: Arc<Board>,
    /// How many elements are here.
    elements: u64,
}

/// Where members meet.
#[derive(Clone)]
pub struct Place {
    /// The server.
    pub url: String,
    /// The document.
    pub doc: DocumentId,
}

impl Replica for Whole {
    fn version(&self, _: DocumentId) -> Option<VersionVector> {
        Some(self.replica.version())
    }

    fn epoch(&self, _: DocumentId) -> Epoch {
        0
    }

    fn adopt_epoch(&mut self, _: DocumentId, _: Epoch) {}

    fn export(&mut self, _: DocumentId, _: &[Span], _: usize) -> Vec<Parcel> {
        Vec::new()
    }

    fn import(&mut self, _: DocumentId, parcels: Vec<Parcel>) -> ImportOutcome {
        let mut outcome = ImportOutcome::default();
        for parcel in parcels {
            let mut patch = Patch::default();
            if let Imported::Applied(spans) = self.replica.import(&parcel.bytes, Some(&mut patch)).expect("valid") {
                outcome.applied += spans.iter().map(|span| u64::from(span.len())).sum::<u64>();
                self.board.see(Stage::Patch, &spans);
            }
        }
        self.elements += outcome.applied;
        outcome.wanted = self.replica.wanted();
        outcome
    }

    fn durable(&self, _: DocumentId) -> VersionVector {
        VersionVector::new()
    }

    fn hashes(&mut self, _: DocumentId) -> Hashes {
        let motet::Hashes { log, standings, state } = self.replica.hashes();
        Hashes { log, standings, state: Some(state) }
    }
}

/// Types and follows until the program ends.
pub async fn run_light(place: Place, number: usize, carets: bool, board: Arc<Board>, crowd: Arc<Crowd>) {
    let (doc, own) = (place.doc, crowd::replica(number));
    let mut light = Light::new(doc, number, board.clone(), crowd);
    let mut durable = 0;
    let mut keys = 0;
    let clock = board.clone();
    let at_key = move |light: &mut Light, session: &mut Session, now_ms: u64| {
        if clock.is_over() {
            return;
        }
        light.press();
        session.changed(doc);
        if carets {
            keys += 1;
            let at = Frontier::default();
            let figure = Figure::new(&format!("Member {number} {}", keys % 10), [9, 9, 9], None, at);
            session.show_own(doc, Some(figure), now_ms);
        }
    };
    let durable_board = board.clone();
    let at_event = move |event: Event| {
        if let Event::Durable { version, .. } = event {
            let end = version.end(own);
            if end > durable {
                durable_board.see(Stage::Durable, &[Span::new(own, durable, end)]);
                durable = end;
            }
        }
    };
    drive(&place, number, &mut light, &board, at_key, at_event, |_| false).await;
}

/// Follows until everything is here that anybody typed, behind lines of `before` elements; the text by then.
pub async fn run_whole(place: Place, number: usize, before: u64, board: Arc<Board>) -> String {
    let replica = motet::Replica::new(place.doc, 0, ReplicaId(0), SigningKey::from_bytes(&[1; 32]));
    let mut whole = Whole { replica, board: board.clone(), elements: 0 };
    let has_all = |whole: &Whole| board.is_over() && whole.elements == before + board.pressed();
    drive(&place, number, &mut whole, &board, |_, _, _| {}, |_| {}, has_all).await;
    whole.replica.document().text(text_container())
}

/// Talks to the server until `is_done`, or until the server goes once all is over.
async fn drive<H: Replica>(
    place: &Place,
    number: usize,
    host: &mut H,
    board: &Board,
    mut at_key: impl FnMut(&mut H, &mut Session, u64),
    mut at_event: impl FnMut(Event),
    is_done: impl Fn(&H) -> bool,
) {
    let socket = net::connect(&place.url).await.expect("the server listens");
    let (mut incoming, mut outgoing) = socket.split();
    let began = Instant::now();
    let now_ms = || u64::try_from(began.elapsed().as_millis()).expect("short");
    let config =
        Config { member: MemberId(number as u64 + 1), token: Vec::new(), admission: Admission::All(Trust::Relay) };
    let mut session = Session::new(Role::Initiator, config, 0);
    session.open(place.doc);
    // Spread over the period, as people are.
    let mut key_ms = 500 + number as u64 * 37 % KEY_EVERY_MS;
    while !is_done(host) {
        let messages = session.poll(host, now_ms());
        match outgoing.write(messages, Duration::from_secs(30)).await {
            Err(_) if board.is_over() => return,
            written => written.expect("the server reads"),
        }
        let wake_ms = session.next_wake_ms().unwrap_or(u64::MAX).min(key_ms).saturating_sub(now_ms());
        tokio::select! {
            read = incoming.read() => {
                let bytes = match read {
                    Err(_) if board.is_over() => return,
                    read => read.expect("the server talks"),
                };
                session.handle(host, &bytes, now_ms()).expect("it keeps to the protocol").into_iter().for_each(&mut at_event);
            }
            () = tokio::time::sleep(Duration::from_millis(wake_ms)) => {}
        }
        while key_ms <= now_ms() {
            at_key(host, &mut session, now_ms());
            key_ms += KEY_EVERY_MS;
        }
    }
}
