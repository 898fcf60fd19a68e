//! What a store takes and what it refuses: decided here once, for every store alike.
//!
//! The stored records of a replica are kept by their *end*. Each record that is stored ends after all
//! those before it, so ends are unique, "everything after `n`" is one range, and a block that arrives
//! across the end of what is stored lies beside older records without overwriting any of them.
//!
//! Invariant: taken by end, the first record of a replica starts at zero and each next one starts
//! at or before the end of the one before. Hence the last end is the replica's version.

use crate::error::{CompactError, MetaLimit, RecordError, SnapshotError};
use crate::limits::{META_NAME_BYTES_MAX, META_VALUE_BYTES_MAX, RECORD_BYTES_MAX, SNAPSHOT_BYTES_MAX};
use crate::{Outcome, Record};
use clock::{Seq, Span};

/// What becomes of a record when its replica is stored up to `have`.
pub(crate) fn place(have: Seq, span: Span) -> Outcome {
    if span.end <= have {
        Outcome::Duplicate
    } else if span.start > have {
        Outcome::Gap { have }
    } else {
        Outcome::Stored
    }
}

/// Refuses a call in which one record is none.
pub(crate) fn check_records(records: &[Record]) -> Result<(), RecordError> {
    for record in records {
        let (span, len) = (record.span(), record.bytes.len());
        if span.is_empty() {
            return Err(RecordError::Empty { span });
        }
        if len > RECORD_BYTES_MAX {
            return Err(RecordError::TooLarge { span, len });
        }
    }
    Ok(())
}

/// Refuses replacements that are no records or that overlap.
pub(crate) fn check_replacements(records: &[Record]) -> Result<(), CompactError> {
    check_records(records)?;
    let mut spans: Vec<Span> = records.iter().map(Record::span).collect();
    spans.sort_unstable();
    for pair in spans.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if first.intersect(&second).is_some() {
            return Err(CompactError::Overlap { first, second });
        }
    }
    Ok(())
}

/// What replacements cover, those joined that follow each other: what lies within several together is replaced too.
pub(crate) fn joined(records: &[Record]) -> Vec<Span> {
    let mut spans: Vec<Span> = records.iter().map(Record::span).collect();
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.replica == span.replica && last.end == span.start => last.end = span.end,
            _ => joined.push(span),
        }
    }
    joined
}

/// The stored records that `replacement` takes the place of: those that lie within it.
///
/// `nearby` is, by end, every stored record of the replica that ends after the start of the
/// replacement, up to and including the first that ends at or after its end.
pub(crate) fn replaced(replacement: Span, nearby: &[Span], have: Seq) -> Result<Vec<Span>, CompactError> {
    if replacement.end > have {
        return Err(CompactError::Beyond { span: replacement, have });
    }
    let wider =
        |stored: &&Span| stored.start <= replacement.start && stored.end >= replacement.end && **stored != replacement;
    // Refused, since to take up the smaller record could only lose what the larger one has besides.
    if let Some(&stored) = nearby.last().filter(wider) {
        return Err(CompactError::Stale { span: replacement, stored });
    }
    let within = |stored: &Span| stored.start >= replacement.start && stored.end <= replacement.end;
    Ok(nearby.iter().copied().filter(within).collect())
}

/// Refuses a meta value beyond the limits. `None` takes a value away.
pub(crate) fn check_meta(name: &str, value: Option<&[u8]>) -> Result<(), MetaLimit> {
    if name.len() > META_NAME_BYTES_MAX {
        return Err(MetaLimit::NameTooLong { len: name.len() });
    }
    let len = value.map_or(0, <[u8]>::len);
    if len > META_VALUE_BYTES_MAX {
        return Err(MetaLimit::ValueTooLarge { name: name.to_owned(), len });
    }
    Ok(())
}

/// Refuses a snapshot beyond the limit.
pub(crate) fn check_snapshot(bytes: &[u8]) -> Result<(), SnapshotError> {
    let len = bytes.len();
    if len > SNAPSHOT_BYTES_MAX { Err(SnapshotError::TooLarge { len }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::ReplicaId;

    fn span(start: Seq, end: Seq) -> Span {
        Span::new(ReplicaId(1), start, end)
    }

    #[test]
    fn a_record_is_placed_by_what_it_adds() {
        assert_eq!(place(0, span(0, 3)), Outcome::Stored);
        assert_eq!(place(3, span(0, 3)), Outcome::Duplicate);
        assert_eq!(place(3, span(1, 5)), Outcome::Stored);
        assert_eq!(place(3, span(3, 4)), Outcome::Stored);
        assert_eq!(place(3, span(4, 5)), Outcome::Gap { have: 3 });
        assert_eq!(place(Seq::MAX, span(0, Seq::MAX)), Outcome::Duplicate);
    }

    #[test]
    fn a_replacement_takes_what_lies_within_it() {
        let nearby = [span(0, 4), span(4, 8), span(6, 12)];
        assert_eq!(replaced(span(0, 12), &nearby, 12).unwrap(), nearby);
        assert_eq!(replaced(span(4, 12), &nearby[1..], 12).unwrap(), nearby[1..]);
        assert_eq!(replaced(span(2, 10), &nearby, 12).unwrap(), [span(4, 8)]);
        assert_eq!(replaced(span(4, 8), &nearby[1..2], 12).unwrap(), [span(4, 8)]);
    }

    #[test]
    fn replacements_that_follow_each_other_take_together_what_lies_within() {
        let record = |span: Span| Record { replica: span.replica, start: span.start, end: span.end, bytes: vec![1] };
        let joined = joined(&[span(5, 9), span(0, 5), span(10, 12)].map(record));
        assert_eq!(joined, [span(0, 9), span(10, 12)]);
        assert_eq!(replaced(joined[0], &[span(0, 4), span(4, 8), span(8, 9)], 12).unwrap().len(), 3);
    }

    #[test]
    fn a_replacement_never_takes_more_than_it_brings() {
        let stale = CompactError::Stale { span: span(5, 8), stored: span(4, 8) };
        assert_eq!(replaced(span(5, 8), &[span(4, 8)], 12), Err(stale));
        let beyond = CompactError::Beyond { span: span(8, 13), have: 12 };
        assert_eq!(replaced(span(8, 13), &[span(6, 12)], 12), Err(beyond));
    }
}
