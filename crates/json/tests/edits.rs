//! Each edit of one side that the other did not touch holds in the result.
//!
//! Two people edit one outline, each with a few edits that say what they want to be true. The result is read by
//! another JSON reader, and asked. Besides: nothing is there twice, nothing is lost, and it is the same from both
//! sides.

mod generate;

use generate::{Dice, item, outline, written};
use json::{ConflictKind, Merged, Schema, Tree, merge};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What somebody wants to be true.
#[derive(Clone, Debug)]
enum Wish {
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

/// One side: its document, what it wants, and what it touched.
struct Side {
    document: Value,
    wishes: Vec<Wish>,
    /// Items and members, as `n3/size`, and items whose subtree or place changed, as `n3`.
    touched: BTreeSet<String>,
}

const FIELDS: [&str; 5] = ["title", "size", "position", "more.on", "more.label"];

impl Side {
    fn of(base: &Value) -> Self {
        Self { document: base.clone(), wishes: Vec::new(), touched: BTreeSet::new() }
    }

    fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        walk(&self.document, None, &mut |item, _| ids.push(id(item)));
        ids
    }

    fn edit(&mut self, dice: &mut Dice, fresh: &mut u32, base: &BTreeMap<String, String>) {
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

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().to_owned()
}

/// Which item is in which: `n3(n1 n2)`.
fn short(item: &Value) -> String {
    let children: Vec<String> = item["children"].as_array().unwrap().iter().map(short).collect();
    id(item) + &if children.is_empty() { String::new() } else { format!("({})", children.join(" ")) }
}

fn at_field<'a>(item: &'a mut Value, field: &str) -> &'a mut Value {
    field.split('.').fold(item, |value, key| &mut value[key])
}

/// Visits all items with the id of the item that they are in.
fn walk(item: &Value, parent: Option<&str>, visit: &mut impl FnMut(&Value, Option<&str>)) {
    visit(item, parent);
    for child in item["children"].as_array().unwrap() {
        walk(child, item["id"].as_str(), visit);
    }
}

fn find<'a>(item: &'a mut Value, wanted: &str) -> Option<&'a mut Value> {
    if item["id"] == *wanted {
        return Some(item);
    }
    item["children"].as_array_mut().unwrap().iter_mut().find_map(|child| find(child, wanted))
}

/// Takes an item out; everything on the way to it counts as touched, in the base too.
fn take(
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
fn parents(document: &Value) -> BTreeMap<String, String> {
    let mut parents = BTreeMap::new();
    walk(document, None, &mut |item, parent| {
        let old = parents.insert(id(item), parent.unwrap_or_default().to_owned());
        assert!(old.is_none(), "{} is there twice", id(item));
    });
    parents
}

fn merged(base: &Value, ours: &Value, theirs: &Value, way: usize, schema: &Schema) -> (Merged, Value) {
    let [base, ours, theirs] =
        [(base, way), (ours, way / 3), (theirs, way / 9)].map(|(value, way)| Tree::read(written(value, way)).unwrap());
    let merged = merge(&base, &ours, &theirs, schema);
    let value = serde_json::from_str(merged.tree.as_str()).unwrap();
    (merged, value)
}

/// Asks whether a wish came true that the other side has nothing against.
fn ask(
    wish: &Wish,
    result: &mut Value,
    [side, other]: [&Side; 2],
    base: &Value,
    found: &Merged,
) -> Result<(), &'static str> {
    let is_cyclic = found.conflicts.iter().any(|conflict| conflict.kind == ConflictKind::BothMoved);
    let is_row_disputed = found.conflicts.iter().any(|conflict| conflict.pointer.contains("/tags/"));
    let has = |holds: bool| if holds { Ok(()) } else { Err("does not hold") };
    let is_touched = |what: &str| other.touched.contains(what);
    match wish {
        Wish::Set(id, field, _) if is_touched(&format!("{id}/{field}")) => Ok(()),
        Wish::Set(id, field, value) => has(at_field(find(result, id).ok_or("the item is lost")?, field) == value),
        // Without a schema, two lists of one length may be rows, and two tags in one place two values for one.
        Wish::Tag(id, _) | Wish::NoTag(id, _) if is_row_disputed && is_touched(&format!("{id}/tags")) => Ok(()),
        Wish::Tag(id, tag) | Wish::NoTag(id, tag) => {
            let is_there = find(result, id).is_some_and(|item| item["tags"].as_array().unwrap().contains(&json!(tag)));
            // Who removed a tag from an item that the other deleted has got that too.
            has(is_there == matches!(wish, Wish::Tag(..)))
        }
        Wish::Child(..) if is_cyclic => Ok(()),
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

fn check(seed: u64, schema: &Schema) {
    let mut dice = Dice(seed);
    let mut fresh = 0;
    let base = outline(&mut dice, &mut fresh, 3);
    let base_parents = parents(&base);
    let mut sides = [Side::of(&base), Side::of(&base)];
    for side in &mut sides {
        for _ in 0..=dice.below(5) {
            side.edit(&mut dice, &mut fresh, &base_parents);
        }
    }
    let [ours, theirs] = &sides;
    let way = dice.below(27);
    let (found, mut result) = merged(&base, &ours.document, &theirs.document, way, schema);
    let show = || {
        let tree = serde_json::from_str(found.tree.as_str()).unwrap();
        let [base, o, t, merged] = [&base, &ours.document, &theirs.document, &tree].map(short);
        let conflicts: Vec<_> = found.conflicts.iter().map(|found| (found.kind, &found.pointer)).collect();
        let (o_wishes, t_wishes) = (&ours.wishes, &theirs.wishes);
        format!("seed {seed}\nbase {base}\n{o} {o_wishes:?}\n{t} {t_wishes:?}\nmerged {merged} {conflicts:?}")
    };
    let (_, swapped) = merged(&base, &theirs.document, &ours.document, way, schema);
    assert!(result == swapped, "not the same from both sides: {} {}", short(&swapped), show());
    let now = parents(&result);
    let (in_ours, in_theirs) = (parents(&ours.document), parents(&theirs.document));
    for (id, _) in base_parents.iter().filter(|(id, _)| in_ours.contains_key(*id) && in_theirs.contains_key(*id)) {
        assert!(now.contains_key(id), "{id} is lost: {}", show());
    }
    for (side, other) in [(ours, theirs), (theirs, ours)] {
        for wish in &side.wishes {
            if let Err(problem) = ask(wish, &mut result, [side, other], &base, &found) {
                panic!("{wish:?}: {problem}: {}", show());
            }
        }
    }
    // Without a schema, a list may look like a row from one side and not from the other.
    if found.conflicts.is_empty() && *schema != Schema::default() {
        let (again, value) = merged(&base, &result, &theirs.document, way, schema);
        assert!(again.conflicts.is_empty(), "merging again: {} {}", again.conflicts.len(), show());
        assert!(value == result, "merging again changes something: {} {}", short(&value), show());
    }
}

/// More where somebody wants to look longer: `JSON_ROUNDS=100000`.
fn rounds() -> u64 {
    std::env::var("JSON_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2_000)
}

#[test]
fn every_edit_that_nobody_touched_holds() {
    for seed in 0..rounds() {
        check(seed, &Schema::default());
    }
}

#[test]
fn every_edit_holds_with_a_schema() {
    let schema = br#"{"schema": 1, "rules": [
        {"at": "/**/children", "as": "keyed", "by": ["id"], "kind": "node"},
        {"at": "/**/tags", "as": "set"},
        {"at": "/**/position", "as": "value"}
    ]}"#;
    let schema = Schema::read(&Tree::parse(schema).unwrap()).unwrap();
    for seed in 10_000..10_000 + rounds() / 2 {
        check(seed, &schema);
    }
}
