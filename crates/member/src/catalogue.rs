//! The documents of a server by name, and blobs by hash, over HTTP.

use crate::address::Address;
use blob::BlobHash;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONTENT_RANGE, HeaderMap};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use server::{DocumentInfo, DocumentType};
use std::time::Duration;
use tokio::net::TcpStream;

/// The longest answer that is read, in bytes: a list of tens of thousands of documents.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// The time for a whole request.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// Why a server's catalogue does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// Nobody is there, or the connection broke.
    #[error("cannot reach {0}: {1}")]
    Unreachable(Address, String),
    /// It asks for a token.
    #[error("{0} does not admit this request: give the server's token with --token-file, --token or MOTET_TOKEN")]
    NotAdmitted(Address),
    /// It refused, in its own words.
    #[error("{0} refuses: {1}")]
    Refused(Address, String),
    /// What answers is no Motet server.
    #[error("{0} does not answer like a Motet server")]
    Strange(Address),
}

/// A server's documents by name.
#[derive(Clone, Debug)]
pub struct Catalogue {
    address: Address,
    token: String,
}

impl Catalogue {
    /// The catalogue of the server at `address`; `token` is empty where none is asked for.
    pub fn new(address: Address, token: &str) -> Self {
        Self { address, token: token.to_owned() }
    }

    /// Whose it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What admits there; empty where nothing is asked for.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// All documents, the deleted ones included.
    pub async fn documents(&self) -> Result<Vec<DocumentInfo>, CatalogueError> {
        let answer = self.ask(Method::GET, "/api/documents", None).await?;
        let list = answer["documents"].as_array().ok_or_else(|| self.strange())?;
        list.iter().map(|document| read(document).ok_or_else(|| self.strange())).collect()
    }

    /// Makes a document. One of text is empty, and what is written first decides what it is.
    pub async fn create(&self, name: &str, document_type: DocumentType) -> Result<DocumentInfo, CatalogueError> {
        let wanted = json!({ "name": name, "type": document_type.code() });
        let answer = self.ask(Method::POST, "/api/documents", Some(wanted)).await?;
        read(&answer).ok_or_else(|| self.strange())
    }

    /// Bytes of a blob from `start`, at most `len` of them, and how long the whole is; none where the server lacks it.
    /// They are not verified.
    pub async fn blob_part(
        &self,
        hash: &BlobHash,
        start: u64,
        len: usize,
    ) -> Result<Option<(Bytes, u64)>, CatalogueError> {
        let last = start.saturating_add(len.clamp(1, ANSWER_BYTES_MAX) as u64 - 1);
        let asked = Asked { range: Some(format!("bytes={start}-{last}")), body: None };
        let (status, headers, body) = self.answer(Method::GET, &format!("/blobs/{hash}"), asked).await?;
        let total = headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok()?.rsplit_once('/')?.1.parse().ok());
        match (status, total) {
            (StatusCode::PARTIAL_CONTENT, Some(total)) => Ok(Some((body, total))),
            // Of an empty blob there is no range.
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(total)) => Ok(Some((Bytes::new(), total))),
            (StatusCode::NOT_FOUND, _) => Ok(None),
            (status, _) => Err(self.refusal(status, &body)),
        }
    }

    fn strange(&self) -> CatalogueError {
        CatalogueError::Strange(self.address.clone())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, CatalogueError> {
        let (status, _, body) = self.answer(method, path, Asked { range: None, body }).await?;
        if status.is_success() {
            return Ok(serde_json::from_slice(&body).unwrap_or(Value::Null));
        }
        Err(self.refusal(status, &body))
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> CatalogueError {
        if status == StatusCode::UNAUTHORIZED {
            return CatalogueError::NotAdmitted(self.address.clone());
        }
        let answer: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let message = answer["message"].as_str().or(answer["error"]["message"].as_str());
        CatalogueError::Refused(self.address.clone(), message.map_or_else(|| status.to_string(), str::to_owned))
    }

    async fn answer(
        &self,
        method: Method,
        path: &str,
        asked: Asked,
    ) -> Result<(StatusCode, HeaderMap, Bytes), CatalogueError> {
        let unreachable = |why: String| CatalogueError::Unreachable(self.address.clone(), why);
        let answer = tokio::time::timeout(REQUEST_TIME, self.exchange(method, path, asked)).await;
        answer
            .map_err(|_| unreachable(format!("no answer within {} s", REQUEST_TIME.as_secs())))?
            .map_err(|error| unreachable(error.to_string()))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        Asked { range, body }: Asked,
    ) -> Result<(StatusCode, HeaderMap, Bytes), Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address.host_and_port()).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the request; what goes wrong in it shows there.
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header("host", self.address.authority());
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if let Some(range) = range {
            request = request.header("range", range);
        }
        if body.is_some() {
            request = request
                .header("content-type", "application/json")
                .header("origin", format!("http://{}", self.address.authority()));
        }
        let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let answer = sender.send_request(request.body(Full::new(bytes))?).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await?.to_bytes();
        connection.abort();
        Ok((status, headers, body))
    }
}

/// What a request says besides its path.
struct Asked {
    /// Which bytes, as the header says it.
    range: Option<String>,
    body: Option<Value>,
}

fn read(document: &Value) -> Option<DocumentInfo> {
    Some(DocumentInfo {
        id: document["id"].as_str()?.parse().ok()?,
        name: document["name"].as_str()?.to_owned(),
        is_deleted: document["deleted"].as_bool()?,
        // Servers of earlier versions, and later ones with other types, are understood.
        document_type: document["type"].as_str().and_then(DocumentType::of_code),
    })
}
