//! What is only proposed, for JavaScript: written, listed with where it shows, and decided about.

mod places;

use crate::anchor::{read_id, read_spans, write_author, write_id, write_spans};
use crate::container::write_container;
use crate::engine::{Engine, now};
use crate::history::{author_of, name_of};
use crate::js::{Outcome, coded, object};
use crate::read::text;
use crate::value::plain_to_js;
use js_sys::Array;
use motet::{ContainerId, Decision, Id, OpRef, Proposal, Proposed, ProposedChange, Proposes, ReplicaId, Span};
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

    /// All that is only proposed, run by run, the earliest first; see `ProposedRun` in the client.
    pub fn proposals(&mut self) -> JsValue {
        let list = self.replica.document().proposals();
        let order = self.order_of_deletions(&list);
        list.iter().map(|proposed| self.proposed(proposed, &order)).collect::<Array>().into()
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

    fn proposed(&mut self, proposed: &Proposed, order: &[Id]) -> JsValue {
        let Proposed { run, proposal, label, state, open, decided_by, changes } = proposed;
        let (author, name) = self.who(run.span.replica);
        let decided: Array = decided_by.iter().map(|by| self.decision(run.span, *by)).collect();
        let changes: Array = changes.iter().map(|change| self.proposed_change(change, order)).collect();
        object([
            ("id", write_spans(&[Span::of(run.span.first())]).into()),
            ("spans", write_spans(&[run.span]).into()),
            ("author", author),
            ("name", name),
            ("time", (run.time as f64 * 1000.0).into()),
            ("draft", proposal.draft().map_or(JsValue::NULL, |draft| write_id(draft).into())),
            ("label", label.as_str().into()),
            ("state", state.word().into()),
            ("open", write_spans(open).into()),
            ("decided", decided.into()),
            ("changes", changes.into()),
        ])
    }

    /// Who accepted or rejected something of `span`, and by what action.
    fn decision(&self, span: Span, by: Id) -> JsValue {
        let document = self.replica.document();
        let action = document.action_of(by).unwrap_or(Span::of(by));
        let time = document.log().log(by.replica).map_or(0, |log| log.header_at(by.seq).time);
        let parts = document.view().proposals(span);
        let accepts =
            parts.iter().any(|(_, part)| part.is_some_and(|(_, decision)| decision == Decision::Accepted(by)));
        let (author, name) = self.who(by.replica);
        object([
            ("spans", write_spans(&[action]).into()),
            ("author", author),
            ("name", name),
            ("time", (time as f64 * 1000.0).into()),
            ("accepts", accepts.into()),
        ])
    }

    fn proposed_change(&mut self, change: &ProposedChange, order: &[Id]) -> JsValue {
        let ProposedChange { span, state, container, what } = change;
        let place = self.place_of_change(change);
        let document = self.replica.document();
        let first = document.action_of(span.first()).unwrap_or(*span);
        let last = document.action_of(span.last()).unwrap_or(*span);
        let (kind, text, value) = match what {
            Proposes::Insert { text, .. } => ("insert", text.as_str(), JsValue::UNDEFINED),
            Proposes::Delete { text, .. } => ("delete", text.as_str(), JsValue::UNDEFINED),
            Proposes::Set { key, value: Some(value) } => ("set", key.as_str(), plain_to_js(value)),
            Proposes::Set { key, value: None } => ("set", key.as_str(), JsValue::UNDEFINED),
            Proposes::Other => match document.log().ops_in(*span).next() {
                Some((_, OpRef::TextMark { key, .. })) => ("mark", key, JsValue::UNDEFINED),
                _ => ("other", "", JsValue::UNDEFINED),
            },
        };
        object([
            ("spans", write_spans(&[*span]).into()),
            ("action", write_spans(&[Span::new(span.replica, first.start, last.end)]).into()),
            ("state", state.word().into()),
            ("kind", kind.into()),
            ("container", write_container(*container).into()),
            ("text", text.into()),
            ("value", value),
            ("in", place.text.map_or(JsValue::NULL, |text| write_container(text).into())),
            ("at", place.at.into()),
            ("order", (order.iter().position(|id| *id == span.first()).map_or(0, |n| n as u32)).into()),
            ("shown", place.shown.into_iter().map(JsValue::from).collect::<Array>().into()),
        ])
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
