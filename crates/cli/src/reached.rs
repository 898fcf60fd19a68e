//! A place of documents that is open: a directory, or a server that answers.

use crate::error::CommandError;
use crate::login::Login;
use crate::opened::{Opened, call, open_directory};
use crate::subject::Site;
use crate::target::choose;
use member::{Address, Catalogue};
use server::{DocumentInfo, Hub, StoredHub};
use tokio::runtime::Runtime;

/// A place, and what opens its documents.
pub enum Reached {
    /// A directory; nobody else has it open.
    Directory(Box<StoredHub>),
    /// A server, what asks it, and what admits to it.
    Server(Box<(Runtime, Catalogue)>, Address, Login),
}

impl Reached {
    /// Opens a directory that is there, or turns to a server.
    pub fn open(site: &Site, login: &Login) -> Result<Self, CommandError> {
        Ok(match site {
            Site::Directory(dir) => Self::Directory(Box::new(open_directory(dir)?)),
            Site::Server(address) => Self::Server(Box::new(call(address, login)?), address.clone(), login.clone()),
        })
    }

    /// All documents, the deleted ones included.
    pub fn documents(&self) -> Result<Vec<DocumentInfo>, CommandError> {
        match self {
            Self::Directory(hub) => Ok(hub.documents()?),
            Self::Server(server, ..) => Ok(server.0.block_on(server.1.documents())?),
        }
    }

    /// The document that words name.
    pub fn find(&self, words: &str) -> Result<DocumentInfo, CommandError> {
        choose(&self.documents()?, words).map_err(|why| CommandError::Other(why.to_string()))
    }

    /// Opens a document. What is asked for of a server goes over a connection of its own.
    pub fn load(&self, info: DocumentInfo) -> Result<Opened, CommandError> {
        match self {
            Self::Directory(hub) => Opened::load(hub, info),
            Self::Server(_, address, login) => {
                let (runtime, catalogue) = call(address, login)?;
                Opened::fetch(runtime, &catalogue, info)
            }
        }
    }
}
