//! Errors as JSON: a stable code for programs, a sentence for people.

use crate::hub::HubError;
use crate::registry::Busy;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error that goes out.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self { status, code, message: message.to_owned() }
    }

    pub fn origin() -> Self {
        Self::new(StatusCode::FORBIDDEN, "origin", "this page may not use this server; allow its origin first")
    }

    pub fn token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not-admitted", "send the header: Authorization: Bearer TOKEN")
    }

    pub fn panic() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "panic", "this is a bug; nothing was changed")
    }

    pub fn bad_version() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "version", "a version is written replica:end,replica:end")
    }

    pub fn bad_id() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-document", "a document id is 32 hexadecimal digits")
    }

    pub fn stopped() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the document stopped; ask again")
    }
}

impl From<HubError> for ApiError {
    fn from(error: HubError) -> Self {
        let status = match error {
            HubError::NoDocument(_) | HubError::NoVersion => StatusCode::NOT_FOUND,
            HubError::NotText(_) => StatusCode::CONFLICT,
            HubError::TextRefused(_) | HubError::Json(_) => StatusCode::UNPROCESSABLE_ENTITY,
            HubError::Damaged(_) => StatusCode::INTERNAL_SERVER_ERROR,
            HubError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.code(), &error.to_string())
    }
}

impl From<Busy> for ApiError {
    fn from(busy: Busy) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", &busy.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": { "code": self.code, "message": self.message } }))).into_response()
    }
}
