//! A member without a screen and a server: each gets the blobs that only the other has.

use blob::{BlobHash, BlobRef, MediaType};
use clock::{DocumentId, ReplicaId};
use codec::SigningKey;
use member::{Address, Event, Keeping, Member, Settings, Shelf};
use motet::{ContainerId, Kind};
use server::{Config, NoApp, Origins, Server, Service, StoredDocument, StoredHub};
use std::sync::Arc;
use std::time::Duration;
use store::blobs::BlobState;
use store::{Blobs, MemoryStore, Quotas};
use sync::BlobEvent;

const DOC: DocumentId = DocumentId(7);
const QUOTAS: Quotas = Quotas { store_bytes_max: 64 << 20, document_bytes_max: 32 << 20, blob_bytes_max: 16 << 20 };

fn hub(n: u8) -> StoredHub {
    let hub = StoredHub::new(Arc::new(MemoryStore::new()), SigningKey::from_bytes(&[n; 32]), ReplicaId(n.into()));
    hub.create_as(DOC, 1, "Figures").unwrap();
    hub
}

fn name(document: &mut StoredDocument, key: &str, bytes: &[u8]) -> BlobHash {
    let reference = BlobRef::new(BlobHash::of(bytes), bytes.len() as u64, MediaType::unknown(), None).unwrap();
    let (hash, map) = (reference.hash(), ContainerId::root(Kind::Map, "figure"));
    document.replica_mut().document_mut().edit(0, |edit| edit.set_blob(map, key, reference));
    hash
}

#[tokio::test]
async fn a_member_gives_and_takes_what_the_document_names() {
    let (ours, theirs) = (vec![1; 500_000], vec![2; 300_000]);
    let kept = Blobs::in_memory(QUOTAS, Box::new(|| 0));
    let config = Config {
        token: None,
        origins: Origins { allowed: Vec::new(), is_local_only: true },
        assets: Arc::new(NoApp),
        seed: 1,
    };
    let service = Service::new(config, Arc::new(hub(1))).with_blobs(kept.clone());
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), service).await.unwrap();
    let (address, _) = Address::parse(&format!("http://{}", server.address().unwrap())).unwrap();
    let serving = tokio::spawn(server.run(std::future::pending()));

    let own = Blobs::in_memory(QUOTAS, Box::new(|| 0));
    own.put(&ours).unwrap();
    kept.put(&theirs).unwrap();
    let settings = Settings { address: Some(address), token: Vec::new(), seed: 5 };
    let mut member = Member::new(settings, Shelf::new(Keeping::Copy)).with_blobs(own.clone());
    member.open(DOC, hub(2).load(DOC, |_, _| {}).unwrap());
    let document = member.document_mut(DOC).unwrap();
    let (given, taken) = (name(document, "a", &ours), name(document, "b", &theirs));
    member.changed(DOC).unwrap();

    let is_whole = |blobs: &Blobs, hash| matches!(blobs.state(hash), Some(BlobState::Whole { .. }));
    let mut came = Vec::new();
    let exchange = async {
        while !is_whole(&kept, &given) || came.is_empty() {
            // What the server got shows no event here.
            let next = tokio::time::timeout(Duration::from_millis(20), member.next()).await;
            if let Ok(Ok(Event::Blob(DOC, BlobEvent::Whole { hash }))) = next {
                came.push(hash);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), exchange).await.expect("both came");
    assert_eq!(came, [taken]);
    assert!(is_whole(&own, &taken) && kept.read(&given, 0, 3).unwrap() == [1, 1, 1]);
    serving.abort();
}
