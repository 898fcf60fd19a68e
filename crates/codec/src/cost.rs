//! What an op takes at most, told before it is written: so that an author never writes what nobody could read.

use crate::error::EncodeError;
use crate::limits::{
    CERTIFICATE_BYTES, CLAIM_BYTES, CONSTRAINED, DECIDED, DECIDERS, DRAFT_BYTES, KEY_BYTES, OBJECT_KIND_BYTES,
    OP_BYTES, OP_MEMORY, PRED, RANGES, TARGETS, VALUE_BYTES, VALUE_DEPTH, VALUE_ITEMS,
};
use crate::op::OP_WEIGHT;
use log::{OpRef, TextRange, Value, ValueRef, Values};
use std::ops::AddAssign;

/// An id, a length or a number, in bytes: a replica in full, a counter, what says which follows.
const ID_BYTES: usize = 16;

/// What an item of a list takes besides its value, in bytes: so that what has room has no more items than an op may.
const ITEM_BYTES: usize = 8;

/// Everything of an op whose length does not depend on what it says, in bytes: a container by two ids or a root's
/// name, two neighbours, numbers.
const FIXED_BYTES: usize = 6 * ID_BYTES;

/// How much something takes at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Written, in bytes.
    pub bytes: usize,
    /// In the memory of who reads it, in bytes.
    pub memory: usize,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.memory += other.memory;
    }
}

impl Cost {
    /// Of an op that says nothing long.
    pub const SMALL: Self = Self { bytes: FIXED_BYTES, memory: OP_WEIGHT };

    /// Of an op that inserts text of `len` bytes. However long it is, it can be cut between any two characters.
    pub fn of_text(len: usize) -> Self {
        Self { bytes: FIXED_BYTES + len, memory: OP_WEIGHT + len }
    }

    /// Of what says `bytes` that take `memory`.
    fn of(bytes: usize, memory: usize) -> Self {
        Self { bytes: FIXED_BYTES + bytes, memory: OP_WEIGHT + memory }
    }

    /// Of one of the things that an op counts.
    fn plus(mut self, (bytes, memory): (usize, usize)) -> Self {
        self.bytes += bytes;
        self.memory += memory;
        self
    }
}

/// What `op` takes at most.
///
/// # Errors
/// Where one thing in it is beyond a limit: then nobody could read the op, alone or with others.
pub fn cost(op: OpRef<'_>) -> Result<Cost, EncodeError> {
    let cost = match op {
        OpRef::Insert { text, .. } => return Ok(Cost::of_text(text.len())),
        OpRef::Set { key, value, pred, .. } => of_value_or_none(value)?.plus(of_key(key)?).plus(of_ids(pred.len())?),
        OpRef::ListSet { value, pred, .. } => of_value(value)?.plus(of_ids(pred.len())?),
        OpRef::ListInsert { values, .. } => of_values(values)?,
        OpRef::TextObject { kind, .. } => {
            OBJECT_KIND_BYTES.check_len(kind.len())?;
            Cost::of(kind.len(), kind.len())
        }
        OpRef::TextMark { ranges, key, value, .. } => {
            of_value_or_none(value.map(Into::into))?.plus(of_key(key)?).plus(of_ranges(ranges)?)
        }
        OpRef::TextMove { ranges, .. } => Cost::SMALL.plus(of_ranges(ranges)?),
        OpRef::Control { targets, pred, .. } => {
            TARGETS.check_len(targets.len())?;
            Cost::SMALL.plus((2 * ID_BYTES * targets.len(), size_of_val(targets))).plus(of_ids(pred.len())?)
        }
        OpRef::Constrain { actions, .. } => Cost::SMALL.plus(of_constrained(actions)?),
        OpRef::Resolve { actions, pred, .. } => {
            Cost::SMALL.plus(of_constrained(actions)?).plus(of_constrained(actions)?).plus(of_ids(pred.len())?)
        }
        OpRef::Weigh { actions, pred, .. } => Cost::SMALL.plus(of_constrained(actions)?).plus(of_ids(pred.len())?),
        OpRef::Claim { name, .. } => {
            CLAIM_BYTES.check_len(name.len())?;
            Cost::of(name.len(), name.len())
        }
        OpRef::Govern { deciders, pred, .. } => {
            DECIDERS.check_len(deciders.len())?;
            Cost::of(size_of_val(deciders), size_of_val(deciders)).plus(of_ids(pred.len())?)
        }
        OpRef::Decide { outcomes, .. } => {
            DECIDED.check_len(outcomes.len())?;
            Cost::SMALL.plus(((ID_BYTES + 1) * outcomes.len(), size_of_val(outcomes)))
        }
        OpRef::Trim { certificate, .. } => {
            CERTIFICATE_BYTES.check_len(certificate.len())?;
            Cost::of(certificate.len(), certificate.len())
        }
        OpRef::Draft { name } => {
            DRAFT_BYTES.check_len(name.len())?;
            Cost::of(name.len(), name.len())
        }
        OpRef::Unknown { body, .. } => Cost::of(body.len(), body.len()),
        _ => Cost::SMALL,
    };
    OP_BYTES.check_len(cost.bytes)?;
    OP_MEMORY.check_len(cost.memory)?;
    Ok(cost)
}

fn of_key(key: &str) -> Result<(usize, usize), EncodeError> {
    KEY_BYTES.check_len(key.len())?;
    Ok((key.len(), key.len()))
}

fn of_ids(count: usize) -> Result<(usize, usize), EncodeError> {
    PRED.check_len(count)?;
    Ok((ID_BYTES * count, size_of::<clock::Id>() * count))
}

fn of_constrained(actions: &[clock::Id]) -> Result<(usize, usize), EncodeError> {
    CONSTRAINED.check_len(actions.len())?;
    Ok((ID_BYTES * actions.len(), size_of_val(actions)))
}

fn of_ranges(ranges: &[TextRange]) -> Result<(usize, usize), EncodeError> {
    RANGES.check_len(ranges.len())?;
    Ok((2 * ID_BYTES * ranges.len(), size_of_val(ranges)))
}

fn of_value_or_none(value: Option<ValueRef<'_>>) -> Result<Cost, EncodeError> {
    value.map_or(Ok(Cost::SMALL), of_value)
}

fn of_values(values: Values<'_>) -> Result<Cost, EncodeError> {
    let mut sum = Cost::SMALL;
    for value in values.iter() {
        let weight = weight(value)? + ITEM_BYTES;
        sum = sum.plus((weight, weight));
    }
    Ok(sum)
}

/// What a value takes: in bytes it is never longer than in memory, but for what is in place of a number.
fn of_value(value: ValueRef<'_>) -> Result<Cost, EncodeError> {
    let weight = weight(value)?;
    Ok(Cost::of(weight, weight))
}

fn weight(value: ValueRef<'_>) -> Result<usize, EncodeError> {
    match value {
        ValueRef::Int(int) => Ok(Value::Int(int).weight()),
        ValueRef::Other(value) => check_value(value, 1).map(|()| value.weight()),
    }
}

fn check_value(value: &Value, depth: u64) -> Result<(), EncodeError> {
    VALUE_DEPTH.check(depth)?;
    match value {
        Value::Text(text) => Ok(VALUE_BYTES.check_len(text.len())?),
        Value::Bytes(bytes) => Ok(VALUE_BYTES.check_len(bytes.len())?),
        Value::List(items) => {
            VALUE_ITEMS.check_len(items.len())?;
            items.iter().try_for_each(|item| check_inner(item, depth))
        }
        Value::Map(entries) => {
            VALUE_ITEMS.check_len(entries.len())?;
            entries.iter().try_for_each(|(key, value)| of_key(key).and_then(|_| check_inner(value, depth)))
        }
        _ => Ok(()),
    }
}

fn check_inner(value: &Value, depth: u64) -> Result<(), EncodeError> {
    match value {
        Value::Container(_) => Err(EncodeError::Invalid("a container within a value")),
        Value::Blob(_) => Err(EncodeError::Invalid("a blob within a value")),
        value => check_value(value, depth + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{decode_frame, encode_frame};
    use crate::keys::AuthorKey;
    use clock::{Id, ReplicaId};
    use log::{Action, ContainerId, Kind, Op};

    fn written(op: &Op) -> Result<usize, EncodeError> {
        let action = Action {
            id: Id::new(ReplicaId(u64::MAX), 0),
            lamport: 1,
            parents: vec![],
            unseen: vec![],
            time: 0,
            label: String::new(),
            proposal: None,
            ops: vec![op.clone()],
        };
        let bytes = encode_frame(ReplicaId(u64::MAX), AuthorKey([9; 32]), 0, &[action])?;
        decode_frame(&bytes).expect("what can be written can be read");
        Ok(bytes.len())
    }

    fn set(value: Value) -> Op {
        let container = ContainerId::root(Kind::Map, "a name of twenty bytes");
        Op::Set { container, key: "key".into(), value: Some(value), pred: vec![] }
    }

    /// What costs something can be written, and takes no more; what cannot be written costs an error.
    #[test]
    fn nothing_takes_more_than_it_costs() {
        let text = |len: usize| Value::Text("a".repeat(len));
        let deep = |depth| (0..depth).fold(Value::Null, |value, _| Value::List([value].into()));
        let values = [
            Value::Null,
            Value::Int(i64::MIN),
            Value::Float(0.5),
            Value::Bytes(vec![7; 1 << 20].into()),
            text(1 << 20),
            text((1 << 20) + 1),
            Value::List(vec![text(1 << 20); 3].into()),
            Value::List(vec![text(1 << 20); 17].into()),
            Value::List(vec![Value::Null; 1 << 16].into()),
            Value::List(vec![Value::Null; (1 << 16) + 1].into()),
            Value::List(vec![Value::List(vec![Value::Null; 1 << 16].into()); 64].into()),
            Value::List([Value::Container(Kind::Map)].into()),
            Value::Map([("k".repeat(4097), Value::Null)].into()),
            deep(63),
            deep(64),
        ];
        for value in values {
            let op = set(value);
            if let Ok(cost) = cost(op.as_op_ref()) {
                assert!(written(&op).expect("it has a cost") <= cost.bytes + 64);
            }
        }
        assert!(cost(set(text(1 << 20)).as_op_ref()).is_ok());
        for refused in [text((1 << 20) + 1), deep(64), Value::List(vec![text(1 << 20); 17].into())] {
            assert!(cost(set(refused).as_op_ref()).is_err());
        }
    }
}
