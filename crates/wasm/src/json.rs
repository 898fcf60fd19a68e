//! JSON documents for JavaScript: read by parts, and changed value by value.
//!
//! Values are named by `r`, `n7.3` or `i7.3`: the outermost scalar, an object or array, anything else by its place. Rows
//! and conflicts go out as one string of JSON each, which JavaScript reads ten times as fast as it is given objects.

use crate::anchor::{read_id, write_author, write_id, write_spans};
use crate::container::{read_container, write_container};
use crate::engine::{Engine, now};
use crate::history::{author_of, name_of};
use crate::js::{Outcome, coded};
use crate::read::element;
use crate::value::too_large;
use json::{Kind, Tree, quoted};
use jsondoc::{Alternative, Conflict, EditError, Editor, EntryId, ReadError, Register, Row, Rows, SaveError};
use motet::{Id, Span};
use wasm_bindgen::prelude::*;

/// Bytes of a value that a row shows; more of it is asked for by itself.
const SHOWN_BYTES_MAX: usize = 2_000;

/// Bytes and values that one edit may put in: it is one action, which travels as one parcel.
const VALUE_BYTES_MAX: usize = 3 << 20;
const VALUE_LEN_MAX: usize = 20_000;

#[wasm_bindgen]
impl Engine {
    /// Whether the document is one of JSON.
    #[wasm_bindgen(js_name = jsonIs)]
    pub fn json_is(&self) -> bool {
        jsondoc::is_json(self.replica.document())
    }

    /// The row of the outermost value; nothing where the document says nothing.
    #[wasm_bindgen(js_name = jsonRoot)]
    pub fn json_root(&mut self) -> Outcome<Option<String>> {
        Ok(self.rows()?.root().map(|row| rows_to_json(&[row])))
    }

    /// The rows of what is in an object or array, in order.
    #[wasm_bindgen(js_name = jsonChildren)]
    pub fn json_children(&mut self, id: &str) -> Outcome<String> {
        let EntryId::Node(node) = entry(id)? else { return Ok("[]".into()) };
        Ok(rows_to_json(&self.rows()?.children(node)))
    }

    /// The row of a value; nothing where it is not there any more.
    #[wasm_bindgen(js_name = jsonRow)]
    pub fn json_row(&mut self, id: &str) -> Outcome<Option<String>> {
        let id = entry(id)?;
        Ok(self.rows()?.get(id).map(|row| rows_to_json(&[row])))
    }

    /// A value as JSON; nothing where it is not there any more.
    #[wasm_bindgen(js_name = jsonPrint)]
    pub fn json_print(&mut self, id: &str) -> Outcome<Option<String>> {
        let id = entry(id)?;
        Ok(self.rows()?.print(id))
    }

    /// The elements that a value is made of.
    #[wasm_bindgen(js_name = jsonElements)]
    pub fn json_elements(&mut self, id: &str) -> Outcome<String> {
        let id = entry(id)?;
        Ok(write_spans(&self.rows()?.elements(id).into_iter().map(Span::of).collect::<Vec<_>>()))
    }

    /// What a value is in, the outermost first, and itself last.
    #[wasm_bindgen(js_name = jsonPath)]
    pub fn json_path(&mut self, id: &str) -> Outcome<Vec<String>> {
        let id = entry(id)?;
        Ok(self.rows()?.path(id).into_iter().map(write_entry).collect())
    }

    /// The JSON pointer of a value.
    #[wasm_bindgen(js_name = jsonPointer)]
    pub fn json_pointer(&mut self, id: &str) -> Outcome<Option<String>> {
        let id = entry(id)?;
        Ok(self.rows()?.pointer(id))
    }

    /// The value that a JSON pointer names.
    #[wasm_bindgen(js_name = jsonAt)]
    pub fn json_at(&mut self, pointer: &str) -> Outcome<Option<String>> {
        Ok(self.rows()?.at(pointer).map(write_entry))
    }

    /// The values in whose key or value words are.
    #[wasm_bindgen(js_name = jsonFind)]
    pub fn json_find(&mut self, words: &str) -> Outcome<Vec<String>> {
        Ok(self.rows()?.find(words).into_iter().map(write_entry).collect())
    }

    /// Where people wanted different things.
    #[wasm_bindgen(js_name = jsonConflicts)]
    pub fn json_conflicts(&mut self) -> Outcome<String> {
        let conflicts = jsondoc::read(self.replica.document()).map_err(unread)?.conflicts;
        let mut rows = self.rows()?;
        let ids: Vec<_> = conflicts.iter().map(|conflict| rows.shown_at(conflict.register)).collect();
        let told = conflicts.iter().zip(ids).filter_map(|(conflict, id)| Some(self.conflict_to_json(conflict, id?)));
        Ok(format!("[{}]", told.collect::<Vec<_>>().join(",")))
    }

    /// The document as it is downloaded.
    #[wasm_bindgen(js_name = jsonText)]
    pub fn json_text(&self) -> Outcome<String> {
        Ok(jsondoc::read(self.replica.document()).map_err(unread)?.text)
    }

    /// What is to be read again after some containers changed, in which tree nodes came, went or were moved: values, and
    /// texts. Beginning with `r` where the outermost value is one of them.
    #[wasm_bindgen(js_name = jsonTouched)]
    pub fn json_touched(&mut self, containers: Vec<String>, nodes: Vec<String>) -> Outcome<Vec<String>> {
        let containers: Vec<_> = containers.iter().filter_map(|name| read_container(name)).collect();
        let nodes: Vec<Id> = nodes.iter().filter_map(|id| read_id(id)).collect();
        let touched = self.rows()?.touched(containers, &nodes);
        let root = touched.root.then(|| write_entry(EntryId::Root));
        let nodes = touched.nodes.iter().map(|&node| write_entry(EntryId::Node(node)));
        let texts = touched.texts.iter().map(|&text| write_container(text));
        Ok(root.into_iter().chain(nodes).chain(texts).collect())
    }

    /// Makes an empty document one of JSON. What is large is several actions.
    #[wasm_bindgen(js_name = jsonCreate)]
    pub fn json_create(&mut self, text: &str, schema: Option<String>) -> Outcome<()> {
        let (body, schema) = (parse(text)?, schema.as_deref().map(parse).transpose()?);
        self.sign();
        let (document, told) = (self.replica.document_mut(), &mut self.told);
        jsondoc::create_telling(document, &body, schema.as_ref(), now(), told).map_err(unsaved)?;
        self.refusal()
    }

    /// Makes the document say something else by the least changes. What is large is several actions.
    #[wasm_bindgen(js_name = jsonSave)]
    pub fn json_save(&mut self, text: &str) -> Outcome<()> {
        let body = parse(text)?;
        self.sign();
        jsondoc::save_telling(self.replica.document_mut(), &body, now(), &mut self.told).map_err(unsaved)?;
        self.refusal()
    }

    /// Puts a value in the place of another; returns how it is called.
    #[wasm_bindgen(js_name = jsonSet)]
    pub fn json_set(&mut self, id: &str, value: &str) -> Outcome<String> {
        let (at, value) = (self.register(id)?, self.value(value)?);
        self.edit_json(|editor| editor.set(at, &value))?;
        self.named(at)
    }

    /// Inserts a value into an object or array, before the one at a place; returns how it is called.
    #[wasm_bindgen(js_name = jsonInsert)]
    pub fn json_insert(&mut self, parent: &str, at: u32, key: Option<String>, value: &str) -> Outcome<String> {
        let (node, value) = (node(parent)?, self.value(value)?);
        self.weigh_key(key.as_deref())?;
        let at = self.edit_json(|editor| editor.insert(node, at as usize, key.as_deref(), &value))?;
        self.named(at)
    }

    /// Takes a value out.
    #[wasm_bindgen(js_name = jsonRemove)]
    pub fn json_remove(&mut self, id: &str) -> Outcome<()> {
        let at = self.register(id)?;
        self.edit_json(|editor| editor.remove(at))
    }

    /// Gives a member another key.
    #[wasm_bindgen(js_name = jsonRename)]
    pub fn json_rename(&mut self, id: &str, key: &str) -> Outcome<()> {
        let at = self.register(id)?;
        self.weigh_key(Some(key))?;
        self.edit_json(|editor| editor.rename(at, key))
    }

    /// Moves a value into an object or array, so that as many come before it; returns how it is called then.
    #[wasm_bindgen(js_name = jsonMove)]
    pub fn json_move(&mut self, id: &str, parent: &str, at: u32, key: Option<String>) -> Outcome<String> {
        let (from, node) = (self.register(id)?, node(parent)?);
        self.weigh_key(key.as_deref())?;
        let at = self.edit_json(|editor| editor.move_to(from, node, at as usize, key.as_deref()))?;
        self.named(at)
    }

    /// Ends a conflict: what shows stays, or what another write wanted takes its place.
    #[wasm_bindgen(js_name = jsonChoose)]
    pub fn json_choose(&mut self, id: &str, write: Option<String>) -> Outcome<()> {
        let (at, write) = (self.register(id)?, write.as_deref().map(element).transpose()?);
        self.edit_json(|editor| editor.choose(at, write))
    }
}

impl Engine {
    fn rows(&mut self) -> Outcome<Rows<'_>> {
        Rows::of(self.replica.document(), &mut self.places).map_err(unread)
    }

    fn register(&mut self, id: &str) -> Outcome<Register> {
        let id = entry(id)?;
        self.rows()?.register(id).ok_or_else(|| unedited(EditError::Missing))
    }

    fn named(&mut self, at: Register) -> Outcome<String> {
        self.rows()?.shown_at(at).map(write_entry).ok_or_else(|| unedited(EditError::Missing))
    }

    /// The value that a text is, for one edit.
    fn value(&mut self, text: &str) -> Outcome<Tree> {
        let tree = parse(text)?;
        if text.len() > VALUE_BYTES_MAX || tree.len() > VALUE_LEN_MAX {
            return Err(too_large("this value"));
        }
        self.weigh(text.len() + 2 * crate::write::OP_WEIGHT * tree.len())?;
        Ok(tree)
    }

    fn weigh_key(&mut self, key: Option<&str>) -> Outcome<()> {
        let key = crate::value::key(key.unwrap_or_default())?;
        self.weigh(2 * crate::write::OP_WEIGHT + key.len())
    }

    /// An edit that may be refused, in the action being written.
    fn edit_json<T>(&mut self, change: impl FnOnce(&mut Editor<'_, '_>) -> Result<T, EditError>) -> Outcome<T> {
        self.write(|edit| change(&mut Editor::of(edit)))?.map_err(unedited)
    }

    fn conflict_to_json(&self, conflict: &Conflict, id: EntryId) -> String {
        let Conflict { pointer, kind, by, alternatives, .. } = conflict;
        let alternatives: Vec<String> = alternatives.iter().map(|other| self.alternative_to_json(other)).collect();
        format!(
            r#"{{"id":"{}","pointer":{},"kind":"{}",{},"alternatives":[{}]}}"#,
            write_entry(id),
            quoted(pointer),
            kind.code(),
            self.author_to_json(*by),
            alternatives.join(",")
        )
    }

    fn alternative_to_json(&self, alternative: &Alternative) -> String {
        let null = || "null".to_owned();
        let value = alternative.text.as_deref().map_or_else(null, quoted);
        let key = alternative.key.clone().unwrap_or_else(null);
        let (write, by) = (write_id(alternative.write), self.author_to_json(alternative.by));
        format!(r#"{{"write":"{write}","key":{key},"value":{value},{by}}}"#)
    }

    fn author_to_json(&self, element: Id) -> String {
        let author = author_of(&self.replica, element.replica);
        format!(r#""author":"{}","name":{}"#, write_author(author), quoted(&name_of(&self.replica, author)))
    }
}

/// Rows as an array of arrays: id, kind, key, value, whether that is cut, text, conflict.
fn rows_to_json(rows: &[Row]) -> String {
    let mut out = String::with_capacity(rows.len() * 48 + 2);
    out.push('[');
    for (at, row) in rows.iter().enumerate() {
        out.push_str(if at > 0 { ",[\"" } else { "[\"" });
        out.push_str(&write_entry(row.id));
        out.push_str("\",\"");
        out.push_str(kind_word(row.kind));
        out.push_str("\",");
        out.push_str(&row.key.as_deref().map_or_else(|| "null".into(), quoted));
        write_value(row, &mut out);
        out.push(']');
    }
    out.push(']');
    out
}

fn write_value(row: &Row, out: &mut String) {
    let Some(value) = row.value.as_deref() else {
        return write_rest(row, false, out);
    };
    let end = value.floor_char_boundary(SHOWN_BYTES_MAX);
    out.push(',');
    out.push_str(&quoted(&value[..end]));
    if row.text.is_some() || row.conflict.is_some() || end < value.len() {
        write_rest(row, end < value.len(), out);
    }
}

fn write_rest(row: &Row, is_cut: bool, out: &mut String) {
    if row.value.is_none() {
        out.push_str(",null");
    }
    out.push_str(if is_cut { ",true" } else { ",false" });
    let words = [row.text.map(write_container), row.conflict.map(|kind| kind.code().to_owned())];
    for word in words {
        out.push(',');
        out.push_str(&word.map_or_else(|| "null".into(), |word| quoted(&word)));
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::False | Kind::True => "boolean",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    }
}

/// The name of a value as text.
pub fn write_entry(id: EntryId) -> String {
    match id {
        EntryId::Root => "r".to_owned(),
        EntryId::Node(id) => format!("n{}", write_id(id)),
        EntryId::Item(id) => format!("i{}", write_id(id)),
    }
}

/// The value that `text` names.
pub fn read_entry(text: &str) -> Option<EntryId> {
    match text.as_bytes().first()? {
        b'r' if text.len() == 1 => Some(EntryId::Root),
        b'n' => read_id(&text[1..]).map(EntryId::Node),
        b'i' => read_id(&text[1..]).map(EntryId::Item),
        _ => None,
    }
}

fn entry(text: &str) -> Outcome<EntryId> {
    read_entry(text).ok_or_else(|| coded("name", "not the name of a value"))
}

fn node(text: &str) -> Outcome<Id> {
    match entry(text)? {
        EntryId::Node(node) => Ok(node),
        _ => Err(coded("kind", "only objects and arrays take values")),
    }
}

fn parse(text: &str) -> Outcome<Tree> {
    Tree::parse(text.as_bytes()).map_err(|error| coded("json", &error.to_string()))
}

fn unread(error: ReadError) -> JsValue {
    let code = match error {
        ReadError::Type => "kind",
        ReadError::Empty => "empty",
        _ => "json",
    };
    coded(code, &error.to_string())
}

fn unsaved(error: SaveError) -> JsValue {
    match error {
        SaveError::Read(error) => unread(error),
        error => coded("json", &error.to_string()),
    }
}

fn unedited(error: EditError) -> JsValue {
    let code = match error {
        EditError::Missing | EditError::Alternative => "gone",
        EditError::Cycle => "cycle",
        _ => "value",
    };
    coded(code, &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use motet::ReplicaId;

    #[test]
    fn names_read_back_as_written() {
        let id = Id::new(ReplicaId(0xab), 7);
        for entry in [EntryId::Root, EntryId::Node(id), EntryId::Item(id)] {
            assert_eq!(read_entry(&write_entry(entry)), Some(entry));
        }
        for name in ["", "x", "n", "rr", "n7", "é"] {
            assert_eq!(read_entry(name), None, "{name}");
        }
    }

    #[test]
    fn rows_are_json() {
        let id = EntryId::Item(Id::new(ReplicaId(1), 2));
        let plain = Row {
            id,
            register: Register::Root,
            key: Some("a\"".into()),
            kind: Kind::String,
            value: Some("\"é\"".into()),
            text: None,
            conflict: None,
        };
        let long = Row { value: Some(format!("\"{}\"", "é".repeat(2_000))), key: None, ..plain.clone() };
        let object =
            Row { value: None, kind: Kind::Object, conflict: Some(json::ConflictKind::BothSet), ..plain.clone() };
        let text = rows_to_json(&[plain, long, object]);
        let tree = Tree::parse(text.as_bytes()).unwrap();
        assert!(text.starts_with(r#"[["i1.2","string","a\"","\"é\""],["i1.2","string",null,"\"éé"#));
        assert!(text.ends_with(r#"["i1.2","object","a\"",null,false,null,"both-set"]]"#), "{text}");
        assert_eq!(tree.children(tree.root()).count(), 3);
    }
}
