//! Where a new element goes among those that others put at the same place.

use super::Text;
use super::objects::Class;
use super::tree::{Cursor, Elem, Tree};
use clock::{Id, SortedMap, SortedSet};

/// How many siblings are looked through one by one; where there are more, they are kept in order. Few
/// under test, so that both ways are taken.
const SIBLINGS_MAX: usize = if cfg!(any(test, feature = "tiny")) { 2 } else { 16 };

/// The siblings at places that many inserted at, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowds {
    places: SortedMap<Siblings, SortedMap<Rank, Elem>>,
}

/// By what siblings are in order.
type Rank = (Class, Id);

/// What siblings have in common: their left origin, and the element whose left children they are; right
/// children of their left origin have none.
type Siblings = (Option<Elem>, Option<Elem>);

/// An element with the left origin in question, as met from left to right.
struct Member {
    elem: Elem,
    right: Option<Elem>,
    /// The place before it.
    at: Cursor,
}

impl Text {
    /// The place of a new element `new` that was put between `left` and `right`.
    pub(super) fn cursor_between(&mut self, left: Option<Elem>, right: Option<Elem>, new: Elem) -> Cursor {
        let start = match left.and_then(|elem| self.find(elem)) {
            Some(found) => Cursor { offset: found.offset + 1, ..found },
            None => Cursor { leaf: Tree::FIRST, run: 0, offset: 0 },
        };
        // Nobody else put anything here: what followed `left` still does.
        if self.elem_after(start) == right {
            return start;
        }
        let parent = self.left_parent(left, right);
        if let Some(crowd) = self.crowds.places.get(&(left, parent)) {
            let before = crowd.range(..self.rank(new)).next_back().map(|(_, &elem)| elem);
            if before.is_some() || parent.is_none() {
                return self.behind_sibling(before, start, left, parent);
            }
        }
        match parent {
            Some(parent) => self.among_left_children(start, left, parent, new),
            None => self.among_right_children(start, left, new),
        }
    }

    /// The element whose left child one between `left` and `right` is; none where it is a right child of
    /// `left`.
    fn left_parent(&self, left: Option<Elem>, right: Option<Elem>) -> Option<Elem> {
        right.filter(|&right| self.left_origin(right) == left)
    }

    /// Remembers that `new`, between `left` and `right`, has a place, if that place is crowded.
    pub(super) fn join_crowd(&mut self, left: Option<Elem>, right: Option<Elem>, new: Elem) {
        if self.crowds.places.is_empty() {
            return;
        }
        let rank = self.rank(new);
        let siblings = (left, self.left_parent(left, right));
        if let Some(crowd) = self.crowds.places.get_mut(&siblings) {
            crowd.insert(rank, new);
        }
    }

    /// Keeps siblings in order from now on where there are many.
    fn found_crowd(&mut self, of: Siblings, siblings: impl Iterator<Item = Elem> + Clone) {
        if siblings.clone().count() > SIBLINGS_MAX && !self.crowds.places.contains_key(&of) {
            let crowd = siblings.map(|elem| (self.rank(elem), elem)).collect();
            self.crowds.places.insert(of, crowd);
        }
    }

    /// The place right behind the subtree of `before`, the sibling that goes before the new element; at
    /// `start` where there is none. Whatever has the left origin `left` and comes next belongs to the
    /// sibling that goes behind.
    fn behind_sibling(&self, before: Option<Elem>, start: Cursor, left: Option<Elem>, stop: Option<Elem>) -> Cursor {
        let from = match before.and_then(|elem| self.find(elem)) {
            Some(found) => Cursor { offset: found.offset + 1, ..found },
            None => start,
        };
        let (mut at, mut end) = (self.beginning_after(from), from);
        while let Some(cursor) = at {
            let elem = self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset);
            let origin = self.left_origin(elem);
            if Some(elem) == stop || origin == left {
                return self.place_before(cursor, end);
            }
            if !self.is_inside(origin, left) {
                break;
            }
            (end, at) = self.behind_row(cursor);
        }
        end
    }

    fn sorts_before(&self, a: Elem, b: Elem) -> bool {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::SkipTieBreak) {
            return false;
        }
        self.rank(a) < self.rank(b)
    }

    fn rank(&self, elem: Elem) -> Rank {
        (self.class(elem), self.id(elem))
    }

    /// Right children of `left` ascend; the subtree of each begins right after that of the one before.
    fn among_right_children(&mut self, start: Cursor, left: Option<Elem>, new: Elem) -> Cursor {
        let (members, end) = self.members(start, left, None);
        let siblings: Vec<usize> =
            (0..members.len()).filter(|&at| self.left_parent(left, members[at].right).is_none()).collect();
        self.found_crowd((left, None), siblings.iter().map(|&at| members[at].elem));
        match siblings.iter().position(|&at| self.sorts_before(new, members[at].elem)) {
            Some(0) => members[0].at,
            Some(next) => members[siblings[next - 1] + 1].at,
            None => end,
        }
    }

    /// Left children of `parent` ascend and end right before it.
    fn among_left_children(&mut self, start: Cursor, left: Option<Elem>, parent: Elem, new: Elem) -> Cursor {
        let (members, end) = self.members(start, left, Some(parent));
        let siblings: Vec<usize> = (0..members.len()).filter(|&at| members[at].right == Some(parent)).collect();
        self.found_crowd((left, Some(parent)), siblings.iter().map(|&at| members[at].elem));
        let Some(next) = siblings.iter().position(|&at| self.sorts_before(new, members[at].elem)) else {
            return end;
        };
        if next > 0 {
            return members[siblings[next - 1] + 1].at;
        }
        // The subtree of the first sibling: what leads to it by right origins.
        let mut first = siblings[0];
        let mut inside = SortedSet::from([self.id(members[first].elem)]);
        while first > 0 && members[first - 1].right.is_some_and(|right| inside.contains(&self.id(right))) {
            first -= 1;
            inside.insert(self.id(members[first].elem));
        }
        members[first].at
    }

    /// The elements with left origin `left` from `start` on, up to `stop` or the end of the subtree of
    /// `left`, and the place where that is.
    fn members(&self, start: Cursor, left: Option<Elem>, stop: Option<Elem>) -> (Vec<Member>, Cursor) {
        let mut members = Vec::new();
        let (mut at, mut end) = (self.beginning_after(start), start);
        while let Some(cursor) = at {
            let elem = self.tree.run(cursor.leaf, cursor.run).first.plus(cursor.offset);
            if Some(elem) == stop {
                break;
            }
            let origin = self.left_origin(elem);
            if origin == left {
                members.push(Member { elem, right: self.right_origin(elem), at: self.place_before(cursor, end) });
            } else if !self.is_inside(origin, left) {
                break;
            }
            (end, at) = self.behind_row(cursor);
        }
        (members, end)
    }

    /// The end of the row of elements from `cursor` on that were each put right behind the one before, as far as they
    /// are in one run, and the element after that. A run may have several, since a forger can put what would carry a
    /// run on beside it.
    fn behind_row(&self, cursor: Cursor) -> (Cursor, Option<Cursor>) {
        let run = self.tree.run(cursor.leaf, cursor.run);
        let next = run.first.seq + cursor.offset + 1;
        match self.origins[run.first.replica as usize].head_in(next..run.first.seq + run.len) {
            Some(head) => {
                let head = Cursor { offset: head - run.first.seq, ..cursor };
                (head, Some(head))
            }
            None => (Cursor { offset: run.len, ..cursor }, self.next_run(cursor)),
        }
    }

    /// The element after `start`, as a place before it.
    pub(super) fn beginning_after(&self, start: Cursor) -> Option<Cursor> {
        match self.tree.runs(start.leaf).get(start.run as usize) {
            Some(run) if start.offset < run.len => Some(start),
            Some(_) => self.next_run(start),
            None => None,
        }
    }

    /// The place before an element, written as the place behind the one before where that is known.
    fn place_before(&self, cursor: Cursor, end: Cursor) -> Cursor {
        if cursor.offset > 0 { cursor } else { end }
    }

    /// Whether an element met after `left`, with left origin `origin`, descends from `left`.
    fn is_inside(&self, origin: Option<Elem>, left: Option<Elem>) -> bool {
        let Some(left) = left else { return true };
        let Some(origin) = origin else { return false };
        match (self.find(origin), self.find(left)) {
            (Some(origin), Some(left)) => self.tree.precedes(left, origin),
            _ => false,
        }
    }
}
