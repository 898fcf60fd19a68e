//! Files packed once, while they are built, as tightly as gzip can be: whoever reads them notices nothing but that it is less.

use crate::tools::{Outcome, target_dir};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::DeflateEncoder;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::{fs, mem};
use zopfli::{BlockType, GzipEncoder, Options};

/// How often zopfli tries again. Five times pack the app into 889 kB in eight seconds; fifteen save 0.2 kB more.
const ITERATIONS: NonZeroU64 = NonZeroU64::new(5).expect("more than nothing");

/// Into how many blocks of codes of their own a file is divided: with 15, as zopfli does unasked, the engine is 1.3 kB larger.
const BLOCKS_MAX: u16 = 60;

/// What a file must have for it to be worth a companion: below this it fits into a packet or two either way.
const BYTES_MIN: usize = 1_000;

/// What is text or like it. Pictures and fonts come packed.
const KINDS: [&str; 10] = ["css", "html", "js", "json", "mjs", "svg", "txt", "wasm", "webmanifest", "xml"];

/// What was packed, by content, so that nothing is packed twice.
pub struct Packer {
    folder: PathBuf,
    used: BTreeSet<PathBuf>,
}

impl Packer {
    /// The one that remembers in the target folder.
    pub fn new() -> Self {
        Self { folder: target_dir().join("xtask/packed"), used: BTreeSet::new() }
    }

    /// These bytes as gzip.
    pub fn pack(&mut self, bytes: &[u8]) -> Outcome<Vec<u8>> {
        let mut hasher = DefaultHasher::new();
        (ITERATIONS, BLOCKS_MAX, bytes).hash(&mut hasher);
        let kept = self.folder.join(format!("{:016x}.gz", hasher.finish()));
        self.used.insert(kept.clone());
        // A hash of 64 bits says where to look, not what is there.
        if let Some(found) = fs::read(&kept).ok().filter(|found| holds(found, bytes)) {
            return Ok(found);
        }
        let packed = gzip(bytes).map_err(|error| format!("failed to pack {} bytes: {error}", bytes.len()))?;
        if !holds(&packed, bytes) {
            return Err(format!("{} bytes were packed into something else", bytes.len()));
        }
        let written = fs::create_dir_all(&self.folder).and_then(|()| fs::write(&kept, &packed));
        written.map_err(|error| format!("failed to write {}: {error}", kept.display()))?;
        Ok(packed)
    }

    /// Puts `NAME.gz` beside every file below `folder` that is worth it. Gives the bytes of all files, as they are and as a
    /// browser gets them.
    pub fn pack_folder(&mut self, folder: &Path) -> Outcome<(u64, u64)> {
        let failed = |error| format!("failed to pack what is in {}: {error}", folder.display());
        let (mut plain, mut sent) = (0, 0);
        for file in files_in(folder).map_err(failed)? {
            let bytes = fs::read(&file).map_err(failed)?;
            let packed = if is_worth_it(&file, &bytes) { self.pack(&bytes)? } else { Vec::new() };
            let gains = (1..bytes.len()).contains(&packed.len());
            plain += bytes.len() as u64;
            sent += if gains { packed.len() } else { bytes.len() } as u64;
            if gains {
                fs::write(companion(&file), packed).map_err(failed)?;
            }
        }
        Ok((plain, sent))
    }

    /// Forgets what was not asked for since the last time: those were files of an earlier build.
    pub fn forget_unused(&mut self) {
        let used = mem::take(&mut self.used);
        let kept = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        // What stays is a file too many, and goes the next time.
        kept.filter(|file| !used.contains(file)).for_each(|file| drop(fs::remove_file(file)));
    }
}

/// About how many bytes these would take, in a fraction of the time.
pub fn estimate(bytes: &[u8]) -> usize {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("memory takes what is written").len()
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let options = Options { iteration_count: ITERATIONS, maximum_block_splits: BLOCKS_MAX, ..Options::default() };
    let mut encoder = GzipEncoder::new(options, BlockType::Dynamic, Vec::new())?;
    // All at once: what is written piece by piece is packed piece by piece.
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Whether unpacking gives these bytes, and nothing besides.
fn holds(packed: &[u8], bytes: &[u8]) -> bool {
    let mut unpacked = Vec::with_capacity(bytes.len() + 1);
    let read = GzDecoder::new(packed).take(bytes.len() as u64 + 1).read_to_end(&mut unpacked);
    read.is_ok() && unpacked == bytes
}

fn is_worth_it(file: &Path, bytes: &[u8]) -> bool {
    let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
    bytes.len() >= BYTES_MIN && KINDS.contains(&kind)
}

fn companion(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".gz");
    name.into()
}

/// All files at or below a folder of built things, in order.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let below = entries.into_iter().map(|entry| if entry.is_dir() { files_in(&entry) } else { Ok(vec![entry]) });
    Ok(below.collect::<io::Result<Vec<_>>>()?.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packer(folder: &Path) -> Packer {
        Packer { folder: folder.join("packed"), used: BTreeSet::new() }
    }

    #[test]
    fn what_is_worth_it_gets_a_companion() {
        let dir = tempfile::tempdir().unwrap();
        let app = dir.path().join("app");
        fs::create_dir_all(app.join("assets")).unwrap();
        let like = "one line and the same again\n".repeat(100);
        let noise: Vec<u8> = (0..2_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 ^ at as u8).collect();
        for (name, bytes) in [
            ("assets/a.js", like.as_bytes()),
            ("short.js", b"short"),
            ("picture.png", like.as_bytes()),
            ("noise.wasm", &noise),
        ] {
            fs::write(app.join(name), bytes).unwrap();
        }
        let mut packer = packer(dir.path());
        let (plain, sent) = packer.pack_folder(&app).unwrap();
        assert_eq!(plain, 2 * like.len() as u64 + 2_005);
        assert!(sent < plain, "{sent}");
        let has = |name: &str| app.join(name).is_file();
        assert!(has("assets/a.js.gz") && !has("short.js.gz") && !has("picture.png.gz"));
        assert!(holds(&fs::read(app.join("assets/a.js.gz")).unwrap(), like.as_bytes()));
        packer.pack_folder(&app).unwrap();
        assert!(!has("assets/a.js.gz.gz"), "what is packed is not packed again");
    }

    #[test]
    fn nothing_is_packed_twice_or_believed_unread() {
        let dir = tempfile::tempdir().unwrap();
        let mut packer = packer(dir.path());
        let packed = packer.pack(b"the same, the same, the same").unwrap();
        let kept = packer.used.first().unwrap().clone();
        assert_eq!(fs::read(&kept).unwrap(), packed);
        fs::write(&kept, packer.pack(b"another").unwrap()).unwrap();
        assert_eq!(packer.pack(b"the same, the same, the same").unwrap(), packed);
        packer.forget_unused();
        assert!(kept.is_file());
        packer.forget_unused();
        assert!(!kept.exists());
    }

    #[test]
    fn more_than_there_was_is_something_else() {
        let packed = gzip(b"abc").unwrap();
        assert!(holds(&packed, b"abc"));
        assert!(!holds(&packed, b"ab") && !holds(&packed, b"abcd") && !holds(&packed[..10], b"abc"));
    }

    #[test]
    fn an_estimate_is_near() {
        let text = include_bytes!("pack.rs");
        let (real, guess) = (gzip(text).unwrap().len(), estimate(text));
        assert!(real < guess && guess < real * 6 / 5, "{real} against {guess}");
    }
}
