//! The semantic graph of a document, or of a place in it, for those who want to look at it.

use crate::document::Document;
use clock::{Id, SortedSet, Span};
use view::{Bond, Why};

/// Actions that something ties to others, and what does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The actions, ascending, each with why it stands as it does.
    pub actions: Vec<(Span, Why)>,
    /// What ties them, each once, in the order of the first action that each ties.
    pub bonds: Vec<Bond>,
}

impl Document {
    /// All actions that are tied to others, or those of them of which `at` has a part, with what is tied to these, straight or
    /// through others.
    pub fn ties(&self, at: Option<&[Span]>) -> Ties {
        let (mut met, mut open) = (SortedSet::new(), Vec::new());
        match at {
            None => open.extend(self.view.tied().map(|action| action.first())),
            Some(spans) => {
                let actions = spans.iter().flat_map(|span| self.actions_in(*span));
                open.extend(actions.filter(|action| self.view.is_tied(*action)));
            }
        }
        while let Some(action) = open.pop() {
            if met.insert(action) {
                self.view.bonds(action).iter().for_each(|bond| open.extend(&bond.actions));
            }
        }
        // Each is known to all that it ties: the first of them tells it.
        let mut bonds = Vec::new();
        for action in met.iter() {
            for bond in self.view.bonds(*action) {
                if bond.actions.iter().min() == Some(action) {
                    bonds.push(bond);
                }
            }
        }
        let why = |action: &Id| self.action_of(*action).map(|span| (span, self.why(self.doing(span))));
        Ties { actions: met.iter().filter_map(why).collect(), bonds }
    }

    /// The first element of an action that has an effect of its own, since what is declared stands whatever becomes of it.
    pub fn doing(&self, action: Span) -> Id {
        let mut ops = self.log.ops_in(action);
        ops.find(|(_, op)| !op.is_declaration()).map_or(action.first(), |(id, _)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::ReplicaId;
    use log::{ContainerId, Kind, Rule};
    use view::{BondKind, Loss};

    #[test]
    fn a_place_has_all_that_is_tied_to_it_and_nothing_else() {
        let text = ContainerId::root(Kind::Text, "text");
        let mut document = Document::new(ReplicaId(1));
        let mut put = |word: &str| document.edit(0, |edit| edit.insert(text, 0, word)).expect("written");
        let [tea, talk, walk, other] = ["tea ", "talk ", "walk ", "other "].map(&mut put);
        let said = document.edit(0, |edit| {
            edit.constrain(Rule::AtMost(1), &[tea.first(), talk.first()]);
            edit.constrain(Rule::Enables, &[talk.first(), walk.first()]);
        });
        let said = said.expect("said");
        let ties = document.ties(Some(&[walk]));
        assert_eq!(ties, document.ties(None));
        assert_eq!(ties.actions.iter().map(|(action, _)| *action).collect::<Vec<_>>(), [tea, talk, walk]);
        // Two that go together weigh more than one.
        assert!(matches!(&ties.actions[0].1, Why::Lost(Loss::Constraint { by, .. }) if *by == [talk.first()]));
        assert_eq!((&ties.actions[1].1, &ties.actions[2].1), (&Why::Active, &Why::Active));
        let kinds: Vec<&BondKind> = ties.bonds.iter().map(|bond| &bond.kind).collect();
        let second = Id::new(said.replica, said.start + 1);
        let wanted = [BondKind::Constraint(said.first(), Rule::AtMost(1)), BondKind::Constraint(second, Rule::Enables)];
        assert_eq!(kinds, wanted.iter().collect::<Vec<_>>());
        assert!(ties.bonds.iter().all(|bond| bond.is_in_force));
        assert_eq!(document.ties(Some(&[other])), Ties::default());
        document.undo_spans(&[said], 0);
        assert!(document.ties(None).bonds.iter().all(|bond| !bond.is_in_force));
    }
}
