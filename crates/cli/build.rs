//! Puts the built web app into the program, where there is one: `web/dist`, or what `MOTET_APP_DIR` names. Of a file that has
//! a packed companion only that goes in, so the program is smaller by what a browser's visit is.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=MOTET_APP_DIR");
    let dist = match env::var_os("MOTET_APP_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../../web/dist"),
    };
    // What is not there would count as changed at every build.
    let watched = if dist.is_dir() { &dist } else { Path::new("build.rs") };
    println!("cargo::rerun-if-changed={}", watched.display());
    let mut files = Vec::new();
    if dist.is_dir() {
        list(&dist, "", &mut files)?;
    }
    files.sort();
    let mut table = String::from("const FILES: &[(&str, Packing, &[u8])] = &[\n");
    for (path, file) in &files {
        let is_packed = |path: &str| files.iter().any(|(other, _)| other == path);
        if path.strip_suffix(".gz").is_some_and(is_packed) {
            continue;
        }
        let companion = PathBuf::from(format!("{}.gz", file.display()));
        let (packing, file) = if holds(&companion, file) { ("Gzip", &companion) } else { ("Plain", file) };
        let file = file.display().to_string();
        writeln!(table, "    ({path:?}, Packing::{packing}, include_bytes!({file:?})),").expect("a string grows");
    }
    table.push_str("];\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").expect("set by cargo")).join("app_files.rs"), table)
}

/// Whether a companion was packed from this file, and not from one of an earlier build: gzip ends with the check sum and the
/// length of what it packs (RFC 1952, section 2.3.1).
fn holds(companion: &Path, file: &Path) -> bool {
    let (Ok(packed), Ok(bytes)) = (fs::read(companion), fs::read(file)) else { return false };
    let end = [crc32(&bytes).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
    packed.starts_with(&[0x1f, 0x8b]) && packed.ends_with(&end)
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |rest: u32, _| if rest & 1 == 1 { rest >> 1 ^ 0xedb8_8320 } else { rest >> 1 };
    !bytes.iter().fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step))
}

fn list(dir: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{path}/"), files)?;
        } else if !path.ends_with(".map") {
            files.push((path, fs::canonicalize(entry.path())?));
        }
    }
    Ok(())
}
