//! The blobs of one document that a worker has in memory, on their way between the browser's store and others.
//!
//! A browser fetches what somebody looks at, and nothing else; what it has it gives to whoever lacks it. Bytes that
//! came are handed out and forgotten here: the browser's store keeps them, and is asked when others ask.

use crate::shelf::Book;
use blob::{BlobHash, Outline, Outliner, Pieces, piece_range};
use motet::{BlobNames, DocumentId, SortedMap, SortedSet};
use sync::{BlobEvent, BlobHost, BlobMessage, BlobTraffic, Message};

/// The longest blob that is fetched into a browser's memory, and what is kept there to be given.
const BYTES_MAX: u64 = 64 << 20;

/// The only one whom a worker talks to.
const SERVER: u64 = 0;

/// What there is of a blob.
struct Kept {
    outline: Outline,
    pieces: Pieces,
    bytes: Vec<u8>,
}

/// The blobs of one document.
pub struct BlobShelf {
    traffic: BlobTraffic,
    stock: Stock,
}

/// What is here and what is asked for.
#[derive(Default)]
struct Stock {
    kept: SortedMap<BlobHash, Kept>,
    wanted: SortedSet<BlobHash>,
    /// What others lack and is not in memory: the browser's store may have it.
    asked: SortedSet<BlobHash>,
    /// Those that it was asked for.
    told: SortedSet<BlobHash>,
    names: Option<(usize, BlobNames)>,
    /// How often what is wanted changed.
    changes: usize,
}

impl BlobShelf {
    /// Of a document, with nothing.
    pub fn new(doc: DocumentId) -> Self {
        Self { traffic: BlobTraffic::new(doc), stock: Stock::default() }
    }

    /// The document is exchanged from now on.
    pub fn connect(&mut self) {
        self.traffic.connect(SERVER);
    }

    /// There is no connection.
    pub fn disconnect(&mut self) {
        self.traffic.disconnect(SERVER);
    }

    /// Fetches a blob, once the document names it.
    pub fn want(&mut self, hash: BlobHash) {
        self.stock.wanted.insert(hash);
        self.stock.changes += 1;
    }

    /// Has the bytes of a blob, to be given to others. What there is no memory for is left to HTTP.
    pub fn keep(&mut self, bytes: Vec<u8>) -> BlobHash {
        let mut outliner = Outliner::default();
        outliner.update(&bytes);
        let (hash, outline) = outliner.finish();
        if self.stock.weight() + outline.len() > BYTES_MAX {
            self.stock.kept.clear();
        }
        if outline.len() <= BYTES_MAX {
            let pieces = all(outline.len());
            self.stock.kept.insert(hash, Kept { outline, pieces, bytes });
            self.traffic.changed();
        }
        hash
    }

    /// A message about blobs came.
    pub fn hear(&mut self, book: &Book, message: BlobMessage, now_ms: u64) {
        self.traffic.hear(&mut Host { book, stock: &mut self.stock }, SERVER, message, now_ms);
    }

    /// What there is to say.
    pub fn poll(&mut self, book: &Book, now_ms: u64) -> Vec<Message> {
        self.traffic.poll(&mut Host { book, stock: &mut self.stock }, SERVER, now_ms, usize::MAX)
    }

    /// When to poll at the latest although nothing came, if ever.
    pub fn next_wake_ms(&self) -> Option<u64> {
        self.traffic.next_wake_ms(SERVER)
    }

    /// What happened.
    pub fn take_events(&mut self) -> Vec<BlobEvent> {
        self.traffic.take_events()
    }

    /// The bytes of a blob that has just come, for the browser's store.
    pub fn hand_out(&mut self, hash: &BlobHash) -> Option<Vec<u8>> {
        self.stock.wanted.remove(hash);
        self.stock.kept.remove(hash).map(|kept| kept.bytes)
    }

    /// What others lack, where nobody was asked for it before.
    pub fn take_asked(&mut self) -> Vec<BlobHash> {
        std::mem::take(&mut self.stock.asked).iter().copied().collect()
    }
}

impl Stock {
    fn weight(&self) -> u64 {
        self.kept.values().map(|kept| kept.outline.len()).sum()
    }

    fn names(&mut self, book: &Book) -> &BlobNames {
        let count = book.replica.document().log().blob_names_count();
        let known = self.names.take().filter(|(known, _)| *known == count);
        &self.names.insert(known.unwrap_or_else(|| (count, book.replica.blob_names()))).1
    }
}

fn all(len: u64) -> Pieces {
    let mut pieces = Pieces::none(len);
    for at in 0..pieces.count() {
        pieces.insert(at);
    }
    pieces
}

/// A document with its blobs, as the exchange works on them.
struct Host<'a> {
    book: &'a Book,
    stock: &'a mut Stock,
}

impl BlobHost for Host<'_> {
    fn names_count(&self) -> usize {
        self.book.replica.document().log().blob_names_count() + self.stock.changes
    }

    fn lacking(&mut self) -> Vec<(BlobHash, u64)> {
        if self.stock.wanted.is_empty() {
            return Vec::new();
        }
        let named: Vec<_> = self.stock.names(self.book).iter().collect();
        let is_here = |hash: &BlobHash| self.stock.kept.get(hash).is_some_and(|kept| kept.pieces.is_complete());
        named.into_iter().filter(|(hash, _)| self.stock.wanted.contains(hash) && !is_here(hash)).collect()
    }

    fn pieces(&mut self, hash: &BlobHash) -> Option<(u64, Pieces)> {
        if !self.stock.names(self.book).names(hash) {
            return None;
        }
        let kept = self.stock.kept.get(hash).map(|kept| (kept.outline.len(), kept.pieces.clone()));
        if kept.is_none() && self.stock.told.insert(*hash) {
            self.stock.asked.insert(*hash);
        }
        kept
    }

    fn outline(&mut self, hash: &BlobHash) -> Option<Outline> {
        self.pieces(hash)?;
        self.stock.kept.get(hash).map(|kept| kept.outline.clone())
    }

    fn piece(&mut self, hash: &BlobHash, at: u32) -> Option<Vec<u8>> {
        let (len, pieces) = self.pieces(hash)?;
        let range = piece_range(len, at).filter(|_| pieces.has(at))?;
        let kept = self.stock.kept.get(hash)?;
        Some(kept.bytes[range.start as usize..range.end as usize].to_vec())
    }

    fn begin(&mut self, outline: &Outline) -> Result<Pieces, String> {
        let len = outline.len();
        if len > BYTES_MAX {
            return Err(format!("{len} bytes are too long for a browser's memory; download it from the server"));
        }
        let new = || Kept { outline: outline.clone(), pieces: Pieces::none(len), bytes: vec![0; len as usize] };
        let kept = self.stock.kept.entry(outline.hash()).or_insert_with(new);
        if kept.outline.len() != len {
            *kept = new();
        }
        Ok(kept.pieces.clone())
    }

    fn keep(&mut self, hash: &BlobHash, at: u32, bytes: &[u8]) -> Result<bool, String> {
        let kept = self.stock.kept.get_mut(hash).ok_or("it was given up")?;
        let range = piece_range(kept.outline.len(), at).ok_or("it has no such piece")?;
        kept.bytes[range.start as usize..range.end as usize].copy_from_slice(bytes);
        kept.pieces.insert(at);
        Ok(kept.pieces.is_complete())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shelf::Shelf;
    use blob::{BlobRef, MediaType};
    use motet::{ContainerId, Kind, Replica, ReplicaId, SigningKey};

    const DOC: DocumentId = DocumentId(7);

    /// Two shelves on which a document names the blob.
    fn shelves(bytes: &[u8]) -> [Shelf; 2] {
        let reference = BlobRef::new(BlobHash::of(bytes), bytes.len() as u64, MediaType::unknown(), None).unwrap();
        let key = SigningKey::from_bytes(&[1; 32]);
        let mut page = Replica::new(DOC, 0, ReplicaId(1), key.clone());
        let map = ContainerId::root(Kind::Map, "figure");
        page.document_mut().edit(0, |edit| edit.set_blob(map, "picture", reference));
        let parcel = page.seal().unwrap();
        [(), ()].map(|()| {
            let mut shelf = Shelf::new(key.clone());
            shelf.open(DOC).replica.import(&parcel.bytes, None).unwrap();
            shelf
        })
    }

    /// Lets two talk until they are silent, for ten seconds of their time.
    fn talk(shelves: &[Shelf; 2], blobs: &mut [BlobShelf; 2]) {
        for now_ms in (0..10_000).step_by(10) {
            for from in 0..2 {
                for message in blobs[from].poll(&shelves[from].books[&DOC], now_ms) {
                    let Message::Blob { message, .. } = message else { panic!("not about blobs") };
                    blobs[1 - from].hear(&shelves[1 - from].books[&DOC], message, now_ms);
                }
            }
        }
    }

    #[test]
    fn what_is_looked_at_comes_and_what_the_store_has_is_asked_for() {
        let bytes = vec![7; 300_000];
        let shelves = shelves(&bytes);
        let mut blobs = [BlobShelf::new(DOC), BlobShelf::new(DOC)];
        blobs.iter_mut().for_each(BlobShelf::connect);
        talk(&shelves, &mut blobs);
        assert!(blobs[1].take_events().is_empty(), "nothing is fetched unasked");
        let hash = BlobHash::of(&bytes);
        blobs[1].want(hash);
        talk(&shelves, &mut blobs);
        assert_eq!((blobs[0].take_asked(), blobs[0].take_asked()), (vec![hash], vec![]), "asked once");
        assert_eq!(blobs[0].keep(bytes.clone()), hash);
        talk(&shelves, &mut blobs);
        assert!(blobs[1].take_events().contains(&BlobEvent::Whole { hash }));
        assert!(blobs[1].hand_out(&hash) == Some(bytes));
        assert!(blobs[1].stock.kept.is_empty(), "the browser's store has it");
    }
}
