//! Which properties marks give to the elements of a text, by definition; and what ranges cover.

use crate::Naive;
use crate::state::InEffect;
use clock::{Id, Lamport};
use log::{ContainerId, Gap, Op, TextRange, Value};
use std::collections::BTreeMap;

impl Naive {
    /// The properties of the elements of a text that have any, `order` being all its elements.
    pub(crate) fn marks(
        &self,
        container: ContainerId,
        order: &[Id],
        active: &InEffect,
    ) -> BTreeMap<Id, BTreeMap<String, Value>> {
        let mut said: BTreeMap<(Id, &str), Option<&Value>> = BTreeMap::new();
        for (_, ranges, key, value) in self.said(container, active) {
            let covered = ranges.iter().flat_map(|range| covered(order, range));
            said.extend(covered.map(|&id| ((id, key), value)));
        }
        let mut marks: BTreeMap<Id, BTreeMap<String, Value>> = BTreeMap::new();
        for ((id, key), value) in said {
            if let Some(value) = value {
                marks.entry(id).or_default().insert(key.to_owned(), value.clone());
            }
        }
        marks
    }

    /// The active marks, the latest last.
    fn said(&self, container: ContainerId, active: &InEffect) -> Vec<Said<'_>> {
        let elements = self.elements().into_iter().filter(|element| active.contains(&element.id));
        let marks = elements.filter_map(|element| match element.op {
            Op::TextMark { container: of, ranges, key, value } if *of == container => {
                Some((self.time(element.id, active)?, ranges.as_slice(), key.as_str(), value.as_ref()))
            }
            _ => None,
        });
        let mut marks: Vec<Said<'_>> = marks.collect();
        marks.sort_by_key(|&(time, ..)| time);
        marks
    }
}

/// A mark: when it was made, what it covers, and what it says of which property.
type Said<'a> = ((Lamport, Id), &'a [TextRange], &'a str, Option<&'a Value>);

/// What a range covers of all elements of a text.
pub(crate) fn covered<'a>(order: &'a [Id], range: &TextRange) -> &'a [Id] {
    match (elements_before(order, range.start), elements_before(order, range.end)) {
        (Some(start), Some(end)) if start < end => &order[start..end],
        _ => &[],
    }
}

/// How many elements are before a gap, unless that is beside what is not of the text.
fn elements_before(order: &[Id], gap: Gap) -> Option<usize> {
    let position = |id: Id| order.iter().position(|&other| other == id);
    match gap {
        Gap::After(None) => Some(0),
        Gap::Before(None) => Some(order.len()),
        Gap::Before(Some(id)) => position(id),
        Gap::After(Some(id)) => position(id).map(|before| before + 1),
    }
}
