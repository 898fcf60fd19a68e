//! A member that others reach, and that reaches others, without a server: QUIC between keys, by iroh.
//!
//! Nothing outside takes part: no relay, no look-up in the internet's names, no port opened in a router. Where a member is
//! is known from a ticket, told by a person, or found out in the local network by multicast DNS. So two networks that
//! do not reach each other need a tunnel, or a member that stands in both.

use crate::SocketError;
use crate::stream::{Stream, lost};
use iroh::endpoint::{
    BindOpts, ConnectError, ConnectWithOptsError, ConnectingError, ConnectionError, QuicTransportConfig, VarInt,
    presets,
};
use iroh::endpoint::{Incoming as Handshake, IncomingAddr};
use iroh::{Endpoint, EndpointAddr, PublicKey, RelayMode, SecretKey, Watcher};
use iroh_mdns_address_lookup::MdnsAddressLookup;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use sync::limits::HELLO_DEADLINE_MS;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What both sides say they speak, before anything else.
const PROTOCOL: &[u8] = b"motet/1";

/// What members look for each other under: `_motet._udp.local`.
const SERVICE: &str = "motet";

/// Where a member listens that was told nothing else, if nobody does already: so that a ticket still holds, and a
/// firewall still lets through, after a restart.
const PORT: u16 = 4041;

/// Handshakes at once: each costs a signature, and more wait or are turned away before that.
const HANDSHAKES_MAX: usize = 64;

/// The time to find a member and to shake hands with it: several looks around, and less than what waits for it does.
const CONNECT_TIME: Duration = Duration::from_secs(8);

/// The silence after which a member counts as gone, three signs of life long: one whose machine lost its power comes back
/// elsewhere, and is looked for sooner.
const SILENCE_TIME: Duration = Duration::from_secs(15);

/// The time for the own addresses to be known.
const ADDRESSES_TIME: Duration = Duration::from_secs(3);

/// The public key of a member: what it is reached by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeKey(pub [u8; 32]);

/// The first digits, which people tell members apart by.
impl fmt::Display for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(5).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeKey({self})")
    }
}

/// How members of the local network are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// Not at all: by addresses only.
    Off,
    /// Others are found.
    Find,
    /// Others are found, and find this one.
    Announce,
}

/// Why there is no node.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The address is taken, or not of this machine.
    #[error("cannot listen on {0} (UDP): {1}")]
    Address(SocketAddr, String),
    /// The system does not give what it needs.
    #[error("cannot reach other members: {0}")]
    System(String),
}

/// A member in the network.
#[derive(Clone, Debug)]
pub struct Node {
    endpoint: Endpoint,
    handshakes: Arc<Semaphore>,
}

impl Node {
    /// A node whose key follows from `secret`, which is nobody else's. It listens on `listen`, or where that is not given on
    /// all addresses of the machine.
    pub async fn bind(secret: &[u8; 32], listen: Option<SocketAddr>, discovery: Discovery) -> Result<Self, NodeError> {
        let endpoint = match listen {
            Some(address) => start(secret, &[(address, true)]).await.map_err(|why| NodeError::Address(address, why))?,
            None => match start(secret, &everywhere(PORT)).await {
                Ok(endpoint) => endpoint,
                // Another member on this machine has the usual port.
                Err(_) => start(secret, &everywhere(0)).await.map_err(NodeError::System)?,
            },
        };
        if discovery != Discovery::Off {
            look_around(&endpoint, discovery == Discovery::Announce);
        }
        Ok(Self { endpoint, handshakes: Arc::new(Semaphore::new(HANDSHAKES_MAX)) })
    }

    /// What it is reached by.
    pub fn key(&self) -> NodeKey {
        NodeKey(*self.endpoint.id().as_bytes())
    }

    /// Where it is reached, once that is known.
    pub async fn addresses(&self) -> Vec<SocketAddr> {
        let mut watch = self.endpoint.watch_addr();
        let known = async {
            let mut at = watch.get();
            while at.ip_addrs().next().is_none() {
                match watch.updated().await {
                    Ok(updated) => at = updated,
                    Err(_) => break,
                }
            }
            at
        };
        let at = tokio::time::timeout(ADDRESSES_TIME, known).await.unwrap_or_else(|_| self.endpoint.addr());
        at.ip_addrs().copied().collect()
    }

    /// Connects to the member whose key is `key`, at one of `addresses` or wherever it is found. Who has another key is not
    /// talked to.
    pub async fn connect(&self, key: NodeKey, addresses: &[SocketAddr]) -> Result<Stream, SocketError> {
        let id = PublicKey::from_bytes(&key.0);
        let id = id.map_err(|_| SocketError::Unreachable("the ticket holds no key of a member".into()))?;
        let at = addresses.iter().fold(EndpointAddr::new(id), |at, &address| at.with_ip_addr(address));
        let connecting = tokio::time::timeout(CONNECT_TIME, self.endpoint.connect(at, PROTOCOL)).await;
        let connection = connecting.map_err(|_| nobody(addresses))?.map_err(|error| explain(error, addresses))?;
        Stream::open(connection).await
    }

    /// The next member that knocks; none once the node is closed.
    pub async fn accept(&self) -> Option<Knock> {
        loop {
            let handshake = self.endpoint.accept().await?;
            match self.handshakes.clone().try_acquire_owned() {
                Ok(permit) => return Some(Knock { handshake, permit }),
                Err(_) => handshake.refuse(),
            }
        }
    }

    /// Ends all connections, and says so to the other sides.
    pub async fn close(&self) {
        self.endpoint.close().await;
    }
}

/// Somebody who wants to connect.
#[derive(Debug)]
pub struct Knock {
    handshake: Handshake,
    permit: OwnedSemaphorePermit,
}

impl Knock {
    /// From where; none where that says nothing.
    pub fn address(&self) -> Option<SocketAddr> {
        match self.handshake.remote_addr() {
            IncomingAddr::Ip(address) => Some(address),
            _ => None,
        }
    }

    /// Lets it prove its key and begin to speak, for as long as a greeting may take.
    pub async fn answer(self) -> Result<Stream, SocketError> {
        let _permit = self.permit;
        let answer = async {
            let connection = self.handshake.await.map_err(|error| SocketError::Failed(error.to_string()))?;
            Stream::accept(connection).await
        };
        let deadline = Duration::from_millis(HELLO_DEADLINE_MS);
        tokio::time::timeout(deadline, answer).await.map_err(|_| SocketError::Stalled)?
    }
}

/// All addresses of the machine, of both kinds where there are two.
fn everywhere(port: u16) -> [(SocketAddr, bool); 2] {
    [((Ipv4Addr::UNSPECIFIED, port).into(), true), ((Ipv6Addr::UNSPECIFIED, port).into(), false)]
}

/// Listens on addresses, of which some must work. Relays and all look-ups are off unless asked for, and so they stay.
async fn start(secret: &[u8; 32], addresses: &[(SocketAddr, bool)]) -> Result<Endpoint, String> {
    // One stream both ways carries everything, so nobody may open others.
    let silence = SILENCE_TIME.try_into().expect("it fits into a number of QUIC");
    let transport = QuicTransportConfig::builder()
        .max_idle_timeout(Some(silence))
        .max_concurrent_bidi_streams(VarInt::from_u32(1))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .build();
    let mut builder = Endpoint::builder(presets::Minimal)
        .secret_key(SecretKey::from_bytes(secret))
        .relay_mode(RelayMode::Disabled)
        .alpns(vec![PROTOCOL.to_vec()])
        .transport_config(transport)
        .clear_ip_transports();
    for &(address, is_required) in addresses {
        let options = BindOpts::default().set_is_required(is_required);
        builder = builder.bind_addr_with_opts(address, options).map_err(|error| error.to_string())?;
    }
    builder.bind().await.map_err(|error| format!("{error:#}"))
}

/// Looks for members in the local network. Where that does not work tickets and addresses still do.
fn look_around(endpoint: &Endpoint, advertise: bool) {
    let mdns = MdnsAddressLookup::builder().service_name(SERVICE).advertise(advertise).build(endpoint.id());
    match (mdns, endpoint.address_lookup()) {
        (Ok(mdns), Ok(lookups)) => lookups.add(mdns),
        (Err(error), _) => tracing::warn!(%error, "members of this network are not found by themselves: no multicast"),
        // It was closed meanwhile.
        (Ok(_), Err(_)) => {}
    }
}

/// What a person can do where nobody is reached.
fn nobody(addresses: &[SocketAddr]) -> SocketError {
    let tried: String = addresses.iter().map(|address| format!(", {address}")).collect();
    SocketError::Unreachable(format!(
        "the member is not found (tried this network{tried}). Is it running, and does the network let devices talk to each \
         other? If it has another address by now, give that with --at ADDRESS"
    ))
}

/// Why a member was not reached.
fn explain(error: ConnectError, addresses: &[SocketAddr]) -> SocketError {
    match error {
        ConnectError::Connect { source: ConnectWithOptsError::SelfConnect { .. }, .. } => {
            SocketError::Unreachable("this is the member itself: a ticket is for others".into())
        }
        ConnectError::Connect { source: ConnectWithOptsError::NoAddress { .. }, .. } => nobody(addresses),
        ConnectError::Connection { source, .. }
        | ConnectError::Connecting { source: ConnectingError::ConnectionError { source, .. }, .. } => match source {
            ConnectionError::TimedOut => nobody(addresses),
            ConnectionError::ConnectionClosed(_) | ConnectionError::TransportError(_) => SocketError::Unreachable(
                "who answers there does not have the key of the member, or speaks another version".into(),
            ),
            source => lost(source),
        },
        error => SocketError::Failed(error.to_string()),
    }
}
