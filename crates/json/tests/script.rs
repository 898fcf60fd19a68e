//! Changes are enough: whoever executes them on the first document gets the second.

mod generate;

use generate::{Dice, anything, outline};
use json::{Change, Kind, NodeId, Schema, Tree, diff};

/// JSON as an executor of changes sees it.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Scalar(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

fn read(tree: &Tree, id: NodeId) -> Value {
    match tree.kind(id) {
        Kind::Array => Value::List(tree.children(id).map(|child| read(tree, child)).collect()),
        Kind::Object => sorted(tree.children(id).map(|child| (key(tree, child), read(tree, child))).collect()),
        // A lone surrogate reads as U+FFFD, which the generator never writes.
        Kind::String => Value::Scalar(format!("\"{}", tree.string(id).unwrap())),
        Kind::Number => Value::Scalar(tree.text(id).parse::<f64>().unwrap().to_string()),
        _ => Value::Scalar(tree.text(id).to_owned()),
    }
}

fn key(tree: &Tree, id: NodeId) -> String {
    tree.key(id).unwrap().into_owned()
}

fn sorted(mut members: Vec<(String, Value)>) -> Value {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Map(members)
}

/// Executes changes: the independent half of this test.
struct Executor<'a> {
    base: &'a Tree,
    other: &'a Tree,
    changes: &'a [Change],
}

impl Executor<'_> {
    fn value(&self, id: NodeId) -> Value {
        for change in self.changes {
            match change {
                Change::Set { base, other } if *base == id => return read(self.other, *other),
                Change::Text { base, edits, .. } if *base == id => {
                    let mut text: Vec<char> = self.base.string(id).unwrap().chars().collect();
                    for edit in edits.iter().rev() {
                        text.splice(edit.at..edit.at + edit.removed, edit.inserted.chars());
                    }
                    return Value::Scalar(format!("\"{}", text.into_iter().collect::<String>()));
                }
                _ => {}
            }
        }
        match self.base.kind(id) {
            Kind::Object => self.members(id),
            Kind::Array => self.items(id),
            _ => read(self.base, id),
        }
    }

    fn members(&self, id: NodeId) -> Value {
        let is_gone = |id| self.changes.iter().any(|change| matches!(change, Change::Remove { base } if *base == id));
        let renamed = |id| {
            self.changes.iter().find_map(|change| match change {
                Change::Rename { base, other } if *base == id => Some(key(self.other, *other)),
                _ => None,
            })
        };
        let kept = self.base.children(id).filter(|&child| !is_gone(child));
        let mut members: Vec<(String, Value)> =
            kept.map(|child| (renamed(child).unwrap_or_else(|| key(self.base, child)), self.value(child))).collect();
        for change in self.changes {
            if let Change::Add { object, other } = change
                && *object == id
            {
                members.push((key(self.other, *other), read(self.other, *other)));
            }
        }
        sorted(members)
    }

    fn items(&self, id: NodeId) -> Value {
        let is_gone = |id| {
            self.changes
                .iter()
                .any(|change| matches!(change, Change::Delete { base } | Change::Move { base, .. } if *base == id))
        };
        let mut items: Vec<Value> =
            self.base.children(id).filter(|&child| !is_gone(child)).map(|child| self.value(child)).collect();
        let mut new: Vec<(usize, Value)> = self
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::Insert { array, other } if *array == id => Some((*other, read(self.other, *other))),
                Change::Move { base, other, array } if *array == Some(id) => Some((*other, self.value(*base))),
                _ => None,
            })
            .map(|(other, value)| (self.other.index(other), value))
            .collect();
        new.sort_by_key(|pair| pair.0);
        for (index, value) in new {
            items.insert(index, value);
        }
        Value::List(items)
    }
}

fn check(base: &str, other: &str) {
    let (base, other) = (Tree::parse(base.as_bytes()).unwrap(), Tree::parse(other.as_bytes()).unwrap());
    let changes = diff(&base, &other, &Schema::default());
    let executor = Executor { base: &base, other: &other, changes: &changes };
    assert_eq!(executor.value(base.root()), read(&other, other.root()), "{base}\n{other}\n{changes:?}");
    assert!(diff(&other, &other, &Schema::default()).is_empty());
}

/// Numbers in one form and keys once: an executor need not know more.
fn simple(dice: &mut Dice) -> String {
    loop {
        let text = anything(dice);
        let text = text.trim_start_matches('\u{feff}');
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
            return value.to_string();
        }
    }
}

#[test]
fn changes_between_any_documents_are_enough() {
    let mut dice = Dice(3);
    for _ in 0..3_000 {
        check(&simple(&mut dice), &simple(&mut dice));
    }
}

#[test]
fn changes_between_outlines_are_enough() {
    let mut dice = Dice(4);
    for _ in 0..300 {
        let seed = dice.next();
        let (mut fresh, mut other_fresh) = (0, 0);
        let base = outline(&mut Dice(seed), &mut fresh, 3);
        let mut other = outline(&mut Dice(seed), &mut other_fresh, 3);
        for _ in 0..dice.below(8) {
            shuffle(&mut dice, &mut other, &mut other_fresh);
        }
        check(&base.to_string(), &other.to_string());
    }
}

/// Takes something out of a random array and puts it, or something new, into another.
fn shuffle(dice: &mut Dice, root: &mut serde_json::Value, fresh: &mut u32) {
    let mut taken = None;
    for _ in 0..2 {
        let mut at = &mut *root;
        while dice.below(3) > 0 && !at["children"].as_array().unwrap().is_empty() {
            let len = at["children"].as_array().unwrap().len();
            at = &mut at["children"][dice.below(len)];
        }
        let children = at["children"].as_array_mut().unwrap();
        match taken.take() {
            Some(item) => children.insert(dice.below(children.len() + 1), item),
            None if dice.below(3) == 0 || children.is_empty() => taken = Some(outline(dice, fresh, 1)),
            None => taken = Some(children.remove(dice.below(children.len()))),
        }
    }
}
