//! What a container holds, with the containers within it.

use super::Document;
use clock::Id;
use log::{ContainerId, Kind, Value};

/// How deep containers are read within each other. Who nests deeper can do so, since whether an op is valid must
/// not depend on what else arrived; it is kept, and whoever asks for the inner container reads it.
pub const CONTAINER_DEPTH_MAX: usize = 64;

/// What something holds, with everything within.
#[derive(Clone, Debug, PartialEq)]
pub enum Deep {
    /// A value that is no container.
    Value(Value),
    /// A text.
    Text(String),
    /// The keys of a map that hold something, ascending.
    Map(Vec<(String, Deep)>),
    /// The items of a list.
    List(Vec<Deep>),
    /// The nodes of a tree, parents before children: how many are above each, its name, and its data.
    Tree(Vec<(usize, Id, Deep)>),
    /// A counter.
    Counter(i64),
    /// A container within more than [`CONTAINER_DEPTH_MAX`] others.
    TooDeep(ContainerId),
}

impl Document {
    /// What `container` holds, with the containers within it.
    pub fn deep(&self, container: ContainerId) -> Deep {
        self.read_deep(container, 1)
    }

    /// No deeper than [`CONTAINER_DEPTH_MAX`].
    fn read_deep(&self, container: ContainerId, depth: usize) -> Deep {
        if depth > CONTAINER_DEPTH_MAX {
            return Deep::TooDeep(container);
        }
        match container.kind() {
            Kind::Text => Deep::Text(self.text(container)),
            Kind::Counter => Deep::Counter(self.counter(container)),
            Kind::Map => {
                let map = self.shown().map(container);
                let held = map.iter().flat_map(|map| map.keys().filter_map(|key| Some((key, map.heads(key).next()?))));
                let read = |(key, (id, value)): (&str, (Id, Option<&Value>))| {
                    Some((key.to_owned(), self.value_deep(id, value?, depth)))
                };
                Deep::Map(held.filter_map(read).collect())
            }
            Kind::List => {
                let items = self.shown().list(container).into_iter().flat_map(|list| list.writes());
                Deep::List(items.map(|(_, write, value, _)| self.value_deep(write, value, depth)).collect())
            }
            Kind::Tree => {
                let nodes = self.shown().tree(container).into_iter().flat_map(|tree| tree.iter());
                let read = |node: Id| self.read_deep(Self::node_data(node), depth + 1);
                Deep::Tree(nodes.map(|(above, node)| (above, node, read(node))).collect())
            }
        }
    }

    /// What element `id` wrote, with everything within.
    fn value_deep(&self, id: Id, value: &Value, depth: usize) -> Deep {
        match value.container(id) {
            Some(container) => self.read_deep(container, depth + 1),
            None => Deep::Value(value.clone()),
        }
    }
}
