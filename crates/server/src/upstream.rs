//! A storage node as a member of another one: documents of both are kept equal, whoever is connected to which.

use crate::access::is_over;
use crate::document::{Command, ConnectionId};
use crate::limits;
use crate::service::Service;
use clock::DocumentId;
use net::{Incoming, Outbox, SocketError, Transport, outbox};
use std::collections::BTreeMap;
use std::time::Duration;
use sync::{Admission, Channel, Config, Heard, MemberId, Message, ProtocolError, RefusalCode, Role, Trust};
use tokio::sync::{mpsc, watch};

/// The time that a connection may take to open.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// What to exchange there.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// What admits there; empty where nothing is asked for.
    pub token: Vec<u8>,
    /// The documents; the hub has them.
    pub docs: Vec<DocumentId>,
}

/// Why following ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The connection.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The conversation.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The other side does not exchange a document.
    #[error("the other member does not exchange document {doc}: {message}")]
    Refused {
        /// Which one.
        doc: DocumentId,
        /// For programs.
        code: RefusalCode,
        /// For people.
        message: String,
    },
    /// A document stopped here.
    #[error("document {0} stopped; see the log")]
    Stopped(DocumentId),
}

impl FollowError {
    /// Whether to try again is of no use.
    pub fn is_final(&self) -> bool {
        let codes = [RefusalCode::NotAdmitted, RefusalCode::Version, RefusalCode::Epoch];
        match self {
            Self::Protocol(error) => codes.contains(&error.code()),
            Self::Refused { code, .. } => codes.contains(code),
            Self::Socket(_) | Self::Stopped(_) => false,
        }
    }
}

/// A connection to another storage node.
struct Following<'a> {
    id: ConnectionId,
    service: &'a Service,
    upstream: &'a Upstream,
    channel: Channel,
    outbox: Outbox,
    documents: BTreeMap<DocumentId, mpsc::Sender<Command>>,
}

/// Waits for `connecting`, for as long as a connection may take to open, and exchanges the documents until it breaks
/// or the service drains, which is no error. `greeted` is called once the other side has let this one in.
pub async fn follow<T: Transport>(
    service: &Service,
    upstream: &Upstream,
    connecting: impl Future<Output = Result<T, SocketError>>,
    greeted: impl FnMut(),
) -> Result<(), FollowError> {
    follow_until(service, upstream, connecting, greeted, None).await
}

/// The same until it is `over`, which is no error either.
pub(crate) async fn follow_until<T: Transport>(
    service: &Service,
    upstream: &Upstream,
    connecting: impl Future<Output = Result<T, SocketError>>,
    greeted: impl FnMut(),
    mut over: Option<watch::Receiver<bool>>,
) -> Result<(), FollowError> {
    let connected = tokio::select! {
        connected = tokio::time::timeout(CONNECT_TIME, connecting) => connected,
        () = is_over(&mut over) => return Ok(()),
    };
    let transport = connected.map_err(|_| SocketError::Stalled)??;
    let (outbox, outlet) = outbox(limits::OUTBOX_BYTES_MAX);
    let (mut incoming, outgoing) = transport.split();
    let writing = tokio::spawn(crate::connection::write(service.clone(), outlet, outgoing));
    let id = service.next_connection();
    let config = Config {
        member: MemberId(service.scramble(id)),
        token: upstream.token.clone(),
        admission: Admission::All(Trust::Relay),
    };
    let channel = Channel::new(Role::Initiator, config, service.now_ms());
    let mut following = Following { id, service, upstream, channel, outbox, documents: BTreeMap::new() };
    let result = following.run(&mut incoming, greeted, over).await;
    following.leave().await;
    drop(following);
    // The last words leave in bounded time.
    let _ = writing.await;
    result
}

impl Following<'_> {
    async fn run(
        &mut self,
        incoming: &mut impl Incoming,
        mut greeted: impl FnMut(),
        mut over: Option<watch::Receiver<bool>>,
    ) -> Result<(), FollowError> {
        let mut draining = self.service.draining.subscribe();
        loop {
            self.say();
            if let Some(error) = self.channel.ended() {
                return Err(error.clone().into());
            }
            if let Some((&doc, _)) = self.documents.iter().find(|(_, task)| task.is_closed()) {
                return Err(FollowError::Stopped(doc));
            }
            let now_ms = self.service.now_ms();
            let wake_ms = self.channel.next_wake_ms().unwrap_or(now_ms);
            let pause = Duration::from_millis(wake_ms.saturating_sub(now_ms).clamp(1, 5_000));
            tokio::select! {
                read = tokio::time::timeout(pause, incoming.read()) => if let Ok(bytes) = read {
                    self.hear(&bytes?, &mut greeted).await?;
                },
                () = async { drop(draining.wait_for(|is_draining| *is_draining).await) } => return Ok(()),
                () = is_over(&mut over) => return Ok(()),
            }
        }
    }

    fn say(&mut self) {
        let mut out = Vec::new();
        self.channel.poll(self.service.now_ms(), &mut out);
        for message in out {
            // A queue that broke shows as a socket that closed.
            self.outbox.push(message.encode());
        }
    }

    async fn hear(&mut self, bytes: &[u8], greeted: &mut impl FnMut()) -> Result<(), FollowError> {
        let message = Message::decode(bytes).map_err(|error| self.channel.end(error.into()))?;
        match self.channel.hear(message, self.service.now_ms())? {
            Heard::Done | Heard::Proof(_) => Ok(()),
            Heard::Greeted(_) => {
                greeted();
                // The greeting in answer leaves before anything about documents.
                self.say();
                self.upstream.docs.iter().try_for_each(|&doc| self.reach(doc))
            }
            Heard::About(doc, message) => self.route(doc, message).await,
        }
    }

    /// Has the document's task exchange it over this connection.
    fn reach(&mut self, doc: DocumentId) -> Result<(), FollowError> {
        let command = Command::Reach { connection: self.id, outbox: self.outbox.clone() };
        let task = self.service.registry.dispatch(doc, command).map_err(|_| FollowError::Stopped(doc))?;
        self.documents.insert(doc, task);
        Ok(())
    }

    async fn route(&mut self, doc: DocumentId, message: Message) -> Result<(), FollowError> {
        match message {
            Message::Refused { code: RefusalCode::Parcels, message, .. } => {
                tracing::warn!(%doc, message, "the other member refuses what is here");
                Ok(())
            }
            Message::Refused { code, message, .. } => Err(FollowError::Refused { doc, code, message }),
            Message::Close { .. } => Err(FollowError::Stopped(doc)),
            message => {
                let Some(task) = self.documents.get(&doc) else { return Ok(()) };
                let sent = task.send(Command::Message { connection: self.id, message }).await;
                sent.map_err(|_| FollowError::Stopped(doc))
            }
        }
    }

    async fn leave(&mut self) {
        for task in std::mem::take(&mut self.documents).into_values() {
            // A task that is gone has nothing to forget.
            let _ = task.send(Command::Detach { connection: self.id }).await;
        }
    }
}
