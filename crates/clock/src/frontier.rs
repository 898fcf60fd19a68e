//! The newest actions that nothing follows.

use crate::Id;

/// The last elements of the maximal actions of a multi-log, sorted, without repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frontier {
    ids: Vec<Id>,
}

impl Frontier {
    /// The frontier of an empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier of the given ids, in any order.
    pub fn from_ids(mut ids: Vec<Id>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self { ids }
    }

    /// The ids, ascending.
    pub fn ids(&self) -> &[Id] {
        &self.ids
    }

    /// Whether the log is empty.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether it is the element before `id` and nothing else.
    pub fn is_just_before(&self, id: Id) -> bool {
        matches!(self.ids[..], [only] if only.replica == id.replica && only.seq.wrapping_add(1) == id.seq)
    }

    /// Accounts for an action that ends in `last` and follows everything.
    pub fn follow(&mut self, last: Id) {
        self.ids.clear();
        self.ids.push(last);
    }

    /// Accounts for an action that ends in `last` and names `parents`: they are maximal no longer.
    pub fn advance(&mut self, parents: &[Id], last: Id) {
        for parent in parents {
            if let Ok(at) = self.ids.binary_search(parent) {
                self.ids.remove(at);
            }
        }
        if let Err(at) = self.ids.binary_search(&last) {
            self.ids.insert(at, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReplicaId;

    #[test]
    fn an_action_takes_the_place_of_its_parents() {
        let (a, b) = (Id::new(ReplicaId(1), 4), Id::new(ReplicaId(2), 0));
        let mut frontier = Frontier::from_ids(vec![b, a, b]);
        assert_eq!(frontier.ids(), [a, b]);
        frontier.advance(&[a, b], a.plus(1));
        assert_eq!(frontier.ids(), [a.plus(1)]);
        frontier.advance(&[], b.plus(3));
        assert_eq!(frontier.ids(), [a.plus(1), b.plus(3)]);
    }
}
