//! Ops by kind number. Kinds from [`FIRST_DELIMITED`] on carry their length, so that whoever does not
//! know them can pass them on.

use crate::delimited::{is_known, read_delimited, write_delimited};
use crate::error::{DecodeError, EncodeError};
use crate::limits::{ACTION_COUNTERS, ACTION_TEXT_BYTES, KEY_BYTES, PRED, SEQ, TARGETS, UNKNOWN_BYTES};
use crate::names::Names;
use crate::reader::Reader;
use crate::value::{read_value_or_none, write_held_value_or_none};
use crate::writer::Writer;
use clock::{Id, Seq, Span};
use log::{Kind, Op, OpRef, Register, Value, ValueRef};

/// The numbers of all op kinds that the document model has a use for. Never given twice.
pub mod kind {
    /// Characters into a text.
    pub const INSERT: u64 = 1;
    /// Characters out of a text.
    pub const DELETE: u64 = 2;
    /// A register of a map.
    pub const SET: u64 = 3;
    /// On/off registers of elements.
    pub const CONTROL: u64 = 4;
    /// Items into a list.
    pub const LIST_INSERT: u64 = 5;
    /// Items out of a list.
    pub const LIST_DELETE: u64 = 6;
    /// An item to another place of its list.
    pub const LIST_MOVE: u64 = 7;
    /// The value of a list's item.
    pub const LIST_SET: u64 = 8;
    /// A node of a tree.
    pub const TREE_CREATE: u64 = 9;
    /// A node under another parent, or to another place under its own.
    pub const TREE_MOVE: u64 = 10;
    /// A node and what is below it out of a tree.
    pub const TREE_DELETE: u64 = 11;
    /// Formatting of a range of text.
    pub const MARK: u64 = 12;
    /// An amount to a counter.
    pub const COUNTER_ADD: u64 = 13;
    /// A paragraph mark into a text.
    pub const PARAGRAPH_MARK: u64 = 14;
    /// Never used: a paragraph is split by a mark, which has a number already.
    pub const PARAGRAPH_SPLIT: u64 = 15;
    /// Never used: paragraphs are joined by deleting a mark.
    pub const PARAGRAPH_JOIN: u64 = 16;
    /// A range of text to another place.
    pub const RANGE_MOVE: u64 = 17;
    /// A register of a map, holding a blob: hash, length, media type, size of an image.
    pub const BLOB: u64 = 18;
    /// A register of a map, holding a new container.
    pub const CONTAINER_CREATE: u64 = 19;
    /// An inline object into a text.
    pub const INLINE_OBJECT: u64 = 20;
    /// A constraint between actions.
    pub const CONSTRAINT: u64 = 21;
    /// A draft: its name.
    pub const DRAFT: u64 = 22;
    /// The answer to a conflict.
    pub const RESOLVE: u64 = 23;
    /// The weight of a range in the shared view.
    pub const WEIGHT: u64 = 24;
    /// The shared policy: the version of the rules, and who decides for good.
    pub const POLICY: u64 = 25;
    /// A place of something of which there are only so many.
    pub const CLAIM: u64 = 26;
    /// What is decided for good.
    pub const DECISION: u64 = 27;
    /// That an author agrees to a decision.
    pub const VOTE: u64 = 28;
    /// That what is decided for good may be forgotten where nobody will ever see it again.
    pub const TRIM: u64 = 29;
}

/// The first kind whose ops say how many counters they take and how long they are.
pub const FIRST_DELIMITED: u64 = kind::LIST_INSERT;

/// What an op takes in memory, without what it points to.
pub(crate) const OP_WEIGHT: usize = size_of::<Op>();

/// Writes an op that begins at counter `at`.
pub(crate) fn write_op(w: &mut Writer, names: &mut Names, op: OpRef<'_>, at: Seq) -> Result<(), EncodeError> {
    match op {
        OpRef::Insert { container, left, right, text } => {
            check_kind(container.kind(), Kind::Text)?;
            w.varint(kind::INSERT);
            names.write_container(w, container)?;
            names.write_id_or_none(w, left, at)?;
            names.write_id_or_none(w, right, at)?;
            not_empty(text.is_empty())?;
            if is_nowhere(left, right) {
                return Err(EncodeError::Invalid(NOWHERE));
            }
            w.text(text, ACTION_TEXT_BYTES)
        }
        OpRef::Delete { container, target, backward } => {
            check_kind(container.kind(), Kind::Text)?;
            w.varint(kind::DELETE);
            names.write_container(w, container)?;
            names.write_span(w, target, at)?;
            if target.len() > 1 {
                w.byte(backward.into());
            }
            Ok(())
        }
        OpRef::Set { value: Some(ValueRef::Other(Value::Container(_) | Value::Blob(_))), .. } => {
            write_delimited(w, names.own, op, at)
        }
        OpRef::Set { container, key, value, pred } => {
            check_kind(container.kind(), Kind::Map)?;
            w.varint(kind::SET);
            names.write_container(w, container)?;
            w.text(key, KEY_BYTES)?;
            write_held_value_or_none(w, value)?;
            write_ids(w, names, pred, at)
        }
        OpRef::Control { register, on, targets, pred } => {
            w.varint(kind::CONTROL);
            w.varint((register as u64) << 1 | u64::from(on));
            write_spans(w, names, targets, at, TARGETS)?;
            write_ids(w, names, pred, at)
        }
        OpRef::Unknown { kind, len, body } => {
            if kind < FIRST_DELIMITED || is_known(kind) {
                return Err(EncodeError::Invalid("an unknown op under the number of a known one"));
            }
            not_empty(len == 0)?;
            w.varint(kind);
            w.limited(u64::from(len), ACTION_COUNTERS)?;
            w.bytes(body, UNKNOWN_BYTES)
        }
        _ => write_delimited(w, names.own, op, at),
    }
}

/// Reads an op that begins at counter `at`.
pub(crate) fn read_op(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Op, DecodeError> {
    match r.varint()? {
        kind::INSERT => {
            let container = names.read_container(r, Kind::Text)?;
            let left = names.read_id_or_none(r, at)?;
            let right = names.read_id_or_none(r, at)?;
            let text = r.text(ACTION_TEXT_BYTES)?;
            if text.is_empty() {
                return Err(EMPTY);
            }
            if is_nowhere(left, right) {
                return Err(DecodeError::Invalid(NOWHERE));
            }
            Ok(Op::Insert { container, left, right, text: text.to_owned() })
        }
        kind::DELETE => {
            let container = names.read_container(r, Kind::Text)?;
            let target = names.read_span(r, at)?;
            let backward = target.len() > 1 && read_flag(r)?;
            Ok(Op::Delete { container, target, backward })
        }
        kind::SET => {
            let container = names.read_container(r, Kind::Map)?;
            let key = r.text(KEY_BYTES)?.to_owned();
            let value = read_value_or_none(r)?;
            Ok(Op::Set { container, key, value, pred: read_ids(r, names, at)? })
        }
        kind::CONTROL => {
            let head = r.varint()?;
            let register = match head >> 1 {
                1 => Register::Undo,
                2 => Register::Accept,
                number => return Err(DecodeError::Unknown { what: "control register", number }),
            };
            let targets = read_spans(r, names, at, TARGETS)?;
            Ok(Op::Control { register, on: head & 1 == 1, targets, pred: read_ids(r, names, at)? })
        }
        kind @ FIRST_DELIMITED.. => {
            let len = r.limited(ACTION_COUNTERS)? as Seq;
            if len == 0 {
                return Err(EMPTY);
            }
            let body = r.bytes(UNKNOWN_BYTES)?;
            if is_known(kind) {
                return read_delimited(&mut Reader::part(body, r), names.own, kind, len, at);
            }
            #[cfg(feature = "fault-injection")]
            let body = if fault::is_on(fault::Fault::SkimUnknown) { &[][..] } else { body };
            Ok(Op::Unknown { kind, len, body: body.to_vec() })
        }
        number => Err(DecodeError::Unknown { what: "op kind", number }),
    }
}

pub(crate) const EMPTY: DecodeError = DecodeError::NotCanonical("an op without elements");

pub(crate) const NOWHERE: &str = "an insertion between an element and itself";

/// Whether no place lies between two neighbours.
pub(crate) fn is_nowhere(left: Option<Id>, right: Option<Id>) -> bool {
    left.is_some() && left == right
}

pub(crate) fn read_flag(r: &mut Reader<'_>) -> Result<bool, DecodeError> {
    match r.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        number => Err(DecodeError::Unknown { what: "flag", number: number.into() }),
    }
}

pub(crate) fn check_kind(kind: Kind, due: Kind) -> Result<(), EncodeError> {
    if kind == due { Ok(()) } else { Err(EncodeError::Invalid("an op on a container of another kind")) }
}

pub(crate) fn not_empty(is_empty: bool) -> Result<(), EncodeError> {
    if is_empty { Err(EncodeError::Invalid("an op without elements")) } else { Ok(()) }
}

/// Ids, ascending, without repetition: writes that a write replaces.
pub(crate) fn write_ids(w: &mut Writer, names: &mut Names, ids: &[Id], at: Seq) -> Result<(), EncodeError> {
    w.count(ids.len(), PRED, size_of::<Id>())?;
    if !is_ascending(ids) {
        return Err(EncodeError::Invalid("replaced writes are not ascending"));
    }
    ids.iter().try_for_each(|&id| names.write_id(w, id, at))
}

pub(crate) fn read_ids(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Vec<Id>, DecodeError> {
    let count = r.count(PRED, size_of::<Id>())?;
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        ids.push(names.read_id(r, at)?);
    }
    if is_ascending(&ids) { Ok(ids) } else { Err(DecodeError::NotCanonical("replaced writes are not ascending")) }
}

/// Spans, ascending, none touching the one before it.
pub(crate) fn write_spans(
    w: &mut Writer,
    names: &mut Names,
    spans: &[Span],
    at: Seq,
    limit: crate::limits::Limit,
) -> Result<(), EncodeError> {
    w.count(spans.len(), limit, size_of::<Span>())?;
    if !is_apart(spans) {
        return Err(EncodeError::Invalid("spans are not ascending and apart"));
    }
    spans.iter().try_for_each(|&span| names.write_span(w, span, at))
}

pub(crate) fn read_spans(
    r: &mut Reader<'_>,
    names: &mut Names,
    at: Seq,
    limit: crate::limits::Limit,
) -> Result<Vec<Span>, DecodeError> {
    let count = r.count(limit, size_of::<Span>())?;
    let mut spans = Vec::with_capacity(count);
    for _ in 0..count {
        spans.push(names.read_span(r, at)?);
    }
    if is_apart(&spans) { Ok(spans) } else { Err(DecodeError::NotCanonical("spans are not ascending and apart")) }
}

pub(crate) fn is_ascending<T: Ord>(all: &[T]) -> bool {
    all.windows(2).all(|pair| pair[0] < pair[1])
}

fn is_apart(spans: &[Span]) -> bool {
    spans.windows(2).all(|pair| match (pair[0], pair[1]) {
        (a, b) if a.replica == b.replica => a.end < b.start,
        (a, b) => a.replica < b.replica,
    })
}

/// Whether `op`, at counter `at`, carries on the op before it, so that both have to be one.
pub(crate) fn joins(before: OpRef<'_>, op: OpRef<'_>, own: clock::ReplicaId, at: Seq) -> bool {
    match (before, op) {
        (
            OpRef::Insert { container: a, right: a_right, .. },
            OpRef::Insert { container: b, left: b_left, right: b_right, .. },
        ) => a == b && a_right == b_right && at > 0 && b_left == Some(Id::new(own, at - 1)),
        (
            OpRef::Delete { container: a, target: old, backward: old_backward },
            OpRef::Delete { container: b, target: new, backward: new_backward },
        ) => {
            let (old_one, new_one) = (old.len() == 1, new.len() == 1);
            let rises = (old_one || !old_backward) && (new_one || !new_backward) && old.end == new.start;
            let falls = (old_one || old_backward) && (new_one || new_backward) && old.start == new.end;
            a == b && old.replica == new.replica && (rises || falls)
        }
        _ => false,
    }
}

/// The two ops as one; they must join.
pub(crate) fn join(before: &mut Op, op: OpRef<'_>) {
    match (before, op) {
        (Op::Insert { text, .. }, OpRef::Insert { text: more, .. }) => text.push_str(more),
        (Op::Delete { target, backward, .. }, OpRef::Delete { target: more, .. }) => {
            *backward = target.start == more.end;
            target.start = target.start.min(more.start);
            target.end = target.end.max(more.end);
        }
        _ => unreachable!("only inserts and deletions join"),
    }
}

/// Whether the counters of an op that begins at `at` stay within a replica's.
pub(crate) fn end_of(at: Seq, len: usize) -> Option<Seq> {
    let end = u64::from(at) + len as u64;
    (end <= SEQ.max).then_some(end as Seq)
}
