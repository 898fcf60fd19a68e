//! Blocks of either version whose checksum fits: what is read is written and read the same. What begins as a block does
//! is taken for one whose checksum may be wrong, so that real blocks are seeds.
#![no_main]

use codec::block::{decode, encode};

const MAGIC: &[u8] = b"MOTB";
const CHECKSUM: usize = 32;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let bytes = bytes.strip_prefix(MAGIC).unwrap_or(bytes);
    let Some((version, rest)) = bytes.split_first() else { return };
    let body = rest.get(CHECKSUM..).unwrap_or_default();
    let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 block v1");
    hasher.update(body);
    let bytes = [MAGIC, &[*version], &hasher.finalize().as_bytes()[..], body].concat();
    let Ok(block) = decode(&bytes) else { return };
    let parts: Vec<_> = block.parts.iter().map(|part| part.as_part()).collect();
    let again = encode(&parts, &block.foreign).expect("decoded");
    assert_eq!(decode(&again).as_ref(), Ok(&block));
});
