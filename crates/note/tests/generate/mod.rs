//! Notes and texts from a seed.
#![allow(dead_code, missing_docs, reason = "each test file uses a part")]

use note::{Align, Block, Content, Footnote, Kind, Level, Line, Link, List, Marks, Note, Run, Table};

/// SplitMix64 (Steele, Lea, Flood): small, and the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// What means something to Markdown, and what looks as if it did.
const PARTS: [&str; 90] = [
    "a",
    "b",
    "word",
    "two words",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\n    ",
    "\n  ",
    "*",
    "**",
    "***",
    "_",
    "__",
    "`",
    "``",
    "```",
    "~",
    "~~",
    "~~~",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "](x)",
    "[^1]",
    "[^1]: ",
    "[x]",
    "[ ] ",
    "[x]: y",
    "<",
    ">",
    "<b>",
    "</b>",
    "<br>",
    "<div>",
    "<!--",
    "-->",
    "<a href=\"x|y\">",
    "<https://a.b>",
    "<a@b.c>",
    "&",
    "&amp;",
    "&#32;",
    "&copy;",
    "\\",
    "\\\n",
    "|",
    "| a | b |\n| - | :-: |\n",
    "\n| c |",
    "---",
    "===",
    "\n---\n",
    "\n***\n",
    "- ",
    "\n- ",
    "\n* ",
    "+ ",
    "1. ",
    "\n1) ",
    "7. ",
    "\n> ",
    "> ",
    "# ",
    "\n## ",
    " #",
    ":",
    "!",
    "é",
    "—",
    "👍",
    "漢字",
    "\u{a0}",
    "\u{2028}",
    "\r\n",
    "\0",
    "\"",
    "'",
    "\n[^1]: note\n",
    "http://a.b",
    "\n<div>\n",
    "</div>\n",
    "\n```rust\n",
    "$",
    "{",
    "=",
];

/// A text of parts that mean something.
pub fn soup(dice: &mut Dice) -> String {
    (0..=dice.below(24)).map(|_| dice.pick(&PARTS)).collect()
}

fn text(dice: &mut Dice) -> String {
    if dice.once_in(2) { soup(dice) } else { dice.pick(&PARTS).to_owned() }
}

pub fn marks(dice: &mut Dice) -> Marks {
    let link = dice.once_in(5).then(|| {
        let href = if dice.once_in(2) { "https://a.b/c".to_owned() } else { text(dice) };
        Link { href, title: dice.once_in(4).then(|| text(dice)) }
    });
    let mut mark = || dice.once_in(3);
    Marks { emphasis: mark(), strong: mark(), strike: mark(), code: mark() && mark(), link }
}

fn content(dice: &mut Dice) -> Content {
    match dice.below(14) {
        0 => Content::Image { src: text(dice), alt: text(dice), title: dice.once_in(3).then(|| text(dice)) },
        1 => Content::Footnote(dice.pick(&["1", "a b", "none", "é-x"]).to_owned()),
        2 => Content::Break,
        3 => Content::Html(
            dice.pick(&["<b>", "</b>", "<i x='|'>", "<div>", "<!-- c -->", "<a\nb>", "<", "<?x?>"]).to_owned(),
        ),
        4 => Content::Text("https://a.b/c".to_owned()),
        _ => Content::Text(text(dice)),
    }
}

fn line(dice: &mut Dice) -> Line {
    (0..dice.below(6)).map(|_| Run { content: content(dice), marks: marks(dice) }).collect()
}

fn kind(dice: &mut Dice) -> Kind {
    match dice.below(12) {
        0 => Kind::Heading { rank: dice.below(8) as u8, line: line(dice) },
        1 => Kind::Code { info: text(dice), text: text(dice) },
        2 => Kind::Rule,
        3 => Kind::Table(table(dice)),
        4 => Kind::Html(
            dice.pick(&["<div>\nx\n</div>", "<!-- a\n\nb", "x", "<pre>\n\na", "<b>\n*x*", " <p>"]).to_owned(),
        ),
        _ => Kind::Paragraph(line(dice)),
    }
}

fn table(dice: &mut Dice) -> Table {
    let aligns = [Align::None, Align::Left, Align::Center, Align::Right];
    let columns = dice.below(3) + 1;
    let aligns = (0..columns).map(|_| aligns[dice.below(4)]).collect();
    let rows = (0..dice.below(4)).map(|_| (0..dice.below(columns + 1)).map(|_| line(dice)).collect()).collect();
    Table { aligns, rows }
}

fn levels(dice: &mut Dice, before: &[Level]) -> Vec<Level> {
    let mut levels: Vec<Level> = before.iter().take(dice.below(before.len() + 1)).copied().collect();
    for level in &mut levels {
        if let Some(list) = level.list() {
            *level = Level::Within(list);
        }
    }
    for _ in 0..dice.below(3) {
        let list = if dice.once_in(2) { List::Bullet } else { List::Ordered };
        levels.push(match dice.below(4) {
            0 => Level::Quote,
            1 => Level::item(list),
            2 => Level::Within(list),
            _ => Level::Item {
                list,
                start: dice.once_in(2).then(|| dice.below(4) as u32 * 333_333_333),
                task: dice.once_in(2).then(|| dice.once_in(2)),
            },
        });
    }
    levels
}

fn blocks(dice: &mut Dice) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for _ in 0..dice.below(6) {
        let levels = levels(dice, blocks.last().map_or(&[], |block| &block.levels));
        blocks.push(Block { levels, kind: kind(dice) });
    }
    blocks
}

/// A note of every block and mark, in no normal form.
pub fn anything(dice: &mut Dice) -> Note {
    let labels = ["1", "a b", "É-x", "é-x", ""];
    let footnotes = (0..dice.below(3)).map(|_| Footnote { label: dice.pick(&labels).to_owned(), blocks: blocks(dice) });
    let footnotes = footnotes.collect();
    Note { blocks: blocks(dice), footnotes }
}
