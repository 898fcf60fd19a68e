//! Faults planted on purpose, so that it can be seen whether the tests find them.
//!
//! Some faults can only live inside a crate of the engine. Such a crate names this one under its
//! feature `fault-injection`, off by default and never on in a release, and asks [`is_on`] at the one
//! place where the fault would be. Nothing is planted until a test says so, for its own thread.
//!
//! ```
//! use fault::Fault;
//! assert!(!fault::is_on(Fault::SkipTieBreak));
//! fault::plant(Some(Fault::SkipTieBreak));
//! assert!(fault::is_on(Fault::SkipTieBreak));
//! fault::plant(None);
//! ```

use std::cell::Cell;

/// What can be wrong inside the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `codec`: signatures are not looked at.
    SkipSignature,
    /// `codec`: a claimed length is believed.
    TrustLength,
    /// `blob`: pieces are not looked at.
    SkipPiece,
    /// `codec`: of ops that nobody here knows no more is kept than that there was one.
    SkimUnknown,
    /// `log`: logical time does not advance with what is received.
    StaleLamport,
    /// `model`: siblings stand in order of arrival.
    SkipTieBreak,
    /// `model`: of writes at once, the one that arrived last wins.
    LastArrivalWins,
    /// `model`: places of lists and trees at once stand in order of arrival.
    SkipPlaceTieBreak,
    /// `model`: of moves at once, the one that arrived last wins.
    LastMoveWins,
    /// `model`: of the moves in a cycle, any one loses.
    AnyMoveLoses,
    /// `model`: moves of text that go round in a circle all count.
    KeepCycles,
    /// `model`: additions to counters are never taken back.
    KeepAdditions,
    /// `view`: undoing twice is redoing.
    UndoByParity,
    /// `view`: what gave way is not chosen again when what it gave way to goes.
    SkipRevival,
    /// `view`: an answer that replaces another changes nothing where only the other had a say.
    ForgetReplaced,
    /// `view`: places are shared among the actions of one replica only.
    OwnPlacesOnly,
    /// `view`: what is accepted counts as written when it was proposed.
    KeepOldPlace,
    /// `view`: what arrives is not looked up among what is decided.
    ForgetDecided,
    /// `view`: what is final is undone all the same by who did not know.
    UndoFinal,
    /// `view`: what is accepted counts as written when the clock of who accepted it says.
    ClockDecides,
    /// `view`: who is left out is left out no more.
    ShowMuted,
    /// `view`: what is put right behind a part that is held does not wait.
    HoldLessOfParts,
    /// `view`: that an action needs another counts for nothing.
    ForgetNeeds,
    /// `motet`: an image shows what its maker made of ops that they did not know.
    ShowUnknown,
    /// `motet`: what is final is forgotten though it shows.
    ForgetTooMuch,
    /// `motet`: undo takes back the latest work of anybody.
    UndoOfOthers,
    /// `motet`: undo takes back one element more than the latest work.
    UndoMore,
}

thread_local! {
    static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
}

/// Plants one fault, or none, for this thread.
pub fn plant(fault: Option<Fault>) {
    PLANTED.set(fault);
}

/// Whether `fault` is planted.
pub fn is_on(fault: Fault) -> bool {
    PLANTED.get() == Some(fault)
}
