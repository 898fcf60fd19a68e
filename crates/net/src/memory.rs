//! Two members in one process.

use crate::{Incoming, Outgoing, SocketError, Transport};
use std::time::Duration;
use sync::limits::{HELLO_BYTES_MAX, MESSAGE_BYTES_MAX};
use tokio::sync::mpsc;

/// Messages that wait to be read: the other side waits beyond.
const WAITING_MAX: usize = 16;

/// One end of a pair.
#[derive(Debug)]
pub struct Memory {
    incoming: MemoryIncoming,
    outgoing: MemoryOutgoing,
}

/// What comes to one end.
#[derive(Debug)]
pub struct MemoryIncoming {
    queue: mpsc::Receiver<Vec<u8>>,
    limit: usize,
}

/// What goes to the other end.
#[derive(Debug)]
pub struct MemoryOutgoing {
    queue: mpsc::Sender<Vec<u8>>,
}

/// The end of whoever made the connection, and that of whoever was connected to.
pub fn memory() -> (Memory, Memory) {
    let ((there, from_here), (here, from_there)) = (mpsc::channel(WAITING_MAX), mpsc::channel(WAITING_MAX));
    let end = |incoming, outgoing, limit| Memory {
        incoming: MemoryIncoming { queue: incoming, limit },
        outgoing: MemoryOutgoing { queue: outgoing },
    };
    (end(from_there, there, MESSAGE_BYTES_MAX), end(from_here, here, HELLO_BYTES_MAX))
}

impl Transport for Memory {
    type Incoming = MemoryIncoming;
    type Outgoing = MemoryOutgoing;

    async fn greeting(&mut self) -> Result<Vec<u8>, SocketError> {
        self.incoming.read().await
    }

    async fn known(mut self) -> Self {
        self.incoming.limit = MESSAGE_BYTES_MAX;
        self
    }

    fn split(self) -> (MemoryIncoming, MemoryOutgoing) {
        (self.incoming, self.outgoing)
    }
}

impl Incoming for MemoryIncoming {
    async fn read(&mut self) -> Result<Vec<u8>, SocketError> {
        let message = self.queue.recv().await.ok_or(SocketError::Closed)?;
        if message.len() > self.limit {
            self.queue.close();
            return Err(SocketError::Long { len: message.len(), limit: self.limit });
        }
        Ok(message)
    }
}

impl Outgoing for MemoryOutgoing {
    async fn write(&mut self, messages: Vec<Vec<u8>>, patience: Duration) -> Result<(), SocketError> {
        let send = async {
            for message in messages {
                self.queue.send(message).await.map_err(|_| SocketError::Closed)?;
            }
            Ok(())
        };
        tokio::time::timeout(patience, send).await.map_err(|_| SocketError::Stalled)?
    }

    async fn close(self, _: Duration) {}
}
