//! What all parts of a running server share.

use crate::access::{Gate, Origins, Pass, Reach, Token};
use crate::assets::Assets;
use crate::connection;
use crate::document::ConnectionId;
use crate::hub::Hub;
use crate::limits::{CONNECTIONS_MAX, STRANGERS_MAX};
use crate::metrics::Metrics;
use crate::registry::Registry;
use net::Transport;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Blobs;
use tokio::sync::watch;

/// How a server is set up.
#[derive(Clone)]
pub struct Config {
    /// What admits members and requests; none only where nobody else can connect.
    pub token: Option<Token>,
    /// Which pages may use the server.
    pub origins: Origins,
    /// The web app.
    pub assets: Arc<dyn Assets>,
    /// A random number of this run, from which the identities of connections are made.
    pub seed: u64,
}

/// What all parts of a running server share.
#[derive(Clone)]
pub struct Service {
    pub(crate) config: Arc<Config>,
    pub(crate) hub: Arc<dyn Hub>,
    pub(crate) blobs: Option<Blobs>,
    pub(crate) registry: Registry,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) draining: Arc<watch::Sender<bool>>,
    #[cfg(feature = "p2p")]
    pub(crate) peers: Option<crate::peers::Peers>,
    connections: Arc<AtomicU64>,
}

impl Service {
    /// A service of `hub`. Must be made within a runtime.
    pub fn new(config: Config, hub: Arc<dyn Hub>) -> Self {
        let metrics = Arc::new(Metrics::default());
        Self {
            config: Arc::new(config),
            registry: Registry::new(hub.clone(), metrics.clone()),
            hub,
            blobs: None,
            metrics,
            draining: Arc::new(watch::Sender::new(false)),
            #[cfg(feature = "p2p")]
            peers: None,
            connections: Arc::default(),
        }
    }

    /// The same with blobs.
    pub fn with_blobs(self, blobs: Blobs) -> Self {
        self.registry.keep_blobs(blobs.clone());
        Self { blobs: Some(blobs), ..self }
    }

    /// The same, with documents shared and followed by tickets where people ask for that. `peers` was made with a service
    /// without any.
    #[cfg(feature = "p2p")]
    pub fn with_peers(self, peers: crate::peers::Peers) -> Self {
        Self { peers: Some(peers), ..self }
    }

    /// What it counted so far.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Exchanges documents with whoever connected by `transport`, until that ends; nothing where too many did already.
    /// `admitted` is called once `gate` let it in.
    pub async fn accept(&self, transport: impl Transport, gate: &Gate, admitted: impl FnOnce()) {
        self.admit(transport, |token| gate.judge(token).inspect(|_| admitted())).await;
    }

    /// The same where each token may open something else.
    pub(crate) async fn admit(&self, transport: impl Transport, judge: impl FnOnce(&[u8]) -> Option<Pass>) {
        let (strangers, all) = (self.metrics.strangers.get(), self.metrics.sockets.get());
        if self.is_draining() || strangers >= STRANGERS_MAX as i64 || all >= CONNECTIONS_MAX as i64 {
            self.metrics.connections_refused.add(1);
            return;
        }
        connection::serve(self.clone(), transport, judge).await;
    }

    /// Whom the server itself lets in.
    pub(crate) fn gate(&self) -> Gate {
        Gate { token: self.config.token.clone(), reach: Reach::All }
    }

    /// Ends all sessions with a word, and says that it is not ready any more.
    pub fn drain(&self) {
        self.draining.send_replace(true);
    }

    /// Has its documents keep what makes them open sooner, before it stops.
    pub async fn put_away(&self) {
        self.registry.put_away().await;
    }

    /// Whether it is about to stop.
    pub fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.registry.now_ms()
    }

    pub(crate) fn next_connection(&self) -> ConnectionId {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A number that stands for a connection and is not the same after a restart. Not secret: it names,
    /// it does not admit.
    pub(crate) fn scramble(&self, id: ConnectionId) -> u64 {
        let hash = blake3::hash(&[self.config.seed.to_le_bytes(), id.to_le_bytes()].concat());
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"))
    }
}
