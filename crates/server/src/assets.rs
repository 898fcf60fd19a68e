//! The web app: files in the program, or of a directory, packed where they were when it was built.

use axum::body::Bytes;
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

/// How the bytes of a file are kept, and sent to whoever takes them so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As they are.
    Plain,
    /// As gzip (RFC 1952).
    Gzip,
}

/// A file of the web app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its bytes, as they are kept.
    pub bytes: Bytes,
    /// How they are kept.
    pub packing: Packing,
    /// Its media type.
    pub media_type: &'static str,
    /// Whether its name changes with its bytes, so that it may be kept for ever.
    pub is_immutable: bool,
}

impl Asset {
    /// Its bytes for those who take nothing packed. An error where they are not what [`Asset::packing`] says.
    pub fn unpacked(&self) -> io::Result<Bytes> {
        match self.packing {
            Packing::Plain => Ok(self.bytes.clone()),
            Packing::Gzip => {
                let mut bytes = Vec::new();
                GzDecoder::new(&self.bytes[..]).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
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
            bytes: page.into(),
            packing: Packing::Plain,
            media_type: "text/html; charset=utf-8",
            is_immutable: false,
        })
    }
}

/// The files of the built web app, all in memory: a megabyte or a few.
#[derive(Clone, Debug, Default)]
pub struct AppFiles {
    files: BTreeMap<String, (Packing, Bytes)>,
}

impl AppFiles {
    /// Files that are part of the program: each with its path and how its bytes are kept.
    pub fn embedded(files: &[(&str, Packing, &'static [u8])]) -> Self {
        let kept = |&(path, packing, bytes): &(&str, _, _)| (path.to_owned(), (packing, Bytes::from_static(bytes)));
        Self { files: files.iter().map(kept).collect() }
    }

    /// All files below `dir`, as they are now. Links are not followed out of it, hidden files left out. Where `NAME.gz` beside a
    /// file holds just what the file does, it is kept in its place.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let mut app = Self::default();
        app.read_below(dir, "")?;
        app.take_companions();
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
                self.files.insert(path, (Packing::Plain, std::fs::read(entry.path())?.into()));
            }
        }
        Ok(())
    }

    /// One that holds something else was packed from another build: the file itself is what was meant.
    fn take_companions(&mut self) {
        let is_packed = |path: &&String| path.strip_suffix(".gz").is_some_and(|plain| self.files.contains_key(plain));
        for path in self.files.keys().filter(is_packed).cloned().collect::<Vec<_>>() {
            let (_, packed) = self.files.remove(&path).expect("just found");
            let file = self.files.get_mut(path.trim_end_matches(".gz")).expect("just found");
            if holds(&packed, &file.1) {
                *file = (Packing::Gzip, packed);
            }
        }
    }

    /// Whether the page that everything begins with is there.
    pub fn has_page(&self) -> bool {
        self.files.contains_key("index.html")
    }
}

/// Whether unpacking gives these bytes, and nothing besides; however much it would give.
fn holds(packed: &[u8], bytes: &[u8]) -> bool {
    let mut unpacked = Vec::with_capacity(bytes.len() + 1);
    let read = GzDecoder::new(packed).take(bytes.len() as u64 + 1).read_to_end(&mut unpacked);
    read.is_ok() && unpacked == bytes
}

impl Assets for AppFiles {
    fn get(&self, path: &str) -> Option<Asset> {
        let (packing, bytes) = self.files.get(path)?.clone();
        // The bundler puts a hash into the names of what lies here, and of nothing else.
        Some(Asset { bytes, packing, media_type: media_type(path), is_immutable: path.starts_with("assets/") })
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
    use std::io::Write;

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

    #[test]
    fn a_companion_is_kept_in_the_place_of_its_file_if_it_holds_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let gzip = |text: &str| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let put = |path: &str, bytes: &[u8]| std::fs::write(dir.path().join(path), bytes).unwrap();
        for name in ["same.js", "stale.js", "broken.js", "cut.js", "longer.js"] {
            put(name, b"now");
        }
        put("same.js.gz", &gzip("now"));
        put("stale.js.gz", &gzip("old"));
        put("broken.js.gz", b"no gzip");
        put("cut.js.gz", &gzip("now")[..12]);
        put("longer.js.gz", &gzip("now and then"));
        put("alone.tar.gz", &gzip("a file by itself"));
        let app = AppFiles::read(dir.path()).unwrap();
        for (path, packing) in [
            ("same.js", Packing::Gzip),
            ("stale.js", Packing::Plain),
            ("broken.js", Packing::Plain),
            ("cut.js", Packing::Plain),
            ("longer.js", Packing::Plain),
        ] {
            let asset = app.get(path).unwrap();
            assert_eq!((asset.packing, &asset.unpacked().unwrap()[..]), (packing, &b"now"[..]), "{path}");
            assert_eq!(asset.media_type, "text/javascript; charset=utf-8");
            assert_eq!(app.get(&format!("{path}.gz")), None, "a companion is no file of the app");
        }
        assert_eq!(app.get("alone.tar.gz").unwrap().packing, Packing::Plain);
        assert_eq!(app.get("alone.tar"), None);
    }

    #[test]
    fn what_is_not_packed_as_it_says_is_an_error() {
        let app = AppFiles::embedded(&[("a.js", Packing::Gzip, b"no gzip")]);
        assert!(app.get("a.js").unwrap().unpacked().is_err());
    }
}
