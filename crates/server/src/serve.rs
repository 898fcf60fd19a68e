//! Listening, counting, and stopping.

use crate::access::{ListenError, check_listen};
use crate::http::routes;
use crate::limits::{CONNECTIONS_MAX, CONNECTIONS_OF_ADDRESS_MAX, DRAIN_TIME, HEADER_TIME};
use crate::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    service: Service,
}

impl Server {
    /// Listens on `address`, unless that would let everybody in.
    pub async fn bind(address: SocketAddr, service: Service) -> Result<Self, ListenError> {
        check_listen(address, service.config.token.as_ref())?;
        let listener = TcpListener::bind(address).await.map_err(|error| ListenError::Address(address, error))?;
        Ok(Self { listener, service })
    }

    /// Where it listens: with port 0 the system chose one.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is done, then ends all sessions with a word and waits for what is under way.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let counts = Counts::default();
        let mut builder = Builder::new(TokioExecutor::new()).http1_only();
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
        let app = routes(self.service.clone());
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let Some((stream, place)) = self.admit(accepted, &counts).await else { continue };
            let place = Arc::new(place);
            let app = TowerToHyperService::new(app.clone().layer(axum::Extension(place.clone())));
            let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), app).into_owned();
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                let _place = place;
                // Broken connections are the rule; what matters is logged where it happens.
                let _ = connection.await;
            });
        }
        self.service.drain();
        drop(self.listener);
        tracing::info!("stopping: waiting for what is under way");
        let ended = async {
            graceful.shutdown().await;
            while self.service.metrics.sockets.get() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(DRAIN_TIME, ended).await.is_err() {
            tracing::warn!("some connections did not end in time; nothing acknowledged is lost");
        }
        if tokio::time::timeout(DRAIN_TIME, self.service.registry.put_away()).await.is_err() {
            tracing::warn!("no time to keep images of all documents; some will open more slowly");
        }
    }

    async fn admit(
        &self,
        accepted: std::io::Result<(TcpStream, SocketAddr)>,
        counts: &Counts,
    ) -> Option<(TcpStream, Place)> {
        match accepted {
            Ok((stream, from)) => {
                let Some(place) = counts.enter(from.ip(), &self.service) else {
                    self.service.metrics.connections_refused.add(1);
                    return None;
                };
                // Small messages must not wait for the next; where it fails they wait.
                let _ = stream.set_nodelay(true);
                Some((stream, place))
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                tokio::time::sleep(Duration::from_millis(100)).await;
                None
            }
        }
    }
}

/// How many connections each address has.
#[derive(Clone, Default)]
pub struct Counts(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

/// The right to one connection, given back when it is dropped.
pub struct Place {
    counts: Counts,
    address: IpAddr,
    service: Service,
}

impl Counts {
    fn enter(&self, address: IpAddr, service: &Service) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = counts.values().sum();
        let of_address = counts.entry(address).or_default();
        if all >= CONNECTIONS_MAX || *of_address >= CONNECTIONS_OF_ADDRESS_MAX {
            return None;
        }
        *of_address += 1;
        service.metrics.connections.add(1);
        Some(Place { counts: self.clone(), address, service: service.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.service.metrics.connections.add(-1);
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Done when the process is asked to stop: SIGTERM, or Ctrl-C.
pub async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            // Without the signal Ctrl-C is what is left.
            let _ = interrupted.await;
            return;
        };
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupted.await;
    }
}
