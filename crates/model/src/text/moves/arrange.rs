//! Finding out what follows which move.

use super::*;

/// The pieces of a text in the order of elements, by number.
pub(super) struct Arrangement {
    pub pieces: Vec<Piece>,
    /// How much is visible of each.
    pub weights: Vec<Weight>,
    /// In the order in which they showed before.
    pub before: Vec<u32>,
    /// In the order in which they show.
    pub shown: Vec<u32>,
}

impl Text {
    /// Brings the arrangement up to date; says in `patch` what shows elsewhere.
    pub(in crate::text) fn settle_moves(&mut self, mut patch: Option<&mut TextPatch>) {
        if !self.moves.is_changed() {
            return;
        }
        (self.finger, self.tip) = (None, None);
        let toggled = std::mem::take(&mut self.moves.toggled);
        let may_follow = !std::mem::take(&mut self.moves.is_stale) && self.moves.may_follow(&toggled);
        if !(may_follow && toggled.into_iter().all(|number| self.follow(number, patch.as_deref_mut()))) {
            self.arrange_again(patch);
        }
    }

    /// Finds out from scratch what follows which move, and shows where.
    pub(super) fn arrange_again(&mut self, patch: Option<&mut TextPatch>) {
        self.begin_pieces();
        let mut all = self.pieces_again();
        all.shown = self.moves.lay_out(&all.pieces);
        if let Some(patch) = patch {
            self.say_moved(&all, patch);
        }
        all.join();
        self.moves.take(&all);
    }

    /// One piece that is everything, where there is none.
    pub(super) fn begin_pieces(&mut self) {
        if self.moves.is_empty() {
            self.moves.pieces.push(Piece { start: Edge::Start, ..Piece::FREE });
            let rows = Row::of(&[0], &[self.tree.total(&self.buffer)]);
            (self.moves.base, self.moves.shown) = (rows.clone(), rows);
        }
    }

    /// What follows which move. Pieces only get more borders than they had; they are not laid out yet.
    fn pieces_again(&mut self) -> Arrangement {
        let parts = self.resolve();
        let ranks = self.ranks();
        let slots = || self.moves.moves.iter().zip(0..).filter(|(one, _)| one.is_active);
        let names: Vec<u32> = self.moves.base.iter().collect();
        let mut edges: Vec<Edge> = names.iter().map(|&name| self.moves.piece(name).start).collect();
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
        let (mut pieces, mut weights) = (Vec::with_capacity(edges.len()), Vec::with_capacity(edges.len()));
        // Where each piece there was begins, by name, and its number among those.
        let mut first = vec![(0, 0); self.moves.pieces.len()];
        let (mut names, mut ends) = (names.into_iter().peekable(), Vec::new());
        let (mut parts, mut before) = (parts.iter().peekable(), Weight::default());
        let mut follows = None;
        for (at, &start) in edges.iter().enumerate() {
            if let Some(part) = parts.next_if(|part| part.start == start) {
                follows = part.decides;
            }
            if let Some(name) = names.next_if(|&name| self.moves.piece(name).start == start) {
                first[name as usize] = (at as u32, ends.len());
                ends.push(at as u32);
            }
            let end = self.weight_before(edges.get(at + 1).copied().unwrap_or(Edge::End));
            weights.push(end.minus(std::mem::replace(&mut before, end)));
            pieces.push(Piece { start, follows, slot: ends_in(edges.get(at + 1)) });
        }
        ends.push(edges.len() as u32);
        let parts_of = |name: u32| {
            let (start, number) = first[name as usize];
            start..ends[number + 1]
        };
        let before = self.moves.shown.iter().flat_map(parts_of).collect();
        Arrangement { pieces, weights, before, shown: Vec::new() }
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

    /// The order in which pieces show.
    fn lay_out(&self, pieces: &[Piece]) -> Vec<u32> {
        // What follows each move, and last of all what follows none, as lists of numbers; by stretch, then in order.
        let top = self.moves.len();
        let mut first = vec![NONE; top + 1];
        let mut next = vec![NONE; pieces.len()];
        for (number, piece) in pieces.iter().enumerate().rev() {
            let head = &mut first[piece.follows.map_or(top, |(one, _)| one as usize)];
            next[number] = std::mem::replace(head, number as u32);
        }
        for (one, head) in self.moves.iter().zip(&mut first).filter(|(one, _)| one.stretches.len() > 1) {
            sort_by_stretch(pieces, head, &mut next);
            debug_assert!(one.is_active || *head == NONE);
        }
        let mut shown = Vec::with_capacity(pieces.len());
        let mut open = vec![first[top]];
        while let Some(piece) = open.pop() {
            if piece == NONE {
                continue;
            }
            shown.push(piece);
            open.push(next[piece as usize]);
            open.extend(pieces[piece as usize].slot.map(|slot| first[slot as usize]));
        }
        debug_assert_eq!(shown.len(), pieces.len(), "there are no circles");
        shown
    }

    /// Shows what was arranged.
    fn take(&mut self, all: &Arrangement) {
        let numbers: Vec<u32> = (0..all.pieces.len() as u32).collect();
        (self.base, self.shown) = (Row::of(&numbers, &all.weights), Row::of(&all.shown, &all.weights));
        self.free.clear();
        self.pieces.clone_from(&all.pieces);
        for (piece, number) in all.pieces.iter().zip(0..) {
            piece.slot.into_iter().for_each(|slot| self.moves[slot as usize].home = number);
        }
        self.lost = self.moves.iter().filter(|one| one.is_lost).count();
    }
}

/// Puts a list of what follows one move in the order of the move's stretches.
fn sort_by_stretch(pieces: &[Piece], head: &mut u32, next: &mut [u32]) {
    let known = |&piece: &u32| piece != NONE;
    let step = |&piece: &u32| Some(next[piece as usize]).filter(known);
    let mut list: Vec<u32> = std::iter::successors(Some(*head).filter(known), step).collect();
    let stretch = |piece: &u32| pieces[*piece as usize].follows.map(|(_, stretch)| stretch);
    if list.is_sorted_by_key(stretch) {
        return;
    }
    list.sort_by_key(stretch);
    *head = list[0];
    for (at, &piece) in list.iter().enumerate() {
        next[piece as usize] = list.get(at + 1).copied().unwrap_or(NONE);
    }
}

impl Arrangement {
    /// Joins neighbours between which nothing begins or ends, which show one behind the other.
    fn join(&mut self) {
        let (mut pieces, mut weights): (Vec<Piece>, Vec<Weight>) = (Vec::new(), Vec::new());
        // What becomes of each number.
        let mut numbers = Vec::with_capacity(self.pieces.len());
        for (&piece, &weight) in self.pieces.iter().zip(&self.weights) {
            match (pieces.last_mut(), weights.last_mut()) {
                (Some(last), Some(sum)) if last.joins(&piece) => {
                    (last.slot, *sum) = (piece.slot, sum.plus(weight));
                }
                _ => {
                    pieces.push(piece);
                    weights.push(weight);
                }
            }
            numbers.push(pieces.len() as u32 - 1);
        }
        self.shown.iter_mut().for_each(|piece| *piece = numbers[*piece as usize]);
        self.shown.dedup();
        (self.pieces, self.weights) = (pieces, weights);
    }
}
