//! A blob on its way out.
//!
//! The bytes are a stranger's. So a browser never opens them as a page of this server: what is not a known
//! image is a download of no type, an SVG, which may hold scripts, is a download unless it is drawn as an
//! image, and all of it stands in a sandbox without any rights.

use super::range::{self, Asked};
use super::{BlobHash, UPLOAD_OFFSET, blobs, off, read_hash};
use crate::http::error::ApiError;
use crate::http::header;
use crate::limits::BLOB_STEP_BYTES;
use crate::service::Service;
use ::blob::limits::SNIFF_BYTES_MAX;
use ::blob::sniff::{Kind, sniff};
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::response::Builder;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::io;
use std::ops::Range;
use store::BlobState;
use store::blobs::Blobs;

pub async fn get(
    State(service): State<Service>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (blobs, hash) = (blobs(&service)?, read_hash(&hash)?);
    let (len, kind) = look(&blobs, hash).await?;
    if header(&headers, IF_NONE_MATCH.as_str()).is_some_and(|etags| names(etags, &hash)) {
        let response = described(&hash, kind).status(StatusCode::NOT_MODIFIED);
        return Ok(finished(response, Body::empty()));
    }
    let asked = header(&headers, RANGE.as_str()).filter(|_| is_range_valid(&headers, &hash));
    let response = described(&hash, kind);
    Ok(match asked.map_or(Asked::All, |asked| range::read(asked, len)) {
        Asked::All => finished(response.header(CONTENT_LENGTH, len), body(blobs, hash, 0..len)),
        Asked::Some(range) => {
            let response = response
                .status(StatusCode::PARTIAL_CONTENT)
                .header(CONTENT_RANGE, format!("bytes {}-{}/{len}", range.start, range.end - 1))
                .header(CONTENT_LENGTH, range.end - range.start);
            finished(response, body(blobs, hash, range))
        }
        Asked::Nothing => {
            let error = ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, "blob.range", &format!("it has {len} bytes"));
            ([(CONTENT_RANGE, format!("bytes */{len}"))], error).into_response()
        }
    })
}

pub async fn head(State(service): State<Service>, Path(hash): Path<String>) -> Result<Response, ApiError> {
    let (blobs, hash) = (blobs(&service)?, read_hash(&hash)?);
    match blobs.state(&hash) {
        Some(BlobState::Whole { .. }) => {
            let (len, kind) = look(&blobs, hash).await?;
            Ok(finished(described(&hash, kind).header(CONTENT_LENGTH, len), Body::empty()))
        }
        Some(BlobState::Uploading { offset }) => Ok(missing(offset)),
        _ => Ok(missing(0)),
    }
}

fn missing(offset: u64) -> Response {
    (StatusCode::NOT_FOUND, [(UPLOAD_OFFSET, offset.to_string())]).into_response()
}

/// The length of a blob, and which image it is.
async fn look(blobs: &Blobs, hash: BlobHash) -> Result<(u64, Option<Kind>), ApiError> {
    off(blobs, move |blobs| {
        let start = blobs.read(&hash, 0, SNIFF_BYTES_MAX)?;
        match blobs.state(&hash) {
            Some(BlobState::Whole { len }) => Ok((len, sniff(&start).map(|image| image.kind))),
            _ => Err(store::blobs::BlobReadError::Unknown(hash).into()),
        }
    })
    .await
}

/// The headers that every answer about a blob has.
fn described(hash: &BlobHash, kind: Option<Kind>) -> Builder {
    let response = Response::builder()
        .header(ETAG, format!("\"{hash}\""))
        // For this browser only: who may see it is up to the server.
        .header(CACHE_CONTROL, "private, max-age=31536000, immutable")
        .header(ACCEPT_RANGES, "bytes")
        .header(CONTENT_TYPE, kind.map_or("application/octet-stream", Kind::media_type))
        .header(CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
        .header("cross-origin-resource-policy", "same-origin");
    match kind {
        Some(Kind::Png | Kind::Jpeg | Kind::Gif | Kind::WebP) => response,
        _ => response.header(CONTENT_DISPOSITION, "attachment"),
    }
}

fn finished(response: Builder, body: Body) -> Response {
    response.body(body).expect("headers of fixed parts, digits and hashes")
}

/// Whether one of the ETags names the blob. A weak one does as well here: the bytes never change.
fn names(etags: &str, hash: &BlobHash) -> bool {
    let is_it = |etag: &str| etag == "*" || etag.trim_start_matches("W/").trim_matches('"') == hash.to_string();
    etags.split(',').any(|etag| is_it(etag.trim()))
}

/// A range of something else is no use: without `If-Range`, or with the blob's own ETag.
fn is_range_valid(headers: &HeaderMap, hash: &BlobHash) -> bool {
    header(headers, IF_RANGE.as_str()).is_none_or(|etag| etag == format!("\"{hash}\""))
}

/// The bytes of a range, read as fast as they leave and no faster.
fn body(blobs: Blobs, hash: BlobHash, range: Range<u64>) -> Body {
    Body::from_stream(stream::unfold((blobs, range), move |(blobs, range)| async move {
        if range.is_empty() {
            return None;
        }
        let wanted = (range.end - range.start).min(BLOB_STEP_BYTES as u64) as usize;
        let reader = blobs.clone();
        let read = tokio::task::spawn_blocking(move || reader.read(&hash, range.start, wanted)).await;
        let bytes = match read {
            Ok(Ok(bytes)) if bytes.len() == wanted => bytes,
            Ok(Ok(_)) => return Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), (blobs, 0..0))),
            Ok(Err(error)) => return Some((Err(io::Error::other(error)), (blobs, 0..0))),
            Err(error) => return Some((Err(io::Error::other(error)), (blobs, 0..0))),
        };
        Some((Ok(Bytes::from(bytes)), (blobs, range.start + wanted as u64..range.end)))
    }))
}
