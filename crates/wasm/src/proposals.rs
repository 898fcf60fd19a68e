//! What is only proposed, for JavaScript: written, listed with where it shows, and decided about.

mod places;

use crate::anchor::{read_id, read_spans, write_author, write_id, write_spans};
use crate::container::write_container;
use crate::engine::{Engine, now};
use crate::history::{author_of, name_of};
use crate::js::{Outcome, coded};
use crate::read::text;
use json::quoted;
use motet::{ContainerId, Decision, Id, OpRef, Proposal, Proposed, ProposedChange, Proposes, Span, Value};
use wasm_bindgen::prelude::*;

/// What is no part of a draft is called.
const SUGGESTION: &str = "suggestion";

#[wasm_bindgen]
impl Engine {
    /// As what whatever is edited is only proposed: `suggestion`, or a draft; undefined where it is not.
    pub fn suggesting(&self) -> Option<String> {
        let word = |proposal: Proposal| proposal.draft().map_or_else(|| SUGGESTION.to_owned(), write_id);
        self.replica.document().suggesting().map(word)
    }

    /// Lets whatever is edited from now on be only proposed as `what`, or with null no longer. What is proposed so shows, and goes
    /// on to.
    #[wasm_bindgen(js_name = setSuggesting)]
    pub fn set_suggesting(&mut self, what: Option<String>) -> Outcome<JsValue> {
        let proposal = what.as_deref().map(read_proposal).transpose()?;
        let patch = self.replica.document_mut().set_suggesting(proposal);
        self.refusal()?;
        self.choices.show.extend(proposal);
        Ok(self.tell(patch))
    }

    /// Makes a draft in the action being written; returns its name among elements.
    #[wasm_bindgen(js_name = newDraft)]
    pub fn new_draft(&mut self, name: &str) -> Outcome<String> {
        Ok(write_id(self.write(|edit| edit.draft(name))?))
    }

    /// The drafts, the earliest first, as JSON: see `Draft` in the client.
    pub fn drafts(&self) -> String {
        let mut out = Json::default();
        out.list(|out| {
            for draft in self.replica.document().drafts() {
                out.begin();
                out.text("id", &write_id(draft.id));
                out.text("title", &draft.name);
                self.tell_action(Span::of(draft.id), draft.time, out);
                out.end();
            }
        });
        out.0
    }

    /// What is shown of what is open: `own` or `all` suggestions, or neither, and drafts, apart by spaces.
    #[wasm_bindgen(js_name = showing)]
    pub fn shown_proposals(&self) -> String {
        self.choices.show.write()
    }

    /// Shows that much of what is open; what one proposes oneself right now in any case.
    #[wasm_bindgen(js_name = setShowing)]
    pub fn set_showing(&mut self, what: &str) -> JsValue {
        self.choices.show = motet::Proposals::read(what);
        self.choices.show.extend(self.replica.document().suggesting());
        self.chosen()
    }

    /// All that is only proposed, run by run, the earliest first, as JSON: see `ProposedRun` in the client. Field by field it
    /// would take twice as long.
    pub fn proposals(&mut self) -> String {
        let list = self.replica.document().proposals();
        let order = self.order_of_deletions(&list);
        let mut out = Json::default();
        out.list(|out| list.iter().for_each(|proposed| self.tell_proposed(proposed, &order, out)));
        out.0
    }

    /// The elements that a text shows between two UTF-16 positions, as spans; empty where there are none.
    pub fn elements(&mut self, name: &str, from: u32, to: u32) -> Outcome<String> {
        let text = self.replica.document_mut().model_text(text(name)?);
        let (from, to) = (text.chars_at_utf16(from), text.chars_at_utf16(to));
        Ok(write_spans(&text.visible_spans(from, to.saturating_sub(from))))
    }

    /// Accepts or rejects what of spans is only proposed, for everybody; null where that changes nothing.
    pub fn decide(&mut self, spans: &str, accepts: bool) -> Outcome<JsValue> {
        let spans = read_spans(spans).ok_or_else(|| coded("spans", "not spans"))?;
        self.sign();
        let document = self.replica.document_mut();
        let done = if accepts { document.accept(&spans, now()) } else { document.reject(&spans, now()) };
        self.refusal()?;
        // Where nothing was to decide, who one is stays said.
        self.replica.document_mut().close(now(), Some(&mut self.told));
        let mut told = std::mem::take(&mut self.told);
        match done {
            Some((_, patch)) => told.then(patch),
            None if told.is_empty() => return Ok(JsValue::NULL),
            None => {}
        }
        Ok(self.tell(told))
    }
}

impl Engine {
    fn tell_proposed(&mut self, proposed: &Proposed, order: &[Id], out: &mut Json) {
        let Proposed { run, proposal, label, state, open, decided_by, changes } = proposed;
        out.begin();
        out.text("id", &write_spans(&[Span::of(run.span.first())]));
        self.tell_action(run.span, run.time, out);
        out.name("draft");
        out.text_or_null(proposal.draft().map(write_id));
        out.text("label", label);
        out.text("state", state.word());
        out.text("open", &write_spans(open));
        out.name("decided");
        out.list(|out| decided_by.iter().for_each(|by| self.tell_decision(run.span, *by, out)));
        out.name("changes");
        out.list(|out| changes.iter().for_each(|change| self.tell_change(change, order, out)));
        out.end();
    }

    /// Which elements, whose, and since when.
    pub(crate) fn tell_action(&self, span: Span, time: i64, out: &mut Json) {
        let author = author_of(&self.replica, span.replica);
        out.text("spans", &write_spans(&[span]));
        out.text("author", &write_author(author));
        out.text("name", &name_of(&self.replica, author));
        out.number("time", time.saturating_mul(1000));
    }

    /// Who accepted or rejected something of `span`, and by what action.
    fn tell_decision(&self, span: Span, by: Id, out: &mut Json) {
        let document = self.replica.document();
        let time = document.log().log(by.replica).map_or(0, |log| log.header_at(by.seq).time);
        let parts = document.view().proposals(span);
        let accepts =
            parts.iter().any(|(_, part)| part.is_some_and(|(_, decision)| decision == Decision::Accepted(by)));
        out.begin();
        self.tell_action(document.action_of(by).unwrap_or(Span::of(by)), time, out);
        out.truth("accepts", accepts);
        out.end();
    }

    fn tell_change(&mut self, change: &ProposedChange, order: &[Id], out: &mut Json) {
        let ProposedChange { span, state, container, what } = change;
        let place = self.place_of_change(change);
        let document = self.replica.document();
        let action = |id: Id| document.action_of(id).unwrap_or(*span);
        let op = document.log().ops_in(*span).next();
        let (kind, text, value) = match (what, op) {
            (Proposes::Insert { text, .. }, _) => ("insert", text.as_str(), None),
            (Proposes::Delete { text, .. }, _) => ("delete", text.as_str(), None),
            (Proposes::Set { key, value }, _) => ("set", key.as_str(), value.as_ref()),
            (Proposes::Other, Some((_, OpRef::TextMark { key, value, .. }))) => ("mark", key, value),
            (Proposes::Other, _) => ("other", "", None),
        };
        out.begin();
        out.text("spans", &write_spans(&[*span]));
        let (start, end) = (action(span.first()).start, action(span.last()).end);
        out.text("action", &write_spans(&[Span::new(span.replica, start, end)]));
        out.text("state", state.word());
        out.text("kind", kind);
        out.text("container", &write_container(*container));
        out.text("text", text);
        out.truth("unsets", matches!(kind, "set" | "mark") && value.is_none());
        out.name("value");
        out.scalar(value);
        out.name("in");
        out.text_or_null(place.text.map(write_container));
        out.number("at", place.at.into());
        out.number("order", order.iter().position(|id| *id == span.first()).unwrap_or(0) as i64);
        out.name("shown");
        out.list(|out| place.shown.iter().for_each(|at| out.item(*at)));
        out.end();
    }
}

/// JSON that is being written: one call for each field, since what every visitor loads is to be small.
#[derive(Default)]
pub(crate) struct Json(String);

impl Json {
    /// What comes next is apart from what came before.
    #[inline(never)]
    fn next(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with(['{', '[', ':']) {
            self.0.push(',');
        }
    }

    #[inline(never)]
    pub(crate) fn begin(&mut self) {
        self.next();
        self.0.push('{');
    }

    pub(crate) fn end(&mut self) {
        self.0.push('}');
    }

    pub(crate) fn null(&mut self) {
        self.next();
        self.0.push_str("null");
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }

    pub(crate) fn list(&mut self, items: impl FnOnce(&mut Self)) {
        self.0.push('[');
        items(self);
        self.0.push(']');
    }

    /// The name of a field, which has nothing to escape.
    #[inline(never)]
    pub(crate) fn name(&mut self, name: &str) {
        self.next();
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.0.push_str(&quoted(text));
    }

    #[inline(never)]
    pub(crate) fn number(&mut self, name: &str, number: i64) {
        self.name(name);
        self.0.push_str(&number.to_string());
    }

    #[inline(never)]
    fn item(&mut self, number: u32) {
        self.next();
        self.0.push_str(&i64::from(number).to_string());
    }

    #[inline(never)]
    pub(crate) fn truth(&mut self, name: &str, is_true: bool) {
        self.name(name);
        self.0.push_str(if is_true { "true" } else { "false" });
    }

    #[inline(never)]
    fn text_or_null(&mut self, text: Option<String>) {
        self.0.push_str(&text.map_or_else(|| "null".to_owned(), |text| quoted(&text)));
    }

    /// A value that is short to say; null for others. Whole numbers that JavaScript has no exact one for are text.
    #[inline(never)]
    fn scalar(&mut self, value: Option<&Value>) {
        match value {
            Some(Value::Bool(on)) => self.0.push_str(if *on { "true" } else { "false" }),
            Some(Value::Int(int)) if int.unsigned_abs() < 1 << 53 => self.0.push_str(&int.to_string()),
            Some(Value::Int(int)) => self.text_or_null(Some(int.to_string())),
            Some(Value::Text(text)) => self.text_or_null(Some(text.clone())),
            _ => self.text_or_null(None),
        }
    }
}

fn read_proposal(text: &str) -> Outcome<Proposal> {
    if text == SUGGESTION {
        return Ok(Proposal::Suggestion);
    }
    let draft = read_id(text).ok_or_else(|| coded("name", "not the name of a draft"))?;
    Ok(Proposal::Draft(draft))
}

/// Where a change is in a text.
#[derive(Debug)]
struct Place {
    /// The text; none where it is in none.
    text: Option<ContainerId>,
    /// In UTF-16 units.
    at: u32,
    /// What shows of what it is about: where each stretch begins and ends.
    shown: Vec<u32>,
}
