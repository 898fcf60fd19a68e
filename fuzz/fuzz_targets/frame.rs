//! Chains and frames as they come from a socket, sealed by whoever sent them.
#![no_main]

use codec::{Chain, ChainHead, EquivocationProof, SigningKey};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = EquivocationProof::decode(bytes) {
        let _ = proof.verify();
        assert_eq!(proof.encode().as_deref(), Ok(bytes));
    }
    let Ok(mut chain) = Chain::decode(bytes) else { return };
    assert_eq!(chain.encode().as_deref(), Ok(bytes));
    let Ok(name) = codec::name(&chain.frames[0]) else { return };
    let key = SigningKey::from_bytes(&[1; 32]);
    let author = name.author.unwrap_or(key.author());
    let hash = codec::Hash([0; 32]);
    let head = ChainHead { replica: name.replica, author, end: name.start, hash, signature: None };
    let newest = chain.frames.iter().fold(hash, |hash, frame| codec::hash_after(hash, frame));
    chain.signature = key.sign(newest);
    let _ = chain.open(&head);
});
