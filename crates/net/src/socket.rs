//! A WebSocket of binary messages, with limits that grow once the other side is known.

use crate::{Incoming, Outgoing, Transport};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use sync::limits::{HELLO_BYTES_MAX, MESSAGE_BYTES_MAX};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};

pub use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// How much is read from a socket at once. The transport clears as much memory before each attempt, also
/// where nothing has come: most messages are a keystroke, a caret or an acknowledgement.
const READ_BYTES: usize = 8 << 10;

/// Why a socket is of no use any more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The other side closed it.
    #[error("the socket was closed")]
    Closed,
    /// Something other than a binary message came.
    #[error("a message that is not binary")]
    NotBinary,
    /// The address is none, or of another scheme than `ws`.
    #[error("{0} is not a ws:// address")]
    Address(String),
    /// Nothing could be sent for too long.
    #[error("the other side does not read")]
    Stalled,
    /// A message passes its limit.
    #[error("a message of {len} bytes, {limit} allowed")]
    Long {
        /// How long it is.
        len: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A member that should answer does not, or another one does.
    #[error("{0}")]
    Unreachable(String),
    /// The connection broke.
    #[error("the connection failed: {0}")]
    Failed(String),
    /// The network failed, or the other side broke the rules of WebSocket.
    #[error("the socket failed: {0}")]
    Transport(#[from] Box<tungstenite::Error>),
}

impl From<tungstenite::Error> for SocketError {
    fn from(error: tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => Self::Closed,
            tungstenite::Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
                Self::Long { len: size, limit: max_size }
            }
            error => Self::Transport(Box::new(error)),
        }
    }
}

/// A WebSocket after its handshake.
#[derive(Debug)]
pub struct Socket<S> {
    stream: WebSocketStream<S>,
    role: Role,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// The server's side of an upgraded connection. Until [`Socket::known`] it takes no message longer
    /// than a greeting.
    pub async fn accept(io: S) -> Self {
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config(HELLO_BYTES_MAX))).await;
        Self { stream, role: Role::Server }
    }

    /// The next message.
    pub async fn read(&mut self) -> Result<Vec<u8>, SocketError> {
        read(&mut self.stream).await
    }

    /// Sends a message.
    pub async fn write(&mut self, message: Vec<u8>) -> Result<(), SocketError> {
        Ok(self.stream.send(Message::Binary(message.into())).await?)
    }

    /// Closes it in the polite way.
    pub async fn close(mut self) {
        // The other side may be gone already: then there is nobody to be polite to.
        let _ = self.stream.close(None).await;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Transport for Socket<S> {
    type Incoming = Reader<S>;
    type Outgoing = Writer<S>;

    async fn greeting(&mut self) -> Result<Vec<u8>, SocketError> {
        self.read().await
    }

    /// What was read beyond the greeting is lost.
    async fn known(self) -> Self {
        let io = self.stream.into_inner();
        let stream = WebSocketStream::from_raw_socket(io, self.role, Some(config(MESSAGE_BYTES_MAX))).await;
        Self { stream, role: self.role }
    }

    fn split(self) -> (Reader<S>, Writer<S>) {
        let (sink, stream) = self.stream.split();
        (Reader { stream }, Writer { sink })
    }
}

/// The incoming direction.
#[derive(Debug)]
pub struct Reader<S> {
    stream: SplitStream<WebSocketStream<S>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Incoming for Reader<S> {
    async fn read(&mut self) -> Result<Vec<u8>, SocketError> {
        read(&mut self.stream).await
    }
}

/// The outgoing direction.
#[derive(Debug)]
pub struct Writer<S> {
    sink: SplitSink<WebSocketStream<S>, Message>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Outgoing for Writer<S> {
    async fn write(&mut self, messages: Vec<Vec<u8>>, patience: Duration) -> Result<(), SocketError> {
        let send = async {
            for message in messages {
                self.sink.feed(Message::Binary(message.into())).await?;
            }
            self.sink.flush().await
        };
        Ok(tokio::time::timeout(patience, send).await.map_err(|_| SocketError::Stalled)??)
    }

    /// In the polite way, which flushes what waits.
    async fn close(mut self, patience: Duration) {
        // Late or failed, the socket is dropped all the same.
        let _ = tokio::time::timeout(patience, self.sink.close()).await;
    }
}

/// Connects to `ws://host[:port]/path`. The `Origin` is that of the server itself, which is what a
/// server demands of everybody.
pub async fn connect(address: &str) -> Result<Socket<TcpStream>, SocketError> {
    let bad = || SocketError::Address(address.to_owned());
    let mut request = address.into_client_request().map_err(|_| bad())?;
    let authority = request.uri().authority().filter(|_| address.starts_with("ws://")).ok_or_else(bad)?.clone();
    let origin = HeaderValue::from_str(&format!("http://{authority}")).map_err(|_| bad())?;
    request.headers_mut().insert("origin", origin);
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let io = TcpStream::connect((host.as_str(), authority.port_u16().unwrap_or(80))).await;
    let io = io.map_err(tungstenite::Error::Io)?;
    // A caret or a keystroke is a small message that must not wait for the next one.
    io.set_nodelay(true).map_err(tungstenite::Error::Io)?;
    let (stream, _) = tokio_tungstenite::client_async_with_config(request, io, Some(config(MESSAGE_BYTES_MAX))).await?;
    Ok(Socket { stream, role: Role::Client })
}

fn config(message_bytes_max: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .max_message_size(Some(message_bytes_max))
        .max_frame_size(Some(message_bytes_max))
}

async fn read<T>(stream: &mut T) -> Result<Vec<u8>, SocketError>
where
    T: StreamExt<Item = Result<Message, tungstenite::Error>> + Unpin,
{
    loop {
        match stream.next().await.ok_or(SocketError::Closed)?? {
            Message::Binary(bytes) => return Ok(bytes.into()),
            // Answered by the transport. They do not count as life: sessions have their own.
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return Err(SocketError::Closed),
            Message::Text(_) | Message::Frame(_) => return Err(SocketError::NotBinary),
        }
    }
}
