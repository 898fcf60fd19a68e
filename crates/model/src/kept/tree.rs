//! What trees show.

use super::{ById, Index, Rows, by_id, row_of};
use crate::Tree;
use clock::Id;
use log::ContainerId;
use std::ops::Range;

/// No row.
const NONE: u32 = u32::MAX;

/// What trees show: a row for each visible node, parents before children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptTrees {
    /// The trees.
    pub rows: Rows,
    /// The nodes.
    pub nodes: Vec<Id>,
    /// How many are above each: at most one more than above the node before.
    pub depths: Vec<u32>,
    /// Of nodes that show where a move put them, that move, by row.
    pub moved: Vec<(u32, Id)>,
    /// Moves that are active and lose, by row; in each the oldest first.
    pub lost: Vec<(u32, Id)>,
    index: Index<Forest>,
}

/// Who is whose child.
#[derive(Clone, Debug)]
struct Forest {
    rows: ById,
    /// By row, what is above; [`NONE`] for the top.
    parents: Vec<u32>,
    /// By row, how many siblings come before.
    places: Vec<u32>,
    /// By row, the sibling that comes next; [`NONE`].
    next: Vec<u32>,
    /// By row, how many children there are.
    counts: Vec<u32>,
}

impl KeptTrees {
    /// Trees from their columns.
    pub fn new(rows: Rows, (nodes, depths): (Vec<Id>, Vec<u32>), [moved, lost]: [Vec<(u32, Id)>; 2]) -> Self {
        Self { rows, nodes, depths, moved, lost, index: Index::default() }
    }

    pub(super) fn add(&mut self, container: ContainerId, tree: &Tree) {
        for (depth, node) in tree.iter() {
            let row = self.nodes.len() as u32;
            self.nodes.push(node);
            self.depths.push(depth as u32);
            self.moved.extend(tree.moved_by(node).map(|by| (row, by)));
            self.lost.extend(tree.lost_moves(node).map(|lost| (row, lost)));
        }
        self.rows.push(container, self.nodes.len());
    }

    fn forest(&self) -> &Forest {
        self.index.0.get_or_init(|| Forest::of(self))
    }

    /// The row of a node of the tree that has `rows`.
    pub(crate) fn row(&self, rows: &Range<usize>, node: Id) -> Option<usize> {
        row_of(&self.forest().rows, node).filter(|row| rows.contains(row))
    }

    /// The parent of a row, or none for the top, and how many siblings come before it.
    pub(crate) fn position(&self, row: usize) -> (Option<Id>, usize) {
        let forest = self.forest();
        let parent = self.nodes.get(forest.parents[row] as usize).copied();
        (parent, forest.places[row] as usize)
    }

    /// The children of a row, or of the top of the tree that has `rows`.
    pub(crate) fn children(&self, rows: Range<usize>, parent: Option<usize>) -> impl Iterator<Item = Id> + '_ {
        let first = match parent {
            None => Some(rows.start).filter(|_| !rows.is_empty()),
            Some(row) => Some(row + 1).filter(|_| self.forest().counts[row] > 0),
        };
        let next = |&row: &usize| Some(self.forest().next[row] as usize).filter(|&next| next != NONE as usize);
        std::iter::successors(first, next).map(|row| self.nodes[row])
    }

    /// How many children a row has.
    pub(crate) fn child_count(&self, row: usize) -> usize {
        self.forest().counts[row] as usize
    }

    /// The move that put a row where it shows.
    pub(crate) fn moved_by(&self, row: usize) -> Option<Id> {
        let at = self.moved.binary_search_by_key(&row, |(row, _)| *row as usize).ok()?;
        Some(self.moved[at].1)
    }

    /// The moves of a row that are active and lose, the oldest first.
    pub(crate) fn lost_moves(&self, row: usize) -> impl Iterator<Item = Id> + '_ {
        let start = self.lost.partition_point(|lost| (lost.0 as usize) < row);
        self.lost[start..].iter().take_while(move |lost| lost.0 as usize == row).map(|lost| lost.1)
    }
}

impl Forest {
    fn of(trees: &KeptTrees) -> Self {
        let len = trees.nodes.len();
        let mut forest = Self {
            rows: by_id(&trees.nodes),
            parents: vec![NONE; len],
            places: vec![0; len],
            next: vec![NONE; len],
            counts: vec![0; len],
        };
        for (_, rows) in trees.rows.iter() {
            // The last node met of each depth, down to the one before.
            let mut path: Vec<u32> = Vec::new();
            for row in rows {
                let depth = trees.depths[row] as usize;
                if let Some(&before) = path.get(depth) {
                    forest.next[before as usize] = row as u32;
                    forest.places[row] = forest.places[before as usize] + 1;
                }
                path.truncate(depth);
                if let Some(&parent) = path.last() {
                    forest.parents[row] = parent;
                    forest.counts[parent as usize] += 1;
                }
                path.push(row as u32);
            }
        }
        forest
    }
}
