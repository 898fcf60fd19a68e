//! One move more: what it takes along comes to its slot, and all else stays as it is.

use super::*;

impl Moves {
    /// Whether moves that were turned on or off may be so one after the other: none was turned off or is lost, and they
    /// are few, since many are arranged sooner together.
    pub(super) fn may_follow(&self, toggled: &[u32]) -> bool {
        let are_few = toggled.len() * 8 <= self.moves.len() + 8;
        are_few && self.lost == 0 && toggled.iter().all(|&number| self.moves[number as usize].is_active)
    }

    /// The pieces from one on, up to a gap.
    fn until(&self, first: u32, end: Edge) -> impl Iterator<Item = u32> {
        let all = std::iter::successors(Some(first), |&piece| self.base.next(piece));
        all.take_while(move |&piece| self.piece(piece).start != end)
    }

    /// Whether a piece that a move covers follows it: what it follows was earlier.
    fn gives_way(&self, piece: u32, number: u32) -> bool {
        let time = |one: u32| self.moves[one as usize].time;
        self.piece(piece).follows.is_none_or(|(one, _)| time(one) < time(number))
    }

    /// Whether something shows at the slot that ends a piece.
    fn carries(&self, piece: u32) -> bool {
        let Some(slot) = self.piece(piece).slot else { return false };
        let shows_there = |next: u32| self.piece(next).follows.is_some_and(|(one, _)| one == slot);
        self.shown.next(piece).is_some_and(shows_there)
    }

    /// Pieces that go on together, each the first and the last of a row that shows.
    fn rows(&self, pieces: &[u32]) -> Vec<(u32, u32)> {
        let mut rows: Vec<(u32, u32)> = Vec::new();
        for &piece in pieces {
            match rows.last_mut() {
                Some((_, last)) if self.shown.next(*last) == Some(piece) => *last = piece,
                _ => rows.push((piece, piece)),
            }
        }
        rows
    }

    /// Makes a piece of one and all behind it that it joins.
    fn join_behind(&mut self, piece: u32) {
        if self.piece(piece).start == Edge::End {
            return;
        }
        while let Some(next) = self.base.next(piece).filter(|&next| self.piece(piece).joins(self.piece(next))) {
            let weight = self.base.weight(next);
            for row in [&mut self.base, &mut self.shown] {
                row.cut(next, next);
                row.add(piece, weight);
            }
            let gone = std::mem::replace(&mut self.pieces[next as usize], Piece::FREE);
            self.free.push(next);
            self.end_in(piece, gone.slot);
        }
    }

    /// Says that the slot of a move ends a piece.
    fn end_in(&mut self, piece: u32, slot: Option<u32>) {
        self.pieces[piece as usize].slot = slot;
        slot.into_iter().for_each(|one| self.moves[one as usize].home = piece);
    }
}

impl Text {
    /// Lets all that a move covers, but for what follows a later one, follow it. Returns whether it could: not where
    /// that would take along what shows at another slot, as it does in a circle; then pieces got more borders, what they
    /// follow means nothing, and they show as before. Costs what goes along, times the logarithm of how many pieces there are.
    pub(super) fn follow(&mut self, number: u32, patch: Option<&mut TextPatch>) -> bool {
        self.begin_pieces();
        let Move { slot, stretches, .. } = self.moves.moves[number as usize].clone();
        let behind = self.cut_piece(Edge::After(slot));
        let home = self.moves.base.prev(behind).expect("the slot lies before");
        self.moves.end_in(home, Some(number));
        let firsts: Vec<u32> = stretches.iter().map(|stretch| self.cut_stretch(stretch)).collect();
        let (mut met, mut taken) = (Vec::new(), Vec::new());
        for ((stretch, first), at) in stretches.iter().zip(firsts).zip(0..) {
            met.extend(self.moves.base.prev(first));
            let covered: Vec<u32> = self.moves.until(first, stretch.end).collect();
            met.extend(&covered);
            let give_way = covered.into_iter().filter(|&piece| self.moves.gives_way(piece, number));
            taken.extend(give_way.map(|piece| (piece, (number, at))));
        }
        // Before any of them follows: what shows at the slot of one may be another.
        if taken.iter().any(|&(piece, _)| self.moves.carries(piece)) {
            return false;
        }
        let mut follows = |&(piece, to): &(u32, (u32, u32))| {
            let known = &mut self.moves.pieces[piece as usize].follows;
            let is_first = known.is_none_or(|(one, _)| one != number);
            is_first.then(|| *known = Some(to)).map(|()| piece)
        };
        let taken: Vec<u32> = taken.iter().filter_map(&mut follows).collect();
        let home = self.moves.moves[number as usize].home;
        if !taken.contains(&home) {
            self.show_at(home, &taken, patch);
            met.into_iter().for_each(|piece| self.moves.join_behind(piece));
            return true;
        }
        false
    }

    /// Shows pieces one behind the other right behind another one.
    fn show_at(&mut self, home: u32, taken: &[u32], patch: Option<&mut TextPatch>) {
        let rows = self.moves.rows(taken);
        if let Some(patch) = patch {
            self.say_taken(home, &rows, patch);
        }
        let shown = &mut self.moves.shown;
        let row = rows.into_iter().fold(NONE, |row, (first, last)| {
            let more = shown.cut(first, last);
            shown.chain(row, more)
        });
        shown.put(home, row);
    }

    /// Makes pieces begin and end where a stretch does; returns the first in it.
    fn cut_stretch(&mut self, stretch: &Stretch) -> u32 {
        if stretch.end != Edge::End {
            self.cut_piece(stretch.end);
        }
        self.cut_piece(stretch.start)
    }

    /// Makes a piece begin at a gap, which is not the end; returns which.
    fn cut_piece(&mut self, edge: Edge) -> u32 {
        let before = self.weight_before(edge);
        let at = self.piece_at(edge, before);
        let moves = &mut self.moves;
        let whole = *moves.piece(at);
        if whole.start == edge {
            return at;
        }
        let head = before.minus(moves.base.before(at));
        let rest = moves.base.weight(at).minus(head);
        let name = moves.free.pop().unwrap_or(moves.pieces.len() as u32);
        moves.pieces.resize(moves.pieces.len().max(name as usize + 1), Piece::FREE);
        moves.pieces[name as usize] = Piece { start: edge, ..whole };
        moves.end_in(name, whole.slot);
        moves.pieces[at as usize].slot = None;
        for row in [&mut moves.base, &mut moves.shown] {
            row.add(at, Weight::default().minus(rest));
            row.insert(at, name, rest);
        }
        name
    }
}
