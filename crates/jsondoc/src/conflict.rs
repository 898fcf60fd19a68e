//! Where people wanted different things.

use crate::read::Register;
use json::ConflictKind;
use motet::Id;

/// A place where people who had not seen each other wanted different things. One of them shows; the others are kept
/// until somebody chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The register.
    pub register: Register,
    /// What happened.
    pub kind: ConflictKind,
    /// The element that wanted what shows; of what is kept although somebody took it out, the one that went on with it.
    pub by: Id,
    /// What does not show.
    pub alternatives: Vec<Alternative>,
}

/// Something that somebody wanted and that does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The element that wanted it. For [`ConflictKind::BothMoved`] the object or array it was moved to.
    pub write: Id,
    /// The element whose author it was.
    pub by: Id,
    /// The other key, as it is written, where the key is in question.
    pub key: Option<String>,
    /// The other value, as JSON; for [`ConflictKind::BothMoved`] a pointer, as a string. None where it was taken out,
    /// or where only the key is in question.
    pub text: Option<String>,
}
