//! The editing replica of one document, on the page.

use crate::anchor::{Anchor, read_author, read_spans, read_version, write_author, write_version};
use crate::choices::Choices;
use crate::history;
use crate::js::{self, Outcome};
use crate::rich::{anchor_at, place_of};
use js_sys::Array;
use motet::{ContainerId, DocumentId, Id, Kind, Patch, Replica, ReplicaId, SigningKey, Span, Standing, Value};
use wasm_bindgen::prelude::*;

/// The text that the app edits.
pub fn text() -> ContainerId {
    ContainerId::root(Kind::Text, "text")
}

/// The map from authors' keys to what they call themselves.
pub fn people() -> ContainerId {
    ContainerId::root(Kind::Map, "people")
}

/// An editing replica of one document.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) replica: Replica,
    choices: Choices,
    name: String,
    /// What changed since it was last asked for, where anybody asks.
    pub(crate) changes: Option<Patch>,
}

#[wasm_bindgen]
impl Engine {
    /// Opens a document from what the store holds.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Outcome<Engine> {
        let id: DocumentId =
            js::text_field(options, "document")?.parse().map_err(|_| js::error("document must be 32 hex digits"))?;
        let key = SigningKey::from_bytes(&js::array_field(options, "secret")?);
        let own = ReplicaId(u64::from_le_bytes(js::array_field(options, "replica")?));
        let mut engine = Self {
            replica: Replica::new(id, 0, own, key),
            choices: Choices::default(),
            name: js::text_field(options, "name")?,
            changes: None,
        };
        for frame in js::byte_list(&js::field(options, "frames")?)? {
            engine.replica.import(&frame, None).map_err(|error| js::error(&error.to_string()))?;
        }
        engine.find_mine();
        if let Some(bytes) = js::bytes(&js::field(options, "choices")?) {
            engine.choices = Choices::read(&String::from_utf8_lossy(&bytes));
            engine.apply_choices(&mut Patch::default());
        }
        Ok(engine)
    }

    /// The author who writes here.
    #[wasm_bindgen(getter)]
    pub fn author(&self) -> String {
        write_author(self.replica.own_author())
    }

    /// The text as it is shown.
    pub fn text(&self) -> String {
        self.replica.document().text(text())
    }

    /// How much of everybody's writing is here.
    pub fn version(&self) -> Vec<u8> {
        write_version(&self.replica.document().version())
    }

    /// A name of the state that the shared view has: equal on all members at one version.
    #[wasm_bindgen(js_name = stateHash)]
    pub fn state_hash(&mut self) -> String {
        let document = self.replica.document_mut();
        if document.view().policy().is_plain() {
            return format!("{:016x}", document.state_hash());
        }
        let mut shared = document.clone();
        shared.set_policy(motet::Policy::default());
        format!("{:016x}", shared.state_hash())
    }

    /// Makes one action of replacements `{from, to, insert}`, ascending, in UTF-16 positions of the
    /// text before any of them.
    pub fn edit(&mut self, changes: &Array) -> Outcome<()> {
        let mut edits = Vec::new();
        let mut last = 0;
        for change in changes.iter() {
            let (from, to) = (js::number_field(&change, "from")?, js::number_field(&change, "to")?);
            if from < last || to < from {
                return Err(js::error("changes must ascend and not overlap"));
            }
            last = to;
            edits.push((from, to, js::text_field(&change, "insert")?));
        }
        let positions: Vec<(u32, u32)> = match self.replica.document().model().text(text()) {
            None => vec![(0, 0); edits.len()],
            Some(now) => edits.iter().map(|e| (now.chars_at_utf16(e.0), now.chars_at_utf16(e.1))).collect(),
        };
        self.write(|edit| {
            for ((from, to), (_, _, insert)) in positions.iter().zip(&edits).rev() {
                edit.replace(text(), *from, to - from, insert);
            }
        });
        Ok(())
    }

    /// Frames of the own actions since the last call, to be stored and sent.
    pub fn seal(&mut self) -> JsValue {
        js::from_byte_list(self.replica.seal().map(|parcel| parcel.bytes))
    }

    /// Takes in frames, in any order, any number of times; returns what they change in the text. What
    /// is refused is left out, and thrown at the end if nothing else could be done.
    pub fn import(&mut self, frames: &JsValue) -> Outcome<JsValue> {
        let mut patch = Patch::default();
        let before = self.replica.document().log().logs().count();
        let mut refused = None;
        for frame in js::byte_list(frames)? {
            if let Err(error) = self.replica.import(&frame, Some(&mut patch)) {
                refused = Some(error.to_string());
            }
        }
        if self.replica.document().log().logs().count() != before {
            self.find_mine();
            self.apply_choices(&mut patch);
        }
        match refused {
            Some(message) if patch.is_empty() => Err(js::error(&message)),
            _ => Ok(self.told(patch)),
        }
    }

    /// Takes back the author's latest edit run; null where there is none.
    pub fn undo(&mut self) -> JsValue {
        let patch = self.replica.document_mut().undo();
        patch.map_or(JsValue::NULL, |patch| self.told(patch))
    }

    /// Brings back what the author's latest undo took; null where there is nothing.
    pub fn redo(&mut self) -> JsValue {
        let patch = self.replica.document_mut().redo();
        patch.map_or(JsValue::NULL, |patch| self.told(patch))
    }

    /// Whether [`Engine::undo`] would do anything.
    #[wasm_bindgen(js_name = canUndo)]
    pub fn can_undo(&self) -> bool {
        self.replica.document().next_undo().is_some()
    }

    /// Whether [`Engine::redo`] would do anything.
    #[wasm_bindgen(js_name = canRedo)]
    pub fn can_redo(&self) -> bool {
        self.replica.document().next_redo().is_some()
    }

    /// Switches anybody's actions off, for everybody.
    #[wasm_bindgen(js_name = undoRange)]
    pub fn undo_range(&mut self, spans: &str) -> Outcome<JsValue> {
        let spans = parse_spans(spans)?;
        let done = self.replica.document_mut().undo_spans(&spans, now());
        Ok(self.told(done.map_or_else(Patch::default, |(_, patch)| patch)))
    }

    /// Switches anybody's actions on again, for everybody.
    #[wasm_bindgen(js_name = redoRange)]
    pub fn redo_range(&mut self, spans: &str) -> Outcome<JsValue> {
        let spans = parse_spans(spans)?;
        let done = self.replica.document_mut().redo_spans(&spans, now());
        Ok(self.told(done.map_or_else(Patch::default, |(_, patch)| patch)))
    }

    /// The edit runs of everybody, oldest first.
    pub fn history(&self) -> JsValue {
        history::runs(&self.replica)
    }

    /// The text at a version.
    #[wasm_bindgen(js_name = textAt)]
    pub fn text_at(&self, version: &[u8]) -> Outcome<String> {
        let version = read_version(version).ok_or_else(|| js::error("not a version"))?;
        Ok(self.replica.document().text_at(text(), &version))
    }

    /// Makes the text what it was at a version, by a new action.
    pub fn restore(&mut self, version: &[u8]) -> Outcome<JsValue> {
        let version = read_version(version).ok_or_else(|| js::error("not a version"))?;
        let before = self.text();
        let then = self.replica.document().text_at(text(), &version);
        self.write(|edit| edit.replace_all(text(), &then));
        Ok(js::text_patches(&motet::diff::patch(&before, &then)))
    }

    /// Who is responsible for what in a range of the visible text, in UTF-16 positions.
    pub fn blame(&self, from: u32, to: u32) -> JsValue {
        history::blame(&self.replica, from, to)
    }

    /// Everyone in the log.
    pub fn authors(&self) -> JsValue {
        history::authors(&self.replica, &self.choices)
    }

    /// Leaves an author's work out of sight, or not.
    #[wasm_bindgen(js_name = hideAuthor)]
    pub fn hide_author(&mut self, author: &str, on: bool) -> Outcome<JsValue> {
        let author = read_author(author).ok_or_else(|| js::error("not an author"))?;
        if on {
            self.choices.hidden.insert(author);
        } else {
            self.choices.hidden.remove(&author);
        }
        Ok(self.chosen())
    }

    /// Leaves elements out of sight, or not.
    #[wasm_bindgen(js_name = hideRange)]
    pub fn hide_range(&mut self, spans: &str, on: bool) -> Outcome<JsValue> {
        let spans = parse_spans(spans)?;
        self.choices.hidden_spans = history::without(&self.choices.hidden_spans, &spans);
        if on {
            self.choices.hidden_spans.extend(spans);
        }
        Ok(self.chosen())
    }

    /// Lets what an author, or with null everybody else, writes from now on wait; or no longer.
    pub fn hold(&mut self, author: Option<String>, on: bool) -> Outcome<JsValue> {
        let version = self.replica.document().version();
        match author {
            None => self.choices.held_all = on.then_some(version),
            Some(author) => {
                let author = read_author(&author).ok_or_else(|| js::error("not an author"))?;
                if on {
                    self.choices.held.insert(author, version);
                } else {
                    self.choices.held.remove(&author);
                }
            }
        }
        Ok(self.chosen())
    }

    /// Whether everybody else's work waits.
    #[wasm_bindgen(js_name = holdsAll)]
    pub fn holds_all(&self) -> bool {
        self.choices.held_all.is_some()
    }

    /// How many actions wait because of a hold.
    pub fn held(&self) -> u32 {
        history::held(&self.replica)
    }

    /// The personal choices, to be kept and given to the constructor.
    pub fn choices(&self) -> Vec<u8> {
        self.choices.write().into_bytes()
    }

    /// A place at a UTF-16 position that survives edits, staying with its left or right neighbour.
    pub fn anchor(&mut self, position: u32, bias: &str) -> String {
        anchor_at(self.replica.document_mut().model_text(text()), position, bias != "right").write()
    }

    /// The UTF-16 position of an anchor; null where its element is not here.
    #[wasm_bindgen(unchecked_return_type = "number | null")]
    pub fn resolve(&self, anchor: &str) -> JsValue {
        let place =
            Anchor::read(anchor).and_then(|anchor| place_of(self.replica.document().model().text(text()), anchor));
        place.map_or(JsValue::NULL, JsValue::from)
    }

    /// What changed in the text, as the editor takes it; the rest is kept for who asks.
    fn told(&mut self, patch: Patch) -> JsValue {
        let text = js::patches(&patch);
        if let Some(changes) = &mut self.changes {
            changes.then(patch);
        }
        text
    }

    fn chosen(&mut self) -> JsValue {
        let mut patch = Patch::default();
        self.apply_choices(&mut patch);
        self.told(patch)
    }

    fn apply_choices(&mut self, patch: &mut Patch) {
        let policy = self.choices.policy(&self.replica);
        let neutral = motet::Policy { mine: policy.mine.clone(), ..motet::Policy::default() };
        if policy != neutral || !self.replica.document().view().policy().is_plain() {
            self.replica.document_mut().change_policy(policy, patch);
        }
    }

    /// What this author wrote in other windows and at other times is their own work too.
    fn find_mine(&mut self) {
        for replica in self.replica.replicas_of(self.replica.own_author()) {
            self.replica.document_mut().add_mine(replica);
        }
    }

    /// One action, signed with the author's name where the document has another one.
    pub(crate) fn write(&mut self, change: impl FnOnce(&mut motet::Edit<'_>)) -> Option<Span> {
        self.write_telling(None, change)
    }

    pub(crate) fn write_telling(
        &mut self,
        patch: Option<&mut Patch>,
        change: impl FnOnce(&mut motet::Edit<'_>),
    ) -> Option<Span> {
        let key = self.author();
        let known = match self.replica.document().get(people(), &key) {
            Some(Value::Text(name)) => *name == self.name,
            _ => false,
        };
        let name = (!known && !self.name.is_empty()).then(|| Value::Text(self.name.clone()));
        self.replica.document_mut().edit_telling(now(), patch, |edit| {
            change(edit);
            if let Some(name) = name.filter(|_| edit.is_changed()) {
                edit.set(people(), &key, name);
            }
        })
    }
}

/// The time in seconds since 1970, by the browser's clock.
fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

fn parse_spans(spans: &str) -> Outcome<Vec<Span>> {
    read_spans(spans).ok_or_else(|| js::error("not spans"))
}

/// Whether an element is left out by a hold.
pub fn is_held(replica: &Replica, id: Id) -> bool {
    replica.document().standing(id) == Standing::Excluded(motet::Excluded::Held)
}
