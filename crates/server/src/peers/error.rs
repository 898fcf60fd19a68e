//! Why something between members did not happen.

use crate::access::ListenError;
use crate::hub::HubError;
use clock::DocumentId;
use net::NodeError;
use sync::TicketError;

/// Why something between members did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeersError {
    /// There is no way to other members.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The documents.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// What was given is no ticket.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// A ticket's secret cannot admit.
    #[error(transparent)]
    Token(#[from] ListenError),
    /// The ticket was made here.
    #[error("this ticket was made here: it is for others, and the document is in the list")]
    Own(DocumentId),
    /// The document of the ticket was deleted here.
    #[error("\"{0}\" was deleted here: bring it back first")]
    Deleted(String),
    /// As many as there may be.
    #[error("{max} documents are shared or followed by tickets already: end one first", max = super::TICKETS_MAX)]
    TooMany,
    /// The document is not followed.
    #[error("no ticket of document {0} was joined")]
    NotJoined(DocumentId),
    /// A bug, or the end.
    #[error("the server is about to stop")]
    Stopped,
}

impl PeersError {
    /// The stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Node(_) => "no-network",
            Self::Hub(error) => error.code(),
            Self::Ticket(_) => "ticket",
            Self::Token(error) => error.code(),
            Self::Own(_) => "own-ticket",
            Self::Deleted(_) => "deleted",
            Self::TooMany => "too-many",
            Self::NotJoined(_) => "not-joined",
            Self::Stopped => "unavailable",
        }
    }
}
