//! Who may connect: tokens, origins, host names, and where to listen.

use clock::DocumentId;
use std::net::SocketAddr;
use tokio::sync::watch;

/// A bearer token. It is kept as a hash and compared in constant time, and never printed.
#[derive(Clone)]
pub struct Token(blake3::Hash);

impl Token {
    /// The shortest token, in bytes: 128 bits in hexadecimal are longer.
    pub const BYTES_MIN: usize = 16;

    /// A token, unless it is too short to be safe or too long to be sent.
    pub fn new(secret: &str) -> Result<Self, ListenError> {
        let secret = secret.trim();
        let fits = (Self::BYTES_MIN..=sync::limits::TOKEN_BYTES_MAX).contains(&secret.len());
        if fits { Ok(Self(blake3::hash(secret.as_bytes()))) } else { Err(ListenError::TokenLength(secret.len())) }
    }

    /// Whether `secret` is the token.
    pub fn admits(&self, secret: &[u8]) -> bool {
        // Hashes compare in constant time, and hashing hides where two secrets differ.
        self.0 == blake3::hash(secret)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Whom a connection lets in, and how far.
#[derive(Clone, Debug)]
pub struct Gate {
    /// What admits; none where everybody may come.
    pub token: Option<Token>,
    /// What is open to whoever was admitted.
    pub reach: Reach,
}

impl Gate {
    /// What whoever gives this token may, if anything.
    pub(crate) fn judge(&self, token: &[u8]) -> Option<Pass> {
        let is_admitted = self.token.as_ref().is_none_or(|own| own.admits(token));
        is_admitted.then_some(Pass { reach: self.reach, over: None })
    }
}

/// What somebody who was let in may, and for how long.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// What is open.
    pub reach: Reach,
    /// Becomes true when it does not hold any more; none where it always does.
    pub over: Option<watch::Receiver<bool>>,
}

/// Done once that is true; never where there is nothing that could say so.
pub(crate) async fn is_over(over: &mut Option<watch::Receiver<bool>>) {
    let said = match over {
        Some(over) => over.wait_for(|is_over| *is_over).await.is_ok(),
        None => false,
    };
    if !said {
        std::future::pending::<()>().await;
    }
}

/// What is open to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All documents.
    All,
    /// One: of the others it does not hear whether they are there.
    One(DocumentId),
}

impl Reach {
    /// Whether `doc` is open.
    pub fn includes(self, doc: DocumentId) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => one == doc,
        }
    }
}

/// Why a server does not begin to listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// It would be open to everybody.
    #[error(
        "refusing to listen on {0} without a token: everybody who reaches this address could read and change all \
         documents. Give --token-file FILE (or --token), or listen on 127.0.0.1"
    )]
    Open(SocketAddr),
    /// The token is too short or too long.
    #[error("a token of {0} bytes: {min} to {max} are allowed", min = Token::BYTES_MIN, max = sync::limits::TOKEN_BYTES_MAX)]
    TokenLength(usize),
    /// The address is taken, or not allowed.
    #[error("cannot listen on {0}: {1}")]
    Address(SocketAddr, std::io::Error),
}

impl ListenError {
    /// The stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(_) => "open-without-token",
            Self::TokenLength(_) => "token-length",
            Self::Address(..) => "address",
        }
    }
}

/// Whether a server may listen on `address`.
pub fn check_listen(address: SocketAddr, token: Option<&Token>) -> Result<(), ListenError> {
    if address.ip().is_loopback() || token.is_some() { Ok(()) } else { Err(ListenError::Open(address)) }
}

/// Which pages and which host names may be used.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// Origins beside the server's own, as browsers write them: `https://example.org`.
    pub allowed: Vec<String>,
    /// Whether only names of this machine are taken for the server's own. Without a token that is
    /// what keeps a page away that points its own name at 127.0.0.1.
    pub is_local_only: bool,
}

impl Origins {
    /// Whether a page of `origin` may talk to the server that it calls `host`.
    pub fn allows(&self, origin: &str, host: &str) -> bool {
        let is_own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host);
        (is_own && self.knows_host(host)) || self.allowed.iter().any(|allowed| allowed == origin)
    }

    /// Whether the server goes by the name `host`, given with its port.
    pub fn knows_host(&self, host: &str) -> bool {
        !self.is_local_only
            || is_local(host)
            || self.allowed.iter().any(|origin| origin.ends_with(&format!("//{host}")))
    }
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_that_are_not_ours() {
        let origins = Origins { allowed: vec!["https://notes.example".into()], is_local_only: true };
        for (origin, host, is_allowed) in [
            ("http://127.0.0.1:4040", "127.0.0.1:4040", true),
            ("http://localhost:4040", "localhost:4040", true),
            ("http://[::1]:4040", "[::1]:4040", true),
            ("https://notes.example", "127.0.0.1:4040", true),
            ("https://notes.example", "notes.example", true),
            ("null", "127.0.0.1:4040", false),
            ("", "127.0.0.1:4040", false),
            ("http://127.0.0.1:4041", "127.0.0.1:4040", false),
            ("HTTP://127.0.0.1:4040", "127.0.0.1:4040", false),
            ("http://127.0.0.1:4040.evil.example", "127.0.0.1:4040", false),
            ("https://evil.notes.example", "127.0.0.1:4040", false),
            ("http://evil.example:4040", "evil.example:4040", false),
        ] {
            assert_eq!(origins.allows(origin, host), is_allowed, "{origin} at {host}");
        }
    }

    #[test]
    fn the_world_needs_a_token() {
        let (world, home) = ("0.0.0.0:80".parse().unwrap(), "127.0.0.1:80".parse().unwrap());
        let token = Token::new("0123456789abcdef").unwrap();
        assert!(check_listen(home, None).is_ok());
        assert!(check_listen(world, Some(&token)).is_ok());
        let error = check_listen(world, None).unwrap_err();
        assert_eq!(error.code(), "open-without-token");
        assert!(error.to_string().contains("--token-file"));
        assert!(Token::new("short").is_err());
        assert!(token.admits(b"0123456789abcdef") && !token.admits(b"0123456789abcdeg"));
        assert_eq!(format!("{token:?}"), "Token(..)");
    }
}
