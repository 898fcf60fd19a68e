//! Markdown there and back: notes of every kind, and texts that mean to be difficult.

mod generate;

use generate::{Dice, anything, soup};
use note::markdown::{parse, print, print_like};
use note::{Align, Block, Content, Kind, Note, Run, Table};

/// What is printed reads back as the same.
fn there_and_back(note: &Note) -> Result<(), String> {
    let printed = print(note);
    let back = parse(&printed);
    if back == *note {
        Ok(())
    } else {
        Err(format!("{printed}\n----- {printed:?}\n{note:?}\n----- came back as\n{back:?}"))
    }
}

fn seeds() -> u64 {
    std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(3_000)
}

/// The smallest part of a note that does not come back.
fn smallest(note: Note) -> Note {
    let mut note = note;
    loop {
        let fails = |note: &Note| there_and_back(note).is_err();
        let smaller = (0..note.blocks.len()).flat_map(|at| without(&note, at)).map(Note::normalized);
        let without_notes = (0..note.footnotes.len()).flat_map(|at| {
            let mut fewer = note.clone();
            let gone = fewer.footnotes.remove(at);
            [Note { blocks: gone.blocks, footnotes: Vec::new() }.normalized(), fewer.normalized()]
        });
        match smaller.chain(without_notes).find(|smaller| *smaller != note && fails(smaller)) {
            Some(smaller) => note = smaller,
            None => return note,
        }
    }
}

/// The note without a block, or without a part of one.
fn without(note: &Note, at: usize) -> Vec<Note> {
    let Block { levels, kind } = &note.blocks[at];
    let mut found = Vec::new();
    let mut with = |block: Option<Block>| {
        let mut note = note.clone();
        note.blocks.splice(at..=at, block);
        found.push(note);
    };
    with(None);
    for level in 0..levels.len() {
        let mut levels = levels.clone();
        levels.remove(level);
        with(Some(Block { levels, kind: kind.clone() }));
    }
    match kind {
        Kind::Paragraph(line) => {
            for run in 0..line.len() {
                for text in shorter(&line[run]) {
                    let mut line = line.clone();
                    line.splice(run..=run, text);
                    with(Some(Block { levels: levels.clone(), kind: Kind::Paragraph(line) }));
                }
            }
        }
        Kind::Heading { line, .. } => with(Some(Block { levels: levels.clone(), kind: Kind::Paragraph(line.clone()) })),
        Kind::Table(table) => {
            for cell in table.rows.iter().flatten() {
                with(Some(Block { levels: levels.clone(), kind: Kind::Paragraph(cell.clone()) }));
                let table = Table { aligns: vec![Align::None], rows: vec![vec![cell.clone()]] };
                with(Some(Block { levels: levels.clone(), kind: Kind::Table(table) }));
            }
        }
        _ => {}
    }
    found
}

/// Nothing, or the run with less text or fewer marks.
fn shorter(run: &Run) -> Vec<Option<Run>> {
    let mut found = vec![None];
    if let Content::Text(text) = &run.content {
        let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        let cut = |text: &str| Some(Run { content: Content::Text(text.to_owned()), marks: run.marks.clone() });
        found.extend([cut(&text[..half]), cut(&text[half..])]);
        let mut rest = text.chars();
        rest.next();
        found.push(cut(rest.as_str()));
    }
    found.push(Some(Run { content: run.content.clone(), marks: Default::default() }));
    found
}

#[test]
fn every_note_comes_back() {
    for seed in 0..seeds() {
        let note = anything(&mut Dice(seed)).normalized();
        assert_eq!(note.check_invariants(), Ok(()), "seed {seed}: normal form is not stable");
        if there_and_back(&note).is_err() {
            panic!("seed {seed}: {}", there_and_back(&smallest(note)).unwrap_err());
        }
    }
}

#[test]
fn every_text_is_printed_stably() {
    for seed in 0..seeds() {
        let text = soup(&mut Dice(seed));
        let note = parse(&text);
        assert_eq!(note.check_invariants(), Ok(()), "seed {seed}: {text:?}");
        if there_and_back(&note).is_err() {
            panic!("seed {seed}: {text:?} {}", there_and_back(&smallest(note)).unwrap_err());
        }
    }
}

/// Another note, mostly the same: blocks left out, changed, moved and copied.
fn edited(dice: &mut Dice, note: &Note) -> Note {
    let mut note = note.clone();
    for _ in 0..=dice.below(2) {
        if note.blocks.is_empty() {
            break;
        }
        let at = dice.below(note.blocks.len());
        match dice.below(4) {
            0 => drop(note.blocks.remove(at)),
            1 => {
                let block = note.blocks.remove(at);
                note.blocks.insert(dice.below(note.blocks.len() + 1), block);
            }
            2 => note.blocks.insert(at, note.blocks[at].clone()),
            _ => note.blocks[at].kind = Kind::Paragraph(vec![Run::text("changed")]),
        }
    }
    note.normalized()
}

#[test]
fn what_is_printed_like_the_original_reads_back_too() {
    for seed in 0..seeds() {
        let mut dice = Dice(seed);
        let text = soup(&mut dice);
        let note = parse(&text);
        assert_eq!(print_like(&text, &note), text, "seed {seed}: nothing changed");
        let changed = edited(&mut dice, &note);
        assert_eq!(parse(&print_like(&text, &changed)), changed, "seed {seed}: {text:?}");
    }
}

const HAND: &str = "Title\n=====\n\nSome *words* over\ntwo lines, see [x].\n\n* one\n* two\n  wrapped\n\n* three\n\n[x]: /y\n\n\n1) first\n2) second\n\n\
    [^n]: a *note*\n\n___\n\nEnd[^n].\n";

/// What `print_like` makes of the text by hand after a change of its note.
fn by_hand(change: impl FnOnce(&mut Vec<Block>)) -> String {
    let mut note = parse(HAND);
    change(&mut note.blocks);
    print_like(HAND, &note.normalized())
}

#[test]
fn what_did_not_change_stays_as_it_was_written() {
    let text = |text: &str| Kind::Paragraph(vec![Run::text(text)]);
    assert_eq!(by_hand(|blocks| blocks[3].kind = text("2")), HAND.replace("two\n  wrapped", "2"));
    assert_eq!(by_hand(|blocks| blocks[5].kind = text("1st")), HAND.replace("first", "1st"));
    assert_eq!(by_hand(|blocks| blocks[6].kind = text("2nd")), HAND.replace("second", "2nd"));
    assert_eq!(by_hand(|blocks| blocks[0].kind = text("None")), HAND.replace("Title\n=====", "None"));
    assert_eq!(by_hand(|blocks| drop(blocks.remove(7))), HAND.replace("___\n\n", ""));
    let last = "End[^n].\n";
    assert_eq!(by_hand(|blocks| blocks.push(Block::new(text("More")))), HAND.replace(last, "End[^n].\n\nMore\n"));
}
