//! Members that reach each other without a server: what commands have in common that share documents or join them.

use crate::error::CommandError;
use crate::station::{Say, Station};
use net::{Discovery, Knock, Node, NodeKey};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::json;
use server::{DocumentInfo, Gate, Reach, Service, StoredHub, Token};
use std::io::{IsTerminal, Write, stdout};
use std::net::SocketAddr;
use sync::Ticket;
use tokio::task::JoinHandle;

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

/// Ends with whoever holds it.
pub struct Sharing(JoinHandle<()>);

impl Drop for Sharing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ShareFlags {
    /// Whether any was given.
    pub fn is_any(&self) -> bool {
        self.qr || self.new_ticket
    }

    /// Prints a ticket of a document, and lets in who has it for as long as what comes back is held.
    pub async fn share(
        &self,
        node: &Node,
        station: &Station,
        info: &DocumentInfo,
        say: Say,
    ) -> Result<Sharing, CommandError> {
        let secret = match self.new_ticket {
            true => station.hub.renew_share_secret(info.id)?,
            false => station.hub.share_secret(info.id)?,
        };
        let addresses = node.addresses().await;
        let ticket = Ticket::new(info.id, secret, node.key().0, &addresses, &info.name);
        self.show(&ticket, info, say);
        let gate = Gate { token: Some(Token::new(&ticket.token())?), reach: Reach::One(info.id) };
        Ok(Sharing(tokio::spawn(welcome(node.clone(), station.service.clone(), gate, say))))
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

/// Lets in who knocks, until the node is closed.
async fn welcome(node: Node, service: Service, gate: Gate, say: Say) {
    while let Some(knock) = node.accept().await {
        tokio::spawn(meet(knock, service.clone(), gate.clone(), say));
    }
}

async fn meet(knock: Knock, service: Service, gate: Gate, say: Say) {
    let from = knock.address().map_or_else(|| "somewhere".to_owned(), |address| address.to_string());
    let stream = match knock.answer().await {
        Ok(stream) => stream,
        Err(error) => return tracing::debug!(from, %error, "somebody knocked and did not come in"),
    };
    let key = stream.key();
    let mut has_joined = false;
    let admitted = || {
        has_joined = true;
        let told = json!({ "event": "joined", "member": key.to_string(), "address": from });
        say.say(&told, &format!("{key} joined, from {from}"));
    };
    service.accept(stream, &gate, admitted).await;
    if has_joined {
        say.say(&json!({ "event": "left", "member": key.to_string() }), &format!("{key} left"));
    }
}
