//! Deciding for good: who may, and what becomes of what.

/// The version of the rules by which the shared view chooses: how the greatest part is found in which no constraint is broken, of
/// equally good ones which, and what counts as a constraint. Who knows only earlier ones may show something else.
pub const RULES: u32 = 2;

/// The first version of the rules by which history may be trimmed.
pub const RULES_TRIM: u32 = 2;

/// An author who may decide, by their key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decider(pub [u8; 32]);

/// What a decision says of an action that does not simply stay in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It stays in, though an earlier decision left that open.
    In,
    /// It gave way, and is never active again.
    Out,
    /// It was left out, undone or only proposed, or needs such: nothing is decided about it.
    Open,
}
