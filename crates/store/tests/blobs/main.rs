//! What a store of blobs promises, tried from outside: `conformance` on a disk and in memory, `crash` with a
//! medium that loses, at a power cut, any part of what was not synced.

mod conformance;
mod crash;
mod mortal;

use blob::{Outline, Outliner, piece_range};

/// A blob of `len` bytes that differs with `seed`.
fn bytes(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|at| (at / 253 + at) as u8 ^ seed).collect()
}

fn outline(bytes: &[u8]) -> Outline {
    let mut outliner = Outliner::default();
    outliner.update(bytes);
    outliner.finish().1
}

fn piece(bytes: &[u8], at: u32) -> &[u8] {
    let range = piece_range(bytes.len() as u64, at).unwrap();
    &bytes[range.start as usize..range.end as usize]
}
