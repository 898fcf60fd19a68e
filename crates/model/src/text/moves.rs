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
use super::tree::{Elem, NONE, Unit, Weight};
use crate::digest::Digest;
use crate::patch::TextPatch;
use clock::{Id, Lamport, SortedMap};
use log::TextRange;
use std::cmp::Ordering;
use std::ops::Range;

mod arrange;
mod change;
mod follow;
mod row;

use row::Row;

/// All moves of a text, and how they arrange it.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    moves: Vec<Move>,
    numbers: SortedMap<Id, u32>,
    /// By name, which says nothing of where they are.
    pieces: Vec<Piece>,
    /// Names of which there is no piece.
    free: Vec<u32>,
    /// The pieces in the order of elements, and what is visible of each.
    base: Row,
    /// The same in the order in which they show.
    shown: Row,
    /// The moves that were turned on or off since the pieces were arranged.
    toggled: Vec<u32>,
    /// Whether the pieces go by a time of a move that is another now.
    is_stale: bool,
    /// How many moves are lost.
    lost: usize,
}

#[derive(Clone, Debug)]
struct Move {
    time: Time,
    slot: Elem,
    stretches: Vec<Stretch>,
    is_active: bool,
    /// Active, and the youngest of a circle.
    is_lost: bool,
    /// The piece that its slot ends, where it is active.
    home: u32,
}

/// Elements that follow the same move, from a gap up to the beginning of the next piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    start: Edge,
    /// The number of the move, and that of its stretch.
    follows: Option<(u32, u32)>,
    /// The move whose slot ends the piece.
    slot: Option<u32>,
}

impl Piece {
    /// What stands where no piece is: none begins at the end.
    const FREE: Self = Self { start: Edge::End, follows: None, slot: None };

    /// Whether nothing begins or ends between this and the next one, which then shows right behind.
    fn joins(&self, next: &Self) -> bool {
        self.slot.is_none() && self.follows == next.follows
    }
}

impl Moves {
    /// Whether everything shows where it lies.
    pub fn is_empty(&self) -> bool {
        self.base.is_empty()
    }

    pub fn is_changed(&self) -> bool {
        !self.toggled.is_empty() || self.is_stale
    }

    fn piece(&self, name: u32) -> &Piece {
        &self.pieces[name as usize]
    }

    /// Where shown position `at` is in the order of elements, and how much of its piece is left from there on;
    /// nothing at the end.
    fn to_base(&self, at: u32, unit: Unit) -> (u32, u32) {
        let Some((piece, skip)) = self.shown.find(at, unit) else { return (u32::MAX, 0) };
        (unit.of(&self.base.before(piece)) + skip, unit.of(&self.base.weight(piece)) - skip)
    }

    fn end_of(&self, piece: u32) -> Edge {
        self.base.next(piece).map_or(Edge::End, |next| self.piece(next).start)
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        let stretches: usize = self.moves.iter().map(|one| one.stretches.len()).sum();
        size_of_val(self.moves.as_slice())
            + stretches * size_of::<Stretch>()
            + self.numbers.len() * size_of::<(Id, u32)>()
            + size_of_val(self.pieces.as_slice())
            + self.base.memory()
            + self.shown.memory()
    }
}

impl Text {
    /// Takes in a move that is not active, whose slot was inserted.
    pub fn insert_move(&mut self, id: Id, lamport: Lamport, ranges: &[TextRange]) {
        let slot = self.known(id).expect("the slot was inserted");
        let stretches = ranges.iter().filter_map(|range| self.stretch(range)).collect();
        self.moves.numbers.insert(id, self.moves.moves.len() as u32);
        let time = (lamport, id);
        self.moves.moves.push(Move { time, slot, stretches, is_active: false, is_lost: false, home: NONE });
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

    /// Lets a move that is not active count as made at another time.
    pub fn set_move_lamport(&mut self, id: Id, lamport: Lamport) {
        let Some(&number) = self.moves.numbers.get(&id) else { return };
        let was_active = self.moves.toggled.contains(&number);
        let time = &mut self.moves.moves[number as usize].time;
        self.moves.is_stale |= was_active && time.0 != lamport;
        time.0 = lamport;
    }

    /// Whether `id` is a move that is active and loses, since its slot would follow itself.
    pub fn is_lost(&self, id: Id) -> bool {
        self.moves.numbers.get(&id).is_some_and(|&number| self.moves.moves[number as usize].is_lost)
    }

    /// The piece that a gap is in, or begins, before which so much is visible in the order of elements.
    fn piece_at(&self, edge: Edge, before: Weight) -> u32 {
        let spot = self.spot(edge);
        let is_until = |piece: u32, weight: Weight| match weight.chars.cmp(&before.chars) {
            Ordering::Equal => self.compare_with(self.moves.piece(piece).start, spot) != Ordering::Greater,
            order => order == Ordering::Less,
        };
        self.moves.base.last_until(is_until).expect("the first begins at the start")
    }

    /// The piece that an element is in.
    fn piece_of(&self, elem: Elem) -> u32 {
        let edge = Edge::Before(elem);
        self.piece_at(edge, self.weight_before(edge))
    }

    /// Where shown position `at` is in the order of elements, and how much shows there in one piece from there on.
    #[inline]
    pub(super) fn to_base(&self, at: u32, unit: Unit) -> (u32, u32) {
        if self.moves.is_empty() { (at, u32::MAX) } else { self.moves.to_base(at, unit) }
    }

    /// How much is shown before an element, before which so much is visible in the order of elements.
    #[inline]
    pub(super) fn to_shown(&self, elem: Elem, before: Weight) -> Weight {
        if self.moves.is_empty() {
            return before;
        }
        let piece = self.piece_at(Edge::Before(elem), before);
        self.moves.shown.before(piece).plus(before.minus(self.moves.base.before(piece)))
    }

    /// How many elements from `elem` on, of `len`, are in one piece.
    #[inline]
    pub(super) fn len_in_piece(&self, elem: Elem, len: u32) -> u32 {
        if self.moves.is_empty() || len == 1 { len } else { self.cut_to_piece(elem, len) }
    }

    fn cut_to_piece(&self, elem: Elem, len: u32) -> u32 {
        let end = |piece: u32| match self.moves.end_of(piece) {
            Edge::Before(next) => Some(next),
            Edge::After(last) => Some(last.plus(1)),
            Edge::Start | Edge::End => None,
        };
        let pieces = std::iter::successors(Some(self.piece_of(elem)), |&piece| self.moves.base.next(piece));
        // Pieces between two elements hold nothing.
        let is_empty = |end: &Option<Elem>| *end == Some(elem);
        match pieces.map(end).find(|end| !is_empty(end)).flatten() {
            Some(end) if end.replica == elem.replica && end.seq > elem.seq => len.min(end.seq - elem.seq),
            _ => len,
        }
    }

    /// Says that what is visible of the piece of `elem`, of which there is one then, has become more by `now` less
    /// `was`.
    pub(super) fn reweigh(&mut self, elem: Elem, was: Weight, now: Weight) {
        if was == now {
            return;
        }
        let (piece, more) = (self.piece_of(elem), now.minus(was));
        self.moves.base.add(piece, more);
        self.moves.shown.add(piece, more);
    }

    /// Where what is visible between two gaps shows, in UTF-16 code units.
    pub(super) fn shown_utf16(&self, stretch: Stretch) -> Vec<Range<u32>> {
        let (before, to) = (self.weight_before(stretch.start), self.weight_before(stretch.end).utf16);
        let from = before.utf16;
        if self.moves.is_empty() {
            return std::iter::once(from..to).collect();
        }
        let Moves { base, shown, .. } = &self.moves;
        let first = self.piece_at(stretch.start, before);
        let mut ranges = Vec::new();
        for piece in std::iter::successors(Some(first), |&piece| base.next(piece)) {
            let at = base.before(piece).utf16;
            if at >= to {
                break;
            }
            let (start, end) = (at.max(from), (at + base.weight(piece).utf16).min(to));
            if start < end {
                let shown = shown.before(piece).utf16;
                ranges.push(shown + start - at..shown + end - at);
            }
        }
        ranges
    }

    /// The stretches of the text in the order in which they show.
    pub(super) fn shown_stretches(&self) -> Vec<Stretch> {
        if self.moves.is_empty() {
            return vec![Stretch { start: Edge::Start, end: Edge::End }];
        }
        let stretch = |piece| Stretch { start: self.moves.piece(piece).start, end: self.moves.end_of(piece) };
        self.moves.shown.iter().map(stretch).collect()
    }

    /// A hash of what shows where. Costs as much as there are pieces.
    pub(super) fn hash_moves(&self, digest: &mut Digest) {
        let mut last = None;
        for piece in self.moves.base.iter().map(|piece| self.moves.piece(piece)) {
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
        let Moves { base, shown, pieces, free, moves, .. } = &self.moves;
        [base, shown].into_iter().for_each(Row::check);
        for piece in base.iter() {
            let start = self.weight_before(self.moves.piece(piece).start);
            let weight = self.weight_before(self.moves.end_of(piece)).minus(start);
            assert_eq!((weight.chars, weight.utf16), (base.weight(piece).chars, base.weight(piece).utf16), "a weight");
            assert_eq!(base.weight(piece), shown.weight(piece), "a piece weighs the same wherever it shows");
            assert_eq!(self.piece_at(self.moves.piece(piece).start, start), piece, "a piece is found");
            let home = self.moves.piece(piece).slot.map(|one| moves[one as usize].home);
            assert!(home.is_none_or(|home| home == piece), "a slot ends its piece");
        }
        let mut all: Vec<u32> = shown.iter().chain(free.iter().copied()).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..pieces.len() as u32), "every piece shows once");
        assert_eq!(base.len(), shown.len());
        let mut fresh = self.clone();
        fresh.arrange_again(None);
        let follows = |text: &Self| -> Vec<_> {
            let piece = |name| (text.moves.piece(name).follows, text.moves.piece(name).start);
            let mut parts: Vec<_> = text.moves.base.iter().map(piece).collect();
            parts.dedup_by_key(|(follows, _)| *follows);
            parts
        };
        assert_eq!(follows(&fresh), follows(self), "pieces are what arranging again finds");
        assert_eq!(self.read(), fresh.read(), "pieces show where arranging again puts them");
    }
}
