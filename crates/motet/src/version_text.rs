//! Versions as text: `replica:end,replica:end`, replicas in hexadecimal, ascending; and what versions are of.

use clock::{Id, ReplicaId, Seq, VersionVector};

/// The version as text; empty for the version before everything.
pub fn write_version(version: &VersionVector) -> String {
    version.iter().map(|(replica, end)| format!("{replica}:{end}")).collect::<Vec<_>>().join(",")
}

/// The version that a text stands for, if it stands for one.
pub fn read_version(text: &str) -> Option<VersionVector> {
    text.split(',').filter(|entry| !entry.is_empty()).map(read_end).collect()
}

/// A replica and a counter of it, as `replica:counter`.
pub(crate) fn read_end(entry: &str) -> Option<(ReplicaId, Seq)> {
    let (replica, end) = entry.split_once(':')?;
    Some((read_replica(replica)?, end.parse().ok()?))
}

pub(crate) fn read_replica(text: &str) -> Option<ReplicaId> {
    u64::from_str_radix(text, 16).ok().map(ReplicaId)
}

/// What [`Id`] prints.
pub(crate) fn read_id(text: &str) -> Option<Id> {
    let (seq, replica) = text.split_once('@')?;
    Some(Id::new(read_replica(replica)?, seq.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_the_version() {
        let version: VersionVector = [(ReplicaId(255), 3), (ReplicaId(u64::MAX), 7)].into_iter().collect();
        assert_eq!(write_version(&version), "ff:3,ffffffffffffffff:7");
        assert_eq!(read_version(&write_version(&version)), Some(version));
        assert_eq!(read_version(""), Some(VersionVector::new()));
        assert_eq!(read_version("x"), None);
        assert_eq!(read_version("1:-1"), None);
    }
}
