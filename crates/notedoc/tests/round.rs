//! Notes into containers and back: everything comes back as it was.

mod canonical;
#[path = "../../note/tests/generate/mod.rs"]
mod generate;

use canonical::ordered;
use generate::{Dice, anything, soup};
use motet::{Document, ReplicaId};
use note::Note;
use note::markdown::{parse, print};

fn seeds() -> u64 {
    std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1_000)
}

fn imported(note: &Note) -> Document {
    let mut document = Document::new(ReplicaId(1));
    notedoc::import(&mut document, note.clone(), 0);
    document.check_invariants();
    document
}

fn comes_back(note: &Note, seed: u64) {
    let document = imported(note);
    let back = notedoc::read(&document);
    assert_eq!(back.check_invariants(), Ok(()), "seed {seed}");
    assert_eq!(back, ordered(note), "seed {seed}");
    let version = document.version();
    let mut document = document;
    assert_eq!(notedoc::save(&mut document, &version, &back, 0), None, "seed {seed}: nothing changed");
}

#[test]
fn every_note_comes_back() {
    for seed in 0..seeds() {
        comes_back(&anything(&mut Dice(seed)).normalized(), seed);
    }
}

#[test]
fn every_markdown_comes_back() {
    for seed in 0..seeds() {
        let note = parse(&soup(&mut Dice(seed)));
        comes_back(&note, seed);
        let back = notedoc::read(&imported(&note));
        assert_eq!(parse(&print(&back)), back);
    }
}

/// Whatever a note becomes, saving leads there.
#[test]
fn saving_leads_to_any_other_note() {
    for seed in 0..seeds() {
        let mut dice = Dice(seed);
        let mut document = imported(&anything(&mut dice).normalized());
        for _ in 0..3 {
            let before = notedoc::read(&document);
            let next = match dice.below(3) {
                0 => anything(&mut dice).normalized(),
                _ => edited(&mut dice, &before),
            };
            let version = document.version();
            notedoc::save(&mut document, &version, &next, 0);
            document.check_invariants();
            let got = notedoc::read(&document);
            let of = |note: &Note| print(note);
            assert!(
                sorted(&got) == sorted(&next),
                "seed {seed}: from\n{}\n----- to\n{}\n----- got\n{}",
                of(&before),
                of(&next),
                of(&got)
            );
        }
    }
}

/// Another note, mostly the same.
fn edited(dice: &mut Dice, note: &Note) -> Note {
    let mut note = note.clone();
    let other = anything(dice);
    for _ in 0..=dice.below(3) {
        if note.blocks.is_empty() {
            break;
        }
        let at = dice.below(note.blocks.len());
        match dice.below(6) {
            0 => drop(note.blocks.remove(at)),
            1 | 2 => {
                let block = note.blocks.remove(at);
                note.blocks.insert(dice.below(note.blocks.len() + 1), block);
            }
            3 => note.blocks.insert(at, note.blocks[at].clone()),
            4 => note.blocks[at].levels.clear(),
            _ => {
                let mut kinds = other.blocks.iter().map(|block| block.kind.clone());
                note.blocks[at].kind = kinds.next_back().unwrap_or(note::Kind::Rule);
            }
        }
    }
    note.normalized()
}

/// The note without the order of its footnotes: that of those to which nothing refers is as they came.
fn sorted(note: &Note) -> Note {
    let mut note = note.clone();
    note.footnotes.sort_by(|a, b| a.label.cmp(&b.label));
    note
}
