//! What the register of a member or item holds, written as a text.
//!
//! ```text
//! held  = ["~" id "~"] ["<" body {"," body} ">"] [key ":"] body
//! body  = "{" id | "[" id | "T" [id] ["|" string] | "!" | "=" json | scalar
//! id    = hex ["." hex]
//! ```
//!
//! `~` stands in a write that changes how a value is written and not what it says, with the write that said it. Between `<` and `>` stands what the write
//! put out of sight, so that what others do in there meanwhile is found. `!` is nothing: the member was taken out.

use motet::{Id, ReplicaId, Value};

/// Bytes of one piece of a long value: well below what a value may have.
const PIECE_BYTES: usize = 256 << 10;

/// What a register holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The write that says the same, where this one only writes it in another way.
    pub says: Option<Id>,
    /// What the write put out of sight.
    pub was: Vec<Body>,
    /// The key of a member as it is written, with its quotes.
    pub key: Option<String>,
    pub body: Body,
}

/// A value, or where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing: it was taken out.
    Gone,
    /// The object of this node.
    Object(Id),
    /// The array of this node.
    Array(Id),
    /// A text, named by the element that made it; and how the string was written, where that is not the usual way.
    Text(Id, Option<String>),
    /// A scalar, or an array or object that is one value, as it is written.
    Raw(String),
}

impl Body {
    /// The node of an object or array.
    pub fn node(&self) -> Option<Id> {
        match *self {
            Self::Object(id) | Self::Array(id) => Some(id),
            _ => None,
        }
    }

    /// The same without how it was written, where it is kept apart from the register.
    pub fn place(&self) -> Option<Self> {
        match *self {
            Self::Object(_) | Self::Array(_) => Some(self.clone()),
            Self::Text(id, _) => Some(Self::Text(id, None)),
            Self::Gone | Self::Raw(_) => None,
        }
    }

    fn write(&self, own: Option<Id>, replica: ReplicaId, out: &mut String) {
        match self {
            Self::Gone => out.push('!'),
            Self::Object(id) => write_id('{', *id, replica, out),
            Self::Array(id) => write_id('[', *id, replica, out),
            Self::Text(id, spelling) => {
                if Some(*id) == own {
                    out.push('T')
                } else {
                    write_id('T', *id, replica, out)
                }
                if let Some(spelling) = spelling {
                    out.push('|');
                    out.push_str(spelling);
                }
            }
            Self::Raw(text) => {
                if text.starts_with(['{', '[']) {
                    out.push('=');
                }
                out.push_str(text);
            }
        }
    }

    fn read(text: &str, write: Id) -> Option<Self> {
        match text.as_bytes().first()? {
            b'!' if text.len() == 1 => Some(Self::Gone),
            b'{' => Some(Self::Object(read_id(&text[1..], write)?)),
            b'[' => Some(Self::Array(read_id(&text[1..], write)?)),
            b'T' => {
                let (id, spelling) = match text[1..].split_once('|') {
                    Some((id, spelling)) => (id, Some(spelling.to_owned())),
                    None => (&text[1..], None),
                };
                Some(Self::Text(if id.is_empty() { write } else { read_id(id, write)? }, spelling))
            }
            b'=' => Some(Self::Raw(text[1..].to_owned())),
            _ => Some(Self::Raw(text.to_owned())),
        }
    }
}

impl Held {
    /// A value, with the key of a member.
    pub fn new(key: Option<String>, body: Body) -> Self {
        Self { says: None, was: Vec::new(), key, body }
    }

    /// As a value of a register that `replica` writes. A text that is its own write's stands without a name.
    pub fn value(&self, own: Option<Id>, replica: ReplicaId) -> Value {
        let mut text = String::with_capacity(self.written_len());
        if let Some(says) = self.says {
            write_id('~', says, replica, &mut text);
            text.push('~');
        }
        if !self.was.is_empty() {
            text.push('<');
            for (at, was) in self.was.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                was.write(None, replica, &mut text);
            }
            text.push('>');
        }
        if let Some(key) = &self.key {
            text.push_str(key);
            text.push(':');
        }
        self.body.write(own, replica, &mut text);
        whole_value(text)
    }

    /// How many bytes it takes where nothing is said of other writes, about.
    fn written_len(&self) -> usize {
        /// An id of the same replica, with what stands around it.
        const ID_LEN: usize = 12;
        let body = match &self.body {
            Body::Raw(text) => text.len() + 1,
            Body::Text(_, spelling) => ID_LEN + spelling.as_ref().map_or(0, String::len),
            Body::Gone | Body::Object(_) | Body::Array(_) => ID_LEN,
        };
        body + self.key.as_ref().map_or(0, |key| key.len() + 1)
    }

    /// What element `write` wrote; none where it is not of this form.
    pub fn read(value: &Value, write: Id) -> Option<Self> {
        match value {
            Value::Text(text) => Self::parse(text, write),
            other => Self::parse(&whole_text(other)?, write),
        }
    }

    fn parse(text: &str, write: Id) -> Option<Self> {
        let (says, text) = match text.strip_prefix('~') {
            Some(rest) => {
                let (says, rest) = rest.split_once('~')?;
                (Some(read_id(says, write)?), rest)
            }
            None => (None, text),
        };
        let (was, text) = match text.strip_prefix('<') {
            Some(rest) => {
                let (list, rest) = rest.split_once('>')?;
                (list.split(',').map(|was| Body::read(was, write)).collect::<Option<_>>()?, rest)
            }
            None => (Vec::new(), text),
        };
        let end = string_end(text).filter(|&end| text[end..].starts_with(':'));
        let (key, body) = end.map_or((None, text), |end| (Some(text[..end].to_owned()), &text[end + 1..]));
        Some(Self { says, was, key, body: Body::read(body, write)? })
    }
}

/// A text as a value, in pieces where it is long.
pub(crate) fn whole_value(text: String) -> Value {
    if text.len() <= PIECE_BYTES {
        return Value::Text(text);
    }
    let mut pieces = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        pieces.push(Value::Text(piece.to_owned()));
        rest = behind;
    }
    Value::List(pieces.into())
}

/// The text of such a value.
pub(crate) fn whole_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::List(pieces) => {
            pieces.iter().map(|piece| if let Value::Text(text) = piece { Some(text.as_str()) } else { None }).collect()
        }
        _ => None,
    }
}

/// Where the string ends with which a text begins.
fn string_end(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('"')?.bytes().enumerate();
    while let Some((at, byte)) = rest.next() {
        match byte {
            b'"' => return Some(at + 2),
            b'\\' => drop(rest.next()),
            _ => {}
        }
    }
    None
}

fn write_id(tag: char, id: Id, replica: ReplicaId, out: &mut String) {
    use std::fmt::Write;
    out.push(tag);
    let written = if id.replica == replica {
        write!(out, "{:x}", id.seq)
    } else {
        write!(out, "{:x}.{:x}", id.seq, id.replica.0)
    };
    written.expect("a string takes everything");
}

/// An id; without a replica it is of the one that wrote it.
fn read_id(text: &str, write: Id) -> Option<Id> {
    let (seq, replica) = match text.split_once('.') {
        Some((seq, replica)) => (seq, ReplicaId(u64::from_str_radix(replica, 16).ok()?)),
        None => (text, write.replica),
    };
    Some(Id::new(replica, u32::from_str_radix(seq, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let (write, node, other) = (Id::new(ReplicaId(1), 7), Id::new(ReplicaId(1), 3), Id::new(ReplicaId(0xab), 3));
        let raw = |text: &str| Body::Raw(text.to_owned());
        let long = raw(&format!("\"{}\"", "é".repeat(PIECE_BYTES)));
        for body in [
            Body::Gone,
            Body::Object(node),
            Body::Array(other),
            Body::Text(write, None),
            Body::Text(other, Some("\"\\u0041|>,\"".into())),
            raw("-1"),
            raw("\"a:b<\\\"\""),
            raw("[1, 2]"),
            raw("true"),
            long,
        ] {
            for key in [None, Some("\"k\\\":\"".to_owned())] {
                for was in [vec![], vec![Body::Object(node), Body::Text(other, None)]] {
                    for says in [None, Some(node), Some(other)] {
                        let held = Held { says, was: was.clone(), key: key.clone(), body: body.clone() };
                        assert_eq!(Held::read(&held.value(Some(write), ReplicaId(1)), write), Some(held));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_not_of_the_form_is_nothing() {
        let write = Id::new(ReplicaId(1), 7);
        for text in ["", "~", "<", "<>", "{", "{x", "[1.", "\"a\":", "!!x<"] {
            let held = Held::read(&Value::Text(text.into()), write);
            assert!(held.is_none() || matches!(held, Some(Held { body: Body::Raw(_), .. })), "{text}: {held:?}");
        }
        assert_eq!(Held::read(&Value::Int(1), write), None);
    }
}
