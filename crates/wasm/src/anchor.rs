//! Names of things as JavaScript holds them: anchors, spans, versions, authors.

pub use motet::plain::{read_author, read_id, read_spans, write_author, write_id, write_spans};
use motet::{Id, ReplicaId, Seq, VersionVector};

/// A place beside an element: `l` or `r`, then its id; without an id the beginning or the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The element; none at the beginning, for `Left`, or at the end.
    pub element: Option<Id>,
    /// Whether the place stays with what is on its left.
    pub stays_left: bool,
}

impl Anchor {
    /// The anchor as text.
    pub fn write(&self) -> String {
        let side = if self.stays_left { 'l' } else { 'r' };
        self.element.map_or_else(|| side.to_string(), |id| format!("{side}{}", write_id(id)))
    }

    /// The anchor that `text` is.
    pub fn read(text: &str) -> Option<Self> {
        let stays_left = match text.as_bytes().first()? {
            b'l' => true,
            b'r' => false,
            _ => return None,
        };
        let rest = &text[1..];
        let element = if rest.is_empty() { None } else { Some(read_id(rest)?) };
        Some(Self { element, stays_left })
    }
}

/// A version as bytes: eight of the replica and four of the counter, again and again.
pub fn write_version(version: &VersionVector) -> Vec<u8> {
    version.iter().flat_map(|(replica, end)| replica.0.to_le_bytes().into_iter().chain(end.to_le_bytes())).collect()
}

/// The version that `bytes` are.
pub fn read_version(bytes: &[u8]) -> Option<VersionVector> {
    let (entries, []) = bytes.as_chunks::<12>() else { return None };
    let entry = |entry: &[u8; 12]| {
        let replica = u64::from_le_bytes(entry[..8].try_into().expect("eight bytes"));
        (ReplicaId(replica), Seq::from_le_bytes(entry[8..].try_into().expect("four bytes")))
    };
    Some(entries.iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_written() {
        for anchor in ["l", "r", "l7.0", "rffffffffffffffff.4294967295"] {
            assert_eq!(Anchor::read(anchor).unwrap().write(), anchor);
        }
        for spans in ["7.0-1", "7.0-1,8.3-9"] {
            assert_eq!(write_spans(&read_spans(spans).unwrap()), spans);
        }
        let version: VersionVector = [(ReplicaId(7), 3), (ReplicaId(u64::MAX), 1)].into_iter().collect();
        assert_eq!(read_version(&write_version(&version)), Some(version));
        let author = motet::AuthorKey([0xa7; 32]);
        assert_eq!(read_author(&write_author(author)), Some(author));
    }

    #[test]
    fn what_is_none_is_refused() {
        for anchor in ["", "x", "l7", "l7.", "rx.1", "é"] {
            assert_eq!(Anchor::read(anchor), None, "{anchor}");
        }
        for spans in ["", "7.0", "7.1-1", "7.0-1,", "-"] {
            assert_eq!(read_spans(spans), None, "{spans}");
        }
        assert_eq!(read_version(&[1; 13]), None);
        assert_eq!(read_author("00"), None);
    }
}
