//! What waits for a socket: bounded by bytes, since the other side may never read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use sync::limits::MESSAGE_BYTES_MAX;
use tokio::sync::mpsc;

/// How many pushes leave together: enough that a crowd's carets and acknowledgements cost one call.
const PUSHES_TOGETHER_MAX: usize = 64;

/// Messages that were put in together.
type Push = Vec<Vec<u8>>;

/// The end into which messages are put. Who has more to say looks at [`Outbox::room`] first and waits
/// while there is none: what a link has to say is computed when there is room for it, so a slow reader
/// gets the newest state later and costs no memory meanwhile.
#[derive(Clone, Debug)]
pub struct Outbox {
    queue: mpsc::UnboundedSender<Push>,
    bytes: Arc<AtomicUsize>,
    is_broken: Arc<AtomicBool>,
    limit: usize,
}

/// The end from which the socket is fed.
#[derive(Debug)]
pub struct Outlet {
    queue: mpsc::UnboundedReceiver<Push>,
    bytes: Arc<AtomicUsize>,
    is_broken: Arc<AtomicBool>,
}

/// A queue for about `limit` bytes.
pub fn outbox(limit: usize) -> (Outbox, Outlet) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let bytes = Arc::new(AtomicUsize::new(0));
    let is_broken = Arc::new(AtomicBool::new(false));
    let outbox = Outbox { queue: sender, bytes: bytes.clone(), is_broken: is_broken.clone(), limit };
    (outbox, Outlet { queue: receiver, bytes, is_broken })
}

impl Outbox {
    /// How many bytes fit in.
    pub fn room(&self) -> usize {
        self.limit.saturating_sub(self.bytes.load(Ordering::Acquire))
    }

    /// Puts a message in: see [`Outbox::push_all`].
    pub fn push(&self, message: Vec<u8>) -> bool {
        self.push_all(vec![message])
    }

    /// Puts messages in, which leave in one piece with whatever else waits by then. What was computed
    /// while there was room may go beyond it by the longest message; beyond that the queue breaks, since a
    /// message left out would be missed for ever: false, the socket closes, and a new session continues.
    pub fn push_all(&self, messages: Vec<Vec<u8>>) -> bool {
        if messages.is_empty() {
            return !self.is_broken.load(Ordering::Acquire);
        }
        let waiting = self.bytes.fetch_add(messages.iter().map(Vec::len).sum(), Ordering::AcqRel);
        if waiting > self.limit + MESSAGE_BYTES_MAX {
            self.is_broken.store(true, Ordering::Release);
        }
        !self.is_broken.load(Ordering::Acquire) && self.queue.send(messages).is_ok()
    }

    /// Whether nobody takes messages out any more.
    pub fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }
}

impl Outlet {
    /// All messages that wait, as soon as there is one; none once all outboxes are gone or the queue
    /// broke. They count until [`Outlet::sent`].
    pub async fn next(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut pushes = Vec::new();
        let count = self.queue.recv_many(&mut pushes, PUSHES_TOGETHER_MAX).await;
        (count > 0 && !self.is_broken.load(Ordering::Acquire)).then(|| pushes.into_iter().flatten().collect())
    }

    /// Makes room for as much as the messages had.
    pub fn sent(&self, len: usize) {
        self.bytes.fetch_sub(len, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_does_not_read_leaves_no_room() {
        let (outbox, mut outlet) = outbox(1000);
        (0..4).for_each(|_| assert!(outbox.push(vec![0; 300])));
        assert_eq!(outbox.room(), 0);
        let messages = outlet.next().await.unwrap();
        assert_eq!(messages.len(), 4);
        outlet.sent(600);
        assert_eq!(outbox.room(), 400);
    }

    #[tokio::test]
    async fn a_writer_that_does_not_look_breaks_the_queue() {
        let (outbox, mut outlet) = outbox(1000);
        let taken = (0..1000).take_while(|_| outbox.push(vec![0; 1 << 20])).count();
        assert_eq!(taken, MESSAGE_BYTES_MAX / (1 << 20) + 1);
        assert_eq!(outlet.next().await, None);
    }
}
