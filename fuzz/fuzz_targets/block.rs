//! Blocks whose checksum fits: what is read is written and read the same.
#![no_main]

use codec::block::{decode, encode};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 block v1");
    hasher.update(body);
    let bytes = [b"MOTB\x01", &hasher.finalize().as_bytes()[..], body].concat();
    let Ok(block) = decode(&bytes) else { return };
    let parts: Vec<_> = block.parts.iter().map(|part| part.as_part()).collect();
    let again = encode(&parts, &block.foreign).expect("decoded");
    assert_eq!(decode(&again).as_ref(), Ok(&block));
});
