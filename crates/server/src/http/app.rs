//! The web app's files.

use super::error::ApiError;
use super::prefer::takes_gzip;
use crate::assets::{Asset, Packing};
use crate::service::Service;
use axum::extract::State;
use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// A file of the app; a path without an extension is a place within it.
pub async fn file(State(service): State<Service>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_api = path.starts_with("api/");
    if is_api || ![Method::GET, Method::HEAD].contains(&method) {
        return not_found();
    }
    let is_place = path.is_empty() || !path.rsplit('/').next().unwrap_or_default().contains('.');
    let name = if is_place { "index.html" } else { path };
    let accepted: Vec<&str> = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    service.config.assets.get(name).map_or_else(not_found, |asset| send(asset, takes_gzip(&accepted.join(","))))
}

/// Sends a file as it is kept, or unpacks it for the few who do not take it so.
fn send(asset: Asset, takes_gzip: bool) -> Response {
    let keep = if asset.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let head = [("content-type", asset.media_type), ("cache-control", keep)];
    match asset.packing {
        Packing::Plain => (head, asset.bytes).into_response(),
        // What lies between must not give one's answer to the other.
        Packing::Gzip if takes_gzip => {
            (head, [("content-encoding", "gzip"), ("vary", "accept-encoding")], asset.bytes).into_response()
        }
        Packing::Gzip => match asset.unpacked() {
            Ok(bytes) => (head, [("vary", "accept-encoding")], bytes).into_response(),
            Err(error) => {
                let message = format!("failed to unpack a file of the app: {error}");
                ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "app-damaged", &message).into_response()
            }
        },
    }
}

fn not_found() -> Response {
    ApiError::new(StatusCode::NOT_FOUND, "not-found", "there is nothing here").into_response()
}
