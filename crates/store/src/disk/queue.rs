//! Operations on their way to the writer: in order, and bounded.

use super::task::Job;
use std::fmt;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue with many ends to push at and one to take from. Jobs that are dropped unanswered answer for
/// themselves, so nobody waits for ever.
pub(super) struct Queue {
    bytes_max: usize,
    waiting: Mutex<Waiting>,
    /// Something came, or the queue was closed.
    ready: Condvar,
    /// Something went, or the queue was closed.
    room: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: Vec<Box<dyn Job>>,
    bytes: usize,
    is_closed: bool,
}

/// A job that did not fit, and how much was there before it.
pub(super) struct NoRoom<J> {
    pub(super) job: Box<J>,
    pub(super) queued_bytes: usize,
}

impl Queue {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, waiting: Mutex::default(), ready: Condvar::new(), room: Condvar::new() }
    }

    /// Adds a job and waits for room where there is none.
    pub(super) fn push(&self, job: Box<dyn Job>, bytes: usize) {
        let waiting = self.lock();
        let waiting =
            self.room.wait_while(waiting, |waiting| !self.fits(waiting, bytes)).unwrap_or_else(PoisonError::into_inner);
        self.add(waiting, job, bytes);
    }

    /// Adds a job if there is room.
    pub(super) fn try_push<J: Job + 'static>(&self, job: Box<J>, bytes: usize) -> Result<(), NoRoom<J>> {
        let waiting = self.lock();
        if !self.fits(&waiting, bytes) {
            let queued_bytes = waiting.bytes;
            return Err(NoRoom { job, queued_bytes });
        }
        self.add(waiting, job, bytes);
        Ok(())
    }

    /// Everything that waits, as soon as there is something; nothing once closed and empty.
    pub(super) fn take(&self) -> Vec<Box<dyn Job>> {
        let mut waiting = self
            .ready
            .wait_while(self.lock(), |waiting| waiting.jobs.is_empty() && !waiting.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.bytes = 0;
        self.room.notify_all();
        mem::take(&mut waiting.jobs)
    }

    /// Takes no more jobs; those that wait can still be taken.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.ready.notify_all();
        self.room.notify_all();
    }

    /// A job larger than the bound goes alone. A closed queue takes all, to drop it.
    fn fits(&self, waiting: &Waiting, bytes: usize) -> bool {
        waiting.is_closed || waiting.jobs.is_empty() || waiting.bytes.saturating_add(bytes) <= self.bytes_max
    }

    fn add(&self, mut waiting: MutexGuard<'_, Waiting>, job: Box<dyn Job>, bytes: usize) {
        if waiting.is_closed {
            // Released first: a job that is dropped calls somebody's code.
            drop(waiting);
            return drop(job);
        }
        waiting.jobs.push(job);
        waiting.bytes = waiting.bytes.saturating_add(bytes);
        self.ready.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.lock();
        write!(f, "Queue({} jobs, {} of {} bytes)", waiting.jobs.len(), waiting.bytes, self.bytes_max)
    }
}
