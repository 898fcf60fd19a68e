//! Items that moved from one array to another.

use super::{BASE, Entity, Merger, OURS, THEIRS};
use crate::conflict::{ConflictKind, Taken};
use crate::content::Content;
use crate::matching::Matching;
use crate::plan::PartId;
use crate::tree::{NodeId, Tree};

/// Which items crossed, and what must be taken apart because of it: what they are in, and what items are in that must not
/// go unseen.
pub(super) struct Across {
    /// Nodes of each document with something in them that crossed, on either side, or is needed.
    is_touched: [Vec<bool>; 3],
    /// Items of ours and theirs that are in another array than in the base, sorted; the first is not used.
    moved: [Vec<NodeId>; 3],
    /// Which child of its parent each node is, where both sides moved something.
    indexes: [Vec<u32>; 3],
    /// Whose moves do not count.
    still: [bool; 3],
    /// Items of the base that crossed and must be in the result once, with how often they are.
    placed: Vec<(NodeId, usize)>,
}

impl Across {
    pub fn of(docs: &[Content<'_>; 3], matchings: &[Matching; 3], still: [bool; 3], needed: &[NodeId]) -> Self {
        let side = |side: usize| matchings[side].crossed(docs[BASE].tree, docs[side].tree);
        let moved = [Vec::new(), side(OURS), side(THEIRS)];
        let is_simple = moved.iter().all(Vec::is_empty) && needed.is_empty();
        let touched = |side: usize| if is_simple { 0 } else { docs[side].tree.len() };
        let is_touched = [BASE, OURS, THEIRS].map(|side| vec![false; touched(side)]);
        let are_both = !moved[OURS].is_empty() && !moved[THEIRS].is_empty();
        let indexes = |side: usize| if are_both { docs[side].tree.indexes() } else { Vec::new() };
        let indexes = [Vec::new(), indexes(OURS), indexes(THEIRS)];
        let mut across = Self { is_touched, moved, indexes, still, placed: Vec::new() };
        let both =
            |side: usize| across.moved[side].iter().filter_map(|&id| matchings[side].base(id)).collect::<Vec<_>>();
        let mut bases = [both(OURS), both(THEIRS)].concat();
        bases.sort_unstable();
        bases.dedup();
        for &base in bases.iter().chain(needed) {
            across.touch(BASE, docs[BASE].tree, base);
            for side in [OURS, THEIRS] {
                if let Some(id) = matchings[side].other(base) {
                    across.touch(side, docs[side].tree, id);
                }
            }
        }
        across.placed = bases.into_iter().map(|base| (base, 0)).collect();
        across
    }

    fn touch(&mut self, side: usize, tree: &Tree, id: NodeId) {
        let mut at = tree.parent(id);
        while let Some(id) = at.filter(|id| !self.is_touched[side][id.0 as usize]) {
            self.is_touched[side][id.0 as usize] = true;
            at = tree.parent(id);
        }
    }

    /// Whether something inside crossed, so that no version can be taken as it is.
    pub fn touches(&self, at: Entity) -> bool {
        let is_touched =
            |side: usize| at[side].is_some_and(|id| self.is_touched[side].get(id.0 as usize).copied().unwrap_or(false));
        is_touched(BASE) || is_touched(OURS) || is_touched(THEIRS)
    }

    /// Whether a side moved an item to another array, and that counts.
    pub fn is_moved(&self, side: usize, id: NodeId) -> bool {
        !self.still[side] && self.moved[side].binary_search(&id).is_ok()
    }

    /// Whether an item of the base crossed on either side.
    pub fn is_crossed(&self, base: NodeId) -> bool {
        self.placed.binary_search_by_key(&base, |pair| pair.0).is_ok()
    }

    /// Whether everything that crossed is in the result once: otherwise two moves closed a cycle.
    pub fn is_settled(&self) -> bool {
        self.placed.iter().all(|&(_, count)| count == 1)
    }
}

impl Merger<'_, '_> {
    /// Whether an item belongs into this array in the result.
    pub(super) fn is_home(&self, item: Entity, array: Entity) -> bool {
        let Some(base) = item[BASE] else { return true };
        let parent = |side: usize, id: Option<NodeId>| id.and_then(|id| self.tree(side).parent(id));
        let is_moved = |side: usize| item[side].is_some_and(|id| self.across.is_moved(side, id));
        let side = match (is_moved(OURS), is_moved(THEIRS)) {
            (true, true) => self.winner(item),
            (true, false) => OURS,
            (false, true) => THEIRS,
            (false, false) => return self.tree(BASE).parent(base) == array[BASE],
        };
        parent(side, item[side]) == array[side]
    }

    /// Which of two moves of one item counts: that to the array with the lesser pointer, then with the lesser content,
    /// then in the lesser document.
    fn winner(&self, item: Entity) -> usize {
        let array = |side: usize| item[side].and_then(|id| self.tree(side).parent(id)).unwrap_or(NodeId(0));
        let (ours, theirs) = (array(OURS), array(THEIRS));
        let compare = |ours, theirs| self.doc(OURS).compare(ours, self.doc(THEIRS), theirs);
        let index = |side: usize, id: NodeId| self.across.indexes[side][id.0 as usize] as usize;
        let pointer = |side: usize, id| self.tree(side).pointer_by(id, |id| index(side, id));
        let pointers = pointer(OURS, ours).cmp(&pointer(THEIRS, theirs));
        let order = pointers.then_with(|| compare(ours, theirs)).then_with(|| compare(NodeId(0), NodeId(0)));
        if order.is_gt() { THEIRS } else { OURS }
    }

    /// Notes that an item is in the result, in this array.
    pub(super) fn placed(&mut self, item: Entity, array: Entity, part: PartId) {
        let Some(base) = item[BASE] else { return };
        let Ok(at) = self.across.placed.binary_search_by_key(&base, |pair| pair.0) else { return };
        self.across.placed[at].1 += 1;
        let is_in = |side: usize| item[side].filter(|&id| self.across.moved[side].binary_search(&id).is_ok());
        let (Some(ours), Some(theirs)) = (is_in(OURS), is_in(THEIRS)) else {
            let is_still = |side: usize| self.across.still[side] && is_in(side).is_some();
            if is_still(OURS) || is_still(THEIRS) {
                let taken = if is_still(OURS) { Taken::Theirs } else { Taken::Ours };
                self.conflict(part, ConflictKind::BothMoved, item, taken);
            }
            return;
        };
        let is_here = |side: usize, id| self.tree(side).parent(id) == array[side];
        if !is_here(OURS, ours) || !is_here(THEIRS, theirs) {
            let taken = if self.winner(item) == OURS { Taken::Ours } else { Taken::Theirs };
            self.conflict(part, ConflictKind::BothMoved, item, taken);
        }
    }
}
