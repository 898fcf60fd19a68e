//! Versions in addresses and JSON.

use crate::limits::VERSION_TEXT_BYTES_MAX;
use clock::VersionVector;

pub use motet::write_version;

/// The version that a text stands for, if it stands for one that is no longer than a request may say.
pub fn read_version(text: &str) -> Option<VersionVector> {
    if text.len() > VERSION_TEXT_BYTES_MAX { None } else { motet::read_version(text) }
}
