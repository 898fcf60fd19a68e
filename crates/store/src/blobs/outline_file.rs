//! The file of an outline: 8 bytes of name and version, the length of the blob, then the hashes.

use blob::{BlobHash, Outline, outline_len};

/// What an outline begins with. The digit is the version.
const MAGIC: &[u8; 8] = b"motetBO1";
const HEAD_BYTES: usize = 16;

/// The bytes of an outline's file.
pub(super) fn write(outline: &Outline) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(outline.len().to_le_bytes());
    bytes.extend(outline.hashes().as_flattened());
    bytes
}

/// The length of the blob, by the head of the file of `file_len` bytes; nothing where that is no outline.
pub(super) fn read_len(head: &[u8], file_len: u64) -> Option<u64> {
    let rest = head.strip_prefix(MAGIC)?;
    let len = u64::from_le_bytes(*rest.first_chunk()?);
    let is_long = len <= blob::limits::BLOB_BYTES_MAX && file_len == (HEAD_BYTES + 32 * outline_len(len)) as u64;
    is_long.then_some(len)
}

/// The outline of `hash` in a file's bytes; nothing where they are none of it.
pub(super) fn read(hash: &BlobHash, bytes: &[u8]) -> Option<Outline> {
    let len = read_len(bytes, bytes.len() as u64)?;
    let (nodes, rest) = bytes[HEAD_BYTES..].as_chunks();
    Outline::new(*hash, len, nodes.to_vec()).ok().filter(|_| rest.is_empty())
}

/// The most bytes that such a file has.
pub(super) fn file_bytes_max() -> usize {
    HEAD_BYTES + 32 * outline_len(blob::limits::BLOB_BYTES_MAX)
}
