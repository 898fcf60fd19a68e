//! A body on its way into an upload.

use crate::http::error::ApiError;
use crate::limits::{BLOB_IDLE_TIME, BLOB_STEP_BYTES};
use ::blob::BlobHash;
use ::blob::limits::BLOB_BYTES_MAX;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::StreamExt;
use store::blobs::{Upload, UploadError};
use tokio::time::timeout;

/// An upload that takes in bodies, in steps off the network's threads.
pub struct Receive {
    upload: Upload,
    /// Where the blob ends.
    len_max: u64,
}

impl Receive {
    pub fn new(upload: Upload, len_max: u64) -> Self {
        Self { upload, len_max }
    }

    /// The bytes that are here.
    pub fn offset(&self) -> u64 {
        self.upload.offset()
    }

    /// Takes in a whole body. Where it breaks off, what came is kept to go on with.
    pub async fn all(mut self, body: Body) -> Result<Self, ApiError> {
        let mut stream = body.into_data_stream();
        let mut waiting = Vec::new();
        loop {
            let next = timeout(BLOB_IDLE_TIME, stream.next()).await;
            if let Ok(Some(Ok(bytes))) = &next {
                waiting.extend_from_slice(bytes);
            }
            if self.offset() + waiting.len() as u64 > self.len_max {
                let message = format!("more bytes came than the {} announced", self.len_max);
                return Err(ApiError::new(StatusCode::BAD_REQUEST, "blob.length", &message));
            }
            let has_more = matches!(next, Ok(Some(Ok(_))));
            if waiting.len() >= BLOB_STEP_BYTES || (!has_more && !waiting.is_empty()) {
                self = self.append(std::mem::take(&mut waiting)).await?;
            }
            match next {
                Ok(Some(Ok(_))) => {}
                Ok(None) => return Ok(self),
                _ => {
                    self.pause().await?;
                    return Err(broken_off());
                }
            }
        }
    }

    async fn append(self, bytes: Vec<u8>) -> Result<Self, ApiError> {
        let Self { mut upload, len_max } = self;
        let upload = off(move || upload.append(&bytes).map(|()| upload)).await?;
        Ok(Self { upload, len_max })
    }

    /// Makes durable what came, to go on later.
    pub async fn pause(self) -> Result<u64, ApiError> {
        off(move || self.upload.pause()).await
    }

    /// Makes the blob whole.
    pub async fn finish(self) -> Result<(BlobHash, u64), ApiError> {
        off(move || self.upload.finish()).await
    }
}

async fn off<T: Send + 'static>(work: impl FnOnce() -> Result<T, UploadError> + Send + 'static) -> Result<T, ApiError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::panic())??)
}

fn broken_off() -> ApiError {
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "blob.broken-off", "the body broke off; go on with PATCH")
}

/// Reads a body that nobody needs, as far as one may be long.
pub async fn skip(body: Body) -> Result<(), ApiError> {
    let mut stream = body.into_data_stream();
    let mut seen = 0;
    while let Some(next) = timeout(BLOB_IDLE_TIME, stream.next()).await.map_err(|_| broken_off())? {
        seen += next.map_or(u64::MAX / 2, |bytes: Bytes| bytes.len() as u64);
        if seen > BLOB_BYTES_MAX {
            return Err(broken_off());
        }
    }
    Ok(())
}
