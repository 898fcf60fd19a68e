//! Random and damaged bytes, checksums and signatures made to fit: an answer, never a panic, never
//! more memory than 64 MiB and sixteen times the input.

mod common;

use clock::{DocumentId, VersionVector};
use codec::block::{decode, encode};
use codec::{
    BUNDLE_PART_HEAD_BYTES, BundleReader, BundleWriter, Chain, DecodeError, EquivocationProof, Image, Writer,
    decode_frame, encode_frame,
};
use common::{Alphabet, Rng, damage, frames, key, origin, parts, random_log, random_log_of, reseal};
use model::{Kept, ModelBuilder, Shown};
use peak_alloc::PeakAlloc;
use std::borrow::Cow;
use std::sync::Mutex;

/// Counts what is allocated, and the most there ever was.
#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The count is of the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs a decoder and holds it to its memory.
fn bounded<T>(input: usize, run: impl FnOnce() -> T) -> T {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let result = run();
    let taken = ALLOCATOR.peak_usage().saturating_sub(before);
    assert!(taken <= (64 << 20) + 16 * input, "{taken} bytes of memory for {input} of input");
    result
}

fn feed_frame(bytes: &[u8]) {
    if let Ok((actions, _)) = bounded(bytes.len(), || decode_frame(bytes)) {
        let name = codec::name(bytes).expect("decoded");
        let author = name.author.unwrap_or(key(1).author());
        let again = encode_frame(name.replica, author, name.start, &actions).expect("decoded");
        assert_eq!(again, bytes, "one encoding only");
        let head = codec::ChainHead {
            replica: name.replica,
            author: key(1).author(),
            end: name.start,
            ..origin(name.replica).head()
        };
        let hash = codec::hash_after(head.hash, bytes);
        let opened = codec::open(bytes, &key(1).sign(hash), &head);
        assert!(opened.is_ok() || name.author.is_some());
    }
}

fn feed_block(bytes: &[u8]) {
    if let Ok(block) = bounded(bytes.len(), || decode(bytes)) {
        for part in &block.parts {
            let range = part.start..part.log.end();
            if range.end - range.start < 10_000 {
                assert!(part.log.actions_in(range).count() > 0);
                let _ = codec::block::verify_chain(part, &origin(part.log.replica).head());
            }
        }
        let parts: Vec<_> = block.parts.iter().map(|part| part.as_part()).collect();
        let again = encode(&parts, &block.foreign).expect("decoded");
        assert_eq!(decode(&again).as_ref(), Ok(&block));
    }
}

#[test]
fn random_bytes_are_refused() {
    let _guard = ONE_AT_A_TIME.lock();
    let mut rng = Rng(1);
    for _ in 0..20_000 {
        let mut bytes: Vec<u8> = (0..rng.below(200)).map(|_| rng.next() as u8).collect();
        if rng.one_in(2) && !bytes.is_empty() {
            bytes[0] = 1;
        }
        feed_frame(&bytes);
        let _ = bounded(bytes.len(), || Chain::decode(&bytes));
        let _ = bounded(bytes.len(), || EquivocationProof::decode(&bytes));
        let mut block = b"MOTB\x01".to_vec();
        block.extend([0; 32]);
        block.extend(&bytes);
        reseal(&mut block);
        feed_block(&block);
    }
}

/// The first part of a bundle, of any kind, with a checksum that fits: what it claims takes no memory that its length
/// does not justify.
#[test]
fn a6_random_parts_of_bundles_are_refused_or_read() {
    let _guard = ONE_AT_A_TIME.lock();
    let mut rng = Rng(2);
    let mut read = 0;
    for _ in 0..20_000 {
        let mut w = Writer::new();
        if rng.one_in(2) {
            let claim = rng.next();
            w.varint(claim >> rng.below(64));
        }
        let len_max = if rng.one_in(2) { 4 } else { 300 };
        let len = rng.below(len_max);
        (0..len).for_each(|_| w.byte(rng.next() as u8 & if rng.one_in(2) { 3 } else { 0xff }));
        let body = w.into_bytes();
        let mut head = [0; BUNDLE_PART_HEAD_BYTES];
        head[0] = rng.below(8) as u8;
        head[1..5].copy_from_slice(&(body.len() as u32).to_le_bytes());
        let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 bundle v1");
        hasher.update(&[0; 32]).update(&head[..5]).update(&body);
        head[5..].copy_from_slice(hasher.finalize().as_bytes());
        let (start, mut writer) = BundleWriter::new();
        let mut reader = BundleReader::new(&start).expect("a head");
        if let Ok(part) = bounded(body.len(), || reader.part(&head, &body)) {
            assert_eq!(writer.part(&part).as_deref(), Ok(&[&head[..], &body].concat()[..]), "one encoding only");
            read += 1;
        }
    }
    assert!(read > 0, "some get past the door");
}

#[test]
fn damaged_frames_are_refused_or_read() {
    let _guard = ONE_AT_A_TIME.lock();
    for seed in 0..300 {
        let mut rng = Rng(seed);
        let log = random_log(&mut rng, 12);
        for one in log.logs() {
            for frame in frames(&mut rng, &log, one.replica).0 {
                for _ in 0..20 {
                    let mut bytes = frame.bytes.clone();
                    damage(&mut rng, &mut bytes);
                    feed_frame(&bytes);
                }
            }
        }
    }
}

#[test]
fn damaged_blocks_are_refused_or_read() {
    let _guard = ONE_AT_A_TIME.lock();
    let mut read = 0;
    for seed in 0..300 {
        let mut rng = Rng(seed);
        let log = random_log(&mut rng, 20);
        let block = encode(&parts(&mut rng, &log), &[]).expect("valid");
        for _ in 0..60 {
            let mut bytes = block[37..].to_vec();
            damage(&mut rng, &mut bytes);
            let mut bytes = [&block[..37], &bytes].concat();
            assert_eq!(decode(&bytes).is_ok(), bytes == block, "the checksum");
            reseal(&mut bytes);
            read += usize::from(decode(&bytes).is_ok());
            feed_block(&bytes);
        }
    }
    assert!(read > 100, "damage gets past the door");
}

/// What a document of random ops shows.
fn random_kept(rng: &mut Rng) -> Kept {
    let log = random_log_of(rng, 60, Alphabet::All);
    let mut builder = ModelBuilder::new();
    log.logs().for_each(|log| builder.add(log, |_| Vec::new(), |_| None));
    Kept::of(&builder.build())
}

/// Asks for all that there is to be read.
fn read_all(kept: &Kept) -> usize {
    let shown = Shown::Kept(kept);
    let mut count = 0;
    for (container, _) in &kept.texts {
        count += shown.text(*container).into_iter().flat_map(|text| text.rich()).count();
    }
    for map in kept.maps.rows.iter().filter_map(|(container, _)| shown.map(container)) {
        count += map.keys().map(|key| map.heads(key).count()).sum::<usize>() + map.iter().count();
    }
    for list in kept.lists.rows.iter().filter_map(|(container, _)| shown.list(container)) {
        count +=
            list.writes().map(|(item, ..)| list.heads(item).len() + list.position(item).unwrap_or(0)).sum::<usize>();
    }
    for tree in kept.trees.rows.iter().filter_map(|(container, _)| shown.tree(container)) {
        let below = |(_, node)| tree.children(Some(node)).count() + tree.lost_moves(node).count();
        count += tree.iter().map(below).sum::<usize>() + tree.child_count(None);
        count += tree.iter().filter_map(|(_, node)| tree.position(node).and(tree.moved_by(node))).count();
    }
    count
}

#[test]
fn damaged_images_show_nothing_or_something() {
    let _guard = ONE_AT_A_TIME.lock();
    let (mut read, mut refused) = (0, 0);
    for seed in 0..200 {
        let mut rng = Rng(seed);
        let kept = random_kept(&mut rng);
        let (document, version, shown) = (DocumentId(1), VersionVector::new(), Cow::Borrowed(&[][..]));
        let (texts, blocks) = (Vec::new(), vec![&[][..]]);
        let mut image = Image {
            document,
            version,
            texts,
            shown,
            blocks,
            signatures: Vec::new(),
            proofs: Vec::new(),
            forgotten: None,
        };
        image.keep(&kept).expect("valid");
        assert_eq!(image.kept().as_ref(), Ok(&Some(kept.clone())), "seed {seed}");
        for _ in 0..60 {
            let mut shown = image.shown.to_vec();
            damage(&mut rng, &mut shown);
            let damaged = Image { shown: Cow::Owned(shown), ..image.clone() };
            let Ok(Some(other)) = bounded(damaged.shown.len(), || damaged.kept()) else {
                refused += 1;
                continue;
            };
            read += usize::from(read_all(&other) > 0);
            let mut again = image.clone();
            again.keep(&other).expect("decoded");
            assert_eq!(again.kept(), Ok(Some(other)), "seed {seed}");
        }
    }
    assert!(read > 100 && refused > 100, "damage gets past the door, and not all of it: {read} {refused}");
}

/// A block of one column, checksum and all.
fn block_of(id: u64, encoding: u64, stored: u64, len: u64, bytes: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.put(b"MOTB\x01");
    w.put(&[0; 32]);
    [1, id, encoding, stored, len].into_iter().for_each(|number| w.varint(number));
    w.put(bytes);
    let mut bytes = w.into_bytes();
    reseal(&mut bytes);
    bytes
}

#[test]
fn bombs_do_not_go_off() {
    let _guard = ONE_AT_A_TIME.lock();
    for len in [1 << 20, 100 << 20, 1 << 31, 1 << 40, 1 << 63, u64::MAX] {
        let bomb = lz4_flex::block::compress(&vec![0; 1 << 20]);
        for (encoding, stored) in [(1, bomb.len() as u64), (0, bomb.len() as u64), (1, len), (0, len)] {
            let bytes = block_of(15, encoding, stored, len, &bomb);
            assert!(bounded(bytes.len(), || decode(&bytes)).is_err());
        }
    }
    let bomb = lz4_flex::block::compress(&vec![0; 200 << 20]);
    let bytes = block_of(15, 1, bomb.len() as u64, 200 << 20, &bomb);
    assert!(matches!(bounded(bytes.len(), || decode(&bytes)), Err(DecodeError::Weight { .. })));
    let nested = lz4_flex::block::compress(&bomb);
    let bytes = block_of(15, 1, nested.len() as u64, bomb.len() as u64, &nested);
    assert!(bounded(bytes.len(), || decode(&bytes)).is_err());
}

#[test]
fn lengths_beyond_reason_are_refused() {
    let _guard = ONE_AT_A_TIME.lock();
    let mut rng = Rng(3);
    let log = random_log(&mut rng, 12);
    let replica = log.logs().next().expect("written").replica;
    let (sealed, ..) = frames(&mut rng, &log, replica);
    for claim in [1_u64 << 31, 1 << 40, 1 << 63] {
        let mut w = Writer::new();
        w.varint(claim);
        let claim = w.into_bytes();
        for frame in &sealed {
            for at in 0..frame.bytes.len() {
                let bytes = [&frame.bytes[..at], &claim, &frame.bytes[at + 1..]].concat();
                feed_frame(&bytes);
                let _ = bounded(bytes.len(), || Chain::decode(&bytes));
            }
        }
    }
}

/// A block that says `claim` additions to a counter at once, and has three.
fn additions(claim: u64) -> Vec<u8> {
    let number = |value: u64| {
        let mut w = Writer::new();
        w.varint(value);
        w.into_bytes()
    };
    let columns = [
        (1, vec![7; 8]),
        (2, [number(5 << 5 | 2), b"c".to_vec()].concat()),
        (3, vec![0, 0, 1, 1, 0, 0, 0]),
        (4, vec![0; 32]),
        (6, vec![0]),
        (7, [number(claim), number(1)].concat()),
        (10, vec![7 << 3 | 4 | 3]),
        (11, number(claim)),
        (12, vec![0]),
        (21, vec![2; 3]),
    ];
    let mut w = Writer::new();
    w.put(b"MOTB\x02");
    w.put(&[0; 32]);
    w.varint(columns.len() as u64);
    for (id, bytes) in &columns {
        [*id, 0, bytes.len() as u64, bytes.len() as u64].into_iter().for_each(|number| w.varint(number));
    }
    columns.iter().for_each(|(_, bytes)| w.put(bytes));
    let mut bytes = w.into_bytes();
    reseal(&mut bytes);
    bytes
}

#[test]
fn more_ops_at_once_than_there_are_is_refused() {
    let _guard = ONE_AT_A_TIME.lock();
    assert_eq!(decode(&additions(3)).expect("three of three").parts[0].log.end(), 3);
    for claim in [0, 2, 4, 1 << 20, (1 << 32) - 2, 1 << 32, u64::MAX] {
        let bytes = additions(claim);
        assert!(bounded(bytes.len(), || decode(&bytes)).is_err(), "{claim}");
    }
}

#[test]
fn densest_input_stays_within_memory() {
    let _guard = ONE_AT_A_TIME.lock();
    // A frame of one list value whose every item is one byte, over and over.
    let mut w = Writer::new();
    w.byte(1);
    w.put(&[7; 8]);
    w.varint(5);
    w.varint(400);
    for _ in 0..400 {
        w.put(&[2, 1, 3, 0, 2 << 5, 0, 1, b'k', 8]);
        w.varint(1 << 16);
        w.put(&vec![1; 1 << 16]);
        w.byte(0);
    }
    let bytes = w.into_bytes();
    assert!(bounded(bytes.len(), || decode_frame(&bytes)).is_err());
}
