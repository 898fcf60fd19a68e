//! What ties actions to each other, for JavaScript.

use crate::anchor::{read_spans, write_spans};
use crate::engine::Engine;
use crate::js::{Outcome, error, object};
use crate::meaning::reason;
use js_sys::Array;
use motet::{Bond, BondKind, Document, Id, Rule, Span};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// Those actions of spans that are tied to others, with these, straight or through others; without spans all that are tied:
    /// `{actions, bonds}`.
    pub fn ties(&self, spans: Option<String>) -> Outcome<JsValue> {
        let document = self.replica.document();
        let at = spans.map(|spans| read_spans(&spans).ok_or_else(|| error("not spans"))).transpose()?;
        let ties = document.ties(at.as_deref());
        let actions = ties.actions.iter().map(|(span, why)| reason(document, *span, why));
        let bonds = ties.bonds.iter().map(|bond| told(document, bond));
        Ok(object([("actions", actions.collect::<Array>().into()), ("bonds", bonds.collect::<Array>().into())]))
    }
}

fn told(document: &Document, bond: &Bond) -> JsValue {
    let element = |id: &Id| JsValue::from(write_spans(&[Span::of(*id)]));
    let (rule, said, places) = match &bond.kind {
        BondKind::Constraint(id, Rule::AtMost(max)) => ("at-most", element(id), Some(*max)),
        BondKind::Constraint(id, rule) => (rule.word(), element(id), None),
        BondKind::Places(_, places) => ("claim", JsValue::NULL, Some(*places)),
        BondKind::Related => ("related", JsValue::NULL, None),
        BondKind::Answer(id) => ("answer", element(id), None),
    };
    let name = if let BondKind::Places(name, _) = &bond.kind { (&**name).into() } else { JsValue::NULL };
    let whole = |id: &Id| document.action_of(*id).unwrap_or(Span::of(*id));
    let actions = bond.actions.iter().map(|id| JsValue::from(write_spans(&[whole(id)])));
    object([
        ("rule", rule.into()),
        ("said", said),
        ("name", name),
        ("places", places.map_or(JsValue::NULL, JsValue::from)),
        ("actions", actions.collect::<Array>().into()),
        ("counts", bond.is_in_force.into()),
    ])
}
