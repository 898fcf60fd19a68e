//! A note and its blocks.

use crate::inline::{Content, Line};
use crate::level::Level;

/// How a table's column is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Align {
    /// As the reader's language has it.
    #[default]
    None,
    /// To the left.
    Left,
    /// In the middle.
    Center,
    /// To the right.
    Right,
}

/// A table: a grid, of which the first row is the header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// One for each column, of which there is at least one.
    pub aligns: Vec<Align>,
    /// At least one row, each with a cell for every column.
    pub rows: Vec<Vec<Line>>,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A paragraph. It is empty only where it is all of a list item.
    Paragraph(Line),
    /// A heading.
    Heading {
        /// 1 to 6.
        rank: u8,
        /// What it says.
        line: Line,
    },
    /// Code, set as it is.
    Code {
        /// The language and whatever else was written after the fence; empty for none.
        info: String,
        /// Its lines, with a line feed between them and none at the end.
        text: String,
    },
    /// A line across, between two topics.
    Rule,
    /// A table.
    Table(Table),
    /// HTML as written, without a line feed at the end.
    Html(String),
}

/// A block, which carries what it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// The quotes and items around it, outermost first.
    pub levels: Vec<Level>,
    /// What it is.
    pub kind: Kind,
}

impl Block {
    /// A block in no list and no quote.
    pub const fn new(kind: Kind) -> Self {
        Self { levels: Vec::new(), kind }
    }

    /// In how many lists it stands.
    pub fn list_depth(&self) -> usize {
        self.levels.iter().filter(|level| level.list().is_some()).count()
    }

    /// In how many quotes it stands.
    pub fn quote_depth(&self) -> usize {
        self.levels.len() - self.list_depth()
    }

    /// Whether it is a figure: a paragraph that is one picture.
    pub fn is_figure(&self) -> bool {
        matches!(&self.kind, Kind::Paragraph(line)
            if matches!(line.as_slice(), [run] if matches!(run.content, Content::Image { .. })))
    }
}

/// What a reference in the text leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Footnote {
    /// Names it: letters, digits, `-`, `_` and `.`; no two differ in case only.
    pub label: String,
    /// What it says; may be nothing.
    pub blocks: Vec<Block>,
}

/// A rich note: blocks in a row, and the footnotes that they refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Note {
    /// The text.
    pub blocks: Vec<Block>,
    /// The footnotes, in the order of their definitions. All that is referred to is here.
    pub footnotes: Vec<Footnote>,
}
