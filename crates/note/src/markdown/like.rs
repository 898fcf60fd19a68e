//! To Markdown in the author's own hand.

use super::read::{Original, read};
use super::write::{Marker, are_close, print_footnote, print_some};
use super::{parse, print};
use crate::block::{Block, Footnote, Note};
use crate::level::{Level, List};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The note as Markdown that differs little from the text that it came from: what did not change stays byte for byte,
/// and so does what no note holds, as definitions of links. What changed is printed in canonical form. Reading the
/// result gives the note, if it is in normal form.
///
/// What may stay is what stands on the top level, and the items of lists there.
pub fn print_like(original: &str, note: &Note) -> String {
    let source = Source::of(original);
    if source.note == *note {
        return original.to_owned();
    }
    let text = source.print(note);
    // Two ways of writing side by side may mean something else; then all is written in one.
    if parse(&text) == *note { text } else { print(note) }
}

/// A part of the result.
enum Part<'a> {
    /// A piece of the original.
    Kept(usize),
    /// Blocks that are new.
    New(&'a [Block]),
}

struct Source<'a> {
    text: &'a str,
    note: Note,
    /// Where each piece is, in whole lines.
    ranges: Vec<Range<usize>>,
    /// The blocks of each piece.
    blocks: Vec<Range<usize>>,
    footnotes: Vec<usize>,
}

impl<'a> Source<'a> {
    fn of(text: &'a str) -> Self {
        let Original { note, ranges, blocks, footnotes } = read(text);
        let ranges: Vec<_> = ranges.into_iter().map(|range| whole_lines(text, range)).collect();
        let mut of_piece = vec![0..0; ranges.len()];
        for (at, &piece) in blocks.iter().enumerate() {
            if of_piece[piece].is_empty() {
                of_piece[piece] = at..at;
            }
            of_piece[piece].end = at + 1;
        }
        Self { text, note, ranges, blocks: of_piece, footnotes }
    }

    fn print(&self, note: &Note) -> String {
        let parts = self.parts(&note.blocks);
        let mut joiner = Joiner::new(self, note);
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Kept(piece) => joiner.keep(*piece),
                Part::New(blocks) => {
                    let next = parts.get(at + 1);
                    joiner.add(blocks, next);
                }
            }
        }
        joiner.end(note)
    }

    /// The blocks as pieces that the original has, and what is new between them.
    fn parts<'n>(&self, blocks: &'n [Block]) -> Vec<Part<'n>> {
        let mut free = self.by_first_block();
        let mut parts = Vec::new();
        let (mut at, mut new, mut expected) = (0, 0, 0);
        while at < blocks.len() {
            let Some(piece) = self.find(&mut free, blocks, at, expected) else {
                at += 1;
                continue;
            };
            if new < at {
                parts.push(Part::New(&blocks[new..at]));
            }
            parts.push(Part::Kept(piece));
            at += self.blocks[piece].len();
            (new, expected) = (at, piece + 1);
        }
        if new < blocks.len() {
            parts.push(Part::New(&blocks[new..]));
        }
        parts
    }

    /// For each block that pieces begin with, those pieces, the last one first.
    fn by_first_block(&self) -> HashMap<&Block, Vec<usize>> {
        let mut found: HashMap<&Block, Vec<usize>> = HashMap::new();
        for (piece, range) in self.blocks.iter().enumerate().rev() {
            if !range.is_empty() {
                found.entry(&self.note.blocks[range.start]).or_default().push(piece);
            }
        }
        found
    }

    /// A piece that is what stands here: the one that follows the last, or else the first that is left.
    fn find(
        &self,
        free: &mut HashMap<&Block, Vec<usize>>,
        blocks: &[Block],
        at: usize,
        expected: usize,
    ) -> Option<usize> {
        let pieces = free.get_mut(&blocks[at])?;
        let is_here = |piece: usize| {
            let own = &self.note.blocks[self.blocks[piece].clone()];
            blocks[at..].starts_with(own) && !goes_on(blocks.get(at + own.len()))
        };
        // Looking at few of many equal beginnings keeps this linear.
        let few = pieces.len().saturating_sub(FEW)..pieces.len();
        let next = pieces.binary_search_by(|piece| expected.cmp(piece)).ok().filter(|&at| is_here(pieces[at]));
        let found = next.or_else(|| few.rev().find(|&at| is_here(pieces[at])))?;
        Some(pieces.remove(found))
    }
}

/// How many pieces that begin alike are tried.
const FEW: usize = 8;

/// Whether a block stands in an item that an earlier one began.
fn goes_on(block: Option<&Block>) -> bool {
    block.and_then(|block| block.levels.first()).is_some_and(|level| matches!(level, Level::Within(_)))
}

/// The lines that a range touches, without the empty ones at its end.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = range.start + text[range].trim_end_matches(['\n', '\r']).len();
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let end = if text[..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(start)
}

/// Puts parts together.
struct Joiner<'a> {
    source: &'a Source<'a>,
    out: String,
    /// The piece whose text ends the result so far, and the block.
    last: Option<usize>,
    before: Option<Block>,
    is_used: Vec<bool>,
    /// Pieces behind which nothing is left to print.
    is_told: Vec<bool>,
    /// Footnotes that are as they were.
    is_same: Vec<bool>,
}

impl<'a> Joiner<'a> {
    fn new(source: &'a Source<'a>, note: &Note) -> Self {
        let kept: HashSet<&Footnote> = note.footnotes.iter().collect();
        let is_same = source.note.footnotes.iter().map(|footnote| kept.contains(footnote)).collect();
        let is_used = vec![false; source.ranges.len()];
        let is_told = is_used.clone();
        let mut joiner = Self { source, out: String::new(), last: None, before: None, is_used, is_told, is_same };
        if let Some(first) = source.ranges.first() {
            let head = &source.text[..first.start];
            joiner.out.push_str(if head.trim().is_empty() { "" } else { head });
        }
        joiner.silent(0);
        joiner
    }

    /// Whether a piece can stay wherever its neighbours do: it holds no block, and footnotes only that did not change.
    fn is_silent(&self, piece: usize) -> bool {
        let footnotes = &self.source.footnotes;
        let own = footnotes.partition_point(|&other| other < piece)..footnotes.partition_point(|&other| other <= piece);
        !self.is_used[piece] && self.source.blocks[piece].is_empty() && own.into_iter().all(|at| self.is_same[at])
    }

    /// Keeps the silent pieces from here on.
    fn silent(&mut self, from: usize) {
        let silent = (from..self.source.ranges.len()).take_while(|&piece| self.is_silent(piece));
        silent.collect::<Vec<_>>().into_iter().for_each(|piece| self.text(piece));
    }

    fn keep(&mut self, piece: usize) {
        let silent = (0..piece).rev().take_while(|&piece| self.is_silent(piece)).count();
        self.silent(piece - silent);
        self.text(piece);
        self.before = self.source.note.blocks.get(self.source.blocks[piece].end - 1).cloned();
        self.silent(piece + 1);
    }

    fn text(&mut self, piece: usize) {
        let first = self.source.note.blocks.get(self.source.blocks[piece].start);
        match piece.checked_sub(1).filter(|before| self.last == Some(*before)) {
            Some(before) => self.gap(before),
            None => {
                let first = first.filter(|_| !self.source.blocks[piece].is_empty());
                self.space(first, piece.checked_sub(1));
            }
        }
        self.out.push_str(&self.source.text[self.source.ranges[piece].clone()]);
        self.last = Some(piece);
        self.is_used[piece] = true;
    }

    /// Prints what stands behind a piece, once.
    fn gap(&mut self, piece: usize) {
        let gap = self.source.gap(piece);
        self.out.push_str(if std::mem::replace(&mut self.is_told[piece], true) { "\n\n" } else { gap });
    }

    /// What separates the result so far from a block that did not follow it in the original: what did so there, if
    /// that will do.
    fn space(&mut self, next: Option<&Block>, gap: Option<usize>) {
        if self.out.is_empty() || self.out.ends_with("\n\n") {
            return;
        }
        let is_close = self.before.as_ref().zip(next).is_some_and(|(before, next)| are_close(before, next));
        let lines = if is_close { 1 } else { 2 };
        let is_blank = |gap: &str| gap.trim().is_empty() && gap.matches('\n').count() >= lines;
        let is_apart = |gap: &str| gap.starts_with("\n\n") && gap.ends_with("\n\n");
        let is_enough = |piece: &usize| is_blank(self.source.gap(*piece)) || is_apart(self.source.gap(*piece));
        let is_ended = self.out.ends_with('\n');
        if let Some(piece) = gap.filter(is_enough).filter(|_| !is_ended) {
            return self.gap(piece);
        }
        self.out.push_str(match (is_close, is_ended) {
            (true, true) => "",
            (true, false) | (false, true) => "\n",
            (false, false) => "\n\n",
        });
    }

    fn add(&mut self, blocks: &[Block], next: Option<&Part<'_>>) {
        let [first, ..] = blocks else { return };
        self.space(Some(first), self.last);
        let list = list_of(Some(first));
        let behind = self.last.filter(|_| list.is_some() && list_of(self.before.as_ref()) == list);
        let marker = match (behind, next) {
            (Some(piece), _) => self.source.marker(piece),
            (None, Some(Part::Kept(piece))) if list == list_of(self.source.first(*piece)) => {
                self.source.marker(*piece).map(|marker| Marker { number: 0, ..marker })
            }
            _ => None,
        };
        self.out.push_str(print_some(marker, blocks).trim_end_matches('\n'));
        (self.last, self.before) = (None, blocks.last().cloned());
    }

    fn end(mut self, note: &Note) -> String {
        let source = self.source;
        let pieces: HashMap<&Footnote, usize> =
            source.note.footnotes.iter().zip(source.footnotes.iter().copied()).collect();
        for footnote in &note.footnotes {
            match pieces.get(footnote).copied() {
                Some(piece) if self.is_used[piece] => {}
                Some(piece) if source.blocks[piece].is_empty() => {
                    self.text(piece);
                }
                _ => {
                    self.before = None;
                    self.space(None, None);
                    self.out.push_str(print_footnote(footnote).trim_end_matches('\n'));
                    self.last = None;
                }
            }
        }
        self.tail();
        self.out
    }

    /// The end of the text, and what stood between pieces that are not side by side any more.
    fn tail(&mut self) {
        let source = self.source;
        let count = source.ranges.len();
        if count > 0 && self.last == Some(count - 1) {
            self.gap(count - 1);
        }
        let mut rest = String::new();
        for piece in 0..count {
            let gap = source.gap(piece).trim();
            if !gap.is_empty() && !self.is_told[piece] {
                rest.push_str(gap);
                rest.push('\n');
            }
        }
        if !rest.is_empty() {
            self.before = None;
            self.space(None, None);
            self.out.push_str(&rest);
        }
        if !self.out.is_empty() && !self.out.ends_with('\n') && source.text.ends_with('\n') {
            self.out.push('\n');
        }
    }
}

fn list_of(block: Option<&Block>) -> Option<List> {
    block?.levels.first()?.list()
}

impl Source<'_> {
    /// The text behind a piece, up to the next.
    fn gap(&self, piece: usize) -> &str {
        let end = self.ranges.get(piece + 1).map_or(self.text.len(), |range| range.start);
        self.text.get(self.ranges[piece].end..end).unwrap_or("\n\n")
    }

    fn first(&self, piece: usize) -> Option<&Block> {
        self.note.blocks.get(self.blocks[piece].start)
    }

    /// How the author marked an item.
    fn marker(&self, piece: usize) -> Option<Marker> {
        let line = self.text[self.ranges[piece].clone()].trim_start();
        let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let mark = line[digits..].chars().next().filter(|c| "-+*.)".contains(*c))?;
        Some(Marker { number: line[..digits].parse().unwrap_or(0), mark })
    }
}
