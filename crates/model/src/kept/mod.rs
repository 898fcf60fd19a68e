//! What containers show, without how it came to be: enough to answer readers, and nothing else.
//!
//! A file holds this beside the history, so that a document is read before anything of its history is. Everything
//! lies in lists of rows, those of one container behind those of the container before it.

mod registers;
mod text;
mod tree;

pub use registers::{KeptLists, KeptMaps, KeptRegisters};
pub use text::{KeptRun, KeptText};
pub use tree::KeptTrees;

use crate::{Counter, Model};
use clock::Id;
use log::{ContainerId, Value};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

/// What a document shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Keys of maps, keys of properties and kinds of objects; ascending.
    pub names: Vec<String>,
    /// The texts that show something, ascending by container.
    pub texts: Vec<(ContainerId, KeptText)>,
    /// The sets of properties that characters have: numbers of names, ascending, and what is set.
    pub marks: Vec<Vec<(u32, Value)>>,
    /// All maps.
    pub maps: KeptMaps,
    /// All lists.
    pub lists: KeptLists,
    /// All trees.
    pub trees: KeptTrees,
    /// All counters, ascending by container.
    pub counters: Vec<(ContainerId, Counter)>,
}

impl Kept {
    /// What `model` shows.
    pub fn of(model: &Model) -> Self {
        let mut kept = Self { names: names(model), ..Self::default() };
        let mut texts = text::Collector::default();
        for (container, text) in model.texts().filter(|(_, text)| !text.is_empty()) {
            let text = texts.text(text, &kept.names);
            kept.texts.push((container, text));
        }
        kept.marks = texts.marks;
        model.maps().for_each(|(container, map)| kept.maps.add(container, map, &kept.names));
        model.lists().for_each(|(container, list)| kept.lists.add(container, list));
        model.trees().for_each(|(container, tree)| kept.trees.add(container, tree));
        kept.counters = model.counters().collect();
        kept
    }

    /// The number of a name.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        number(&self.names, name)
    }

    /// The name of a number.
    pub(crate) fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }
}

fn number(names: &[String], name: &str) -> Option<u32> {
    names.binary_search_by(|known| known.as_str().cmp(name)).ok().map(|at| at as u32)
}

fn names(model: &Model) -> Vec<String> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (_, map) in model.maps() {
        names.extend(map.keys().filter(|key| map.heads(key).next().is_some()));
    }
    for (_, text) in model.texts().filter(|(_, text)| !text.is_plain()) {
        for run in text.rich() {
            names.extend(run.object);
            names.extend(run.marks.iter().map(|(key, _)| *key));
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

/// Containers of one kind, ascending, and where the rows of each end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(Vec<(ContainerId, u32)>);

impl Rows {
    /// Adds a container whose rows end before row `end`.
    pub fn push(&mut self, container: ContainerId, end: usize) {
        debug_assert!(self.0.last().is_none_or(|last| last.0 < container && last.1 as usize <= end));
        self.0.push((container, end as u32));
    }

    /// The rows of a container.
    pub fn of(&self, container: ContainerId) -> Option<Range<usize>> {
        Some(self.at(self.0.binary_search_by_key(&container, |(id, _)| *id).ok()?))
    }

    fn at(&self, number: usize) -> Range<usize> {
        let start = number.checked_sub(1).map_or(0, |before| self.0[before].1);
        start as usize..self.0[number].1 as usize
    }

    /// All containers with their rows.
    pub fn iter(&self) -> impl Iterator<Item = (ContainerId, Range<usize>)> {
        self.0.iter().enumerate().map(|(number, (container, _))| (*container, self.at(number)))
    }

    /// How many containers there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What follows from rows, found out once somebody asks; so it has no say in whether two are equal.
#[derive(Clone, Debug)]
struct Index<T>(OnceLock<T>);

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for Index<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Rows by the elements that they are of.
type ById = Vec<(Id, u32)>;

fn by_id(ids: &[Id]) -> ById {
    let mut rows: ById = ids.iter().copied().zip(0..).collect();
    rows.sort_unstable();
    rows
}

fn row_of(rows: &ById, id: Id) -> Option<usize> {
    rows.binary_search_by_key(&id, |(id, _)| *id).ok().map(|at| rows[at].1 as usize)
}
