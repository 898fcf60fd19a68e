//! Members that reach each other without a server: what commands have in common that share documents or join them.

use crate::error::CommandError;
use crate::station::{Say, Station};
use net::{Discovery, Node, NodeKey};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::json;
use server::{DocumentInfo, Memory, PeerEvent, Peers, PeersError, StoredHub, Way};
use std::io::{IsTerminal, Write, stdout};
use std::net::SocketAddr;
use sync::Ticket;

/// How members are reached, and reach this one.
#[derive(Debug, clap::Args)]
pub struct PeerFlags {
    /// Where other members reach this one, by UDP. Otherwise on all addresses of this machine, by port 4041, or
    /// another where that is taken.
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
    /// Neither look for members in the local network nor be found there: they are reached by addresses only.
    #[arg(long)]
    no_discovery: bool,
}

impl PeerFlags {
    /// How a server reaches others, where somebody asks it to.
    pub fn way(&self) -> Way {
        let discovery = if self.no_discovery { Discovery::Off } else { Discovery::Announce };
        Way { bind: self.bind, discovery, memory: Memory::Kept }
    }

    /// A node for whoever joins by a ticket, or shares; none for who does neither.
    pub async fn node_where(
        &self,
        is_joining: bool,
        is_sharing: bool,
        hub: &StoredHub,
    ) -> Result<Option<Node>, CommandError> {
        let discovery = match (self.no_discovery, is_sharing) {
            (true, _) => Discovery::Off,
            (false, true) => Discovery::Announce,
            (false, false) => Discovery::Find,
        };
        if !is_joining && !is_sharing {
            return Ok(None);
        }
        Ok(Some(Node::bind(&hub.node_secret(), self.bind, discovery).await?))
    }
}

/// How a document is shared.
#[derive(Debug, clap::Args)]
pub struct ShareFlags {
    /// Print the ticket as a QR code also where the output is no terminal.
    #[arg(long)]
    qr: bool,
    /// Make another ticket: those that were given out before admit nobody any more.
    #[arg(long)]
    new_ticket: bool,
}

impl ShareFlags {
    /// Whether any was given.
    pub fn is_any(&self) -> bool {
        self.qr || self.new_ticket
    }

    /// Prints a ticket of a document, and lets in who has it until what comes back, or the node, is closed.
    pub async fn share(
        &self,
        node: &Node,
        station: &Station,
        info: &DocumentInfo,
        say: Say,
    ) -> Result<Peers, CommandError> {
        // Who asked for it asks again: it ends with the command.
        let way = Way { bind: None, discovery: Discovery::Announce, memory: Memory::None };
        let peers = Peers::new(station.service.clone(), station.hub.clone(), way, move |event| tell(event, say));
        peers.use_node(node.clone()).await;
        let shared = match self.new_ticket {
            true => peers.renew(info.id).await,
            false => peers.share(info.id).await,
        };
        self.show(&shared.map_err(explain)?.ticket, info, say);
        Ok(peers)
    }

    fn show(&self, ticket: &Ticket, info: &DocumentInfo, say: Say) {
        let addresses: Vec<String> = ticket.addresses.iter().map(ToString::to_string).collect();
        let told = json!({ "event": "sharing", "id": info.id.to_string(), "name": info.name,
            "ticket": ticket.to_string(), "member": NodeKey(ticket.node).to_string(), "addresses": addresses });
        let code = (self.qr || stdout().is_terminal()) && !say.is_json();
        let code = if code { qr_code(ticket).unwrap_or_default() } else { String::new() };
        let places = if addresses.is_empty() { "this network".into() } else { addresses.join(", ") };
        let words = format!(
            "shares \"{}\" at {places}. Whoever has this ticket can read it and write in it:\n\n{ticket}\n\n{code}\
             Elsewhere: motet join TICKET",
            info.name
        );
        say.say(&told, &words);
        // A program that waits for the ticket waits for all of it.
        let _ = stdout().flush();
    }
}

/// The ticket as a picture of characters, each two squares high. Capitals take less room in it.
fn qr_code(ticket: &Ticket) -> Option<String> {
    let text = ticket.to_string().to_uppercase();
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).ok()?;
    let picture = code.render::<Dense1x2>().build();
    // Black on white, whatever the terminal's colours are: readers of such codes expect that.
    let (begin, end) = if stdout().is_terminal() { ("\x1b[30;107m", "\x1b[0m") } else { ("", "") };
    Some(picture.lines().map(|line| format!("{begin}{line}{end}\n")).collect::<String>() + "\n")
}

fn tell(event: &PeerEvent, say: Say) {
    match event {
        PeerEvent::Joined(guest) => say.say(
            &json!({ "event": "joined", "member": guest.member, "address": guest.address }),
            &format!("{} joined, from {}", guest.member, guest.address),
        ),
        PeerEvent::Left(guest) => {
            say.say(&json!({ "event": "left", "member": guest.member }), &format!("{} left", guest.member));
        }
    }
}

/// Errors of documents say what they always do.
fn explain(error: PeersError) -> CommandError {
    match error {
        PeersError::Hub(error) => error.into(),
        PeersError::Node(error) => error.into(),
        error => CommandError::Other(error.to_string()),
    }
}
