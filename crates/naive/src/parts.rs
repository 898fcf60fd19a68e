//! What belongs to a part of a document, by looking at everything again and again until nothing more does.

use crate::Naive;
use crate::history::Element;
use clock::{Id, Span, VersionVector};
use log::{Gap, Op, TextRange};
use std::collections::BTreeSet;

impl Naive {
    /// Those elements, and all that belongs to them; of what is in `since` only what hangs on them, writes or moves them.
    pub fn belonging(&self, elements: &BTreeSet<Id>, since: &VersionVector) -> BTreeSet<Id> {
        let mut part = elements.clone();
        loop {
            let belongs = |element: &Element<'_>| {
                !part.contains(&element.id)
                    && (hangs(element, &part) || (!since.contains(element.id) && self.belongs(element, &part)))
            };
            let more: Vec<Id> = self.elements().iter().filter(|one| belongs(one)).map(|one| one.id).collect();
            if more.is_empty() {
                return part;
            }
            part.extend(more);
        }
    }

    fn belongs(&self, element: &Element<'_>, part: &BTreeSet<Id>) -> bool {
        let is_in = |id: &Id| part.contains(id);
        let has_any = |span: &Span| (span.start..span.end).any(|seq| is_in(&Id::new(span.replica, seq)));
        let has_of = |ids: &[Id]| ids.iter().filter_map(|id| self.action_of(*id)).any(|action| has_any(&action.span()));
        match element.op {
            Op::Insert { left, .. } | Op::TextObject { left, .. } => left.iter().any(is_in),
            Op::TextMove { left, ranges, .. } => {
                left.iter().any(is_in) || ranges.iter().any(|range| self.reaches(range, part))
            }
            Op::TextMark { ranges, .. } => ranges.iter().any(|range| self.reaches(range, part)),
            Op::Delete { target, backward: true, .. } => {
                is_in(&Id::new(target.replica, target.end - 1 - element.offset))
            }
            Op::Delete { target, .. } | Op::ListDelete { target, .. } => {
                is_in(&Id::new(target.replica, target.start + element.offset))
            }
            Op::TreeMove { parent, .. } => parent.iter().any(is_in),
            Op::Control { targets, .. } => targets.iter().any(has_any),
            Op::Constrain { actions, .. } | Op::Resolve { actions, .. } | Op::Weigh { actions, .. } => has_of(actions),
            _ => false,
        }
    }

    fn reaches(&self, range: &TextRange, part: &BTreeSet<Id>) -> bool {
        let is_in = |id: Option<Id>| id.is_some_and(|id| part.contains(&id));
        match (range.start, range.end) {
            (Gap::Before(id), _) | (_, Gap::After(id)) if is_in(id) => true,
            (Gap::After(start), Gap::Before(end)) if is_in(start) && is_in(end) => true,
            (_, Gap::Before(Some(end))) if is_in(Some(end)) => is_in(self.typed_behind(end)),
            _ => false,
        }
    }

    /// The element behind which the author of another put it.
    fn typed_behind(&self, id: Id) -> Option<Id> {
        let elements = self.elements_of(self.action_of(id)?.id);
        match elements.iter().find(|element| element.id == id)? {
            Element { op: Op::Insert { .. }, offset: 1.., .. } => Some(Id::new(id.replica, id.seq - 1)),
            Element { op: Op::Insert { left, .. } | Op::TextObject { left, .. }, .. } => *left,
            _ => None,
        }
    }
}

/// Whether what an element does is done to an element of a part, or in something that hangs on one.
fn hangs(element: &Element<'_>, part: &BTreeSet<Id>) -> bool {
    let is_in = |id: &Id| part.contains(id);
    let home = element.op.as_op_ref().container();
    home.into_iter().flat_map(|home| home.makers()).any(|id| is_in(&id))
        || match element.op {
            Op::Set { pred, .. } => pred.iter().any(is_in),
            Op::ListSet { item, .. } | Op::ListMove { item, .. } => is_in(item),
            Op::TreeCreate { parent, .. } => parent.iter().any(is_in),
            Op::TreeMove { node, .. } | Op::TreeDelete { node, .. } => is_in(node),
            _ => false,
        }
}
