//! Rich texts, the maps of their objects and the lists of their tables, by name.
//!
//! A container is named by `/` and the name of a root, by the element that it hangs on (`replica.seq`), or by the
//! two that cross there (`row*column`). Whether that means a text, a map or a list, the call says. Positions count
//! UTF-16 units.

mod change;

use crate::anchor::{Anchor, write_id};
use crate::engine::{Engine, now};
use crate::js::{self, Outcome, object};
use crate::name::{read_element, read_name, write_name};
use crate::patch::text as splices;
use crate::value::plain_to_js;
use change::Plan;
use js_sys::{Array, Object, Reflect};
use motet::{ContainerId, Kind, Patch, RichRun, Text, TextPatch};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// What a text shows between two positions: runs `{id, text, object, marks}`, where `id` names the first element,
    /// `object` is the kind of object that it is, empty for a paragraph mark, or null, and `marks` are pairs.
    #[wasm_bindgen(js_name = richRuns)]
    pub fn rich_runs(&self, name: &str, from: u32, to: u32) -> Outcome<JsValue> {
        let text = self.rich_text(name)?;
        let runs = text.map_or_else(Vec::new, |text| text.rich_between(from, to));
        Ok(runs.iter().map(run).collect::<Array>().into())
    }

    /// How long a text is.
    #[wasm_bindgen(js_name = richLength)]
    pub fn rich_length(&self, name: &str) -> Outcome<u32> {
        Ok(self.rich_text(name)?.map_or(0, |text| text.len().utf16))
    }

    /// What a map holds, by key; a container as `{container: name}`.
    pub fn properties(&self, name: &str) -> Outcome<JsValue> {
        let held = Object::new();
        if let Some(map) = self.replica.document().model().map(read_name(name, Kind::Map)?) {
            for key in map.keys() {
                let Some((id, Some(now))) = map.heads(key).next() else { continue };
                let shown = match now.container(id) {
                    Some(_) => object([("container", write_id(id).into())]),
                    None => plain_to_js(now),
                };
                Reflect::set(&held, &key.into(), &shown)?;
            }
        }
        Ok(held.into())
    }

    /// The names of a list's items.
    pub fn items(&self, name: &str) -> Outcome<JsValue> {
        let items = self.replica.document().list_items(read_name(name, Kind::List)?);
        Ok(items.map(|(id, _)| JsValue::from(write_id(id))).collect::<Array>().into())
    }

    /// How many items of its list show before an item, whether it does or not; null where no such item is here.
    #[wasm_bindgen(js_name = itemPlace)]
    pub fn item_place(&self, id: &str) -> Outcome<JsValue> {
        let (id, document) = (read_element(id)?, self.replica.document());
        let place = document.home(id).and_then(|home| document.model().list(home)?.position(id));
        Ok(place.map_or(JsValue::NULL, |(at, _)| (at as u32).into()))
    }

    /// The text that an element is of, or the map or list; null where no such element is here.
    pub fn home(&self, id: &str) -> Outcome<JsValue> {
        let id = read_element(id)?;
        Ok(self.replica.document().home(id).map_or(JsValue::NULL, |home| write_name(home).into()))
    }

    /// Makes changes, each to what the ones before have left; see `RichChange` in the client. All up to
    /// [`Engine::commit`] are one action, of which [`Engine::changes`] does not tell where it is shown already. Nothing
    /// is done where one of them is none. Returns the names of what was made, in order.
    pub fn change(&mut self, changes: &Array, is_shown: bool) -> Outcome<JsValue> {
        let plan = Plan::read(changes, self.replica.document())?;
        if plan.is_empty() {
            return Ok(Array::new().into());
        }
        self.weigh(plan.weight())?;
        self.is_shown |= is_shown;
        let made = self.write(|edit| plan.carry_out(edit))?;
        Ok(made.into_iter().map(|id| JsValue::from(write_id(id))).collect::<Array>().into())
    }

    /// Remembers what is deleted from a text next, in UTF-16 positions, so that pasting it moves it.
    pub fn cutting(&mut self, name: &str, at: u32, len: u32) -> Outcome<()> {
        let container = read_name(name, Kind::Text)?;
        let document = self.replica.document_mut();
        let text = document.model_text(container);
        let from = text.chars_at_utf16(at);
        let len = text.chars_at_utf16(at.saturating_add(len)) - from;
        self.cutting = document.cutting(container, (from, len));
        Ok(())
    }

    /// It is deleted. What was cut before is forgotten.
    #[wasm_bindgen(js_name = hasCut)]
    pub fn has_cut(&mut self) {
        let cutting = self.cutting.take();
        self.cut = cutting.and_then(|cutting| self.replica.document().has_cut(cutting, now()));
    }

    /// Moves what was cut to a place of the same text, once. Returns what that changed; null where it cannot be moved, and
    /// is to be pasted as a copy.
    #[wasm_bindgen(js_name = pasteCut)]
    pub fn paste_cut(&mut self, name: &str, at: u32) -> Outcome<JsValue> {
        let container = read_name(name, Kind::Text)?;
        let Some(cut) = self.cut.take().filter(|cut| cut.text() == container) else { return Ok(JsValue::NULL) };
        let document = self.replica.document_mut();
        let at = document.model_text(container).chars_at_utf16(at);
        let (is_moved, patch) = document.paste_cut(&cut, at, now());
        let told = self.tell(patch);
        Ok(if is_moved { told } else { JsValue::NULL })
    }

    /// What changed since this was called last, but for what was shown already. Begins to keep
    /// changes with the first call.
    pub fn changes(&mut self) -> JsValue {
        patches(&self.changes.replace(Patch::default()).unwrap_or_default())
    }

    /// A place at a position of a text that survives edits; see [`Engine::anchor`].
    #[wasm_bindgen(js_name = richAnchor)]
    pub fn rich_anchor(&mut self, name: &str, position: u32, bias: &str) -> Outcome<String> {
        let container = read_name(name, Kind::Text)?;
        let anchor = anchor_at(self.replica.document_mut().model_text(container), position, bias != "right");
        // Only where a text is empty is there no element to hold to.
        let is_named = anchor.element.is_some() || matches!(container, ContainerId::Root(..));
        Ok(if is_named { anchor.write() } else { format!("{}@{name}", anchor.write()) })
    }

    /// Where an anchor is: `{in, at}`, or null where its element is not here. An anchor without a place of its own is
    /// in the root text `root`.
    #[wasm_bindgen(js_name = richPlace)]
    pub fn rich_place(&self, anchor: &str, root: &str) -> Outcome<JsValue> {
        let (anchor, name) = anchor.split_once('@').unwrap_or((anchor, root));
        let anchor = Anchor::read(anchor).ok_or_else(|| js::error("not an anchor"))?;
        let document = self.replica.document();
        let container = match anchor.element.map(|id| document.home(id)) {
            None => read_name(name, Kind::Text)?,
            Some(Some(home)) => home,
            Some(None) => return Ok(JsValue::NULL),
        };
        let place = place_of(document.model().text(container), anchor);
        Ok(place.map_or(JsValue::NULL, |at| object([("in", write_name(container).into()), ("at", at.into())])))
    }

    fn rich_text(&self, name: &str) -> Outcome<Option<&Text>> {
        Ok(self.replica.document().model().text(read_name(name, Kind::Text)?))
    }
}

/// The place at a position of a text, staying with the element on its left or on its right.
pub fn anchor_at(text: &mut Text, position: u32, stays_left: bool) -> Anchor {
    let at = text.chars_at_utf16(position);
    let element = if stays_left { at.checked_sub(1).and_then(|at| text.id_at(at)) } else { text.id_at(at) };
    Anchor { element, stays_left }
}

/// The position of an anchor; none where its element is not of the text.
pub fn place_of(text: Option<&Text>, anchor: Anchor) -> Option<u32> {
    let Some(text) = text else {
        return anchor.element.is_none().then_some(0);
    };
    let Some(element) = anchor.element else {
        return Some(if anchor.stays_left { 0 } else { text.len().utf16 });
    };
    let (at, is_visible) = text.position(element)?;
    Some(text.utf16_at_chars(if anchor.stays_left && is_visible { at + 1 } else { at }))
}

fn run(run: &RichRun<'_>) -> JsValue {
    let pair = |(key, value): &(&str, &motet::Value)| Array::of2(&JsValue::from(*key), &plain_to_js(value));
    object([
        ("id", write_id(run.span.first()).into()),
        ("text", run.text.into()),
        ("object", run.object.map_or(JsValue::NULL, JsValue::from)),
        ("marks", run.marks.iter().map(pair).collect::<Array>().into()),
    ])
}

fn patches(patch: &Patch) -> JsValue {
    let texts = patch.texts.iter().filter(|(_, text)| !text.is_empty()).map(|(id, text)| text_patch(*id, text));
    let maps = patch.maps.keys().map(|id| JsValue::from(write_name(*id)));
    let lists = patch.lists.keys().map(|id| JsValue::from(write_name(*id)));
    object([
        ("texts", texts.collect::<Array>().into()),
        ("maps", maps.collect::<Array>().into()),
        ("lists", lists.collect::<Array>().into()),
    ])
}

fn text_patch(id: ContainerId, patch: &TextPatch) -> JsValue {
    let restyled =
        patch.restyled().into_iter().map(|range| object([("from", range.start.into()), ("to", range.end.into())]));
    object([
        ("in", write_name(id).into()),
        ("splices", splices(patch).into()),
        ("restyled", restyled.collect::<Array>().into()),
    ])
}
