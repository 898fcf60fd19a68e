//! Members of a storage node in one process, over connections that are handed to them. The numbers are those of docs/JOYCE.md.

use clock::{DocumentId, ReplicaId};
use codec::SigningKey;
use member::{Event, Keeping, Member, Settings, Shelf};
use server::{Config, Gate, Hub, HubDocument, NoApp, Origins, Reach, Service, StoredHub, text_container};
use std::sync::Arc;
use std::time::Duration;
use store::{MemoryStore, Store};

const DOC: DocumentId = DocumentId(7);

/// The time after which what has not happened does not happen: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

fn hub(store: &Arc<MemoryStore>, n: u8) -> StoredHub {
    let store: Arc<dyn Store> = store.clone();
    StoredHub::new(store, SigningKey::from_bytes(&[n; 32]), ReplicaId(n.into()))
}

/// A storage node over `store`.
fn node(store: &Arc<MemoryStore>, n: u8) -> Service {
    let hub = hub(store, n);
    if hub.documents().unwrap().is_empty() {
        hub.create_as(DOC, 1, "Text").unwrap();
    }
    let origins = Origins { allowed: Vec::new(), is_local_only: true };
    Service::new(Config { token: None, origins, assets: Arc::new(NoApp), seed: n.into() }, Arc::new(hub))
}

/// Somebody who writes, and keeps it in a store of their own.
struct Person {
    store: Arc<MemoryStore>,
    member: Member,
}

impl Person {
    fn new(n: u8) -> Self {
        let store = Arc::new(MemoryStore::new());
        hub(&store, n).create_as(DOC, 0, "Text").unwrap();
        Self::back(&store, n)
    }

    /// Somebody who begins again with what their store has.
    fn back(store: &Arc<MemoryStore>, n: u8) -> Self {
        let settings = Settings { address: None, token: Vec::new(), seed: n.into() };
        let mut member = Member::new(settings, Shelf::new(Keeping::Copy));
        member.open(DOC, hub(store, n).load(DOC, |_, _| {}).unwrap());
        Self { store: store.clone(), member }
    }

    fn write(&mut self, text: &str) {
        let document = self.member.document_mut(DOC).unwrap().replica_mut().document_mut();
        let len = document.text_len(text_container());
        document.edit(0, |edit| edit.insert(text_container(), len, text)).expect("an action");
        self.member.changed(DOC).unwrap();
    }

    fn text(&self) -> String {
        self.member.document(DOC).unwrap().replica().document().text(text_container())
    }

    /// Meets a storage node until both have everything, and it is on its disk.
    async fn visit(&mut self, service: &Service) {
        let (here, there) = net::memory();
        let service = service.clone();
        let serving =
            tokio::spawn(async move { service.accept(there, &Gate { token: None, reach: Reach::All }, || ()).await });
        self.member.meet(here);
        let visiting = async {
            while !(self.member.is_level(DOC) && self.member.is_durable(DOC)) {
                let event = self.member.next().await.unwrap();
                assert!(!matches!(event, Event::Offline { .. }), "{event:?}");
            }
        };
        tokio::time::timeout(PATIENCE, visiting).await.expect("it ends");
        serving.abort();
    }
}

/// Ten thousand actions with the cable out, each on the own disk when it is done; then all of it is delivered.
#[tokio::test]
async fn a1_ten_thousand_actions_offline_are_written_kept_and_delivered_later() {
    let mut ann = Person::new(1);
    for n in 0..10_000 {
        let document = ann.member.document_mut(DOC).unwrap().replica_mut().document_mut();
        document.edit(n, |edit| edit.insert(text_container(), 0, "x")).expect("an action");
        if n % 100 == 0 {
            ann.member.changed(DOC).unwrap();
            assert_eq!(ann.member.document(DOC).unwrap().durable().end(ReplicaId(1)), n as u32 + 1);
        }
    }
    ann.member.changed(DOC).unwrap();
    assert!(!ann.member.is_connected());
    let service = node(&Arc::new(MemoryStore::new()), 9);
    ann.visit(&service).await;
    let mut bob = Person::new(2);
    bob.visit(&service).await;
    assert_eq!(bob.text().len(), 10_000);
}

/// Everybody who ever wrote is gone; who comes then gets everything from the storage node, also after that was restarted.
#[tokio::test]
async fn e2_a_newcomer_gets_everything_from_a_storage_node() {
    let store = Arc::new(MemoryStore::new());
    let service = node(&store, 9);
    for n in 1..=3 {
        let mut person = Person::new(n);
        person.visit(&service).await;
        person.write(&format!("{n} "));
        person.visit(&service).await;
    }
    service.drain();
    drop(service);
    let mut late = Person::new(4);
    late.visit(&node(&store, 9)).await;
    assert_eq!(late.text(), "1 2 3 ");
}

/// Two who are never there at once have the same in the end.
#[tokio::test]
async fn e3_two_who_are_never_online_together_converge() {
    let service = node(&Arc::new(MemoryStore::new()), 9);
    let (mut ann, mut bob) = (Person::new(1), Person::new(2));
    for n in 0..5 {
        ann.write(&format!("a{n} "));
        ann.visit(&service).await;
        bob.write(&format!("b{n} "));
        bob.visit(&service).await;
    }
    ann.visit(&service).await;
    assert_eq!(ann.text(), bob.text());
    assert_eq!(ann.text().split_whitespace().count(), 10);
}

/// A machine that restarts without a network has everything that was on it.
#[tokio::test]
async fn e4_a_restart_offline_restores_what_was_there() {
    let service = node(&Arc::new(MemoryStore::new()), 9);
    let mut ann = Person::new(1);
    ann.write("sent ");
    ann.visit(&service).await;
    ann.write("not sent");
    let store = ann.store.clone();
    drop(ann);
    let mut back = Person::back(&store, 1);
    assert_eq!(back.text(), "sent not sent");
    back.visit(&service).await;
    let mut bob = Person::new(2);
    bob.visit(&service).await;
    assert_eq!(bob.text(), "sent not sent");
}
