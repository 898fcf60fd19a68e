//! Members that talk: connections that come and go, messages, and what they bring.

use super::{Carried, Event, World};
use crate::host::DOC;
use crate::network::{Arrival, Side};
use crate::planted::Planted;
use crate::trace::digest;
use clock::VersionVector;
use sync::{Event as News, Message, PeerKey, ProtocolError, Role};

impl World {
    pub(super) fn connect(&mut self, wire: usize) -> Result<(), String> {
        let ends = self.network.wires[wire];
        let runs = ends.map(|at| self.members[at].runs);
        if ends.iter().any(|&at| self.members[at].running.is_none()) || !self.network.is_passable(ends) {
            let delay_ms = self.random.between(100, 3000);
            self.plan(delay_ms, Event::Connect(wire));
            return Ok(());
        }
        let number = self.network.connect(Some(wire), ends, runs);
        self.open(number, ends)
    }

    /// Lets both ends of a new connection begin to talk.
    pub(super) fn open(&mut self, number: PeerKey, ends: [usize; 2]) -> Result<(), String> {
        self.trace.note(self.now_ms, format_args!("{} connects to {} as {number}", ends[0], ends[1]));
        self.members[ends[1]].connect(number, Role::Responder, self.now_ms);
        self.members[ends[0]].connect(number, Role::Initiator, self.now_ms);
        self.talk(ends[1])?;
        self.talk(ends[0])
    }

    pub(super) fn arrive(&mut self, number: PeerKey, side: Side, bytes: &[u8]) -> Result<(), String> {
        let Some(connection) = self.network.connections.get(&number).filter(|connection| connection.is_alive) else {
            return Ok(());
        };
        let (at, is_spoilt) = (connection.ends[side], connection.is_spoilt);
        let now_ms = self.now_ms;
        self.report.messages += 1;
        self.trace.note(now_ms, format_args!("{at} hears {:016x} of {number}", digest(bytes)));
        let Some(running) = self.members[at].running.as_mut() else { return Ok(()) };
        match running.exchange.handle(&mut running.host, number, bytes, now_ms) {
            Ok(news) => news.into_iter().try_for_each(|news| self.hear(number, at, news))?,
            Err(ProtocolError::Decode(_) | ProtocolError::Order) if is_spoilt => {}
            Err(ProtocolError::Refused { .. } | ProtocolError::Ended) => {}
            Err(error) => return Err(format!("a session ended: {error}")),
        }
        self.talk(at)?;
        self.reload_waiting(at)
    }

    /// What a session brings.
    fn hear(&mut self, number: PeerKey, at: usize, news: News) -> Result<(), String> {
        let connection = &self.network.connections[&number];
        match news {
            // Who does not know all that is here sees something else.
            News::Diverged { ours, theirs, .. } if ours.log == theirs.log && self.is_mixed(connection.ends) => Ok(()),
            News::Diverged { .. } => Err("two sessions found hashes that differ".to_owned()),
            News::Rejected { rejections, .. } if connection.is_spoilt => {
                self.trace.note(self.now_ms, format_args!("{at} refuses {rejections:?}"));
                self.cut(number);
                Ok(())
            }
            News::Rejected { rejections, .. } => Err(format!("refused: {}", rejections[0].reason)),
            News::Refused { message, .. } => Err(format!("an exchange was refused: {message}")),
            News::Opened(_) => {
                let running = self.members[at].running.as_mut().expect("it heard something");
                running.traffic.connect(number);
                Ok(())
            }
            News::Blob { message, .. } => {
                self.hear_of_blob(at, number, message);
                Ok(())
            }
            News::Received { version, .. } => self.check_received(number, at, &version),
            News::Durable { version, .. } => {
                let running = self.members[at].running.as_mut().expect("it heard something");
                running.host.heard_durable = running.exchange.durable(DOC);
                self.ledger.check_heard(&version)
            }
            _ => Ok(()),
        }
    }

    /// Whether one of two members runs an older version, or did when it last said something.
    fn is_mixed(&self, ends: [usize; 2]) -> bool {
        let is_behind = |at: usize| {
            let running = self.members[at].running.as_ref();
            running.is_none_or(|running| !running.host.replica.knows_all())
        };
        ends.into_iter().any(is_behind)
    }

    /// What the other side says to have it must have.
    fn check_received(&self, number: PeerKey, at: usize, version: &VersionVector) -> Result<(), String> {
        let connection = &self.network.connections[&number];
        let side = 1 - connection.side(at);
        let other = &self.members[connection.ends[side]];
        let Some(running) = other.running.as_ref().filter(|_| other.runs == connection.runs[side]) else {
            return Ok(());
        };
        let here = running.host.replica.document().version();
        if here.includes(version) {
            return Ok(());
        }
        Err(format!("called received and not there: {:?}", version.missing_from(&here)))
    }

    /// Lets a member say what it has to say, after everything that happened to it.
    pub(super) fn talk(&mut self, at: usize) -> Result<(), String> {
        self.check(at)?;
        if !self.save(at)? {
            return Ok(());
        }
        let Some(running) = self.members[at].running.as_mut() else { return Ok(()) };
        let out = running.exchange.poll(&mut running.host, self.now_ms);
        let promised = running.host.promised();
        // Who fell silent is news for a person only.
        running.exchange.take_events();
        let ended: Vec<PeerKey> = running.exchange.ended().map(|(number, _)| number).collect();
        self.ledger.promise(&promised);
        self.members[at].promised.merge(&promised);
        for (number, bytes) in out {
            self.send(at, number, bytes);
        }
        ended.into_iter().for_each(|number| self.cut(number));
        self.talk_of_blobs(at)
    }

    pub(super) fn send(&mut self, at: usize, number: PeerKey, bytes: Vec<u8>) {
        let Some(connection) = self.network.connections.get(&number) else { return };
        let from = connection.side(at);
        let message = Message::decode(&bytes);
        let is_idle = matches!(message, Ok(Message::Ping(_) | Message::Pong(_)));
        self.said += u64::from(!is_idle);
        self.parcels += if let Ok(Message::Parcels { parcels, .. }) = message { parcels.len() as u64 } else { 0 };
        let arrivals = self.network.send((number, from), bytes, self.now_ms, &self.options, &mut self.random);
        for Arrival { due_ms, side, bytes } in arrivals {
            self.plan(due_ms - self.now_ms, Event::Arrive(number, side, bytes));
        }
    }

    /// An end learns that its connection is gone; who made it makes another one.
    pub(super) fn lose(&mut self, number: PeerKey, side: Side) {
        let Some(connection) = self.network.lose(number, side) else { return };
        let at = connection.ends[side];
        self.trace.note(self.now_ms, format_args!("{at} loses {number}"));
        let now_ms = self.now_ms;
        let forgets = self.planted == Some(Planted::ForgetLast) && self.random.chance(300);
        if self.members[at].runs == connection.runs[side]
            && let Some(running) = self.running(at)
        {
            running.exchange.disconnect(number, now_ms);
            if forgets {
                running.host.forget_last();
            }
            self.lose_blobs(number, at);
        }
        if let (0, Some(wire)) = (side, connection.wire) {
            let delay_ms = self.random.between(10, 2000);
            self.plan(delay_ms, Event::Connect(wire));
        }
    }

    pub(super) fn receive_carried(&mut self, at: usize, carried: Carried) -> Result<(), String> {
        let Some(running) = self.members[at].running.as_mut() else { return Ok(()) };
        let taken = running.host.take(carried.span, carried.bytes);
        self.trace.note(self.now_ms, format_args!("{at} gets {} by hand: {taken:?}", carried.span));
        match taken {
            Ok(_) => running.exchange.changed(DOC),
            Err(_) if carried.is_altered => {}
            Err(reason) => return Err(format!("refused: {reason}")),
        }
        self.talk(at)
    }
}
