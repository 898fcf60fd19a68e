//! The web app: files in the program, or of a directory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

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

/// The files of the built web app, all in memory: a few megabytes.
#[derive(Clone, Debug, Default)]
pub struct AppFiles {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl AppFiles {
    /// Files that are part of the program, by path.
    pub fn embedded(files: &[(&str, &'static [u8])]) -> Self {
        Self { files: files.iter().map(|&(path, bytes)| (path.to_owned(), bytes.into())).collect() }
    }

    /// All files below `dir`, as they are now. Links are not followed out of it, hidden files left out.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let mut app = Self::default();
        app.read_below(dir, "")?;
        Ok(app)
    }

    fn read_below(&mut self, dir: &Path, prefix: &str) -> io::Result<()> {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            let path = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            } else if kind.is_dir() {
                self.read_below(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                self.files.insert(path, std::fs::read(entry.path())?.into());
            }
        }
        Ok(())
    }

    /// Whether the page that everything begins with is there.
    pub fn has_page(&self) -> bool {
        self.files.contains_key("index.html")
    }
}

impl Assets for AppFiles {
    fn get(&self, path: &str) -> Option<Asset> {
        let bytes = self.files.get(path)?.clone();
        // The bundler puts a hash into the names of what lies here, and of nothing else.
        Some(Asset { bytes, media_type: media_type(path), is_immutable: path.starts_with("assets/") })
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_served_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("assets")).unwrap();
        for (path, bytes) in [("index.html", "page"), ("sw.js", "worker"), ("assets/a-1f.wasm", "code"), (".env", "x")]
        {
            std::fs::write(dir.path().join(path), bytes).unwrap();
        }
        let app = AppFiles::read(dir.path()).unwrap();
        assert!(app.has_page());
        let kept = |path: &str| app.get(path).map(|asset| (asset.media_type, asset.is_immutable));
        assert_eq!(kept("index.html"), Some(("text/html; charset=utf-8", false)));
        assert_eq!(kept("sw.js"), Some(("text/javascript; charset=utf-8", false)));
        assert_eq!(kept("assets/a-1f.wasm"), Some(("application/wasm", true)));
        assert_eq!((kept(".env"), kept("../assets/a-1f.wasm"), kept("none")), (None, None, None));
    }
}
