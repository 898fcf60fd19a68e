//! Files in a document: most engines keep their bytes as values, Motet beside what happened, by their hash.

use super::Peer;

/// A document that files are put into.
pub trait Files: Peer {
    /// Puts a file into the document under a name; false where the engine has no place for one.
    fn put(&mut self, name: &str, bytes: &[u8]) -> bool;
    /// The bytes of a file.
    fn file(&mut self, name: &str) -> Option<Vec<u8>>;
    /// Everything that happened, and all files, for another member.
    fn all(&mut self) -> Vec<u8> {
        self.whole()
    }
    /// Takes in what [`Files::all`] wrote.
    fn take_all(&mut self, message: &[u8]) {
        self.apply(message);
    }
}
