//! Blocks in normal form.

use super::line::{self, Place};
use crate::block::{Block, Kind, Table};
use crate::inline::{Content, Line, Marks};
use crate::level::{Level, List, shared};
use crate::limits::{CELLS_MAX, COLUMNS_MAX, LEVELS_MAX, START_MAX};
use crate::markdown::html;
use std::collections::BTreeMap;

type Labels = BTreeMap<String, String>;

/// The blocks with levels that fit each other, and without what says nothing.
pub fn normal(blocks: Vec<Block>, labels: &Labels) -> Vec<Block> {
    traced(blocks, labels).0
}

/// The same, and for each block in the result which of those given it was.
pub fn traced(blocks: Vec<Block>, labels: &Labels) -> (Vec<Block>, Vec<usize>) {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut origins = Vec::with_capacity(blocks.len());
    for (origin, Block { levels, kind }) in blocks.into_iter().enumerate() {
        let kind = normal_kind(kind, labels);
        let before = out.last().map_or(&[][..], |block| &block.levels);
        let mut block = Block { levels: fitted(levels, before), kind };
        if let Some(before) = out.last()
            && is_empty(&before.kind)
            && goes_on(&before.levels, &block.levels)
        {
            take_over(&mut out, &mut block);
        }
        push(&mut out, block);
        origins.truncate(out.len());
        if origins.len() < out.len() {
            origins.push(origin);
        }
    }
    (out, origins)
}

/// Whether a block goes on in everything that the one before stands in.
fn goes_on(before: &[Level], levels: &[Level]) -> bool {
    shared(before, levels) == before.len()
}

/// An empty item that has something under it is that something's item.
fn take_over(out: &mut Vec<Block>, block: &mut Block) {
    let Some(empty) = out.pop() else { return };
    block.levels.splice(..empty.levels.len(), empty.levels);
}

fn push(out: &mut Vec<Block>, mut block: Block) {
    if is_empty(&block.kind) {
        // An empty quote in an item says nothing; the item does.
        let kept = block.levels.iter().rposition(|level| level.is_item()).map_or(0, |at| at + 1);
        block.levels.truncate(kept);
        if block.levels.is_empty() {
            return;
        }
    }
    let can_be_done = matches!(block.kind, Kind::Paragraph(_));
    let last = block.levels.len().saturating_sub(1);
    for (at, level) in block.levels.iter_mut().enumerate() {
        if let Level::Item { task, .. } = level
            && !(can_be_done && at == last)
        {
            *task = None;
        }
    }
    if let (Kind::Paragraph(line), Some(Level::Item { task: Some(_), .. })) = (&mut block.kind, block.levels.last())
        && is_blank(line)
    {
        line.clear();
    }
    out.push(block);
}

fn is_empty(kind: &Kind) -> bool {
    matches!(kind, Kind::Paragraph(line) if line.is_empty())
}

/// One space, which is how Markdown says that there is something to do without saying what.
fn is_blank(line: &Line) -> bool {
    matches!(line.as_slice(), [run] if run.marks == Marks::default() && run.content == Content::Text(" ".to_owned()))
}

/// The levels, made to follow from those of the block before.
pub fn fitted(mut levels: Vec<Level>, before: &[Level]) -> Vec<Level> {
    levels.truncate(LEVELS_MAX);
    let mut goes_on = true;
    for (at, level) in levels.iter_mut().enumerate() {
        let other = before.get(at).copied().filter(|_| goes_on);
        *level = match *level {
            Level::Within(list) if other.and_then(Level::list) != Some(list) => Level::item(list),
            Level::Item { list, start, task } => Level::Item { list, start: first(list, start, other), task },
            level => level,
        };
        goes_on &= level.continues(other);
    }
    levels
}

/// Where numbers begin: only what an ordered list could not know by itself.
fn first(list: List, start: Option<u32>, other: Option<Level>) -> Option<u32> {
    let start = start.filter(|_| list == List::Ordered).map(|start| start.min(START_MAX));
    let is_first = other.and_then(Level::list) != Some(List::Ordered);
    start.filter(|&start| !(is_first && start == 1))
}

fn normal_kind(kind: Kind, labels: &Labels) -> Kind {
    match kind {
        Kind::Paragraph(mut line) => match line::only_html(&mut line) {
            Some(text) => html_block(text),
            None => Kind::Paragraph(line::normal(line, Place::Paragraph, labels)),
        },
        Kind::Heading { rank, line } => {
            Kind::Heading { rank: rank.clamp(1, 6), line: line::normal(line, Place::Heading, labels) }
        }
        Kind::Code { info, text } => code(&info, &text),
        Kind::Rule => Kind::Rule,
        Kind::Table(table) => Kind::Table(grid(table, labels)),
        Kind::Html(text) => html_block(text),
    }
}

fn lines(text: &str) -> String {
    if !text.bytes().any(|byte| matches!(byte, b'\r' | 0)) {
        return text.to_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}

fn code(info: &str, text: &str) -> Kind {
    let info = lines(info).replace('\n', " ");
    let mut text = lines(text);
    // One empty line and no line look alike, and are.
    if text == "\n" {
        text.clear();
    }
    Kind::Code { info: info.trim().to_owned(), text }
}

/// HTML that reads back as it is: what was cut off is closed, and what is none is shown.
fn html_block(text: String) -> Kind {
    match html::closed(&lines(&text)) {
        Some(text) => Kind::Html(text),
        None => code("html", text.trim_end_matches('\n')),
    }
}

fn grid(table: Table, labels: &Labels) -> Table {
    let Table { mut aligns, rows } = table;
    let columns = rows.iter().map(Vec::len).chain([aligns.len(), 1]).max().unwrap_or(1).min(COLUMNS_MAX);
    aligns.resize(columns, crate::block::Align::None);
    let mut rows: Vec<Vec<Line>> = rows.into_iter().take((CELLS_MAX / columns).max(1)).collect();
    rows.resize(rows.len().max(1), Vec::new());
    for row in &mut rows {
        row.resize(columns, Vec::new());
        row.iter_mut().for_each(|cell| *cell = line::normal(std::mem::take(cell), Place::Cell, labels));
    }
    Table { aligns, rows }
}
