//! The socket of a member, open or not.

use crate::address::Address;
use net::{Incoming, Outbox, Outgoing, SocketError, Transport, outbox};
use std::time::Duration;
use sync::limits::MESSAGE_BYTES_MAX;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Messages that wait for the socket, in bytes: a window of parcels and what stands around it.
const OUTBOX_BYTES_MAX: usize = 2 << 20;

/// Messages that were read and wait for the member: the socket waits beyond.
const INBOX_MESSAGES: usize = 16;

/// The time that a connection may take to open.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// The time that a message may take to leave.
const WRITE_TIME: Duration = Duration::from_secs(30);

/// The time that closing may take.
const CLOSE_TIME: Duration = Duration::from_secs(3);

const _: () = assert!(INBOX_MESSAGES * MESSAGE_BYTES_MAX <= 160 << 20, "what waits stays bounded");

/// An open connection.
pub struct Connection {
    pub inbox: mpsc::Receiver<Result<Vec<u8>, SocketError>>,
    pub outbox: Outbox,
    writer: JoinHandle<()>,
    reader: Task<()>,
}

/// A task that ends with whoever waits for it.
pub struct Task<T>(pub JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What the member does about its socket.
pub enum Line {
    /// It connects once this is past.
    Waiting(Instant),
    /// It connects.
    Connecting(Task<Result<Connection, SocketError>>),
    /// It is connected.
    Open(Connection),
}

/// Connects in a task of its own.
pub fn connect(address: &Address) -> Line {
    let url = address.sync_url();
    Line::Connecting(Task(tokio::spawn(async move {
        match tokio::time::timeout(CONNECT_TIME, net::connect(&url)).await {
            Ok(socket) => socket.map(open),
            Err(_) => Err(SocketError::Stalled),
        }
    })))
}

/// Reads and writes in tasks of its own.
pub fn open(transport: impl Transport) -> Connection {
    let (mut incoming, mut outgoing) = transport.split();
    let (into, inbox) = mpsc::channel(INBOX_MESSAGES);
    let (outbox, mut outlet) = outbox(OUTBOX_BYTES_MAX);
    let reading = async move {
        loop {
            let message = incoming.read().await;
            let is_over = message.is_err();
            if into.send(message).await.is_err() || is_over {
                return;
            }
        }
    };
    let writing = async move {
        while let Some(messages) = outlet.next().await {
            let len = messages.iter().map(Vec::len).sum();
            if outgoing.write(messages, WRITE_TIME).await.is_err() {
                return;
            }
            outlet.sent(len);
        }
        outgoing.close(Duration::from_secs(1)).await;
    };
    Connection { inbox, outbox, writer: tokio::spawn(writing), reader: Task(tokio::spawn(reading)) }
}

impl Line {
    /// Sends what waits and closes.
    pub async fn close(self) {
        let Self::Open(Connection { inbox: _inbox, outbox, writer, reader: _reader }) = self else { return };
        drop(outbox);
        // The writer ends when all is sent or cannot be; either way there is nothing more to do.
        let _ = tokio::time::timeout(CLOSE_TIME, writer).await;
    }
}
