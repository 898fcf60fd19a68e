//! Values of registers as JavaScript has them.
//!
//! Whole numbers are numbers where JavaScript holds them exactly and big integers where not; a number that is not
//! whole, or minus zero, is a float. A whole float is read as a number, and written where an object of a class says
//! so by its field `float`. A blob is read as a plain object, and written where an object of a class has its fields.

use crate::blob::reference_from_js;
use crate::container::write_container;
use crate::js::{Outcome, coded, field};
use js_sys::{Array, BigInt, Function, Object, Uint8Array};
use motet::{BlobRef, Id, Value, limits};
use wasm_bindgen::{JsCast, JsValue};

/// The greatest whole number up to which JavaScript counts exactly.
const SAFE_MAX: i64 = (1 << 53) - 1;

/// What one value may take in memory, in bytes, about: what is larger should be a container or a blob.
const VALUE_WEIGHT_MAX: usize = 4 << 20;

/// A value that element `id` wrote; `wrap` makes something of the name of a container.
pub fn to_js(id: Id, value: &Value, wrap: &Function) -> JsValue {
    match value.container(id) {
        // What the page's own function throws is no value; it throws nothing.
        Some(container) => {
            wrap.call1(&JsValue::UNDEFINED, &write_container(container).into()).unwrap_or(JsValue::UNDEFINED)
        }
        None => plain_to_js(value),
    }
}

/// A value that is no container.
pub fn plain_to_js(value: &Value) -> JsValue {
    match value {
        Value::Null | Value::Container(_) => JsValue::NULL,
        Value::Bool(on) => (*on).into(),
        Value::Int(int) => int_to_js(*int),
        Value::Float(float) => (*float).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Blob(reference) => blob_to_js(reference),
        Value::Bytes(bytes) => Uint8Array::from(&bytes[..]).into(),
        Value::List(items) => items.iter().map(plain_to_js).collect::<Array>().into(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| pair(key, plain_to_js(value)));
            // Not by assignment: a key may be called `__proto__`.
            Object::from_entries(&entries.collect::<Array>()).map_or(JsValue::NULL, JsValue::from)
        }
    }
}

/// What a document says of a blob: `{blob, size, type}`, the first its hash, and of an image `width` and `height` too.
pub fn blob_to_js(reference: &BlobRef) -> JsValue {
    let fields = Array::of3(
        &pair("blob", reference.hash().to_string().into()),
        &pair("size", (reference.byte_len() as f64).into()),
        &pair("type", reference.media_type().as_str().into()),
    );
    if let Some((width, height)) = reference.image_size() {
        fields.push(&pair("width", width.into()));
        fields.push(&pair("height", height.into()));
    }
    Object::from_entries(&fields).map_or(JsValue::NULL, JsValue::from)
}

/// An array of a key and a value.
pub fn pair(key: &str, value: JsValue) -> JsValue {
    Array::of2(&key.into(), &value).into()
}

/// A number, or a big integer where a number would not be exact.
pub fn int_to_js(int: i64) -> JsValue {
    if (-SAFE_MAX..=SAFE_MAX).contains(&int) { (int as f64).into() } else { BigInt::from(int).into() }
}

/// The value that `js` is.
pub fn from_js(js: &JsValue) -> Outcome<Value> {
    let value = read(js, 1)?;
    if value.weight() <= VALUE_WEIGHT_MAX { Ok(value) } else { Err(too_large("a value")) }
}

/// The whole number that `js` is.
pub fn int_from_js(js: &JsValue) -> Outcome<i64> {
    match number(js)? {
        Some(Value::Int(int)) => Ok(int),
        _ => Err(coded("value", "a counter takes whole numbers of 64 bits")),
    }
}

/// No deeper than [`limits::VALUE_DEPTH`].
fn read(js: &JsValue, depth: u64) -> Outcome<Value> {
    if depth > limits::VALUE_DEPTH.max {
        return Err(coded("value", "a value is nested too deeply, or holds itself"));
    }
    if js.is_null() {
        return Ok(Value::Null);
    }
    if let Some(on) = js.as_bool() {
        return Ok(Value::Bool(on));
    }
    if let Some(text) = js.as_string() {
        return fits(text.len(), limits::VALUE_BYTES).map(|()| Value::Text(text));
    }
    if let Some(number) = number(js)? {
        return Ok(number);
    }
    if let Some(bytes) = js.dyn_ref::<Uint8Array>() {
        return fits(bytes.length() as usize, limits::VALUE_BYTES).map(|()| Value::Bytes(bytes.to_vec().into()));
    }
    if let Some(items) = js.dyn_ref::<Array>() {
        fits(items.length() as usize, limits::VALUE_ITEMS)?;
        return items.iter().map(|item| read(&item, depth + 1)).collect::<Outcome<_>>().map(Value::List);
    }
    read_object(js, depth)
}

fn number(js: &JsValue) -> Outcome<Option<Value>> {
    if let Some(number) = js.as_f64() {
        let is_whole = number.fract() == 0.0 && number.abs() <= SAFE_MAX as f64;
        let is_int = is_whole && !(number == 0.0 && number.is_sign_negative());
        return Ok(Some(if is_int { Value::Int(number as i64) } else { Value::Float(number) }));
    }
    if !js.is_bigint() {
        return Ok(None);
    }
    let int = i64::try_from(js.clone()).map_err(|_| coded("value", "a big integer must fit into 64 bits"))?;
    Ok(Some(Value::Int(int)))
}

fn read_object(js: &JsValue, depth: u64) -> Outcome<Value> {
    let strange =
        || coded("value", "a value is null, a boolean, a number, a string, a Uint8Array, an array or a plain object");
    let object = js.dyn_ref::<Object>().filter(|_| !js.is_function()).ok_or_else(strange)?;
    if !is_plain(object) {
        return read_instance(js)?.ok_or_else(strange);
    }
    let entries = Object::entries(object);
    fits(entries.length() as usize, limits::VALUE_ITEMS)?;
    let entry = |entry: JsValue| -> Outcome<(String, Value)> {
        let entry: Array = entry.unchecked_into();
        let key = key(&entry.get(0).as_string().unwrap_or_default())?;
        Ok((key, read(&entry.get(1), depth + 1)?))
    };
    entries.iter().map(entry).collect::<Outcome<_>>().map(Value::Map)
}

/// What the client's classes stand for: a float, or a blob.
fn read_instance(js: &JsValue) -> Outcome<Option<Value>> {
    if field(js, "blob")?.is_string() {
        return reference_from_js(js).map(|reference| Some(Value::Blob(Box::new(reference))));
    }
    Ok(field(js, "float")?.as_f64().map(Value::Float))
}

/// Whether it is an object as written in braces, and none of a class.
fn is_plain(object: &Object) -> bool {
    let prototype: JsValue = Object::get_prototype_of(object).into();
    prototype.is_null() || prototype == JsValue::from(Object::get_prototype_of(&Object::new()))
}

/// `key`, where it is no longer than keys may be.
pub fn key(key: &str) -> Outcome<String> {
    fits(key.len(), limits::KEY_BYTES).map(|()| key.to_owned())
}

fn fits(len: usize, limit: limits::Limit) -> Outcome<()> {
    limit.check_len(len).map_err(|over| coded("too-large", &over.to_string()))
}

/// An error about something that must be made smaller.
pub fn too_large(what: &str) -> JsValue {
    coded("too-large", &format!("{what} is too large: make several smaller ones, or put it into a container"))
}
