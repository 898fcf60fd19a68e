//! What one other member lacks, asked for and was asked for.

use super::pace::Pace;
use crate::limits::{BLOB_ASK_MS, BLOB_ASKS_MAX};
use crate::message::BlobPart;
use blob::{BlobHash, Pieces};
use clock::{SortedMap, SortedSet};
use std::collections::VecDeque;

/// Another member.
#[derive(Debug)]
pub struct Peer {
    /// What it lacks, with what it was offered of each.
    pub lacks: SortedMap<BlobHash, Option<Pieces>>,
    /// What of that is to be looked at: there may be more to offer.
    pub due: SortedSet<BlobHash>,
    /// What it asked for and has not got.
    asks: VecDeque<(BlobHash, BlobPart)>,
    /// What it was told is lacking here.
    pub told: SortedSet<BlobHash>,
    /// What it was asked for, and when.
    asked: Vec<((BlobHash, BlobPart), u64)>,
    pub pace: Pace,
    /// It sent what it should not have.
    pub is_liar: bool,
}

impl Peer {
    pub fn new() -> Self {
        Self {
            lacks: SortedMap::new(),
            due: SortedSet::new(),
            asks: VecDeque::new(),
            told: SortedSet::new(),
            asked: Vec::new(),
            pace: Pace::new(),
            is_liar: false,
        }
    }

    /// It says what it lacks: all of it may be offered anew.
    pub fn hear_lacks(&mut self, hashes: Vec<BlobHash>) {
        self.due = hashes.iter().copied().collect();
        self.lacks = hashes.into_iter().map(|hash| (hash, None)).collect();
    }

    /// It asks for something. Who asks for more than anybody needs at once is not heard.
    pub fn hear_ask(&mut self, hash: BlobHash, part: BlobPart) {
        if self.asks.len() < BLOB_ASKS_MAX {
            self.asks.push_back((hash, part));
        }
    }

    /// What it asked for first.
    pub fn next_ask(&mut self) -> Option<(BlobHash, BlobPart)> {
        self.asks.pop_front()
    }

    /// Whether it waits for something.
    pub fn waits(&self) -> bool {
        !self.asks.is_empty() || !self.due.is_empty()
    }

    /// Whether it may be asked for more.
    pub fn has_room(&self) -> bool {
        !self.is_liar && self.asked.len() < self.pace.window()
    }

    pub fn note_asked(&mut self, hash: BlobHash, part: BlobPart, now_ms: u64) {
        self.asked.push(((hash, part), now_ms));
    }

    /// An answer came, after how long.
    pub fn note_answer(&mut self, hash: BlobHash, part: BlobPart, now_ms: u64) {
        if let Some(at) = self.asked.iter().position(|(asked, _)| *asked == (hash, part)) {
            let (_, asked_ms) = self.asked.swap_remove(at);
            self.pace.took(now_ms.saturating_sub(asked_ms));
        }
    }

    /// When it counts as not answering, if it was asked for anything.
    pub fn stalls_at_ms(&self) -> Option<u64> {
        self.asked.iter().map(|(_, asked_ms)| asked_ms).min().map(|asked_ms| asked_ms + BLOB_ASK_MS)
    }

    /// It does not answer: what it was asked for is asked of others, and it is told once more what is lacking.
    pub fn stall(&mut self) {
        self.asked.clear();
        self.told.clear();
        self.pace = Pace::new();
    }
}
