//! A document in memory for one command, wherever it is kept.

use crate::error::CommandError;
use crate::login::Login;
use crate::out::Progress;
use crate::reached::Reached;
use crate::subject::Target;
use crate::visit::Visit;
use member::{Address, Catalogue};
use motet::{Document, Replica};
use server::{DocumentInfo, HubDocument, OpenHubError, StoredDocument, StoredHub};
use std::path::Path;
use store::{OpenError, RedbStore};
use tokio::runtime::{Builder, Runtime};

/// A document, and the way back to where it is kept.
pub struct Opened {
    info: DocumentInfo,
    keeper: Keeper,
}

enum Keeper {
    Directory(Box<StoredDocument>),
    Server(Box<Visit>),
}

impl Opened {
    /// Opens the document that `target` names; it names one.
    pub fn open(target: &Target, login: &Login) -> Result<Self, CommandError> {
        let words = target.doc.as_deref().expect("it names a document");
        let reached = Reached::open(&target.site, login)?;
        reached.load(reached.find(words)?)
    }

    /// Opens a document of a directory.
    pub fn load(hub: &StoredHub, info: DocumentInfo) -> Result<Self, CommandError> {
        let mut progress = Progress::new("loading");
        let document = hub.load(info.id, |done, total| progress.show(done as u64, total as u64))?;
        Ok(Self { info, keeper: Keeper::Directory(Box::new(document)) })
    }

    /// Opens a document of a server.
    pub fn fetch(runtime: Runtime, catalogue: &Catalogue, info: DocumentInfo) -> Result<Self, CommandError> {
        let visit = Visit::fetch(runtime, catalogue, info.clone())?;
        Ok(Self { info, keeper: Keeper::Server(Box::new(visit)) })
    }

    /// Its name and id.
    pub fn info(&self) -> &DocumentInfo {
        &self.info
    }

    /// Its name and id for programs.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({ "id": self.info.id.to_string(), "name": self.info.name })
    }

    /// Its generation; 0 where none is known.
    pub fn epoch(&self) -> u64 {
        match &self.keeper {
            Keeper::Directory(document) => document.epoch(),
            Keeper::Server(visit) => visit.document().epoch(),
        }
    }

    /// The copy with its authors.
    pub fn replica(&self) -> &Replica {
        match &self.keeper {
            Keeper::Directory(document) => document.replica(),
            Keeper::Server(visit) => visit.document().replica(),
        }
    }

    /// The copy.
    pub fn document(&self) -> &Document {
        self.replica().document()
    }

    /// Changes it, and returns once that is on the disk where it is kept.
    pub fn write<T>(&mut self, change: impl FnOnce(&mut Document) -> T) -> Result<T, CommandError> {
        let document = self.document_mut();
        let result = change(document);
        let refused = document.take_refusal();
        self.keep()?;
        refused.map_err(not_written)?;
        Ok(result)
    }

    /// The copy, to be changed: whoever does so lets it be kept.
    pub fn document_mut(&mut self) -> &mut Document {
        self.replica_mut().document_mut()
    }

    /// The same, with its authors.
    pub fn replica_mut(&mut self) -> &mut Replica {
        match &mut self.keeper {
            Keeper::Directory(document) => document.replica_mut(),
            Keeper::Server(visit) => visit.replica_mut(),
        }
    }

    /// Forgets what history was trimmed of, on the disk too, where the document is kept in a directory; whether there was anything.
    pub fn forget(&mut self) -> Result<bool, CommandError> {
        match &mut self.keeper {
            Keeper::Directory(document) => Ok(document.forget()?),
            Keeper::Server(_) => Err(CommandError::Other(
                "a server forgets by itself: start it with motet serve --forget, or name its directory once it is stopped".into(),
            )),
        }
    }

    /// Returns once what was changed is on the disk where it is kept.
    pub fn keep(&mut self) -> Result<(), CommandError> {
        match &mut self.keeper {
            Keeper::Directory(document) => {
                document.seal();
                document.sync()?;
                document.put_away();
                Ok(())
            }
            Keeper::Server(visit) => visit.keep(),
        }
    }

    /// Ends the work with it.
    pub fn close(self) {
        if let Keeper::Server(visit) = self.keeper {
            visit.leave();
        }
    }
}

/// What to say of an edit that nobody could have taken in.
pub fn not_written(refusal: motet::Refusal) -> CommandError {
    CommandError::Other(format!("nothing was written: {refusal}"))
}

/// The documents of a directory that is there.
pub fn open_directory(dir: &Path) -> Result<StoredHub, CommandError> {
    check_is_there(dir)?;
    make_directory(dir)
}

/// The documents of a directory; made if it is missing.
pub fn make_directory(dir: &Path) -> Result<StoredHub, CommandError> {
    StoredHub::open_directory(dir).map_err(|error| directory_error(dir, error))
}

/// A command that reads makes no directory.
pub fn check_is_there(dir: &Path) -> Result<(), CommandError> {
    if RedbStore::is_in(dir) {
        return Ok(());
    }
    let what = if dir.is_dir() { "holds no documents" } else { "is no directory" };
    Err(CommandError::Other(format!(
        "{} {what}. Name the directory that motet serve or motet import wrote",
        dir.display()
    )))
}

/// Why a directory does not open, and what to do.
pub fn directory_error(dir: &Path, error: OpenHubError) -> CommandError {
    match error {
        OpenHubError::Store(OpenError::Locked) => CommandError::Other(format!(
            "another motet has {} open. If that serves it, name the server instead, such as http://127.0.0.1:4040",
            dir.display()
        )),
        error => CommandError::Directory(dir.to_owned(), error),
    }
}

/// What talks to a server.
pub fn call(address: &Address, login: &Login) -> Result<(Runtime, Catalogue), CommandError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(CommandError::System)?;
    Ok((runtime, Catalogue::new(address.clone(), &login.token()?)))
}
