//! Containers within containers.

use super::Edit;
use log::{ContainerId, Kind, Value};

impl Edit<'_> {
    /// Writes `key` of the map `container`: a new, empty container of `kind`. Who writes the same key at once
    /// makes another one; both are kept.
    pub fn set_container(&mut self, container: ContainerId, key: &str, kind: Kind) -> ContainerId {
        let id = self.write(container, key, Some(Value::Container(kind)));
        ContainerId::Element(kind, id)
    }

    /// Inserts an item at position `at` of the list `container`: a new, empty container of `kind`.
    pub fn list_insert_container(&mut self, container: ContainerId, at: usize, kind: Kind) -> ContainerId {
        let id = self.list_insert(container, at, &[Value::Container(kind)]);
        ContainerId::Element(kind, id.expect("one item was inserted"))
    }

    /// Writes the item at position `at` of the list `container`: a new, empty container of `kind`. None where
    /// there is no such item.
    pub fn list_set_container(&mut self, container: ContainerId, at: usize, kind: Kind) -> Option<ContainerId> {
        let id = self.list_write(container, at, &Value::Container(kind))?;
        Some(ContainerId::Element(kind, id))
    }
}
