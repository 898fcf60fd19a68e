//! What an undo takes along, how far one's own view has gone from the shared one, and where what changed is shown.

use crate::anchor::{Anchor, read_spans, write_spans};
use crate::container::write_container;
use crate::engine::{Engine, now};
use crate::js::{Outcome, error, object};
use crate::meaning::reason;
use crate::read::version_of;
use js_sys::Array;
use motet::Choices;
use motet::{Affected, Becomes, Dependants, Document, Extent, Id, Patch, Policy, Span, Why};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// What undoing spans would change and hide, and nothing is done: `{parts, lifted, spared, trimmed}`. What depends on it goes along
    /// (`cascade`, `refuse`), or others' does not (`keep`).
    #[wasm_bindgen(js_name = undoPreview)]
    pub fn undo_preview(&mut self, spans: &str, dependants: &str) -> Outcome<JsValue> {
        let (spans, dependants) = (read(spans)?, read_dependants(dependants)?);
        let document = self.replica.document_mut();
        let extent = document.undo_extent(&spans, dependants);
        Ok(told(document, &extent))
    }

    /// Undoes spans as [`Engine::undo_preview`] says; null where that takes along what others did and is not to: then nothing is
    /// done.
    #[wasm_bindgen(js_name = undoWith)]
    pub fn undo_with(&mut self, spans: &str, dependants: &str) -> Outcome<JsValue> {
        let (spans, dependants) = (read(spans)?, read_dependants(dependants)?);
        let done = self.replica.document_mut().undo_with(&spans, dependants, now());
        self.refusal()?;
        Ok(match done {
            Ok(done) => self.tell(done.map_or_else(Patch::default, |(_, patch)| patch)),
            Err(_) => JsValue::NULL,
        })
    }

    /// What one sees and others who chose nothing do not, or the other way round: `{shown, reason}`, where the reason is that of
    /// the view in which it is not active.
    pub fn divergence(&self) -> JsValue {
        let document = self.replica.document();
        let spans = document.divergence();
        if spans.is_empty() {
            return Array::new().into();
        }
        let shared = document.with_policy(Policy::default());
        let list = Array::new();
        for span in spans {
            let is_shown = |(_, why): &(Span, Why)| *why == Why::Active;
            for (span, why) in document.why_parts(span) {
                if !is_shown(&(span, why.clone())) {
                    list.push(&object([("shown", false.into()), ("reason", reason(document, span, &why))]));
                    continue;
                }
                for (span, why) in shared.why_parts(span) {
                    list.push(&object([("shown", true.into()), ("reason", reason(&shared, span, &why))]));
                }
            }
        }
        list.into()
    }

    /// Makes other personal choices, as [`Engine::choices`] gave them once, all at once.
    pub fn choose(&mut self, choices: &[u8]) -> JsValue {
        self.choices = Choices::read(&String::from_utf8_lossy(choices));
        self.chosen()
    }

    /// Shows a version and nothing later, or everything again; writing does so too.
    pub fn pin(&mut self, version: Option<Vec<u8>>) -> Outcome<JsValue> {
        self.choices.pin = version.map(|version| version_of(&version)).transpose()?;
        Ok(self.chosen())
    }

    /// Whether a version is shown and nothing later.
    #[wasm_bindgen(js_name = isPinned)]
    pub fn is_pinned(&self) -> bool {
        self.choices.pin.is_some()
    }

    /// Whether one's own choices make no difference to what everybody sees who chose nothing.
    #[wasm_bindgen(js_name = isShared)]
    pub fn is_shared(&self) -> bool {
        self.replica.document().view().is_shared()
    }

    /// Where in texts elements are shown, in order of their names: `{place, from, to, spans}`, by anchors.
    #[wasm_bindgen(js_name = placesOf)]
    pub fn places_of(&self, spans: &str) -> Outcome<JsValue> {
        let document = self.replica.document();
        let places = read(spans)?.into_iter().flat_map(|span| stretches(document, span));
        let place = |span: Span| {
            let at = |element: Id, stays_left| Anchor { element: Some(element), stays_left }.write();
            object([
                ("place", document.home(span.first()).map_or_else(String::new, write_container).into()),
                ("from", at(span.first(), false).into()),
                ("to", at(span.last(), true).into()),
                ("spans", write_spans(&[span]).into()),
            ])
        };
        Ok(places.map(place).collect::<Array>().into())
    }
}

/// The parts of a span that are shown in a text, each one behind the other.
fn stretches(document: &Document, span: Span) -> Vec<Span> {
    let mut found: Vec<(Span, u32)> = Vec::new();
    for (first, op) in document.log().ops_in(span) {
        let text = op.container().and_then(|container| document.model().text(container));
        let Some(text) = text else { continue };
        for id in (0..op.len()).map(|n| first.plus(n)) {
            let Some((at, true)) = text.position(id) else { continue };
            match found.last_mut() {
                Some((last, end)) if last.end == id.seq && *end == at && id != first => {
                    last.end += 1;
                    *end += 1;
                }
                _ => found.push((Span::of(id), at + 1)),
            }
        }
    }
    found.into_iter().map(|(span, _)| span).collect()
}

fn told(document: &Document, extent: &Extent) -> JsValue {
    let part = |Affected { span, turn, is_others }: &Affected| {
        let (word, reason, holder) = match turn {
            Becomes::Off => ("off", JsValue::NULL, JsValue::NULL),
            Becomes::On => ("on", JsValue::NULL, JsValue::NULL),
            Becomes::Goes(why) => ("goes", reason(document, *span, why), JsValue::NULL),
            Becomes::Comes(why) => ("comes", reason(document, *span, why), JsValue::NULL),
            Becomes::Hides(holder) => ("hides", JsValue::NULL, write_spans(&[Span::of(*holder)]).into()),
        };
        object([
            ("spans", write_spans(&[*span]).into()),
            ("turn", word.into()),
            ("others", (*is_others).into()),
            ("reason", reason),
            ("holder", holder),
        ])
    };
    let lifted = extent.lifted.iter().map(|id| JsValue::from(write_spans(&[Span::of(*id)])));
    let named =
        |spans: &[Span]| spans.iter().map(|span| JsValue::from(write_spans(&[*span]))).collect::<Array>().into();
    object([
        ("parts", extent.parts.iter().map(part).collect::<Array>().into()),
        ("lifted", lifted.collect::<Array>().into()),
        ("spared", named(&extent.spared)),
        ("trimmed", named(&extent.trimmed)),
    ])
}

fn read(spans: &str) -> Outcome<Vec<Span>> {
    read_spans(spans).ok_or_else(|| error("not spans"))
}

fn read_dependants(word: &str) -> Outcome<Dependants> {
    Dependants::of_word(word)
        .ok_or_else(|| error("dependants go along (cascade), stay (keep) or stand against it (refuse)"))
}
