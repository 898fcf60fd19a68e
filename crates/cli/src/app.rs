//! The web app, where it was built before this program was.

use server::{AppFiles, Packing};

include!(concat!(env!("OUT_DIR"), "/app_files.rs"));

/// The files that are part of this program; none where it was built without the app.
pub fn embedded() -> AppFiles {
    AppFiles::embedded(FILES)
}
