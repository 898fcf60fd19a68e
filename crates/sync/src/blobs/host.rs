//! What an exchange of blobs needs of the side that keeps them.

use blob::{BlobHash, Outline, Pieces};

/// The blobs of one document. Whoever has the document may have the blobs that it names, and no others.
pub trait BlobHost {
    /// A number that grows when the document names more.
    fn names_count(&self) -> usize;

    /// What the document names, is wanted here and is not all here, with the lengths that were said.
    fn lacking(&mut self) -> Vec<(BlobHash, u64)>;

    /// The length of a blob that the document names, and what of it is here; none where nothing is.
    fn pieces(&mut self, hash: &BlobHash) -> Option<(u64, Pieces)>;

    /// The hashes of the pieces of such a blob.
    fn outline(&mut self, hash: &BlobHash) -> Option<Outline>;

    /// A piece of such a blob, where it is here.
    fn piece(&mut self, hash: &BlobHash, at: u32) -> Option<Vec<u8>>;

    /// Makes room for a blob, and says what of it is here; or why there is none.
    fn begin(&mut self, outline: &Outline) -> Result<Pieces, String>;

    /// Keeps a piece that was verified, and says whether the blob is whole and durable with it.
    fn keep(&mut self, hash: &BlobHash, at: u32, bytes: &[u8]) -> Result<bool, String>;
}
