//! From bytes to nodes, in one pass and without recursion.

use crate::error::{ParseError, Problem};
use crate::limits::{BYTES_MAX, DEPTH_MAX, NODES_MAX};
use crate::swar;
use crate::tree::{Kind, NONE, Node};

/// For how many bytes of text there is room for one value at first; few documents have fewer values.
const BYTES_PER_NODE_MAX: usize = 64;

/// How much more room is made at once than there is, at most: a text that begins with many small values may go on with one
/// large one.
const ROOM_FACTOR_MAX: usize = 16;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// How much a document may have of everything.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    bytes: usize,
    depth: usize,
    nodes: usize,
}

impl Bounds {
    /// For what comes from anywhere.
    pub const FOREIGN: Self = Self { bytes: BYTES_MAX, depth: DEPTH_MAX, nodes: NODES_MAX };
    /// For what was put together from documents: at most all of three, with white space.
    pub const OWN: Self = Self { bytes: u32::MAX as usize - 1, depth: 4 * DEPTH_MAX, nodes: 4 * NODES_MAX };
}

/// The nodes of `text` in pre-order.
pub(crate) fn parse(text: &str, bounds: Bounds) -> Result<Vec<Node>, ParseError> {
    let bytes = text.as_bytes();
    let fail = |at: usize, problem| ParseError::at(bytes, at, problem);
    if bytes.len() > bounds.bytes {
        return Err(fail(bounds.bytes, Problem::TooLong));
    }
    let at = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let nodes = Vec::with_capacity(bytes.len() / BYTES_PER_NODE_MAX + 1);
    let mut parser = Parser { bytes, bounds, at, nodes, open: NONE, is_in_object: false, depth: 0 };
    parser.document().map_err(|problem| fail(parser.at, problem))?;
    parser.nodes.shrink_to_fit();
    Ok(parser.nodes)
}

struct Parser<'a> {
    bytes: &'a [u8],
    bounds: Bounds,
    at: usize,
    nodes: Vec<Node>,
    /// The innermost array or object that has not ended; what it is in is its parent.
    open: u32,
    is_in_object: bool,
    /// How many have not ended.
    depth: usize,
}

/// The key of the member that begins: where it starts and how long it is, with quotes.
#[derive(Clone, Copy)]
struct Key {
    start: u32,
    len: u32,
    is_escaped: bool,
}

const NO_KEY: Key = Key { start: NONE, len: 0, is_escaped: false };

impl Parser<'_> {
    fn document(&mut self) -> Result<(), Problem> {
        self.blanks();
        let mut key = NO_KEY;
        loop {
            let is_open = self.value(key)?;
            key = NO_KEY;
            if is_open {
                if self.is_in_object {
                    key = self.key("a key in double quotes or }")?;
                }
                continue;
            }
            match self.after_value()? {
                After::End => return Ok(()),
                After::Item => {}
                After::Member => key = self.key("a key in double quotes")?,
            }
        }
    }

    /// Takes a scalar, an empty container, or the start of one with something in it, which is then open.
    fn value(&mut self, key: Key) -> Result<bool, Problem> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => return self.container(Kind::Object, b'}', key),
            Some(b'[') => return self.container(Kind::Array, b']', key),
            Some(b'"') => {
                let is_escaped = self.string()?;
                self.leaf(Kind::String, start, key, is_escaped)?;
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                self.leaf(Kind::Number, start, key, false)?;
            }
            Some(b't') => self.word(b"true", Kind::True, key)?,
            Some(b'f') => self.word(b"false", Kind::False, key)?,
            Some(b'n') => self.word(b"null", Kind::Null, key)?,
            _ => return Err(Problem::Expected("a value")),
        }
        Ok(false)
    }

    fn container(&mut self, kind: Kind, end: u8, key: Key) -> Result<bool, Problem> {
        if self.depth == self.bounds.depth {
            return Err(Problem::TooDeep);
        }
        let start = self.at;
        let node = self.nodes.len() as u32;
        self.leaf(kind, start, key, false)?;
        self.at += 1;
        self.blanks();
        if self.peek() == Some(end) {
            self.at += 1;
            self.nodes[node as usize].end = self.at as u32;
            return Ok(false);
        }
        (self.open, self.is_in_object) = (node, kind == Kind::Object);
        self.depth += 1;
        Ok(true)
    }

    fn leaf(&mut self, kind: Kind, start: usize, key: Key, is_escaped: bool) -> Result<(), Problem> {
        if self.nodes.len() == self.bounds.nodes {
            return Err(Problem::TooMany);
        }
        if self.nodes.len() == self.nodes.capacity() {
            self.make_room();
        }
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node {
            key: key.start,
            key_len: key.len,
            start: start as u32,
            end: self.at as u32,
            next,
            parent: self.open,
            kind,
            is_escaped,
            is_key_escaped: key.is_escaped,
        });
        Ok(())
    }

    /// Makes room for as many values as there will be if the rest is like what was read: memory that is touched takes
    /// longer than reading does.
    #[cold]
    fn make_room(&mut self) {
        let len = self.nodes.len();
        let left = (self.bytes.len() - self.at) as u64;
        let more = len as u64 * left / (self.at as u64 + 1);
        let more = (more + more / 32) as usize;
        let more = more.clamp(len / 2 + 8, ROOM_FACTOR_MAX * len + 8);
        self.nodes.reserve_exact(more.min(self.bounds.nodes - len));
    }

    fn word(&mut self, word: &'static [u8], kind: Kind, key: Key) -> Result<(), Problem> {
        let start = self.at;
        if !self.bytes[start..].starts_with(word) {
            return Err(Problem::Expected("a value"));
        }
        self.at += word.len();
        self.leaf(kind, start, key, false)
    }

    /// Goes on to what follows a whole value, closing what ends there.
    fn after_value(&mut self) -> Result<After, Problem> {
        loop {
            self.blanks();
            if self.depth == 0 {
                return if self.at == self.bytes.len() { Ok(After::End) } else { Err(Problem::Expected("the end")) };
            }
            match (self.peek(), self.is_in_object) {
                (Some(b','), _) => {
                    self.at += 1;
                    self.blanks();
                    return Ok(if self.is_in_object { After::Member } else { After::Item });
                }
                (Some(b'}'), true) | (Some(b']'), false) => self.close(),
                (_, true) => return Err(Problem::Expected(", or }")),
                (_, false) => return Err(Problem::Expected(", or ]")),
            }
        }
    }

    fn close(&mut self) {
        self.at += 1;
        let next = self.nodes.len() as u32;
        let node = &mut self.nodes[self.open as usize];
        (node.end, node.next) = (self.at as u32, next);
        self.open = node.parent;
        self.is_in_object = self.nodes.get(self.open as usize).is_some_and(|node| node.kind == Kind::Object);
        self.depth -= 1;
    }

    fn key(&mut self, expected: &'static str) -> Result<Key, Problem> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(Problem::Expected(expected));
        }
        let is_escaped = self.string()?;
        let key = Key { start: start as u32, len: (self.at - start) as u32, is_escaped };
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(Problem::Expected(":"));
        }
        self.at += 1;
        self.blanks();
        Ok(key)
    }

    /// Takes a string; says whether there are escapes in it.
    fn string(&mut self) -> Result<bool, Problem> {
        self.at += 1;
        let mut is_escaped = false;
        loop {
            self.at += swar::plain(&self.bytes[self.at..]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(is_escaped);
                }
                Some(b'\\') => {
                    is_escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(Problem::Expected("an escape for this control character")),
                None => return Err(Problem::Expected("\" at the end of the string")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Problem> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return Err(Problem::Expected("four hexadecimal digits"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(Problem::Expected("one of \" \\ / b f n r t u after \\")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Problem> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Problem> {
        let len = swar::digits(&self.bytes[self.at..]);
        self.at += len;
        if len == 0 { Err(Problem::Expected("a digit")) } else { Ok(()) }
    }

    #[inline]
    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

/// What follows a value.
enum After {
    End,
    Item,
    Member,
}
