//! The examples of the specifications of Markdown through containers: every note comes back as it was read.

mod canonical;
#[path = "../../note/tests/specification/mod.rs"]
mod specification;

use canonical::ordered;
use motet::{Document, ReplicaId};
use note::markdown::{parse, print};
use note::{Kind, Note};

/// Into containers and back; and once more through what was printed of it, which changes nothing.
fn comes_back(example: &str) -> Note {
    let note = parse(example);
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, note.clone(), 0);
    document.check_invariants();
    let back = notedoc::read(&document);
    assert_eq!(back, ordered(&note), "{example:?}");
    let version = document.version();
    assert_eq!(notedoc::save(&mut document, &version, &parse(&print(&back)), 0), None, "{example:?}");
    back
}

#[test]
fn the_examples_of_the_specifications_come_back() {
    let examples = specification::examples();
    let is_table = |note: &Note| note.blocks.iter().any(|block| matches!(block.kind, Kind::Table(_)));
    let tables = examples.iter().map(|example| comes_back(example)).filter(is_table).count();
    specification::say(examples.len());
    println!("{tables} of them with tables");
    assert!(examples.is_empty() || tables > 0, "some have tables");
}

/// From each example to the next, by what differs: the document says the next, whatever it said before.
#[test]
fn each_example_is_saved_over_the_one_before() {
    let examples = specification::examples();
    let mut document = Document::new(ReplicaId(1));
    for example in &examples {
        let (note, version) = (parse(example), document.version());
        notedoc::save(&mut document, &version, &note, 0);
        assert_eq!(notedoc::read(&document), ordered(&note), "{example:?}");
    }
    document.check_invariants();
    specification::say(examples.len());
}
