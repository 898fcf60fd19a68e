//! Finding out what follows which move.

use super::*;

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
            self.say_moved(&before, patch);
        }
        self.moves.join_pieces();
    }

    /// Lets all that the newest of all moves covers follow it, where that closes no circle. Before that, pieces only
    /// get more borders. Returns whether it could.
    fn follow(&mut self, newest: u32) -> bool {
        self.begin_pieces();
        let Move { slot, stretches, .. } = self.moves.moves[newest as usize].clone();
        let behind = self.cut_piece(Edge::After(slot));
        let mut follow = Vec::new();
        for (stretch, number) in stretches.into_iter().zip(0..) {
            self.cut_piece(stretch.start);
            self.cut_piece(stretch.end);
            follow.push((stretch, number));
        }
        debug_assert!(behind > 0);
        let before = self.moves.pieces.clone();
        for (stretch, number) in follow.into_iter().rev() {
            let (first, last) = (self.piece_at(stretch.start), self.piece_at(stretch.end));
            self.moves.pieces[first..last].iter_mut().for_each(|piece| piece.follows = Some((newest, number)));
        }
        let slot = self.piece_of(slot);
        self.moves.pieces[slot].slot = Some(newest);
        if self.leads_to_itself(newest) {
            self.moves.pieces = before;
            return false;
        }
        true
    }

    /// Whether a slot follows a move whose slot follows one, and so on up to the first.
    fn leads_to_itself(&self, first: u32) -> bool {
        let above = |number: u32| {
            let slot = self.moves.moves[number as usize].slot;
            self.moves.pieces[self.piece_of(slot)].follows.map(|(one, _)| one)
        };
        std::iter::successors(above(first), |&number| above(number))
            .take(self.moves.moves.len())
            .any(|one| one == first)
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
        self.layout.take();
        // What follows each move, by number of the move; then by stretch.
        let mut at_slot: Vec<Vec<u32>> = vec![Vec::new(); self.moves.len()];
        let mut top = Vec::new();
        for (piece, number) in self.pieces.iter().zip(0..) {
            match piece.follows {
                None => top.push(number),
                Some((one, _)) => at_slot[one as usize].push(number),
            }
        }
        let stretch = |piece: &u32| self.pieces[*piece as usize].follows.map(|(_, stretch)| stretch);
        at_slot.iter_mut().for_each(|pieces| pieces.sort_by_key(stretch));
        self.shown.clear();
        let mut open = vec![top.into_iter()];
        while let Some(pieces) = open.last_mut() {
            let Some(piece) = pieces.next() else {
                open.pop();
                continue;
            };
            self.shown.push(piece);
            if let Some(slot) = self.pieces[piece as usize].slot {
                open.push(std::mem::take(&mut at_slot[slot as usize]).into_iter());
            }
        }
        debug_assert_eq!(self.shown.len(), self.pieces.len(), "there are no circles");
    }

    /// Joins neighbours between which nothing begins or ends.
    fn join_pieces(&mut self) {
        let joins = |a: &Piece, b: &Piece| a.slot.is_none() && a.follows == b.follows;
        if !self.pieces.windows(2).any(|pair| joins(&pair[0], &pair[1])) {
            return;
        }
        self.pieces.dedup_by(|next, piece| {
            let joined = joins(piece, next);
            if joined {
                piece.weight = piece.weight.plus(next.weight);
                piece.slot = next.slot;
            }
            joined
        });
        self.lay_out();
    }
}
