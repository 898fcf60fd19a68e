//! Which piece to ask of whom.
//!
//! A blob is pulled, never pushed: nobody gets a piece that was not asked for, so whoever asks decides how much
//! is under way and how soon, and a live edit never waits behind more than the window of one giver.

use crate::limits::PULL_WINDOW;
use crate::{Outline, PieceError, Pieces};
use std::collections::BTreeMap;

/// Whoever has pieces, by a number of the caller: a connection, say.
pub type Giver = u64;

/// One blob on its way here from any number of givers.
///
/// Invariants: a piece is asked of one giver at a time, which said that it has it, and never when it is here;
/// at most [`PULL_WINDOW`] pieces are under way from each giver.
#[derive(Debug)]
pub struct Pull {
    outline: Outline,
    here: Pieces,
    givers: BTreeMap<Giver, Offer>,
    /// Every piece under way, and from whom: a few.
    asked: Vec<(u32, Giver)>,
    liars: Vec<Giver>,
}

#[derive(Debug)]
struct Offer {
    has: Pieces,
    asked: usize,
    /// All pieces before this one are here, asked for, or not offered.
    from: u32,
}

/// Why a piece was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PullError {
    /// It was not asked of that giver, or not any more. No harm, and no use.
    #[error("piece {0} was not asked for")]
    NotAsked(u32),
    /// It is wrong. Nothing more is asked of that giver.
    #[error(transparent)]
    Wrong(#[from] PieceError),
}

impl Pull {
    /// The blob of `outline`, of which `here` is here already.
    pub fn new(outline: Outline, here: Pieces) -> Self {
        Self { outline, here, givers: BTreeMap::new(), asked: Vec::new(), liars: Vec::new() }
    }

    /// What is here.
    pub fn here(&self) -> &Pieces {
        &self.here
    }

    /// A giver says what it has, in the place of what it said before. One that lied is not heard.
    pub fn offer(&mut self, giver: Giver, has: Pieces) {
        if self.liars.contains(&giver) {
            return;
        }
        let asked = self.givers.get(&giver).map_or(0, |offer| offer.asked);
        self.givers.insert(giver, Offer { has, asked, from: 0 });
    }

    /// A giver is gone: what was asked of it is asked of others.
    pub fn leave(&mut self, giver: Giver) {
        self.givers.remove(&giver);
        let freed: Vec<u32> = self.asked.iter().filter(|(_, of)| *of == giver).map(|(at, _)| *at).collect();
        freed.into_iter().for_each(|at| self.free(at));
    }

    /// The next piece to ask of a giver now, which counts as asked.
    pub fn ask(&mut self, giver: Giver) -> Option<u32> {
        let offer = self.givers.get_mut(&giver).filter(|offer| offer.asked < PULL_WINDOW)?;
        let is_wanted =
            |&at: &u32| offer.has.has(at) && !self.here.has(at) && !self.asked.iter().any(|(asked, _)| *asked == at);
        let found = (offer.from..self.here.count()).find(is_wanted);
        offer.from = found.map_or(self.here.count(), |at| at + 1);
        offer.asked += usize::from(found.is_some());
        self.asked.extend(found.map(|at| (at, giver)));
        found
    }

    /// Whether bytes from a giver are the piece that was asked of it; then it is here, and shall be kept.
    pub fn arrive(&mut self, giver: Giver, at: u32, bytes: &[u8]) -> Result<(), PullError> {
        if !self.asked.contains(&(at, giver)) {
            return Err(PullError::NotAsked(at));
        }
        if let Err(error) = self.outline.verify(at, bytes) {
            self.liars.push(giver);
            self.leave(giver);
            return Err(error.into());
        }
        self.asked.retain(|(asked, _)| *asked != at);
        self.here.insert(at);
        if let Some(offer) = self.givers.get_mut(&giver) {
            offer.asked -= 1;
        }
        Ok(())
    }

    /// A giver does not have a piece after all, or the disk did not take it.
    pub fn miss(&mut self, giver: Giver, at: u32) {
        if !self.asked.contains(&(at, giver)) {
            return;
        }
        if let Some(offer) = self.givers.get_mut(&giver) {
            offer.has.remove(at);
            offer.asked -= 1;
        }
        self.free(at);
    }

    fn free(&mut self, at: u32) {
        self.asked.retain(|(asked, _)| *asked != at);
        for offer in self.givers.values_mut() {
            offer.from = offer.from.min(at);
        }
    }

    /// Pieces under way.
    pub fn under_way(&self) -> usize {
        self.asked.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::PIECE_BYTES;
    use crate::{Outliner, piece_range};

    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state >> 11
    }

    /// Givers that have parts, lie, lose pieces, and come and go, in any order of arrival.
    #[test]
    fn every_blob_arrives_while_somebody_honest_has_it() {
        let bytes: Vec<u8> = (0..20 * PIECE_BYTES + 5).map(|at| (at / 251 + at) as u8).collect();
        let mut outliner = Outliner::default();
        outliner.update(&bytes);
        let (_, outline) = outliner.finish();
        for seed in 1..200 {
            let mut state = seed;
            let mut pull = Pull::new(outline.clone(), Pieces::none(outline.len()));
            let mut wire: Vec<(Giver, u32)> = Vec::new();
            for step in 0.. {
                assert!(step < 20_000, "seed {seed}: {:?} are missing", pull.here.missing().collect::<Vec<_>>());
                if pull.here().is_complete() {
                    break;
                }
                let giver = random(&mut state) % 4;
                match random(&mut state) % 8 {
                    0 => pull.offer(giver, offered(giver, &mut state, &outline)),
                    1 if random(&mut state).is_multiple_of(4) => {
                        pull.leave(giver);
                        wire.retain(|&(of, _)| of != giver);
                    }
                    2..5 => wire.extend(pull.ask(giver).map(|at| (giver, at))),
                    _ if !wire.is_empty() => {
                        let (giver, at) = wire.swap_remove(random(&mut state) as usize % wire.len());
                        deliver(&mut pull, giver, at, &bytes, &mut state);
                    }
                    _ => {}
                }
                assert!(pull.givers.values().all(|offer| offer.asked <= PULL_WINDOW), "seed {seed}");
                let counted: usize = pull.givers.values().map(|offer| offer.asked).sum();
                assert_eq!(counted, pull.under_way(), "seed {seed}");
            }
            assert_eq!(pull.under_way(), 0, "a piece that is here is not asked for");
        }
    }

    /// The first has everything, the others some; the last lies.
    fn offered(giver: Giver, state: &mut u64, outline: &Outline) -> Pieces {
        let mut pieces = Pieces::none(outline.len());
        for at in 0..pieces.count() {
            if giver == 0 || random(state).is_multiple_of(2) {
                pieces.insert(at);
            }
        }
        pieces
    }

    fn deliver(pull: &mut Pull, giver: Giver, at: u32, bytes: &[u8], state: &mut u64) {
        let range = piece_range(bytes.len() as u64, at).unwrap();
        let mut piece = bytes[range.start as usize..range.end as usize].to_vec();
        if giver == 3 {
            piece[0] ^= 1;
            let answer = pull.arrive(giver, at, &piece);
            assert!(matches!(answer, Err(PullError::Wrong(_) | PullError::NotAsked(_))), "{answer:?}");
            assert_eq!(pull.ask(giver), None, "a liar is asked nothing more");
        } else if random(state).is_multiple_of(5) && giver != 0 {
            pull.miss(giver, at);
        } else {
            assert_eq!(pull.arrive(giver, at, &piece), Ok(()));
            assert_eq!(pull.arrive(giver, at, &piece), Err(PullError::NotAsked(at)));
        }
    }
}
