//! Tickets: all that somebody needs to exchange a document with a member that no server knows, as one word.
//!
//! `motet:` and the bytes in base 32 (RFC 4648, lower case, nothing at the end), of which the last four are a checksum,
//! so that a letter that was lost on the way is an error and not another member. Capitals are read as well: a QR code of
//! capitals is smaller.
//!
//! As a link a ticket stands behind `#join=` in the address of the Motet of whoever follows it: what stands behind `#` is not sent
//! to any server. Links are read wherever tickets are, whatever stands before.

#[cfg(test)]
mod tests;

use crate::error::DecodeError;
use crate::limits::{TICKET_ADDRESSES_MAX, TICKET_CHARS_MAX, TICKET_NAME_BYTES_MAX};
use crate::wire::{Reader, Writer};
use blob::BlobHash;
use clock::DocumentId;
use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// What a ticket begins with.
const PREFIX: &str = "motet:";

/// What stands before a ticket in a link.
const LINK_MARK: &str = "#join=";

/// Where a Motet is that was told nothing else, on everybody's own machine.
const LINK_BEGIN: &str = "http://127.0.0.1:4040/";

/// The first version, and the only one.
const VERSION: u8 = 1;

/// Bytes of the checksum: one ticket of four thousand million that was damaged goes undetected.
const CHECKSUM_BYTES: usize = 4;

/// Five bits each.
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A document, where a member is that has it, and what admits there.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Which document.
    pub doc: DocumentId,
    /// What admits to it: whoever has it may read and write the document.
    pub secret: [u8; 16],
    /// The key of the member: who answers without having it is somebody else.
    pub node: [u8; 32],
    /// Where the member was when the ticket was made.
    pub addresses: Vec<SocketAddr>,
    /// What the member calls the document.
    pub name: String,
}

/// Why a text is no ticket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// It begins with something else.
    #[error("this is no ticket: one begins with {PREFIX}")]
    Prefix,
    /// It is longer than any.
    #[error("this is no ticket: it has {0} characters, and the longest has {TICKET_CHARS_MAX}")]
    Long(usize),
    /// A character that is in none.
    #[error("this ticket is damaged: {0:?} is in none. Copy it again, as a whole")]
    Digit(char),
    /// Something of it is missing, or altered.
    #[error("this ticket is damaged: a part of it is missing or altered. Copy it again, as a whole")]
    Checksum,
    /// It was made by a later version.
    #[error("this ticket was made by a later version of motet ({0}): get that one")]
    Version(u8),
    /// It says what no ticket does.
    #[error("this ticket does not hold: {0}")]
    Decode(#[from] DecodeError),
}

impl Ticket {
    /// Whether `text` is meant as a ticket rather than as an address.
    pub fn is_meant(text: &str) -> bool {
        let text = within(text);
        text.get(..PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX))
    }

    /// A ticket that fits: the name cut and cleaned, addresses that are too many left out.
    #[must_use]
    pub fn new(doc: DocumentId, secret: [u8; 16], node: [u8; 32], addresses: &[SocketAddr], name: &str) -> Self {
        let mut clean = String::new();
        for c in name.chars().filter(|c| !c.is_control()) {
            if clean.len() + c.len_utf8() > TICKET_NAME_BYTES_MAX {
                break;
            }
            clean.push(c);
        }
        let addresses = addresses.iter().copied().map(plain).take(TICKET_ADDRESSES_MAX).collect();
        Self { doc, secret, node, addresses, name: clean }
    }

    /// The ticket as a link, which opens the Motet of whoever follows it.
    pub fn link(&self) -> String {
        format!("{LINK_BEGIN}{LINK_MARK}{self}")
    }

    /// What the member is told that is to admit: the secret in hexadecimal digits.
    pub fn token(&self) -> String {
        hexadecimal(&self.secret)
    }

    fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new(VERSION, 160);
        w.fixed(&self.doc.0.to_be_bytes());
        w.fixed(&self.secret);
        w.fixed(&self.node);
        w.count(self.addresses.len(), TICKET_ADDRESSES_MAX);
        for address in &self.addresses {
            match address.ip() {
                IpAddr::V4(ip) => {
                    w.byte(4);
                    w.fixed(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    w.byte(6);
                    w.fixed(&ip.octets());
                }
            }
            w.fixed(&address.port().to_be_bytes());
        }
        w.blob(self.name.as_bytes(), TICKET_NAME_BYTES_MAX);
        let mut bytes = w.finish();
        bytes.extend(checksum(&bytes));
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, TicketError> {
        let (body, found) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(TicketError::Checksum)?;
        if *found != checksum(body) {
            return Err(TicketError::Checksum);
        }
        let mut r = Reader::new(body);
        match r.byte()? {
            VERSION => {}
            version => return Err(TicketError::Version(version)),
        }
        let doc = DocumentId(u128::from_be_bytes(r.fixed()?));
        let (secret, node) = (r.fixed()?, r.fixed()?);
        let count = r.count("addresses", TICKET_ADDRESSES_MAX, 7)?;
        let addresses = (0..count).map(|_| read_address(&mut r)).collect::<Result<_, _>>()?;
        let name = r.text("the name", TICKET_NAME_BYTES_MAX)?;
        r.finish()?;
        Ok(Self { doc, secret, node, addresses, name })
    }
}

/// Bytes as a token may have them.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An address as a ticket can say it: the scope of an IPv6 address means nothing elsewhere.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port())
}

fn read_address(r: &mut Reader<'_>) -> Result<SocketAddr, DecodeError> {
    let ip: IpAddr = match r.byte()? {
        4 => Ipv4Addr::from(r.fixed::<4>()?).into(),
        6 => Ipv6Addr::from(r.fixed::<16>()?).into(),
        _ => return Err(DecodeError::NotCanonical("an address")),
    };
    Ok(SocketAddr::new(ip, u16::from_be_bytes(r.fixed()?)))
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash = BlobHash::of(bytes).0;
    [hash[0], hash[1], hash[2], hash[3]]
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", to_digits(&self.encode()))
    }
}

impl FromStr for Ticket {
    type Err = TicketError;

    fn from_str(text: &str) -> Result<Self, TicketError> {
        let text = &*within(text);
        if !Self::is_meant(text) {
            return Err(TicketError::Prefix);
        }
        if text.len() > TICKET_CHARS_MAX {
            return Err(TicketError::Long(text.chars().count()));
        }
        Self::decode(&from_digits(&text[PREFIX.len()..])?)
    }
}

/// The secret does not get into logs.
impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({}, {:?}, {:?})", self.doc, self.name, self.addresses)
    }
}

/// The ticket in a link, or what is given. Some programs write the colon of an address in digits.
fn within(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let Some((_, ticket)) = text.rsplit_once(LINK_MARK) else { return text.into() };
    match ticket.contains('%') {
        true => ticket.replacen("%3A", ":", 1).replacen("%3a", ":", 1).into(),
        false => ticket.into(),
    }
}

fn to_digits(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut count) = (0_u32, 0);
    for &byte in bytes {
        (held, count) = (held << 8 | u32::from(byte), count + 8);
        while count >= 5 {
            count -= 5;
            text.push(char::from(DIGITS[(held >> count & 31) as usize]));
        }
        held &= (1 << count) - 1;
    }
    if count > 0 {
        text.push(char::from(DIGITS[(held << (5 - count) & 31) as usize]));
    }
    text
}

fn from_digits(text: &str) -> Result<Vec<u8>, TicketError> {
    let mut bytes = Vec::new();
    let (mut held, mut count) = (0_u32, 0);
    for c in text.chars() {
        let value = match c.to_ascii_lowercase() {
            c @ 'a'..='z' => u32::from(c) - u32::from('a'),
            c @ '2'..='7' => u32::from(c) - u32::from('2') + 26,
            _ => return Err(TicketError::Digit(c)),
        };
        (held, count) = (held << 5 | value, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push((held >> count) as u8);
        }
        held &= (1 << count) - 1;
    }
    // What is left over is less than a digit, and nothing: there is one way to write each ticket.
    if count >= 5 || held != 0 { Err(TicketError::Checksum) } else { Ok(bytes) }
}
