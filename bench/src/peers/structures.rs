use super::Peer;
use std::ops::Range;

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
    /// Puts characters into the rich text.
    Type(usize, String),
    /// Takes so many characters out of the rich text.
    Erase(usize, usize),
    /// Gives characters of the rich text a property, one of [`STYLES`], or takes it away.
    Style(Range<usize>, &'static str, bool),
}

/// Properties of characters.
pub const STYLES: [&str; 4] = ["bold", "italic", "code", "link"];

/// What a rich text shows, as numbers: for each run of characters with the same properties which ones, how many
/// characters, and what they are. Neighbours that are alike are one run, however an engine keeps them.
#[derive(Default)]
pub struct Runs {
    runs: Vec<[i64; 3]>,
}

impl Runs {
    /// Adds a run.
    pub fn push<'a>(&mut self, text: &str, styles: impl Iterator<Item = &'a str>) {
        let bit = |style: &str| 1_i64 << STYLES.iter().position(|known| *known == style).expect("a known property");
        let styles = styles.map(bit).sum();
        if self.runs.last().is_none_or(|run| run[0] != styles) {
            self.runs.push([styles, 0, 0]);
        }
        let run = self.runs.last_mut().expect("just made");
        run[1] += text.len() as i64;
        run[2] = text.bytes().fold(run[2], |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    }

    /// The numbers.
    pub fn numbers(self) -> Vec<i64> {
        self.runs.into_flattened()
    }
}

/// What an engine shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Map,
    List,
    Tree,
    Counter,
    Rich,
}

/// An engine that has other containers than texts: a map, a list, a tree, a counter and a rich text in one document.
pub trait Structures: Peer {
    /// Makes changes, each in a transaction of its own or all in one. `false` where the engine has no such thing.
    fn play(&mut self, changes: &[Change], is_each: bool) -> bool;

    /// What the structure shows: values by key or in order, how deep each node is, the sum, [`Runs`].
    fn shown(&mut self, shape: Shape) -> Vec<i64>;
}
