//! What becomes of elements and where they are, beside what the naive model says.

use motet::{ContainerId, Document, Id, Standing};
use std::collections::BTreeMap;

/// Every element stands as the oracle says.
pub fn compare_standings(document: &Document, wanted: &BTreeMap<Id, naive::Standing>, what: &str) {
    for (&id, wanted) in wanted {
        let standing = document.view().standing(id);
        let is_so = match wanted {
            naive::Standing::OutOfRange | naive::Standing::Filtered => matches!(standing, Standing::Excluded(_)),
            naive::Standing::Undone => matches!(standing, Standing::Undone(_)),
            naive::Standing::Proposed => standing == Standing::Proposed,
            naive::Standing::Rejected => matches!(standing, Standing::Dependent | Standing::Lost),
            naive::Standing::Active => standing == Standing::Active,
        };
        assert!(is_so, "{what}: {id} is {standing:?} and should be {wanted:?}, since {:?}", document.view().why(id));
    }
}

/// Every anchor is where the oracle says, whatever was split, joined, moved, deleted or undone: an element keeps its place among
/// what shows also where it does not show itself.
pub fn compare_places(document: &Document, wanted: &BTreeMap<(ContainerId, Id), (usize, bool)>, what: &str) {
    for (&(container, id), &(before, is_visible)) in wanted {
        let place = document.model().text(container).and_then(|text| text.position(id));
        assert_eq!(place, Some((before as u32, is_visible)), "{what}: {id} of {container:?}");
    }
}
