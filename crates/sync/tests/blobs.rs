//! Blobs between members: through others, from several at once, over lines that break, past those who lie.

use blob::limits::{PIECE_BYTES, PULL_WINDOW};
use blob::{BlobHash, Outline, Outliner, Pieces, piece_range};
use clock::DocumentId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use sync::{BlobEvent, BlobHost, BlobMessage, BlobPart, BlobTraffic, Message};

const DOC: DocumentId = DocumentId(7);

/// The time that a message takes.
const TRIP_MS: u64 = 5;

/// A member's blobs: what of each is here.
#[derive(Default)]
struct Host {
    names: Vec<(BlobHash, u64)>,
    blobs: BTreeMap<BlobHash, (Outline, Pieces, Vec<u8>)>,
    /// Turns over a bit of every piece that it gives.
    lies: bool,
    is_full: bool,
}

fn outline_of(bytes: &[u8]) -> Outline {
    let mut outliner = Outliner::default();
    outliner.update(bytes);
    outliner.finish().1
}

impl Host {
    fn put(&mut self, bytes: &[u8]) {
        let outline = outline_of(bytes);
        let mut pieces = Pieces::none(outline.len());
        for at in 0..pieces.count() {
            pieces.insert(at);
        }
        self.blobs.insert(outline.hash(), (outline, pieces, bytes.to_vec()));
    }

    fn has(&self, hash: &BlobHash) -> bool {
        self.blobs.get(hash).is_some_and(|(_, pieces, bytes)| pieces.is_complete() && BlobHash::of(bytes) == *hash)
    }
}

impl BlobHost for Host {
    fn names_count(&self) -> usize {
        self.names.len()
    }

    fn lacking(&mut self) -> Vec<(BlobHash, u64)> {
        let is_here = |hash: &BlobHash| self.blobs.get(hash).is_some_and(|(_, pieces, _)| pieces.is_complete());
        self.names.iter().filter(|(hash, _)| !is_here(hash)).copied().collect()
    }

    fn pieces(&mut self, hash: &BlobHash) -> Option<(u64, Pieces)> {
        let is_named = self.names.iter().any(|(named, _)| named == hash);
        self.blobs.get(hash).filter(|_| is_named).map(|(outline, pieces, _)| (outline.len(), pieces.clone()))
    }

    fn outline(&mut self, hash: &BlobHash) -> Option<Outline> {
        self.pieces(hash)?;
        self.blobs.get(hash).map(|(outline, ..)| outline.clone())
    }

    fn piece(&mut self, hash: &BlobHash, at: u32) -> Option<Vec<u8>> {
        let (len, pieces) = self.pieces(hash)?;
        let range = piece_range(len, at).filter(|_| pieces.has(at))?;
        let mut bytes = self.blobs[hash].2[range.start as usize..range.end as usize].to_vec();
        if self.lies
            && let Some(byte) = bytes.first_mut()
        {
            *byte ^= 1;
        }
        Some(bytes)
    }

    fn begin(&mut self, outline: &Outline) -> Result<Pieces, String> {
        if self.is_full {
            return Err("there is no room".into());
        }
        let new = || (outline.clone(), Pieces::none(outline.len()), vec![0; outline.len() as usize]);
        Ok(self.blobs.entry(outline.hash()).or_insert_with(new).1.clone())
    }

    fn keep(&mut self, hash: &BlobHash, at: u32, bytes: &[u8]) -> Result<bool, String> {
        let (outline, pieces, all) = self.blobs.get_mut(hash).ok_or("not begun")?;
        outline.verify(at, bytes).expect("verified before it is kept");
        let range = piece_range(outline.len(), at).expect("verified");
        all[range.start as usize..range.end as usize].copy_from_slice(bytes);
        pieces.insert(at);
        Ok(pieces.is_complete())
    }
}

/// Members in a row of lines that break.
struct World {
    members: Vec<(BlobTraffic, Host)>,
    lines: BTreeSet<(usize, usize)>,
    wire: VecDeque<(u64, usize, usize, Vec<u8>)>,
    now_ms: u64,
    events: Vec<(usize, BlobEvent)>,
    /// Who asked whom for which piece.
    asked: Vec<(usize, usize, u32)>,
    /// Pieces on the wire at once, at most.
    under_way_max: usize,
}

impl World {
    fn new(count: usize) -> Self {
        Self {
            members: (0..count).map(|_| (BlobTraffic::new(DOC), Host::default())).collect(),
            lines: BTreeSet::new(),
            wire: VecDeque::new(),
            now_ms: 0,
            events: Vec::new(),
            asked: Vec::new(),
            under_way_max: 0,
        }
    }

    fn connect(&mut self, a: usize, b: usize) {
        self.lines.extend([(a, b), (b, a)]);
        self.members[a].0.connect(b as u64);
        self.members[b].0.connect(a as u64);
    }

    fn cut(&mut self, a: usize, b: usize) {
        for (from, to) in [(a, b), (b, a)] {
            self.lines.remove(&(from, to));
            self.members[from].0.disconnect(to as u64);
            self.wire.retain(|&(_, f, t, _)| (f, t) != (from, to));
        }
    }

    /// Everybody's document names the blob.
    fn name(&mut self, bytes: &[u8]) -> BlobHash {
        let outline = outline_of(bytes);
        self.members.iter_mut().for_each(|(_, host)| host.names.push((outline.hash(), outline.len())));
        outline.hash()
    }

    fn step(&mut self) {
        for from in 0..self.members.len() {
            for (_, to) in self.lines.clone().into_iter().filter(|(a, _)| *a == from) {
                let (traffic, host) = &mut self.members[from];
                for message in traffic.poll(host, to as u64, self.now_ms, usize::MAX) {
                    if let Message::Blob { message: BlobMessage::Ask { part: BlobPart::Piece(at), .. }, .. } = message {
                        self.asked.push((from, to, at));
                    }
                    self.wire.push_back((self.now_ms + TRIP_MS, from, to, message.encode()));
                }
            }
        }
        let is_piece = |bytes: &[u8]| bytes[0] == 68;
        self.under_way_max = self.under_way_max.max(self.wire.iter().filter(|(.., bytes)| is_piece(bytes)).count());
        self.now_ms += 1;
        while self.wire.front().is_some_and(|(due_ms, ..)| *due_ms <= self.now_ms) {
            let (_, from, to, bytes) = self.wire.pop_front().unwrap();
            let Ok(Message::Blob { doc: DOC, message }) = Message::decode(&bytes) else { panic!("not about blobs") };
            let (traffic, host) = &mut self.members[to];
            traffic.hear(host, from as u64, message, self.now_ms);
        }
        for (at, (traffic, _)) in self.members.iter_mut().enumerate() {
            self.events.extend(traffic.take_events().into_iter().map(|event| (at, event)));
        }
    }

    fn run_until(&mut self, is_done: impl Fn(&Self) -> bool) {
        let end_ms = self.now_ms + 200_000;
        while !is_done(self) {
            assert!(
                self.now_ms < end_ms,
                "nothing comes of it: {:?}",
                self.members.iter().map(|m| &m.0).collect::<Vec<_>>()
            );
            self.step();
        }
    }

    fn has(&self, member: usize, hash: BlobHash) -> bool {
        self.members[member].1.has(&hash)
    }

    fn present(&self, member: usize, hash: BlobHash) -> u32 {
        self.members[member].1.blobs.get(&hash).map_or(0, |(_, pieces, _)| pieces.present())
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at / 251 + at) as u8).collect()
}

#[test]
fn a_blob_goes_by_way_of_whoever_lies_between_before_they_have_all_of_it() {
    for len in [0, 1, PIECE_BYTES, 40 * PIECE_BYTES + 5] {
        let mut world = World::new(3);
        let bytes = bytes(len);
        let hash = world.name(&bytes);
        world.members[0].1.put(&bytes);
        world.connect(0, 1);
        world.connect(1, 2);
        world.run_until(|world| world.present(2, hash) > 0);
        assert!(len < 4 * PIECE_BYTES || !world.has(1, hash), "it is passed on piece by piece");
        world.run_until(|world| world.has(2, hash));
        assert!(world.events.contains(&(2, BlobEvent::Whole { hash })));
        assert!(world.under_way_max <= 2 * PULL_WINDOW, "{} pieces at once", world.under_way_max);
        let mut asked = world.asked.clone();
        asked.sort_unstable();
        asked.dedup();
        assert_eq!(asked.len(), world.asked.len(), "nothing is asked for twice");
    }
}

#[test]
fn after_a_cut_nothing_is_asked_for_that_is_here() {
    let mut world = World::new(2);
    let bytes = bytes(30 * PIECE_BYTES);
    let hash = world.name(&bytes);
    world.members[0].1.put(&bytes);
    let mut had = 0;
    while !world.has(1, hash) {
        world.asked.clear();
        world.connect(0, 1);
        world.run_until(|world| world.present(1, hash) >= (had + 4).min(30));
        let fresh: BTreeSet<u32> = world.asked.iter().map(|&(.., at)| at).collect();
        assert_eq!(fresh.len(), world.asked.len());
        assert!(fresh.len() as u32 <= world.present(1, hash) - had + 2 * PULL_WINDOW as u32, "{fresh:?}");
        had = world.present(1, hash);
        world.cut(0, 1);
    }
}

#[test]
fn several_givers_share_the_work() {
    let mut world = World::new(4);
    let bytes = bytes(60 * PIECE_BYTES);
    let hash = world.name(&bytes);
    for giver in 0..3 {
        world.members[giver].1.put(&bytes);
        world.connect(giver, 3);
    }
    world.run_until(|world| world.has(3, hash));
    for giver in 0..3 {
        let count = world.asked.iter().filter(|&&(_, of, _)| of == giver).count();
        assert!(count >= 10, "{count} of 60 pieces from member {giver}");
    }
    assert_eq!(world.asked.len(), 60);
}

#[test]
fn who_lies_is_found_out_at_the_piece_and_another_one_is_asked() {
    let mut world = World::new(3);
    let bytes = bytes(20 * PIECE_BYTES);
    let hash = world.name(&bytes);
    for giver in 0..2 {
        world.members[giver].1.put(&bytes);
        world.connect(giver, 2);
    }
    world.members[0].1.lies = true;
    world.run_until(|world| world.has(2, hash));
    let lies = world.events.iter().filter(|(_, event)| matches!(event, BlobEvent::Lie { giver: 0, .. })).count();
    assert_eq!(lies, 1);
    assert!(world.asked.iter().filter(|&&(_, of, _)| of == 0).count() <= PULL_WINDOW, "asked for nothing more");
}

#[test]
fn hashes_of_pieces_that_are_not_the_blobs_are_not_believed() {
    let mut world = World::new(3);
    let bytes = bytes(20 * PIECE_BYTES);
    let hash = world.name(&bytes);
    world.members[1].1.put(&bytes);
    world.connect(0, 2);
    // Before anybody honest is there.
    let mut all = Pieces::none(bytes.len() as u64);
    for at in 0..all.count() {
        all.insert(at);
    }
    let (traffic, host) = &mut world.members[2];
    traffic.poll(host, 0, 0, usize::MAX);
    traffic.hear(host, 0, BlobMessage::Offer { hash, len: bytes.len() as u64, pieces: all }, 0);
    assert!(!traffic.poll(host, 0, 0, usize::MAX).is_empty(), "it asks for the outline");
    traffic.hear(host, 0, BlobMessage::Outline { hash, from: 0, nodes: vec![[1; 32]; 20] }, 0);
    assert_eq!(traffic.take_events(), [BlobEvent::Lie { giver: 0, hash }]);
    world.connect(1, 2);
    world.run_until(|world| world.has(2, hash));
}

#[test]
fn who_does_not_answer_is_not_waited_for() {
    let mut world = World::new(3);
    let bytes = bytes(8 * PIECE_BYTES);
    let hash = world.name(&bytes);
    for giver in 0..2 {
        world.members[giver].1.put(&bytes);
        world.connect(giver, 2);
    }
    world.run_until(|world| world.present(2, hash) > 0);
    // Everything from the first one is lost, though the line seems to be there.
    let end_ms = world.now_ms + 100_000;
    while !world.has(2, hash) && world.now_ms < end_ms {
        world.wire.retain(|&(_, from, to, _)| (from, to) != (0, 2));
        world.step();
    }
    assert!(world.has(2, hash));
}

#[test]
fn what_there_is_no_room_for_is_said_and_tried_again() {
    let mut world = World::new(2);
    let bytes = bytes(3 * PIECE_BYTES);
    let hash = world.name(&bytes);
    world.members[0].1.put(&bytes);
    world.members[1].1.is_full = true;
    world.connect(0, 1);
    world.run_until(|world| world.events.iter().any(|(_, event)| matches!(event, BlobEvent::Refused { .. })));
    world.members[1].1.is_full = false;
    world.run_until(|world| world.has(1, hash));
    assert_eq!(world.events.iter().filter(|(_, event)| matches!(event, BlobEvent::Refused { .. })).count(), 1);
}

#[test]
fn what_the_document_does_not_name_is_given_to_nobody() {
    let mut world = World::new(2);
    let bytes = bytes(10);
    let outline = outline_of(&bytes);
    world.members[0].1.put(&bytes);
    world.members[1].1.names.push((outline.hash(), 10));
    world.connect(0, 1);
    (0..5_000).for_each(|_| world.step());
    assert_eq!(world.present(1, outline.hash()), 0);
    let (traffic, host) = &mut world.members[0];
    traffic.hear(host, 1, BlobMessage::Ask { hash: outline.hash(), part: BlobPart::Piece(0) }, 5_000);
    let said = traffic.poll(host, 1, 5_000, usize::MAX);
    assert!(matches!(&said[..], [Message::Blob { message: BlobMessage::Piece { bytes: None, .. }, .. }]), "{said:?}");
}

#[test]
fn a_length_that_somebody_made_up_does_not_keep_the_blob_away() {
    let mut world = World::new(2);
    let bytes = bytes(5 * PIECE_BYTES);
    let outline = outline_of(&bytes);
    world.members[1].1.names.push((outline.hash(), 3));
    let hash = world.name(&bytes);
    world.members[0].1.put(&bytes);
    world.connect(0, 1);
    world.run_until(|world| world.has(1, hash));
}

#[test]
fn more_blobs_than_one_message_names_arrive_all() {
    let mut world = World::new(2);
    let all: Vec<BlobHash> = (0..600_u32)
        .map(|n| {
            let bytes = n.to_le_bytes();
            world.members[0].1.put(&bytes);
            world.name(&bytes)
        })
        .collect();
    world.connect(0, 1);
    world.run_until(|world| all.iter().all(|&hash| world.has(1, hash)));
}

/// A line that carries so many bytes in a millisecond, one message after the other: how long a keystroke would wait
/// behind what is on it, at most and on average, and how long a blob takes, in milliseconds.
fn send_over(bytes_per_ms: u64, len: usize) -> (u64, u64, u64) {
    let mut world = World::new(2);
    let bytes = bytes(len);
    let hash = world.name(&bytes);
    world.members[0].1.put(&bytes);
    world.connect(0, 1);
    let (mut free_ms, mut now_ms, mut waits) = ([0_u64; 2], 0_u64, Vec::new());
    let mut wire: Vec<VecDeque<(u64, Message)>> = vec![VecDeque::new(), VecDeque::new()];
    while !world.has(1, hash) {
        for from in 0..2 {
            let (traffic, host) = &mut world.members[from];
            for message in traffic.poll(host, 1 - from as u64, now_ms, 1 << 20) {
                let takes_ms = message.encode().len() as u64 / bytes_per_ms;
                free_ms[from] = free_ms[from].max(now_ms) + takes_ms;
                wire[from].push_back((free_ms[from] + 20, message));
            }
        }
        waits.push(free_ms[0].saturating_sub(now_ms));
        now_ms += 1;
        for (from, wire) in wire.iter_mut().enumerate() {
            while wire.front().is_some_and(|(due_ms, _)| *due_ms <= now_ms) {
                let Some((_, Message::Blob { message, .. })) = wire.pop_front() else { panic!("about blobs") };
                let (traffic, host) = &mut world.members[1 - from];
                traffic.hear(host, from as u64, message, now_ms);
            }
        }
    }
    (waits.iter().max().copied().unwrap_or(0), waits.iter().sum::<u64>() / waits.len() as u64, now_ms)
}

/// In the time of the line, not of a clock.
#[test]
fn a_keystroke_waits_behind_few_pieces_and_the_line_is_kept_busy() {
    let (most_ms, mean_ms, took_ms) = send_over(1_250, 20_000_000);
    assert!(most_ms <= 210 && mean_ms <= 140, "10 Mbit/s: {most_ms} ms at most, {mean_ms} ms on average");
    assert!(took_ms <= 20_000, "{took_ms} ms for what the line carries in 16,000");
    let (most_ms, mean_ms, took_ms) = send_over(12_500, 20_000_000);
    assert!(most_ms <= 25 && mean_ms <= 25, "100 Mbit/s: {most_ms} ms at most, {mean_ms} ms on average");
    assert!(took_ms <= 4_000, "{took_ms} ms for what the line carries in 1,600");
}
