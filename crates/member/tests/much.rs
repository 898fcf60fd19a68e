//! A member that sends far more than waits at once goes on sending. What had left the queue was counted in messages and
//! not in bytes, so that after two megabytes on one connection there was no room any more, for ever.

use clock::{DocumentId, ReplicaId};
use codec::SigningKey;
use member::{Address, Keeping, Member, Settings, Shelf};
use server::{Config, NoApp, Origins, Server, Service, StoredHub, text_container};
use std::sync::Arc;
use std::time::Duration;
use store::MemoryStore;

const DOC: DocumentId = DocumentId(7);

fn hub(n: u8) -> StoredHub {
    let hub = StoredHub::new(Arc::new(MemoryStore::new()), SigningKey::from_bytes(&[n; 32]), ReplicaId(n.into()));
    hub.create_as(DOC, 1, "Long").unwrap();
    hub
}

#[tokio::test]
async fn a_member_sends_more_than_its_queue_holds_on_one_connection() {
    let config = Config {
        token: None,
        origins: Origins { allowed: Vec::new(), is_local_only: true },
        assets: Arc::new(NoApp),
        seed: 1,
    };
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), Service::new(config, Arc::new(hub(1)))).await.unwrap();
    let (address, _) = Address::parse(&format!("http://{}", server.address().unwrap())).unwrap();
    let serving = tokio::spawn(server.run(std::future::pending()));
    let settings = Settings { address: Some(address), token: Vec::new(), seed: 5 };
    let mut member = Member::new(settings, Shelf::new(Keeping::Copy));
    member.open(DOC, hub(2).load(DOC, |_, _| {}).unwrap());
    // What does not compress, so that it is as long on its way.
    let mut state = 1_u64;
    let mut digit = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        char::from(b'!' + (state >> 58) as u8)
    };
    for _ in 0..8 {
        let text: String = (0..1 << 19).map(|_| digit()).collect();
        let document = member.document_mut(DOC).unwrap().replica_mut().document_mut();
        document.edit(0, |edit| edit.insert(text_container(), 0, &text));
        member.changed(DOC).unwrap();
        let delivered = async {
            while !member.is_delivered(DOC) {
                member.next().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(30), delivered).await.expect("all of it arrives");
    }
    serving.abort();
}
