//! Removing, now and then, the blobs that nothing names.

use crate::hub::HubError;
use crate::limits::BLOB_COLLECT_TIME;
use crate::service::Service;
use crate::stored::{Census, StoredHub};
use std::sync::Arc;
use std::time::Duration;
use store::blobs::Collected;

/// Collects the blobs of a server until it is dropped: what no document ever named, once nobody has touched it for
/// `grace`. What goes wrong is logged, and tried again.
pub async fn collect_regularly(service: Service, hub: Arc<StoredHub>, grace: Duration) {
    let mut census = Census::default();
    loop {
        tokio::time::sleep(BLOB_COLLECT_TIME).await;
        let collected;
        (census, collected) = collect_once(&service, &hub, census, grace).await;
        match collected {
            Ok(Collected { whole: 0, unfinished: 0, .. }) => {}
            Ok(Collected { whole, unfinished, bytes }) => {
                tracing::info!(whole, unfinished, bytes, "removed blobs that nothing names");
            }
            Err(error) => tracing::error!(%error, "no blobs were collected"),
        }
    }
}

/// Collects once, with what an earlier time learned.
pub async fn collect_once(
    service: &Service,
    hub: &Arc<StoredHub>,
    mut census: Census,
    grace: Duration,
) -> (Census, Result<Collected, HubError>) {
    let Some(blobs) = service.blobs.clone() else { return (census, Ok(Collected::default())) };
    // What waits in memory for its parents is on no disk.
    for (doc, names) in service.registry.blob_names().await {
        census.add(doc, names);
    }
    let hub = hub.clone();
    let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
    let work = move || {
        let updated = census.update(&**hub.store());
        let collected = updated.and_then(|()| census.collect(&blobs, grace_ms));
        (census, collected)
    };
    let done = tokio::task::spawn_blocking(work).await;
    let (census, collected) =
        done.unwrap_or_else(|_| (Census::default(), Err(HubError::Store("a panic while collecting".into()))));
    if let Ok(collected) = &collected {
        service.metrics.blobs_collected.add((collected.whole + collected.unfinished) as u64);
    }
    (census, collected)
}
