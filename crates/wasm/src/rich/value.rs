//! What registers hold, as JavaScript has it.

use crate::js::{Outcome, error, object};
use js_sys::{Array, Number, Object, Uint8Array};
use motet::Value;
use wasm_bindgen::{JsCast, JsValue};

/// How deep values are taken in within each other.
const DEPTH_MAX: usize = 16;

/// A value for JavaScript. Whole numbers beyond those that it has exactly come out rounded.
pub fn write(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value as f64).into(),
        Value::Float(value) => (*value).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        Value::List(values) => values.iter().map(write).collect::<Array>().into(),
        Value::Map(entries) => {
            let pairs = entries.iter().map(|(key, value)| Array::of2(&JsValue::from(key.as_str()), &write(value)));
            Object::from_entries(&pairs.collect::<Array>()).map_or(JsValue::NULL, JsValue::from)
        }
        _ => object([]),
    }
}

/// The value that JavaScript gave.
pub fn read(given: &JsValue) -> Outcome<Value> {
    read_within(given, 0)
}

fn read_within(given: &JsValue, depth: usize) -> Outcome<Value> {
    if depth > DEPTH_MAX {
        return Err(error(&format!("values go no deeper than {DEPTH_MAX}")));
    }
    if given.is_null() {
        return Ok(Value::Null);
    }
    if let Some(value) = given.as_bool() {
        return Ok(Value::Bool(value));
    }
    if let Some(number) = given.as_f64() {
        return Ok(if Number::is_safe_integer(given) { Value::Int(number as i64) } else { Value::Float(number) });
    }
    if let Some(text) = given.as_string() {
        return Ok(Value::Text(text));
    }
    if let Some(bytes) = given.dyn_ref::<Uint8Array>() {
        return Ok(Value::Bytes(bytes.to_vec()));
    }
    if let Some(list) = given.dyn_ref::<Array>() {
        return list.iter().map(|item| read_within(&item, depth + 1)).collect::<Outcome<_>>().map(Value::List);
    }
    let entries = given.dyn_ref::<Object>().ok_or_else(|| error("no value that can be kept"))?;
    let entry = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        Ok((pair.get(0).as_string().unwrap_or_default(), read_within(&pair.get(1), depth + 1)?))
    };
    Object::entries(entries).iter().map(entry).collect::<Outcome<_>>().map(Value::Map)
}
