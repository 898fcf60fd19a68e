//! What containers hold, for JavaScript.

use crate::anchor::{read_id, read_version, write_author, write_id};
use crate::container::read_container;
use crate::engine::Engine;
use crate::history::{author_of, name_of};
use crate::js::{Outcome, coded, object};
use crate::patch::parent_to_js;
use crate::value::{int_to_js, pair, to_js};
use js_sys::{Array, Function};
use motet::{ContainerId, Id, Kind, Value, VersionVector};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// What a container holds: a string, entries of keys and values, values, entries of depths and nodes, or a
    /// number.
    pub fn read(&self, container: &str) -> Outcome<JsValue> {
        let id = named(container)?;
        let document = self.replica.document();
        let model = document.model();
        Ok(match id.kind() {
            Kind::Text => document.text(id).into(),
            Kind::Counter => int_to_js(document.counter(id)),
            Kind::Map => {
                let keys = model.map(id).into_iter().flat_map(|map| map.keys());
                keys.filter_map(|key| Some(pair(key, self.at_key(id, key)?))).collect::<Array>().into()
            }
            Kind::List => {
                let list = model.list(id);
                let items = list.into_iter().flat_map(|list| list.iter().map(|(item, _)| list.heads(item)));
                items.filter_map(|heads| self.first(&heads)).collect::<Array>().into()
            }
            Kind::Tree => {
                let nodes = model.tree(id).into_iter().flat_map(|tree| tree.iter());
                let entry = |(depth, node)| Array::of2(&(depth as u32).into(), &write_id(node).into());
                nodes.map(entry).collect::<Array>().into()
            }
        })
    }

    /// What a key of a map, or a place of a list, holds; undefined where it holds nothing.
    pub fn get(&self, container: &str, key: &JsValue) -> Outcome<JsValue> {
        let heads = self.heads(named(container)?, key)?;
        let held = heads.first().and_then(|(id, value)| Some(self.to_js(*id, value.as_ref()?)));
        Ok(held.unwrap_or(JsValue::UNDEFINED))
    }

    /// The writes of a key of a map, or of a place of a list, that nobody replaced, the one that shows first:
    /// `{value, author, name}`. Several are a conflict, all of it kept; the next write settles it.
    pub fn alternatives(&self, container: &str, key: &JsValue) -> Outcome<JsValue> {
        let write = |(id, value): (Id, Option<Value>)| {
            let author = author_of(&self.replica, id.replica);
            object([
                ("value", value.map_or(JsValue::UNDEFINED, |value| self.to_js(id, &value))),
                ("author", write_author(author).into()),
                ("name", name_of(&self.replica, author).into()),
            ])
        };
        Ok(self.heads(named(container)?, key)?.into_iter().map(write).collect::<Array>().into())
    }

    /// How many UTF-16 units, items or nodes a text, a list or a tree shows; for a tree, below `parent` only.
    pub fn length(&self, container: &str, parent: Option<String>) -> Outcome<u32> {
        let id = named(container)?;
        let model = self.replica.document().model();
        let parent = parent.as_deref().map(element).transpose()?;
        Ok(match id.kind() {
            Kind::Text => model.text(id).map_or(0, |text| text.len().utf16),
            Kind::List => model.list(id).map_or(0, |list| list.len() as u32),
            Kind::Tree => model.tree(id).map_or(0, |tree| tree.child_count(parent) as u32),
            Kind::Map | Kind::Counter => 0,
        })
    }

    /// The names of a list's items, or of the nodes right below `parent` in a tree, in order.
    pub fn ids(&self, container: &str, parent: Option<String>) -> Outcome<JsValue> {
        let id = named(container)?;
        let model = self.replica.document().model();
        let parent = parent.as_deref().map(element).transpose()?;
        let items = model.list(id).into_iter().flat_map(|list| list.iter().map(|(item, _)| item));
        let nodes = model.tree(id).into_iter().flat_map(|tree| tree.children(parent));
        Ok(items.chain(nodes).map(|id| JsValue::from(write_id(id))).collect::<Array>().into())
    }

    /// Where an item or a node shows: `{parent, at}`; undefined where it does not.
    pub fn place(&self, container: &str, id: &str) -> Outcome<JsValue> {
        let (container, id) = (named(container)?, element(id)?);
        let model = self.replica.document().model();
        let item = model.list(container).and_then(|list| list.position(id)).filter(|(_, visible)| *visible);
        let tree = model.tree(container).filter(|tree| tree.is_visible(id));
        let node = tree.and_then(|tree| tree.position(id));
        let place = node.or(item.map(|(at, _)| (None, at)));
        let tell =
            |(parent, at): (Option<Id>, usize)| object([("parent", parent_to_js(parent)), ("at", (at as u32).into())]);
        Ok(place.map_or(JsValue::UNDEFINED, tell))
    }

    /// What a text read at a version.
    #[wasm_bindgen(js_name = textAt)]
    pub fn text_at(&self, name: &str, version: &[u8]) -> Outcome<String> {
        Ok(self.replica.document().text_at(text(name)?, &version_of(version)?))
    }

    /// The document as it was at a version, to be looked at. What is chosen personally plays no part. `wrap` is as in
    /// the options of the constructor.
    pub fn at(&self, version: &[u8], wrap: Function) -> Outcome<Engine> {
        let version = version_of(version)?;
        let policy = motet::Policy { pin: Some(version), ..motet::Policy::default() };
        Ok(Engine::showing(self.replica.with_policy(policy), wrap))
    }
}

impl Engine {
    pub(crate) fn to_js(&self, id: Id, value: &Value) -> JsValue {
        to_js(id, value, &self.wrap)
    }

    fn at_key(&self, map: ContainerId, key: &str) -> Option<JsValue> {
        let (id, value) = self.replica.document().model().map(map)?.heads(key).next()?;
        Some(self.to_js(id, value?))
    }

    fn first(&self, heads: &[(Id, &Value)]) -> Option<JsValue> {
        heads.first().map(|(id, value)| self.to_js(*id, value))
    }

    fn heads(&self, container: ContainerId, key: &JsValue) -> Outcome<Vec<(Id, Option<Value>)>> {
        let model = self.replica.document().model();
        if let Some(key) = key.as_string() {
            let heads = model.map(container).into_iter().flat_map(|map| map.heads(&key));
            return Ok(heads.map(|(id, value)| (id, value.cloned())).collect());
        }
        let at = index(key)?;
        let Some(list) = model.list(container) else { return Ok(Vec::new()) };
        let Some(item) = list.id_at(at) else { return Ok(Vec::new()) };
        Ok(list.heads(item).into_iter().map(|(id, value)| (id, Some(value.clone()))).collect())
    }
}

/// The container of that name.
pub fn named(name: &str) -> Outcome<ContainerId> {
    read_container(name).ok_or_else(|| {
        let what = "not the name of a container: names have at most 22 bytes";
        coded("name", &format!("{what} ({name})"))
    })
}

/// The text of that name.
pub fn text(name: &str) -> Outcome<ContainerId> {
    let id = named(name)?;
    if id.kind() == Kind::Text { Ok(id) } else { Err(coded("kind", &format!("{name} is no text"))) }
}

/// The version that `bytes` are.
pub fn version_of(bytes: &[u8]) -> Outcome<VersionVector> {
    read_version(bytes).ok_or_else(|| coded("version", "not a version"))
}

/// The element of that name.
pub fn element(id: &str) -> Outcome<Id> {
    read_id(id).ok_or_else(|| coded("name", "not the name of an item or a node"))
}

/// The place that `js` says.
pub fn index(js: &JsValue) -> Outcome<usize> {
    let at = js.as_f64().filter(|at| at.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(at));
    at.map(|at| at as usize).ok_or_else(|| coded("range", "a place is a whole number from 0 on"))
}
