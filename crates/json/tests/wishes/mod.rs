//! People who edit one outline, and what each wants to be true of the result.
#![allow(dead_code, missing_docs, reason = "each test file uses a part")]

use crate::generate::{Dice, item};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What somebody wants to be true.
#[derive(Clone, Debug)]
pub enum Wish {
    /// An item has this at a member; nested members with a dot.
    Set(String, &'static str, Value),
    /// An item has this tag.
    Tag(String, String),
    /// An item has not this tag.
    NoTag(String, String),
    /// An item is among the children of another.
    Child(String, String),
    /// An item is nowhere.
    Gone(String),
}

/// What the conflicts of a merge are about, as far as wishes go.
#[derive(Clone, Copy, Debug)]
pub struct Disputes {
    /// Whether something was moved to two places.
    pub is_move: bool,
    /// Whether a list of tags was taken for a row of a table.
    pub is_row: bool,
}

/// One side: its document, what it wants, and what it touched.
pub struct Side {
    pub document: Value,
    pub wishes: Vec<Wish>,
    /// Items and members, as `n3/size`, and items whose subtree or place changed, as `n3`.
    pub touched: BTreeSet<String>,
}

pub const FIELDS: [&str; 5] = ["title", "size", "position", "more.on", "more.label"];

impl Side {
    pub fn of(base: &Value) -> Self {
        Self { document: base.clone(), wishes: Vec::new(), touched: BTreeSet::new() }
    }

    pub fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        walk(&self.document, None, &mut |item, _| ids.push(id(item)));
        ids
    }

    pub fn edit(&mut self, dice: &mut Dice, fresh: &mut u32, base: &BTreeMap<String, String>) {
        let ids = self.ids();
        let target = ids[dice.below(ids.len())].clone();
        match dice.below(8) {
            0 | 1 => self.set(dice, target),
            2 => self.tag(dice, fresh, target),
            3 => self.untag(dice, target),
            4 => self.insert(dice, fresh, target),
            5 => self.delete(target, base),
            _ => self.carry(dice, target, base),
        }
    }

    fn set(&mut self, dice: &mut Dice, target: String) {
        let field = FIELDS[dice.below(FIELDS.len())];
        let value = match field {
            "position" => json!([dice.below(9), dice.below(9), dice.below(9) + 10]),
            _ => json!(format!("new {}", dice.next() % 1_000_000)),
        };
        *at_field(find(&mut self.document, &target).unwrap(), field) = value.clone();
        self.touched.insert(format!("{target}/{field}"));
        self.wishes.retain(|wish| !matches!(wish, Wish::Set(id, of, _) if *id == target && *of == field));
        self.wishes.push(Wish::Set(target, field, value));
    }

    fn tag(&mut self, dice: &mut Dice, fresh: &mut u32, target: String) {
        *fresh += 1;
        let tag = format!("new tag {fresh}");
        let tags = find(&mut self.document, &target).unwrap()["tags"].as_array_mut().unwrap();
        tags.insert(dice.below(tags.len() + 1), json!(tag));
        self.touched.insert(format!("{target}/tags"));
        self.wishes.push(Wish::Tag(target, tag));
    }

    fn untag(&mut self, dice: &mut Dice, target: String) {
        let tags = find(&mut self.document, &target).unwrap()["tags"].as_array_mut().unwrap();
        if tags.is_empty() {
            return;
        }
        let tag = tags.remove(dice.below(tags.len())).as_str().unwrap().to_owned();
        self.touched.insert(format!("{target}/tags"));
        self.wishes.retain(|wish| !matches!(wish, Wish::Tag(_, other) if *other == tag));
        self.wishes.push(Wish::NoTag(target, tag));
    }

    fn insert(&mut self, dice: &mut Dice, fresh: &mut u32, target: String) {
        let new = item(dice, fresh, Vec::new());
        let name = id(&new);
        let children = find(&mut self.document, &target).unwrap()["children"].as_array_mut().unwrap();
        children.insert(dice.below(children.len() + 1), new);
        self.touched.insert(target.clone());
        self.wishes.push(Wish::Child(name, target));
    }

    /// Removes an item with all in it, and all wishes about that.
    fn delete(&mut self, target: String, base: &BTreeMap<String, String>) {
        let Some(taken) = take(&mut self.document, &target, base, &mut self.touched) else { return };
        let mut inside = BTreeSet::new();
        walk(&taken, None, &mut |item, _| {
            inside.insert(id(item));
        });
        self.wishes.retain(|wish| !match wish {
            Wish::Set(id, ..) | Wish::Tag(id, _) | Wish::NoTag(id, _) | Wish::Gone(id) => inside.contains(id),
            Wish::Child(id, parent) => inside.contains(id) || inside.contains(parent),
        });
        self.touched.extend(inside.iter().cloned());
        self.wishes.extend(inside.into_iter().map(Wish::Gone));
    }

    /// Moves an item to another place, mostly in another item.
    fn carry(&mut self, dice: &mut Dice, target: String, base: &BTreeMap<String, String>) {
        let Some(taken) = take(&mut self.document, &target, base, &mut self.touched) else { return };
        let ids = self.ids();
        let to = ids[dice.below(ids.len())].clone();
        let children = find(&mut self.document, &to).unwrap()["children"].as_array_mut().unwrap();
        children.insert(dice.below(children.len() + 1), taken);
        self.touched.extend([target.clone(), to.clone()]);
        self.wishes.retain(|wish| !matches!(wish, Wish::Child(id, _) if *id == target));
        self.wishes.push(Wish::Child(target, to));
    }
}

pub fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().to_owned()
}

/// Which item is in which: `n3(n1 n2)`.
pub fn short(item: &Value) -> String {
    let children: Vec<String> = item["children"].as_array().unwrap().iter().map(short).collect();
    id(item) + &if children.is_empty() { String::new() } else { format!("({})", children.join(" ")) }
}

pub fn at_field<'a>(item: &'a mut Value, field: &str) -> &'a mut Value {
    field.split('.').fold(item, |value, key| &mut value[key])
}

/// Visits all items with the id of the item that they are in.
pub fn walk(item: &Value, parent: Option<&str>, visit: &mut impl FnMut(&Value, Option<&str>)) {
    visit(item, parent);
    for child in item["children"].as_array().unwrap() {
        walk(child, item["id"].as_str(), visit);
    }
}

pub fn find<'a>(item: &'a mut Value, wanted: &str) -> Option<&'a mut Value> {
    if item["id"] == *wanted {
        return Some(item);
    }
    item["children"].as_array_mut().unwrap().iter_mut().find_map(|child| find(child, wanted))
}

/// Takes an item out; everything on the way to it counts as touched, in the base too.
pub fn take(
    root: &mut Value,
    wanted: &str,
    base: &BTreeMap<String, String>,
    touched: &mut BTreeSet<String>,
) -> Option<Value> {
    let children = root["children"].as_array_mut().unwrap();
    if let Some(at) = children.iter().position(|child| child["id"] == *wanted) {
        let taken = children.remove(at);
        touched.insert(id(root));
        touched.extend(base.get(wanted).cloned());
        return Some(taken);
    }
    children.iter_mut().find_map(|child| take(child, wanted, base, touched))
}

/// Where each item of a document is.
pub fn parents(document: &Value) -> BTreeMap<String, String> {
    let mut parents = BTreeMap::new();
    walk(document, None, &mut |item, parent| {
        let old = parents.insert(id(item), parent.unwrap_or_default().to_owned());
        assert!(old.is_none(), "{} is there twice", id(item));
    });
    parents
}

/// Asks whether a wish came true that the other side has nothing against.
pub fn ask(
    wish: &Wish,
    result: &mut Value,
    [side, other]: [&Side; 2],
    base: &Value,
    disputes: Disputes,
) -> Result<(), &'static str> {
    let has = |holds: bool| if holds { Ok(()) } else { Err("does not hold") };
    let is_touched = |what: &str| other.touched.contains(what);
    match wish {
        Wish::Set(id, field, _) if is_touched(&format!("{id}/{field}")) => Ok(()),
        Wish::Set(id, field, value) => has(at_field(find(result, id).ok_or("the item is lost")?, field) == value),
        // Without a schema, two lists of one length may be rows, and two tags in one place two values for one.
        Wish::Tag(id, _) | Wish::NoTag(id, _) if disputes.is_row && is_touched(&format!("{id}/tags")) => Ok(()),
        Wish::Tag(id, tag) | Wish::NoTag(id, tag) => {
            let is_there = find(result, id).is_some_and(|item| item["tags"].as_array().unwrap().contains(&json!(tag)));
            // Who removed a tag from an item that the other deleted has got that too.
            has(is_there == matches!(wish, Wish::Tag(..)))
        }
        Wish::Child(..) if disputes.is_move => Ok(()),
        Wish::Child(id, _) if is_touched(id) => Ok(()),
        Wish::Child(id, parent) => has(find(result, parent).ok_or("the parent is lost")?["children"]
            .as_array()
            .unwrap()
            .iter()
            .any(|child| child["id"] == **id)),
        // What the other side did anything with, or in, or next to, may stay, with all that went together with it.
        Wish::Gone(id) => {
            let parents = parents(base);
            let mut names = BTreeSet::new();
            let mut at = Some(id);
            while let Some(id) = at.filter(|id| !id.is_empty()) {
                names.insert(id.clone());
                let is_gone = !side.ids().contains(id);
                if let Some(item) = find(&mut base.clone(), id).filter(|_| is_gone) {
                    walk(item, None, &mut |item, _| {
                        names.insert(item["id"].as_str().unwrap().to_owned());
                    });
                }
                at = parents.get(id);
            }
            let is_free = !other.touched.iter().any(|touched| names.contains(touched.split('/').next().unwrap()));
            if is_free { has(find(result, id).is_none()) } else { Ok(()) }
        }
    }
}
