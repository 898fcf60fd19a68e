//! Deciding for good, and letting history be trimmed, for JavaScript. What an error's code means the client says in words, since what
//! every visitor loads is to be small.

use crate::anchor::write_author;
use crate::engine::{Engine, now};
use crate::history::name_of;
use crate::js::{Outcome, coded};
use crate::proposals::Json;
use motet::{AuthorKey, Ballot, DecideError, Decider, Id, Span};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// Who may decide, what was decided, and what waits for others to agree, as JSON: see `Deciding` in the client. With `counts` also what
    /// letting history be trimmed would do, see `Trimming` there, or the code of why it cannot be done.
    pub fn deciding(&self, counts: bool) -> String {
        let document = self.replica.document();
        let poll = document.poll();
        let (deciders, candidates) = match &poll {
            Some(poll) => (&poll.authority.deciders[..], &poll.candidates[..]),
            None => (&[][..], &[][..]),
        };
        let mut out = Json::default();
        out.begin();
        out.truth("known", poll.as_ref().is_none_or(|poll| poll.authority.is_known()));
        out.name("deciders");
        self.tell_deciders(deciders, &mut out);
        out.name("decisions");
        out.list(|out| document.decisions().iter().for_each(|id| self.tell_ballot(*id, &[], out)));
        out.name("open");
        out.list(|out| candidates.iter().for_each(|(id, voters)| self.tell_ballot(*id, voters, out)));
        if counts {
            match document.trimming() {
                Err(error) => out.text("refused", error.code()),
                Ok(None) => {}
                Ok(Some(of)) => {
                    out.name("trimming");
                    out.begin();
                    out.number("runs", of.runs as i64);
                    out.number("open", of.open as i64);
                    out.number("hidden", of.hidden as i64);
                    out.end();
                }
            }
        }
        out.end();
        out.into_text()
    }

    /// Decides about everything that is here (`decide`), or agrees to what somebody else decided; with `trim` lets history be trimmed,
    /// with `govern` says that this author may decide, and nobody else. Everything that was done must have been sealed.
    #[wasm_bindgen(js_name = decideForGood)]
    pub fn decide_for_good(&mut self, what: &str) -> Outcome<JsValue> {
        let own = Decider(self.replica.own_author().0);
        let ballot = match what {
            "govern" => {
                let done = self.replica.document_mut().govern_by(&[own], now());
                done.map(|(span, patch)| (Ballot::Decision(span), patch)).map_err(DecideError::from)
            }
            "trim" => self.replica.trim(now()),
            _ => self.replica.document_mut().decide(now()),
        };
        let (ballot, patch) = ballot.map_err(|error| coded(error.code(), error.code()))?;
        self.restored(Some((ballot.span(), patch)))
    }
}

impl Engine {
    /// A decision, and who agreed to it, where that is still open.
    fn tell_ballot(&self, id: Id, agreed: &[Decider], out: &mut Json) {
        let document = self.replica.document();
        let time = document.log().log(id.replica).map_or(0, |log| log.header_at(id.seq).time);
        out.begin();
        self.tell_action(document.action_of(id).unwrap_or(Span::of(id)), time, out);
        out.truth("trims", document.trim_of(id).is_some());
        out.name("agreed");
        self.tell_deciders(agreed, out);
        out.end();
    }

    fn tell_deciders(&self, deciders: &[Decider], out: &mut Json) {
        out.list(|out| {
            for author in deciders.iter().map(|decider| AuthorKey(decider.0)) {
                out.begin();
                out.text("author", &write_author(author));
                out.text("name", &name_of(&self.replica, author));
                out.end();
            }
        });
    }
}
