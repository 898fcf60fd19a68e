//! Why a command fails, and what its exit code says.

use std::path::PathBuf;
use std::process::ExitCode;

/// The exit codes, as the help shows them.
pub const CODES: &str = "Exit codes: 0 done; 1 done, and the answer is no (a replay that ends otherwise, versions that \
differ, a merge with conflicts, conflicts that nobody decided, nothing to undo, redo or restore, a store that is damaged, a bundle \
of which something was refused); 2 an error, with a message that says what to do.";

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// A directory of documents cannot be opened.
    #[error("{1} (directory {0})")]
    Directory(PathBuf, server::OpenHubError),
    /// A file cannot be read or written.
    #[error("failed to {0} {1}: {2}")]
    File(&'static str, PathBuf, std::io::Error),
    /// The server cannot listen.
    #[error(transparent)]
    Listen(#[from] server::ListenError),
    /// The system does not give what a program needs.
    #[error("the system refuses: {0}")]
    System(std::io::Error),
    /// A bundle cannot be read.
    #[error("{0} cannot be taken in, and nothing of it was: {1}")]
    Bundle(PathBuf, server::bundle::BundleError),
    /// A bundle cannot be written.
    #[error("failed to pack {0}: {1}")]
    Pack(PathBuf, server::bundle::BundleError),
    /// The documents of a directory.
    #[error(transparent)]
    Hub(#[from] server::HubError),
    /// The person's key.
    #[error(transparent)]
    Key(#[from] server::KeyError),
    /// The list of a server's documents.
    #[error(transparent)]
    Catalogue(#[from] member::CatalogueError),
    /// What was meant for an address.
    #[error(transparent)]
    Address(#[from] member::AddressError),
    /// What was meant for a ticket.
    #[error(transparent)]
    Ticket(#[from] sync::TicketError),
    /// The connections of members.
    #[cfg(feature = "p2p")]
    #[error(transparent)]
    Node(#[from] net::NodeError),
    /// The connection to a server.
    #[error(transparent)]
    Member(#[from] member::MemberError),
    /// What was to be printed cannot be.
    #[error("cannot print: {0}")]
    Output(std::io::Error),
    /// What was looked at does not hold.
    #[error("{0}")]
    Damaged(String),
    /// In words.
    #[error("{0}")]
    Other(String),
}

impl CommandError {
    /// What the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        if self.is_quiet() { ExitCode::SUCCESS } else { ExitCode::from(2) }
    }

    /// Whether there is nothing to say: whoever read the output has read enough.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
