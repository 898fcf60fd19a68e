use super::*;
use crate::content::DocumentType;
use crate::hub::Hub;
use crate::stored::StoredHub;
use clock::ReplicaId;
use codec::SigningKey;
use store::{MemoryStore, Store};

fn save(text: &str) -> Command {
    // Who asked is gone: it is saved all the same.
    Command::PutText { base: Base::Now, text: text.into(), new_type: None, reply: oneshot::channel().0 }
}

#[test]
fn an_image_is_kept_once_it_is_quiet() {
    let store = Arc::new(MemoryStore::new());
    let hub = StoredHub::new(store.clone(), SigningKey::from_bytes(&[1; 32]), ReplicaId(1));
    let id = hub.create("Quiet", DocumentType::Text).unwrap().id;
    let mut document = Document::new(id, hub.open(id).unwrap(), Arc::default(), 0);
    let imaged = || store.snapshot_latest(id).unwrap().map(|snapshot| snapshot.version);
    document.work(vec![save("one\n")], 1000);
    document.work(vec![save("two\n")], 4000);
    let quiet_at_ms = 4000 + IMAGE_AFTER_QUIET_MS;
    assert_eq!(document.next_wake_ms(4000), Some(quiet_at_ms));
    document.work(Vec::new(), quiet_at_ms - 1);
    assert_eq!(imaged(), None);
    document.work(Vec::new(), quiet_at_ms);
    assert_eq!(imaged(), Some(store.version(id).unwrap()));
    assert_eq!(document.next_wake_ms(quiet_at_ms), None);
}

#[test]
fn what_came_with_the_request_to_stop_is_in_the_image() {
    let store = Arc::new(MemoryStore::new());
    let hub = StoredHub::new(store.clone(), SigningKey::from_bytes(&[1; 32]), ReplicaId(1));
    let id = hub.create("Stop", DocumentType::Text).unwrap().id;
    let mut document = Document::new(id, hub.open(id).unwrap(), Arc::default(), 0);
    let stop = Command::PutAway { reply: oneshot::channel().0 };
    document.work(vec![save("one\n"), stop], 0);
    assert_eq!(store.snapshot_latest(id).unwrap().map(|s| s.version), Some(document.replica.version.clone()));
    assert_eq!(store.version(id).unwrap(), document.replica.version);
}
