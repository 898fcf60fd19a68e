//! A tree editor: what it changes, what it shows of what others change, and how conflicts end.

#[path = "../../json/tests/generate/mod.rs"]
mod generate;

use generate::{Dice, anything};
use json::{ConflictKind, Kind, Tree};
use jsondoc::{EditError, Editor, Entry, EntryChange, EntryId, Outline, Register};
use motet::{Document, Id, ReplicaId};

fn tree(text: &str) -> Tree {
    Tree::parse(text.as_bytes()).unwrap()
}

fn made(text: &str) -> Document {
    let mut document = Document::new(ReplicaId(1));
    jsondoc::create(&mut document, &tree(text), None, 0).unwrap();
    document
}

fn shown(document: &Document) -> String {
    document.check_invariants();
    jsondoc::read(document).unwrap().text
}

/// The entry that a JSON pointer names.
fn at(document: &Document, pointer: &str) -> Entry {
    let outline = Outline::of(document).unwrap();
    let text = tree(&shown(document));
    let wanted = text.at(pointer).unwrap_or_else(|| panic!("{pointer} in {text}"));
    let shown: Vec<_> = text.ids().filter(|&id| !is_inside(&text, id)).collect();
    let index = shown.iter().position(|&id| id == wanted).expect("it has an entry");
    outline.entries()[index].clone()
}

/// Whether a value is within one that is edited as a whole: a row of numbers.
fn is_inside(tree: &Tree, id: json::NodeId) -> bool {
    let is_row = |id| tree.kind(id) == Kind::Array && tree.children(id).any(|item| tree.kind(item) == Kind::Number);
    tree.parent(id).is_some_and(is_row)
}

fn node(entry: &Entry) -> Id {
    match entry.id {
        EntryId::Node(node) => node,
        other => panic!("{other:?} is no object or array"),
    }
}

fn edit<T>(document: &mut Document, change: impl FnOnce(&mut Editor<'_, '_>) -> T) -> T {
    let mut result = None;
    document.edit(0, |edit| result = Some(change(&mut Editor::of(edit))));
    result.unwrap()
}

fn exchange(one: &mut Document, other: &mut Document) {
    one.receive_all(other.actions_since(&one.version())).unwrap();
    other.receive_all(one.actions_since(&other.version())).unwrap();
    assert_eq!(jsondoc::read(one).unwrap().text, jsondoc::read(other).unwrap().text);
}

const BASE: &str =
    r#"{"a": {"x": 1}, "list": ["one", "two", "three"], "b": [], "t": "a text that is long enough for words"}"#;

#[test]
fn values_are_set_inserted_moved_renamed_and_removed() {
    let mut document = made(BASE);
    let (x, list) = (at(&document, "/a/x"), at(&document, "/list"));
    edit(&mut document, |editor| editor.set(x.register, &tree(r#"{"deep": [null]}"#))).unwrap();
    edit(&mut document, |editor| editor.insert(node(&list), 1, None, &tree("[\"new\"]"))).unwrap();
    let three = at(&document, "/list/3");
    edit(&mut document, |editor| editor.move_to(three.register, node(&list), 0, None)).unwrap();
    let text = at(&document, "/t");
    edit(&mut document, |editor| editor.rename(text.register, "the \"text\"")).unwrap();
    let one = at(&document, "/list/1");
    edit(&mut document, |editor| editor.remove(one.register)).unwrap();
    let wanted = r#"{"a": {"x": {"deep": [null]}}, "list": ["three", ["new"], "two"], "b": [], "the \"text\"": "a text that is long enough for words"}"#;
    assert_eq!(shown(&document), wanted);
    // Into an object, with a key, and back into an array.
    let (new, a) = (at(&document, "/list/1"), at(&document, "/a"));
    edit(&mut document, |editor| editor.move_to(new.register, node(&a), 9, Some("moved"))).unwrap();
    assert_eq!(at(&document, "/a/moved").id, new.id, "it is the same");
    let two = at(&document, "/list/1");
    edit(&mut document, |editor| editor.move_to(two.register, node(&new), 0, None)).unwrap();
    let a = r#"{"a": {"x": {"deep": [null]}, "moved": ["two", "new"]}, "list": ["three"], "#;
    assert!(shown(&document).starts_with(a), "{}", shown(&document));
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut document = made(BASE);
    let (root, a, x) = (at(&document, ""), at(&document, "/a"), at(&document, "/a/x"));
    let version = document.version();
    let one = tree("1");
    edit(&mut document, |editor| {
        assert_eq!(editor.remove(root.register), Err(EditError::Root));
        assert_eq!(editor.insert(node(&a), 0, None, &one), Err(EditError::Key));
        assert_eq!(editor.move_to(a.register, node(&a), 0, Some("a")), Err(EditError::Cycle));
        let nowhere = Register::Item { parent: node(&a), item: Id::new(ReplicaId(9), 9) };
        assert_eq!(editor.set(nowhere, &one), Err(EditError::Missing));
        assert_eq!(editor.insert(Id::new(ReplicaId(9), 9), 0, None, &one), Err(EditError::Missing));
        assert_eq!(editor.choose(x.register, Some(Id::new(ReplicaId(9), 9))), Err(EditError::Alternative));
    });
    assert_eq!(document.version(), version);
}

#[test]
fn a_rename_and_a_write_are_both() {
    let mut ann = made(BASE);
    let mut bob = ann.fork(ReplicaId(2));
    let x = at(&ann, "/a/x").register;
    edit(&mut ann, |editor| editor.rename(x, "y")).unwrap();
    edit(&mut bob, |editor| editor.set(x, &tree("2"))).unwrap();
    exchange(&mut ann, &mut bob);
    assert!(shown(&ann).starts_with(r#"{"a": {"y": 2}"#), "{}", shown(&ann));
}

/// Two people, each with a change; what kind of conflict that is, and how it may end.
fn ends(
    ann_does: impl Fn(&mut Document),
    bob_does: impl Fn(&mut Document),
    kind: ConflictKind,
    kept: &str,
    chosen: &str,
) {
    for takes_other in [false, true] {
        let mut ann = made(BASE);
        let mut bob = ann.fork(ReplicaId(2));
        ann_does(&mut ann);
        bob_does(&mut bob);
        exchange(&mut ann, &mut bob);
        let reading = jsondoc::read(&ann).unwrap();
        let [conflict] = reading.conflicts.as_slice() else { panic!("{:?} in {}", reading.conflicts, reading.text) };
        assert_eq!(conflict.kind, kind);
        let alternative = takes_other.then(|| conflict.alternatives[0].write);
        edit(&mut ann, |editor| editor.choose(conflict.register, alternative)).unwrap();
        exchange(&mut ann, &mut bob);
        let reading = jsondoc::read(&bob).unwrap();
        assert_eq!(reading.conflicts, [], "{}", reading.text);
        let wanted = if takes_other { chosen } else { kept };
        assert!(reading.text.contains(wanted), "{wanted} in {}", reading.text);
    }
}

#[test]
fn conflicts_end_when_somebody_chooses() {
    let set = |pointer: &'static str, value: &'static str| {
        move |document: &mut Document| {
            let register = at(document, pointer).register;
            edit(document, |editor| editor.set(register, &tree(value))).unwrap();
        }
    };
    let remove = |pointer: &'static str| {
        move |document: &mut Document| {
            let register = at(document, pointer).register;
            edit(document, |editor| editor.remove(register)).unwrap();
        }
    };
    let add = |pointer: &'static str, key: &'static str, value: &'static str| {
        move |document: &mut Document| {
            let parent = node(&at(document, pointer));
            edit(document, |editor| editor.insert(parent, 9, Some(key), &tree(value))).unwrap();
        }
    };
    let rename = |pointer: &'static str, key: &'static str| {
        move |document: &mut Document| {
            let register = at(document, pointer).register;
            edit(document, |editor| editor.rename(register, key)).unwrap();
        }
    };
    ends(set("/a/x", "2"), set("/a/x", "[3, {}]"), ConflictKind::BothSet, "{\"x\": [3, {}]}", "{\"x\": 2}");
    ends(set("/a/x", "2"), remove("/a/x"), ConflictKind::DeleteEdit, "{\"x\": 2}", "\"a\": {}");
    ends(set("/a/x", "2"), remove("/a"), ConflictKind::DeleteEdit, "{\"a\": {\"x\": 2}", "{\"list\"");
    ends(set("/a/x", "2"), set("/a", "7"), ConflictKind::BothSet, "{\"a\": 7,", "{\"a\": {\"x\": 2}");
    ends(add("/a", "n", "1"), add("/a", "n", "[]"), ConflictKind::BothAdded, "\"n\": []", "\"n\": 1");
    ends(rename("/a/x", "y"), rename("/a/x", "z"), ConflictKind::BothRenamed, "{\"z\": 1}", "{\"y\": 1}");
    let carry = |key: &'static str| {
        move |document: &mut Document| {
            let (list, a) = (at(document, "/list"), at(document, "/a"));
            edit(document, |editor| editor.move_to(list.register, node(&a), 0, Some(key))).unwrap();
        }
    };
    let other = |document: &mut Document| {
        let (list, t) = (at(document, "/list"), at(document, "/b"));
        edit(document, |editor| editor.move_to(list.register, node(&t), 0, None)).unwrap();
    };
    let moved = r#"["one", "two", "three"]"#;
    let (in_b, in_a) = (format!("\"b\": [{moved}]"), format!("\"k\": {moved}"));
    ends(carry("k"), other, ConflictKind::BothMoved, &in_b, &in_a.replace("\"k\"", ""));
}

#[test]
fn of_moves_into_each_other_one_is_taken_and_the_other_told() {
    let mut ann = made(BASE);
    let mut bob = ann.fork(ReplicaId(2));
    let (list, a) = (at(&ann, "/list"), at(&ann, "/a"));
    edit(&mut ann, |editor| editor.move_to(list.register, node(&a), 0, Some("k"))).unwrap();
    edit(&mut bob, |editor| editor.move_to(a.register, node(&list), 0, None)).unwrap();
    exchange(&mut ann, &mut bob);
    let reading = jsondoc::read(&ann).unwrap();
    assert!(reading.text.starts_with(r#"{"a": {"k": ["one", "two", "three"], "x": 1}"#), "{}", reading.text);
    assert_eq!(reading.conflicts.len(), 1);
    assert_eq!((reading.conflicts[0].kind, reading.conflicts[0].pointer.as_str()), (ConflictKind::BothMoved, "/a"));
    // One cannot be in the other while that is in it.
    let other = reading.conflicts[0].alternatives[0].write;
    edit(&mut bob, |editor| {
        assert_eq!(editor.choose(reading.conflicts[0].register, Some(other)), Err(EditError::Cycle));
        editor.choose(reading.conflicts[0].register, None).unwrap();
    });
    exchange(&mut ann, &mut bob);
    assert_eq!(jsondoc::read(&ann).unwrap().conflicts, []);
}

#[test]
fn words_are_found() {
    let document = made(BASE);
    let outline = Outline::of(&document).unwrap();
    let keys = |words: &str| -> Vec<Option<String>> {
        outline.find(words).into_iter().map(|id| outline.get(id).unwrap().key.clone()).collect()
    };
    assert_eq!(keys("LONG"), [Some("t".to_owned())]);
    assert_eq!(keys("two"), [None]);
    assert_eq!(keys("list"), [Some("list".to_owned())]);
    assert_eq!(outline.find("nowhere"), []);
}

/// What an editor keeps, changed step by step.
#[derive(Default)]
struct Screen {
    /// In the order of the document.
    rows: Vec<Entry>,
}

impl Screen {
    fn take(&mut self, change: EntryChange) {
        match change {
            EntryChange::Remove(id) => self.rows.retain(|row| row.id != id),
            EntryChange::Set(entry) => {
                let at = self.place(entry.id);
                self.rows[at] = entry;
            }
            EntryChange::Insert(entry, behind) => self.put(vec![entry], behind),
            EntryChange::Move(entry, behind) => {
                let from = self.place(entry.id);
                let mut rows: Vec<Entry> = self.rows.splice(from..self.end(from), []).collect();
                rows[0] = entry;
                self.put(rows, behind);
            }
        }
    }

    fn place(&self, id: EntryId) -> usize {
        self.rows.iter().position(|row| row.id == id).expect("it is there")
    }

    /// Behind a row and all in it.
    fn end(&self, from: usize) -> usize {
        let mut inside = vec![self.rows[from].id];
        let mut at = from + 1;
        while let Some(row) = self.rows.get(at)
            && row.parent.is_some_and(|parent| inside.contains(&parent))
        {
            inside.push(row.id);
            at += 1;
        }
        at
    }

    fn put(&mut self, rows: Vec<Entry>, behind: Option<EntryId>) {
        let at = match (behind, rows[0].parent) {
            (Some(behind), _) => self.end(self.place(behind)),
            (None, Some(parent)) => self.place(parent) + 1,
            (None, None) => 0,
        };
        self.rows.splice(at..at, rows);
    }
}

#[test]
fn changes_lead_from_what_was_shown_to_what_is() {
    let mut dice = Dice(7);
    for round in 0..300 {
        let mut ann = made(&anything(&mut dice));
        let mut bob = ann.fork(ReplicaId(2));
        let mut outline = Outline::of(&ann).unwrap();
        let mut screen = Screen { rows: outline.entries().to_vec() };
        for _ in 0..4 {
            let writer = if dice.below(2) == 0 { &mut ann } else { &mut bob };
            jsondoc::save(writer, None, &tree(&anything(&mut dice)), 0).unwrap();
            if dice.below(2) == 0 {
                exchange(&mut ann, &mut bob);
            }
            let changes = outline.update(&ann).unwrap();
            changes.into_iter().for_each(|change| screen.take(change));
            assert_eq!(screen.rows, outline.entries(), "round {round}");
            assert_eq!(outline.update(&ann).unwrap(), []);
        }
    }
}
