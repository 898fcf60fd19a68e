//! What is only proposed, for JavaScript: written, listed with where it shows, and decided about.

mod places;

use crate::anchor::{read_id, read_spans, write_author, write_id, write_spans};
use crate::container::write_container;
use crate::engine::{Engine, now};
use crate::history::{author_of, name_of};
use crate::js::{Outcome, coded, object};
use crate::read::text;
use js_sys::Array;
use json::quoted;
use motet::{ContainerId, Decision, Id, OpRef, Proposal, Proposed, ProposedChange, Proposes, ReplicaId, Span, Value};
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

    /// The drafts: `{id, name, author, by, time}`, the earliest first.
    pub fn drafts(&self) -> JsValue {
        let told = self.replica.document().drafts().into_iter().map(|draft| {
            let (author, by) = self.who(draft.id.replica);
            object([
                ("id", write_id(draft.id).into()),
                ("name", draft.name.into()),
                ("author", author),
                ("by", by),
                ("time", (draft.time as f64 * 1000.0).into()),
            ])
        });
        told.collect::<Array>().into()
    }

    /// What is shown of what is open: `own` or `all` suggestions, or neither, and drafts, apart by spaces.
    #[wasm_bindgen(js_name = showing)]
    pub fn shown_proposals(&self) -> String {
        self.choices.show.write()
    }

    /// Shows that much of what is open; what one proposes oneself right now in any case.
    #[wasm_bindgen(js_name = setShowing)]
    pub fn set_showing(&mut self, what: &str) -> JsValue {
        self.choices.show = crate::choices::Proposals::read(what);
        self.choices.show.extend(self.replica.document().suggesting());
        self.chosen()
    }

    /// Whether anything was ever proposed: nobody has to ask what, otherwise.
    #[wasm_bindgen(js_name = hasProposals)]
    pub fn has_proposals(&self) -> bool {
        !self.replica.document().view().has_no_proposals()
    }

    /// All that is only proposed, run by run, the earliest first, as JSON: see `ProposedRun` in the client. Field by field it
    /// would take several times as long.
    pub fn proposals(&mut self) -> String {
        let list = self.replica.document().proposals();
        let order = self.order_of_deletions(&list);
        array(list.iter().map(|proposed| self.proposed(proposed, &order)))
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
    fn who(&self, replica: ReplicaId) -> (JsValue, JsValue) {
        let author = author_of(&self.replica, replica);
        (write_author(author).into(), name_of(&self.replica, author).into())
    }

    fn proposed(&mut self, proposed: &Proposed, order: &[Id]) -> String {
        let Proposed { run, proposal, label, state, open, decided_by, changes } = proposed;
        let [author, name] = self.whose(run.span.replica);
        let decided = array(decided_by.iter().map(|by| self.decision(run.span, *by)));
        let changes = array(changes.iter().map(|change| self.proposed_change(change, order)));
        entries([
            ("id", spans(Span::of(run.span.first()))),
            ("spans", spans(run.span)),
            ("author", author),
            ("name", name),
            ("time", milliseconds(run.time)),
            ("draft", proposal.draft().map_or_else(null, |draft| quoted(&write_id(draft)))),
            ("label", quoted(label)),
            ("state", quoted(state.word())),
            ("open", quoted(&write_spans(open))),
            ("decided", decided),
            ("changes", changes),
        ])
    }

    /// Who accepted or rejected something of `span`, and by what action.
    fn decision(&self, span: Span, by: Id) -> String {
        let document = self.replica.document();
        let action = document.action_of(by).unwrap_or(Span::of(by));
        let time = document.log().log(by.replica).map_or(0, |log| log.header_at(by.seq).time);
        let parts = document.view().proposals(span);
        let accepts =
            parts.iter().any(|(_, part)| part.is_some_and(|(_, decision)| decision == Decision::Accepted(by)));
        let [author, name] = self.whose(by.replica);
        entries([
            ("spans", spans(action)),
            ("author", author),
            ("name", name),
            ("time", milliseconds(time)),
            ("accepts", accepts.to_string()),
        ])
    }

    fn proposed_change(&mut self, change: &ProposedChange, order: &[Id]) -> String {
        let ProposedChange { span, state, container, what } = change;
        let place = self.place_of_change(change);
        let document = self.replica.document();
        let first = document.action_of(span.first()).unwrap_or(*span);
        let last = document.action_of(span.last()).unwrap_or(*span);
        let op = document.log().ops_in(*span).next();
        let (kind, text, value) = match (what, op) {
            (Proposes::Insert { text, .. }, _) => ("insert", text.as_str(), None),
            (Proposes::Delete { text, .. }, _) => ("delete", text.as_str(), None),
            (Proposes::Set { key, value }, _) => ("set", key.as_str(), value.as_ref()),
            (Proposes::Other, Some((_, OpRef::TextMark { key, value, .. }))) => ("mark", key, value),
            (Proposes::Other, _) => ("other", "", None),
        };
        entries([
            ("spans", spans(*span)),
            ("action", spans(Span::new(span.replica, first.start, last.end))),
            ("state", quoted(state.word())),
            ("kind", quoted(kind)),
            ("container", quoted(&write_container(*container))),
            ("text", quoted(text)),
            ("unsets", (matches!(kind, "set" | "mark") && value.is_none()).to_string()),
            ("value", value.map_or_else(null, scalar)),
            ("in", place.text.map_or_else(null, |text| quoted(&write_container(text)))),
            ("at", place.at.to_string()),
            ("order", order.iter().position(|id| *id == span.first()).unwrap_or(0).to_string()),
            ("shown", array(place.shown.iter().map(u32::to_string))),
        ])
    }

    fn whose(&self, replica: ReplicaId) -> [String; 2] {
        let author = author_of(&self.replica, replica);
        [quoted(&write_author(author)), quoted(&name_of(&self.replica, author))]
    }
}

/// An object; names of fields have nothing to escape.
fn entries<const N: usize>(fields: [(&str, String); N]) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        let begins = if out.is_empty() { "{\"" } else { ",\"" };
        [begins, name, "\":", &value].into_iter().for_each(|part| out.push_str(part));
    }
    out.push('}');
    out
}

fn array(items: impl Iterator<Item = String>) -> String {
    ["[", &items.collect::<Vec<String>>().join(","), "]"].concat()
}

fn null() -> String {
    "null".to_owned()
}

fn spans(span: Span) -> String {
    quoted(&write_spans(&[span]))
}

fn milliseconds(seconds: i64) -> String {
    seconds.saturating_mul(1000).to_string()
}

/// A value that is short to say; null for others. Whole numbers that JavaScript has no exact one for are text.
fn scalar(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Bool(on) => on.to_string(),
        Value::Int(int) if int.unsigned_abs() < 1 << 53 => int.to_string(),
        Value::Int(int) => quoted(&int.to_string()),
        _ => null(),
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
