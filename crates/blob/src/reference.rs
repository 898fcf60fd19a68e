//! What a document says of a blob.

use crate::BlobHash;
use crate::limits::{BLOB_BYTES_MAX, IMAGE_SIDE_MAX, MEDIA_TYPE_BYTES_MAX};
use std::fmt;
use std::str::FromStr;

/// A blob as a document names it: enough to draw a placeholder before the bytes arrive. Only the hash and
/// the length are verified with the bytes; the rest is what the author said.
///
/// Invariant: `len` and both sides of `size` are within the [limits](crate::limits), no side is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRef {
    hash: BlobHash,
    len: u64,
    media_type: MediaType,
    size: Option<(u32, u32)>,
}

/// Why something is no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlobRefError {
    /// The blob would be too long.
    #[error("a blob of {0} bytes is longer than {BLOB_BYTES_MAX}")]
    Length(u64),
    /// The image would have no or too many pixels.
    #[error("an image of {0} by {1} pixels: each side has 1 to {IMAGE_SIDE_MAX}")]
    Size(u32, u32),
}

impl BlobRef {
    /// A reference to a blob of `len` bytes; `size` is width and height in pixels where it is an image.
    pub fn new(
        hash: BlobHash,
        len: u64,
        media_type: MediaType,
        size: Option<(u32, u32)>,
    ) -> Result<Self, BlobRefError> {
        if len > BLOB_BYTES_MAX {
            return Err(BlobRefError::Length(len));
        }
        if let Some((width, height)) = size.filter(|&(width, height)| !is_side(width) || !is_side(height)) {
            return Err(BlobRefError::Size(width, height));
        }
        Ok(Self { hash, len, media_type, size })
    }

    /// Its name.
    pub fn hash(&self) -> BlobHash {
        self.hash
    }

    /// Its length in bytes.
    pub fn byte_len(&self) -> u64 {
        self.len
    }

    /// What its author said that it is.
    pub fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// Width and height in pixels, where it is an image.
    pub fn image_size(&self) -> Option<(u32, u32)> {
        self.size
    }
}

/// Whether an image may have a side of so many pixels.
pub(crate) fn is_side(pixels: u32) -> bool {
    (1..=IMAGE_SIDE_MAX).contains(&pixels)
}

/// A media type without parameters, such as `image/png`, in lower case.
///
/// Invariant: two names of RFC 6838, section 4.2, and a slash between.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(String);

/// A text that is no media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a media type is like image/png: lower case, no parameters, at most {MEDIA_TYPE_BYTES_MAX} bytes")]
pub struct MediaTypeError;

impl MediaType {
    /// What is said of bytes of which nothing is known.
    pub fn unknown() -> Self {
        Self("application/octet-stream".to_owned())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MediaType {
    type Err = MediaTypeError;

    fn from_str(text: &str) -> Result<Self, MediaTypeError> {
        let halves = text.split_once('/').filter(|_| text.len() <= MEDIA_TYPE_BYTES_MAX);
        match halves {
            Some((kind, subtype)) if is_name(kind) && is_name(subtype) => Ok(Self(text.to_owned())),
            _ => Err(MediaTypeError),
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.bytes().next().is_some_and(is_letter) && text.bytes().all(|c| is_letter(c) || b"!#$&-^_.+".contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_two_names() {
        for right in ["image/png", "application/vnd.api+json", "model/gltf-binary", "x/y"] {
            assert_eq!(right.parse::<MediaType>().unwrap().as_str(), right);
        }
        let long = format!("a/{}", "b".repeat(MEDIA_TYPE_BYTES_MAX - 1));
        for wrong in ["", "image", "/png", "image/", "Image/png", "a/b/c", "text/html; charset=x", "a/b\r\nc: d", &long]
        {
            assert!(wrong.parse::<MediaType>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_reference_is_within_limits() {
        let make = |len, size| BlobRef::new(BlobHash::of(b""), len, MediaType::unknown(), size);
        assert!(make(BLOB_BYTES_MAX, Some((1, IMAGE_SIDE_MAX))).is_ok());
        assert_eq!(make(BLOB_BYTES_MAX + 1, None), Err(BlobRefError::Length(BLOB_BYTES_MAX + 1)));
        assert_eq!(make(1, Some((0, 5))), Err(BlobRefError::Size(0, 5)));
        assert_eq!(make(1, Some((5, u32::MAX))), Err(BlobRefError::Size(5, u32::MAX)));
    }
}
