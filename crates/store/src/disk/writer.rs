//! The one thread that writes: group commit without a timer.

use super::file::DatabaseFile;
use super::poison::Poison;
use super::queue::Queue;
use super::tables::Tables;
use super::task::Job;
use crate::error::DiskError;
use redb::{Database, Durability};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// The running thread. Dropping this closes the queue and waits until all that was in it is written.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(database: Arc<DatabaseFile>, poison: Arc<Poison>, queue: Arc<Queue>) -> io::Result<Self> {
        let work = {
            let queue = queue.clone();
            move || run(&database, &poison, &queue)
        };
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(work)?;
        Ok(Self { queue, thread: Some(thread) })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        let Some(thread) = self.thread.take() else { return };
        // An acknowledgement may hold the last handle of a store: then this *is* the thread, and it ends
        // by itself.
        if thread.thread().id() != thread::current().id() {
            // It catches every panic.
            let _ = thread.join();
        }
    }
}

fn run(database: &Database, poison: &Poison, queue: &Queue) {
    loop {
        let mut jobs = queue.take();
        if jobs.is_empty() {
            return;
        }
        let committed = poison.check().and_then(|()| commit_or_stop(database, &mut jobs, poison));
        for job in jobs {
            // What an acknowledgement does is its owner's affair: the panic was reported, and the others
            // are told all the same.
            let _ = catch_unwind(AssertUnwindSafe(|| job.finish(committed.clone())));
        }
    }
}

/// Commits, and after anything but success sees to it that nothing more is tried.
fn commit_or_stop(database: &Database, jobs: &mut [Box<dyn Job>], poison: &Poison) -> Result<(), DiskError> {
    // Unwind-safe: after a panic the database is never used again.
    match catch_unwind(AssertUnwindSafe(|| commit(database, jobs))) {
        Ok(committed) => committed.map_err(|error| poison.remember(&error)),
        Err(_) => {
            poison.remember_text("the writer panicked");
            Err(poison.error())
        }
    }
}

/// Applies `jobs` in order and syncs once for all of them.
fn commit(database: &Database, jobs: &mut [Box<dyn Job>]) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    let mut tables = Tables::open(&transaction)?;
    for job in jobs {
        job.apply(&mut tables)?;
    }
    let has_changes = tables.has_changes();
    drop(tables);
    // Duplicates and refusals need no sync: what they tell of is durable since before.
    if has_changes { Ok(transaction.commit()?) } else { Ok(transaction.abort()?) }
}
