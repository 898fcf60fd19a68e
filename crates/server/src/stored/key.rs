//! The author's key of a directory: made at first use, readable by its owner alone.

use codec::SigningKey;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("failed to use the key file {0}: {1}")]
    File(PathBuf, io::Error),
    /// What is in it is no key.
    #[error("{0} is not a key file: it must hold 64 hexadecimal digits. Move it away to have a new key made")]
    Malformed(PathBuf),
    /// Others can read it.
    #[error("others can read the key file {0}: run chmod 600 on it, and make a new key if somebody may have")]
    Exposed(PathBuf),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl KeyError {
    /// The stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File(..) => "key-file",
            Self::Malformed(_) => "key-malformed",
            Self::Exposed(_) => "key-exposed",
            Self::Random(_) => "random",
        }
    }
}

/// The key in `path`, made there if there is none. Two processes that make it at once get the same.
pub fn read_or_make_key(path: &Path) -> Result<SigningKey, KeyError> {
    let failed = |error| KeyError::File(path.to_owned(), error);
    match fs::read_to_string(path) {
        Ok(text) => read(path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path)?;
            read(path, &fs::read_to_string(path).map_err(failed)?)
        }
        Err(error) => Err(failed(error)),
    }
}

fn read(path: &Path, text: &str) -> Result<SigningKey, KeyError> {
    check_private(path)?;
    let digits = text.trim_end();
    let bad = || KeyError::Malformed(path.to_owned());
    if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(bad());
    }
    let mut secret = [0; 32];
    for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
    }
    Ok(SigningKey::from_bytes(&secret))
}

/// Written whole under another name first, so that a power cut leaves a key or none.
fn make(path: &Path) -> Result<(), KeyError> {
    let mut secret = [0; 32];
    let mut suffix = [0; 8];
    getrandom::fill(&mut secret).and_then(|()| getrandom::fill(&mut suffix)).map_err(KeyError::Random)?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let new = path.with_extension(format!("{}.new", hex(&suffix)));
    let place = || -> io::Result<()> {
        let mut file = private_file().open(&new)?;
        file.write_all(format!("{}\n", hex(&secret)).as_bytes())?;
        file.sync_all()?;
        // A link takes no name that is taken: whoever comes second uses the first one's key.
        match fs::hard_link(&new, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        fs::remove_file(&new)?;
        match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    };
    place().map_err(|error| KeyError::File(path.to_owned(), error))
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|error| KeyError::File(path.to_owned(), error))?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::Exposed(path.to_owned())) }
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("author.key");
        let first = read_or_make_key(&path).unwrap().author();
        assert_eq!(read_or_make_key(&path).unwrap().author(), first);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left over");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(read_or_make_key(&path).unwrap_err().code(), "key-exposed");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(&path, "not a key").unwrap();
        assert_eq!(read_or_make_key(&path).unwrap_err().code(), "key-malformed");
    }
}
