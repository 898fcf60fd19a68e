//! Rich texts: characters with properties.

use super::History;
use crate::cases::Rng;
use crate::peers::{Change, Runs, STYLES, Shape};
use std::ops::Range;

/// A rich text, the simplest way: each character with a bit for each of its properties.
#[derive(Default)]
struct Rich {
    chars: Vec<(u8, u8)>,
}

impl Rich {
    /// What is put between characters with the same properties has these too, whatever an engine does at ends.
    fn make(&mut self, change: &Change) {
        match change {
            Change::Type(at, text) => {
                let styles = at.checked_sub(1).map_or(0, |left| self.chars[left].1);
                self.chars.splice(at..at, text.bytes().map(|byte| (byte, styles)));
            }
            Change::Erase(at, len) => drop(self.chars.drain(*at..at + len)),
            Change::Style(range, style, is_on) => {
                let bit = 1 << STYLES.iter().position(|known| known == style).expect("a known property");
                for (_, styles) in &mut self.chars[range.clone()] {
                    *styles = if *is_on { *styles | bit } else { *styles & !bit };
                }
            }
            _ => unreachable!("a change of a rich text"),
        }
    }

    fn numbers(&self) -> Vec<i64> {
        let mut runs = Runs::default();
        for alike in self.chars.chunk_by(|a, b| a.1 == b.1) {
            let text: String = alike.iter().map(|(byte, _)| char::from(*byte)).collect();
            let has = |at: &usize| alike[0].1 & 1 << at != 0;
            runs.push(&text, (0..STYLES.len()).filter(has).map(|at| STYLES[at]));
        }
        runs.numbers()
    }

    /// Whether the characters of a range and those beside it have the same properties.
    fn is_even(&self, range: Range<usize>) -> bool {
        let around = &self.chars[range.start.saturating_sub(1)..(range.end + 1).min(self.chars.len())];
        around.windows(2).all(|pair| pair[0].1 == pair[1].1)
    }

    fn below(&self, rng: &mut Rng, less: usize) -> usize {
        rng.below((self.chars.len() - less) as u32) as usize
    }

    fn style(&self, rng: &mut Rng) -> Change {
        let len = 1 + rng.below(60) as usize;
        let at = self.below(rng, len);
        Change::Style(at..at + len, STYLES[rng.below(STYLES.len() as u32) as usize], rng.below(4) > 0)
    }

    fn erase(&self, rng: &mut Rng) -> Option<Change> {
        let len = 1 + rng.below(6) as usize;
        let at = 1 + self.below(rng, len + 1);
        self.is_even(at..at + len).then_some(Change::Erase(at, len))
    }

    /// A word, letter by letter.
    fn word(&self, rng: &mut Rng) -> Vec<Change> {
        let at = 1 + self.below(rng, 1);
        let letters = if self.is_even(at..at) { 1 + rng.below(8) as usize } else { 0 };
        (at..at + letters).map(|at| Change::Type(at, letter(rng))).collect()
    }
}

fn letter(rng: &mut Rng) -> String {
    char::from(b'a' + rng.below(26) as u8).into()
}

/// How many characters there are before.
const CHARS: usize = 20_000;

fn base(rng: &mut Rng) -> Vec<Change> {
    vec![Change::Type(0, (0..CHARS).map(|_| letter(rng)).collect())]
}

fn history(
    name: &'static str,
    rng: &mut Rng,
    count: usize,
    mut next: impl FnMut(&Rich, &mut Rng) -> Vec<Change>,
) -> History {
    let (base, mut rich, mut changes) = (base(rng), Rich::default(), Vec::new());
    rich.make(&base[0]);
    while changes.len() < count {
        for change in next(&rich, rng) {
            rich.make(&change);
            changes.push(change);
        }
    }
    History { name, slow: &[], shape: Shape::Rich, base, changes, end: rich.numbers() }
}

/// Properties only.
pub fn styles() -> History {
    let name = "rich text, 5,000 properties on 20,000 characters";
    history(name, &mut Rng(43), 5_000, |rich, rng| vec![rich.style(rng)])
}

/// What a writer does: words, corrections, and a property now and then.
pub fn mixed() -> History {
    let name = "rich text, 20,000 letters, deletions and properties in 20,000 characters";
    history(name, &mut Rng(47), 20_000, |rich, rng| match rng.below(10) {
        0..=5 => rich.word(rng),
        6 | 7 => rich.erase(rng).into_iter().collect(),
        _ => vec![rich.style(rng)],
    })
}
