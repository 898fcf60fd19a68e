//! The blobs of one document, between a member and everybody whom it is connected to.
//!
//! ```text
//! who lacks                          who has it, or will
//!   Lacks ──────────────────────────►  remembered until there is something to offer
//!   ◄──────────────────────── Offer    what is here now; again when there is more
//!   Ask(outline) ───────────────────►
//!   ◄────────────────────── Outline    merged to the blob's hash, or nobody believes it
//!   Ask(piece), a window of them ───►
//!   ◄──────────────────────── Piece    verified by itself, kept, offered on
//! ```
//!
//! Each member fetches what its documents name, so a blob goes wherever the document goes: who lies between two
//! others takes it in first and offers it on piece by piece. Nothing is sent that was not asked for, so whoever
//! asks decides how much is under way. A break loses what was under way and nothing else: what is here is not
//! asked for again.

mod fetch;
mod host;
mod pace;
mod peer;

pub use host::BlobHost;

use crate::limits::{BLOB_ANSWER_BYTES, BLOB_LACKS_MAX, BLOB_LOOK_MS, BLOBS_AT_ONCE_MAX, OUTLINE_NODES_MAX};
use crate::message::{BlobMessage, BlobPart, Message};
use blob::{BlobHash, Giver};
use clock::{DocumentId, SortedMap, SortedSet};
use fetch::{Came, Fetch};
use peer::Peer;

/// Something that happened to a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlobEvent {
    /// A piece came; equal numbers are followed by [`BlobEvent::Whole`].
    Progress {
        /// Of which blob.
        hash: BlobHash,
        /// How many pieces are here.
        present: u32,
        /// How many it has.
        count: u32,
    },
    /// All of it is here, and kept.
    Whole {
        /// Which blob.
        hash: BlobHash,
    },
    /// A member sent what is not the blob's; it is asked for nothing more.
    Lie {
        /// Who.
        giver: Giver,
        /// Of which blob.
        hash: BlobHash,
    },
    /// It is not kept for now: for people.
    Refused {
        /// Which blob.
        hash: BlobHash,
        /// Why, and what to do.
        reason: String,
    },
}

/// The blobs of one document, on their way here and to others.
#[derive(Debug)]
pub struct BlobTraffic {
    doc: DocumentId,
    peers: SortedMap<Giver, Peer>,
    fetches: SortedMap<BlobHash, Fetch>,
    /// How many names the document had when it was last looked at.
    names_count: Option<usize>,
    looked_ms: u64,
    events: Vec<BlobEvent>,
}

impl BlobTraffic {
    /// Of `doc`, with nobody.
    pub fn new(doc: DocumentId) -> Self {
        let (peers, fetches) = (SortedMap::new(), SortedMap::new());
        Self { doc, peers, fetches, names_count: None, looked_ms: 0, events: Vec::new() }
    }

    /// The document is exchanged with somebody, from now on or anew.
    pub fn connect(&mut self, giver: Giver) {
        self.disconnect(giver);
        self.peers.insert(giver, Peer::new());
    }

    /// It is no longer. What was asked there is asked of others.
    pub fn disconnect(&mut self, giver: Giver) {
        if self.peers.remove(&giver).is_some() {
            self.fetches.values_mut().for_each(|fetch| fetch.leave(giver));
        }
    }

    /// What the document wants, or what is here, is not what it was: looks at all of it at the next poll.
    pub fn changed(&mut self) {
        self.names_count = None;
    }

    /// Deals with a message of somebody.
    pub fn hear(&mut self, host: &mut dyn BlobHost, giver: Giver, message: BlobMessage, now_ms: u64) {
        let Some(peer) = self.peers.get_mut(&giver) else { return };
        match message {
            BlobMessage::Lacks { hashes } => peer.hear_lacks(hashes),
            BlobMessage::Ask { hash, part } => peer.hear_ask(hash, part),
            BlobMessage::Offer { hash, len, pieces } if !peer.is_liar => {
                if let Some(fetch) = self.fetches.get_mut(&hash) {
                    fetch.offer(giver, len, pieces);
                }
            }
            BlobMessage::Offer { .. } => {}
            BlobMessage::Outline { hash, from, nodes } => {
                peer.note_answer(hash, BlobPart::Outline(from), now_ms);
                let Some(fetch) = self.fetches.get_mut(&hash) else { return };
                let came = fetch.hear_outline(host, giver, from, &nodes, now_ms);
                self.note(giver, hash, came);
            }
            BlobMessage::Piece { hash, at, bytes } => {
                peer.note_answer(hash, BlobPart::Piece(at), now_ms);
                let Some(fetch) = self.fetches.get_mut(&hash) else { return };
                let came = fetch.hear_piece(host, giver, at, bytes.as_deref(), now_ms);
                self.note(giver, hash, came);
            }
        }
    }

    fn note(&mut self, giver: Giver, hash: BlobHash, came: Came) {
        match came {
            Came::Nothing => return,
            Came::Step => {
                let progress = self.fetches.get(&hash).and_then(Fetch::progress);
                let progress = progress.map(|(present, count)| BlobEvent::Progress { hash, present, count });
                self.events.extend(progress.filter(|_| self.is_worth_saying(&hash)));
            }
            Came::Whole => {
                self.fetches.remove(&hash);
                self.events.push(BlobEvent::Whole { hash });
                // There is room for others on the list.
                self.names_count = None;
            }
            Came::Lie => {
                self.events.push(BlobEvent::Lie { giver, hash });
                self.fetches.values_mut().for_each(|fetch| fetch.leave(giver));
                if let Some(peer) = self.peers.get_mut(&giver) {
                    peer.is_liar = true;
                }
            }
            Came::Refused(reason) => self.events.push(BlobEvent::Refused { hash, reason }),
        }
        for peer in self.peers.values_mut().filter(|peer| peer.lacks.contains_key(&hash)) {
            peer.due.insert(hash);
        }
    }

    /// A piece each, as long as they are few; then each sixty-fourth part.
    fn is_worth_saying(&self, hash: &BlobHash) -> bool {
        let progress = self.fetches.get(hash).and_then(Fetch::progress);
        progress.is_some_and(|(present, count)| present.is_multiple_of((count / 64).max(1)))
    }

    /// What happened since the last call.
    pub fn take_events(&mut self) -> Vec<BlobEvent> {
        std::mem::take(&mut self.events)
    }

    /// What to say to somebody now; parts of blobs as far as there is room for so many bytes.
    pub fn poll(&mut self, host: &mut dyn BlobHost, giver: Giver, now_ms: u64, room: usize) -> Vec<Message> {
        self.look(host, now_ms);
        let mut out = Vec::new();
        self.look_at_clock(giver, now_ms);
        self.say_lacks(giver, &mut out);
        self.say_offers(host, giver, &mut out);
        self.say_asks(host, giver, now_ms, &mut out);
        self.say_answers(host, giver, room, &mut out);
        let doc = self.doc;
        out.into_iter().map(|message| Message::Blob { doc, message }).collect()
    }

    /// When to poll for somebody at the latest although nothing came, if ever.
    pub fn next_wake_ms(&self, giver: Giver) -> Option<u64> {
        let peer = self.peers.get(&giver)?;
        let waits = peer.waits().then_some(0);
        let looks = self.is_lacking().then_some(self.looked_ms + BLOB_LOOK_MS);
        [peer.stalls_at_ms(), waits, looks].into_iter().flatten().min()
    }

    /// Whether anything is on its way here.
    pub fn is_fetching(&self) -> bool {
        !self.fetches.is_empty()
    }

    fn is_lacking(&self) -> bool {
        !self.peers.is_empty() && (self.is_fetching() || self.peers.values().any(|peer| !peer.lacks.is_empty()))
    }

    /// Compares what is under way with what is lacking, when the document names more, and now and then: blobs
    /// come by other ways too.
    fn look(&mut self, host: &mut dyn BlobHost, now_ms: u64) {
        let is_new = self.names_count != Some(host.names_count());
        let is_due = self.is_lacking() && self.looked_ms + BLOB_LOOK_MS <= now_ms;
        if !is_new && !is_due {
            return;
        }
        self.looked_ms = now_ms;
        self.names_count = Some(host.names_count());
        let mut lacking: SortedMap<BlobHash, SortedSet<u64>> = SortedMap::new();
        for (hash, len) in host.lacking() {
            lacking.entry(hash).or_default().insert(len);
        }
        let gone: Vec<BlobHash> = self.fetches.keys().filter(|hash| !lacking.contains_key(hash)).copied().collect();
        for hash in gone {
            self.fetches.remove(&hash);
            if host.pieces(&hash).is_some_and(|(_, pieces)| pieces.is_complete()) {
                self.events.push(BlobEvent::Whole { hash });
            }
        }
        for (hash, lens) in lacking {
            if self.fetches.len() >= BLOB_LACKS_MAX {
                break;
            }
            let fetch = self.fetches.entry(hash).or_insert_with(|| Fetch::new(hash, SortedSet::new()));
            if fetch.add_lens(lens) {
                // Who offered it under another length offers it again.
                for peer in self.peers.values_mut() {
                    peer.told.remove(&hash);
                }
            }
        }
        for peer in self.peers.values_mut() {
            let is_level = |offered: &Option<blob::Pieces>| offered.as_ref().is_some_and(blob::Pieces::is_complete);
            peer.due.extend(peer.lacks.iter().filter(|(_, offered)| !is_level(offered)).map(|(hash, _)| *hash));
        }
    }

    fn look_at_clock(&mut self, giver: Giver, now_ms: u64) {
        let Some(peer) = self.peers.get_mut(&giver) else { return };
        if peer.stalls_at_ms().is_some_and(|at_ms| at_ms <= now_ms) {
            peer.stall();
            self.fetches.values_mut().for_each(|fetch| fetch.leave(giver));
        }
    }

    /// Everything that is lacking, where the other side was not told of some of it.
    fn say_lacks(&mut self, giver: Giver, out: &mut Vec<BlobMessage>) {
        let Some(peer) = self.peers.get_mut(&giver).filter(|peer| !peer.is_liar) else { return };
        if self.fetches.keys().all(|hash| peer.told.contains(hash)) {
            return;
        }
        peer.told = self.fetches.keys().copied().collect();
        out.push(BlobMessage::Lacks { hashes: peer.told.iter().copied().collect() });
    }

    /// What is here of what the other side lacks, where that is more than it was told.
    fn say_offers(&mut self, host: &mut dyn BlobHost, giver: Giver, out: &mut Vec<BlobMessage>) {
        let Some(peer) = self.peers.get_mut(&giver) else { return };
        for hash in std::mem::take(&mut peer.due) {
            let Some(offered) = peer.lacks.get_mut(&hash) else { continue };
            let Some((len, pieces)) = host.pieces(&hash).filter(|(_, pieces)| pieces.present() > 0) else { continue };
            if is_worth_offering(offered.as_ref(), &pieces) {
                out.push(BlobMessage::Offer { hash, len, pieces: pieces.clone() });
                *offered = Some(pieces);
            }
        }
    }

    fn say_asks(&mut self, host: &mut dyn BlobHost, giver: Giver, now_ms: u64, out: &mut Vec<BlobMessage>) {
        let Some(peer) = self.peers.get_mut(&giver) else { return };
        let mut going = self.fetches.values().filter(|fetch| fetch.is_going()).count();
        for (&hash, fetch) in self.fetches.iter_mut() {
            let was_going = fetch.is_going();
            if !was_going && going >= BLOBS_AT_ONCE_MAX {
                continue;
            }
            while peer.has_room() {
                match fetch.ask(host, giver, now_ms) {
                    Ok(Some(part)) => {
                        peer.note_asked(hash, part, now_ms);
                        out.push(BlobMessage::Ask { hash, part });
                    }
                    Ok(None) => break,
                    Err(reason) => {
                        self.events.push(BlobEvent::Refused { hash, reason });
                        break;
                    }
                }
            }
            going += usize::from(!was_going && fetch.is_going());
        }
    }

    /// What the other side asked for, as far as there is room.
    fn say_answers(&mut self, host: &mut dyn BlobHost, giver: Giver, room: usize, out: &mut Vec<BlobMessage>) {
        let Some(peer) = self.peers.get_mut(&giver) else { return };
        let mut left = room.min(BLOB_ANSWER_BYTES);
        while left > 0
            && let Some((hash, part)) = peer.next_ask()
        {
            let (answer, bytes) = answer(host, hash, part);
            left = left.saturating_sub(bytes);
            out.push(answer);
        }
    }
}

/// Each piece of a small blob, and of a large one each sixteenth part, so that who lies behind goes on too.
fn is_worth_offering(offered: Option<&blob::Pieces>, here: &blob::Pieces) -> bool {
    let Some(offered) = offered else { return true };
    let more = here.present().saturating_sub(offered.present());
    more > 0 && (here.is_complete() || more >= here.count() / 16)
}

/// What is here of a part, and about how many bytes that takes.
fn answer(host: &mut dyn BlobHost, hash: BlobHash, part: BlobPart) -> (BlobMessage, usize) {
    match part {
        BlobPart::Outline(from) => {
            let outline = host.outline(&hash);
            let nodes = outline.as_ref().and_then(|outline| outline.hashes().get(from as usize..)).unwrap_or(&[]);
            let nodes = nodes[..nodes.len().min(OUTLINE_NODES_MAX)].to_vec();
            let bytes = 64 + nodes.len() * 32;
            (BlobMessage::Outline { hash, from, nodes }, bytes)
        }
        BlobPart::Piece(at) => {
            let bytes = host.piece(&hash, at);
            let len = 64 + bytes.as_ref().map_or(0, Vec::len);
            (BlobMessage::Piece { hash, at, bytes }, len)
        }
    }
}
