//! To Markdown: one canonical form, and the one that reads back as the same note.

use super::inline::{self, Place};
use crate::block::{Align, Block, Footnote, Kind, Note, Table};
use crate::level::{Level, List, shared};
use crate::limits::START_MAX;

/// The note as Markdown. Reading it gives the note, if it is in normal form.
pub fn print(note: &Note) -> String {
    let mut writer = Writer::default();
    for (at, block) in note.blocks.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &note.blocks[at]);
        writer.block(before, block);
    }
    for footnote in &note.footnotes {
        writer.footnote(footnote);
    }
    writer.out
}

/// The mark of a list's item: its number, if any, and the character.
#[derive(Clone, Copy)]
pub(super) struct Marker {
    pub number: u32,
    pub mark: char,
}

/// Some blocks alone. The first item goes on with a list whose last item has the marker.
pub(super) fn print_some(marker: Option<Marker>, blocks: &[Block]) -> String {
    let like = marker.map(|Marker { number, mark }| Open { indent: String::new(), number, mark });
    let mut writer = Writer { like, ..Writer::default() };
    for (at, block) in blocks.iter().enumerate() {
        writer.block(at.checked_sub(1).map(|at| &blocks[at]), block);
    }
    writer.out
}

/// A footnote alone.
pub(super) fn print_footnote(footnote: &Footnote) -> String {
    let mut writer = Writer::default();
    writer.footnote(footnote);
    writer.out
}

/// Whether the second block follows the first without an empty line.
pub(super) fn are_close(before: &Block, block: &Block) -> bool {
    is_close(before, block, 0)
}

/// The lines of a block begin with what its levels ask for.
#[derive(Default)]
struct Writer {
    out: String,
    /// For each open level what its lines begin with, and what the last marker was.
    open: Vec<Open>,
    /// What all lines begin with: a footnote's indentation.
    margin: &'static str,
    /// What the first item is marked like.
    like: Option<Open>,
    /// Set where the line already has its margin.
    has_margin: bool,
}

#[derive(Clone)]
struct Open {
    indent: String,
    /// The number that the open item has, and what stands behind it.
    number: u32,
    mark: char,
}

impl Writer {
    fn footnote(&mut self, footnote: &Footnote) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(&format!("[^{}]:", footnote.label));
        self.open.clear();
        self.margin = "    ";
        self.has_margin = true;
        if footnote.blocks.is_empty() {
            self.out.push('\n');
        }
        for (at, block) in footnote.blocks.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| &footnote.blocks[at]);
            if before.is_none() {
                self.out.push(' ');
            }
            self.block(before, block);
        }
        self.margin = "";
        self.has_margin = false;
    }

    fn block(&mut self, before: Option<&Block>, block: &Block) {
        let levels = &block.levels;
        let kept = before.map_or(0, |before| shared(&before.levels, levels)).min(self.open.len());
        if let Some(before) = before
            && !is_close(before, block, kept)
        {
            let prefix = self.prefix(kept);
            self.out.push_str(prefix.trim_end());
            self.out.push('\n');
        }
        let mut first = if self.has_margin { String::new() } else { self.margin.to_owned() };
        self.has_margin = false;
        self.open[..kept].iter().for_each(|open| first.push_str(&open.indent));
        let old = self.open.get(kept).cloned().filter(|_| levels.get(kept).is_some_and(|level| level.is_item()));
        let old = old.filter(|_| before.is_some_and(|before| before.levels[kept].list() == levels[kept].list()));
        let old = old.or(self.like.take().filter(|_| before.is_none()));
        self.open.truncate(kept);
        let is_bare = matches!(&block.kind, Kind::Paragraph(line) if line.is_empty());
        for (at, level) in levels.iter().enumerate().skip(kept) {
            let old = old.as_ref().filter(|_| at == kept);
            // Three bullets in a row without anything behind them would be a line across.
            let mark = if is_bare && at + 1 == levels.len() && at >= kept + 2 { '+' } else { '-' };
            let marker = self.enter(*level, old, mark);
            first.push_str(&marker);
        }
        self.lines(&first, &block.kind);
    }

    fn prefix(&self, levels: usize) -> String {
        let mut prefix = self.margin.to_owned();
        self.open[..levels].iter().for_each(|open| prefix.push_str(&open.indent));
        prefix
    }

    /// Opens a level and gives what its first line begins with.
    fn enter(&mut self, level: Level, old: Option<&Open>, bullet: char) -> String {
        let (marker, number, mark) = match level {
            Level::Quote => (">".to_owned(), 0, '>'),
            Level::Item { list: List::Ordered, start, .. } => {
                let (number, mark) = numbered(start, old);
                (format!("{number}{mark}"), number, mark)
            }
            Level::Item { .. } | Level::Within(_) => {
                let bullet = old.map_or(bullet, |old| old.mark);
                (bullet.to_string(), 0, bullet)
            }
        };
        let indent = if level == Level::Quote { "> ".to_owned() } else { " ".repeat(marker.len() + 1) };
        self.open.push(Open { indent, number, mark });
        let task = match level {
            Level::Item { task: Some(true), .. } => "[x] ",
            Level::Item { task: Some(false), .. } => "[ ] ",
            _ => "",
        };
        format!("{marker} {task}")
    }

    fn lines(&mut self, first: &str, kind: &Kind) {
        let body = body(kind);
        let rest = self.prefix(self.open.len());
        let bare = rest.trim_end().to_owned();
        for (at, line) in body.split('\n').enumerate() {
            let prefix = if at == 0 { first } else { &rest };
            match (line.is_empty(), at) {
                (true, 0) => self.out.push_str(first.trim_end()),
                (true, _) => self.out.push_str(&bare),
                (false, _) => {
                    self.out.push_str(prefix);
                    self.out.push_str(line);
                }
            }
            self.out.push('\n');
        }
    }
}

/// The item's number. A list right after another of its kind is told apart by what stands behind the number.
fn numbered(start: Option<u32>, old: Option<&Open>) -> (u32, char) {
    match (start, old) {
        (None, Some(old)) => ((old.number + 1).min(START_MAX), old.mark),
        (Some(start), Some(old)) => (start, if old.mark == '.' { ')' } else { '.' }),
        (start, None) => (start.unwrap_or(1), '.'),
    }
}

/// Whether no empty line is needed: between the items of a list, where nothing else would be read.
fn is_close(before: &Block, block: &Block, kept: usize) -> bool {
    let is_text = |kind: &Kind| matches!(kind, Kind::Paragraph(line) if !line.is_empty());
    // An empty line after an empty item ends, for the parser, more than that item. Nothing can be mistaken for its text.
    if !is_text(&before.kind) && kept > 0 && before.levels[kept..].contains(&Level::Quote) {
        return matches!(before.kind, Kind::Paragraph(_));
    }
    let Some(Level::Item { list, start, .. }) = block.levels.get(kept).copied() else { return false };
    if !matches!(before.kind, Kind::Paragraph(_)) {
        return false;
    }
    match before.levels.get(kept) {
        // One list after another begins with an empty line, since only a list that begins with 1 ends a paragraph.
        Some(other) => other.list() == Some(list) && start.is_none(),
        None => {
            kept > 0
                && before.levels[kept - 1].list().is_some()
                && is_text(&before.kind)
                && is_text(&block.kind)
                && start.is_none()
        }
    }
}

fn body(kind: &Kind) -> String {
    match kind {
        Kind::Paragraph(line) => inline::print(line, Place::Paragraph),
        Kind::Heading { rank, line } => {
            let text = inline::print(line, Place::Heading);
            format!("{} {text}", "#".repeat(usize::from(*rank))).trim_end().to_owned()
        }
        Kind::Code { info, text } => code(info, text),
        // Hyphens would be read as another bullet behind one.
        Kind::Rule => "***".to_owned(),
        Kind::Table(table) => grid(table),
        Kind::Html(text) => text.clone(),
    }
}

fn code(info: &str, text: &str) -> String {
    let mark = if info.contains('`') { '~' } else { '`' };
    let fence: String = std::iter::repeat_n(mark, (longest(text, mark) + 1).max(3)).collect();
    let info = inline::escaped_info(info);
    let space = if info.starts_with(mark) { " " } else { "" };
    let end = if text.is_empty() { "" } else { "\n" };
    format!("{fence}{space}{info}\n{text}{end}{fence}")
}

/// The longest run of a character.
pub(super) fn longest(text: &str, mark: char) -> usize {
    text.split(|c| c != mark).map(str::len).max().unwrap_or(0)
}

fn grid(table: &Table) -> String {
    let mut out = String::new();
    for (at, row) in table.rows.iter().enumerate() {
        out.push_str(if at == 0 { "|" } else { "\n|" });
        for cell in row {
            out.push(' ');
            out.push_str(&inline::print(cell, Place::Cell));
            out.push_str(if out.ends_with(' ') { "|" } else { " |" });
        }
        if at == 0 {
            out.push_str("\n|");
            table.aligns.iter().for_each(|&align| out.push_str(rule(align)));
        }
    }
    out
}

fn rule(align: Align) -> &'static str {
    match align {
        Align::None => " --- |",
        Align::Left => " :-- |",
        Align::Center => " :-: |",
        Align::Right => " --: |",
    }
}
