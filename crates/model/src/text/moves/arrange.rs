//! Finding out what follows which move.

use super::*;
use crate::text::tree::NONE;
use std::cmp::Ordering;

impl Text {
    /// Brings the arrangement up to date; says in `patch` what shows elsewhere.
    pub(in crate::text) fn settle_moves(&mut self, patch: Option<&mut TextPatch>) {
        if self.moves.toggled.is_empty() {
            return;
        }
        (self.finger, self.tip) = (None, None);
        let before = match self.moves.newest() {
            Some(newest) if self.follow(newest) => self.moves.shown.clone(),
            _ => self.arrange_again(),
        };
        self.moves.toggled.clear();
        self.moves.lay_out();
        if let Some(patch) = patch {
            self.moves.weigh();
            self.say_moved(&before, patch);
        }
        self.moves.join_pieces();
        self.moves.weigh();
    }

    /// Lets all that the newest of all moves covers follow it, where that closes no circle. Before that, pieces only
    /// get more borders. Returns whether it could.
    fn follow(&mut self, newest: u32) -> bool {
        self.begin_pieces();
        let Move { slot, stretches, .. } = self.moves.moves[newest as usize].clone();
        if self.leads_into(slot, &stretches) {
            return false;
        }
        self.cut_piece(Edge::After(slot));
        for stretch in &stretches {
            self.cut_piece(stretch.start);
            self.cut_piece(stretch.end);
        }
        for (number, stretch) in stretches.iter().enumerate().rev() {
            let (first, last) = (self.piece_at(stretch.start), self.piece_at(stretch.end));
            self.moves.pieces[first..last].iter_mut().for_each(|piece| piece.follows = Some((newest, number as u32)));
        }
        let slot = self.piece_of(slot);
        self.moves.pieces[slot].slot = Some(newest);
        true
    }

    /// Whether a slot lies in one of some stretches, or follows a move whose slot does, and so on.
    fn leads_into(&self, slot: Elem, stretches: &[Stretch]) -> bool {
        let above = |&slot: &Elem| {
            let (one, _) = self.moves.pieces[self.piece_of(slot)].follows?;
            Some(self.moves.moves[one as usize].slot)
        };
        let is_before = |a, b| self.compare(a, b) == Ordering::Less;
        let covers = |slot: Elem, stretch: &Stretch| {
            is_before(stretch.start, Edge::After(slot)) && is_before(Edge::Before(slot), stretch.end)
        };
        std::iter::successors(Some(slot), above).any(|slot| stretches.iter().any(|stretch| covers(slot, stretch)))
    }

    /// One piece that is everything, where there is none.
    fn begin_pieces(&mut self) {
        if self.moves.pieces.is_empty() {
            let weight = self.tree.total(&self.buffer);
            self.moves.pieces.push(Piece { start: Edge::Start, follows: None, slot: None, weight });
            self.moves.shown.push(0);
        }
    }

    /// The piece that begins at a gap; one more than there are for the end.
    fn piece_at(&self, edge: Edge) -> usize {
        if edge == Edge::End {
            return self.moves.pieces.len();
        }
        self.edges_until(self.moves.pieces.len(), |at| self.moves.pieces[at].start, edge) - 1
    }

    /// Makes a piece begin at a gap; returns which.
    fn cut_piece(&mut self, edge: Edge) -> usize {
        let at = self.piece_at(edge);
        let Some(&whole) = self.moves.pieces.get(at).filter(|piece| piece.start != edge) else { return at };
        let head = self.weight_before(edge).minus(self.weight_before(whole.start));
        self.moves.pieces[at] = Piece { slot: None, weight: head, ..whole };
        let rest = Piece { start: edge, weight: whole.weight.minus(head), ..whole };
        self.moves.pieces.insert(at + 1, rest);
        let shown = &mut self.moves.shown;
        shown.iter_mut().filter(|piece| **piece > at as u32).for_each(|piece| *piece += 1);
        let place = shown.iter().position(|&piece| piece == at as u32).expect("every piece shows");
        shown.insert(place + 1, at as u32 + 1);
        at + 1
    }

    /// Finds out from scratch what follows which move. Pieces only get more borders; returns their order as it was.
    pub(super) fn arrange_again(&mut self) -> Vec<u32> {
        self.begin_pieces();
        let parts = self.resolve();
        let ranks = self.ranks();
        let slots = || self.moves.moves.iter().zip(0..).filter(|(one, _)| one.is_active);
        let mut edges: Vec<Edge> = self.moves.pieces.iter().map(|piece| piece.start).collect();
        edges.extend(parts.iter().map(|part| part.start));
        edges.extend(slots().map(|(one, _)| Edge::After(one.slot)));
        let mut keyed: Vec<_> = edges.into_iter().map(|edge| (self.key(&ranks, edge), edge)).collect();
        keyed.sort_unstable_by_key(|(key, _)| *key);
        keyed.dedup_by_key(|(key, _)| *key);
        let slots: SortedMap<(u32, u32), u32> =
            slots().map(|(one, number)| ((one.slot.replica, one.slot.seq), number)).collect();
        let ends_in = |edge: Option<&Edge>| match edge {
            Some(Edge::After(slot)) => slots.get(&(slot.replica, slot.seq)).copied(),
            _ => None,
        };
        let edges: Vec<Edge> = keyed.into_iter().map(|(_, edge)| edge).collect();
        let (mut pieces, mut first) = (Vec::with_capacity(edges.len()), Vec::new());
        let (mut parts, mut before) = (parts.iter().peekable(), Weight::default());
        let mut follows = None;
        for (at, &start) in edges.iter().enumerate() {
            if let Some(part) = parts.next_if(|part| part.start == start) {
                follows = part.decides;
            }
            if self.moves.pieces.get(first.len()).is_some_and(|piece| piece.start == start) {
                first.push(at as u32);
            }
            let end = self.weight_before(edges.get(at + 1).copied().unwrap_or(Edge::End));
            let weight = end.minus(std::mem::replace(&mut before, end));
            pieces.push(Piece { start, follows, slot: ends_in(edges.get(at + 1)), weight });
        }
        first.push(edges.len() as u32);
        let order = self.moves.shown.iter().flat_map(|&old| first[old as usize]..first[old as usize + 1]);
        let before = order.collect();
        self.moves.pieces = pieces;
        before
    }

    /// Who decides over what, without the youngest of each circle, in rounds until there is none.
    fn resolve(&mut self) -> Vec<Part> {
        self.moves.moves.iter_mut().for_each(|one| one.is_lost = false);
        let ranks = self.ranks();
        loop {
            let in_effect = self.moves.moves.iter().zip(0..).filter(|(one, _)| one.is_active && !one.is_lost);
            let claim = |(one, number): (&'_ Move, u32)| (number, one.time, one.slot);
            let all: Vec<(u32, Time, Elem)> = in_effect.map(claim).collect();
            let claims = all.iter().map(|&(number, time, _)| {
                let stretches = &self.moves.moves[number as usize].stretches;
                Claim { number, time, stretches }
            });
            let parts = decide(self, &ranks, claims.collect());
            let keys: Vec<_> = parts.iter().map(|part| self.key(&ranks, part.start)).collect();
            let mut above = vec![None; self.moves.moves.len()];
            for &(number, _, slot) in &all {
                let key = self.key(&ranks, Edge::Before(slot));
                let part = &parts[keys.partition_point(|start| *start <= key) - 1];
                above[number as usize] = part.decides.map(|(one, _)| one);
            }
            let lost = self.moves.youngest_of_circles(&above);
            #[cfg(feature = "fault-injection")]
            let lost = if fault::is_on(fault::Fault::KeepCycles) { Vec::new() } else { lost };
            if lost.is_empty() {
                return parts;
            }
            lost.into_iter().for_each(|number| self.moves.moves[number as usize].is_lost = true);
        }
    }
}

impl Moves {
    /// The move that was turned on and is later than all that are active, where nothing else was toggled and none is
    /// lost.
    fn newest(&self) -> Option<u32> {
        let [number] = self.toggled[..] else { return None };
        let newest = &self.moves[number as usize];
        let is_newest = |one: &Move| !one.is_active || !one.is_lost && one.time <= newest.time;
        (newest.is_active && self.moves.iter().all(is_newest)).then_some(number)
    }

    /// The youngest move of each circle, where `above` says which move the slot of each follows.
    fn youngest_of_circles(&self, above: &[Option<u32>]) -> Vec<u32> {
        // In which walk a move was met first.
        let mut met = vec![u32::MAX; above.len()];
        let mut lost = Vec::new();
        for walk in 0..above.len() as u32 {
            let mut at = Some(walk);
            while let Some(one) = at.filter(|&one| met[one as usize] == u32::MAX) {
                met[one as usize] = walk;
                at = above[one as usize];
            }
            let Some(first) = at.filter(|&one| met[one as usize] == walk) else { continue };
            let next = |&one: &u32| above[one as usize].filter(|&next| next != first);
            let circle = std::iter::successors(Some(first), next);
            lost.extend(circle.max_by_key(|&one| self.moves[one as usize].time));
        }
        lost
    }

    /// Puts the pieces in the order in which they show.
    fn lay_out(&mut self) {
        // What follows each move, and last of all what follows none, as lists of numbers; by stretch, then in order.
        let top = self.moves.len();
        let mut first = vec![NONE; top + 1];
        let mut next = vec![NONE; self.pieces.len()];
        for (number, piece) in self.pieces.iter().enumerate().rev() {
            let head = &mut first[piece.follows.map_or(top, |(one, _)| one as usize)];
            next[number] = std::mem::replace(head, number as u32);
        }
        for (one, head) in self.moves.iter().zip(&mut first).filter(|(one, _)| one.stretches.len() > 1) {
            self.sort_by_stretch(head, &mut next);
            debug_assert!(one.is_active || *head == NONE);
        }
        self.shown.clear();
        let mut open = vec![first[top]];
        while let Some(piece) = open.pop() {
            if piece == NONE {
                continue;
            }
            self.shown.push(piece);
            open.push(next[piece as usize]);
            open.extend(self.pieces[piece as usize].slot.map(|slot| first[slot as usize]));
        }
        debug_assert_eq!(self.shown.len(), self.pieces.len(), "there are no circles");
    }

    /// Puts a list of what follows one move in the order of the move's stretches.
    fn sort_by_stretch(&self, head: &mut u32, next: &mut [u32]) {
        let known = |&piece: &u32| piece != NONE;
        let step = |&piece: &u32| Some(next[piece as usize]).filter(known);
        let mut list: Vec<u32> = std::iter::successors(Some(*head).filter(known), step).collect();
        let stretch = |piece: &u32| self.pieces[*piece as usize].follows.map(|(_, stretch)| stretch);
        if list.is_sorted_by_key(stretch) {
            return;
        }
        list.sort_by_key(stretch);
        *head = list[0];
        for (at, &piece) in list.iter().enumerate() {
            next[piece as usize] = list.get(at + 1).copied().unwrap_or(NONE);
        }
    }

    /// Joins neighbours between which nothing begins or ends, which show one behind the other.
    fn join_pieces(&mut self) {
        let joins = |a: &Piece, b: &Piece| a.slot.is_none() && a.follows == b.follows;
        // What becomes of each number.
        let mut numbers: Vec<u32> = Vec::with_capacity(self.pieces.len());
        for (at, piece) in self.pieces.iter().enumerate() {
            let more = at > 0 && !joins(&self.pieces[at - 1], piece);
            numbers.push(numbers.last().map_or(0, |before| before + u32::from(more)));
        }
        if numbers.last().is_none_or(|last| *last as usize + 1 == self.pieces.len()) {
            return;
        }
        self.pieces.dedup_by(|next, piece| {
            let joined = joins(piece, next);
            if joined {
                (piece.weight, piece.slot) = (piece.weight.plus(next.weight), next.slot);
            }
            joined
        });
        self.shown.iter_mut().for_each(|piece| *piece = numbers[*piece as usize]);
        self.shown.dedup();
    }
}
