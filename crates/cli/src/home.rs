//! Where this program keeps what belongs to a person rather than to a server.

use crate::error::CommandError;
use codec::SigningKey;
use std::env;
use std::path::{Path, PathBuf};

/// The variable that names the directory instead of the system's custom.
const VARIABLE: &str = "MOTET_HOME";

/// A person's directory: their key, their views of documents, and the state of their linked files.
#[derive(Clone, Debug)]
pub struct Home {
    dir: PathBuf,
}

impl Home {
    /// `MOTET_HOME`, or `motet` among the data of the person's programs. Made if it is missing.
    pub fn open() -> Result<Self, CommandError> {
        let dir = match env::var_os(VARIABLE).filter(|dir| !dir.is_empty()) {
            Some(dir) => PathBuf::from(dir),
            None => data_dir().ok_or_else(|| {
                CommandError::Other(format!("cannot tell where your home directory is: set {VARIABLE} to a directory"))
            })?,
        };
        make_private(&dir)?;
        Ok(Self { dir })
    }

    /// The person's key, made at first use.
    pub fn key(&self) -> Result<SigningKey, CommandError> {
        Ok(server::read_or_make_key(&self.dir.join("author.key"))?)
    }

    /// Where the person's views of documents are.
    pub fn views(&self) -> Result<PathBuf, CommandError> {
        let dir = self.dir.join("views");
        make_private(&dir)?;
        Ok(dir)
    }

    /// Where the state of linked files is.
    pub fn links(&self) -> Result<PathBuf, CommandError> {
        let dir = self.dir.join("links");
        make_private(&dir)?;
        Ok(dir)
    }
}

/// What the system's custom is.
fn data_dir() -> Option<PathBuf> {
    let path = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        path("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        path("HOME")?.join("Library/Application Support")
    } else {
        path("XDG_DATA_HOME").or_else(|| Some(path("HOME")?.join(".local/share")))?
    };
    Some(base.join("motet"))
}

/// A directory that its owner alone can look into.
fn make_private(dir: &Path) -> Result<(), CommandError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| CommandError::File("make the directory", dir.to_owned(), error))
}
