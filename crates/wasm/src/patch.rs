//! What changed, container by container, as JavaScript takes it.

use crate::anchor::write_id;
use crate::js::object;
use crate::value::{int_to_js, to_js};
use js_sys::{Array, Function};
use motet::{ContainerId, Document, Id, List, ListChange, ListPatch, Patch, TextPatch, TreeChange, TreePatch, Value};
use wasm_bindgen::JsValue;

/// Tells changes to a page, with what `document` holds after all of them.
pub struct Teller<'a> {
    /// The document after the changes.
    pub document: &'a Document,
    /// Makes something of the name of a container.
    pub wrap: &'a Function,
}

impl Teller<'_> {
    /// One `{container, changes}` for each container in which anything changed.
    pub fn tell(&self, patch: &Patch) -> JsValue {
        let told = Array::new();
        let add = |container: ContainerId, changes: Array| {
            if changes.length() > 0 {
                told.push(&object([("container", self.container(container)), ("changes", changes.into())]));
            }
        };
        patch.texts.iter().for_each(|(&id, patch)| add(id, text(patch)));
        patch.maps.iter().for_each(|(&id, keys)| add(id, self.map(id, keys)));
        patch.lists.iter().for_each(|(&id, patch)| add(id, self.list(id, patch)));
        patch.trees.iter().for_each(|(&id, patch)| add(id, tree(patch)));
        patch.counters.iter().for_each(|(&id, &value)| add(id, Array::of1(&object([("value", int_to_js(value))]))));
        told.into()
    }

    fn container(&self, container: ContainerId) -> JsValue {
        let name = crate::container::write_container(container);
        self.wrap.call1(&JsValue::UNDEFINED, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }

    fn map(&self, container: ContainerId, keys: &[String]) -> Array {
        let map = self.document.model().map(container);
        let change = |key: &String| {
            let head = map.and_then(|map| map.heads(key).next());
            let value = head.and_then(|(id, value)| Some(to_js(id, value?, self.wrap)));
            object([("key", key.as_str().into()), ("value", value.unwrap_or(JsValue::UNDEFINED))])
        };
        keys.iter().map(change).collect()
    }

    fn list(&self, container: ContainerId, patch: &ListPatch) -> Array {
        let list = self.document.model().list(container);
        patch.changes().iter().map(|change| self.list_change(list, change)).collect()
    }

    fn list_change(&self, list: Option<&List>, change: &ListChange) -> JsValue {
        match change {
            ListChange::Insert { at, items } => {
                let values: Array = items.iter().map(|(item, value)| self.held(list, *item, value)).collect();
                let ids: Array = items.iter().map(|(item, _)| JsValue::from(write_id(*item))).collect();
                step("insert", [("at", place(*at)), ("values", values.into()), ("ids", ids.into())])
            }
            ListChange::Remove { at, len } => step("remove", [("at", place(*at)), ("count", place(*len))]),
            ListChange::Move { from, to } => step("move", [("from", place(*from)), ("to", place(*to))]),
            ListChange::Set { at, item, value } => step(
                "set",
                [("at", place(*at)), ("value", self.held(list, *item, value)), ("id", write_id(*item).into())],
            ),
        }
    }

    /// What an item holds after all changes: a step that a later one overtakes may say so at once.
    fn held(&self, list: Option<&List>, item: Id, value: &Value) -> JsValue {
        match list.and_then(|list| list.heads(item).first().copied()) {
            Some((id, value)) => to_js(id, value, self.wrap),
            None => to_js(item, value, self.wrap),
        }
    }
}

/// What changed in a text, as editors take it: `{from, to, insert}`, ascending, in the text before.
fn text(patch: &TextPatch) -> Array {
    let change = |splice: &motet::Splice| {
        object([
            ("from", splice.at.into()),
            ("to", (splice.at + splice.removed).into()),
            ("insert", splice.inserted.as_str().into()),
        ])
    };
    patch.splices().iter().map(change).collect()
}

fn tree(patch: &TreePatch) -> Array {
    let change = |change: &TreeChange| {
        let (kind, node, parent, at) = match *change {
            TreeChange::Create { node, parent, at } => ("create", node, parent, at),
            TreeChange::Move { node, parent, at } => ("move", node, parent, at),
            TreeChange::Delete { node, parent, at } => ("delete", node, parent, at),
        };
        step(kind, [("node", write_id(node).into()), ("parent", parent_to_js(parent)), ("at", place(at))])
    };
    patch.changes().iter().map(change).collect()
}

/// A node as a parent; null for the top.
pub fn parent_to_js(parent: Option<Id>) -> JsValue {
    parent.map_or(JsValue::NULL, |id| write_id(id).into())
}

fn place(at: usize) -> JsValue {
    (at as u32).into()
}

fn step<const N: usize>(kind: &str, fields: [(&str, JsValue); N]) -> JsValue {
    let step = object(fields);
    let set = js_sys::Reflect::set(&step, &"kind".into(), &kind.into());
    debug_assert!(set.is_ok(), "a plain object takes any field");
    step
}
