//! The format does not change by accident: files of every version, read and written again.
//! After a deliberate change: `MOTET_BLESS=1 cargo test -p codec --test golden`, beside the old files.

mod common;

use blob::BlobHash;
use clock::DocumentId;
use codec::block::{Block, decode, encode, sizes};
use codec::{BundleDocument, BundlePart, BundleWriter, Chain};
use common::{Alphabet, Rng, frames, origin, parts, random_log_of};
use std::path::PathBuf;

fn check(name: &str, bytes: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("MOTET_BLESS").is_some() {
        std::fs::write(&path, bytes).expect("a writable tree");
    }
    let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()));
    assert_eq!(bytes, golden, "{name} changed");
}

/// Reads a block of older days.
fn before(name: &str) -> Block {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    decode(&std::fs::read(path).expect("a file of older days")).expect("a block")
}

/// Blocks of both versions say the same, and so do those of days when each op was a row of its own, where there are
/// ops in a row that are alike. Nobody ever wrote blobs, what actions mean, or proposals into the first version.
fn check_block(name: &str, suffix: &str, bytes: &[u8]) {
    check(&format!("{name}-v2{suffix}.bin"), bytes);
    let now = decode(bytes).expect("a block");
    if ["", "-meaning"].contains(&suffix) {
        assert!(before(&format!("{name}-v2{suffix}-apart.bin")) == now, "{name}{suffix}, ops apart, reads otherwise");
    }
    if !["-blobs", "-meaning", "-proposed", "-decided", "-trimmed"].contains(&suffix) {
        assert!(before(&format!("{name}-v1{suffix}.bin")) == now, "{name}{suffix} reads otherwise");
    }
}

/// The kinds of the first days, those of structure, of rich text, of blobs, of what actions mean, of proposals, of decisions, and
/// all that this version knows.
const FILES: [(Alphabet, &str); 8] = [
    (Alphabet::First, ""),
    (Alphabet::Structure, "-structure"),
    (Alphabet::Rich, "-rich"),
    (Alphabet::Blobs, "-blobs"),
    (Alphabet::Meaning, "-meaning"),
    (Alphabet::Proposed, "-proposed"),
    (Alphabet::Decided, "-decided"),
    (Alphabet::All, "-trimmed"),
];

#[test]
fn a_frame_keeps_its_bytes() {
    FILES.into_iter().for_each(|(alphabet, suffix)| frame_keeps_its_bytes(alphabet, suffix));
}

#[test]
fn a_block_keeps_its_content() {
    FILES.into_iter().for_each(|(alphabet, suffix)| block_keeps_its_content(alphabet, suffix));
}

fn frame_keeps_its_bytes(alphabet: Alphabet, suffix: &str) {
    let mut rng = Rng(42);
    let log = random_log_of(&mut rng, 12, alphabet);
    let replica = log.logs().next().expect("written").replica;
    let sealed = frames(&mut rng, &log, replica).0.remove(0);
    check(&format!("frame-v1{suffix}.bin"), &[&sealed.bytes[..], &sealed.signature.0].concat());
    assert!(codec::open(&sealed.bytes, &sealed.signature, &origin(replica).head()).is_ok());
}

fn block_keeps_its_content(alphabet: Alphabet, suffix: &str) {
    let mut rng = Rng(43);
    let log = random_log_of(&mut rng, 30, alphabet);
    let bytes = encode(&parts(&mut rng, &log), &[]).expect("valid");
    check_block("block", suffix, &bytes);
}

#[test]
fn a_block_of_coded_columns_keeps_its_content() {
    let mut rng = Rng(44);
    let log = random_log_of(&mut rng, 600, Alphabet::First);
    let bytes = encode(&parts(&mut rng, &log), &[]).expect("valid");
    let sizes = sizes(&bytes).expect("valid");
    assert!(sizes.iter().filter(|(_, stored, len)| stored < len).count() > 3, "{sizes:?}");
    check_block("long-block", "", &bytes);
}

#[test]
fn a6_a_bundle_keeps_its_bytes() {
    let (head, mut writer) = BundleWriter::new();
    let mut rng = Rng(45);
    let log = random_log_of(&mut rng, 12, Alphabet::First);
    let replica = log.logs().next().expect("written").replica;
    let chain = Chain::from(frames(&mut rng, &log, replica).0.remove(0)).encode().expect("valid");
    let since = [(replica, 1)].into_iter().collect();
    let document = BundleDocument { id: DocumentId(7), epoch: 1, name: "Notes", since, version: log.version().clone() };
    let parts = [
        BundlePart::Start { blobs: vec![BlobHash([1; 32])] },
        BundlePart::Document(document),
        BundlePart::History(vec![&chain]),
        BundlePart::Blob { hash: BlobHash([2; 32]), len: 5 },
        BundlePart::Piece(b"bytes"),
        BundlePart::End,
    ];
    let written = parts.iter().flat_map(|part| writer.part(part).expect("valid"));
    check("bundle-v1.bin", &head.into_iter().chain(written).collect::<Vec<u8>>());
}
