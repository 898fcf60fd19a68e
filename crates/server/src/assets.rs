//! The web app, as files in the program.

use std::borrow::Cow;

/// A file of the web app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: &'static str,
    /// Whether its name changes with its bytes, so that it may be kept for ever.
    pub is_immutable: bool,
}

/// Where the files come from. Paths have no leading slash and are looked up, never opened.
pub trait Assets: Send + Sync {
    /// The file at `path`, if there is one.
    fn get(&self, path: &str) -> Option<Asset>;
}

/// A server without the web app.
#[derive(Clone, Copy, Debug)]
pub struct NoApp;

impl Assets for NoApp {
    fn get(&self, path: &str) -> Option<Asset> {
        let page =
            "<!doctype html><meta charset=utf-8><title>Motet</title><p>This server was built without the web app.";
        (path == "index.html").then_some(Asset {
            bytes: page.as_bytes().into(),
            media_type: "text/html; charset=utf-8",
            is_immutable: false,
        })
    }
}
