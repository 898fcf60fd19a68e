//! What becomes of elements, beside what the naive model says.

use motet::{Document, Id, Standing};
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
