//! What linking does with the file, one step at a time.

use std::io;
use std::path::PathBuf;

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The file's number, where the system has such.
    pub inode: u64,
    /// Its length in bytes.
    pub len: u64,
    /// When it was written, in nanoseconds since 1970.
    pub modified_ns: i128,
}

/// What reading found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// No file.
    Missing,
    /// It was written to meanwhile: to be read again.
    Moving,
    /// It is longer than a linked file may be.
    TooLong(Stamp),
    /// All of it.
    Whole(Stamp, Vec<u8>),
}

impl Contents {
    /// What tells them from others.
    pub fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Missing | Self::Moving => None,
            Self::TooLong(stamp) | Self::Whole(stamp, _) => Some(*stamp),
        }
    }
}

/// The linked file, and a second one beside it: the *stage*. What is to become the file is staged whole
/// and synced, and then the two change places in one step, so that whatever stood in the file at that
/// moment is not overwritten but staged.
pub trait Disk {
    /// The file's stamp; none where there is no file.
    fn stamp(&mut self) -> io::Result<Option<Stamp>>;

    /// The file's contents.
    fn read(&mut self) -> io::Result<Contents>;

    /// Writes the stage, with the rights that the file has, synced. Returns the stamp that the file will
    /// have with it.
    fn stage(&mut self, bytes: &[u8]) -> io::Result<Stamp>;

    /// The stage's stamp; none where nothing is staged.
    fn staged_stamp(&mut self) -> io::Result<Option<Stamp>>;

    /// The stage's contents.
    fn read_staged(&mut self) -> io::Result<Contents>;

    /// The file and the stage change places, durably.
    fn swap(&mut self) -> io::Result<()>;

    /// The stage becomes the file, durably; fails with `AlreadyExists` where there is a file.
    fn place(&mut self) -> io::Result<()>;

    /// Whether anybody else has opened what the last stage put into the file, other than to write it
    /// anew; none where that cannot be told.
    fn was_read(&mut self) -> Option<bool>;

    /// Removes the stage, where there is one.
    fn unstage(&mut self) -> io::Result<()>;

    /// Gives the stage a name of its own beside the file, for a person to look at.
    fn keep_staged(&mut self) -> io::Result<PathBuf>;
}
