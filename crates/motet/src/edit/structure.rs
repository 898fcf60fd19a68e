//! Changes of counters, lists and trees.

use super::{Edit, replaced};
use clock::{Id, Span};
use log::{ContainerId, OpRef, Value};
use model::TreePatch;

/// How many items one op inserts at most, and how many bytes of memory it takes, about: well within what an
/// op may have, so that whatever is inserted can be sent.
const PIECE_ITEMS: usize = 1 << 12;
const PIECE_BYTES: usize = 1 << 20;

impl Edit<'_> {
    /// Adds `amount` to the counter `container`.
    pub fn counter_add(&mut self, container: ContainerId, amount: i64) {
        self.push(OpRef::CounterAdd { container, amount });
    }

    /// Inserts items at position `at` of the list `container`; positions beyond the end mean the end. Returns
    /// the name of the first; each further one has the next name.
    pub fn list_insert(&mut self, container: ContainerId, at: usize, values: &[Value]) -> Option<Id> {
        let mut first = None;
        let mut place = self.document.model.awoken().list(container).map_or((None, None), |list| list.place_at(at));
        let mut rest = values;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(piece_len(rest));
            let span = self.push(OpRef::ListInsert { container, left: place.0, right: place.1, values: piece.into() });
            first = first.or(Some(span.first()));
            place.0 = Some(span.last());
            rest = behind;
        }
        first
    }

    /// Takes `len` items from position `at` on out of the list `container`; what lies beyond the end is
    /// ignored.
    pub fn list_delete(&mut self, container: ContainerId, at: usize, len: usize) {
        let Some(list) = self.document.model.awoken().list(container) else { return };
        let mut spans: Vec<Span> = Vec::new();
        for id in (at..list.len().min(at.saturating_add(len))).filter_map(|at| list.id_at(at)) {
            match spans.last_mut() {
                Some(span) if span.replica == id.replica && span.end == id.seq => span.end += 1,
                _ => spans.push(Span::of(id)),
            }
        }
        for target in spans {
            self.push(OpRef::ListDelete { container, target });
        }
    }

    /// Moves the item at position `from` of the list `container` so that it is at position `to`; positions
    /// beyond the end mean the end. `false` where there is no such item.
    pub fn list_move(&mut self, container: ContainerId, from: usize, to: usize) -> bool {
        let list = self.document.model.awoken().list(container);
        let Some((item, (left, right))) = list.and_then(|list| list.place_to_move(from, to)) else { return false };
        self.push(OpRef::ListMove { container, item, left, right });
        true
    }

    /// Writes the item at position `at` of the list `container`, replacing what its author sees there.
    /// `false` where there is no such item.
    pub fn list_set(&mut self, container: ContainerId, at: usize, value: &Value) -> bool {
        self.list_write(container, at, value).is_some()
    }

    pub(super) fn list_write(&mut self, container: ContainerId, at: usize, value: &Value) -> Option<Id> {
        let list = self.document.model.awoken().list(container)?;
        let item = list.id_at(at)?;
        let pred = replaced(list.heads(item).into_iter().map(|(id, _)| id).collect());
        Some(self.push(OpRef::ListSet { container, item, value: value.into(), pred: &pred }).first())
    }

    /// Makes a node of the tree `container` with `at` siblings before it under `parent`, or under the top;
    /// positions beyond the end mean the end. Returns its name, which is also that of its data; none where the
    /// parent is not visible.
    pub fn tree_create(&mut self, container: ContainerId, parent: Option<Id>, at: usize) -> Option<Id> {
        let tree = self.document.model.awoken().tree(container);
        if parent.is_some_and(|parent| !tree.is_some_and(|tree| tree.is_visible(parent))) {
            return None;
        }
        let (left, right) = tree.map_or((None, None), |tree| tree.place_at(parent, at));
        Some(self.push(OpRef::TreeCreate { container, parent, left, right }).first())
    }

    /// Moves a node of the tree `container`, and what is below it, so that it has `at` siblings before it
    /// under `parent`, or under the top. Returns what changes: the node goes there, and a move that had lost
    /// because of where it was may win now, so that others go elsewhere too. None where either is not visible,
    /// or the parent is below the node.
    pub fn tree_move(&mut self, container: ContainerId, node: Id, parent: Option<Id>, at: usize) -> Option<TreePatch> {
        let tree = self.document.model.awoken().tree(container)?;
        if !tree.may_move(node, parent) {
            return None;
        }
        let (left, right) = tree.place_to_move(node, parent, at);
        let mut patch = self.push_telling(OpRef::TreeMove { container, node, parent, left, right });
        Some(patch.trees.remove(&container).unwrap_or_default())
    }

    /// Takes a node of the tree `container`, and what is below it, away. `false` where it is not visible.
    pub fn tree_delete(&mut self, container: ContainerId, node: Id) -> bool {
        let is_visible = self.document.model.awoken().tree(container).is_some_and(|tree| tree.is_visible(node));
        if is_visible {
            self.push(OpRef::TreeDelete { container, node });
        }
        is_visible
    }
}

/// How many of `values`, at least one, one op inserts.
fn piece_len(values: &[Value]) -> usize {
    let mut bytes = 0;
    let fits = values.iter().take(PIECE_ITEMS).take_while(|value| {
        bytes += value.weight();
        bytes <= PIECE_BYTES
    });
    fits.count().max(1)
}
