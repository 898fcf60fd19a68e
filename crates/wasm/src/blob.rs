//! What a picture or another file is called, read in pieces: bytes go by, and are not kept.

use crate::js::{Outcome, coded, field, number_field, text_field};
use crate::value::blob_to_js;
use blob::limits::SNIFF_BYTES_MAX;
use blob::sniff::sniff;
use blob::{BlobHash, BlobRef, MediaType, Outliner};
use wasm_bindgen::prelude::*;

/// Reads the bytes of a blob, from the first to the last.
#[wasm_bindgen]
#[derive(Default)]
pub struct BlobReader {
    outliner: Outliner,
    /// The first bytes, which say what it is.
    start: Vec<u8>,
}

#[wasm_bindgen]
impl BlobReader {
    /// One that has read nothing.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let lacking = SNIFF_BYTES_MAX - self.start.len();
        self.start.extend(&bytes[..bytes.len().min(lacking)]);
        self.outliner.update(bytes);
    }

    /// What a document says of it: `{blob, size, type}`, and of an image `width` and `height`. Where the bytes do not say what
    /// they are, it is what was `declared`, or nothing is known.
    pub fn finish(self, declared: &str) -> Outcome<JsValue> {
        let image = sniff(&self.start);
        let known = image.and_then(|image| image.kind.media_type().parse().ok());
        let media_type = known.or_else(|| declared.parse().ok()).unwrap_or_else(MediaType::unknown);
        let len = self.outliner.len();
        let (hash, _) = self.outliner.finish();
        let size = image.and_then(|image| image.size);
        let reference = BlobRef::new(hash, len, media_type, size);
        reference.map(|reference| blob_to_js(&reference)).map_err(|error| coded("too-large", &error.to_string()))
    }
}

/// The reference that an object of JavaScript is, as [`blob_to_js`] writes them.
pub fn reference_from_js(js: &JsValue) -> Outcome<BlobRef> {
    let wrong = |message: String| coded("value", &message);
    let hash: BlobHash = text_field(js, "blob")?.parse().map_err(|error| wrong(format!("{error}")))?;
    let media_type: MediaType = text_field(js, "type")?.parse().map_err(|error| wrong(format!("{error}")))?;
    let len = field(js, "size")?.as_f64().filter(|len| len.fract() == 0.0 && *len >= 0.0);
    let len = len.ok_or_else(|| wrong("size must be a number of bytes".to_owned()))? as u64;
    let has_size = field(js, "width")?.as_f64().is_some();
    let size = has_size.then(|| Ok::<_, JsValue>((number_field(js, "width")?, number_field(js, "height")?)));
    BlobRef::new(hash, len, media_type, size.transpose()?).map_err(|error| wrong(error.to_string()))
}
