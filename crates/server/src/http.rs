//! The routes, and who may use them.

mod api;
mod app;
mod blobs;
mod error;
mod peers;
mod prefer;
mod text;
mod upgrade;

use crate::limits::{BODY_BYTES_MAX, REQUEST_TIME};
use crate::metrics::blob_page;
use crate::service::Service;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use error::ApiError;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

/// Everything that the server answers to.
pub fn routes(service: Service) -> Router {
    let asked = api::routes().merge(peers::routes()).route("/metrics", get(metrics));
    let guarded = asked.layer(from_fn_with_state(service.clone(), check_token));
    let routes = Router::new()
        .merge(guarded)
        .route("/sync", get(upgrade::upgrade))
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .fallback(app::file)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME))
        // Long ones take as long as they move: they count their bytes and watch their pauses themselves.
        .merge(blobs::routes().layer(from_fn_with_state(service.clone(), check_token)))
        .layer(from_fn_with_state(service.clone(), check_origin));
    let metrics = service.metrics.clone();
    let caught = move |_| {
        metrics.panics.add(1);
        ApiError::panic().into_response()
    };
    routes.layer(CatchPanicLayer::custom(caught)).with_state(service)
}

async fn metrics(State(service): State<Service>) -> impl IntoResponse {
    let blobs = service.blobs.as_ref().map_or_else(String::new, |blobs| blob_page(blobs.usage(), blobs.quotas()));
    ([("content-type", "text/plain; version=0.0.4")], service.metrics.page() + &blobs)
}

async fn ready(State(service): State<Service>) -> (StatusCode, String) {
    let problem = if service.is_draining() { Some("about to stop".into()) } else { service.hub.problem() };
    match problem {
        None => (StatusCode::OK, "ready\n".into()),
        Some(problem) => (StatusCode::SERVICE_UNAVAILABLE, format!("{problem}\n")),
    }
}

/// Host names and origins: what keeps other pages of the same browser away.
async fn check_origin(State(service): State<Service>, request: Request, next: Next) -> Response {
    service.metrics.requests.add(1);
    let headers = request.headers();
    let host = header(headers, HOST.as_str()).unwrap_or_default();
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let is_upgrade = request.uri().path() == "/sync";
    let origin = header(headers, ORIGIN.as_str());
    let is_allowed = match origin {
        Some(origin) if is_upgrade || !is_read => service.config.origins.allows(origin, host),
        // Browsers always say it here, and everybody else can.
        None if is_upgrade => false,
        _ => service.config.origins.knows_host(host),
    };
    if !is_allowed {
        return ApiError::origin().into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
             img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        // Where an answer says something stricter of its own, that stands.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn check_token(State(service): State<Service>, request: Request, next: Next) -> Response {
    let given = header(request.headers(), AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    match &service.config.token {
        Some(token) if !given.is_some_and(|given| token.admits(given.as_bytes())) => ApiError::token().into_response(),
        _ => next.run(request).await,
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
