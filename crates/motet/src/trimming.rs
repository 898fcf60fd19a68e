//! What trimming history would make final, told before anybody does it: it cannot be taken back.

use crate::decisions::{DecideError, Next};
use crate::document::Document;
use crate::forget::Forgotten;
use clock::{Id, Span};
use log::OpRef;
use view::Final;

/// What nobody could undo any more, and what could be forgotten, if this author let history be trimmed now, up to the last decision. Where
/// several have to agree it is so once most did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trimming {
    /// How many edit runs would become final that are not, or parts of them.
    pub runs: usize,
    /// How many would stay as open as they are.
    pub open: usize,
    /// Of how many characters and values more than now nobody would ever see again what was written.
    pub hidden: u64,
}

impl Document {
    /// What [`Document::trim`] would do, or why it cannot. Nothing is done. Where somebody else decided it is about agreeing to that;
    /// none where that lets nothing be trimmed.
    pub fn trimming(&self) -> Result<Option<Trimming>, DecideError> {
        match self.next_ballot(true)? {
            Next::Vote(decision) => Ok(self.trim_of(decision).map(|before| self.trimming_by(self, decision, before))),
            Next::Decision { by, after, outcomes } => {
                let (then, decision, before) = self.supposing(OpRef::Decide { by, after, outcomes: &outcomes })?;
                Ok(Some(self.trimming_by(&then, decision, before)))
            }
        }
    }

    /// The document if that decision were made next and let history be trimmed, the decision, and that up to which.
    pub(crate) fn supposing(&self, decide: OpRef<'_>) -> Result<(Document, Id, Id), DecideError> {
        let OpRef::Decide { after: Some(before), .. } = decide else { return Err(DecideError::Founding) };
        let mut then = self.clone();
        let trim = OpRef::Trim { decision: before, certificate: &[] };
        let decision = then.declare_beside(&[decide, trim], 0)?.0.first();
        Ok((then, decision, before))
    }

    /// Up to which decision another lets history be trimmed; none where it does not.
    pub fn trim_of(&self, decision: Id) -> Option<Id> {
        match self.log.ops_in(Span::of(decision.plus(1))).next() {
            Some((_, OpRef::Trim { decision, .. })) => Some(decision),
            _ => None,
        }
    }

    /// How much more than here is final by a decision of `then`, which may be this document.
    fn trimming_by(&self, then: &Document, decision: Id, before: Id) -> Trimming {
        let shared = then.shared_view();
        let last = shared.final_by(&then.log, decision);
        let (mut runs, mut open) = (0, 0);
        for run in self.history() {
            if run.binds {
                continue;
            }
            let then = final_len(&last, run.span);
            runs += usize::from(then > self.final_len(run.span));
            open += usize::from(then < run.span.len());
        }
        let hidden = then.hidden_by(decision, before);
        let known = self.trimmed().and_then(|by| Some(self.hidden_by(by, self.trim_of(by)?)));
        Trimming { runs, open, hidden: hidden.saturating_sub(known.unwrap_or(0)) }
    }

    /// How many elements of a span are final.
    pub fn final_len(&self, span: Span) -> u32 {
        self.view.trimmed_parts(span).iter().map(Span::len).sum()
    }

    /// Of how many characters and values nobody will ever see again what was written, by a decision that lets history be trimmed.
    fn hidden_by(&self, decision: Id, before: Id) -> u64 {
        Forgotten::of(self, &self.log.version_at(&[before]), decision).count(&self.log)
    }
}

fn final_len(last: &Final<'_>, span: Span) -> u32 {
    last.parts(span).iter().map(|(part, _)| part.len()).sum()
}
