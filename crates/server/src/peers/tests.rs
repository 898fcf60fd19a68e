//! What begins ends, and is bounded. What members exchange over it is tried with the built program (`cli/tests/tickets.rs`).

use super::*;
use crate::access::Origins;
use crate::assets::NoApp;
use crate::hub::Hub;
use crate::service::Config;
use clock::ReplicaId;
use codec::SigningKey;
use store::MemoryStore;
use sync::Ticket;

fn peers(documents: usize) -> Peers {
    let hub = StoredHub::new(Arc::new(MemoryStore::new()), SigningKey::from_bytes(&[7; 32]), ReplicaId(7));
    (0..documents).for_each(|at| drop(hub.create_as(doc(at), 1, "Notes").unwrap()));
    let config = Config { token: None, origins: Origins::default(), assets: Arc::new(NoApp), seed: 1 };
    let hub = Arc::new(hub);
    let way = Way { bind: Some("127.0.0.1:0".parse().unwrap()), discovery: Discovery::Off, memory: Memory::Kept };
    Peers::new(Service::new(config, hub.clone()), hub, way, |_| ())
}

fn doc(at: usize) -> DocumentId {
    DocumentId(at as u128 + 1)
}

async fn is_awake(peers: &Peers) -> bool {
    peers.inner.node.lock().await.is_some()
}

#[tokio::test]
async fn nothing_listens_but_while_something_is_shared_or_followed() {
    let peers = peers(2);
    assert!(!is_awake(&peers).await);
    peers.share(doc(0)).await.unwrap();
    peers.share(doc(1)).await.unwrap();
    peers.stop_sharing(doc(0)).await.unwrap();
    assert!(is_awake(&peers).await && peers.shared(doc(0)).is_none());
    peers.stop_sharing(doc(1)).await.unwrap();
    assert!(!is_awake(&peers).await);
    let elsewhere = Ticket::new(doc(9), [1; 16], [2; 32], &[], "Elsewhere");
    peers.join(elsewhere).await.unwrap();
    assert!(is_awake(&peers).await);
    peers.leave(doc(9)).await.unwrap();
    assert!(!is_awake(&peers).await);
    let own = peers.share(doc(0)).await.unwrap().ticket;
    assert!(matches!(peers.join(own).await, Err(PeersError::Own(_))));
    peers.close().await;
    assert!(!is_awake(&peers).await);
}

#[tokio::test]
async fn as_many_are_shared_as_there_may_be() {
    let peers = peers(TICKETS_MAX + 1);
    for at in 0..TICKETS_MAX {
        peers.share(doc(at)).await.unwrap();
    }
    assert!(matches!(peers.share(doc(TICKETS_MAX)).await, Err(PeersError::TooMany)));
    // Who is among them already may have another ticket, and who ends one makes room.
    peers.renew(doc(0)).await.unwrap();
    peers.stop_sharing(doc(1)).await.unwrap();
    peers.share(doc(TICKETS_MAX)).await.unwrap();
    let kept = sharing::kept(&peers.inner.hub).unwrap();
    assert_eq!((kept.0.len(), kept.1.len()), (TICKETS_MAX, 0));
}

#[tokio::test]
async fn what_is_deleted_or_never_was_is_not_shared() {
    let peers = peers(1);
    assert!(matches!(peers.share(doc(5)).await, Err(PeersError::Hub(_))));
    peers.share(doc(0)).await.unwrap();
    peers.inner.hub.set_deleted(doc(0), true).unwrap();
    peers.forget(doc(0)).await.unwrap();
    assert!(!is_awake(&peers).await);
    assert!(matches!(peers.share(doc(0)).await, Err(PeersError::Hub(_))));
    peers.resume().await;
    assert!(!is_awake(&peers).await, "what was deleted is not shared again after a restart");
}
