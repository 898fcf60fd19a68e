//! Where a link keeps what it knows: a store of its own for each file.

use super::record::Shelf;
use crate::error::CommandError;
use crate::home::Home;
use member::Address;
use motet::{DocumentId, ReplicaId};
use serde_json::{Value, json};
use server::{Hub, StoredHub};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{OpenError, RedbStore, Store};

const META_TARGET: &str = "link.target";

/// What a file is linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The server.
    pub server: String,
    /// The document in the words of whoever linked it.
    pub words: String,
    /// Which document that was.
    pub doc: DocumentId,
    /// What it was called.
    pub name: String,
}

/// The store of one linked file. One process at a time has it open.
pub struct State {
    dir: PathBuf,
    store: Arc<dyn Store>,
}

impl State {
    /// The state of `file`, an absolute path; made if there is none.
    pub fn open(home: &Home, file: &Path) -> Result<Self, CommandError> {
        let hash = codec::hash_after(codec::Hash([0; 32]), file.as_os_str().as_encoded_bytes());
        let name: String = hash.0[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let dir = home.links()?.join(name);
        let store = RedbStore::open(&dir).map_err(|error| match error {
            OpenError::Locked => {
                CommandError::Other(format!("{} is linked already, by another motet that is running", file.display()))
            }
            error => CommandError::Directory(dir.clone(), error.into()),
        })?;
        Ok(Self { dir, store: Arc::new(store) })
    }

    /// What the file is linked to, where it was linked before.
    pub fn target(&self) -> Result<Option<Target>, CommandError> {
        let bytes = self.store.store_meta_get(META_TARGET).map_err(|error| self.failed(&error))?;
        let value: Option<Value> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let text = |value: &Value, name: &str| Some(value[name].as_str()?.to_owned());
        let read = |value: Value| {
            let doc = value["document"].as_str()?.parse().ok()?;
            let (server, words) = (text(&value, "server")?, text(&value, "words")?);
            Some(Target { server, words, doc, name: text(&value, "name")? })
        };
        Ok(value.and_then(read))
    }

    /// Notes what the file is linked to.
    pub fn set_target(&self, target: &Target) -> Result<(), CommandError> {
        let Target { server, words, doc, name } = target;
        let value = json!({ "server": server, "words": words, "document": doc.to_string(), "name": name });
        let put = self.store.store_meta_put(META_TARGET, Some(value.to_string().as_bytes()));
        put.map_err(|error| self.failed(&error))
    }

    /// What was linked is of no use any more: next time somebody must say which text goes on.
    pub fn retire(&self, target: &Target) -> Result<(), CommandError> {
        self.set_target(&Target { words: String::new(), doc: DocumentId(0), ..target.clone() })
    }

    /// The document as this link keeps it, to write as the person, under an id of this run's own.
    pub fn document(&self, home: &Home, target: &Target) -> Result<server::StoredDocument, CommandError> {
        let writer = crate::random()?;
        let hub = StoredHub::new(self.store.clone(), home.key()?, ReplicaId(writer));
        if !hub.documents()?.iter().any(|info| info.id == target.doc) {
            hub.create_as(target.doc, 0, &target.name)?;
        }
        Ok(hub.load(target.doc, |_, _| {})?)
    }

    /// What the link remembers of its file.
    pub fn shelf(&self, doc: DocumentId) -> Result<Shelf, CommandError> {
        Ok(Shelf::open(self.store.clone(), doc)?)
    }

    /// Moves the state out of the way, to link the file anew: what was never delivered stays there.
    pub fn set_aside(self) -> Result<PathBuf, CommandError> {
        let Self { dir, store } = self;
        drop(store);
        let name = |number: u32| dir.with_extension(format!("old-{number}"));
        let path = (1..).map(name).find(|path| !path.exists()).expect("numbers do not end");
        std::fs::rename(&dir, &path).map_err(|error| CommandError::File("set aside", dir, error))?;
        Ok(path)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> CommandError {
        CommandError::Other(format!("the state of this link in {} does not work: {error}", self.dir.display()))
    }
}

impl Target {
    /// Whether this is what `words` at `address` mean, as far as can be told without asking.
    pub fn is(&self, address: &Address, words: &str) -> bool {
        self.server == address.to_string() && (self.words == words || self.doc.to_string() == words)
    }
}
