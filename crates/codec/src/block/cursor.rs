//! Where the run before leaves off: what the places of the next one are predicted from.

use clock::Seq;
use log::Near;

/// No place.
pub const NONE: u8 = 0;
/// As predicted.
pub const PREDICTED: u8 = 1;
/// Of the writer itself, at a distance from the prediction.
pub const OWN: u8 = 2;
/// Named in full.
pub const NAMED: u8 = 3;
/// Right after the left neighbour.
pub const NEXT: u8 = 4;

/// What places are predicted from, as the log of the part names them.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    /// The element to the left of where the last change was.
    pub left: Near,
    /// The right neighbour of the last insertion.
    pub right: Near,
}

impl Cursor {
    /// At the start of a part.
    pub fn new() -> Self {
        Self { left: Near::NONE, right: Near::NONE }
    }

    /// After an insertion that ended with the writer's element `last`.
    pub fn inserted(&mut self, last: Seq, right: Near) {
        *self = Self { left: Near::own(last), right };
    }

    /// After a deletion of which `first` is the lowest element.
    pub fn deleted(&mut self, first: Near) {
        self.left = first.minus(1);
    }

    /// Where a deletion begins: with the element under the cursor when it goes backward or takes one, with the
    /// next one when it goes forward.
    pub fn deletion(&self, len: Seq, backward: bool) -> Near {
        if backward || len == 1 { self.left } else { self.left.plus(1) }
    }
}

/// The counter from which distances of the writer's own elements are counted.
pub fn own_seq(predicted: Near) -> Seq {
    if predicted.is_own() { predicted.seq() } else { 0 }
}
