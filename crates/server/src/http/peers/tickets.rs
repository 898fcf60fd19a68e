//! What people do with tickets: give one out, see who came, end it; read one, follow it, and end that.

use super::super::api::read_id;
use super::super::error::ApiError;
use super::off;
use crate::peers::{Guest, JoinPhase, Joined, Peers, PeersError, Shared};
use crate::service::Service;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sync::Ticket;

pub fn routes() -> Router<Service> {
    Router::new()
        .route("/api/documents/{id}/share", get(shared).put(share).post(renew).delete(stop))
        .route("/api/tickets", post(read))
        .route("/api/joins", post(join))
        .route("/api/joins/{id}", get(joined).post(rejoin).delete(leave))
}

/// What does it, where that was allowed.
pub fn peers(service: &Service) -> Result<&Peers, ApiError> {
    service.peers.as_ref().ok_or_else(off)
}

/// A ticket that somebody was given, or a link of one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    ticket: String,
}

async fn shared(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(describe_share(peers(&service)?.shared(read_id(&id)?).as_ref())))
}

async fn share(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(describe_share(Some(&peers(&service)?.share(read_id(&id)?).await?))))
}

async fn renew(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(describe_share(Some(&peers(&service)?.renew(read_id(&id)?).await?))))
}

async fn stop(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    peers(&service)?.stop_sharing(read_id(&id)?).await?;
    Ok(Json(describe_share(None)))
}

async fn read(State(service): State<Service>, Json(given): Json<Given>) -> Result<Json<Value>, ApiError> {
    let facts = peers(&service)?.read(&given.ticket).await?;
    Ok(Json(json!({
        "id": facts.ticket.doc.to_string(),
        "name": facts.ticket.name,
        "member": member(&facts.ticket),
        "addresses": addresses(&facts.ticket),
        "known": facts.known,
    })))
}

async fn join(State(service): State<Service>, Json(given): Json<Given>) -> Result<Response, ApiError> {
    let peers = peers(&service)?;
    let ticket = given.ticket.parse::<Ticket>().map_err(PeersError::from)?;
    let joined = peers.join(ticket).await?;
    Ok((StatusCode::ACCEPTED, Json(describe_join(&joined))).into_response())
}

async fn joined(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(describe_join(&peers(&service)?.joined(read_id(&id)?).await?)))
}

async fn rejoin(State(service): State<Service>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let joined = peers(&service)?.rejoin(read_id(&id)?).await?;
    Ok((StatusCode::ACCEPTED, Json(describe_join(&joined))).into_response())
}

async fn leave(State(service): State<Service>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    peers(&service)?.leave(read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn describe_share(shared: Option<&Shared>) -> Value {
    let Some(Shared { ticket, guests }) = shared else { return json!({ "sharing": false }) };
    json!({
        "sharing": true,
        "ticket": ticket.to_string(),
        "link": ticket.link(),
        "picture": picture(ticket),
        "member": member(ticket),
        "addresses": addresses(ticket),
        "guests": guests.iter().map(describe_guest).collect::<Vec<_>>(),
    })
}

fn describe_guest(guest: &Guest) -> Value {
    json!({ "member": guest.member, "address": guest.address, "since": guest.since })
}

fn describe_join(joined: &Joined) -> Value {
    let Joined { ticket, phase, has_arrived } = joined;
    let (state, problem, count) = match phase {
        JoinPhase::Seeking(problem) => ("seeking", problem.clone(), None),
        JoinPhase::Connected(count) => ("connected", None, *count),
        JoinPhase::Refused(problem) => ("refused", Some(problem.clone()), None),
    };
    json!({
        "id": ticket.doc.to_string(),
        "name": ticket.name,
        "member": member(ticket),
        "state": state,
        "problem": problem,
        "progress": count.map(|(done, total)| json!({ "done": done, "total": total })),
        "arrived": has_arrived,
    })
}

fn member(ticket: &Ticket) -> String {
    net::NodeKey(ticket.node).to_string()
}

fn addresses(ticket: &Ticket) -> Vec<String> {
    ticket.addresses.iter().map(ToString::to_string).collect()
}

/// The ticket as a QR code in SVG: black on white, which is what readers of such codes expect. Capitals take less room in it. None
/// where it does not fit, which no ticket is long enough for.
fn picture(ticket: &Ticket) -> Option<String> {
    let text = ticket.to_string().to_uppercase();
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).ok()?;
    Some(code.render::<Color<'_>>().min_dimensions(240, 240).build())
}

impl From<PeersError> for ApiError {
    fn from(error: PeersError) -> Self {
        let status = match error {
            PeersError::Hub(error) => return error.into(),
            PeersError::Ticket(_) => StatusCode::UNPROCESSABLE_ENTITY,
            PeersError::Own(_) | PeersError::Deleted(_) | PeersError::TooMany => StatusCode::CONFLICT,
            PeersError::NotJoined(_) => StatusCode::NOT_FOUND,
            PeersError::Token(_) => StatusCode::INTERNAL_SERVER_ERROR,
            PeersError::Node(_) | PeersError::Stopped => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.code(), &error.to_string())
    }
}
