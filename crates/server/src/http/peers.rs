//! Documents shared and followed by tickets, where this server does that.

#[cfg(feature = "p2p")]
mod tickets;

#[cfg(feature = "p2p")]
use super::error::ApiError;
use crate::service::Service;
#[cfg(feature = "p2p")]
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// The routes: all of them where tickets are known, and otherwise one that says that they are not.
pub fn routes() -> Router<Service> {
    let routes = Router::new().route("/api/peers", get(about));
    #[cfg(feature = "p2p")]
    let routes = routes.merge(tickets::routes());
    routes
}

#[cfg(feature = "p2p")]
async fn about(axum::extract::State(service): axum::extract::State<Service>) -> Json<Value> {
    Json(match tickets::peers(&service) {
        Ok(_) => json!({ "available": true }),
        Err(_) => json!({ "available": false, "message": OFF }),
    })
}

#[cfg(not(feature = "p2p"))]
async fn about() -> Json<Value> {
    Json(json!({ "available": false, "message": "this server was built without connections from member to member" }))
}

/// Why nothing is shared from here.
#[cfg(feature = "p2p")]
const OFF: &str = "this server shares nothing by tickets: who runs it starts it with --peers";

#[cfg(feature = "p2p")]
fn off() -> ApiError {
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "no-peers", OFF)
}
