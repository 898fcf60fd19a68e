//! Blobs that arrive in verified pieces, in any order, from anybody.

use super::ledger::{Ledger, Loaded, is_missing};
use super::medium::{Room, place};
use super::{BeginError, BlobReadError, Blobs, PutPieceError};
use crate::error::DiskError;
use crate::limits::LOADED_BLOBS_MAX;
use blob::{BlobHash, Outline, Pieces, piece_range};
use std::io;
use std::sync::Arc;

impl Blobs {
    /// Expects the blob of this outline, reserves its length, and says which of its pieces are here: all where
    /// it is whole, some where it was begun before. The rest may come in any order.
    pub fn begin(&self, outline: &Outline) -> Result<Pieces, BeginError> {
        let (shared, hash) = (&self.shared, outline.hash());
        shared.check()?;
        let mut ledger = shared.ledger();
        if ledger.whole.contains_key(&hash) {
            shared.touch(&mut ledger, &hash);
            return Ok(all(outline.len()));
        }
        // Of two lengths one is a lie, and the caller believes the new one.
        let is_same = ledger.parts.get(&hash).is_some_and(|part| part.len == outline.len());
        let known = if is_same { self.load(&mut ledger, &hash)? } else { None };
        if let Some(pieces) = known {
            return Ok(pieces);
        }
        self.forget_part(&mut ledger, &hash)?;
        shared.check_space(&ledger, outline.len())?;
        shared.write_outline(outline)?;
        let pieces = Pieces::none(outline.len());
        let loaded = Loaded { outline: Arc::new(outline.clone()), pieces: pieces.clone() };
        make_room(&mut ledger);
        ledger.add_part(hash, outline.len(), (shared.now_ms)(), Some(loaded));
        Ok(pieces)
    }

    /// Which pieces of a blob are here, if it is whole or was begun.
    pub fn pieces(&self, hash: &BlobHash) -> Result<Option<Pieces>, DiskError> {
        let mut ledger = self.shared.ledger();
        match ledger.whole.get(hash) {
            Some(whole) => Ok(Some(all(whole.len))),
            None => self.load(&mut ledger, hash),
        }
    }

    /// Keeps piece `at` of a blob that was begun, and says whether the blob is whole with it: then it is on the
    /// disk, synced. A piece that is here already is no error.
    pub fn put_piece(&self, hash: &BlobHash, at: u32, bytes: &[u8]) -> Result<bool, PutPieceError> {
        let (shared, file) = (&self.shared, place(Room::Part, hash));
        shared.check()?;
        let outline = {
            let mut ledger = shared.ledger();
            if ledger.whole.contains_key(hash) {
                return Ok(true);
            }
            self.load(&mut ledger, hash)?.ok_or(PutPieceError::Unknown(*hash))?;
            let loaded = ledger.parts.get(hash).and_then(|part| part.loaded.as_ref());
            match loaded {
                Some(loaded) => loaded.outline.clone(),
                // It was complete, and has become whole.
                None => return Ok(true),
            }
        };
        // Outside of the lock: hashing is most of the work.
        outline.verify(at, bytes)?;
        let range = piece_range(outline.len(), at).expect("a piece that was verified has its place");
        {
            let mut ledger = shared.ledger();
            let now_ms = (shared.now_ms)();
            let Some(part) = ledger.parts.get_mut(hash) else { return self.gone(&ledger, hash) };
            part.touched_ms = now_ms;
            match part.loaded.as_mut() {
                Some(loaded) if !Arc::ptr_eq(&loaded.outline, &outline) => return Err(PutPieceError::Unknown(*hash)),
                Some(loaded) if loaded.pieces.has(at) => return Ok(false),
                Some(loaded) => {
                    shared.write(&file, range.start, bytes)?;
                    loaded.pieces.insert(at);
                    if !loaded.pieces.is_complete() {
                        return Ok(false);
                    }
                }
                // Put out of memory by others meanwhile: the piece is asked for again.
                None => return Ok(false),
            }
        }
        self.complete(hash)
    }

    /// Makes a part whole of which the last piece was written. Others go on while the disk syncs.
    fn complete(&self, hash: &BlobHash) -> Result<bool, PutPieceError> {
        let synced = self.shared.medium.sync(&place(Room::Part, hash));
        let mut ledger = self.shared.ledger();
        if !ledger.parts.contains_key(hash) {
            return self.gone(&ledger, hash);
        }
        self.shared.changed(synced)?;
        // Looked at again: it may have been given up and begun anew.
        match self.load(&mut ledger, hash)? {
            Some(pieces) if pieces.is_complete() && ledger.parts.contains_key(hash) => {
                Ok(self.finish_part(&mut ledger, hash)?)
            }
            Some(pieces) => Ok(pieces.is_complete()),
            None => self.gone(&ledger, hash),
        }
    }

    /// A part that is gone was finished by somebody else, or given up.
    fn gone(&self, ledger: &Ledger, hash: &BlobHash) -> Result<bool, PutPieceError> {
        if ledger.whole.contains_key(hash) { Ok(true) } else { Err(PutPieceError::Unknown(*hash)) }
    }

    /// A piece of a blob that is whole or arriving, where it is here.
    pub fn read_piece(&self, hash: &BlobHash, at: u32) -> Result<Option<Vec<u8>>, BlobReadError> {
        let shared = &self.shared;
        let (room, len) = {
            let mut ledger = shared.ledger();
            if let Some(whole) = ledger.whole.get(hash) {
                (Room::Whole, whole.len)
            } else {
                match self.load(&mut ledger, hash)? {
                    Some(pieces) if pieces.has(at) => (Room::Part, ledger.parts.get(hash).map_or(0, |part| part.len)),
                    _ => return Ok(None),
                }
            }
        };
        let Some(range) = piece_range(len, at) else { return Ok(None) };
        match shared.read_exact(&place(room, hash), range.start, (range.end - range.start) as usize) {
            Ok(bytes) => Ok(Some(bytes)),
            // Renamed or removed since.
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(shared.failed(&error).into()),
        }
    }

    /// What is there of a part. After a restart its pieces are verified, each one; one whose outline does not
    /// hold is forgotten, and one of which all is there becomes whole.
    fn load(&self, ledger: &mut Ledger, hash: &BlobHash) -> Result<Option<Pieces>, DiskError> {
        let shared = &self.shared;
        let Some(part) = ledger.parts.get(hash) else { return Ok(None) };
        if let Some(loaded) = &part.loaded {
            return Ok(Some(loaded.pieces.clone()));
        }
        let Some(outline) = shared.read_outline(hash).map_err(|error| shared.failed(&error))? else {
            self.forget_part(ledger, hash)?;
            return Ok(None);
        };
        let pieces = self.verify_part(&outline).map_err(|error| shared.failed(&error))?;
        make_room(ledger);
        if let Some(part) = ledger.parts.get_mut(hash) {
            part.loaded = Some(Loaded { outline: Arc::new(outline), pieces: pieces.clone() });
        }
        if pieces.is_complete() {
            shared.check()?;
            shared.changed(shared.medium.sync(&place(Room::Part, hash)))?;
            self.finish_part(ledger, hash)?;
        }
        Ok(Some(pieces))
    }

    fn verify_part(&self, outline: &Outline) -> io::Result<Pieces> {
        let mut pieces = Pieces::none(outline.len());
        let file = place(Room::Part, &outline.hash());
        for at in 0..pieces.count() {
            let range = piece_range(outline.len(), at).expect("one of its pieces");
            let mut bytes = vec![0; (range.end - range.start) as usize];
            match self.shared.medium.read_at(&file, range.start, &mut bytes) {
                Ok(len) if outline.verify(at, &bytes[..len]).is_ok() => drop(pieces.insert(at)),
                Ok(_) => {}
                Err(error) if is_missing(&error) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(pieces)
    }

    fn finish_part(&self, ledger: &mut Ledger, hash: &BlobHash) -> Result<bool, DiskError> {
        let len = ledger.parts.get(hash).map_or(0, |part| part.len);
        self.shared.make_whole(ledger, &place(Room::Part, hash), hash, len)?;
        Ok(true)
    }

    /// Gives up a part with everything of it.
    pub(super) fn forget_part(&self, ledger: &mut Ledger, hash: &BlobHash) -> Result<bool, DiskError> {
        if ledger.remove_part(hash).is_none() {
            return Ok(false);
        }
        let shared = &self.shared;
        shared.changed(shared.medium.remove(&place(Room::Part, hash)))?;
        shared.changed(shared.medium.remove(&place(Room::Outline, hash)))?;
        Ok(true)
    }
}

fn all(len: u64) -> Pieces {
    let mut pieces = Pieces::none(len);
    for at in 0..pieces.count() {
        pieces.insert(at);
    }
    pieces
}

/// Puts the state of the part that was touched longest ago out of memory, where there are too many.
fn make_room(ledger: &mut Ledger) {
    let loaded = ledger.parts.values_mut().filter(|part| part.loaded.is_some());
    let mut loaded: Vec<_> = loaded.collect();
    if loaded.len() >= LOADED_BLOBS_MAX {
        loaded.sort_by_key(|part| part.touched_ms);
        loaded[0].loaded = None;
    }
}
