//! Whom a document is followed from: a server, or a member that gave a ticket.

use super::{LOOK_PAUSE, say_offline};
use crate::error::CommandError;
use crate::station::Say;
use crate::target::{choose, find, server_words};
use member::{Address, Catalogue, CatalogueError};
#[cfg(feature = "p2p")]
use net::{Node, NodeKey};
use server::{DocumentInfo, FollowError, Hub, Service, StoredHub, Upstream, follow};
use std::fmt;
#[cfg(feature = "p2p")]
use std::net::SocketAddr;
use sync::Ticket;

/// What the command line names.
pub enum Wanted {
    /// A document of a server, and what admits there.
    Server(Address, String, String),
    /// A document of a member.
    Member(Ticket),
}

impl Wanted {
    /// Reads `http://host:4040/DOC`, or a ticket.
    pub fn parse(from: &str, doc: Option<&str>, token: &str) -> Result<Self, CommandError> {
        if !Ticket::is_meant(from) {
            let (address, words) = server_words(from, doc)?;
            return Ok(Self::Server(address, words, token.to_owned()));
        }
        if doc.is_some() {
            return Err(CommandError::Other("a ticket names its document: leave out what stands behind it".into()));
        }
        Ok(Self::Member(from.parse()?))
    }
}

#[cfg(feature = "p2p")]
impl Wanted {
    /// Whether a member is to be reached.
    pub fn is_ticket(&self) -> bool {
        matches!(self, Self::Member(_))
    }

    /// How to get there; members by `node`, and at addresses that a person knows besides.
    pub fn source(self, node: Option<Node>, at: &[SocketAddr]) -> Result<Source, CommandError> {
        match (self, node) {
            (Self::Server(address, words, token), _) => Ok(Source::Server { address, words, token }),
            (Self::Member(ticket), Some(node)) => {
                if node.key() == NodeKey(ticket.node) {
                    return Err(CommandError::Other(
                        "this ticket was made for this very directory: join with another --dir, on another machine"
                            .into(),
                    ));
                }
                let addresses = at.iter().chain(&ticket.addresses).copied().collect();
                Ok(Source::Member { ticket, node, addresses })
            }
            (Self::Member(_), None) => unreachable!("there is a node where there is a ticket"),
        }
    }
}

#[cfg(not(feature = "p2p"))]
impl Wanted {
    /// How to get there.
    pub fn source(self) -> Result<Source, CommandError> {
        match self {
            Self::Server(address, words, token) => Ok(Source::Server { address, words, token }),
            Self::Member(ticket) => Err(CommandError::Other(format!(
                "this motet was built without connections from member to member (feature p2p): it cannot take the ticket \
                 of \"{}\"",
                ticket.name
            ))),
        }
    }
}

/// Whom it is followed from.
pub enum Source {
    /// A server.
    Server {
        /// Where.
        address: Address,
        /// Which document.
        words: String,
        /// What admits.
        token: String,
    },
    /// A member.
    #[cfg(feature = "p2p")]
    Member {
        /// Which document, which member, and what admits.
        ticket: Ticket,
        /// What connects.
        node: Node,
        /// Where it may be.
        addresses: Vec<SocketAddr>,
    },
}

impl Source {
    /// What admits there.
    pub fn token(&self) -> Vec<u8> {
        match self {
            Self::Server { token, .. } => token.as_bytes().to_vec(),
            #[cfg(feature = "p2p")]
            Self::Member { ticket, .. } => ticket.token().into_bytes(),
        }
    }

    /// The document as it is kept here already, or as the server or the ticket says.
    pub async fn document(&self, hub: &StoredHub, say: Say) -> Result<DocumentInfo, CommandError> {
        match self {
            Self::Server { address, words, token } => {
                let catalogue = Catalogue::new(address.clone(), token);
                loop {
                    match find(&catalogue, words, None).await {
                        Err(CommandError::Catalogue(error @ CatalogueError::Unreachable(..))) => {
                            // The server may come back later than what is here is wanted.
                            if let Ok(info) = choose(&hub.documents()?, words) {
                                return Ok(info);
                            }
                            say_offline(say, &error.to_string());
                            tokio::time::sleep(LOOK_PAUSE).await;
                        }
                        Err(error) => return Err(error),
                        Ok(info) => return known_or_new(hub, info),
                    }
                }
            }
            #[cfg(feature = "p2p")]
            Self::Member { ticket, .. } => {
                let name = if ticket.name.is_empty() { ticket.doc.to_string() } else { ticket.name.clone() };
                known_or_new(hub, DocumentInfo { id: ticket.doc, name, is_deleted: false, document_type: None })
            }
        }
    }

    /// Exchanges documents until the connection breaks.
    pub async fn follow(
        &self,
        service: &Service,
        upstream: &Upstream,
        greeted: impl FnMut(),
    ) -> Result<(), FollowError> {
        match self {
            Self::Server { address, .. } => {
                let url = address.sync_url();
                follow(service, upstream, net::connect(&url), greeted).await
            }
            #[cfg(feature = "p2p")]
            Self::Member { ticket, node, addresses } => {
                let connecting = node.connect(NodeKey(ticket.node), addresses);
                follow(service, upstream, connecting, greeted).await
            }
        }
    }

    /// What a person can do about an end that is final.
    pub fn explain(&self, error: &FollowError) -> CommandError {
        match self {
            Self::Server { address, .. } => CommandError::Other(format!("{address}: {error}")),
            #[cfg(feature = "p2p")]
            Self::Member { .. } => match error {
                FollowError::Protocol(error) if error.code() == sync::RefusalCode::NotAdmitted => CommandError::Other(
                    "the member does not take this ticket any more: ask whoever shares the document for a new one"
                        .into(),
                ),
                error => CommandError::Other(error.to_string()),
            },
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server { address, .. } => write!(f, "at {address}"),
            #[cfg(feature = "p2p")]
            Self::Member { ticket, .. } => write!(f, "of member {}", NodeKey(ticket.node)),
        }
    }
}

fn known_or_new(hub: &StoredHub, info: DocumentInfo) -> Result<DocumentInfo, CommandError> {
    match hub.documents()?.into_iter().find(|known| known.id == info.id) {
        Some(known) if known.is_deleted => Err(CommandError::Other(format!(
            "\"{}\" was deleted in this directory: undelete it there, or give another --dir",
            known.name
        ))),
        Some(known) => Ok(known),
        // Its generation is the other side's: none is known here.
        None => Ok(hub.create_as(info.id, 0, &info.name)?),
    }
}
