//! Which blobs a log names: what to fetch, and what no collection may take.

use crate::borrowed::OpRef;
use crate::held::{ValueRef, Values};
use crate::multilog::MultiLog;
use crate::op::Value;
use blob::{BlobHash, BlobRef};
use clock::SortedSet;

impl Value {
    /// The blob that it names.
    pub fn blob(&self) -> Option<&BlobRef> {
        if let Self::Blob(reference) = self { Some(reference) } else { None }
    }
}

impl<'a> OpRef<'a> {
    /// The blobs that it names.
    pub fn blobs(self) -> impl Iterator<Item = &'a BlobRef> {
        let values: &[Value] = match self {
            Self::Set { value: Some(ValueRef::Other(value)), .. }
            | Self::ListSet { value: ValueRef::Other(value), .. } => std::slice::from_ref(value),
            Self::ListInsert { values: Values::Any(values), .. } => values,
            _ => &[],
        };
        values.iter().filter_map(Value::blob)
    }
}

/// The blobs that a history names, whether what names them is active or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlobNames {
    /// Hash and length: two authors may contradict each other about the length.
    named: SortedSet<(BlobHash, u64)>,
    /// The bytes of ops that this version does not know.
    unknown: Vec<Vec<u8>>,
}

impl BlobNames {
    /// Adds what an op names.
    pub fn add(&mut self, op: OpRef<'_>) {
        self.add_blobs(op.blobs());
        if let OpRef::Unknown { body, .. } = op {
            self.unknown.push(body.to_vec());
        }
    }

    fn add_blobs<'a>(&mut self, blobs: impl Iterator<Item = &'a BlobRef>) {
        self.named.extend(blobs.map(|reference| (reference.hash(), reference.byte_len())));
    }

    /// Adds everything that another history names.
    pub fn merge(&mut self, other: Self) {
        self.named.extend(other.named.iter().copied());
        self.unknown.extend(other.unknown);
    }

    /// The blobs that are named for certain, with the lengths that their authors say; ascending.
    pub fn iter(&self) -> impl Iterator<Item = (BlobHash, u64)> + '_ {
        self.named.iter().copied()
    }

    /// Whether the blob is named for certain.
    pub fn names(&self, hash: &BlobHash) -> bool {
        self.named.range((*hash, 0)..=(*hash, u64::MAX)).next().is_some()
    }

    /// Whether the blob is named, or its hash stands in an op that this version does not know.
    pub fn may_name(&self, hash: &BlobHash) -> bool {
        let is_within = |body: &Vec<u8>| body.windows(hash.0.len()).any(|window| window == hash.0);
        self.names(hash) || self.unknown.iter().any(is_within)
    }
}

impl MultiLog {
    /// Whether this version knows every op that is here: where it does not, later versions may show something else.
    pub fn is_known(&self) -> bool {
        self.logs().all(|log| log.packed.unknown().len() == 0)
    }

    /// The blobs that any action names, active or not, waiting ones among them.
    pub fn blob_names(&self) -> BlobNames {
        let mut names = BlobNames::default();
        for log in self.logs() {
            names.add_blobs(log.packed.blobs());
            log.packed.unknown().for_each(|op| names.add(op));
        }
        self.pending().flat_map(|action| &action.ops).for_each(|op| names.add(op.as_op_ref()));
        names
    }

    /// What some action says of a blob, active or not; none where none names it.
    pub fn blob_named(&self, hash: &BlobHash) -> Option<&BlobRef> {
        self.logs().flat_map(|log| log.packed.blobs()).find(|reference| reference.hash() == *hash)
    }

    /// How many values of the log are blobs, and how many ops of it might name some since nobody knows them: where it did not grow, neither did [`MultiLog::blob_names`],
    /// but for what waits.
    pub fn blob_names_count(&self) -> usize {
        self.logs().map(|log| log.packed.blobs().len() + log.packed.unknown().len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContainerId, Header, Kind};
    use blob::MediaType;
    use clock::ReplicaId;

    const ANN: ReplicaId = ReplicaId(1);

    fn reference(content: &[u8]) -> BlobRef {
        BlobRef::new(BlobHash::of(content), content.len() as u64, MediaType::unknown(), Some((2, 3))).unwrap()
    }

    fn value(content: &[u8]) -> Value {
        Value::Blob(Box::new(reference(content)))
    }

    fn set(log: &mut MultiLog, value: &Value) {
        let container = ContainerId::root(Kind::Map, "m");
        log.push(ANN, OpRef::Set { container, key: "k", value: Some(value.into()), pred: &[] });
        log.commit(ANN, Header::default());
    }

    #[test]
    fn registers_items_and_what_nobody_knows_count() {
        let mut log = MultiLog::new();
        let list = ContainerId::root(Kind::List, "l");
        set(&mut log, &value(b"a"));
        set(&mut log, &Value::Null);
        let values = [Value::Null, value(b"b"), value(b"a")];
        log.push(ANN, OpRef::ListInsert { container: list, left: None, right: None, values: Values::Any(&values) });
        log.commit(ANN, Header::default());
        let body = [&[9, 9][..], &BlobHash::of(b"c").0, &[9]].concat();
        log.push(ANN, OpRef::Unknown { kind: 99, len: 1, body: &body });
        log.commit(ANN, Header::default());
        assert_eq!(log.blob_names_count(), 4);
        let names = log.blob_names();
        assert_eq!(log.blob_named(&BlobHash::of(b"a")).map(BlobRef::image_size), Some(Some((2, 3))));
        assert_eq!(log.blob_named(&BlobHash::of(b"nobody's")), None);
        let mut certain = [(BlobHash::of(b"a"), 1), (BlobHash::of(b"b"), 1)];
        certain.sort_unstable();
        assert_eq!(names.iter().collect::<Vec<_>>(), certain);
        assert!([b"a", b"b", b"c"].into_iter().all(|content| names.may_name(&BlobHash::of(content))));
        assert!(!names.may_name(&BlobHash::of(b"d")));
    }

    #[test]
    fn what_waits_counts() {
        let (mut log, mut other) = (MultiLog::new(), MultiLog::new());
        set(&mut log, &Value::Null);
        set(&mut log, &value(b"a"));
        let actions: Vec<_> = log.log(ANN).unwrap().actions_in(0..2).collect();
        other.receive(actions[1].clone()).unwrap();
        assert!(other.version().is_empty() && other.blob_names().may_name(&BlobHash::of(b"a")));
    }
}
