//! Where the document is kept, and how it goes to others and comes from them.
//!
//! What is on the screen is a member by itself, in memory. It talks to a storage node in the same process, which keeps all
//! in a directory as it comes, follows another member or a server, and lets others in: so whether anybody else is there
//! makes no difference to who writes.

use member::{Address, Backoff, Catalogue, Keeping, Member, Settings, Shelf};
use motet::{ReplicaId, SigningKey};
use net::{Discovery, Node, NodeKey};
use server::{
    Config, DocumentInfo, DocumentType, Gate, Hub, HubError, NoApp, Origins, Reach, Service, StoredHub, Token,
    Upstream, follow, open_blobs, read_or_make_key,
};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::MemoryStore;
use sync::Ticket;
use tokio::sync::mpsc;

/// Whom the document comes from.
pub enum Source {
    /// A server: where, which document, and what admits.
    Server(Address, String, String),
    /// A member that shares it.
    Member(Ticket),
}

impl Source {
    /// Reads a ticket, or `http://host:4040/DOCUMENT`.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn parse(words: &str, token: &str) -> Result<Self, String> {
        if Ticket::is_meant(words) {
            return Ok(Self::Member(words.parse().map_err(told)?));
        }
        if !Address::is_meant(words) {
            return Err(format!(
                "{words} is neither a ticket nor a document of a server, such as http://host:4040/DOCUMENT"
            ));
        }
        let (address, document) = Address::parse(words).map_err(told)?;
        let document = document.ok_or("which document? Name it behind the address: http://host:4040/DOCUMENT")?;
        Ok(Self::Server(address, document, token.to_owned()))
    }
}

/// How members are reached.
pub struct Ways {
    /// Where others reach this one.
    pub bind: Option<SocketAddr>,
    /// Where the member is whose ticket was given, besides what the ticket says.
    pub at: Vec<SocketAddr>,
    /// Whether to look for members in the local network.
    pub has_discovery: bool,
}

/// A directory with a document that is open.
pub struct Desk {
    /// What keeps it.
    pub service: Service,
    /// The document.
    pub info: DocumentInfo,
    /// Who writes here.
    pub key: SigningKey,
    hub: Arc<StoredHub>,
    node: Option<Node>,
}

impl Desk {
    /// Opens a directory, made where it is missing, and one text of it: the one that is named, the only one, or a new one.
    ///
    /// # Errors
    /// Where the directory does not open, or it cannot be told which document is meant.
    pub async fn open(dir: &Path, document: Option<&str>, source: Option<&Source>) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", dir.display());
        let hub = StoredHub::open_directory(dir).map_err(|error| failed(&error))?;
        let key = read_or_make_key(&dir.join("author.key")).map_err(|error| failed(&error))?;
        let info = match source {
            Some(Source::Member(ticket)) => known_or_new(&hub, ticket.doc, &ticket.name)?,
            Some(Source::Server(address, words, token)) => {
                match Catalogue::new(address.clone(), token).documents().await {
                    Ok(documents) => {
                        let info = find(&documents, Some(words))?;
                        known_or_new(&hub, info.id, &info.name)?
                    }
                    // It may come back; what is here is worked with meanwhile.
                    Err(why) => choose(&hub, Some(words)).map_err(|_| why.to_string())?,
                }
            }
            None => choose(&hub, document).or_else(|why| match (hub.documents(), document) {
                (Ok(known), None) if known.is_empty() => hub.create("Babble", DocumentType::Text).map_err(told),
                _ => Err(why),
            })?,
        };
        if info.document_type.is_some_and(|document_type| document_type != DocumentType::Text) {
            return Err(format!("\"{}\" is no plain text: babble writes nothing else", info.name));
        }
        let origins = Origins { allowed: Vec::new(), is_local_only: true };
        let config = Config { token: None, origins, assets: Arc::new(NoApp), seed: chance()? };
        let hub = Arc::new(hub);
        let blobs = open_blobs(dir, server::BLOB_QUOTAS).map_err(|error| failed(&error))?;
        let service = Service::new(config, hub.clone()).with_blobs(blobs);
        Ok(Self { service, info, key, hub, node: None })
    }

    /// Follows `source`, and comes back to it, for as long as this runs; what there is to say goes to `news`.
    ///
    /// # Errors
    /// Where the network cannot be used.
    pub async fn follow(&mut self, source: Source, ways: &Ways, news: mpsc::Sender<String>) -> Result<(), String> {
        let docs = vec![self.info.id];
        let (way, token) = match source {
            Source::Server(address, _, token) => (Way::Server(address.sync_url()), token),
            Source::Member(ticket) => {
                let node = self.node(ways, Discovery::Find).await?;
                if node.key() == NodeKey(ticket.node) {
                    return Err("this ticket is of this very directory: join with another one".into());
                }
                let addresses = ways.at.iter().chain(&ticket.addresses).copied().collect();
                (Way::Member(node, NodeKey(ticket.node), addresses), ticket.token())
            }
        };
        tokio::spawn(keep(self.service.clone(), way, Upstream { token: token.into_bytes(), docs }, news));
        Ok(())
    }

    /// Lets others in that have what this returns, for as long as this runs.
    ///
    /// # Errors
    /// Where the network cannot be used, or the directory not be written.
    pub async fn share(&mut self, ways: &Ways) -> Result<String, String> {
        let node = self.node(ways, Discovery::Announce).await?;
        let secret = self.hub.share_secret(self.info.id).map_err(told)?;
        let ticket = Ticket::new(self.info.id, secret, node.key().0, &node.addresses().await, &self.info.name);
        let gate = Gate { token: Some(Token::new(&ticket.token()).map_err(told)?), reach: Reach::One(self.info.id) };
        let service = self.service.clone();
        tokio::spawn(async move {
            while let Some(knock) = node.accept().await {
                let (service, gate) = (service.clone(), gate.clone());
                tokio::spawn(async move {
                    // Who knocks and does not come in is nobody's business.
                    if let Ok(stream) = knock.answer().await {
                        service.accept(stream, &gate, || ()).await;
                    }
                });
            }
        });
        Ok(ticket.to_string())
    }

    async fn node(&mut self, ways: &Ways, discovery: Discovery) -> Result<Node, String> {
        if self.node.is_none() {
            let discovery = if ways.has_discovery { discovery } else { Discovery::Off };
            self.node = Some(Node::bind(&self.hub.node_secret(), ways.bind, discovery).await.map_err(told)?);
        }
        Ok(self.node.clone().expect("just made"))
    }

    /// Says goodbye to everybody, and keeps what makes the document open sooner.
    pub async fn close(self) {
        self.service.drain();
        if let Some(node) = &self.node {
            node.close().await;
        }
        self.service.put_away().await;
    }
}

/// How whom it comes from is reached.
enum Way {
    Server(String),
    Member(Node, NodeKey, Vec<SocketAddr>),
}

/// Connects again whenever the connection breaks, until that is of no use.
async fn keep(service: Service, way: Way, upstream: Upstream, news: mpsc::Sender<String>) {
    let mut backoff = Backoff::new(chance().unwrap_or_default());
    loop {
        let mut was_greeted = false;
        let greeted = || {
            was_greeted = true;
            // Who does not listen any more need not be told.
            let _ = news.try_send("connected".into());
        };
        let ended = match &way {
            Way::Server(url) => follow(&service, &upstream, net::connect(url), greeted).await,
            Way::Member(node, key, addresses) => {
                follow(&service, &upstream, node.connect(*key, addresses), greeted).await
            }
        };
        let Err(error) = ended else { return };
        let _ = news.try_send(format!("offline: {error}"));
        if error.is_final() {
            return;
        }
        if was_greeted {
            backoff.reset();
        }
        tokio::time::sleep(Duration::from_millis(backoff.pause_ms())).await;
    }
}

/// A member in memory of the storage node `service`, with a copy of a document of its own, to write in.
///
/// # Errors
/// Where the memory is no store.
pub fn seat(service: &Service, info: &DocumentInfo, key: &SigningKey, chance: [u64; 2]) -> Result<Member, HubError> {
    let hub = StoredHub::new(Arc::new(MemoryStore::new()), key.clone(), ReplicaId(chance[0]));
    // The generation is the storage node's: none is known here.
    hub.create_as(info.id, 0, &info.name)?;
    let copy = hub.load(info.id, |_, _| {})?;
    let settings = Settings { address: None, token: Vec::new(), seed: chance[1] };
    let mut member = Member::new(settings, Shelf::new(Keeping::Copy));
    member.open(info.id, copy);
    sit_down(&mut member, service);
    Ok(member)
}

/// Connects a member to the storage node, at first or again.
pub fn sit_down(member: &mut Member, service: &Service) {
    let (here, there) = net::memory();
    let service = service.clone();
    tokio::spawn(async move { service.accept(there, &Gate { token: None, reach: Reach::All }, || ()).await });
    member.meet(here);
}

fn choose(hub: &StoredHub, words: Option<&str>) -> Result<DocumentInfo, String> {
    find(&hub.documents().map_err(told)?, words)
}

/// The document that is called so, or has this id; where nothing is said, the only one.
fn find(documents: &[DocumentInfo], words: Option<&str>) -> Result<DocumentInfo, String> {
    let is_meant = |info: &&DocumentInfo| words.is_none_or(|words| info.name == words || info.id.to_string() == words);
    let found: Vec<&DocumentInfo> = documents.iter().filter(|info| !info.is_deleted).filter(is_meant).collect();
    if let [one] = found[..] {
        return Ok(one.clone());
    }
    let list = |infos: &[&DocumentInfo]| {
        infos.iter().map(|info| format!("\n  {}  {}", info.id, info.name)).collect::<String>()
    };
    match (words, found.is_empty()) {
        (Some(words), true) => Err(format!("there is no document called \"{words}\"")),
        (None, true) => Err("there is no document".into()),
        (_, false) => Err(format!("which document? Name one, or its id, with --document:{}", list(&found))),
    }
}

fn known_or_new(hub: &StoredHub, id: motet::DocumentId, name: &str) -> Result<DocumentInfo, String> {
    let known = hub.documents().map_err(told)?.into_iter().find(|known| known.id == id);
    match known {
        Some(known) if known.is_deleted => Err(format!("\"{}\" was deleted in this directory", known.name)),
        Some(known) => Ok(known),
        None => hub.create_as(id, 0, if name.is_empty() { "Babble" } else { name }).map_err(told),
    }
}

/// A number drawn by chance.
///
/// # Errors
/// Where the system gives none.
pub fn chance() -> Result<u64, String> {
    getrandom::u64().map_err(|error| format!("the system gives no random numbers: {error}"))
}

/// What went wrong, in words.
pub fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
