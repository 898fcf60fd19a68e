//! From Markdown.

mod line;

use super::options;
use crate::block::{Align, Block, Footnote, Kind, Note, Table};
use crate::level::{Level, List};
use crate::limits::{CELLS_MAX, COLUMNS_MAX, LEVELS_MAX};
use line::Lines;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::ops::Range;

/// Reads Markdown. Every text is some: what makes no sense as a mark is text. See docs/NOTES.md for what is brought
/// into one form.
pub fn parse(text: &str) -> Note {
    let mut reader = Reader::default();
    Parser::new_ext(text, options()).for_each(|event| reader.event(event));
    reader.note.normalized()
}

/// A text and what its pieces became. A piece is what stands on the top level, or an item of a list there.
pub(super) struct Original {
    pub note: Note,
    /// Where each piece is in the text.
    pub ranges: Vec<Range<usize>>,
    /// The piece that each block of the note comes from, and each footnote.
    pub blocks: Vec<usize>,
    pub footnotes: Vec<usize>,
}

/// Reads Markdown and remembers where from.
pub(super) fn read(text: &str) -> Original {
    let mut reader = Reader::default();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let (mut blocks, mut footnotes) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        // A list is only the sum of its items.
        let is_list = depth == 0 && matches!(event, Event::Start(Tag::List(_)) | Event::End(TagEnd::List(_)));
        if depth == 0 && !is_list {
            ranges.push(range);
        }
        match event {
            Event::Start(_) if !is_list => depth += 1,
            Event::End(_) if !is_list => depth -= 1,
            _ => {}
        }
        reader.event(event);
        if depth == 0 {
            let piece = ranges.len().saturating_sub(1);
            blocks.resize(reader.note.blocks.len(), piece);
            footnotes.resize(reader.note.footnotes.len(), piece);
        }
    }
    let (note, origins) = reader.note.traced();
    let blocks = origins.into_iter().map(|origin| blocks[origin]).collect();
    Original { note, ranges, blocks, footnotes }
}

/// What is being read into.
#[derive(Default)]
struct Reader {
    note: Note,
    /// The levels that are open, and whether any block stands in each yet.
    levels: Vec<(Level, bool)>,
    /// Blocks of footnotes that are open, with where the levels outside end.
    footnotes: Vec<(Footnote, Vec<(Level, bool)>)>,
    /// The numbers that the open lists begin with, until their first item.
    lists: Vec<(List, Option<u32>)>,
    lines: Lines,
    block: Option<Kind>,
    table: Option<Table>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) => self.text(&text),
            Event::Rule => self.whole(Kind::Rule),
            Event::TaskListMarker(done) => self.task(done),
            event => self.inline(event),
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.block {
            Some(Kind::Code { text: code, .. } | Kind::Html(code)) => code.push_str(text),
            _ => {
                self.open();
                self.lines.text(text);
            }
        }
    }

    fn inline(&mut self, event: Event<'_>) {
        self.open();
        self.lines.event(event);
    }

    /// Text without a block is a paragraph: so it is in items that stand close.
    fn open(&mut self) {
        if self.block.is_none() && self.table.is_none() {
            self.block = Some(Kind::Paragraph(Vec::new()));
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        if Lines::is_inline(&tag) {
            self.open();
            return self.lines.start(tag);
        }
        if !matches!(tag, Tag::TableHead | Tag::TableRow | Tag::TableCell) {
            self.finish();
        }
        match tag {
            Tag::Heading { level, .. } => self.block = Some(Kind::Heading { rank: rank(level), line: Vec::new() }),
            Tag::BlockQuote(_) => self.levels.push((Level::Quote, false)),
            Tag::CodeBlock(kind) => self.block = Some(Kind::Code { info: info(&kind), text: String::new() }),
            Tag::HtmlBlock => self.block = Some(Kind::Html(String::new())),
            Tag::List(start) => {
                let list = if start.is_some() { List::Ordered } else { List::Bullet };
                self.lists.push((list, start.map(|start| u32::try_from(start).unwrap_or(u32::MAX))));
            }
            Tag::Item => self.item(),
            Tag::FootnoteDefinition(label) => {
                let footnote = Footnote { label: label.to_string(), blocks: Vec::new() };
                self.footnotes.push((footnote, std::mem::take(&mut self.levels)));
            }
            Tag::Table(aligns) => {
                let aligns = aligns.into_iter().map(align).collect();
                self.table = Some(Table { aligns, rows: Vec::new() });
            }
            Tag::TableHead | Tag::TableRow => self.row(),
            _ => {}
        }
    }

    fn item(&mut self) {
        let (list, start) = self.lists.last_mut().map_or((List::Bullet, None), |(list, start)| (*list, start.take()));
        self.levels.push((Level::Item { list, start, task: None }, false));
    }

    fn task(&mut self, done: bool) {
        if let Some((Level::Item { task, .. }, false)) = self.levels.last_mut() {
            *task = Some(done);
        }
    }

    fn row(&mut self) {
        if let Some(table) = &mut self.table
            && (table.rows.len() + 1) * table.aligns.len() <= CELLS_MAX
        {
            table.rows.push(Vec::new());
        }
    }

    fn cell(&mut self) {
        let line = self.lines.take();
        if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut())
            && row.len() < COLUMNS_MAX
        {
            row.push(line);
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if Lines::is_inline_end(tag) {
            return self.lines.end();
        }
        match tag {
            TagEnd::TableCell => self.cell(),
            TagEnd::TableHead | TagEnd::TableRow => {}
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.push(Kind::Table(table));
                }
            }
            TagEnd::BlockQuote(_) => {
                self.finish();
                self.levels.pop();
            }
            TagEnd::Item => self.end_item(),
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::FootnoteDefinition => self.end_footnote(),
            _ => self.finish(),
        }
    }

    fn end_item(&mut self) {
        self.finish();
        if self.levels.last().is_some_and(|(_, is_used)| !is_used) {
            self.push(Kind::Paragraph(Vec::new()));
        }
        self.levels.pop();
    }

    fn end_footnote(&mut self) {
        self.finish();
        if let Some((footnote, levels)) = self.footnotes.pop() {
            self.levels = levels;
            self.note.footnotes.push(footnote);
        }
    }

    fn whole(&mut self, kind: Kind) {
        self.finish();
        self.push(kind);
    }

    /// Ends the block that is open.
    fn finish(&mut self) {
        let Some(mut kind) = self.block.take() else { return };
        match &mut kind {
            Kind::Paragraph(line) | Kind::Heading { line, .. } => *line = self.lines.take(),
            Kind::Code { text, .. } | Kind::Html(text) => {
                if text.ends_with('\n') {
                    text.pop();
                }
            }
            Kind::Rule | Kind::Table(_) => {}
        }
        self.push(kind);
    }

    fn push(&mut self, kind: Kind) {
        let levels = self.levels.iter_mut().take(LEVELS_MAX).map(|(level, is_used)| match *level {
            Level::Item { list, .. } if std::mem::replace(is_used, true) => Level::Within(list),
            level => level,
        });
        let block = Block { levels: levels.collect(), kind };
        match self.footnotes.last_mut() {
            Some((footnote, _)) => footnote.blocks.push(block),
            None => self.note.blocks.push(block),
        }
    }
}

fn rank(level: HeadingLevel) -> u8 {
    level as u8
}

fn info(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => info.to_string(),
        CodeBlockKind::Indented => String::new(),
    }
}

fn align(align: Alignment) -> Align {
    match align {
        Alignment::None => Align::None,
        Alignment::Left => Align::Left,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::Right,
    }
}
