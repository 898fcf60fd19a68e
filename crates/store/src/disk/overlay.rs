//! A file that is looked at and never written: what is changed stays in memory.

use redb::StorageBackend;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much is kept for each place that is written to, in bytes.
const PAGE_BYTES: u64 = 4096;

/// A backend that reads a file and keeps changes to itself.
#[derive(Debug)]
pub(super) struct Overlay {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    /// How much of the file counts: it was never cut shorter than this.
    file_len: u64,
    len: u64,
    pages: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    /// Over a file that is open to read.
    pub(super) fn over(file: File) -> Result<Self, Error> {
        let len = file.metadata()?.len();
        Ok(Self { inner: Mutex::new(Inner { file, file_len: len, len, pages: BTreeMap::new() }) })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// What is in the file, and zeros behind its end.
    fn read_file(&mut self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let there = self.file_len.saturating_sub(offset).min(out.len() as u64) as usize;
        out[there..].fill(0);
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(&mut out[..there])
    }
}

/// The pages that `len` bytes from `offset` on touch: each with the part of it, and of the bytes.
fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, Range<usize>, Range<usize>)> {
    let end = offset + len as u64;
    (offset / PAGE_BYTES..end.div_ceil(PAGE_BYTES)).map(move |page| {
        let (first, last) = (offset.max(page * PAGE_BYTES), end.min((page + 1) * PAGE_BYTES));
        let within = (first - page * PAGE_BYTES) as usize..(last - page * PAGE_BYTES) as usize;
        (page, within, (first - offset) as usize..(last - offset) as usize)
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> Result<u64, Error> {
        Ok(self.lock().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let mut inner = self.lock();
        if offset + out.len() as u64 > inner.len {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        inner.read_file(offset, out)?;
        for (page, within, part) in parts(offset, out.len()) {
            if let Some(bytes) = inner.pages.get(&page) {
                out[part].copy_from_slice(&bytes[within]);
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        let mut inner = self.lock();
        if len < inner.len {
            inner.file_len = inner.file_len.min(len);
            inner.pages.retain(|page, _| page * PAGE_BYTES < len);
            let cut = (len % PAGE_BYTES) as usize;
            if let Some(bytes) = inner.pages.get_mut(&(len / PAGE_BYTES)) {
                bytes[cut..].fill(0);
            }
        }
        inner.len = len;
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Error> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let mut inner = self.lock();
        for (page, within, part) in parts(offset, data.len()) {
            let mut bytes = match inner.pages.remove(&page) {
                Some(bytes) => bytes,
                None => {
                    let mut bytes = vec![0; PAGE_BYTES as usize];
                    inner.read_file(page * PAGE_BYTES, &mut bytes)?;
                    bytes
                }
            };
            bytes[within].copy_from_slice(&data[part]);
            inner.pages.insert(page, bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn it_reads_like_a_file_and_leaves_the_file_alone() {
        let mut file = tempfile::tempfile().unwrap();
        let mut model: Vec<u8> = (0..20_000_u32).map(|n| n as u8).collect();
        file.write_all(&model).unwrap();
        let overlay = Overlay::over(file.try_clone().unwrap()).unwrap();
        for (step, (offset, len)) in [(4000, 300), (0, 1), (8192, 4096), (19_000, 900)].into_iter().enumerate() {
            let data = vec![step as u8; len];
            overlay.write(offset as u64, &data).unwrap();
            model[offset..offset + len].copy_from_slice(&data);
        }
        overlay.set_len(9000).unwrap();
        overlay.set_len(30_000).unwrap();
        model.truncate(9000);
        model.resize(30_000, 0);
        let mut read = vec![9; 30_000];
        overlay.read(0, &mut read).unwrap();
        assert!(read == model);
        overlay.read(8100, &mut read[..1000]).unwrap();
        assert_eq!(read[..1000], model[8100..9100]);
        assert!(overlay.read(29_999, &mut [0; 2]).is_err());
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        assert!(bytes.iter().enumerate().all(|(at, &byte)| byte == at as u8) && bytes.len() == 20_000);
    }
}
