//! The moves of one thing: at which of its slots it shows.

use clock::{Id, Lamport};

/// A slot that an active move made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    /// When the move was made; the latest move counts.
    pub lamport: Lamport,
    /// The move, which is the slot's name.
    pub id: Id,
    /// The slot's place.
    pub handle: u32,
}

/// The active moves of one thing, ascending by (Lamport, id).
#[derive(Clone, Debug, Default)]
pub(crate) struct Moves(Vec<Slot>);

impl Moves {
    /// The latest.
    pub fn last(&self) -> Option<&Slot> {
        self.0.last()
    }

    /// All of them, ascending.
    pub fn slots(&self) -> &[Slot] {
        &self.0
    }

    /// Lets a move count, or no longer. Returns its place among those that count, now or before.
    pub fn set_active(&mut self, slot: Slot, on: bool) -> usize {
        let is_last = self.0.last().is_none_or(|last| *last < slot);
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::LastMoveWins) {
            let at = self.0.iter().position(|known| *known == slot).unwrap_or(self.0.len());
            if on {
                self.0.push(slot);
            } else {
                self.0.remove(at);
            }
            return at;
        }
        let at = if is_last { self.0.len() } else { self.0.partition_point(|known| *known < slot) };
        if on {
            self.0.insert(at, slot);
        } else {
            debug_assert_eq!(self.0[at], slot);
            self.0.remove(at);
        }
        at
    }
}
