//! What a storage node does by itself, where it is asked to: a snapshot a day of what changed, and decisions.
//!
//! [`Caretaker`] looks at all documents now and then, and loads those only that changed since, or of which something is due.
//! What is due in a document its task finds out, by [`rule`]. Neither reads a clock: the time is given.

mod date;
pub mod rule;

pub use rule::Watch;

use crate::document::Command;
use crate::hub::{Hub, HubError};
use crate::service::Service;
use crate::stored::StoredHub;
use clock::{DocumentId, VersionVector};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// The longest pause between two looks, and the shortest.
const PAUSE_MAX: Duration = Duration::from_secs(60);
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// What a storage node does by itself; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chores {
    /// Takes a snapshot of what changed, one a day at most, and thins out the old ones that it took itself.
    pub takes_snapshots: bool,
    /// Decides about what excludes each other, where it may, once nothing was written for so long.
    pub decides_after: Option<Duration>,
    /// Forgets what history was trimmed of, here and on the disk.
    pub forgets: bool,
}

impl Chores {
    /// Whether there is anything to do.
    pub fn is_any(&self) -> bool {
        self.takes_snapshots || self.forgets || self.decides_after.is_some()
    }

    fn pause(&self) -> Duration {
        self.decides_after.map_or(PAUSE_MAX, |after| (after / 4).clamp(PAUSE_MIN, PAUSE_MAX))
    }
}

/// Does chores until it is dropped, by a clock that tells seconds since 1970. What goes wrong is logged, and tried again.
pub async fn do_chores_regularly(service: Service, hub: Arc<StoredHub>, chores: Chores, clock: impl Fn() -> i64) {
    let mut caretaker = Caretaker::new(service, hub, chores);
    while chores.is_any() {
        tokio::time::sleep(chores.pause()).await;
        caretaker.look(clock()).await;
    }
}

/// Knows of each document what it last saw.
pub struct Caretaker {
    service: Service,
    hub: Arc<StoredHub>,
    chores: Chores,
    seen: BTreeMap<DocumentId, Seen>,
}

/// What was seen of a document.
struct Seen {
    stored: VersionVector,
    watch: Watch,
}

impl Caretaker {
    /// One that saw nothing yet.
    pub fn new(service: Service, hub: Arc<StoredHub>, chores: Chores) -> Self {
        Self { service, hub, chores, seen: BTreeMap::new() }
    }

    /// Looks at every document once, at `now` in seconds since 1970.
    pub async fn look(&mut self, now: i64) {
        let hub = self.hub.clone();
        let listed = tokio::task::spawn_blocking(move || versions(&hub)).await;
        match listed.unwrap_or_else(|_| Err(HubError::Store("a panic while listing documents".into()))) {
            Ok(documents) => {
                for (doc, stored) in documents {
                    self.look_at(doc, stored, now).await;
                }
            }
            Err(error) => tracing::error!(%error, "no chores were done"),
        }
    }

    async fn look_at(&mut self, doc: DocumentId, stored: VersionVector, now: i64) {
        let seen = self.seen.remove(&doc);
        let is_due = |seen: &Seen| seen.stored != stored || seen.watch.is_due(now);
        let watch = match seen {
            Some(seen) if !is_due(&seen) => {
                self.seen.insert(doc, seen);
                return;
            }
            Some(seen) => seen.watch,
            None => Watch::new(now),
        };
        let (reply, answer) = oneshot::channel();
        let command = Command::Tend { watch, chores: self.chores, now, reply };
        // A document that is busy is looked at again later.
        if self.service.registry.dispatch(doc, command).is_err() {
            return;
        }
        match answer.await {
            Ok(Ok(watch)) => _ = self.seen.insert(doc, Seen { stored, watch }),
            Ok(Err(error)) => tracing::warn!(%doc, %error, "chores were left undone"),
            Err(_) => {}
        }
    }
}

/// All documents that are not deleted, and what is stored of them.
fn versions(hub: &StoredHub) -> Result<Vec<(DocumentId, VersionVector)>, HubError> {
    let there = hub.documents()?.into_iter().filter(|info| !info.is_deleted);
    there
        .map(|info| {
            let version = hub.store().version(info.id).map_err(|error| HubError::Store(error.to_string()))?;
            Ok((info.id, version))
        })
        .collect()
}

#[cfg(test)]
mod tests;
