//! Documents as JSON: list, create, rename, delete, undelete, history.

use super::error::ApiError;
use super::text;
use crate::content::{DocumentType, NewType};
use crate::document::{Base, Command};
use crate::hub::{DocumentInfo, Hub, HubError};
use crate::limits::{DOCUMENT_NAME_BYTES_MAX, HISTORY_PAGE_MAX};
use crate::service::Service;
use crate::version_text::read_version;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use axum::{Json, Router};
use clock::DocumentId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::oneshot;

pub fn routes() -> Router<Service> {
    Router::new()
        .route("/api/documents", get(list).post(create))
        .route("/api/documents/{id}", patch(change).delete(delete))
        .route("/api/documents/{id}/text", get(text::get).put(text::put))
        .route("/api/documents/{id}/conflicts", get(conflicts))
        .route("/api/documents/{id}/history", get(history))
}

#[derive(Deserialize)]
struct NewDocument {
    name: String,
    /// `text`, `json` or `note`; what the name says where it is missing.
    #[serde(rename = "type")]
    document_type: Option<String>,
    /// What the parts of a JSON document mean to a merge.
    schema: Option<Value>,
}

impl NewDocument {
    fn document_type(&self) -> Result<DocumentType, ApiError> {
        let document_type = match self.document_type.as_deref() {
            None if self.schema.is_some() => Some(DocumentType::Json),
            None => Some(DocumentType::of_name(&self.name)),
            Some(code) => DocumentType::of_code(code),
        };
        let fits = |one: &DocumentType| self.schema.is_none() || *one == DocumentType::Json;
        document_type.filter(fits).ok_or_else(bad_type)
    }
}

/// What a JSON document says of which only the name is known.
const NEW_JSON: &str = "{}\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: Option<String>,
    deleted: Option<bool>,
}

#[derive(Deserialize)]
pub struct HistoryQuery {
    before: Option<String>,
    count: Option<usize>,
}

async fn list(State(service): State<Service>) -> Result<Json<Value>, ApiError> {
    let documents = ask(&service, |hub| hub.documents()).await?;
    Ok(Json(json!({ "documents": documents.iter().map(describe).collect::<Vec<_>>() })))
}

async fn create(State(service): State<Service>, Json(new): Json<NewDocument>) -> Result<Response, ApiError> {
    check_name(&new.name)?;
    let document_type = new.document_type()?;
    let schema = new.schema.map(|schema| schema.to_string());
    check_schema(schema.as_deref())?;
    let info = ask(&service, move |hub| hub.create(&new.name, document_type)).await?;
    let (text, new_type) = match document_type {
        DocumentType::Json => (NEW_JSON, Some(NewType::Json { schema })),
        other => ("", other.new_type()),
    };
    if new_type.is_some() {
        let (base, text) = (Base::Now, text.to_owned());
        command(&service, info.id, |reply| Command::PutText { base, text, new_type, reply }).await?;
    }
    Ok((StatusCode::CREATED, [("location", format!("/api/documents/{}", info.id))], Json(describe(&info)))
        .into_response())
}

async fn change(
    State(service): State<Service>,
    Path(id): Path<String>,
    Json(change): Json<Change>,
) -> Result<Json<Value>, ApiError> {
    let id = read_id(&id)?;
    change.name.as_deref().map_or(Ok(()), check_name)?;
    let made = move |hub: &dyn Hub| {
        let undeleted = change.deleted.map(|is_deleted| hub.set_deleted(id, is_deleted)).transpose()?;
        let renamed = change.name.map(|name| hub.rename(id, &name)).transpose()?;
        Ok(renamed.or(undeleted))
    };
    let info = ask(&service, made).await?;
    #[cfg(feature = "p2p")]
    if let (Some(peers), Some(true)) = (&service.peers, change.deleted) {
        peers.forget(id).await?;
    }
    let nothing = || ApiError::new(StatusCode::BAD_REQUEST, "no-change", "give a name or deleted");
    Ok(Json(describe(&info.ok_or_else(nothing)?)))
}

async fn delete(State(service): State<Service>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = read_id(&id)?;
    let described = describe(&ask(&service, move |hub| hub.set_deleted(id, true)).await?);
    // What is deleted here is neither given to others nor taken from them any more.
    #[cfg(feature = "p2p")]
    if let Some(peers) = &service.peers {
        peers.forget(id).await?;
    }
    Ok(Json(described))
}

async fn conflicts(State(service): State<Service>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let json = command(&service, read_id(&id)?, |reply| Command::Conflicts { reply }).await?;
    Ok(([("content-type", "application/json")], json).into_response())
}

async fn history(
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, ApiError> {
    let before = query.before.map(|text| read_version(&text).ok_or_else(ApiError::bad_version)).transpose()?;
    let count = query.count.unwrap_or(HISTORY_PAGE_MAX).min(HISTORY_PAGE_MAX);
    let json = command(&service, read_id(&id)?, |reply| Command::History { before, count, reply }).await?;
    Ok(([("content-type", "application/json")], json).into_response())
}

/// Asks the hub, off the threads that carry the network.
async fn ask<T: Send + 'static>(
    service: &Service,
    question: impl FnOnce(&dyn Hub) -> Result<T, HubError> + Send + 'static,
) -> Result<T, ApiError> {
    let hub: Arc<dyn Hub> = service.hub.clone();
    let answer = tokio::task::spawn_blocking(move || question(&*hub)).await;
    Ok(answer.map_err(|_| ApiError::panic())??)
}

/// Asks the task of a document.
pub async fn command<T>(
    service: &Service,
    doc: DocumentId,
    command: impl FnOnce(oneshot::Sender<Result<T, HubError>>) -> Command,
) -> Result<T, ApiError> {
    let (reply, answer) = oneshot::channel();
    service.registry.dispatch(doc, command(reply))?;
    Ok(answer.await.map_err(|_| ApiError::stopped())??)
}

pub fn read_id(id: &str) -> Result<DocumentId, ApiError> {
    id.parse().map_err(|_| ApiError::bad_id())
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let is_good =
        !name.trim().is_empty() && name.len() <= DOCUMENT_NAME_BYTES_MAX && !name.chars().any(char::is_control);
    let message = format!("a name has 1 to {DOCUMENT_NAME_BYTES_MAX} bytes and no control characters");
    if is_good { Ok(()) } else { Err(ApiError::new(StatusCode::BAD_REQUEST, "name", &message)) }
}

fn bad_type() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "type", "a type is text, json or note; only json has a schema")
}

fn check_schema(schema: Option<&str>) -> Result<(), ApiError> {
    let read = |text: &str| {
        let tree = json::Tree::parse(text.as_bytes()).map_err(|error| error.to_string())?;
        json::Schema::read(&tree).map(drop).map_err(|error| error.to_string())
    };
    let refuse = |why: String| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "schema", &why);
    schema.map_or(Ok(()), read).map_err(refuse)
}

fn describe(info: &DocumentInfo) -> Value {
    let mut described = json!({ "id": info.id.to_string(), "name": info.name, "deleted": info.is_deleted });
    if let Some(document_type) = info.document_type {
        described["type"] = json!(document_type.code());
    }
    described
}
