//! Puts the built web app into the program, where there is one: `web/dist`, or what `MOTET_APP_DIR` names.

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
    let mut table = String::from("const FILES: &[(&str, &[u8])] = &[\n");
    for (path, file) in files {
        writeln!(table, "    ({path:?}, include_bytes!({:?})),", file.display().to_string()).expect("a string grows");
    }
    table.push_str("];\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").expect("set by cargo")).join("app_files.rs"), table)
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
