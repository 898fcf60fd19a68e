//! What a document shows besides texts.

use super::Document;
use clock::{Id, Span, VersionVector};
use log::{ContainerId, Kind, OpRef, Value};
use model::{Counter, List, Model, Tree};
use view::{CounterDiff, KeyDiff, ListDiff, NodeDiff, Policy};

impl Document {
    /// What the counter `container` reads.
    pub fn counter(&self, container: ContainerId) -> i64 {
        self.shown().counter(container).unwrap_or_default().value()
    }

    /// How many items the list `container` shows.
    pub fn list_len(&self, container: ContainerId) -> usize {
        self.shown().list(container).map_or(0, |list| list.len())
    }

    /// What the item at position `at` of the list `container` holds.
    pub fn list_get(&self, container: ContainerId, at: usize) -> Option<&Value> {
        self.shown().list(container)?.get(at)
    }

    /// The items of the list `container`: their names, and what they hold.
    pub fn list_items(&self, container: ContainerId) -> impl Iterator<Item = (Id, &Value)> {
        self.shown().list(container).into_iter().flat_map(|list| list.iter())
    }

    /// The tree `container`, where anything was ever made there.
    pub fn tree(&self, container: ContainerId) -> Option<&Tree> {
        self.model().tree(container)
    }

    /// The map that belongs to a node of a tree.
    pub fn node_data(node: Id) -> ContainerId {
        ContainerId::Element(Kind::Map, node)
    }

    /// Whether an active element is a move that loses.
    pub(super) fn is_lost(&self, id: Id) -> bool {
        self.log.ops_in(Span::of(id)).any(|(id, op)| match op {
            OpRef::TreeMove { container, .. } | OpRef::TextMove { container, .. } => {
                self.model().is_lost(container, id)
            }
            _ => false,
        })
    }

    /// The container that `key` of the map `container` holds, where it holds one.
    pub fn container_at(&self, container: ContainerId, key: &str) -> Option<ContainerId> {
        let (id, value) = self.shown().map(container)?.heads(key).next()?;
        value?.container(id)
    }

    /// The container that the item at position `at` of the list `container` holds, where it holds one.
    pub fn container_in(&self, container: ContainerId, at: usize) -> Option<ContainerId> {
        let list = self.shown().list(container)?;
        let heads = list.heads(list.id_at(at)?);
        heads.first().and_then(|(id, value)| value.container(*id))
    }

    /// The container `container` as `policy` shows it, in a model that holds nothing else. Costs a scan of
    /// the log.
    pub fn project(&self, container: ContainerId, policy: Policy) -> Model {
        self.view_with(policy).project_only(&self.log, container)
    }

    /// What the counter `container` counts under one of two policies only, with what makes the difference.
    pub fn counter_diff(&self, container: ContainerId, before: Policy, after: Policy) -> Vec<CounterDiff> {
        let (before, after) = (self.view_with(before), self.view_with(after));
        view::counter_diff(&self.log, (&before, &after), container)
    }

    /// What the map `container` holds differently under two policies, with what makes the difference.
    pub fn key_diff(&self, container: ContainerId, before: Policy, after: Policy) -> Vec<KeyDiff> {
        let (before, after) = (self.view_with(before), self.view_with(after));
        view::key_diff(&self.log, (&before, &after), container)
    }

    /// What the list `container` shows differently under two policies, item by item, with what makes the
    /// difference.
    pub fn list_diff(&self, container: ContainerId, before: Policy, after: Policy) -> Vec<ListDiff> {
        let (before, after) = (self.view_with(before), self.view_with(after));
        view::list_diff(&self.log, (&before, &after), container)
    }

    /// What the tree `container` shows differently under two policies, node by node, with what makes the
    /// difference.
    pub fn node_diff(&self, container: ContainerId, before: Policy, after: Policy) -> Vec<NodeDiff> {
        let (before, after) = (self.view_with(before), self.view_with(after));
        view::node_diff(&self.log, (&before, &after), container)
    }

    /// The tree `container` at `version`.
    pub fn tree_at(&self, container: ContainerId, version: &VersionVector) -> Tree {
        self.project(container, pinned(version)).tree(container).cloned().unwrap_or_default()
    }

    /// The list `container` at `version`.
    pub fn list_at(&self, container: ContainerId, version: &VersionVector) -> List {
        self.project(container, pinned(version)).list(container).cloned().unwrap_or_default()
    }

    /// What the counter `container` read at `version`.
    pub fn counter_at(&self, container: ContainerId, version: &VersionVector) -> i64 {
        self.project(container, pinned(version)).counter(container).map_or(0, |counter: Counter| counter.value())
    }
}

fn pinned(version: &VersionVector) -> Policy {
    Policy { pin: Some(version.clone()), ..Policy::default() }
}
