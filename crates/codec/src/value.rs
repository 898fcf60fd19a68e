//! Values of registers: a tag, then what it says.

use crate::error::{DecodeError, EncodeError};
use crate::limits::{BLOB_BYTES, IMAGE_SIDE, KEY_BYTES, MEDIA_TYPE_BYTES, VALUE_BYTES, VALUE_DEPTH, VALUE_ITEMS};
use crate::reader::Reader;
use crate::writer::Writer;
use blob::{BlobHash, BlobRef};
use log::{Kind, Value, ValueRef, Values};

const NULL: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
pub(crate) const INT: u8 = 4;
const FLOAT: u8 = 5;
const TEXT: u8 = 6;
const BYTES: u8 = 7;
const LIST: u8 = 8;
const MAP: u8 = 9;
/// Only in ops of kinds that came with it, and there only as the whole value.
const CONTAINER: u8 = 10;
/// As [`CONTAINER`].
const BLOB: u8 = 11;

/// Writes a value; 0 where there is none.
pub(crate) fn write_value_or_none(w: &mut Writer, value: Option<&Value>) -> Result<(), EncodeError> {
    match value {
        None => {
            w.byte(0);
            Ok(())
        }
        Some(value) => write_value(w, value, 1),
    }
}

fn write_value(w: &mut Writer, value: &Value, depth: u64) -> Result<(), EncodeError> {
    VALUE_DEPTH.check(depth)?;
    match value {
        Value::Null => w.byte(NULL),
        Value::Bool(false) => w.byte(FALSE),
        Value::Bool(true) => w.byte(TRUE),
        Value::Int(int) => {
            w.byte(INT);
            w.signed(*int);
        }
        Value::Float(float) => {
            w.byte(FLOAT);
            w.put(&float.to_bits().to_le_bytes());
        }
        Value::Text(text) => {
            w.byte(TEXT);
            w.text(text, VALUE_BYTES)?;
        }
        Value::Bytes(bytes) => {
            w.byte(BYTES);
            w.bytes(bytes, VALUE_BYTES)?;
        }
        Value::List(items) => {
            w.byte(LIST);
            w.count(items.len(), VALUE_ITEMS, size_of::<Value>())?;
            for item in items {
                write_value(w, item, depth + 1)?;
            }
        }
        Value::Map(entries) => write_map(w, entries, depth)?,
        Value::Container(_) => return Err(EncodeError::Invalid("a container within a value")),
        Value::Blob(_) => return Err(EncodeError::Invalid("a blob within a value")),
    }
    Ok(())
}

/// Writes a value that may be a new container or a blob.
pub(crate) fn write_whole_value(w: &mut Writer, value: &Value) -> Result<(), EncodeError> {
    match *value {
        Value::Container(kind) => {
            w.byte(CONTAINER);
            w.varint(kind as u64);
            Ok(())
        }
        Value::Blob(ref reference) => {
            w.byte(BLOB);
            write_blob(w, reference)
        }
        _ => write_value(w, value, 1),
    }
}

/// Writes a value that may be a new container or a blob; 0 where there is none.
pub(crate) fn write_whole_value_or_none(w: &mut Writer, value: Option<&Value>) -> Result<(), EncodeError> {
    match value {
        None => {
            w.byte(0);
            Ok(())
        }
        Some(value) => write_whole_value(w, value),
    }
}

/// As [`write_whole_value`], of a value that a log holds.
#[inline]
pub(crate) fn write_held_value(w: &mut Writer, value: ValueRef<'_>) -> Result<(), EncodeError> {
    match value {
        ValueRef::Int(int) => {
            w.tagged(INT, int);
            Ok(())
        }
        ValueRef::Other(value) => write_whole_value(w, value),
    }
}

/// As [`write_held_value`], or that there is none.
pub(crate) fn write_held_value_or_none(w: &mut Writer, value: Option<ValueRef<'_>>) -> Result<(), EncodeError> {
    match value {
        Some(value) => write_held_value(w, value),
        None => write_value_or_none(w, None),
    }
}

/// Writes values one after another.
pub(crate) fn write_values(w: &mut Writer, values: Values<'_>) -> Result<(), EncodeError> {
    match values {
        Values::Ints(ints) => ints.iter().for_each(|&int| w.tagged(INT, int)),
        Values::Any(values) => values.iter().try_for_each(|value| write_whole_value(w, value))?,
    }
    Ok(())
}

/// Reads a value that may be a new container or a blob.
#[inline]
pub(crate) fn read_whole_value(r: &mut Reader<'_>) -> Result<Value, DecodeError> {
    match r.byte()? {
        // What most are, without a look at all that a value may be.
        INT => Ok(Value::Int(r.signed()?)),
        tag => read_tagged_whole_value(r, tag),
    }
}

/// Reads a value that may be a new container or a blob, or that there is none.
#[inline]
pub(crate) fn read_whole_value_or_none(r: &mut Reader<'_>) -> Result<Option<Value>, DecodeError> {
    match r.byte()? {
        0 => Ok(None),
        INT => Ok(Some(Value::Int(r.signed()?))),
        tag => read_tagged_whole_value(r, tag).map(Some),
    }
}

fn read_tagged_whole_value(r: &mut Reader<'_>, tag: u8) -> Result<Value, DecodeError> {
    match tag {
        CONTAINER => Ok(Value::Container(read_kind(r)?)),
        BLOB => read_blob(r),
        tag => read_value(r, tag, 1),
    }
}

/// Writes what a document says of a blob.
pub(crate) fn write_blob(w: &mut Writer, reference: &BlobRef) -> Result<(), EncodeError> {
    w.charge(blob_weight(reference));
    w.put(&reference.hash().0);
    w.varint(reference.byte_len());
    w.text(reference.media_type().as_str(), MEDIA_TYPE_BYTES)?;
    let (width, height) = reference.image_size().unwrap_or((0, 0));
    w.varint(width.into());
    if width > 0 {
        w.varint(height.into());
    }
    Ok(())
}

/// Reads what a document says of a blob.
pub(crate) fn read_blob(r: &mut Reader<'_>) -> Result<Value, DecodeError> {
    let (hash, len) = (BlobHash(r.array()?), r.limited(BLOB_BYTES)?);
    let media_type = r.text(MEDIA_TYPE_BYTES)?.parse();
    let media_type = media_type.map_err(|_| DecodeError::Invalid("a blob of no media type"))?;
    let size = match r.limited(IMAGE_SIDE)? as u32 {
        0 => None,
        width => Some((width, r.limited(IMAGE_SIDE)? as u32)),
    };
    let reference = BlobRef::new(hash, len, media_type, size);
    let reference = reference.map_err(|_| DecodeError::Invalid("an image without pixels"))?;
    r.charge(blob_weight(&reference))?;
    Ok(Value::Blob(Box::new(reference)))
}

/// What a reference takes in memory beside its value.
fn blob_weight(reference: &BlobRef) -> u64 {
    (size_of::<BlobRef>() + reference.media_type().as_str().len()) as u64
}

/// Reads a kind of container.
pub(crate) fn read_kind(r: &mut Reader<'_>) -> Result<Kind, DecodeError> {
    let number = r.varint()?;
    kind_of(number).ok_or(DecodeError::Unknown { what: "container kind", number })
}

/// The kind of container under a number.
pub(crate) fn kind_of(number: u64) -> Option<Kind> {
    [Kind::Text, Kind::Map, Kind::List, Kind::Tree, Kind::Counter].into_iter().find(|&kind| kind as u64 == number)
}

fn write_map(w: &mut Writer, entries: &[(String, Value)], depth: u64) -> Result<(), EncodeError> {
    w.byte(MAP);
    w.count(entries.len(), VALUE_ITEMS, MAP_ITEM_WEIGHT)?;
    if !has_distinct_keys(entries) {
        return Err(EncodeError::Invalid("a key stands twice in a value"));
    }
    for (key, value) in entries {
        w.text(key, KEY_BYTES)?;
        write_value(w, value, depth + 1)?;
    }
    Ok(())
}

/// Reads a value, or that there is none.
pub(crate) fn read_value_or_none(r: &mut Reader<'_>) -> Result<Option<Value>, DecodeError> {
    match r.byte()? {
        0 => Ok(None),
        tag => read_value(r, tag, 1).map(Some),
    }
}

/// Recursive, no deeper than [`VALUE_DEPTH`].
fn read_value(r: &mut Reader<'_>, tag: u8, depth: u64) -> Result<Value, DecodeError> {
    VALUE_DEPTH.check(depth)?;
    Ok(match tag {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        INT => Value::Int(r.signed()?),
        FLOAT => Value::Float(f64::from_bits(u64::from_le_bytes(r.array()?))),
        TEXT => Value::Text(r.text(VALUE_BYTES)?.to_owned()),
        BYTES => Value::Bytes(r.bytes(VALUE_BYTES)?.into()),
        LIST => {
            let count = r.count(VALUE_ITEMS, size_of::<Value>())?;
            let mut items = Vec::with_capacity(count);
            for _ in 0..count {
                let tag = r.byte()?;
                items.push(read_value(r, tag, depth + 1)?);
            }
            Value::List(items.into())
        }
        MAP => read_map(r, depth)?,
        other => return Err(DecodeError::Unknown { what: "value tag", number: other.into() }),
    })
}

fn read_map(r: &mut Reader<'_>, depth: u64) -> Result<Value, DecodeError> {
    let count = r.count(VALUE_ITEMS, MAP_ITEM_WEIGHT)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let key = r.text(KEY_BYTES)?.to_owned();
        let tag = r.byte()?;
        entries.push((key, read_value(r, tag, depth + 1)?));
    }
    if !has_distinct_keys(&entries) {
        return Err(DecodeError::Invalid("a key stands twice in a value"));
    }
    Ok(Value::Map(entries.into()))
}

/// An entry and, while keys are compared, a reference to its key.
const MAP_ITEM_WEIGHT: usize = size_of::<(String, Value)>() + size_of::<&str>();

fn has_distinct_keys(entries: &[(String, Value)]) -> bool {
    let mut keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> Value {
        (1..depth).fold(Value::Null, |inner, _| Value::List([inner].into()))
    }

    #[test]
    fn nesting_is_bounded_both_ways() {
        let mut w = Writer::new();
        assert_eq!(write_value_or_none(&mut w, Some(&nested(64))), Ok(()));
        let bytes = w.into_bytes();
        assert_eq!(read_value_or_none(&mut Reader::new(&bytes)), Ok(Some(nested(64))));
        assert!(matches!(write_value_or_none(&mut Writer::new(), Some(&nested(65))), Err(EncodeError::Limit(_))));
        for depth in [65, 1_000_000] {
            let mut bytes = [LIST, 1].repeat(depth - 1);
            bytes.push(NULL);
            assert!(matches!(read_value_or_none(&mut Reader::new(&bytes)), Err(DecodeError::Limit(_))));
        }
    }

    #[test]
    fn a_blob_is_a_whole_value_within_its_limits() {
        let media_type: blob::MediaType = "image/png".parse().unwrap();
        let reference = BlobRef::new(BlobHash([7; 32]), 300, media_type, Some((640, 1))).unwrap();
        let value = Value::Blob(Box::new(reference));
        let mut w = Writer::new();
        write_whole_value(&mut w, &value).unwrap();
        let bytes = w.into_bytes();
        assert_eq!(read_whole_value(&mut Reader::new(&bytes)), Ok(value.clone()));
        let end = [&[0xac, 2, 9][..], b"image/png", &[0x80, 5, 1]].concat();
        assert_eq!(bytes, [&[BLOB][..], &[7; 32], &end].concat());
        for wrong in [
            &b"\0\x03a/b\x01\0"[..],
            b"\0\x03A/b\0",
            b"\0\x01a\0",
            b"\x81\x80\x80\x80\x10\x03a/b\0",
            b"\0\x03a/b\x81\x80\x40\x01",
        ] {
            let bytes = [&[BLOB][..], &[7; 32], wrong].concat();
            assert!(read_whole_value(&mut Reader::new(&bytes)).is_err(), "{wrong:?}");
        }
        assert!(write_value_or_none(&mut Writer::new(), Some(&Value::List([value.clone()].into()))).is_err());
        assert!(write_value_or_none(&mut Writer::new(), Some(&value)).is_err(), "kinds 1 to 4 do not change");
        assert!(read_value_or_none(&mut Reader::new(&bytes)).is_err());
    }

    #[test]
    fn a_key_stands_once() {
        let twice = Value::Map([("a".into(), Value::Null), ("a".into(), Value::Null)].into());
        assert!(write_value_or_none(&mut Writer::new(), Some(&twice)).is_err());
        assert!(read_value_or_none(&mut Reader::new(&[MAP, 2, 1, b'a', NULL, 1, b'a', NULL])).is_err());
    }
}
