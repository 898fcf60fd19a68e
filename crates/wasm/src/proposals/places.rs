//! Where in a text something is that is only proposed.

use super::Place;
use crate::engine::Engine;
use motet::{ContainerId, Gap, Id, Kind, OpRef, ProposalState, Proposed, ProposedChange, Span, Text};

impl Engine {
    /// The open deletions, each by its first element, those of one text in the order of what they take out: what is out has
    /// one place with all that went beside it.
    pub(super) fn order_of_deletions(&self, list: &[Proposed]) -> Vec<Id> {
        let document = self.replica.document();
        let changes = list.iter().flat_map(|proposed| &proposed.changes);
        let deletion = |change: &ProposedChange| match document.log().ops_in(change.span).next() {
            Some((id, OpRef::Delete { container, target, .. })) if change.state == ProposalState::Open => {
                Some((container, target.first(), id))
            }
            _ => None,
        };
        // Put in one by one they need no sort of their own, which every visitor would load.
        let mut found: Vec<(ContainerId, Id, Id)> = Vec::new();
        for (container, target, id) in changes.filter_map(deletion) {
            let text = document.model().text(container);
            let is_before = |other: &(ContainerId, Id, Id)| {
                let precedes = |text: &Text| text.precedes(Gap::Before(Some(other.1)), Gap::Before(Some(target)));
                other.0 < container || (other.0 == container && text.is_some_and(precedes))
            };
            let at = found.partition_point(is_before);
            found.insert(at, (container, target, id));
        }
        found.into_iter().map(|(_, _, id)| id).collect()
    }

    /// Where a change is: in its text; where it is of something else, that what this hangs on is in.
    pub(super) fn place_of_change(&mut self, change: &ProposedChange) -> Place {
        let document = self.replica.document();
        let Some((id, op)) = document.log().ops_in(change.span).next() else {
            return Place { text: None, at: 0, shown: Vec::new() };
        };
        let (mut parts, mut gaps) = (Vec::new(), Vec::new());
        let mut text = op.container();
        match op {
            OpRef::Insert { .. } => parts.push(change.span),
            OpRef::Delete { target, .. } => parts.push(target),
            OpRef::TextMark { ranges, .. } => gaps.extend(ranges.iter().map(|range| (range.start, range.end))),
            OpRef::TextObject { .. } => parts.push(Span::of(id)),
            OpRef::TextMove { ranges, .. } => gaps.extend(ranges.iter().map(|range| (range.start, range.end))),
            _ => {
                let owner = change.container.makers().next();
                text = owner.and_then(|id| document.home(id));
                parts.extend(owner.map(Span::of));
            }
        }
        let Some(text) = text.filter(|text| text.kind() == Kind::Text) else {
            return Place { text: None, at: 0, shown: Vec::new() };
        };
        self.places_in(text, &parts, &gaps)
    }

    fn places_in(&mut self, container: ContainerId, parts: &[Span], gaps: &[(Gap, Gap)]) -> Place {
        let text = self.replica.document_mut().model_text(container);
        let mut stretches = Vec::new();
        parts.iter().for_each(|span| find(text, *span, &mut stretches));
        stretches.extend(gaps.iter().map(|(start, end)| (place(text, *start), place(text, *end))));
        let first = parts.first().and_then(|span| text.position(span.first())).map(|(at, _)| at);
        let at = stretches.iter().map(|(from, _)| *from).min().or(first).unwrap_or(0);
        let utf16 = |chars: u32| text.utf16_at_chars(chars);
        let shown = stretches.iter().filter(|(from, to)| from < to).flat_map(|(from, to)| [utf16(*from), utf16(*to)]);
        Place { text: Some(container), at: utf16(at), shown: shown.collect() }
    }
}

/// What shows of the elements of a span, in code points; what is side by side is one.
fn find(text: &mut Text, span: Span, found: &mut Vec<(u32, u32)>) {
    let at = |id: Id| text.position(id);
    let (Some((from, _)), Some((last, is_shown))) = (at(span.first()), at(span.last())) else { return };
    let to = last + u32::from(is_shown);
    if from == to {
        return;
    }
    let is_whole = to.checked_sub(from) == Some(span.len()) && text.visible_spans(from, span.len()) == [span];
    if is_whole {
        match found.last_mut() {
            Some((_, end)) if *end == from => *end = to,
            _ => found.push((from, to)),
        }
    } else if span.len() > 1 {
        let middle = span.start + span.len() / 2;
        find(text, Span::new(span.replica, span.start, middle), found);
        find(text, Span::new(span.replica, middle, span.end), found);
    }
}

fn place(text: &Text, gap: Gap) -> u32 {
    let at = |id: Id| text.position(id).unwrap_or((0, false));
    match gap {
        Gap::Before(Some(id)) => at(id).0,
        Gap::After(Some(id)) => at(id).0 + u32::from(at(id).1),
        Gap::After(None) => 0,
        Gap::Before(None) => text.len().chars,
    }
}
