//! Blobs between storage nodes that follow each other: what a document names comes along with it.

use blob::{BlobHash, BlobRef, MediaType};
use clock::{DocumentId, ReplicaId};
use codec::SigningKey;
use motet::{ContainerId, Kind};
use server::{Config, HubDocument, NoApp, Origins, Server, Service, StoredHub, Upstream, follow};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::blobs::BlobState;
use store::{Blobs, MemoryStore, Quotas};
use tokio::task::JoinHandle;

const DOC: DocumentId = DocumentId(7);

/// A storage node.
struct Node {
    hub: Arc<StoredHub>,
    blobs: Blobs,
    service: Service,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

fn quotas() -> Quotas {
    Quotas { store_bytes_max: 64 << 20, document_bytes_max: 32 << 20, blob_bytes_max: 16 << 20 }
}

impl Node {
    async fn start(n: u8, quotas: Quotas) -> Self {
        let store = Arc::new(MemoryStore::new());
        let hub = Arc::new(StoredHub::new(store, SigningKey::from_bytes(&[n; 32]), ReplicaId(n.into())));
        hub.create_as(DOC, 1, "Figures").unwrap();
        let blobs = Blobs::in_memory(quotas, Box::new(|| 0));
        let origins = Origins { allowed: Vec::new(), is_local_only: true };
        let config = Config { token: None, origins, assets: Arc::new(NoApp), seed: n.into() };
        let service = Service::new(config, hub.clone()).with_blobs(blobs.clone());
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), service.clone()).await.unwrap();
        let address = server.address().unwrap();
        let tasks = vec![tokio::spawn(server.run(std::future::pending()))];
        Self { hub, blobs, service, address, tasks }
    }

    /// Writes into the document that is not in memory yet.
    fn name(&self, bytes: &[u8]) -> BlobHash {
        let reference =
            BlobRef::new(BlobHash::of(bytes), bytes.len() as u64, MediaType::unknown(), Some((640, 480))).unwrap();
        let hash = reference.hash();
        let mut document = self.hub.load(DOC, |_, _| {}).unwrap();
        let map = ContainerId::root(Kind::Map, "figure");
        document.replica_mut().document_mut().edit(0, |edit| edit.set_blob(map, "picture", reference));
        document.seal();
        document.sync().unwrap();
        hash
    }

    /// Follows another node until the test ends, and again after each break.
    fn follow(&mut self, other: &Node) {
        let url = format!("ws://{}/sync", other.address);
        let upstream = Upstream { token: Vec::new(), docs: vec![DOC] };
        let service = self.service.clone();
        self.tasks.push(tokio::spawn(async move {
            loop {
                let _ = follow(&service, &upstream, net::connect(&url), || {}).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }));
    }

    fn has(&self, hash: &BlobHash) -> bool {
        matches!(self.blobs.state(hash), Some(BlobState::Whole { .. }))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at / 251 + at) as u8).collect()
}

#[tokio::test]
async fn a_picture_comes_by_way_of_the_node_between() {
    let (a, mut b, mut c) =
        (Node::start(1, quotas()).await, Node::start(2, quotas()).await, Node::start(3, quotas()).await);
    let picture = bytes(3_000_000);
    a.blobs.put(&picture).unwrap();
    let hash = a.name(&picture);
    c.follow(&b);
    b.follow(&a);
    until("the picture", || c.has(&hash)).await;
    assert!(b.has(&hash), "who relays fetches what its documents name");
    assert!(c.blobs.read(&hash, 2_999_999, 10).unwrap() == picture[2_999_999..]);
    assert_eq!(c.blobs.claimed(DOC), [(hash, 3_000_000)], "it counts for the document");
    assert_eq!(c.service.metrics().blob_lies.get(), 0);
}

#[tokio::test]
async fn what_is_uploaded_after_it_was_named_is_fetched_then() {
    let (a, mut b) = (Node::start(1, quotas()).await, Node::start(2, quotas()).await);
    let picture = bytes(300_000);
    let hash = a.name(&picture);
    b.follow(&a);
    until("the document", || b.hub.load(DOC, |_, _| {}).unwrap().blob_names_count() == 1).await;
    assert!(!b.has(&hash));
    a.blobs.put(&picture).unwrap();
    until("the picture", || b.has(&hash)).await;
}

#[tokio::test]
async fn what_passes_a_quota_is_not_taken_and_said() {
    let small = Quotas { document_bytes_max: 200_000, ..quotas() };
    let (a, mut b) = (Node::start(1, quotas()).await, Node::start(2, small).await);
    let picture = bytes(300_000);
    a.blobs.put(&picture).unwrap();
    let hash = a.name(&picture);
    b.follow(&a);
    until("a word", || b.service.metrics().blobs_refused.get() == 1).await;
    assert!(!b.has(&hash));
}
