//! What others did at once to the same as the author did, all of which shows, for JavaScript.

use crate::anchor::write_spans;
use crate::engine::Engine;
use crate::js::Outcome;
use crate::read::version_of;
use motet::{Span, Standing};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Engine {
    /// Notices from now on what others do at once with what the author does, where one of both was done since a version.
    #[wasm_bindgen(js_name = watchOverlaps)]
    pub fn watch_overlaps(&mut self, since: &[u8]) -> Outcome<()> {
        self.replica.document_mut().watch_overlaps(version_of(since)?);
        Ok(())
    }

    /// What was noticed and shows, one to a line: theirs, the author's own, and how much they have to do with each other.
    pub fn overlaps(&mut self) -> String {
        let document = self.replica.document_mut();
        let mut told = String::new();
        for found in document.overlaps() {
            // Undo leaves who one is, which the first action begins with: what comes behind says what became of it.
            let shows = |span: &Span| document.standing(span.last()) == Standing::Active;
            let mine: Vec<Span> = found.mine.into_iter().filter(shows).collect();
            if mine.is_empty() || !shows(&found.theirs) {
                continue;
            }
            for word in [&write_spans(&[found.theirs]), " ", &write_spans(&mine), " ", found.grade.word(), "\n"] {
                told.push_str(word);
            }
        }
        told
    }
}
