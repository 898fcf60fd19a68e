//! What goes out of sight with the element that its container hangs on.

use crate::document::Document;
use clock::{Id, ReplicaId, SortedSet, Span};
use log::{ContainerId, OpRef};
use view::Toggle;

/// An element on which something hangs, or below which there are others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    id: Id,
    /// The one that a change is about: itself, or a node above it.
    root: Id,
}

impl Document {
    /// The elements that are seen now, may not be once this is turned in the model, and on which something hangs.
    pub(super) fn holders(&self, toggles: &[Toggle]) -> Vec<Holder> {
        let (replicas, mut met, mut holders) = (self.writers(), SortedSet::new(), Vec::new());
        for toggle in toggles {
            for (id, op) in self.log.ops_in(toggle.span) {
                for root in self.may_hide(id, op, toggle.on) {
                    if !met.insert(root) || !self.is_seen(root) {
                        continue;
                    }
                    let before = holders.len();
                    self.add_below(root, &mut holders);
                    if holders.len() > before || !self.model().hanging_on(root, &replicas).is_empty() {
                        holders.push(Holder { id: root, root });
                    }
                }
            }
        }
        holders
    }

    /// What hangs on those of `holders` that are not seen any more, each with the element that took it along.
    pub(super) fn unseen_below(&self, holders: &[Holder]) -> Vec<(Span, Id)> {
        let (replicas, mut met, mut unseen) = (self.writers(), SortedSet::new(), Vec::new());
        for holder in holders {
            if self.is_seen(holder.id) {
                continue;
            }
            if holder.id != holder.root {
                unseen.push((Span::of(holder.id), holder.root));
            }
            let mut open = vec![holder.id];
            while let Some(id) = open.pop() {
                for container in self.model().hanging_on(id, &replicas) {
                    if !met.insert(container) {
                        continue;
                    }
                    for span in self.model().seen_in(container) {
                        unseen.push((span, holder.root));
                        open.extend(self.bearers_in(container, span));
                    }
                }
            }
        }
        unseen
    }

    /// The elements of a span of a container on which something may hang: not its characters.
    fn bearers_in(&self, container: ContainerId, span: Span) -> Vec<Id> {
        let text = self.model().text(container);
        let mut bearers = Vec::new();
        for seq in span.start..span.end {
            let id = Id::new(span.replica, seq);
            if text.is_none_or(|text| text.object(id).is_some()) {
                bearers.push(id);
            }
        }
        bearers
    }

    /// Who writes here, which is who may have made what crosses something.
    fn writers(&self) -> Vec<ReplicaId> {
        self.log.logs().map(|log| log.replica).collect()
    }

    /// The elements that may go out of sight where an op is turned on or off.
    fn may_hide(&self, id: Id, op: OpRef<'_>, on: bool) -> Vec<Id> {
        let model = self.model();
        match op {
            OpRef::TextObject { .. } | OpRef::TreeCreate { .. } if !on => vec![id],
            OpRef::ListInsert { container, .. } if !on => {
                self.bearers_in(container, Span::new(id.replica, id.seq, id.seq + op.len()))
            }
            OpRef::Delete { container, target, .. } | OpRef::ListDelete { container, target } if on => {
                self.bearers_in(container, target)
            }
            OpRef::ListSet { container, item, .. } => {
                let shown = model.list(container).and_then(|list| list.heads(item).first().map(|(write, _)| *write));
                shown.into_iter().collect()
            }
            OpRef::Set { container, key, .. } => {
                let shown = model.map(container).and_then(|map| map.heads(key).next());
                shown.map(|(write, _)| write).into_iter().collect()
            }
            OpRef::TreeDelete { node, .. } if on => vec![node],
            OpRef::TreeMove { node, .. } => vec![node],
            _ => Vec::new(),
        }
    }

    /// Adds the nodes below one, where it is a node.
    fn add_below(&self, root: Id, holders: &mut Vec<Holder>) {
        let Some(tree) = self.home(root).and_then(|home| self.model().tree(home)) else { return };
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            for id in tree.children(Some(node)) {
                open.push(id);
                holders.push(Holder { id, root });
            }
        }
    }

    /// Whether an element is seen: it shows in its container, and what that hangs on is seen.
    fn is_seen(&self, id: Id) -> bool {
        let (mut open, mut met) = (vec![id], SortedSet::new());
        while let Some(id) = open.pop() {
            let Some((_, op)) = self.log.ops_in(Span::of(id)).next() else { return false };
            let Some(container) = op.container() else { return false };
            if !self.shows(container, id, op) {
                return false;
            }
            open.extend(container.makers().filter(|maker| met.insert(*maker)));
        }
        true
    }

    fn shows(&self, container: ContainerId, id: Id, op: OpRef<'_>) -> bool {
        let model = self.model();
        match op {
            OpRef::TextObject { .. } | OpRef::Insert { .. } => {
                model.text(container).and_then(|text| text.position(id)).is_some_and(|(_, is_visible)| is_visible)
            }
            OpRef::ListInsert { .. } => {
                model.list(container).and_then(|list| list.position(id)).is_some_and(|(_, is_visible)| is_visible)
            }
            OpRef::ListSet { item, .. } => model.list(container).is_some_and(|list| {
                list.position(item).is_some_and(|(_, is_visible)| is_visible)
                    && list.heads(item).first().is_some_and(|(head, _)| *head == id)
            }),
            OpRef::Set { key, .. } => {
                model.map(container).and_then(|map| map.heads(key).next()).is_some_and(|(head, _)| head == id)
            }
            OpRef::TreeCreate { .. } => model.tree(container).is_some_and(|tree| tree.is_visible(id)),
            _ => false,
        }
    }
}
