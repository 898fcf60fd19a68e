//! Values in and out of JavaScript.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// Why a call from JavaScript failed: thrown as an `Error` with this message.
pub type Outcome<T> = Result<T, JsValue>;

/// An error to throw.
pub fn error(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}

/// An error to throw, with a stable code that programs can tell it by.
pub fn coded(code: &str, message: &str) -> JsValue {
    let error = error(message);
    let set = Reflect::set(&error, &"code".into(), &code.into());
    debug_assert!(set.is_ok(), "an error takes a code");
    error
}

/// A new object with these fields.
pub fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    object_of(&fields)
}

/// One for all lengths: what every visitor loads is to be small.
#[inline(never)]
fn object_of(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let set = Reflect::set(&object, &(*name).into(), value);
        debug_assert!(set.is_ok(), "a plain object takes any field");
    }
    object.into()
}

/// A field of an options object.
pub fn field(options: &JsValue, name: &str) -> Outcome<JsValue> {
    Reflect::get(options, &name.into())
}

/// A field that holds text.
pub fn text_field(options: &JsValue, name: &str) -> Outcome<String> {
    field(options, name)?.as_string().ok_or_else(|| error(&format!("{name} must be a string")))
}

/// A field that holds a number of at least zero.
pub fn number_field(options: &JsValue, name: &str) -> Outcome<u32> {
    let number = field(options, name)?.as_f64().ok_or_else(|| error(&format!("{name} must be a number")))?;
    if (0.0..=f64::from(u32::MAX)).contains(&number) {
        Ok(number as u32)
    } else {
        Err(error(&format!("{name} is out of range")))
    }
}

/// The bytes of a field that holds a `Uint8Array`.
pub fn bytes_field(options: &JsValue, name: &str) -> Outcome<Vec<u8>> {
    bytes(&field(options, name)?).ok_or_else(|| error(&format!("{name} must be a Uint8Array")))
}

/// As [`bytes_field`], for a given number of bytes.
pub fn array_field<const N: usize>(options: &JsValue, name: &str) -> Outcome<[u8; N]> {
    let bytes = bytes_field(options, name)?;
    <[u8; N]>::try_from(bytes).map_err(|_| error(&format!("{name} must have {N} bytes")))
}

/// The bytes of a `Uint8Array`.
pub fn bytes(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

/// The bytes of every `Uint8Array` in an array.
pub fn byte_list(value: &JsValue) -> Outcome<Vec<Vec<u8>>> {
    let list = value.dyn_ref::<Array>().ok_or_else(|| error("frames must be an array"))?;
    list.iter().map(|item| bytes(&item).ok_or_else(|| error("a frame must be a Uint8Array"))).collect()
}

/// An array of `Uint8Array`s.
pub fn from_byte_list(list: impl IntoIterator<Item = impl AsRef<[u8]>>) -> JsValue {
    list.into_iter().map(|bytes| Uint8Array::from(bytes.as_ref())).collect::<Array>().into()
}
