//! Actions: a byte of flags, then only what cannot be predicted from the action before.

use crate::error::{DecodeError, EncodeError};
use crate::limits::{ACTION_COUNTERS, ACTION_OPS, LABEL_BYTES, LAMPORT, PARENTS, SEQ, TIME, TIME_BEFORE, UNSEEN_SPANS};
use crate::names::Names;
use crate::op::{OP_WEIGHT, end_of, is_ascending, join, joins, read_op, read_spans, write_op, write_spans};
use crate::reader::Reader;
use crate::writer::Writer;
use clock::{Id, Lamport, Seq};
use log::{Action, Op, Proposal};
use std::borrow::Cow;

const NAMES_PARENTS: u8 = 1;
const NAMES_LAMPORT: u8 = 2;
const NAMES_TIME: u8 = 4;
const HAS_UNSEEN: u8 = 8;
const HAS_LABEL: u8 = 16;
const COUNTS_OPS: u8 = 32;
const IS_PROPOSED: u8 = 64;
const ALL_FLAGS: u8 = 127;

/// What the next action of a frame is predicted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Predicted {
    /// Its first counter: certain, not only predicted.
    pub start: Seq,
    /// The Lamport time of the action before it; 0 at the start of a frame.
    pub lamport_before: Lamport,
    /// The time of the action before it; 0 at the start of a frame.
    pub time: i64,
}

impl Predicted {
    /// At the start of a frame.
    pub fn at(start: Seq) -> Self {
        Self { start, lamport_before: 0, time: 0 }
    }

    fn after(action: &Action, end: Seq) -> Self {
        Self { start: end, lamport_before: action.lamport, time: action.time }
    }

    fn parents(&self, names: &Names) -> Vec<Id> {
        self.start.checked_sub(1).map(|last| Id::new(names.own, last)).into_iter().collect()
    }
}

/// Writes `action`, which must begin where `predicted` says, and predicts the next one.
pub(crate) fn write_action(
    w: &mut Writer,
    names: &mut Names,
    action: &Action,
    predicted: Predicted,
) -> Result<Predicted, EncodeError> {
    if action.id != Id::new(names.own, predicted.start) {
        return Err(EncodeError::Invalid("an action that does not follow the one before it"));
    }
    let ops = merged(action);
    let parents = predicted.parents(names);
    let lamport_more = lamport_more(action.lamport, predicted.lamport_before)?;
    check_time(action.time)?;
    let flags = flag(NAMES_PARENTS, action.parents != parents)
        | flag(NAMES_LAMPORT, lamport_more != 0)
        | flag(NAMES_TIME, action.time != predicted.time)
        | flag(HAS_UNSEEN, !action.unseen.is_empty())
        | flag(HAS_LABEL, !action.label.is_empty())
        | flag(COUNTS_OPS, ops.len() != 1)
        | flag(IS_PROPOSED, action.proposal.is_some());
    w.byte(flags);
    if flags & NAMES_PARENTS != 0 {
        write_parents(w, names, &action.parents, predicted.start)?;
    }
    if flags & NAMES_LAMPORT != 0 {
        w.varint(lamport_more);
    }
    if flags & NAMES_TIME != 0 {
        w.signed(action.time - predicted.time);
    }
    if flags & HAS_UNSEEN != 0 {
        write_spans(w, names, &action.unseen, predicted.start, UNSEEN_SPANS)?;
    }
    if flags & HAS_LABEL != 0 {
        w.text(&action.label, LABEL_BYTES)?;
    }
    if let Some(proposal) = action.proposal {
        names.write_id_or_none(w, proposal.draft(), predicted.start)?;
    }
    let end = write_ops(w, names, &ops, predicted.start)?;
    Ok(Predicted::after(action, end))
}

fn write_ops(w: &mut Writer, names: &mut Names, ops: &[Op], start: Seq) -> Result<Seq, EncodeError> {
    if ops.is_empty() {
        return Err(EncodeError::Invalid("an action without ops"));
    }
    if ops.len() != 1 {
        w.limited(ops.len() as u64, ACTION_OPS)?;
    }
    w.charge(ops.len() as u64 * OP_WEIGHT as u64);
    let mut at = start;
    for op in ops {
        write_op(w, names, op.as_op_ref(), at)?;
        at = end_of(at, op_len(op)).ok_or(EncodeError::Invalid("an action passes the last counter"))?;
    }
    ACTION_COUNTERS.check(u64::from(at - start))?;
    Ok(at)
}

/// Reads the action that begins where `predicted` says, and predicts the next one.
pub(crate) fn read_action(
    r: &mut Reader<'_>,
    names: &mut Names,
    predicted: Predicted,
) -> Result<(Action, Predicted), DecodeError> {
    let flags = r.byte()?;
    if flags & !ALL_FLAGS != 0 {
        return Err(DecodeError::Unknown { what: "action flags", number: flags.into() });
    }
    let has = |flag: u8| flags & flag != 0;
    let mut parents = predicted.parents(names);
    if has(NAMES_PARENTS) {
        parents = read_parents(r, names, predicted)?;
    }
    let more = if has(NAMES_LAMPORT) { named(r.varint()?)? } else { 0 };
    let lamport = (predicted.lamport_before + 1).saturating_add(more);
    LAMPORT.check(lamport)?;
    let mut time = predicted.time;
    if has(NAMES_TIME) {
        time = read_time(r, time)?;
    }
    let unseen = if has(HAS_UNSEEN) { read_spans(r, names, predicted.start, UNSEEN_SPANS)? } else { Vec::new() };
    let label = if has(HAS_LABEL) { r.text(LABEL_BYTES)?.to_owned() } else { String::new() };
    if has(HAS_UNSEEN) && unseen.is_empty() || has(HAS_LABEL) && label.is_empty() {
        return Err(PREDICTED);
    }
    let proposal = if has(IS_PROPOSED) { Some(read_proposal(r, names, predicted.start)?) } else { None };
    let (ops, end) = read_ops(r, names, predicted.start, has(COUNTS_OPS))?;
    let id = Id::new(names.own, predicted.start);
    let action = Action { id, lamport, parents, unseen, time, label, proposal, ops };
    let next = Predicted::after(&action, end);
    Ok((action, next))
}

fn read_ops(r: &mut Reader<'_>, names: &mut Names, start: Seq, counts: bool) -> Result<(Vec<Op>, Seq), DecodeError> {
    let count = if counts { r.count(ACTION_OPS, 0)? } else { 1 };
    if counts && count == 1 || count == 0 {
        return Err(DecodeError::NotCanonical("a count of ops that has to go without saying"));
    }
    r.charge(count as u64 * OP_WEIGHT as u64)?;
    let mut ops: Vec<Op> = Vec::with_capacity(count);
    let mut at = start;
    for _ in 0..count {
        let op = read_op(r, names, at)?;
        if ops.last().is_some_and(|before| joins(before.as_op_ref(), op.as_op_ref(), names.own, at)) {
            return Err(DecodeError::NotCanonical("two ops that have to be one"));
        }
        at = end_of(at, op_len(&op)).ok_or(DecodeError::Invalid("an action passes the last counter"))?;
        ops.push(op);
    }
    ACTION_COUNTERS.check(u64::from(at - start))?;
    Ok((ops, at))
}

const PREDICTED: DecodeError = DecodeError::NotCanonical("a field that has to go without saying");

fn flag(flag: u8, is_set: bool) -> u8 {
    if is_set { flag } else { 0 }
}

/// A difference from the prediction, which is never nothing.
fn named(number: u64) -> Result<u64, DecodeError> {
    if number == 0 { Err(PREDICTED) } else { Ok(number) }
}

pub(crate) fn lamport_more(lamport: Lamport, before: Lamport) -> Result<u64, EncodeError> {
    LAMPORT.check(lamport)?;
    lamport.checked_sub(before + 1).ok_or(EncodeError::Invalid("logical time does not rise"))
}

pub(crate) fn check_time(time: i64) -> Result<(), crate::limits::OverLimit> {
    let limit = if time < 0 { TIME_BEFORE } else { TIME };
    limit.check(time.unsigned_abs()).map(drop)
}

fn read_time(r: &mut Reader<'_>, before: i64) -> Result<i64, DecodeError> {
    let delta = r.signed()?;
    named(delta as u64)?;
    let time = before.saturating_add(delta);
    check_time(time)?;
    Ok(time)
}

/// The draft, or none for a suggestion.
pub(crate) fn read_proposal(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Proposal, DecodeError> {
    Ok(names.read_id_or_none(r, at)?.map_or(Proposal::Suggestion, Proposal::Draft))
}

/// Parents given in full, for they are not just the action before.
pub(crate) fn write_parents(w: &mut Writer, names: &mut Names, parents: &[Id], at: Seq) -> Result<(), EncodeError> {
    w.count(parents.len(), PARENTS, size_of::<Id>())?;
    if !is_ascending(parents) {
        return Err(EncodeError::Invalid("parents are not ascending"));
    }
    parents.iter().try_for_each(|&id| names.write_id(w, id, at))
}

fn read_parents(r: &mut Reader<'_>, names: &mut Names, predicted: Predicted) -> Result<Vec<Id>, DecodeError> {
    let parents = read_parent_ids(r, names, predicted.start)?;
    if parents == predicted.parents(names) { Err(PREDICTED) } else { Ok(parents) }
}

pub(crate) fn read_parent_ids(r: &mut Reader<'_>, names: &mut Names, at: Seq) -> Result<Vec<Id>, DecodeError> {
    let count = r.count(PARENTS, size_of::<Id>())?;
    let mut parents = Vec::with_capacity(count);
    for _ in 0..count {
        parents.push(names.read_id(r, at)?);
    }
    if is_ascending(&parents) { Ok(parents) } else { Err(DecodeError::NotCanonical("parents are not ascending")) }
}

/// [`Op::len`] without its assumption that lengths were bounded before.
fn op_len(op: &Op) -> usize {
    match op {
        Op::Insert { text, .. } => text.chars().count(),
        other => other.len() as usize,
    }
}

/// The ops of `action` with those joined that carry each other on: logs join them anyway.
fn merged(action: &Action) -> Cow<'_, [Op]> {
    let mut at = u64::from(action.id.seq);
    let mut must_join = false;
    for pair in action.ops.windows(2) {
        at += op_len(&pair[0]) as u64;
        must_join |=
            Seq::try_from(at).is_ok_and(|at| joins(pair[0].as_op_ref(), pair[1].as_op_ref(), action.id.replica, at));
    }
    if must_join { Cow::Owned(merge(action)) } else { Cow::Borrowed(&action.ops) }
}

fn merge(action: &Action) -> Vec<Op> {
    let mut at = action.id.seq;
    let mut ops: Vec<Op> = Vec::new();
    for op in &action.ops {
        match ops.last_mut() {
            Some(before) if joins(before.as_op_ref(), op.as_op_ref(), action.id.replica, at) => {
                join(before, op.as_op_ref());
            }
            _ => ops.push(op.clone()),
        }
        at = at.saturating_add(op.len()).min(SEQ.max as Seq);
    }
    ops
}
