//! The editing replica of one document, on the page.

use crate::anchor::{Anchor, read_author, read_spans, write_author, write_spans, write_version};
use crate::history;
use crate::js::{self, Outcome};
use crate::patch::Teller;
use crate::read;
use crate::rich::{anchor_at, place_of};
use js_sys::Function;
use motet::{
    Choices, Cut, Cutting, DocumentId, Grade, HeldPart, Id, OpRef, PartHeld, Patch, Replica, ReplicaId, SigningKey,
    Span, Standing, beside_the_work, people,
};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

/// An editing replica of one document.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) replica: Replica,
    pub(crate) choices: Choices,
    /// What the author is called.
    pub(crate) name: String,
    /// What changed since it was last asked for, where anybody asks.
    pub(crate) changes: Option<Patch>,
    /// Makes something of the name of a container.
    pub(crate) wrap: Function,
    /// What the action being written changed so far.
    pub(crate) told: Patch,
    /// Whether who writes it shows it already, and does not want to hear of it.
    pub(crate) is_shown: bool,
    /// What the author is about to cut, and has cut.
    pub(crate) cutting: Option<Cutting>,
    pub(crate) cut: Option<Cut>,
    /// What it will carry, in bytes, about.
    pub(crate) weight: usize,
    /// Where the objects and arrays of a JSON document were last.
    pub(crate) places: jsondoc::Places,
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
        let wrap = js::field(options, "wrap")?;
        let mut engine = Self {
            replica: Replica::new(id, 0, own, key),
            choices: Choices::default(),
            name: js::text_field(options, "name")?,
            changes: None,
            wrap: wrap.dyn_into().map_err(|_| js::error("wrap must be a function"))?,
            told: Patch::default(),
            is_shown: false,
            cutting: None,
            cut: None,
            weight: 0,
            places: jsondoc::Places::default(),
        };
        // Whatever comes here the member took in before, by whose word it saw fit.
        engine.replica.trust_all(true);
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

    /// How much of everybody's writing is here.
    pub fn version(&self) -> Vec<u8> {
        write_version(&self.replica.document().version())
    }

    /// A name of the state that the shared view has: equal on all members at one version.
    #[wasm_bindgen(js_name = stateHash)]
    pub fn state_hash(&mut self) -> String {
        format!("{:016x}", self.replica.document_mut().shared_state_hash())
    }

    /// Frames of the own actions since the last call, to be stored and sent.
    pub fn seal(&mut self) -> JsValue {
        js::from_byte_list(std::iter::from_fn(|| self.replica.seal()).map(|parcel| parcel.bytes))
    }

    /// Takes in frames, in any order, any number of times; returns what they change. What is
    /// refused is left out, and thrown at the end if nothing else could be done.
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
            _ => Ok(self.tell(patch)),
        }
    }

    /// Takes back the author's latest edit run; null where there is none.
    pub fn undo(&mut self) -> Outcome<JsValue> {
        let document = self.replica.document_mut();
        let Some(run) = document.next_undo() else { return Ok(JsValue::NULL) };
        // Who wrote it is not taken back with what was written; but a run is undone where its last element is.
        let is_name = |id: Id, op: OpRef<'_>| id != run.last() && op.container() == Some(people());
        let ops = document.log().ops_in(run).filter(|&(id, op)| !is_name(id, op));
        let spans: Vec<Span> = ops.map(|(id, op)| Span::new(id.replica, id.seq, id.seq + op.len())).collect();
        let done = document.undo_spans(&spans, now());
        self.refusal()?;
        Ok(done.map_or(JsValue::NULL, |(_, patch)| self.tell(patch)))
    }

    /// Brings back what the author's latest undo took; null where there is nothing.
    pub fn redo(&mut self) -> Outcome<JsValue> {
        let patch = self.replica.document_mut().redo();
        self.refusal()?;
        Ok(patch.map_or(JsValue::NULL, |patch| self.tell(patch)))
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
        self.refusal()?;
        Ok(self.tell(done.map_or_else(Patch::default, |(_, patch)| patch)))
    }

    /// Switches anybody's actions on again, for everybody.
    #[wasm_bindgen(js_name = redoRange)]
    pub fn redo_range(&mut self, spans: &str) -> Outcome<JsValue> {
        let spans = parse_spans(spans)?;
        let done = self.replica.document_mut().redo_spans(&spans, now());
        self.refusal()?;
        Ok(self.tell(done.map_or_else(Patch::default, |(_, patch)| patch)))
    }

    /// Makes the document what it was at a version, but for what people are called and for snapshots: what came since is undone, and
    /// what was undone comes back. Returns `{patches, spans}`, the latter to undo it by; null where nothing differs.
    #[wasm_bindgen(js_name = restoreAll)]
    pub fn restore_all(&mut self, version: &[u8]) -> Outcome<JsValue> {
        let version = read::version_of(version)?;
        let done = self.replica.document_mut().restore_all(&version, &beside_the_work(), now());
        self.restored(done)
    }

    /// The edit runs of everybody, oldest first.
    pub fn history(&self) -> JsValue {
        history::runs(&self.replica)
    }

    /// Who is responsible for what in a range of the visible text, in UTF-16 positions.
    pub fn blame(&self, text: &str, from: u32, to: u32) -> Outcome<JsValue> {
        Ok(history::blame(&self.replica, read::text(text)?, from, to))
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

    /// Lets what everybody else does from now on to some elements, or to what hangs on them, wait; the viewer calls them so.
    #[wasm_bindgen(js_name = holdPart)]
    pub fn hold_part(&mut self, name: &str, spans: &str) -> Outcome<JsValue> {
        let part = HeldPart::of(self.replica.document().log(), parse_spans(spans)?);
        self.choices.held_parts.push(PartHeld { name: name.to_owned(), part });
        Ok(self.chosen())
    }

    /// The names of the parts where everybody else's work waits.
    #[wasm_bindgen(js_name = heldParts)]
    pub fn held_parts(&self) -> Vec<String> {
        self.choices.held_parts.iter().map(|part| part.name.clone()).collect()
    }

    /// Lets everything of one of these parts in, by its place among them.
    #[wasm_bindgen(js_name = releasePart)]
    pub fn release_part(&mut self, at: usize) -> JsValue {
        if at < self.choices.held_parts.len() {
            self.choices.held_parts.remove(at);
        }
        self.chosen()
    }

    /// Whether everybody else's work waits.
    #[wasm_bindgen(js_name = holdsAll)]
    pub fn holds_all(&self) -> bool {
        self.choices.held_all.is_some()
    }

    /// Lets the own work come first: what others did at once gives way to it that has to do with it as much as `from` says,
    /// which is `overlap`, `order` or `conflict`; with null nobody's comes first.
    #[wasm_bindgen(js_name = putMineFirst)]
    pub fn put_mine_first(&mut self, from: Option<String>) -> Outcome<JsValue> {
        let grade = |from: String| Grade::of_word(&from).ok_or_else(|| js::error("not a grade"));
        self.choices.first_from = from.map(grade).transpose()?;
        Ok(self.chosen())
    }

    /// From which grade on others' work gives way to the own; null where it does not come first.
    #[wasm_bindgen(js_name = firstFrom)]
    pub fn first_from(&self) -> Option<String> {
        self.choices.first_from.map(|from| from.word().to_owned())
    }

    /// Lets the actions of which a part is named come before whatever they would give way to, or no longer.
    pub fn prefer(&mut self, spans: &str, on: bool) -> Outcome<JsValue> {
        for span in parse_spans(spans)? {
            for action in self.replica.document().actions_in(span) {
                self.choices.preferred.retain(|span| span.first() != action);
                if on {
                    self.choices.preferred.push(Span::of(action));
                }
            }
        }
        Ok(self.chosen())
    }

    /// Says how much the actions of which a part is named are worth to the viewer; zero for what everybody says.
    #[wasm_bindgen(js_name = weighForMe)]
    pub fn weigh_for_me(&mut self, spans: &str, weight: u16) -> Outcome<JsValue> {
        for span in parse_spans(spans)? {
            for action in self.replica.document().actions_in(span) {
                _ = match weight {
                    0 => self.choices.weights.remove(&action),
                    _ => self.choices.weights.insert(action, weight),
                };
            }
        }
        Ok(self.chosen())
    }

    /// How much the actions of which a part is named are worth to everybody at most, and as many times 65536 as to the viewer; none
    /// where they said nothing.
    pub fn weights(&self, spans: &str) -> Outcome<u32> {
        let document = self.replica.document();
        let (mut shared, mut mine) = (0, 0);
        for span in parse_spans(spans)? {
            for action in document.actions_in(span) {
                shared = shared.max(document.view().weight(action));
                mine = mine.max(self.choices.weights.get(&action).copied().unwrap_or(0));
            }
        }
        Ok(u32::from(shared) | u32::from(mine) << 16)
    }

    /// How many actions wait because of a hold.
    pub fn held(&self) -> u32 {
        history::held(&self.replica)
    }

    /// The personal choices, to be kept and given to the constructor.
    pub fn choices(&self) -> Vec<u8> {
        self.choices.write().into_bytes()
    }

    /// The elements of a text that show between two UTF-16 positions, and those that are gone from there.
    #[wasm_bindgen(js_name = elementsBetween)]
    pub fn elements_between(&mut self, text: &str, from: u32, to: u32) -> Outcome<String> {
        let (document, container) = (self.replica.document_mut(), read::text(text)?);
        let now = document.model_text(container);
        let [from, to] = [from, to].map(|at| now.chars_at_utf16(at));
        Ok(write_spans(&document.elements_between(container, from, to)))
    }

    /// A place at a UTF-16 position that survives edits, staying with its left or right neighbour.
    pub fn anchor(&mut self, text: &str, position: u32, bias: &str) -> Outcome<String> {
        let now = self.replica.document_mut().model_text(read::text(text)?);
        Ok(anchor_at(now, position, bias != "right").write())
    }

    /// The UTF-16 position of an anchor; null where its element is not here.
    #[wasm_bindgen(unchecked_return_type = "number | null")]
    pub fn resolve(&self, text: &str, anchor: &str) -> Outcome<JsValue> {
        let now = self.replica.document().model().text(read::text(text)?);
        let place = Anchor::read(anchor).and_then(|anchor| place_of(now, anchor));
        Ok(place.map_or(JsValue::NULL, JsValue::from))
    }

    pub(crate) fn chosen(&mut self) -> JsValue {
        let mut patch = Patch::default();
        self.apply_choices(&mut patch);
        self.tell(patch)
    }

    /// What changed, container by container; kept, too, for who asks for [`Engine::changes`].
    pub(crate) fn tell(&mut self, patch: Patch) -> JsValue {
        // Who writes sees what they write: a view of the past is left with that.
        if self.replica.document().view().policy().pin.is_none() {
            self.choices.pin = None;
        }
        let told = self.told_of(&patch);
        if let Some(changes) = &mut self.changes {
            changes.then(patch);
        }
        told
    }

    /// A patch, as JavaScript reads it.
    pub(crate) fn told_of(&self, patch: &Patch) -> JsValue {
        Teller { document: self.replica.document(), wrap: &self.wrap }.tell(patch)
    }

    /// An engine that shows another copy and chooses nothing.
    pub(crate) fn showing(replica: Replica, wrap: Function) -> Self {
        let (choices, told, places) = (Choices::default(), Patch::default(), jsondoc::Places::default());
        let (cutting, cut) = (None, None);
        Self {
            replica,
            choices,
            name: String::new(),
            changes: None,
            wrap,
            told,
            is_shown: false,
            cutting,
            cut,
            weight: 0,
            places,
        }
    }

    fn apply_choices(&mut self, patch: &mut Patch) {
        let policy = self.choices.policy(&self.replica);
        let neutral = motet::Policy { mine: policy.mine.clone(), ..motet::Policy::default() };
        if policy != neutral || !self.replica.document().view().is_shared() {
            self.replica.document_mut().change_policy(policy, patch);
        }
    }

    /// What this author wrote in other windows and at other times is their own work too.
    fn find_mine(&mut self) {
        for replica in self.replica.replicas_of(self.replica.own_author()) {
            self.replica.document_mut().add_mine(replica);
        }
    }
}

/// The time in seconds since 1970, by the browser's clock.
pub fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

fn parse_spans(spans: &str) -> Outcome<Vec<Span>> {
    read_spans(spans).ok_or_else(|| js::error("not spans"))
}

/// Whether an element is left out by a hold.
pub fn is_held(replica: &Replica, id: Id) -> bool {
    replica.document().standing(id) == Standing::Excluded(motet::Excluded::Held)
}
