//! What goes out: everything that the other side lacks, in chunks, within a window.

use crate::limits::{CHUNK_BYTES_MAX, PARCELS_MAX, SPANS_MAX, WINDOW_BYTES_MAX};
use crate::{Message, Parcel, Replica};
use clock::{DocumentId, Span, VersionVector};
use std::collections::VecDeque;

/// The outgoing actions of one link.
///
/// Invariant: `sent` includes `theirs`.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// What the other side is known to have.
    pub theirs: VersionVector,
    /// That, and what is under way.
    sent: VersionVector,
    /// Whether there may be something to send.
    is_awake: bool,
    seq: u64,
    /// The sizes of what is under way, by sequence number.
    under_way: VecDeque<(u64, usize)>,
    under_way_bytes: usize,
    /// Elements sent since the other side was last level.
    done: u64,
    /// What the other side asked for by name.
    asked: VecDeque<Span>,
}

/// One message's worth.
pub(super) struct Chunk {
    pub parcels: Vec<Parcel>,
    seq: u64,
    done: u64,
    total: u64,
}

impl Chunk {
    pub fn bytes(&self) -> usize {
        self.parcels.iter().map(|parcel| parcel.bytes.len()).sum()
    }

    pub fn into_message(self, doc: DocumentId) -> Message {
        let Self { parcels, seq, done, total } = self;
        Message::Parcels { doc, seq, done, total, parcels }
    }
}

impl Tail {
    pub fn wake(&mut self) {
        self.is_awake = true;
    }

    /// The other side has `version`.
    pub fn learn(&mut self, version: &VersionVector) {
        self.theirs.merge(version);
        self.sent.merge(version);
    }

    /// The other side has dealt with everything up to `seq`.
    pub fn acknowledge(&mut self, seq: u64) {
        while let Some(&(first, bytes)) = self.under_way.front()
            && first <= seq
        {
            self.under_way.pop_front();
            self.under_way_bytes -= bytes;
        }
    }

    /// The other side lacks `spans` although it should have them.
    pub fn ask(&mut self, spans: Vec<Span>) {
        let room = SPANS_MAX.saturating_sub(self.asked.len());
        self.asked.extend(spans.into_iter().take(room));
    }

    /// The next chunk, where there is something to send and room on the way.
    pub fn next(&mut self, host: &mut dyn Replica, doc: DocumentId, version: &VersionVector) -> Option<Chunk> {
        if self.under_way_bytes >= WINDOW_BYTES_MAX {
            return None;
        }
        self.next_asked(host, doc, version).or_else(|| self.next_missing(host, doc, version))
    }

    fn next_asked(&mut self, host: &mut dyn Replica, doc: DocumentId, version: &VersionVector) -> Option<Chunk> {
        while let Some(span) = self.asked.pop_front() {
            let here = Span::new(span.replica, span.start, span.end.min(version.end(span.replica)));
            if here.is_empty() {
                continue;
            }
            let parcels = chunk(host.export(doc, &[here], CHUNK_BYTES_MAX));
            let Some(last) = parcels.last() else { continue };
            if last.end < here.end && last.end > here.start {
                self.asked.push_front(Span::new(here.replica, last.end, here.end));
            }
            return Some(self.send(parcels, self.done, self.done));
        }
        None
    }

    fn next_missing(&mut self, host: &mut dyn Replica, doc: DocumentId, version: &VersionVector) -> Option<Chunk> {
        if !self.is_awake {
            return None;
        }
        let missing = version.missing_from(&self.sent);
        let parcels = if missing.is_empty() { Vec::new() } else { chunk(host.export(doc, &missing, CHUNK_BYTES_MAX)) };
        if parcels.is_empty() {
            self.is_awake = false;
            self.done = 0;
            return None;
        }
        let total = self.done + elements(&missing);
        parcels.iter().for_each(|parcel| self.sent.extend_to(parcel.replica, parcel.end));
        self.done = total - elements(&version.missing_from(&self.sent));
        let chunk = self.send(parcels, self.done, total);
        if self.done == total {
            self.done = 0;
        }
        Some(chunk)
    }

    fn send(&mut self, parcels: Vec<Parcel>, done: u64, total: u64) -> Chunk {
        self.seq += 1;
        let chunk = Chunk { parcels, seq: self.seq, done, total };
        self.under_way.push_back((chunk.seq, chunk.bytes()));
        self.under_way_bytes += chunk.bytes();
        chunk
    }
}

fn elements(spans: &[Span]) -> u64 {
    spans.iter().map(|span| u64::from(span.len())).sum()
}

/// As many parcels as one message carries. The rest is exported again.
fn chunk(mut parcels: Vec<Parcel>) -> Vec<Parcel> {
    let mut bytes = 0;
    let fits = parcels.iter().take_while(|parcel| {
        bytes += parcel.bytes.len();
        bytes <= CHUNK_BYTES_MAX
    });
    let count = fits.count().clamp(1, PARCELS_MAX);
    parcels.truncate(count);
    parcels
}
