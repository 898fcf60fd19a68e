//! The web app's files.

use super::error::ApiError;
use crate::assets::Asset;
use crate::service::Service;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// A file of the app; a path without an extension is a place within it.
pub async fn file(State(service): State<Service>, method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_api = path.starts_with("api/");
    if is_api || ![Method::GET, Method::HEAD].contains(&method) {
        return not_found();
    }
    let is_place = path.is_empty() || !path.rsplit('/').next().unwrap_or_default().contains('.');
    let name = if is_place { "index.html" } else { path };
    service.config.assets.get(name).map_or_else(not_found, send)
}

fn send(asset: Asset) -> Response {
    let keep = if asset.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([("content-type", asset.media_type), ("cache-control", keep)], asset.bytes.into_owned()).into_response()
}

fn not_found() -> Response {
    ApiError::new(StatusCode::NOT_FOUND, "not-found", "there is nothing here").into_response()
}
