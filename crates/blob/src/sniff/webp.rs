//! The size of a WebP, in each of its three forms. RFC 9649, section 2.

use super::{bytes, little_16};

/// Width and height of a WebP that starts with these bytes.
pub(super) fn size(start: &[u8]) -> Option<(u32, u32)> {
    match start.get(12..16)? {
        b"VP8 " => lossy(start),
        b"VP8L" => lossless(start),
        b"VP8X" => Some((little_24(start, 24)? + 1, little_24(start, 27)? + 1)),
        _ => None,
    }
}

fn lossy(start: &[u8]) -> Option<(u32, u32)> {
    if start.get(23..26)? != [0x9d, 0x01, 0x2a] {
        return None;
    }
    // The two bits above say how it would be scaled.
    Some((little_16(start, 26)? & 0x3fff, little_16(start, 28)? & 0x3fff))
}

fn lossless(start: &[u8]) -> Option<(u32, u32)> {
    if start.get(20) != Some(&0x2f) {
        return None;
    }
    let bits = u32::from_le_bytes(bytes(start, 21)?);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

fn little_24(start: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = bytes(start, at)?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}
