//! What switching elements on or off would do: tried on the view itself, and taken back.
//!
//! A view keeps what it says up to date at the cost of what changes; so does this, twice. A copy would cost what the log is long.

use crate::view::{Toggle, View};
use clock::{Id, Lamport, ReplicaId, Span};
use log::{MultiLog, Register};
use model::Model;

/// A control that nobody wrote, in force until [`View::take_back`].
#[derive(Debug)]
#[must_use = "a view that tries something out shows what nobody did"]
pub struct Trial {
    /// Its writes, by elements that the log does not have.
    ids: Vec<Id>,
    /// What it changed between active and not, in the order in which it did.
    pub toggles: Vec<Toggle>,
}

impl Trial {
    /// Whether what an element names as the control that switched it is this.
    pub fn is_by(&self, control: Id) -> bool {
        self.ids.contains(&control)
    }
}

impl View {
    /// Switches elements on or off, as each says, as a control would that `replica` wrote next. `model` has all of the log, and
    /// is left as it is. Until it is taken back nothing else may be done to the view.
    pub fn try_switch(&mut self, log: &MultiLog, model: &Model, replica: ReplicaId, targets: &[(Span, bool)]) -> Trial {
        let (mut ids, mut spans) = (Vec::new(), Vec::new());
        let next = log.log(replica).map_or(0, |log| log.ops_end());
        for (seq, on) in (next..).zip([false, true]) {
            let switched: Vec<Span> = targets.iter().filter(|target| target.1 == on).map(|target| target.0).collect();
            if switched.is_empty() {
                continue;
            }
            let (id, pred) = (Id::new(replica, seq), self.control_heads(Register::Undo, &switched));
            self.undo.insert((Lamport::MAX, id), on, &switched, &pred);
            spans.extend(self.undo.set_active(id, true));
            ids.push(id);
        }
        Trial { ids, toggles: self.change_by(log, model, spans) }
    }

    /// Ends a trial; returns what that changes between active and not, in the order in which it does.
    pub fn take_back(&mut self, log: &MultiLog, model: &Model, trial: Trial) -> Vec<Toggle> {
        let spans = trial.ids.into_iter().rev().flat_map(|id| self.undo.remove(id)).collect();
        self.change_by(log, model, spans)
    }

    /// The parts of `span` whose elements an undo switched off, or did not; ascending.
    pub fn undone_parts(&self, span: Span) -> Vec<(Span, bool)> {
        let parts = self.undo.cut(span.replica, span.start..span.end).into_iter();
        parts.map(|(part, off)| (Span::new(span.replica, part.start, part.end), off.is_some())).collect()
    }

    /// Looks again at elements of which other controls count than before.
    fn change_by(&mut self, log: &MultiLog, model: &Model, spans: Vec<Span>) -> Vec<Toggle> {
        let spans = self.recount(spans);
        let mut toggles: Vec<Toggle> = spans.into_iter().flat_map(|span| self.refresh(log, span)).collect();
        toggles.extend(self.settle(log, Some(model)));
        toggles
    }
}
