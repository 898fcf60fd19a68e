use super::*;
use crate::access::Origins;
use crate::assets::NoApp;
use crate::content::DocumentType;
use crate::document::Base;
use crate::service::Config;
use clock::ReplicaId;
use codec::SigningKey;
use store::MemoryStore;

/// A storage node on memory with one document, and its caretaker.
fn node(chores: Chores) -> (Service, Arc<StoredHub>, Caretaker, DocumentId) {
    let hub = Arc::new(StoredHub::new(Arc::new(MemoryStore::new()), SigningKey::from_bytes(&[1; 32]), ReplicaId(1)));
    let origins = Origins { allowed: Vec::new(), is_local_only: true };
    let service = Service::new(Config { token: None, origins, assets: Arc::new(NoApp), seed: 1 }, hub.clone());
    let doc = hub.create("Notes", DocumentType::Text).unwrap().id;
    let caretaker = Caretaker::new(service.clone(), hub.clone(), chores);
    (service, hub, caretaker, doc)
}

async fn save(service: &Service, doc: DocumentId, text: &str) {
    let (reply, saved) = oneshot::channel();
    let put = Command::PutText { base: Base::Now, text: text.into(), new_type: None, reply };
    service.registry.dispatch(doc, put).unwrap();
    saved.await.unwrap().unwrap();
}

fn names(hub: &StoredHub, doc: DocumentId) -> Vec<String> {
    let document = hub.load(doc, |_, _| ()).unwrap();
    document.replica().document().snapshots().0.into_iter().map(|snapshot| snapshot.name).collect()
}

#[tokio::test]
async fn a_node_takes_a_snapshot_a_day_and_what_it_took_is_on_the_disk() {
    let (service, hub, mut caretaker, doc) =
        node(Chores { takes_snapshots: true, decides_after: None, forgets: false });
    caretaker.look(0).await;
    assert!(names(&hub, doc).is_empty(), "there is nothing to take one of");
    save(&service, doc, "one\n").await;
    caretaker.look(100).await;
    save(&service, doc, "two\n").await;
    caretaker.look(200).await;
    assert_eq!(names(&hub, doc), ["1970-01-01"]);
    // Nobody writes any more: the next day's is of what came after the first.
    caretaker.look(86_400).await;
    caretaker.look(2 * 86_400).await;
    assert_eq!(names(&hub, doc), ["1970-01-01", "1970-01-02"]);
    let version = hub.store().version(doc).unwrap();
    caretaker.look(30 * 86_400).await;
    assert_eq!(hub.store().version(doc).unwrap(), version, "nothing is due, and nothing is written");
}

#[tokio::test]
async fn who_is_asked_for_nothing_does_nothing() {
    let (service, hub, mut caretaker, doc) = node(Chores::default());
    save(&service, doc, "one\n").await;
    let version = hub.store().version(doc).unwrap();
    caretaker.look(86_400).await;
    assert_eq!(hub.store().version(doc).unwrap(), version);
}
