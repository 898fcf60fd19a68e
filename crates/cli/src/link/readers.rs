//! Whether anybody has looked at what was written into the file.
//!
//! A program that saves without having looked began from the text before. Linux tells of every opening of
//! a file; other systems do not.

use std::path::Path;

/// Counts who opens one file, whatever its name becomes.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub struct Readers {
    events: std::os::fd::OwnedFd,
    watched: Option<Watched>,
}

#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Watched {
    number: i32,
    inode: u64,
    opened: u32,
    /// How often it was opened to be written, and closed.
    written: u32,
    /// How often this program opened it.
    own: u32,
}

#[cfg(target_os = "linux")]
impl Readers {
    /// Counts nothing yet; none where the system does not tell.
    pub fn new() -> Option<Self> {
        use rustix::fs::inotify::{CreateFlags, init};
        Some(Self { events: init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok()?, watched: None })
    }

    /// Counts from now on who opens the file at `path`, which has the number `inode`.
    pub fn watch(&mut self, path: &Path, inode: u64) {
        use rustix::fs::inotify::{WatchFlags, add_watch, remove_watch};
        if let Some(watched) = self.watched.take() {
            // The file may be gone, and its watch with it.
            let _ = remove_watch(&self.events, watched.number);
        }
        let number = add_watch(&self.events, path, WatchFlags::OPEN | WatchFlags::CLOSE_WRITE);
        self.watched = number.ok().map(|number| Watched { number, inode, opened: 0, written: 0, own: 0 });
    }

    /// This program opened the file with this number.
    pub fn opened_here(&mut self, inode: u64) {
        if let Some(watched) = self.watched.as_mut().filter(|watched| watched.inode == inode) {
            watched.own += 1;
        }
    }

    /// Whether anybody else opened it, other than to write.
    pub fn any(&mut self) -> Option<bool> {
        use rustix::fs::inotify::{ReadFlags, Reader};
        let watched = self.watched.as_mut()?;
        let mut space = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.events, &mut space);
        loop {
            match reader.next() {
                Ok(event) if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => {
                    self.watched = None;
                    return None;
                }
                Ok(event) if event.wd() == watched.number => {
                    watched.opened += u32::from(event.events().contains(ReadFlags::OPEN));
                    watched.written += u32::from(event.events().contains(ReadFlags::CLOSE_WRITE));
                }
                Ok(_) => {}
                Err(rustix::io::Errno::AGAIN) => return Some(watched.opened > watched.own + watched.written),
                Err(_) => return None,
            }
        }
    }
}

/// Counts nothing.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub struct Readers {}

#[cfg(not(target_os = "linux"))]
impl Readers {
    /// None: the system does not tell.
    pub fn new() -> Option<Self> {
        None
    }

    /// Counts nothing.
    pub fn watch(&mut self, _: &Path, _: u64) {}

    /// Counts nothing.
    pub fn opened_here(&mut self, _: u64) {}

    /// Nobody knows.
    pub fn any(&mut self) -> Option<bool> {
        None
    }
}
