//! A document read by parts: the same as read whole, and what changes touch is all that has to be read again.

#[path = "../../json/tests/generate/mod.rs"]
mod generate;

use generate::{Dice, anything};
use json::Tree;
use jsondoc::{Editor, Entry, EntryId, Outline, Places, Register, Row, Rows};
use motet::{Document, Id, Patch, ReplicaId, SortedMap, TreeChange};

fn tree(text: &str) -> Tree {
    Tree::parse(text.as_bytes()).unwrap()
}

fn made(text: &str) -> Document {
    let mut document = Document::new(ReplicaId(1));
    jsondoc::create(&mut document, &tree(text), None, 0).unwrap();
    document
}

/// What an interface keeps of a document that it has opened everywhere: rows by what they are in.
#[derive(Default)]
struct Screen {
    places: Places,
    root: Option<Row>,
    rows: SortedMap<Id, Vec<Row>>,
}

impl Screen {
    fn of(document: &Document) -> Self {
        let mut screen = Self::default();
        let mut rows = Rows::of(document, &mut screen.places).unwrap();
        screen.root = rows.root();
        let mut open: Vec<Id> = screen.root.iter().filter_map(node).collect();
        while let Some(parent) = open.pop() {
            let children = rows.children(parent);
            open.extend(children.iter().filter_map(node));
            screen.rows.insert(parent, children);
        }
        screen
    }

    /// Reads again what a patch says may be otherwise, and opens what has come.
    fn take(&mut self, document: &Document, patch: &Patch) {
        let lists = patch.lists.keys().chain(patch.maps.keys()).chain(patch.texts.keys());
        let moved = |change: &TreeChange| match *change {
            TreeChange::Create { node, .. } | TreeChange::Move { node, .. } | TreeChange::Delete { node, .. } => node,
        };
        let moved: Vec<Id> = patch.trees.values().flat_map(|patch| patch.changes()).map(moved).collect();
        let mut rows = Rows::of(document, &mut self.places).unwrap();
        let touched = rows.touched(lists.copied(), &moved);
        if touched.root {
            self.root = rows.root();
        }
        for &parent in touched.nodes.iter().filter(|&parent| self.rows.contains_key(parent)).collect::<Vec<_>>() {
            self.rows.insert(parent, rows.children(parent));
        }
        for row in self.rows.values_mut().flatten().chain(&mut self.root) {
            if row.text.is_some_and(|text| touched.texts.contains(&text)) {
                row.value = rows.get(row.id).expect("it shows").value;
            }
        }
        // What does not show any more is forgotten: it may come again without being touched.
        let mut known = std::mem::take(&mut self.rows);
        let mut open: Vec<Id> = self.root.iter().filter_map(node).collect();
        while let Some(parent) = open.pop() {
            let children = known.remove(&parent).unwrap_or_else(|| rows.children(parent));
            open.extend(children.iter().filter_map(node));
            self.rows.insert(parent, children);
        }
    }

    /// All rows, in the order of the document, parents first, with what they are in.
    fn shown(&self) -> Vec<(Option<EntryId>, &Row)> {
        let mut shown = Vec::new();
        let mut open: Vec<(Option<EntryId>, &Row)> = self.root.iter().map(|row| (None, row)).collect();
        while let Some((parent, row)) = open.pop() {
            shown.push((parent, row));
            let children = node(row).and_then(|node| self.rows.get(&node)).into_iter().flatten();
            open.extend(children.rev().map(|child| (Some(row.id), child)));
        }
        shown
    }
}

fn node(row: &Row) -> Option<Id> {
    match row.id {
        EntryId::Node(node) => Some(node),
        _ => None,
    }
}

/// Compares with the document read whole.
fn check(screen: &Screen, document: &Document, say: &str) {
    let outline = Outline::of(document).unwrap();
    let whole: Vec<(Option<EntryId>, Row)> = outline.entries().iter().map(|entry| (entry.parent, row(entry))).collect();
    let parts: Vec<(Option<EntryId>, Row)> =
        screen.shown().into_iter().map(|(parent, row)| (parent, Row { conflict: None, ..row.clone() })).collect();
    assert_eq!(parts, whole, "{say}");
    let told = outline
        .entries()
        .iter()
        .filter(|entry| entry.conflict.as_ref().is_some_and(|conflict| conflict.kind != json::ConflictKind::BothMoved));
    let told: Vec<EntryId> = told.map(|entry| entry.id).collect();
    let shown = screen.shown();
    let marked = shown.iter().filter(|(_, row)| row.conflict.is_some()).map(|(_, row)| row.id);
    assert_eq!(marked.collect::<Vec<_>>(), told, "{say}");
}

fn row(entry: &Entry) -> Row {
    let Entry { id, register, key, kind, value, text, .. } = entry.clone();
    Row { id, register, key, kind, value, text, conflict: None }
}

/// Changes something anywhere.
fn change(dice: &mut Dice, document: &mut Document, patch: &mut Patch) {
    let outline = Outline::of(document).unwrap();
    let entries = outline.entries();
    let entry = entries[dice.below(entries.len())].clone();
    let parent = entries[dice.below(entries.len())].clone();
    let value = tree(dice.pick(&[
        "1",
        "\"two\"",
        "{\"a\": [null]}",
        "[\"x\"]",
        "\"a string with blanks that is edited by words\"",
    ]));
    let index = dice.below(4);
    let key = (parent.kind == json::Kind::Object).then(|| *["a", "b", "c"].get(dice.below(3)).unwrap());
    if let (Some(text), 0) = (entry.text, dice.below(2)) {
        document.write(patch, |edit| edit.insert(text, 0, "more "));
        document.close(0, None);
        return;
    }
    let what = dice.below(6);
    document.write(patch, |edit| {
        let mut editor = Editor::of(edit);
        let _done = match (what, parent.id) {
            (0, _) => editor.set(entry.register, &value).is_ok(),
            (1, _) => editor.remove(entry.register).is_ok(),
            (2, _) => editor.rename(entry.register, "renamed").is_ok(),
            (3, EntryId::Node(node)) => editor.insert(node, index, key, &value).is_ok(),
            (_, EntryId::Node(node)) => editor.move_to(entry.register, node, index, key).is_ok(),
            _ => editor.choose(entry.register, None).is_ok(),
        };
    });
    document.close(0, None);
}

#[test]
fn what_changes_touch_is_all_that_has_to_be_read_again() {
    let mut dice = Dice(11);
    for round in 0..400 {
        let mut ann = made(&anything(&mut dice));
        let mut bob = ann.fork(ReplicaId(2));
        let mut screen = Screen::of(&ann);
        for step in 0..10 {
            let mut patch = Patch::default();
            match dice.below(5) {
                0 | 1 => change(&mut dice, &mut ann, &mut patch),
                2 | 3 => change(&mut dice, &mut bob, &mut Patch::default()),
                _ => {
                    bob.receive_all(ann.actions_since(&bob.version())).unwrap();
                    let news = bob.actions_since(&ann.version());
                    news.into_iter().for_each(|action| drop(ann.receive(action, Some(&mut patch)).unwrap()));
                }
            }
            if dice.below(8) == 0 {
                patch.then(ann.undo().unwrap_or_default());
            }
            if jsondoc::read(&ann).is_err() {
                break;
            }
            screen.take(&ann, &patch);
            check(&screen, &ann, &format!("round {round}, step {step}"));
        }
    }
}

const TEXT: &str = r#"{"a": {"x~/": [true, {"deep": "Ein Wort"}]}, "list": ["one", "two"], "n": 1}"#;

#[test]
fn places_are_pointers_both_ways() {
    let document = made(TEXT);
    let mut places = Places::default();
    let mut rows = Rows::of(&document, &mut places).unwrap();
    for pointer in ["", "/a", "/a/x~0~1", "/a/x~0~1/1/deep", "/list/1", "/n"] {
        let id = rows.at(pointer).unwrap_or_else(|| panic!("{pointer}"));
        assert_eq!(rows.pointer(id).as_deref(), Some(pointer));
        assert_eq!(rows.path(id).len(), pointer.split('/').count());
        assert_eq!(rows.get(id).unwrap().id, id);
    }
    for pointer in ["/", "a", "/list/2", "/n/0", "/a/x"] {
        assert_eq!(rows.at(pointer), None, "{pointer}");
    }
}

#[test]
fn parts_are_printed_and_found() {
    let document = made(TEXT);
    let mut places = Places::default();
    let mut rows = Rows::of(&document, &mut places).unwrap();
    let printed = |rows: &mut Rows<'_>, pointer| rows.at(pointer).and_then(|id| rows.print(id));
    assert_eq!(printed(&mut rows, "/a").as_deref(), Some(r#"{"x~/": [true, {"deep": "Ein Wort"}]}"#));
    assert_eq!(printed(&mut rows, "/list/1").as_deref(), Some("\"two\""));
    assert_eq!(printed(&mut rows, "").as_deref(), Some(TEXT));
    let pointers: Vec<_> = rows.find("wO").into_iter().map(|id| rows.pointer(id).unwrap()).collect();
    assert_eq!(pointers, ["/a/x~0~1/1/deep", "/list/1"]);
    assert_eq!(rows.find("LIST").len(), 1);
    assert_eq!(rows.find("nowhere"), []);
}

#[test]
fn what_is_not_there_is_none() {
    let text = Document::new(ReplicaId(1));
    assert!(Rows::of(&text, &mut Places::default()).is_err());
    let mut document = made(TEXT);
    let mut places = Places::default();
    let mut rows = Rows::of(&document, &mut places).unwrap();
    let nowhere = Id::new(ReplicaId(9), 9);
    for id in [EntryId::Root, EntryId::Node(nowhere), EntryId::Item(nowhere)] {
        assert_eq!((rows.get(id), rows.pointer(id).filter(|_| id != EntryId::Root)), (None, None));
    }
    assert_eq!(rows.children(nowhere), []);
    let a = rows.at("/a").unwrap();
    let register = rows.register(a).unwrap();
    let EntryId::Node(node) = a else { panic!("an object") };
    document.edit(0, |edit| Editor::of(edit).remove(register).unwrap());
    let mut rows = Rows::of(&document, &mut places).unwrap();
    assert_eq!((rows.get(a), rows.children(node).len(), rows.path(a).len()), (None, 0, 0));
    let Register::Item { .. } = register else { panic!("a member") };
}

#[test]
fn conflicts_say_who_wanted_what() {
    let (ann, bob) = (ReplicaId(1), ReplicaId(2));
    let mut first = made(TEXT);
    let mut second = first.fork(bob);
    let mut places = Places::default();
    let mut rows = Rows::of(&first, &mut places).unwrap();
    let mut held = |pointer| {
        let id = rows.at(pointer).unwrap();
        rows.register(id).unwrap()
    };
    let (n, a, deep) = (held("/n"), held("/a"), held("/a/x~0~1/1/deep"));
    first.edit(0, |edit| Editor::of(edit).set(n, &tree("2")).unwrap());
    second.edit(0, |edit| Editor::of(edit).set(n, &tree("3")).unwrap());
    first.edit(0, |edit| Editor::of(edit).remove(a).unwrap());
    second.edit(0, |edit| Editor::of(edit).set(deep, &tree("false")).unwrap());
    first.receive_all(second.actions_since(&first.version())).unwrap();
    let reading = jsondoc::read(&first).unwrap();
    let who: Vec<_> = reading
        .conflicts
        .iter()
        .map(|conflict| (conflict.pointer.as_str(), conflict.by.replica, conflict.alternatives[0].by.replica))
        .collect();
    assert_eq!(who, [("/a", bob, ann), ("/n", bob, ann)]);
}
