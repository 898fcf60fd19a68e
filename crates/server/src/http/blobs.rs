//! Blobs over HTTP: put as a whole or in steps, got by range.
//!
//! ```text
//! GET   /blobs                              200 {"bytes_max"}       how long one may be
//! POST  /blobs          bytes               201 reference           the server says how they are called
//! PUT   /blobs/{hash}   bytes               201 reference, or 200 where it was here
//! PATCH /blobs/{hash}   Upload-Offset: n    204 Upload-Offset, or 201 once Upload-Length bytes are here
//! HEAD  /blobs/{hash}                       200, or 404 with the Upload-Offset to go on from
//! GET   /blobs/{hash}   Range, If-Range     200, 206, 304 or 416
//! ```
//!
//! `?doc=ID` counts the blob for the quota of a document. The words of `PATCH` are those of tus, less its
//! creation step: the hash is the address, so there is nothing to create.

mod range;
mod receive;
mod send;

use super::api::read_id;
use super::error::ApiError;
use super::header;
use crate::service::Service;
use ::blob::limits::SNIFF_BYTES_MAX;
use ::blob::{BlobHash, MediaType};
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use receive::Receive;
use serde::Deserialize;
use serde_json::json;
use store::BlobState;
use store::blobs::{BlobReadError, Blobs, ClaimError, NoSpace, UploadError};

const UPLOAD_OFFSET: &str = "upload-offset";
const UPLOAD_LENGTH: &str = "upload-length";

pub fn routes() -> Router<Service> {
    Router::new()
        .route("/blobs", get(limits).post(add))
        .route("/blobs/{hash}", get(send::get).head(send::head).put(put).patch(resume))
}

#[derive(Deserialize)]
struct Account {
    doc: Option<String>,
}

/// What may be told before a long file is read and sent in vain.
async fn limits(State(service): State<Service>) -> Result<Json<serde_json::Value>, ApiError> {
    Ok(Json(json!({ "bytes_max": blobs(&service)?.quotas().blob_bytes_max })))
}

async fn add(
    State(service): State<Service>,
    Query(account): Query<Account>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let blobs = blobs(&service)?;
    check_announced(&blobs, &headers)?;
    let upload = off(&blobs, |blobs| Ok(blobs.upload(None)?)).await?;
    let (hash, _) = Receive::new(upload, u64::MAX).all(body).await?.finish().await?;
    answer(&service, hash, &account, &headers, StatusCode::CREATED).await
}

async fn put(
    State(service): State<Service>,
    Path(hash): Path<String>,
    Query(account): Query<Account>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let (blobs, hash) = (blobs(&service)?, read_hash(&hash)?);
    check_announced(&blobs, &headers)?;
    if is_whole(&blobs, &hash) {
        return answer_known(&service, hash, &account, &headers, body).await;
    }
    let upload = off(&blobs, move |blobs| {
        let upload = blobs.upload(Some(hash))?;
        if upload.offset() == 0 {
            return Ok(upload);
        }
        // What an earlier one left is replaced, since this one brings everything.
        drop(upload);
        blobs.remove(&hash)?;
        Ok(blobs.upload(Some(hash))?)
    });
    Receive::new(upload.await?, u64::MAX).all(body).await?.finish().await?;
    answer(&service, hash, &account, &headers, StatusCode::CREATED).await
}

async fn resume(
    State(service): State<Service>,
    Path(hash): Path<String>,
    Query(account): Query<Account>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let (blobs, hash) = (blobs(&service)?, read_hash(&hash)?);
    let (offset, len) = (number(&headers, UPLOAD_OFFSET)?, number(&headers, UPLOAD_LENGTH)?);
    check_len(&blobs, len)?;
    if is_whole(&blobs, &hash) {
        return answer_known(&service, hash, &account, &headers, body).await;
    }
    // Before the first byte: what has no room in its document would come in vain.
    if let Some(doc) = account.doc.as_deref().map(read_id).transpose()? {
        blobs.check_claim(doc, &hash, len)?;
    }
    let upload = off(&blobs, move |blobs| Ok(blobs.upload(Some(hash))?)).await?;
    if upload.offset() != offset {
        let here = upload.offset();
        let wrong = ApiError::new(StatusCode::CONFLICT, "blob.offset", &format!("go on from byte {here}"));
        return Ok(([(UPLOAD_OFFSET, here.to_string())], wrong).into_response());
    }
    let received = Receive::new(upload, len).all(body).await?;
    if received.offset() < len {
        let offset = received.pause().await?;
        return Ok((StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, offset.to_string())]).into_response());
    }
    received.finish().await?;
    answer(&service, hash, &account, &headers, StatusCode::CREATED).await
}

/// The reference to a blob that was here before the body came. That is read to its end, since not every client
/// hears an answer before it has said everything.
async fn answer_known(
    service: &Service,
    hash: BlobHash,
    account: &Account,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    receive::skip(body).await?;
    answer(service, hash, account, headers, StatusCode::OK).await
}

/// The reference to a blob that is here, once it is counted where it shall be.
async fn answer(
    service: &Service,
    hash: BlobHash,
    account: &Account,
    headers: &HeaderMap,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let (blobs, doc) = (blobs(service)?, account.doc.as_deref().map(read_id).transpose()?);
    let (len, start) = off(&blobs, move |blobs| {
        if let Some(doc) = doc {
            blobs.claim(doc, &hash)?;
        }
        let Some(BlobState::Whole { len }) = blobs.state(&hash) else {
            return Err(BlobReadError::Unknown(hash).into());
        };
        Ok((len, blobs.read(&hash, 0, SNIFF_BYTES_MAX)?))
    })
    .await?;
    doc.into_iter().for_each(|doc| service.registry.tell_blob(doc));
    let image = ::blob::sniff::sniff(&start);
    let declared = header(headers, CONTENT_TYPE.as_str()).and_then(|text| text.parse::<MediaType>().ok());
    let media_type = match image {
        Some(image) => image.kind.media_type().to_owned(),
        None => declared.unwrap_or(MediaType::unknown()).to_string(),
    };
    let mut reference = json!({ "hash": hash.to_string(), "len": len, "media_type": media_type });
    if let Some((width, height)) = image.and_then(|image| image.size) {
        reference["width"] = width.into();
        reference["height"] = height.into();
    }
    Ok((status, [("location", format!("/blobs/{hash}"))], Json(reference)).into_response())
}

fn is_whole(blobs: &Blobs, hash: &BlobHash) -> bool {
    matches!(blobs.state(hash), Some(BlobState::Whole { .. }))
}

fn blobs(service: &Service) -> Result<Blobs, ApiError> {
    let none = || ApiError::new(StatusCode::NOT_FOUND, "blob.none-kept", "this server keeps no blobs");
    service.blobs.clone().ok_or_else(none)
}

fn read_hash(text: &str) -> Result<BlobHash, ApiError> {
    text.parse()
        .map_err(|error: ::blob::HashTextError| ApiError::new(StatusCode::NOT_FOUND, "blob.name", &error.to_string()))
}

fn number(headers: &HeaderMap, name: &'static str) -> Result<u64, ApiError> {
    let number = header(headers, name).filter(|text| text.bytes().all(|c| c.is_ascii_digit()));
    number.and_then(|text| text.parse().ok()).ok_or_else(|| {
        ApiError::new(StatusCode::BAD_REQUEST, "blob.header", &format!("send the header {name} with a number of bytes"))
    })
}

/// Refuses what is announced to be too long before it comes.
fn check_announced(blobs: &Blobs, headers: &HeaderMap) -> Result<(), ApiError> {
    let len = header(headers, "content-length").and_then(|text| text.parse().ok());
    len.map_or(Ok(()), |len| check_len(blobs, len))
}

fn check_len(blobs: &Blobs, len: u64) -> Result<(), ApiError> {
    let max = blobs.quotas().blob_bytes_max;
    if len > max { Err(UploadError::NoSpace(NoSpace::TooLong { len, max }).into()) } else { Ok(()) }
}

/// What its owner can do about a blob that does not fit.
fn advice(error: &NoSpace) -> &'static str {
    match error {
        NoSpace::TooLong { .. } => "; start the server with a greater --blob-max, or put it in parts",
        NoSpace::Store { .. } => {
            "; start the server with a greater --blob-quota, or have it remove what nothing names with motet blobs collect"
        }
        _ => "; try again when others are finished",
    }
}

/// Does what waits for the disk off the threads that carry the network.
async fn off<T: Send + 'static>(
    blobs: &Blobs,
    work: impl FnOnce(&Blobs) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let blobs = blobs.clone();
    tokio::task::spawn_blocking(move || work(&blobs)).await.map_err(|_| ApiError::panic())?
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        let status = match &error {
            UploadError::NoSpace(NoSpace::TooLong { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            UploadError::NoSpace(NoSpace::Store { .. }) => StatusCode::INSUFFICIENT_STORAGE,
            UploadError::Busy(_) => StatusCode::CONFLICT,
            UploadError::Mismatch { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            UploadError::Disk(_) if error.code() == "store.disk_full" => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        let advice = if let UploadError::NoSpace(error) = &error { advice(error) } else { "" };
        Self::new(status, error.code(), &format!("{error}{advice}"))
    }
}

impl From<ClaimError> for ApiError {
    fn from(error: ClaimError) -> Self {
        let status = match &error {
            ClaimError::Unknown(_) => StatusCode::NOT_FOUND,
            ClaimError::Document { .. } => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        let advice = match status {
            StatusCode::INSUFFICIENT_STORAGE => "; start the server with a greater --blob-document-quota",
            _ => "",
        };
        Self::new(status, error.code(), &format!("{error}{advice}"))
    }
}

impl From<BlobReadError> for ApiError {
    fn from(error: BlobReadError) -> Self {
        let (status, code) = match &error {
            BlobReadError::Unknown(_) => (StatusCode::NOT_FOUND, "blob.unknown"),
            BlobReadError::Damaged(_) => (StatusCode::INTERNAL_SERVER_ERROR, "blob.damaged"),
            _ => (StatusCode::SERVICE_UNAVAILABLE, "store"),
        };
        Self::new(status, code, &error.to_string())
    }
}

impl From<store::DiskError> for ApiError {
    fn from(error: store::DiskError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), &error.to_string())
    }
}
