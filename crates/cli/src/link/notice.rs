//! What a person who linked a file may want to know.

use super::save::Size;
use serde_json::{Value, json};
use std::fmt;
use std::path::PathBuf;

/// Something that became of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody saved it, and what changed is in the document.
    Saved(Size),
    /// Others' changes were written into it.
    Written(Size),
    /// It was missing and was made.
    Made,
    /// Somebody deleted it.
    Gone,
    /// It is not UTF-8 from this byte on, and was left alone.
    NotText(usize),
    /// It cannot be saved, for this reason, and was left alone.
    Unsaved(String),
    /// It has this many bytes, too many, and was left alone.
    TooLong(u64),
    /// Something that was saved while the file was being written is here.
    Kept(PathBuf),
}

impl Notice {
    /// For programs.
    pub fn json(&self) -> Value {
        let sized =
            |event: &str, size: &Size| json!({ "event": event, "inserted": size.inserted, "removed": size.removed });
        match self {
            Self::Saved(size) => sized("saved", size),
            Self::Written(size) => sized("written", size),
            Self::Made => json!({ "event": "made" }),
            Self::Gone => json!({ "event": "gone" }),
            Self::NotText(at) => json!({ "event": "not-text", "byte": at }),
            Self::Unsaved(why) => json!({ "event": "unsaved", "reason": why }),
            Self::TooLong(len) => json!({ "event": "too-long", "bytes": len }),
            Self::Kept(path) => json!({ "event": "kept", "path": path.display().to_string() }),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Saved(size) => write!(f, "saved here: +{} -{} characters", size.inserted, size.removed),
            Self::Written(size) => {
                write!(f, "others' changes written to the file: +{} -{} characters", size.inserted, size.removed)
            }
            Self::Made => write!(f, "the file was missing: made it with the text of the document"),
            Self::Gone => write!(
                f,
                "the file was deleted. The document stays as it is; the file is made again with its next change"
            ),
            Self::NotText(at) => write!(
                f,
                "the file is not UTF-8 text (byte {at}): it is left alone until it is. Save it as UTF-8 to go on"
            ),
            Self::Unsaved(why) => write!(
                f,
                "the file is not saved: {why}. It is left alone, and others' changes wait, until it is saved again"
            ),
            Self::TooLong(len) => write!(
                f,
                "the file has {len} bytes, {} are allowed: it is left alone until it is shorter",
                super::real::FILE_BYTES_MAX
            ),
            Self::Kept(path) => write!(
                f,
                "two programs wrote the file at the same moment: what one of them wrote is in {}",
                path.display()
            ),
        }
    }
}
