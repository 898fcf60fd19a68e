//! What readers ask of a document, answered by its model, or by what was kept of one.

use crate::kept::{Kept, KeptText};
use crate::{Counter, List, Map, Model, RichRun, Text, Tree};
use clock::{Id, Place, Seq};
use log::{ContainerId, Value};
use std::ops::Range;

/// What a document shows. Whatever answers, the answers are the same.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// All of it is there.
    Model(&'a Model),
    /// What shows is.
    Kept(&'a Kept),
}

/// What a text shows.
#[derive(Clone, Copy, Debug)]
pub enum ShownText<'a> {
    /// Of a model.
    Model(&'a Text),
    /// As it was kept.
    Kept(&'a Kept, &'a KeptText),
}

/// A part of what a text shows: characters with the same properties, or an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRun<'a> {
    /// How many code points it has.
    pub len: Seq,
    /// How they read.
    pub text: &'a str,
    /// The object and its kind, where it is one.
    pub object: Option<(Id, &'a str)>,
    /// Properties that are set, ascending by key.
    pub marks: Vec<(&'a str, &'a Value)>,
}

/// What a map shows.
#[derive(Clone, Debug)]
pub enum ShownMap<'a> {
    /// Of a model.
    Model(&'a Map),
    /// As it was kept: which rows are its own.
    Kept(&'a Kept, Range<usize>),
}

/// What a list shows.
#[derive(Clone, Debug)]
pub enum ShownList<'a> {
    /// Of a model.
    Model(&'a List),
    /// As it was kept: which rows are its own.
    Kept(&'a Kept, Range<usize>),
}

/// What a tree shows. Of what is not visible it knows nothing.
#[derive(Clone, Debug)]
pub enum ShownTree<'a> {
    /// Of a model.
    Model(&'a Tree),
    /// As it was kept: which rows are its own.
    Kept(&'a Kept, Range<usize>),
}

impl<'a> Shown<'a> {
    /// The text `container`, where it shows something.
    pub fn text(self, container: ContainerId) -> Option<ShownText<'a>> {
        match self {
            Self::Model(model) => model.text(container).filter(|text| !text.is_empty()).map(ShownText::Model),
            Self::Kept(kept) => {
                let at = kept.texts.binary_search_by_key(&container, |(id, _)| *id).ok()?;
                Some(ShownText::Kept(kept, &kept.texts[at].1))
            }
        }
    }

    /// The map `container`, where anything was ever written there.
    pub fn map(self, container: ContainerId) -> Option<ShownMap<'a>> {
        match self {
            Self::Model(model) => model.map(container).map(ShownMap::Model),
            Self::Kept(kept) => kept.maps.rows.of(container).map(|rows| ShownMap::Kept(kept, rows)),
        }
    }

    /// As [`Shown::map`], of many whose names ascend: `near` is where the one before was found.
    pub fn map_after(self, near: &mut Place, container: ContainerId) -> Option<ShownMap<'a>> {
        match self {
            Self::Model(model) => model.map_after(near, container).map(ShownMap::Model),
            Self::Kept(_) => self.map(container),
        }
    }

    /// As [`Shown::list`], of many whose names ascend: `near` is where the one before was found.
    pub fn list_after(self, near: &mut Place, container: ContainerId) -> Option<ShownList<'a>> {
        match self {
            Self::Model(model) => model.list_after(near, container).map(ShownList::Model),
            Self::Kept(_) => self.list(container),
        }
    }

    /// The list `container`, where anything was ever written there.
    pub fn list(self, container: ContainerId) -> Option<ShownList<'a>> {
        match self {
            Self::Model(model) => model.list(container).map(ShownList::Model),
            Self::Kept(kept) => kept.lists.rows.of(container).map(|rows| ShownList::Kept(kept, rows)),
        }
    }

    /// The tree `container`, where anything was ever made there.
    pub fn tree(self, container: ContainerId) -> Option<ShownTree<'a>> {
        match self {
            Self::Model(model) => model.tree(container).map(ShownTree::Model),
            Self::Kept(kept) => kept.trees.rows.of(container).map(|rows| ShownTree::Kept(kept, rows)),
        }
    }

    /// The counter `container`, where anything was ever added there.
    pub fn counter(self, container: ContainerId) -> Option<Counter> {
        match self {
            Self::Model(model) => model.counter(container),
            Self::Kept(kept) => {
                let at = kept.counters.binary_search_by_key(&container, |(id, _)| *id).ok()?;
                Some(kept.counters[at].1)
            }
        }
    }

    /// What `key` of the map `container` holds.
    pub fn get(self, container: ContainerId, key: &str) -> Option<&'a Value> {
        self.map(container)?.get(key)
    }
}

impl<'a> ShownText<'a> {
    /// How it reads.
    pub fn read(self) -> String {
        match self {
            Self::Model(text) => text.read(),
            Self::Kept(_, text) => text.text.clone(),
        }
    }

    /// How many code points it shows.
    pub fn len_chars(self) -> Seq {
        match self {
            Self::Model(text) => text.len().chars,
            Self::Kept(_, text) => text.text.chars().count() as Seq,
        }
    }

    /// What is visible, in order. Neighbours may be alike.
    pub fn rich(self) -> impl Iterator<Item = ShownRun<'a>> {
        match self {
            Self::Model(text) => Either::Left(text.rich().map(ShownRun::from)),
            Self::Kept(kept, text) => Either::Right(kept_runs(kept, text)),
        }
    }
}

fn kept_runs<'a>(kept: &'a Kept, text: &'a KeptText) -> impl Iterator<Item = ShownRun<'a>> {
    let plain = text.runs.is_empty().then(|| {
        let len = text.text.chars().count() as Seq;
        ShownRun { len, text: text.text.as_str(), object: None, marks: Vec::new() }
    });
    let runs = text.runs.iter().scan(0, |at, run| {
        let start = std::mem::replace(at, *at + run.bytes as usize);
        let set = run.marks.checked_sub(1).map(|set| &kept.marks[set as usize]);
        let marks = set.into_iter().flatten().map(|(name, value)| (kept.name(*name), value)).collect();
        let object = run.object.map(|(id, kind)| (id, kept.name(kind)));
        Some(ShownRun { len: run.chars, text: &text.text[start..*at], object, marks })
    });
    plain.into_iter().chain(runs)
}

impl<'a> From<RichRun<'a>> for ShownRun<'a> {
    fn from(run: RichRun<'a>) -> Self {
        let object = run.object.map(|kind| (run.span.first(), kind));
        Self { len: run.span.len(), text: run.text, object, marks: run.marks }
    }
}

impl<'a> ShownMap<'a> {
    /// What `key` holds.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        match self {
            Self::Model(map) => map.get(key),
            Self::Kept(kept, _) => kept.maps.registers.values[self.row(key)?].as_ref(),
        }
    }

    /// The row of a key in what was kept.
    fn row(&self, key: &str) -> Option<usize> {
        let Self::Kept(kept, rows) = self else { return None };
        let number = kept.number(key)?;
        kept.maps.keys[rows.clone()].binary_search(&number).ok().map(|at| rows.start + at)
    }

    /// The writes of `key` that nobody replaced: first the one that shows, then the alternatives, later ones first.
    pub fn heads(&self, key: &str) -> impl Iterator<Item = (Id, Option<&'a Value>)> + use<'a> {
        match *self {
            Self::Model(map) => Either::Left(map.heads(key)),
            Self::Kept(kept, _) => {
                let row = self.row(key);
                Either::Right(row.into_iter().flat_map(|row| kept.maps.registers.heads(row)))
            }
        }
    }

    /// The keys that have a write which nobody replaced, be it one that took away what they held; ascending.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        match self.clone() {
            Self::Model(map) => Either::Left(map.keys().filter(|key| map.heads(key).next().is_some())),
            Self::Kept(kept, rows) => Either::Right(kept.maps.keys[rows].iter().map(|&key| kept.name(key))),
        }
    }

    /// The keys that hold something, with what they hold, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        match self.clone() {
            Self::Model(map) => Either::Left(map.iter()),
            Self::Kept(kept, rows) => {
                let maps = &kept.maps;
                let held = move |row: usize| Some((kept.name(maps.keys[row]), maps.registers.values[row].as_ref()?));
                Either::Right(rows.filter_map(held))
            }
        }
    }
}

impl<'a> ShownList<'a> {
    /// How many items are visible.
    pub fn len(&self) -> usize {
        match self {
            Self::Model(list) => list.len(),
            Self::Kept(_, rows) => rows.len(),
        }
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the item at `at` holds.
    pub fn get(&self, at: usize) -> Option<&'a Value> {
        match self {
            Self::Model(list) => list.get(at),
            Self::Kept(kept, rows) => kept.lists.registers.values[rows.clone()].get(at)?.as_ref(),
        }
    }

    /// The name of the item at `at`.
    pub fn id_at(&self, at: usize) -> Option<Id> {
        match self {
            Self::Model(list) => list.id_at(at),
            Self::Kept(kept, rows) => kept.lists.items[rows.clone()].get(at).copied(),
        }
    }

    /// How many visible items come before item `id`; none where that is not visible itself.
    pub fn position(&self, id: Id) -> Option<usize> {
        match self {
            Self::Model(list) => list.position(id).filter(|(_, is_visible)| *is_visible).map(|(at, _)| at),
            Self::Kept(..) => self.row(id).map(|(_, at)| at),
        }
    }

    /// The row of an item in what was kept, and how many are before it.
    fn row(&self, id: Id) -> Option<(usize, usize)> {
        let Self::Kept(kept, rows) = self else { return None };
        kept.lists.row(id).filter(|row| rows.contains(row)).map(|row| (row, row - rows.start))
    }

    /// The visible items in order: their names, and what they hold.
    pub fn iter(&self) -> impl Iterator<Item = (Id, &'a Value)> + use<'a> {
        match self.clone() {
            Self::Model(list) => Either::Left(list.iter()),
            Self::Kept(kept, rows) => {
                let (items, values) = (&kept.lists.items[rows.clone()], &kept.lists.registers.values[rows]);
                let held = |(item, value): (&Id, &'a Option<Value>)| Some((*item, value.as_ref()?));
                Either::Right(items.iter().zip(values).filter_map(held))
            }
        }
    }

    /// The visible items in order: their names, the writes that show with what they hold, and whether there are
    /// alternatives.
    pub fn writes(&self) -> impl Iterator<Item = (Id, Id, &'a Value, bool)> + use<'a> {
        match self.clone() {
            Self::Model(list) => Either::Left(list.writes()),
            Self::Kept(kept, rows) => {
                let registers = &kept.lists.registers;
                let held = move |row: usize| {
                    let value = registers.values[row].as_ref()?;
                    Some((kept.lists.items[row], registers.writes[row], value, registers.is_disputed(row)))
                };
                Either::Right(rows.filter_map(held))
            }
        }
    }

    /// The writes of the visible item `id` that nobody replaced: first the one that shows, then the alternatives,
    /// later ones first.
    pub fn heads(&self, id: Id) -> Vec<(Id, &'a Value)> {
        match *self {
            Self::Model(list) => {
                let is_visible = list.position(id).is_some_and(|(_, is_visible)| is_visible);
                if is_visible { list.heads(id) } else { Vec::new() }
            }
            Self::Kept(kept, _) => {
                let heads = self.row(id).into_iter().flat_map(|(row, _)| kept.lists.registers.heads(row));
                heads.filter_map(|(write, value)| Some((write, value?))).collect()
            }
        }
    }
}

impl<'a> ShownTree<'a> {
    /// How many children the visible node `parent`, or the top, has.
    pub fn child_count(&self, parent: Option<Id>) -> usize {
        match (self, parent) {
            (Self::Model(tree), Some(node)) if !tree.is_visible(node) => 0,
            (Self::Model(tree), _) => tree.child_count(parent),
            (Self::Kept(kept, _), Some(node)) => self.row(node).map_or(0, |row| kept.trees.child_count(row)),
            (Self::Kept(kept, rows), None) => kept.trees.children(rows.clone(), None).count(),
        }
    }

    /// The children of the visible node `parent`, or of the top, in order.
    pub fn children(&self, parent: Option<Id>) -> impl Iterator<Item = Id> + use<'a> {
        match self.clone() {
            Self::Model(tree) => {
                let is_there = parent.is_none_or(|node| tree.is_visible(node));
                Either::Left(is_there.then(|| tree.children(parent)).into_iter().flatten())
            }
            Self::Kept(kept, rows) => {
                let row = parent.map(|node| self.row(node));
                let children = (row != Some(None)).then(|| kept.trees.children(rows, row.flatten()));
                Either::Right(children.into_iter().flatten())
            }
        }
    }

    /// The visible nodes, parents before children, each with how many are above it.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Id)> + use<'a> {
        match self.clone() {
            Self::Model(tree) => Either::Left(tree.iter()),
            Self::Kept(kept, rows) => {
                let (depths, nodes) = (&kept.trees.depths[rows.clone()], &kept.trees.nodes[rows]);
                Either::Right(depths.iter().map(|&depth| depth as usize).zip(nodes.iter().copied()))
            }
        }
    }

    /// Whether `id` is a node that is visible.
    pub fn is_visible(&self, id: Id) -> bool {
        match self {
            Self::Model(tree) => tree.is_visible(id),
            Self::Kept(..) => self.row(id).is_some(),
        }
    }

    /// Whether `id` is a node that is visible, and directly below `parent`, or at the top.
    pub fn is_child(&self, id: Id, parent: Option<Id>) -> bool {
        match self {
            Self::Model(tree) => tree.is_child(id, parent),
            Self::Kept(kept, _) => self.row(id).is_some_and(|row| kept.trees.position(row).0 == parent),
        }
    }

    /// The parent of the visible node `id`, or none for the top, and how many siblings come before it.
    pub fn position(&self, id: Id) -> Option<(Option<Id>, usize)> {
        match self {
            Self::Model(tree) => tree.position(id).filter(|_| tree.is_visible(id)),
            Self::Kept(kept, _) => self.row(id).map(|row| kept.trees.position(row)),
        }
    }

    /// The move that put the visible node `id` where it shows; none where that is its creation.
    pub fn moved_by(&self, id: Id) -> Option<Id> {
        match self {
            Self::Model(tree) => tree.moved_by(id).filter(|_| tree.is_visible(id)),
            Self::Kept(kept, _) => kept.trees.moved_by(self.row(id)?),
        }
    }

    /// The moves of the visible node `id` that are active and lose, the oldest first.
    pub fn lost_moves(&self, id: Id) -> impl Iterator<Item = Id> + use<'a> {
        match *self {
            Self::Model(tree) => Either::Left(tree.is_visible(id).then(|| tree.lost_moves(id)).into_iter().flatten()),
            Self::Kept(kept, _) => Either::Right(self.row(id).into_iter().flat_map(|row| kept.trees.lost_moves(row))),
        }
    }

    /// The row of a node in what was kept.
    fn row(&self, id: Id) -> Option<usize> {
        let Self::Kept(kept, rows) = self else { return None };
        kept.trees.row(rows, id)
    }
}

/// One of two ways to give out the same.
enum Either<L, R> {
    Left(L),
    Right(R),
}

impl<T, L: Iterator<Item = T>, R: Iterator<Item = T>> Iterator for Either<L, R> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self {
            Self::Left(left) => left.next(),
            Self::Right(right) => right.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Left(left) => left.size_hint(),
            Self::Right(right) => right.size_hint(),
        }
    }
}
