//! From HTTP to WebSocket, with limits of our own on the first message.

use super::error::ApiError;
use super::header;
use crate::connection;
use crate::limits::STRANGERS_MAX;
use crate::serve::Place;
use crate::service::Service;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use hyper_util::rt::TokioIo;
use net::Socket;
use std::sync::Arc;

/// Answers an upgrade, and serves the socket from then on. The origin was checked before.
pub async fn upgrade(State(service): State<Service>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers();
    let wants = |name, word: &str| header(headers, name).is_some_and(|value| value.to_ascii_lowercase().contains(word));
    let key = header(headers, "sec-websocket-key");
    let is_known = header(headers, "sec-websocket-version") == Some("13");
    let (true, true, true, Some(key)) = (wants("connection", "upgrade"), wants("upgrade", "websocket"), is_known, key)
    else {
        return Err(ApiError::new(
            StatusCode::UPGRADE_REQUIRED,
            "upgrade",
            "this address speaks WebSocket, version 13",
        ));
    };
    if service.is_draining() || service.metrics.strangers.get() >= STRANGERS_MAX as i64 {
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too-many", "too many connections; try again"));
    }
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", net::derive_accept_key(key.as_bytes()))
        .body(Body::empty())
        .expect("a response of fixed parts");
    // The place among the connections is kept for as long as the socket lives.
    let place = request.extensions().get::<Arc<Place>>().cloned();
    tokio::spawn(async move {
        let _place = place;
        match hyper::upgrade::on(request).await {
            Ok(io) => {
                let (gate, socket) = (service.gate(), Socket::accept(TokioIo::new(io)).await);
                connection::serve(service, socket, |token| gate.judge(token)).await;
            }
            Err(error) => tracing::debug!(%error, "an upgrade failed"),
        }
    });
    Ok(response)
}
