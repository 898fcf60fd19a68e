//! One connection: greeting, admission, and the way to the documents' tasks.

use crate::access::{Pass, is_over};
use crate::document::{Command, ConnectionId};
use crate::hub::HubError;
use crate::limits;
use crate::service::Service;
use clock::DocumentId;
use codec::{AuthorKey, Signature};
use net::{Bucket, Incoming, Outbox, Outgoing, Outlet, Transport, outbox};
use std::collections::BTreeMap;
use std::time::Duration;
use sync::limits::HELLO_DEADLINE_MS;
use sync::{
    Admission, Channel, Config, Heard, MemberId, Message, Proof, ProtocolError, RefusalCode, Role, Stamp, Trust,
    refusal,
};
use tokio::sync::mpsc;

/// The time for the last words to leave, and for a connection to be closed politely.
const GOODBYE_TIME: Duration = Duration::from_secs(1);

/// A connection after its greeting.
struct Connection {
    id: ConnectionId,
    service: Service,
    pass: Pass,
    channel: Channel,
    outbox: Outbox,
    documents: BTreeMap<DocumentId, mpsc::Sender<Command>>,
    messages: Bucket,
    bytes: Bucket,
}

/// Serves whoever connected by `transport` until that ends, as `judge` says of the token that it gives.
pub async fn serve<T: Transport>(service: Service, transport: T, judge: impl FnOnce(&[u8]) -> Option<Pass>) {
    service.metrics.sockets.add(1);
    let id = service.next_connection();
    match greet(&service, id, transport, judge).await {
        Some((pass, channel, transport)) => talk(service.clone(), id, pass, channel, transport).await,
        None => service.metrics.sessions_failed.add(1),
    }
    service.metrics.sockets.add(-1);
}

/// Waits for the greeting, for a fixed time whatever else comes, and judges it.
async fn greet<T: Transport>(
    service: &Service,
    id: ConnectionId,
    mut transport: T,
    judge: impl FnOnce(&[u8]) -> Option<Pass>,
) -> Option<(Pass, Channel, T)> {
    service.metrics.strangers.add(1);
    let deadline = Duration::from_millis(HELLO_DEADLINE_MS);
    let first = tokio::time::timeout(deadline, transport.greeting()).await;
    service.metrics.strangers.add(-1);
    let config = Config { member: MemberId(0), token: Vec::new(), admission: Admission::Ask };
    let mut channel = Channel::new(Role::Responder, config, service.now_ms());
    let admitted = match first {
        Ok(Ok(bytes)) => admit(service, id, judge, &mut channel, &bytes),
        Ok(Err(error)) => {
            tracing::debug!(connection = id, %error, "no greeting");
            return None;
        }
        Err(_) => Err(channel.end(ProtocolError::HelloDeadline)),
    };
    match admitted {
        Ok(pass) => Some((pass, channel, transport.known().await)),
        Err(error) => {
            tracing::info!(connection = id, %error, "not admitted");
            let mut out = Vec::new();
            channel.poll(service.now_ms(), &mut out);
            let (_incoming, mut outgoing) = transport.split();
            // Who was not admitted need not hear why.
            let _ = outgoing.write(out.iter().map(Message::encode).collect(), GOODBYE_TIME).await;
            outgoing.close(GOODBYE_TIME).await;
            None
        }
    }
}

fn admit(
    service: &Service,
    id: ConnectionId,
    judge: impl FnOnce(&[u8]) -> Option<Pass>,
    channel: &mut Channel,
    bytes: &[u8],
) -> Result<Pass, ProtocolError> {
    let message = Message::decode(bytes).map_err(|error| channel.end(error.into()))?;
    let Heard::Greeted(hello) = channel.hear(message, service.now_ms())? else {
        return Err(channel.end(ProtocolError::Order));
    };
    let Some(pass) = judge(&hello.token) else {
        return Err(channel.end(ProtocolError::NotAdmitted("the token is missing or wrong".into())));
    };
    // The connection gives the identity, so nobody shows under another's.
    channel.admit(Trust::Leaf(Stamp { member: MemberId(service.scramble(id)), name: None, author: None }));
    Ok(pass)
}

async fn talk<T: Transport>(service: Service, id: ConnectionId, pass: Pass, channel: Channel, transport: T) {
    let (outbox, outlet) = outbox(limits::OUTBOX_BYTES_MAX);
    let (mut incoming, outgoing) = transport.split();
    let writing = tokio::spawn(write(service.clone(), outlet, outgoing));
    let now_ms = service.now_ms();
    let mut connection = Connection {
        id,
        pass,
        channel,
        outbox,
        documents: BTreeMap::new(),
        messages: Bucket::new(limits::MESSAGES_PER_SECOND, limits::MESSAGES_BURST, now_ms),
        bytes: Bucket::new(limits::BYTES_PER_SECOND, limits::BYTES_BURST, now_ms),
        service,
    };
    connection.run(&mut incoming).await;
    connection.leave().await;
    drop(connection);
    // The last words leave, and the connection is closed politely, in bounded time.
    let _ = writing.await;
}

/// Writes what comes until nothing more can come, or can be written.
pub async fn write(service: Service, mut outlet: Outlet, mut outgoing: impl Outgoing) {
    while let Some(messages) = outlet.next().await {
        let (count, len) = (messages.len(), messages.iter().map(Vec::len).sum());
        if let Err(error) = outgoing.write(messages, limits::WRITE_TIME).await {
            tracing::debug!(%error, "writing ends");
            return;
        }
        outlet.sent(len);
        service.metrics.messages_out.add(count as u64);
        service.metrics.bytes_out.add(len as u64);
    }
    outgoing.close(GOODBYE_TIME).await;
}

impl Connection {
    async fn run(&mut self, incoming: &mut impl Incoming) {
        let mut draining = self.service.draining.subscribe();
        let mut over = self.pass.over.clone();
        loop {
            self.say();
            if self.channel.ended().is_some() || self.outbox.is_closed() {
                return;
            }
            let now_ms = self.service.now_ms();
            let wake_ms = self.channel.next_wake_ms().unwrap_or(now_ms);
            let pause = Duration::from_millis(wake_ms.saturating_sub(now_ms).clamp(1, 5_000));
            tokio::select! {
                read = tokio::time::timeout(pause, incoming.read()) => match read {
                    Ok(Ok(bytes)) => if let Err(error) = self.hear(&bytes).await {
                        tracing::info!(connection = self.id, %error, "the session ends");
                        self.service.metrics.sessions_failed.add(1);
                    },
                    Ok(Err(error)) => {
                        tracing::debug!(connection = self.id, %error, "the socket ends");
                        return;
                    }
                    Err(_) => {}
                },
                () = async { drop(draining.wait_for(|is_draining| *is_draining).await) } => {
                    let message = "the server is about to stop; connect again in a moment".into();
                    self.channel.end(ProtocolError::Refused { code: RefusalCode::Draining, message });
                }
                () = is_over(&mut over) => {
                    let message = "the document is not shared any more".into();
                    self.channel.end(ProtocolError::Refused { code: RefusalCode::NotAdmitted, message });
                }
            }
        }
    }

    fn say(&mut self) {
        let mut out = Vec::new();
        self.channel.poll(self.service.now_ms(), &mut out);
        for message in out {
            self.outbox.push(message.encode());
        }
    }

    async fn hear(&mut self, bytes: &[u8]) -> Result<(), ProtocolError> {
        let now_ms = self.service.now_ms();
        self.service.metrics.messages_in.add(1);
        self.service.metrics.bytes_in.add(bytes.len() as u64);
        let wait_ms = self.messages.take(1, now_ms).max(self.bytes.take(bytes.len() as u64, now_ms));
        if wait_ms > 0 {
            // Too fast: the socket is not read meanwhile, and the other side feels it.
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
        let message = Message::decode(bytes).map_err(|error| self.channel.end(error.into()))?;
        match self.channel.hear(message, now_ms)? {
            Heard::About(doc, message) => self.route(doc, message).await,
            Heard::Proof(proof) => self.hear_proof(&proof),
            Heard::Done | Heard::Greeted(_) => {}
        }
        Ok(())
    }

    /// Who proves to be an author is shown as that; who does not goes on without a key.
    fn hear_proof(&mut self, proof: &Proof) {
        let Trust::Leaf(Stamp { member, author: None, .. }) = self.channel.trust() else { return };
        match AuthorKey(proof.author).is_proved(member.0, &Signature(proof.signature)) {
            true => self.channel.believe(proof.author),
            false => tracing::info!(connection = self.id, "says to be an author and does not prove it"),
        }
    }

    async fn route(&mut self, doc: DocumentId, message: Message) {
        match message {
            Message::Open { standing, .. } => self.open(doc, standing),
            Message::Close { .. } => self.close(doc).await,
            message => {
                let Some(task) = self.documents.get(&doc) else { return };
                // A full queue makes this connection wait, and no other.
                if task.send(Command::Message { connection: self.id, message }).await.is_err() {
                    self.documents.remove(&doc);
                    self.refuse(doc, RefusalCode::Unavailable, "the document stopped; open it again");
                }
            }
        }
    }

    fn open(&mut self, doc: DocumentId, standing: sync::Standing) {
        if !self.documents.contains_key(&doc) && self.documents.len() >= limits::DOCUMENTS_OF_CONNECTION_MAX {
            return self.refuse(doc, RefusalCode::TooMany, "too many documents are open on this connection");
        }
        if !self.pass.reach.includes(doc) {
            // As if there were none: what else is here is nobody's business.
            return self.refuse(doc, RefusalCode::NoDocument, &HubError::NoDocument(doc).to_string());
        }
        let (outbox, trust) = (self.outbox.clone(), self.channel.trust().clone());
        match self.service.registry.dispatch(doc, Command::Attach { connection: self.id, outbox, trust, standing }) {
            Ok(task) => drop(self.documents.insert(doc, task)),
            Err(busy) => self.refuse(doc, RefusalCode::Unavailable, &busy.to_string()),
        }
    }

    async fn close(&mut self, doc: DocumentId) {
        if let Some(task) = self.documents.remove(&doc) {
            // A task that is gone has nothing to forget.
            let _ = task.send(Command::Detach { connection: self.id }).await;
        }
    }

    async fn leave(&mut self) {
        while let Some((doc, _)) = self.documents.first_key_value() {
            self.close(*doc).await;
        }
    }

    fn refuse(&self, doc: DocumentId, code: RefusalCode, message: &str) {
        self.outbox.push(refusal(Some(doc), code, message).encode());
    }
}
