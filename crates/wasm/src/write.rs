//! Changes of containers from JavaScript. All up to [`Engine::commit`] are one action.

use crate::anchor::{write_author, write_id};
use crate::container::{read_kind, write_container};
use crate::engine::{Engine, now};
use crate::js::{self, Outcome, coded};
use crate::read::{element, index, named};
use crate::value::{from_js, int_from_js, key, too_large};
use js_sys::Array;
use motet::{ContainerId, Edit, Id, Kind, Value, people};
use wasm_bindgen::prelude::*;

/// What one action may take, in bytes, about: it travels as one parcel, and parcels have at most 8 MiB.
const ACTION_WEIGHT_MAX: usize = 7 << 20;
/// What an op weighs besides what it carries; no more of them fit than an action may have.
pub const OP_WEIGHT: usize = 64;

#[wasm_bindgen]
impl Engine {
    /// Makes replacements `{from, to, insert}` in a text: ascending, in UTF-16 positions of the text before any
    /// of them.
    pub fn edit(&mut self, text: &str, changes: &Array) -> Outcome<()> {
        let text = self.writable(text, Kind::Text)?;
        let now = self.replica.document().model().text(text);
        let len = now.map_or(0, |now| now.len().utf16);
        let chars = |utf16| now.map_or(0, |now| now.chars_at_utf16(utf16));
        let (mut edits, mut last, mut weight) = (Vec::new(), 0, 0);
        for change in changes.iter() {
            let (from, to) = (js::number_field(&change, "from")?, js::number_field(&change, "to")?);
            if from < last || to < from || len < to {
                return Err(coded("range", "changes of a text ascend, do not overlap, and lie within it"));
            }
            last = to;
            let insert = js::text_field(&change, "insert")?;
            weight += OP_WEIGHT + insert.len();
            edits.push((chars(from), chars(to), insert));
        }
        edits.retain(|(from, to, insert)| from < to || !insert.is_empty());
        if edits.is_empty() {
            return Ok(());
        }
        self.weigh(weight)?;
        self.write(|edit| {
            for (from, to, insert) in edits.iter().rev() {
                edit.replace(text, *from, to - from, insert);
            }
        })
    }

    /// Writes a key of a map, or a place of a list.
    pub fn set(&mut self, container: &str, at: &JsValue, value: &JsValue) -> Outcome<()> {
        let value = from_js(value)?;
        self.weigh(OP_WEIGHT + value.weight())?;
        self.put(container, at, &value).map(drop)
    }

    /// Writes a key of a map, or a place of a list: a new, empty container. Returns its name.
    pub fn make(&mut self, container: &str, at: &JsValue, kind: &str) -> Outcome<String> {
        let kind = of_word(kind)?;
        self.weigh(OP_WEIGHT)?;
        self.put(container, at, &Value::Container(kind))
    }

    /// Takes a key of a map, or `len` items of a list from a place on, away.
    pub fn remove(&mut self, container: &str, at: &JsValue, len: u32) -> Outcome<()> {
        if let Some(key) = at.as_string() {
            let map = self.writable(container, Kind::Map)?;
            self.weigh(OP_WEIGHT + key.len())?;
            return self.write(|edit| edit.unset(map, &key));
        }
        let list = self.writable(container, Kind::List)?;
        let at = self.place_in(list, at, len as usize)?;
        if len == 0 {
            return Ok(());
        }
        self.weigh(OP_WEIGHT * len as usize)?;
        self.write(|edit| edit.list_delete(list, at, len as usize))
    }

    /// Inserts values before a place of a list.
    pub fn insert(&mut self, list: &str, at: &JsValue, values: &Array) -> Outcome<()> {
        let list = self.writable(list, Kind::List)?;
        let at = self.place_in(list, at, 0)?;
        let values = values.iter().map(|value| from_js(&value)).collect::<Outcome<Vec<Value>>>()?;
        if values.is_empty() {
            return Ok(());
        }
        self.weigh(OP_WEIGHT + values.iter().map(Value::weight).sum::<usize>())?;
        self.write(|edit| edit.list_insert(list, at, &values)).map(drop)
    }

    /// Inserts a new, empty container before a place of a list. Returns its name.
    #[wasm_bindgen(js_name = insertContainer)]
    pub fn insert_container(&mut self, list: &str, at: &JsValue, kind: &str) -> Outcome<String> {
        let (list, kind) = (self.writable(list, Kind::List)?, of_word(kind)?);
        let at = self.place_in(list, at, 0)?;
        self.weigh(OP_WEIGHT)?;
        Ok(write_container(self.write(|edit| edit.list_insert_container(list, at, kind))?))
    }

    /// Moves the item at a place of a list so that it is at another place.
    #[wasm_bindgen(js_name = moveItem)]
    pub fn move_item(&mut self, list: &str, from: &JsValue, to: &JsValue) -> Outcome<()> {
        let list = self.writable(list, Kind::List)?;
        let (from, to) = (self.place_in(list, from, 1)?, self.place_in(list, to, 1)?);
        self.weigh(OP_WEIGHT)?;
        self.write(|edit| edit.list_move(list, from, to)).map(drop)
    }

    /// Adds to a counter.
    pub fn add(&mut self, counter: &str, amount: &JsValue) -> Outcome<()> {
        let (counter, amount) = (self.writable(counter, Kind::Counter)?, int_from_js(amount)?);
        self.weigh(OP_WEIGHT)?;
        self.write(|edit| edit.counter_add(counter, amount))
    }

    /// Makes a node of a tree with `at` siblings before it under `parent`, or under the top. Returns its name.
    pub fn create(&mut self, tree: &str, parent: Option<String>, at: &JsValue) -> Outcome<String> {
        let tree = self.writable(tree, Kind::Tree)?;
        let (parent, at) = (parent_of(parent)?, index(at)?);
        self.shows(tree, parent)?;
        self.weigh(OP_WEIGHT)?;
        let node = self.write(|edit| edit.tree_create(tree, parent, at))?;
        Ok(write_id(node.expect("the parent shows")))
    }

    /// Moves a node of a tree, and what is below it.
    #[wasm_bindgen(js_name = moveNode)]
    pub fn move_node(&mut self, tree: &str, node: &str, parent: Option<String>, at: &JsValue) -> Outcome<()> {
        let tree = self.writable(tree, Kind::Tree)?;
        let (node, parent, at) = (element(node)?, parent_of(parent)?, index(at)?);
        self.shows(tree, Some(node))?;
        self.shows(tree, parent)?;
        if !self.replica.document().tree(tree).is_some_and(|tree| tree.may_move(node, parent)) {
            return Err(coded("cycle", "a node cannot go below itself"));
        }
        self.weigh(OP_WEIGHT)?;
        self.write(|edit| edit.tree_move(tree, node, parent, at)).map(drop)
    }

    /// Takes a node of a tree, and what is below it, away.
    #[wasm_bindgen(js_name = removeNode)]
    pub fn remove_node(&mut self, tree: &str, node: &str) -> Outcome<()> {
        let (tree, node) = (self.writable(tree, Kind::Tree)?, element(node)?);
        self.shows(tree, Some(node))?;
        self.weigh(OP_WEIGHT)?;
        self.write(|edit| edit.tree_delete(tree, node)).map(drop)
    }

    /// Makes a text read as it says, by the least changes.
    pub fn rewrite(&mut self, text: &str, wanted: &str) -> Outcome<()> {
        let text = self.writable(text, Kind::Text)?;
        if wanted == self.replica.document().text(text) {
            return Ok(());
        }
        self.weigh(OP_WEIGHT + wanted.len())?;
        self.write(|edit| edit.replace_all(text, wanted))
    }

    /// Ends the action: what it changed, container by container. Nothing may be undone or taken in before that.
    pub fn commit(&mut self) -> JsValue {
        self.replica.document_mut().close(now(), Some(&mut self.told));
        self.weight = 0;
        let told = std::mem::take(&mut self.told);
        if std::mem::take(&mut self.is_shown) { self.told_of(&told) } else { self.tell(told) }
    }
}

impl Engine {
    /// Does what `change` does, which must change something, in the action being written. An action begins with the
    /// author's name, where the document has another one: behind it, typing would not go on where it was.
    pub(crate) fn write<T>(&mut self, change: impl FnOnce(&mut Edit<'_>) -> T) -> Outcome<T> {
        self.sign();
        let done = self.replica.document_mut().write(&mut self.told, change);
        self.refusal()?;
        Ok(done)
    }

    /// Throws where what was just done was refused.
    pub(crate) fn refusal(&mut self) -> Outcome<()> {
        let refused = self.replica.document_mut().take_refusal();
        refused.map_err(|refusal| coded(refusal.code(), &refusal.to_string()))
    }

    /// Begins an action with the author's name, where the document has another one; by an action of its own, where what is
    /// written next is only proposed: who one is is not.
    pub(crate) fn sign(&mut self) {
        let author = write_author(self.replica.own_author());
        let name = Value::Text(self.name.clone());
        let document = self.replica.document_mut();
        let is_signed = document.is_writing() || self.name.is_empty();
        if is_signed || document.get(people(), &author) == Some(&name) {
            return;
        }
        let suggesting = document.suggesting();
        if suggesting.is_some() {
            document.set_suggesting(None);
        }
        document.write(&mut self.told, |edit| edit.set(people(), &author, name));
        if suggesting.is_some() {
            document.close(now(), Some(&mut self.told));
            document.set_suggesting(suggesting);
        }
    }

    /// Whether a node shows.
    fn shows(&self, tree: ContainerId, node: Option<Id>) -> Outcome<()> {
        let tree = self.replica.document().tree(tree);
        let is_there = node.is_none_or(|node| tree.is_some_and(|tree| tree.is_visible(node)));
        is_there.then_some(()).ok_or_else(|| coded("gone", "the node is not there any more"))
    }

    /// The container of that name, which must be of a kind, and made by something that is known here: nobody
    /// could take in what names anything else.
    fn writable(&self, name: &str, kind: Kind) -> Outcome<ContainerId> {
        let container = named(name)?;
        if container.kind() != kind {
            return Err(coded("kind", &format!("{name} is a container of another kind")));
        }
        if !container.makers().all(|maker| self.replica.document().knows(maker)) {
            return Err(coded("gone", &format!("nothing known here made {name}")));
        }
        Ok(container)
    }

    /// Writes a value; returns the name of the container that it may be.
    fn put(&mut self, container: &str, at: &JsValue, value: &Value) -> Outcome<String> {
        let made = if let Some(name) = at.as_string() {
            let (map, name) = (self.writable(container, Kind::Map)?, key(&name)?);
            self.write(|edit| match value {
                Value::Container(kind) => Some(edit.set_container(map, &name, *kind)),
                value => {
                    edit.set(map, &name, value.clone());
                    None
                }
            })?
        } else {
            let list = self.writable(container, Kind::List)?;
            let at = self.place_in(list, at, 1)?;
            self.write(|edit| match value {
                Value::Container(kind) => edit.list_set_container(list, at, *kind),
                value => {
                    edit.list_set(list, at, value);
                    None
                }
            })?
        };
        Ok(made.map_or_else(String::new, write_container))
    }

    /// A place of a list that has `len` items from there on.
    fn place_in(&self, list: ContainerId, at: &JsValue, len: usize) -> Outcome<usize> {
        let at = index(at)?;
        let end = self.replica.document().list_len(list);
        if at + len <= end {
            return Ok(at);
        }
        Err(coded("range", &format!("the list has {end} items: there are not {len} from {at} on")))
    }

    /// Counts what the action will carry.
    pub(crate) fn weigh(&mut self, more: usize) -> Outcome<()> {
        if self.weight + more > ACTION_WEIGHT_MAX {
            return Err(too_large("one action"));
        }
        self.weight += more;
        Ok(())
    }
}

fn of_word(kind: &str) -> Outcome<Kind> {
    read_kind(kind).ok_or_else(|| coded("kind", &format!("{kind} is no kind of container")))
}

fn parent_of(parent: Option<String>) -> Outcome<Option<Id>> {
    parent.as_deref().map(element).transpose()
}
