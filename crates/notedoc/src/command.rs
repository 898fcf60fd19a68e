//! What people do to a note. Each is a part of one action, at positions in code points of a body.

pub mod table;

use crate::look::Look;
use crate::schema::{block_properties, properties};
use motet::{ContainerId, Edit, Id};

/// Gives the first block of `body` a mark of its own, where it has none, so that something can come before it.
pub(crate) fn own_first_mark(edit: &mut Edit<'_>, body: ContainerId) -> Option<Id> {
    let look = Look::read(edit.document().model(), block_properties(body, None));
    let mark = edit.split(body, 0);
    look.write(edit, properties(mark));
    Some(mark)
}
