//! A file and a document kept equal: what to do, in which order, and what a kill in between leaves.
//!
//! ```text
//! editor saves ─► look: the file differs from the base ─► save: what changed since the base becomes an
//!                 action that has seen the base ─► on disk ─► the base is what was saved
//! others write ─► write: stage the text ─► note "from base to version" ─► the file is still the base?
//!                 ─► swap ─► what came out is still the base? ─► note it ─► the base is that version
//! ```
//!
//! Killed before the append: the file still differs from the base, and is looked at again. Killed after
//! it: the base includes what was written, see [`super::record`]. Killed while writing: the note, the
//! file and the stage tell together whether the two have changed places; what else is found in either
//! was saved by somebody and is taken in, or kept under another name.
//!
//! An editor that saves just after others' changes were written into the file has not read them, and
//! neither has one that saves while nobody has opened the file since. It may have begun from a text
//! before, and did so where that is nearer to what it saved. Whoever has looked and deletes others' words
//! means it.
//!
//! A note is written in many ways: the file keeps its author's, which nothing but the file knows. So what is made of a
//! version after a kill is compared with the file by what it says. What cannot be parsed, such as JSON that is half
//! written, is left alone until it can.

use super::disk::{Contents, Disk, Stamp};
use super::form;
use super::notice::Notice;
use super::record::{Record, Shelf, Writing};
use super::save::{save, size};
use super::settle::Settle;
use super::text_file::TextFile;
use motet::{Document, VersionVector};
use server::{DocumentType, HubDocument, HubError, StoredDocument};
use std::io;

/// The time between two writes into the file: editors that show it read it again each time.
const WRITE_PAUSE_MS: u64 = 150;

/// The time for which a save may have begun from a text that was replaced in the file.
const STALE_MS: u64 = 2_000;

/// How many texts are remembered from which a save may have begun.
const FORMER_MAX: usize = 16;

/// Why linking stopped. Beginning again goes on from where it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindingError {
    /// The file, or what is beside it.
    #[error(transparent)]
    Disk(#[from] io::Error),
    /// The own store.
    #[error(transparent)]
    Store(#[from] HubError),
}

/// The time after a write into the file after which it is read once more: a save in the same moment may
/// look like what was written.
const RECHECK_MS: u64 = 100;

/// What is known of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    /// It must be read.
    Unknown,
    /// It holds the text of the base.
    Base(Stamp),
    /// It is not there.
    Missing,
    /// It holds what cannot be taken in, and stays as it is.
    Unreadable(Stamp),
}

impl File {
    fn stamp(self) -> Option<Stamp> {
        match self {
            Self::Base(stamp) | Self::Unreadable(stamp) => Some(stamp),
            Self::Unknown | Self::Missing => None,
        }
    }
}

/// A version, and what a file holds of it.
#[derive(Clone, Debug)]
struct Held {
    version: VersionVector,
    text: String,
}

impl Held {
    fn at(version: &VersionVector, document: &Document) -> Result<Self, HubError> {
        Ok(Self { version: version.clone(), text: form::text_at(document, version)? })
    }

    /// Whether a file says this, in whatever form.
    fn is_said_in(&self, contents: &Contents, document_type: DocumentType) -> bool {
        match contents {
            Contents::Whole(_, bytes) => TextFile::decode(bytes.clone())
                .is_ok_and(|file| file.text == self.text || form::is_same(document_type, &file.text, &self.text)),
            Contents::Missing | Contents::Moving | Contents::TooLong(_) => false,
        }
    }

    fn is_in(&self, contents: &Contents) -> bool {
        match contents {
            Contents::Whole(_, bytes) => TextFile::decode(bytes.clone()).is_ok_and(|file| file.text == self.text),
            Contents::Missing | Contents::Moving | Contents::TooLong(_) => false,
        }
    }
}

/// A file bound to a document.
pub struct Binding<D> {
    disk: D,
    shelf: Shelf,
    record: Record,
    document_type: DocumentType,
    file: File,
    has_mark: bool,
    base: Held,
    /// Whether somebody may have read the base without being noticed, as whoever saved it has.
    may_be_read: bool,
    /// What the file held since somebody last saved, and until when a save may begin there; the last one
    /// for as long as nobody has read what replaced it.
    former: Vec<(Held, u64)>,
    /// Until when somebody who had the file open may write to what was taken out of it.
    tend_ms: u64,
    /// What the last write took out of the file is staged, and looked like this: somebody who had it open
    /// may still write to it.
    displaced: Option<Stamp>,
    settle: Settle,
    /// Whether the file was never looked at.
    is_fresh: bool,
    /// Whether the file is missing and wanted.
    must_make: bool,
    /// When to read the file although it looks as it did.
    recheck_ms: Option<u64>,
    /// When the file may be written to again.
    write_ms: u64,
    /// When to tick next, if nothing happens.
    wake_ms: Option<u64>,
    notices: Vec<Notice>,
}

impl<D: Disk> Binding<D> {
    /// Binds the file anew: it holds, or is about to get, the text of `version`.
    pub fn begin(disk: D, mut shelf: Shelf, version: VersionVector, document: &Document) -> Result<Self, BindingError> {
        let record = Record { base: version, ..Record::default() };
        shelf.keep(&record)?;
        Self::with(disk, shelf, record, document)
    }

    /// Goes on with what the record says, whatever happened to the process that wrote it.
    pub fn resume(
        disk: D,
        shelf: Shelf,
        record: Record,
        document: &Document,
        now_ms: u64,
    ) -> Result<Self, BindingError> {
        let mut binding = Self::with(disk, shelf, record, document)?;
        binding.recover(document, now_ms)?;
        Ok(binding)
    }

    fn with(disk: D, shelf: Shelf, record: Record, document: &Document) -> Result<Self, BindingError> {
        let base = Held::at(&record.base_in(document), document)?;
        Ok(Self {
            disk,
            shelf,
            record,
            document_type: DocumentType::of(document),
            file: File::Unknown,
            has_mark: false,
            base,
            may_be_read: true,
            former: Vec::new(),
            tend_ms: 0,
            displaced: None,
            settle: Settle::default(),
            is_fresh: true,
            must_make: false,
            recheck_ms: None,
            write_ms: 0,
            wake_ms: None,
            notices: Vec::new(),
        })
    }

    /// Finds out what became of a write that may not have been finished.
    fn recover(&mut self, document: &Document, now_ms: u64) -> Result<(), BindingError> {
        let Some(writing) = self.record.writing.clone() else { return Ok(self.disk.unstage()?) };
        let (from, to) = (Held::at(&writing.from, document)?, Held::at(&writing.to, document)?);
        let (staged, file) = (self.disk.read_staged()?, self.disk.read()?);
        let is_in = |held: &Held, contents: &Contents| held.is_said_in(contents, self.document_type);
        let is_foreign = staged != Contents::Missing && !is_in(&from, &staged) && !is_in(&to, &staged);
        let is_written = is_in(&to, &file) || !is_in(&to, &staged);
        let is_swapped_back = is_foreign && is_in(&to, &file) && !writing.is_done;
        if is_swapped_back {
            // What came out of the file was saved just then: it goes back in, and the write never was.
            self.disk.swap()?;
        } else if is_foreign {
            let path = self.disk.keep_staged()?;
            self.notices.push(Notice::Kept(path));
        }
        if !is_swapped_back {
            if !writing.is_done && is_written {
                self.record.base = writing.to;
                self.base = to;
            }
            self.former.push((from, now_ms + STALE_MS));
        }
        self.record.writing = None;
        self.shelf.keep(&self.record)?;
        Ok(self.disk.unstage()?)
    }

    /// Brings the file and the document nearer to each other. `is_whole` is false while more of the
    /// document is on its way: then the file waits. Returns what a person may want to know.
    pub fn tick(
        &mut self,
        document: &mut StoredDocument,
        now_ms: u64,
        is_whole: bool,
        time: i64,
    ) -> Result<Vec<Notice>, BindingError> {
        self.wake_ms = None;
        self.know_type(document.replica().document())?;
        self.tend_stage(now_ms)?;
        if self.look(document, now_ms, time)? && is_whole {
            self.write(document, now_ms)?;
        }
        Ok(std::mem::take(&mut self.notices))
    }

    /// A document into which nothing was written becomes what its first write makes it.
    fn know_type(&mut self, document: &Document) -> Result<(), BindingError> {
        let found = DocumentType::of(document);
        if found != self.document_type {
            self.document_type = found;
            self.base = Held::at(&self.base.version, document)?;
            self.former.clear();
            self.file = File::Unknown;
        }
        Ok(())
    }

    /// When to tick at the latest although nothing happened, if ever.
    pub fn wake_ms(&self) -> Option<u64> {
        self.wake_ms
    }

    /// Leaves nothing lying about: what the last write took out of the file goes, unless somebody has
    /// written to it since. Then the next run finds it.
    pub fn finish(mut self) -> Result<(), BindingError> {
        if self.displaced.is_some() && self.disk.staged_stamp()? == self.displaced {
            self.disk.unstage()?;
        }
        Ok(())
    }

    fn wake_at(&mut self, ms: u64) {
        self.wake_ms = Some(self.wake_ms.map_or(ms, |wake_ms| wake_ms.min(ms)));
    }

    /// Takes in what the file holds, if that is news. Whether the file is at rest.
    fn look(&mut self, document: &mut StoredDocument, now_ms: u64, time: i64) -> Result<bool, BindingError> {
        let stamp = self.disk.stamp()?;
        if self.recheck_ms.is_some_and(|recheck_ms| recheck_ms <= now_ms) {
            self.file = File::Unknown;
        }
        if self.file != File::Unknown && stamp == self.file.stamp() {
            self.recheck_ms.into_iter().for_each(|ms| self.wake_at(ms));
            return Ok(true);
        }
        if !(self.is_fresh && stamp.is_none())
            && let Err(rest_ms) = self.settle.look(stamp, now_ms)
        {
            self.wake_at(rest_ms);
            return Ok(false);
        }
        self.recheck_ms = None;
        match self.disk.read()? {
            Contents::Moving => {
                self.wake_at(now_ms + 1);
                return Ok(false);
            }
            Contents::Missing => {
                if matches!(self.file, File::Base(_) | File::Unreadable(_)) {
                    self.notices.push(Notice::Gone);
                }
                self.must_make |= self.is_fresh;
                self.file = File::Missing;
            }
            Contents::TooLong(stamp) => {
                self.file = File::Unreadable(stamp);
                self.notices.push(Notice::TooLong(stamp.len));
            }
            Contents::Whole(stamp, bytes) => match TextFile::decode(bytes) {
                Ok(file) => self.take(document, stamp, file, now_ms, time)?,
                Err(error) => {
                    self.file = File::Unreadable(stamp);
                    self.notices.push(Notice::NotText(error.0));
                }
            },
        }
        self.is_fresh = false;
        Ok(true)
    }

    fn take(
        &mut self,
        document: &mut StoredDocument,
        stamp: Stamp,
        file: TextFile,
        now_ms: u64,
        time: i64,
    ) -> Result<(), BindingError> {
        self.has_mark = file.has_mark;
        self.must_make = false;
        let problem = match form::problem(self.document_type, &file.text) {
            _ if file.text == self.base.text => None,
            Some(problem) => Some(problem),
            None => self.take_in(document, file.text, now_ms, time)?,
        };
        // What cannot be taken in stays as it is until somebody saves it again.
        self.file = if problem.is_none() { File::Base(stamp) } else { File::Unreadable(stamp) };
        self.notices.extend(problem.map(Notice::Unsaved));
        Ok(())
    }

    /// Saves what somebody made of the file into the document. Returns why that is not possible, if it is not.
    fn take_in(
        &mut self,
        document: &mut StoredDocument,
        text: String,
        now_ms: u64,
        time: i64,
    ) -> Result<Option<String>, BindingError> {
        let base = self.begun_from(&text, now_ms);
        let is_news = !form::is_same(self.document_type, &base.text, &text);
        self.record.writers.insert(document.replica().document().replica());
        self.record.base = base.version.clone();
        // What is written now is no part of what the file held before.
        self.record.writing = None;
        self.shelf.keep(&self.record)?;
        let saved = save(document.replica_mut(), self.document_type, &base.version, (&base.text, &text), time);
        document.sync()?;
        self.may_be_read = true;
        self.former.clear();
        match saved {
            Ok((version, size)) => {
                self.base = Held { version, text };
                // The same in another form is nobody's news.
                self.notices.extend(is_news.then_some(Notice::Saved(size)));
                Ok(None)
            }
            Err(error) => {
                self.base = base;
                Ok(Some(error.to_string()))
            }
        }
    }

    /// The text from which somebody made `text`: the nearest of those from which they may have begun.
    fn begun_from(&mut self, text: &str, now_ms: u64) -> Held {
        let is_unread = self.is_unread();
        let last = self.former.len().saturating_sub(1);
        let may_begin = |(at, (_, until_ms)): &(usize, &(Held, u64))| now_ms < *until_ms || (is_unread && *at == last);
        let former = self.former.iter().enumerate().filter(may_begin).map(|(_, (held, _))| held);
        // Of two that are equally near, the later.
        let all = former.chain([&self.base]).rev();
        let text = form::canonical(self.document_type, text);
        let distance = |held: &&Held| size(&form::canonical(self.document_type, &held.text), &text).sum();
        all.min_by_key(distance).expect("the base is one").clone()
    }

    /// Whether it is certain that nobody has read the base.
    fn is_unread(&mut self) -> bool {
        !self.may_be_read && self.disk.was_read() == Some(false)
    }

    /// The file holds `news` now, written here; somebody may still begin from what it held before.
    fn move_on(&mut self, news: Held, is_unread: bool, now_ms: u64) {
        let base = std::mem::replace(&mut self.base, news);
        self.may_be_read = false;
        if !is_unread {
            self.former.push((base, now_ms + STALE_MS));
        }
        if self.former.len() > FORMER_MAX {
            self.former.remove(0);
        }
    }

    /// Writes the text of the document into the file, if that is news there.
    fn write(&mut self, document: &StoredDocument, now_ms: u64) -> Result<(), BindingError> {
        let version = document.version();
        if matches!(self.file, File::Unreadable(_)) || (version == self.base.version && !self.must_make) {
            return Ok(());
        }
        if now_ms < self.write_ms {
            self.wake_at(self.write_ms);
            return Ok(());
        }
        let text = form::news(document.replica().document(), self.document_type, &self.base.text)?;
        if text == self.base.text && !self.must_make {
            self.base.version = version;
            return Ok(());
        }
        self.write_ms = now_ms + WRITE_PAUSE_MS;
        let news = Held { version, text };
        let is_unread = self.is_unread();
        let stamp = self.stage(&news)?;
        let is_written =
            if self.file == File::Missing { self.place(&news, stamp)? } else { self.replace(&news, stamp, now_ms)? };
        if is_written {
            self.move_on(news, is_unread, now_ms);
        } else {
            // Somebody was faster: theirs is looked at first.
            self.may_be_read = true;
            self.file = File::Unknown;
            self.wake_at(now_ms + 1);
        }
        Ok(())
    }

    /// Looks after what the last write took out of the file: somebody who had it open may have written to
    /// it since, and means the file.
    fn tend_stage(&mut self, now_ms: u64) -> Result<(), BindingError> {
        let Some(displaced) = self.displaced else { return Ok(()) };
        let is_written = self.disk.staged_stamp()?.is_some_and(|stamp| stamp != displaced);
        if !is_written && now_ms < self.tend_ms {
            self.wake_at(self.tend_ms);
            return Ok(());
        }
        self.displaced = None;
        if !is_written {
            return Ok(self.disk.unstage()?);
        }
        if let Some((_, until_ms)) = self.former.last_mut() {
            *until_ms = now_ms + STALE_MS;
        }
        self.file = File::Unknown;
        self.disk.swap()?;
        if !self.base.is_in(&self.disk.read_staged()?) {
            let path = self.disk.keep_staged()?;
            self.notices.push(Notice::Kept(path));
        }
        Ok(self.disk.unstage()?)
    }

    fn stage(&mut self, news: &Held) -> Result<Stamp, BindingError> {
        self.displaced = None;
        let file = TextFile { has_mark: self.has_mark, text: news.text.clone() };
        let stamp = self.disk.stage(&file.encode())?;
        let (from, to) = (self.base.version.clone(), news.version.clone());
        self.record.base = from.clone();
        self.record.writing = Some(Writing { from, to, is_done: false });
        self.shelf.keep(&self.record)?;
        Ok(stamp)
    }

    fn place(&mut self, news: &Held, stamp: Stamp) -> Result<bool, BindingError> {
        match self.disk.place() {
            Ok(()) => {
                self.record.base = news.version.clone();
                self.record.writing = None;
                self.shelf.keep(&self.record)?;
                self.must_make = false;
                self.file = File::Base(stamp);
                self.notices.push(Notice::Made);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.give_up()?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn replace(&mut self, news: &Held, stamp: Stamp, now_ms: u64) -> Result<bool, BindingError> {
        if !self.base.is_in(&self.disk.read()?) {
            self.give_up()?;
            return Ok(false);
        }
        match self.disk.swap() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.give_up()?;
                return Ok(false);
            }
            swapped => swapped?,
        }
        let staged = self.disk.read_staged()?;
        if !self.base.is_in(&staged) {
            self.swap_back(news)?;
            return Ok(false);
        }
        self.record.base = news.version.clone();
        self.record.writing.as_mut().expect("just staged").is_done = true;
        self.shelf.keep(&self.record)?;
        let size = size(&self.base.text, &news.text);
        self.displaced = staged.stamp();
        self.tend_ms = now_ms + STALE_MS;
        self.file = File::Base(stamp);
        self.recheck_ms = Some(now_ms + RECHECK_MS);
        self.notices.push(Notice::Written(size));
        Ok(true)
    }

    /// What came out of the file is not what was to be replaced: somebody saved at that moment. It goes
    /// back in; what was written meanwhile over what we had written is kept beside it.
    fn swap_back(&mut self, news: &Held) -> Result<(), BindingError> {
        self.disk.swap()?;
        if !news.is_in(&self.disk.read_staged()?) {
            let path = self.disk.keep_staged()?;
            self.notices.push(Notice::Kept(path));
        }
        self.give_up()
    }

    fn give_up(&mut self) -> Result<(), BindingError> {
        self.disk.unstage()?;
        self.record.writing = None;
        Ok(self.shelf.keep(&self.record)?)
    }
}

#[cfg(test)]
mod tests;
