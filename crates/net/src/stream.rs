//! A conversation over QUIC: messages with their lengths, in one stream both ways.

use crate::framing::{Framing, head};
use crate::{Incoming, NodeKey, Outgoing, SocketError, Transport};
use iroh::endpoint::{Connection, ConnectionError, ReadError, RecvStream, SendStream, VarInt, WriteError};
use std::time::Duration;
use sync::limits::{HELLO_BYTES_MAX, MESSAGE_BYTES_MAX};

/// A connection to a member whose key was verified.
#[derive(Debug)]
pub struct Stream {
    connection: Connection,
    incoming: RecvStream,
    outgoing: SendStream,
    framing: Framing,
}

/// What comes.
#[derive(Debug)]
pub struct StreamIncoming {
    stream: RecvStream,
    framing: Framing,
}

/// What goes.
#[derive(Debug)]
pub struct StreamOutgoing {
    /// The last of these closes the connection.
    connection: Connection,
    stream: SendStream,
}

impl Stream {
    /// The side that made the connection.
    pub(crate) async fn open(connection: Connection) -> Result<Self, SocketError> {
        let (outgoing, incoming) = connection.open_bi().await.map_err(lost)?;
        Ok(Self { connection, incoming, outgoing, framing: Framing::new(MESSAGE_BYTES_MAX) })
    }

    /// The side that was connected to: the stream is there once the other side says something.
    pub(crate) async fn accept(connection: Connection) -> Result<Self, SocketError> {
        let (outgoing, incoming) = connection.accept_bi().await.map_err(lost)?;
        Ok(Self { connection, incoming, outgoing, framing: Framing::new(HELLO_BYTES_MAX) })
    }

    /// The key of the other side, which it proved to have.
    pub fn key(&self) -> NodeKey {
        NodeKey(*self.connection.remote_id().as_bytes())
    }
}

impl Transport for Stream {
    type Incoming = StreamIncoming;
    type Outgoing = StreamOutgoing;

    async fn greeting(&mut self) -> Result<Vec<u8>, SocketError> {
        read(&mut self.incoming, &mut self.framing).await
    }

    async fn known(mut self) -> Self {
        self.framing.set_limit(MESSAGE_BYTES_MAX);
        self
    }

    fn split(self) -> (StreamIncoming, StreamOutgoing) {
        let outgoing = StreamOutgoing { connection: self.connection, stream: self.outgoing };
        (StreamIncoming { stream: self.incoming, framing: self.framing }, outgoing)
    }
}

impl Incoming for StreamIncoming {
    async fn read(&mut self) -> Result<Vec<u8>, SocketError> {
        read(&mut self.stream, &mut self.framing).await
    }
}

/// What was read of a message stays in `framing`, so nothing is lost where this is dropped in the middle.
async fn read(stream: &mut RecvStream, framing: &mut Framing) -> Result<Vec<u8>, SocketError> {
    loop {
        match stream.read_chunk(framing.wanted()).await {
            Ok(Some(bytes)) => {
                if let Some(message) = framing.take(&bytes)? {
                    return Ok(message);
                }
            }
            Ok(None) if framing.is_between() => return Err(SocketError::Closed),
            Ok(None) => return Err(SocketError::Failed("it ended in the middle of a message".into())),
            Err(ReadError::ConnectionLost(error)) => return Err(lost(error)),
            Err(error) => return Err(SocketError::Failed(error.to_string())),
        }
    }
}

impl Outgoing for StreamOutgoing {
    async fn write(&mut self, messages: Vec<Vec<u8>>, patience: Duration) -> Result<(), SocketError> {
        let send = async {
            for message in messages {
                self.stream.write_all(&head(message.len())).await?;
                self.stream.write_all(&message).await?;
            }
            Ok(())
        };
        let sent: Result<(), WriteError> =
            tokio::time::timeout(patience, send).await.map_err(|_| SocketError::Stalled)?;
        sent.map_err(|error| match error {
            WriteError::ConnectionLost(error) => lost(error),
            error => SocketError::Failed(error.to_string()),
        })
    }

    async fn close(mut self, patience: Duration) {
        // Where the connection is gone already nothing more arrives, and there is nobody to be polite to.
        if self.stream.finish().is_ok() {
            let _ = tokio::time::timeout(patience, self.stream.stopped()).await;
        }
        self.connection.close(VarInt::from_u32(0), b"");
    }
}

/// Why a connection is of no use any more.
pub(crate) fn lost(error: ConnectionError) -> SocketError {
    match error {
        ConnectionError::ApplicationClosed(_) | ConnectionError::LocallyClosed => SocketError::Closed,
        error => SocketError::Failed(error.to_string()),
    }
}
