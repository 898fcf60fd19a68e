//! Files read whole and replaced whole.

use crate::error::CommandError;
use crate::random;
use json::limits::BYTES_MAX;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A text file.
pub fn read(file: &Path) -> Result<String, CommandError> {
    let failed = |error| CommandError::File("read", file.to_owned(), error);
    let mut bytes = Vec::new();
    File::open(file).and_then(|open| open.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() > BYTES_MAX {
        return Err(CommandError::Other(format!("{} is longer than {} MiB", file.display(), BYTES_MAX >> 20)));
    }
    String::from_utf8(bytes)
        .map_err(|_| CommandError::Other(format!("{} is neither JSON nor text: it is not UTF-8", file.display())))
}

/// Puts a file with these bytes in the place of `out`, in one step: whoever looks sees the old one or the new one. The
/// rights are those of `out`, or of `like` where there is none yet.
pub fn replace(out: &Path, like: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let failed = |error| CommandError::File("write", out.to_owned(), error);
    // A link goes on pointing to the file.
    let target = fs::canonicalize(out).unwrap_or_else(|_| out.to_owned());
    let (stage, mut file) = staged(&target)?;
    let rights = fs::metadata(&target).or_else(|_| fs::metadata(like)).map(|data| data.permissions());
    let write = || {
        file.write_all(bytes)?;
        rights.and_then(|rights| file.set_permissions(rights))?;
        file.sync_all()?;
        drop(file);
        fs::rename(&stage, &target)
    };
    write().map_err(|error: io::Error| {
        // The error that counts is told; a stage that stays is only untidy.
        let _ = fs::remove_file(&stage);
        failed(error)
    })
}

/// A new file beside another.
pub fn staged(target: &Path) -> Result<(PathBuf, File), CommandError> {
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stage = target.with_file_name(format!(".{name}.{:016x}", random()?));
    let file = OpenOptions::new().write(true).create_new(true).open(&stage);
    Ok((stage, file.map_err(|error| CommandError::File("write beside", target.to_owned(), error))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.json");
        fs::write(&file, "old").unwrap();
        replace(&file, &file, b"new").unwrap();
        assert_eq!(read(&file).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(replace(&dir.path().join("none/a.json"), &file, b"x").is_err());
        fs::write(&file, [0xff]).unwrap();
        assert!(read(&file).is_err());
    }
}
