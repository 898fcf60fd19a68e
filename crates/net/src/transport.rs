//! What a conversation between two members needs of whatever lies between them.

use crate::SocketError;
use std::time::Duration;

/// Carries messages between two members: whole, in order, at most once, and never longer than
/// [`sync::limits`] say; or it breaks.
///
/// Until the other side is known nothing longer than a greeting is read, so that a stranger costs no more
/// memory than that. Who made the connection knows whom it reached, and reads all from the beginning.
pub trait Transport: Send + Sized + 'static {
    /// The direction that comes.
    type Incoming: Incoming;
    /// The direction that goes.
    type Outgoing: Outgoing;

    /// The first message.
    fn greeting(&mut self) -> impl Future<Output = Result<Vec<u8>, SocketError>> + Send;

    /// Takes messages of all lengths from now on. The other side says nothing between its greeting and
    /// the answer; who does may lose what it said.
    fn known(self) -> impl Future<Output = Self> + Send;

    /// Both directions apart.
    fn split(self) -> (Self::Incoming, Self::Outgoing);
}

/// The direction that comes.
pub trait Incoming: Send + 'static {
    /// The next message. May be dropped while it waits, and called again: nothing is lost by it.
    fn read(&mut self) -> impl Future<Output = Result<Vec<u8>, SocketError>> + Send;
}

/// The direction that goes.
pub trait Outgoing: Send + 'static {
    /// Sends messages together, unless that takes longer than `patience`: then the transport is of no use
    /// any more.
    fn write(
        &mut self,
        messages: Vec<Vec<u8>>,
        patience: Duration,
    ) -> impl Future<Output = Result<(), SocketError>> + Send;

    /// Ends both directions, once what was written has arrived, or after `patience`. Why is nothing that a
    /// transport says: the protocol's last message does.
    fn close(self, patience: Duration) -> impl Future<Output = ()> + Send;
}
