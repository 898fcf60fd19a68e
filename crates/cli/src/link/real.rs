//! The file on the disk of this machine.

use super::disk::{Contents, Disk, Stamp};
use super::readers::Readers;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The longest file that can be linked, in bytes: many times the longest book.
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// The ending of the second name that a file has while it changes places in steps.
const ASIDE: &str = "aside";

/// A file, and its stage `.NAME.motet` in the same directory: the two change places in one step, so they
/// must be in one file system.
#[derive(Debug)]
pub struct RealDisk {
    dir: PathBuf,
    file: PathBuf,
    stage: PathBuf,
    /// Who looks at what was staged last.
    readers: Option<Readers>,
}

impl RealDisk {
    /// The file at `path`, which has a name and lies in a directory. Ends a swap in steps that was cut
    /// short.
    pub fn open(path: &Path) -> io::Result<Self> {
        let unusable = || io::Error::other(format!("{} names no file", path.display()));
        let name = path.file_name().ok_or_else(unusable)?.to_string_lossy();
        let dir = path.parent().ok_or_else(unusable)?.to_owned();
        let disk =
            Self { stage: dir.join(format!(".{name}.motet")), file: path.to_owned(), dir, readers: Readers::new() };
        let aside = disk.stage.with_extension(ASIDE);
        match (stamp_at(&aside)?, stamp_at(&disk.stage)?) {
            (None, _) => {}
            (Some(_), None) => fs::rename(aside, &disk.stage)?,
            (Some(_), Some(_)) => fs::remove_file(aside)?,
        }
        Ok(disk)
    }

    /// Writes `bytes` to a new file beside this one, named with `word`.
    pub fn write_beside(&self, word: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.free_name(word);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        self.sync_dir()?;
        Ok(path)
    }

    fn free_name(&self, word: &str) -> PathBuf {
        let name = |number: u32| {
            let mut name = self.file.as_os_str().to_owned();
            name.push(if number == 1 { format!(".{word}") } else { format!(".{word}-{number}") });
            PathBuf::from(name)
        };
        (1..).map(name).find(|path| fs::symlink_metadata(path).is_err()).expect("numbers do not end")
    }

    /// Names that were changed are on the disk.
    fn sync_dir(&self) -> io::Result<()> {
        // Elsewhere directories cannot be synced by opening them.
        if cfg!(unix) { File::open(&self.dir)?.sync_all() } else { Ok(()) }
    }
}

impl RealDisk {
    fn read_at(&mut self, path: &Path) -> io::Result<Contents> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::Missing),
            file => file?,
        };
        let before = stamp_of(&file.metadata()?);
        if let Some(readers) = &mut self.readers {
            readers.opened_here(before.inode);
        }
        if before.len > FILE_BYTES_MAX {
            return Ok(Contents::TooLong(before));
        }
        let mut bytes = Vec::new();
        (&file).take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        let after = stamp_of(&file.metadata()?);
        let is_whole = before == after && bytes.len() as u64 == after.len;
        Ok(if is_whole { Contents::Whole(after, bytes) } else { Contents::Moving })
    }
}

fn stamp_of(data: &Metadata) -> Stamp {
    let modified = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(data);
    #[cfg(not(unix))]
    let inode = 0;
    Stamp { inode, len: data.len(), modified_ns: modified.map_or(0, |since| since.as_nanos() as i128) }
}

fn stamp_at(path: &Path) -> io::Result<Option<Stamp>> {
    match fs::metadata(path) {
        Ok(data) if data.is_file() => Ok(Some(stamp_of(&data))),
        Ok(_) => Err(io::Error::other(format!("{} is not a file", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Disk for RealDisk {
    fn stamp(&mut self) -> io::Result<Option<Stamp>> {
        stamp_at(&self.file)
    }

    fn read(&mut self) -> io::Result<Contents> {
        self.read_at(&self.file.clone())
    }

    fn stage(&mut self, bytes: &[u8]) -> io::Result<Stamp> {
        // A file of its own: who has the one before open must not write into this one.
        self.unstage()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let data = match fs::metadata(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            data => Some(data?),
        };
        #[cfg(unix)]
        if data.is_some() {
            // Nobody may look in before the file's own rights hold.
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut stage = options.open(&self.stage)?;
        if let Some(data) = data {
            stage.set_permissions(data.permissions())?;
        }
        stage.write_all(bytes)?;
        stage.sync_all()?;
        let stamp = stamp_of(&stage.metadata()?);
        drop(stage);
        if let Some(readers) = &mut self.readers {
            readers.watch(&self.stage, stamp.inode);
        }
        Ok(stamp)
    }

    fn staged_stamp(&mut self) -> io::Result<Option<Stamp>> {
        stamp_at(&self.stage)
    }

    fn read_staged(&mut self) -> io::Result<Contents> {
        self.read_at(&self.stage.clone())
    }

    fn swap(&mut self) -> io::Result<()> {
        swap_names(&self.stage, &self.file)?;
        self.sync_dir()
    }

    fn place(&mut self) -> io::Result<()> {
        // A second name takes none that is taken.
        fs::hard_link(&self.stage, &self.file)?;
        fs::remove_file(&self.stage)?;
        self.sync_dir()
    }

    fn was_read(&mut self) -> Option<bool> {
        self.readers.as_mut()?.any()
    }

    fn unstage(&mut self) -> io::Result<()> {
        match fs::remove_file(&self.stage) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn keep_staged(&mut self) -> io::Result<PathBuf> {
        let path = self.free_name("kept");
        fs::rename(&self.stage, &path)?;
        self.sync_dir()?;
        Ok(path)
    }
}

/// Two files change places in one step, where the system can do that.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn swap_names(stage: &Path, file: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, stage, CWD, file, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => swap_in_steps(stage, file),
        swapped => Ok(swapped?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn swap_names(stage: &Path, file: &Path) -> io::Result<()> {
    swap_in_steps(stage, file)
}

/// The same in steps, for file systems that cannot: what is in the file keeps a name throughout, and
/// [`RealDisk::open`] finds it there.
fn swap_in_steps(stage: &Path, file: &Path) -> io::Result<()> {
    let aside = stage.with_extension(ASIDE);
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::hard_link(file, &aside)?;
    fs::rename(stage, file)?;
    fs::rename(&aside, stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> (tempfile::TempDir, RealDisk) {
        let dir = tempfile::tempdir().unwrap();
        let disk = RealDisk::open(&dir.path().join("notes.txt")).unwrap();
        (dir, disk)
    }

    fn bytes(contents: Contents) -> Option<Vec<u8>> {
        match contents {
            Contents::Whole(_, bytes) => Some(bytes),
            _ => None,
        }
    }

    #[test]
    fn the_stage_and_the_file_change_places() {
        let (dir, mut disk) = disk();
        fs::write(&disk.file, "old").unwrap();
        let stamp = disk.stage(b"new").unwrap();
        disk.swap().unwrap();
        assert_eq!(disk.stamp().unwrap(), Some(stamp));
        assert_eq!(bytes(disk.read().unwrap()).unwrap(), b"new");
        assert_eq!(bytes(disk.read_staged().unwrap()).unwrap(), b"old");
        swap_in_steps(&disk.stage, &disk.file).unwrap();
        fs::rename(&disk.stage, disk.stage.with_extension(ASIDE)).unwrap();
        let mut disk = RealDisk::open(&disk.file).unwrap();
        assert_eq!(bytes(disk.read().unwrap()).unwrap(), b"old");
        assert_eq!(fs::read(disk.keep_staged().unwrap()).unwrap(), b"new");
        disk.unstage().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_is_known_whether_others_read_what_was_written() {
        let (_dir, mut disk) = disk();
        fs::write(&disk.file, "old").unwrap();
        fs::read(&disk.file).unwrap();
        disk.stage(b"new").unwrap();
        disk.swap().unwrap();
        disk.read().unwrap();
        disk.read_staged().unwrap();
        assert_eq!(disk.was_read(), Some(false), "only by this program");
        fs::write(&disk.file, "newer").unwrap();
        disk.read().unwrap();
        assert_eq!(disk.was_read(), Some(false), "who only writes has not looked");
        fs::read(&disk.file).unwrap();
        assert_eq!(disk.was_read(), Some(true));
        disk.stage(b"newest").unwrap();
        disk.swap().unwrap();
        assert_eq!(disk.was_read(), Some(false));
    }

    #[test]
    fn a_file_that_is_there_is_not_replaced_by_placing() {
        let (_dir, mut disk) = disk();
        disk.stage(b"new").unwrap();
        disk.place().unwrap();
        disk.stage(b"newer").unwrap();
        assert_eq!(disk.place().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&disk.file).unwrap(), b"new");
        assert_eq!(disk.read_staged().unwrap().stamp(), disk.staged_stamp().unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn rights_stay() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, mut disk) = disk();
        fs::write(&disk.file, "old").unwrap();
        fs::set_permissions(&disk.file, fs::Permissions::from_mode(0o640)).unwrap();
        disk.stage(b"new").unwrap();
        disk.swap().unwrap();
        assert_eq!(fs::metadata(&disk.file).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn what_is_written_beside_takes_no_name_that_is_taken() {
        let (_dir, disk) = disk();
        let first = disk.write_beside("kept", b"1").unwrap();
        let second = disk.write_beside("kept", b"2").unwrap();
        assert_ne!(first, second);
        assert_eq!((fs::read(first).unwrap(), fs::read(second).unwrap()), (b"1".to_vec(), b"2".to_vec()));
    }
}
