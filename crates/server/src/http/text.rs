//! A document's text, for programs that know files and not members.

use super::api::{command, read_id};
use super::error::ApiError;
use super::header;
use super::prefer::prefers_html;
use crate::content::{Content, DocumentType};
use crate::document::{Base, Command, Put, Text};
use crate::etag::Etags;
use crate::service::Service;
use crate::version_text::{read_version, write_version};
use axum::extract::{Path, Query, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;

/// The version of what was answered: what `at=` takes.
const VERSION: HeaderName = HeaderName::from_static("motet-version");
/// In how many places people wanted different things.
const CONFLICTS: HeaderName = HeaderName::from_static("motet-conflicts");
/// Whether a save had to be merged with others' changes.
const MERGED: HeaderName = HeaderName::from_static("motet-merged");

const HTML: &str = "text/html; charset=utf-8";

#[derive(Deserialize)]
pub struct TextQuery {
    at: Option<String>,
}

/// The text, JSON or Markdown now, or at a version; a note as HTML where that is preferred.
pub async fn get(
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(query): Query<TextQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let at = query.at.map(|text| read_version(&text).ok_or_else(ApiError::bad_version)).transpose()?;
    let text: Text = command(&service, read_id(&id)?, |reply| Command::GetText { at, reply }).await?;
    let is_html = text.content.document_type == DocumentType::Note
        && prefers_html(header(&headers, ACCEPT.as_str()).unwrap_or_default());
    let media_type = if is_html { HTML } else { text.content.document_type.media_type() };
    let text = if is_html { as_html(text).await? } else { text };
    let names = [
        (ETAG, text.etag.clone()),
        (VERSION, write_version(&text.version)),
        (CONFLICTS, text.content.conflicts.to_string()),
        (VARY, ACCEPT.to_string()),
    ];
    let known = header(&headers, IF_NONE_MATCH.as_str()).unwrap_or_default();
    if etags(known).any(|etag| etag == text.etag || etag == "*") {
        return Ok((StatusCode::NOT_MODIFIED, names).into_response());
    }
    let media_type = (CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok((names, [media_type], text.content.text).into_response())
}

/// The same for people to read, under the ETag of these bytes. Made off the threads that carry the network.
async fn as_html(text: Text) -> Result<Text, ApiError> {
    let made = tokio::task::spawn_blocking(move || {
        let html = text.content.html();
        Text { etag: Etags::of(&html), content: Content { text: html, ..text.content }, ..text }
    });
    made.await.map_err(|_| ApiError::panic())
}

/// Saves a text, JSON or Markdown. Against the ETag that `If-Match` names it is merged with what came since; without one
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
    let new_type = DocumentType::of_media_type(media_type).new_type();
    match command(&service, read_id(&id)?, |reply| Command::PutText { base, text, new_type, reply }).await? {
        Put::Saved { etag, version, is_merged } => {
            let etag = etag.map(|etag| (ETAG, etag));
            let merged = is_merged.then(|| (MERGED, "true".to_owned()));
            let names = [Some((VERSION, write_version(&version))), etag, merged];
            Ok((StatusCode::NO_CONTENT, AppendHeaders(names.into_iter().flatten())).into_response())
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
