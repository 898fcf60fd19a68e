//! A document's text, for programs that know files and not members.

use super::api::{command, read_id};
use super::error::ApiError;
use super::header;
use crate::content::DocumentType;
use crate::document::{Base, Command, Put, Text};
use crate::service::Service;
use crate::version_text::{read_version, write_version};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// The version of what was answered: what `at=` takes.
const VERSION: HeaderName = HeaderName::from_static("motet-version");
/// In how many places people wanted different things.
const CONFLICTS: HeaderName = HeaderName::from_static("motet-conflicts");
/// Whether a save had to be merged with others' changes.
const MERGED: HeaderName = HeaderName::from_static("motet-merged");

#[derive(Deserialize)]
pub struct TextQuery {
    at: Option<String>,
}

/// The text or JSON now, or at a version.
pub async fn get(
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(query): Query<TextQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let at = query.at.map(|text| read_version(&text).ok_or_else(ApiError::bad_version)).transpose()?;
    let text: Text = command(&service, read_id(&id)?, |reply| Command::GetText { at, reply }).await?;
    let names = [
        (ETAG, text.etag.clone()),
        (VERSION, write_version(&text.version)),
        (CONFLICTS, text.content.conflicts.to_string()),
    ];
    let known = header(&headers, IF_NONE_MATCH.as_str()).unwrap_or_default();
    if etags(known).any(|etag| etag == text.etag || etag == "*") {
        return Ok((StatusCode::NOT_MODIFIED, names).into_response());
    }
    let media_type = (CONTENT_TYPE, HeaderValue::from_static(text.content.document_type.media_type()));
    Ok((names, [media_type], text.content.text).into_response())
}

/// Saves a text, or JSON. Against the ETag that `If-Match` names it is merged with what came since; without one
/// it is compared with what is there now. What had to be merged is answered without an ETag, since what
/// is stored is not what was sent.
pub async fn put(
    State(service): State<Service>,
    Path(id): Path<String>,
    headers: HeaderMap,
    text: String,
) -> Result<Response, ApiError> {
    let base = match header(&headers, IF_MATCH.as_str()) {
        None | Some("*") => Base::Now,
        Some(list) => Base::Etags(etags(list).map(str::to_owned).collect()),
    };
    let media_type = header(&headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let new_type = DocumentType::of_media_type(media_type).new();
    match command(&service, read_id(&id)?, |reply| Command::PutText { base, text, new_type, reply }).await? {
        Put::Saved { etag: Some(etag), version } => {
            Ok((StatusCode::NO_CONTENT, [(ETAG, etag), (VERSION, write_version(&version))]).into_response())
        }
        Put::Saved { etag: None, version } => {
            let names = [(MERGED, "true".to_owned()), (VERSION, write_version(&version))];
            Ok((StatusCode::NO_CONTENT, names).into_response())
        }
        Put::UnknownBase => Err(ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            "unknown-etag",
            "the version behind this ETag is not known any more; get the text, merge, and save again",
        )),
    }
}

/// The strong ETags of a header. Weak ones never match: they do not name bytes.
fn etags(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').map(str::trim).filter(|etag| !etag.is_empty() && !etag.starts_with("W/"))
}
