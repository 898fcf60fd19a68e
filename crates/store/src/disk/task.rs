//! One operation on its way through the writer, with whoever waits for the answer.

use super::tables::Tables;
use crate::error::DiskError;

/// What an operation came to: outside, whether the disk did its part; inside, whether the operation
/// was taken or refused. A refused operation has written nothing.
pub(super) type Applied<T, E> = Result<Result<T, E>, redb::Error>;

/// An operation of any kind, for the queue and the writer.
pub(super) trait Job: Send {
    /// Applies it within a transaction, and keeps the answer.
    fn apply(&mut self, tables: &mut Tables<'_>) -> Result<(), redb::Error>;

    /// Gives the answer, now that the transaction is durable or has failed.
    fn finish(self: Box<Self>, committed: Result<(), DiskError>);
}

/// An operation that gives `T` or refuses with `E`. Invariant: `reply` is called exactly once.
pub(super) struct Task<T, E: From<DiskError>, A> {
    apply: Option<A>,
    answer: Option<Result<T, E>>,
    reply: Option<Reply<T, E>>,
}

/// Whoever waits for an answer.
pub(super) type Reply<T, E> = Box<dyn FnOnce(Result<T, E>) + Send>;

impl<T, E: From<DiskError>, A> Task<T, E, A> {
    pub(super) fn new(apply: A, reply: Reply<T, E>) -> Self {
        Self { apply: Some(apply), answer: None, reply: Some(reply) }
    }

    /// Tells whoever waits, who is told nothing after that.
    pub(super) fn tell(&mut self, answer: Result<T, E>) {
        if let Some(reply) = self.reply.take() {
            reply(answer);
        }
    }
}

impl<T, E, A> Job for Task<T, E, A>
where
    T: Send,
    E: From<DiskError> + Send,
    A: FnOnce(&mut Tables<'_>) -> Applied<T, E> + Send,
{
    fn apply(&mut self, tables: &mut Tables<'_>) -> Result<(), redb::Error> {
        let apply = self.apply.take().expect("an operation is applied once");
        self.answer = Some(apply(tables)?);
        Ok(())
    }

    fn finish(mut self: Box<Self>, committed: Result<(), DiskError>) {
        let answer = match committed {
            Ok(()) => self.answer.take().expect("every operation of a transaction was applied"),
            // A refusal too may rest on what this transaction wrote before it.
            Err(error) => Err(error.into()),
        };
        self.tell(answer);
    }
}

impl<T, E: From<DiskError>, A> Drop for Task<T, E, A> {
    /// Dropped unanswered where the writer is gone; nobody shall wait for ever.
    fn drop(&mut self) {
        self.tell(Err(DiskError::Poisoned { first: "the writer is gone".to_owned() }.into()));
    }
}
