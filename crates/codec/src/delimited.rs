//! Ops that carry their length. Each body stands alone: it names replicas and containers by itself, so that
//! whoever does not know the kind can carry it from a frame to a block and back.
//!
//! Two forms of a body are never equal: every part of one has one form, and nothing may be left over.

use crate::declared::{
    read_answer, read_claim, read_constraint, read_decision, read_draft, read_policy, read_weight, write_answer,
    write_claim, write_constraint, write_decision, write_draft, write_policy, write_weight,
};
use crate::error::{DecodeError, EncodeError};
use crate::limits::{
    ACTION_COUNTERS, CERTIFICATE_BYTES, KEY_BYTES, LIST_ITEMS, OBJECT_KIND_BYTES, RANGES, UNKNOWN_BYTES,
};
use crate::names::{Names, Place};
use crate::op::{EMPTY, NOWHERE, check_kind, is_nowhere, kind, not_empty, read_ids, write_ids};
use crate::reader::Reader;
use crate::value::{
    read_blob, read_kind, read_value_or_none, read_whole_value, write_blob, write_held_value, write_value_or_none,
    write_values,
};
use crate::writer::Writer;
use clock::{Id, ReplicaId, Seq};
use log::{ContainerId, Gap, Kind, Op, OpRef, TextRange, Value, ValueRef};

/// Whether ops of a kind with a length have a body that this version knows.
pub(crate) fn is_known(number: u64) -> bool {
    #[cfg(feature = "older-versions")]
    if !crate::older::is_known(number) {
        return false;
    }
    (kind::LIST_INSERT..=kind::PARAGRAPH_MARK).contains(&number) || (kind::RANGE_MOVE..=kind::TRIM).contains(&number)
}

/// Writes an op of such a kind, which begins at counter `at` of `own`.
pub(crate) fn write_delimited(w: &mut Writer, own: ReplicaId, op: OpRef<'_>, at: Seq) -> Result<(), EncodeError> {
    let (mut body, mut names) = (Writer::new(), Names::new(Place::Inline, own));
    let number = write_body(&mut body, &mut names, op, at)?;
    w.varint(number);
    w.limited(u64::from(op.len()), ACTION_COUNTERS)?;
    w.charge(body.weight());
    w.bytes(body.as_bytes(), UNKNOWN_BYTES)
}

fn write_body(w: &mut Writer, names: &mut Names, op: OpRef<'_>, at: Seq) -> Result<u64, EncodeError> {
    let start = |w: &mut Writer, names: &mut Names, container: ContainerId, kind: Kind| {
        check_kind(container.kind(), kind)?;
        names.write_definition(w, container)
    };
    match op {
        OpRef::CounterAdd { container, amount } => {
            start(w, names, container, Kind::Counter)?;
            w.signed(amount);
            Ok(kind::COUNTER_ADD)
        }
        OpRef::ListInsert { container, left, right, values } => {
            start(w, names, container, Kind::List)?;
            write_place(w, names, (left, right), at)?;
            not_empty(values.is_empty())?;
            LIST_ITEMS.check_len(values.len())?;
            w.charge((values.len() * size_of::<Value>()) as u64);
            write_values(w, values)?;
            Ok(kind::LIST_INSERT)
        }
        OpRef::ListDelete { container, target } => {
            start(w, names, container, Kind::List)?;
            names.write_span(w, target, at)?;
            Ok(kind::LIST_DELETE)
        }
        OpRef::ListMove { container, item, left, right } => {
            start(w, names, container, Kind::List)?;
            names.write_id(w, item, at)?;
            write_place(w, names, (left, right), at)?;
            Ok(kind::LIST_MOVE)
        }
        OpRef::ListSet { container, item, value, pred } => {
            start(w, names, container, Kind::List)?;
            names.write_id(w, item, at)?;
            write_held_value(w, value)?;
            write_ids(w, names, pred, at)?;
            Ok(kind::LIST_SET)
        }
        OpRef::TreeCreate { container, parent, left, right } => {
            start(w, names, container, Kind::Tree)?;
            names.write_id_or_none(w, parent, at)?;
            write_place(w, names, (left, right), at)?;
            Ok(kind::TREE_CREATE)
        }
        OpRef::TreeMove { container, node, parent, left, right } => {
            start(w, names, container, Kind::Tree)?;
            names.write_id(w, node, at)?;
            names.write_id_or_none(w, parent, at)?;
            write_place(w, names, (left, right), at)?;
            Ok(kind::TREE_MOVE)
        }
        OpRef::TreeDelete { container, node } => {
            start(w, names, container, Kind::Tree)?;
            names.write_id(w, node, at)?;
            Ok(kind::TREE_DELETE)
        }
        OpRef::Set { container, key, value: Some(ValueRef::Other(&Value::Container(made))), pred } => {
            start(w, names, container, Kind::Map)?;
            w.text(key, KEY_BYTES)?;
            w.varint(made as u64);
            write_ids(w, names, pred, at)?;
            Ok(kind::CONTAINER_CREATE)
        }
        OpRef::Set { container, key, value: Some(ValueRef::Other(Value::Blob(reference))), pred } => {
            start(w, names, container, Kind::Map)?;
            w.text(key, KEY_BYTES)?;
            write_blob(w, reference)?;
            write_ids(w, names, pred, at)?;
            Ok(kind::BLOB)
        }
        OpRef::TextObject { container, left, right, kind } => {
            start(w, names, container, Kind::Text)?;
            write_place(w, names, (left, right), at)?;
            if kind.is_empty() {
                return Ok(kind::PARAGRAPH_MARK);
            }
            w.text(kind, OBJECT_KIND_BYTES)?;
            Ok(kind::INLINE_OBJECT)
        }
        OpRef::TextMark { container, ranges, key, value } => {
            start(w, names, container, Kind::Text)?;
            write_ranges(w, names, ranges, at)?;
            w.text(key, KEY_BYTES)?;
            write_value_or_none(w, value)?;
            Ok(kind::MARK)
        }
        OpRef::TextMove { container, ranges, left, right } => {
            start(w, names, container, Kind::Text)?;
            write_ranges(w, names, ranges, at)?;
            write_place(w, names, (left, right), at)?;
            Ok(kind::RANGE_MOVE)
        }
        OpRef::Constrain { rule, actions } => {
            write_constraint(w, names, (rule, actions), at)?;
            Ok(kind::CONSTRAINT)
        }
        OpRef::Resolve { actions, keep, pred } => {
            write_answer(w, names, (actions, keep, pred), at)?;
            Ok(kind::RESOLVE)
        }
        OpRef::Weigh { actions, weight, pred } => {
            write_weight(w, names, (actions, weight, pred), at)?;
            Ok(kind::WEIGHT)
        }
        OpRef::Draft { name } => {
            write_draft(w, name)?;
            Ok(kind::DRAFT)
        }
        OpRef::Govern { rules, deciders, pred } => {
            write_policy(w, names, (rules, deciders, pred), at)?;
            Ok(kind::POLICY)
        }
        OpRef::Decide { by, after, outcomes } => {
            write_decision(w, names, (by, after, outcomes), at)?;
            Ok(kind::DECISION)
        }
        OpRef::Vote { decision } => {
            names.write_id(w, decision, at)?;
            Ok(kind::VOTE)
        }
        OpRef::Trim { decision, certificate } => {
            names.write_id(w, decision, at)?;
            w.bytes(certificate, CERTIFICATE_BYTES)?;
            Ok(kind::TRIM)
        }
        OpRef::Claim { name, places } => {
            write_claim(w, name, places)?;
            Ok(kind::CLAIM)
        }
        _ => Err(EncodeError::Invalid("an op of a kind without a length")),
    }
}

fn write_ranges(w: &mut Writer, names: &mut Names, ranges: &[TextRange], at: Seq) -> Result<(), EncodeError> {
    not_empty(ranges.is_empty())?;
    w.count(ranges.len(), RANGES, size_of::<TextRange>())?;
    for range in ranges {
        write_gap(w, names, range.start, at)?;
        write_gap(w, names, range.end, at)?;
    }
    Ok(())
}

/// A byte with two bits: whether the gap is behind, and whether there is an element; then the element.
fn write_gap(w: &mut Writer, names: &mut Names, gap: Gap, at: Seq) -> Result<(), EncodeError> {
    let (is_behind, beside) = (matches!(gap, Gap::After(_)), gap.beside());
    w.byte(u8::from(is_behind) << 1 | u8::from(beside.is_some()));
    beside.map_or(Ok(()), |id| names.write_id(w, id, at))
}

fn read_ranges(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Vec<TextRange>, DecodeError> {
    let count = r.count(RANGES, size_of::<TextRange>())?;
    if count == 0 {
        return Err(EMPTY);
    }
    (0..count).map(|_| Ok(TextRange { start: read_gap(r, names, at)?, end: read_gap(r, names, at)? })).collect()
}

fn read_gap(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Gap, DecodeError> {
    let head = r.byte()?;
    let beside = if head & 1 == 1 { Some(names.read_id(r, at)?) } else { None };
    match head >> 1 {
        0 => Ok(Gap::Before(beside)),
        1 => Ok(Gap::After(beside)),
        _ => Err(DecodeError::Unknown { what: "side of a gap", number: head.into() }),
    }
}

fn write_place(
    w: &mut Writer,
    names: &mut Names,
    (left, right): (Option<Id>, Option<Id>),
    at: Seq,
) -> Result<(), EncodeError> {
    if is_nowhere(left, right) {
        return Err(EncodeError::Invalid(NOWHERE));
    }
    names.write_id_or_none(w, left, at)?;
    names.write_id_or_none(w, right, at)
}

/// Reads the body of an op of a known kind, which takes `len` counters from `at` on.
pub(crate) fn read_delimited(
    r: &mut Reader<'_>,
    own: ReplicaId,
    kind: u64,
    len: Seq,
    at: Seq,
) -> Result<Op, DecodeError> {
    let names = &mut Names::new(Place::Inline, own);
    let op = match kind {
        kind::CONSTRAINT => read_constraint(r, names, at)?,
        kind::RESOLVE => read_answer(r, names, at)?,
        kind::WEIGHT => read_weight(r, names, at)?,
        kind::CLAIM => read_claim(r)?,
        kind::DRAFT => read_draft(r)?,
        kind::POLICY => read_policy(r, names, at)?,
        kind::DECISION => read_decision(r, names, at)?,
        kind::VOTE => Op::Vote { decision: names.read_id(r, at)? },
        kind::TRIM => Op::Trim { decision: names.read_id(r, at)?, certificate: r.bytes(CERTIFICATE_BYTES)?.to_vec() },
        _ => read_body(r, names, kind, len, at)?,
    };
    if op.len() != len {
        return Err(DecodeError::Invalid("an op of another number of counters than it says"));
    }
    r.finish()?;
    Ok(op)
}

fn read_body(r: &mut Reader<'_>, names: &mut Names, kind: u64, len: Seq, at: Seq) -> Result<Op, DecodeError> {
    let container = names.read_definition(r)?;
    let due = match kind {
        kind::COUNTER_ADD => Kind::Counter,
        kind::BLOB | kind::CONTAINER_CREATE => Kind::Map,
        kind::LIST_INSERT..=kind::LIST_SET => Kind::List,
        kind::TREE_CREATE..=kind::TREE_DELETE => Kind::Tree,
        _ => Kind::Text,
    };
    if container.kind() != due {
        return Err(DecodeError::Invalid("an op on a container of another kind"));
    }
    Ok(match kind {
        kind::COUNTER_ADD => Op::CounterAdd { container, amount: r.signed()? },
        kind::LIST_INSERT => {
            let (left, right) = read_place(r, names, at)?;
            Op::ListInsert { container, left, right, values: read_values(r, len)? }
        }
        kind::LIST_DELETE => Op::ListDelete { container, target: names.read_span(r, at)? },
        kind::LIST_MOVE => {
            let item = names.read_id(r, at)?;
            let (left, right) = read_place(r, names, at)?;
            Op::ListMove { container, item, left, right }
        }
        kind::LIST_SET => {
            let item = names.read_id(r, at)?;
            let value = read_whole_value(r)?;
            Op::ListSet { container, item, value, pred: read_ids(r, names, at)? }
        }
        kind::TREE_CREATE => {
            let parent = names.read_id_or_none(r, at)?;
            let (left, right) = read_place(r, names, at)?;
            Op::TreeCreate { container, parent, left, right }
        }
        kind::TREE_MOVE => {
            let node = names.read_id(r, at)?;
            let parent = names.read_id_or_none(r, at)?;
            let (left, right) = read_place(r, names, at)?;
            Op::TreeMove { container, node, parent, left, right }
        }
        kind::TREE_DELETE => Op::TreeDelete { container, node: names.read_id(r, at)? },
        kind::CONTAINER_CREATE => {
            let key = r.text(KEY_BYTES)?.to_owned();
            let value = Some(Value::Container(read_kind(r)?));
            Op::Set { container, key, value, pred: read_ids(r, names, at)? }
        }
        kind::BLOB => {
            let key = r.text(KEY_BYTES)?.to_owned();
            let value = Some(read_blob(r)?);
            Op::Set { container, key, value, pred: read_ids(r, names, at)? }
        }
        kind::PARAGRAPH_MARK | kind::INLINE_OBJECT => {
            let (left, right) = read_place(r, names, at)?;
            Op::TextObject { container, left, right, kind: read_object_kind(r, kind)? }
        }
        kind::MARK => {
            let ranges = read_ranges(r, names, at)?;
            let key = r.text(KEY_BYTES)?.to_owned();
            Op::TextMark { container, ranges, key, value: read_value_or_none(r)? }
        }
        kind::RANGE_MOVE => {
            let ranges = read_ranges(r, names, at)?;
            let (left, right) = read_place(r, names, at)?;
            Op::TextMove { container, ranges, left, right }
        }
        number => return Err(DecodeError::Unknown { what: "op kind", number }),
    })
}

fn read_object_kind(r: &mut Reader<'_>, kind: u64) -> Result<String, DecodeError> {
    if kind == kind::PARAGRAPH_MARK {
        return Ok(String::new());
    }
    let kind = r.text(OBJECT_KIND_BYTES)?;
    if kind.is_empty() {
        return Err(DecodeError::NotCanonical("a paragraph mark written as another object"));
    }
    Ok(kind.to_owned())
}

fn read_place(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<(Option<Id>, Option<Id>), DecodeError> {
    let (left, right) = (names.read_id_or_none(r, at)?, names.read_id_or_none(r, at)?);
    if is_nowhere(left, right) { Err(DecodeError::Invalid(NOWHERE)) } else { Ok((left, right)) }
}

/// As many values as the op has counters, each of at least a byte.
fn read_values(r: &mut Reader<'_>, len: Seq) -> Result<Vec<Value>, DecodeError> {
    LIST_ITEMS.check(u64::from(len))?;
    if len == 0 {
        return Err(EMPTY);
    }
    if r.left() < len as usize {
        return Err(DecodeError::Invalid("an op of another number of counters than it says"));
    }
    r.charge(u64::from(len) * size_of::<Value>() as u64)?;
    (0..len).map(|_| read_whole_value(r)).collect()
}
