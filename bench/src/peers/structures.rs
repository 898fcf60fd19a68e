use super::Peer;

/// One change of a structure. Nodes go by how many were made before them.
#[derive(Clone, Debug)]
pub enum Change {
    /// Writes a key of the map.
    Set(String, i64),
    /// Puts an item into the list.
    Insert(usize, i64),
    /// Moves an item of the list from one position to another.
    Move(usize, usize),
    /// Writes an item of the list.
    Write(usize, i64),
    /// Makes a node of the tree, behind its siblings.
    Create(Option<usize>),
    /// Moves a node of the tree under a parent, to a position there or to the end; without effect where the parent
    /// is below the node.
    Hang(usize, Option<usize>, usize),
    /// Adds to the counter.
    Add(i64),
}

/// What an engine shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Map,
    List,
    Tree,
    Counter,
}

/// An engine that has other containers than texts: a map, a list, a tree and a counter in one document.
pub trait Structures: Peer {
    /// Makes changes, each in a transaction of its own or all in one. `false` where the engine has no such thing.
    fn play(&mut self, changes: &[Change], is_each: bool) -> bool;

    /// What the structure shows: values by key or in order, how deep each node is, the sum.
    fn shown(&mut self, shape: Shape) -> Vec<i64>;
}
