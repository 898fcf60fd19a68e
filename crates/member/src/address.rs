//! Where a server is, and which document of it is meant.

use std::fmt;

/// A server: host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    authority: String,
}

/// Why a text is no address of a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It begins with something else.
    #[error("{0} is no address of a server: it must begin with http://")]
    Scheme(String),
    /// It names no host, or strange ones.
    #[error("{0} names no host")]
    Host(String),
    /// An encrypted connection, which this program does not make.
    #[error("{0}: encrypted connections are not built in yet; use http:// through a tunnel, such as ssh -L")]
    Encrypted(String),
    /// A `%` without two hexadecimal digits of UTF-8 behind it.
    #[error("the name of the document in {0} is not readable")]
    Escape(String),
}

impl Address {
    /// Whether `text` is meant as an address rather than as a directory.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("http://") || text.starts_with("https://")
    }

    /// Reads `http://host:port`, and the document behind it where one is: `/NAME`, `/ID`, or the address
    /// that the web app shows for it.
    pub fn parse(text: &str) -> Result<(Self, Option<String>), AddressError> {
        if text.starts_with("https://") {
            return Err(AddressError::Encrypted(text.to_owned()));
        }
        let rest = text.strip_prefix("http://").ok_or_else(|| AddressError::Scheme(text.to_owned()))?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_strange = |c: char| c.is_whitespace() || c.is_control() || "@?#\\%\"<>".contains(c);
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        if host.is_empty() || authority.contains(is_strange) {
            return Err(AddressError::Host(text.to_owned()));
        }
        let name = path.strip_prefix("#/d/").unwrap_or(path).trim_end_matches('/');
        let name = if name == "#" { "" } else { name };
        let name = unescape(name).ok_or_else(|| AddressError::Escape(text.to_owned()))?;
        Ok((Self { authority: authority.to_owned() }, Some(name).filter(|name| !name.is_empty())))
    }

    /// The host and the port, as HTTP names them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Host and port apart, as sockets want them.
    pub fn host_and_port(&self) -> (&str, u16) {
        let (host, port) = match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().unwrap_or(80)),
            _ => (self.authority.as_str(), 80),
        };
        (host.trim_start_matches('[').trim_end_matches(']'), port)
    }

    /// Where members connect to.
    pub fn sync_url(&self) -> String {
        format!("ws://{}/sync", self.authority)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

/// Takes `%20` and its like for what they stand for.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push((digit()? << 4 | digit()?) as u8);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_a_document() {
        for (text, authority, document) in [
            ("http://127.0.0.1:4040", "127.0.0.1:4040", None),
            ("http://127.0.0.1:4040/", "127.0.0.1:4040", None),
            ("http://notes.example/Minutes", "notes.example", Some("Minutes")),
            ("http://[::1]:80/My notes/", "[::1]:80", Some("My notes")),
            ("http://h:1/%C3%BC%2f1", "h:1", Some("ü/1")),
            ("http://h:1/#/d/00ff", "h:1", Some("00ff")),
            ("http://h:1/#/", "h:1", None),
        ] {
            let (address, found) = Address::parse(text).unwrap();
            assert_eq!((address.authority(), found.as_deref()), (authority, document), "{text}");
        }
    }

    #[test]
    fn hosts_and_ports_apart() {
        for (text, host, port) in [
            ("http://a.b", "a.b", 80),
            ("http://a:7", "a", 7),
            ("http://[::1]:7", "::1", 7),
            ("http://[::1]", "::1", 80),
        ] {
            assert_eq!(Address::parse(text).unwrap().0.host_and_port(), (host, port), "{text}");
        }
    }

    #[test]
    fn what_is_no_address() {
        for text in ["", "notes", "ftp://h/", "http://", "http:///x", "http://u@h/x", "http://h/%f", "http://h/%ff"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        assert!(Address::parse("https://h/").unwrap_err().to_string().contains("tunnel"));
    }
}
