//! Versions with a name that people come back to, for JavaScript.

use crate::anchor::write_spans;
use crate::engine::{Engine, now};
use crate::js::{Outcome, coded, object};
use crate::proposals::Json;
use js_sys::Function;
use motet::{NewSnapshot, Patch, Snapshot, Span, beside_the_work, snapshots};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// The snapshots that everybody sees, the earliest first, as JSON: see `Snapshot` in the client. One that this version cannot
    /// read is null.
    pub fn snapshots(&self) -> String {
        let (list, unread) = self.replica.document().snapshots();
        let mut out = Json::default();
        out.list(|out| {
            for snapshot in &list {
                let written = snapshot.write;
                let time =
                    self.replica.document().log().log(written.replica).map_or(0, |log| log.header_at(written.seq).time);
                out.begin();
                out.text("id", &snapshot.id);
                out.text("title", &snapshot.name);
                out.text("note", &snapshot.note);
                out.truth("filtered", snapshot.is_filtered());
                self.tell_action(Span::of(written), time, out);
                out.end();
            }
            (0..unread).for_each(|_| out.null());
        });
        out.into_text()
    }

    /// Gives what is here, or what is shown where that leaves something out, a name; `id` is drawn by chance. Returns what
    /// [`Engine::restore_all`] does.
    #[wasm_bindgen(js_name = saveSnapshot)]
    pub fn save_snapshot(&mut self, id: &[u8], name: &str, note: &str) -> Outcome<JsValue> {
        let id = <[u8; 8]>::try_from(id).map_err(|_| coded("name", "the name of a snapshot has 8 bytes"))?;
        let id = u64::from_le_bytes(id);
        // Who one is, said for the first time, is nothing to come back to.
        let new = NewSnapshot { name, note, ..NewSnapshot::of(self.replica.document()) };
        self.signed();
        let saved = self.replica.document_mut().save_snapshot(id, &new, now());
        let span = saved.map_err(|error| coded(error.code(), &error.to_string()))?;
        self.listed(&format!("{id:016x}"), span)
    }

    /// Takes a snapshot out of the list, for everybody; null where it is not there.
    #[wasm_bindgen(js_name = removeSnapshot)]
    pub fn remove_snapshot(&mut self, id: &str) -> Outcome<JsValue> {
        self.signed();
        let document = self.replica.document_mut();
        let (own, from) = (document.replica(), document.log().end(document.replica()));
        let removed = document.remove_snapshot(id, now());
        if !removed.map_err(|refusal| coded(refusal.code(), &refusal.to_string()))? {
            return Ok(JsValue::NULL);
        }
        let span = Span::new(own, from, document.log().end(own));
        self.listed(id, span)
    }

    /// The document as a snapshot shows it, to be looked at. `wrap` is as in the options of the constructor.
    #[wasm_bindgen(js_name = atSnapshot)]
    pub fn at_snapshot(&self, id: &str, wrap: Function) -> Outcome<Engine> {
        let view = self.snapshot(id)?.view();
        Ok(Engine::showing(self.replica.with_policy(view), wrap))
    }

    /// As [`Engine::restore_all`], of what a snapshot shows.
    #[wasm_bindgen(js_name = restoreSnapshot)]
    pub fn restore_snapshot(&mut self, id: &str) -> Outcome<JsValue> {
        let view = self.snapshot(id)?.view();
        let done = self.replica.document_mut().restore_view(view, &beside_the_work(), now());
        self.restored(done)
    }
}

impl Engine {
    fn snapshot(&self, id: &str) -> Outcome<Snapshot> {
        let (list, _) = self.replica.document().snapshots();
        let found = list.into_iter().find(|snapshot| snapshot.id == id);
        found.ok_or_else(|| coded("gone", "this snapshot is not in the list any more"))
    }

    /// Says who one is, where the document does not know, by an action of its own.
    fn signed(&mut self) {
        self.sign();
        self.replica.document_mut().close(now(), Some(&mut self.told));
    }

    /// What the list of snapshots has under a name is another.
    fn listed(&mut self, id: &str, span: Span) -> Outcome<JsValue> {
        let mut patch = std::mem::take(&mut self.told);
        patch.maps.insert(snapshots(), vec![id.to_owned()]);
        self.restored(Some((span, patch)))
    }

    /// What a restoration changed, and what takes it back; null where nothing was otherwise.
    pub(crate) fn restored(&mut self, done: Option<(Span, Patch)>) -> Outcome<JsValue> {
        self.refusal()?;
        let Some((span, patch)) = done else { return Ok(JsValue::NULL) };
        let spans = write_spans(&[span]);
        Ok(object([("patches", self.tell(patch)), ("spans", spans.into())]))
    }
}
