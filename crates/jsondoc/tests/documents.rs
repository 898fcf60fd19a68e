//! Documents come out of the containers byte for byte as they went in: real ones, and generated ones with everything
//! odd in them.

#[path = "../../json/tests/generate/mod.rs"]
mod generate;

use generate::{Dice, anything};
use json::Tree;
use motet::{Document, Kept, ReplicaId, Shown};
use std::path::{Path, PathBuf};

/// A JSON document that says `text`.
fn made(text: &str) -> Document {
    let mut document = Document::new(ReplicaId(1));
    jsondoc::create(&mut document, &Tree::parse(text.as_bytes()).unwrap(), None, 0).unwrap();
    document
}

fn shown(document: &Document) -> String {
    let reading = jsondoc::read(document).unwrap();
    assert_eq!(reading.unreadable, 0);
    assert_eq!(reading.conflicts, []);
    reading.text
}

/// What an image of a document says, where that does not take the history: as it does where a key stands twice.
fn kept(document: &Document) -> Option<String> {
    let kept = Kept::of(document.model());
    jsondoc::read_shown(Shown::Kept(&kept)).unwrap().map(|reading| reading.text)
}

fn save(document: &mut Document, text: &str) {
    jsondoc::save(document, None, &Tree::parse(text.as_bytes()).unwrap(), 0).unwrap();
}

/// All documents of the corpus that are JSON.
fn corpus() -> Vec<(PathBuf, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !dir.exists() {
        eprintln!("skipped: there is no corpus beside this checkout");
        return Vec::new();
    }
    let (mut open, mut found) = (vec![dir], Vec::new());
    while let Some(dir) = open.pop() {
        for path in std::fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path()) {
            let is_json = path.extension().is_some_and(|extension| extension == "json" || extension == "score");
            if path.is_dir() {
                open.push(path);
            } else if is_json {
                found.push((path.clone(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

#[test]
fn real_documents_come_out_as_they_went_in() {
    for (path, text) in corpus() {
        let document = made(&text);
        assert!(shown(&document) == text, "{}", path.display());
        assert!(kept(&document) == Some(text), "{}", path.display());
    }
}

/// One file over another: whatever they have to do with each other.
#[test]
fn real_documents_take_each_others_place() {
    let corpus = corpus();
    for pair in corpus.windows(2) {
        let mut document = made(&pair[0].1);
        save(&mut document, &pair[1].1);
        assert!(shown(&document) == pair[1].1, "{}", pair[1].0.display());
        document.check_invariants();
    }
}

#[test]
fn generated_documents_come_out_as_they_went_in() {
    let (mut dice, mut answered) = (Dice(1), 0);
    for round in 0..1_000 {
        let text = anything(&mut dice);
        let document = made(&text);
        assert_eq!(shown(&document), text, "round {round}");
        let kept = kept(&document);
        assert!(kept.as_ref().is_none_or(|kept| *kept == text), "round {round}");
        answered += usize::from(kept.is_some());
    }
    assert!(answered > 500, "{answered} of 1000 need no history");
}

#[test]
fn generated_documents_take_each_others_place() {
    let mut dice = Dice(2);
    for round in 0..1_000 {
        let (mut text, mut document) = (String::new(), made("null"));
        for _ in 0..4 {
            let next = anything(&mut dice);
            save(&mut document, &next);
            assert_eq!(shown(&document), next, "round {round}: {text}");
            text = next;
        }
    }
}

/// Who saved against an old version, with nothing in between, gets what they saved; and back.
#[test]
fn what_is_taken_back_reads_as_before() {
    let mut dice = Dice(3);
    for round in 0..300 {
        let (one, two) = (anything(&mut dice), anything(&mut dice));
        let mut document = made(&one);
        document.edit(100, |edit| edit.insert(motet::ContainerId::root(motet::Kind::Text, "note"), 0, "x"));
        save(&mut document, &two);
        let version = document.version();
        if one != two {
            document.undo();
            assert_eq!(shown(&document), one, "round {round}: {two}");
            document.redo();
        }
        assert_eq!(shown(&document), two, "round {round}");
        jsondoc::save(&mut document, Some(&version), &Tree::read(one.clone()).unwrap(), 0).unwrap();
        assert_eq!(shown(&document), one, "round {round}");
    }
}

#[test]
fn a_small_edit_is_few_ops() {
    for (path, text) in corpus() {
        let Some(at) = text.rfind(['1', '2', '3']) else { continue };
        let edited = format!("{}7{}", &text[..at], &text[at + 1..]);
        let Ok(tree) = Tree::parse(edited.as_bytes()) else { continue };
        let mut document = made(&text);
        let before = document.version();
        jsondoc::save(&mut document, None, &tree, 0).unwrap();
        assert!(shown(&document) == edited, "{}", path.display());
        let written: u32 = document.version().missing_from(&before).iter().map(|span| span.len()).sum();
        assert!(written < 40, "{}: {written} elements", path.display());
    }
}
