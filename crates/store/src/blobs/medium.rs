//! What blobs lie on.

use blob::BlobHash;
use std::io;

/// Where a file lies. Each room is a directory, named as here in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Room {
    /// Blobs that are all there, by hash.
    Whole,
    /// Verified pieces at their places, by hash; what is between them is not defined.
    Part,
    /// The hashes of pieces, by hash of the blob.
    Outline,
    /// First bytes, by the hash that they shall have.
    Upload,
    /// What is being written and has no name yet. Emptied when the store is opened.
    Temp,
    /// Empty files that say which document a blob counts for: its id, a dash, the hash.
    Claim,
}

impl Room {
    /// All rooms.
    pub const ALL: [Self; 6] = [Self::Whole, Self::Part, Self::Outline, Self::Upload, Self::Temp, Self::Claim];

    /// The name of its directory.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part => "part",
            Self::Outline => "outline",
            Self::Upload => "upload",
            Self::Temp => "temp",
            Self::Claim => "claim",
        }
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The room that it is in.
    pub room: Room,
    /// Its name there: hexadecimal digits and dashes.
    pub name: String,
}

/// The file of a blob in a room.
pub(super) fn place(room: Room, hash: &BlobHash) -> Place {
    Place { room, name: hash.to_string() }
}

/// A file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub len: u64,
    /// When it was written or touched last, in milliseconds since 1970.
    pub touched_ms: u64,
}

/// Files by name, in rooms.
///
/// What is written or removed may be undone by a power cut, in any part, until [`sync`](Self::sync) or
/// [`rename`](Self::rename) returned for that file.
pub trait Medium: Send + Sync {
    /// What is in a room.
    fn list(&self, room: Room) -> io::Result<Vec<Entry>>;

    /// Reads as much as there is from `offset`, at most to the end of `buffer`, and says how much.
    fn read_at(&self, place: &Place, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`. Makes the file if it is missing.
    fn write_at(&self, place: &Place, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes the bytes and the name of a file durable.
    fn sync(&self, place: &Place) -> io::Result<()>;

    /// Gives a synced file another name, at once and durably; what had that name is gone.
    fn rename(&self, from: &Place, to: &Place) -> io::Result<()>;

    /// Removes a file, if it is there.
    fn remove(&self, place: &Place) -> io::Result<()>;

    /// Notes that a file is wanted now.
    fn touch(&self, place: &Place, now_ms: u64) -> io::Result<()>;
}
