//! Which open proposals a proposal needs: its author says so, and nobody else has to find out.

use crate::document::Document;
use crate::edit::Edit;
use clock::{Id, SortedSet, Span};
use log::{OpRef, Proposal, Rule};
use view::{Decision, Standing};

/// How many proposals an action says that it needs, at most: what names more of them is better decided about by people.
const NEEDED_MAX: usize = 256;

impl Document {
    /// Says in the action being written, which is only proposed, which open proposals it needs: those that its ops name. What
    /// is beside a proposal is not on it; what is between two characters of somebody else's is.
    pub(crate) fn declare_needs(&mut self) {
        let (start, end) = self.log.local_ends(self.replica);
        if start == end || self.view.has_no_proposals() {
            return;
        }
        let mut needed = SortedSet::new();
        for (_, op) in self.log.log(self.replica).into_iter().flat_map(|log| log.ops_in(start..end)) {
            self.find_needed(op, &mut needed);
        }
        let this = Id::new(self.replica, start);
        for action in needed.iter().take(NEEDED_MAX) {
            Edit { document: self, told: None }.constrain(Rule::Enables, &[*action, this]);
        }
    }

    fn find_needed(&self, op: OpRef<'_>, needed: &mut SortedSet<Id>) {
        let own = self.suggesting;
        match op {
            OpRef::Insert { left, right, .. }
            | OpRef::ListInsert { left, right, .. }
            | OpRef::TextObject { left, right, .. } => self.need_place(left, right, needed),
            // What its author takes out again of what they propose is decided about together with that.
            OpRef::Delete { target, .. } | OpRef::ListDelete { target, .. } => self.need(target, own, needed),
            OpRef::ListMove { item, .. } => self.need(Span::of(item), None, needed),
            OpRef::TreeCreate { parent, .. } => parent.into_iter().for_each(|id| self.need(Span::of(id), None, needed)),
            OpRef::TreeMove { node, parent, .. } => {
                parent.into_iter().chain([node]).for_each(|id| self.need(Span::of(id), None, needed));
            }
            OpRef::Set { .. } | OpRef::ListSet { .. } | OpRef::TreeDelete { .. } => {
                op.targets().for_each(|id| self.need(Span::of(id), None, needed));
            }
            _ => {}
        }
        let makers = op.container().into_iter().flat_map(|container| container.makers());
        makers.for_each(|id| self.need(Span::of(id), None, needed));
    }

    /// Adds the actions of which elements of `span` are open and shown here; not the author's own that are proposed as `but`.
    fn need(&self, span: Span, but: Option<Proposal>, needed: &mut SortedSet<Id>) {
        let end = span.end.min(self.log.end(span.replica));
        if span.start >= end {
            return;
        }
        for (part, decision) in self.decided_parts(Span::new(span.replica, span.start, end)) {
            let is_spared =
                but.is_some() && self.mine.contains(&part.replica) && self.log.proposal(part.first()) == but;
            let is_shown = self.view.standing(part.first()) == Standing::Active;
            if decision == Some(Decision::Open) && is_shown && !is_spared {
                needed.extend(self.actions_in(part));
            }
        }
    }

    /// Of what goes between two elements that somebody else proposed one behind the other, it needs both; what carries on
    /// such needs the same.
    fn need_place(&self, left: Option<Id>, right: Option<Id>, needed: &mut SortedSet<Id>) {
        let (Some(left), Some(right)) = (left, right) else { return };
        if left.plus(1) == right {
            return self.need(Span::new(left.replica, left.seq, left.seq + 2), self.suggesting, needed);
        }
        let Some(before) = self.log.action_of(left).filter(|_| left.replica == self.replica) else { return };
        for (_, op) in self.log.ops_in(before) {
            if let OpRef::Constrain { rule: Rule::Enables, actions: &[first, second] } = op
                && second == before.first()
            {
                self.need(Span::of(first), None, needed);
            }
        }
    }
}
