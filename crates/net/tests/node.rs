//! Members that reach each other by key: who is reached, and what is said where nobody is.
#![cfg(feature = "p2p")]

use net::{Discovery, Incoming, Node, NodeKey, Outgoing, SocketError, Transport};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

async fn node(n: u8) -> Node {
    Node::bind(&[n; 32], Some("127.0.0.1:0".parse().unwrap()), Discovery::Off).await.unwrap()
}

async fn why(from: &Node, key: NodeKey, to: &Node) -> String {
    match from.connect(key, &to.addresses().await).await {
        Ok(_) => panic!("nobody has that key"),
        Err(SocketError::Unreachable(why)) => why,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn only_the_member_with_the_key_is_talked_to() {
    let (a, b, other) = (node(1).await, node(2).await, node(3).await);
    let listening = tokio::spawn({
        let b = b.clone();
        async move {
            while let Some(knock) = b.accept().await {
                assert!(knock.answer().await.is_err(), "nobody who knows the key knocked");
            }
        }
    });
    let said = why(&a, other.key(), &b).await;
    assert!(said.contains("key"), "{said}");
    let said = why(&b, b.key(), &b).await;
    assert!(said.contains("itself"), "{said}");
    let said = why(&a, NodeKey([0xff; 32]), &b).await;
    assert!(said.contains("key"), "{said}");
    b.close().await;
    listening.await.unwrap();
}

#[tokio::test]
async fn who_is_gone_is_said_to_be_and_what_to_do() {
    let (a, b) = (node(1).await, node(2).await);
    let addresses = b.addresses().await;
    b.close().await;
    drop(b);
    let key = node(2).await.key();
    let error = a.connect(key, &addresses).await.unwrap_err().to_string();
    assert!(error.contains("--at") && error.contains(&addresses[0].to_string()), "{error}");
}

#[tokio::test]
async fn what_was_written_before_the_end_arrives_and_then_the_end() {
    let (a, b) = (node(1).await, node(2).await);
    let (key, addresses) = (b.key(), b.addresses().await);
    let hearing = tokio::spawn(async move {
        let mut stream = b.accept().await.unwrap().answer().await.unwrap();
        assert_eq!(stream.greeting().await.unwrap(), b"hello");
        let (mut incoming, outgoing) = stream.known().await.split();
        let mut lens = Vec::new();
        let end = loop {
            match incoming.read().await {
                Ok(message) => lens.push(message.len()),
                Err(error) => break error,
            }
        };
        assert!(matches!(end, SocketError::Closed), "{end:?}");
        outgoing.close(PATIENCE).await;
        lens
    });
    let (mut incoming, mut outgoing) = a.connect(key, &addresses).await.unwrap().split();
    outgoing.write(vec![b"hello".to_vec()], PATIENCE).await.unwrap();
    outgoing.write(vec![Vec::new(), vec![1; 300_000], vec![2]], PATIENCE).await.unwrap();
    outgoing.close(PATIENCE).await;
    assert_eq!(hearing.await.unwrap(), [0, 300_000, 1]);
    assert!(matches!(incoming.read().await, Err(SocketError::Closed)));
}
