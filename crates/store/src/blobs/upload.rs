//! Blobs that arrive from front to back, and are verified at the end: from whoever knows only HTTP.

use super::ledger::{Uploading, is_missing};
use super::medium::{Place, Room, place};
use super::shared::Shared;
use super::{Blobs, UploadError};
use crate::error::DiskError;
use crate::limits::{BLOB_READ_BYTES_MAX, LOADED_BLOBS_MAX};
use blob::{BlobHash, Outliner, outline_len};
use std::sync::Arc;

/// A blob on its way in.
///
/// With an expected hash, what was [paused](Self::pause) can be gone on with, also after a restart; without
/// one, what is dropped unfinished is gone.
#[derive(Debug)]
pub struct Upload {
    shared: Arc<Shared>,
    file: Place,
    expected: Option<BlobHash>,
    /// What is counted for an upload without a name, in bytes.
    nameless_bytes: u64,
    /// There until it is finished or paused.
    outliner: Option<Box<Outliner>>,
}

impl Blobs {
    /// Begins an upload, or goes on with one of the blob that is expected: see [`Upload::offset`]. One at a time
    /// for each blob.
    pub fn upload(&self, expected: Option<BlobHash>) -> Result<Upload, UploadError> {
        let shared = self.shared.clone();
        shared.check()?;
        let Some(hash) = expected else {
            let mut ledger = shared.ledger();
            shared.check_space(&ledger, 0)?;
            ledger.nameless += 1;
            drop(ledger);
            let file = shared.temp();
            return Ok(Upload { shared, file, expected, nameless_bytes: 0, outliner: Some(Box::default()) });
        };
        let resumed = self.open_upload(&hash)?;
        let file = place(Room::Upload, &hash);
        let mut upload = Upload { shared, file, expected, nameless_bytes: 0, outliner: Some(Box::default()) };
        upload.outliner = Some(match resumed {
            Some(outliner) => outliner,
            None => upload.read_back()?,
        });
        Ok(upload)
    }

    /// Marks the upload of a blob as open; what is still known of its bytes.
    fn open_upload(&self, hash: &BlobHash) -> Result<Option<Box<Outliner>>, UploadError> {
        let mut ledger = self.shared.ledger();
        if let Some(upload) = ledger.uploads.get_mut(hash) {
            if upload.is_open {
                return Err(UploadError::Busy(*hash));
            }
            upload.is_open = true;
            return Ok(upload.outliner.take());
        }
        self.shared.check_space(&ledger, 0)?;
        let touched_ms = (self.shared.now_ms)();
        ledger.uploads.insert(*hash, Uploading { offset: 0, touched_ms, is_open: true, outliner: None });
        Ok(Some(Box::default()))
    }
}

impl Upload {
    /// The bytes that are here: where to go on.
    pub fn offset(&self) -> u64 {
        self.outliner.as_ref().map_or(0, |outliner| outliner.len())
    }

    /// What an upload that was interrupted has on the disk.
    fn read_back(&mut self) -> Result<Box<Outliner>, DiskError> {
        let shared = &self.shared;
        let mut outliner = Box::<Outliner>::default();
        let mut bytes = vec![0; BLOB_READ_BYTES_MAX];
        loop {
            match shared.medium.read_at(&self.file, outliner.len(), &mut bytes) {
                Ok(0) => break,
                Ok(len) => outliner.update(&bytes[..len]),
                Err(error) if is_missing(&error) => break,
                Err(error) => return Err(shared.failed(&error)),
            }
        }
        self.set_offset(outliner.len());
        Ok(outliner)
    }

    /// Adds the next bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        let offset = self.offset();
        self.shared.check_bytes(&self.shared.ledger(), offset, bytes.len() as u64)?;
        self.shared.write(&self.file, offset, bytes)?;
        if let Some(outliner) = &mut self.outliner {
            outliner.update(bytes);
        }
        self.set_offset(self.offset());
        Ok(())
    }

    /// Counts what is written. Two that append at once may pass the quota by what each of them brings.
    fn set_offset(&mut self, offset: u64) {
        let mut ledger = self.shared.ledger();
        let before = match self.expected {
            None => std::mem::replace(&mut self.nameless_bytes, offset),
            Some(hash) => match ledger.uploads.get_mut(&hash) {
                Some(upload) => {
                    upload.touched_ms = (self.shared.now_ms)();
                    std::mem::replace(&mut upload.offset, offset)
                }
                None => return,
            },
        };
        ledger.upload_bytes = ledger.upload_bytes - before + offset;
    }

    /// Makes what came so far durable, to go on later; says how much that is.
    pub fn pause(mut self) -> Result<u64, UploadError> {
        let offset = self.offset();
        if offset > 0 {
            self.sync()?;
        }
        if let (Some(hash), Some(outliner)) = (self.expected, self.outliner.take()) {
            let mut ledger = self.shared.ledger();
            let loaded = ledger.uploads.values_mut().filter(|upload| upload.outliner.is_some());
            if loaded.count() >= LOADED_BLOBS_MAX {
                ledger.uploads.values_mut().for_each(|upload| upload.outliner = None);
            }
            if let Some(upload) = ledger.uploads.get_mut(&hash) {
                (upload.is_open, upload.outliner) = (false, Some(outliner));
            }
        }
        Ok(offset)
    }

    fn sync(&self) -> Result<(), DiskError> {
        self.shared.check()?;
        self.shared.changed(self.shared.medium.sync(&self.file))
    }

    /// Makes the blob whole: its name and its length, on the disk, synced. Bytes that are not those of the
    /// blob that is expected are thrown away.
    pub fn finish(mut self) -> Result<(BlobHash, u64), UploadError> {
        let (hash, outline) = self.outliner.take().map(|outliner| *outliner).unwrap_or_default().finish();
        self.shared.check()?;
        if let Some(expected) = self.expected.filter(|&expected| expected != hash) {
            return Err(UploadError::Mismatch { expected, found: hash });
        }
        let has_it = self.shared.ledger().whole.contains_key(&hash);
        if !has_it {
            if outline.len() == 0 {
                self.shared.write(&self.file, 0, &[])?;
            }
            if outline_len(outline.len()) > 0 {
                self.shared.write_outline(&outline)?;
            }
            self.sync()?;
        }
        self.name(&hash, outline.len())?;
        Ok((hash, outline.len()))
    }

    fn name(&self, hash: &BlobHash, len: u64) -> Result<(), DiskError> {
        let shared = &self.shared;
        let mut ledger = shared.ledger();
        if ledger.whole.contains_key(hash) {
            shared.touch(&mut ledger, hash);
            return Ok(());
        }
        let has_part = ledger.parts.contains_key(hash);
        shared.make_whole(&mut ledger, &self.file, hash, len)?;
        if has_part {
            shared.changed(shared.medium.remove(&place(Room::Part, hash)))?;
        }
        Ok(())
    }
}

impl Drop for Upload {
    /// What has no name or was thrown away goes; what may be gone on with stays, as far as it got.
    fn drop(&mut self) {
        let is_resumable = self.outliner.is_some();
        let mut ledger = self.shared.ledger();
        match self.expected {
            None => {
                ledger.nameless -= 1;
                ledger.upload_bytes -= self.nameless_bytes;
            }
            Some(hash) => {
                let is_paused = ledger.uploads.get(&hash).is_some_and(|upload| !upload.is_open);
                if is_paused {
                    return;
                }
                if is_resumable {
                    if let Some(upload) = ledger.uploads.get_mut(&hash) {
                        (upload.is_open, upload.outliner) = (false, self.outliner.take());
                    }
                    return;
                }
                ledger.remove_upload(&hash);
            }
        }
        // What cannot be removed is removed when the store is opened, or thrown away at its end.
        if self.shared.check().is_ok() {
            let _ = self.shared.medium.remove(&self.file);
        }
    }
}
