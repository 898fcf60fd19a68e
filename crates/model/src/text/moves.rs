//! Moves: which stretches of a text show at which slots.
//!
//! The order of elements never changes, so neither do places, marks and origins. Only what is counted and shown
//! goes by *pieces*: what lies between gaps where something begins or ends to follow a move, or where a slot is.
//! A text without moves has none of this.
//!
//! ```text
//! elements   a b c │ d e │ f ▯│ g        ▯ the slot of a move that "d e" follows
//! shown      a b c │ f ▯│ d e │ g
//! ```

use super::Text;
use super::cover::{Claim, Part, Time, decide};
use super::edge::{Edge, Stretch};
use super::tree::{Elem, Unit, Weight};
use crate::digest::Digest;
use crate::patch::TextPatch;
use clock::{Id, Lamport, SortedMap};
use log::TextRange;
use std::ops::Range;

mod arrange;
mod change;
mod sums;

use sums::Sums;

/// All moves of a text, and how they arrange it.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    moves: Vec<Move>,
    numbers: SortedMap<Id, u32>,
    /// Ascending from the start on.
    pieces: Vec<Piece>,
    /// The numbers of the pieces in the order in which they show.
    shown: Vec<u32>,
    layout: Layout,
    /// The moves that were turned on or off since the pieces were arranged.
    toggled: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Move {
    time: Time,
    slot: Elem,
    stretches: Vec<Stretch>,
    is_active: bool,
    /// Active, and the youngest of a circle.
    is_lost: bool,
}

/// Elements that follow the same move, from a gap up to the beginning of the next piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    start: Edge,
    /// The number of the move, and that of its stretch.
    follows: Option<(u32, u32)>,
    /// The move whose slot ends the piece.
    slot: Option<u32>,
    /// How much of it is visible.
    weight: Weight,
}

/// How much is visible before each piece.
#[derive(Clone, Debug, Default)]
struct Layout {
    /// In the order of elements.
    base: Sums,
    /// As shown.
    shown: Sums,
    /// Where each piece is among those shown.
    places: Vec<u32>,
}

impl Layout {
    fn base(&self, piece: usize) -> Weight {
        self.base.before(piece)
    }

    fn shown(&self, piece: usize) -> Weight {
        self.shown.before(self.places[piece] as usize)
    }
}

impl Moves {
    /// Whether everything shows where it lies.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub fn is_changed(&self) -> bool {
        !self.toggled.is_empty()
    }

    /// Counts what is visible of pieces anew.
    fn weigh(&mut self) {
        self.layout.base = Sums::of(self.pieces.iter().map(|piece| piece.weight));
        self.layout.shown = Sums::of(self.shown.iter().map(|&piece| self.pieces[piece as usize].weight));
        self.layout.places.resize(self.shown.len(), 0);
        for (&piece, place) in self.shown.iter().zip(0..) {
            self.layout.places[piece as usize] = place;
        }
    }

    /// Where shown position `at` is in the order of elements, and how much of its piece is left from there on;
    /// nothing at the end.
    fn to_base(&self, at: u32, unit: Unit) -> (u32, u32) {
        let Some((place, skip)) = self.layout.shown.find(at, unit) else { return (u32::MAX, 0) };
        let piece = self.shown[place] as usize;
        (unit.of(&self.layout.base(piece)) + skip, unit.of(&self.pieces[piece].weight) - skip)
    }

    /// How much is shown before what has `before` before it in a piece, in the order of elements.
    fn to_shown(&self, piece: usize, before: Weight) -> Weight {
        self.layout.shown(piece).plus(before.minus(self.layout.base(piece)))
    }

    fn end_of(&self, piece: usize) -> Edge {
        self.pieces.get(piece + 1).map_or(Edge::End, |next| next.start)
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        let stretches: usize = self.moves.iter().map(|one| one.stretches.len()).sum();
        size_of_val(self.moves.as_slice())
            + stretches * size_of::<Stretch>()
            + self.numbers.len() * size_of::<(Id, u32)>()
            + self.pieces.len() * (size_of::<Piece>() + 4 + 2 * size_of::<Weight>())
    }
}

impl Text {
    /// Takes in a move that is not active, whose slot was inserted.
    pub fn insert_move(&mut self, id: Id, lamport: Lamport, ranges: &[TextRange]) {
        let slot = self.known(id).expect("the slot was inserted");
        let stretches = ranges.iter().filter_map(|range| self.stretch(range)).collect();
        self.moves.numbers.insert(id, self.moves.moves.len() as u32);
        let time = (lamport, id);
        self.moves.moves.push(Move { time, slot, stretches, is_active: false, is_lost: false });
    }

    /// Turns a move on or off; it must be the other way. Shows once [`Text::settle`] is called.
    pub fn set_moved(&mut self, id: Id) {
        let Some(&number) = self.moves.numbers.get(&id) else { return };
        self.moves.moves[number as usize].is_active ^= true;
        match self.moves.toggled.iter().position(|&other| other == number) {
            Some(at) => drop(self.moves.toggled.swap_remove(at)),
            None => self.moves.toggled.push(number),
        }
    }

    /// Whether `id` is a move that is active and loses, since its slot would follow itself.
    pub fn is_lost(&self, id: Id) -> bool {
        self.moves.numbers.get(&id).is_some_and(|&number| self.moves.moves[number as usize].is_lost)
    }

    /// The piece that an element is in.
    fn piece_of(&self, elem: Elem) -> usize {
        let pieces = &self.moves.pieces;
        self.edges_until(pieces.len(), |at| pieces[at].start, Edge::Before(elem)) - 1
    }

    /// Where shown position `at` is in the order of elements, and how much shows there in one piece from there on.
    #[inline]
    pub(super) fn to_base(&self, at: u32, unit: Unit) -> (u32, u32) {
        if self.moves.is_empty() { (at, u32::MAX) } else { self.moves.to_base(at, unit) }
    }

    /// How much is shown before an element, before which so much is visible in the order of elements.
    #[inline]
    pub(super) fn to_shown(&self, elem: Elem, before: Weight) -> Weight {
        if self.moves.is_empty() { before } else { self.moves.to_shown(self.piece_of(elem), before) }
    }

    /// How many elements from `elem` on, of `len`, are in one piece.
    #[inline]
    pub(super) fn len_in_piece(&self, elem: Elem, len: u32) -> u32 {
        if self.moves.is_empty() || len == 1 { len } else { self.cut_to_piece(elem, len) }
    }

    fn cut_to_piece(&self, elem: Elem, len: u32) -> u32 {
        let end = |piece: usize| match self.moves.end_of(piece) {
            Edge::Before(next) => Some(next),
            Edge::After(last) => Some(last.plus(1)),
            Edge::Start | Edge::End => None,
        };
        let mut piece = self.piece_of(elem);
        loop {
            // Pieces between two elements hold nothing.
            match end(piece) {
                None => return len,
                Some(end) if end.replica == elem.replica && end.seq == elem.seq => piece += 1,
                Some(end) if end.replica == elem.replica && end.seq > elem.seq => return len.min(end.seq - elem.seq),
                Some(_) => return len,
            }
        }
    }

    /// Says that what is visible of the piece of `elem`, of which there is one then, has become more by `now` less
    /// `was`.
    pub(super) fn reweigh(&mut self, elem: Elem, was: Weight, now: Weight) {
        let piece = self.piece_of(elem);
        let (moves, more) = (&mut self.moves, now.minus(was));
        moves.pieces[piece].weight = moves.pieces[piece].weight.plus(more);
        moves.layout.base.add(piece, more);
        moves.layout.shown.add(moves.layout.places[piece] as usize, more);
    }

    /// Where what is visible between two gaps shows, in UTF-16 code units.
    pub(super) fn shown_utf16(&self, stretch: Stretch) -> Vec<Range<u32>> {
        let (from, to) = (self.weight_before(stretch.start), self.weight_before(stretch.end));
        if self.moves.is_empty() {
            return std::iter::once(from.utf16..to.utf16).collect();
        }
        let (moves, layout) = (&self.moves, &self.moves.layout);
        let first = self.edges_until(moves.pieces.len(), |at| moves.pieces[at].start, stretch.start) - 1;
        let mut ranges = Vec::new();
        for piece in first..moves.pieces.len() {
            let base = layout.base(piece).utf16;
            if base >= to.utf16 {
                break;
            }
            let (start, end) = (base.max(from.utf16), (base + moves.pieces[piece].weight.utf16).min(to.utf16));
            let shown = layout.shown(piece).utf16;
            if start < end {
                ranges.push(shown + start - base..shown + end - base);
            }
        }
        ranges
    }

    /// The stretches of the text in the order in which they show.
    pub(super) fn shown_stretches(&self) -> Vec<Stretch> {
        if self.moves.is_empty() {
            return vec![Stretch { start: Edge::Start, end: Edge::End }];
        }
        let stretch = |&piece: &u32| {
            let piece = piece as usize;
            Stretch { start: self.moves.pieces[piece].start, end: self.moves.end_of(piece) }
        };
        self.moves.shown.iter().map(stretch).collect()
    }

    /// A hash of what shows where. Costs as much as there are pieces.
    pub(super) fn hash_moves(&self, digest: &mut Digest) {
        let mut last = None;
        for piece in &self.moves.pieces {
            let follows = piece.follows.map(|(one, at)| (self.moves.moves[one as usize].time.1, at));
            if follows != last {
                digest.gap(self.gap(piece.start));
                follows.iter().for_each(|(id, at)| {
                    digest.id(*id);
                    digest.word(u64::from(*at));
                });
                last = follows;
            }
        }
    }

    pub(super) fn check_moves(&self) {
        assert!(self.moves.toggled.is_empty());
        if self.moves.is_empty() {
            return;
        }
        let pieces = &self.moves.pieces;
        for (piece, at) in pieces.iter().zip(0..) {
            let weight = self.weight_before(self.moves.end_of(at)).minus(self.weight_before(piece.start));
            assert_eq!((weight.chars, weight.utf16), (piece.weight.chars, piece.weight.utf16), "a piece's weight");
        }
        let mut weighed = self.moves.clone();
        weighed.weigh();
        for piece in 0..pieces.len() {
            let layout = &self.moves.layout;
            assert_eq!(layout.base(piece), weighed.layout.base(piece), "what is before a piece");
            assert_eq!(layout.shown(piece), weighed.layout.shown(piece), "what shows before a piece");
        }
        let mut shown = self.moves.shown.clone();
        shown.sort_unstable();
        assert!(shown.iter().copied().eq(0..pieces.len() as u32), "every piece shows once");
        let mut fresh = self.clone();
        fresh.moves.toggled = (0..fresh.moves.moves.len() as u32).collect();
        fresh.arrange_again();
        let follows = |text: &Self| -> Vec<_> {
            let mut parts: Vec<_> = text.moves.pieces.iter().map(|piece| (piece.follows, piece.start)).collect();
            parts.dedup_by_key(|(follows, _)| *follows);
            parts
        };
        assert_eq!(follows(&fresh), follows(self), "pieces are what arranging again finds");
    }
}
