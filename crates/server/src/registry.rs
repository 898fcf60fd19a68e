//! The documents in memory: a task for each.

use crate::document::{Command, ConnectionId, Document};
use crate::hub::{Hub, HubError};
use crate::limits::{BATCH_MAX, COMMANDS_MAX, UNLOAD_AFTER_MS};
use crate::metrics::Metrics;
use clock::DocumentId;
use motet::BlobNames;
use net::Outbox;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};
use store::Blobs;
use sync::{RefusalCode, refusal};
use tokio::sync::{mpsc, oneshot};

/// Why a document's task did not take a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much waits for the document already")]
pub struct Busy;

/// Finds the task of a document, and starts it where there is none.
#[derive(Clone)]
pub struct Registry {
    shared: Arc<Shared>,
}

struct Shared {
    hub: Arc<dyn Hub>,
    metrics: Arc<Metrics>,
    began: Instant,
    tasks: Mutex<BTreeMap<DocumentId, mpsc::Sender<Command>>>,
    /// Set once, before the first document.
    blobs: OnceLock<Blobs>,
}

impl Shared {
    fn tasks(&self) -> MutexGuard<'_, BTreeMap<DocumentId, mpsc::Sender<Command>>> {
        // Nothing can panic while it is held.
        self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Registry {
    /// Without documents in memory.
    pub fn new(hub: Arc<dyn Hub>, metrics: Arc<Metrics>) -> Self {
        let (began, tasks, blobs) = (Instant::now(), Mutex::default(), OnceLock::new());
        Self { shared: Arc::new(Shared { hub, metrics, began, tasks, blobs }) }
    }

    /// Has documents exchange the blobs that they name, and keep them in `blobs`.
    pub fn keep_blobs(&self, blobs: Blobs) {
        self.shared.blobs.set(blobs).expect("blobs are kept in one place");
    }

    /// A blob came: tells the document that it was brought for, if that is in memory.
    pub fn tell_blob(&self, doc: DocumentId) {
        if let Some(task) = self.shared.tasks().get(&doc) {
            // One that is busy looks by itself, a little later.
            let _ = task.try_send(Command::BlobCame);
        }
    }

    /// Milliseconds since the server began.
    pub fn now_ms(&self) -> u64 {
        self.shared.now_ms()
    }

    /// Gives a command to the task of `doc`, and how to give it more. A task ends only under the same
    /// lock and with nothing waiting, so no command is lost between two lives of a task.
    pub fn dispatch(&self, doc: DocumentId, command: Command) -> Result<mpsc::Sender<Command>, Busy> {
        let mut tasks = self.shared.tasks();
        let sender = tasks.entry(doc).or_insert_with(|| self.start(doc)).clone();
        sender.try_send(command).map_err(|_| Busy)?;
        Ok(sender)
    }

    /// What the documents in memory name, with what waits in them.
    pub async fn blob_names(&self) -> Vec<(DocumentId, BlobNames)> {
        let tasks: Vec<_> = self.shared.tasks().iter().map(|(&doc, task)| (doc, task.clone())).collect();
        let mut all = Vec::new();
        for (doc, task) in tasks {
            let (reply, named) = oneshot::channel();
            // A task that ends meanwhile has nothing that waits.
            if task.send(Command::BlobNames { reply }).await.is_ok() {
                all.extend(named.await.ok().map(|names| (doc, names)));
            }
        }
        all
    }

    /// Has all documents put away that are in memory.
    pub async fn put_away(&self) {
        let tasks: Vec<_> = self.shared.tasks().values().cloned().collect();
        for task in tasks {
            let (reply, done) = oneshot::channel();
            // A task that ends meanwhile puts its document away by itself.
            if task.send(Command::PutAway { reply }).await.is_ok() {
                let _ = done.await;
            }
        }
    }

    fn start(&self, doc: DocumentId) -> mpsc::Sender<Command> {
        let (sender, receiver) = mpsc::channel(COMMANDS_MAX);
        tokio::spawn(run(self.shared.clone(), doc, receiver));
        sender
    }
}

async fn run(shared: Arc<Shared>, doc: DocumentId, mut receiver: mpsc::Receiver<Command>) {
    shared.metrics.documents.add(1);
    let hub = shared.hub.clone();
    let opened = tokio::task::spawn_blocking(move || hub.open(doc)).await;
    match opened.unwrap_or_else(|_| Err(HubError::Store("a panic while loading".into()))) {
        Ok(document) => {
            let document = Document::new(doc, document, shared.metrics.clone(), shared.now_ms())
                .with_blobs(shared.blobs.get().cloned());
            serve(&shared, doc, document, &mut receiver).await;
        }
        Err(error) => tell(&shared, doc, &error, &mut receiver).await,
    }
    shared.metrics.documents.add(-1);
}

async fn serve(shared: &Shared, id: DocumentId, mut document: Document, receiver: &mut mpsc::Receiver<Command>) {
    let mut used_ms = shared.now_ms();
    let mut is_put_away = false;
    let mut users = BTreeMap::new();
    loop {
        rest(document.rests_until_ms().saturating_sub(shared.now_ms())).await;
        let now_ms = shared.now_ms();
        // Once it is put away nothing keeps it.
        let nap_ms = if is_put_away { 0 } else { UNLOAD_AFTER_MS };
        let wake_ms = document.next_wake_ms(now_ms).unwrap_or(now_ms + nap_ms);
        let pause = Duration::from_millis(wake_ms.saturating_sub(now_ms));
        let mut batch = Vec::new();
        // Late is normal: it is how a document learns that carets are due.
        let _ = tokio::time::timeout(pause, receiver.recv_many(&mut batch, BATCH_MAX)).await;
        let now_ms = shared.now_ms();
        if !batch.is_empty() || !document.is_idle() {
            (used_ms, is_put_away) = (now_ms, false);
        } else if is_put_away && forget(shared, id, receiver) {
            return;
        }
        let puts_away = used_ms + UNLOAD_AFTER_MS <= now_ms;
        is_put_away |= puts_away;
        batch.iter().for_each(|command| note_user(&mut users, command));
        let work = move || {
            document.work(batch, now_ms);
            if puts_away {
                document.put_away();
            }
            document
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(worked) => document = worked,
            Err(_) => {
                shared.metrics.panics.add(1);
                tracing::error!(doc = %id, "a panic in the document's task; it is loaded anew when asked for");
                shared.tasks().remove(&id);
                receiver.close();
                let why = refusal(Some(id), RefusalCode::Unavailable, "the document stopped by a bug; open it again");
                for outbox in users.into_values() {
                    outbox.push(why.encode());
                }
                return;
            }
        }
    }
}

/// A rest of no time would still be one of the timer's ticks.
async fn rest(pause_ms: u64) {
    if pause_ms > 0 {
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
}

/// Keeps, apart from the document itself, who must be told if it stops by a panic.
fn note_user(users: &mut BTreeMap<ConnectionId, Outbox>, command: &Command) {
    match command {
        Command::Attach { connection, outbox, .. } | Command::Reach { connection, outbox } => {
            drop(users.insert(*connection, outbox.clone()))
        }
        Command::Detach { connection } => drop(users.remove(connection)),
        _ => {}
    }
}

/// Ends the task, unless a command came in meanwhile.
fn forget(shared: &Shared, id: DocumentId, receiver: &mut mpsc::Receiver<Command>) -> bool {
    let mut tasks = shared.tasks();
    let is_unused = receiver.is_empty();
    if is_unused {
        tasks.remove(&id);
        receiver.close();
    }
    is_unused
}

/// Answers everybody who asks for a document that cannot be had, until nobody does.
async fn tell(shared: &Shared, id: DocumentId, error: &HubError, receiver: &mut mpsc::Receiver<Command>) {
    loop {
        // Under the lock nobody can ask in between; the next to ask tries to load it again.
        let mut tasks = shared.tasks();
        let Ok(command) = receiver.try_recv() else {
            tasks.remove(&id);
            receiver.close();
            return;
        };
        drop(tasks);
        answer(id, error, command);
    }
}

/// An error instead of what the command asks for. Receivers that are gone miss nothing.
fn answer(id: DocumentId, error: &HubError, command: Command) {
    match command {
        Command::Attach { outbox, .. } => {
            let code = match error {
                HubError::NoDocument(_) => RefusalCode::NoDocument,
                _ => RefusalCode::Unavailable,
            };
            outbox.push(refusal(Some(id), code, &error.to_string()).encode());
        }
        // It hears that the task is gone.
        Command::Reach { .. } => {}
        Command::GetText { reply, .. } => drop(reply.send(Err(error.clone()))),
        Command::Conflicts { reply } => drop(reply.send(Err(error.clone()))),
        Command::PutText { reply, .. } => drop(reply.send(Err(error.clone()))),
        Command::History { reply, .. } => drop(reply.send(Err(error.clone()))),
        Command::Tend { reply, .. } => drop(reply.send(Err(error.clone()))),
        Command::PutAway { reply } => {
            let _ = reply.send(());
        }
        // Who asks hears that there is no answer.
        Command::BlobNames { .. } | Command::CatchUp { .. } => {}
        Command::Message { .. } | Command::Detach { .. } | Command::BlobCame => {}
    }
}
