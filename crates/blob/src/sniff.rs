//! What the first bytes of a blob say it is: a hint for placeholders and headers, never a promise.
//!
//! Every reader takes one bounded pass over at most [`SNIFF_BYTES_MAX`] bytes, looks at nothing beyond them and
//! gives up where they make no sense.

mod jpeg;
mod svg;
mod webp;

use crate::limits::SNIFF_BYTES_MAX;
use crate::reference::is_side;

/// The kinds of images that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ISO/IEC 15948.
    Png,
    /// ISO/IEC 10918.
    Jpeg,
    /// GIF 87a and 89a.
    Gif,
    /// RFC 9649.
    WebP,
    /// A document that may hold scripts: shown as an image only, never opened.
    Svg,
}

impl Kind {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// What was found out about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// What kind of image.
    pub kind: Kind,
    /// Width and height in pixels, where they were found and are within the limit. A picture that is to be
    /// turned before it is shown (Exif) has the size that it is stored with.
    pub size: Option<(u32, u32)>,
}

/// What image a blob is that starts with these bytes, if it is one of the known kinds. More than
/// [`SNIFF_BYTES_MAX`] bytes are of no use.
pub fn sniff(start: &[u8]) -> Option<Image> {
    let start = &start[..start.len().min(SNIFF_BYTES_MAX)];
    let (kind, size) = if start.starts_with(b"\x89PNG\r\n\x1a\n") {
        (Kind::Png, png_size(start))
    } else if start.starts_with(&[0xff, 0xd8, 0xff]) {
        (Kind::Jpeg, jpeg::size(start))
    } else if start.starts_with(b"GIF87a") || start.starts_with(b"GIF89a") {
        (Kind::Gif, gif_size(start))
    } else if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
        (Kind::WebP, webp::size(start))
    } else {
        (Kind::Svg, svg::size(svg::root(start)?))
    };
    Some(Image { kind, size: size.filter(|&(width, height)| is_side(width) && is_side(height)) })
}

fn png_size(start: &[u8]) -> Option<(u32, u32)> {
    if start.get(12..16)? != b"IHDR" {
        return None;
    }
    Some((big_32(start, 16)?, big_32(start, 20)?))
}

fn gif_size(start: &[u8]) -> Option<(u32, u32)> {
    Some((little_16(start, 6)?, little_16(start, 8)?))
}

fn bytes<const N: usize>(from: &[u8], at: usize) -> Option<[u8; N]> {
    from.get(at..)?.first_chunk().copied()
}

fn big_32(from: &[u8], at: usize) -> Option<u32> {
    bytes(from, at).map(u32::from_be_bytes)
}

fn big_16(from: &[u8], at: usize) -> Option<u32> {
    bytes(from, at).map(u16::from_be_bytes).map(u32::from)
}

fn little_16(from: &[u8], at: usize) -> Option<u32> {
    bytes(from, at).map(u16::from_le_bytes).map(u32::from)
}

#[cfg(test)]
mod tests;
