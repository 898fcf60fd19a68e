//! Elements, spans and authors as plain text: in what is kept beside a document, and as JavaScript holds them.

use clock::{Id, ReplicaId, Seq, Span};
use codec::AuthorKey;

/// The name of an element as text.
pub fn write_id(id: Id) -> String {
    format!("{:x}.{}", id.replica.0, id.seq)
}

/// The element that `text` names.
pub fn read_id(text: &str) -> Option<Id> {
    let (replica, seq) = text.split_once('.')?;
    Some(Id::new(ReplicaId(u64::from_str_radix(replica, 16).ok()?), seq.parse().ok()?))
}

/// Spans as text.
pub fn write_spans(spans: &[Span]) -> String {
    let parts: Vec<String> =
        spans.iter().map(|span| format!("{:x}.{}-{}", span.replica.0, span.start, span.end)).collect();
    parts.join(",")
}

/// The spans that `text` is.
pub fn read_spans(text: &str) -> Option<Vec<Span>> {
    text.split(',')
        .map(|part| {
            let (range, end) = part.split_once('-')?;
            let first = read_id(range)?;
            let end: Seq = end.parse().ok()?;
            (first.seq < end).then(|| Span::new(first.replica, first.seq, end))
        })
        .collect()
}

/// An author's key in hexadecimal.
pub fn write_author(author: AuthorKey) -> String {
    author.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The author's key that `text` is.
pub fn read_author(text: &str) -> Option<AuthorKey> {
    let digits = text.as_bytes();
    let mut key = [0; 32];
    if digits.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(AuthorKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for spans in ["7.0-1", "7.0-1,8.3-9"] {
            assert_eq!(write_spans(&read_spans(spans).unwrap()), spans);
        }
        let author = AuthorKey([0xa7; 32]);
        assert_eq!(read_author(&write_author(author)), Some(author));
    }

    #[test]
    fn what_is_none_is_refused() {
        for spans in ["", "7.0", "7.1-1", "7.0-1,", "-"] {
            assert_eq!(read_spans(spans), None, "{spans}");
        }
        for author in ["", "00", &"é".repeat(32)] {
            assert_eq!(read_author(author), None, "{author}");
        }
    }
}
