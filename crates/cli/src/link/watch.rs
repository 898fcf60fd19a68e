//! Being told that a file may have changed.
//!
//! Where the system tells (Linux), a thread listens to the directory, since programs that save by
//! renaming put another file in the place of the one that was there. Everywhere else, and in case that
//! nothing is told, as on many network drives, the file's stamp is looked at again and again.

use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

/// How often to look where nobody tells.
const POLL_TIME: Duration = Duration::from_millis(250);

/// How often to look although somebody tells.
const POLL_TIME_TOLD: Duration = Duration::from_secs(1);

/// Tells when to look at a file.
pub struct Watch {
    told: Option<mpsc::Receiver<()>>,
}

impl Watch {
    /// Watches the file at `path`.
    pub fn start(path: &Path) -> Self {
        Self { told: listen(path) }
    }

    /// Returns when it may be worth to look at the file. May be dropped while it waits.
    pub async fn next(&mut self) {
        let Some(told) = &mut self.told else { return tokio::time::sleep(POLL_TIME).await };
        let is_over = tokio::select! {
            told = told.recv() => told.is_none(),
            () = tokio::time::sleep(POLL_TIME_TOLD) => false,
        };
        if is_over {
            self.told = None;
        }
    }
}

/// A channel with an item for one or more changes; none where the system does not tell.
#[cfg(target_os = "linux")]
fn listen(path: &Path) -> Option<mpsc::Receiver<()>> {
    use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
    use std::os::unix::ffi::OsStrExt;
    let name = path.file_name()?.as_bytes().to_owned();
    let events = init(CreateFlags::CLOEXEC).ok()?;
    let flags = WatchFlags::CLOSE_WRITE
        | WatchFlags::MODIFY
        | WatchFlags::CREATE
        | WatchFlags::DELETE
        | WatchFlags::MOVED_FROM
        | WatchFlags::MOVED_TO
        | WatchFlags::ONLYDIR;
    add_watch(&events, path.parent()?, flags).ok()?;
    let (tell, told) = mpsc::channel(1);
    let listening = move || {
        let mut space = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(events, &mut space);
        // After an error nobody tells any more, and the stamp is looked at more often.
        while let Ok(event) = reader.next() {
            let is_ours = event.file_name().is_some_and(|file| file.to_bytes() == name);
            let is_lost = event.file_name().is_none();
            // A channel that is full tells already.
            if (is_ours || is_lost) && matches!(tell.try_send(()), Err(mpsc::error::TrySendError::Closed(()))) {
                return;
            }
            if event.events().contains(rustix::fs::inotify::ReadFlags::IGNORED) {
                return;
            }
        }
    };
    std::thread::Builder::new().name("watch".into()).spawn(listening).ok()?;
    Some(told)
}

#[cfg(not(target_os = "linux"))]
fn listen(_: &Path) -> Option<mpsc::Receiver<()>> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_told_and_others_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes.txt");
        let mut watch = Watch::start(&path);
        std::fs::write(dir.path().join("other"), "x").unwrap();
        std::fs::write(dir.path().join("new"), "x").unwrap();
        std::fs::rename(dir.path().join("new"), &path).unwrap();
        watch.told.as_mut().unwrap().recv().await.unwrap();
        assert!(watch.told.as_mut().unwrap().try_recv().is_err());
    }
}
